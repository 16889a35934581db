//! What may be decided of an application. Pure: no clock, no database, no HTTP.

use quarterdeck_api::applications::{ApplicationAction, ApplicationStatus};
use quarterdeck_api::bulk::Outcome;
use quarterdeck_api::permission::Permission;

/// Decides one application.
///
/// Without an expectation the same status is a no-op; with one, anything else than what the caller saw
/// is a conflict, even where it is what the caller wanted (architecture.md §10.4). A decision that was
/// made is changed only by taking it back first.
pub fn decide(
    action: ApplicationAction,
    current: Option<ApplicationStatus>,
    expected: Option<ApplicationStatus>,
    may: impl Fn(Permission) -> bool,
) -> Outcome {
    let Some(current) = current else {
        return Outcome::NotFound;
    };
    if let Some(permission) = action.permission(current)
        && !may(permission)
    {
        return Outcome::Forbidden;
    }
    if expected.is_some_and(|expected| expected != current) {
        return Outcome::Conflict;
    }
    if current == action.target() {
        return Outcome::Noop;
    }
    match action {
        ApplicationAction::Reopen => Outcome::Changed,
        ApplicationAction::Approve | ApplicationAction::Reject | ApplicationAction::Waitlist => {
            if current.is_open() {
                Outcome::Changed
            } else {
                Outcome::Conflict
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ApplicationAction::{Approve, Reject, Reopen, Waitlist};
    use ApplicationStatus::{Active, Pending, Rejected, Waitlisted};

    #[test]
    fn s003_39_every_action_on_every_status() {
        let rows = [
            (Approve, Pending, Outcome::Changed),
            (Approve, Waitlisted, Outcome::Changed),
            (Approve, Active, Outcome::Noop),
            (Approve, Rejected, Outcome::Conflict),
            (Reject, Pending, Outcome::Changed),
            (Reject, Waitlisted, Outcome::Changed),
            (Reject, Rejected, Outcome::Noop),
            (Reject, Active, Outcome::Conflict),
            (Waitlist, Pending, Outcome::Changed),
            (Waitlist, Waitlisted, Outcome::Noop),
            (Waitlist, Active, Outcome::Conflict),
            (Waitlist, Rejected, Outcome::Conflict),
            (Reopen, Active, Outcome::Changed),
            (Reopen, Rejected, Outcome::Changed),
            (Reopen, Waitlisted, Outcome::Changed),
            (Reopen, Pending, Outcome::Noop),
        ];
        for (action, current, verdict) in rows {
            assert_eq!(
                decide(action, Some(current), None, |_| true),
                verdict,
                "{action:?} on {current}"
            );
            assert_eq!(
                decide(action, Some(current), Some(current), |_| true),
                verdict,
                "{action:?} on {current}"
            );
        }
    }

    #[test]
    fn another_status_than_the_one_seen_is_a_conflict_even_if_it_is_the_one_wanted() {
        assert_eq!(
            decide(Approve, Some(Active), Some(Pending), |_| true),
            Outcome::Conflict
        );
        assert_eq!(
            decide(Approve, Some(Waitlisted), Some(Pending), |_| true),
            Outcome::Conflict
        );
    }

    #[test]
    fn reopening_takes_the_permission_of_the_decision_it_takes_back() {
        let only = |held: Permission| move |asked: Permission| asked == held;
        assert_eq!(
            decide(
                Reopen,
                Some(Rejected),
                None,
                only(Permission::ApplicationsReject)
            ),
            Outcome::Changed
        );
        assert_eq!(
            decide(
                Reopen,
                Some(Rejected),
                None,
                only(Permission::ApplicationsApprove)
            ),
            Outcome::Forbidden
        );
    }

    #[test]
    fn what_does_not_exist_is_not_found() {
        assert_eq!(
            decide(Approve, None, Some(Pending), |_| true),
            Outcome::NotFound
        );
    }
}
