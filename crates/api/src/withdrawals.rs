//! Withdrawals: people who ask to be paid out, and who decided of it (requirements.md R67).
//!
//! Money is in whole numbers of the smallest unit of the currency. Paths and `approved_by` keep the seed's spelling.

mod fields;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::audit::AuditCode;
use crate::filter::AnyOf;
use crate::ids::{UserId, WithdrawalId};
use crate::money::Balance;
use crate::operation::{Access, Method, Nothing, Operation, RateGroup, Reads, Spec, Writes};
use crate::page::{Count, Page};
use crate::permission::Permission;
use crate::text::Line;
use crate::wire_enum::{OpenEnum, wire_enum};

pub use fields::WithdrawalField;

wire_enum! {
    /// Where a withdrawal stands.
    pub enum WithdrawalStatus {
        /// Nobody has decided of it.
        Pending = "pending",
        /// Paid out of the wallet; final.
        Approved = "approved",
        /// Not paid out; final.
        Rejected = "rejected",
    }
}

impl WithdrawalStatus {
    /// Whether somebody has still to decide of it.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Pending)
    }
}

/// A row of the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WithdrawalRow {
    /// Its id.
    pub id: WithdrawalId,
    /// Who asks.
    pub user_id: UserId,
    /// E-mail of who asks.
    pub user: Line,
    /// How much, in the smallest unit of the currency; more than nothing.
    pub amount: i64,
    /// Code of the currency.
    pub currency: Line,
    /// What the person holds now; absent where there is no wallet.
    pub balance: Option<Balance>,
    /// Where it stands.
    pub status: OpenEnum<WithdrawalStatus>,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// The admin who approved it, as the seed names them; absent unless it was approved (S001-28).
    pub approved_by: Option<UserId>,
    /// Who decided, whichever way.
    pub decided_by_id: Option<UserId>,
    /// E-mail of who decided.
    pub decided_by: Option<Line>,
    /// When it was decided.
    pub decided_at: Option<DateTime<Utc>>,
    /// Why it was rejected.
    pub reason: Option<Line>,
    /// The code of that reason; absent where it was given in words alone.
    pub reason_code: Option<Line>,
    /// Grows with every change.
    pub version: i64,
}

/// How the queue is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum WithdrawalSort {
    /// Who has waited longest first: the order of the queue.
    #[default]
    #[serde(rename = "requested_at")]
    OldestFirst,
    /// The newest first.
    #[serde(rename = "-requested_at")]
    NewestFirst,
}

/// Which withdrawals, in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawalsQuery {
    /// Any of these statuses, with commas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub status: Option<AnyOf<WithdrawalStatus>>,
    /// Asked for by this user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// Prefix of the person's e-mail, whatever the case; or an id written `#4711`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Asked for at this time or later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<DateTime<Utc>>,
    /// Asked for before this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<DateTime<Utc>>,
    /// The grammar of the console's filter, as far as indexes answer it (docs/FILTERS.md).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// Order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<WithdrawalSort>,
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

/// A withdrawal to be paid out, as the seed spells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApproveWithdrawalRequest {
    /// Which one.
    pub withdrawal_id: WithdrawalId,
    /// Needed: money leaves the wallet, and nothing brings it back (C-45).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm: Option<bool>,
    /// The status that the caller saw; where it differs the answer is 409 with who was first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_status: Option<WithdrawalStatus>,
}

/// A withdrawal that is not paid out, as the seed spells it, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RejectWithdrawalRequest {
    /// Which one.
    pub withdrawal_id: WithdrawalId,
    /// Needed: nothing takes it back (C-45).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm: Option<bool>,
    /// Why, 3 to 500 characters; may be left out where there is a code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// A code of `reasons.list`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<String>,
    /// The status that the caller saw; where it differs the answer is 409 with who was first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_status: Option<WithdrawalStatus>,
}

/// Lists withdrawals.
#[derive(Debug)]
pub struct ListWithdrawals;

impl Operation for ListWithdrawals {
    type Path = ();
    type Query = WithdrawalsQuery;
    type Body = Nothing;
    type Reply = Page<WithdrawalRow>;
    type Kind = Reads;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::WithdrawalsView),
        summary: "Lists withdrawals by age, with who approved them.",
        ..Spec::read("withdrawals.list", "/api/v1/admin/payments/withdrawals")
    };
}

/// Reads one withdrawal.
#[derive(Debug)]
pub struct GetWithdrawal;

impl Operation for GetWithdrawal {
    type Path = WithdrawalId;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = WithdrawalRow;
    type Kind = Reads;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::WithdrawalsView),
        summary: "Reads one withdrawal.",
        ..Spec::read("withdrawals.get", "/api/v1/admin/payments/withdrawals/{id}")
    };
}

/// Pays one withdrawal out.
#[derive(Debug)]
pub struct ApproveWithdrawal;

impl Operation for ApproveWithdrawal {
    type Path = ();
    type Query = Nothing;
    type Body = ApproveWithdrawalRequest;
    type Reply = WithdrawalRow;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::WithdrawalsApprove),
        rate: RateGroup::Decisions,
        summary: "Approves a withdrawal: the wallet is lowered and the transaction written down with it.",
        ..Spec::write(
            "withdrawals.approve",
            Method::Post,
            "/api/v1/admin/payments/withdraw/approve",
            &[AuditCode::WithdrawalApproved],
        )
    };
}

/// Rejects one withdrawal.
#[derive(Debug)]
pub struct RejectWithdrawal;

impl Operation for RejectWithdrawal {
    type Path = ();
    type Query = Nothing;
    type Body = RejectWithdrawalRequest;
    type Reply = WithdrawalRow;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::WithdrawalsReject),
        rate: RateGroup::Decisions,
        summary: "Rejects a withdrawal, with a reason; no money moves.",
        ..Spec::write(
            "withdrawals.reject",
            Method::Post,
            "/api/v1/admin/payments/withdraw/reject",
            &[AuditCode::WithdrawalRejected],
        )
    };
}
