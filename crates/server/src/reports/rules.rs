//! What may be decided of a report. Pure: no clock, no database, no HTTP.

use quarterdeck_api::permission::Permission;
use quarterdeck_api::reports::ReportStatus;

/// What becomes of one report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It changes.
    Change,
    /// It is so already.
    Noop,
    /// There is none.
    NotFound,
    /// Somebody else was first: it is not as the caller saw it, or it is settled otherwise.
    Conflict,
    /// The caller lacks the permission for this one.
    Forbidden,
}

/// Decides one report.
///
/// Without an expectation the same status is a no-op; with one, anything else than what the caller saw
/// is a conflict, even where it is what the caller wanted (architecture.md §10.4). What was settled is
/// settled otherwise only by taking it back first (S003-68).
pub fn decide(
    wanted: ReportStatus,
    current: Option<ReportStatus>,
    expected: Option<ReportStatus>,
    may: impl Fn(Permission) -> bool,
) -> Verdict {
    let Some(current) = current else {
        return Verdict::NotFound;
    };
    if let Some(permission) = wanted.permission(current)
        && !may(permission)
    {
        return Verdict::Forbidden;
    }
    if expected.is_some_and(|expected| expected != current) {
        return Verdict::Conflict;
    }
    if current == wanted {
        return Verdict::Noop;
    }
    if wanted.is_open() || current.is_open() {
        Verdict::Change
    } else {
        Verdict::Conflict
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ReportStatus::{Dismissed, Pending, Resolved};

    #[test]
    fn s003_40_every_decision_on_every_status() {
        let rows = [
            (Resolved, Pending, Verdict::Change),
            (Resolved, Resolved, Verdict::Noop),
            (Resolved, Dismissed, Verdict::Conflict),
            (Dismissed, Pending, Verdict::Change),
            (Dismissed, Resolved, Verdict::Conflict),
            (Dismissed, Dismissed, Verdict::Noop),
            (Pending, Pending, Verdict::Noop),
            (Pending, Resolved, Verdict::Change),
            (Pending, Dismissed, Verdict::Change),
        ];
        for (wanted, current, verdict) in rows {
            for expected in [None, Some(current)] {
                assert_eq!(
                    decide(wanted, Some(current), expected, |_| true),
                    verdict,
                    "{wanted} on {current}, seen {expected:?}"
                );
            }
        }
    }

    #[test]
    fn s003_68_another_status_than_the_one_seen_is_a_conflict_even_if_it_is_the_one_wanted() {
        for wanted in ReportStatus::ALL {
            for current in ReportStatus::ALL {
                for seen in ReportStatus::ALL.iter().filter(|seen| *seen != current) {
                    assert_eq!(
                        decide(*wanted, Some(*current), Some(*seen), |_| true),
                        Verdict::Conflict,
                        "{wanted} on {current}, seen {seen}"
                    );
                }
            }
        }
    }

    #[test]
    fn reopening_takes_the_permission_of_the_decision_it_takes_back() {
        let only = |held: Permission| move |asked: Permission| asked == held;
        let rows = [
            (Resolved, Permission::ReportsResolve, Verdict::Change),
            (Resolved, Permission::ReportsDismiss, Verdict::Forbidden),
            (Dismissed, Permission::ReportsDismiss, Verdict::Change),
            (Dismissed, Permission::ReportsResolve, Verdict::Forbidden),
        ];
        for (current, held, verdict) in rows {
            assert_eq!(
                decide(Pending, Some(current), None, only(held)),
                verdict,
                "{current} by {held}"
            );
        }
    }

    #[test]
    fn each_decision_takes_its_own_permission_before_anything_is_told_of_the_report() {
        let none = |_: Permission| false;
        for wanted in [Resolved, Dismissed] {
            for current in ReportStatus::ALL {
                assert_eq!(
                    decide(wanted, Some(*current), Some(Pending), none),
                    Verdict::Forbidden,
                    "{wanted} on {current}"
                );
            }
        }
    }

    #[test]
    fn what_does_not_exist_is_not_found() {
        assert_eq!(
            decide(Resolved, None, Some(Pending), |_| false),
            Verdict::NotFound
        );
    }
}
