//! Sessions as operators see them, and how they end them.

use chrono::{DateTime, Utc};
use quarterdeck_api::active_sessions::{
    ListSessions, RevokeSession, RevokeSessions, RevokedSessions, SessionRow, SessionsQuery,
};
use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::ids::{SessionId, UserId};
use quarterdeck_api::operation::Operation;
use quarterdeck_api::page::Page;
use quarterdeck_api::problem::{Code, FieldProblem};
use quarterdeck_api::users::REASON_LENGTH;
use sea_orm::ConnectionTrait;

use super::active_store::{self as store, Selection};
use crate::chain::Entry;
use crate::gate::{Answer, Call, Caller, Committed, Refusal, Target, WriteTx};

/// What is kept of the reason where none was given.
const REVOKED: &str = "revoked";

/// Lists open sessions.
pub async fn list(call: Call<ListSessions>) -> Result<Answer<Page<SessionRow>>, Refusal> {
    let page = page(
        call.services.database.reads(),
        call.caller()?,
        &call.query,
        call.services.clock.now(),
    );
    Ok(page.await?.into())
}

/// The newest open sessions of a person, so many at most.
///
/// # Errors
/// The database's.
pub async fn newest(
    connection: &impl ConnectionTrait,
    caller: &Caller,
    user: UserId,
    most: u32,
    now: DateTime<Utc>,
) -> Result<Page<SessionRow>, Refusal> {
    let query = SessionsQuery {
        user_id: Some(user),
        take: Some(most),
        ..SessionsQuery::default()
    };
    page(connection, caller, &query, now).await
}

async fn page(
    connection: &impl ConnectionTrait,
    caller: &Caller,
    query: &SessionsQuery,
    now: DateTime<Utc>,
) -> Result<Page<SessionRow>, Refusal> {
    let selection = Selection::of(query, now).map_err(invalid)?;
    Ok(store::page(connection, &selection, caller.session_id).await?)
}

/// Ends one session, which is not the one that asks.
pub async fn revoke(call: Call<RevokeSession>) -> Result<Committed<RevokedSessions>, Refusal> {
    let id = call.path;
    if call.caller()?.session_id == id.0 {
        return Err(Refusal::with_detail(
            Code::CannotTargetSelf,
            "this is the session that you are using; sign out to end it",
        ));
    }
    let (connection, now) = (call.services.database.reads(), call.services.clock.now());
    let owner = store::owner(connection, id, now).await?;
    let owner = owner.ok_or_else(|| unknown(id))?;
    let tx = begin(&call, owner).await?;
    let ended = store::end_one(tx.connection(), id, REVOKED, tx.now).await?;
    if ended.is_empty() {
        return Err(unknown(id));
    }
    finish(tx, owner, ended).await
}

/// Ends all sessions of an account but the one that asks.
pub async fn revoke_all(call: Call<RevokeSessions>) -> Result<Committed<RevokedSessions>, Refusal> {
    let (user, current) = (call.path, call.caller()?.session_id);
    let reason = call.body.reason.as_deref().map_or(REVOKED, str::trim);
    if !REASON_LENGTH.contains(&reason.chars().count()) {
        let (least, most) = REASON_LENGTH.into_inner();
        let problem = format!("must have {least} to {most} characters");
        return Err(Refusal::invalid_field("reason", problem));
    }
    let tx = begin(&call, user).await?;
    let ended = store::end_all(tx.connection(), user, current, reason, tx.now).await?;
    finish(tx, user, ended).await
}

/// Opens the transaction on the owner: where that is staff, it takes a super-admin and a code (C-11).
async fn begin<O: Operation>(call: &Call<O>, owner: UserId) -> Result<WriteTx<'_>, Refusal> {
    let seen = store::roles(call.services.database.reads(), owner).await?;
    let seen = seen.ok_or_else(|| nobody(owner))?;
    let tx = call.begin_on(Target::holding(&seen)).await?;
    store::lock_account(tx.connection(), owner).await?;
    let locked = store::roles(tx.connection(), owner).await?;
    let locked = locked.ok_or_else(|| nobody(owner))?;
    tx.locked(Target::holding(&locked))
}

async fn finish(
    tx: WriteTx<'_>,
    user_id: UserId,
    ids: Vec<SessionId>,
) -> Result<Committed<RevokedSessions>, Refusal> {
    let details = serde_json::json!({ "sessions": ids });
    let noop = ids.is_empty();
    let reply = RevokedSessions { user_id, ids, noop };
    if noop {
        return tx.noop(reply).await;
    }
    let entry = Entry::new(AuditCode::SessionRevoked, "user", user_id.0).details(details);
    tx.commit(&[entry], reply).await
}

fn unknown(id: SessionId) -> Refusal {
    Refusal::with_detail(Code::NotFound, format!("there is no open session {id}"))
}

fn nobody(id: UserId) -> Refusal {
    Refusal::with_detail(Code::NotFound, format!("there is no user {id}"))
}

fn invalid(field: FieldProblem) -> Refusal {
    Refusal::invalid(vec![field])
}
