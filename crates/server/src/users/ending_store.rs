//! Writes of deletion, anonymization and restoring on the account itself, its rights and its sessions.

use chrono::{DateTime, Utc};
use quarterdeck_api::ids::UserId;
use quarterdeck_api::role::Role;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, Value};

use crate::db::{dialect, sql};

/// What an anonymized person is called.
pub const NOBODY: &str = "Anonymized";

/// The e-mail of an anonymized account: its own, and nobody's (RFC 2606).
pub fn nobodys_email(id: UserId) -> String {
    format!("anon-{}@anonymized.invalid", id.0)
}

/// When an account was deleted.
pub async fn deleted_at(
    connection: &impl ConnectionTrait,
    id: UserId,
) -> Result<Option<DateTime<Utc>>, DbErr> {
    let text = "SELECT deleted_at FROM users WHERE id = $1";
    let row = connection
        .query_one_raw(sql(connection, text, [id.0.into()]))
        .await?;
    row.map_or(Ok(None), |row| row.try_get("", "deleted_at"))
}

/// Rights that an account held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Staff roles.
    pub roles: Vec<String>,
    /// Permission rows.
    pub permissions: Vec<String>,
}

/// Takes staff roles and permission rows; product roles stay (C-04).
pub async fn take_rights(tx: &DatabaseTransaction, id: UserId) -> Result<Taken, DbErr> {
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

/// Ends every session, and tells how many were open.
pub async fn end_sessions(
    tx: &DatabaseTransaction,
    id: UserId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<u64, DbErr> {
    let text = "UPDATE sessions SET revoked_at = $2, revoke_reason = $3 \
        WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > $2";
    let values: [Value; 3] = [id.0.into(), now.into(), reason.into()];
    let ended = tx.execute_raw(sql(tx, text, values)).await?;
    Ok(ended.rows_affected())
}

/// Deletes an account softly.
pub async fn delete(
    tx: &DatabaseTransaction,
    id: UserId,
    by: i64,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let text = "UPDATE users SET deleted_at = $2, deleted_by = $3, is_platform_admin = FALSE, \
        updated_at = $2, version = version + 1, epoch = epoch + 1 \
        WHERE id = $1 AND deleted_at IS NULL";
    change(tx, text, vec![id.0.into(), now.into(), by.into()]).await
}

/// Takes a deletion back.
pub async fn restore(
    tx: &DatabaseTransaction,
    id: UserId,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let text = "UPDATE users SET deleted_at = NULL, deleted_by = NULL, updated_at = $2, \
        version = version + 1, epoch = epoch + 1 \
        WHERE id = $1 AND deleted_at IS NOT NULL AND anonymized_at IS NULL";
    change(tx, text, vec![id.0.into(), now.into()]).await
}

/// Takes everything off an account that names the person. It is deleted, too: what asks for accounts in
/// use need not know of anonymized ones.
pub async fn anonymize(
    tx: &DatabaseTransaction,
    id: UserId,
    by: i64,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let text = "UPDATE users SET email = $4, email_key = $4, display_name = $5, display_name_key = $6, \
        oidc_issuer = NULL, oidc_subject = NULL, username = NULL, username_key = NULL, twitch_username = NULL, twitch_key = NULL, \
        password_hash = NULL, mfa_secret_enc = NULL, mfa_pending_enc = NULL, mfa_enrolled_at = NULL, \
        ban_reason = NULL, ban_reason_code = NULL, suspend_reason = NULL, suspend_reason_code = NULL, is_platform_admin = FALSE, \
        deleted_at = coalesce(deleted_at, $2), deleted_by = coalesce(deleted_by, $3), anonymized_at = $2, \
        updated_at = $2, version = version + 1, epoch = epoch + 1 \
        WHERE id = $1 AND anonymized_at IS NULL";
    let values: Vec<Value> = vec![
        id.0.into(),
        now.into(),
        by.into(),
        nobodys_email(id).into(),
        NOBODY.into(),
        NOBODY.to_lowercase().into(),
    ];
    change(tx, text, values).await
}

async fn change(tx: &DatabaseTransaction, text: &str, values: Vec<Value>) -> Result<(), DbErr> {
    let changed = tx.execute_raw(sql(tx, text, values)).await?;
    if changed.rows_affected() == 1 {
        Ok(())
    } else {
        Err(DbErr::RecordNotUpdated)
    }
}
