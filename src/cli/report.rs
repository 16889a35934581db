//! What became of each row of a write: a line for each, and how the command ends by them.

use std::io::Write;

use quarterdeck_api::bulk::Outcome;
use quarterdeck_api::problem::Conflict;
use quarterdeck_api::text::Line;
use serde_json::{Map, Value, json};

use super::exit::{Exit, Stopped};
use super::output::{Format, Printer};
use crate::app::any_room::{AnyRoom, Became};
use crate::app::list::RowId;

/// What became of a row.
#[derive(Clone, Debug)]
pub struct Fate {
    /// Which row; none where it is all that a filter shows.
    pub id: Option<RowId>,
    /// A word for programs: `changed`, `noop`, `would`, `not_found`, `conflict`, `forbidden`,
    /// `refused`, `failed`, `unknown`, `not_sent`.
    pub outcome: &'static str,
    /// How a command about this row alone would end.
    pub exit: Exit,
    /// In words.
    pub message: Line,
    /// Who was first.
    pub conflict: Option<Conflict>,
    /// What else programs may want to know.
    pub extra: Map<String, Value>,
}

impl Fate {
    /// What became of a row, in words.
    pub fn new(id: RowId, outcome: &'static str, exit: Exit, message: &str) -> Self {
        Self {
            id: Some(id),
            outcome,
            exit,
            message: Line::new(message),
            conflict: None,
            extra: Map::new(),
        }
    }

    /// As the server says it.
    pub fn of(became: &Became, past: &str, room: &dyn AnyRoom) -> Self {
        let (outcome, exit, message) = match became.outcome.known() {
            Some(Outcome::Changed) => ("changed", Exit::Done, past.to_owned()),
            Some(Outcome::Noop) => ("noop", Exit::Done, "was so already".to_owned()),
            Some(Outcome::NotFound) => ("not_found", Exit::NotFound, "does not exist".to_owned()),
            Some(Outcome::Conflict) => ("conflict", Exit::Conflict, first(became, room)),
            Some(Outcome::Forbidden) => (
                "forbidden",
                Exit::Refused,
                "a permission is missing".to_owned(),
            ),
            None => ("refused", Exit::Refused, became.outcome.to_string()),
        };
        Self {
            conflict: became.conflict.clone(),
            ..Self::new(became.id, outcome, exit, &message)
        }
    }
}

/// Who was first.
fn first(became: &Became, room: &dyn AnyRoom) -> String {
    let Some(conflict) = &became.conflict else {
        return "was changed by somebody else".to_owned();
    };
    if let Some(claim) = room.claim(became.id).filter(|claim| !claim.mine) {
        return format!(
            "is claimed by {} since {}",
            claim.by,
            claim.since.to_rfc3339()
        );
    }
    let status = conflict.status.as_str();
    let what = room.decision_to(status).unwrap_or(status);
    match &conflict.decided_by {
        Some(by) => format!("was {what} by {by}"),
        None => format!("is {status} now"),
    }
}

/// Writes the lines and keeps count.
pub struct Report<'p, W> {
    printer: &'p mut Printer<W>,
    verb: &'static str,
    fates: Vec<(Exit, &'static str)>,
}

impl<'p, W: Write> Report<'p, W> {
    /// A report on a verb.
    pub const fn new(printer: &'p mut Printer<W>, verb: &'static str) -> Self {
        Self {
            printer,
            verb,
            fates: Vec::new(),
        }
    }

    /// Notes what became of a row. A line that cannot be written stops nothing: what was sent goes on.
    pub fn add(&mut self, fate: &Fate) {
        self.fates.push((fate.exit, fate.outcome));
        let _unread: Result<(), Stopped> = match self.printer.format() {
            Format::Table => {
                let id = fate.id.map(|id| format!("{id}  ")).unwrap_or_default();
                self.printer.line(&format!("{id}{}", fate.message))
            }
            Format::Json | Format::Csv => self.printer.record(&self.record(fate)),
        };
    }

    fn record(&self, fate: &Fate) -> Map<String, Value> {
        let mut record = Map::from_iter([
            ("verb".to_owned(), json!(self.verb)),
            ("outcome".to_owned(), json!(fate.outcome)),
            ("message".to_owned(), json!(fate.message)),
            ("conflict".to_owned(), json!(fate.conflict)),
            ("id".to_owned(), json!(fate.id.map(|id| id.0))),
        ]);
        record.extend(fate.extra.clone());
        record
    }

    /// How many rows became what, where there are several.
    pub fn summary(&self) -> Option<String> {
        if self.fates.len() < 2 {
            return None;
        }
        let count = |exit: fn(Exit) -> bool| {
            let fitting = self.fates.iter().filter(|(found, _)| exit(*found));
            fitting.count()
        };
        let done = count(|exit| exit == Exit::Done);
        let failed = count(|exit| exit != Exit::Done);
        let verb = self.verb;
        Some(match failed {
            0 => format!("{verb}: all {done}"),
            _ => format!("{verb}: {done} done, {failed} not"),
        })
    }

    /// How the command ends: as all rows did where they agree, else as one that did part of it.
    pub fn exit(&self) -> Exit {
        let mut exits = self.fates.iter().map(|(exit, _)| *exit);
        let Some(first) = exits.next() else {
            return Exit::Done;
        };
        let rest: Vec<_> = exits.collect();
        if rest.contains(&Exit::Interrupted) || first == Exit::Interrupted {
            return Exit::Interrupted;
        }
        if rest.iter().all(|exit| *exit == first) {
            first
        } else {
            Exit::Partial
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exit(fates: &[Exit]) -> Exit {
        let mut output = Vec::new();
        let mut printer = Printer::new(Format::Table, &mut output);
        let mut report = Report::new(&mut printer, "approve");
        for (place, exit) in (1..).zip(fates) {
            report.add(&Fate::new(RowId(place), "x", *exit, "x"));
        }
        report.exit()
    }

    #[test]
    fn a_command_ends_as_its_rows_do_where_they_agree() {
        use Exit::{Conflict, Done, Interrupted, NotFound, Partial};
        let cases: [(&[Exit], Exit); 6] = [
            (&[], Done),
            (&[Done, Done], Done),
            (&[Conflict, Conflict], Conflict),
            (&[Done, Conflict], Partial),
            (&[Conflict, NotFound], Partial),
            (&[Done, Interrupted], Interrupted),
        ];
        for (fates, expected) in cases {
            assert_eq!(exit(fates), expected, "{fates:?}");
        }
    }
}
