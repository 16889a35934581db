//! One-time codes: used up at sign-in, at enrollment, and with a request that asks for one.
//!
//! A request that asks for a code takes two transactions (architecture.md §10.3): the first uses the code
//! up and leaves a grant for exactly these bytes, the second spends the grant with the change. A code
//! that was used stays used, even where the change fails; the same bytes may then come again for a while.

use chrono::{DateTime, TimeDelta, Utc};
use quarterdeck_api::problem::Code;
use quarterdeck_api::sessions::Secret;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, Value};

use super::totp;
use super::{Caller, Refusal, RequestContext, Services};
use crate::db::sql;

/// How long a grant waits for its request.
const GRANT_SECONDS: i64 = 120;

/// What became of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Burn {
    /// It was right, and is used up.
    Used,
    /// It is not a code of now.
    Wrong,
    /// It, or a later one, was used already, anywhere.
    Replayed,
}

/// What binds an encrypted secret to its account.
pub fn context(user_id: i64) -> String {
    format!("users:mfa:{user_id}")
}

/// Uses a code of a secret up: once for a right one, over all processes and ways.
pub async fn burn(
    services: &Services,
    tx: &DatabaseTransaction,
    user_id: i64,
    encrypted: &str,
    code: &Secret,
    now: DateTime<Utc>,
) -> Result<Burn, Refusal> {
    let secret = services
        .vault
        .decrypt(encrypted, &context(user_id))
        .map_err(Refusal::internal)?;
    let Some(step) = totp::matching_step(&secret, code.expose(), totp::step_at(now)) else {
        return Ok(Burn::Wrong);
    };
    let is_fresh = advance_step(tx, user_id, step).await?;
    Ok(if is_fresh { Burn::Used } else { Burn::Replayed })
}

/// Moves the account's last step forward; false where this step, or a later one, was used.
async fn advance_step(tx: &DatabaseTransaction, user_id: i64, step: i64) -> Result<bool, DbErr> {
    let text = "UPDATE users SET last_otp_step = $2 WHERE id = $1 AND last_otp_step < $2";
    let result = tx
        .execute_raw(sql(tx, text, [user_id.into(), step.into()]))
        .await?;
    Ok(result.rows_affected() == 1)
}

/// The first transaction: the request's code for a grant. A grant that waits already will do.
pub async fn require(
    services: &Services,
    caller: &Caller,
    request: &RequestContext,
) -> Result<(), Refusal> {
    let now = services.clock.now();
    if has_grant(services.database.reads(), caller, request, now).await? {
        return Ok(());
    }
    let code = request.otp.as_ref().ok_or_else(|| {
        Refusal::with_detail(
            Code::OtpRequired,
            "send the code of your authenticator as X-OTP",
        )
    })?;
    services
        .take_try(&format!("otp:{}", caller.user_id))
        .await?;
    let tx = services.system_write("otp").await?;
    let text = "SELECT mfa_secret_enc FROM users WHERE id = $1";
    let row = tx
        .connection()
        .query_one_raw(sql(tx.connection(), text, [caller.user_id.into()]))
        .await?;
    let encrypted: Option<String> =
        row.map_or(Ok(None), |row| row.try_get("", "mfa_secret_enc"))?;
    let encrypted = encrypted.ok_or_else(|| Refusal::new(Code::MfaEnrollmentRequired))?;
    match burn(
        services,
        tx.connection(),
        caller.user_id,
        &encrypted,
        code,
        tx.now,
    )
    .await?
    {
        Burn::Used => {
            grant(tx.connection(), caller, request, tx.now).await?;
            tx.commit().await?;
            Ok(())
        }
        Burn::Wrong => Err(Refusal::with_detail(
            Code::OtpInvalid,
            "the one-time code is wrong; check the clock of your authenticator and try the next code",
        )),
        // The same request, sent twice at once: the other one has used the code and left the grant.
        Burn::Replayed if has_grant(tx.connection(), caller, request, tx.now).await? => Ok(()),
        Burn::Replayed => Err(Refusal::with_detail(
            Code::OtpReplayed,
            "this one-time code was used; wait for the next one",
        )),
    }
}

fn identity(caller: &Caller, request: &RequestContext, now: DateTime<Utc>) -> [Value; 5] {
    [
        caller.user_id.into(),
        caller.session_id.into(),
        request.idempotency_key.clone().unwrap_or_default().into(),
        request.fingerprint().into(),
        now.into(),
    ]
}

async fn has_grant(
    connection: &impl ConnectionTrait,
    caller: &Caller,
    request: &RequestContext,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let text = "SELECT 1 AS one FROM otp_grants \
        WHERE user_id = $1 AND session_id = $2 AND key = $3 AND digest = $4 AND expires_at > $5";
    let values = identity(caller, request, now);
    Ok(connection
        .query_one_raw(sql(connection, text, values))
        .await?
        .is_some())
}

async fn grant(
    tx: &DatabaseTransaction,
    caller: &Caller,
    request: &RequestContext,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let text = "INSERT INTO otp_grants (user_id, session_id, key, digest, expires_at) \
        VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (user_id, session_id, key, digest) DO UPDATE SET expires_at = excluded.expires_at";
    let expires_at = now + TimeDelta::seconds(GRANT_SECONDS);
    tx.execute_raw(sql(tx, text, identity(caller, request, expires_at)))
        .await?;
    Ok(())
}

/// In the second transaction: the grant goes with the change, once.
pub async fn spend(
    tx: &DatabaseTransaction,
    caller: &Caller,
    request: &RequestContext,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    let text = "DELETE FROM otp_grants \
        WHERE user_id = $1 AND session_id = $2 AND key = $3 AND digest = $4 AND expires_at > $5";
    let result = tx
        .execute_raw(sql(tx, text, identity(caller, request, now)))
        .await?;
    if result.rows_affected() == 1 {
        return Ok(());
    }
    Err(Refusal::with_detail(
        Code::OtpRequired,
        "the code of this request was used up; send the next one as X-OTP",
    ))
}
