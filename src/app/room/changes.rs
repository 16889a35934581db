//! Which cells of rows that were seen read otherwise since a load or the news of others.

use chrono::{DateTime, Offset, Utc};

use super::Room;
use crate::app::list::RowId;
use crate::app::time::{TimeStyle, Times};
use crate::screens::screen::Screen;

impl<S: Screen> Room<S> {
    /// Notes which cells these rows change of those that are held.
    pub(super) fn note_changes(&mut self, rows: &[S::Row], now: DateTime<Utc>) {
        // Both are read at one moment, so that an age is no change.
        let times = Times {
            now,
            style: TimeStyle::Utc,
            offset: Utc.fix(),
        };
        for row in rows {
            let id = S::id(row);
            let columns = self.changed_columns(id, row, &times);
            if !columns.is_empty() {
                self.state.changed.entry(id).or_default().extend(columns);
            }
        }
    }

    fn changed_columns(&self, id: RowId, row: &S::Row, times: &Times) -> Vec<usize> {
        let Some(before) = self.row(id).filter(|before| *before != row) else {
            return Vec::new();
        };
        let differs = |column: &usize| {
            let cell = S::COLUMNS[*column].cell;
            cell(before, times).text.as_str() != cell(row, times).text.as_str()
        };
        (0..S::COLUMNS.len()).filter(differs).collect()
    }
}
