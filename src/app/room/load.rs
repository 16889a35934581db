//! Loading the rows of a room: page by page, and all of them anew.

use chrono::{DateTime, Utc};
use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::page::{MAX_TAKE, Page};
use quarterdeck_api::text::Line;

use super::Room;
use crate::app::room_state::{Load, Total};
use crate::screens::screen::{PageRequest, Screen};

/// Rows asked for at once.
const TAKE: u32 = MAX_TAKE;

impl<S: Screen> Room<S> {
    fn request(&self, cursor: Option<String>, now: DateTime<Utc>) -> AnyCall {
        S::list(
            self.compiled(now).query,
            self.state.order,
            PageRequest { cursor, take: TAKE },
        )
    }

    /// Asks for the first page; the old rows stay until as many have come.
    pub(super) fn begin_reload(&mut self, now: DateTime<Utc>) -> AnyCall {
        self.incoming.clear();
        self.state.begin(Load::Reload {
            wanted: self.rows.len(),
        });
        self.request(None, now)
    }

    /// Asks for the page after those loaded, if there is one and nothing else is under way.
    pub(super) fn begin_more(&mut self, now: DateTime<Utc>) -> Option<AnyCall> {
        let cursor = self
            .state
            .next_cursor
            .clone()
            .filter(|_| self.state.load == Load::Idle)?;
        self.state.begin(Load::More);
        Some(self.request(Some(cursor), now))
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
                self.show_applied(now);
                None
            }
            Load::Reload { wanted } => {
                let is_last = rows.is_empty() || page.next_cursor.is_none();
                self.incoming.extend(rows);
                if is_last || self.incoming.len() >= wanted {
                    self.finish_reload(page, now);
                    return None;
                }
                Some(self.request(page.next_cursor, now))
            }
        }
    }

    fn finish_reload(&mut self, page: Page<S::Row>, now: DateTime<Utc>) {
        let rows = std::mem::take(&mut self.incoming);
        let leaving = self.leaving(&rows);
        self.replace_rows(rows);
        self.keep_ghost(leaving);
        self.is_filter_new = false;
        self.forget_detail();
        self.state.loaded(Total::of(&page), page.next_cursor);
        let compiled = self.compiled(now);
        self.state
            .note_scope(compiled.on_server, !compiled.local.is_empty());
        self.local = compiled.local;
        self.show_applied(now);
    }

    /// Notes that the rows did not come.
    pub(super) fn drop_incoming(&mut self, failure: &Line) {
        self.incoming.clear();
        self.state.failed(failure);
    }
}
