//! Budgets of sign-in: by account and address with all other limits, and failures by account in the database, so
//! that every process and every way to a credential counts on one account (security.md, P7).

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, Value};

use crate::db::ids::token_hash;
use crate::db::sql;
use crate::gate::{Refusal, Services};

/// The budget of one account as one address uses it.
pub struct Budget {
    pair: String,
    account: String,
}

/// The key of an account's failures; e-mails that nobody has are kept only as a hash, like all others.
pub fn account_key(email_key: &str) -> String {
    format!(
        "account:{}",
        data_encoding::HEXLOWER.encode(&token_hash(email_key))
    )
}

impl Budget {
    /// Of an e-mail in lower case and an address.
    pub fn new(email_key: &str, address: IpAddr) -> Self {
        let account = account_key(email_key);
        Self {
            // By the hash: a made-up e-mail of any length must not fill the limiter's memory.
            pair: format!("sign-in:{account}:{address}"),
            account,
        }
    }

    /// Takes one try, whoever it is for: an account that does not exist locks like one that does.
    pub async fn take(&self, services: &Services) -> Result<(), Refusal> {
        services.take_try(&self.pair).await?;
        self.refuse_locked(services, services.database.reads())
            .await
    }

    /// Refuses an account that is locked, on every way by a password or a code. Who comes by the OpenID provider
    /// guessed neither, and is not shut out by strangers who did.
    pub async fn refuse_locked(
        &self,
        services: &Services,
        connection: &impl ConnectionTrait,
    ) -> Result<(), Refusal> {
        let until = locked_until(connection, &self.account).await?;
        refuse_until(until, services.clock.now())
    }

    /// Counts a wrong password or code, and locks the account where there were too many. Where others
    /// that ran beside this one have locked it already, it is not told that it was wrong: however many
    /// try at once, no more than the limit hear a verdict.
    pub async fn record_failure(&self, services: &Services) -> Result<(), Refusal> {
        let limits = &services.config.limits;
        let tx = services.system_write("sign_in_failure").await?;
        let lock = TimeDelta::seconds(limits.account_lock_seconds.into());
        let text = "INSERT INTO sign_in_attempts (key, failures, window_started_at) VALUES ($1, 1, $2) \
            ON CONFLICT (key) DO UPDATE SET \
            failures = CASE WHEN sign_in_attempts.window_started_at < $3 THEN 1 \
                ELSE sign_in_attempts.failures + 1 END, \
            window_started_at = CASE WHEN sign_in_attempts.window_started_at < $3 THEN $2 \
                ELSE sign_in_attempts.window_started_at END \
            RETURNING locked_until";
        let values: [Value; 3] = [
            self.account.clone().into(),
            tx.now.into(),
            (tx.now - lock).into(),
        ];
        let row = tx
            .connection()
            .query_one_raw(sql(tx.connection(), text, values))
            .await?;
        let until = row.map_or(Ok(None), |row| row.try_get("", "locked_until"))?;
        refuse_until(until, tx.now)?;
        let text = "UPDATE sign_in_attempts SET locked_until = $2, failures = 0 WHERE key = $1 AND failures >= $3";
        let most = i32::try_from(limits.account_failures).unwrap_or(i32::MAX);
        let values: [Value; 3] = [
            self.account.clone().into(),
            (tx.now + lock).into(),
            most.into(),
        ];
        tx.connection()
            .execute_raw(sql(tx.connection(), text, values))
            .await?;
        Ok(tx.commit().await?)
    }

    /// Forgets the failures of an account that signed in.
    pub async fn clear(&self, tx: &DatabaseTransaction) -> Result<(), DbErr> {
        clear(tx, &self.account).await
    }
}

fn refuse_until(until: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<(), Refusal> {
    match until {
        Some(until) if until > now => Err(Refusal::rate_limited(
            (until - now).to_std().unwrap_or_default(),
        )),
        Some(_) | None => Ok(()),
    }
}

/// Takes one try of an address at something that has no account yet.
pub async fn take_address(services: &Services, what: &str, address: IpAddr) -> Result<(), Refusal> {
    services.take_try(&format!("{what}:{address}")).await
}

/// Forgets the failures behind a key.
pub async fn clear(tx: &DatabaseTransaction, key: &str) -> Result<(), DbErr> {
    let text = "DELETE FROM sign_in_attempts WHERE key = $1";
    tx.execute_raw(sql(tx, text, [key.into()])).await?;
    Ok(())
}

async fn locked_until(
    connection: &impl ConnectionTrait,
    key: &str,
) -> Result<Option<DateTime<Utc>>, DbErr> {
    let text = "SELECT locked_until FROM sign_in_attempts WHERE key = $1";
    let row = connection
        .query_one_raw(sql(connection, text, [key.into()]))
        .await?;
    row.map_or(Ok(None), |row| row.try_get("", "locked_until"))
}
