use super::super::rules::{Details, Wrong};
use super::*;

const NOON: &str = "2026-09-01T12:00:00Z";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn step(seq: i64, effect: AccountEffect, details: Details) -> Step<AccountEffect> {
    Step {
        seq,
        at: at(NOON),
        actor: Some(7),
        effect,
        details,
    }
}

fn from(status: &str) -> Details {
    Details {
        from: Some(status.to_owned()),
        ..Details::default()
    }
}

fn rights(roles: &[&str], permissions: &[&str]) -> Details {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Details {
        roles: owned(roles),
        permissions: owned(permissions),
        ..Details::default()
    }
}

fn ban(from_status: &str, expires_at: Option<&str>) -> Details {
    Details {
        expires_at: expires_at.map(at),
        ..from(from_status)
    }
}

/// Replays steps that must all connect.
fn replayed(steps: &[(AccountEffect, Details)]) -> Account {
    let mut account = Account::default();
    for (seq, (effect, details)) in (1..).zip(steps) {
        assert_eq!(
            account.step(&step(seq, *effect, details.clone())),
            [],
            "{effect:?}"
        );
    }
    account
}

/// The fields that the next step breaks.
fn broken(account: &mut Account, effect: AccountEffect, details: Details) -> Vec<&'static str> {
    let findings = account.step(&step(99, effect, details));
    assert!(
        findings
            .iter()
            .all(|finding| (finding.wrong, finding.row) == (Wrong::Step, Some(99)))
    );
    findings.iter().map(|finding| finding.field).collect()
}

fn differing(account: &Account, stored: &Stored) -> Vec<(Wrong, &'static str)> {
    let findings = account.compare(stored);
    findings
        .iter()
        .map(|finding| (finding.wrong, finding.field))
        .collect()
}

fn set_of(names: &[&str]) -> Names {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn flagged(flags: &[Flag]) -> Stored {
    Stored {
        flags: flags.iter().copied().collect(),
        ..Stored::default()
    }
}

fn staff(roles: &[&str], permissions: &[&str]) -> Stored {
    Stored {
        roles: set_of(roles),
        permissions: set_of(permissions),
        ..flagged(if roles.is_empty() {
            &[]
        } else {
            &[Flag::PlatformAdmin]
        })
    }
}

#[test]
fn a_ban_and_its_end_are_what_the_table_must_hold() {
    let end = "2026-09-02T12:00:00Z";
    let mut account = replayed(&[(AccountEffect::Banned, ban("active", Some(end)))]);
    let banned_until = |end: Option<&str>| Stored {
        ban: Ban::Until(end.map(at)),
        ..Stored::default()
    };
    assert_eq!(differing(&account, &banned_until(Some(end))), []);
    for table in [
        Stored::default(),
        banned_until(None),
        banned_until(Some(NOON)),
    ] {
        assert_eq!(differing(&account, &table), [(Wrong::State, "ban")]);
    }
    account.step(&step(2, AccountEffect::Unbanned, Details::default()));
    assert_eq!(differing(&account, &Stored::default()), []);
    assert_eq!(
        differing(&account, &banned_until(Some(end))),
        [(Wrong::State, "ban")]
    );
}

#[test]
fn who_is_not_banned_cannot_be_unbanned_and_who_is_not_suspended_not_let_in() {
    let steps = [(AccountEffect::Suspended, from("active"))];
    let mut account = replayed(&steps);
    account.step(&step(2, AccountEffect::Unsuspended, Details::default()));
    assert_eq!(
        broken(&mut account, AccountEffect::Unsuspended, Details::default()),
        ["suspended"]
    );
    let mut account = replayed(&[
        (AccountEffect::Banned, ban("active", None)),
        (AccountEffect::Unbanned, Details::default()),
    ]);
    assert_eq!(
        broken(&mut account, AccountEffect::Unbanned, Details::default()),
        ["ban"]
    );
}

#[test]
fn the_state_that_a_row_came_from_must_connect() {
    let endless = || replayed(&[(AccountEffect::Banned, ban("active", None))]);
    assert_eq!(
        broken(&mut endless(), AccountEffect::Suspended, from("active")),
        ["state"]
    );
    assert_eq!(
        broken(&mut endless(), AccountEffect::Deleted, from("suspended")),
        ["state"]
    );
    assert_eq!(
        endless().step(&step(2, AccountEffect::Deleted, from("banned"))),
        []
    );
}

#[test]
fn a_ban_whose_time_is_up_may_be_in_force_by_a_slow_clock_but_none_is_over_before_its_time() {
    let until = |end: &str| replayed(&[(AccountEffect::Banned, ban("active", Some(end)))]);
    for status in ["active", "banned"] {
        let mut account = until("2026-09-01T11:59:00Z");
        assert_eq!(
            account.step(&step(2, AccountEffect::Suspended, from(status))),
            []
        );
    }
    let mut account = until("2026-09-01T12:00:01Z");
    assert_eq!(
        broken(&mut account, AccountEffect::Suspended, from("active")),
        ["state"]
    );
}

#[test]
fn deletion_takes_rights_and_restoring_gives_none_back() {
    let mut account = replayed(&[
        (AccountEffect::Granted, rights(&["Admin"], &["user.view"])),
        (
            AccountEffect::Deleted,
            Details {
                from: Some("active".to_owned()),
                ..rights(&["Admin"], &["user.view"])
            },
        ),
    ]);
    let deleted = flagged(&[Flag::Deleted]);
    assert_eq!(differing(&account, &deleted), []);
    assert_eq!(
        differing(&account, &Stored::default()),
        [(Wrong::State, "deleted")]
    );
    account.step(&step(3, AccountEffect::Restored, from("deleted")));
    assert_eq!(differing(&account, &Stored::default()), []);
    assert_eq!(
        differing(&account, &staff(&["Admin"], &[])),
        [(Wrong::State, "roles"), (Wrong::State, "platform_admin")]
    );
}

#[test]
fn anonymizing_is_deleting_too_and_happens_once() {
    let mut account = replayed(&[(AccountEffect::Anonymized, from("suspended"))]);
    let gone = flagged(&[Flag::Suspended, Flag::Deleted, Flag::Anonymized]);
    assert_eq!(differing(&account, &gone), []);
    assert_eq!(
        broken(&mut account, AccountEffect::Anonymized, from("deleted")),
        ["state", "anonymized"]
    );
}

#[test]
fn granted_rights_are_exact_only_where_the_log_knows_what_there_was_before() {
    let account = replayed(&[(AccountEffect::Granted, rights(&["Admin"], &["a", "b"]))]);
    assert_eq!(
        differing(&account, &staff(&["Admin"], &["a", "b", "c"])),
        []
    );
    assert_eq!(
        differing(&account, &staff(&["Admin"], &["a"])),
        [(Wrong::State, "permissions")]
    );
    let account = replayed(&[
        (AccountEffect::Revoked, rights(&["Risk"], &["c"])),
        (AccountEffect::Granted, rights(&["Admin"], &["a", "b"])),
    ]);
    assert_eq!(
        differing(&account, &staff(&["Admin"], &["a", "b", "c"])),
        [(Wrong::State, "permissions")]
    );
    assert_eq!(
        differing(&account, &staff(&["Admin", "SuperAdmin"], &["a", "b"])),
        [(Wrong::State, "roles")]
    );
}

#[test]
fn what_a_row_takes_is_what_the_account_had() {
    let granted = || replayed(&[(AccountEffect::Granted, rights(&["Admin"], &["a"]))]);
    assert_eq!(
        broken(
            &mut granted(),
            AccountEffect::Revoked,
            rights(&["Risk"], &["b"])
        ),
        ["roles", "permissions"]
    );
    assert_eq!(
        broken(
            &mut granted(),
            AccountEffect::Granted,
            rights(&["Admin"], &[])
        ),
        ["roles"]
    );
}

#[test]
fn an_admin_who_was_made_has_exactly_what_was_given() {
    let account = replayed(&[(AccountEffect::Made, rights(&["SuperAdmin"], &[]))]);
    assert_eq!(differing(&account, &staff(&["SuperAdmin"], &[])), []);
    assert_eq!(
        differing(&account, &staff(&["SuperAdmin"], &["a"])),
        [(Wrong::State, "permissions")]
    );
}

#[test]
fn what_no_row_told_of_must_be_as_an_account_is_born() {
    let nothing = Account::default();
    assert_eq!(differing(&nothing, &Stored::default()), []);
    let flags = [
        Flag::Suspended,
        Flag::Deleted,
        Flag::Anonymized,
        Flag::Verified,
        Flag::PlatformAdmin,
    ];
    let claims = Stored {
        ban: Ban::Until(None),
        flags: flags.into(),
        roles_name_a_granter: true,
        ..staff(&["Admin"], &["a"])
    };
    let fields = [
        "ban",
        "suspended",
        "deleted",
        "anonymized",
        "verified",
        "roles",
    ];
    assert_eq!(
        differing(&nothing, &claims),
        fields.map(|field| (Wrong::Unlogged, field))
    );
}

#[test]
fn rights_of_a_seed_are_no_difference_but_stay_unexplained() {
    let (nothing, table) = (Account::default(), staff(&["SuperAdmin"], &[]));
    assert_eq!(differing(&nothing, &table), []);
    assert!(nothing.leaves_rights_unexplained(&table));
    let told = replayed(&[(AccountEffect::Made, rights(&["SuperAdmin"], &[]))]);
    assert!(!told.leaves_rights_unexplained(&table));
}

#[test]
fn a_flag_without_a_role_differs() {
    let table = flagged(&[Flag::PlatformAdmin]);
    assert_eq!(
        differing(&Account::default(), &table),
        [(Wrong::State, "platform_admin")]
    );
}

#[test]
fn a_state_that_no_account_has_cannot_be_read() {
    let mut account = Account::default();
    let found = account.step(&step(5, AccountEffect::Deleted, from("asleep")));
    assert_eq!(found[0].wrong, Wrong::Unreadable);
}

fn rights_change(before: &[&str], after: &[&str]) -> Details {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Details {
        before: names(before),
        after: names(after),
        ..Details::default()
    }
}

#[test]
fn a_change_of_roles_tells_all_of_them_product_roles_aside() {
    let account = replayed(&[(
        AccountEffect::RolesChanged,
        rights_change(&["Admin", "Streamer"], &["Risk", "Streamer"]),
    )]);
    assert_eq!(differing(&account, &staff(&["Risk"], &["a"])), []);
    assert_eq!(
        differing(&account, &staff(&["Admin"], &["a"])),
        [(Wrong::State, "roles")]
    );
}

#[test]
fn a_change_of_permissions_leaves_the_roles_unexplained() {
    let effect = AccountEffect::PermissionsChanged;
    let account = replayed(&[(effect, rights_change(&["a"], &["b"]))]);
    let table = Stored {
        permissions_name_a_granter: true,
        ..staff(&["Admin"], &["b"])
    };
    assert_eq!(differing(&account, &table), []);
    assert!(account.leaves_rights_unexplained(&table));
    let table = staff(&["Admin"], &["a", "b"]);
    assert_eq!(differing(&account, &table), [(Wrong::State, "permissions")]);
}

#[test]
fn what_a_change_came_from_has_to_follow() {
    let mut account = Account::default();
    let given = rights(&["Admin"], &["a"]);
    assert_eq!(account.step(&step(1, AccountEffect::Made, given)), []);
    let roles = rights_change(&["Risk"], &[]);
    let found = account.step(&step(2, AccountEffect::RolesChanged, roles));
    assert_eq!((found[0].wrong, found[0].field), (Wrong::Step, "roles"));
    let permissions = rights_change(&["z"], &[]);
    let found = account.step(&step(3, AccountEffect::PermissionsChanged, permissions));
    assert_eq!(
        (found[0].wrong, found[0].field),
        (Wrong::Step, "permissions")
    );
}

#[test]
fn a_permission_row_that_names_a_granter_has_a_row_of_the_log() {
    let table = Stored {
        permissions_name_a_granter: true,
        ..staff(&["Admin"], &["a"])
    };
    assert_eq!(
        differing(&Account::default(), &table),
        [(Wrong::Unlogged, "roles")]
    );
}
