//! What somebody may have meant who misspelled a name.

/// `; did you mean ...?` with the nearest name, or nothing where none is near.
pub fn suggestion<'a>(written: &str, names: impl Iterator<Item = &'a str>) -> String {
    names
        .map(|name| (distance(written, name), name))
        .filter(|(distance, name)| *distance <= 1 + name.len() / 3)
        .min()
        .map_or_else(String::new, |(_, name)| format!("; did you mean `{name}`?"))
}

/// How many letters must be added, dropped or changed to turn one word into the other.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, letter) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, other) in to.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *other);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_suggested_if_any_is_near() {
        let names = || ["approve", "reject", "waitlist"].into_iter();
        assert_eq!(suggestion("aprove", names()), "; did you mean `approve`?");
        assert_eq!(suggestion("rejekt", names()), "; did you mean `reject`?");
        assert_eq!(suggestion("xyz", names()), "");
    }
}
