//! Clears away what erased rows left in the database's files.
//!
//! Not one of the scheduled jobs: VACUUM runs outside of any transaction and may take long. The mark in
//! the database outlives a crash; a call that erases wakes this at once.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::db::remains::{self, Cleared};
use crate::gate::Services;

/// Longest wait after a try that was blocked or failed.
const LAST_RETRY: Duration = Duration::from_mins(1);
/// Wait after the first of them; it doubles with each.
const FIRST_RETRY: Duration = Duration::from_millis(250);

/// Clears away until it is told to stop; looks for marks of other processes as often as jobs do.
pub async fn run(services: Arc<Services>, stop: CancellationToken) {
    let poll = Duration::from_secs(services.config.jobs.poll_seconds.into());
    if poll.is_zero() {
        return;
    }
    let mut wait = FIRST_RETRY;
    loop {
        let pause = match clear_marked(&services).await {
            Ok(Cleared::Wholly) => {
                wait = FIRST_RETRY;
                poll
            }
            Ok(Cleared::Blocked) => next(&mut wait),
            Err(error) => {
                tracing::error!(
                    error,
                    "the remains of erased rows could not be cleared away"
                );
                next(&mut wait)
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = services.remains.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

fn next(wait: &mut Duration) -> Duration {
    let now = *wait;
    *wait = (now * 2).min(LAST_RETRY);
    now
}

async fn clear_marked(
    services: &Services,
) -> Result<Cleared, Box<dyn std::error::Error + Send + Sync>> {
    let Some(mark) = remains::marked(services.database.reads()).await? else {
        return Ok(Cleared::Wholly);
    };
    let cleared = remains::clear(&services.database).await?;
    match cleared {
        Cleared::Wholly => {
            let tx = services.system_write("remains").await?;
            remains::unmark(tx.connection(), &mark).await?;
            tx.commit().await?;
            tracing::info!("the remains of erased rows were cleared away");
        }
        Cleared::Blocked => tracing::debug!("a reader holds the remains of erased rows"),
    }
    Ok(cleared)
}
