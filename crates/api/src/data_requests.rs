//! Data requests: people who ask for their data or for its deletion, and the time left to answer.

mod fields;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::audit::AuditCode;
use crate::bulk::BulkReply;
use crate::claim::Claim;
use crate::filter::AnyOf;
use crate::ids::{DataRequestId, UserId};
use crate::inverse::Inverse;
use crate::operation::{Access, Method, Nothing, Operation, RateGroup, Reads, Spec, Writes};
use crate::page::{Count, Page, Seen};
use crate::permission::Permission;
use crate::text::Line;
use crate::wire_enum::{OpenEnum, wire_enum};

pub use fields::DataRequestField;

/// Days to answer a request that names no due date (S003-48).
pub const DUE_AFTER_DAYS: i64 = 30;
/// Shortest and longest error of a failed request, in characters.
pub const ERROR_LENGTH: std::ops::RangeInclusive<usize> = 3..=500;

wire_enum! {
    /// What is asked for (S003-41).
    pub enum DataRequestKind {
        /// A copy of the person's data.
        Export = "export",
        /// Its deletion.
        Deletion = "deletion",
    }
}

wire_enum! {
    /// Where a data request stands (S003-41).
    pub enum DataRequestStatus {
        /// To be answered.
        Pending = "pending",
        /// Answered; final.
        Completed = "completed",
        /// It could not be answered; back to pending tries again (C-41).
        Failed = "failed",
    }
}

/// A row of the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DataRequestRow {
    /// Its id.
    pub id: DataRequestId,
    /// Who asks.
    pub user_id: UserId,
    /// E-mail of who asks.
    pub user: Line,
    /// What is asked for.
    pub kind: OpenEnum<DataRequestKind>,
    /// Where it stands.
    pub status: OpenEnum<DataRequestStatus>,
    /// When it was sent in.
    pub created_at: DateTime<Utc>,
    /// By when it has to be answered, where that was set.
    pub due_at: Option<DateTime<Utc>>,
    /// By when it has to be answered: the due date, or 30 days after it was sent in.
    pub deadline: DateTime<Utc>,
    /// Whether it is pending and its deadline has passed (S003-32, S003-48).
    pub overdue: bool,
    /// Seconds until the deadline, negative when it has passed; absent unless it is pending.
    pub seconds_left: Option<i64>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// When it was completed.
    pub completed_at: Option<DateTime<Utc>>,
    /// E-mail of who changed it last.
    pub handled_by: Option<Line>,
    /// Why it failed.
    pub error: Option<Line>,
    /// The code of the reason why it failed; absent where it was given in words alone.
    pub reason_code: Option<Line>,
    /// Grows with every change.
    pub version: i64,
    /// Who is at work on it; none where nobody is.
    pub claim: Option<Claim>,
}

/// How the queue is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum DataRequestSort {
    /// The next deadline first: the order of the queue.
    #[default]
    #[serde(rename = "deadline")]
    DueFirst,
    /// The last deadline first.
    #[serde(rename = "-deadline")]
    DueLast,
}

/// Which requests, in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DataRequestsQuery {
    /// Any of these statuses, with commas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub status: Option<AnyOf<DataRequestStatus>>,
    /// Any of these kinds, with commas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub kind: Option<AnyOf<DataRequestKind>>,
    /// Only those that are overdue, or only those that are not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overdue: Option<bool>,
    /// Sent in by this user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// Prefix of the person's e-mail, whatever the case; or an id written `#4711`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Due at this time or later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<DateTime<Utc>>,
    /// Due before this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<DateTime<Utc>>,
    /// The grammar of the console's filter, as far as indexes answer it (docs/FILTERS.md).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// Order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<DataRequestSort>,
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

/// A new status for one request, as the seed spells it (S003-70).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateDataRequestRequest {
    /// Which one.
    pub request_id: DataRequestId,
    /// What it becomes; `pending` retries a failed one.
    pub status: DataRequestStatus,
    /// Why it failed, 3 to 500 characters; only with `failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// A code of `reasons.list`; only with `failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<String>,
    /// The status that the caller saw; where it differs the answer is 409 with who was first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_status: Option<DataRequestStatus>,
}

/// The same new status for several requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateDataRequestsRequest {
    /// Which ones, up to 1,000; duplicates count once.
    pub ids: Vec<DataRequestId>,
    /// What they become; `pending` retries failed ones.
    pub status: DataRequestStatus,
    /// Needed to complete or fail more than one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm: Option<bool>,
    /// Why they failed, 3 to 500 characters; only with `failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// A code of `reasons.list`; only with `failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<String>,
    /// The status that the caller saw on all of them; where one differs the answer for that id is
    /// `conflict`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_status: Option<DataRequestStatus>,
}

/// Lists data requests.
#[derive(Debug)]
pub struct ListDataRequests;

impl Operation for ListDataRequests {
    type Path = ();
    type Query = DataRequestsQuery;
    type Body = Nothing;
    type Reply = Page<DataRequestRow>;
    type Kind = Reads;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::DataRequestsView),
        summary: "Lists data requests by deadline, with the time left.",
        ..Spec::read("data_requests.list", "/api/v1/admin/data-requests")
    };
}

/// Names all data requests that a filter finds.
#[derive(Debug)]
pub struct SeeDataRequests;

impl Operation for SeeDataRequests {
    type Path = ();
    type Query = DataRequestsQuery;
    type Body = Nothing;
    type Reply = Page<Seen>;
    type Kind = Reads;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::DataRequestsView),
        summary: "Lists id, status and version of data requests, by the filter and in the order of the list, up to 1,000 a page.",
        ..Spec::read("data_requests.ids", "/api/v1/admin/data-requests/ids")
    };
}

/// Reads one data request.
#[derive(Debug)]
pub struct GetDataRequest;

impl Operation for GetDataRequest {
    type Path = DataRequestId;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = DataRequestRow;
    type Kind = Reads;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::DataRequestsView),
        summary: "Reads one data request.",
        ..Spec::read("data_requests.get", "/api/v1/admin/data-requests/{id}")
    };
}

/// Changes the status of one request, as the seed spells it.
#[derive(Debug)]
pub struct UpdateDataRequest;

impl Operation for UpdateDataRequest {
    type Path = ();
    type Query = Nothing;
    type Body = UpdateDataRequestRequest;
    type Reply = DataRequestRow;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::DataRequestsUpdate),
        inverse: Some(Inverse::new(
            "data_requests.update",
            &[AuditCode::DataRequestUpdated],
        )),
        rate: RateGroup::Decisions,
        summary: "Completes or fails one data request, or retries a failed one.",
        ..Spec::write(
            "data_requests.update",
            Method::Patch,
            "/api/v1/admin/data-requests",
            &[AuditCode::DataRequestUpdated],
        )
    };
}

/// Changes the status of several requests.
#[derive(Debug)]
pub struct UpdateDataRequests;

impl Operation for UpdateDataRequests {
    type Path = ();
    type Query = Nothing;
    type Body = UpdateDataRequestsRequest;
    type Reply = BulkReply<DataRequestRow>;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::DataRequestsUpdate),
        inverse: Some(Inverse::new(
            "data_requests.update_bulk",
            &[
                AuditCode::DataRequestUpdated,
                AuditCode::BulkDataRequestUpdate,
            ],
        )),
        rate: RateGroup::Decisions,
        summary: "Completes, fails or retries up to 1,000 data requests at once.",
        ..Spec::write(
            "data_requests.update_bulk",
            Method::Post,
            "/api/v1/admin/bulk-data-requests",
            &[
                AuditCode::DataRequestUpdated,
                AuditCode::BulkDataRequestUpdate,
            ],
        )
    };
}
