//! Tells those outside, such as the platform's own realtime service, of each ban and each end of one (S004-23).
//!
//! A message is the user as operators see them. It is told after the commit, once, by the process that
//! committed, together with those that follow within a moment; of equal ones PostgreSQL tells one. A process that dies
//! in between tells nothing, so who must not miss one looks for themselves.

use std::sync::Arc;
use std::time::Duration;

use quarterdeck_api::ids::UserId;
use sea_orm::DbErr;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::view::{Shown, view};
use crate::cluster::profiles::{CHANNEL, Changed};
use crate::cluster::together::Said;
use crate::gate::Services;

/// How long others are waited for that can be told in the same breath.
const GATHERING: Duration = Duration::from_millis(20);
/// As many are told in one.
const MOST: usize = 100;

/// Tells until it is stopped; then what is still to be told.
pub async fn run(services: Arc<Services>, mut changed: Receiver<Changed>, stop: CancellationToken) {
    loop {
        let next = tokio::select! {
            biased;
            next = changed.recv() => next,
            () = stop.cancelled() => break,
        };
        match next {
            Ok(account) => {
                sleep(GATHERING).await;
                tell(&services, waiting(&mut changed, vec![account])).await;
            }
            Err(RecvError::Lagged(missed)) => lost(missed),
            Err(RecvError::Closed) => return,
        }
    }
    loop {
        let rest = waiting(&mut changed, Vec::new());
        if rest.is_empty() {
            return;
        }
        tell(&services, rest).await;
    }
}

/// Those that are to be told by now, behind the ones that are known already.
fn waiting(changed: &mut Receiver<Changed>, mut accounts: Vec<Changed>) -> Vec<Changed> {
    while accounts.len() < MOST {
        match changed.try_recv() {
            Ok(account) => accounts.push(account),
            Err(TryRecvError::Lagged(missed)) => lost(missed),
            Err(TryRecvError::Empty | TryRecvError::Closed) => break,
        }
    }
    accounts
}

fn lost(missed: u64) {
    tracing::warn!(
        missed,
        "more accounts changed than could be told on {CHANNEL}"
    );
}

async fn tell(services: &Services, accounts: Vec<Changed>) {
    let mut said = Vec::with_capacity(accounts.len());
    for account in accounts {
        let id = account.id;
        match in_words(services, account).await {
            Ok(account) => said.extend(account),
            Err(error) => {
                tracing::warn!(%error, id, "a changed account was not told on {CHANNEL}");
            }
        }
    }
    services.together.publish(CHANNEL, &said).await;
}

/// None where the account is gone by now.
async fn in_words(services: &Services, account: Changed) -> Result<Option<Said>, DbErr> {
    let text = match account.told {
        Some(told) => Some(told),
        None => read(services, account.id).await?.map(Arc::from),
    };
    let in_short = serde_json::json!({ "id": account.id }).to_string();
    Ok(text.map(|text| Said { text, in_short }))
}

async fn read(services: &Services, id: i64) -> Result<Option<String>, DbErr> {
    let now = services.clock.now();
    let connection = services.database.reads();
    let user = view(connection, UserId(id), now, Shown::WithoutNotes).await?;
    // A view always has a JSON form.
    Ok(user.map(|user| serde_json::to_string(&user).unwrap_or_default()))
}
