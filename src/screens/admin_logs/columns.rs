//! What a row of the log of requests shows.

use quarterdeck_api::admin_logs::AdminLogRow;

use crate::app::shown::{Shown, Tone};
use crate::screens::screen::{Cell, Column, Head, Width};

// What strangers wrote stands last: a terminal that measures it otherwise shifts nothing behind it.
pub(super) const COLUMNS: &[Column<AdminLogRow>] = &[
    Column {
        head: Head {
            title: "Id",
            width: Width::Number(8),
            priority: 0,
        },
        cell: |row, _| Cell::plain(Shown::made(&format!("#{}", row.id))),
    },
    Column {
        head: Head {
            title: "Time",
            width: Width::Time,
            priority: 6,
        },
        cell: |row, times| Cell::toned(Shown::made(&times.stamp(row.created_at)), Tone::Dim),
    },
    Column {
        head: Head {
            title: "St",
            width: Width::Number(3),
            priority: 1,
        },
        cell: |row, _| Cell::toned(Shown::made(&row.status.to_string()), tone_of(row.status)),
    },
    Column {
        head: Head {
            title: "Method",
            width: Width::Fixed(6),
            priority: 5,
        },
        cell: |row, _| Cell::plain(Shown::made(&row.method.to_string())),
    },
    Column {
        head: Head {
            title: "On",
            width: Width::Fixed(11),
            priority: 4,
        },
        cell: |row, _| Cell::plain(Shown::made(&on(row))),
    },
    Column {
        head: Head {
            title: "By",
            width: Width::Share {
                least: 12,
                weight: 2,
            },
            priority: 3,
        },
        cell: |row, _| Cell::toned(by(row), Tone::Dim),
    },
    Column {
        head: Head {
            title: "Path",
            width: Width::Share {
                least: 16,
                weight: 4,
            },
            priority: 2,
        },
        cell: |row, _| Cell::plain(Shown::made(path(row.url.as_str()))),
    },
];

/// Who acted: the e-mail, or the id where the account has none any more.
pub(super) fn by(row: &AdminLogRow) -> Shown<'_> {
    match (&row.user_email, row.user_id) {
        (Some(email), _) => Shown::Line(email),
        (None, Some(id)) => Shown::made(&id.to_string()),
        (None, None) => Shown::Word("nobody"),
    }
}

/// On whom: `#12`, and how many more.
pub(super) fn on(row: &AdminLogRow) -> String {
    match row.target_user_ids.as_slice() {
        [] => String::new(),
        [one] => one.to_string(),
        [first, more @ ..] => format!("{first} +{}", more.len()),
    }
}

/// The path without what all of them begin with.
fn path(url: &str) -> &str {
    url.strip_prefix("/api/v1").unwrap_or(url)
}

pub(super) const fn tone_of(status: u16) -> Tone {
    match status {
        0..=399 => Tone::Dim,
        400..=499 => Tone::Warn,
        500.. => Tone::Bad,
    }
}
