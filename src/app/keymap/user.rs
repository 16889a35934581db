//! The user's changes to the table: laid over the defaults all at once, then checked, so that neither
//! their order nor what they leave behind matters. Two actions can swap their keys.

use std::fmt;

use quarterdeck_api::suggest::suggestion;
use quarterdeck_api::text::Line;

use super::Keymap;
use super::actions::{Action, Section};
use crate::app::input::Key;

/// The keys of the user's own, as a file has them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserKeys {
    /// The file that was read, as it is named to people.
    pub file: Line,
    /// What could be read, by line.
    pub keys: Vec<UserKey>,
    /// What could not.
    pub problems: Vec<KeymapProblem>,
}

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
    /// The file that was read.
    pub file: Line,
    /// Line in the file.
    pub line: usize,
    /// What is wrong, and what to write.
    pub message: Line,
}

impl fmt::Display for KeymapProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            message,
        } = self;
        write!(f, "{file}:{line}: {message}")
    }
}

impl UserKeys {
    pub(super) fn problem(&self, line: usize, message: &str) -> KeymapProblem {
        KeymapProblem {
            file: self.file.clone(),
            line,
            message: Line::new(message),
        }
    }
}

/// What a change does to the keys that an action has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Replace,
    Add,
}

/// A change that can be read.
#[derive(Clone, Debug)]
struct Change {
    action: Action,
    way: Way,
    keys: Vec<Key>,
    line: usize,
}

impl Keymap {
    /// The default table with the user's own keys laid over it, and what of those could not be used.
    pub fn load(default: &str, user: &UserKeys) -> (Self, Vec<KeymapProblem>) {
        let table = Self::read(default);
        let mut problems = user.problems.clone();
        let mut changes = Vec::new();
        for own in &user.keys {
            match read_change(own) {
                Ok(change) => changes.push(change),
                Err(message) => problems.push(user.problem(own.line, &message)),
            }
        }
        // Each round drops a change, and without any the table is the default one.
        let keymap = loop {
            let keymap = table.changed(&changes);
            let Some((place, message)) = keymap.first_fault(&changes) else {
                break keymap;
            };
            problems.push(user.problem(changes.remove(place).line, &message));
        };
        problems.sort_by_key(|problem| problem.line);
        (keymap, problems)
    }

    /// The table with these changes, checked by nothing. What is replaced is replaced first.
    fn changed(&self, changes: &[Change]) -> Self {
        let mut table = self.clone();
        for way in [Way::Replace, Way::Add] {
            for change in changes.iter().filter(|change| change.way == way) {
                table.lay_over(change);
            }
        }
        table.index();
        table
    }

    fn lay_over(&mut self, change: &Change) {
        let binding = self
            .bindings
            .iter_mut()
            .find(|binding| binding.action == change.action);
        if let Some(binding) = binding {
            match change.way {
                Way::Replace => binding.keys.clone_from(&change.keys),
                Way::Add => binding.keys.extend(&change.keys),
            }
        }
    }

    /// The change that is at fault, the last one first: of two that want the same key, the one above
    /// keeps it.
    fn first_fault(&self, changes: &[Change]) -> Option<(usize, String)> {
        let of = |(place, change): (usize, &Change)| Some((place, self.fault(change, changes)?));
        changes.iter().enumerate().rev().find_map(of)
    }

    fn fault(&self, change: &Change, changes: &[Change]) -> Option<String> {
        let action = change.action;
        let has_keys = self
            .binding(action)
            .is_some_and(|binding| !binding.keys.is_empty());
        if !has_keys && action.is_a_way_out() {
            return Some(format!(
                "`{}` needs a key: nothing else leads out",
                action.name()
            ));
        }
        change.keys.iter().find_map(|key| {
            self.repeated(action, *key)
                .or_else(|| self.held(action, *key, changes))
        })
    }

    fn repeated(&self, action: Action, key: Key) -> Option<String> {
        let keys = &self.binding(action)?.keys;
        let times = keys.iter().filter(|other| **other == key).count();
        (times > 1).then(|| format!("`{key}` is a key of `{}` twice", action.name()))
    }

    fn held(&self, action: Action, key: Key, changes: &[Change]) -> Option<String> {
        let holder = self.bindings.iter().find(|binding| {
            binding.action != action
                && binding.action.is_live_with(action)
                && binding.keys.contains(&key)
        })?;
        let (name, section) = (holder.action.name(), holder.action.section().name());
        let by_user = changes
            .iter()
            .find(|change| change.action == holder.action && change.keys.contains(&key));
        let how = match by_user {
            Some(change) => format!(", by line {}; choose another", change.line),
            None => format!("; unbind that with `{name} = []` in [keys.{section}]"),
        };
        Some(format!(
            "`{key}` for `{}` is `{name}` already{how}",
            action.name()
        ))
    }
}

fn read_change(own: &UserKey) -> Result<Change, String> {
    let (name, way) = match own.action.strip_prefix('+') {
        Some(name) => (name, Way::Add),
        None => (own.action.as_str(), Way::Replace),
    };
    let action = find_action(&own.section, name)?;
    let keys = own.keys.iter().map(|key| usable_key(action, key));
    Ok(Change {
        action,
        way,
        keys: keys.collect::<Result<_, _>>()?,
        line: own.line,
    })
}

fn usable_key(action: Action, written: &str) -> Result<Key, String> {
    let key: Key = written.parse().map_err(|error| format!("{error}"))?;
    match action.refuses(key) {
        Some(why) => Err(format!("`{key}` for `{}`: {why}", action.name())),
        None => Ok(key),
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

#[cfg(test)]
mod tests;
