//! What can be done to a withdrawal: which rows it applies to, the call it ends in, and the request that a
//! decision was.

use quarterdeck_api::admin_logs::ROUTE_BASE;
use quarterdeck_api::call::AnyCall;
use quarterdeck_api::operation::{Operation, Spec};
use quarterdeck_api::permission::Permission;
use quarterdeck_api::withdrawals::{
    ApproveWithdrawal, ApproveWithdrawalRequest, RejectWithdrawal, RejectWithdrawalRequest,
    WithdrawalRow, WithdrawalStatus,
};

use super::columns::{amount, by, held, is_covered};
use crate::app::keymap::Action;
use crate::app::tab::Tab;
use crate::screens::screen::{Lead, LeadVerb};
use crate::screens::verb::{Asks, Class, Prepared, Verb};

/// The verbs. Neither has an inverse: both ask `y`, and are about one row (C-45).
pub(super) const VERBS: &[Verb<WithdrawalRow>] = &[
    Verb {
        action: Action::Accept,
        verb: "approve",
        past: "approved",
        help: "Approve; it is paid out of the wallet, and that is final",
        class: Class::HardToReverse,
        asks: Asks::Nothing,
        choices: &[],
        permission: |_| Some(Permission::WithdrawalsApprove),
        refuses: refuses_decided,
        prepare: approve,
    },
    Verb {
        action: Action::Refuse,
        verb: "reject",
        past: "rejected",
        help: "Reject, with a reason; no money moves, and that is final",
        class: Class::HardToReverse,
        asks: Asks::Reason,
        choices: &[],
        permission: |_| Some(Permission::WithdrawalsReject),
        refuses: refuses_decided,
        prepare: reject,
    },
];

/// To the request that decided a withdrawal, among those of the same admin (S001-27).
pub(super) const LEAD_VERBS: &[LeadVerb<WithdrawalRow>] = &[LeadVerb {
    action: Action::Hold,
    verb: "request",
    help: "The request that decided it, among those of the same admin",
    leads: request,
}];

fn approve(rows: &[&WithdrawalRow]) -> Option<Prepared> {
    let [row] = rows else { return None };
    let id = row.id;
    let told = paid_from(row);
    let prepared = Prepared::new(move |given| {
        AnyCall::body::<ApproveWithdrawal>(ApproveWithdrawalRequest {
            withdrawal_id: id,
            confirm: given.is_confirmed.then_some(true),
            expected_status: Some(WithdrawalStatus::Pending),
        })
    });
    Some(prepared.telling(move |_| told.clone()).about(subject(row)))
}

fn reject(rows: &[&WithdrawalRow]) -> Option<Prepared> {
    let [row] = rows else { return None };
    let id = row.id;
    let prepared = Prepared::new(move |given| {
        AnyCall::body::<RejectWithdrawal>(RejectWithdrawalRequest {
            withdrawal_id: id,
            confirm: given.is_confirmed.then_some(true),
            reason: given.why.words.clone(),
            reason_code: given.why.code.clone(),
            expected_status: Some(WithdrawalStatus::Pending),
        })
    });
    let told = || vec!["No money moves.".to_owned(), FINAL.to_owned()];
    Some(prepared.telling(move |_| told()).about(subject(row)))
}

const FINAL: &str = "That is final: nothing takes it back.";

/// Whose and how much.
fn subject(row: &WithdrawalRow) -> String {
    format!("{} {} of {}", row.id, amount(row), row.user)
}

/// What an approval takes from where, as the row was loaded.
fn paid_from(row: &WithdrawalRow) -> Vec<String> {
    let (id, asked, held) = (row.user_id, amount(row), held(row));
    if is_covered(row) {
        let told = format!("{asked} leave the wallet of {id}, which holds {held}.");
        return vec![told, FINAL.to_owned()];
    }
    vec![format!(
        "The wallet of {id} holds {held}: {asked} will be refused."
    )]
}

/// Why a decision does not apply to a row.
fn refuses_decided(row: &WithdrawalRow) -> Option<String> {
    let (id, status) = (row.id, &row.status);
    match status.known() {
        Some(WithdrawalStatus::Pending) => None,
        Some(WithdrawalStatus::Approved | WithdrawalStatus::Rejected) => Some(by(row).map_or_else(
            || format!("{id}: {status} is final"),
            |by| format!("{id}: {status} by {by}, which is final"),
        )),
        None => Some(format!("this console does not know the status {status}")),
    }
}

/// Where the request stands that decided a row, or why there is none.
fn request(row: &WithdrawalRow) -> Result<Lead, String> {
    let id = row.id;
    let route = match row.status.known() {
        Some(WithdrawalStatus::Approved) => route(&ApproveWithdrawal::SPEC),
        Some(WithdrawalStatus::Rejected) => route(&RejectWithdrawal::SPEC),
        Some(WithdrawalStatus::Pending) => {
            return Err(format!("{id} is pending; nobody has decided of it"));
        }
        None => {
            return Err(format!(
                "this console does not know the status {}",
                row.status
            ));
        }
    };
    let by = row.decided_by_id;
    let by = by.ok_or_else(|| format!("{id} does not say who decided"))?;
    Ok(Lead {
        tab: Tab::AdminLogs,
        filter: format!("by:{by} route={route}"),
    })
}

/// A path as the filter of requests names it.
fn route(spec: &'static Spec) -> &'static str {
    spec.path.strip_prefix(ROUTE_BASE).unwrap_or(spec.path)
}
