//! Queries of accounts, challenges and sessions, as sign-in needs them.

use chrono::{DateTime, Utc};
use quarterdeck_api::sessions::{Secret, SignInWay};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, QueryResult, Value};

use super::new_password::Chooser;
use crate::db::ids::token_hash;
use crate::db::{Dialect, sql};
use crate::gate::caller::{ban_is_in_force, sign_in_way};

/// What sign-in knows of an account.
#[derive(Clone, Debug)]
pub struct Account {
    /// Key.
    pub id: i64,
    /// E-mail.
    pub email: String,
    /// E-mail in lower case.
    pub email_key: String,
    /// Argon2id, in PHC form.
    pub password_hash: Option<String>,
    /// The second factor's secret, encrypted.
    pub mfa_secret_enc: Option<String>,
    /// A second factor's secret that is not yet in force, encrypted.
    pub mfa_pending_enc: Option<String>,
    /// Whether a ban is in force.
    pub is_banned: bool,
    /// Suspended since.
    pub suspended_at: Option<DateTime<Utc>>,
    /// Deleted since.
    pub deleted_at: Option<DateTime<Utc>>,
}

const ACCOUNT: &str = "SELECT id, email, email_key, password_hash, mfa_secret_enc, mfa_pending_enc, \
    is_banned, ban_expires_at, suspended_at, deleted_at FROM users";

fn account(row: &QueryResult, now: DateTime<Utc>) -> Result<Account, DbErr> {
    Ok(Account {
        id: row.try_get("", "id")?,
        email: row.try_get("", "email")?,
        email_key: row.try_get("", "email_key")?,
        password_hash: row.try_get("", "password_hash")?,
        mfa_secret_enc: row.try_get("", "mfa_secret_enc")?,
        mfa_pending_enc: row.try_get("", "mfa_pending_enc")?,
        is_banned: ban_is_in_force(row, now)?,
        suspended_at: row.try_get("", "suspended_at")?,
        deleted_at: row.try_get("", "deleted_at")?,
    })
}

/// The account of an e-mail, in lower case.
pub async fn by_email(
    connection: &impl ConnectionTrait,
    email_key: &str,
    now: DateTime<Utc>,
) -> Result<Option<Account>, DbErr> {
    let text = format!("{ACCOUNT} WHERE email_key = $1");
    let row = connection
        .query_one_raw(sql(connection, &text, [email_key.into()]))
        .await?;
    row.as_ref().map(|row| account(row, now)).transpose()
}

/// The account of a key, kept from changing: a ban waits for the sign-in that it would have stopped, and
/// ends its session, or the sign-in waits for the ban.
pub async fn lock_by_id(
    tx: &DatabaseTransaction,
    id: i64,
    now: DateTime<Utc>,
) -> Result<Option<Account>, DbErr> {
    let lock = Dialect::of(tx).for_own_update();
    let text = format!("{ACCOUNT} WHERE id = $1{lock}");
    let row = tx.query_one_raw(sql(tx, &text, [id.into()])).await?;
    row.as_ref().map(|row| account(row, now)).transpose()
}

/// Between the first and the second step.
#[derive(Clone, Copy, Debug)]
pub struct Challenge {
    /// Who signs in.
    pub user_id: i64,
    /// By what, so far.
    pub by: SignInWay,
    attempts: i32,
    expires_at: DateTime<Utc>,
    is_used: bool,
}

impl Challenge {
    /// Whether it can still be answered.
    pub fn is_open(&self, now: DateTime<Utc>, max_attempts: i32) -> bool {
        !self.is_used && self.expires_at > now && self.attempts < max_attempts
    }
}

/// A challenge to be.
#[derive(Clone, Copy, Debug)]
pub struct NewChallenge<'a> {
    /// What is stored of its token.
    pub hash: &'a [u8],
    /// Who signs in.
    pub user_id: i64,
    /// By what, so far.
    pub by: SignInWay,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// Keeps a challenge.
pub async fn insert_challenge(
    tx: &DatabaseTransaction,
    new: &NewChallenge<'_>,
) -> Result<(), DbErr> {
    let text = "INSERT INTO login_challenges (token_hash, user_id, opened_by, expires_at) VALUES ($1, $2, $3, $4)";
    let values: [Value; 4] = [
        new.hash.to_vec().into(),
        new.user_id.into(),
        new.by.as_str().into(),
        new.expires_at.into(),
    ];
    tx.execute_raw(sql(tx, text, values)).await?;
    Ok(())
}

/// Reads a challenge under a lock, so that of two answers one waits for the other.
pub async fn lock_challenge(
    tx: &DatabaseTransaction,
    token: &Secret,
) -> Result<Option<Challenge>, DbErr> {
    let text = format!(
        "SELECT user_id, opened_by, attempts, expires_at, used_at FROM login_challenges WHERE token_hash = $1{}",
        Dialect::of(tx).for_update()
    );
    let row = tx.query_one_raw(sql(tx, &text, [hash_of(token)])).await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Challenge {
        user_id: row.try_get("", "user_id")?,
        by: sign_in_way(&row, "opened_by")?,
        attempts: row.try_get("", "attempts")?,
        expires_at: row.try_get("", "expires_at")?,
        is_used: row
            .try_get::<Option<DateTime<Utc>>>("", "used_at")?
            .is_some(),
    }))
}

fn hash_of(token: &Secret) -> Value {
    token_hash(token.expose()).into()
}

/// Counts a wrong code.
pub async fn count_wrong_code(tx: &DatabaseTransaction, token: &Secret) -> Result<(), DbErr> {
    let text = "UPDATE login_challenges SET attempts = attempts + 1 WHERE token_hash = $1";
    tx.execute_raw(sql(tx, text, [hash_of(token)])).await?;
    Ok(())
}

/// Ends a challenge.
pub async fn use_challenge(
    tx: &DatabaseTransaction,
    token: &Secret,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let text = "UPDATE login_challenges SET used_at = $2 WHERE token_hash = $1";
    tx.execute_raw(sql(tx, text, [hash_of(token), now.into()]))
        .await?;
    Ok(())
}

/// Keeps a second factor's secret that is not yet in force.
pub async fn set_pending_mfa(
    tx: &DatabaseTransaction,
    user_id: i64,
    encrypted: &str,
) -> Result<(), DbErr> {
    let text = "UPDATE users SET mfa_pending_enc = $2 WHERE id = $1";
    tx.execute_raw(sql(tx, text, [user_id.into(), encrypted.into()]))
        .await?;
    Ok(())
}

/// Puts the pending secret in force and lets the session through.
pub async fn enroll_mfa(
    tx: &DatabaseTransaction,
    user_id: i64,
    session_id: i64,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let text = "UPDATE users SET mfa_secret_enc = mfa_pending_enc, mfa_pending_enc = NULL, \
        mfa_enrolled_at = $2, updated_at = $2 WHERE id = $1";
    tx.execute_raw(sql(tx, text, [user_id.into(), now.into()]))
        .await?;
    let text = "UPDATE sessions SET mfa_passed = TRUE WHERE id = $1";
    tx.execute_raw(sql(tx, text, [session_id.into()])).await?;
    Ok(())
}

/// How many sessions of the account that a column of another room's query names are open at the time that
/// its placeholder `now` holds: an expression.
pub fn open_count_of(column: &str, now: &str) -> String {
    format!(
        "(SELECT count(*) FROM sessions s \
         WHERE s.user_id = {column} AND s.revoked_at IS NULL AND s.expires_at > {now})"
    )
}

/// Ends a session.
pub async fn revoke_session(
    tx: &DatabaseTransaction,
    session_id: i64,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let text = "UPDATE sessions SET revoked_at = $2, revoke_reason = $3 WHERE id = $1 AND revoked_at IS NULL";
    let values: [Value; 3] = [session_id.into(), now.into(), reason.into()];
    tx.execute_raw(sql(tx, text, values)).await?;
    Ok(())
}

/// Who may use a first-login token, if it is good.
pub async fn first_login_of(
    connection: &impl ConnectionTrait,
    token: &Secret,
    now: DateTime<Utc>,
) -> Result<Option<Chooser>, DbErr> {
    let text = "SELECT u.email, u.display_name FROM first_login_tokens t JOIN users u ON u.id = t.user_id \
        WHERE t.token_hash = $1 AND t.used_at IS NULL AND t.expires_at > $2";
    let row = connection
        .query_one_raw(sql(connection, text, [hash_of(token), now.into()]))
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Chooser {
        email: row.try_get("", "email")?,
        name: row.try_get("", "display_name")?,
    }))
}

/// Uses a first-login token up; tells whose it was, if it was good.
pub async fn use_first_login(
    tx: &DatabaseTransaction,
    token: &Secret,
    now: DateTime<Utc>,
) -> Result<Option<i64>, DbErr> {
    let text = "UPDATE first_login_tokens SET used_at = $2 \
        WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2 RETURNING user_id";
    let row = tx
        .query_one_raw(sql(tx, text, [hash_of(token), now.into()]))
        .await?;
    row.map(|row| row.try_get("", "user_id")).transpose()
}

/// Sets a password.
pub async fn set_password(
    tx: &DatabaseTransaction,
    user_id: i64,
    hash: &str,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let text = "UPDATE users SET password_hash = $2, updated_at = $3 WHERE id = $1";
    let values: [Value; 3] = [user_id.into(), hash.into(), now.into()];
    tx.execute_raw(sql(tx, text, values)).await?;
    Ok(())
}

/// Replaces a password's hash by another of the same password, unless the password was changed meanwhile.
pub async fn replace_password_hash(
    tx: &DatabaseTransaction,
    user_id: i64,
    old: &str,
    new: &str,
) -> Result<(), DbErr> {
    let text = "UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2";
    let values: [Value; 3] = [user_id.into(), old.into(), new.into()];
    tx.execute_raw(sql(tx, text, values)).await?;
    Ok(())
}
