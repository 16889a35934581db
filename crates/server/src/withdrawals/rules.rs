//! What may be decided of a withdrawal. Pure: no clock, no database, no HTTP.

use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::ids::UserId;
use quarterdeck_api::users::UserStatus;
use quarterdeck_api::withdrawals::WithdrawalStatus;

/// What an operator decides; both are final.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is paid out.
    Approve,
    /// It is not.
    Reject,
}

impl Decision {
    /// Where it leads.
    pub const fn status(self) -> WithdrawalStatus {
        match self {
            Self::Approve => WithdrawalStatus::Approved,
            Self::Reject => WithdrawalStatus::Rejected,
        }
    }

    /// What the log calls it.
    pub const fn audit_code(self) -> AuditCode {
        match self {
            Self::Approve => AuditCode::WithdrawalApproved,
            Self::Reject => AuditCode::WithdrawalRejected,
        }
    }
}

/// What becomes of one withdrawal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It changes.
    Change,
    /// It is so already.
    Noop,
    /// It is not as the caller saw it, and still to be decided.
    Stale,
    /// Somebody was first, and that is final.
    Decided,
}

/// Decides one withdrawal.
///
/// Without an expectation the same status is a no-op; with one, anything else than what the caller saw
/// is refused, even where it is what the caller wanted (architecture.md §10.4).
pub fn decide(
    decision: Decision,
    current: WithdrawalStatus,
    expected: Option<WithdrawalStatus>,
) -> Verdict {
    let is_as_seen = expected.is_none_or(|expected| expected == current);
    match (current.is_open(), is_as_seen) {
        (true, true) => Verdict::Change,
        (true, false) => Verdict::Stale,
        (false, true) if current == decision.status() => Verdict::Noop,
        (false, true | false) => Verdict::Decided,
    }
}

/// Why a person is not paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Objection {
    /// Nobody pays themselves.
    CannotTargetSelf,
    /// The account is not in service.
    OutOfService(UserStatus),
}

/// Whether a person may be paid by this one.
pub fn check_payee(actor: UserId, payee: UserId, status: UserStatus) -> Result<(), Objection> {
    if payee == actor {
        return Err(Objection::CannotTargetSelf);
    }
    match status {
        UserStatus::Active => Ok(()),
        UserStatus::Anonymized
        | UserStatus::Deleted
        | UserStatus::Banned
        | UserStatus::Suspended => Err(Objection::OutOfService(status)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Decision::{Approve, Reject};
    use WithdrawalStatus::{Approved, Pending, Rejected};

    #[test]
    fn s001_28_every_decision_on_every_status() {
        let rows = [
            (Approve, Pending, Verdict::Change),
            (Approve, Approved, Verdict::Noop),
            (Approve, Rejected, Verdict::Decided),
            (Reject, Pending, Verdict::Change),
            (Reject, Approved, Verdict::Decided),
            (Reject, Rejected, Verdict::Noop),
        ];
        for (decision, current, verdict) in rows {
            for expected in [None, Some(current)] {
                assert_eq!(
                    decide(decision, current, expected),
                    verdict,
                    "{decision:?} on {current}, seen {expected:?}"
                );
            }
        }
    }

    #[test]
    fn another_status_than_the_one_seen_is_refused_even_if_it_is_the_one_wanted() {
        for decision in [Approve, Reject] {
            for current in WithdrawalStatus::ALL {
                let verdict = match current {
                    Pending => Verdict::Stale,
                    Approved | Rejected => Verdict::Decided,
                };
                let others = WithdrawalStatus::ALL.iter();
                for seen in others.filter(|seen| *seen != current) {
                    assert_eq!(
                        decide(decision, *current, Some(*seen)),
                        verdict,
                        "{decision:?} on {current}, seen {seen}"
                    );
                }
            }
        }
    }

    #[test]
    fn who_is_shut_out_is_not_paid_and_nobody_pays_themselves() {
        let (rita, zoe) = (UserId(5), UserId(9));
        for status in UserStatus::ALL {
            let own = check_payee(rita, rita, *status);
            assert_eq!(own, Err(Objection::CannotTargetSelf), "{status}");
            let expected = match status {
                UserStatus::Active => Ok(()),
                other => Err(Objection::OutOfService(*other)),
            };
            assert_eq!(check_payee(rita, zoe, *status), expected, "{status}");
        }
    }
}
