//! What a run of the console is given at its start: by `main` from flags, environment and file, by
//! the tests directly.

use chrono::FixedOffset;
use quarterdeck_api::text::Line;

use super::keymap::UserKeys;
use super::layout::Size;
use super::message::SeenHead;
use super::tab::Tab;
use super::time::TimeStyle;

/// What a run is given.
#[derive(Clone, Debug)]
pub struct Options {
    /// Name of the environment in the profile; after sign-in the server's own word stands beside it.
    pub environment: Option<Line>,
    /// Host of the server, as the header shows it.
    pub host: Line,
    /// Whether writing is allowed at all.
    pub access: AccessMode,
    /// Whether there is a session already (demo, token file), or sign-in comes first.
    pub session: SessionStart,
    /// Which colors.
    pub theme: ThemeName,
    /// What is shown first, where the account may see it.
    pub default_view: Tab,
    /// How times are written, until `t` changes it.
    pub times: TimeStyle,
    /// Offset of local time.
    pub utc_offset: FixedOffset,
    /// The user's own keys, as [`keymap::read_user_keys`](super::keymap::read_user_keys) finds them.
    pub user_keys: UserKeys,
    /// Whether a single letter starts what writes.
    pub single_keys: SingleKeys,
    /// How far this console had seen the audit log when it last ran.
    pub watermark: Option<SeenHead>,
    /// Random text that makes the idempotency keys of this run its own.
    pub run_id: String,
    /// Whether each refresh is reported to the audit log (S003-78).
    pub refresh_reports: RefreshReports,
    /// Seconds in which `u` takes the last action back.
    pub undo_seconds: u32,
    /// Size of the terminal.
    pub size: Size,
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

/// Whether a run begins with a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SessionStart {
    /// Sign in first.
    #[default]
    SignIn,
    /// `net` holds tokens already.
    Resume,
}

/// Whether refreshes leave a row in the audit log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RefreshReports {
    /// They leave nothing.
    #[default]
    Off,
    /// Each leaves `admin_refresh`.
    On,
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
