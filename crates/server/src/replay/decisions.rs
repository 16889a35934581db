//! What becomes of an object that operators decide: a status, and who gave it. Pure.

use super::payouts;
use super::rules::{BalanceDetails, Finding, Kind, Step};

/// The status of an object by the log, as far as the log has told it yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decisions {
    last: Option<Decided>,
    paid: Option<BalanceDetails>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Decided {
    status: String,
    by: Option<i64>,
}

/// An object as its table has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Where it stands.
    pub status: String,
    /// Who decided that.
    pub by: Option<i64>,
    /// What it paid, where it is a withdrawal.
    pub paid: Option<payouts::Stored>,
}

/// The status that an object is born with.
const fn initial(kind: Kind) -> &'static str {
    match kind {
        Kind::Application => "PENDING",
        Kind::Report | Kind::DataRequest | Kind::Withdrawal => "pending",
        Kind::User => "",
    }
}

/// Whether a status names who gave it: taken back, a decision is nobody's, but a data request keeps who
/// touched it last.
fn names_its_decider(kind: Kind, status: &str) -> bool {
    match kind {
        Kind::Application | Kind::Report | Kind::Withdrawal => status != initial(kind),
        Kind::DataRequest | Kind::User => true,
    }
}

impl Decisions {
    /// Takes a step, and tells where it does not follow. The first row states what was before the log.
    pub fn step(&mut self, step: &Step<Option<&'static str>>) -> Vec<Finding> {
        let (Some(from), Some(to)) = (&step.details.from, &step.details.to) else {
            return vec![Finding::unreadable(step.seq, "no from and to")];
        };
        let mut findings = Vec::new();
        if let Some(meant) = step.effect.filter(|meant| meant != to) {
            let says = format!("to {to}");
            findings.push(Finding::step(
                step.seq,
                "status",
                says,
                format!("to {meant} by its code"),
            ));
        }
        if let Some(last) = &self.last
            && last.status != *from
        {
            let says = format!("from {from} to {to}");
            findings.push(Finding::step(
                step.seq,
                "status",
                says,
                last.status.as_str(),
            ));
        }
        if let Some(paid) = &step.details.balance {
            self.paid = Some(paid.clone());
        }
        self.last = Some(Decided {
            status: to.clone(),
            by: step.actor,
        });
        findings
    }

    /// The object is not there; an object that nothing was decided of need not be.
    pub fn missing(&self) -> Vec<Finding> {
        let told = self.last.iter();
        told.map(|last| Finding::missing(last.status.as_str()))
            .collect()
    }

    /// Compares what the log ended with to the table. Where no row decided anything, the object must be as
    /// it was born.
    pub fn compare(&self, kind: Kind, stored: &Stored) -> Vec<Finding> {
        let table = who(stored.by);
        let Some(last) = &self.last else {
            let mut findings = Vec::new();
            if stored.status != initial(kind) {
                findings.push(Finding::unlogged("status", stored.status.as_str()));
            }
            if stored.by.is_some() {
                findings.push(Finding::unlogged("decided_by", table));
            }
            findings.extend(self.compare_paid(stored));
            return findings;
        };
        let by = last.by.filter(|_| names_its_decider(kind, &last.status));
        let mut findings = Vec::new();
        if last.status != stored.status {
            findings.push(Finding::state(
                "status",
                last.status.as_str(),
                stored.status.as_str(),
            ));
        }
        if by != stored.by {
            findings.push(Finding::state("decided_by", who(by), table));
        }
        findings.extend(self.compare_paid(stored));
        findings
    }

    fn compare_paid(&self, stored: &Stored) -> Vec<Finding> {
        let paid = stored.paid.as_ref();
        paid.map_or_else(Vec::new, |paid| payouts::compare(self.paid.as_ref(), paid))
    }
}

fn who(id: Option<i64>) -> String {
    id.map_or_else(|| "nobody".to_owned(), |id| format!("#{id}"))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::super::rules::{Details, Wrong};
    use super::*;

    fn step(
        seq: i64,
        from: &str,
        to: &str,
        meant: Option<&'static str>,
    ) -> Step<Option<&'static str>> {
        Step {
            seq,
            at: DateTime::UNIX_EPOCH,
            actor: Some(7),
            effect: meant,
            details: Details {
                from: Some(from.to_owned()),
                to: Some(to.to_owned()),
                ..Details::default()
            },
        }
    }

    fn stored(status: &str, by: Option<i64>) -> Stored {
        Stored {
            status: status.to_owned(),
            by,
            paid: None,
        }
    }

    fn wrongs(findings: &[Finding]) -> Vec<(Wrong, &'static str, Option<i64>)> {
        findings
            .iter()
            .map(|finding| (finding.wrong, finding.field, finding.row))
            .collect()
    }

    #[test]
    fn the_first_row_states_what_was_before_and_each_later_one_must_connect() {
        let mut object = Decisions::default();
        assert_eq!(
            object.step(&step(3, "WAITLISTED", "ACTIVE", Some("ACTIVE"))),
            []
        );
        assert_eq!(
            object.step(&step(5, "ACTIVE", "PENDING", Some("PENDING"))),
            []
        );
        let broken = object.step(&step(9, "WAITLISTED", "REJECTED", Some("REJECTED")));
        assert_eq!(wrongs(&broken), [(Wrong::Step, "status", Some(9))]);
        assert_eq!(
            (broken[0].log.as_str(), broken[0].table.as_str()),
            ("from WAITLISTED to REJECTED", "PENDING")
        );
    }

    #[test]
    fn a_row_whose_code_says_something_else_than_its_details_is_wrong() {
        let found = Decisions::default().step(&step(1, "PENDING", "REJECTED", Some("ACTIVE")));
        assert_eq!(wrongs(&found), [(Wrong::Step, "status", Some(1))]);
    }

    #[test]
    fn a_row_without_from_and_to_cannot_be_read() {
        let mut row = step(4, "pending", "failed", None);
        row.details.to = None;
        let found = Decisions::default().step(&row);
        assert_eq!(wrongs(&found), [(Wrong::Unreadable, "details", Some(4))]);
    }

    #[test]
    fn the_last_status_and_who_gave_it_are_what_the_table_must_hold() {
        let mut object = Decisions::default();
        object.step(&step(1, "pending", "resolved", Some("resolved")));
        let rows = [
            (stored("resolved", Some(7)), vec![]),
            (
                stored("dismissed", Some(7)),
                vec![(Wrong::State, "status", None)],
            ),
            (
                stored("resolved", Some(8)),
                vec![(Wrong::State, "decided_by", None)],
            ),
            (
                stored("pending", None),
                vec![
                    (Wrong::State, "status", None),
                    (Wrong::State, "decided_by", None),
                ],
            ),
        ];
        for (table, expected) in rows {
            assert_eq!(
                wrongs(&object.compare(Kind::Report, &table)),
                expected,
                "{table:?}"
            );
        }
    }

    #[test]
    fn taken_back_a_decision_is_nobodys_but_a_data_request_keeps_who_touched_it() {
        let mut object = Decisions::default();
        object.step(&step(1, "failed", "pending", None));
        assert_eq!(object.compare(Kind::Report, &stored("pending", None)), []);
        assert_eq!(
            object.compare(Kind::DataRequest, &stored("pending", Some(7))),
            []
        );
        assert_eq!(
            object
                .compare(Kind::DataRequest, &stored("pending", None))
                .len(),
            1
        );
    }

    #[test]
    fn what_the_log_never_decided_must_be_as_it_was_born() {
        let object = Decisions::default();
        assert_eq!(
            object.compare(Kind::Application, &stored("PENDING", None)),
            []
        );
        let claimed = object.compare(Kind::Application, &stored("ACTIVE", Some(7)));
        assert_eq!(
            wrongs(&claimed),
            [
                (Wrong::Unlogged, "status", None),
                (Wrong::Unlogged, "decided_by", None)
            ]
        );
    }
}
