//! What ends on a person: the account, what names them, or their sessions.

use quarterdeck_api::active_sessions::{RevokeSessions, RevokeSessionsRequest};
use quarterdeck_api::call::AnyCall;
use quarterdeck_api::operation::Nothing;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::text::Line;
use quarterdeck_api::users::{AnonymizeUser, DeleteUser, DeletedReply, EndRequest, UserRow};

use super::subject::{one, reason};
use crate::screens::verb::{Choice, Class, Given, Prepared};

/// Place of deletion among the ways to end an account.
const DELETE: usize = 0;
/// Place of anonymization among them.
const ANONYMIZE: usize = 1;
/// The ways to end an account, or what is open of it.
pub(super) const ENDS: &[Choice] = &[
    Choice {
        label: "delete",
        verb: "delete",
        past: "deleted",
        class: Class::Irreversible,
        permission: Some(Permission::UserDelete),
    },
    Choice {
        label: "anonymize",
        verb: "anonymize",
        past: "anonymized",
        class: Class::Irreversible,
        permission: Some(Permission::UserAnonymize),
    },
    Choice {
        label: "end all sessions",
        verb: "sign-out",
        past: "signed out everywhere",
        class: Class::HardToReverse,
        permission: Some(Permission::SessionsRevoke),
    },
];

/// Ends what was chosen; the phrase is typed for it.
pub(super) fn end(rows: &[&UserRow]) -> Option<Prepared> {
    let row = one(rows)?;
    let (id, version) = (row.id, row.version);
    let finish = move |given: &Given| {
        let request = EndRequest {
            confirm: given.is_confirmed.then_some(true),
            reason: reason(given),
            reason_code: given.why.code.clone(),
            expected_version: Some(version),
        };
        match given.choice {
            DELETE => AnyCall::of::<DeleteUser>(id, Nothing {}, request),
            ANONYMIZE => AnyCall::of::<AnonymizeUser>(id, Nothing {}, request),
            _ => {
                let reason = Some(reason(given)).filter(|words| !words.is_empty());
                let request = RevokeSessionsRequest { reason };
                AnyCall::of::<RevokeSessions>(id, Nothing {}, request)
            }
        }
    };
    Some(
        Prepared::new(finish)
            .telling(|given| vec![what_ends(given).to_owned()])
            .lasting(|given| {
                if given.choice == DELETE {
                    "It can be restored only on the server's command line."
                } else {
                    "This cannot be undone."
                }
            })
            .typed(phrase(row)),
    )
}

/// That organizations have lost their only owner (C-29).
pub(super) fn orphaned(deleted: &DeletedReply) -> Option<String> {
    let orgs: Vec<_> = deleted
        .orphaned_orgs
        .iter()
        .map(|id| format!("#{id}"))
        .collect();
    let is_new = !orgs.is_empty() && !deleted.noop;
    is_new.then(|| format!("Without an owner now: organization {}.", orgs.join(", ")))
}

const fn what_ends(given: &Given) -> &'static str {
    match given.choice {
        DELETE => {
            "The account is closed, hidden from lists, and its sessions end. Its data and memberships stay."
        }
        ANONYMIZE => {
            "E-mail, name, handle and all else that names the person is removed for good; sessions end."
        }
        _ => "Every session ends within a second; the person can sign in again.",
    }
}

/// The handle, where a keyboard can be expected to type it; else the e-mail.
fn phrase(row: &UserRow) -> String {
    let is_typeable = |text: &&str| !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic());
    let handle = row.username.as_ref().map(Line::as_str);
    handle
        .filter(is_typeable)
        .unwrap_or_else(|| row.email.as_str())
        .to_owned()
}
