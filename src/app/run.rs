//! A write about more rows than one call holds: a call at a time, until all are sent or it is stopped.

use std::collections::VecDeque;

use super::any_room::Became;
use super::draft::Draft;
use super::message::ActionId;

/// What a run does with its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// A verb.
    Verb,
    /// It takes one back.
    TakeBack,
}

/// A run under way: one of its calls is always in flight.
#[derive(Clone, Debug)]
pub struct Run {
    /// What is done to all of its rows.
    pub whole: Draft,
    /// Whether it is done or taken back.
    pub act: Act,
    /// What became of the rows so far.
    pub became: Vec<Became>,
    /// The call that is in flight.
    pub in_flight: ActionId,
    rest: VecDeque<Draft>,
    unsent: usize,
}

impl Run {
    /// The first of its calls, and the run of the others.
    pub fn of(whole: Draft, act: Act) -> (Draft, Self) {
        let mut rest = whole.clone().into_calls();
        let first = rest.pop_front().unwrap_or_else(|| whole.clone());
        let run = Self {
            whole,
            act,
            became: Vec::new(),
            in_flight: ActionId::default(),
            rest,
            unsent: 0,
        };
        (first, run)
    }

    /// `1000/3500`: how many rows are answered, of how many.
    pub fn progress(&self) -> String {
        format!("{}/{}", self.became.len(), self.whole.targets.len())
    }

    /// Sends no more than is in flight.
    pub fn stop(&mut self) {
        self.unsent += self
            .rest
            .iter()
            .map(|draft| draft.targets.len())
            .sum::<usize>();
        self.rest.clear();
    }

    /// Whether it was stopped before all was sent.
    pub const fn is_stopped(&self) -> bool {
        self.unsent > 0
    }

    /// How many rows were not sent.
    pub const fn unsent(&self) -> usize {
        self.unsent
    }

    /// What is sent next.
    pub fn take_next(&mut self) -> Option<Draft> {
        self.rest.pop_front()
    }
}
