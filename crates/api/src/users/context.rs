//! What is worth knowing of a person before something is decided about them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::UserStatus;
use crate::ids::UserId;
use crate::text::Line;
use crate::wire_enum::{OpenEnum, wire_enum};

/// Most accounts that are named as likely the same person.
pub const MOST_LIKELY_SAME: usize = 5;
/// What an account has behind it is counted up to this many; beyond, this is what is told.
pub const MOST_COUNTED: u64 = 100;

wire_enum! {
    /// Why two accounts are likely one person's.
    pub enum Likeness {
        /// Their e-mails reach one mailbox: in any case, whatever follows a `+`, and for Gmail with or
        /// without dots.
        Mailbox = "mailbox",
        /// The handle of one is the Twitch handle of the other.
        Handle = "handle",
    }
}

/// What an account has behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TrackRecord {
    /// How many reports about it were resolved: settled as right (S003-84). Up to 100.
    pub upheld_reports: u64,
    /// How often it was banned, the ban in force included. Up to 100.
    pub bans: u64,
    /// How many applications under its e-mail were rejected, other than the one at hand. Up to 100.
    #[serde(default)]
    pub rejected_applications: u64,
    /// How many notes there are about it. Up to 100; takes `user.note.view`, and is absent without it.
    #[serde(default)]
    pub notes: Option<u64>,
}

impl TrackRecord {
    /// Whether there is nothing to be said of it.
    pub const fn is_clean(self) -> bool {
        let Self {
            upheld_reports,
            bans,
            rejected_applications,
            notes,
        } = self;
        upheld_reports == 0
            && bans == 0
            && rejected_applications == 0
            && matches!(notes, None | Some(0))
    }
}

/// Another account that is likely the same person's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LikelySame {
    /// Which one.
    pub id: UserId,
    /// Its e-mail.
    pub email: Line,
    /// Its state.
    pub status: OpenEnum<UserStatus>,
    /// Why it is likely the same person's.
    pub because: OpenEnum<Likeness>,
    /// What it has behind it.
    #[serde(flatten)]
    pub record: TrackRecord,
}

/// What is worth knowing of a person before something is decided about them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PersonContext {
    /// What the person's own account has behind it; where there is no account, the e-mail alone.
    #[serde(flatten)]
    pub record: TrackRecord,
    /// Other accounts that are likely the same person's, newest first, 5 at most; takes `user.view`, and is
    /// absent without it.
    pub likely_same: Option<Vec<LikelySame>>,
}
