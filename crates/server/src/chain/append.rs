//! Appending under the lock of the scope's head row, which every write takes last.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, Value};

use super::linked::{self, Head};
use super::record::{Actor, Entry, Record};
use crate::db::{Dialect, sql};

/// One statement: move the head, take its place and link, insert the row.
const APPEND_ONE_POSTGRES: &str = "
    WITH stamped AS (
        SELECT scope, seq + 1 AS seq, link AS prev, GREATEST(recorded_at_us, $2) AS at
        FROM audit_heads WHERE scope = $1 FOR UPDATE
    ), hashed AS (
        SELECT *, '\\x0100000008'::bytea || int8send(at) || $3::bytea AS canon FROM stamped
    ), leafed AS (
        SELECT *, sha256('\\x00'::bytea || canon) AS leaf FROM hashed
    ), linked AS (
        SELECT *, sha256('\\x02'::bytea || convert_to(scope, 'UTF8') || int8send(seq) || prev || leaf)
            AS link FROM leafed
    ), moved AS (
        UPDATE audit_heads AS head
        SET seq = linked.seq, prev = linked.prev, link = linked.link, recorded_at_us = linked.at
        FROM linked WHERE head.scope = linked.scope
    )
    INSERT INTO admin_audit_log (
        scope, seq, created_at, actor_type, admin_user_id, admin_email, action_code, action,
        target_type, target_id, details, request_id, canon, leaf, link
    )
    SELECT scope, seq, 'epoch'::timestamptz + at * interval '1 microsecond',
        $4, $5, $6, $7, $8, $9, $10, $11, $12, canon, leaf, link
    FROM linked
    RETURNING seq";

/// Appends entries and tells the place of the last one.
///
/// Times within a scope never go back: a row is stamped with `now` or with the time of the row before,
/// whichever is later.
pub async fn append(
    tx: &DatabaseTransaction,
    scope: &str,
    actor: &Actor,
    entries: &[Entry],
    request_id: &str,
    now: DateTime<Utc>,
) -> Result<i64, DbErr> {
    match (Dialect::of(tx), entries) {
        (_, []) => Ok(0),
        (Dialect::Postgres, [entry]) => {
            append_one(tx, scope, &Record::new(actor, entry, request_id, now)).await
        }
        (Dialect::Sqlite | Dialect::Postgres, _) => {
            let records = entries
                .iter()
                .map(|entry| Record::new(actor, entry, request_id, now));
            append_records(tx, scope, records.collect()).await
        }
    }
}

async fn append_one(tx: &DatabaseTransaction, scope: &str, record: &Record) -> Result<i64, DbErr> {
    let mut values: Vec<Value> = vec![
        scope.into(),
        record.recorded_at_us.into(),
        record.tail_bytes().into(),
    ];
    values.extend(record.visible());
    let row = tx
        .query_one_raw(sql(tx, APPEND_ONE_POSTGRES, values))
        .await?;
    row.ok_or_else(|| missing_head(scope))?.try_get("", "seq")
}

/// Appends records, each with its own actor, request and time, and tells the place of the last one.
pub async fn append_records(
    tx: &DatabaseTransaction,
    scope: &str,
    records: Vec<Record>,
) -> Result<i64, DbErr> {
    let head = lock_head(tx, scope).await?;
    let rows = linked::link_up(scope, &head, records);
    let last = rows.last().map_or(head.seq, |last| last.seq);
    linked::store(tx, scope, &head, rows).await?;
    Ok(last)
}

async fn lock_head(tx: &DatabaseTransaction, scope: &str) -> Result<Head, DbErr> {
    let text = format!(
        "SELECT seq, link, recorded_at_us FROM audit_heads WHERE scope = $1{}",
        Dialect::of(tx).for_update()
    );
    let row = tx.query_one_raw(sql(tx, &text, [scope.into()])).await?;
    let row = row.ok_or_else(|| missing_head(scope))?;
    Ok(Head {
        seq: row.try_get("", "seq")?,
        link: row.try_get("", "link")?,
        recorded_at_us: row.try_get("", "recorded_at_us")?,
    })
}

fn missing_head(scope: &str) -> DbErr {
    DbErr::RecordNotFound(format!("audit_heads has no row for the scope {scope}"))
}
