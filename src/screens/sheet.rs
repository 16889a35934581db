//! What a verb lets fill in: a few values of a row, each of them at first as it is now.

use std::fmt;
use std::sync::Arc;

/// One of the values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blank {
    /// `displayName`: its name on the command line.
    pub name: &'static str,
    /// `Name`
    pub label: &'static str,
    /// What it is now; empty where there is none.
    pub now: String,
    /// Most characters that it has.
    pub longest: usize,
}

type Check = Arc<dyn Fn(&[String]) -> Result<(), String> + Send + Sync>;

/// All of them, and what is to be said against what was filled in.
#[derive(Clone)]
pub struct Sheet {
    /// The values, in their order.
    pub blanks: Vec<Blank>,
    check: Check,
}

impl Sheet {
    /// Values that are refused so.
    pub fn new(
        blanks: Vec<Blank>,
        check: impl Fn(&[String]) -> Result<(), String> + Send + Sync + 'static,
    ) -> Self {
        Self {
            blanks,
            check: Arc::new(check),
        }
    }

    /// Whether this can be sent.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, filled: &[String]) -> Result<(), String> {
        let is_as_before = self.blanks.iter().map(|blank| &blank.now).eq(filled);
        if is_as_before {
            return Err("Nothing would change.".to_owned());
        }
        (self.check)(filled)
    }

    /// `E-mail: ana@a.example -> ana@b.example`, a line for each value that changes.
    pub fn changes(&self, filled: &[String]) -> Vec<String> {
        let shown = |text: &str| if text.is_empty() { "none" } else { text }.to_owned();
        let both = self.blanks.iter().zip(filled);
        let changed = both.filter(|(blank, filled)| blank.now != **filled);
        changed
            .map(|(blank, filled)| {
                format!(
                    "{}: {} -> {}",
                    blank.label,
                    shown(&blank.now),
                    shown(filled)
                )
            })
            .collect()
    }

    /// The values with those that `NAME=VALUE` gives, in their order.
    ///
    /// # Errors
    /// What is no such value, or cannot be sent.
    pub fn fill(&self, given: &[String]) -> Result<Vec<String>, String> {
        let mut filled: Vec<_> = self.blanks.iter().map(|blank| blank.now.clone()).collect();
        for pair in given {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let place = self.blanks.iter().position(|blank| blank.name == name);
            let Some(place) = place.filter(|_| pair.contains('=')) else {
                let names: Vec<_> = self.blanks.iter().map(|blank| blank.name).collect();
                return Err(format!("`{pair}`: say {}=VALUE", names.join("=VALUE or ")));
            };
            value.trim().clone_into(&mut filled[place]);
        }
        self.check(&filled).map(|()| filled)
    }
}

impl fmt::Debug for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sheet")
            .field("blanks", &self.blanks)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A name that must not be empty, and a country.
    pub(crate) fn sheet() -> Sheet {
        let blank = |name, label, now: &str| Blank {
            name,
            label,
            now: now.to_owned(),
            longest: 20,
        };
        let blanks = vec![
            blank("displayName", "Name", "Ana"),
            blank("country", "Country", ""),
        ];
        Sheet::new(blanks, |filled| {
            if filled[0].is_empty() {
                Err("A name cannot be empty.".to_owned())
            } else {
                Ok(())
            }
        })
    }

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn s004_14_what_changes_is_told_with_what_was_there_before() {
        let filled = texts(&["Ana", "Peru"]);
        assert_eq!(sheet().check(&filled), Ok(()));
        assert_eq!(sheet().changes(&filled), ["Country: none -> Peru"]);
        let refused = sheet().check(&texts(&["Ana", ""])).unwrap_err();
        assert_eq!(refused, "Nothing would change.");
        let refused = sheet().check(&texts(&["", "Peru"])).unwrap_err();
        assert_eq!(refused, "A name cannot be empty.");
    }

    #[test]
    fn s004_14_values_are_given_by_their_names() {
        let filled = sheet().fill(&texts(&["country=Peru", "displayName= Bo "]));
        assert_eq!(filled, Ok(texts(&["Bo", "Peru"])));
        assert_eq!(sheet().fill(&texts(&["country=a=b"])).unwrap()[1], "a=b");
        for given in ["city=Lima", "country"] {
            let why = sheet().fill(&texts(&[given])).unwrap_err();
            assert_eq!(
                why,
                format!("`{given}`: say displayName=VALUE or country=VALUE")
            );
        }
        assert!(sheet().fill(&[]).is_err());
    }
}
