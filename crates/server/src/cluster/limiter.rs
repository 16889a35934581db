//! Budgets of calls, which several processes take from together: by Redis where it is given, by PostgreSQL
//! where it is not and others are there, by memory where this process is alone.
//!
//! What a process lets through it counts in memory as well, whoever decided. So a budget that it used up itself
//! stays used up whatever becomes of Redis. While Redis is away budgets are half as large: whoever decides then
//! does not know what the others let through before.

use std::time::Duration;

use super::budget::{Budget, UsedUp};
use super::counted::Counted;
use super::redis::Redis;
use super::windows::Windows;

/// The length of a window.
pub const WINDOW: Duration = Duration::from_mins(1);

/// Budgets by key.
#[derive(Debug)]
pub struct Limiter {
    memory: Windows,
    redis: Option<Redis>,
    counted: Option<Counted>,
}

impl Limiter {
    /// A limiter with windows of this length, which agrees with others by what is given.
    pub fn new(window: Duration, redis: Option<Redis>, counted: Option<Counted>) -> Self {
        Self {
            memory: Windows::new(window),
            redis,
            counted,
        }
    }

    /// Takes a call from each budget, in their order, up to the first that is used up.
    ///
    /// # Errors
    /// How long to wait.
    pub async fn take(&self, budgets: &[Budget<'_>], used_up: UsedUp) -> Result<(), Duration> {
        let looked = budgets.iter().map(|budget| self.look(*budget, used_up));
        match looked
            .enumerate()
            .find_map(|(place, looked)| Some((place, looked.err()?)))
        {
            // It counts on those before.
            Some((place, wait)) => self.judge(&budgets[..place], used_up).await.and(Err(wait)),
            None => self.judge(budgets, used_up).await,
        }
    }

    /// What this process itself has let through, and shut, counts whoever decides.
    fn look(&self, budget: Budget<'_>, used_up: UsedUp) -> Result<(), Duration> {
        if matches!(used_up, UsedUp::Shuts(_)) {
            self.memory.look_at_lock(budget.key)?;
        }
        let looked = self.memory.look(budget.key, budget.limit);
        looked.map_err(|wait| self.refuse(budget, used_up, wait))
    }

    async fn judge(&self, budgets: &[Budget<'_>], used_up: UsedUp) -> Result<(), Duration> {
        if budgets.is_empty() {
            return Ok(());
        }
        match self.take_together(budgets, used_up).await {
            Some(verdict) => verdict.inspect_err(|wait| self.shut(budgets, used_up, *wait)),
            None => self.take_alone(budgets, used_up),
        }
    }

    /// The verdict of those who know of all processes; none where nobody does.
    async fn take_together(
        &self,
        budgets: &[Budget<'_>],
        used_up: UsedUp,
    ) -> Option<Result<(), Duration>> {
        if let Some(redis) = &self.redis
            && let Some(verdict) = redis.take(budgets, used_up).await
        {
            return Some(verdict.inspect(|()| self.note(budgets)));
        }
        let counted = self.counted.as_ref()?;
        if counted.processes() == 1 {
            return None;
        }
        let verdict = counted.take(&self.without_redis(budgets), used_up).await?;
        Some(verdict.inspect(|()| self.note(budgets)))
    }

    /// By memory; a share of the budget where there are others who cannot be asked.
    fn take_alone(&self, budgets: &[Budget<'_>], used_up: UsedUp) -> Result<(), Duration> {
        let processes = self.counted.as_ref().map_or(1, Counted::processes);
        for budget in self.without_redis(budgets) {
            let budget = budget.among(processes);
            let taken = self.memory.take(budget.key, budget.limit);
            taken.map_err(|wait| self.refuse(budget, used_up, wait))?;
        }
        Ok(())
    }

    fn without_redis<'a>(&self, budgets: &[Budget<'a>]) -> Vec<Budget<'a>> {
        let is_missed = self.redis.is_some();
        let smaller = |budget: &Budget<'a>| if is_missed { budget.halved() } else { *budget };
        budgets.iter().map(smaller).collect()
    }

    fn note(&self, budgets: &[Budget<'_>]) {
        for budget in budgets {
            self.memory.note(budget.key);
        }
    }

    fn refuse(&self, budget: Budget<'_>, used_up: UsedUp, wait: Duration) -> Duration {
        match used_up {
            UsedUp::Waits => wait,
            UsedUp::Shuts(lock) => {
                self.memory.lock(budget.key, lock);
                lock
            }
        }
    }

    /// Shut by the others, it is shut here as well: whatever becomes of Redis.
    fn shut(&self, budgets: &[Budget<'_>], used_up: UsedUp, wait: Duration) {
        match (used_up, budgets) {
            (UsedUp::Shuts(_), [budget]) => self.memory.lock(budget.key, wait),
            (UsedUp::Shuts(_) | UsedUp::Waits, _) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_budget_that_is_used_up_stays_shut_for_a_time() {
        let limiter = Limiter::new(WINDOW, None, None);
        let two = [Budget { key: "a", limit: 2 }];
        let shuts = UsedUp::Shuts(Duration::from_mins(5));
        assert_eq!(limiter.take(&two, shuts).await, Ok(()));
        assert_eq!(limiter.take(&two, shuts).await, Ok(()));
        let refused = limiter.take(&two, shuts).await;
        assert_eq!(refused, Err(Duration::from_mins(5)));
        tokio::time::advance(Duration::from_mins(4)).await;
        let refused = limiter.take(&two, shuts).await;
        assert_eq!(
            refused,
            Err(Duration::from_mins(1)),
            "trying does not prolong it"
        );
        tokio::time::advance(Duration::from_mins(1)).await;
        assert_eq!(limiter.take(&two, shuts).await, Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_budget_that_is_used_up_ends_it() {
        let limiter = Limiter::new(WINDOW, None, None);
        let budgets = [Budget { key: "a", limit: 1 }, Budget { key: "b", limit: 2 }];
        assert_eq!(limiter.take(&budgets, UsedUp::Waits).await, Ok(()));
        let refused = limiter.take(&budgets, UsedUp::Waits).await;
        assert_eq!(refused, Err(WINDOW));
        let b = limiter.take(&budgets[1..], UsedUp::Waits).await;
        assert_eq!(b, Ok(()), "the second call did not count on it");
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_a_later_budget_refuses_counts_on_those_before() {
        let limiter = Limiter::new(WINDOW, None, None);
        let budgets = [Budget { key: "a", limit: 3 }, Budget { key: "b", limit: 1 }];
        assert_eq!(limiter.take(&budgets, UsedUp::Waits).await, Ok(()));
        for _ in 0..2 {
            assert!(limiter.take(&budgets, UsedUp::Waits).await.is_err());
        }
        let a = limiter.take(&budgets[..1], UsedUp::Waits).await;
        assert_eq!(
            a,
            Err(WINDOW),
            "it is used up by the calls that were refused"
        );
    }
}
