//! The rows that the server says match though they are not loaded: how they stand, page by page.

use chrono::{DateTime, Utc};
use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::page::{COUNT_CAP, MAX_SEEN_TAKE};
use quarterdeck_api::text::Line;

use super::Room;
use crate::app::any_room::Gathered;
use crate::app::list::RowId;
use crate::app::matching::Matching;
use crate::app::room_state::Load;
use crate::screens::screen::Screen;

impl<S: Screen> Room<S> {
    /// A row as it is known, loaded or not.
    pub(super) fn known(&self, id: RowId) -> Option<&S::Row> {
        self.row(id).or_else(|| self.matching.rows.get(&id))
    }

    /// Notes how a row stands that is not loaded.
    pub(super) fn patch_matching(&mut self, row: &S::Row) {
        if let Some(known) = self.matching.rows.get_mut(&S::id(row)) {
            *known = row.clone();
        }
    }

    /// Forgets what matched an earlier filter.
    pub(super) fn forget_matching(&mut self) {
        self.matching = Matching::default();
        self.state.list.show_beyond(Vec::new());
    }

    /// The rows that match and are not loaded; none while another filter is being typed.
    pub(super) fn beyond(&self) -> Vec<RowId> {
        if self.state.is_previewing() {
            return Vec::new();
        }
        let order = self.matching.order.iter().copied();
        order.filter(|id| self.row(*id).is_none()).collect()
    }

    /// Asks for all that match.
    pub(super) fn begin_matching(&mut self) -> Result<AnyCall, Line> {
        self.check_matching()?;
        self.matching.incoming.clear();
        self.matching_page(None)
            .ok_or_else(|| Line::new("here, rows are marked as far as they are loaded"))
    }

    fn check_matching(&self) -> Result<(), Line> {
        let refused = |why: &str| Err(Line::new(why));
        if self.state.is_previewing() || self.state.load != Load::Idle {
            return refused("the list is being loaded");
        }
        if self.state.next_cursor.is_none() {
            return refused("all that match are loaded and marked");
        }
        if self.in_force.is_local() {
            let local = self.in_force.local();
            let why = format!("`{local}` filters loaded rows only, and not all are loaded");
            return refused(&why);
        }
        Ok(())
    }

    fn matching_page(&self, cursor: Option<String>) -> Option<AnyCall> {
        let question = self.question(&self.in_force);
        S::all(Self::page_of(&question, cursor, MAX_SEEN_TAKE))
    }

    /// Takes a page of them; with the last one, all are marked.
    pub(super) fn hold_matching(&mut self, reply: AnyReply, now: DateTime<Utc>) -> Gathered {
        let Some(page) = S::all_in(reply) else {
            return Gathered::Nothing;
        };
        if !page.total_exact {
            self.matching.incoming.clear();
            return Gathered::TooMany(COUNT_CAP);
        }
        let rows = page.data.iter().filter_map(S::unloaded);
        self.matching.incoming.extend(rows);
        let next = page.next_cursor.filter(|_| !page.data.is_empty());
        match next.and_then(|cursor| self.matching_page(Some(cursor))) {
            Some(next) => Gathered::More(next),
            None => self.mark_matching(now),
        }
    }

    fn mark_matching(&mut self, now: DateTime<Utc>) -> Gathered {
        let rows = std::mem::take(&mut self.matching.incoming);
        let order: Vec<RowId> = rows.iter().map(S::id).collect();
        self.matching.rows = rows.into_iter().map(|row| (S::id(&row), row)).collect();
        self.state.list.mark(order.iter().copied());
        self.matching.order.clone_from(&order);
        self.show_rows(now);
        let not_loaded = order.iter().filter(|id| self.row(**id).is_none()).count();
        Gathered::Marked {
            all: order.len(),
            not_loaded,
            of: Line::new(&self.in_force.asked()),
        }
    }
}
