//! What can be done to a data request: which rows it applies to, and the call it ends in.

use quarterdeck_api::call::AnyCall;
use quarterdeck_api::data_requests::{
    DataRequestRow, DataRequestStatus, UpdateDataRequests, UpdateDataRequestsRequest,
};
use quarterdeck_api::permission::Permission;

use super::DataRequests;
use crate::app::keymap::Action;
use crate::screens::claims;
use crate::screens::person;
use crate::screens::verb::{Asks, Class, Prepared, Verb, Why};

/// The verbs.
pub(super) const VERBS: &[Verb<DataRequestRow>] = &[
    Verb {
        action: Action::Accept,
        verb: "complete",
        past: "completed",
        help: "Complete; it was answered, and that is final",
        class: Class::HardToReverse,
        asks: Asks::Nothing,
        choices: &[],
        permission: |_| Some(Permission::DataRequestsUpdate),
        refuses: |row| refuses(row, DataRequestStatus::Pending),
        prepare: |rows| Some(complete(rows)),
    },
    Verb {
        action: Action::Refuse,
        verb: "fail",
        past: "failed",
        help: "Mark as failed, with a reason",
        class: Class::Reversible,
        asks: Asks::Reason,
        choices: &[],
        permission: |_| Some(Permission::DataRequestsUpdate),
        refuses: |row| refuses(row, DataRequestStatus::Pending),
        prepare: |rows| {
            Some(update(
                rows,
                DataRequestStatus::Failed,
                DataRequestStatus::Pending,
            ))
        },
    },
    Verb {
        action: Action::Export,
        verb: "export",
        past: "person's data exported",
        help: "Export all that is held about the person to a file",
        class: Class::HardToReverse,
        asks: Asks::Nothing,
        choices: &[],
        permission: |_| Some(Permission::UserExport),
        refuses: |_| None,
        prepare: |rows| match rows {
            [row] => Some(person::export(row.user_id)),
            _ => None,
        },
    },
    Verb {
        action: Action::TakeBack,
        verb: "retry",
        past: "back to pending",
        help: "Try a failed one again",
        class: Class::Reversible,
        asks: Asks::Nothing,
        choices: &[],
        permission: |_| Some(Permission::DataRequestsUpdate),
        refuses: |row| refuses(row, DataRequestStatus::Failed),
        prepare: |rows| {
            Some(update(
                rows,
                DataRequestStatus::Pending,
                DataRequestStatus::Failed,
            ))
        },
    },
    claims::take::<DataRequests>(),
    claims::release::<DataRequests>(Action::Claim),
    claims::release::<DataRequests>(Action::TakeBack),
];

fn complete(rows: &[&DataRequestRow]) -> Prepared {
    update(
        rows,
        DataRequestStatus::Completed,
        DataRequestStatus::Pending,
    )
    .telling(|_| {
        vec![
            "It only notes the answer: export or delete the data first.".to_owned(),
            "Completed is final: nothing takes it back.".to_owned(),
        ]
    })
}

fn update(
    rows: &[&DataRequestRow],
    status: DataRequestStatus,
    expected: DataRequestStatus,
) -> Prepared {
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    Prepared::new(move |given| {
        let is_failing = status == DataRequestStatus::Failed;
        let why = if is_failing {
            given.why.clone()
        } else {
            Why::default()
        };
        AnyCall::body::<UpdateDataRequests>(UpdateDataRequestsRequest {
            ids: ids.clone(),
            status,
            confirm: given.is_confirmed.then_some(true),
            error: why.words,
            reason_code: why.code,
            expected_status: Some(expected),
        })
    })
}

/// Why a verb that takes requests of one status does not apply to a row (C-41).
fn refuses(row: &DataRequestRow, taken: DataRequestStatus) -> Option<String> {
    let id = row.id;
    match row.status.known() {
        None => Some(format!(
            "this console does not know the status {}",
            row.status
        )),
        Some(status) if status == taken => None,
        Some(DataRequestStatus::Completed) => Some(format!("{id}: completed is final")),
        Some(DataRequestStatus::Failed) => Some(format!("{id} has failed; retry it first")),
        Some(DataRequestStatus::Pending) => Some(format!("{id} is pending already")),
    }
}
