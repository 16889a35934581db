//! Claims: who is at work on an item of a queue.
//!
//! Other rooms mark their rows with them ([`mark`]) and end them with a decision ([`ended_by`]), the way in
//! tells of signs of life ([`heard`], [`lost`]). Nothing here keeps anybody from deciding.

mod rules;
mod store;

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::bulk::{BulkReply, MAX_IDS, Outcome};
use quarterdeck_api::claim::{GRACE, LEASE};
use quarterdeck_api::claims::{ClaimRequest, Claimable, Claimed, Queue, ReleaseClaims, TakeClaims};
use quarterdeck_api::filter::{Field, Test};
use quarterdeck_api::journal::WayBack;
use quarterdeck_api::operation::{Operation, Writes};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{Condition, ConnectionTrait, DbErr};

use crate::chain::Entry;
use crate::db::Dialect;
use crate::db::filter::{self, Narrowing};
use crate::gate::bulk::{Judged, Named};
use crate::gate::{Call, Caller, Committed, Refusal, Services, WriteTx};
use crate::users;
use rules::Standing;
use store::{Asker, Item};

/// Claims items: one transaction, a result for each id.
pub async fn take(call: Call<TakeClaims>) -> Result<Committed<BulkReply<Claimed>>, Refusal> {
    act(&call, Act::Take).await
}

/// Gives items back: one transaction, a result for each id.
pub async fn release(call: Call<ReleaseClaims>) -> Result<Committed<BulkReply<Claimed>>, Refusal> {
    act(&call, Act::Release).await
}

/// What is done to claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// They are taken.
    Take,
    /// They are given back.
    Release,
}

impl Act {
    const fn rule(self) -> fn(Option<Standing>) -> Outcome {
        match self {
            Self::Take => rules::take,
            Self::Release => rules::release,
        }
    }

    const fn code(self) -> AuditCode {
        match self {
            Self::Take => AuditCode::ClaimTaken,
            Self::Release => AuditCode::ClaimReleased,
        }
    }
}

async fn act<O>(call: &Call<O>, act: Act) -> Result<Committed<BulkReply<Claimed>>, Refusal>
where
    O: Operation<Body = ClaimRequest, Kind = Writes>,
{
    let (caller, queue) = (call.caller()?, call.body.queue);
    if !caller.may_any(queue.deciding()) {
        return Err(Refusal::permission_denied(queue.deciding()));
    }
    let (ids, asker) = (distinct(&call.body.ids)?, asker(caller));
    let _turn = call.services.batches.turn(ids.len()).await;
    let tx = call.begin().await?;
    let (connection, now) = (tx.connection(), tx.now);
    let locked = store::lock(connection, queue, &ids, asker, now).await?;
    let judged = Judged::new(&ids, locked, |_, current| act.rule()(current));
    let changing = judged.changing();
    if changing.is_empty() {
        let reply = judged.reply(Vec::new(), Item::claimed);
        return judged.unchanged(tx, reply).await;
    }
    match act {
        Act::Take => store::take(connection, queue, &changing, asker, now).await?,
        Act::Release => store::release(connection, queue, &changing).await?,
    }
    let changed = store::read(connection, queue, &changing, asker, now).await?;
    let entry = |id: &i64| Entry::new(act.code(), queue.target_type(), id);
    let entries: Vec<_> = changing.iter().map(entry).collect();
    tx.commit(&entries, judged.reply(changed, Item::claimed))
        .await
}

const fn asker(caller: &Caller) -> Asker {
    Asker {
        user_id: caller.user_id,
        session_id: caller.session_id,
    }
}

fn distinct(listed: &[i64]) -> Result<Vec<i64>, Refusal> {
    let named = Named {
        field: "ids",
        objects: "items",
        most: MAX_IDS,
        ids: listed,
    };
    named.distinct()
}

/// What would become of items if this were done to them now, to take something back.
///
/// # Errors
/// The database's.
pub async fn ways_back(
    connection: &impl ConnectionTrait,
    caller: &Caller,
    (queue, act): (Queue, Act),
    ids: &[i64],
    now: DateTime<Utc>,
) -> Result<Vec<WayBack>, DbErr> {
    if !caller.may_any(queue.deciding()) {
        return Ok(vec![WayBack::Forbidden; ids.len()]);
    }
    let items = store::read(connection, queue, ids, asker(caller), now).await?;
    let judged = Judged::new(ids, items, |_, current| act.rule()(current));
    Ok(judged.outcomes().map(WayBack::from).collect())
}

/// Says of rows who is at work on them. Where nothing is claimed that costs nothing but once a second.
///
/// # Errors
/// The database's.
pub async fn mark<R: Claimable>(
    services: &Services,
    caller: &Caller,
    rows: &mut [R],
) -> Result<(), DbErr> {
    let (connection, now) = (services.database.reads(), services.clock.now());
    let is_any = async || store::is_any(connection, now).await;
    let is_any = services.claimed.get(&services.commits, now, is_any).await?;
    if !is_any || rows.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = rows.iter().map(Claimable::object_id).collect();
    let holders = store::holders(connection, R::QUEUE, &ids, now).await?;
    for row in rows {
        let holder = holders.get(&row.object_id());
        *row.claim_mut() = holder.map(|holder| holder.claim(caller.user_id));
    }
    Ok(())
}

/// The items whose claim is as a filter asks, by the column with their id.
pub fn held<F: Field>(narrowing: &Narrowing<F>, queue: Queue, id: &Expr, test: &Test) -> Condition {
    let claimed = |by: Condition| store::claimed(queue, narrowing.context.now, by);
    let held_by = |by: Condition| Condition::all().add(id.clone().in_subquery(claimed(by)));
    match test {
        Test::Anything => filter::anything(),
        Test::Present => held_by(filter::anything()),
        Test::Missing => {
            Condition::all().add(id.clone().not_in_subquery(claimed(filter::anything())))
        }
        Test::Me => narrowing
            .me()
            .map_or_else(filter::nothing, |me| held_by(store::of_user(me))),
        Test::Text(_) => held_by(store::of_users(users::with_email(test))),
        // A row does not tell of which account its holder is.
        Test::Account(_)
        | Test::Number(_)
        | Test::Words(_)
        | Test::Flag(_)
        | Test::Time(_)
        | Test::Target { .. } => filter::nothing(),
    }
}

/// The transaction of a decision, which ends the claims of the items that it decides.
#[must_use]
pub fn ended_by<'a, R: Claimable>(tx: WriteTx<'a>, ids: &[impl Copy + Into<i64>]) -> WriteTx<'a> {
    let ids: Vec<i64> = ids.iter().copied().map(Into::into).collect();
    let end = store::end(Dialect::of(tx.connection()), R::QUEUE, &ids);
    tx.along_with(end)
}

/// All that is claimed now.
///
/// # Errors
/// The database's.
pub async fn live(
    connection: &impl ConnectionTrait,
    now: DateTime<Utc>,
) -> Result<BTreeSet<(Queue, i64)>, DbErr> {
    store::live(connection, now).await
}

/// A session has shown a sign of life: what it holds lasts on. Written once a minute at most, and only
/// where it holds anything; nobody waits for it.
pub fn heard(services: &Arc<Services>, session_id: i64) {
    let now = services.clock.now();
    if services.signs_of_life.is_due(session_id, now) {
        let services = Arc::clone(services);
        tokio::spawn(async move { note(&services, session_id, Sign::Heard).await });
    }
}

/// A session opens a realtime connection: whatever grace there was is over. Waited for, so that the loss of
/// the same connection comes after it.
pub async fn connected(services: &Services, session_id: i64) {
    note(services, session_id, Sign::Heard).await;
}

/// A session has lost a realtime connection: where it has no other, what it holds ends after a grace.
pub async fn lost(services: &Services, session_id: i64) {
    if services.sockets.sessions().contains(&session_id) {
        return;
    }
    services.signs_of_life.forget(session_id);
    note(services, session_id, Sign::Lost).await;
}

/// What was noticed of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Heard,
    Lost,
}

async fn note(services: &Services, session_id: i64, sign: Sign) {
    if let Err(error) = try_note(services, session_id, sign).await {
        tracing::warn!(%error, "the end of claims could not be moved");
    }
}

async fn try_note(services: &Services, session_id: i64, sign: Sign) -> Result<(), DbErr> {
    let now = services.clock.now();
    let (after, to) = match sign {
        Sign::Heard => (now, now + LEASE),
        Sign::Lost => (now + GRACE, now + GRACE),
    };
    if !store::holds(services.database.reads(), session_id, after).await? {
        return Ok(());
    }
    let tx = services.system_write("claim_lease").await?;
    store::move_end(tx.connection(), session_id, after, to).await?;
    tx.commit().await
}
