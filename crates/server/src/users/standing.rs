//! What state an account is in. Pure: the time is passed in.

use chrono::{DateTime, Utc};
use quarterdeck_api::users::UserStatus;

/// The columns that tell the state of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Banned, unless the time is up.
    pub is_banned: bool,
    /// When the ban ends by itself.
    pub ban_expires_at: Option<DateTime<Utc>>,
    /// Suspended since.
    pub suspended_at: Option<DateTime<Utc>>,
    /// Deleted since.
    pub deleted_at: Option<DateTime<Utc>>,
    /// Anonymized since.
    pub anonymized_at: Option<DateTime<Utc>>,
}

impl Standing {
    /// Whether a ban is in force: one whose time is up is not, even where no job has ended it yet.
    pub fn is_banned(&self, now: DateTime<Utc>) -> bool {
        self.is_banned && self.ban_expires_at.is_none_or(|end| end > now)
    }

    /// The state; of several that hold, the first of [`UserStatus`].
    pub fn status(&self, now: DateTime<Utc>) -> UserStatus {
        if self.anonymized_at.is_some() {
            UserStatus::Anonymized
        } else if self.deleted_at.is_some() {
            UserStatus::Deleted
        } else if self.is_banned(now) {
            UserStatus::Banned
        } else if self.suspended_at.is_some() {
            UserStatus::Suspended
        } else {
            UserStatus::Active
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn of_several_states_the_first_is_told() {
        let some = Some(at("2026-11-20T09:30:00Z"));
        let now = at("2026-11-21T09:30:00Z");
        let mut standing = Standing {
            is_banned: true,
            ban_expires_at: None,
            suspended_at: some,
            deleted_at: some,
            anonymized_at: some,
        };
        assert_eq!(standing.status(now), UserStatus::Anonymized);
        standing.anonymized_at = None;
        assert_eq!(standing.status(now), UserStatus::Deleted);
        standing.deleted_at = None;
        assert_eq!(standing.status(now), UserStatus::Banned);
        standing.is_banned = false;
        assert_eq!(standing.status(now), UserStatus::Suspended);
        standing.suspended_at = None;
        assert_eq!(standing.status(now), UserStatus::Active);
    }

    #[test]
    fn a_ban_ends_at_its_end_and_not_a_microsecond_later() {
        let end = at("2026-11-21T09:30:00Z");
        let standing = Standing {
            is_banned: true,
            ban_expires_at: Some(end),
            ..Standing::default()
        };
        let before = end - chrono::TimeDelta::microseconds(1);
        assert_eq!(standing.status(before), UserStatus::Banned);
        assert_eq!(standing.status(end), UserStatus::Active);
        assert!(!standing.is_banned(end));
    }
}
