//! What may be decided of a report. Pure: no clock, no database, no HTTP.

use quarterdeck_api::bulk::Outcome;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::reports::ReportStatus;

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
) -> Outcome {
    let Some(current) = current else {
        return Outcome::NotFound;
    };
    if let Some(permission) = wanted.permission(current)
        && !may(permission)
    {
        return Outcome::Forbidden;
    }
    if expected.is_some_and(|expected| expected != current) {
        return Outcome::Conflict;
    }
    if current == wanted {
        return Outcome::Noop;
    }
    if wanted.is_open() || current.is_open() {
        Outcome::Changed
    } else {
        Outcome::Conflict
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ReportStatus::{Dismissed, Pending, Resolved};

    #[test]
    fn s003_40_every_decision_on_every_status() {
        let rows = [
            (Resolved, Pending, Outcome::Changed),
            (Resolved, Resolved, Outcome::Noop),
            (Resolved, Dismissed, Outcome::Conflict),
            (Dismissed, Pending, Outcome::Changed),
            (Dismissed, Resolved, Outcome::Conflict),
            (Dismissed, Dismissed, Outcome::Noop),
            (Pending, Pending, Outcome::Noop),
            (Pending, Resolved, Outcome::Changed),
            (Pending, Dismissed, Outcome::Changed),
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
                        Outcome::Conflict,
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
            (Resolved, Permission::ReportsResolve, Outcome::Changed),
            (Resolved, Permission::ReportsDismiss, Outcome::Forbidden),
            (Dismissed, Permission::ReportsDismiss, Outcome::Changed),
            (Dismissed, Permission::ReportsResolve, Outcome::Forbidden),
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
                    Outcome::Forbidden,
                    "{wanted} on {current}"
                );
            }
        }
    }

    #[test]
    fn what_does_not_exist_is_not_found() {
        assert_eq!(
            decide(Resolved, None, Some(Pending), |_| false),
            Outcome::NotFound
        );
    }
}
