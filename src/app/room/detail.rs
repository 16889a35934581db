//! The detail of a room's row, which comes in parts: the row in full, the rest of it, and what follows
//! where it is long.

use chrono::{DateTime, Utc};
use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::raw::RawRecord;

use super::Room;
use crate::app::any_room::Taken;
use crate::app::list::RowId;
use crate::app::message::Failed;
use crate::app::room_state::{DetailLoad, Pane};
use crate::screens::screen::Screen;

impl<S: Screen> Room<S> {
    /// Whether the row under the cursor has a detail that is neither here nor asked for.
    pub(super) fn lacks_detail(&self) -> bool {
        let Some(id) = self.state.list.cursor() else {
            return false;
        };
        let is_here = self.detail.as_ref().is_some_and(|(of, _)| *of == id);
        let is_settled = match &self.state.detail {
            DetailLoad::Idle => is_here,
            DetailLoad::Loading(of) | DetailLoad::Failed(of, _) => *of == id,
        };
        !is_settled && S::detail(id).is_some()
    }

    /// Asks for the detail of the row under the cursor, if it lacks one.
    pub(super) fn begin_detail(&mut self) -> Option<AnyCall> {
        let id = self.state.list.cursor().filter(|_| self.lacks_detail())?;
        self.state.detail = DetailLoad::Loading(id);
        S::detail(id).map(AnyCall::keeping_raw)
    }

    pub(super) fn raw_of(&self, id: RowId) -> Option<&RawRecord> {
        let raw = self.raw.as_ref().filter(|(of, _)| *of == id);
        raw.map(|(_, raw)| raw)
    }

    /// Asks for the row under the cursor as the server sends it. A detail that is on its way brings it; one that
    /// did not come is not asked for again.
    pub(super) fn begin_raw(&mut self) -> Option<AnyCall> {
        let id = self.state.list.cursor()?;
        let is_settled = match &self.state.detail {
            DetailLoad::Idle => self.raw_of(id).is_some(),
            DetailLoad::Loading(of) | DetailLoad::Failed(of, _) => *of == id,
        };
        let record = S::record(id).filter(|_| !is_settled)?;
        self.state.detail = DetailLoad::Loading(id);
        Some(record.keeping_raw())
    }

    /// Takes a detail, or why there is none.
    pub(super) fn settle_detail(
        &mut self,
        result: Result<AnyReply, Failed>,
        now: DateTime<Utc>,
    ) -> Option<AnyCall> {
        let DetailLoad::Loading(id) = self.state.detail else {
            return None;
        };
        match result {
            Ok(reply) => self.hold_detail(id, reply, now),
            Err(failure) => {
                self.state.detail = DetailLoad::Failed(id, Box::new(failure));
                None
            }
        }
    }

    /// Asks for a row in full that is known to have changed.
    pub(super) fn begin_again(&mut self, id: RowId) -> Option<AnyCall> {
        self.forget_detail();
        self.places.get(&id)?;
        let query = S::detail(id).or_else(|| S::one(id))?;
        self.state.detail = DetailLoad::Loading(id);
        Some(query.keeping_raw())
    }

    /// What the detail says may be older than the row by now.
    pub(super) fn forget_detail(&mut self) {
        self.detail = None;
        self.raw = None;
        self.state.detail = DetailLoad::Idle;
    }

    /// Takes a detail, or the rest of one; asks for the rest if there is any.
    fn hold_detail(&mut self, id: RowId, reply: AnyReply, now: DateTime<Utc>) -> Option<AnyCall> {
        self.state.detail = DetailLoad::Idle;
        if let Some(raw) = reply.raw() {
            self.raw = Some((id, raw.clone()));
        }
        if let Some(row) = S::one_in(reply.clone()) {
            self.note_changes(std::slice::from_ref(&row), now);
            self.patch(row);
            self.show_rows(now);
        }
        let Some(detail) = S::detail_in(reply.clone()) else {
            if let Some((_, detail)) = self.detail.as_mut().filter(|(of, _)| *of == id) {
                S::add_rest(detail, reply);
            }
            return None;
        };
        let rest = S::detail_rest(&detail);
        if rest.is_some() {
            self.state.detail = DetailLoad::Loading(id);
        }
        self.detail = Some((id, detail));
        rest
    }

    /// Takes a row that was asked for by its id, and its detail where the answer is one.
    pub(super) fn take_row(&mut self, reply: AnyReply, now: DateTime<Utc>) -> Option<Taken> {
        let row = S::one_in(reply.clone())?;
        let id = S::id(&row);
        self.hold(row);
        self.show_rows(now);
        self.state.list.go_to(id);
        let rest = self.hold_detail(id, reply, now);
        Some(Taken { id, rest })
    }

    /// Asks for what follows in the detail of the row under the cursor, one part at a time.
    pub(super) fn ask_for_more_detail(&mut self) -> Option<AnyCall> {
        let here = self.state.list.cursor()?;
        let (_, detail) = self.detail.as_ref().filter(|(of, _)| *of == here)?;
        let part = (self.state.pane != Pane::Full).then_some(self.state.part);
        let more =
            S::detail_more(detail, part).filter(|_| self.state.detail == DetailLoad::Idle)?;
        self.state.detail = DetailLoad::Loading(here);
        Some(more)
    }
}
