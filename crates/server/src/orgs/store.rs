//! Queries of organizations and memberships.

use chrono::{DateTime, Utc};
use quarterdeck_api::ids::UserId;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, QueryResult, Value};
use serde_json::{Value as Json, json};

use crate::db::sql;

/// Organizations that are named at most where an account leaves them without an owner.
const MOST_ORPHANED: u64 = 1_000;

/// An organization that a seed brings in.
#[derive(Clone, Debug)]
pub struct NewOrg<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Who belongs to it.
    pub members: &'a [NewMember],
}

/// Somebody who belongs to it.
#[derive(Clone, Copy, Debug)]
pub struct NewMember {
    /// Who.
    pub user: UserId,
    /// As what: `owner`, `admin`, `member` or `viewer`.
    pub role: &'static str,
}

/// Brings an organization in with its members, and tells its key.
pub async fn insert(
    tx: &DatabaseTransaction,
    new: &NewOrg<'_>,
    at: DateTime<Utc>,
) -> Result<i64, DbErr> {
    let text = "INSERT INTO orgs (name, created_at) VALUES ($1, $2) RETURNING id";
    let row = tx
        .query_one_raw(sql(tx, text, [new.name.into(), at.into()]))
        .await?;
    let id: i64 = row.ok_or(DbErr::RecordNotInserted)?.try_get("", "id")?;
    for member in new.members {
        let text =
            "INSERT INTO memberships (org_id, user_id, role, created_at) VALUES ($1, $2, $3, $4)";
        let values: [Value; 4] = [
            id.into(),
            member.user.0.into(),
            member.role.into(),
            at.into(),
        ];
        tx.execute_raw(sql(tx, text, values)).await?;
    }
    Ok(id)
}

/// The organizations that an account owns and nobody else does whose account is in use (C-29).
pub async fn orphaned_by(
    connection: &impl ConnectionTrait,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<Vec<i64>, DbErr> {
    let text = format!(
        "SELECT m.org_id FROM memberships m WHERE m.user_id = $1 AND m.role = 'owner' AND NOT EXISTS \
         (SELECT 1 FROM memberships o JOIN users u ON u.id = o.user_id \
          WHERE o.org_id = m.org_id AND o.role = 'owner' AND o.user_id <> $1 \
          AND u.deleted_at IS NULL AND u.suspended_at IS NULL \
          AND NOT (u.is_banned AND (u.ban_expires_at IS NULL OR u.ban_expires_at > $2))) \
         ORDER BY m.org_id LIMIT {MOST_ORPHANED}"
    );
    let values: [Value; 2] = [user.0.into(), now.into()];
    let rows = connection
        .query_all_raw(sql(connection, &text, values))
        .await?;
    rows.iter().map(|row| row.try_get("", "org_id")).collect()
}

/// What a person belongs to, as it is handed out to them.
pub async fn of_user(
    connection: &impl ConnectionTrait,
    user: UserId,
    limit: u64,
) -> Result<Vec<Json>, DbErr> {
    let text = format!(
        "SELECT o.id, o.name, m.role, m.created_at FROM memberships m JOIN orgs o ON o.id = m.org_id \
         WHERE m.user_id = $1 ORDER BY m.id LIMIT {limit}"
    );
    let rows = connection
        .query_all_raw(sql(connection, &text, [user.0.into()]))
        .await?;
    let membership = |row: &QueryResult| {
        Ok(json!({
            "org_id": row.try_get::<i64>("", "id")?,
            "org": row.try_get::<String>("", "name")?,
            "role": row.try_get::<String>("", "role")?,
            "since": row.try_get::<DateTime<Utc>>("", "created_at")?,
        }))
    };
    rows.iter().map(membership).collect()
}
