//! Whether an account may end. Pure: no clock, no database, no HTTP.

use quarterdeck_api::users::UserStatus;

use super::rules::{Account, Attempt, Objection, Verdict};

/// Deletes an account; one that is over already stays as it is.
pub fn delete(attempt: Attempt, target: &Account) -> Result<Verdict, Objection> {
    check(attempt, target)?;
    Ok(match target.status {
        UserStatus::Deleted | UserStatus::Anonymized => Verdict::Noop,
        UserStatus::Banned | UserStatus::Suspended | UserStatus::Active => Verdict::Change,
    })
}

/// Anonymizes an account, deleted or not.
pub fn anonymize(attempt: Attempt, target: &Account) -> Result<Verdict, Objection> {
    check(attempt, target)?;
    Ok(match target.status {
        UserStatus::Anonymized => Verdict::Noop,
        UserStatus::Deleted | UserStatus::Banned | UserStatus::Suspended | UserStatus::Active => {
            Verdict::Change
        }
    })
}

fn check(attempt: Attempt, target: &Account) -> Result<(), Objection> {
    target.check_loss(attempt.actor)?;
    target.check_seen(attempt.expected_version)
}

/// Why an account cannot be restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotRestorable {
    /// It was never deleted.
    NotDeleted,
    /// Nobody knows any more who it was.
    Anonymized,
}

/// Takes a deletion back: only at the server's own command line (C-08).
pub const fn restore(status: UserStatus) -> Result<(), NotRestorable> {
    match status {
        UserStatus::Deleted => Ok(()),
        UserStatus::Anonymized => Err(NotRestorable::Anonymized),
        UserStatus::Banned | UserStatus::Suspended | UserStatus::Active => {
            Err(NotRestorable::NotDeleted)
        }
    }
}

#[cfg(test)]
mod tests {
    use quarterdeck_api::ids::UserId;
    use quarterdeck_api::role::Role;

    use super::*;

    const ATTEMPT: Attempt = Attempt {
        actor: UserId(1),
        expected_version: None,
    };

    fn account(status: UserStatus) -> Account {
        Account {
            id: UserId(2),
            status,
            ban: None,
            has_due_ban: false,
            suspension: None,
            roles: vec![Role::User],
            is_platform_admin: false,
            permissions: 0,
            is_last_super_admin: false,
            decision: None,
            version: 7,
        }
    }

    #[test]
    fn c_08_every_ending_of_every_state() {
        use NotRestorable::{Anonymized as NoPerson, NotDeleted};
        use Verdict::{Change, Noop};
        for (status, deleted, anonymized, restored) in [
            (UserStatus::Active, Change, Change, Err(NotDeleted)),
            (UserStatus::Suspended, Change, Change, Err(NotDeleted)),
            (UserStatus::Banned, Change, Change, Err(NotDeleted)),
            (UserStatus::Deleted, Noop, Change, Ok(())),
            (UserStatus::Anonymized, Noop, Noop, Err(NoPerson)),
        ] {
            let target = account(status);
            assert_eq!(delete(ATTEMPT, &target), Ok(deleted), "{status}");
            assert_eq!(anonymize(ATTEMPT, &target), Ok(anonymized), "{status}");
            assert_eq!(restore(status), restored, "{status}");
        }
    }

    #[test]
    fn s000_16_neither_the_last_super_admin_nor_oneself_ends() {
        let last = Account {
            is_last_super_admin: true,
            ..account(UserStatus::Active)
        };
        let own = Account {
            id: ATTEMPT.actor,
            ..account(UserStatus::Active)
        };
        for rule in [delete, anonymize] {
            assert_eq!(rule(ATTEMPT, &last), Err(Objection::LastAdmin));
            assert_eq!(rule(ATTEMPT, &own), Err(Objection::CannotTargetSelf));
        }
    }

    #[test]
    fn another_version_than_the_one_seen_is_stale_even_for_a_repeat() {
        let seen = |version| Attempt {
            expected_version: Some(version),
            ..ATTEMPT
        };
        for status in [
            UserStatus::Active,
            UserStatus::Deleted,
            UserStatus::Anonymized,
        ] {
            for rule in [delete, anonymize] {
                let target = account(status);
                assert_eq!(
                    rule(seen(6), &target),
                    Err(Objection::StaleVersion),
                    "{status}"
                );
                assert!(rule(seen(7), &target).is_ok(), "{status}");
            }
        }
    }
}
