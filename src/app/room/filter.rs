//! Which of its rows a room shows: those of the filter in force, or of the one that is being typed.
//!
//! The rows are what the server has answered to a [`Question`]. Where a filter asks the server just that,
//! only what is left to loaded rows is held against them; where it asks something else, all of it is,
//! until the answer has come. So a filter means the same while it is typed and after.

use chrono::{DateTime, Utc};
use quarterdeck_api::filter::{Context, FilterError, offers};

use super::Room;
use super::meant::{Answered, Meant};
use super::question::{Asker, Question};
use crate::app::any_room::LastWord;
use crate::app::list::RowId;
use crate::app::room_state::{Load, Preview, Scope};
use crate::screens::screen::{FieldOf, Screen};

impl<S: Screen> Room<S> {
    /// What a filter asks the server.
    pub(super) fn question(&self, meant: &Meant<S>) -> Question {
        let sort = meant.sort();
        Question {
            filter: meant.asked(),
            order: sort.map_or(self.state.order, |sort| sort.order),
        }
    }

    /// The filter whose rows are shown.
    fn shown(&self) -> &Meant<S> {
        self.typed.as_ref().unwrap_or(&self.in_force)
    }

    /// Whether the rows are what the server answers to a filter, as far as they are loaded.
    fn is_answer_to(&self, meant: &Meant<S>) -> bool {
        let of = self.answers.as_ref();
        of.is_none_or(|of| of.filter == meant.asked())
    }

    /// Shows the rows that pass.
    pub(super) fn show_rows(&mut self, now: DateTime<Utc>) {
        let visible = self.passing(now);
        self.note_shown();
        self.state.list.show(visible);
        // No key moves the cursor while one types: where its row is shown again, so is the cursor.
        if let Some(place) = self.place_before {
            self.state.list.put_back(place);
        }
        let beyond = self.beyond();
        self.state.list.show_beyond(beyond);
    }

    fn passing(&self, now: DateTime<Utc>) -> Vec<RowId> {
        let me = self.state.me.clone();
        let context = Context { now, me };
        let shown = self.shown();
        let is_answer = self.is_answer_to(shown);
        let ghost = self.state.ghost.map(|ghost| ghost.id);
        // What was decided stays in sight until another filter is looked at.
        let stays =
            |id: RowId| ghost == Some(id) || (self.typed.is_none() && self.decided.contains(&id));
        let passing = self.rows.iter().filter(|held| {
            stays(S::id(&held.row))
                || if is_answer {
                    shown.holds_locally(held, &context)
                } else {
                    shown.holds(held, &context)
                }
        });
        passing.map(|held| S::id(&held.row)).collect()
    }

    /// Notes whose rows are shown, and where they are filtered.
    fn note_shown(&mut self) {
        let shown = self.shown();
        let is_answer = self.is_answer_to(shown);
        let scope = match (is_answer, shown.answered(), shown.is_local()) {
            (false, ..) => Scope::Unanswered,
            (true, Answered::Locally, true) => Scope::Local,
            (true, Answered::Locally, false) => Scope::Nowhere,
            (true, Answered::ByServer, false) => Scope::Server,
            (true, Answered::ByServer, true) => Scope::Mixed,
        };
        let (sort, sought) = (shown.sort().map(|sort| sort.order), shown.sought());
        let preview = match (&self.typed, is_answer) {
            (Some(_), _) => Preview::Typed,
            (None, false) => Preview::Submitted,
            (None, true) => Preview::Off,
        };
        let state = &mut self.state;
        (state.scope, state.preview) = (scope, preview);
        (state.sort, state.sought) = (sort, sought);
    }

    /// Shows what a filter that is being typed leaves of the loaded rows.
    pub(super) fn narrow_to(
        &mut self,
        text: &str,
        word: LastWord,
        now: DateTime<Utc>,
    ) -> Result<(), FilterError> {
        let whole = Meant::read(text)?;
        let begun = match word {
            LastWord::MayBecomeName => without_begun_name::<S>(text),
            LastWord::IsWhole => None,
        };
        let place = self.state.list.place();
        self.place_before.get_or_insert(place);
        self.typed = Some(begun.unwrap_or(whole));
        self.show_rows(now);
        Ok(())
    }

    /// Makes a filter the operator's own.
    pub(super) fn put_in_force(
        &mut self,
        text: &str,
        now: DateTime<Utc>,
    ) -> Result<(), FilterError> {
        let text = text.trim();
        self.in_force = Meant::read(text)?;
        if self.state.filter != text {
            self.decided.clear();
        }
        text.clone_into(&mut self.state.filter);
        self.typed = None;
        self.place_before = None;
        self.aside = None;
        self.awaited = None;
        if let Some((_, asker)) = &mut self.asking {
            *asker = Asker::Force;
        }
        self.forget_matching();
        self.show_rows(now);
        Ok(())
    }

    /// Shows again what the filter in force does, as it stood before another was typed.
    pub(super) fn leave_preview(&mut self, now: DateTime<Utc>) {
        if self
            .asking
            .take_if(|(_, asker)| *asker == Asker::Typing)
            .is_some()
        {
            self.incoming.clear();
            self.state.load = Load::Idle;
            self.state.failure = None;
        }
        self.typed = None;
        self.take_back_rows();
        self.show_rows(now);
        self.place_before = None;
    }

    /// Whether the rows are neither those of the filter in force nor on their way.
    pub(super) fn lacks_its_rows(&self) -> bool {
        let wanted = self.question(&self.in_force);
        match (self.state.load, &self.asking) {
            (Load::Reload { .. }, Some((asked, _))) => *asked != wanted,
            (Load::Reload { .. }, None) => false,
            (Load::Idle | Load::More, _) => {
                self.answers.as_ref() != Some(&wanted) || self.state.failure.is_some()
            }
        }
    }

    /// Puts the list in an order, which the filter then no longer asks for.
    pub(super) fn put_order(&mut self, order: usize) {
        self.state.order = order;
        if let Some(sort) = self.in_force.sort() {
            let letters = self.state.filter.chars().enumerate();
            let kept = letters.filter(|(at, _)| !(sort.span.start..sort.span.end).contains(at));
            let kept: String = kept.map(|(_, letter)| letter).collect();
            kept.trim().clone_into(&mut self.state.filter);
            self.in_force.drop_sort();
        }
        self.state.sort = None;
    }
}

/// The filter before its last word, where that could become a name: `sta` of `status:`.
fn without_begun_name<S: Screen>(text: &str) -> Option<Meant<S>> {
    let before = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let begun = &text[before.len()..];
    let is_word = before.is_empty() || before.ends_with(|letter: char| " \t(".contains(letter));
    let may_become = || {
        let mut offers = offers::<FieldOf<S>>().into_iter();
        offers.any(|offer| offer.name.starts_with(begun))
    };
    let is_begun = is_word && begun.len() > 1 && may_become();
    Meant::read(before).ok().filter(|_| is_begun)
}
