//! The columns of the queue.

use quarterdeck_api::applications::{ApplicationRow, ApplicationStatus};
use quarterdeck_api::wire_enum::OpenEnum;

use crate::app::shown::{Shown, Tone};
use crate::screens::claims;
use crate::screens::screen::{Cell, Column, Head, Width, flagged};

/// The columns, from left to right.
// Names and e-mails stand last: a terminal that measures them otherwise shifts nothing behind them.
pub(super) const COLUMNS: &[Column<ApplicationRow>] = &[
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
            width: Width::Fixed(10),
            priority: 1,
        },
        cell: |row, _| status_cell(row),
    },
    Column {
        head: Head {
            title: "Age",
            width: Width::Time,
            priority: 2,
        },
        cell: |row, times| Cell::toned(Shown::made(&times.stamp(row.submitted_at)), Tone::Dim),
    },
    claims::column(),
    Column {
        head: Head {
            title: "Name",
            width: Width::Share {
                least: 14,
                weight: 2,
            },
            priority: 3,
        },
        cell: |row, _| Cell::plain(flagged(&row.name)),
    },
    Column {
        head: Head {
            title: "E-mail",
            width: Width::Share {
                least: 18,
                weight: 3,
            },
            priority: 4,
        },
        cell: |row, _| Cell::toned(flagged(&row.email), Tone::Dim),
    },
];

fn status_cell(row: &ApplicationRow) -> Cell<'_> {
    let text = match &row.status {
        OpenEnum::Known(status) => Shown::Word(status.as_str()),
        OpenEnum::Unknown(text) => Shown::Line(text),
    };
    Cell::toned(text, tone_of(row))
}

pub(super) const fn tone_of(row: &ApplicationRow) -> Tone {
    match row.status.known() {
        Some(ApplicationStatus::Pending) => Tone::Strong,
        Some(ApplicationStatus::Active) => Tone::Ok,
        Some(ApplicationStatus::Rejected) => Tone::Bad,
        Some(ApplicationStatus::Waitlisted) => Tone::Warn,
        None => Tone::Info,
    }
}
