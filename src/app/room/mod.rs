//! A screen at work: its rows, what is shown of them, and what is being loaded. Written once for all
//! screens; [`Room`] works from a [`Screen`]'s declarations and the model sees it as [`AnyRoom`].

mod aside;
mod awaited;
mod back;
mod changes;
mod claims;
mod detail;
mod filter;
mod ghost;
mod held;
mod load;
mod matching;
mod meant;
mod question;
mod rows;
mod verbs;

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::claim::Claim;
use quarterdeck_api::filter::{Field, FilterError, Offer, offers, searching};
use quarterdeck_api::raw::RawRecord;
use quarterdeck_api::text::Line;
use serde_json::Value;

use self::awaited::Awaited;
use self::held::{Aside, Held};
use self::meant::Meant;
use self::question::{Asker, Question};
use super::any_room::{AnyRoom, Ask, Became, Gathered, LastWord, NoDraft, Taken, Typed};
use super::copies::{self, Copyable};
use super::download::Download;
use super::draft::Draft;
use super::keymap::Action;
use super::list::{Place, RowId};
use super::matching::Matching;
use super::message::Failed;
use super::room_state::{RoomState, Total};
use super::tab::Tab;
use super::time::Times;
use super::views::View;
use crate::screens::screen::{Cell, Fact, FieldOf, Head, Lead, Made, Noun, Order, Screen};
use crate::screens::verb::VerbWords;

/// A screen at work.
pub struct Room<S: Screen> {
    state: RoomState,
    rows: Vec<Held<S::Row>>,
    places: HashMap<RowId, usize>,
    /// Pages of a reload that is not complete; the old rows stay until it is.
    incoming: Vec<S::Row>,
    detail: Option<(RowId, S::Detail)>,
    /// What the server sent of the row whose detail was loaded last.
    raw: Option<(RowId, RawRecord)>,
    /// Rows that were decided here since the last load: they stay in sight although the filter in force
    /// would leave them out by now.
    decided: BTreeSet<RowId>,
    /// Rows that were decided here since the last load: what a load brings of them may be older.
    fresh: BTreeSet<RowId>,
    /// What is known of rows that are not loaded.
    matching: Matching<S::Row>,
    /// The filter in force.
    in_force: Meant<S>,
    /// The one that is being typed.
    typed: Option<Meant<S>>,
    /// Where the cursor stood before it was.
    place_before: Option<Place>,
    /// The question that the rows are the answer to; none before the first load.
    answers: Option<Question>,
    /// The question of the newest reload.
    asking: Option<(Question, Asker)>,
    /// The rows of the filter in force, while those of the typed one are shown.
    aside: Option<Aside<S::Row>>,
    /// What is shown again once its rows are here.
    awaited: Option<Awaited>,
}

impl<S: Screen> Default for Room<S> {
    fn default() -> Self {
        Self {
            state: RoomState {
                part: S::FIRST_PART,
                ..RoomState::default()
            },
            rows: Vec::new(),
            places: HashMap::new(),
            incoming: Vec::new(),
            detail: None,
            raw: None,
            decided: BTreeSet::new(),
            fresh: BTreeSet::new(),
            matching: Matching::default(),
            in_force: Meant::default(),
            typed: None,
            place_before: None,
            answers: None,
            asking: None,
            aside: None,
            awaited: None,
        }
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

    fn offers(&self) -> Vec<Offer> {
        offers::<FieldOf<S>>()
    }

    fn searching(&self, word: &str) -> Option<String> {
        let searching = Some(searching::<FieldOf<S>>(word));
        searching.filter(|text| !FieldOf::<S>::SEARCHED.is_empty() && text.ends_with('*'))
    }

    fn is_about_me(&self) -> bool {
        self.in_force.is_about_me()
    }

    fn orders(&self) -> &'static [Order] {
        S::ORDERS
    }

    fn heads(&self) -> Vec<Head> {
        self.heads_in_use()
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

    fn parts(&self) -> &'static [&'static str] {
        S::PARTS
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

    fn status(&self, id: RowId) -> Option<Line> {
        self.row(id).map(|row| Line::new(&S::status(row)))
    }

    fn decider(&self, id: RowId) -> Option<Line> {
        self.row(id).and_then(S::decider).cloned()
    }

    fn amiss(&self, now: DateTime<Utc>) -> Option<Line> {
        let rows = self.rows.iter().map(|held| &held.row);
        let finding = S::amiss(rows, now)?;
        // What is not loaded was not looked at.
        let finding = match &self.state.next_cursor {
            Some(_) => format!("of {} loaded: {finding}", self.rows.len()),
            None => finding,
        };
        Some(Line::new(&finding))
    }

    fn loaded(&self) -> usize {
        self.rows.len()
    }

    fn waiting_in(&self, tab: Tab) -> Option<Total> {
        let mut counts = self.rows.iter().filter_map(|held| S::waiting(&held.row));
        counts.find(|(of, _)| *of == tab).map(|(_, total)| total)
    }

    fn is_held(&self, id: RowId) -> bool {
        self.row(id).is_some()
    }

    fn is_open(&self, id: RowId) -> bool {
        self.row(id).is_some_and(S::is_open)
    }

    fn shows(&self, id: RowId, code: AuditCode) -> bool {
        self.row(id).is_some_and(|row| S::shows(row, code))
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
        let (name, detail) = (S::name(row), S::detail(id).and_then(|_| S::one(id)));
        let raw = S::record(id).is_some();
        let id = S::HAS_IDS.then(|| id.to_string());
        let mut all = copies::of(id, name.as_str(), detail.as_ref(), &json);
        all.extend(raw.then(copies::as_sent));
        all
    }

    fn leads_elsewhere(&self, id: RowId, action: Action) -> Result<Lead, Line> {
        let mut verbs = S::LEAD_VERBS.iter();
        let verb = verbs.find(|verb| verb.action == action);
        let found = verb.zip(self.row(id));
        let (verb, row) = found.ok_or_else(|| Line::new("this row does not lead there"))?;
        (verb.leads)(row).map_err(|why| Line::new(&why))
    }

    fn opens(&self, id: RowId) -> Option<Lead> {
        self.row(id).and_then(S::opens)
    }

    fn decision_to(&self, status: &str) -> Option<&'static str> {
        S::decision_to(status)
    }

    fn reload(&mut self) -> AnyCall {
        self.begin_reload()
    }

    fn load_more(&mut self) -> Option<AnyCall> {
        self.begin_more()
    }

    fn receive(&mut self, reply: AnyReply, now: DateTime<Utc>) -> Option<AnyCall> {
        self.hold_page(reply, now)
    }

    fn fail(&mut self, failure: &Line) {
        self.drop_incoming(failure);
    }

    fn needs_detail(&self) -> bool {
        self.lacks_detail()
    }

    fn load_detail(&mut self) -> Option<AnyCall> {
        self.begin_detail()
    }

    fn receive_detail(
        &mut self,
        result: Result<AnyReply, Failed>,
        now: DateTime<Utc>,
    ) -> Option<AnyCall> {
        self.settle_detail(result, now)
    }

    fn load_more_detail(&mut self) -> Option<AnyCall> {
        self.ask_for_more_detail()
    }

    fn load_again(&mut self, id: RowId) -> Option<AnyCall> {
        self.begin_again(id)
    }

    fn ask_one(&self, id: RowId) -> Option<AnyCall> {
        S::one(id)
    }

    fn take_one(&mut self, reply: AnyReply, now: DateTime<Utc>) -> Option<Taken> {
        self.take_row(reply, now)
    }

    fn raw(&self, id: RowId) -> Option<&RawRecord> {
        self.raw_of(id)
    }

    fn has_record(&self, id: RowId) -> bool {
        S::record(id).is_some()
    }

    fn load_raw(&mut self) -> Option<AnyCall> {
        self.begin_raw()
    }

    fn record(&self, id: RowId) -> Option<Value> {
        self.row(id).and_then(|row| serde_json::to_value(row).ok())
    }

    fn preview_filter(
        &mut self,
        text: &str,
        word: LastWord,
        now: DateTime<Utc>,
    ) -> Result<(), FilterError> {
        self.narrow_to(text, word, now)
    }

    fn ask_typed(&mut self) -> Typed {
        self.begin_typed()
    }

    fn apply_filter(&mut self, text: &str, now: DateTime<Utc>) -> Result<(), FilterError> {
        self.put_in_force(text, now)
    }

    fn drop_preview(&mut self, now: DateTime<Utc>) {
        self.leave_preview(now);
    }

    fn lacks_rows(&self) -> bool {
        self.lacks_its_rows()
    }

    fn view(&self) -> View {
        self.view_now()
    }

    fn show_again(&mut self, view: View, now: DateTime<Utc>) {
        self.go_back_to(view, now);
    }

    fn sort_by(&mut self, order: usize) {
        self.put_order(order);
    }

    fn ask_for_all(&mut self) -> Result<AnyCall, Line> {
        self.begin_matching()
    }

    fn receive_all(&mut self, reply: AnyReply, now: DateTime<Utc>) -> Gathered {
        self.hold_matching(reply, now)
    }

    fn claim(&self, id: RowId) -> Option<&Claim> {
        self.row(id).and_then(S::claim)
    }

    fn put_claim(&mut self, ids: &[RowId], claim: Option<&Claim>) -> Vec<RowId> {
        Self::put_claim(self, ids, claim)
    }

    fn ask_holders(&self, ids: &[RowId]) -> AnyCall {
        Self::ask_holders(ids)
    }

    fn take_holders(&mut self, reply: AnyReply) {
        Self::take_holders(self, reply);
    }

    fn drop_ghost(&mut self, now: DateTime<Utc>) {
        self.drop_ghost_at(now);
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
        self.settle_rows(reply, asked, now)
    }

    fn made(&self, reply: &AnyReply) -> Option<Made> {
        S::made(reply)
    }

    fn warning(&self, reply: &AnyReply) -> Option<String> {
        S::warning(reply)
    }

    fn clear(&mut self) {
        let columns = self.state.columns.take();
        *self = Self::default();
        self.state.columns = columns;
    }
}
