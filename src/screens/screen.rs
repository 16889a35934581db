//! What a screen declares. Everything that is not here, all screens share.
//!
//! To add one: a file beside this one that implements [`Screen`], a [`Tab`], a line in `app::rooms`.

use chrono::{DateTime, Utc};
use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::bulk::{BulkReply, Outcome};
use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::claim::Claim;
use quarterdeck_api::filter::{Field, Listed};
use quarterdeck_api::ids::UserId;
use quarterdeck_api::page::{Page, Seen};
use quarterdeck_api::permission::Permission;
use quarterdeck_api::problem::Conflict;
use quarterdeck_api::text::{Body, Line};
use quarterdeck_api::wire_enum::OpenEnum;
use serde::Serialize;

use super::pick::Picks;
use super::verb::{About, Asks, NewVerb, Prepared, Verb, VerbWords, ViewVerb};
use crate::app::download::Download;
use crate::app::keymap::Action;
use crate::app::list::RowId;
use crate::app::message::Severity;
use crate::app::room_state::Total;
use crate::app::shown::{Shown, Tone};
use crate::app::tab::Tab;
use crate::app::time::Times;

/// A resource as the console shows it.
pub trait Screen: Sized + 'static {
    /// A row of its list; the contract says what it is filtered by.
    type Row: Clone + PartialEq + Serialize + Listed + 'static;
    /// What the detail adds to the row.
    type Detail: Clone + 'static;

    /// Its tab.
    const TAB: Tab;
    /// What a row is called.
    const NOUN: Noun;
    /// Whether its rows have ids that mean something to anybody.
    const HAS_IDS: bool = true;
    /// Its columns, in order.
    const COLUMNS: &'static [Column<Self::Row>];
    /// The filter in force where the operator has set none; all of it is the server's.
    const DEFAULT_FILTER: &'static str;
    /// The orders the server offers; the first is the default.
    const ORDERS: &'static [Order];
    /// What each of them is for the server; none where there is but one.
    const SORTS: &'static [SortOf<Self>];
    /// What can be done to a row.
    const VERBS: &'static [Verb<Self::Row>];
    /// What can be done to all rows that the filter shows.
    const VIEW_VERBS: &'static [ViewVerb] = &[];
    /// What makes a row that was not there.
    const NEW_VERBS: &'static [NewVerb] = &[];
    /// What leads elsewhere by the key of a verb.
    const LEAD_VERBS: &'static [LeadVerb<Self::Row>] = &[];
    /// The permissions of those who decide its rows, any of which lets claim them; none where rows are not
    /// claimed.
    const CLAIMED_BY: &'static [Permission] = &[];

    /// The row's id.
    fn id(row: &Self::Row) -> RowId;
    /// Grows with every change of the row.
    fn version(row: &Self::Row) -> i64;
    /// The row's name, in dialogs and toasts.
    fn name(row: &Self::Row) -> Shown<'_>;
    /// The row's status in a word, empty where it has none.
    fn status(row: &Self::Row) -> String;
    /// What is amiss with the rows as a whole, in a line.
    fn amiss<'a>(
        _rows: impl Iterator<Item = &'a Self::Row>,
        _now: DateTime<Utc>,
    ) -> Option<String> {
        None
    }
    /// Who has decided of it.
    fn decider(_row: &Self::Row) -> Option<&Line> {
        None
    }
    /// The row in one line, for the smallest screens.
    fn summary(row: &Self::Row) -> String;
    /// Whether something is still to be decided of it.
    fn is_open(row: &Self::Row) -> bool;
    /// Whether it shows already what an act of this kind leaves, and can still be decided after it.
    fn shows(_row: &Self::Row, _code: AuditCode) -> bool {
        false
    }
    /// What the command line calls a verb whose word is that of another tab's command.
    fn command(verb: &'static str) -> &'static str {
        verb
    }
    /// The request for a page.
    fn list(page: PageRequest<SortOf<Self>>) -> AnyCall;
    /// The page in an answer.
    fn page(reply: AnyReply) -> Option<Page<Self::Row>>;
    /// The request for a page of what a decision needs of all rows that the server's part of a filter
    /// finds; none where rows are decided as far as they are loaded.
    fn all(_page: PageRequest<SortOf<Self>>) -> Option<AnyCall> {
        None
    }
    /// The page in an answer.
    fn all_in(_reply: AnyReply) -> Option<Page<Seen>> {
        None
    }
    /// A row of which no more is known than this.
    fn unloaded(_seen: &Seen) -> Option<Self::Row> {
        None
    }
    /// The parts of its detail, in order; none where it is shown as one.
    const PARTS: &'static [&'static str] = &[];
    /// The part that is shown first.
    const FIRST_PART: &'static str = "";
    /// The request for the detail, none where the row is all there is.
    fn detail(id: RowId) -> Option<AnyCall>;
    /// The detail in an answer.
    fn detail_in(reply: AnyReply) -> Option<Self::Detail>;
    /// The request for what a detail still lacks, asked once its first part is here.
    fn detail_rest(_detail: &Self::Detail) -> Option<AnyCall> {
        None
    }
    /// The request for what follows in a detail that is long, asked when its end is near, or that of the part
    /// that is shown; none where all parts are.
    fn detail_more(_detail: &Self::Detail, _part: Option<&str>) -> Option<AnyCall> {
        None
    }
    /// Puts either into the detail.
    fn add_rest(_detail: &mut Self::Detail, _reply: AnyReply) {}
    /// The row that a detail brings with it, fresher than the one in the list.
    fn row_of(detail: &Self::Detail) -> Option<&Self::Row>;
    /// The request for one row by its id, none where the server gives no single rows.
    fn one(id: RowId) -> Option<AnyCall> {
        Self::detail(id)
    }
    /// The row in the answer to that.
    fn one_in(reply: AnyReply) -> Option<Self::Row> {
        Self::row_of(&Self::detail_in(reply)?).cloned()
    }
    /// The request for the record that is shown as the server sends it, none where there are no single ones.
    fn record(id: RowId) -> Option<AnyCall> {
        Self::one(id)
    }
    /// The row in full.
    fn describe(row: &Self::Row, detail: Option<&Self::Detail>, times: &Times) -> Vec<Fact>;
    /// The past participle of the decision that leads to a status: `approved`.
    fn decision_to(status: &str) -> Option<&'static str>;
    /// What became of each row.
    fn outcomes(reply: AnyReply) -> Vec<RowOutcome<Self::Row>>;
    /// The same where an answer does not name its rows: those that were asked about are given.
    fn outcomes_of(reply: AnyReply, _asked: &[RowId]) -> Vec<RowOutcome<Self::Row>> {
        Self::outcomes(reply)
    }
    /// Whether a verb takes a super-admin and a one-time code on this row.
    fn is_guarded(_row: &Self::Row, _action: Action) -> bool {
        false
    }
    /// The account that a verb ends, if it ends one: nobody ends their own.
    fn ends_account(_row: &Self::Row, _action: Action) -> Option<UserId> {
        None
    }
    /// How many a verb picks from the menu that its write is prepared with; none where it has none.
    fn picks(_action: Action) -> Option<Picks> {
        None
    }
    /// Whether a verb lets values be filled in.
    fn is_filled_in(_action: Action) -> bool {
        false
    }
    /// Whether a verb is about something that only the detail of its row tells.
    fn is_within(_action: Action) -> bool {
        false
    }
    /// Prepares such a verb for the row whose detail this is.
    ///
    /// # Errors
    /// Why there is nothing for it to be about.
    fn prepare_within(
        _action: Action,
        _detail: &Self::Detail,
        _rank: Rank,
    ) -> Result<Prepared, &'static str> {
        Err("there is nothing of the kind")
    }
    /// What else a verb offers to do to the row once it is done.
    fn goes_with(_action: Action) -> Option<Action> {
        None
    }
    /// The file that the answer to a write is to be kept as, if it is.
    fn file(_reply: &AnyReply) -> Option<Download> {
        None
    }
    /// What there is to say of the answer to a write that made a row.
    fn made(_reply: &AnyReply) -> Option<Made> {
        None
    }
    /// What a write brought about that nobody asked for, and that somebody has to look after.
    fn warning(_reply: &AnyReply) -> Option<String> {
        None
    }
    /// The filter that shows the row's audit trail.
    fn trail(row: &Self::Row) -> Option<String>;
    /// Where a key of what belongs to the row leads, the audit trail aside.
    fn lead(_row: &Self::Row, _action: Action) -> Option<Lead> {
        None
    }
    /// What opening the row shows, where that is not its detail.
    fn opens(_row: &Self::Row) -> Option<Lead> {
        None
    }
    /// Who is at work on the row.
    fn claim(_row: &Self::Row) -> Option<&Claim> {
        None
    }
    /// Puts who is at work on the row.
    fn put_claim(_row: &mut Self::Row, _claim: Option<Claim>) {}
    /// Which other tab the row counts, and how many rows wait there.
    fn waiting(_row: &Self::Row) -> Option<(Tab, Total)> {
        None
    }
}

/// The names that the filter of a screen knows.
pub type FieldOf<S> = <<S as Screen>::Row as Listed>::Field;

/// How the server can sort the list of a screen.
pub type SortOf<S> = <FieldOf<S> as Field>::Sort;

/// Rows that belong to another: where they stand, and the filter that shows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lead {
    /// Which tab.
    pub tab: Tab,
    /// Its filter there; empty for the tab's own.
    pub filter: String,
}

/// A verb that writes nothing: its key leads elsewhere, to what tells more of the row.
pub struct LeadVerb<R: 'static> {
    /// Its action, and so its key.
    pub action: Action,
    /// `request`: its word in the footer and the palette.
    pub verb: &'static str,
    /// Its line in the menu.
    pub help: &'static str,
    /// Where it leads, or why it leads nowhere.
    pub leads: fn(&R) -> Result<Lead, String>,
}

impl<R> LeadVerb<R> {
    /// Its words.
    pub const fn words(&self) -> VerbWords {
        VerbWords {
            action: self.action,
            verb: self.verb,
            command: self.verb,
            help: self.help,
            asks: Asks::Nothing,
            choices: &[],
            picks: None,
            is_within: false,
            is_filled_in: false,
            about: About::Elsewhere,
        }
    }
}

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rank {
    /// A super-admin.
    SuperAdmin,
    /// Anybody else.
    Other,
}

/// What a row is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Noun {
    /// One of them.
    pub one: &'static str,
    /// Several.
    pub many: &'static str,
}

impl Noun {
    /// The word for so many.
    pub const fn of(self, count: usize) -> &'static str {
        if count == 1 { self.one } else { self.many }
    }
}

/// A column: header and cell from one definition, so that they cannot part.
pub struct Column<R: 'static> {
    /// Its head and its measures.
    pub head: Head,
    /// What a row shows in it.
    pub cell: for<'a> fn(&'a R, &Times) -> Cell<'a>,
}

/// The priority of a column that no row has anything to show in.
pub const NOT_SHOWN: u8 = u8::MAX;

/// The head of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// What it says.
    pub title: &'static str,
    /// How wide.
    pub width: Width,
    /// Which goes first when space is short: the highest number; [`NOT_SHOWN`] has gone already.
    pub priority: u8,
}

/// How wide a column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// So many cells, to the left.
    Fixed(u16),
    /// So many cells, to the right.
    Number(u16),
    /// As wide as a time is written.
    Time,
    /// A share of what is left.
    Share {
        /// Never narrower.
        least: u16,
        /// Weight against the other shares.
        weight: u16,
    },
}

/// What a row shows in a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell<'a> {
    /// Its text.
    pub text: Shown<'a>,
    /// What it means.
    pub tone: Tone,
}

impl<'a> Cell<'a> {
    /// A plain cell.
    pub fn plain(text: impl Into<Shown<'a>>) -> Self {
        Self {
            text: text.into(),
            tone: Tone::Text,
        }
    }

    /// A cell with a meaning.
    pub fn toned(text: impl Into<Shown<'a>>, tone: Tone) -> Self {
        Self {
            text: text.into(),
            tone,
        }
    }
}

/// A piece of the detail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// A name and its value.
    Field {
        /// The name.
        label: &'static str,
        /// The value.
        value: Shown<'static>,
        /// What it means.
        tone: Tone,
    },
    /// The head of what follows.
    Heading(&'static str),
    /// A part begins, which is shown by itself beside what stands before the first one.
    Part(&'static str),
    /// Text of several lines, wrapped.
    Prose(Body),
}

impl Fact {
    /// A plain field.
    pub fn field(label: &'static str, value: &str) -> Self {
        Self::Field {
            label,
            value: Shown::made(value),
            tone: Tone::Text,
        }
    }
}

/// An order of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// The letter of its column in the sort picker.
    pub letter: char,
    /// How it is called.
    pub name: &'static str,
}

/// Which rows, in which order, and which page of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest<S> {
    /// What the server filters by.
    pub filter: Option<String>,
    /// How it sorts.
    pub sort: Option<S>,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// How many rows.
    pub take: u32,
}

/// A row that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// What happened, in a sentence or two.
    pub said: String,
    /// Whether all is well.
    pub severity: Severity,
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowOutcome<R> {
    /// Which row.
    pub id: RowId,
    /// What became of it.
    pub outcome: OpenEnum<Outcome>,
    /// The row as it is now.
    pub row: Option<R>,
    /// Who was first.
    pub conflict: Option<Conflict>,
}

/// What became of each row of a call about several.
pub fn outcomes_of<R>(reply: Option<BulkReply<R>>) -> Vec<RowOutcome<R>> {
    let results = reply.map(|reply| reply.results);
    let outcomes = results.into_iter().flatten().map(|result| RowOutcome {
        id: RowId(result.id),
        outcome: result.outcome,
        row: result.row,
        conflict: result.conflict,
    });
    outcomes.collect()
}

/// What became of rows where their person was acted on: the rows themselves are as they were.
pub fn beside<R>(asked: &[RowId], is_noop: bool) -> Vec<RowOutcome<R>> {
    let outcome = if is_noop {
        Outcome::Noop
    } else {
        Outcome::Changed
    };
    let outcomes = asked.iter().map(|id| RowOutcome {
        id: *id,
        outcome: outcome.into(),
        row: None,
        conflict: None,
    });
    outcomes.collect()
}

/// Where one of these keys leads.
pub fn lead_of(
    leads: impl IntoIterator<Item = (Action, Tab, String)>,
    pressed: Action,
) -> Option<Lead> {
    let (_, tab, filter) = leads.into_iter().find(|(key, ..)| *key == pressed)?;
    Some(Lead { tab, filter })
}

/// Text of an outside name with a mark before it where its letters mix scripts as nobody writes them.
pub fn flagged(name: &Line) -> Shown<'_> {
    if !name.as_str().is_ascii() && name.is_mixed_script() {
        Shown::made(&format!("~{name}"))
    } else {
        Shown::Line(name)
    }
}

/// From how many reports on a person is a signal of safety (S003-84).
const MANY_REPORTS: u64 = 3;

/// How often a person was reported, nothing where it never was.
pub fn times_reported(count: u64) -> Cell<'static> {
    let text = match count {
        0 => Shown::Word(""),
        1..=999 => Shown::made(&format!("×{count}")),
        1_000.. => Shown::Word(">999"),
    };
    Cell::toned(text, tone_of_reports(count))
}

/// What so many reports about a person mean.
pub const fn tone_of_reports(count: u64) -> Tone {
    if count < MANY_REPORTS {
        Tone::Dim
    } else {
        Tone::Warn
    }
}

/// The characters of a name that are not plain ASCII, by their numbers; none for honest names.
pub fn code_points(name: &Line) -> Option<String> {
    let is_suspect = !name.as_str().is_ascii() && (name.is_mixed_script() || name.is_confusable());
    let foreign = name
        .as_str()
        .chars()
        .filter(|character| !character.is_ascii());
    let written = foreign.map(|character| format!("{character} is U+{:04X}", u32::from(character)));
    is_suspect.then(|| written.take(8).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s003_84_three_reports_stand_out_and_fewer_do_not() {
        let cases = [
            (0, "", Tone::Dim),
            (1, "×1", Tone::Dim),
            (2, "×2", Tone::Dim),
            (3, "×3", Tone::Warn),
            (999, "×999", Tone::Warn),
            (1_000, ">999", Tone::Warn),
        ];
        for (count, text, tone) in cases {
            let cell = times_reported(count);
            assert_eq!((cell.text.as_str(), cell.tone), (text, tone), "{count}");
        }
    }
}
