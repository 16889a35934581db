//! Reading the log.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::ids::UserId;
use sea_orm::sea_query::{Expr, ExprTrait, Order};
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};

use super::beyond::Beyond;
use super::record::Record;
use super::selection::AuditSelection;
use crate::db::dialect::placeholders;
use crate::db::paging::{Paging, Total};
use crate::db::{Dialect, sql};

/// A stored row: what is visible, and what was hashed.
#[derive(Clone, Debug)]
pub struct StoredRow {
    /// Its place.
    pub seq: i64,
    /// The visible columns.
    pub record: Record,
    /// The bytes that were hashed.
    pub canonical: Vec<u8>,
    /// Their hash.
    pub leaf: Vec<u8>,
    /// The link.
    pub link: Vec<u8>,
}

/// What lists show of a row.
#[derive(Clone, Debug)]
pub struct ListedRow {
    /// Its place.
    pub seq: i64,
    /// The visible columns.
    pub record: Record,
    /// The link.
    pub link: Vec<u8>,
}

/// A row whose columns hold what the server never writes, and what no column of its type should.
#[derive(Clone, Debug)]
pub struct Unreadable {
    /// Its place.
    pub seq: i64,
    /// Which column, and why.
    pub reason: String,
}

/// What a selection of a stored row begins with.
fn select(connection: &impl ConnectionTrait) -> String {
    format!(
        "SELECT {} FROM admin_audit_log",
        columns(connection, "canon, leaf, link")
    )
}

fn columns(connection: &impl ConnectionTrait, hashed: &str) -> String {
    // The driver panics on PostgreSQL's `infinity`, which an intruder may write; NULL is an error instead.
    let recorded_at = match Dialect::of(connection) {
        Dialect::Sqlite => "created_at",
        Dialect::Postgres => {
            "CASE WHEN isfinite(created_at) \
             THEN CAST(EXTRACT(EPOCH FROM created_at) * 1000000 AS BIGINT) END"
        }
    };
    format!(
        "seq, {recorded_at} AS recorded_at, actor_type, admin_user_id, admin_email, action_code, \
         action, target_type, target_id, details, request_id, {hashed}"
    )
}

fn recorded_at_us(row: &QueryResult, dialect: Dialect) -> Result<i64, DbErr> {
    match dialect {
        Dialect::Sqlite => {
            let recorded_at: DateTime<Utc> = row.try_get("", "recorded_at")?;
            Ok(recorded_at.timestamp_micros())
        }
        Dialect::Postgres => row.try_get("", "recorded_at"),
    }
}

fn read(row: &QueryResult, dialect: Dialect) -> Result<StoredRow, DbErr> {
    Ok(StoredRow {
        seq: row.try_get("", "seq")?,
        record: read_record(row, dialect)?,
        canonical: row.try_get("", "canon")?,
        leaf: row.try_get("", "leaf")?,
        link: row.try_get("", "link")?,
    })
}

fn read_record(row: &QueryResult, dialect: Dialect) -> Result<Record, DbErr> {
    Ok(Record {
        recorded_at_us: recorded_at_us(row, dialect)?,
        actor_type: row.try_get("", "actor_type")?,
        actor_id: row.try_get("", "admin_user_id")?,
        actor_email: row.try_get("", "admin_email")?,
        action_code: row.try_get("", "action_code")?,
        action: row.try_get("", "action")?,
        target_type: row.try_get("", "target_type")?,
        target_id: row.try_get("", "target_id")?,
        details: row.try_get("", "details")?,
        request_id: row.try_get("", "request_id")?,
    })
}

/// The rows after a place, oldest first, and which of them cannot be read.
pub async fn scan(
    connection: &impl ConnectionTrait,
    scope: &str,
    seq: i64,
    take: u64,
) -> Result<Vec<Result<StoredRow, Unreadable>>, DbErr> {
    let select = select(connection);
    let text = format!("{select} WHERE scope = $1 AND seq > $2 ORDER BY seq LIMIT {take}");
    let rows = connection
        .query_all_raw(sql(connection, &text, [scope.into(), seq.into()]))
        .await?;
    let dialect = Dialect::of(connection);
    let read_or_tell = |row: &QueryResult| {
        let seq = row.try_get("", "seq")?;
        Ok(read(row, dialect).map_err(|error| Unreadable {
            seq,
            reason: error.to_string(),
        }))
    };
    rows.iter().map(read_or_tell).collect()
}

/// A row and the object that it is about.
#[derive(Clone, Debug)]
pub struct TargetRow {
    /// Which object.
    pub target_id: String,
    /// Its place.
    pub seq: i64,
    /// The row, where it can be read.
    pub row: Result<StoredRow, Unreadable>,
}

/// The rows about a kind of object, object by object and each object's oldest first, after a row of one.
pub async fn by_target(
    connection: &impl ConnectionTrait,
    scope: &str,
    target_type: &str,
    after: (&str, i64),
    take: u64,
) -> Result<Vec<TargetRow>, DbErr> {
    let select = select(connection);
    let text = format!(
        "{select} WHERE scope = $1 AND target_type = $2 AND (target_id, seq) > ($3, $4) \
         ORDER BY target_id, seq LIMIT {take}"
    );
    let values: [Value; 4] = [
        scope.into(),
        target_type.into(),
        after.0.into(),
        after.1.into(),
    ];
    let rows = connection
        .query_all_raw(sql(connection, &text, values))
        .await?;
    let dialect = Dialect::of(connection);
    let target_row = |row: &QueryResult| {
        let seq = row.try_get("", "seq")?;
        Ok(TargetRow {
            target_id: row.try_get("", "target_id")?,
            seq,
            row: read(row, dialect).map_err(|error| Unreadable {
                seq,
                reason: error.to_string(),
            }),
        })
    };
    rows.iter().map(target_row).collect()
}

/// The rows after a place, oldest first.
pub async fn after(
    connection: &impl ConnectionTrait,
    scope: &str,
    seq: i64,
    take: u64,
) -> Result<Vec<StoredRow>, DbErr> {
    let rows = scan(connection, scope, seq, take).await?;
    let readable = |row: Result<StoredRow, Unreadable>| {
        row.map_err(|Unreadable { seq, reason }| {
            DbErr::Custom(format!("audit row {seq} cannot be read: {reason}"))
        })
    };
    rows.into_iter().map(readable).collect()
}

/// The lowest place of a row that stands before the first one.
pub async fn before_first(
    connection: &impl ConnectionTrait,
    scope: &str,
) -> Result<Option<i64>, DbErr> {
    let text = "SELECT min(seq) AS lowest FROM admin_audit_log WHERE scope = $1 AND seq < 1";
    let row = connection
        .query_one_raw(sql(connection, text, [scope.into()]))
        .await?;
    row.map_or(Ok(None), |row| row.try_get("", "lowest"))
}

/// A page of the selection, newest first; the cursor of a row is its place.
pub async fn page(
    connection: &impl ConnectionTrait,
    scope: &str,
    selection: &AuditSelection,
    paging: &Paging<i64>,
) -> Result<Vec<ListedRow>, DbErr> {
    let mut select = selection.select(scope, &columns(connection, "link"));
    if let Some(before) = paging.after {
        select.and_where(Expr::col("seq").lt(before));
    }
    select
        .order_by("seq", Order::Desc)
        .limit(paging.limit())
        .offset(paging.skip);
    let statement = connection.get_database_backend().build(&select);
    let rows = connection.query_all_raw(statement).await?;
    listed(&rows, Dialect::of(connection))
}

fn listed(rows: &[QueryResult], dialect: Dialect) -> Result<Vec<ListedRow>, DbErr> {
    let listed = |row: &QueryResult| {
        Ok(ListedRow {
            seq: row.try_get("", "seq")?,
            record: read_record(row, dialect)?,
            link: row.try_get("", "link")?,
        })
    };
    rows.iter().map(listed).collect()
}

/// What an account did before a place, newest first.
pub async fn of_actor(
    connection: &impl ConnectionTrait,
    scope: &str,
    actor: UserId,
    before: Option<i64>,
    take: u64,
) -> Result<Vec<ListedRow>, DbErr> {
    let columns = columns(connection, "link");
    let text = format!(
        "SELECT {columns} FROM admin_audit_log WHERE scope = $1 AND admin_user_id = $2 AND seq < $3 \
         ORDER BY seq DESC LIMIT {take}"
    );
    let before = before.unwrap_or(i64::MAX);
    let values: [Value; 3] = [scope.into(), actor.0.into(), before.into()];
    let rows = connection
        .query_all_raw(sql(connection, &text, values))
        .await?;
    listed(&rows, Dialect::of(connection))
}

/// The place of the newest row of these codes about each of these objects, where there is one.
pub async fn newest_about(
    connection: &impl ConnectionTrait,
    scope: &str,
    target_type: &str,
    ids: &[i64],
    codes: &[AuditCode],
) -> Result<HashMap<i64, i64>, DbErr> {
    let first_code = 3 + ids.len();
    let text = format!(
        "SELECT target_id, max(seq) AS seq FROM admin_audit_log \
         WHERE scope = $1 AND target_type = $2 AND target_id IN ({}) AND action_code IN ({}) \
         GROUP BY target_id",
        placeholders(3, ids.len()),
        placeholders(first_code, codes.len())
    );
    let about = [Value::from(scope), Value::from(target_type)].into_iter();
    let ids = ids.iter().map(|id| Value::from(id.to_string()));
    let codes = codes.iter().map(|code| Value::from(code.as_str()));
    let statement = sql(connection, &text, about.chain(ids).chain(codes));
    let rows = connection.query_all_raw(statement).await?;
    let mut newest = HashMap::new();
    for row in rows {
        let id: String = row.try_get("", "target_id")?;
        if let Ok(id) = id.parse() {
            newest.insert(id, row.try_get("", "seq")?);
        }
    }
    Ok(newest)
}

/// Rows of the selection after a place, oldest first.
pub async fn selected_after(
    connection: &impl ConnectionTrait,
    scope: &str,
    selection: &AuditSelection,
    seq: i64,
    take: u64,
) -> Result<Vec<StoredRow>, DbErr> {
    let mut select = selection.select(scope, &columns(connection, "canon, leaf, link"));
    select
        .and_where(Expr::col("seq").gt(seq))
        .order_by("seq", Order::Asc)
        .limit(take);
    let statement = connection.get_database_backend().build(&select);
    let rows = connection.query_all_raw(statement).await?;
    let dialect = Dialect::of(connection);
    rows.iter().map(|row| read(row, dialect)).collect()
}

/// How many rows match.
pub async fn total(
    connection: &impl ConnectionTrait,
    scope: &str,
    selection: &AuditSelection,
    paging: &Paging<i64>,
    beyond: &Beyond,
) -> Result<Total, DbErr> {
    // What a filter lets through can become fewer as time goes on.
    let is_lasting = paging.is_capped() && selection.narrowing.is_none();
    if is_lasting && beyond.has(scope, selection) {
        return Ok(Total::BEYOND);
    }
    let select = selection.select(scope, "1 AS one");
    let statement = connection.get_database_backend().build(&select);
    let total = paging.total(connection, statement).await?;
    if is_lasting && total == Total::BEYOND {
        beyond.add(scope, selection);
    }
    Ok(total)
}
