//! Sliding-window budgets of calls, in memory: each process keeps its own.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

const WINDOW: Duration = Duration::from_mins(1);
/// Keys are swept once there are this many, so that made-up ones cannot fill memory.
const SWEEP_AT: usize = 10_000;
/// The budget that all new keys share while there are too many: stricter, never open.
const OVERFLOW: &str = "overflow";

/// Budgets by key. The window slides: at no moment do the last 60 seconds hold more than the limit.
#[derive(Debug, Default)]
pub struct Limiter {
    calls: Mutex<HashMap<String, VecDeque<Instant>>>,
    locks: Mutex<HashMap<String, Instant>>,
}

impl Limiter {
    /// Takes one call from a budget.
    ///
    /// # Errors
    /// How long to wait, where the budget is used up.
    pub fn take(&self, key: &str, limit: u32) -> Result<(), Duration> {
        let now = Instant::now();
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        if calls.len() >= SWEEP_AT && !calls.contains_key(key) {
            sweep(&mut calls, now);
        }
        let is_full = calls.len() >= SWEEP_AT && !calls.contains_key(key);
        let key = if is_full { OVERFLOW } else { key };
        let times = calls.entry(key.to_owned()).or_default();
        forget(times, now);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        if times.len() < limit {
            times.push_back(now);
            return Ok(());
        }
        let oldest = times.front().copied().unwrap_or(now);
        Err((oldest + WINDOW).saturating_duration_since(now))
    }
}

impl Limiter {
    /// Takes one call; a budget that is used up stays shut for a time, however few come after.
    ///
    /// # Errors
    /// How long to wait.
    pub fn take_or_lock(&self, key: &str, limit: u32, lock: Duration) -> Result<(), Duration> {
        let now = Instant::now();
        let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
        locks.retain(|_, until| *until > now);
        if let Some(until) = locks.get(key) {
            return Err(until.duration_since(now));
        }
        self.take(key, limit)
            .inspect_err(|_| {
                locks.insert(key.to_owned(), now + lock);
            })
            .map_err(|_| lock)
    }
}

fn forget(times: &mut VecDeque<Instant>, now: Instant) {
    while times
        .front()
        .is_some_and(|time| now.duration_since(*time) >= WINDOW)
    {
        times.pop_front();
    }
}

fn sweep(calls: &mut HashMap<String, VecDeque<Instant>>, now: Instant) {
    calls.retain(|_, times| {
        forget(times, now);
        !times.is_empty()
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn s004_18_the_window_slides() {
        let limiter = Limiter::default();
        for _ in 0..3 {
            assert_eq!(limiter.take("a", 3), Ok(()));
            tokio::time::advance(Duration::from_secs(10)).await;
        }
        assert_eq!(limiter.take("a", 3), Err(Duration::from_secs(30)));
        assert_eq!(limiter.take("b", 3), Ok(()), "another key is not affected");
        tokio::time::advance(Duration::from_secs(30)).await;
        assert_eq!(
            limiter.take("a", 3),
            Ok(()),
            "the first call has left the window"
        );
        assert_eq!(
            limiter.take("a", 3),
            Err(Duration::from_secs(10)),
            "the others have not"
        );
    }
}
