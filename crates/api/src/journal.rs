//! The journal: what the caller did, newest first, and what of it can still be taken back.
//!
//! It is read from the audit log. It tells codes and ids alone; the words of a decision stay with its
//! object.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::audit_code::AuditCode;
use crate::bulk::Outcome;
use crate::operation::{Access, Nothing, Operation, Reads, Spec};
use crate::text::Line;
use crate::wire_enum::{OpenEnum, wire_enum};

/// Acts a page holds unless asked otherwise.
pub const DEFAULT_ACTS: u32 = 20;
/// Most acts that a page can hold. Acts on many objects make it shorter.
pub const MAX_ACTS: u32 = 50;

wire_enum! {
    /// What would become of an object if an act on it were taken back now.
    pub enum WayBack {
        /// It can be taken back.
        Possible = "possible",
        /// It is as before: it was taken back, or its time is up.
        AsBefore = "as_before",
        /// It was decided again since, by whomever.
        Overtaken = "overtaken",
        /// What became of it is final.
        Final = "final",
        /// Nothing takes such an act back.
        None = "none",
        /// The caller lacks the permission.
        Forbidden = "forbidden",
        /// It is one of the staff, and the caller is no super-admin.
        SuperAdminOnly = "super_admin_only",
        /// There is no such object any more.
        NotFound = "not_found",
    }
}

impl From<Outcome> for WayBack {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Changed => Self::Possible,
            Outcome::Noop => Self::AsBefore,
            Outcome::Conflict => Self::Overtaken,
            Outcome::Forbidden => Self::Forbidden,
            Outcome::NotFound => Self::NotFound,
        }
    }
}

/// An object of an act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JournalTarget {
    /// Which one.
    pub id: i64,
    /// What would become of it if the act were taken back now.
    pub way_back: OpenEnum<WayBack>,
}

/// An act of the caller: what one request changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JournalEntry {
    /// The place of its newest row in the audit log.
    pub seq: i64,
    /// The request.
    pub request_id: Line,
    /// When.
    pub created_at: DateTime<Utc>,
    /// What was done.
    pub action_code: OpenEnum<AuditCode>,
    /// To which kind of object.
    pub target_type: Line,
    /// To which of them, by ascending id; none where the act was about no object in particular.
    pub targets: Vec<JournalTarget>,
    /// How many of them can be taken back now.
    pub possible: usize,
    /// The operation that takes it back; absent where there is none.
    pub inverse: Option<Line>,
}

/// Which part of the journal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JournalQuery {
    /// Acts a page, up to 50.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub take: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// A part of the journal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JournalPage {
    /// The acts, newest first.
    pub data: Vec<JournalEntry>,
    /// Passed as `cursor`, gives the acts before these; absent on the last page.
    pub next_cursor: Option<String>,
}

/// Lists the caller's own acts.
#[derive(Debug)]
pub struct ListJournal;

impl Operation for ListJournal {
    type Path = ();
    type Query = JournalQuery;
    type Body = Nothing;
    type Reply = JournalPage;
    type Kind = Reads;
    const SPEC: Spec = Spec {
        access: Access::Admin,
        summary: "Lists the caller's own acts, newest first, and what of each can still be taken back.",
        ..Spec::read("journal.list", "/api/v1/admin/journal")
    };
}
