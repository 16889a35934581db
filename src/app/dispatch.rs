//! Which action a key is about to be dispatched to, told before it is: what a crash report may name.
//!
//! Decided by the model alone, as `keys` decides where the key goes. A key that types a character
//! where text is taken is nobody's action, so that no report can be read back into what was typed.

use super::input::Key;
use super::keymap::{Action, Section};
use super::layout::Mode;
use super::model::{Model, Session};
use super::options::SingleKeys;
use super::words;

/// The action that a key is dispatched to now, if any.
pub fn dispatched(model: &Model, key: Key) -> Option<Action> {
    if key.typed().is_some() && takes_text(model) {
        return None;
    }
    if Mode::of(model.size) == Mode::TooSmall {
        return model.keymap.action(&[Section::Global], key);
    }
    match (&model.overlay, &model.session) {
        (Some(overlay), _) => overlay.action(key, &model.keymap),
        (None, Session::Active) => at_work(model, key),
        (None, Session::SigningIn(_)) => beside_form(model, key),
        (None, Session::Connecting | Session::Unreachable { .. } | Session::NotAdmin { .. }) => {
            model.keymap.action(&[Section::Global], key)
        }
    }
}

/// Whether a character would be text. Said of whatever is open, drawn or not.
pub const fn takes_text(model: &Model) -> bool {
    match (&model.overlay, &model.session) {
        (Some(overlay), _) => overlay.takes_text(),
        (None, Session::SigningIn(_)) => true,
        (
            None,
            Session::Active
            | Session::Connecting
            | Session::Unreachable { .. }
            | Session::NotAdmin { .. },
        ) => false,
    }
}

/// The action of a key on the screen of a tab.
pub(super) fn at_work(model: &Model, key: Key) -> Option<Action> {
    meant_at_work(model, key).filter(|action| !is_silenced(model, *action, key))
}

/// The action of a key that would write, where single keys do not.
pub(super) fn silenced(model: &Model, key: Key) -> Option<Action> {
    meant_at_work(model, key).filter(|action| is_silenced(model, *action, key))
}

/// Whether a key of an action does nothing because it is a single one.
pub fn is_silenced(model: &Model, action: Action, key: Key) -> bool {
    model.single_keys == SingleKeys::Off && key.typed().is_some() && action.is_verb()
}

fn meant_at_work(model: &Model, key: Key) -> Option<Action> {
    model
        .keymap
        .action(model.sections(), key)
        .filter(|action| words::is_of_here(model, *action))
}

fn beside_form(model: &Model, key: Key) -> Option<Action> {
    match model.keymap.action(&[Section::Global], key) {
        Some(action @ (Action::Cancel | Action::Suspend | Action::Repaint)) => Some(action),
        Some(_) | None => model.keymap.action(&[Section::Prompt], key),
    }
}
