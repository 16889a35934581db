//! A data request in full, as facts. The list holds all there is to know of one.

use quarterdeck_api::data_requests::{DataRequestRow, DataRequestStatus};
use quarterdeck_api::text::Line;

use super::columns::tone_of;
use super::deadline::{deadline, due_cell};
use crate::app::shown::{Shown, Tone};
use crate::app::time::Times;
use crate::screens::claims;
use crate::screens::reason::with_code;
use crate::screens::screen::{Cell, Fact};

pub(super) fn describe(row: &DataRequestRow, times: &Times) -> Vec<Fact> {
    let mut facts = vec![
        Fact::Field {
            label: "Status",
            value: Shown::made(&row.status.to_string()),
            tone: tone_of(row),
        },
        Fact::Field {
            label: "Kind",
            value: Shown::made(&row.kind.to_string()),
            tone: Tone::Strong,
        },
        Fact::field("Person", row.user.as_str()),
        Fact::field("Account", &row.user_id.to_string()),
    ];
    if row.status.is(DataRequestStatus::Pending) {
        let Cell { text, tone } = due_cell(row, times);
        facts.push(Fact::Field {
            label: "Due",
            value: Shown::made(text.as_str()),
            tone,
        });
    }
    facts.push(Fact::field("Deadline", &deadline(row, times)));
    facts.push(Fact::field("Sent in", &times.in_full(row.created_at)));
    let failed = |words: &Line| with_code(words, row.reason_code.as_ref());
    let later = [
        ("Completed", row.completed_at.map(|at| times.in_full(at))),
        ("Error", row.error.as_ref().map(failed)),
        ("By", row.handled_by.as_ref().map(ToString::to_string)),
    ];
    for (label, value) in later {
        facts.extend(value.map(|value| Fact::field(label, &value)));
    }
    facts.push(Fact::field("Changed", &times.in_full(row.updated_at)));
    facts.extend(claims::fact(row.claim.as_ref(), times));
    facts.push(Fact::field("Version", &row.version.to_string()));
    facts
}
