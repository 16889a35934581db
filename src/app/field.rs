//! The text field of every form, prompt and dialog: `tui-input` behind our own keys, with a mask for
//! what must not be seen and a rule for what may be pasted.

use std::fmt;

use quarterdeck_api::sessions::Secret;
use quarterdeck_api::text::Line;
use tui_input::{Input, InputRequest};

use super::input::{Key, KeyCode};
use super::options::Charset;

/// How a field shows what it holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Display {
    /// As it is.
    #[default]
    Plain,
    /// As stars: passwords, codes and tokens.
    Masked,
}

/// Whether text may be pasted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paste {
    /// It may.
    Allowed,
    /// It may not: a phrase that is typed to confirm.
    Refused,
}

/// A field of one line.
#[derive(Clone)]
pub struct Field {
    input: Input,
    display: Display,
    paste: Paste,
    longest: usize,
    takes: fn(char) -> bool,
}

/// Longest text a field takes unless told otherwise, in characters.
const LONGEST: usize = 512;

impl Field {
    /// An empty field.
    pub fn new(display: Display, paste: Paste) -> Self {
        Self {
            input: Input::default(),
            display,
            paste,
            longest: LONGEST,
            takes: |character| !character.is_control(),
        }
    }

    /// An empty field that shows its text.
    pub fn plain() -> Self {
        Self::new(Display::Plain, Paste::Allowed)
    }

    /// An empty field that hides its text.
    pub fn masked() -> Self {
        Self::new(Display::Masked, Paste::Allowed)
    }

    /// The field with this text in it and the cursor behind it.
    #[must_use]
    pub fn holding(mut self, text: &str) -> Self {
        self.input = Input::new(text.chars().take(self.longest).collect());
        self
    }

    /// The field with another limit, in characters.
    #[must_use]
    pub const fn at_most(mut self, longest: usize) -> Self {
        self.longest = longest;
        self
    }

    /// The field, taking digits alone.
    #[must_use]
    pub fn digits(self) -> Self {
        Self {
            takes: |character| character.is_ascii_digit(),
            ..self
        }
    }

    /// How it shows what it holds.
    pub const fn display(&self) -> Display {
        self.display
    }

    /// What it holds.
    pub fn value(&self) -> &str {
        self.input.value()
    }

    /// What it holds, for a program that shows it and writes it to a file.
    ///
    /// # Errors
    /// It hides what it holds, or wants it typed.
    pub fn lent(&self) -> Result<&str, LendingRefused> {
        match (self.display, self.paste) {
            (Display::Masked, _) => Err(LendingRefused::Masked),
            (Display::Plain, Paste::Refused) => Err(LendingRefused::Typed),
            (Display::Plain, Paste::Allowed) => Ok(self.value()),
        }
    }

    /// What it holds, as a secret; the field is empty afterward.
    pub fn take_secret(&mut self) -> Secret {
        Secret::new(self.input.value_and_reset())
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.value().is_empty()
    }

    /// What is drawn.
    pub fn shown(&self) -> Line {
        match self.display {
            Display::Plain => Line::new(self.value()),
            Display::Masked => Line::new(&"*".repeat(self.value().chars().count())),
        }
    }

    /// Column of the cursor in what is drawn.
    pub fn cursor_column(&self, charset: Charset) -> usize {
        let before = self.input.cursor();
        match self.display {
            Display::Plain => {
                let before: String = self.value().chars().take(before).collect();
                charset.cells(&before)
            }
            Display::Masked => before,
        }
    }

    /// Takes an editing key; says whether it was one.
    pub fn edit(&mut self, key: Key) -> bool {
        let Some(request) = request_of(key) else {
            return false;
        };
        if let InputRequest::InsertChar(character) = request {
            self.insert(character);
        } else {
            self.input.handle(request);
        }
        true
    }

    /// Inserts pasted text, its line ends left out so that a paste can never submit.
    ///
    /// # Errors
    /// The field takes no paste.
    pub fn paste(&mut self, text: &str) -> Result<(), PasteRefused> {
        match self.paste {
            Paste::Refused => Err(PasteRefused),
            Paste::Allowed => {
                for character in text.chars() {
                    self.insert(character);
                }
                Ok(())
            }
        }
    }

    fn insert(&mut self, character: char) {
        if (self.takes)(character) && self.value().chars().count() < self.longest {
            self.input.handle(InputRequest::InsertChar(character));
        }
    }
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Field")
            .field(&self.shown().as_str())
            .finish()
    }
}

/// The field takes no paste.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasteRefused;

/// Why a field lends nothing to another program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LendingRefused {
    /// What is hidden is never written to a file.
    Masked,
    /// It counts only if it is typed.
    Typed,
}

impl fmt::Display for LendingRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Masked => "What is hidden is never written to a file.",
            Self::Typed => "Type it; what an editor writes does not count here.",
        })
    }
}

fn request_of(key: Key) -> Option<InputRequest> {
    if let Some(character) = key.typed() {
        return Some(InputRequest::InsertChar(character));
    }
    let by_word = key.modifiers.control || key.modifiers.alt;
    match key.code {
        KeyCode::Left if by_word => Some(InputRequest::GoToPrevWord),
        KeyCode::Right if by_word => Some(InputRequest::GoToNextWord),
        KeyCode::Backspace if by_word => Some(InputRequest::DeletePrevWord),
        KeyCode::Left => Some(InputRequest::GoToPrevChar),
        KeyCode::Right => Some(InputRequest::GoToNextChar),
        KeyCode::Home => Some(InputRequest::GoToStart),
        KeyCode::End => Some(InputRequest::GoToEnd),
        KeyCode::Backspace => Some(InputRequest::DeletePrevChar),
        KeyCode::Delete => Some(InputRequest::DeleteNextChar),
        KeyCode::Char(letter) if key.modifiers.control => control_request(letter),
        KeyCode::Char(_)
        | KeyCode::Enter
        | KeyCode::Esc
        | KeyCode::Tab
        | KeyCode::Insert
        | KeyCode::PageUp
        | KeyCode::PageDown
        | KeyCode::Up
        | KeyCode::Down
        | KeyCode::F(_) => None,
    }
}

/// The line-editing keys of every shell.
const fn control_request(letter: char) -> Option<InputRequest> {
    match letter {
        'a' => Some(InputRequest::GoToStart),
        'e' => Some(InputRequest::GoToEnd),
        'b' => Some(InputRequest::GoToPrevChar),
        'f' => Some(InputRequest::GoToNextChar),
        'h' => Some(InputRequest::DeletePrevChar),
        'd' => Some(InputRequest::DeleteNextChar),
        'w' => Some(InputRequest::DeletePrevWord),
        'u' => Some(InputRequest::DeleteFromStart),
        'k' => Some(InputRequest::DeleteTillEnd),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn type_into(field: &mut Field, text: &str) {
        for character in text.chars() {
            assert!(field.edit(Key::from(character)));
        }
    }

    #[test]
    fn u_11_keys_edit_and_the_cursor_moves() {
        let mut field = Field::plain();
        type_into(&mut field, "anab");
        field.edit(Key::from(KeyCode::Left));
        field.edit(Key::from(KeyCode::Backspace));
        assert_eq!(
            (field.value(), field.cursor_column(Charset::Unicode)),
            ("anb", 2)
        );
        field.edit(Key::control('u'));
        assert_eq!(field.value(), "b");
        assert!(!field.edit(Key::from(KeyCode::Enter)));
    }

    #[test]
    fn u_11_a_masked_field_shows_stars_and_never_its_text() {
        let mut field = Field::masked();
        type_into(&mut field, "hunter2é");
        assert_eq!(field.shown().as_str(), "********");
        assert!(!format!("{field:?}").contains("hunter2"));
        assert_eq!(field.take_secret().expose(), "hunter2é");
        assert!(field.is_empty());
    }

    #[test]
    fn a_paste_loses_its_line_ends_and_a_typed_phrase_takes_none() {
        let mut field = Field::plain();
        field.paste("two\nlines\u{1b}").unwrap();
        assert_eq!(field.value(), "twolines");
        let mut phrase = Field::new(Display::Plain, Paste::Refused);
        assert_eq!(phrase.paste("50"), Err(PasteRefused));
        assert!(phrase.is_empty());
    }

    #[test]
    fn a_full_field_takes_no_more() {
        let mut field = Field::plain().at_most(3);
        type_into(&mut field, "abcdef");
        assert_eq!(field.value(), "abc");
    }
}
