//! The one table of keys: which key means which action in which context, and how each is called.
//!
//! Dispatch, the footer, the `?` menu and the palette are all made from it, so nothing is listed
//! twice. The defaults are `assets/keymap.toml`; the user's own keys are laid over them.

mod actions;
mod file;
mod user;

use std::collections::BTreeMap;

use quarterdeck_api::text::Line;
use serde::Deserialize;

use super::input::Key;
pub use actions::{Action, Section};
pub use file::read_user_keys;
pub use user::{KeymapProblem, UserKey, UserKeys};

/// The default table.
pub const DEFAULT: &str = include_str!("../../../assets/keymap.toml");

/// An action with its keys and its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// What the keys mean.
    pub action: Action,
    /// The keys; the first one is shown.
    pub keys: Vec<Key>,
    /// The word in the footer.
    pub label: Option<Line>,
    /// The rank in the footer, the smallest first.
    pub hint: Option<u8>,
    /// The line in the menu.
    pub help: Line,
}

impl Binding {
    /// The key that is shown, if any is bound.
    pub fn shown_key(&self) -> Option<Key> {
        self.keys.first().copied()
    }
}

/// The table in force.
#[derive(Clone, Debug, Default)]
pub struct Keymap {
    bindings: Vec<Binding>,
    by_key: BTreeMap<(Section, Key), Action>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    keys: Vec<String>,
    label: Option<Line>,
    hint: Option<u8>,
    help: Line,
}

type WrittenTable = BTreeMap<String, BTreeMap<String, Written>>;

impl Keymap {
    fn read(text: &str) -> Self {
        // The default table is an asset of ours: a test holds that it can be read and names every action.
        let table: WrittenTable = toml::from_str(text).unwrap_or_default();
        let bindings = Action::ALL.iter().filter_map(|action| {
            let written = table.get(action.section().name())?.get(action.name())?;
            Some(Binding {
                action: *action,
                keys: written
                    .keys
                    .iter()
                    .filter_map(|key| key.parse().ok())
                    .collect(),
                label: written.label.clone(),
                hint: written.hint,
                help: written.help.clone(),
            })
        });
        let mut keymap = Self {
            bindings: bindings.collect(),
            by_key: BTreeMap::new(),
        };
        keymap.index();
        keymap
    }

    fn index(&mut self) {
        self.by_key = self
            .bindings
            .iter()
            .flat_map(|binding| {
                let section = binding.action.section();
                binding
                    .keys
                    .iter()
                    .map(move |key| ((section, *key), binding.action))
            })
            .collect();
    }

    /// What a key means where these sections apply, the most particular first.
    pub fn action(&self, sections: &[Section], key: Key) -> Option<Action> {
        sections
            .iter()
            .find_map(|section| self.by_key.get(&(*section, key)).copied())
    }

    /// Keys and words of an action.
    pub fn binding(&self, action: Action) -> Option<&Binding> {
        self.bindings
            .iter()
            .find(|binding| binding.action == action)
    }

    /// The key of an action as it is shown; `:name` where none is bound.
    pub fn shown(&self, action: Action) -> String {
        self.binding(action)
            .and_then(Binding::shown_key)
            .map_or_else(|| format!(":{}", action.name()), |key| key.to_string())
    }

    /// The bindings of these sections, in their order.
    pub fn of<'a>(&'a self, sections: &'a [Section]) -> impl Iterator<Item = &'a Binding> {
        sections.iter().flat_map(|section| {
            self.bindings
                .iter()
                .filter(move |binding| binding.action.section() == *section)
        })
    }

    /// Every binding.
    pub fn bindings(&self) -> &[Binding] {
        &self.bindings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn u_10_every_action_has_a_key_and_a_help_line() {
        let table: WrittenTable = toml::from_str(DEFAULT).unwrap();
        let named: usize = table.values().map(BTreeMap::len).sum();
        assert_eq!(
            named,
            Action::ALL.len(),
            "the table names an action that does not exist"
        );
        let (keymap, _) = Keymap::load(DEFAULT, &UserKeys::default());
        for action in Action::ALL {
            let binding = keymap
                .binding(*action)
                .unwrap_or_else(|| panic!("{action:?}"));
            assert!(!binding.keys.is_empty(), "{action:?} has no key");
            assert!(!binding.help.as_str().is_empty(), "{action:?} has no help");
            assert_eq!(
                binding.hint.is_some(),
                binding.label.is_some(),
                "{action:?}"
            );
        }
    }

    #[test]
    fn every_key_of_the_table_can_be_read_and_is_bound_once_in_its_section() {
        let table: WrittenTable = toml::from_str(DEFAULT).unwrap();
        for (section, actions) in &table {
            let mut seen = std::collections::BTreeSet::new();
            for key in actions.values().flat_map(|written| &written.keys) {
                let key: Key = key.parse().unwrap();
                assert!(seen.insert(key), "`{key}` twice in [{section}]");
            }
        }
    }

    #[test]
    fn no_key_of_the_table_means_two_things_at_once() {
        let (keymap, _) = Keymap::load(DEFAULT, &UserKeys::default());
        for one in keymap.bindings() {
            for other in keymap.bindings() {
                let is_apart = one.action == other.action || !one.action.is_live_with(other.action);
                let shared = one.keys.iter().find(|key| other.keys.contains(key));
                assert!(
                    is_apart || shared.is_none(),
                    "{:?} and {:?}",
                    one.action,
                    other.action
                );
            }
        }
    }
}
