//! What the realtime connection is told from: the audit log from a row on, and the newest rows of lists.

use quarterdeck_api::realtime::Resource;
use sea_orm::{ConnectionTrait, DbErr, QueryResult};

use super::rules::Row;
use crate::chain::PLATFORM;
use crate::db::sql;

/// The place of the log's last row; 0 where it is empty.
pub async fn head(connection: &impl ConnectionTrait) -> Result<i64, DbErr> {
    let text = "SELECT seq FROM audit_heads WHERE scope = $1";
    let row = connection
        .query_one_raw(sql(connection, text, [PLATFORM.into()]))
        .await?;
    row.map_or(Ok(0), |row| row.try_get("", "seq"))
}

/// The log's rows after a place, by theirs: places are given out in the order of commits, without gaps.
pub async fn rows_after(
    connection: &impl ConnectionTrait,
    seq: i64,
    most: u32,
) -> Result<Vec<Row>, DbErr> {
    let text = "SELECT seq, created_at, admin_user_id, action_code, target_type, target_id, request_id \
        FROM admin_audit_log WHERE scope = $1 AND seq > $2 ORDER BY seq LIMIT $3";
    let values = [PLATFORM.into(), seq.into(), i64::from(most).into()];
    let rows = connection
        .query_all_raw(sql(connection, text, values))
        .await?;
    rows.iter().map(row).collect()
}

fn row(row: &QueryResult) -> Result<Row, DbErr> {
    Ok(Row {
        seq: row.try_get("", "seq")?,
        at: row.try_get("", "created_at")?,
        by: row.try_get("", "admin_user_id")?,
        code: row.try_get("", "action_code")?,
        target_type: row.try_get("", "target_type")?,
        target_id: row.try_get("", "target_id")?,
        request_id: row.try_get("", "request_id")?,
    })
}

/// The table that a resource is listed from, where its rows have ids that grow.
const fn table(resource: Resource) -> Option<&'static str> {
    match resource {
        Resource::Applications => Some("applications"),
        Resource::Reports => Some("user_reports"),
        Resource::DataRequests => Some("data_requests"),
        Resource::Withdrawals => Some("withdrawals"),
        Resource::Users => Some("users"),
        Resource::Audit => None,
    }
}

/// The highest id of a resource; none where it has no ids of its own.
pub async fn newest(
    connection: &impl ConnectionTrait,
    resource: Resource,
) -> Result<Option<i64>, DbErr> {
    let Some(table) = table(resource) else {
        return Ok(None);
    };
    let text = format!("SELECT COALESCE(max(id), 0) AS newest FROM {table}");
    let row = connection.query_one_raw(sql(connection, &text, [])).await?;
    row.map(|row| row.try_get("", "newest")).transpose()
}

/// How many objects of a resource have an id after this one, so many at most, and the highest of those.
pub async fn newer(
    connection: &impl ConnectionTrait,
    resource: Resource,
    than: i64,
    most: u32,
) -> Result<Option<(u32, i64)>, DbErr> {
    let Some(table) = table(resource) else {
        return Ok(None);
    };
    let text = format!(
        "SELECT count(*) AS found, COALESCE(max(id), 0) AS newest \
         FROM (SELECT id FROM {table} WHERE id > $1 ORDER BY id LIMIT $2) AS newer"
    );
    let values = [than.into(), i64::from(most).into()];
    let Some(row) = connection
        .query_one_raw(sql(connection, &text, values))
        .await?
    else {
        return Ok(None);
    };
    let found: i64 = row.try_get("", "found")?;
    let found = u32::try_from(found).unwrap_or(u32::MAX);
    Ok((found > 0).then_some((found, row.try_get("", "newest")?)))
}
