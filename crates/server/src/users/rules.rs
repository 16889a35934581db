//! What may be done to an account. Pure: no clock, no database, no HTTP.

use chrono::{DateTime, TimeDelta, Utc};
use quarterdeck_api::ids::UserId;
use quarterdeck_api::problem::Conflict;
use quarterdeck_api::role::Role;
use quarterdeck_api::text::Line;
use quarterdeck_api::users::UserStatus;

/// Ends that lie closer together are the same: who sends a timed ban twice prolongs nothing.
const SAME_END: TimeDelta = TimeDelta::seconds(60);

/// An account, as far as the rules ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Which one.
    pub id: UserId,
    /// Its state now; a ban whose time is up is none.
    pub status: UserStatus,
    /// The ban in force.
    pub ban: Option<Ban>,
    /// Whether the time of a ban is up that nobody has ended yet.
    pub has_due_ban: bool,
    /// Why it is suspended, where it is.
    pub suspension: Option<Why>,
    /// Its roles.
    pub roles: Vec<Role>,
    /// Whether it may enter the admin surface.
    pub is_platform_admin: bool,
    /// Its permission rows.
    pub permissions: usize,
    /// Whether it is the only active super-admin (C-06).
    pub is_last_super_admin: bool,
    /// Who made its state what it is.
    pub decision: Option<Decision>,
    /// Grows with every change.
    pub version: i64,
}

/// The reason of a ban or a suspension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// In words.
    pub text: String,
    /// By its code.
    pub code: Option<String>,
}

/// A ban: what it says and when it ends by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ban {
    /// Why.
    pub reason: Why,
    /// Absent where it has no end.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Who decided on an account's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// E-mail; absent where nobody is known.
    pub by: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// An operator's try at changing an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Who tries.
    pub actor: UserId,
    /// The version that they saw.
    pub expected_version: Option<i64>,
}

/// What becomes of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It changes.
    Change,
    /// It is so already.
    Noop,
}

/// Why an account may not be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Objection {
    /// The last active super-admin must stay (C-06).
    LastAdmin,
    /// It is the actor's own.
    CannotTargetSelf,
    /// It is not as the actor saw it.
    StaleVersion,
    /// It is deleted or anonymized.
    Gone,
}

impl Ban {
    fn is_same(&self, other: &Self) -> bool {
        let ends_alike = match (self.expires_at, other.expires_at) {
            (None, None) => true,
            (Some(one), Some(another)) => (one - another).abs() < SAME_END,
            (None, Some(_)) | (Some(_), None) => false,
        };
        self.reason == other.reason && ends_alike
    }
}

impl Account {
    /// Whether changing it is changing staff (C-11). The flag counts too, should it ever drift from the
    /// roles.
    pub fn is_staff(&self) -> bool {
        self.is_platform_admin || self.roles.iter().any(|role| role.is_staff())
    }

    /// What the loser of a race is told.
    pub fn conflict(&self) -> Conflict {
        let decision = self.decision.as_ref();
        Conflict {
            status: Line::verbatim(self.status.as_str().to_owned()),
            decided_by: decision
                .and_then(|decision| decision.by.clone())
                .map(Line::verbatim),
            decided_at: decision.map(|decision| decision.at),
            version: self.version,
        }
    }

    /// The guards of an act that takes an account out of service, or staff rights from it. Who stands
    /// alone is told so first: that somebody else has to do it would be no help.
    pub fn check_loss(&self, actor: UserId) -> Result<(), Objection> {
        if self.is_last_super_admin {
            return Err(Objection::LastAdmin);
        }
        if self.id == actor {
            return Err(Objection::CannotTargetSelf);
        }
        Ok(())
    }

    /// Whether it is as the actor saw it.
    pub fn check_seen(&self, expected_version: Option<i64>) -> Result<(), Objection> {
        if expected_version.is_some_and(|expected| expected != self.version) {
            return Err(Objection::StaleVersion);
        }
        Ok(())
    }

    /// Whether there is still an account to change.
    pub fn check_there(&self) -> Result<(), Objection> {
        match self.status {
            UserStatus::Anonymized | UserStatus::Deleted => Err(Objection::Gone),
            UserStatus::Banned | UserStatus::Suspended | UserStatus::Active => Ok(()),
        }
    }

    /// Whether it is still there, and as the actor saw it.
    pub fn check_change(&self, attempt: Attempt) -> Result<(), Objection> {
        self.check_seen(attempt.expected_version)?;
        self.check_there()
    }

    /// Whether there is any right to take from it.
    pub fn holds_anything(&self) -> bool {
        self.is_staff() || self.permissions > 0
    }

    /// Whether a ban without end is in force.
    pub fn is_banned_for_good(&self) -> bool {
        self.ban
            .as_ref()
            .is_some_and(|ban| ban.expires_at.is_none())
    }
}

const fn change_unless(is_so_already: bool) -> Verdict {
    if is_so_already {
        Verdict::Noop
    } else {
        Verdict::Change
    }
}

/// Bans, or gives a ban another reason or end (S004-33).
pub fn ban(attempt: Attempt, target: &Account, ban: &Ban) -> Result<Verdict, Objection> {
    target.check_loss(attempt.actor)?;
    target.check_change(attempt)?;
    let is_so = target.ban.as_ref().is_some_and(|now| now.is_same(ban));
    Ok(change_unless(is_so))
}

/// Ends a ban.
pub fn unban(attempt: Attempt, target: &Account) -> Result<Verdict, Objection> {
    target.check_change(attempt)?;
    Ok(change_unless(target.ban.is_none()))
}

/// Suspends, or gives a suspension another reason.
pub fn suspend(attempt: Attempt, target: &Account, reason: &Why) -> Result<Verdict, Objection> {
    target.check_loss(attempt.actor)?;
    target.check_change(attempt)?;
    Ok(change_unless(target.suspension.as_ref() == Some(reason)))
}

/// Ends a suspension.
pub fn unsuspend(attempt: Attempt, target: &Account) -> Result<Verdict, Objection> {
    target.check_change(attempt)?;
    Ok(change_unless(target.suspension.is_none()))
}

/// Makes a platform admin of an account that is none.
pub fn promote(attempt: Attempt, target: &Account) -> Result<Verdict, Objection> {
    target.check_change(attempt)?;
    Ok(change_unless(target.is_staff()))
}

/// Takes flag, staff roles and permissions from an account.
pub fn demote(attempt: Attempt, target: &Account) -> Result<Verdict, Objection> {
    target.check_loss(attempt.actor)?;
    target.check_change(attempt)?;
    Ok(change_unless(!target.holds_anything()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACTOR: UserId = UserId(1);
    const ATTEMPT: Attempt = Attempt {
        actor: ACTOR,
        expected_version: None,
    };

    fn plain() -> Account {
        Account {
            id: UserId(2),
            status: UserStatus::Active,
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

    fn banned() -> Account {
        Account {
            status: UserStatus::Banned,
            ban: Some(spam(None)),
            ..plain()
        }
    }

    fn suspended() -> Account {
        Account {
            status: UserStatus::Suspended,
            suspension: Some(why("spam")),
            ..plain()
        }
    }

    fn staff() -> Account {
        Account {
            roles: vec![Role::Admin, Role::User],
            is_platform_admin: true,
            permissions: 3,
            ..plain()
        }
    }

    fn deleted() -> Account {
        Account {
            status: UserStatus::Deleted,
            ..plain()
        }
    }

    fn anonymized() -> Account {
        Account {
            status: UserStatus::Anonymized,
            ..plain()
        }
    }

    fn why(text: &str) -> Why {
        Why {
            text: text.to_owned(),
            code: None,
        }
    }

    fn spam(expires_at: Option<DateTime<Utc>>) -> Ban {
        Ban {
            reason: why("spam"),
            expires_at,
        }
    }

    type Outcome = Result<Verdict, Objection>;
    type Rule = fn(Attempt, &Account) -> Outcome;

    /// Each act, by name, for the same reason, without end.
    const ACTS: [(&str, Rule); 6] = [
        ("ban", |attempt, target| ban(attempt, target, &spam(None))),
        ("unban", unban),
        ("suspend", |attempt, target| {
            suspend(attempt, target, &why("spam"))
        }),
        ("unsuspend", unsuspend),
        ("promote", promote),
        ("demote", demote),
    ];
    /// Those that take an account out of service, or rights from it.
    const LOSSES: [&str; 3] = ["ban", "suspend", "demote"];

    #[test]
    fn every_act_on_every_state() {
        const CHANGE: Outcome = Ok(Verdict::Change);
        const NOOP: Outcome = Ok(Verdict::Noop);
        const GONE: Outcome = Err(Objection::Gone);
        let rows = [
            (
                "active",
                plain(),
                [CHANGE, NOOP, CHANGE, NOOP, CHANGE, NOOP],
            ),
            (
                "banned",
                banned(),
                [NOOP, CHANGE, CHANGE, NOOP, CHANGE, NOOP],
            ),
            (
                "suspended",
                suspended(),
                [CHANGE, NOOP, NOOP, CHANGE, CHANGE, NOOP],
            ),
            ("staff", staff(), [CHANGE, NOOP, CHANGE, NOOP, NOOP, CHANGE]),
            ("deleted", deleted(), [GONE; 6]),
            ("anonymized", anonymized(), [GONE; 6]),
        ];
        for (state, target, outcomes) in rows {
            for ((act, rule), outcome) in ACTS.iter().zip(outcomes) {
                assert_eq!(rule(ATTEMPT, &target), outcome, "{act} of {state}");
                let seen = Attempt {
                    expected_version: Some(7),
                    ..ATTEMPT
                };
                assert_eq!(rule(seen, &target), outcome, "{act} of {state}");
            }
        }
    }

    #[test]
    fn another_version_than_the_one_seen_is_stale_even_where_nothing_would_change() {
        let seen = Attempt {
            expected_version: Some(6),
            ..ATTEMPT
        };
        for target in [plain(), banned(), suspended(), staff(), deleted()] {
            for (act, rule) in ACTS {
                assert_eq!(rule(seen, &target), Err(Objection::StaleVersion), "{act}");
            }
        }
    }

    #[test]
    fn s004_57_nobody_shuts_themselves_out_or_takes_their_own_rights() {
        let own = Account {
            id: ACTOR,
            ..staff()
        };
        for (act, rule) in ACTS {
            let is_refused = rule(ATTEMPT, &own) == Err(Objection::CannotTargetSelf);
            assert_eq!(is_refused, LOSSES.contains(&act), "{act}");
        }
    }

    #[test]
    fn s000_16_the_last_super_admin_stays_whoever_tries() {
        for id in [ACTOR, UserId(2)] {
            let last = Account {
                id,
                roles: vec![Role::SuperAdmin],
                is_last_super_admin: true,
                ..staff()
            };
            for (act, rule) in ACTS {
                let is_refused = rule(ATTEMPT, &last) == Err(Objection::LastAdmin);
                assert_eq!(is_refused, LOSSES.contains(&act), "{act}");
            }
        }
    }

    #[test]
    fn s004_33_another_reason_or_end_is_a_change_and_a_repeat_is_none() {
        let at = |seconds: i64| DateTime::from_timestamp(1_790_000_000 + seconds, 0);
        let rows = [
            (None, "spam", None, Verdict::Noop),
            (None, "fraud", None, Verdict::Change),
            (None, "spam", at(0), Verdict::Change),
            (at(0), "spam", None, Verdict::Change),
            (at(0), "spam", at(0), Verdict::Noop),
            (at(0), "spam", at(59), Verdict::Noop),
            (at(59), "spam", at(0), Verdict::Noop),
            (at(0), "spam", at(60), Verdict::Change),
            (at(60), "spam", at(0), Verdict::Change),
            (at(0), "fraud", at(0), Verdict::Change),
        ];
        for (end, reason, new_end, verdict) in rows {
            let target = Account {
                ban: Some(spam(end)),
                ..banned()
            };
            let again = Ban {
                reason: why(reason),
                expires_at: new_end,
            };
            assert_eq!(
                ban(ATTEMPT, &target, &again),
                Ok(verdict),
                "{reason} {end:?} {new_end:?}"
            );
        }
        assert_eq!(
            suspend(ATTEMPT, &suspended(), &why("fraud")),
            Ok(Verdict::Change)
        );
    }

    #[test]
    fn c_04_a_flag_or_a_permission_without_its_role_is_taken_too() {
        let flag_only = Account {
            is_platform_admin: true,
            ..plain()
        };
        let key_only = Account {
            permissions: 1,
            ..plain()
        };
        assert!(flag_only.is_staff() && !key_only.is_staff());
        assert_eq!(demote(ATTEMPT, &flag_only), Ok(Verdict::Change));
        assert_eq!(demote(ATTEMPT, &key_only), Ok(Verdict::Change));
    }
}
