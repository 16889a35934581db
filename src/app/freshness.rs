//! How old what is shown is (console.md §4.8): always said, ticking, and loud after five minutes.

use chrono::{DateTime, TimeDelta, Utc};

use super::options::Motion;

/// The age after which data is stale; exactly this old is not.
pub const STALE_AFTER: TimeDelta = TimeDelta::minutes(5);

const MINUTE: TimeDelta = TimeDelta::minutes(1);

/// When a list was last loaded as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Freshness(Option<DateTime<Utc>>);

impl Freshness {
    /// Loaded at this time.
    pub const fn loaded(at: DateTime<Utc>) -> Self {
        Self(Some(at))
    }

    /// Whether it was ever loaded.
    pub const fn is_loaded(self) -> bool {
        self.0.is_some()
    }

    /// Its age in whole seconds.
    fn age(self, now: DateTime<Utc>) -> Option<TimeDelta> {
        self.0
            .map(|at| TimeDelta::seconds((now - at).num_seconds().max(0)))
    }

    /// What the header says.
    pub fn label(self, now: DateTime<Utc>, motion: Motion) -> String {
        format!("Last updated: {}", self.short_label(now, motion))
    }

    /// The same without the words: `6m ago`.
    pub fn short_label(self, now: DateTime<Utc>, motion: Motion) -> String {
        let age = self.bare_label(now, motion);
        age.map_or_else(|| "never".to_owned(), |age| format!("{age} ago"))
    }

    /// The age alone, which stands still for the first minute where nothing may count.
    pub fn bare_label(self, now: DateTime<Utc>, motion: Motion) -> Option<String> {
        let age = self.age(now)?;
        Some(match motion {
            Motion::Reduced if age < MINUTE => "<1m".to_owned(),
            Motion::Full | Motion::Reduced => super::time::age(age),
        })
    }

    /// The age alone: `6m`.
    pub fn age_text(self, now: DateTime<Utc>) -> Option<String> {
        self.age(now).map(super::time::age)
    }

    /// Whether it is older than five minutes.
    pub fn is_stale(self, now: DateTime<Utc>) -> bool {
        self.age(now).is_some_and(|age| age > STALE_AFTER)
    }

    /// When the label or the stale mark changes next: each second of the first minute, then each
    /// minute, and at 5:01. Where nothing may count, each minute from the start.
    pub fn next_change(self, now: DateTime<Utc>, motion: Motion) -> Option<DateTime<Utc>> {
        let (at, age) = (self.0?, self.age(now)?);
        let next = if age < MINUTE && motion == Motion::Full {
            age + TimeDelta::seconds(1)
        } else if age == STALE_AFTER {
            STALE_AFTER + TimeDelta::seconds(1)
        } else {
            TimeDelta::minutes(age.num_minutes() + 1)
        };
        Some(at + next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(seconds: i64) -> (Freshness, DateTime<Utc>) {
        let loaded: DateTime<Utc> = "2026-11-20T14:00:00Z".parse().unwrap();
        (
            Freshness::loaded(loaded),
            loaded + TimeDelta::seconds(seconds),
        )
    }

    #[test]
    fn s003_24_the_age_is_said_always() {
        assert_eq!(
            Freshness::default().label(DateTime::UNIX_EPOCH, Motion::Full),
            "Last updated: never"
        );
        for (seconds, label) in [
            (0, "Last updated: 0s ago"),
            (42, "Last updated: 42s ago"),
            (200, "Last updated: 3m ago"),
        ] {
            let (freshness, now) = after(seconds);
            assert_eq!(freshness.label(now, Motion::Full), label);
        }
    }

    #[test]
    fn s003_25_data_is_stale_after_five_minutes_and_not_at_five() {
        for (seconds, stale) in [(299, false), (300, false), (301, true)] {
            let (freshness, now) = after(seconds);
            assert_eq!(freshness.is_stale(now), stale, "{seconds}");
        }
        assert!(!Freshness::default().is_stale(DateTime::UNIX_EPOCH));
    }

    #[test]
    fn the_label_changes_each_second_then_each_minute_and_at_301_seconds() {
        for (seconds, next) in [
            (0, 1),
            (58, 59),
            (59, 60),
            (60, 120),
            (241, 300),
            (300, 301),
            (301, 360),
        ] {
            let (freshness, now) = after(seconds);
            let (_, expected) = after(next);
            assert_eq!(
                freshness.next_change(now, Motion::Full),
                Some(expected),
                "{seconds}"
            );
        }
    }

    #[test]
    fn where_nothing_may_count_the_first_minute_stands_still() {
        let (freshness, now) = after(42);
        let motion = Motion::Reduced;
        assert_eq!(freshness.label(now, motion), "Last updated: <1m ago");
        let minute = now + TimeDelta::seconds(18);
        assert_eq!(freshness.next_change(now, motion), Some(minute));
        assert_eq!(freshness.label(minute, motion), "Last updated: 1m ago");
    }
}
