//! The writes of a run: those in flight, those whose outcome is not known, and what can be taken back
//! or repeated.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use quarterdeck_api::call::AnyCall;
use quarterdeck_api::text::Line;

use super::any_room::Wanted;
use super::cut_off::PendingWrite;
use super::draft::{Answers, Draft};
use super::keymap::Action;
use super::list::RowId;
use super::message::{ActionId, Touched};
use super::run::Run;
use super::tab::Tab;
use super::undo::UndoWindow;

/// What a write is for.
#[derive(Clone, Debug)]
pub enum Purpose {
    /// A verb on rows.
    Verb(Box<Draft>),
    /// Taking a verb back.
    TakeBack(Box<Draft>),
    /// Reporting a refresh to the audit log.
    ReportRefresh,
    /// Keeping or dropping a saved filter.
    Filing(Filing),
}

impl Purpose {
    /// The rows it is about.
    pub const fn draft(&self) -> Option<&Draft> {
        match self {
            Self::Verb(draft) | Self::TakeBack(draft) => Some(draft),
            Self::ReportRefresh | Self::Filing(_) => None,
        }
    }
}

/// What a call does to a saved filter.
#[derive(Clone, Debug)]
pub struct Filing {
    /// What was done, once it is.
    pub past: &'static str,
    /// The filter's name.
    pub name: Line,
}

/// Where a write stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteState {
    /// Sent, not answered.
    InFlight,
    /// The connection broke or the answer made no sense: it may have happened.
    Unknown,
}

/// A write that has not been answered for good.
#[derive(Clone, Debug)]
pub struct Write {
    /// Its number in this run.
    pub id: ActionId,
    /// The same for every attempt.
    pub idempotency_key: String,
    /// What was sent.
    pub call: AnyCall,
    /// What it touches.
    pub touches: Touched,
    /// What it is for.
    pub purpose: Purpose,
    /// Where it stands.
    pub state: WriteState,
}

impl Write {
    /// The note of a write that changes rows, sent by this account; none of one that changes no row.
    pub fn pending(&self, account: i64, sent_at: DateTime<Utc>) -> Option<PendingWrite> {
        let draft = self.purpose.draft()?;
        Some(PendingWrite {
            key: self.idempotency_key.clone(),
            operation: self.call.spec().id.to_owned(),
            verb: draft.verb().to_owned(),
            ids: draft.targets.iter().map(|target| target.id.0).collect(),
            account,
            sent_at,
        })
    }

    /// Whether it is about this row.
    fn is_about(&self, tab: Tab, id: RowId) -> bool {
        self.purpose.draft().is_some_and(|draft| {
            draft.tab == tab && draft.targets.iter().any(|target| target.id == id)
        })
    }
}

/// What `u` would take back.
#[derive(Clone, Debug)]
pub enum LastAct {
    /// A write, by this call.
    Write(Box<Draft>),
    /// Marks that were cleared.
    Marks(Tab, BTreeSet<RowId>),
}

/// Most acts that can be taken back one after another.
const MOST_ACTS: usize = 50;

/// A verb that `.` would repeat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastVerb {
    /// On which tab.
    pub tab: Tab,
    /// Which.
    pub wanted: Wanted,
    /// With which answers.
    pub answers: Answers,
}

/// The writes of a run.
#[derive(Clone, Debug)]
pub struct Writes {
    run_id: String,
    last_id: ActionId,
    open: Vec<Write>,
    acts: Vec<(DateTime<Utc>, LastAct)>,
    undo: UndoWindow,
    /// The write under way that takes several calls.
    pub run: Option<Run>,
    /// What `.` repeats.
    pub last_verb: Option<LastVerb>,
    /// What `;` goes back to.
    pub handled: Option<(Tab, RowId)>,
}

impl Writes {
    /// No write yet.
    pub fn new(run_id: String, undo_seconds: u32) -> Self {
        Self {
            run_id,
            last_id: ActionId::default(),
            open: Vec::new(),
            acts: Vec::new(),
            undo: UndoWindow::of(undo_seconds),
            run: None,
            last_verb: None,
            handled: None,
        }
    }

    /// The next number, and the key under which the server knows it.
    pub fn next_id(&mut self) -> (ActionId, String) {
        self.last_id = ActionId(self.last_id.0 + 1);
        (self.last_id, format!("{}-{}", self.run_id, self.last_id))
    }

    /// A write was sent.
    pub fn sent(&mut self, write: Write) {
        self.open.push(write);
    }

    /// A write was answered.
    pub fn take(&mut self, id: ActionId) -> Option<Write> {
        let place = self.open.iter().position(|write| write.id == id)?;
        Some(self.open.remove(place))
    }

    /// The run that a call is of.
    pub fn take_run_of(&mut self, id: ActionId) -> Option<Run> {
        self.run.take_if(|run| run.in_flight == id)
    }

    /// A write came back without an outcome.
    pub fn unknown(&mut self, write: Write) {
        self.open.push(Write {
            state: WriteState::Unknown,
            ..write
        });
    }

    /// The write of unknown outcome that was sent last.
    pub fn take_unknown(&mut self) -> Option<Write> {
        let place = self
            .open
            .iter()
            .rposition(|write| write.state == WriteState::Unknown)?;
        Some(self.open.remove(place))
    }

    /// Whether there is a write of unknown outcome.
    pub fn has_unknown(&self) -> bool {
        self.open
            .iter()
            .any(|write| write.state == WriteState::Unknown)
    }

    /// The tab's rows were loaded anew: what became of them is known. Their keys.
    pub fn forget_unknown(&mut self, tab: Tab) -> Vec<String> {
        let is_known = |write: &mut Write| {
            let is_of_tab = write.purpose.draft().is_some_and(|draft| draft.tab == tab);
            write.state == WriteState::Unknown && is_of_tab
        };
        let known = self.open.extract_if(.., is_known);
        known.map(|write| write.idempotency_key).collect()
    }

    /// Where the write on a row stands, if there is one.
    pub fn state_of(&self, tab: Tab, id: RowId) -> Option<WriteState> {
        self.open
            .iter()
            .find(|write| write.is_about(tab, id))
            .map(|write| write.state)
    }

    /// Where the tab's write without targets stands, if there is one.
    pub fn state_of_all(&self, tab: Tab) -> Option<WriteState> {
        let is_about_all = |write: &&Write| {
            let draft = write.purpose.draft();
            draft.is_some_and(|draft| draft.tab == tab && draft.beside_targets.is_some())
        };
        self.open.iter().find(is_about_all).map(|write| write.state)
    }

    /// How many writes are in flight.
    pub fn in_flight(&self) -> usize {
        self.open
            .iter()
            .filter(|write| write.state == WriteState::InFlight)
            .count()
    }

    /// Something was done that `u` takes back, before what was done earlier.
    pub fn acted(&mut self, now: DateTime<Utc>, act: LastAct) {
        if self.acts.len() == MOST_ACTS {
            self.acts.remove(0);
        }
        self.acts.push((now, act));
    }

    /// A new action begins. Says whether this is what earlier ones could be taken back until.
    pub fn begin_action(&mut self) -> bool {
        let is_end = self.undo == UndoWindow::UntilNextAction;
        if is_end {
            self.acts.clear();
        }
        is_end
    }

    /// These rows have changed once more: what was done to them before can no longer be taken back.
    /// Says whether there was such an act.
    pub fn forget_act_on(&mut self, tab: Tab, ids: &[RowId]) -> bool {
        let is_about = |act: &LastAct| match act {
            LastAct::Write(draft) => {
                let mut targets = draft.targets.iter();
                draft.tab == tab && targets.any(|target| ids.contains(&target.id))
            }
            LastAct::Marks(..) => false,
        };
        let before = self.acts.len();
        self.acts.retain(|(_, act)| !is_about(act));
        self.acts.len() < before
    }

    /// What `u` takes back now; it can be taken once.
    pub fn take_last_act(&mut self, now: DateTime<Utc>) -> Option<LastAct> {
        self.last_act(now)?;
        self.acts.pop().map(|(_, act)| act)
    }

    /// When the last act can no longer be taken back, if time alone brings that about.
    pub fn last_act_ends(&self) -> Option<DateTime<Utc>> {
        let (at, _) = self.acts.last()?;
        self.undo.end_of(*at)
    }

    /// What `u` would take back now.
    pub fn last_act(&self, now: DateTime<Utc>) -> Option<&LastAct> {
        let (at, act) = self.acts.last()?;
        let is_over = self.undo.end_of(*at).is_some_and(|end| end <= now);
        (!is_over).then_some(act)
    }

    /// Whether a verb on this tab has not been answered that changes something.
    pub fn is_verb_in_flight(&self, tab: Tab) -> bool {
        self.open.iter().any(|write| match &write.purpose {
            Purpose::Verb(draft) => {
                let is_change = draft.action != Action::Export;
                draft.tab == tab && is_change && write.state == WriteState::InFlight
            }
            Purpose::TakeBack(_) | Purpose::ReportRefresh | Purpose::Filing(_) => false,
        })
    }
}
