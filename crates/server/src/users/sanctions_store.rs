//! Writes of bans and suspensions, and of what goes with them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use quarterdeck_api::ids::UserId;
use quarterdeck_api::users::BanAction;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, QueryResult, Value};

use crate::db::together::{self, Part};
use crate::db::{Dialect, dialect, sql};
use crate::reasons::Given;

/// A ban as it is written.
#[derive(Clone, Copy, Debug)]
pub struct NewBan<'a> {
    /// Why.
    pub reason: Given<'a>,
    /// When it ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
    /// By whom.
    pub by: i64,
    /// When.
    pub at: DateTime<Utc>,
}

/// A row of ban histories.
#[derive(Clone, Copy, Debug)]
pub struct BanEvent<'a> {
    /// What happened.
    pub action: BanAction,
    /// Why.
    pub reason: Given<'a>,
    /// Who did it; absent where the system did.
    pub actor: Option<i64>,
    /// For how many hours.
    pub duration_hours: Option<u32>,
    /// When it ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
    /// The request that did it.
    pub request_id: &'a str,
    /// When.
    pub at: DateTime<Utc>,
}

/// Bans several accounts, with its row in each history, and tells how many sessions of each it ended. The accounts are
/// locked, and so are there.
pub async fn ban_and_end_sessions(
    tx: &DatabaseTransaction,
    ids: &[UserId],
    ban: &NewBan<'_>,
    event: &BanEvent<'_>,
    why_ended: &str,
) -> Result<HashMap<UserId, u64>, DbErr> {
    let parts = vec![
        banned(ids, ban),
        recorded(ids, event),
        ended(ids, why_ended, ban.at),
    ];
    count(&together::run(tx, parts).await?, ban.at)
}

/// Writes a ban of several accounts.
pub async fn ban(tx: &DatabaseTransaction, ids: &[UserId], ban: &NewBan<'_>) -> Result<(), DbErr> {
    update(tx, banned(ids, ban), ids).await
}

fn banned(ids: &[UserId], ban: &NewBan<'_>) -> Part {
    let set = "is_banned = TRUE, ban_reason = $1, banned_at = $2, banned_by = $3, ban_expires_at = $4, \
        ban_reason_code = $5, updated_at = $2, version = version + 1, epoch = epoch + 1";
    let values: Vec<Value> = vec![
        ban.reason.text.into(),
        ban.at.into(),
        ban.by.into(),
        ban.expires_at.into(),
        ban.reason.code.into(),
    ];
    changed(set, values, ids)
}

/// Ends bans; the reason of the end takes the place of the ban's, whose own stays in the history.
pub async fn unban(
    tx: &DatabaseTransaction,
    ids: &[UserId],
    reason: Given<'_>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let set = "is_banned = FALSE, ban_reason = $1, ban_reason_code = $3, banned_at = NULL, banned_by = NULL, \
        ban_expires_at = NULL, updated_at = $2, version = version + 1, epoch = epoch + 1";
    let values = vec![reason.text.into(), now.into(), reason.code.into()];
    update(tx, changed(set, values, ids), ids).await
}

/// Suspends an account.
pub async fn suspend(
    tx: &DatabaseTransaction,
    id: UserId,
    reason: Given<'_>,
    by: i64,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let set = "suspended_at = $1, suspended_by = $2, suspend_reason = $3, \
        suspend_reason_code = $4, updated_at = $1, version = version + 1, epoch = epoch + 1";
    let values = vec![
        now.into(),
        by.into(),
        reason.text.into(),
        reason.code.into(),
    ];
    update(tx, changed(set, values, &[id]), &[id]).await
}

/// Ends a suspension.
pub async fn unsuspend(
    tx: &DatabaseTransaction,
    id: UserId,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let set = "suspended_at = NULL, suspended_by = NULL, suspend_reason = NULL, \
        suspend_reason_code = NULL, updated_at = $1, version = version + 1, epoch = epoch + 1";
    update(tx, changed(set, vec![now.into()], &[id]), &[id]).await
}

fn changed(set: &str, mut values: Vec<Value>, ids: &[UserId]) -> Part {
    let text = format!(
        "UPDATE users SET {set} WHERE id IN ({})",
        dialect::placeholders(values.len() + 1, ids.len())
    );
    values.extend(keys(ids));
    Part::new(text, values)
}

async fn update(tx: &DatabaseTransaction, part: Part, ids: &[UserId]) -> Result<(), DbErr> {
    let updated = tx.execute_raw(part.alone(tx)).await?;
    if updated.rows_affected() == ids.len() as u64 {
        Ok(())
    } else {
        Err(DbErr::RecordNotUpdated)
    }
}

fn keys(ids: &[UserId]) -> impl Iterator<Item = Value> {
    ids.iter().map(|id| Value::from(id.0))
}

/// Adds the same event to the ban history of several accounts (S004-31).
pub async fn record(
    tx: &DatabaseTransaction,
    ids: &[UserId],
    event: &BanEvent<'_>,
) -> Result<(), DbErr> {
    tx.execute_raw(recorded(ids, event).alone(tx)).await?;
    Ok(())
}

fn recorded(ids: &[UserId], event: &BanEvent<'_>) -> Part {
    let mut values: Vec<Value> = vec![
        event.action.as_str().into(),
        event.reason.text.into(),
        event.actor.into(),
        event.duration_hours.map(i64::from).into(),
        event.expires_at.into(),
        event.request_id.into(),
        event.at.into(),
        event.reason.code.into(),
    ];
    let tuples: Vec<_> = (0..ids.len())
        .map(|index| {
            format!(
                "(${}, $1, $2, $3, $4, $5, $6, $7, $8)",
                values.len() + 1 + index
            )
        })
        .collect();
    let text = format!(
        "INSERT INTO ban_history (user_id, action, reason, actor_id, duration_hours, expires_at, \
         request_id, created_at, reason_code) VALUES {}",
        tuples.join(", ")
    );
    values.extend(keys(ids));
    Part::new(text, values)
}

/// Ends the sessions of accounts and tells how many each had.
pub async fn end_sessions(
    tx: &DatabaseTransaction,
    ids: &[UserId],
    reason: &str,
    now: DateTime<Utc>,
) -> Result<HashMap<UserId, u64>, DbErr> {
    let rows = tx.query_all_raw(ended(ids, reason, now).alone(tx)).await?;
    count(&rows, now)
}

fn ended(ids: &[UserId], reason: &str, now: DateTime<Utc>) -> Part {
    let text = format!(
        "UPDATE sessions SET revoked_at = $1, revoke_reason = $2 \
         WHERE revoked_at IS NULL AND user_id IN ({}) RETURNING user_id, expires_at",
        dialect::placeholders(3, ids.len())
    );
    let values: [Value; 2] = [now.into(), reason.into()];
    Part::new(text, values.into_iter().chain(keys(ids)))
}

/// Of sessions that were ended, those that had not run out, by account.
fn count(ended: &[QueryResult], now: DateTime<Utc>) -> Result<HashMap<UserId, u64>, DbErr> {
    let mut counts = HashMap::new();
    for row in ended {
        let expires_at: DateTime<Utc> = row.try_get("", "expires_at")?;
        if expires_at > now {
            let user_id = UserId(row.try_get("", "user_id")?);
            *counts.entry(user_id).or_default() += 1;
        }
    }
    Ok(counts)
}

/// Locks accounts whose ban's time is up, those that ended first, and tells them. One that somebody else
/// holds is left for the next time: waiting for it could be waiting in a circle.
pub async fn lock_due(
    tx: &DatabaseTransaction,
    limit: usize,
    now: DateTime<Utc>,
) -> Result<Vec<UserId>, DbErr> {
    let skip_locked = match Dialect::of(tx) {
        Dialect::Sqlite => "",
        Dialect::Postgres => " FOR NO KEY UPDATE SKIP LOCKED",
    };
    let text = format!(
        "SELECT id FROM users WHERE is_banned AND ban_expires_at <= $1 \
         ORDER BY ban_expires_at, id LIMIT {limit}{skip_locked}"
    );
    let rows = tx.query_all_raw(sql(tx, &text, [now.into()])).await?;
    rows.iter()
        .map(|row| row.try_get("", "id").map(UserId))
        .collect()
}

/// Ends bans whose time is up; their reason stays.
pub async fn end_due(
    tx: &DatabaseTransaction,
    ids: &[UserId],
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let set = "is_banned = FALSE, banned_at = NULL, banned_by = NULL, ban_expires_at = NULL, \
        updated_at = $1, version = version + 1, epoch = epoch + 1";
    update(tx, changed(set, vec![now.into()], ids), ids).await
}
