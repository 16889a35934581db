//! The user's changes to the table: read from the configuration, checked, and laid over the defaults.

use std::collections::BTreeMap;
use std::fmt;

use quarterdeck_api::text::Line;
use serde::Deserialize;

use super::Keymap;
use super::actions::{Action, Section};
use crate::app::input::Key;
use crate::app::suggest::suggestion;

/// A key of the user's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserKey {
    /// Section, as written.
    pub section: String,
    /// Action, as written; `+` before it adds.
    pub action: String,
    /// Keys, as written.
    pub keys: Vec<String>,
    /// Line in the file.
    pub line: usize,
}

/// What is wrong with a key of the user's own; the default stands instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeymapProblem {
    /// Line in the file.
    pub line: usize,
    /// What is wrong, and what to write.
    pub message: Line,
}

impl fmt::Display for KeymapProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message.as_str())
    }
}

impl Keymap {
    /// The default table with the user's own keys laid over it, and what of those could not be used.
    pub fn load(default: &str, user: &[UserKey]) -> (Self, Vec<KeymapProblem>) {
        let mut keymap = Self::read(default);
        let problems = user
            .iter()
            .filter_map(|own| keymap.lay_over(own).err())
            .collect();
        (keymap, problems)
    }

    fn lay_over(&mut self, own: &UserKey) -> Result<(), KeymapProblem> {
        let problem = |message: String| KeymapProblem {
            line: own.line,
            message: Line::new(&message),
        };
        let (name, adds) = match own.action.strip_prefix('+') {
            Some(name) => (name, true),
            None => (own.action.as_str(), false),
        };
        let action = find_action(&own.section, name).map_err(problem)?;
        let keys = own.keys.iter().map(|key| self.usable_key(action, key));
        let keys = keys.collect::<Result<Vec<_>, _>>().map_err(problem)?;
        if let Some(binding) = self
            .bindings
            .iter_mut()
            .find(|binding| binding.action == action)
        {
            if adds {
                binding.keys.extend(keys);
            } else {
                binding.keys = keys;
            }
        }
        self.index();
        Ok(())
    }

    fn usable_key(&self, action: Action, written: &str) -> Result<Key, String> {
        let key: Key = written.parse().map_err(|error| format!("{error}"))?;
        if let Some(why) = action.refuses(key) {
            return Err(format!("`{key}` for `{}`: {why}", action.name()));
        }
        match self.by_key.get(&(action.section(), key)) {
            Some(holder) if *holder != action => Err(format!(
                "`{key}` is `{}` already; unbind that first with `{} = []`",
                holder.name(),
                holder.name()
            )),
            Some(_) | None => Ok(key),
        }
    }
}

fn find_action(section: &str, name: &str) -> Result<Action, String> {
    let in_section = |action: &&Action| action.section().name() == section;
    if !Section::ALL.iter().any(|known| known.name() == section) {
        let names = Section::ALL.iter().map(|known| known.name());
        return Err(format!(
            "no section `keys.{section}`{}",
            suggestion(section, names)
        ));
    }
    Action::ALL
        .iter()
        .filter(in_section)
        .find(|action| action.name() == name)
        .copied()
        .ok_or_else(|| {
            let names = Action::ALL
                .iter()
                .filter(in_section)
                .map(|action| action.name());
            format!(
                "no action `{name}` in `keys.{section}`{}",
                suggestion(name, names)
            )
        })
}

#[derive(Deserialize)]
struct UserFile {
    #[serde(default)]
    keys: BTreeMap<String, BTreeMap<toml::Spanned<String>, Vec<String>>>,
}

/// The keys in the text of a configuration file, with their lines.
///
/// # Errors
/// The file's `[keys]` cannot be read.
pub fn read_user_keys(config: &str) -> Result<Vec<UserKey>, toml::de::Error> {
    let file: UserFile = toml::from_str(config)?;
    let line_of = |offset: usize| config[..offset.min(config.len())].matches('\n').count() + 1;
    let keys = file.keys.into_iter().flat_map(|(section, actions)| {
        actions.into_iter().map(move |(action, keys)| UserKey {
            section: section.clone(),
            line: line_of(action.span().start),
            action: action.into_inner(),
            keys,
        })
    });
    Ok(keys.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::keymap::DEFAULT;

    fn own(section: &str, action: &str, keys: &[&str]) -> UserKey {
        UserKey {
            section: section.to_owned(),
            action: action.to_owned(),
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
            line: 7,
        }
    }

    fn load(user: &[UserKey]) -> (Keymap, Vec<String>) {
        let (keymap, problems) = Keymap::load(DEFAULT, user);
        (keymap, problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn no_unconfirmed_write_is_on_a_letter_that_ends_a_split_escape_sequence() {
        let (keymap, _) = load(&[]);
        for binding in keymap.bindings() {
            for key in &binding.keys {
                assert_eq!(
                    binding.action.refuses(*key),
                    None,
                    "{:?} on `{key}`",
                    binding.action
                );
            }
        }
        let (keymap, problems) = load(&[own("verbs", "accept", &["A"])]);
        assert_eq!(
            problems,
            [
                "line 7: `A` for `accept`: a split escape sequence can end in this letter; choose another"
            ]
        );
        assert_eq!(keymap.shown(Action::Accept), "a");
    }

    #[test]
    fn the_users_keys_replace_add_and_unbind() {
        let (keymap, problems) = load(&[
            own("table", "mark", &["m"]),
            own("table", "+down", &["n"]),
            own("table", "range", &[]),
        ]);
        assert_eq!(problems, [""; 0]);
        let sections = [Section::Table];
        assert_eq!(keymap.action(&sections, Key::from('m')), Some(Action::Mark));
        assert_eq!(keymap.action(&sections, Key::from(' ')), None);
        assert_eq!(keymap.action(&sections, Key::from('n')), Some(Action::Down));
        assert_eq!(keymap.action(&sections, Key::from('j')), Some(Action::Down));
        assert_eq!(keymap.action(&sections, Key::from('v')), None);
        assert_eq!(keymap.shown(Action::Range), ":range");
    }

    #[test]
    fn a_wrong_key_is_named_with_its_line_and_what_to_write() {
        let cases = [
            (
                own("tabel", "mark", &["m"]),
                "line 7: no section `keys.tabel`; did you mean `table`?",
            ),
            (
                own("table", "makr", &["m"]),
                "line 7: no action `makr` in `keys.table`; did you mean `mark`?",
            ),
            (
                own("table", "mark", &["j"]),
                "line 7: `j` is `down` already; unbind that first with `down = []`",
            ),
            (
                own("dialog", "confirm", &["Enter"]),
                "line 7: `Enter` for `confirm`: a bare Enter never confirms; choose another key",
            ),
            (
                own("table", "mark", &["C-pgup"]),
                "line 7: `C-pgup` names no key; did you mean `C-PgUp`?",
            ),
        ];
        for (key, message) in cases {
            assert_eq!(load(&[key]).1, [message]);
        }
    }

    #[test]
    fn user_keys_are_read_with_their_lines() {
        let keys = read_user_keys(
            "theme = \"dark\"\n\n[keys.table]\nmark = [\"m\"]\n\"+down\" = [\"n\"]\n",
        )
        .unwrap();
        let lines: Vec<_> = keys
            .iter()
            .map(|key| (key.action.as_str(), key.line))
            .collect();
        assert_eq!(lines, [("+down", 5), ("mark", 4)]);
    }
}
