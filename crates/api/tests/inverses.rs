//! What is declared of ways back: that each is one, and that no write was forgotten.

use quarterdeck_api::audit_code::AuditCode;
use quarterdeck_api::inverse::Inverse;
use quarterdeck_api::operation::{Effect, Spec};
use quarterdeck_api::operations::{SPECS, spec};
use quarterdeck_api::undoable::Undoable;

/// Writes that nothing takes back, each for a reason: final by the rules, a copy handed out, a session whose
/// tokens are void, the way
/// back itself, an event that was only noted, what operators keep for themselves, a note, which its author
/// changes and deletes and whose words before the log never had, what an account was called, which no log keeps
/// either, a balance, which others may have moved since, or a
/// withdrawal: what was paid out is gone, and who was refused asks again.
const ONE_WAY: &[&str] = &[
    "sessions.confirm_mfa",
    "sessions.renew_recovery_codes",
    "sessions.revoke",
    "sessions.revoke_all",
    "withdrawals.approve",
    "withdrawals.reject",
    "filters.save",
    "filters.drop",
    "users.update",
    "users.set_balance",
    "users.verify",
    "users.export",
    "users.unban",
    "users.bulk_unban",
    "users.unsuspend",
    "users.promote",
    "users.demote",
    "users.anonymize",
    "users.anonymize_by_body",
    "users.delete",
    "users.delete_by_query",
    "users.delete_by_body",
    "notes.create",
    "notes.update",
    "notes.delete",
    "admins.create",
    "admins.replace_roles",
    "admins.replace_permissions",
    "admins.add_role",
    "admins.revoke_role",
    "admins.offboard",
    "audit.append",
    "audit.export",
];

fn declared() -> impl Iterator<Item = (&'static Spec, Inverse)> {
    SPECS.iter().filter_map(|spec| Some((spec, spec.inverse?)))
}

#[test]
fn every_inverse_names_an_operation_that_takes_the_same_permission() {
    for (done, inverse) in declared() {
        let back = spec(inverse.operation)
            .unwrap_or_else(|| panic!("{}: there is no operation {}", done.id, inverse.operation));
        assert_eq!(back.access, done.access, "{} and {}", done.id, back.id);
        assert_eq!(back.otp, done.otp, "{} and {}", done.id, back.id);
        assert_eq!(back.rate, done.rate, "{} and {}", done.id, back.id);
        assert_eq!(back.resource(), done.resource(), "{}", done.id);
    }
}

#[test]
fn an_inverse_undoes_what_its_operation_leaves_and_leaves_a_trace_itself() {
    for (done, inverse) in declared() {
        let left = done.effect.audit_codes();
        assert!(!inverse.undoes.is_empty(), "{} undoes nothing", done.id);
        for code in inverse.undoes {
            assert!(left.contains(code), "{} never leaves {code}", done.id);
        }
        let back = spec(inverse.operation).unwrap();
        assert!(matches!(back.effect, Effect::Write(_)), "{}", back.id);
    }
}

#[test]
fn a_write_has_an_inverse_or_stands_in_the_list_of_those_that_have_none() {
    let one_way: Vec<_> = SPECS
        .iter()
        .filter(|spec| matches!(spec.effect, Effect::Write(_)) && spec.inverse.is_none())
        .map(|spec| spec.id)
        .collect();
    assert_eq!(one_way, ONE_WAY);
}

#[test]
fn what_a_row_says_happened_leads_to_its_way_back() {
    let of = |code| Undoable::of_code(code).map(|found| found.inverse.operation);
    let rows = [
        (AuditCode::ApplicationRejected, Some("applications.decide")),
        (AuditCode::BulkApprove, Some("applications.decide")),
        (AuditCode::ApplicationReopened, None),
        (AuditCode::BulkReportReopen, None),
        (AuditCode::UserBanned, Some("users.unban")),
        (AuditCode::BulkBan, Some("users.bulk_unban")),
        (AuditCode::UserUnbanned, None),
        (AuditCode::BulkUnban, None),
        (AuditCode::UserDeleted, None),
    ];
    for (code, expected) in rows {
        assert_eq!(of(code), expected, "{code}");
    }
}
