//! What can be done to an application: which rows it applies to, and the decision it ends in.

use quarterdeck_api::applications::{
    ApplicationAction, ApplicationRow, ApplicationStatus, DecideApplications, DecideRequest,
    ExpectedStatus,
};
use quarterdeck_api::call::AnyCall;
use quarterdeck_api::permission::Permission;

use super::Applications;
use crate::app::keymap::Action;
use crate::screens::claims;
use crate::screens::verb::{Asks, Class, Prepared, Verb};

/// The verbs.
pub(super) const VERBS: &[Verb<ApplicationRow>] = &[
    Verb {
        action: Action::Accept,
        verb: "approve",
        past: "approved",
        help: "Approve",
        class: Class::Reversible,
        asks: Asks::Nothing,
        choices: &[],
        permission: |_| Some(Permission::ApplicationsApprove),
        refuses: |row| refuses(row, ApplicationAction::Approve),
        prepare: |rows| decide(rows, ApplicationAction::Approve),
    },
    Verb {
        action: Action::Refuse,
        verb: "reject",
        past: "rejected",
        help: "Reject, with a reason",
        class: Class::Reversible,
        asks: Asks::Reason,
        choices: &[],
        permission: |_| Some(Permission::ApplicationsReject),
        refuses: |row| refuses(row, ApplicationAction::Reject),
        prepare: |rows| decide(rows, ApplicationAction::Reject),
    },
    Verb {
        action: Action::Hold,
        verb: "waitlist",
        past: "waitlisted",
        help: "Put on the waiting list",
        class: Class::Reversible,
        asks: Asks::Nothing,
        choices: &[],
        permission: |_| Some(Permission::ApplicationsWaitlist),
        refuses: |row| refuses(row, ApplicationAction::Waitlist),
        prepare: |rows| decide(rows, ApplicationAction::Waitlist),
    },
    Verb {
        action: Action::TakeBack,
        verb: "reopen",
        past: "reopened",
        help: "Reopen",
        class: Class::Reversible,
        asks: Asks::Nothing,
        choices: &[],
        permission: |row| {
            row.status
                .known()
                .and_then(|status| ApplicationAction::Reopen.permission(status))
        },
        refuses: |row| refuses(row, ApplicationAction::Reopen),
        prepare: |rows| decide(rows, ApplicationAction::Reopen),
    },
    claims::take::<Applications>(),
    claims::release::<Applications>(Action::Claim),
    claims::release::<Applications>(Action::TakeBack),
];

fn decide(rows: &[&ApplicationRow], action: ApplicationAction) -> Option<Prepared> {
    let statuses = rows
        .iter()
        .map(|row| row.status.known())
        .collect::<Option<Vec<_>>>()?;
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let expected = expected(&statuses);
    Some(Prepared::new(move |given| {
        AnyCall::body::<DecideApplications>(DecideRequest {
            action,
            ids: ids.clone(),
            confirm: given.is_confirmed.then_some(true),
            reason: given.why.words.clone(),
            reason_code: given.why.code.clone(),
            expected_status: Some(expected.clone()),
        })
    }))
}

/// One expectation where all rows agree, else one for each.
fn expected(statuses: &[ApplicationStatus]) -> ExpectedStatus {
    match statuses {
        [first, rest @ ..] if rest.iter().all(|status| status == first) => {
            ExpectedStatus::All(*first)
        }
        _ => ExpectedStatus::Each(statuses.to_vec()),
    }
}

/// Why a decision does not apply to a row.
fn refuses(row: &ApplicationRow, action: ApplicationAction) -> Option<String> {
    let Some(status) = row.status.known() else {
        return Some(format!(
            "this console does not know the status {}",
            row.status
        ));
    };
    let is_wrong = match action {
        ApplicationAction::Approve | ApplicationAction::Reject => !status.is_open(),
        ApplicationAction::Waitlist => status != ApplicationStatus::Pending,
        ApplicationAction::Reopen => status == ApplicationStatus::Pending,
    };
    is_wrong.then(|| match &row.decided_by {
        Some(by) => format!("{} is {status} already, by {by}", row.id),
        None => format!("{} is {status} already", row.id),
    })
}
