//! Which selections of the log are longer than lists count: the log only grows, so they stay so, and are
//! counted once.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use super::selection::AuditSelection;

/// Selections that are remembered; one more, and all are forgotten.
const MOST: usize = 1_024;

/// The selections that were found to match more rows than [`COUNT_CAP`](quarterdeck_api::page::COUNT_CAP).
#[derive(Debug, Default)]
pub struct Beyond {
    selections: Mutex<HashSet<(String, AuditSelection)>>,
}

impl Beyond {
    pub(super) fn has(&self, scope: &str, selection: &AuditSelection) -> bool {
        let selections = self
            .selections
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        selections.contains(&(scope.to_owned(), selection.clone()))
    }

    pub(super) fn add(&self, scope: &str, selection: &AuditSelection) {
        let mut selections = self
            .selections
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if selections.len() >= MOST {
            selections.clear();
        }
        selections.insert((scope.to_owned(), selection.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by(actor_id: i64) -> AuditSelection {
        AuditSelection {
            actor_id: Some(actor_id),
            ..AuditSelection::default()
        }
    }

    #[test]
    fn a_selection_is_known_in_its_scope_alone() {
        let beyond = Beyond::default();
        beyond.add("platform", &by(1));
        assert!(beyond.has("platform", &by(1)));
        assert!(!beyond.has("platform", &by(2)));
        assert!(!beyond.has("org:1", &by(1)));
    }

    #[test]
    fn made_up_selections_do_not_fill_memory() {
        let beyond = Beyond::default();
        for actor in 0..=1_024 {
            beyond.add("platform", &by(actor));
        }
        assert!(beyond.selections.lock().unwrap().len() <= MOST);
        assert!(beyond.has("platform", &by(1_024)));
    }
}
