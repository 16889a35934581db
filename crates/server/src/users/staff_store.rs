//! Writes of staff roles, permission rows and the flag that goes with them.

use chrono::{DateTime, Utc};
use quarterdeck_api::ids::UserId;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::role::Role;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, Value};

use crate::db::{dialect, sql};

/// Grants a staff role with its permission rows.
pub async fn promote(
    tx: &DatabaseTransaction,
    id: UserId,
    role: Role,
    permissions: &[Permission],
    by: i64,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let text = "INSERT INTO user_roles (user_id, role, granted_by, created_at) \
        VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    let values: [Value; 4] = [id.0.into(), role.as_str().into(), by.into(), now.into()];
    tx.execute_raw(sql(tx, text, values)).await?;
    let tuples: Vec<_> = (0..permissions.len())
        .map(|index| format!("($1, ${}, $2, $3)", index + 4))
        .collect();
    let text = format!(
        "INSERT INTO user_permissions (user_id, permission_key, granted_by, created_at) \
         VALUES {} ON CONFLICT DO NOTHING",
        tuples.join(", ")
    );
    let mut values: Vec<Value> = vec![id.0.into(), by.into(), now.into()];
    values.extend(permissions.iter().map(|key| Value::from(key.as_str())));
    tx.execute_raw(sql(tx, &text, values)).await?;
    set_flag(tx, id, "TRUE", now).await
}

/// What a demotion took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Staff roles.
    pub roles: Vec<String>,
    /// Permission rows.
    pub permissions: Vec<String>,
}

/// Takes staff roles, permission rows and the flag; product roles stay.
pub async fn demote(
    tx: &DatabaseTransaction,
    id: UserId,
    now: DateTime<Utc>,
) -> Result<Taken, DbErr> {
    let staff: Vec<_> = Role::ALL.iter().filter(|role| role.is_staff()).collect();
    let text = format!(
        "DELETE FROM user_roles WHERE user_id = $1 AND role IN ({}) RETURNING role AS taken",
        dialect::placeholders(2, staff.len())
    );
    let mut values: Vec<Value> = vec![id.0.into()];
    values.extend(staff.iter().map(|role| Value::from(role.as_str())));
    let roles = taken(tx, &text, values).await?;
    let text = "DELETE FROM user_permissions WHERE user_id = $1 RETURNING permission_key AS taken";
    let permissions = taken(tx, text, vec![id.0.into()]).await?;
    set_flag(tx, id, "FALSE", now).await?;
    Ok(Taken { roles, permissions })
}

async fn taken(
    tx: &DatabaseTransaction,
    text: &str,
    values: Vec<Value>,
) -> Result<Vec<String>, DbErr> {
    let rows = tx.query_all_raw(sql(tx, text, values)).await?;
    let mut taken = rows
        .iter()
        .map(|row| row.try_get("", "taken"))
        .collect::<Result<Vec<String>, _>>()?;
    taken.sort_unstable();
    Ok(taken)
}

async fn set_flag(
    tx: &DatabaseTransaction,
    id: UserId,
    flag: &str,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let text = format!(
        "UPDATE users SET is_platform_admin = {flag}, updated_at = $2, version = version + 1, \
         epoch = epoch + 1 WHERE id = $1"
    );
    tx.execute_raw(sql(tx, &text, [id.0.into(), now.into()]))
        .await?;
    Ok(())
}
