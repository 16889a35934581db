//! Budgets of calls by the memory of one process.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Keys are swept once there are this many, so that made-up ones cannot fill memory.
const SWEEP_AT: usize = 10_000;
/// The budget that all new keys share while there are too many: stricter, never open.
const OVERFLOW: &str = "overflow";

/// Budgets by key. The window slides: at no moment does its length hold more than the limit.
#[derive(Debug)]
pub struct Windows {
    window: Duration,
    started: Instant,
    calls: Mutex<HashMap<String, Calls>>,
    locks: Mutex<HashMap<String, Instant>>,
}

impl Windows {
    /// Windows of this length, with nothing in them.
    pub fn new(window: Duration) -> Self {
        Self {
            window,
            started: Instant::now(),
            calls: Mutex::default(),
            locks: Mutex::default(),
        }
    }

    /// Looks whether a budget has room for a call, and takes none.
    ///
    /// # Errors
    /// How long to wait, where the budget is used up.
    pub fn look(&self, key: &str, limit: u32) -> Result<(), Duration> {
        let now = self.started.elapsed();
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls
            .get_mut(key)
            .map_or(Ok(()), |calls| calls.look(now, self.window, most(limit)))
    }

    /// Counts a call that somebody else let through.
    pub fn note(&self, key: &str) {
        // Whether there is room for it was decided there.
        let _counted = self.take(key, u32::MAX);
    }

    /// Takes one call from a budget.
    ///
    /// # Errors
    /// How long to wait, where the budget is used up.
    pub fn take(&self, key: &str, limit: u32) -> Result<(), Duration> {
        let now = self.started.elapsed();
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        if calls.len() >= SWEEP_AT && !calls.contains_key(key) {
            calls.retain(|_, calls| {
                calls.forget(now, self.window);
                !calls.0.is_empty()
            });
        }
        let is_full = calls.len() >= SWEEP_AT && !calls.contains_key(key);
        let key = if is_full { OVERFLOW } else { key };
        calls
            .entry(key.to_owned())
            .or_default()
            .take(now, self.window, most(limit))
    }
}

fn most(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

/// The calls of the window, oldest first: milliseconds since the windows were made, rounded up, so that a
/// call leaves the window no sooner than it may. They wrap after 49 days, of which a minute is looked at.
#[derive(Debug, Default)]
struct Calls(VecDeque<u32>);

impl Calls {
    fn take(&mut self, now: Duration, window: Duration, limit: usize) -> Result<(), Duration> {
        self.look(now, window, limit)?;
        self.0
            .push_back(wrapped(now.as_nanos().div_ceil(1_000_000)));
        Ok(())
    }

    fn look(&mut self, now: Duration, window: Duration, limit: usize) -> Result<(), Duration> {
        self.forget(now, window);
        if self.0.len() < limit {
            return Ok(());
        }
        let oldest = self.0.front();
        Err(oldest.map_or(window, |oldest| left(*oldest, now, window)))
    }

    fn forget(&mut self, now: Duration, window: Duration) {
        while self
            .0
            .front()
            .is_some_and(|call| left(*call, now, window).is_zero())
        {
            self.0.pop_front();
        }
    }
}

/// How long a call still counts; one that was rounded up may be a millisecond ahead of now.
fn left(call: u32, now: Duration, window: Duration) -> Duration {
    let age = wrapped(now.as_millis() + 1).wrapping_sub(call);
    let counted_until = window + Duration::from_millis(1);
    counted_until.saturating_sub(Duration::from_millis(age.into()))
}

/// The lower 32 bits.
fn wrapped(milliseconds: u128) -> u32 {
    let bytes = milliseconds.to_le_bytes();
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

impl Windows {
    /// How long a budget stays shut that was shut for a time.
    ///
    /// # Errors
    /// How long to wait, where it is shut.
    pub fn look_at_lock(&self, key: &str) -> Result<(), Duration> {
        let now = Instant::now();
        let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
        locks.retain(|_, until| *until > now);
        let until = locks.get(key);
        until.map_or(Ok(()), |until| Err(until.duration_since(now)))
    }

    /// Shuts a budget for a time.
    pub fn lock(&self, key: &str, lock: Duration) {
        let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
        locks.insert(key.to_owned(), Instant::now() + lock);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Duration = Duration::from_mins(1);

    #[tokio::test(start_paused = true)]
    async fn s004_18_the_window_slides() {
        let windows = Windows::new(WINDOW);
        for _ in 0..3 {
            assert_eq!(windows.take("a", 3), Ok(()));
            tokio::time::advance(Duration::from_secs(10)).await;
        }
        assert_eq!(windows.take("a", 3), Err(Duration::from_secs(30)));
        assert_eq!(windows.take("b", 3), Ok(()), "another key is not affected");
        tokio::time::advance(Duration::from_secs(30)).await;
        assert_eq!(
            windows.take("a", 3),
            Ok(()),
            "the first call has left the window"
        );
        assert_eq!(
            windows.take("a", 3),
            Err(Duration::from_secs(10)),
            "the others have not"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn p23_no_window_holds_more_than_the_limit_wherever_it_begins() {
        let windows = Windows::new(WINDOW);
        let mut taken = VecDeque::new();
        let mut random = 0x2545_f491_4f6c_dd1d_u64;
        for _ in 0..10_000 {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            tokio::time::advance(Duration::from_nanos(random % 12_000_000_000)).await;
            let now = Instant::now();
            if windows.take("a", 7).is_ok() {
                taken.push_back(now);
            }
            while now.duration_since(taken[0]) >= WINDOW {
                taken.pop_front();
            }
            assert!(taken.len() <= 7, "{} calls in a window", taken.len());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_window_slides_on_when_the_times_wrap() {
        let windows = Windows::new(WINDOW);
        let before_it_wraps = Duration::from_millis(u64::from(u32::MAX) - 10_000);
        tokio::time::advance(before_it_wraps).await;
        assert_eq!(windows.take("a", 1), Ok(()));
        tokio::time::advance(Duration::from_secs(20)).await;
        assert_eq!(windows.take("a", 1), Err(Duration::from_secs(40)));
        tokio::time::advance(Duration::from_secs(40)).await;
        assert_eq!(windows.take("a", 1), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn who_comes_back_after_weeks_has_the_whole_budget() {
        for days in [1, 24, 25, 30, 49] {
            let windows = Windows::new(WINDOW);
            assert_eq!(windows.take("a", 1), Ok(()));
            tokio::time::advance(Duration::from_hours(24 * days)).await;
            assert_eq!(windows.take("a", 1), Ok(()), "after {days} days");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_budget_of_nothing_lets_nothing_through() {
        assert_eq!(Windows::new(WINDOW).take("a", 0), Err(WINDOW));
    }
}
