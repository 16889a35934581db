//! One call about several objects: each is judged under its lock, those that may change do so together,
//! and each id has its result (C-33).

use std::collections::{HashMap, HashSet};
use std::fmt::Display;
use std::hash::Hash;

use quarterdeck_api::audit_code::AuditCode;
use quarterdeck_api::bulk::{BulkReply, BulkResult, Outcome};
use quarterdeck_api::problem::Conflict;
use serde::Serialize;
use serde_json::json;

use super::{Committed, Refusal, WriteTx};
use crate::chain::Entry;

/// The ids that a call names, as they came.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a, I> {
    /// The field that names them.
    pub field: &'static str,
    /// What they are, in the plural.
    pub objects: &'static str,
    /// Most of them.
    pub most: usize,
    /// The ids.
    pub ids: &'a [I],
}

impl<I: Copy + Eq + Hash> Named<'_, I> {
    /// The ids without the repeated ones, in the order they were named.
    ///
    /// # Errors
    /// None, or more than the most.
    pub fn distinct(&self) -> Result<Vec<I>, Refusal> {
        if !(1..=self.most).contains(&self.ids.len()) {
            return Err(Refusal::invalid_field(
                self.field,
                format!("must name 1 to {} {}", self.most, self.objects),
            ));
        }
        let mut known = HashSet::with_capacity(self.ids.len());
        let ids = self.ids.iter().copied();
        Ok(ids.filter(|id| known.insert(*id)).collect())
    }
}

/// A stored object that calls are about.
pub trait Object {
    /// Names it.
    type Id: Copy + Eq + Hash + Into<i64>;
    /// Where it can stand.
    type Status: Copy;

    /// Which one.
    fn id(&self) -> Self::Id;

    /// Where it stands.
    fn status(&self) -> Self::Status;

    /// What who comes second is told.
    fn conflict(&self) -> Conflict;
}

/// The objects of a call as they were locked, and what becomes of each.
#[derive(Debug)]
pub struct Judged<S: Object> {
    stored: HashMap<S::Id, S>,
    outcomes: Vec<(S::Id, Outcome)>,
}

impl<S: Object> Judged<S> {
    /// Judges each id on its object; there is none where the id names nothing.
    pub fn new(
        ids: &[S::Id],
        locked: Vec<S>,
        rule: impl Fn(S::Id, Option<S::Status>) -> Outcome,
    ) -> Self {
        let stored: HashMap<_, _> = locked.into_iter().map(|one| (one.id(), one)).collect();
        let judge = |id: &S::Id| (*id, rule(*id, stored.get(id).map(Object::status)));
        Self {
            outcomes: ids.iter().map(judge).collect(),
            stored,
        }
    }

    /// Those that change, with the status that each comes from.
    pub fn changes(&self) -> Vec<(S::Id, S::Status)> {
        let status = |id| self.stored.get(&id).map(|one| (id, one.status()));
        self.changing().into_iter().filter_map(status).collect()
    }

    /// Those that change.
    pub fn changing(&self) -> Vec<S::Id> {
        self.outcomes
            .iter()
            .filter(|(_, outcome)| *outcome == Outcome::Changed)
            .map(|(id, _)| *id)
            .collect()
    }

    /// What becomes of each id, in their order.
    pub fn outcomes(&self) -> impl Iterator<Item = Outcome> {
        self.outcomes.iter().map(|(_, outcome)| *outcome)
    }

    /// How many ids were judged.
    pub const fn requested(&self) -> usize {
        self.outcomes.len()
    }

    /// The result of each id; those that changed are shown as they are `now`.
    pub fn reply<R>(&self, now: Vec<S>, row: impl Fn(&S) -> R) -> BulkReply<R> {
        let now: HashMap<_, _> = now.into_iter().map(|one| (one.id(), one)).collect();
        let result = |(id, outcome): &(S::Id, Outcome)| {
            let one = now.get(id).or_else(|| self.stored.get(id));
            let lost = one.filter(|_| *outcome == Outcome::Conflict);
            BulkResult {
                id: (*id).into(),
                outcome: (*outcome).into(),
                row: one.map(&row),
                conflict: lost.map(Object::conflict),
            }
        };
        BulkReply {
            results: self.outcomes.iter().map(result).collect(),
            changed: self.count(Outcome::Changed),
            noop: self.count(Outcome::Noop) == self.requested(),
        }
    }

    /// Ends a call that changed nothing: without a trace where all was so already (C-16); what was refused
    /// stays in the action log.
    ///
    /// # Errors
    /// The gate's.
    pub async fn unchanged<R: Serialize>(
        &self,
        tx: WriteTx<'_>,
        reply: R,
    ) -> Result<Committed<R>, Refusal> {
        if self.count(Outcome::Noop) == self.requested() {
            tx.noop(reply).await
        } else {
            tx.commit(&[], reply).await
        }
    }

    fn count(&self, sought: Outcome) -> usize {
        let sought = |(_, outcome): &&(S::Id, Outcome)| *outcome == sought;
        self.outcomes.iter().filter(sought).count()
    }
}

/// The audit row of an object that went from one status to another.
pub fn moved(
    code: AuditCode,
    (kind, id): (&'static str, impl Display),
    from: impl Display,
    to: impl Display,
) -> Entry {
    let details = json!({ "from": from.to_string(), "to": to.to_string() });
    Entry::new(code, kind, id).details(details)
}

/// The audit row of the call, beside those of the objects (C-33).
pub fn summary(code: AuditCode, kind: &'static str, changed: usize, requested: usize) -> Entry {
    Entry {
        action: code.text_with_count(changed),
        ..Entry::new(code, kind, "").details(json!({ "changed": changed, "requested": requested }))
    }
}
