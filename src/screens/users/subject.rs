//! Whom an act is about, why, and why not.

use quarterdeck_api::users::{UserRow, UserStatus};

use crate::screens::drawer::status::status_word;
use crate::screens::verb::Given;

/// The one row; none where there are several.
pub(super) fn one<'a>(rows: &[&'a UserRow]) -> Option<&'a UserRow> {
    match rows {
        [row] => Some(row),
        _ => None,
    }
}

pub(super) fn reason(given: &Given) -> String {
    given.why.words.clone().unwrap_or_default()
}

/// What `verb` would do is done, or the account is over.
pub(super) fn is_already(row: &UserRow) -> String {
    let word = row.status.known().map(status_word);
    let status = word.map_or_else(|| row.status.to_string(), str::to_lowercase);
    let by = row.banned_by.as_ref().filter(|_| row.is_banned);
    by.map_or_else(
        || format!("{} is {status}", row.id),
        |by| format!("{} is {status}, by {by}", row.id),
    )
}

/// Why there is nobody left to do anything to.
pub(super) fn refuses_gone(row: &UserRow) -> Option<String> {
    let is_over = row.status.is(UserStatus::Deleted) || row.status.is(UserStatus::Anonymized);
    is_over.then(|| is_already(row))
}
