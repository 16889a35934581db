//! What may be decided of an application. Pure: no clock, no database, no HTTP.

use quarterdeck_api::applications::{ApplicationAction, ApplicationStatus};
use quarterdeck_api::permission::Permission;

/// What becomes of one application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It changes.
    Change,
    /// It is so already.
    Noop,
    /// There is none.
    NotFound,
    /// Somebody else was first: it is not as the caller saw it, or it is decided otherwise.
    Conflict,
    /// The caller lacks the permission for this one.
    Forbidden,
}

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
) -> Verdict {
    let Some(current) = current else {
        return Verdict::NotFound;
    };
    if let Some(permission) = action.permission(current)
        && !may(permission)
    {
        return Verdict::Forbidden;
    }
    if expected.is_some_and(|expected| expected != current) {
        return Verdict::Conflict;
    }
    if current == action.target() {
        return Verdict::Noop;
    }
    match action {
        ApplicationAction::Reopen => Verdict::Change,
        ApplicationAction::Approve | ApplicationAction::Reject | ApplicationAction::Waitlist => {
            if current.is_open() {
                Verdict::Change
            } else {
                Verdict::Conflict
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
            (Approve, Pending, Verdict::Change),
            (Approve, Waitlisted, Verdict::Change),
            (Approve, Active, Verdict::Noop),
            (Approve, Rejected, Verdict::Conflict),
            (Reject, Pending, Verdict::Change),
            (Reject, Waitlisted, Verdict::Change),
            (Reject, Rejected, Verdict::Noop),
            (Reject, Active, Verdict::Conflict),
            (Waitlist, Pending, Verdict::Change),
            (Waitlist, Waitlisted, Verdict::Noop),
            (Waitlist, Active, Verdict::Conflict),
            (Waitlist, Rejected, Verdict::Conflict),
            (Reopen, Active, Verdict::Change),
            (Reopen, Rejected, Verdict::Change),
            (Reopen, Waitlisted, Verdict::Change),
            (Reopen, Pending, Verdict::Noop),
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
            Verdict::Conflict
        );
        assert_eq!(
            decide(Approve, Some(Waitlisted), Some(Pending), |_| true),
            Verdict::Conflict
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
            Verdict::Change
        );
        assert_eq!(
            decide(
                Reopen,
                Some(Rejected),
                None,
                only(Permission::ApplicationsApprove)
            ),
            Verdict::Forbidden
        );
    }

    #[test]
    fn what_does_not_exist_is_not_found() {
        assert_eq!(
            decide(Approve, None, Some(Pending), |_| true),
            Verdict::NotFound
        );
    }
}
