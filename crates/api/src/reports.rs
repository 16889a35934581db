//! Reports: what users say of each other, and how operators settle it.

mod fields;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::audit::AuditCode;
use crate::bulk::BulkReply;
use crate::claim::Claim;
use crate::filter::AnyOf;
use crate::ids::{ReportId, UserId};
use crate::inverse::Inverse;
use crate::operation::{Access, Method, Nothing, Operation, RateGroup, Reads, Spec, Writes};
use crate::page::{Count, Page, Seen};
use crate::permission::Permission;
use crate::text::{Body, Line};
use crate::users::PersonContext;
use crate::wire_enum::{OpenEnum, wire_enum};

pub use fields::ReportField;

/// Shortest and longest notes, in characters.
pub const NOTES_LENGTH: std::ops::RangeInclusive<usize> = 3..=500;

wire_enum! {
    /// Where a report stands (S003-40).
    pub enum ReportStatus {
        /// Nobody has settled it.
        Pending = "pending",
        /// It was right, and something was done.
        Resolved = "resolved",
        /// Nothing had to be done.
        Dismissed = "dismissed",
    }
}

impl ReportStatus {
    /// Whether somebody has still to settle it.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Pending)
    }

    /// The permission it takes to bring a report from `from` to this status; back to pending it is
    /// that of the decision taken back, and there is none for what is pending.
    pub const fn permission(self, from: Self) -> Option<Permission> {
        match (self, from) {
            (Self::Resolved, _) | (Self::Pending, Self::Resolved) => {
                Some(Permission::ReportsResolve)
            }
            (Self::Dismissed, _) | (Self::Pending, Self::Dismissed) => {
                Some(Permission::ReportsDismiss)
            }
            (Self::Pending, Self::Pending) => None,
        }
    }

    /// The audit code of a report brought to this status.
    pub const fn audit_code(self) -> AuditCode {
        match self {
            Self::Pending => AuditCode::ReportReopened,
            Self::Resolved => AuditCode::ReportResolved,
            Self::Dismissed => AuditCode::ReportDismissed,
        }
    }

    /// The audit code of several reports brought to this status in one call.
    pub const fn bulk_audit_code(self) -> AuditCode {
        match self {
            Self::Pending => AuditCode::BulkReportReopen,
            Self::Resolved => AuditCode::BulkResolve,
            Self::Dismissed => AuditCode::BulkDismiss,
        }
    }
}

/// A row of the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportRow {
    /// Its id.
    pub id: ReportId,
    /// Where it stands.
    pub status: OpenEnum<ReportStatus>,
    /// What it is about, in the reporter's choice of words: `spam`, `harassment`.
    pub reason: Line,
    /// Who reports.
    pub reporter_id: UserId,
    /// E-mail of who reports.
    pub reporter: Line,
    /// Who is reported.
    pub reported_user_id: UserId,
    /// E-mail of who is reported.
    pub reported: Line,
    /// How many reports there are about this person in all, settled ones too (S003-84).
    pub report_count: u64,
    /// When it was sent in.
    pub created_at: DateTime<Utc>,
    /// When it was settled.
    pub reviewed_at: Option<DateTime<Utc>>,
    /// E-mail of who settled it.
    pub reviewed_by: Option<Line>,
    /// What was noted then.
    pub notes: Option<Line>,
    /// The code of the reason for settling it so; absent where there is none. Not what it is about.
    pub reason_code: Option<Line>,
    /// Grows with every change.
    pub version: i64,
    /// Who is at work on it; none where nobody is.
    pub claim: Option<Claim>,
}

/// One report with all that the reporter wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportView {
    /// The row.
    #[serde(flatten)]
    pub row: ReportRow,
    /// What the reporter wrote.
    pub body: Body,
    /// What else is worth knowing of who is reported.
    #[serde(default)]
    pub context: PersonContext,
}

/// How the queue is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum ReportSort {
    /// Oldest first: the order of the queue.
    #[default]
    #[serde(rename = "created_at")]
    OldestFirst,
    /// Newest first.
    #[serde(rename = "-created_at")]
    NewestFirst,
    /// Persons with the most reports first, all reports of one together, oldest first (S003-84).
    #[serde(rename = "-report_count")]
    MostReportedFirst,
}

/// Which reports, in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportsQuery {
    /// Any of these statuses, with commas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub status: Option<AnyOf<ReportStatus>>,
    /// Sent in by this user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reporter_id: Option<UserId>,
    /// About this user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported_user_id: Option<UserId>,
    /// About persons with at least so many reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_reports: Option<u32>,
    /// Prefix of the reported person's e-mail or of the reason, whatever the case; or an id written
    /// `#4711`.
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
    pub sort: Option<ReportSort>,
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

/// A decision on one report, as the seed spells it (S003-68).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideReportRequest {
    /// Which one.
    pub report_id: ReportId,
    /// What it becomes; `pending` takes a decision back.
    pub status: ReportStatus,
    /// What to note with it, 3 to 500 characters; the label of the code where that is all there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// A code of `reasons.list`, to resolve or dismiss.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<String>,
    /// The status that the caller saw; where it differs the answer is 409 with who was first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_status: Option<ReportStatus>,
}

/// The same decision on several reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideReportsRequest {
    /// Which ones, up to 1,000; duplicates count once.
    pub ids: Vec<ReportId>,
    /// What they become; `pending` takes decisions back.
    pub status: ReportStatus,
    /// What to note with it, 3 to 500 characters; the label of the code where that is all there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// A code of `reasons.list`, to resolve or dismiss.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<String>,
    /// The status that the caller saw on all of them; where one differs the answer for that id is
    /// `conflict`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_status: Option<ReportStatus>,
}

/// Lists reports.
#[derive(Debug)]
pub struct ListReports;

impl Operation for ListReports {
    type Path = ();
    type Query = ReportsQuery;
    type Body = Nothing;
    type Reply = Page<ReportRow>;
    type Kind = Reads;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::ReportsView),
        summary: "Lists reports by age or by how often the person was reported.",
        ..Spec::read("reports.list", "/api/v1/admin/reports")
    };
}

/// Names all reports that a filter finds.
#[derive(Debug)]
pub struct SeeReports;

impl Operation for SeeReports {
    type Path = ();
    type Query = ReportsQuery;
    type Body = Nothing;
    type Reply = Page<Seen>;
    type Kind = Reads;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::ReportsView),
        summary: "Lists id, status and version of reports, by the filter and in the order of the list, up to 1,000 a page.",
        ..Spec::read("reports.ids", "/api/v1/admin/reports/ids")
    };
}

/// Reads one report.
#[derive(Debug)]
pub struct GetReport;

impl Operation for GetReport {
    type Path = ReportId;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = ReportView;
    type Kind = Reads;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::ReportsView),
        summary: "Reads one report with what the reporter wrote.",
        ..Spec::read("reports.get", "/api/v1/admin/reports/{id}")
    };
}

const DECIDES: Access = Access::OneOf(&[Permission::ReportsResolve, Permission::ReportsDismiss]);

/// Settles one report, as the seed spells it.
#[derive(Debug)]
pub struct DecideReport;

impl Operation for DecideReport {
    type Path = ();
    type Query = Nothing;
    type Body = DecideReportRequest;
    type Reply = ReportRow;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: DECIDES,
        inverse: Some(Inverse::new(
            "reports.decide",
            &[AuditCode::ReportResolved, AuditCode::ReportDismissed],
        )),
        rate: RateGroup::Decisions,
        summary: "Resolves, dismisses or reopens one report.",
        ..Spec::write(
            "reports.decide",
            Method::Patch,
            "/api/v1/admin/reports",
            &[
                AuditCode::ReportResolved,
                AuditCode::ReportDismissed,
                AuditCode::ReportReopened,
            ],
        )
    };
}

/// Settles several reports.
#[derive(Debug)]
pub struct DecideReports;

impl Operation for DecideReports {
    type Path = ();
    type Query = Nothing;
    type Body = DecideReportsRequest;
    type Reply = BulkReply<ReportRow>;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: DECIDES,
        inverse: Some(Inverse::new(
            "reports.decide_bulk",
            &[
                AuditCode::ReportResolved,
                AuditCode::ReportDismissed,
                AuditCode::BulkResolve,
                AuditCode::BulkDismiss,
            ],
        )),
        rate: RateGroup::Decisions,
        summary: "Resolves, dismisses or reopens up to 1,000 reports at once.",
        ..Spec::write(
            "reports.decide_bulk",
            Method::Post,
            "/api/v1/admin/bulk-reports",
            &[
                AuditCode::ReportResolved,
                AuditCode::ReportDismissed,
                AuditCode::ReportReopened,
                AuditCode::BulkResolve,
                AuditCode::BulkDismiss,
                AuditCode::BulkReportReopen,
            ],
        )
    };
}
