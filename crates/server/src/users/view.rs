//! Users as the contract shows them: rows of lists, and one in full.

use std::collections::HashMap;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use quarterdeck_api::ids::UserId;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::role::Role;
use quarterdeck_api::text::Line;
use quarterdeck_api::users::{BlockedRow, UserRow, UserView};
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};

use super::standing::Standing;
use super::store::emails;
use crate::db::{dialect, sql};
use crate::reports;

const COLUMNS: &str = "u.id, u.email, u.display_name, u.username, u.twitch_username, u.is_banned, \
    u.ban_reason, u.banned_at, u.banned_by, u.ban_expires_at, u.suspended_at, u.suspended_by, \
    u.suspend_reason, u.deleted_at, u.anonymized_at, u.is_platform_admin, \
    (u.mfa_enrolled_at IS NOT NULL) AS has_mfa, \
    u.created_at, u.updated_at, u.last_login_at, u.version, p.country, p.verified_at, p.verified_by";

/// A user's own columns and those of the profile.
struct Stored {
    id: i64,
    email: String,
    display_name: String,
    username: Option<String>,
    twitch_username: Option<String>,
    standing: Standing,
    ban_reason: Option<String>,
    banned_at: Option<DateTime<Utc>>,
    banned_by: Option<i64>,
    suspended_by: Option<i64>,
    suspend_reason: Option<String>,
    is_platform_admin: bool,
    has_mfa: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    last_login_at: Option<DateTime<Utc>>,
    version: i64,
    country: Option<String>,
    verified_at: Option<DateTime<Utc>>,
    verified_by: Option<i64>,
}

impl Stored {
    fn read(row: &QueryResult) -> Result<Self, DbErr> {
        Ok(Self {
            id: row.try_get("", "id")?,
            email: row.try_get("", "email")?,
            display_name: row.try_get("", "display_name")?,
            username: row.try_get("", "username")?,
            twitch_username: row.try_get("", "twitch_username")?,
            standing: Standing {
                is_banned: row.try_get("", "is_banned")?,
                ban_expires_at: row.try_get("", "ban_expires_at")?,
                suspended_at: row.try_get("", "suspended_at")?,
                deleted_at: row.try_get("", "deleted_at")?,
                anonymized_at: row.try_get("", "anonymized_at")?,
            },
            ban_reason: row.try_get("", "ban_reason")?,
            banned_at: row.try_get("", "banned_at")?,
            banned_by: row.try_get("", "banned_by")?,
            suspended_by: row.try_get("", "suspended_by")?,
            suspend_reason: row.try_get("", "suspend_reason")?,
            is_platform_admin: row.try_get("", "is_platform_admin")?,
            has_mfa: row.try_get("", "has_mfa")?,
            created_at: row.try_get("", "created_at")?,
            updated_at: row.try_get("", "updated_at")?,
            last_login_at: row.try_get("", "last_login_at")?,
            version: row.try_get("", "version")?,
            country: row.try_get("", "country")?,
            verified_at: row.try_get("", "verified_at")?,
            verified_by: row.try_get("", "verified_by")?,
        })
    }

    fn row(&self, others: &Others, now: DateTime<Utc>) -> UserRow {
        let is_banned = self.standing.is_banned(now);
        let roles = others.roles.get(&self.id).cloned().unwrap_or_default();
        UserRow {
            id: UserId(self.id),
            email: Line::verbatim(self.email.clone()),
            display_name: Line::verbatim(self.display_name.clone()),
            username: self.username.clone().map(Line::verbatim),
            status: self.standing.status(now).into(),
            is_banned,
            ban_reason: self.ban_reason.clone().map(Line::verbatim),
            banned_at: self.banned_at.filter(|_| is_banned),
            banned_by: others.email(self.banned_by.filter(|_| is_banned)),
            ban_expires_at: self.standing.ban_expires_at.filter(|_| is_banned),
            is_staff: roles.iter().any(|role| role.is_staff()),
            roles: roles.into_iter().map(Into::into).collect(),
            verified_at: self.verified_at,
            report_count: others.reports.get(&self.id).copied().unwrap_or_default(),
            created_at: self.created_at,
            last_login_at: self.last_login_at,
            updated_at: self.updated_at,
            version: self.version,
        }
    }
}

impl Stored {
    fn blocked_row(&self, others: &Others, now: DateTime<Utc>) -> BlockedRow {
        let (reason, since, by, expires_at) = if self.standing.is_banned(now) {
            let end = self.standing.ban_expires_at;
            (&self.ban_reason, self.banned_at, self.banned_by, end)
        } else {
            let since = self.standing.suspended_at;
            (&self.suspend_reason, since, self.suspended_by, None)
        };
        BlockedRow {
            id: UserId(self.id),
            email: Line::verbatim(self.email.clone()),
            status: self.standing.status(now).into(),
            reason: reason.clone().map(Line::verbatim),
            since,
            by: others.email(by),
            expires_at,
        }
    }
}

/// What other tables say about the users of a page, each read at once for all of them.
struct Others {
    emails: HashMap<i64, String>,
    roles: HashMap<i64, Vec<Role>>,
    reports: HashMap<i64, u64>,
}

impl Others {
    async fn of(connection: &impl ConnectionTrait, stored: &[Stored]) -> Result<Self, DbErr> {
        let ids: Vec<_> = stored.iter().map(|user| user.id).collect();
        let named = stored
            .iter()
            .flat_map(|user| [user.banned_by, user.suspended_by, user.verified_by])
            .flatten();
        Ok(Self {
            emails: emails(connection, &named.collect()).await?,
            roles: held(connection, "user_roles", "role", &ids).await?,
            reports: reports::counts(connection, &ids).await?,
        })
    }

    fn email(&self, id: Option<i64>) -> Option<Line> {
        id.and_then(|id| self.emails.get(&id).cloned())
            .map(Line::verbatim)
    }
}

/// The values of one column of a table of grants, by user, in the order of the contract.
async fn held<T: FromStr + Ord>(
    connection: &impl ConnectionTrait,
    table: &str,
    column: &str,
    ids: &[i64],
) -> Result<HashMap<i64, Vec<T>>, DbErr> {
    let mut held: HashMap<i64, Vec<T>> = HashMap::new();
    if ids.is_empty() {
        return Ok(held);
    }
    let text = format!(
        "SELECT user_id, {column} AS held FROM {table} WHERE user_id IN ({})",
        dialect::placeholders(1, ids.len())
    );
    let values = ids.iter().map(|id| Value::from(*id));
    for row in connection
        .query_all_raw(sql(connection, &text, values))
        .await?
    {
        let id: i64 = row.try_get("", "user_id")?;
        let value: String = row.try_get("", "held")?;
        let value = value
            .parse()
            .map_err(|_| DbErr::Type(format!("{table} of {id}: {value} is not known")))?;
        held.entry(id).or_default().push(value);
    }
    for values in held.values_mut() {
        values.sort_unstable();
    }
    Ok(held)
}

async fn stored(connection: &impl ConnectionTrait, ids: &[i64]) -> Result<Vec<Stored>, DbErr> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let text = format!(
        "SELECT {COLUMNS} FROM users u LEFT JOIN profiles p ON p.user_id = u.id WHERE u.id IN ({})",
        dialect::placeholders(1, ids.len())
    );
    let values = ids.iter().map(|id| Value::from(*id));
    let found = connection
        .query_all_raw(sql(connection, &text, values))
        .await?;
    let mut stored = found
        .iter()
        .map(Stored::read)
        .collect::<Result<Vec<_>, _>>()?;
    let place: HashMap<_, _> = ids.iter().zip(0_usize..).collect();
    stored.sort_by_key(|user| place.get(&user.id).copied().unwrap_or(usize::MAX));
    Ok(stored)
}

/// Users as lists show them, in the order of the ids, none of which comes twice; ids of nobody are
/// left out.
pub async fn rows(
    connection: &impl ConnectionTrait,
    ids: &[UserId],
    now: DateTime<Utc>,
) -> Result<Vec<UserRow>, DbErr> {
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    let stored = stored(connection, &ids).await?;
    let others = Others::of(connection, &stored).await?;
    Ok(stored.iter().map(|user| user.row(&others, now)).collect())
}

/// Accounts that are shut out, in the order of the ids.
pub async fn blocked_rows(
    connection: &impl ConnectionTrait,
    ids: &[UserId],
    now: DateTime<Utc>,
) -> Result<Vec<BlockedRow>, DbErr> {
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    let stored = stored(connection, &ids).await?;
    let others = Others::of(connection, &stored).await?;
    Ok(stored
        .iter()
        .map(|user| user.blocked_row(&others, now))
        .collect())
}

/// Whether there is such a user.
pub async fn exists(connection: &impl ConnectionTrait, id: UserId) -> Result<bool, DbErr> {
    let text = "SELECT id FROM users WHERE id = $1";
    let row = connection
        .query_one_raw(sql(connection, text, [id.0.into()]))
        .await?;
    Ok(row.is_some())
}

/// One user in full; inside a transaction, as it is there (S004-32).
pub async fn view(
    connection: &impl ConnectionTrait,
    id: UserId,
    now: DateTime<Utc>,
) -> Result<Option<UserView>, DbErr> {
    let stored = stored(connection, &[id.0]).await?;
    let Some(user) = stored.first() else {
        return Ok(None);
    };
    let others = Others::of(connection, &stored).await?;
    let permissions =
        held::<Permission>(connection, "user_permissions", "permission_key", &[id.0]).await?;
    let permissions = permissions
        .into_values()
        .flatten()
        .map(Into::into)
        .collect();
    Ok(Some(UserView {
        row: user.row(&others, now),
        twitch_username: user.twitch_username.clone().map(Line::verbatim),
        country: user.country.clone().map(Line::verbatim),
        permissions,
        is_platform_admin: user.is_platform_admin,
        mfa_enabled: user.has_mfa,
        verified_by: others.email(user.verified_by),
        suspended_at: user.standing.suspended_at,
        suspended_by: others.email(user.suspended_by),
        suspend_reason: user.suspend_reason.clone().map(Line::verbatim),
        deleted_at: user.standing.deleted_at,
        anonymized_at: user.standing.anonymized_at,
        active_sessions: count_open_sessions(connection, id, now).await?,
        open_data_requests: count_open_data_requests(connection, id).await?,
        noop: false,
    }))
}

async fn count_open_sessions(
    connection: &impl ConnectionTrait,
    id: UserId,
    now: DateTime<Utc>,
) -> Result<u64, DbErr> {
    let text = "SELECT count(*) AS rows FROM sessions \
        WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > $2";
    count(connection, text, vec![id.0.into(), now.into()]).await
}

async fn count_open_data_requests(
    connection: &impl ConnectionTrait,
    id: UserId,
) -> Result<u64, DbErr> {
    let text =
        "SELECT count(*) AS rows FROM data_requests WHERE user_id = $1 AND status = 'pending'";
    count(connection, text, vec![id.0.into()]).await
}

async fn count(
    connection: &impl ConnectionTrait,
    text: &str,
    values: Vec<Value>,
) -> Result<u64, DbErr> {
    let row = connection
        .query_one_raw(sql(connection, text, values))
        .await?;
    let rows: i64 = row.map_or(Ok(0), |row| row.try_get("", "rows"))?;
    Ok(u64::try_from(rows).unwrap_or(0))
}
