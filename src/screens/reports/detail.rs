//! A report in full, as facts.

use quarterdeck_api::reports::{ReportRow, ReportView};
use quarterdeck_api::text::Line;

use super::columns::tone_of;
use crate::app::shown::{Shown, Tone};
use crate::app::time::Times;
use crate::screens::claims;
use crate::screens::context;
use crate::screens::reason::with_code;
use crate::screens::screen::{Fact, tone_of_reports};

pub(super) fn describe(row: &ReportRow, detail: Option<&ReportView>, times: &Times) -> Vec<Fact> {
    let mut facts = vec![
        Fact::Field {
            label: "Status",
            value: Shown::made(&row.status.to_string()),
            tone: tone_of(row),
        },
        Fact::Field {
            label: "Reason",
            value: Shown::Made(row.reason.clone()),
            tone: Tone::Strong,
        },
        Fact::field("Reported", row.reported.as_str()),
        Fact::field("Account", &row.reported_user_id.to_string()),
        Fact::Field {
            label: "In all",
            value: Shown::made(&in_all(row)),
            tone: tone_of_reports(row.report_count),
        },
    ];
    facts.extend(detail.map_or_else(Vec::new, |detail| context::facts(&detail.context)));
    facts.extend([
        Fact::field("Reporter", row.reporter.as_str()),
        Fact::field("Account", &row.reporter_id.to_string()),
        Fact::field("Sent in", &times.in_full(row.created_at)),
    ]);
    let noted = |words: &Line| with_code(words, row.reason_code.as_ref());
    let settled = [
        ("Settled", row.reviewed_at.map(|at| times.in_full(at))),
        ("By", row.reviewed_by.as_ref().map(ToString::to_string)),
        ("Note", row.notes.as_ref().map(noted)),
    ];
    for (label, value) in settled {
        facts.extend(value.map(|value| Fact::field(label, &value)));
    }
    facts.extend(claims::fact(row.claim.as_ref(), times));
    facts.push(Fact::field("Version", &row.version.to_string()));
    if let Some(detail) = detail {
        facts.push(Fact::Heading("Report"));
        facts.push(Fact::Prose(detail.body.clone()));
    }
    facts
}

fn in_all(row: &ReportRow) -> String {
    match row.report_count {
        1 => "the only report about this person".to_owned(),
        count => format!("{count} reports about this person"),
    }
}
