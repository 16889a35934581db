//! Rows whose links were computed here, under the lock of the head, and how they are stored.

use std::mem::take;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, Value};

use super::link::{self, Hash};
use super::record::Record;
use crate::db::clock::from_micros;
use crate::db::{Dialect, dialect, sql};

const COLUMNS: usize = 15;
const ROWS_PER_INSERT: usize = 200;

/// One statement: move the head and insert the rows, each column as an array. Arrays hold no NULL here,
/// so two of them say where the actor's account and e-mail are absent.
const STORE_POSTGRES: &str = "
    WITH moved AS (
        UPDATE audit_heads SET seq = $2, prev = $3, link = $4, recorded_at_us = $5 WHERE scope = $1
    )
    INSERT INTO admin_audit_log (
        scope, seq, created_at, actor_type, admin_user_id, admin_email, action_code, action,
        target_type, target_id, details, request_id, canon, leaf, link
    )
    SELECT $1, seq, 'epoch'::timestamptz + at * interval '1 microsecond', actor_type,
        CASE WHEN has_actor THEN actor_id END, CASE WHEN has_email THEN actor_email END,
        action_code, action, target_type, target_id, details, request_id, canon, leaf, link
    FROM unnest(
        $6::bigint[], $7::bigint[], $8::text[], $9::boolean[], $10::bigint[], $11::boolean[], $12::text[],
        $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[],
        $19::bytea[], $20::bytea[], $21::bytea[]
    ) AS row (
        seq, at, actor_type, has_actor, actor_id, has_email, actor_email, action_code, action,
        target_type, target_id, details, request_id, canon, leaf, link
    )";

/// Where a scope's chain ends.
pub(super) struct Head {
    pub(super) seq: i64,
    pub(super) link: Vec<u8>,
    pub(super) recorded_at_us: i64,
}

/// A row with its place, its time and its hashes.
pub(super) struct Linked {
    pub(super) seq: i64,
    record: Record,
    canonical: Vec<u8>,
    leaf: Hash,
    link: Hash,
}

/// Gives records their places behind a head. Times never go back: a record is stamped with its own time
/// or with that of the row before, whichever is later.
pub(super) fn link_up(scope: &str, head: &Head, records: Vec<Record>) -> Vec<Linked> {
    let mut previous = head.link.clone();
    let mut recorded_at_us = head.recorded_at_us;
    let mut rows = Vec::with_capacity(records.len());
    for (mut record, seq) in records.into_iter().zip(head.seq + 1..) {
        recorded_at_us = recorded_at_us.max(record.recorded_at_us);
        record.recorded_at_us = recorded_at_us;
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

/// Stores the rows behind the head that they were linked to, and moves it to the last of them.
pub(super) async fn store(
    tx: &DatabaseTransaction,
    scope: &str,
    head: &Head,
    rows: Vec<Linked>,
) -> Result<(), DbErr> {
    let Some(moved) = moved_head(scope, head, &rows) else {
        return Ok(());
    };
    match Dialect::of(tx) {
        Dialect::Sqlite => {
            for chunk in rows.chunks(ROWS_PER_INSERT) {
                insert(tx, scope, chunk).await?;
            }
            let text = "UPDATE audit_heads SET seq = $2, prev = $3, link = $4, recorded_at_us = $5 WHERE scope = $1";
            tx.execute_raw(sql(tx, text, moved)).await?;
        }
        Dialect::Postgres => {
            let values = moved.into_iter().chain(columns(rows));
            tx.execute_raw(sql(tx, STORE_POSTGRES, values)).await?;
        }
    }
    Ok(())
}

/// Scope, place, link before, link and time of the head behind these rows.
fn moved_head(scope: &str, head: &Head, rows: &[Linked]) -> Option<[Value; 5]> {
    let (last, before) = rows.split_last()?;
    let previous = before
        .last()
        .map_or_else(|| head.link.clone(), |row| row.link.to_vec());
    Some([
        scope.into(),
        last.seq.into(),
        previous.into(),
        last.link.to_vec().into(),
        last.record.recorded_at_us.into(),
    ])
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
        values.extend(row.record.visible());
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

/// The rows' columns, in the order in which `STORE_POSTGRES` takes them apart. Texts are moved: of a thousand
/// rows, each copy counts.
fn columns(mut rows: Vec<Linked>) -> [Value; 16] {
    let mut each = Columns(&mut rows);
    [
        each.column(|row| row.seq),
        each.column(|row| row.record.recorded_at_us),
        each.column(|row| take(&mut row.record.actor_type)),
        each.column(|row| row.record.actor_id.is_some()),
        each.column(|row| row.record.actor_id.unwrap_or_default()),
        each.column(|row| row.record.actor_email.is_some()),
        each.column(|row| row.record.actor_email.take().unwrap_or_default()),
        each.column(|row| take(&mut row.record.action_code)),
        each.column(|row| take(&mut row.record.action)),
        each.column(|row| take(&mut row.record.target_type)),
        each.column(|row| take(&mut row.record.target_id)),
        each.column(|row| take(&mut row.record.details)),
        each.column(|row| take(&mut row.record.request_id)),
        each.column(|row| take(&mut row.canonical)),
        each.column(|row| row.leaf.to_vec()),
        each.column(|row| row.link.to_vec()),
    ]
}

struct Columns<'a>(&'a mut [Linked]);

impl Columns<'_> {
    fn column<T>(&mut self, value: impl Fn(&mut Linked) -> T) -> Value
    where
        Vec<T>: Into<Value>,
    {
        self.0.iter_mut().map(value).collect::<Vec<T>>().into()
    }
}
