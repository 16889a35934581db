//! What can be done to a report, and to the user it is about: which rows it applies to, and the call
//! it ends in.

use quarterdeck_api::call::AnyCall;
use quarterdeck_api::operation::Nothing;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::reports::{DecideReports, DecideReportsRequest, ReportRow, ReportStatus};
use quarterdeck_api::users::{BanRequest, BanUser};

use super::Reports;
use crate::app::keymap::Action;
use crate::screens::claims;
use crate::screens::person::{ban_for, hours, what_a_ban_does};
use crate::screens::verb::{Asks, Choice, Class, Given, Prepared, Verb};

/// The verbs.
pub(super) const VERBS: &[Verb<ReportRow>] = &[
    Verb {
        action: Action::Accept,
        verb: "resolve",
        past: "resolved",
        help: "Resolve; it was right, and something was done",
        class: Class::Reversible,
        asks: Asks::Note,
        choices: &[],
        permission: |row| permission(row, ReportStatus::Resolved),
        refuses: |row| refuses(row, ReportStatus::Pending),
        prepare: |rows| decide(rows, ReportStatus::Resolved),
    },
    Verb {
        action: Action::Refuse,
        verb: "dismiss",
        past: "dismissed",
        help: "Dismiss; nothing had to be done",
        class: Class::Reversible,
        asks: Asks::Note,
        choices: &[],
        permission: |row| permission(row, ReportStatus::Dismissed),
        refuses: |row| refuses(row, ReportStatus::Pending),
        prepare: |rows| decide(rows, ReportStatus::Dismissed),
    },
    Verb {
        action: Action::Ban,
        verb: "ban",
        past: "reported user banned",
        help: "Ban the reported user, for a time or without end",
        class: Class::HardToReverse,
        asks: Asks::Reason,
        choices: BANS,
        permission: |_| Some(Permission::UserBan),
        refuses: |_| None,
        prepare: ban,
    },
    reopen(|row| refuses(row, ReportStatus::Resolved)),
    reopen(|row| refuses(row, ReportStatus::Dismissed)),
    claims::take::<Reports>(),
    claims::release::<Reports>(Action::Claim),
    claims::release::<Reports>(Action::TakeBack),
];

const fn ban_reported(label: &'static str) -> Choice {
    Choice {
        past: "reported user banned",
        ..ban_for(label, Class::HardToReverse)
    }
}

/// How long the reported user is banned. Nothing on this tab takes a ban back, so each asks.
const BANS: &[Choice] = &[
    ban_reported("1 hour"),
    ban_reported("1 day"),
    ban_reported("3 days"),
    ban_reported("7 days"),
    ban_reported("30 days"),
    ban_reported("permanent"),
];

/// Bans the user that one report is about. The report does not know the version of the account.
fn ban(rows: &[&ReportRow]) -> Option<Prepared> {
    let [row] = rows else { return None };
    let (id, reported) = (row.reported_user_id, row.reported.clone());
    let finish = move |given: &Given| {
        let request = BanRequest {
            ban_reason: given.why.words.clone().unwrap_or_default(),
            reason_code: given.why.code.clone(),
            duration_hours: hours(given),
            expected_version: None,
        };
        AnyCall::of::<BanUser>(id, Nothing {}, request)
    };
    Some(
        Prepared::new(finish)
            .about(format!("{reported} ({id})"))
            .telling(|given| vec![what_a_ban_does(given)]),
    )
}

/// Takes back one kind of decision. There is one for each: a call expects a single status of all its
/// rows, so those of both kinds are reopened in two steps.
const fn reopen(refuses: fn(&ReportRow) -> Option<String>) -> Verb<ReportRow> {
    Verb {
        action: Action::TakeBack,
        verb: "reopen",
        past: "reopened",
        help: "Reopen",
        class: Class::Reversible,
        asks: Asks::Nothing,
        choices: &[],
        permission: |row| permission(row, ReportStatus::Pending),
        refuses,
        prepare: |rows| decide(rows, ReportStatus::Pending),
    }
}

fn permission(row: &ReportRow, wanted: ReportStatus) -> Option<Permission> {
    let from = row.status.known()?;
    wanted.permission(from)
}

/// All rows are of the first one's status: the verb refuses others.
fn decide(rows: &[&ReportRow], status: ReportStatus) -> Option<Prepared> {
    let expected_status = rows.first()?.status.known()?;
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    Some(Prepared::new(move |given| {
        AnyCall::body::<DecideReports>(DecideReportsRequest {
            ids: ids.clone(),
            status,
            notes: given.why.words.clone(),
            reason_code: given.why.code.clone(),
            expected_status: Some(expected_status),
        })
    }))
}

/// Why a verb that takes reports of one status does not apply to a row.
fn refuses(row: &ReportRow, taken: ReportStatus) -> Option<String> {
    let Some(status) = row.status.known() else {
        return Some(format!(
            "this console does not know the status {}",
            row.status
        ));
    };
    (status != taken).then(|| match &row.reviewed_by {
        Some(by) if !status.is_open() => format!("{} is {status} already, by {by}", row.id),
        Some(_) | None => format!("{} is {status} already", row.id),
    })
}
