//! Loading the rows of a room: page by page, and all of them anew.

use chrono::{DateTime, Utc};
use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::page::{MAX_TAKE, Page};
use quarterdeck_api::text::Line;

use super::Room;
use super::question::{Asker, Question};
use crate::app::any_room::Typed;
use crate::app::room_state::{Load, Total};
use crate::screens::screen::{PageRequest, Screen, SortOf};

/// Rows asked for at once.
const TAKE: u32 = MAX_TAKE;

impl<S: Screen> Room<S> {
    /// The request for a page of what answers a question.
    pub(super) fn page_of(
        question: &Question,
        cursor: Option<String>,
        take: u32,
    ) -> PageRequest<SortOf<S>> {
        PageRequest {
            filter: Some(question.filter.clone()).filter(|filter| !filter.is_empty()),
            sort: S::SORTS.get(question.order).copied(),
            cursor,
            take,
        }
    }

    fn request(question: &Question, cursor: Option<String>) -> AnyCall {
        S::list(Self::page_of(question, cursor, TAKE))
    }

    /// Asks for the first page; the old rows stay until as many have come.
    pub(super) fn begin_reload(&mut self) -> AnyCall {
        self.begin(self.question(&self.in_force), Asker::Force)
    }

    /// Asks for the first page of what is being typed, unless it is here or on its way.
    pub(super) fn begin_typed(&mut self) -> Typed {
        let Some(typed) = &self.typed else {
            return Typed::Known;
        };
        let wanted = self.question(typed);
        let is_reloading = matches!(self.state.load, Load::Reload { .. });
        match self.asking.as_ref().filter(|_| is_reloading) {
            Some((asked, _)) if *asked == wanted => Typed::Known,
            Some((_, Asker::Force)) => Typed::Later,
            None if self.answers.as_ref() == Some(&wanted) => Typed::Known,
            Some((_, Asker::Typing)) | None => Typed::Ask(self.begin(wanted, Asker::Typing)),
        }
    }

    fn begin(&mut self, question: Question, asker: Asker) -> AnyCall {
        self.incoming.clear();
        // Of other rows, nobody has seen how many there are.
        let is_known = self.answers.as_ref() == Some(&question);
        let wanted = if is_known { self.rows.len() } else { 0 };
        let wanted = match asker {
            Asker::Force => wanted.max(self.awaited_rows()),
            Asker::Typing => wanted,
        };
        self.state.begin(Load::Reload { wanted });
        let call = Self::request(&question, None);
        self.asking = Some((question, asker));
        call
    }

    /// Asks for the page after those loaded, if there is one and nothing else is under way.
    pub(super) fn begin_more(&mut self) -> Option<AnyCall> {
        let question = self.answers.as_ref()?;
        let is_free = self.state.load == Load::Idle;
        let cursor = self.state.next_cursor.clone().filter(|_| is_free)?;
        let call = Self::request(question, Some(cursor));
        self.state.begin(Load::More);
        Some(call)
    }

    /// Takes a page; asks for the next where a reload wants more.
    pub(super) fn hold_page(&mut self, reply: AnyReply, now: DateTime<Utc>) -> Option<AnyCall> {
        let mut page = S::page(reply)?;
        let rows = std::mem::take(&mut page.data);
        match self.state.load {
            Load::More | Load::Idle => {
                for row in rows {
                    self.hold(row);
                }
                self.state.loaded_more(page.next_cursor);
                self.show_rows(now);
                None
            }
            Load::Reload { wanted } => {
                let is_last = rows.is_empty() || page.next_cursor.is_none();
                self.incoming.extend(rows);
                if is_last || self.incoming.len() >= wanted {
                    self.finish_reload(page, now);
                    return None;
                }
                let (question, _) = self.asking.as_ref()?;
                Some(Self::request(question, page.next_cursor))
            }
        }
    }

    fn finish_reload(&mut self, page: Page<S::Row>, now: DateTime<Utc>) {
        let rows = std::mem::take(&mut self.incoming);
        let asking = self.asking.take();
        let (question, asker) =
            asking.unwrap_or_else(|| (self.question(&self.in_force), Asker::Force));
        let before = self.answers.as_ref();
        let is_same = before.is_some_and(|before| before.filter == question.filter);
        let leaving = self.leaving(&rows).filter(|_| is_same);
        if is_same && asker == Asker::Force {
            self.note_changes(&rows, now);
        }
        let awaited = self.take_awaited(&question);
        self.replace_rows(rows, asker);
        self.answers = Some(question);
        self.keep_ghost(leaving);
        self.forget_detail();
        self.state.loaded(Total::of(&page), page.next_cursor);
        self.show_rows(now);
        self.stand_at_awaited(awaited);
    }

    /// Notes that the rows did not come.
    pub(super) fn drop_incoming(&mut self, failure: &Line) {
        self.incoming.clear();
        self.state.failed(failure);
    }
}
