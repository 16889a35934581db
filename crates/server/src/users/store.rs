//! Queries of accounts and their rights.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use quarterdeck_api::filter::Test;
use quarterdeck_api::ids::UserId;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::role::Role;
use sea_orm::sea_query::{Expr, Query, SelectStatement};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, Value};

use crate::db::filter;
use crate::db::{Dialect, dialect, sql};
use crate::sessions;

use super::bootstrap;

/// The e-mails of accounts, by key.
pub async fn emails(
    connection: &impl ConnectionTrait,
    ids: &BTreeSet<i64>,
) -> Result<HashMap<i64, String>, DbErr> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let text = format!(
        "SELECT id, email FROM users WHERE id IN ({})",
        dialect::placeholders(1, ids.len())
    );
    let values = ids.iter().map(|id| Value::from(*id));
    let rows = connection
        .query_all_raw(sql(connection, &text, values))
        .await?;
    rows.iter()
        .map(|row| Ok((row.try_get("", "id")?, row.try_get("", "email")?)))
        .collect()
}

/// Selects the keys of the accounts whose e-mail begins so, for another room's search.
pub fn with_email(text: &Test) -> SelectStatement {
    Query::select()
        .column("id")
        .from("users")
        .cond_where(filter::text(&Expr::col("email_key"), text))
        .take()
}

/// An account to be.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// E-mail.
    pub email: String,
    /// Name.
    pub display_name: String,
    /// Argon2id, in PHC form, where it has a password already.
    pub password_hash: Option<String>,
}

/// Makes an account and tells its key.
pub async fn create(
    tx: &DatabaseTransaction,
    new: &NewAccount,
    now: DateTime<Utc>,
) -> Result<i64, DbErr> {
    let text = "INSERT INTO users (email, email_key, display_name, display_name_key, password_hash, \
        created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $6) RETURNING id";
    let values: [Value; 6] = [
        new.email.clone().into(),
        new.email.to_lowercase().into(),
        new.display_name.clone().into(),
        new.display_name.to_lowercase().into(),
        new.password_hash.clone().into(),
        now.into(),
    ];
    let row = tx.query_one_raw(sql(tx, text, values)).await?;
    row.ok_or(DbErr::RecordNotInserted)?.try_get("", "id")
}

/// The key of the account with an e-mail.
pub async fn find_by_email(
    connection: &impl ConnectionTrait,
    email: &str,
) -> Result<Option<i64>, DbErr> {
    let text = "SELECT id FROM users WHERE email_key = $1";
    let row = connection
        .query_one_raw(sql(connection, text, [email.trim().to_lowercase().into()]))
        .await?;
    row.map(|row| row.try_get("", "id")).transpose()
}

/// The account with a Twitch handle, whatever the case.
pub async fn find_by_twitch(
    connection: &impl ConnectionTrait,
    handle: &str,
) -> Result<Option<UserId>, DbErr> {
    let text = "SELECT id FROM users WHERE twitch_key = $1";
    let key = handle.trim().to_lowercase();
    let row = connection
        .query_one_raw(sql(connection, text, [key.into()]))
        .await?;
    row.map(|row| Ok(UserId(row.try_get("", "id")?)))
        .transpose()
}

/// Grants a role and permissions to an account made in the same transaction; a staff role makes it a platform admin
/// (C-04).
pub async fn grant(
    tx: &DatabaseTransaction,
    user_id: i64,
    role: Role,
    permissions: &[Permission],
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let text = "INSERT INTO user_roles (user_id, role, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    let values: [Value; 3] = [user_id.into(), role.as_str().into(), now.into()];
    tx.execute_raw(sql(tx, text, values)).await?;
    if role.is_staff() {
        bootstrap::end(tx, now).await?;
    }
    for permission in permissions {
        let text = "INSERT INTO user_permissions (user_id, permission_key, created_at) VALUES ($1, $2, $3) \
            ON CONFLICT DO NOTHING";
        let values: [Value; 3] = [user_id.into(), permission.as_str().into(), now.into()];
        tx.execute_raw(sql(tx, text, values)).await?;
    }
    let text = "UPDATE users SET is_platform_admin = is_platform_admin OR $2, epoch = epoch + 1, updated_at = $3 \
        WHERE id = $1";
    tx.execute_raw(sql(
        tx,
        text,
        [user_id.into(), role.is_staff().into(), now.into()],
    ))
    .await?;
    Ok(())
}

/// Ends the first-login tokens of an account that nobody has used.
pub async fn end_first_logins(
    tx: &DatabaseTransaction,
    user_id: i64,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let text = "UPDATE first_login_tokens SET used_at = $2 WHERE user_id = $1 AND used_at IS NULL";
    tx.execute_raw(sql(tx, text, [user_id.into(), now.into()]))
        .await?;
    Ok(())
}

/// Gives an account a first-login token; earlier ones end.
pub async fn issue_first_login(
    tx: &DatabaseTransaction,
    user_id: i64,
    token_hash: &[u8],
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), DbErr> {
    end_first_logins(tx, user_id, now).await?;
    let text =
        "INSERT INTO first_login_tokens (token_hash, user_id, expires_at) VALUES ($1, $2, $3)";
    let values: [Value; 3] = [
        token_hash.to_vec().into(),
        user_id.into(),
        expires_at.into(),
    ];
    tx.execute_raw(sql(tx, text, values)).await?;
    Ok(())
}

/// Puts a second factor on an account; the secret is encrypted already.
pub async fn set_mfa(
    tx: &DatabaseTransaction,
    user_id: i64,
    encrypted: &str,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let text = "UPDATE users SET mfa_secret_enc = $2, mfa_enrolled_at = $3 WHERE id = $1";
    let values: [Value; 3] = [user_id.into(), encrypted.into(), now.into()];
    tx.execute_raw(sql(tx, text, values)).await?;
    Ok(())
}

/// Takes the second factor off an account and ends its sessions. The steps of the old secret count no more:
/// one that was used while a clock was ahead would shut the new secret out until that time.
pub async fn reset_mfa(
    tx: &DatabaseTransaction,
    user_id: i64,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let text = "UPDATE users SET mfa_secret_enc = NULL, mfa_pending_enc = NULL, mfa_enrolled_at = NULL, \
        last_otp_step = 0, epoch = epoch + 1, updated_at = $2 WHERE id = $1";
    tx.execute_raw(sql(tx, text, [user_id.into(), now.into()]))
        .await?;
    sessions::void_recovery_codes(tx, user_id).await?;
    end_sessions(tx, user_id, "mfa_reset", now).await
}

/// Takes the password off an account and ends its sessions.
pub async fn reset_password(
    tx: &DatabaseTransaction,
    user_id: i64,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let text =
        "UPDATE users SET password_hash = NULL, epoch = epoch + 1, updated_at = $2 WHERE id = $1";
    tx.execute_raw(sql(tx, text, [user_id.into(), now.into()]))
        .await?;
    end_sessions(tx, user_id, "password_reset", now).await
}

async fn end_sessions(
    tx: &DatabaseTransaction,
    user_id: i64,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let text = "UPDATE sessions SET revoked_at = $2, revoke_reason = $3 WHERE user_id = $1 AND revoked_at IS NULL";
    let values: [Value; 3] = [user_id.into(), now.into(), reason.into()];
    tx.execute_raw(sql(tx, text, values)).await?;
    Ok(())
}

/// Keeps an account from being changed by others until the transaction ends.
pub async fn lock(tx: &DatabaseTransaction, user_id: i64) -> Result<(), DbErr> {
    let text = format!(
        "SELECT id FROM users WHERE id = $1{}",
        Dialect::of(tx).for_own_update()
    );
    tx.query_one_raw(sql(tx, &text, [user_id.into()])).await?;
    Ok(())
}

/// Marks a person as verified.
pub async fn set_verified(
    tx: &DatabaseTransaction,
    user_id: i64,
    by: i64,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let text = "INSERT INTO profiles (user_id, verified_at, verified_by) VALUES ($1, $2, $3) \
        ON CONFLICT (user_id) DO UPDATE SET verified_at = excluded.verified_at, verified_by = excluded.verified_by";
    let values: [Value; 3] = [user_id.into(), now.into(), by.into()];
    tx.execute_raw(sql(tx, text, values)).await?;
    let text = "UPDATE users SET version = version + 1, updated_at = $2 WHERE id = $1";
    tx.execute_raw(sql(tx, text, [user_id.into(), now.into()]))
        .await?;
    Ok(())
}

/// The staff roles as a list of SQL; their names are the contract's own.
pub fn staff_names() -> String {
    let staff = Role::ALL.iter().filter(|role| role.is_staff());
    let names: Vec<_> = staff.map(|role| format!("'{}'", role.as_str())).collect();
    names.join(", ")
}
