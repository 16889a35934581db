//! What waits: counted on indexes alone, so that settled requests cost nothing.

use chrono::{DateTime, Utc};
use quarterdeck_api::data_requests::DataRequestStatus;
use quarterdeck_api::page::COUNT_CAP;
use sea_orm::{ConnectionTrait, DbErr, QueryResult};

use crate::db::sql;

/// What waits in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// How many are pending, up to the cap of counts.
    pub open: u64,
    /// Whether `open` is all of them; a floor otherwise (C-20).
    pub open_exact: bool,
    /// When the oldest of them was sent in.
    pub oldest_at: Option<DateTime<Utc>>,
    /// How many of them are past their deadline, up to the cap of counts (S003-48).
    pub overdue: u64,
    /// The first deadline among them, passed ones too.
    pub next_deadline: Option<DateTime<Utc>>,
}

/// The statement of [`waiting`]; `$1` is the time now.
pub fn waiting_query() -> String {
    let pending = format!(
        "FROM data_requests WHERE status = '{}'",
        DataRequestStatus::Pending
    );
    let limit = COUNT_CAP + 1;
    format!(
        "SELECT (SELECT count(*) FROM (SELECT 1 {pending} LIMIT {limit}) AS open_ones) AS open, \
         (SELECT min(created_at) {pending}) AS oldest_at, \
         (SELECT count(*) FROM (SELECT 1 {pending} AND deadline < $1 LIMIT {limit}) AS late_ones) AS overdue, \
         (SELECT min(deadline) {pending}) AS next_deadline"
    )
}

/// What waits now.
///
/// # Errors
/// The database's.
pub async fn waiting(
    connection: &impl ConnectionTrait,
    now: DateTime<Utc>,
) -> Result<Waiting, DbErr> {
    let statement = sql(connection, &waiting_query(), [now.into()]);
    let row = connection
        .query_one_raw(statement)
        .await?
        .ok_or_else(|| DbErr::RecordNotFound("a count has no row".to_owned()))?;
    let open = number(&row, "open")?;
    Ok(Waiting {
        open: open.min(COUNT_CAP),
        open_exact: open <= COUNT_CAP,
        oldest_at: row.try_get("", "oldest_at")?,
        overdue: number(&row, "overdue")?.min(COUNT_CAP),
        next_deadline: row.try_get("", "next_deadline")?,
    })
}

/// How many pending requests there are of the account that a column of another room's query names: an
/// expression.
pub fn open_count_of(column: &str) -> String {
    let pending = DataRequestStatus::Pending;
    format!(
        "(SELECT count(*) FROM data_requests d WHERE d.user_id = {column} AND d.status = '{pending}')"
    )
}

fn number(row: &QueryResult, column: &str) -> Result<u64, DbErr> {
    let number: i64 = row.try_get("", column)?;
    Ok(u64::try_from(number).unwrap_or_default())
}
