//! What may become of a data request, and by when it has to. Pure: no clock, no database, no HTTP.

use chrono::{DateTime, TimeDelta, Utc};
use quarterdeck_api::bulk::Outcome;
use quarterdeck_api::data_requests::{DUE_AFTER_DAYS, DataRequestStatus};

/// What becomes of one data request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It changes.
    Change,
    /// It is so already.
    Noop,
    /// There is none.
    NotFound,
    /// It is not as the caller saw it.
    Stale,
    /// It was completed, which is final (C-41).
    Completed,
    /// It failed: it is tried again before it can be completed (C-41).
    RetryFirst,
}

impl Verdict {
    /// As a call about several answers it.
    pub const fn outcome(self) -> Outcome {
        match self {
            Self::Change => Outcome::Changed,
            Self::Noop => Outcome::Noop,
            Self::NotFound => Outcome::NotFound,
            Self::Stale | Self::Completed | Self::RetryFirst => Outcome::Conflict,
        }
    }
}

/// Decides one data request (C-41).
///
/// Without an expectation the same status is a no-op; with one, anything else than what the caller saw
/// is refused, even where it is what the caller wanted (architecture.md §10.4).
pub fn update(
    wanted: DataRequestStatus,
    current: Option<DataRequestStatus>,
    expected: Option<DataRequestStatus>,
) -> Verdict {
    use DataRequestStatus::{Completed, Failed, Pending};
    let Some(current) = current else {
        return Verdict::NotFound;
    };
    let is_as_seen = expected.is_none_or(|expected| expected == current);
    match (current, wanted) {
        (Completed, Completed) if is_as_seen => Verdict::Noop,
        (Completed, Pending | Completed | Failed) => Verdict::Completed,
        (Pending | Failed, _) if !is_as_seen => Verdict::Stale,
        (Pending, Pending) | (Failed, Failed) => Verdict::Noop,
        (Pending, Completed | Failed) | (Failed, Pending) => Verdict::Change,
        (Failed, Completed) => Verdict::RetryFirst,
    }
}

/// By when a request has to be answered: the due date wins (S003-48).
pub fn deadline(created_at: DateTime<Utc>, due_at: Option<DateTime<Utc>>) -> DateTime<Utc> {
    due_at.unwrap_or(created_at + TimeDelta::days(DUE_AFTER_DAYS))
}

/// Whether a request is overdue: pending, and its deadline has passed (S003-48).
pub fn is_overdue(status: DataRequestStatus, deadline: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    status == DataRequestStatus::Pending && deadline < now
}

/// Seconds until the deadline of a pending request, rounded down: negative as soon as it is overdue.
pub fn seconds_left(
    status: DataRequestStatus,
    deadline: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Option<i64> {
    let left = deadline - now;
    let whole = left.num_seconds();
    let is_cut_up = TimeDelta::seconds(whole) > left;
    (status == DataRequestStatus::Pending).then_some(whole - i64::from(is_cut_up))
}

#[cfg(test)]
mod tests {
    use super::*;
    use DataRequestStatus::{Completed, Failed, Pending};

    #[test]
    fn c_41_every_status_on_every_status() {
        let rows = [
            (Pending, Pending, Verdict::Noop),
            (Pending, Completed, Verdict::Change),
            (Pending, Failed, Verdict::Change),
            (Failed, Pending, Verdict::Change),
            (Failed, Completed, Verdict::RetryFirst),
            (Failed, Failed, Verdict::Noop),
            (Completed, Pending, Verdict::Completed),
            (Completed, Completed, Verdict::Noop),
            (Completed, Failed, Verdict::Completed),
        ];
        for (current, wanted, verdict) in rows {
            for expected in [None, Some(current)] {
                assert_eq!(
                    update(wanted, Some(current), expected),
                    verdict,
                    "{current} to {wanted}, seen {expected:?}"
                );
            }
        }
    }

    #[test]
    fn another_status_than_the_one_seen_is_refused_even_if_it_is_the_one_wanted() {
        for wanted in DataRequestStatus::ALL {
            for current in DataRequestStatus::ALL {
                let verdict = match current {
                    Completed => Verdict::Completed,
                    Pending | Failed => Verdict::Stale,
                };
                for seen in DataRequestStatus::ALL
                    .iter()
                    .filter(|seen| *seen != current)
                {
                    assert_eq!(
                        update(*wanted, Some(*current), Some(*seen)),
                        verdict,
                        "{current} to {wanted}, seen {seen}"
                    );
                }
            }
        }
    }

    #[test]
    fn what_does_not_exist_is_not_found() {
        assert_eq!(update(Completed, None, Some(Pending)), Verdict::NotFound);
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn s003_48_overdue_is_past_the_due_date_or_thirty_days_old() {
        let now = at("2026-09-01T08:00:00Z");
        let (days, hours, minutes) = (TimeDelta::days, TimeDelta::hours, TimeDelta::minutes);
        let micro = TimeDelta::microseconds(1);
        let rows = [
            (days(29) + hours(23), None, false),
            (days(30), None, false),
            (days(30) + micro, None, true),
            (days(30) + minutes(1), None, true),
            // The due date wins, both ways.
            (days(90), Some(minutes(1)), false),
            (hours(1), Some(-minutes(1)), true),
            (hours(1), Some(TimeDelta::zero()), false),
            (hours(1), Some(-micro), true),
        ];
        for (age, due_in, overdue) in rows {
            let created_at = now - age;
            let deadline = deadline(created_at, due_in.map(|left| now + left));
            assert_eq!(
                is_overdue(Pending, deadline, now),
                overdue,
                "{age} {due_in:?}"
            );
            for settled in [Completed, Failed] {
                assert!(!is_overdue(settled, deadline, now), "{settled} {age}");
            }
        }
    }

    #[test]
    fn s003_32_the_time_left_is_negative_as_soon_as_it_is_overdue() {
        let now = at("2026-09-01T08:00:00Z");
        let rows = [
            (TimeDelta::seconds(90), 90),
            (TimeDelta::milliseconds(1_500), 1),
            (TimeDelta::microseconds(1), 0),
            (TimeDelta::zero(), 0),
            (-TimeDelta::microseconds(1), -1),
            (-TimeDelta::milliseconds(1_500), -2),
            (-TimeDelta::days(1), -86_400),
        ];
        for (left, seconds) in rows {
            let deadline = now + left;
            assert_eq!(
                seconds_left(Pending, deadline, now),
                Some(seconds),
                "{left}"
            );
            assert_eq!(is_overdue(Pending, deadline, now), seconds < 0, "{left}");
        }
        assert_eq!(seconds_left(Completed, now, now), None);
        assert_eq!(seconds_left(Failed, now, now), None);
    }
}
