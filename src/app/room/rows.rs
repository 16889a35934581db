//! The rows that a room holds, by their ids, and what a decision makes of them.

use chrono::{DateTime, Utc};
use quarterdeck_api::call::AnyReply;

use super::question::Asker;
use super::{Held, Room};
use crate::app::any_room::Became;
use crate::app::list::RowId;
use crate::screens::screen::Screen;

impl<S: Screen> Room<S> {
    pub(super) fn row(&self, id: RowId) -> Option<&S::Row> {
        self.places
            .get(&id)
            .and_then(|place| self.rows.get(*place))
            .map(|held| &held.row)
    }

    /// Takes a row, unless the one that is held is newer: answers may overtake each other.
    pub(super) fn hold(&mut self, row: S::Row) {
        let id = S::id(&row);
        let held = Held::of(row);
        match self
            .places
            .get(&id)
            .and_then(|place| self.rows.get_mut(*place))
        {
            Some(older) if S::version(&older.row) <= S::version(&held.row) => *older = held,
            Some(_) => {}
            None => {
                self.places.insert(id, self.rows.len());
                self.rows.push(held);
            }
        }
    }

    /// Takes what a reload brought; what was decided here stays as fresh as it is.
    pub(super) fn replace_rows(&mut self, rows: Vec<S::Row>, asker: Asker) {
        let fresh = self.fresh.iter();
        let old: Vec<S::Row> = fresh.filter_map(|id| self.row(*id).cloned()).collect();
        match asker {
            Asker::Force => {
                self.aside = None;
                self.decided.clear();
                self.fresh.clear();
            }
            Asker::Typing => self.set_rows_aside(),
        }
        self.rows.clear();
        self.places.clear();
        for row in rows {
            self.hold(row);
        }
        for row in old {
            self.patch(row);
        }
    }

    /// Puts a fresher row in its place, if the list holds it.
    pub(super) fn patch(&mut self, row: S::Row) {
        self.note_looked_up(&row);
        self.patch_aside(&row);
        if self.places.contains_key(&S::id(&row)) {
            self.hold(row);
        }
    }

    /// Takes what became of the rows that a write was about.
    pub(super) fn settle_rows(
        &mut self,
        reply: AnyReply,
        asked: &[RowId],
        now: DateTime<Utc>,
    ) -> Vec<Became> {
        let claims = self.claims_in(&reply);
        let is_decision = claims.is_none();
        let outcomes = claims.unwrap_or_else(|| S::outcomes_of(reply, asked));
        let became = outcomes.into_iter().map(|outcome| {
            let is_fresh = outcome.row.is_some();
            if let Some(row) = outcome.row {
                if is_decision {
                    self.decided.insert(outcome.id);
                }
                self.fresh.insert(outcome.id);
                self.patch_matching(&row);
                self.patch(row);
            }
            Became {
                is_fresh,
                id: outcome.id,
                outcome: outcome.outcome,
                conflict: outcome.conflict,
            }
        });
        let became = became.collect();
        self.forget_detail();
        self.show_rows(now);
        became
    }
}
