//! Tells those outside, such as the platform's own realtime service, of each ban and each end of one (S004-23).
//!
//! A message is the user as operators see them. It is told after the commit, once, by the process that
//! committed; a process that dies in between tells nothing, so who must not miss one looks for themselves.

use std::sync::Arc;

use quarterdeck_api::ids::UserId;
use sea_orm::DbErr;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio_util::sync::CancellationToken;

use super::view::{Shown, view};
use crate::cluster::profiles::{CHANNEL, Changed};
use crate::gate::Services;

/// Tells until it is stopped; then what is still to be told.
pub async fn run(services: Arc<Services>, mut changed: Receiver<Changed>, stop: CancellationToken) {
    loop {
        let next = tokio::select! {
            biased;
            next = changed.recv() => next,
            () = stop.cancelled() => break,
        };
        match next {
            Ok(account) => tell(&services, account).await,
            Err(RecvError::Lagged(missed)) => lost(missed),
            Err(RecvError::Closed) => return,
        }
    }
    loop {
        match changed.try_recv() {
            Ok(account) => tell(&services, account).await,
            Err(TryRecvError::Lagged(missed)) => lost(missed),
            Err(TryRecvError::Empty | TryRecvError::Closed) => return,
        }
    }
}

fn lost(missed: u64) {
    tracing::warn!(
        missed,
        "more accounts changed than could be told on {CHANNEL}"
    );
}

async fn tell(services: &Services, account: Changed) {
    let id = account.id;
    if let Err(error) = try_tell(services, account).await {
        tracing::warn!(%error, id, "a changed account was not told on {CHANNEL}");
    }
}

async fn try_tell(services: &Services, account: Changed) -> Result<(), DbErr> {
    let told = match account.told {
        Some(told) => told,
        None => match read(services, account.id).await? {
            Some(read) => read.into(),
            None => return Ok(()),
        },
    };
    let in_short = serde_json::json!({ "id": account.id }).to_string();
    services.together.publish(CHANNEL, &told, &in_short).await;
    Ok(())
}

async fn read(services: &Services, id: i64) -> Result<Option<String>, DbErr> {
    let now = services.clock.now();
    let connection = services.database.reads();
    let user = view(connection, UserId(id), now, Shown::WithoutNotes).await?;
    // A view always has a JSON form.
    Ok(user.map(|user| serde_json::to_string(&user).unwrap_or_default()))
}
