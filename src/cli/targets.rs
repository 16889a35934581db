//! Which rows a command is about: ids as arguments, or a line each on standard input, where the lines
//! of `list --json` serve as well and bring along what was seen of each row.

use std::collections::BTreeSet;
use std::io::{self, Read};

use quarterdeck_api::text::Line;
use serde_json::{Map, Value};

use super::exit::Stopped;
use crate::app::list::RowId;

/// What is read from standard input at most.
const MOST_BYTES: u64 = 256 * 1024 * 1024;

/// The rows a command is about, each once, in their order.
#[derive(Clone, Debug, Default)]
pub struct Targets(Vec<Target>);

/// A row a command is about.
#[derive(Clone, Debug)]
pub struct Target {
    /// Which.
    pub id: RowId,
    /// The row as it was listed, where it was given in full.
    pub seen: Option<Map<String, Value>>,
}

impl Targets {
    /// The ids.
    pub fn ids(&self) -> Vec<RowId> {
        self.0.iter().map(|target| target.id).collect()
    }

    /// The ids of rows that were not given in full.
    pub fn unseen(&self) -> Vec<RowId> {
        let unseen = self.0.iter().filter(|target| target.seen.is_none());
        unseen.map(|target| target.id).collect()
    }

    /// The rows that were given in full.
    pub fn seen(&self) -> Vec<&Map<String, Value>> {
        self.0
            .iter()
            .filter_map(|target| target.seen.as_ref())
            .collect()
    }
}

/// Reads the targets that the words name; `-` is standard input.
pub fn read(words: &[String]) -> Result<Targets, Stopped> {
    let mut targets = Vec::new();
    for word in words {
        if word != "-" {
            targets.push(target(word)?);
            continue;
        }
        let mut text = String::new();
        let read = io::stdin()
            .lock()
            .take(MOST_BYTES)
            .read_to_string(&mut text);
        read.map_err(|error| Stopped::usage(&format!("standard input: {error}")))?;
        targets.extend(lines(&text)?);
    }
    let mut known = BTreeSet::new();
    targets.retain(|target| known.insert(target.id));
    Ok(Targets(targets))
}

fn lines(text: &str) -> Result<Vec<Target>, Stopped> {
    let lines = text.lines().map(str::trim).enumerate();
    let lines = lines.filter(|(_, line)| !line.is_empty());
    lines
        .map(|(place, line)| {
            target(line).map_err(|stopped| {
                let why = format!("standard input, line {}: {}", place + 1, stopped.message);
                Stopped::usage(&why)
            })
        })
        .collect()
}

fn target(text: &str) -> Result<Target, Stopped> {
    if text.starts_with('{') {
        return of_json(text);
    }
    let id = text.strip_prefix('#').unwrap_or(text);
    let id = id.parse().ok().filter(|id| *id > 0);
    id.map(|id| Target {
        id: RowId(id),
        seen: None,
    })
    .ok_or_else(|| {
        Stopped::usage(&format!(
            "`{}` is no id; write 4711 or #4711",
            Line::new(text)
        ))
    })
}

fn of_json(text: &str) -> Result<Target, Stopped> {
    let problem = |why: &str| Stopped::usage(&format!("no row: {why}"));
    let record: Map<String, Value> =
        serde_json::from_str(text).map_err(|error| problem(&error.to_string()))?;
    let id = record.get("id").and_then(Value::as_i64);
    let id = id.ok_or_else(|| problem("it has no `id`"))?;
    let is_row = record.contains_key("version");
    Ok(Target {
        id: RowId(id),
        seen: is_row.then_some(record),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: &[&str]) -> Result<Vec<i64>, String> {
        let words: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
        let targets = read(&words).map_err(|stopped| stopped.message.to_string())?;
        Ok(targets.ids().iter().map(|id| id.0).collect())
    }

    #[test]
    fn ids_are_numbers_each_once() {
        assert_eq!(of(&["4711", "#12", "4711"]), Ok(vec![4711, 12]));
        for wrong in [
            "",
            "x",
            "-1",
            "0",
            "1,2",
            "\u{1b}[2J",
            "99999999999999999999",
        ] {
            let why = of(&[wrong]).unwrap_err();
            assert!(why.contains("is no id"), "{why}");
            assert!(!why.contains('\u{1b}'), "{why:?}");
        }
    }

    #[test]
    fn a_line_is_an_id_or_a_row_and_a_wrong_one_is_named() {
        let text = "12\n\n#13\n{\"id\":14,\"version\":3,\"status\":\"PENDING\"}\n{\"id\":15}\n";
        let targets = Targets(lines(text).unwrap());
        assert_eq!(targets.ids().len(), 4);
        assert_eq!(targets.seen().len(), 1);
        assert_eq!(targets.unseen(), [RowId(12), RowId(13), RowId(15)]);
        let why = lines("12\nnonsense\n").unwrap_err();
        assert!(why.message.as_str().contains("line 2"), "{why:?}");
        assert!(lines("{\"name\":1}").is_err());
    }
}
