//! The second key of `o`: which keys may follow, and from when on they are listed. A hand that knows the
//! key is never kept waiting: it is taken whether or not anything was drawn.

use chrono::{DateTime, TimeDelta, Utc};

use super::keymap::{Action, Section};
use super::menu::{self, MenuEntry};
use super::model::{Model, Session};

/// How long a hand that knows the key is left alone.
const PATIENCE: TimeDelta = TimeDelta::milliseconds(400);

/// A key that is awaited after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecondKey {
    /// When the keys that may follow are listed.
    pub listed_from: DateTime<Utc>,
}

/// Awaits it.
pub fn await_key(model: &mut Model) {
    let listed_from = model.now + PATIENCE;
    model.second_key = Some(SecondKey { listed_from });
}

/// A key that is none of them asks for their list, or leaves.
pub fn list_if_asked(model: &mut Model, action: Option<Action>) {
    let listed_from = model.now;
    model.second_key = (action == Some(Action::Help)).then_some(SecondKey { listed_from });
}

/// The keys that may follow, each with why it leads nowhere if so.
pub fn entries(model: &Model) -> Vec<MenuEntry> {
    menu::entries_of(model, &[Section::Related])
}

/// The same, once they are to be drawn.
pub fn listed(model: &Model) -> Option<Vec<MenuEntry>> {
    let is_due = |awaited: &SecondKey| awaited.listed_from <= model.now;
    let is_at_work = matches!(model.session, Session::Active) && model.overlay.is_none();
    let awaited = model.second_key.filter(|_| is_at_work);
    awaited.filter(is_due).map(|_| entries(model))
}
