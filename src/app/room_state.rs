//! What every room holds, whatever its screen: selection, filter, loading, freshness.

use std::collections::{BTreeMap, BTreeSet};

use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::filter::Me;
use quarterdeck_api::page::Page;
use quarterdeck_api::text::Line;

use super::freshness::Freshness;
use super::list::{List, RowId};
use super::message::Failed;

/// What a list is loading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Load {
    /// Nothing.
    #[default]
    Idle,
    /// The rows from the first, up to as many as there were.
    Reload {
        /// How many there were.
        wanted: usize,
    },
    /// The page after the last row.
    More,
}

/// What a detail is loading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum DetailLoad {
    /// Nothing.
    #[default]
    Idle,
    /// The detail of this row.
    Loading(RowId),
    /// It failed.
    Failed(RowId, Box<Failed>),
}

/// How many rows match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// So many, or at least so many.
    pub count: u64,
    /// Whether it is exact.
    pub is_exact: bool,
}

impl Total {
    /// The total of a page.
    pub const fn of<T>(page: &Page<T>) -> Self {
        Self {
            count: page.total,
            is_exact: page.total_exact,
        }
    }
}

/// Where the rows shown are filtered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// Nowhere: there is none.
    #[default]
    Nowhere,
    /// By the server.
    Server,
    /// Among the loaded rows.
    Local,
    /// In part by each.
    Mixed,
    /// Among the loaded rows, until the server has answered.
    Unanswered,
}

/// Whether a filter other than the one that the rows were loaded by narrows them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preview {
    /// The rows shown are those of the filter in force.
    #[default]
    Off,
    /// The one that is being typed does.
    Typed,
    /// The one in force does, until its rows are here.
    Submitted,
}

/// A row that has left the list while the cursor was on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ghost {
    /// Which row.
    pub id: RowId,
    /// Whether what became of it is known.
    pub is_looked_up: bool,
}

/// An open row that somebody else has dealt with since it was loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overtaken {
    /// What was done to it.
    pub code: AuditCode,
    /// Whether what became of it is known.
    pub is_looked_up: bool,
    /// Whether it was told while the rows were being loaded, which then may be older.
    pub is_loading: bool,
}

/// Which pane has the focus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pane {
    /// The list.
    #[default]
    List,
    /// The detail.
    Detail,
    /// The detail, over the whole screen.
    Full,
}

/// What is done with lines that are longer than the screen is wide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LongLines {
    /// They go on in the next one.
    #[default]
    Wrapped,
    /// They are cut.
    Cut,
}

/// What is read of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reads {
    /// Its facts.
    #[default]
    Facts,
    /// What the server sent.
    Raw,
}

/// How a row is read over the whole screen.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// Where it was opened.
    pub from: Pane,
    /// How far the detail was scrolled there.
    pub scroll_before: usize,
    /// What is read.
    pub reads: Reads,
    /// How far the facts were scrolled that what the server sent was opened over.
    pub facts_scroll: Option<usize>,
    /// What is done with long lines.
    pub long_lines: LongLines,
    /// Cells that cut lines are moved to the left by.
    pub shift: usize,
    /// What is looked for; empty for nothing.
    pub sought: String,
    /// Which of the places where it is found is looked at.
    pub place: usize,
}

impl Reading {
    /// Another row is read: nothing that was found stands where it stood.
    pub const fn turn(&mut self) {
        self.scroll_before = 0;
        if self.facts_scroll.is_some() {
            self.facts_scroll = Some(0);
        }
        self.shift = 0;
        self.place = 0;
    }
}

/// The cursor waits on a row that was dealt with for an open one to be loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The row it waits on.
    pub from: RowId,
    /// How many more pages are looked through.
    pub pages_left: u8,
}

/// What every room holds.
#[derive(Clone, Debug, Default)]
pub struct RoomState {
    /// Cursor, marks, viewport.
    pub list: List,
    /// The operator's filter; empty for the screen's own.
    pub filter: String,
    /// Who filters: `me`.
    pub me: Option<Me>,
    /// Where the rows shown are filtered.
    pub scope: Scope,
    /// Whether the rows shown are those of another filter than the loaded ones.
    pub preview: Preview,
    /// The texts that the filter of the rows shown looks for, in lower case.
    pub sought: Vec<String>,
    /// Which order was picked.
    pub order: usize,
    /// Which order the filter of the rows shown asks for.
    pub sort: Option<usize>,
    /// What is being loaded.
    pub load: Load,
    /// What the detail is loading.
    pub detail: DetailLoad,
    /// Which pane has the focus.
    pub pane: Pane,
    /// Which part of the detail is shown; empty where it has none.
    pub part: &'static str,
    /// Lines scrolled in the detail.
    pub detail_scroll: usize,
    /// Which columns are shown, in their order; none for all as they are declared.
    pub columns: Option<Vec<usize>>,
    /// How the detail is read where it has the whole screen.
    pub reading: Reading,
    /// When the rows were last loaded as a whole.
    pub freshness: Freshness,
    /// How many rows match.
    pub total: Option<Total>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
    /// The row under the cursor, where it has left the list.
    pub ghost: Option<Ghost>,
    /// The cells, by row and column, that changed and that no key has been pressed over since.
    pub changed: BTreeMap<RowId, BTreeSet<usize>>,
    /// The rows that somebody else has dealt with; they stay where they are.
    pub overtaken: BTreeMap<RowId, Overtaken>,
    /// The claimed rows of whose holder only the account is known.
    pub holders_asked: BTreeSet<RowId>,
    /// How many rows came in since the last load.
    pub came: u64,
    /// What the cursor waits for, where it goes on by itself.
    pub waiting: Option<Waiting>,
    /// Why the last load failed, until one succeeds.
    pub failure: Option<Line>,
    /// Whether it was ever shown: a refresh loads it again.
    pub is_visited: bool,
}

impl RoomState {
    /// A load begins.
    pub const fn begin(&mut self, load: Load) {
        self.load = load;
    }

    /// The rows are here as a whole.
    pub fn loaded(&mut self, total: Total, next_cursor: Option<String>) {
        self.total = Some(total);
        self.came = 0;
        self.overtaken.retain(|_, overtaken| overtaken.is_loading);
        for overtaken in self.overtaken.values_mut() {
            overtaken.is_loading = false;
        }
        self.loaded_more(next_cursor);
    }

    /// A further page is here.
    pub fn loaded_more(&mut self, next_cursor: Option<String>) {
        self.load = Load::Idle;
        self.next_cursor = next_cursor;
        self.failure = None;
    }

    /// A load failed; the rows stay.
    pub fn failed(&mut self, failure: &Line) {
        self.load = Load::Idle;
        self.waiting = None;
        self.failure = Some(failure.clone());
    }

    /// The order of the rows.
    pub fn order_shown(&self) -> usize {
        self.sort.unwrap_or(self.order)
    }

    /// Whether a cell has changed under the operator's eyes.
    pub fn is_changed(&self, id: RowId, column: usize) -> bool {
        let columns = self.changed.get(&id);
        columns.is_some_and(|columns| columns.contains(&column))
    }

    /// Whether somebody else has dealt with a row, so that there is nothing to decide of it.
    pub fn is_ghost(&self, id: RowId) -> bool {
        self.overtaken.contains_key(&id) || self.ghost.is_some_and(|ghost| ghost.id == id)
    }

    /// Whether what became of such a row is still to be looked up.
    pub fn is_unknown_ghost(&self, id: RowId) -> bool {
        let overtaken = self.overtaken.get(&id);
        let ghost = self.ghost.filter(|ghost| ghost.id == id);
        overtaken.is_some_and(|overtaken| !overtaken.is_looked_up)
            || ghost.is_some_and(|ghost| !ghost.is_looked_up)
    }

    /// Whether the rows shown are those of another filter than the loaded ones.
    pub fn is_previewing(&self) -> bool {
        self.preview != Preview::Off
    }

    /// Whether the first load has not come yet.
    pub const fn is_first_load(&self) -> bool {
        matches!(self.load, Load::Reload { .. }) && self.total.is_none()
    }
}
