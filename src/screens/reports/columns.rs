//! The columns of the queue.

use quarterdeck_api::reports::{ReportRow, ReportStatus};
use quarterdeck_api::wire_enum::OpenEnum;

use crate::app::shown::{Shown, Tone};
use crate::screens::claims;
use crate::screens::screen::{Cell, Column, Head, Width, flagged, times_reported};

/// The columns, from left to right.
pub(super) const COLUMNS: &[Column<ReportRow>] = &[
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
        cell: |row, _| status_cell(row),
    },
    Column {
        head: Head {
            title: "Age",
            width: Width::Time,
            priority: 2,
        },
        cell: |row, times| Cell::toned(Shown::made(&times.stamp(row.created_at)), Tone::Dim),
    },
    Column {
        head: Head {
            title: "Rep",
            width: Width::Number(4),
            priority: 3,
        },
        cell: |row, _| times_reported(row.report_count),
    },
    claims::column(),
    Column {
        head: Head {
            title: "Reason",
            width: Width::Share {
                least: 10,
                weight: 1,
            },
            priority: 4,
        },
        cell: |row, _| Cell::plain(&row.reason),
    },
    Column {
        head: Head {
            title: "Reported",
            width: Width::Share {
                least: 14,
                weight: 2,
            },
            priority: 5,
        },
        cell: |row, _| Cell::plain(flagged(&row.reported)),
    },
    Column {
        head: Head {
            title: "Reporter",
            width: Width::Share {
                least: 14,
                weight: 2,
            },
            priority: 6,
        },
        cell: |row, _| Cell::toned(flagged(&row.reporter), Tone::Dim),
    },
];

fn status_cell(row: &ReportRow) -> Cell<'_> {
    let text = match &row.status {
        OpenEnum::Known(status) => Shown::Word(status.as_str()),
        OpenEnum::Unknown(text) => Shown::Line(text),
    };
    Cell::toned(text, tone_of(row))
}

pub(super) const fn tone_of(row: &ReportRow) -> Tone {
    match row.status.known() {
        Some(ReportStatus::Pending) => Tone::Strong,
        Some(ReportStatus::Resolved) => Tone::Ok,
        Some(ReportStatus::Dismissed) => Tone::Dim,
        None => Tone::Info,
    }
}
