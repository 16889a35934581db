//! What a run of the console is given at its start: by `main` from flags, environment and file, by
//! the tests directly.

use std::collections::BTreeMap;

use chrono::FixedOffset;
use quarterdeck_api::text::Line;

use super::cut_off::PendingWrite;
use super::keymap::UserKeys;
use super::layout::Size;
use super::message::SeenHead;
pub use super::preferences::{
    AccessMode, Ambiguous, Charset, Colors, CursorMark, Motion, SingleKeys, ThemeChoice, ThemeName,
};
use super::tab::Tab;
use super::time::TimeStyle;

/// The columns of tabs, by their names; of others all are shown.
pub type KeptColumns = BTreeMap<Tab, Vec<String>>;

/// What a run is given.
#[derive(Clone, Debug)]
pub struct Options {
    /// Name of the environment in the profile; after sign-in the server's own word stands beside it.
    pub environment: Option<Line>,
    /// Host of the server, as the header shows it.
    pub host: Line,
    /// Whether the configuration allows writing at all; what it denies is denied for good.
    pub access: AccessMode,
    /// The profiles that can be switched to.
    pub profiles: Profiles,
    /// Whether there is a session already (demo, token file), or sign-in comes first.
    pub session: SessionStart,
    /// Which colors.
    pub theme: ThemeName,
    /// Whether the terminal shows colors.
    pub colors: Colors,
    /// Which characters it shows.
    pub charset: Charset,
    /// How much of its row the cursor marks.
    pub cursor: CursorMark,
    /// Whether anything may count on the screen.
    pub motion: Motion,
    /// What is shown first, where the account may see it.
    pub default_view: Tab,
    /// How times are written, until `t` changes it.
    pub times: TimeStyle,
    /// Offset of local time.
    pub utc_offset: FixedOffset,
    /// The user's own keys, as [`keymap::read_user_keys`](super::keymap::read_user_keys) finds them.
    pub user_keys: UserKeys,
    /// The columns that tabs showed when it last ran.
    pub columns: KeptColumns,
    /// Whether a single letter starts what writes.
    pub single_keys: SingleKeys,
    /// How far this console had seen the audit log when it last ran.
    pub watermark: Option<SeenHead>,
    /// Writes that earlier runs sent and saw no answer to.
    pub pending: Vec<PendingWrite>,
    /// Random text that makes the idempotency keys of this run its own.
    pub run_id: String,
    /// Whether each refresh is reported to the audit log (S003-78).
    pub refresh_reports: RefreshReports,
    /// Seconds in which `u` takes the last action back.
    pub undo_seconds: u32,
    /// Seconds for which a toast stands that only tells; a warning stands twice as long. 0: until a key.
    pub toast_seconds: u32,
    /// Most rows that a verb is done to at once.
    pub max_bulk: Option<usize>,
    /// Size of the terminal.
    pub size: Size,
}

/// The profiles of the configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profiles {
    /// Their names.
    pub names: Vec<String>,
    /// The one that this run is on, if on any.
    pub chosen: Option<String>,
}

/// Whether a run begins with a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SessionStart {
    /// Sign in first.
    #[default]
    SignIn,
    /// `net` holds tokens already.
    Resume,
    /// Choose the first password, with the token from the mail.
    FirstLogin,
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
