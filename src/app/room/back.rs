//! Showing again what was shown before a jump: the filter at once, the row under the cursor as soon as the
//! rows of that filter are here.

use chrono::{DateTime, Utc};

use super::Room;
use super::awaited::Awaited;
use super::question::Question;
use crate::app::views::View;
use crate::screens::screen::Screen;

impl<S: Screen> Room<S> {
    /// What is shown now.
    pub(super) fn view_now(&self) -> View {
        View {
            filter: self.state.filter.clone(),
            place: self.state.list.place(),
            pane: self.state.pane,
            loaded: self.rows.len(),
        }
    }

    /// Shows what was shown before, or waits for its rows.
    pub(super) fn go_back_to(&mut self, view: View, now: DateTime<Utc>) {
        // It was a filter before the jump; it is one still.
        if self.state.filter != view.filter && self.put_in_force(&view.filter, now).is_err() {
            return;
        }
        if self.lacks_its_rows() {
            let cursor = self.state.list.cursor();
            self.awaited = Some(Awaited { view, cursor });
        } else {
            self.stand_at(&view);
        }
    }

    fn stand_at(&mut self, view: &View) {
        if self.state.list.put_back(view.place) {
            self.state.pane = view.pane;
        }
    }

    /// How many rows the view that is awaited had.
    pub(super) fn awaited_rows(&self) -> usize {
        let awaited = self.awaited.as_ref();
        awaited.map_or(0, |awaited| awaited.view.loaded)
    }

    /// The view that the rows of a question belong to, if the operator waits for it still.
    pub(super) fn take_awaited(&mut self, question: &Question) -> Option<View> {
        let (cursor, is_asked) = (
            self.state.list.cursor(),
            *question == self.question(&self.in_force),
        );
        let awaited = self.awaited.take_if(|_| is_asked)?;
        Some(awaited.view).filter(|_| awaited.cursor == cursor)
    }

    /// Shows the view whose rows are here.
    pub(super) fn stand_at_awaited(&mut self, view: Option<View>) {
        if let Some(view) = view {
            self.stand_at(&view);
        }
    }
}
