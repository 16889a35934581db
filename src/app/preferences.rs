//! How an operator wants the console to look and behave, and what the terminal can show of it: what
//! flags, environment and file say, and `:reload` says anew.

use super::keymap::UserKeys;
use super::time::TimeStyle;

/// Whether the terminal shows colors. Without any, states are told apart by attributes and words,
/// whatever theme is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colors {
    /// It does.
    #[default]
    Shown,
    /// It does not.
    None,
}

/// Which characters the terminal shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Charset {
    /// Any.
    #[default]
    Unicode,
    /// Any; characters of ambiguous width (UAX #11) take two cells, as in terminals set up for
    /// East Asian text. What is drawn around texts is ASCII.
    WideAmbiguous,
    /// ASCII alone, since the locale is not UTF-8.
    Ascii,
}

impl Charset {
    /// With characters of ambiguous width drawn as told, where there are any.
    #[must_use]
    pub const fn with(self, ambiguous: Ambiguous) -> Self {
        match (self, ambiguous) {
            (Self::Ascii, Ambiguous::Narrow | Ambiguous::Wide) => Self::Ascii,
            (Self::Unicode | Self::WideAmbiguous, Ambiguous::Narrow) => Self::Unicode,
            (Self::Unicode | Self::WideAmbiguous, Ambiguous::Wide) => Self::WideAmbiguous,
        }
    }
}

/// How wide the terminal draws the characters whose width depends on the reader (UAX #11): `§`, Greek
/// and Cyrillic letters, lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ambiguous {
    /// One cell.
    #[default]
    Narrow,
    /// Two, as with fonts for East Asian text.
    Wide,
}

/// Whether anything may count on the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Motion {
    /// Ages and countdowns do, second by second.
    #[default]
    Full,
    /// They change once a minute at most.
    Reduced,
}

/// How much of its row the cursor marks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CursorMark {
    /// All of it.
    #[default]
    Row,
    /// Its first cell: a move takes a third of the bytes, for links that are slow.
    Cell,
}

/// What `:reload` takes from the configuration, besides denying writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preferences {
    /// The user's own keys.
    pub user_keys: UserKeys,
    /// Whether a single letter starts what writes.
    pub single_keys: SingleKeys,
    /// Whether the console may write; what is denied already stays denied.
    pub access: AccessMode,
    /// Which colors.
    pub theme: ThemeName,
    /// How times are written.
    pub times: TimeStyle,
    /// How much of its row the cursor marks.
    pub cursor: CursorMark,
    /// Whether anything may count on the screen.
    pub motion: Motion,
    /// How wide the terminal draws characters of ambiguous width.
    pub ambiguous: Ambiguous,
}

/// Whether a key that types a character starts what writes. Off for those whose voice or hand types
/// more than they mean (WCAG 2.1.4): `?` and the palette are left, and keys with a modifier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SingleKeys {
    /// It does.
    #[default]
    On,
    /// It does not.
    Off,
}

/// Whether the console may write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AccessMode {
    /// It may, as far as the account may.
    #[default]
    ReadWrite,
    /// It may not: `--readonly`, or the profile says so.
    ReadOnly,
}

/// Whether a theme was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThemeChoice {
    /// By a flag, a variable or the file.
    Asked,
    /// Nowhere.
    #[default]
    Default,
}

/// The built-in themes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ThemeName {
    /// The terminal's own colors.
    #[default]
    Auto,
    /// For a dark background.
    Dark,
    /// For a light background.
    Light,
    /// As strong as can be.
    Contrast,
    /// No colors: attributes and words only. `NO_COLOR` chooses it.
    Mono,
}

impl ThemeName {
    /// Every theme.
    pub const ALL: &'static [Self] = &[
        Self::Auto,
        Self::Dark,
        Self::Light,
        Self::Contrast,
        Self::Mono,
    ];

    /// Its name in the configuration and in the palette.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Dark => "dark",
            Self::Light => "light",
            Self::Contrast => "contrast",
            Self::Mono => "mono",
        }
    }

    /// The theme of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|theme| theme.as_str() == name)
    }
}
