//! Where a page ended: the sort key and the id of its last row.

use chrono::{DateTime, Utc};
use data_encoding::BASE64URL_NOPAD;
use sea_orm::Value;

use super::clock::{from_micros, is_storable};

/// What a list is ordered by before the id; its cursors are no good under another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortKey {
    /// A time, by the name of the sort.
    Time(&'static str),
    /// A text, by the name of the sort.
    Text(&'static str),
}

/// The value of a sort key in a row. NULLs have no place in an order: coalesce them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// A time.
    Time(DateTime<Utc>),
    /// A text.
    Text(String),
}

impl From<Key> for Value {
    fn from(key: Key) -> Self {
        match key {
            Key::Time(time) => time.into(),
            Key::Text(text) => text.into(),
        }
    }
}

/// A place in a list that is ordered by a key and then by id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The row's sort key.
    pub key: Key,
    /// The row.
    pub id: i64,
}

impl SortKey {
    const fn name(self) -> &'static str {
        match self {
            Self::Time(name) | Self::Text(name) => name,
        }
    }

    /// A row's place as it travels: opaque to clients.
    pub fn encode(self, cursor: &Cursor) -> String {
        let key = match &cursor.key {
            Key::Time(time) => time.timestamp_micros().to_string(),
            Key::Text(text) => text.clone(),
        };
        let text = format!("{}.{}.{key}", self.name(), cursor.id);
        BASE64URL_NOPAD.encode(text.as_bytes())
    }

    /// Reads a place back; none where it is not one of this order.
    pub fn decode(self, text: &str) -> Option<Cursor> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let (id, key) = text
            .strip_prefix(self.name())?
            .strip_prefix('.')?
            .split_once('.')?;
        Some(Cursor {
            key: self.read_key(key)?,
            id: id.parse().ok()?,
        })
    }

    fn read_key(self, text: &str) -> Option<Key> {
        match self {
            Self::Time(_) => {
                let time = from_micros(text.parse().ok()?);
                is_storable(time).then_some(Key::Time(time))
            }
            // NUL is the one character that PostgreSQL's text cannot hold.
            Self::Text(_) => (!text.contains('\0')).then(|| Key::Text(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AGE: SortKey = SortKey::Time("age");
    const EMAIL: SortKey = SortKey::Text("email");

    fn at(key: Key) -> Cursor {
        Cursor { key, id: 42 }
    }

    #[test]
    fn a_cursor_survives_the_journey() {
        let time = at(Key::Time(from_micros(1_790_000_000_123_456)));
        assert_eq!(AGE.decode(&AGE.encode(&time)), Some(time));
        for text in ["", "ana@example.org", "a.b.c", "ä"] {
            let text = at(Key::Text(text.to_owned()));
            assert_eq!(EMAIL.decode(&EMAIL.encode(&text)), Some(text));
        }
    }

    #[test]
    fn rubbish_is_refused() {
        let forged = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
        for text in [
            "",
            "!!",
            &forged("age"),
            &forged("age.1"),
            &forged("age.x.1"),
        ] {
            assert_eq!(AGE.decode(text), None, "{text}");
        }
        let beyond = DateTime::<Utc>::MAX_UTC.timestamp_micros();
        assert_eq!(AGE.decode(&forged(&format!("age.1.{beyond}"))), None);
        assert_eq!(EMAIL.decode(&forged("email.1.a\0b")), None);
    }

    #[test]
    fn a_cursor_of_another_order_is_refused() {
        let cursor = at(Key::Time(from_micros(0)));
        let seen = SortKey::Time("age_seen");
        assert_eq!(AGE.decode(&seen.encode(&cursor)), None);
        assert_eq!(seen.decode(&AGE.encode(&cursor)), None);
        assert_eq!(EMAIL.decode(&AGE.encode(&cursor)), None);
    }
}
