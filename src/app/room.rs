//! A screen at work: its rows, what is shown of them, and what is being loaded. Written once for all
//! screens; [`Room`] works from a [`Screen`]'s declarations and the model sees it as [`AnyRoom`].

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::page::Page;
use quarterdeck_api::text::Line;
use serde_json::Value;

use super::any_room::{AnyRoom, Ask, Became, NoDraft, Taken};
use super::copies::{self, Copyable};
use super::download::Download;
use super::draft::Draft;
use super::filter::{self, FilterError, FilterField, Term};
use super::keymap::Action;
use super::list::RowId;
use super::message::Failure;
use super::room_state::{DetailLoad, Load, Preview, RoomState, Total};
use super::tab::Tab;
use super::time::Times;
use crate::screens::screen::{Cell, Compiled, Fact, Head, Lead, Noun, Order, PageRequest, Screen};
use crate::screens::verb::VerbWords;

/// Rows asked for at once.
const TAKE: u32 = quarterdeck_api::page::MAX_TAKE;

/// A row as it is held: with the text that filters look through.
struct Held<R> {
    row: R,
    haystack: String,
}

/// A screen at work.
pub struct Room<S: Screen> {
    pub(super) state: RoomState,
    rows: Vec<Held<S::Row>>,
    places: HashMap<RowId, usize>,
    /// Pages of a reload that is not complete; the old rows stay until it is.
    incoming: Vec<S::Row>,
    pub(super) detail: Option<(RowId, S::Detail)>,
    /// Rows that were decided here since the last load: they stay in sight whatever the filter says.
    decided: BTreeSet<RowId>,
    /// Terms of the applied filter that only loaded rows can answer.
    local: Vec<Term>,
    /// The terms of a filter that is being typed.
    preview: Vec<Term>,
}

impl<S: Screen> Default for Room<S> {
    fn default() -> Self {
        Self {
            state: RoomState::default(),
            rows: Vec::new(),
            places: HashMap::new(),
            incoming: Vec::new(),
            detail: None,
            decided: BTreeSet::new(),
            local: Vec::new(),
            preview: Vec::new(),
        }
    }
}

impl<S: Screen> Room<S> {
    pub(super) fn row(&self, id: RowId) -> Option<&S::Row> {
        self.places
            .get(&id)
            .and_then(|place| self.rows.get(*place))
            .map(|held| &held.row)
    }

    /// The filter in force: the operator's, or the screen's own.
    fn filter_text(&self) -> &str {
        match self.state.filter.as_str() {
            "" => S::DEFAULT_FILTER,
            text => text,
        }
    }

    pub(super) fn compiled(&self, now: DateTime<Utc>) -> Compiled<S::Query> {
        // The filter was accepted when it was applied; spans of time are taken from now each time.
        filter::parse(self.filter_text(), S::FIELDS)
            .and_then(|terms| S::compile(&terms, now))
            .unwrap_or_else(|_| Compiled {
                query: S::Query::default(),
                on_server: false,
                local: Vec::new(),
            })
    }

    fn request(&self, cursor: Option<String>, now: DateTime<Utc>) -> AnyCall {
        S::list(
            self.compiled(now).query,
            self.state.order,
            PageRequest { cursor, take: TAKE },
        )
    }

    /// Takes a row, unless the one that is held is newer: answers may overtake each other.
    pub(super) fn hold(&mut self, row: S::Row) {
        let id = S::id(&row);
        let held = Held {
            haystack: S::haystack(&row).to_lowercase(),
            row,
        };
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

    fn replace_rows(&mut self, rows: Vec<S::Row>) {
        let decided = std::mem::take(&mut self.decided);
        let old: Vec<S::Row> = decided
            .iter()
            .filter_map(|id| self.row(*id).cloned())
            .collect();
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
        if self.places.contains_key(&S::id(&row)) {
            self.hold(row);
        }
    }

    /// Shows the rows for which all these terms hold.
    fn show_where(&mut self, terms: &[Term], now: DateTime<Utc>) {
        let needles: Vec<Option<String>> = terms
            .iter()
            .map(|term| term.field.is_none().then(|| term.value.to_lowercase()))
            .collect();
        let holds = |held: &Held<S::Row>| {
            terms
                .iter()
                .zip(&needles)
                .all(|(term, needle)| match needle {
                    Some(needle) => held.haystack.contains(needle.as_str()),
                    None => S::holds(&held.row, term, now),
                })
        };
        let stays = |held: &&Held<S::Row>| self.decided.contains(&S::id(&held.row)) || holds(held);
        let visible = self
            .rows
            .iter()
            .filter(stays)
            .map(|held| S::id(&held.row))
            .collect();
        self.state.list.show(visible);
    }

    pub(super) fn show_applied(&mut self, now: DateTime<Utc>) {
        // What is being typed narrows until it is left, whatever arrives meanwhile.
        if self.state.is_previewing() {
            let preview = std::mem::take(&mut self.preview);
            self.show_where(&preview, now);
            self.preview = preview;
        } else {
            let local = std::mem::take(&mut self.local);
            self.show_where(&local, now);
            self.local = local;
        }
    }

    fn finish_reload(&mut self, page: Page<S::Row>, now: DateTime<Utc>) {
        let rows = std::mem::take(&mut self.incoming);
        self.replace_rows(rows);
        self.forget_detail();
        self.state.loaded(Total::of(&page), page.next_cursor);
        let compiled = self.compiled(now);
        self.state
            .note_scope(compiled.on_server, !compiled.local.is_empty());
        self.local = compiled.local;
        self.show_applied(now);
    }
}

impl<S: Screen> AnyRoom for Room<S> {
    fn state(&self) -> &RoomState {
        &self.state
    }

    fn state_mut(&mut self) -> &mut RoomState {
        &mut self.state
    }

    fn noun(&self) -> Noun {
        S::NOUN
    }

    fn has_ids(&self) -> bool {
        S::HAS_IDS
    }

    fn default_filter(&self) -> &'static str {
        S::DEFAULT_FILTER
    }

    fn fields(&self) -> &'static [FilterField] {
        S::FIELDS
    }

    fn orders(&self) -> &'static [Order] {
        S::ORDERS
    }

    fn heads(&self) -> Vec<Head> {
        S::COLUMNS.iter().map(|column| column.head).collect()
    }

    fn cell(&self, id: RowId, column: usize, times: &Times) -> Option<Cell<'_>> {
        let cell = S::COLUMNS.get(column)?.cell;
        self.row(id).map(|row| cell(row, times))
    }

    fn summary(&self, id: RowId) -> Option<Line> {
        self.row(id).map(|row| Line::new(&S::summary(row)))
    }

    fn name(&self, id: RowId) -> Option<Line> {
        self.row(id).map(|row| Line::new(S::name(row).as_str()))
    }

    fn describe(&self, id: RowId, times: &Times) -> Vec<Fact> {
        let detail = self
            .detail
            .as_ref()
            .filter(|(of, _)| *of == id)
            .map(|(_, detail)| detail);
        self.row(id)
            .map_or_else(Vec::new, |row| S::describe(row, detail, times))
    }

    fn loaded(&self) -> usize {
        self.rows.len()
    }

    fn waiting_in(&self, tab: Tab) -> Option<Total> {
        let mut counts = self.rows.iter().filter_map(|held| S::waiting(&held.row));
        counts.find(|(of, _)| *of == tab).map(|(_, total)| total)
    }

    fn is_open(&self, id: RowId) -> bool {
        self.row(id).is_some_and(S::is_open)
    }

    fn lead(&self, id: RowId, action: Action) -> Option<Lead> {
        let row = self.row(id)?;
        if action != Action::AuditTrail {
            return S::lead(row, action);
        }
        S::trail(row).map(|filter| Lead {
            tab: Tab::Audit,
            filter,
        })
    }

    fn copies(&self, id: RowId) -> Vec<Copyable> {
        let (Some(row), Some(json)) = (self.row(id), self.record(id)) else {
            return Vec::new();
        };
        let (name, detail) = (S::name(row), S::detail(id));
        let id = S::HAS_IDS.then(|| id.to_string());
        copies::of(id, name.as_str(), detail.as_ref(), &json)
    }

    fn opens(&self, id: RowId) -> Option<Lead> {
        self.row(id).and_then(S::opens)
    }

    fn overdue(&self, id: RowId) -> Option<Lead> {
        self.row(id).and_then(S::overdue)
    }

    fn decision_to(&self, status: &str) -> Option<&'static str> {
        S::decision_to(status)
    }

    fn reload(&mut self, now: DateTime<Utc>) -> AnyCall {
        self.incoming.clear();
        self.state.begin(Load::Reload {
            wanted: self.rows.len(),
        });
        self.request(None, now)
    }

    fn load_more(&mut self, now: DateTime<Utc>) -> Option<AnyCall> {
        let cursor = self
            .state
            .next_cursor
            .clone()
            .filter(|_| self.state.load == Load::Idle)?;
        self.state.begin(Load::More);
        Some(self.request(Some(cursor), now))
    }

    fn receive(&mut self, reply: AnyReply, now: DateTime<Utc>) -> Option<AnyCall> {
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

    fn fail(&mut self, failure: &Line) {
        self.incoming.clear();
        self.state.failed(failure);
    }

    fn needs_detail(&self) -> bool {
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

    fn load_detail(&mut self) -> Option<AnyCall> {
        let id = self.state.list.cursor().filter(|_| self.needs_detail())?;
        self.state.detail = DetailLoad::Loading(id);
        S::detail(id)
    }

    fn receive_detail(
        &mut self,
        result: Result<AnyReply, Failure>,
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

    fn load_more_detail(&mut self) -> Option<AnyCall> {
        self.ask_for_more_detail()
    }

    fn load_again(&mut self, id: RowId) -> Option<AnyCall> {
        self.forget_detail();
        self.places.get(&id)?;
        let query = S::detail(id)?;
        self.state.detail = DetailLoad::Loading(id);
        Some(query)
    }

    fn ask_one(&self, id: RowId) -> Option<AnyCall> {
        S::one(id)
    }

    fn take_one(&mut self, reply: AnyReply, now: DateTime<Utc>) -> Option<Taken> {
        self.take_row(reply, now)
    }

    fn record(&self, id: RowId) -> Option<Value> {
        self.row(id).and_then(|row| serde_json::to_value(row).ok())
    }

    fn preview_filter(&mut self, text: &str, now: DateTime<Utc>) -> Result<(), FilterError> {
        let mut terms = filter::parse(text, S::FIELDS)?;
        S::compile(&terms, now)?;
        // The beginning of a name is not yet something to look for.
        terms.pop_if(|term| term.is_begun_name(text, S::FIELDS));
        self.show_where(&terms, now);
        self.preview = terms;
        self.state.preview = Preview::Typed;
        Ok(())
    }

    fn apply_filter(&mut self, text: &str, now: DateTime<Utc>) -> Result<(), FilterError> {
        let text = text.trim();
        S::compile(&filter::parse(text, S::FIELDS)?, now)?;
        text.clone_into(&mut self.state.filter);
        if self.state.preview == Preview::Typed {
            self.state.preview = Preview::Submitted;
        }
        Ok(())
    }

    fn drop_preview(&mut self, now: DateTime<Utc>) {
        self.state.preview = Preview::Off;
        self.show_applied(now);
    }

    fn draft(&self, ask: &Ask<'_>) -> Result<Draft, NoDraft> {
        self.draft_for(ask)
    }

    fn check(&self, ask: &Ask<'_>) -> Result<(), NoDraft> {
        self.check_for(ask)
    }

    fn verbs(&self) -> Vec<VerbWords> {
        Self::words_of_verbs()
    }

    fn file(&self, reply: &AnyReply) -> Option<Download> {
        S::file(reply)
    }

    fn settle(&mut self, reply: AnyReply, asked: &[RowId], now: DateTime<Utc>) -> Vec<Became> {
        let outcomes = S::outcomes_of(reply, asked).into_iter();
        let became = outcomes.map(|outcome| {
            let is_fresh = outcome.row.is_some();
            if let Some(row) = outcome.row {
                self.decided.insert(outcome.id);
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
        self.show_applied(now);
        became
    }

    fn clear(&mut self) {
        *self = Self::default();
    }
}
