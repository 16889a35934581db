//! A withdrawal in full, as facts. The list holds all there is to know of one.

use quarterdeck_api::text::Line;
use quarterdeck_api::withdrawals::{WithdrawalRow, WithdrawalStatus};

use super::columns::{amount, by, held, tone_of, tone_of_held};
use crate::app::shown::{Shown, Tone};
use crate::app::time::Times;
use crate::screens::reason::with_code;
use crate::screens::screen::Fact;

pub(super) fn describe(row: &WithdrawalRow, times: &Times) -> Vec<Fact> {
    let mut facts = vec![
        Fact::Field {
            label: "Status",
            value: Shown::made(&row.status.to_string()),
            tone: tone_of(row),
        },
        Fact::Field {
            label: "Amount",
            value: Shown::made(&amount(row)),
            tone: Tone::Strong,
        },
        Fact::field("Person", row.user.as_str()),
        Fact::field("Account", &row.user_id.to_string()),
        Fact::Field {
            label: "Holds",
            value: Shown::made(&held(row)),
            tone: tone_of_held(row),
        },
        Fact::field("Asked for", &times.in_full(row.requested_at)),
    ];
    let rejected = |words: &Line| with_code(words, row.reason_code.as_ref());
    let later = [
        ("Decided", row.decided_at.map(|at| times.in_full(at))),
        (by_whom(row), by(row)),
        ("Reason", row.reason.as_ref().map(rejected)),
    ];
    for (label, value) in later {
        facts.extend(value.map(|value| Fact::field(label, &value)));
    }
    facts.push(Fact::field("Version", &row.version.to_string()));
    facts
}

const fn by_whom(row: &WithdrawalRow) -> &'static str {
    match row.status.known() {
        Some(WithdrawalStatus::Approved) => "Approved by",
        Some(WithdrawalStatus::Rejected) => "Rejected by",
        Some(WithdrawalStatus::Pending) | None => "By",
    }
}
