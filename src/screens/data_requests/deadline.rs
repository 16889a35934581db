//! Until when a request must be answered, and what is left of that time.

use chrono::{DateTime, TimeDelta, Utc};
use quarterdeck_api::data_requests::{DataRequestRow, DataRequestStatus};

use crate::app::shown::{Shown, Tone};
use crate::app::time::{Times, time_left};
use crate::screens::screen::Cell;

/// Whether it is overdue: as the server said when it was loaded, or by now.
pub(super) fn is_overdue(row: &DataRequestRow, now: DateTime<Utc>) -> bool {
    row.status.is(DataRequestStatus::Pending) && (row.overdue || row.deadline < now)
}

/// What is left until the deadline of a pending one.
pub(super) fn due_cell(row: &DataRequestRow, times: &Times) -> Cell<'static> {
    if !row.status.is(DataRequestStatus::Pending) {
        return Cell::toned("-", Tone::Dim);
    }
    let left = row.deadline - times.now;
    if is_overdue(row, times.now) {
        // Where the two clocks differ, the server's word stands.
        let text = time_left(left.min(-TimeDelta::nanoseconds(1)));
        Cell::toned(Shown::made(&text), Tone::Bad)
    } else {
        Cell::plain(Shown::made(&time_left(left)))
    }
}

pub(super) fn deadline(row: &DataRequestRow, times: &Times) -> String {
    let at = times.at(row.deadline);
    match row.due_at {
        Some(_) => at,
        None => format!("{at}, 30 days after it was sent in"),
    }
}
