//! The columns of the queue.

use quarterdeck_api::data_requests::{DataRequestKind, DataRequestRow, DataRequestStatus};
use quarterdeck_api::wire_enum::OpenEnum;

use super::deadline::due_cell;
use crate::app::shown::{Shown, Tone};
use crate::screens::claims;
use crate::screens::screen::{Cell, Column, Head, Width, flagged};

/// The columns, from left to right.
pub(super) const COLUMNS: &[Column<DataRequestRow>] = &[
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
        cell: |row, _| Cell::toned(word(&row.status, DataRequestStatus::as_str), tone_of(row)),
    },
    Column {
        head: Head {
            title: "Kind",
            width: Width::Fixed(8),
            priority: 3,
        },
        cell: |row, _| Cell::plain(word(&row.kind, DataRequestKind::as_str)),
    },
    Column {
        head: Head {
            title: "Due",
            width: Width::Fixed(12),
            priority: 2,
        },
        cell: |row, times| due_cell(row, times),
    },
    Column {
        head: Head {
            title: "Age",
            width: Width::Time,
            priority: 4,
        },
        cell: |row, times| Cell::toned(Shown::made(&times.stamp(row.created_at)), Tone::Dim),
    },
    claims::column(),
    Column {
        head: Head {
            title: "Person",
            width: Width::Share {
                least: 14,
                weight: 1,
            },
            priority: 5,
        },
        cell: |row, _| Cell::plain(flagged(&row.user)),
    },
];

fn word<T: Copy>(value: &OpenEnum<T>, known: fn(T) -> &'static str) -> Shown<'_> {
    match value {
        OpenEnum::Known(value) => Shown::Word(known(*value)),
        OpenEnum::Unknown(text) => Shown::Line(text),
    }
}

pub(super) const fn tone_of(row: &DataRequestRow) -> Tone {
    match row.status.known() {
        Some(DataRequestStatus::Pending) => Tone::Strong,
        Some(DataRequestStatus::Completed) => Tone::Ok,
        Some(DataRequestStatus::Failed) => Tone::Bad,
        None => Tone::Info,
    }
}
