//! What is done for a key at most so often, by the memory of one process.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

const PAUSE: TimeDelta = TimeDelta::minutes(1);
/// Keys that may be done again are swept once there are this many.
const SWEEP_AT: usize = 1_024;

/// When something was last done, by key.
#[derive(Debug, Default)]
pub struct Paced(Mutex<HashMap<i64, DateTime<Utc>>>);

impl Paced {
    fn done(&self) -> MutexGuard<'_, HashMap<i64, DateTime<Utc>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it is to be done now; who is told so does it.
    pub fn is_due(&self, key: i64, now: DateTime<Utc>) -> bool {
        let is_due = |at: &DateTime<Utc>| !(TimeDelta::zero()..PAUSE).contains(&(now - *at));
        let mut done = self.done();
        if done.len() >= SWEEP_AT {
            done.retain(|_, at| !is_due(at));
        }
        let is_due = done.get(&key).is_none_or(is_due);
        if is_due {
            done.insert(key, now);
        }
        is_due
    }

    /// It may be done again at once.
    pub fn forget(&self, key: i64) {
        self.done().remove(&key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    #[test]
    fn each_key_has_its_turn_once_a_minute() {
        let paced = Paced::default();
        assert!(paced.is_due(1, at(0)));
        assert!(!paced.is_due(1, at(59)));
        assert!(paced.is_due(2, at(59)));
        assert!(paced.is_due(1, at(60)));
        assert!(paced.is_due(1, at(0)), "the clock was set back");
        paced.forget(1);
        assert!(paced.is_due(1, at(1)));
    }

    #[test]
    fn keys_that_are_due_again_are_forgotten_before_there_are_too_many() {
        let paced = Paced::default();
        for key in 0..10_000 {
            assert!(paced.is_due(key, at(key)));
        }
        assert!(paced.done().len() <= SWEEP_AT);
    }
}
