//! The audit log: its codes, its rows, and how it is verified and exported.

mod export;
mod fields;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use self::export::{
    AuditExport, AuditFilter, ExportAudit, ExportedChain, ExportedRow, Extract, MAX_EXPORT_BYTES,
    MAX_EXPORT_ROWS, write_line,
};
pub use self::fields::{AuditField, AuditSort};
pub use crate::audit_code::AuditCode;
use crate::filter::AnyOf;
use crate::ids::UserId;
use crate::operation::{Access, Method, Nothing, Operation, RateGroup, Reads, Spec, Writes};
use crate::page::{Count, Page};
use crate::permission::Permission;
use crate::text::{Body, Line};
use crate::wire_enum::{OpenEnum, wire_enum};

wire_enum! {
    /// Who acted.
    pub enum ActorKind {
        /// A person, by a session.
        Human = "human",
        /// The server itself: a job.
        System = "system",
        /// A person at the server's own command line.
        CommandLine = "command_line",
    }
}

/// A row of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditRow {
    /// The chain it belongs to.
    pub scope: Line,
    /// Its place in the chain, from 1 without gaps.
    pub seq: i64,
    /// When it was written, UTC, in microseconds.
    pub created_at: DateTime<Utc>,
    /// Who acted.
    pub actor_type: OpenEnum<ActorKind>,
    /// The actor's account, where a person acted.
    pub admin_user_id: Option<UserId>,
    /// The actor's e-mail, where a person acted.
    pub admin_email: Option<Line>,
    /// What happened, as text.
    pub action: Line,
    /// What happened, as a code.
    pub action_code: OpenEnum<AuditCode>,
    /// What kind of object it happened to.
    pub target_type: Line,
    /// Which object; empty where it happened to none in particular.
    pub target_id: Line,
    /// Field names, ids and codes, as JSON text.
    pub details: Body,
    /// The request that wrote it.
    pub request_id: Line,
    /// The row's link in the chain, lower-case hexadecimal.
    pub hash: Line,
}

/// Which rows; newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AuditQuery {
    /// Done by this actor: an id, `#id` or an e-mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// Any of these codes, with commas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub action_code: Option<AnyOf<AuditCode>>,
    /// Done to this kind of object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_type: Option<String>,
    /// Done to the object of this id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_id: Option<String>,
    /// Written at this time or later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<DateTime<Utc>>,
    /// Written before this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<DateTime<Utc>>,
    /// The grammar of the console's filter, as far as indexes answer it (docs/FILTERS.md).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
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

/// An event that only a client sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppendRequest {
    /// What happened, as text; the code's own text where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// One of the client codes.
    pub action_code: AuditCode,
    /// What kind of object.
    #[serde(default)]
    pub target_type: String,
    /// Which object.
    #[serde(default)]
    pub target_id: String,
    /// Field names, ids and codes; an object.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub details: serde_json::Map<String, serde_json::Value>,
    /// The client's id of the event: a repeat with the same id and code leaves no second row.
    pub request_id: String,
    /// Taken from the session; what stands here is ignored (S003-35).
    #[serde(default, skip_serializing)]
    #[schema(value_type = Option<i64>)]
    pub admin_user_id: Option<serde_json::Value>,
    /// Taken from the session; what stands here is ignored (S003-35).
    #[serde(default, skip_serializing)]
    #[schema(value_type = Option<String>)]
    pub admin_email: Option<serde_json::Value>,
}

/// The row that was appended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AppendReply {
    /// Its place in the chain; absent where an earlier call had written it.
    pub seq: Option<i64>,
    /// Whether an earlier call had written it.
    pub noop: bool,
}

/// What the caller remembers of the log, to be held against it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyQuery {
    /// The log must reach at least this row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_min_seq: Option<i64>,
    /// With `expected_hash`: this row must have that hash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_seq: Option<i64>,
    /// Link of the row `expected_seq`, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_hash: Option<String>,
}

wire_enum! {
    /// What a verification found.
    pub enum ChainStatus {
        /// Every row read, every link right, the watermark met.
        Intact = "intact",
        /// Something does not fit.
        Broken = "broken",
        /// Not all could be read.
        Incomplete = "incomplete",
        /// Rows of a format that this version does not know.
        Unverifiable = "unverifiable",
    }
}

wire_enum! {
    /// What does not fit.
    pub enum Damage {
        /// The visible columns are not what was hashed.
        ColumnMismatch = "column_mismatch",
        /// The stored leaf is not the hash of the stored record.
        LeafMismatch = "leaf_mismatch",
        /// The stored link does not follow from the one before.
        LinkMismatch = "link_mismatch",
        /// Rows are missing in the middle.
        Gap = "gap",
        /// Rows are missing at the end.
        TailTruncated = "tail_truncated",
        /// The head does not name the last row.
        HeadMismatch = "head_mismatch",
        /// The row that the caller remembers has another hash.
        WatermarkMismatch = "watermark_mismatch",
        /// A row is older than the one before it.
        TimeRegression = "time_regression",
        /// The record has a format that this version does not know.
        UnknownVersion = "unknown_version",
    }
}

/// The first thing that does not fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FirstBad {
    /// At which row.
    pub seq: i64,
    /// What it is.
    pub kind: OpenEnum<Damage>,
    /// What should stand there.
    pub expected: Line,
    /// What stands there.
    pub found: Line,
}

/// The last row of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChainHead {
    /// Its place.
    pub seq: i64,
    /// Its link, hexadecimal.
    pub hash: Line,
    /// When it was written; absent while the chain is empty.
    pub recorded_at: Option<DateTime<Utc>>,
}

/// What the caller remembered, and whether the log agrees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Watermark {
    /// The row that the log must reach.
    pub expected: i64,
    /// Whether it does, with the same hash where one was given.
    pub satisfied: bool,
}

/// The result of a verification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VerifyReport {
    /// What was found.
    pub status: OpenEnum<ChainStatus>,
    /// Which chain.
    pub scope: Line,
    /// First row read.
    pub from: i64,
    /// Last row read.
    pub to: i64,
    /// How many rows were read.
    pub rows: u64,
    /// The chain's head.
    pub head: ChainHead,
    /// What the caller remembered, where it said so.
    pub watermark: Option<Watermark>,
    /// The first thing that does not fit.
    pub first_bad: Option<FirstBad>,
    /// How many things do not fit.
    pub bad_count: u64,
    /// Version of the verifier.
    pub verifier_version: Line,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

/// An entry of the catalogue of actions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ActionEntry {
    /// The code.
    pub action_code: OpenEnum<AuditCode>,
    /// Its text; `{n}` stands for a count.
    pub action: Line,
    /// Whether a client may append it.
    pub by_client: bool,
}

/// Lists the audit log.
#[derive(Debug)]
pub struct ListAudit;

impl Operation for ListAudit {
    type Path = ();
    type Query = AuditQuery;
    type Body = Nothing;
    type Reply = Page<AuditRow>;
    type Kind = Reads;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::AuditView),
        summary: "Lists the audit log, newest first, by actor, action, target and date.",
        ..Spec::read("audit.list", "/api/v1/admin/audit")
    };
}

/// Appends an event that only a client sees.
#[derive(Debug)]
pub struct AppendAudit;

impl Operation for AppendAudit {
    type Path = ();
    type Query = Nothing;
    type Body = AppendRequest;
    type Reply = AppendReply;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::Admin,
        success: 201,
        summary: "Appends an event that only a client sees; repeats are recognized.",
        ..Spec::write(
            "audit.append",
            Method::Post,
            "/api/v1/admin/audit",
            AuditCode::CLIENT,
        )
    };
}

/// Verifies the audit chain.
#[derive(Debug)]
pub struct VerifyAudit;

impl Operation for VerifyAudit {
    type Path = ();
    type Query = VerifyQuery;
    type Body = Nothing;
    type Reply = VerifyReport;
    type Kind = Reads;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::AuditVerify),
        rate: RateGroup::Verify,
        deadline: Spec::LONG_DEADLINE,
        summary: "Verifies every link of the audit chain, and that it reaches what the caller remembers.",
        ..Spec::read("audit.verify", "/api/v1/admin/audit/verify")
    };
}

/// Lists the actions that the log can name.
#[derive(Debug)]
pub struct ListAuditActions;

impl Operation for ListAuditActions {
    type Path = ();
    type Query = Nothing;
    type Body = Nothing;
    type Reply = Vec<ActionEntry>;
    type Kind = Reads;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::AuditView),
        summary: "Lists the actions that the audit log can name.",
        ..Spec::read("audit.actions", "/api/v1/admin/audit/actions")
    };
}
