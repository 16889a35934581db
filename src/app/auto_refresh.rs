//! How often the tab shown is loaded by itself, where the operator has asked for it (console.md §4.8): every so many
//! seconds, and after failures with pauses that grow.

use chrono::{DateTime, TimeDelta, Utc};
use quarterdeck_api::backoff::Backoff;

/// The shortest time between two loads, in seconds.
pub const SHORTEST: u32 = 10;

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AutoRefresh {
    every: TimeDelta,
    is_paused: bool,
    due: DateTime<Utc>,
    backoff: Backoff,
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
            backoff: Backoff::default(),
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
            self.backoff.reset();
            self.due = now + self.every;
        } else {
            // The time is as good as chance here: no two consoles fail in the same microsecond.
            let random = now.timestamp_subsec_micros().into();
            self.due = now + self.backoff.next_pause(random);
        }
    }
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
            let mut auto = AutoRefresh::every(60, now);
            auto.note(now, false);
            let pause = (auto.due - now).num_milliseconds();
            assert!((800..=1_200).contains(&pause), "{pause}");
        }
    }
}
