//! What can be done to a user: which rows it applies to, and the write it ends in.
//!
//! All but ban and unban act on one user, since their operations do; all send the version that was seen.

use std::collections::BTreeMap;

use quarterdeck_api::call::AnyCall;
use quarterdeck_api::operation::Nothing;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::role::Preset;
use quarterdeck_api::users::{
    BanRequest, BanUser, BulkBanRequest, BulkBanUsers, BulkUnbanRequest, BulkUnbanUsers,
    ChangeRequest, PromoteUser, SuspendRequest, SuspendUser, UnbanRequest, UnbanUser,
    UnsuspendUser, UserRow, UserStatus, VerifyUser,
};

use super::endings::{ENDS, end};
use super::note::{self, note_about};
use super::subject::{is_already, one, reason, refuses_gone};
use super::values::{EDIT, SET_BALANCE};
use crate::app::keymap::Action;
use crate::screens::person::{self, ENDS_SESSIONS, ban_for, hours, what_a_ban_does};
use crate::screens::verb::{Asks, Choice, Class, Given, Prepared, Verb};

/// How long a ban lasts.
const DURATIONS: &[Choice] = &[
    ban_for("1 hour", Class::Reversible),
    ban_for("1 day", Class::Reversible),
    ban_for("3 days", Class::Reversible),
    ban_for("7 days", Class::Reversible),
    ban_for("30 days", Class::Reversible),
    ban_for("permanent", Class::HardToReverse),
];

const UNBAN: Verb<UserRow> = Verb {
    action: Action::Ban,
    verb: "unban",
    past: "unbanned",
    help: "Lift the ban, with a reason",
    class: Class::HardToReverse,
    asks: Asks::Reason,
    choices: &[],
    permission: |_| Some(Permission::UserBan),
    refuses: |row| refuses_unless(row, UserStatus::Banned),
    prepare: |rows| Some(unban(rows)),
};

const UNSUSPEND: Verb<UserRow> = Verb {
    action: Action::Refuse,
    verb: "unsuspend",
    past: "unsuspended",
    help: "Lift the suspension",
    class: Class::HardToReverse,
    asks: Asks::Nothing,
    choices: &[],
    permission: |_| Some(Permission::UserSuspend),
    refuses: |row| refuses_unless(row, UserStatus::Suspended),
    prepare: unsuspend,
};

/// The verbs. What has no inverse of its own asks `y`, since no undo follows it.
pub(super) const VERBS: &[Verb<UserRow>] = &[
    Verb {
        action: Action::Accept,
        verb: "verify",
        past: "verified",
        help: "Mark as verified",
        class: Class::HardToReverse,
        asks: Asks::Nothing,
        choices: &[],
        permission: |_| Some(Permission::UserVerify),
        refuses: refuses_verify,
        prepare: verify,
    },
    Verb {
        action: Action::Refuse,
        verb: "suspend",
        past: "suspended",
        help: "Suspend, with a reason",
        class: Class::Reversible,
        asks: Asks::Reason,
        choices: &[],
        permission: |_| Some(Permission::UserSuspend),
        refuses: |row| refuses_unless(row, UserStatus::Active),
        prepare: suspend,
    },
    UNSUSPEND,
    Verb {
        action: Action::Ban,
        verb: "ban",
        past: "banned",
        help: "Ban, for a time or without end",
        class: Class::Reversible,
        asks: Asks::Reason,
        choices: DURATIONS,
        permission: |_| Some(Permission::UserBan),
        refuses: refuses_ban,
        prepare: |rows| Some(ban(rows)),
    },
    UNBAN,
    note::writing("note", refuses_anonymized, |rows| {
        Some(note_about(one(rows)?.id))
    }),
    note::rewriting("rewrite", refuses_anonymized),
    note::wiping("wipe", refuses_anonymized),
    Verb {
        action: Action::Revoke,
        verb: "end-session",
        past: "has a session less",
        help: "End one session; the others stay",
        class: Class::HardToReverse,
        asks: Asks::Nothing,
        choices: &[],
        permission: |_| Some(Permission::SessionsRevoke),
        refuses: |_| None,
        prepare: |_| None,
    },
    EDIT,
    SET_BALANCE,
    Verb {
        action: Action::Export,
        verb: "export",
        past: "exported",
        help: "Export all that is held about the person to a file",
        class: Class::HardToReverse,
        asks: Asks::Nothing,
        choices: &[],
        permission: |_| Some(Permission::UserExport),
        refuses: refuses_anonymized,
        prepare: export,
    },
    Verb {
        action: Action::Remove,
        verb: "remove",
        past: "removed",
        help: "Delete the account, anonymize the person, or end all sessions",
        class: Class::Irreversible,
        asks: Asks::Reason,
        choices: ENDS,
        permission: |_| None,
        refuses: refuses_anonymized,
        prepare: end,
    },
    Verb {
        action: Action::Rights,
        verb: "promote",
        past: "promoted",
        help: "Make an admin of the user, with the role Admin and its permissions",
        class: Class::HardToReverse,
        asks: Asks::Nothing,
        choices: &[],
        permission: |_| None,
        refuses: refuses_promote,
        prepare: promote,
    },
    Verb {
        action: Action::TakeBack,
        ..UNBAN
    },
    Verb {
        action: Action::TakeBack,
        ..UNSUSPEND
    },
];

/// Whether the verb takes a super-admin and a code where the user is staff.
pub(super) const fn is_guarded(action: Action) -> bool {
    matches!(
        action,
        Action::Ban
            | Action::Refuse
            | Action::Remove
            | Action::TakeBack
            | Action::Revoke
            | Action::Edit
    )
}

fn refuses_unless(row: &UserRow, wanted: UserStatus) -> Option<String> {
    (!row.status.is(wanted)).then(|| is_already(row))
}

fn refuses_ban(row: &UserRow) -> Option<String> {
    let can = row.status.is(UserStatus::Active) || row.status.is(UserStatus::Suspended);
    (!can).then(|| is_already(row))
}

fn refuses_verify(row: &UserRow) -> Option<String> {
    match row.verified_at {
        Some(_) => Some(format!("{} is verified already", row.id)),
        None => refuses_gone(row),
    }
}

fn refuses_promote(row: &UserRow) -> Option<String> {
    if row.is_staff {
        return Some(format!(
            "{} is one of the staff; see the Admins tab",
            row.id
        ));
    }
    refuses_gone(row)
}

fn refuses_anonymized(row: &UserRow) -> Option<String> {
    row.status
        .is(UserStatus::Anonymized)
        .then(|| is_already(row))
}

fn verify(rows: &[&UserRow]) -> Option<Prepared> {
    let row = one(rows)?;
    let (id, request) = (row.id, change(row));
    Some(
        Prepared::new(move |_| AnyCall::of::<VerifyUser>(id, Nothing {}, request.clone()))
            .telling(|_| vec!["There is no way to take it back.".to_owned()]),
    )
}

fn promote(rows: &[&UserRow]) -> Option<Prepared> {
    let row = one(rows)?;
    let (id, request) = (row.id, change(row));
    let keys = Preset::Admin.permissions().len();
    Some(
        Prepared::new(move |_| AnyCall::of::<PromoteUser>(id, Nothing {}, request.clone()))
            .telling(move |_| {
                vec![
                    format!("+ Admin, with {keys} permissions"),
                    "Other roles and permissions are chosen on the Admins tab.".to_owned(),
                ]
            }),
    )
}

const fn change(row: &UserRow) -> ChangeRequest {
    ChangeRequest {
        expected_version: Some(row.version),
    }
}

fn suspend(rows: &[&UserRow]) -> Option<Prepared> {
    let row = one(rows)?;
    let (id, version) = (row.id, row.version);
    Some(
        Prepared::new(move |given| {
            let request = SuspendRequest {
                reason: reason(given),
                reason_code: given.why.code.clone(),
                expected_version: Some(version),
            };
            AnyCall::of::<SuspendUser>(id, Nothing {}, request)
        })
        .telling(|_| vec![ENDS_SESSIONS.to_owned()]),
    )
}

fn unsuspend(rows: &[&UserRow]) -> Option<Prepared> {
    let row = one(rows)?;
    let (id, request) = (row.id, change(row));
    let finish = move |_: &Given| AnyCall::of::<UnsuspendUser>(id, Nothing {}, request.clone());
    Some(Prepared::new(finish).telling(|_| vec!["The account can sign in again.".to_owned()]))
}

fn ban(rows: &[&UserRow]) -> Prepared {
    let prepared = match rows {
        [row] => {
            let (id, version) = (row.id, row.version);
            Prepared::new(move |given| {
                let request = BanRequest {
                    ban_reason: reason(given),
                    reason_code: given.why.code.clone(),
                    duration_hours: hours(given),
                    expected_version: Some(version),
                };
                AnyCall::of::<BanUser>(id, Nothing {}, request)
            })
        }
        several => {
            let ids: Vec<_> = several.iter().map(|row| row.id).collect();
            Prepared::new(move |given| {
                AnyCall::body::<BulkBanUsers>(BulkBanRequest {
                    user_ids: ids.clone(),
                    ban_reason: reason(given),
                    reason_code: given.why.code.clone(),
                    duration_hours: hours(given),
                    confirm: given.is_confirmed.then_some(true),
                })
            })
        }
    };
    prepared.telling(|given| vec![what_a_ban_does(given)])
}

fn unban(rows: &[&UserRow]) -> Prepared {
    let [row] = rows else {
        return unban_several(rows);
    };
    let (id, version) = (row.id, row.version);
    let banned = row
        .ban_reason
        .as_ref()
        .map(|why| format!("Banned for: {why}"));
    Prepared::new(move |given| {
        let request = UnbanRequest {
            ban_reason: reason(given),
            reason_code: given.why.code.clone(),
            expected_version: Some(version),
        };
        AnyCall::of::<UnbanUser>(id, Nothing {}, request)
    })
    .telling(move |_| banned.iter().cloned().collect())
}

fn unban_several(rows: &[&UserRow]) -> Prepared {
    let seen: BTreeMap<_, _> = rows.iter().map(|row| (row.id, row.version)).collect();
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    Prepared::new(move |given| {
        AnyCall::body::<BulkUnbanUsers>(BulkUnbanRequest {
            user_ids: ids.clone(),
            ban_reason: reason(given),
            reason_code: given.why.code.clone(),
            expected_versions: seen.clone(),
            confirm: given.is_confirmed.then_some(true),
        })
    })
}

fn export(rows: &[&UserRow]) -> Option<Prepared> {
    Some(person::export(one(rows)?.id))
}
