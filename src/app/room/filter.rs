//! Which of its rows a room shows: the filter in force, and the one that is being typed.

use chrono::{DateTime, Utc};

use super::{Held, Room};
use crate::app::filter::{self, FilterError, Term};
use crate::app::list::RowId;
use crate::app::room_state::Preview;
use crate::screens::screen::{Compiled, Screen};

impl<S: Screen> Room<S> {
    /// The filter in force: the operator's, or the screen's own.
    fn filter_text(&self) -> &str {
        match self.state.filter.as_str() {
            "" => S::DEFAULT_FILTER,
            text => text,
        }
    }

    /// What it asks of the server, and what is left to the loaded rows.
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
        let ghost = self.state.ghost.map(|ghost| ghost.id);
        let is_kept = |id: RowId| self.decided.contains(&id) || ghost == Some(id);
        let stays = |held: &&Held<S::Row>| is_kept(S::id(&held.row)) || holds(held);
        let visible = self
            .rows
            .iter()
            .filter(stays)
            .map(|held| S::id(&held.row))
            .collect();
        self.state.list.show(visible);
        let beyond = self.beyond();
        self.state.list.show_beyond(beyond);
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

    /// Shows what a filter that is being typed leaves of the loaded rows.
    pub(super) fn narrow_to(&mut self, text: &str, now: DateTime<Utc>) -> Result<(), FilterError> {
        let mut terms = filter::parse(text, S::FIELDS)?;
        S::compile(&terms, now)?;
        // The beginning of a name is not yet something to look for.
        terms.pop_if(|term| term.is_begun_name(text, S::FIELDS));
        self.state.preview = Preview::Typed;
        self.show_where(&terms, now);
        self.preview = terms;
        Ok(())
    }

    /// Makes a filter the operator's own; the rows follow with the next reload.
    pub(super) fn put_in_force(
        &mut self,
        text: &str,
        now: DateTime<Utc>,
    ) -> Result<(), FilterError> {
        let text = text.trim();
        S::compile(&filter::parse(text, S::FIELDS)?, now)?;
        text.clone_into(&mut self.state.filter);
        self.forget_matching();
        self.is_filter_new = true;
        if self.state.preview == Preview::Typed {
            self.state.preview = Preview::Submitted;
        }
        Ok(())
    }

    /// Shows again what the filter in force does.
    pub(super) fn leave_preview(&mut self, now: DateTime<Utc>) {
        self.state.preview = Preview::Off;
        self.show_applied(now);
    }
}
