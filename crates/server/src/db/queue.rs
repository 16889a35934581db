//! What waits in a queue: counted up to the cap, on an index alone, so that what is done costs nothing.

use std::collections::HashMap;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use quarterdeck_api::page::COUNT_CAP;
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};

use super::dialect::placeholders;
use super::sql;

/// A queue, by the words of its table.
#[derive(Clone, Copy, Debug)]
pub struct Queue {
    /// The table.
    pub table: &'static str,
    /// When a row was sent in.
    pub since: &'static str,
    /// The status of what waits.
    pub status: &'static str,
}

/// What waits in a queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// How many, up to the cap of counts.
    pub open: u64,
    /// Whether `open` is all of them; a floor otherwise (C-20).
    pub open_exact: bool,
    /// Since when the oldest of them waits.
    pub oldest_at: Option<DateTime<Utc>>,
}

impl Queue {
    /// The statement of [`Queue::waiting`].
    pub fn query(&self) -> String {
        let Self {
            table,
            since,
            status,
        } = self;
        let limit = COUNT_CAP + 1;
        format!(
            "SELECT count(*) AS open, min({since}) AS oldest_at FROM ( \
             SELECT {since} FROM {table} WHERE status = '{status}' ORDER BY {since} LIMIT {limit}) AS queue"
        )
    }

    /// What waits now.
    ///
    /// # Errors
    /// The database's.
    pub async fn waiting(&self, connection: &impl ConnectionTrait) -> Result<Waiting, DbErr> {
        let statement = sql(connection, &self.query(), []);
        let row = connection
            .query_one_raw(statement)
            .await?
            .ok_or_else(|| DbErr::RecordNotFound("a count has no row".to_owned()))?;
        let open: i64 = row.try_get("", "open")?;
        let open = u64::try_from(open).unwrap_or_default();
        Ok(Waiting {
            open: open.min(COUNT_CAP),
            open_exact: open <= COUNT_CAP,
            oldest_at: row.try_get("", "oldest_at")?,
        })
    }
}

/// Where these rows of a table stand now; those that are there.
///
/// # Errors
/// The database's; and where a status is none.
pub async fn statuses<T: FromStr>(
    connection: &impl ConnectionTrait,
    table: &'static str,
    ids: &[i64],
) -> Result<HashMap<i64, T>, DbErr> {
    let among = placeholders(1, ids.len());
    let text = format!("SELECT id, status FROM {table} WHERE id IN ({among})");
    let ids = ids.iter().map(|id| Value::from(*id));
    let rows = connection
        .query_all_raw(sql(connection, &text, ids))
        .await?;
    let status = |row: &QueryResult| {
        let (id, status): (i64, String) = (row.try_get("", "id")?, row.try_get("", "status")?);
        let status = status.parse().map_err(|_| {
            DbErr::Type(format!(
                "{table} {id} has the status {status}, which is none"
            ))
        })?;
        Ok((id, status))
    };
    rows.iter().map(status).collect()
}
