//! Whom an act is about, and why.

use quarterdeck_api::users::UserRow;

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
