//! An application in full, as facts.

use quarterdeck_api::applications::{ApplicationRow, ApplicationView};

use super::columns::tone_of;
use crate::app::shown::{Shown, Tone};
use crate::app::time::Times;
use crate::screens::claims;
use crate::screens::context;
use crate::screens::reason::with_code;
use crate::screens::screen::{Fact, code_points};

pub(super) fn describe(
    row: &ApplicationRow,
    detail: Option<&ApplicationView>,
    times: &Times,
) -> Vec<Fact> {
    let mut facts = vec![
        Fact::Field {
            label: "Status",
            value: Shown::made(&row.status.to_string()),
            tone: tone_of(row),
        },
        Fact::Field {
            label: "Name",
            value: Shown::Made(row.name.clone()),
            tone: Tone::Strong,
        },
        Fact::field("E-mail", row.email.as_str()),
    ];
    let suspects = [
        ("In name", code_points(&row.name)),
        ("In e-mail", code_points(&row.email)),
    ];
    for (label, points) in suspects {
        let value = points.map(|points| Shown::made(&points));
        facts.extend(value.map(|value| Fact::Field {
            label,
            value,
            tone: Tone::Warn,
        }));
    }
    facts.extend(
        row.user_id
            .map(|id| Fact::field("Account", &id.to_string())),
    );
    facts.extend(detail.map_or_else(Vec::new, |detail| context::facts(&detail.context)));
    facts.push(Fact::field("Submitted", &times.in_full(row.submitted_at)));
    facts.extend(
        row.decided_at
            .map(|at| Fact::field("Decided", &times.in_full(at))),
    );
    facts.extend(
        row.decided_by
            .as_ref()
            .map(|by| Fact::field("By", by.as_str())),
    );
    facts.extend(
        row.reason
            .as_ref()
            .map(|words| Fact::field("Reason", &with_code(words, row.reason_code.as_ref()))),
    );
    facts.extend(claims::fact(row.claim.as_ref(), times));
    facts.push(Fact::field("Version", &row.version.to_string()));
    if let Some(detail) = detail {
        facts.push(Fact::Heading("Answers"));
        facts.push(Fact::Prose(detail.answers.clone()));
    }
    facts
}
