//! Writes that were on their way when a console ended: noted before they are sent and when they are
//! answered (console.md §1), so that the next run can say what became of them. The server's journal of the
//! operator's own acts is the truth; only ids and words of the program are noted, never texts.

use chrono::{DateTime, TimeDelta, Utc};
use quarterdeck_api::audit_code::AuditCode;
use quarterdeck_api::journal::{JournalEntry, JournalPage};
use quarterdeck_api::operations::spec;
use serde::{Deserialize, Serialize};

/// How far the clocks of the console and the server may be apart.
const SKEW: TimeDelta = TimeDelta::minutes(5);
/// Acts that are asked for at once.
pub const PAGE: u32 = 50;
/// Pages that are looked through.
const MOST_PAGES: usize = 10;
/// Ids that are said.
const MOST_IDS: usize = 3;

/// A write that was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingWrite {
    /// Its idempotency key.
    pub key: String,
    /// The operation.
    pub operation: String,
    /// What the operator called it: `approve`.
    pub verb: String,
    /// What it touches.
    pub ids: Vec<i64>,
    /// Whose it is.
    pub account: i64,
    /// When, by the console's clock.
    pub sent_at: DateTime<Utc>,
}

/// What is being found out about writes of earlier runs.
#[derive(Clone, Debug, Default)]
pub struct Inquiry {
    writes: Vec<PendingWrite>,
    acts: Vec<JournalEntry>,
    pages: usize,
}

impl Inquiry {
    /// About these.
    pub fn about(writes: Vec<PendingWrite>) -> Self {
        Self {
            writes,
            ..Self::default()
        }
    }

    /// What became of each write, and their keys.
    pub fn conclude(self) -> (Vec<String>, Vec<String>) {
        let Self { writes, acts, .. } = self;
        let fates = writes.iter().map(|write| fate(write, &acts)).collect();
        (fates, writes.into_iter().map(|write| write.key).collect())
    }

    /// Keeps a page; the cursor of the next one, if it is needed.
    pub fn hold(&mut self, page: JournalPage) -> Option<String> {
        self.pages += 1;
        let since = self.writes.iter().map(earliest).min();
        let oldest = page.data.last().map(|act| act.created_at);
        self.acts.extend(page.data);
        let reaches = oldest <= since || self.pages == MOST_PAGES;
        page.next_cursor.filter(|_| !reaches)
    }
}

fn earliest(write: &PendingWrite) -> DateTime<Utc> {
    write.sent_at - SKEW
}

fn codes(operation: &str) -> &'static [AuditCode] {
    spec(operation).map_or(&[], |spec| spec.effect.audit_codes())
}

/// What became of a write, by the acts since it was sent.
fn fate(write: &PendingWrite, acts: &[JournalEntry]) -> String {
    let codes = codes(&write.operation);
    let is_of_write = |act: &&JournalEntry| {
        let code = act.action_code.known();
        act.created_at >= earliest(write) && code.is_some_and(|code| codes.contains(&code))
    };
    let done: Vec<_> = acts.iter().filter(is_of_write).collect();
    let is_done = |id: &&i64| {
        let mut targets = done.iter().flat_map(|act| &act.targets);
        targets.any(|target| target.id == **id)
    };
    let (count, changed) = (write.ids.len(), write.ids.iter().filter(is_done).count());
    let outcome = match changed {
        0 => "nothing was changed; `:journal` has what was".to_owned(),
        all if all == count => "it was done, as `:journal` says".to_owned(),
        some => format!("{some} of {count} were changed; `:journal` has them"),
    };
    let at = write.sent_at.format("%Y-%m-%d %H:%M UTC");
    let (verb, objects) = (&write.verb, named(&write.ids));
    format!("Cut off at {at}: {verb} {objects}: {outcome}")
}

/// `#4, #5, #6 and 7 more`
fn named(ids: &[i64]) -> String {
    let first: Vec<_> = ids
        .iter()
        .take(MOST_IDS)
        .map(|id| format!("#{id}"))
        .collect();
    let more = ids.len().saturating_sub(MOST_IDS);
    let first = first.join(", ");
    if more == 0 {
        first
    } else {
        format!("{first} and {more} more")
    }
}
