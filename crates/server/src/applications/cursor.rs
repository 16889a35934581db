//! Where a page ended: the sort key and the id of its last row.

use chrono::{DateTime, Utc};
use data_encoding::BASE64URL_NOPAD;
use quarterdeck_api::ids::ApplicationId;

use crate::db::clock::{from_micros, is_storable};

/// A place in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The row's age key.
    pub submitted_at: DateTime<Utc>,
    /// The row.
    pub id: ApplicationId,
}

impl Cursor {
    /// As it travels: opaque to clients.
    pub fn encode(self) -> String {
        let text = format!("{}.{}", self.submitted_at.timestamp_micros(), self.id.0);
        BASE64URL_NOPAD.encode(text.as_bytes())
    }

    /// Reads it back.
    pub fn decode(text: &str) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let (micros, id) = text.split_once('.')?;
        let submitted_at = from_micros(micros.parse().ok()?);
        is_storable(submitted_at).then_some(Self {
            submitted_at,
            id: ApplicationId(id.parse().ok()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_the_journey_and_rubbish_is_refused() {
        let cursor = Cursor {
            submitted_at: from_micros(1_790_000_000_123_456),
            id: ApplicationId(42),
        };
        assert_eq!(Cursor::decode(&cursor.encode()), Some(cursor));
        assert_eq!(Cursor::decode("!!"), None);
        assert_eq!(Cursor::decode(""), None);
    }
}
