//! Appending under the lock of the scope's head row, which every write takes last.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, Value};

use super::link::{self, Hash};
use super::record::{Actor, Entry, Record};
use crate::db::clock::from_micros;
use crate::db::{Dialect, dialect, sql};

const COLUMNS: usize = 15;
const ROWS_PER_INSERT: usize = 200;

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
            append_linked(tx, scope, records.collect()).await
        }
    }
}

async fn append_one(tx: &DatabaseTransaction, scope: &str, record: &Record) -> Result<i64, DbErr> {
    let mut values: Vec<Value> = vec![
        scope.into(),
        record.recorded_at_us.into(),
        record.tail_bytes().into(),
    ];
    values.extend(visible(record));
    let row = tx
        .query_one_raw(sql(tx, APPEND_ONE_POSTGRES, values))
        .await?;
    row.ok_or_else(|| missing_head(scope))?.try_get("", "seq")
}

struct Linked {
    seq: i64,
    record: Record,
    canonical: Vec<u8>,
    leaf: Hash,
    link: Hash,
}

async fn append_linked(
    tx: &DatabaseTransaction,
    scope: &str,
    records: Vec<Record>,
) -> Result<i64, DbErr> {
    let head = lock_head(tx, scope).await?;
    let rows = chain(scope, &head, records);
    for chunk in rows.chunks(ROWS_PER_INSERT) {
        insert(tx, scope, chunk).await?;
    }
    let Some(last) = rows.last() else {
        return Ok(head.seq);
    };
    let previous = rows
        .len()
        .checked_sub(2)
        .map_or(head.link, |index| rows[index].link.to_vec());
    let text = "UPDATE audit_heads SET seq = $2, prev = $3, link = $4, recorded_at_us = $5 WHERE scope = $1";
    let values: [Value; 5] = [
        scope.into(),
        last.seq.into(),
        previous.into(),
        last.link.to_vec().into(),
        last.record.recorded_at_us.into(),
    ];
    tx.execute_raw(sql(tx, text, values)).await?;
    Ok(last.seq)
}

struct Head {
    seq: i64,
    link: Vec<u8>,
    recorded_at_us: i64,
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

fn chain(scope: &str, head: &Head, records: Vec<Record>) -> Vec<Linked> {
    let mut previous = head.link.clone();
    let mut seq = head.seq;
    let mut rows = Vec::with_capacity(records.len());
    for mut record in records {
        record.recorded_at_us = record.recorded_at_us.max(head.recorded_at_us);
        seq += 1;
        let canonical = record.canonical();
        let leaf = link::leaf(&canonical);
        let link = link::link(scope, seq, &previous, &leaf);
        previous = link.to_vec();
        rows.push(Linked {
            seq,
            record,
            canonical,
            leaf,
            link,
        });
    }
    rows
}

async fn insert(tx: &DatabaseTransaction, scope: &str, rows: &[Linked]) -> Result<(), DbErr> {
    let tuples: Vec<_> = (0..rows.len())
        .map(|index| format!("({})", dialect::placeholders(index * COLUMNS + 1, COLUMNS)))
        .collect();
    let text = format!(
        "INSERT INTO admin_audit_log (scope, seq, created_at, actor_type, admin_user_id, admin_email, \
         action_code, action, target_type, target_id, details, request_id, canon, leaf, link) VALUES {}",
        tuples.join(", ")
    );
    let values = rows.iter().flat_map(|row| {
        let mut values: Vec<Value> = vec![
            scope.into(),
            row.seq.into(),
            from_micros(row.record.recorded_at_us).into(),
        ];
        values.extend(visible(&row.record));
        values.extend([
            row.canonical.clone().into(),
            row.leaf.to_vec().into(),
            row.link.to_vec().into(),
        ]);
        values
    });
    tx.execute_raw(sql(tx, &text, values)).await?;
    Ok(())
}

fn visible(record: &Record) -> [Value; 9] {
    [
        record.actor_type.clone().into(),
        record.actor_id.into(),
        record.actor_email.clone().into(),
        record.action_code.clone().into(),
        record.action.clone().into(),
        record.target_type.clone().into(),
        record.target_id.clone().into(),
        record.details.clone().into(),
        record.request_id.clone().into(),
    ]
}
