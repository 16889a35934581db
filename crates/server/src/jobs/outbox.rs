//! Sends the mail in the outbox.
//!
//! Not one of the scheduled jobs: a mail server may take long, and nothing of it belongs into a transaction.
//! A commit that leaves mail wakes this at once.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::gate::Services;
use crate::mail;

/// Sends until it is told to stop; looks for mail of other processes as often as jobs do.
pub async fn run(services: Arc<Services>, stop: CancellationToken) {
    let poll = Duration::from_secs(services.config.jobs.poll_seconds.into());
    if poll.is_zero() {
        return;
    }
    loop {
        if let Err(error) = mail::send_due(&services).await {
            tracing::error!(%error, "mail cannot be sent");
        }
        if let Err(error) = mail::tell_of_backlog(&services).await {
            tracing::warn!(%error, "the outbox cannot be counted");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = services.outbox.notified() => {}
            () = tokio::time::sleep(poll) => {}
        }
    }
}
