//! Budgets of calls that the processes of one PostgreSQL count together, where no Redis does.
//!
//! A call is one statement. Calls are counted in slots of a sixtieth of the window, and one that a slot
//! touches counts as a whole: no window holds more than the limit, and a budget is renewed a slot late.

use std::time::Duration;

use super::budget::{Budget, UsedUp};
use super::neighbors::Neighbors;

/// Budgets in the database.
#[derive(Clone, Debug)]
pub struct Counted {
    neighbors: Neighbors,
    window: Duration,
}

impl Counted {
    /// Budgets that these processes share, with windows of this length.
    pub const fn new(neighbors: Neighbors, window: Duration) -> Self {
        Self { neighbors, window }
    }

    /// How many processes share them.
    pub fn processes(&self) -> u32 {
        self.neighbors.processes()
    }

    /// The processes that share them.
    pub const fn neighbors(&self) -> &Neighbors {
        &self.neighbors
    }

    /// Forgets what counts no more.
    pub async fn sweep(&self) {
        for text in [
            "DELETE FROM rate_calls WHERE counts_until < clock_timestamp()",
            "DELETE FROM rate_locks WHERE locked_until < clock_timestamp()",
        ] {
            let swept = sqlx::query(text).execute(self.neighbors.pool()).await;
            if let Err(error) = swept {
                tracing::debug!(%error, "limits that count no more were not forgotten");
            }
        }
    }

    /// Takes calls from budgets; none where the database does not answer.
    pub async fn take(
        &self,
        budgets: &[Budget<'_>],
        used_up: UsedUp,
    ) -> Option<Result<(), Duration>> {
        let lock = match used_up {
            UsedUp::Waits => Duration::ZERO,
            UsedUp::Shuts(lock) => lock,
        };
        let keys: Vec<_> = budgets.iter().map(|budget| budget.key.to_owned()).collect();
        let limits: Vec<_> = budgets
            .iter()
            .map(|budget| i64::from(budget.limit))
            .collect();
        let waited: Result<i64, _> = sqlx::query_scalar("SELECT take_calls($1, $2, $3, $4)")
            .bind(keys)
            .bind(limits)
            .bind(millis(self.window))
            .bind(millis(lock))
            .fetch_one(self.neighbors.pool())
            .await;
        match waited.map(u64::try_from) {
            Ok(Ok(0)) => Some(Ok(())),
            Ok(Ok(wait)) => Some(Err(Duration::from_millis(wait))),
            Ok(Err(_)) => None,
            Err(error) => {
                tracing::warn!(%error, "limits cannot be counted together: this process takes its share");
                None
            }
        }
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
