//! What an account is and may, by the log. Pure.
//!
//! Accounts are brought in by seeds, and were there before the log told of them; so every part of the state
//! is unknown until a row tells it, by what it does or by the `from` that it states.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use quarterdeck_api::role::Role;
use quarterdeck_api::users::UserStatus;

use super::money::{self, Money};
use super::rules::{AccountEffect, Finding, Step};

/// Names of roles or of permissions.
pub type Names = BTreeSet<String>;

/// An account by the log, as far as the log has told it yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    ban: ToldBan,
    is_suspended: Option<bool>,
    is_deleted: Option<bool>,
    is_anonymized: Option<bool>,
    is_verified: Option<bool>,
    roles: Option<Names>,
    permissions: Permissions,
    money: Money,
}

/// What the log tells of a ban.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum ToldBan {
    #[default]
    Unknown,
    None,
    /// There was one before the log began.
    Earlier,
    Until(Option<DateTime<Utc>>),
}

/// What the log tells of permission rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Permissions {
    #[default]
    Unknown,
    /// These, beside what the account may have had before.
    AtLeast(Names),
    Exactly(Names),
}

/// A ban as the table has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ban {
    /// None.
    #[default]
    None,
    /// One without end, or with one.
    Until(Option<DateTime<Utc>>),
}

/// What an account can be beside banned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flag {
    /// Suspended.
    Suspended,
    /// Deleted.
    Deleted,
    /// Anonymized.
    Anonymized,
    /// Verified.
    Verified,
    /// It may enter the admin surface.
    PlatformAdmin,
}

impl Flag {
    /// How differences name it.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Suspended => "suspended",
            Self::Deleted => "deleted",
            Self::Anonymized => "anonymized",
            Self::Verified => "verified",
            Self::PlatformAdmin => "platform_admin",
        }
    }
}

/// An account as the tables have it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    /// Its ban.
    pub ban: Ban,
    /// What it is.
    pub flags: BTreeSet<Flag>,
    /// Staff roles.
    pub roles: Names,
    /// Permission rows.
    pub permissions: Names,
    /// Whether one of its roles names who granted it.
    pub roles_name_a_granter: bool,
    /// Whether one of its permission rows names who granted it.
    pub permissions_name_a_granter: bool,
    /// What it holds, and what operators added or took.
    pub money: money::Stored,
}

impl Stored {
    /// Whether a right names who granted it that no row told of: a row about permissions explains theirs.
    fn names_a_granter(&self, told: &Permissions) -> bool {
        let are_explained = *told != Permissions::Unknown;
        self.roles_name_a_granter || (self.permissions_name_a_granter && !are_explained)
    }
}

impl ToldBan {
    /// Whether a ban may be in force: one with an end may have ended by the clock of whoever asked.
    fn may_be_in_force(self) -> bool {
        self != Self::None
    }

    /// Whether none may be in force at a time that is not before the asker's.
    fn may_be_over(self, at: DateTime<Utc>) -> bool {
        match self {
            Self::Unknown | Self::None | Self::Earlier => true,
            Self::Until(end) => end.is_some_and(|end| end <= at),
        }
    }
}

impl Account {
    /// Takes a step, and tells where it does not follow.
    pub fn step(&mut self, step: &Step<AccountEffect>) -> Vec<Finding> {
        let mut findings: Vec<Finding> = self.check_from(step).into_iter().collect();
        match step.effect {
            AccountEffect::Made => self.make(step),
            AccountEffect::Verified => {
                findings.extend(set(&mut self.is_verified, true, step, "verified"));
            }
            AccountEffect::Banned => self.ban = ToldBan::Until(step.details.expires_at),
            AccountEffect::Unbanned => {
                if self.ban == ToldBan::None {
                    findings.push(Finding::step(step.seq, "ban", "ends a ban", "not banned"));
                }
                self.ban = ToldBan::None;
            }
            // Another reason is another suspension.
            AccountEffect::Suspended => self.is_suspended = Some(true),
            AccountEffect::Unsuspended => {
                findings.extend(set(&mut self.is_suspended, false, step, "suspended"));
            }
            AccountEffect::Deleted => {
                findings.extend(set(&mut self.is_deleted, true, step, "deleted"));
                findings.extend(self.take_rights(step));
            }
            AccountEffect::Anonymized => {
                findings.extend(set(&mut self.is_anonymized, true, step, "anonymized"));
                self.is_deleted = Some(true);
                findings.extend(self.take_rights(step));
            }
            AccountEffect::Restored => {
                findings.extend(set(&mut self.is_deleted, false, step, "deleted"));
            }
            AccountEffect::Granted => findings.extend(self.grant(step)),
            AccountEffect::Revoked => findings.extend(self.take_rights(step)),
            AccountEffect::RolesChanged => findings.extend(self.change_roles(step)),
            AccountEffect::PermissionsChanged => findings.extend(self.change_permissions(step)),
            AccountEffect::BalanceSet => {
                findings.extend(self.money.set(step.seq, step.details.balance.as_ref()));
            }
        }
        findings
    }

    fn make(&mut self, step: &Step<AccountEffect>) {
        *self = Self {
            ban: ToldBan::None,
            is_suspended: Some(false),
            is_deleted: Some(false),
            is_anonymized: Some(false),
            is_verified: Some(false),
            roles: Some(staff(&step.details.roles)),
            permissions: Permissions::Exactly(names(&step.details.permissions)),
            money: Money::default(),
        };
    }

    /// Holds the state that a row says it came from against what the rows before it say, and learns it.
    fn check_from(&mut self, step: &Step<AccountEffect>) -> Option<Finding> {
        let from = step.details.from.as_deref()?;
        let Ok(status) = from.parse::<UserStatus>() else {
            return Some(Finding::unreadable(step.seq, format!("from {from}")));
        };
        if !self.may_be(status, step.at) {
            let says = format!("from {from}");
            return Some(Finding::step(step.seq, "state", says, self.told()));
        }
        self.learn(status);
        None
    }

    fn may_be(&self, status: UserStatus, at: DateTime<Utc>) -> bool {
        let may = |is: Option<bool>| is != Some(false);
        let may_not = |is: Option<bool>| is != Some(true);
        let is_there = may_not(self.is_anonymized) && may_not(self.is_deleted);
        match status {
            UserStatus::Anonymized => may(self.is_anonymized),
            UserStatus::Deleted => may_not(self.is_anonymized) && may(self.is_deleted),
            UserStatus::Banned => is_there && self.ban.may_be_in_force(),
            UserStatus::Suspended => is_there && self.ban.may_be_over(at) && may(self.is_suspended),
            UserStatus::Active => {
                is_there && self.ban.may_be_over(at) && may_not(self.is_suspended)
            }
        }
    }

    fn learn(&mut self, status: UserStatus) {
        let (is_deleted, is_anonymized) = match status {
            UserStatus::Anonymized => (true, true),
            UserStatus::Deleted => (true, false),
            UserStatus::Banned | UserStatus::Suspended | UserStatus::Active => (false, false),
        };
        self.is_deleted = Some(is_deleted);
        self.is_anonymized = Some(is_anonymized);
        match status {
            UserStatus::Banned if self.ban == ToldBan::Unknown => self.ban = ToldBan::Earlier,
            UserStatus::Suspended => self.is_suspended = Some(true),
            UserStatus::Active => self.is_suspended = Some(false),
            UserStatus::Anonymized | UserStatus::Deleted | UserStatus::Banned => {}
        }
    }

    /// What the rows so far say the account is.
    fn told(&self) -> String {
        let parts = [
            (self.is_anonymized, "anonymized"),
            (self.is_deleted, "deleted"),
            (Some(ban_is_told(self.ban)), "banned"),
            (self.is_suspended, "suspended"),
        ];
        let told: Vec<_> = parts
            .iter()
            .filter(|(is, _)| *is == Some(true))
            .map(|(_, name)| *name)
            .collect();
        if told.is_empty() {
            "active".to_owned()
        } else {
            told.join(", ")
        }
    }

    fn grant(&mut self, step: &Step<AccountEffect>) -> Option<Finding> {
        let given: Names = step.details.permissions.iter().cloned().collect();
        self.permissions = match std::mem::take(&mut self.permissions) {
            Permissions::Unknown => Permissions::AtLeast(given),
            Permissions::AtLeast(held) => Permissions::AtLeast(&held | &given),
            Permissions::Exactly(held) => Permissions::Exactly(&held | &given),
        };
        let held = self.roles.replace(names(&step.details.roles));
        held.filter(|held| !held.is_empty()).map(|held| {
            let says = format!("grants {}", list(&names(&step.details.roles)));
            Finding::step(step.seq, "roles", says, list(&held))
        })
    }

    /// What a row takes is what the rows before it gave.
    fn take_rights(&mut self, step: &Step<AccountEffect>) -> Vec<Finding> {
        let (roles, permissions) = (names(&step.details.roles), names(&step.details.permissions));
        let mut findings = Vec::new();
        if let Some(held) = self.roles.replace(Names::new())
            && held != roles
        {
            let says = format!("takes {}", list(&roles));
            findings.push(Finding::step(step.seq, "roles", says, list(&held)));
        }
        let held = std::mem::replace(&mut self.permissions, Permissions::Exactly(Names::new()));
        if let Some(held) = held.contradicts(&permissions) {
            let says = format!("takes {}", list(&permissions));
            findings.push(Finding::step(step.seq, "permissions", says, list(held)));
        }
        findings
    }

    /// What a row says was held before is what the rows before it gave; product roles are not the log's.
    fn change_roles(&mut self, step: &Step<AccountEffect>) -> Option<Finding> {
        let before = staff(&step.details.before);
        let held = self.roles.replace(staff(&step.details.after))?;
        (held != before).then(|| {
            let says = format!("changes {}", list(&before));
            Finding::step(step.seq, "roles", says, list(&held))
        })
    }

    fn change_permissions(&mut self, step: &Step<AccountEffect>) -> Option<Finding> {
        let before = names(&step.details.before);
        let after = Permissions::Exactly(names(&step.details.after));
        let held = std::mem::replace(&mut self.permissions, after);
        held.contradicts(&before).map(|held| {
            let says = format!("changes {}", list(&before));
            Finding::step(step.seq, "permissions", says, list(held))
        })
    }

    /// The account is not there; one that nothing was done to need not be.
    pub fn missing(&self) -> Vec<Finding> {
        if *self == Self::default() {
            return Vec::new();
        }
        vec![Finding::missing(self.told())]
    }

    /// Compares what the log ended with to the tables. What no row told of must be as an account is born.
    pub fn compare(&self, stored: &Stored) -> Vec<Finding> {
        let mut findings: Vec<Finding> = self.compare_ban(stored).into_iter().collect();
        let told = [
            (Flag::Suspended, self.is_suspended),
            (Flag::Deleted, self.is_deleted),
            (Flag::Anonymized, self.is_anonymized),
            (Flag::Verified, self.is_verified),
        ];
        let compare = |(flag, told): (Flag, Option<bool>)| compare_flag(flag, told, stored);
        findings.extend(told.into_iter().filter_map(compare));
        findings.extend(self.compare_rights(stored));
        findings
    }

    fn compare_ban(&self, stored: &Stored) -> Option<Finding> {
        let table = ban_text(stored.ban);
        let is_banned = stored.ban != Ban::None;
        let told = match self.ban {
            ToldBan::Unknown => return is_banned.then(|| Finding::unlogged("ban", table)),
            ToldBan::Earlier if is_banned => return None,
            ToldBan::Earlier => Ban::Until(None),
            ToldBan::None => Ban::None,
            ToldBan::Until(end) => Ban::Until(end),
        };
        (told != stored.ban).then(|| Finding::state("ban", ban_text(told), table))
    }

    fn compare_rights(&self, stored: &Stored) -> Vec<Finding> {
        let mut findings = Vec::new();
        match &self.roles {
            Some(told) if *told != stored.roles => {
                findings.push(Finding::state("roles", list(told), list(&stored.roles)));
            }
            None if stored.names_a_granter(&self.permissions) => {
                findings.push(Finding::unlogged("roles", list(&stored.roles)));
            }
            Some(_) | None => {}
        }
        // The flag goes with the roles, whoever gave them.
        let is_staff = !self.roles.as_ref().unwrap_or(&stored.roles).is_empty();
        findings.extend(compare_flag(Flag::PlatformAdmin, Some(is_staff), stored));
        if let Some(told) = self.permissions.contradicts(&stored.permissions) {
            let table = list(&stored.permissions);
            findings.push(Finding::state("permissions", list(told), table));
        }
        findings.extend(self.money.compare(&stored.money));
        findings
    }

    /// Whether the account holds staff rights that no row gave it: a seed's, or an intruder's.
    pub fn leaves_rights_unexplained(&self, stored: &Stored) -> bool {
        let holds_any = !stored.roles.is_empty() || !stored.permissions.is_empty();
        self.roles.is_none() && holds_any
    }
}

impl Permissions {
    /// What the log tells, where that cannot be.
    fn contradicts(&self, held: &Names) -> Option<&Names> {
        match self {
            Self::Unknown => None,
            Self::AtLeast(told) => (!told.is_subset(held)).then_some(told),
            Self::Exactly(told) => (told != held).then_some(told),
        }
    }
}

/// Sets a part of the state that the step changes; it cannot have been so already.
fn set(
    part: &mut Option<bool>,
    to: bool,
    step: &Step<AccountEffect>,
    field: &'static str,
) -> Option<Finding> {
    let before = part.replace(to);
    (before == Some(to)).then(|| Finding::step(step.seq, field, to.to_string(), to.to_string()))
}

fn compare_flag(flag: Flag, told: Option<bool>, stored: &Stored) -> Option<Finding> {
    let is = stored.flags.contains(&flag);
    match told {
        Some(told) if told != is => Some(Finding::state(
            flag.as_str(),
            told.to_string(),
            is.to_string(),
        )),
        None if is => Some(Finding::unlogged(flag.as_str(), "true")),
        Some(_) | None => None,
    }
}

const fn ban_is_told(ban: ToldBan) -> bool {
    match ban {
        ToldBan::Unknown | ToldBan::None => false,
        ToldBan::Earlier | ToldBan::Until(_) => true,
    }
}

fn ban_text(ban: Ban) -> String {
    match ban {
        Ban::None => "not banned".to_owned(),
        Ban::Until(None) => "banned without end".to_owned(),
        Ban::Until(Some(end)) => format!("banned until {}", end.to_rfc3339()),
    }
}

fn names(listed: &[String]) -> Names {
    listed.iter().cloned().collect()
}

fn staff(listed: &[String]) -> Names {
    let is_product = |name: &str| name.parse().is_ok_and(|role: Role| !role.is_staff());
    let staff = listed.iter().filter(|name| !is_product(name));
    staff.cloned().collect()
}

fn list(names: &Names) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    names
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests;
