//! The words of a text, as full-text search knows them: the same for what is stored and what is looked for.

/// Longest word that is kept apart, in characters; of a longer one the beginning is.
const LONGEST: usize = 64;

/// The words of a text in lower case, in their order: runs of letters and digits.
pub fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(LONGEST).collect())
        .collect()
}

/// Whether each of some words is the beginning of a word of these texts.
pub fn are_in<'a>(wanted: &[String], texts: impl IntoIterator<Item = &'a str>) -> bool {
    let held: Vec<String> = texts.into_iter().flat_map(words).collect();
    let begins = |wanted: &String| held.iter().any(|word| word.starts_with(wanted.as_str()));
    wanted.iter().all(begins)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_letters_and_digits_in_lower_case() {
        assert_eq!(
            words(r#"/users/12?x=Ä {"banReason":"charge-back"}"#),
            ["users", "12", "x", "ä", "banreason", "charge", "back"]
        );
        assert_eq!(words(" -- "), [""; 0]);
        assert_eq!(words(&"ä".repeat(100)), ["ä".repeat(LONGEST)]);
    }

    #[test]
    fn every_word_has_to_begin_one_in_any_of_the_texts() {
        let wanted = words("charge ban");
        assert!(are_in(&wanted, ["/users/12/ban", "a chargeback"]));
        assert!(!are_in(&wanted, ["/users/12/ban", "a surcharge"]));
        assert!(are_in(&[], [""]));
    }
}
