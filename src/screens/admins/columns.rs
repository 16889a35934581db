//! What a row of the admins shows.

use quarterdeck_api::admins::AdminRow;

use crate::app::shown::{Shown, Tone};
use crate::screens::drawer::hygiene;
use crate::screens::drawer::status::{self, tone_of};
use crate::screens::screen::{Cell, Column, Head, Width, flagged};

// Names and e-mails stand last: a terminal that measures them otherwise shifts nothing behind them.
pub(super) const COLUMNS: &[Column<AdminRow>] = &[
    Column {
        head: Head {
            title: "Id",
            width: Width::Number(7),
            priority: 0,
        },
        cell: |row, _| Cell::plain(Shown::made(&row.row.id.to_string())),
    },
    Column {
        head: Head {
            title: "Status",
            width: Width::Fixed(10),
            priority: 5,
        },
        cell: |row, _| Cell::toned(status_text(row), tone_of(&row.row)),
    },
    Column {
        head: Head {
            title: "Roles",
            width: Width::Share {
                least: 12,
                weight: 2,
            },
            priority: 1,
        },
        cell: |row, _| Cell::toned(Shown::made(&roles(row)), tone_of_roles(row)),
    },
    Column {
        head: Head {
            title: "Keys",
            width: Width::Number(4),
            priority: 4,
        },
        cell: |row, _| Cell::toned(Shown::made(&keys(row)), Tone::Dim),
    },
    Column {
        head: Head {
            title: "MFA",
            width: Width::Fixed(3),
            priority: 3,
        },
        cell: |row, _| {
            if row.mfa_enabled {
                Cell::toned("on", Tone::Dim)
            } else {
                Cell::toned("NO", Tone::Bad)
            }
        },
    },
    Column {
        head: Head {
            title: "Seen",
            width: Width::Time,
            priority: 6,
        },
        cell: |row, times| {
            let seen = row.last_seen_at.map(|at| Shown::made(&times.stamp(at)));
            let tone = if hygiene::is_idle(row, times.now) {
                Tone::Warn
            } else {
                Tone::Dim
            };
            Cell::toned(seen.unwrap_or(Shown::Word("-")), tone)
        },
    },
    Column {
        head: Head {
            title: "Name",
            width: Width::Share {
                least: 12,
                weight: 2,
            },
            priority: 2,
        },
        cell: |row, _| Cell::plain(flagged(&row.row.display_name)),
    },
    Column {
        head: Head {
            title: "E-mail",
            width: Width::Share {
                least: 16,
                weight: 3,
            },
            priority: 7,
        },
        cell: |row, _| Cell::toned(flagged(&row.row.email), Tone::Dim),
    },
];

/// The roles, with commas.
pub(super) fn roles(row: &AdminRow) -> String {
    status::roles(&row.row)
}

/// How many permissions are held; a super-admin needs none.
fn keys(row: &AdminRow) -> String {
    if hygiene::is_super_admin(row) {
        "all".to_owned()
    } else {
        row.permission_count.to_string()
    }
}

fn tone_of_roles(row: &AdminRow) -> Tone {
    if hygiene::is_super_admin(row) {
        Tone::Accent
    } else {
        Tone::Text
    }
}

pub(super) fn status_text(row: &AdminRow) -> Shown<'_> {
    status::status_text(&row.row)
}
