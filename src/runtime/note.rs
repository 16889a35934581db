//! What the header says beside the rest, and how long it holds.

use chrono::{DateTime, TimeDelta, Utc};
use quarterdeck_api::text::Line;

use super::launch::HeaderNote;
use crate::app::message::Msg;

/// How long a header note holds: the step of a one-time code.
const NOTE_STEP: TimeDelta = TimeDelta::seconds(30);

/// The note of now, as a message.
pub(super) fn header_note(note: &HeaderNote, now: DateTime<Utc>) -> Msg {
    Msg::HeaderNote(Line::new(&note(now)))
}

/// The next full half minute, when every one-time code changes.
pub(super) fn next_step(now: DateTime<Utc>) -> DateTime<Utc> {
    let into_step = now.timestamp().rem_euclid(NOTE_STEP.num_seconds());
    let step_began = now.timestamp() - into_step;
    DateTime::from_timestamp(step_began, 0).unwrap_or(now) + NOTE_STEP
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_note_holds_until_the_next_half_minute() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert_eq!(
            next_step(at("2026-11-20T10:00:00Z")),
            at("2026-11-20T10:00:30Z")
        );
        assert_eq!(
            next_step(at("2026-11-20T10:00:29.9Z")),
            at("2026-11-20T10:00:30Z")
        );
        assert_eq!(
            next_step(at("2026-11-20T10:00:30Z")),
            at("2026-11-20T10:01:00Z")
        );
    }
}
