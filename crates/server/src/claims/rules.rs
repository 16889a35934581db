//! What becomes of a claim that is asked for or given back. Pure.

use quarterdeck_api::applications::ApplicationStatus;
use quarterdeck_api::bulk::Outcome;
use quarterdeck_api::claims::Queue;
use quarterdeck_api::data_requests::DataRequestStatus;
use quarterdeck_api::reports::ReportStatus;

/// Who holds an item, to the one who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// Nobody.
    ByNobody,
    /// The caller, by the session that asks.
    Here,
    /// The caller, by another session.
    ByCaller,
    /// Somebody else.
    ByAnother,
}

/// Whether there is work left to claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// There is.
    Open,
    /// It was decided.
    Done,
}

/// How an item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Who holds it.
    pub held: Held,
    /// Whether it is still to be decided.
    pub work: Work,
}

/// Whether an item of this status is still to be decided; a status that this server does not know is not.
pub fn work(queue: Queue, status: &str) -> Work {
    let is_open = match queue {
        Queue::Applications => status.parse().is_ok_and(ApplicationStatus::is_open),
        Queue::Reports => status.parse().is_ok_and(ReportStatus::is_open),
        Queue::DataRequests => status.parse() == Ok(DataRequestStatus::Pending),
    };
    if is_open { Work::Open } else { Work::Done }
}

/// Claims an item. What the caller holds by another session, this session takes over.
pub const fn take(current: Option<Standing>) -> Outcome {
    let Some(Standing { held, work }) = current else {
        return Outcome::NotFound;
    };
    match (held, work) {
        (Held::ByAnother, _) | (Held::ByNobody | Held::ByCaller, Work::Done) => Outcome::Conflict,
        (Held::Here, _) => Outcome::Noop,
        (Held::ByNobody | Held::ByCaller, Work::Open) => Outcome::Changed,
    }
}

/// Gives an item back; what another holds is not the caller's to give.
pub const fn release(current: Option<Standing>) -> Outcome {
    let Some(Standing { held, .. }) = current else {
        return Outcome::NotFound;
    };
    match held {
        Held::ByNobody => Outcome::Noop,
        Held::Here | Held::ByCaller => Outcome::Changed,
        Held::ByAnother => Outcome::Conflict,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn standing(held: Held, work: Work) -> Standing {
        Standing { held, work }
    }

    #[test]
    fn what_nobody_or_the_callers_other_session_holds_is_taken_while_it_is_open() {
        use Outcome::{Changed, Conflict, Noop};
        for (held, open, done) in [
            (Held::ByNobody, Changed, Conflict),
            (Held::ByCaller, Changed, Conflict),
            (Held::Here, Noop, Noop),
            (Held::ByAnother, Conflict, Conflict),
        ] {
            assert_eq!(take(Some(standing(held, Work::Open))), open, "{held:?}");
            assert_eq!(take(Some(standing(held, Work::Done))), done, "{held:?}");
        }
        assert_eq!(take(None), Outcome::NotFound);
    }

    #[test]
    fn only_what_the_caller_holds_is_given_back() {
        for (held, outcome) in [
            (Held::ByNobody, Outcome::Noop),
            (Held::Here, Outcome::Changed),
            (Held::ByCaller, Outcome::Changed),
            (Held::ByAnother, Outcome::Conflict),
        ] {
            for work in [Work::Open, Work::Done] {
                assert_eq!(
                    release(Some(standing(held, work))),
                    outcome,
                    "{held:?} {work:?}"
                );
            }
        }
        assert_eq!(release(None), Outcome::NotFound);
    }

    #[test]
    fn what_waits_on_a_list_is_still_to_be_decided_and_a_failure_is_not() {
        for (queue, status, expected) in [
            (Queue::Applications, "PENDING", Work::Open),
            (Queue::Applications, "WAITLISTED", Work::Open),
            (Queue::Applications, "ACTIVE", Work::Done),
            (Queue::Reports, "pending", Work::Open),
            (Queue::Reports, "dismissed", Work::Done),
            (Queue::DataRequests, "pending", Work::Open),
            (Queue::DataRequests, "completed", Work::Done),
            (Queue::DataRequests, "of a newer server", Work::Done),
        ] {
            assert_eq!(work(queue, status), expected, "{queue} {status}");
        }
    }
}
