//! What a person did at the keyboard, in the console's own words.
//!
//! `terminal` produces these, `runtime` queues them, `app` consumes them and names keys in the
//! keymap. No terminal library appears here, so that `update` stays pure and a test can write its
//! keys down. Knows nothing of actions: which key means what is the keymap's business.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// One thing that came in from the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InputEvent {
    Key(Key),
    /// A bracketed paste. Lines end in `\n`; other control characters are already replaced.
    Paste(String),
    /// More printable keys in one read than a hand types: a paste from a terminal without
    /// bracketed paste. Only a text field may take it; everywhere else it is dropped.
    Burst(String),
    Resize {
        columns: u16,
        rows: u16,
    },
    FocusGained,
    FocusLost,
}

/// A key with the modifiers held. Written in keymaps, help and footer as `C-c`, `S-Tab`, `Enter`,
/// `a`, `F5`.
///
/// Shift is never set on a character: every terminal sends `G` as a character of its own, while
/// only some report the modifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    pub code: KeyCode,
    pub modifiers: Modifiers,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyCode {
    Char(char),
    Enter,
    Esc,
    Tab,
    Backspace,
    Insert,
    Delete,
    Home,
    End,
    PageUp,
    PageDown,
    Up,
    Down,
    Left,
    Right,
    F(u8),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Modifiers {
    pub control: bool,
    pub alt: bool,
    pub shift: bool,
}

impl Modifiers {
    pub const NONE: Self = Self {
        control: false,
        alt: false,
        shift: false,
    };
}

impl Key {
    pub const fn new(code: KeyCode, modifiers: Modifiers) -> Self {
        Self { code, modifiers }
    }

    pub const fn plain(code: KeyCode) -> Self {
        Self::new(code, Modifiers::NONE)
    }

    pub const fn control(character: char) -> Self {
        let modifiers = Modifiers {
            control: true,
            ..Modifiers::NONE
        };
        Self::new(KeyCode::Char(character), modifiers)
    }

    /// The character this key types into a text field, if it types one.
    pub const fn typed(self) -> Option<char> {
        let Modifiers { control, alt, .. } = self.modifiers;
        if let KeyCode::Char(character) = self.code
            && !control
            && !alt
        {
            return Some(character);
        }
        None
    }
}

impl From<char> for Key {
    fn from(character: char) -> Self {
        Self::plain(KeyCode::Char(character))
    }
}

impl From<KeyCode> for Key {
    fn from(code: KeyCode) -> Self {
        Self::plain(code)
    }
}

/// Every key that is written as a word.
const NAMED: [KeyCode; 15] = [
    KeyCode::Char(' '),
    KeyCode::Enter,
    KeyCode::Esc,
    KeyCode::Tab,
    KeyCode::Backspace,
    KeyCode::Insert,
    KeyCode::Delete,
    KeyCode::Home,
    KeyCode::End,
    KeyCode::PageUp,
    KeyCode::PageDown,
    KeyCode::Up,
    KeyCode::Down,
    KeyCode::Left,
    KeyCode::Right,
];
const LAST_FUNCTION_KEY: u8 = 24;

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Modifiers {
            control,
            alt,
            shift,
        } = self.modifiers;
        for (held, prefix) in [(control, "C-"), (alt, "A-"), (shift, "S-")] {
            if held {
                f.write_str(prefix)?;
            }
        }
        self.code.fmt(f)
    }
}

impl fmt::Display for KeyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Char(' ') => "Space",
            Self::Char(character) => return write!(f, "{character}"),
            Self::F(number) => return write!(f, "F{number}"),
            Self::Enter => "Enter",
            Self::Esc => "Esc",
            Self::Tab => "Tab",
            Self::Backspace => "Backspace",
            Self::Insert => "Insert",
            Self::Delete => "Delete",
            Self::Home => "Home",
            Self::End => "End",
            Self::PageUp => "PgUp",
            Self::PageDown => "PgDn",
            Self::Up => "Up",
            Self::Down => "Down",
            Self::Left => "Left",
            Self::Right => "Right",
        })
    }
}

/// Why a key in a keymap file cannot be bound. Each message says what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeyError {
    #[error("`{0}` has no key; write one like `a`, `C-r`, `S-Tab` or `F5`")]
    Missing(String),
    #[error(
        "`{0}` names no key; write one character, `F1` to `F24` or a name like `Enter`, with \
         `C-`, `A-` or `S-` before it"
    )]
    Unknown(String),
    #[error("`{written}` names no key; did you mean `{meant}`?")]
    Misspelled { written: String, meant: Key },
    #[error("`{written}` repeats the modifier `{modifier}`")]
    RepeatedModifier {
        written: String,
        modifier: &'static str,
    },
    #[error("`{written}`: terminals do not report Shift with a character; write `{instead}`")]
    ShiftedCharacter { written: String, instead: Key },
    #[error("`{written}` reaches the console as `{arrives_as}`; bind that")]
    Indistinct { written: String, arrives_as: Key },
}

impl FromStr for Key {
    type Err = KeyError;

    fn from_str(written: &str) -> Result<Self, KeyError> {
        let (modifiers, name) = split_modifiers(written)?;
        let code = parse_code(name).ok_or_else(|| unknown(written, modifiers, name))?;
        let key = Self::new(code, modifiers);
        let written = written.to_owned();
        if let Some(instead) = key.without_shift() {
            return Err(KeyError::ShiftedCharacter { written, instead });
        }
        match key.arrives_as() {
            Some(arrives_as) => Err(KeyError::Indistinct {
                written,
                arrives_as,
            }),
            None => Ok(key),
        }
    }
}

/// A binding to one of these spellings would silently never fire.
impl Key {
    fn without_shift(self) -> Option<Self> {
        let KeyCode::Char(character) = self.code else {
            return None;
        };
        let Modifiers { control, shift, .. } = self.modifiers;
        let character = match (control, shift) {
            (true, _) if shift || character.is_ascii_uppercase() => character.to_ascii_lowercase(),
            (false, true) => character.to_ascii_uppercase(),
            (true | false, _) => return None,
        };
        let modifiers = Modifiers {
            shift: false,
            ..self.modifiers
        };
        Some(Self::new(KeyCode::Char(character), modifiers))
    }

    /// Control with these characters is the same byte as another key.
    fn arrives_as(self) -> Option<Self> {
        let KeyCode::Char(character) = self.code else {
            return None;
        };
        let code = match character {
            'i' => KeyCode::Tab,
            'm' => KeyCode::Enter,
            '[' => KeyCode::Esc,
            '?' => KeyCode::Backspace,
            _ => return None,
        };
        let modifiers = Modifiers {
            control: false,
            ..self.modifiers
        };
        self.modifiers.control.then(|| Self::new(code, modifiers))
    }
}

fn split_modifiers(written: &str) -> Result<(Modifiers, &str), KeyError> {
    let mut modifiers = Modifiers::NONE;
    let mut rest = written;
    loop {
        let (held, modifier) = match rest.get(..2) {
            Some("C-") => (&mut modifiers.control, "C-"),
            Some("A-") => (&mut modifiers.alt, "A-"),
            Some("S-") => (&mut modifiers.shift, "S-"),
            Some(_) | None => break,
        };
        if std::mem::replace(held, true) {
            let written = written.to_owned();
            return Err(KeyError::RepeatedModifier { written, modifier });
        }
        rest = &rest[2..];
    }
    if rest.is_empty() {
        return Err(KeyError::Missing(written.to_owned()));
    }
    Ok((modifiers, rest))
}

fn parse_code(name: &str) -> Option<KeyCode> {
    let mut characters = name.chars();
    if let (Some(character), None) = (characters.next(), characters.next()) {
        // A bare space would be invisible in a keymap file: it is written `Space`.
        let is_visible = !character.is_control() && !character.is_whitespace();
        return is_visible.then_some(KeyCode::Char(character));
    }
    if let Some(number) = name.strip_prefix('F') {
        let number = number.parse().ok()?;
        return (1..=LAST_FUNCTION_KEY)
            .contains(&number)
            .then_some(KeyCode::F(number));
    }
    NAMED.into_iter().find(|code| code.to_string() == name)
}

fn unknown(written: &str, modifiers: Modifiers, name: &str) -> KeyError {
    let written = written.to_owned();
    let meant = NAMED
        .into_iter()
        .find(|code| code.to_string().eq_ignore_ascii_case(name));
    match meant {
        Some(code) => KeyError::Misspelled {
            written,
            meant: Key::new(code, modifiers),
        },
        None => KeyError::Unknown(written),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(written: &str) -> String {
        written.parse::<Key>().unwrap_err().to_string()
    }

    #[test]
    fn a_key_is_read_back_as_it_is_written() {
        let mut codes = NAMED.to_vec();
        codes.extend((1..=LAST_FUNCTION_KEY).map(KeyCode::F));
        codes.extend("azAZ09-+/?*[]éжあ".chars().map(KeyCode::Char));
        for code in codes {
            for bits in 0..8_u8 {
                let modifiers = Modifiers {
                    control: bits & 1 != 0,
                    alt: bits & 2 != 0,
                    shift: bits & 4 != 0,
                };
                let key = Key::new(code, modifiers);
                match key.to_string().parse::<Key>() {
                    Ok(read) => assert_eq!(read, key),
                    Err(
                        KeyError::ShiftedCharacter { instead, .. }
                        | KeyError::Indistinct {
                            arrives_as: instead,
                            ..
                        },
                    ) => assert_ne!(instead, key),
                    Err(other) => panic!("{key}: {other}"),
                }
            }
        }
    }

    #[test]
    fn keys_are_spelled_the_way_the_documentation_does() {
        let shift_tab = Key::new(
            KeyCode::Tab,
            Modifiers {
                shift: true,
                ..Modifiers::NONE
            },
        );
        let spelled = [
            (Key::control('c'), "C-c"),
            (shift_tab, "S-Tab"),
            (Key::from(KeyCode::Enter), "Enter"),
            (Key::from('a'), "a"),
            (Key::from(KeyCode::F(5)), "F5"),
            (Key::from(' '), "Space"),
            (Key::control(' '), "C-Space"),
            (Key::from('-'), "-"),
            (Key::control('-'), "C--"),
            (Key::from(KeyCode::PageDown), "PgDn"),
        ];
        for (key, written) in spelled {
            assert_eq!(key.to_string(), written);
            assert_eq!(written.parse::<Key>(), Ok(key));
        }
    }

    #[test]
    fn a_wrong_spelling_says_what_to_write() {
        let messages = [
            (
                "",
                "`` has no key; write one like `a`, `C-r`, `S-Tab` or `F5`",
            ),
            (
                "C-",
                "`C-` has no key; write one like `a`, `C-r`, `S-Tab` or `F5`",
            ),
            (
                "ctrl+c",
                "`ctrl+c` names no key; write one character, `F1` to `F24` or a name like `Enter`, \
                 with `C-`, `A-` or `S-` before it",
            ),
            ("C-pgup", "`C-pgup` names no key; did you mean `C-PgUp`?"),
            ("C-C-x", "`C-C-x` repeats the modifier `C-`"),
            (
                "S-g",
                "`S-g`: terminals do not report Shift with a character; write `G`",
            ),
            (
                "C-G",
                "`C-G`: terminals do not report Shift with a character; write `C-g`",
            ),
            ("C-i", "`C-i` reaches the console as `Tab`; bind that"),
            ("C-[", "`C-[` reaches the console as `Esc`; bind that"),
        ];
        for (written, message) in messages {
            assert_eq!(error(written), message);
        }
        for written in ["F0", "F25", "F", " ", "\u{1b}", "ab"] {
            match written.parse::<Key>() {
                Ok(key) => assert_eq!(key, Key::from('F')),
                Err(error) => assert_eq!(error, KeyError::Unknown(written.to_owned())),
            }
        }
    }

    #[test]
    fn only_unmodified_characters_type_text() {
        assert_eq!(Key::from('é').typed(), Some('é'));
        assert_eq!(Key::control('c').typed(), None);
        assert_eq!(Key::from(KeyCode::Enter).typed(), None);
    }
}
