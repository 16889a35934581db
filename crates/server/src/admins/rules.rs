//! What super-admins may change of an account's rights. Pure: no clock, no database, no HTTP.

use std::collections::BTreeSet;

use quarterdeck_api::permission::Permission;
use quarterdeck_api::role::Role;

use crate::users::{Account, Attempt, Objection, Verdict};

/// What a set becomes: what is given, and what is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change<T> {
    /// What was held, in its order.
    pub before: Vec<T>,
    /// What is held from now on.
    pub after: Vec<T>,
}

impl<T: Copy + Ord> Change<T> {
    /// From what is held to what is wanted; what is named twice is held once (S001-45).
    pub fn of(held: &[T], wanted: &[T]) -> Self {
        let sorted = |values: &[T]| {
            let values: BTreeSet<T> = values.iter().copied().collect();
            values.into_iter().collect()
        };
        Self {
            before: sorted(held),
            after: sorted(wanted),
        }
    }

    /// What was not held before.
    pub fn given(&self) -> Vec<T> {
        missing(&self.after, &self.before)
    }

    /// What is not held any more.
    pub fn taken(&self) -> Vec<T> {
        missing(&self.before, &self.after)
    }

    fn verdict(&self) -> Verdict {
        if self.before == self.after {
            Verdict::Noop
        } else {
            Verdict::Change
        }
    }
}

/// Those of the first that the second lacks.
fn missing<T: Copy + PartialEq>(all: &[T], held: &[T]) -> Vec<T> {
    let is_missing = |value: &&T| !held.contains(value);
    all.iter().filter(is_missing).copied().collect()
}

/// What is wanted of an account's roles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Roles {
    /// These and no others.
    Exactly(Vec<Role>),
    /// This one besides.
    Add(Role),
    /// All but this one.
    Revoke(Role),
}

impl Roles {
    /// What the account's roles become.
    pub fn change(&self, target: &Account) -> Change<Role> {
        let held = &target.roles;
        let wanted = match self {
            Self::Exactly(roles) => roles.clone(),
            Self::Add(role) => held.iter().chain([role]).copied().collect(),
            Self::Revoke(role) => missing(held, &[*role]),
        };
        Change::of(held, &wanted)
    }
}

/// Changes roles. Who takes `SuperAdmin` from somebody lowers the count of those who can change staff; the
/// other roles are looser.
pub fn change_roles(
    attempt: Attempt,
    target: &Account,
    wanted: &Roles,
) -> Result<Verdict, Objection> {
    let change = wanted.change(target);
    if change.taken().contains(&Role::SuperAdmin) {
        target.check_loss(attempt.actor)?;
    }
    target.check_change(attempt)?;
    Ok(change.verdict())
}

/// Changes permission rows.
pub fn change_permissions(
    attempt: Attempt,
    target: &Account,
    held: &[Permission],
    wanted: &[Permission],
) -> Result<Verdict, Objection> {
    target.check_change(attempt)?;
    Ok(Change::of(held, wanted).verdict())
}

/// Ends somebody's work here: they lose what they held and are shut out without end.
pub fn offboard(attempt: Attempt, target: &Account) -> Result<Verdict, Objection> {
    target.check_loss(attempt.actor)?;
    target.check_change(attempt)?;
    let is_over = !target.holds_anything() && target.is_banned_for_good();
    Ok(if is_over {
        Verdict::Noop
    } else {
        Verdict::Change
    })
}

#[cfg(test)]
mod tests {
    use quarterdeck_api::ids::UserId;
    use quarterdeck_api::users::UserStatus;

    use super::*;

    const ACTOR: UserId = UserId(1);
    const ATTEMPT: Attempt = Attempt {
        actor: ACTOR,
        expected_version: None,
    };

    fn holding(roles: &[Role]) -> Account {
        Account {
            id: UserId(2),
            status: UserStatus::Active,
            ban: None,
            has_due_ban: false,
            suspension: None,
            roles: roles.to_vec(),
            is_platform_admin: roles.iter().any(|role| role.is_staff()),
            permissions: 0,
            is_last_super_admin: false,
            decision: None,
            version: 7,
        }
    }

    #[test]
    fn s001_29_a_replace_tells_what_it_gives_and_what_it_takes() {
        let change = Change::of(
            &[Role::Support, Role::Admin],
            &[Role::Risk, Role::Admin, Role::Risk],
        );
        assert_eq!(change.given(), [Role::Risk]);
        assert_eq!(change.taken(), [Role::Support]);
        assert_eq!(change.after, [Role::Admin, Role::Risk]);
    }

    #[test]
    fn what_is_held_already_in_any_order_is_no_change() {
        let target = holding(&[Role::Admin, Role::Support]);
        for wanted in [
            Roles::Exactly(vec![Role::Support, Role::Admin, Role::Support]),
            Roles::Add(Role::Admin),
            Roles::Revoke(Role::Risk),
        ] {
            let verdict = change_roles(ATTEMPT, &target, &wanted);
            assert_eq!(verdict, Ok(Verdict::Noop), "{wanted:?}");
        }
    }

    #[test]
    fn s000_16_only_the_loss_of_super_admin_is_guarded() {
        let own = Account {
            id: ACTOR,
            ..holding(&[Role::SuperAdmin, Role::Admin])
        };
        let last = Account {
            is_last_super_admin: true,
            ..own.clone()
        };
        let losses = [
            Roles::Exactly(Vec::new()),
            Roles::Exactly(vec![Role::Admin]),
            Roles::Revoke(Role::SuperAdmin),
        ];
        for wanted in &losses {
            let of = |target| change_roles(ATTEMPT, target, wanted);
            assert_eq!(of(&own), Err(Objection::CannotTargetSelf), "{wanted:?}");
            assert_eq!(of(&last), Err(Objection::LastAdmin), "{wanted:?}");
        }
        for wanted in [Roles::Revoke(Role::Admin), Roles::Add(Role::Risk)] {
            let verdict = change_roles(ATTEMPT, &last, &wanted);
            assert_eq!(verdict, Ok(Verdict::Change), "{wanted:?}");
        }
    }

    #[test]
    fn s001_29_what_changed_meanwhile_is_stale_even_where_nothing_would_change() {
        let seen = Attempt {
            expected_version: Some(6),
            ..ATTEMPT
        };
        let target = holding(&[Role::Admin]);
        let stale = Err(Objection::StaleVersion);
        assert_eq!(change_roles(seen, &target, &Roles::Add(Role::Admin)), stale);
        assert_eq!(change_permissions(seen, &target, &[], &[]), stale);
        assert_eq!(offboard(seen, &target), stale);
    }

    #[test]
    fn s001_26_who_is_out_already_is_not_put_out_again() {
        let admin = holding(&[Role::Admin]);
        assert_eq!(offboard(ATTEMPT, &admin), Ok(Verdict::Change));
        let plain = holding(&[Role::User]);
        assert_eq!(offboard(ATTEMPT, &plain), Ok(Verdict::Change));
        let own = Account { id: ACTOR, ..admin };
        assert_eq!(offboard(ATTEMPT, &own), Err(Objection::CannotTargetSelf));
    }
}
