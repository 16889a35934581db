//! The row under the cursor that a reload no longer brought: it stays until the cursor leaves it, so that
//! nothing else slips under the operator's hand.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{Held, Room};
use crate::app::list::RowId;
use crate::app::room_state::Ghost;
use crate::screens::screen::Screen;

/// A row that a reload did not bring, and the rows that stood behind it.
pub(super) struct Leaving<R> {
    row: R,
    behind: Vec<RowId>,
}

impl<S: Screen> Room<S> {
    /// The row under the cursor, if it was open and is not among those that a reload brought.
    pub(super) fn leaving(&self, brought: &[S::Row]) -> Option<Leaving<S::Row>> {
        let id = self.state.list.cursor()?;
        let row = self.row(id)?;
        let is_ghost = self.state.ghost.is_some_and(|ghost| ghost.id == id);
        let may_be_decided = is_ghost || (S::is_open(row) && !self.decided.contains(&id));
        let is_gone = brought.iter().all(|row| S::id(row) != id);
        if !may_be_decided || !is_gone || S::one(id).is_none() {
            return None;
        }
        let rows = self.rows.iter().map(|held| S::id(&held.row));
        Some(Leaving {
            row: row.clone(),
            behind: rows.skip_while(|other| *other != id).skip(1).collect(),
        })
    }

    /// Puts it back where it stood, as a ghost.
    pub(super) fn keep_ghost(&mut self, leaving: Option<Leaving<S::Row>>) {
        self.state.ghost = leaving.map(|leaving| {
            let id = S::id(&leaving.row);
            let behind: BTreeSet<RowId> = leaving.behind.into_iter().collect();
            let place = self
                .rows
                .iter()
                .position(|held| behind.contains(&S::id(&held.row)));
            let held = Held::of(leaving.row);
            self.rows.insert(place.unwrap_or(self.rows.len()), held);
            self.note_places();
            Ghost {
                id,
                is_looked_up: false,
            }
        });
    }

    /// Its state has come; a row that nobody has decided is no ghost.
    pub(super) fn note_looked_up(&mut self, row: &S::Row) {
        let id = S::id(row);
        if S::is_open(row) {
            self.state.overtaken.remove(&id);
        } else if let Some(overtaken) = self.state.overtaken.get_mut(&id) {
            overtaken.is_looked_up = true;
        }
        if self.state.ghost.is_some_and(|ghost| ghost.id == id) {
            self.state.ghost = (!S::is_open(row)).then_some(Ghost {
                id,
                is_looked_up: true,
            });
        }
    }

    /// The cursor has left: it goes.
    pub(super) fn drop_ghost_at(&mut self, now: DateTime<Utc>) {
        let Some(ghost) = self.state.ghost.take() else {
            return;
        };
        self.rows.retain(|held| S::id(&held.row) != ghost.id);
        self.note_places();
        self.show_rows(now);
    }

    fn note_places(&mut self) {
        let rows = self.rows.iter().enumerate();
        self.places = rows
            .map(|(place, held)| (S::id(&held.row), place))
            .collect();
    }
}
