//! Queries of staff roles, permission rows and the flag that goes with them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use quarterdeck_api::admins::{AdminRow, PermissionGrant, RoleGrant};
use quarterdeck_api::ids::UserId;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::role::Role;
use quarterdeck_api::text::Line;
use quarterdeck_api::users::UserRow;
use quarterdeck_api::wire_enum::OpenEnum;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, QueryResult, Value};

use super::rules::Change;
use crate::db::{Dialect, dialect, sql};
use crate::users;

/// Who changes rights, and when.
#[derive(Clone, Copy, Debug)]
pub struct By {
    /// The account.
    pub actor: i64,
    /// The time of the transaction.
    pub at: DateTime<Utc>,
}

/// A right that has a row of its own.
trait Right: Copy {
    const TABLE: &'static str;
    const COLUMN: &'static str;
    fn name(self) -> &'static str;
}

impl Right for Role {
    const TABLE: &'static str = "user_roles";
    const COLUMN: &'static str = "role";
    fn name(self) -> &'static str {
        self.as_str()
    }
}

impl Right for Permission {
    const TABLE: &'static str = "user_permissions";
    const COLUMN: &'static str = "permission_key";
    fn name(self) -> &'static str {
        self.key()
    }
}

/// Writes the rights of an account that has none yet.
pub async fn endow(
    tx: &DatabaseTransaction,
    id: UserId,
    roles: &[Role],
    permissions: &[Permission],
    by: By,
) -> Result<(), DbErr> {
    give(tx, id, roles, by).await?;
    give(tx, id, permissions, by).await?;
    touch(tx, id, by.at).await
}

/// Writes a change of roles, and the flag that goes with them (C-04).
pub async fn change_roles(
    tx: &DatabaseTransaction,
    id: UserId,
    change: &Change<Role>,
    by: By,
) -> Result<(), DbErr> {
    take(tx, id, &change.taken()).await?;
    give(tx, id, &change.given(), by).await?;
    touch(tx, id, by.at).await
}

/// Writes a change of permission rows.
pub async fn change_permissions(
    tx: &DatabaseTransaction,
    id: UserId,
    change: &Change<Permission>,
    by: By,
) -> Result<(), DbErr> {
    take(tx, id, &change.taken()).await?;
    give(tx, id, &change.given(), by).await?;
    touch(tx, id, by.at).await
}

async fn take<R: Right>(tx: &DatabaseTransaction, id: UserId, rights: &[R]) -> Result<(), DbErr> {
    if rights.is_empty() {
        return Ok(());
    }
    let text = format!(
        "DELETE FROM {} WHERE user_id = $1 AND {} IN ({})",
        R::TABLE,
        R::COLUMN,
        dialect::placeholders(2, rights.len())
    );
    let names = rights.iter().map(|right| Value::from(right.name()));
    let values: Vec<Value> = [id.0.into()].into_iter().chain(names).collect();
    tx.execute_raw(sql(tx, &text, values)).await?;
    Ok(())
}

/// What was held before keeps who granted it, and when.
async fn give<R: Right>(
    tx: &DatabaseTransaction,
    id: UserId,
    rights: &[R],
    by: By,
) -> Result<(), DbErr> {
    if rights.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = (0..rights.len())
        .map(|index| format!("($1, ${}, $2, $3)", index + 4))
        .collect();
    let text = format!(
        "INSERT INTO {} (user_id, {}, granted_by, created_at) VALUES {}",
        R::TABLE,
        R::COLUMN,
        rows.join(", ")
    );
    let names = rights.iter().map(|right| Value::from(right.name()));
    let who: [Value; 3] = [id.0.into(), by.actor.into(), by.at.into()];
    let values: Vec<Value> = who.into_iter().chain(names).collect();
    tx.execute_raw(sql(tx, &text, values)).await?;
    Ok(())
}

/// The flag is what the roles say; whoever is signed in has to be looked up anew.
async fn touch(tx: &DatabaseTransaction, id: UserId, now: DateTime<Utc>) -> Result<(), DbErr> {
    let text = format!(
        "UPDATE users SET is_platform_admin = EXISTS (SELECT 1 FROM user_roles r \
         WHERE r.user_id = users.id AND r.role IN ({})), \
         updated_at = $2, version = version + 1, epoch = epoch + 1 WHERE id = $1",
        users::staff_names()
    );
    let touched = tx
        .execute_raw(sql(tx, &text, [id.0.into(), now.into()]))
        .await?;
    if touched.rows_affected() == 1 {
        Ok(())
    } else {
        Err(DbErr::RecordNotUpdated)
    }
}

/// Whether somebody is marked as a platform admin and holds no staff role, or the other way round (C-04).
pub async fn marks_drifted(connection: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let staff = users::staff_names();
    let text = format!(
        "SELECT 1 AS one FROM users u WHERE u.is_platform_admin \
         AND NOT EXISTS (SELECT 1 FROM user_roles r WHERE r.user_id = u.id AND r.role IN ({staff})) \
         UNION ALL SELECT 1 FROM user_roles r JOIN users u ON u.id = r.user_id \
         WHERE r.role IN ({staff}) AND NOT u.is_platform_admin LIMIT 1"
    );
    let row = connection.query_one_raw(sql(connection, &text, [])).await?;
    Ok(row.is_some())
}

/// The permission rows of an account, in the order of the catalogue.
pub async fn permissions(
    connection: &impl ConnectionTrait,
    id: UserId,
) -> Result<Vec<Permission>, DbErr> {
    let text = format!(
        "SELECT {} AS held FROM user_permissions WHERE user_id = $1",
        Dialect::of(connection).joined("permission_key")
    );
    let row = connection
        .query_one_raw(sql(connection, &text, [id.0.into()]))
        .await?;
    let held: Option<String> = row.map_or(Ok(None), |row| row.try_get("", "held"))?;
    Ok(dialect::split_known(held.as_deref()))
}

/// Which admins, and which page of them.
#[derive(Clone, Debug)]
pub struct Window {
    /// Holders of any of these roles; of any staff role where it is empty.
    pub roles: Vec<Role>,
    /// Rows to pass over.
    pub skip: u64,
    /// Most rows.
    pub limit: u64,
}

impl Window {
    fn matching(&self) -> String {
        let names = if self.roles.is_empty() {
            users::staff_names()
        } else {
            let names = self.roles.iter().map(|role| format!("'{}'", role.as_str()));
            names.collect::<Vec<_>>().join(", ")
        };
        format!(
            "FROM users u WHERE u.deleted_at IS NULL AND u.id IN \
             (SELECT r.user_id FROM user_roles r WHERE r.role IN ({names}))"
        )
    }
}

/// How many admins there are.
pub async fn count(connection: &impl ConnectionTrait, window: &Window) -> Result<u64, DbErr> {
    let text = format!("SELECT count(*) AS total {}", window.matching());
    let row = connection.query_one_raw(sql(connection, &text, [])).await?;
    let total: i64 = row.map_or(Ok(0), |row| row.try_get("", "total"))?;
    Ok(u64::try_from(total).unwrap_or_default())
}

/// The ids of a page of admins, by ascending id.
pub async fn ids(connection: &impl ConnectionTrait, window: &Window) -> Result<Vec<UserId>, DbErr> {
    let text = format!(
        "SELECT u.id {} ORDER BY u.id LIMIT {} OFFSET {}",
        window.matching(),
        window.limit,
        window.skip
    );
    let rows = connection.query_all_raw(sql(connection, &text, [])).await?;
    let id = |row: &QueryResult| Ok(UserId(row.try_get("", "id")?));
    rows.iter().map(id).collect()
}

/// What the list of admins says besides the account.
struct Standing {
    permissions: Vec<Permission>,
    has_mfa: bool,
    kept_alive_at: Option<DateTime<Utc>>,
    open_addresses: i64,
}

/// Accounts as the list of admins shows them, in the order of the ids.
pub async fn rows(
    connection: &impl ConnectionTrait,
    ids: &[UserId],
    now: DateTime<Utc>,
) -> Result<Vec<AdminRow>, DbErr> {
    let mut standings = standings(connection, ids, now).await?;
    let rows = users::rows(connection, ids, now).await?;
    let admin = |row: UserRow| standings.remove(&row.id.0).map(|it| it.with(row));
    Ok(rows.into_iter().filter_map(admin).collect())
}

impl Standing {
    fn with(self, row: UserRow) -> AdminRow {
        AdminRow {
            permission_count: self.permissions.len() as u64,
            permissions: self.permissions.into_iter().map(OpenEnum::from).collect(),
            mfa_enabled: self.has_mfa,
            last_seen_at: self.kept_alive_at.max(row.last_login_at),
            open_addresses: u64::try_from(self.open_addresses).unwrap_or_default(),
            row,
        }
    }
}

async fn standings(
    connection: &impl ConnectionTrait,
    ids: &[UserId],
    now: DateTime<Utc>,
) -> Result<HashMap<i64, Standing>, DbErr> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let text = format!(
        "SELECT u.id, (u.mfa_enrolled_at IS NOT NULL) AS has_mfa, \
         (SELECT {permissions} FROM user_permissions p WHERE p.user_id = u.id) AS permissions, \
         (SELECT max(s.access_issued_at) FROM sessions s WHERE s.user_id = u.id) AS kept_alive_at, \
         (SELECT count(DISTINCT s.ip_address) FROM sessions s WHERE s.user_id = u.id \
         AND s.revoked_at IS NULL AND s.expires_at > $1) AS addresses \
         FROM users u WHERE u.id IN ({ids})",
        permissions = Dialect::of(connection).joined("p.permission_key"),
        ids = dialect::placeholders(2, ids.len())
    );
    let keys = ids.iter().map(|id| Value::from(id.0));
    let values: Vec<Value> = [now.into()].into_iter().chain(keys).collect();
    let found = connection
        .query_all_raw(sql(connection, &text, values))
        .await?;
    found.iter().map(standing).collect()
}

fn standing(row: &QueryResult) -> Result<(i64, Standing), DbErr> {
    let permissions: Option<String> = row.try_get("", "permissions")?;
    let standing = Standing {
        permissions: dialect::split_known(permissions.as_deref()),
        has_mfa: row.try_get("", "has_mfa")?,
        kept_alive_at: row.try_get("", "kept_alive_at")?,
        open_addresses: row.try_get("", "addresses")?,
    };
    Ok((row.try_get("", "id")?, standing))
}

/// The roles of an account, and who granted each.
pub async fn role_grants(
    connection: &impl ConnectionTrait,
    id: UserId,
) -> Result<Vec<RoleGrant>, DbErr> {
    let grants = grants::<Role>(connection, id).await?;
    let grant = |it: Grant| RoleGrant {
        role: OpenEnum::of(&it.name),
        granted_by: it.by,
        granted_at: it.at,
    };
    Ok(grants.into_iter().map(grant).collect())
}

/// The permission rows of an account, and who granted each.
pub async fn permission_grants(
    connection: &impl ConnectionTrait,
    id: UserId,
) -> Result<Vec<PermissionGrant>, DbErr> {
    let grants = grants::<Permission>(connection, id).await?;
    let grant = |it: Grant| PermissionGrant {
        permission: OpenEnum::of(&it.name),
        granted_by: it.by,
        granted_at: it.at,
    };
    Ok(grants.into_iter().map(grant).collect())
}

/// A right, who granted it and when.
struct Grant {
    name: Line,
    by: Option<Line>,
    at: DateTime<Utc>,
}

async fn grants<R: Right>(
    connection: &impl ConnectionTrait,
    id: UserId,
) -> Result<Vec<Grant>, DbErr> {
    let text = format!(
        "SELECT g.{column} AS name, g.created_at, b.email AS granter FROM {table} g \
         LEFT JOIN users b ON b.id = g.granted_by WHERE g.user_id = $1 ORDER BY g.{column}",
        column = R::COLUMN,
        table = R::TABLE
    );
    let rows = connection
        .query_all_raw(sql(connection, &text, [id.0.into()]))
        .await?;
    let grant = |row: &QueryResult| {
        let by: Option<String> = row.try_get("", "granter")?;
        Ok(Grant {
            name: Line::verbatim(row.try_get("", "name")?),
            by: by.map(Line::verbatim),
            at: row.try_get("", "created_at")?,
        })
    };
    rows.iter().map(grant).collect()
}
