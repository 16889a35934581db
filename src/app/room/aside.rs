//! The rows of the filter in force, while those of another that is being typed stand in their place.

use super::Room;
use super::held::{Aside, Held};
use crate::screens::screen::Screen;

impl<S: Screen> Room<S> {
    /// Sets the rows aside, unless that is done already: they come back where the operator does not
    /// submit what is being typed.
    pub(super) fn set_rows_aside(&mut self) {
        if self.aside.is_some() {
            return;
        }
        self.aside = Some(Aside {
            rows: std::mem::take(&mut self.rows),
            places: std::mem::take(&mut self.places),
            answers: self.answers.take(),
            total: self.state.total,
            next_cursor: self.state.next_cursor.take(),
            freshness: self.state.freshness,
            ghost: self.state.ghost.take(),
        });
    }

    /// Takes them back, if there are any.
    pub(super) fn take_back_rows(&mut self) {
        if let Some(aside) = self.aside.take() {
            self.rows = aside.rows;
            self.places = aside.places;
            self.answers = aside.answers;
            self.state.total = aside.total;
            self.state.next_cursor = aside.next_cursor;
            self.state.freshness = aside.freshness;
            self.state.ghost = aside.ghost;
        }
    }

    /// Puts a fresher row in its place among them.
    pub(super) fn patch_aside(&mut self, row: &S::Row) {
        let Some(aside) = &mut self.aside else {
            return;
        };
        let place = aside.places.get(&S::id(row));
        if let Some(older) = place.and_then(|place| aside.rows.get_mut(*place))
            && S::version(&older.row) <= S::version(row)
        {
            *older = Held::of(row.clone());
        }
    }
}
