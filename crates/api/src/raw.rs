//! A reply as the server sent it, for an operator who wants to see the bytes. They come from outside and
//! are in no way clean: so there is no `Display`, and whatever is written of them is printable ASCII.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use crate::text::Body;

/// Bytes that are kept of a reply.
pub const MOST_BYTES: usize = 64 * 1024;
/// Characters that are written of it to be drawn, fewer than a body holds.
const MOST_SHOWN: usize = 60 * 1024;
/// Deepest indent, in steps.
const DEEPEST: usize = 16;

/// A reply as the server sent it, or as much as is kept of it. Clones share the bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct RawRecord {
    kept: Arc<[u8]>,
    sent: usize,
}

/// The length alone: a reply may hold anything.
impl fmt::Debug for RawRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RawRecord").field(&self.sent).finish()
    }
}

impl RawRecord {
    /// Keeps a reply, at most the first [`MOST_BYTES`] of it.
    pub fn of(json: &[u8]) -> Self {
        Self {
            kept: json[..json.len().min(MOST_BYTES)].into(),
            sent: json.len(),
        }
    }

    /// How many bytes were sent.
    pub const fn sent(&self) -> usize {
        self.sent
    }

    /// Whether all of them are kept.
    pub fn is_whole(&self) -> bool {
        self.kept.len() == self.sent
    }

    /// The record with a line for each member, and how many of its bytes that are. Inside of strings, what is no
    /// printable ASCII is a JSON escape; bytes that are no text are `\xff`.
    pub fn lines(&self) -> (Body, usize) {
        let mut writer = Writer::default();
        let taken = writer.write(&self.kept, MOST_SHOWN, Writer::lay_out);
        (Body::new(&writer.text), taken)
    }

    /// What is kept in one line, escaped in the same way.
    pub fn escaped(&self) -> String {
        let mut writer = Writer::default();
        writer.write(&self.kept, usize::MAX, Writer::keep);
        writer.text
    }
}

#[derive(Default)]
struct Writer {
    text: String,
    depth: usize,
    is_in_string: bool,
    is_escaped: bool,
    /// A brace was opened and nothing has followed it.
    is_opened: bool,
}

impl Writer {
    /// Writes up to a length; says how many bytes were taken.
    fn write(&mut self, json: &[u8], most: usize, outside: fn(&mut Self, char)) -> usize {
        let mut taken = 0;
        for chunk in json.utf8_chunks() {
            for letter in chunk.valid().chars() {
                if self.text.len() >= most {
                    return taken;
                }
                if self.is_in_string {
                    self.inside(letter);
                } else {
                    self.is_in_string = letter == '"';
                    outside(self, letter);
                }
                taken += letter.len_utf8();
            }
            for byte in chunk.invalid() {
                // Writing to a string cannot fail.
                let _written = write!(self.text, "\\x{byte:02x}");
                taken += 1;
            }
        }
        taken
    }

    fn inside(&mut self, letter: char) {
        self.is_in_string = self.is_escaped || letter != '"';
        self.is_escaped = letter == '\\' && !self.is_escaped;
        self.escape(letter);
    }

    fn escape(&mut self, letter: char) {
        if letter == ' ' || letter.is_ascii_graphic() {
            return self.text.push(letter);
        }
        for unit in letter.encode_utf16(&mut [0; 2]) {
            // Writing to a string cannot fail.
            let _written = write!(self.text, "\\u{unit:04x}");
        }
    }

    fn keep(&mut self, letter: char) {
        let is_space = letter.is_ascii_whitespace();
        self.escape(if is_space { ' ' } else { letter });
    }

    /// Begins lines and indents them; the space that the server put between is left out.
    fn lay_out(&mut self, letter: char) {
        if letter.is_ascii_whitespace() {
            return;
        }
        let closes = matches!(letter, '}' | ']');
        if closes {
            self.depth = self.depth.saturating_sub(1);
        }
        if closes != self.is_opened {
            self.begin_line();
        }
        self.is_opened = matches!(letter, '{' | '[');
        if self.is_opened {
            self.depth += 1;
        }
        self.escape(letter);
        match letter {
            ',' => self.begin_line(),
            ':' => self.text.push(' '),
            _ => {}
        }
    }

    fn begin_line(&mut self) {
        self.text.push('\n');
        self.text
            .extend(std::iter::repeat_n("  ", self.depth.min(DEEPEST)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(json: &[u8]) -> String {
        RawRecord::of(json).lines().0.to_string()
    }

    #[test]
    fn a_record_is_laid_out_by_members_and_says_what_was_sent() {
        let json = r#"{"id":1,"name":"a, {b}: \"c\\","tags":[],"of":{"x":null},"list":[1, 2]}"#;
        assert_eq!(
            lines(json.as_bytes()),
            "{\n  \"id\": 1,\n  \"name\": \"a, {b}: \\\"c\\\\\",\n  \"tags\": [],\n  \"of\": {\n    \"x\": null\n  },\n  \
             \"list\": [\n    1,\n    2\n  ]\n}"
        );
        assert_eq!(RawRecord::of(json.as_bytes()).escaped(), json);
    }

    #[test]
    fn nothing_but_printable_ascii_is_written() {
        let json = b"{\"a\":\"\x1b]52;c;x\x07 \xc2\x9b31m \xe2\x80\xae M\xc3\xbc \xf0\x9f\x98\x80 \x7f \xff\"}\r\n\x1b";
        let raw = RawRecord::of(json);
        let is_plain = |text: &str| {
            let mut letters = text.chars();
            letters.all(|letter| letter == ' ' || letter.is_ascii_graphic())
        };
        let (shown, taken) = raw.lines();
        assert_eq!(taken, json.len());
        assert!(shown.as_str().lines().all(is_plain), "{shown}");
        let escaped = raw.escaped();
        assert!(is_plain(&escaped), "{escaped}");
        for written in [
            "\\u001b]52;c;x\\u0007",
            "\\u009b31m",
            "\\u202e M\\u00fc \\ud83d\\ude00 \\u007f \\xff",
        ] {
            assert!(escaped.contains(written), "{written} in {escaped}");
            assert!(shown.as_str().contains(written), "{written} in {shown}");
        }
        assert!(escaped.ends_with("}  \\u001b"), "{escaped}");
        assert!(shown.as_str().ends_with("}\\u001b"), "{shown}");
    }

    #[test]
    fn a_long_record_is_kept_and_shown_in_part_and_says_so() {
        let json = format!("\"{}\"", "\u{fc}".repeat(MOST_BYTES));
        let raw = RawRecord::of(json.as_bytes());
        assert!(!raw.is_whole());
        assert_eq!(raw.sent(), json.len());
        let (shown, taken) = raw.lines();
        assert!(
            taken < MOST_BYTES && shown.as_str().len() < 64 * 1024,
            "{taken}"
        );
        assert!(RawRecord::of(b"{}").is_whole());
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_sent_it_is_written_as_printable_ascii(json: Vec<u8>) {
            let raw = RawRecord::of(&json);
            let is_plain = |letter: char| letter == ' ' || letter.is_ascii_graphic();
            proptest::prop_assert!(raw.escaped().chars().all(is_plain));
            let (shown, taken) = raw.lines();
            proptest::prop_assert!(shown.as_str().chars().all(|letter| letter == '\n' || is_plain(letter)));
            proptest::prop_assert_eq!(taken, json.len());
        }

        #[test]
        fn what_is_copied_of_json_is_the_same_json(name in ".*", number: i64) {
            let value = serde_json::json!({"name": name, "of": [number, null]});
            let raw = RawRecord::of(value.to_string().as_bytes());
            let read: serde_json::Value = serde_json::from_str(&raw.escaped()).unwrap();
            proptest::prop_assert_eq!(read, value);
        }
    }
}
