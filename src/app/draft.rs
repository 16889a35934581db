//! A write that is ready but for its confirmation: whom it is about, and what has been gathered so far.

use std::collections::VecDeque;
use std::iter;

use quarterdeck_api::call::AnyCall;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::text::Line;

use super::keymap::Action;
use super::list::RowId;
use super::message::Touched;
use super::tab::Tab;
use crate::screens::pick::Picks;
use crate::screens::screen::Noun;
use crate::screens::verb::{Asks, Choice, Class, Given, Prepared, Why};

/// Most rows that one irreversible write is about; for more there is the command line.
pub const MOST_IRREVERSIBLE: usize = 5;

/// Most rows that one call decides; for more there are several.
pub const MOST_A_CALL: usize = quarterdeck_api::applications::MAX_IDS;

/// Most claims of others that a question names.
const MOST_CLAIMS: usize = 3;

/// A row that a write is about, as it was when the key was pressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its id.
    pub id: RowId,
    /// Its name.
    pub name: Line,
    /// Its status, in a word.
    pub status: Line,
}

/// A choice on offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The choice.
    pub choice: &'static Choice,
    /// The permission that the caller lacks for it.
    pub denied: Option<Permission>,
}

/// What was gathered for a write, and can be given to the next one of its kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// The reason or note.
    pub why: Why,
    /// Place of what was chosen.
    pub choice: Option<usize>,
    /// Places of what was picked, among what is on offer for this row.
    pub picked: Option<Vec<usize>>,
    /// Places of what was picked from the menu that follows from that.
    pub picked_next: Option<Vec<usize>>,
    /// What was filled in, in the order of the sheet of this row.
    pub filled: Option<Vec<String>>,
}

impl Answers {
    /// What can be given to another row: what was picked and filled in is of this one.
    #[must_use]
    pub fn for_others(&self) -> Self {
        Self {
            picked: None,
            picked_next: None,
            filled: None,
            ..self.clone()
        }
    }
}

/// A write that follows another one, unless it is turned off.
#[derive(Clone, Debug)]
pub struct Besides {
    /// The write.
    pub draft: Box<Draft>,
    /// Whether it follows.
    pub choice: BesidesChoice,
}

/// Whether a write follows another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BesidesChoice {
    /// It does.
    On,
    /// It does not.
    Off,
}

impl Besides {
    /// On becomes off, and off on.
    pub const fn toggle(&mut self) {
        self.choice = match self.choice {
            BesidesChoice::On => BesidesChoice::Off,
            BesidesChoice::Off => BesidesChoice::On,
        };
    }
}

/// A write that is ready but for its confirmation. Its targets and what was seen of them are fixed.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Whose rows.
    pub tab: Tab,
    /// Which action.
    pub action: Action,
    /// `reject`, as long as nothing else was chosen.
    pub verb: &'static str,
    /// `rejected`, likewise.
    pub past: &'static str,
    /// What the rows are called.
    pub noun: Noun,
    /// How much stands before it, likewise.
    pub class: Class,
    /// Which words it takes.
    pub asks: Asks,
    /// The choices on offer.
    pub offers: Vec<Offer>,
    /// The rows; none where it is about all that the filter shows, or about one that is to be.
    pub targets: Vec<Target>,
    /// How many rows it is about where it has no targets: all that the filter shows, or the one to be.
    pub beside_targets: Option<usize>,
    /// On which of them somebody else is at work, in words.
    pub claimed: Vec<Line>,
    /// What is sent, but for the answers.
    pub prepared: Prepared,
    /// The same for the rows that one call does not hold, a call each.
    pub rest: Vec<Prepared>,
    /// What is done to the rows besides, once it is done.
    pub besides: Option<Besides>,
    /// The answers, as far as they are known.
    pub answers: Answers,
    /// Marked rows that the filter hides: not among the targets.
    pub hidden_marks: usize,
    /// Marked rows that the verb does not apply to: not among the targets.
    pub skipped: usize,
}

impl Draft {
    /// Whether it is about more rows than one call holds.
    pub const fn takes_several_calls(&self) -> bool {
        !self.rest.is_empty()
    }

    /// A draft for each call that it takes, in their order.
    pub fn into_calls(mut self) -> VecDeque<Self> {
        let targets = std::mem::take(&mut self.targets);
        let rest = std::mem::take(&mut self.rest);
        let prepared = iter::once(self.prepared.clone()).chain(rest);
        let calls = targets.chunks(MOST_A_CALL).zip(prepared);
        calls
            .map(|(targets, prepared)| Self {
                targets: targets.to_vec(),
                prepared,
                ..self.clone()
            })
            .collect()
    }

    /// What was chosen, if there was something to choose.
    pub fn chosen(&self) -> Option<&'static Choice> {
        let place = self.answers.choice?;
        self.offers.get(place).map(|offer| offer.choice)
    }

    /// `reject`
    pub fn verb(&self) -> &'static str {
        self.chosen().map_or(self.verb, |choice| choice.verb)
    }

    /// `rejected`
    pub fn past(&self) -> &'static str {
        self.chosen().map_or(self.past, |choice| choice.past)
    }

    /// How much stands before it.
    pub fn class(&self) -> Class {
        self.chosen().map_or(self.class, |choice| choice.class)
    }

    /// What the write is given.
    pub fn given(&self) -> Given {
        Given {
            why: self.answers.why.clone(),
            choice: self.answers.choice.unwrap_or(0),
            picked: self.answers.picked.clone().unwrap_or_default(),
            picked_next: self.answers.picked_next.clone(),
            filled: self.answers.filled.clone().unwrap_or_default(),
            is_confirmed: self.targets.len() > 1 || self.class() != Class::Reversible,
        }
    }

    /// What `y` does, in a word.
    pub fn deed(&self) -> &'static str {
        let picks = self.prepared.menu().map(|menu| menu.picks);
        match picks {
            Some(Picks::All | Picks::OneMore | Picks::OneLess) if !self.targets.is_empty() => {
                "change"
            }
            Some(Picks::All | Picks::OneMore | Picks::OneLess | Picks::One) | None => self.verb(),
        }
    }

    /// What is said where a one-time code is asked for.
    pub const fn code_line(&self) -> &'static str {
        if matches!(self.action, Action::Balance) {
            "This changes what somebody holds: type your one-time code."
        } else {
            "This changes one of the staff: type your one-time code."
        }
    }

    /// What has to be sent.
    pub fn call(&self) -> AnyCall {
        self.prepared.call(&self.given())
    }

    /// What it touches.
    pub fn touches(&self) -> Touched {
        Touched {
            tab: self.tab,
            ids: self.targets.iter().map(|target| target.id).collect(),
        }
    }

    /// How many rows it is about.
    pub fn count(&self) -> usize {
        self.beside_targets.unwrap_or(self.targets.len())
    }

    /// Who else is at work on the rows, in a few lines.
    pub fn told_claims(&self) -> impl Iterator<Item = String> {
        let more = self.claimed.len().saturating_sub(MOST_CLAIMS);
        let more = (more > 0).then(|| format!("and {more} more are claimed by others"));
        let told = self.claimed.iter().take(MOST_CLAIMS);
        told.map(ToString::to_string).chain(more)
    }

    /// What is to be known before answering, of data of this age where it is stale.
    pub fn warnings(&self, stale_age: Option<&str>) -> impl Iterator<Item = String> {
        let is_undecided = self.chosen().is_none() && !self.offers.is_empty();
        let lasting = match self.class() {
            Class::Irreversible if is_undecided => None,
            Class::Irreversible => Some(self.prepared.lastingness(&self.given()).to_owned()),
            Class::HardToReverse | Class::Reversible => None,
        };
        let (hidden, skipped) = (self.hidden_marks, self.skipped);
        let hidden =
            (hidden > 0).then(|| format!("{hidden} marked hidden by the filter: not touched"));
        let skipped =
            (skipped > 0).then(|| format!("{skipped} marked left out: not possible for them"));
        let stale = stale_age.map(|age| format!("STALE: data is {age} old"));
        let warnings = [lasting, hidden, skipped, stale].into_iter().flatten();
        self.told_claims().chain(warnings)
    }

    /// `Reject 3 applications?`
    pub fn question(&self) -> String {
        let mut verb = self.verb().to_owned();
        verb[..1].make_ascii_uppercase();
        let what = match (self.prepared.subject(), self.targets.as_slice()) {
            (Some(subject), _) => format!("{verb} {subject}"),
            (None, [one]) => format!("{verb} {} {}", one.id, one.name),
            (None, _) => format!("{verb} {} {}", self.count(), self.noun.of(self.count())),
        };
        let label = self.chosen().map(|choice| choice.label);
        match label.filter(|label| *label != self.verb()) {
            Some(label) => format!("{what}: {label}?"),
            None => format!("{what}?"),
        }
    }

    /// Why it is about too many rows, if it is.
    pub fn too_many(&self) -> Option<String> {
        let count = self.targets.len();
        (self.class() == Class::Irreversible && count > MOST_IRREVERSIBLE).then(|| {
            format!(
                "{} at most {MOST_IRREVERSIBLE} at once here, not {count}; for more, use the command line",
                self.verb()
            )
        })
    }

    /// What is typed to confirm it where it is about one row that is lost for good: the verb's own
    /// phrase or the row's name; its id where no keyboard can be expected to type that.
    pub fn phrase(&self) -> String {
        let target = self.targets.first();
        let name = target.map_or("", |target| target.name.as_str());
        let phrase = self.prepared.phrase().unwrap_or(name).trim();
        let is_typeable = phrase.chars().all(|letter| (' '..='~').contains(&letter));
        if is_typeable && !phrase.is_empty() {
            return phrase.to_owned();
        }
        target.map_or_else(String::new, |target| target.id.to_string())
    }
}
