//! What the header says beside the rest; it holds as long as a one-time code does.

use chrono::{DateTime, Utc};
use quarterdeck_api::text::Line;

use super::launch::HeaderNote;
use crate::app::message::Msg;

/// The note of now, as a message.
pub(super) fn header_note(note: &HeaderNote, now: DateTime<Utc>) -> Msg {
    Msg::HeaderNote(Line::new(&note(now)))
}
