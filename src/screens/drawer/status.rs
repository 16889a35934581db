//! The words of a user's status and roles.

use quarterdeck_api::users::{UserRow, UserStatus};
use quarterdeck_api::wire_enum::OpenEnum;

use crate::app::shown::{Shown, Tone};

/// The roles, with commas.
pub fn roles(row: &UserRow) -> String {
    let roles: Vec<_> = row.roles.iter().map(ToString::to_string).collect();
    roles.join(", ")
}

/// The word of a status.
pub const fn status_word(status: UserStatus) -> &'static str {
    match status {
        UserStatus::Anonymized => "ANONYMIZED",
        UserStatus::Deleted => "DELETED",
        UserStatus::Banned => "BANNED",
        UserStatus::Suspended => "SUSPENDED",
        UserStatus::Active => "ACTIVE",
    }
}

/// The same of a row, or what a newer server calls it.
pub fn status_text(row: &UserRow) -> Shown<'_> {
    match &row.status {
        OpenEnum::Known(status) => Shown::Word(status_word(*status)),
        OpenEnum::Unknown(text) => Shown::Line(text),
    }
}

/// What it means.
pub const fn tone_of(row: &UserRow) -> Tone {
    match row.status.known() {
        Some(UserStatus::Active) => Tone::Ok,
        Some(UserStatus::Banned) => Tone::Bad,
        Some(UserStatus::Suspended) => Tone::Warn,
        Some(UserStatus::Deleted | UserStatus::Anonymized) => Tone::Dim,
        None => Tone::Info,
    }
}
