//! Queries of what is handed out to a person: pages of each table, oldest rows first.

use chrono::{DateTime, Utc};
use quarterdeck_api::ids::UserId;
use quarterdeck_api::text::{Body, Line};
use quarterdeck_api::users::UserProfile;
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};
use serde_json::{Value as Json, json};

use crate::db::sql;

/// The profile of a person.
pub async fn profile(
    connection: &impl ConnectionTrait,
    user: UserId,
) -> Result<Option<UserProfile>, DbErr> {
    let text = "SELECT avatar, bio, phone, country, verified_at FROM profiles WHERE user_id = $1";
    let row = connection
        .query_one_raw(sql(connection, text, [user.0.into()]))
        .await?;
    let Some(row) = row else { return Ok(None) };
    let text = |name: &str| row.try_get::<Option<String>>("", name);
    Ok(Some(UserProfile {
        avatar: text("avatar")?.map(Line::verbatim),
        bio: text("bio")?.map(Body::verbatim),
        phone: text("phone")?.map(Line::verbatim),
        country: text("country")?.map(Line::verbatim),
        verified_at: row.try_get("", "verified_at")?,
    }))
}

/// The sessions of a person after one of them.
pub async fn sessions_after(
    connection: &impl ConnectionTrait,
    user: UserId,
    last: i64,
    limit: u64,
) -> Result<Vec<(i64, Json)>, DbErr> {
    let text = "SELECT id, ip_address, user_agent, created_at, expires_at, revoked_at FROM sessions \
        WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let values: [Value; 3] = [user.0.into(), last.into(), limit.into()];
    let rows = connection
        .query_all_raw(sql(connection, text, values))
        .await?;
    rows.iter().map(session).collect()
}

fn session(row: &QueryResult) -> Result<(i64, Json), DbErr> {
    let id: i64 = row.try_get("", "id")?;
    let text = |name: &str| row.try_get::<String>("", name);
    let time = |name: &str| row.try_get::<Option<DateTime<Utc>>>("", name);
    let session = json!({
        "id": id,
        "ip_address": text("ip_address")?,
        "user_agent": text("user_agent")?,
        "created_at": time("created_at")?,
        "expires_at": time("expires_at")?,
        "revoked_at": time("revoked_at")?,
    });
    Ok((id, session))
}
