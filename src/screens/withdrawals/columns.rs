//! The columns of the queue.

use quarterdeck_api::money::in_units;
use quarterdeck_api::text::Line;
use quarterdeck_api::wire_enum::OpenEnum;
use quarterdeck_api::withdrawals::{WithdrawalRow, WithdrawalStatus};

use crate::app::shown::{Shown, Tone};
use crate::screens::screen::{Cell, Column, Head, Width, flagged};

/// The columns, from left to right.
pub(super) const COLUMNS: &[Column<WithdrawalRow>] = &[
    Column {
        head: Head {
            title: "Id",
            width: Width::Number(7),
            priority: 0,
        },
        cell: |row, _| Cell::plain(Shown::made(&row.id.to_string())),
    },
    Column {
        head: Head {
            title: "Status",
            width: Width::Fixed(9),
            priority: 1,
        },
        cell: |row, _| Cell::toned(status(row), tone_of(row)),
    },
    Column {
        head: Head {
            title: "Amount",
            width: Width::Number(16),
            priority: 2,
        },
        cell: |row, _| amount_cell(row),
    },
    Column {
        head: Head {
            title: "Holds",
            width: Width::Number(14),
            priority: 6,
        },
        cell: |row, _| Cell::toned(Shown::made(&held(row)), tone_of_held(row)),
    },
    Column {
        head: Head {
            title: "Age",
            width: Width::Time,
            priority: 5,
        },
        cell: |row, times| Cell::toned(Shown::made(&times.stamp(row.requested_at)), Tone::Dim),
    },
    Column {
        head: Head {
            title: "Decided",
            width: Width::Time,
            priority: 7,
        },
        cell: |row, times| {
            let at = row.decided_at.map(|at| times.stamp(at));
            Cell::toned(Shown::made(&at.unwrap_or_default()), Tone::Dim)
        },
    },
    Column {
        head: Head {
            title: "Person",
            width: Width::Share {
                least: 12,
                weight: 1,
            },
            priority: 3,
        },
        cell: |row, _| Cell::plain(flagged(&row.user)),
    },
    Column {
        head: Head {
            title: "By",
            width: Width::Share {
                least: 8,
                weight: 1,
            },
            priority: 4,
        },
        cell: |row, _| Cell::toned(Shown::made(&by(row).unwrap_or_default()), Tone::Dim),
    },
];

fn status(row: &WithdrawalRow) -> Shown<'_> {
    match &row.status {
        OpenEnum::Known(status) => Shown::Word(status.as_str()),
        OpenEnum::Unknown(text) => Shown::Line(text),
    }
}

pub(super) const fn tone_of(row: &WithdrawalRow) -> Tone {
    match row.status.known() {
        Some(WithdrawalStatus::Pending) => Tone::Strong,
        Some(WithdrawalStatus::Approved) => Tone::Ok,
        Some(WithdrawalStatus::Rejected) => Tone::Bad,
        None => Tone::Info,
    }
}

/// `1,234.05 EUR`
pub(super) fn amount(row: &WithdrawalRow) -> String {
    format!("{} {}", in_units(row.amount), row.currency)
}

/// What the person holds, in the same form.
pub(super) fn held(row: &WithdrawalRow) -> String {
    let held = row.balance.as_ref();
    held.map_or_else(
        || "nothing".to_owned(),
        |held| format!("{} {}", in_units(held.amount), held.currency),
    )
}

/// Whether the person holds as much as is asked for.
pub(super) fn is_covered(row: &WithdrawalRow) -> bool {
    let held = row.balance.as_ref();
    held.is_some_and(|held| held.currency == row.currency && held.amount >= row.amount)
}

/// Whether it waits for more than is held; what was decided is out of the wallet already, or never will be.
fn is_short(row: &WithdrawalRow) -> bool {
    row.status.is(WithdrawalStatus::Pending) && !is_covered(row)
}

fn amount_cell(row: &WithdrawalRow) -> Cell<'_> {
    if is_short(row) {
        Cell::toned(Shown::made(&format!("! {}", amount(row))), Tone::Bad)
    } else {
        Cell::plain(Shown::made(&amount(row)))
    }
}

pub(super) fn tone_of_held(row: &WithdrawalRow) -> Tone {
    if is_short(row) { Tone::Bad } else { Tone::Dim }
}

/// Who decided: `#12 ana@quarterdeck.example`.
pub(super) fn by(row: &WithdrawalRow) -> Option<String> {
    match (row.decided_by_id, &row.decided_by) {
        (Some(id), Some(email)) => Some(format!("{id} {email}")),
        (Some(id), None) => Some(id.to_string()),
        (None, email) => email.as_ref().map(Line::to_string),
    }
}
