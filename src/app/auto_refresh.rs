//! How often the tab shown is loaded by itself, where the operator has asked for it (console.md §4.8): every so many
//! seconds, and after failures with pauses that grow.

use chrono::{DateTime, TimeDelta, Utc};

/// The shortest time between two loads, in seconds.
pub const SHORTEST: u32 = 10;
/// The pauses after failures, in seconds; the last one stays.
const PAUSES: [i64; 6] = [1, 2, 4, 8, 15, 30];
/// How far a pause is from its length at most, in hundredths.
const JITTER: i64 = 20;

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AutoRefresh {
    every: TimeDelta,
    is_paused: bool,
    due: DateTime<Utc>,
    failed: usize,
}

impl AutoRefresh {
    /// What the screen says of it.
    pub fn label(&self) -> String {
        if self.is_paused {
            "auto paused".to_owned()
        } else {
            format!("auto {}s", self.every.num_seconds())
        }
    }

    /// When the next load is due.
    pub fn due(&self) -> Option<DateTime<Utc>> {
        (!self.is_paused).then_some(self.due)
    }

    /// Every so many seconds from now on.
    pub fn every(seconds: u32, now: DateTime<Utc>) -> Self {
        let every = TimeDelta::seconds(seconds.into());
        Self {
            every,
            is_paused: false,
            due: now + every,
            failed: 0,
        }
    }

    /// Pauses, or goes on from now; says whether it is paused then.
    pub fn toggle(&mut self, now: DateTime<Utc>) -> bool {
        self.is_paused = !self.is_paused;
        self.due = now + self.every;
        self.is_paused
    }

    /// A load has ended: the next one is due in its time, or after the pause of a failure.
    pub fn note(&mut self, now: DateTime<Utc>, is_loaded: bool) {
        if is_loaded {
            self.failed = 0;
            self.due = now + self.every;
        } else {
            let seconds = PAUSES[self.failed.min(PAUSES.len() - 1)];
            self.failed += 1;
            self.due = now + TimeDelta::milliseconds(seconds * 10 * hundredths(now));
        }
    }
}

/// How many hundredths of its length a pause takes. The time is as good as chance here: no two consoles
/// fail in the same microsecond.
fn hundredths(now: DateTime<Utc>) -> i64 {
    100 - JITTER + i64::from(now.timestamp_subsec_micros()) % (2 * JITTER + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_after_failures_grow_and_begin_anew() {
        let now: DateTime<Utc> = "2026-11-20T14:00:00.000020Z".parse().unwrap();
        let mut auto = AutoRefresh::every(60, now);
        let mut pause = |is_loaded| {
            auto.note(now, is_loaded);
            (auto.due - now).num_seconds()
        };
        let pauses = [false; 8].map(&mut pause);
        assert_eq!(pauses, [1, 2, 4, 8, 15, 30, 30, 30]);
        assert_eq!((pause(true), pause(false)), (60, 1));
    }

    #[test]
    fn a_pause_is_a_fifth_off_at_most() {
        for micros in 0..200 {
            let now = DateTime::UNIX_EPOCH + TimeDelta::microseconds(micros);
            assert!((80..=120).contains(&hundredths(now)));
        }
    }
}
