//! Notes: what operators tell each other about a person, and how much of a risk they think it is.
//!
//! The whole team reads them; whoever wrote one changes and deletes it, and so may a super-admin. Names that
//! the seed fixes (`userId`, `riskLevel`, `createdBy`) keep its spelling.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::audit_code::AuditCode;
use crate::ids::{NoteId, UserId};
use crate::operation::{Access, Method, Nothing, Operation, RateGroup, Reads, Spec, Writes};
use crate::page::{Count, Page};
use crate::permission::Permission;
use crate::text::{Body, Line};
use crate::wire_enum::{OpenEnum, wire_enum};

/// Shortest and longest note, in characters.
pub const NOTE_LENGTH: std::ops::RangeInclusive<usize> = 1..=2_000;

wire_enum! {
    /// How much of a risk a person is thought to be.
    pub enum RiskLevel {
        /// Nothing to worry about.
        Low = "low",
        /// Worth a second look.
        Medium = "medium",
        /// To be decided with care.
        High = "high",
        /// Nothing is decided in favor without a colleague.
        Critical = "critical",
    }
}

/// An account in short, so that a note needs no second call (S004-39).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UserShort {
    /// Key.
    pub id: UserId,
    /// E-mail.
    pub email: Line,
    /// Handle, where one was chosen.
    pub username: Option<Line>,
    /// Address of a picture, where there is one.
    pub avatar: Option<Line>,
}

/// A note about a person (S004-15, S004-46).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UserNote {
    /// Key.
    pub id: NoteId,
    /// The words.
    pub note: Body,
    /// How much of a risk its author thinks the person is.
    #[serde(rename = "riskLevel")]
    pub risk_level: OpenEnum<RiskLevel>,
    /// Whom it is about.
    pub user: UserShort,
    /// Who wrote it.
    #[serde(rename = "createdBy")]
    pub created_by: UserShort,
    /// Whether that is the caller.
    pub mine: bool,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Grows with every change.
    pub version: i64,
}

/// Which notes; all that is given has to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct NotesQuery {
    /// About this user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// Words anywhere in the note, whatever the case; 3 characters at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Prefix of the handle of whom it is about, whatever the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Prefix of the e-mail of whom it is about, whatever the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Page, from 1; `cursor` is the better way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// Rows a page, up to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub take: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// `exact` counts beyond the cap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<Count>,
}

/// A new note, as the seed spells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct NewNoteRequest {
    /// Whom it is about.
    pub user_id: UserId,
    /// The words, 1 to 2,000 characters.
    pub note: String,
    /// How much of a risk the person is.
    pub risk_level: RiskLevel,
}

/// What is to change of a note; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct NotePatch {
    /// Other words, 1 to 2,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Another risk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk_level: Option<RiskLevel>,
    /// The version that the caller saw; where it differs the answer is 409.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_version: Option<i64>,
}

/// How a note is deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct DeleteNoteQuery {
    /// The version that the caller saw; where it differs the answer is 409.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_version: Option<i64>,
}

/// A note that is there no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeletedNote {
    /// Which one.
    pub id: NoteId,
    /// Whom it was about.
    pub user_id: UserId,
}

/// Lists notes.
#[derive(Debug)]
pub struct ListNotes;

impl Operation for ListNotes {
    type Path = ();
    type Query = NotesQuery;
    type Body = Nothing;
    type Reply = Page<UserNote>;
    type Kind = Reads;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::UserNoteView),
        summary: "Lists notes about users, newest first, by user, words, handle or e-mail.",
        ..Spec::read("notes.list", "/api/v1/admin/user-notes")
    };
}

/// Writes a note.
#[derive(Debug)]
pub struct CreateNote;

impl Operation for CreateNote {
    type Path = ();
    type Query = Nothing;
    type Body = NewNoteRequest;
    type Reply = UserNote;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::UserNoteEdit),
        rate: RateGroup::Users,
        success: 201,
        summary: "Writes a note about a user, which the whole team reads.",
        ..Spec::write(
            "notes.create",
            Method::Post,
            "/api/v1/admin/user-notes",
            &[AuditCode::UserNoteCreated],
        )
    };
}

/// Changes a note.
#[derive(Debug)]
pub struct UpdateNote;

impl Operation for UpdateNote {
    type Path = NoteId;
    type Query = Nothing;
    type Body = NotePatch;
    type Reply = UserNote;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::UserNoteEdit),
        rate: RateGroup::Users,
        summary: "Changes a note: the caller's own, or as a super-admin anybody's.",
        ..Spec::write(
            "notes.update",
            Method::Patch,
            "/api/v1/admin/user-notes/{id}",
            &[AuditCode::UserNoteUpdated],
        )
    };
}

/// Deletes a note.
#[derive(Debug)]
pub struct DeleteNote;

impl Operation for DeleteNote {
    type Path = NoteId;
    type Query = DeleteNoteQuery;
    type Body = Nothing;
    type Reply = DeletedNote;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::UserNoteDelete),
        rate: RateGroup::Users,
        summary: "Deletes a note: the caller's own, or as a super-admin anybody's.",
        ..Spec::write(
            "notes.delete",
            Method::Delete,
            "/api/v1/admin/user-notes/{id}",
            &[AuditCode::UserNoteDeleted],
        )
    };
}
