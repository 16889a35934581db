//! A room as the model sees it, whatever its screen: what can be asked of it and what it answers.

use chrono::{DateTime, Utc};
use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::bulk::Outcome;
use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::claim::Claim;
use quarterdeck_api::filter::{FilterError, Offer};
use quarterdeck_api::ids::UserId;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::problem::Conflict;
use quarterdeck_api::raw::RawRecord;
use quarterdeck_api::text::Line;
use quarterdeck_api::wire_enum::OpenEnum;
use serde_json::Value;

use super::copies::Copyable;
use super::download::Download;
use super::draft::Draft;
use super::keymap::Action;
use super::list::RowId;
use super::message::Failed;
use super::room_state::{RoomState, Total};
use super::tab::Tab;
use super::time::Times;
use super::views::View;
use crate::screens::screen::{Cell, Fact, Head, Lead, Made, Noun, Order};
use crate::screens::verb::VerbWords;

/// What became of a row, as far as all screens share it.
#[derive(Clone, Debug)]
pub struct Became {
    /// Which row.
    pub id: RowId,
    /// What became of it.
    pub outcome: OpenEnum<Outcome>,
    /// Whether the answer brought the row as it is now.
    pub is_fresh: bool,
    /// Who was first.
    pub conflict: Option<Conflict>,
}

/// A row that was asked for by its id.
#[derive(Clone, Debug)]
pub struct Taken {
    /// Which row.
    pub id: RowId,
    /// The request for what its detail still lacks.
    pub rest: Option<AnyCall>,
}

/// How far the answer to what all matches has come.
#[derive(Clone, Debug)]
pub enum Gathered {
    /// So far, and this is asked next.
    More(AnyCall),
    /// All are marked.
    Marked {
        /// How many.
        all: usize,
        /// How many of them are not loaded.
        not_loaded: usize,
        /// Of which filter; empty for none.
        of: Line,
    },
    /// More than this match: none is marked besides those that were.
    TooMany(u64),
    /// It was no such answer.
    Nothing,
}

/// Why there is no draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoDraft {
    /// The screen has no such verb.
    NoVerb,
    /// The verb takes no note.
    NoNote,
    /// There is no row.
    NoRow,
    /// It applies to none of the rows, and why.
    Refused(Line),
    /// The caller lacks this permission.
    Denied(Permission),
    /// The row is one of the staff, and the caller is no super-admin.
    SuperAdminOnly,
    /// It is done to one row at a time.
    OneAtATime,
}

/// Which verb is wanted: that of a key, or of several on that key the one that was named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Its action.
    pub action: Action,
    /// Its name, where it was named: `unban` must never ban.
    pub verb: Option<&'static str>,
}

impl Wanted {
    /// Whether a verb of these words is one that is wanted.
    pub fn is_met_by(self, words: VerbWords) -> bool {
        words.action == self.action && self.verb.is_none_or(|name| name == words.verb)
    }
}

impl From<Action> for Wanted {
    fn from(action: Action) -> Self {
        Self { action, verb: None }
    }
}

impl From<VerbWords> for Wanted {
    fn from(words: VerbWords) -> Self {
        Self {
            action: words.action,
            verb: Some(words.verb),
        }
    }
}

/// What the last word of a filter is that is being typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastWord {
    /// Perhaps the beginning of a name: then it is not looked for yet.
    MayBecomeName,
    /// What it says.
    IsWhole,
}

/// What is asked of the server for a filter that is being typed.
#[derive(Clone, Debug)]
pub enum Typed {
    /// This.
    Ask(AnyCall),
    /// Nothing: its rows are here or on their way.
    Known,
    /// Nothing yet: the rows of the filter in force are on their way.
    Later,
}

/// What is asked of a room when a verb's key was pressed.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    /// Which verb.
    pub wanted: Wanted,
    /// Which rows.
    pub ids: &'a [RowId],
    /// Whether the caller holds a permission.
    pub may: &'a dyn Fn(Permission) -> bool,
    /// The caller's account, where it is known.
    pub caller: Option<UserId>,
    /// Whether the caller is a super-admin.
    pub is_super_admin: bool,
    /// Why a row cannot be touched now, if so.
    pub is_busy: &'a dyn Fn(RowId) -> Option<Line>,
    /// When: the filter's spans of time are taken from then.
    pub now: DateTime<Utc>,
}

/// A room, whatever its screen.
pub trait AnyRoom {
    /// What all rooms have.
    fn state(&self) -> &RoomState;
    /// The same, to be changed.
    fn state_mut(&mut self) -> &mut RoomState;
    /// What a row is called.
    fn noun(&self) -> Noun;
    /// Whether the ids of its rows mean something to anybody.
    fn has_ids(&self) -> bool;
    /// The filter in force where the operator has set none.
    fn default_filter(&self) -> &'static str;
    /// What can stand before a value in its filter.
    fn offers(&self) -> Vec<Offer>;
    /// What asks the server for a plain word, where it looks for any.
    fn searching(&self, word: &str) -> Option<String>;
    /// Whether its filter asks loaded rows about who filters.
    fn is_about_me(&self) -> bool;
    /// The orders it can be in.
    fn orders(&self) -> &'static [Order];
    /// The heads of its columns.
    fn heads(&self) -> Vec<Head>;
    /// A cell of a row.
    fn cell(&self, id: RowId, column: usize, times: &Times) -> Option<Cell<'_>>;
    /// A row in one line.
    fn summary(&self, id: RowId) -> Option<Line>;
    /// A row's name.
    fn name(&self, id: RowId) -> Option<Line>;
    /// The parts of a row in full; none where it is shown as one.
    fn parts(&self) -> &'static [&'static str];
    /// A row in full.
    fn describe(&self, id: RowId, times: &Times) -> Vec<Fact>;
    /// A row's status in a word.
    fn status(&self, id: RowId) -> Option<Line>;
    /// Who has decided of a row.
    fn decider(&self, id: RowId) -> Option<Line>;
    /// What is amiss with the loaded rows as a whole.
    fn amiss(&self, now: DateTime<Utc>) -> Option<Line>;
    /// How many rows are loaded.
    fn loaded(&self) -> usize;
    /// How many rows wait in another tab, as far as a row tells it.
    fn waiting_in(&self, tab: Tab) -> Option<Total>;
    /// Whether a row is loaded.
    fn is_held(&self, id: RowId) -> bool;
    /// Whether something is still to be decided of a row.
    fn is_open(&self, id: RowId) -> bool;
    /// Whether a row shows already what an act of this kind leaves: that of this console is told as well.
    fn shows(&self, id: RowId, code: AuditCode) -> bool;
    /// Where a key of what belongs to a row leads.
    fn lead(&self, id: RowId, action: Action) -> Option<Lead>;
    /// Where a verb leads that writes nothing.
    ///
    /// # Errors
    /// Why it leads nowhere.
    fn leads_elsewhere(&self, id: RowId, action: Action) -> Result<Lead, Line>;
    /// What opening a row shows, where that is not its detail.
    fn opens(&self, id: RowId) -> Option<Lead>;
    /// What can be copied of a row.
    fn copies(&self, id: RowId) -> Vec<Copyable>;
    /// The past participle of the decision that leads to a status.
    fn decision_to(&self, status: &str) -> Option<&'static str>;

    /// Asks for the first page, to be followed by as many as there were.
    fn reload(&mut self) -> AnyCall;
    /// Asks for the next page, if there is one and nothing else is being loaded.
    fn load_more(&mut self) -> Option<AnyCall>;
    /// Takes a page; asks for the next one if the reload is not complete.
    fn receive(&mut self, reply: AnyReply, now: DateTime<Utc>) -> Option<AnyCall>;
    /// A load failed.
    fn fail(&mut self, failure: &Line);
    /// Whether the detail of the row under the cursor is neither here nor on its way.
    fn needs_detail(&self) -> bool;
    /// Asks for the detail of the row under the cursor, if it is needed.
    fn load_detail(&mut self) -> Option<AnyCall>;
    /// Takes a detail, or the part of it that was asked for; asks for the next part if there is one.
    fn receive_detail(
        &mut self,
        result: Result<AnyReply, Failed>,
        now: DateTime<Utc>,
    ) -> Option<AnyCall>;
    /// Asks for what follows in the detail of the row under the cursor, if anything does and nothing of
    /// it is on its way.
    fn load_more_detail(&mut self) -> Option<AnyCall>;
    /// Asks for the detail of a row whose state here is known to be old, if it is among the rows.
    fn load_again(&mut self, id: RowId) -> Option<AnyCall>;

    /// Asks for one row by its id; none where the server gives no single rows.
    fn ask_one(&self, id: RowId) -> Option<AnyCall>;
    /// Takes such a row in, and its detail where the answer is one; none where there is no row in it.
    fn take_one(&mut self, reply: AnyReply, now: DateTime<Utc>) -> Option<Taken>;
    /// A row as the server sent it, if that is kept: of the row whose detail was loaded last.
    fn raw(&self, id: RowId) -> Option<&RawRecord>;
    /// Whether the server gives a row by itself.
    fn has_record(&self, id: RowId) -> bool;
    /// Asks for the row under the cursor as the server sends it, unless it is here or on its way.
    fn load_raw(&mut self) -> Option<AnyCall>;
    /// A row as the contract writes it.
    fn record(&self, id: RowId) -> Option<Value>;

    /// Filters the loaded rows by a text that is being typed.
    ///
    /// # Errors
    /// The text is no filter; the rows stay as they are.
    fn preview_filter(
        &mut self,
        text: &str,
        word: LastWord,
        now: DateTime<Utc>,
    ) -> Result<(), FilterError>;
    /// Asks for the rows of the text that is being typed.
    fn ask_typed(&mut self) -> Typed;
    /// Makes a text the filter; where it asks the server anything else, the rows have to be loaded anew.
    ///
    /// # Errors
    /// The text is no filter; nothing changes.
    fn apply_filter(&mut self, text: &str, now: DateTime<Utc>) -> Result<(), FilterError>;
    /// Drops what is being typed, and what was asked of it; the rows are again those before it.
    fn drop_preview(&mut self, now: DateTime<Utc>);
    /// Whether the rows of the filter in force are neither here nor on their way.
    fn lacks_rows(&self) -> bool;
    /// What is shown, and where in it the cursor stands.
    fn view(&self) -> View;
    /// Shows what was shown before: its filter at once, its row under the cursor once the rows are here.
    fn show_again(&mut self, view: View, now: DateTime<Utc>);
    /// Puts the list in one of its orders.
    fn sort_by(&mut self, order: usize);

    /// Asks for all rows that match, loaded or not.
    ///
    /// # Errors
    /// Why they cannot be told.
    fn ask_for_all(&mut self) -> Result<AnyCall, Line>;
    /// Takes a part of the answer; with the last one, all of them are marked.
    fn receive_all(&mut self, reply: AnyReply, now: DateTime<Utc>) -> Gathered;

    /// Who is at work on a row.
    fn claim(&self, id: RowId) -> Option<&Claim>;
    /// Puts who is at work on these rows; tells which of them are loaded.
    fn put_claim(&mut self, ids: &[RowId], claim: Option<&Claim>) -> Vec<RowId>;
    /// Asks who is at work on these rows.
    fn ask_holders(&self, ids: &[RowId]) -> AnyCall;
    /// Takes the answer to that.
    fn take_holders(&mut self, reply: AnyReply);

    /// The cursor has left the ghost: it goes.
    fn drop_ghost(&mut self, now: DateTime<Utc>);

    /// What its verbs are called.
    fn verbs(&self) -> Vec<VerbWords>;
    /// Prepares a verb: targets and what was seen of them are fixed from here on.
    ///
    /// # Errors
    /// It cannot be done, and why.
    fn draft(&self, ask: &Ask<'_>) -> Result<Draft, NoDraft>;
    /// Whether a verb applies to any of the rows; cheaper than a draft.
    ///
    /// # Errors
    /// It cannot be done, and why.
    fn check(&self, ask: &Ask<'_>) -> Result<(), NoDraft>;
    /// The file that the answer to a write is to be kept as, if it is.
    fn file(&self, reply: &AnyReply) -> Option<Download>;
    /// Takes the answer to a write: patches the rows and says what became of each.
    fn settle(&mut self, reply: AnyReply, asked: &[RowId], now: DateTime<Utc>) -> Vec<Became>;
    /// What there is to say of a row that was made.
    fn made(&self, reply: &AnyReply) -> Option<Made>;
    /// What a write brought about besides, that somebody has to look after.
    fn warning(&self, reply: &AnyReply) -> Option<String>;
    /// Forgets everything but its columns: somebody else signed in.
    fn clear(&mut self);
}
