//! What the dashboard is filtered by. It is loaded as a whole, so all of it is a filter of loaded rows.

use super::{Queue, QueueRow};
use crate::filter::{Context, Datum, Field, Kind, Listed, Shorthand, fields, has};

fields! {
    /// What the dashboard is filtered by.
    pub enum QueueField {
        /// Which queue.
        Queue = "queue", Kind::Choice(Queue::NAMES), Locally, "queue:applications,reports or all";
        /// How many wait in it.
        Open = "open", Kind::Number, Locally, "open>0";
        /// How many of them are late.
        Overdue = "overdue", Kind::Number, Locally, "overdue>0";
        /// Since when the oldest waits.
        Oldest = "oldest", Kind::Past, Locally, "oldest<2026-09-01";
        /// The next deadline.
        Due = "due", Kind::Ahead, Locally, "due:3d";
    }
}

/// The dashboard has one order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueSort {}

impl Field for QueueField {
    type Sort = QueueSort;
    // A queue has no number: `#1` finds none.
    const ID: Self = Self::Queue;
    const SEARCHED: &'static [Self] = &[];
    const SHORTHANDS: &'static [Shorthand] = &[has("overdue", "overdue>0"), has("open", "open>0")];
    const SORTS: &'static [(&'static str, QueueSort)] = &[];
}

impl Listed for QueueRow {
    type Field = QueueField;

    fn datum(&self, field: QueueField, _context: &Context) -> Datum<'_> {
        match field {
            QueueField::Queue => Datum::word(&self.queue, Queue::as_str),
            QueueField::Open => Datum::count(self.open),
            QueueField::Overdue => self.overdue.map_or(Datum::Missing, Datum::count),
            QueueField::Oldest => Datum::time(self.oldest_at),
            QueueField::Due => Datum::time(self.next_deadline),
        }
    }

    fn visible(&self) -> String {
        self.queue.to_string()
    }
}
