//! What became of a user's bans.

use quarterdeck_api::ids::UserId;
use quarterdeck_api::page::Page;
use quarterdeck_api::problem::FieldProblem;
use quarterdeck_api::text::Line;
use quarterdeck_api::users::{BanEvent, BanHistoryQuery};
use quarterdeck_api::wire_enum::OpenEnum;
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};

use crate::db::paging::{Asked, Paging};
use crate::db::sql;

const EVENTS: &str = "SELECT h.id, h.action, h.reason, h.reason_code, a.email AS actor, h.duration_hours, h.expires_at, \
    h.request_id, h.created_at FROM ban_history h LEFT JOIN users a ON a.id = h.actor_id WHERE h.user_id = $1";

/// Which page of a history.
pub fn paging(query: &BanHistoryQuery) -> Result<Paging<i64>, FieldProblem> {
    let asked = Asked {
        take: query.take,
        cursor: query.cursor.as_deref(),
        ..Asked::default()
    };
    Paging::of(asked, |text| text.parse().ok())
}

/// A page of a history, newest first.
pub async fn page(
    connection: &impl ConnectionTrait,
    user: UserId,
    paging: &Paging<i64>,
) -> Result<Page<BanEvent>, DbErr> {
    let matching = "SELECT 1 AS one FROM ban_history WHERE user_id = $1";
    let matching = sql(connection, matching, [user.0.into()]);
    let total = paging.total(connection, matching).await?;
    let text = format!("{EVENTS} AND h.id < $2 ORDER BY h.id DESC LIMIT $3");
    let before = paging.after.unwrap_or(i64::MAX);
    let events = read(connection, &text, user, before, paging.limit()).await?;
    let (data, next_cursor) = paging.finish(events, |last| last.id.to_string());
    Ok(Page {
        data,
        total: total.rows,
        total_exact: total.is_exact,
        next_cursor,
    })
}

/// The events of a user after one of them, oldest first.
pub async fn after(
    connection: &impl ConnectionTrait,
    user: UserId,
    last: i64,
    limit: u64,
) -> Result<Vec<BanEvent>, DbErr> {
    let text = format!("{EVENTS} AND h.id > $2 ORDER BY h.id LIMIT $3");
    read(connection, &text, user, last, limit).await
}

async fn read(
    connection: &impl ConnectionTrait,
    text: &str,
    user: UserId,
    place: i64,
    limit: u64,
) -> Result<Vec<BanEvent>, DbErr> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let values: [Value; 3] = [user.0.into(), place.into(), limit.into()];
    let rows = connection
        .query_all_raw(sql(connection, text, values))
        .await?;
    rows.iter().map(event).collect()
}

fn event(row: &QueryResult) -> Result<BanEvent, DbErr> {
    let line = |name: &str| row.try_get("", name).map(Line::verbatim);
    let actor: Option<String> = row.try_get("", "actor")?;
    let code: Option<String> = row.try_get("", "reason_code")?;
    let hours: Option<i64> = row.try_get("", "duration_hours")?;
    Ok(BanEvent {
        id: row.try_get("", "id")?,
        // What a newer server wrote is handed on as it is.
        action: OpenEnum::of(&line("action")?),
        reason: line("reason")?,
        reason_code: code.map(Line::verbatim),
        actor: actor.map(Line::verbatim),
        duration_hours: hours.and_then(|hours| u32::try_from(hours).ok()),
        expires_at: row.try_get("", "expires_at")?,
        request_id: line("request_id")?,
        created_at: row.try_get("", "created_at")?,
    })
}
