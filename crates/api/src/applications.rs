//! Applications: people who ask to join, and what operators decide of them.

mod fields;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::audit::AuditCode;
use crate::bulk::{BulkReply, BulkResult, Outcome};
use crate::claim::Claim;
use crate::filter::AnyOf;
use crate::ids::{ApplicationId, UserId};
use crate::inverse::Inverse;
use crate::operation::{Access, Method, Nothing, Operation, RateGroup, Reads, Spec, Writes};
use crate::page::{Count, Page, Seen};
use crate::permission::Permission;
use crate::problem::Conflict;
use crate::text::{Body, Line};
use crate::users::PersonContext;
use crate::wire_enum::{OpenEnum, wire_enum};

pub use fields::ApplicationField;

/// Most applications that one call decides.
pub const MAX_IDS: usize = 1_000;
/// Shortest and longest reason, in characters.
pub const REASON_LENGTH: std::ops::RangeInclusive<usize> = 3..=500;

wire_enum! {
    /// Where an application stands.
    pub enum ApplicationStatus {
        /// Nobody has decided.
        Pending = "PENDING",
        /// Approved.
        Active = "ACTIVE",
        /// Rejected.
        Rejected = "REJECTED",
        /// Put on the waiting list; still open.
        Waitlisted = "WAITLISTED",
    }
}

impl ApplicationStatus {
    /// Whether a decision is still to be made.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::Waitlisted)
    }
}

/// What an operator decides of an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ApplicationAction {
    /// Make it ACTIVE.
    Approve,
    /// Make it REJECTED.
    Reject,
    /// Make it WAITLISTED.
    Waitlist,
    /// Take the decision back: make it PENDING.
    Reopen,
}

impl ApplicationAction {
    /// The status it leads to.
    pub const fn target(self) -> ApplicationStatus {
        match self {
            Self::Approve => ApplicationStatus::Active,
            Self::Reject => ApplicationStatus::Rejected,
            Self::Waitlist => ApplicationStatus::Waitlisted,
            Self::Reopen => ApplicationStatus::Pending,
        }
    }

    /// The permission it takes; for `Reopen` that of the decision it takes back.
    pub const fn permission(self, from: ApplicationStatus) -> Option<Permission> {
        match (self, from) {
            (Self::Approve, _) | (Self::Reopen, ApplicationStatus::Active) => {
                Some(Permission::ApplicationsApprove)
            }
            (Self::Reject, _) | (Self::Reopen, ApplicationStatus::Rejected) => {
                Some(Permission::ApplicationsReject)
            }
            (Self::Waitlist, _) | (Self::Reopen, ApplicationStatus::Waitlisted) => {
                Some(Permission::ApplicationsWaitlist)
            }
            (Self::Reopen, ApplicationStatus::Pending) => None,
        }
    }

    /// The audit code of one application decided so.
    pub const fn audit_code(self) -> AuditCode {
        match self {
            Self::Approve => AuditCode::ApplicationApproved,
            Self::Reject => AuditCode::ApplicationRejected,
            Self::Waitlist => AuditCode::ApplicationWaitlisted,
            Self::Reopen => AuditCode::ApplicationReopened,
        }
    }

    /// The audit code of several applications decided so in one call.
    pub const fn bulk_audit_code(self) -> AuditCode {
        match self {
            Self::Approve => AuditCode::BulkApprove,
            Self::Reject => AuditCode::BulkReject,
            Self::Waitlist => AuditCode::BulkWaitlist,
            Self::Reopen => AuditCode::BulkReopen,
        }
    }

    /// The verb as it is said to an operator.
    pub const fn verb(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::Waitlist => "waitlist",
            Self::Reopen => "reopen",
        }
    }

    /// The verb's past participle.
    pub const fn past(self) -> &'static str {
        match self {
            Self::Approve => "approved",
            Self::Reject => "rejected",
            Self::Waitlist => "waitlisted",
            Self::Reopen => "reopened",
        }
    }
}

/// A row of the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApplicationRow {
    /// Its id.
    pub id: ApplicationId,
    /// The applicant's account, where there is one.
    pub user_id: Option<UserId>,
    /// The applicant's name.
    pub name: Line,
    /// The applicant's e-mail.
    pub email: Line,
    /// Where it stands.
    pub status: OpenEnum<ApplicationStatus>,
    /// When it was sent in.
    pub submitted_at: DateTime<Utc>,
    /// When it was decided.
    pub decided_at: Option<DateTime<Utc>>,
    /// E-mail of who decided.
    pub decided_by: Option<Line>,
    /// The reason given with the decision.
    pub reason: Option<Line>,
    /// The code of the reason; absent where it was given in words alone.
    pub reason_code: Option<Line>,
    /// Grows with every change.
    pub version: i64,
    /// Who is at work on it; none where nobody is.
    pub claim: Option<Claim>,
}

/// One application with all that the applicant wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApplicationView {
    /// The row.
    #[serde(flatten)]
    pub row: ApplicationRow,
    /// What the applicant answered.
    pub answers: Body,
    /// What else is worth knowing of the applicant.
    #[serde(default)]
    pub context: PersonContext,
}

/// How the queue is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum ApplicationSort {
    /// Oldest first: the order of the queue.
    #[default]
    #[serde(rename = "submitted_at")]
    OldestFirst,
    /// Newest first.
    #[serde(rename = "-submitted_at")]
    NewestFirst,
}

/// Which applications, in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplicationsQuery {
    /// Any of these statuses, with commas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub status: Option<AnyOf<ApplicationStatus>>,
    /// Prefix of name or e-mail, whatever the case; or an id written `#4711`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Sent in at this time or later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<DateTime<Utc>>,
    /// Sent in before this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<DateTime<Utc>>,
    /// The grammar of the console's filter, as far as indexes answer it (docs/FILTERS.md).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// Order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<ApplicationSort>,
    /// Page, from 1; `cursor` is the better way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// Rows a page, up to 100; of ids up to 1,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub take: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// `exact` counts beyond the cap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<Count>,
}

/// The statuses that the caller saw: one for all ids, or one for each in the same order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(
    untagged,
    expecting = "expected one status of PENDING, ACTIVE, REJECTED, WAITLISTED, or a list of them"
)]
pub enum ExpectedStatus {
    /// The same for all.
    All(ApplicationStatus),
    /// One for each id.
    Each(Vec<ApplicationStatus>),
}

impl ExpectedStatus {
    /// What is expected of the id at this place.
    pub fn at(&self, index: usize) -> Option<ApplicationStatus> {
        match self {
            Self::All(status) => Some(*status),
            Self::Each(statuses) => statuses.get(index).copied(),
        }
    }
}

/// A decision on one or more applications.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideRequest {
    /// What to do.
    pub action: ApplicationAction,
    /// Which ones, up to 1,000; duplicates count once.
    pub ids: Vec<ApplicationId>,
    /// Needed to reject more than one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm: Option<bool>,
    /// Why, 3 to 500 characters; kept with the decision. The label of the code where that is all there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// A code of `reasons.list`, to reject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<String>,
    /// The statuses that the caller saw; where one differs the answer for that id is `conflict`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_status: Option<ExpectedStatus>,
}

/// The result of one id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DecideResult {
    /// Which one.
    pub id: ApplicationId,
    /// What became of it.
    pub outcome: OpenEnum<Outcome>,
    /// The row as it is now, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application: Option<ApplicationRow>,
    /// Who was first, with outcome `conflict`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflict: Option<Conflict>,
}

/// The results, in the order of the ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DecideReply {
    /// One for each id.
    pub results: Vec<DecideResult>,
    /// How many changed.
    pub changed: usize,
    /// Whether nothing changed.
    pub noop: bool,
}

impl From<BulkReply<ApplicationRow>> for DecideReply {
    fn from(reply: BulkReply<ApplicationRow>) -> Self {
        let result = |result: BulkResult<ApplicationRow>| DecideResult {
            id: ApplicationId(result.id),
            outcome: result.outcome,
            application: result.row,
            conflict: result.conflict,
        };
        Self {
            results: reply.results.into_iter().map(result).collect(),
            changed: reply.changed,
            noop: reply.noop,
        }
    }
}

/// Lists applications.
#[derive(Debug)]
pub struct ListApplications;

impl Operation for ListApplications {
    type Path = ();
    type Query = ApplicationsQuery;
    type Body = Nothing;
    type Reply = Page<ApplicationRow>;
    type Kind = Reads;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::ApplicationsView),
        summary: "Lists applications by age, filtered by status and by prefix.",
        ..Spec::read("applications.list", "/api/v1/admin/applications")
    };
}

/// Names all applications that a filter finds.
#[derive(Debug)]
pub struct SeeApplications;

impl Operation for SeeApplications {
    type Path = ();
    type Query = ApplicationsQuery;
    type Body = Nothing;
    type Reply = Page<Seen>;
    type Kind = Reads;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::ApplicationsView),
        summary: "Lists id, status and version of applications, by the filter and in the order of the list, up to 1,000 a page.",
        ..Spec::read("applications.ids", "/api/v1/admin/applications/ids")
    };
}

/// Reads one application.
#[derive(Debug)]
pub struct GetApplication;

impl Operation for GetApplication {
    type Path = ApplicationId;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = ApplicationView;
    type Kind = Reads;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::ApplicationsView),
        summary: "Reads one application with the applicant's answers.",
        ..Spec::read("applications.get", "/api/v1/admin/applications/{id}")
    };
}

/// Decides applications.
#[derive(Debug)]
pub struct DecideApplications;

impl Operation for DecideApplications {
    type Path = ();
    type Query = Nothing;
    type Body = DecideRequest;
    type Reply = DecideReply;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::OneOf(&[
            Permission::ApplicationsApprove,
            Permission::ApplicationsReject,
            Permission::ApplicationsWaitlist,
        ]),
        inverse: Some(Inverse::new(
            "applications.decide",
            &[
                AuditCode::ApplicationApproved,
                AuditCode::ApplicationRejected,
                AuditCode::ApplicationWaitlisted,
                AuditCode::BulkApprove,
                AuditCode::BulkReject,
                AuditCode::BulkWaitlist,
            ],
        )),
        rate: RateGroup::Decisions,
        summary: "Approves, rejects, waitlists or reopens up to 1,000 applications at once.",
        ..Spec::write(
            "applications.decide",
            Method::Post,
            "/api/v1/admin/bulk-applications",
            &[
                AuditCode::ApplicationApproved,
                AuditCode::ApplicationRejected,
                AuditCode::ApplicationWaitlisted,
                AuditCode::ApplicationReopened,
                AuditCode::BulkApprove,
                AuditCode::BulkReject,
                AuditCode::BulkWaitlist,
                AuditCode::BulkReopen,
            ],
        )
    };
}
