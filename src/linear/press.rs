//! Keys that stand for a command or an answer.

use crate::app::dispatch::takes_text;
use crate::app::input::{Key, KeyCode};
use crate::app::keymap::Action;
use crate::app::model::Model;

/// What a line asks of the runtime.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// These keys, in this order.
    Press(Vec<Press>),
    /// To leave.
    Leave,
}

impl Request {
    /// Nothing but what is said at the next prompt.
    pub(super) const fn nothing() -> Self {
        Self::Press(Vec::new())
    }
}

/// A key, and what it may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Press {
    /// The key.
    pub key: Key,
    /// What it may reach.
    pub to: To,
}

/// What a key may reach: a letter of a text that finds no field must not become a verb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// Whatever takes it.
    Anything,
    /// A field that text is typed in, and nothing else.
    Field,
}

impl Press {
    pub(super) const fn any(key: Key) -> Self {
        Self {
            key,
            to: To::Anything,
        }
    }

    const fn text(key: Key) -> Self {
        Self { key, to: To::Field }
    }

    /// The key, if what it is meant for is there.
    pub fn key(self, model: &Model) -> Option<Key> {
        match self.to {
            To::Anything => Some(self.key),
            To::Field => takes_text(model).then_some(self.key),
        }
    }
}

/// The key of an action. Every action has one: the table in force is the one that the console ships with.
pub(super) fn of(model: &Model, action: Action) -> Vec<Press> {
    let binding = model.keymap.binding(action);
    let key = binding.and_then(|binding| binding.keys.first());
    key.copied().map(Press::any).into_iter().collect()
}

/// A text into the field that is open, in place of what it holds, and Enter.
pub(super) fn fill(text: &str) -> Vec<Press> {
    let cleared = [Key::from(KeyCode::End), Key::control('u')];
    let letters = text.chars().map(Key::from);
    let enter = Key::from(KeyCode::Enter);
    let keys = cleared.into_iter().chain(letters).chain([enter]);
    keys.map(Press::text).collect()
}

/// A command behind `:`.
pub(super) fn command(model: &Model, text: &str) -> Vec<Press> {
    let mut keys = of(model, Action::Palette);
    keys.extend(fill(text));
    keys
}

/// A filter behind `/`.
pub(super) fn filter(model: &Model, text: &str) -> Vec<Press> {
    let mut keys = of(model, Action::Filter);
    keys.extend(fill(text));
    keys
}

/// Closes what lies over the screen.
pub(super) fn escape() -> Vec<Press> {
    vec![Press::any(Key::from(KeyCode::Esc))]
}

/// The end of the detail, where more of it is loaded.
pub(super) fn to_the_end(model: &Model) -> Vec<Press> {
    of(model, Action::Bottom)
}

/// Back from the detail to the list.
pub(super) fn back(model: &Model) -> Vec<Press> {
    of(model, Action::Back)
}
