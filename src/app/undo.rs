//! How long what was done can be taken back.

use chrono::{DateTime, TimeDelta, Utc};

/// How long an act can be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UndoWindow {
    /// For so long.
    For(TimeDelta),
    /// Until the next action.
    UntilNextAction,
}

impl UndoWindow {
    /// The window of so many seconds, where none at all are without end.
    pub fn of(seconds: u32) -> Self {
        match seconds {
            0 => Self::UntilNextAction,
            seconds => Self::For(TimeDelta::seconds(i64::from(seconds))),
        }
    }

    /// When it ends by time alone for what was done then.
    pub fn end_of(self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Self::For(window) => Some(at + window),
            Self::UntilNextAction => None,
        }
    }
}
