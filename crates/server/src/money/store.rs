//! Queries of wallets and transactions, and the writes of a balance that is set.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use quarterdeck_api::ids::UserId;
use quarterdeck_api::money::Balance;
use quarterdeck_api::text::Line;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, QueryResult, Value};
use serde_json::{Value as Json, json};

use super::rules::{Held, Sums, Wanted};
use crate::db::{Dialect, dialect, sql};

/// The columns that [`balance`] reads.
pub const BALANCE: &str =
    "w.balance AS wallet_balance, w.currency AS wallet_currency, w.version AS wallet_version";

/// What a person holds and moved; none where there is no such person.
pub async fn sums(connection: &impl ConnectionTrait, user: UserId) -> Result<Option<Sums>, DbErr> {
    let of = |kind: &str| {
        format!("COALESCE(CAST(sum(CASE WHEN t.kind = '{kind}' THEN t.amount END) AS BIGINT), 0)")
    };
    let text = format!(
        "SELECT w.currency, w.balance, m.* FROM users u LEFT JOIN wallets w ON w.user_id = u.id \
         CROSS JOIN (SELECT {} AS wagered, {} AS payouts, {} AS deposits, {} AS withdraws, \
         CAST(count(CASE WHEN t.kind = 'bet' THEN 1 END) AS BIGINT) AS bets, \
         CAST(count(CASE WHEN t.kind = 'bet' AND t.won THEN 1 END) AS BIGINT) AS wins \
         FROM transactions t WHERE t.user_id = $1) AS m WHERE u.id = $1",
        of("bet"),
        of("payout"),
        of("deposit"),
        of("withdraw"),
    );
    let row = connection
        .query_one_raw(sql(connection, &text, [user.0.into()]))
        .await?;
    let Some(row) = row else { return Ok(None) };
    let currency: Option<String> = row.try_get("", "currency")?;
    let balance: Option<i64> = row.try_get("", "balance")?;
    Ok(Some(Sums {
        currency: currency.unwrap_or_default(),
        balance: balance.unwrap_or_default(),
        wagered: row.try_get("", "wagered")?,
        bets: row.try_get("", "bets")?,
        wins: row.try_get("", "wins")?,
        payouts: row.try_get("", "payouts")?,
        deposits: row.try_get("", "deposits")?,
        withdraws: row.try_get("", "withdraws")?,
    }))
}

/// What a person holds; none where there is no such person.
pub async fn held(
    connection: &impl ConnectionTrait,
    user: UserId,
) -> Result<Option<Option<Held>>, DbErr> {
    let text = "SELECT w.balance, w.currency, w.version FROM users u \
        LEFT JOIN wallets w ON w.user_id = u.id WHERE u.id = $1";
    let row = connection
        .query_one_raw(sql(connection, text, [user.0.into()]))
        .await?;
    row.as_ref().map(wallet).transpose()
}

/// The same of somebody who is there, held until the transaction ends.
pub async fn lock(tx: &DatabaseTransaction, user: UserId) -> Result<Option<Held>, DbErr> {
    let text = format!(
        "SELECT balance, currency, version FROM wallets WHERE user_id = $1{}",
        Dialect::of(tx).for_own_update()
    );
    let row = tx.query_one_raw(sql(tx, &text, [user.0.into()])).await?;
    row.as_ref().map_or(Ok(None), wallet)
}

/// The balance in a row of another room's query that joins `wallets` as `w`; its columns are [`BALANCE`].
pub fn balance(row: &QueryResult) -> Result<Option<Balance>, DbErr> {
    let amount: Option<i64> = row.try_get("", "wallet_balance")?;
    let Some(amount) = amount else {
        return Ok(None);
    };
    Ok(Some(Balance {
        amount,
        currency: Line::verbatim(row.try_get("", "wallet_currency")?),
        version: row.try_get("", "wallet_version")?,
    }))
}

/// What people hold, by account; who has no wallet is not among them.
pub async fn balances(
    connection: &impl ConnectionTrait,
    users: &BTreeSet<i64>,
) -> Result<HashMap<i64, Balance>, DbErr> {
    if users.is_empty() {
        return Ok(HashMap::new());
    }
    let text = format!(
        "SELECT w.user_id, {BALANCE} FROM wallets w WHERE w.user_id IN ({})",
        dialect::placeholders(1, users.len())
    );
    let values = users.iter().map(|id| Value::from(*id));
    let rows = connection
        .query_all_raw(sql(connection, &text, values))
        .await?;
    let held = |row: &QueryResult| {
        let id = row.try_get("", "user_id")?;
        Ok(balance(row)?.map(|held| (id, held)))
    };
    rows.iter()
        .filter_map(|row| held(row).transpose())
        .collect()
}

/// The wallet in a row, whose columns are null where there is none.
fn wallet(row: &QueryResult) -> Result<Option<Held>, DbErr> {
    let amount: Option<i64> = row.try_get("", "balance")?;
    let Some(amount) = amount else {
        return Ok(None);
    };
    Ok(Some(Held {
        amount,
        currency: row.try_get("", "currency")?,
        version: row.try_get("", "version")?,
    }))
}

/// Sets what a person holds; the wallet is locked, or is opened.
pub async fn set(tx: &DatabaseTransaction, user: UserId, wanted: &Wanted) -> Result<(), DbErr> {
    let text = "INSERT INTO wallets (user_id, balance, currency) VALUES ($1, $2, $3) \
        ON CONFLICT (user_id) DO UPDATE SET balance = excluded.balance, version = wallets.version + 1";
    let values: [Value; 3] = [
        user.0.into(),
        wanted.amount().into(),
        wanted.currency().into(),
    ];
    tx.execute_raw(sql(tx, text, values)).await?;
    Ok(())
}

/// Takes so much out of a wallet that is locked.
pub async fn lower(tx: &DatabaseTransaction, user: UserId, amount: i64) -> Result<(), DbErr> {
    let text =
        "UPDATE wallets SET balance = balance - $2, version = version + 1 WHERE user_id = $1";
    let lowered = tx
        .execute_raw(sql(tx, text, [user.0.into(), amount.into()]))
        .await?;
    if lowered.rows_affected() == 1 {
        Ok(())
    } else {
        Err(DbErr::RecordNotUpdated)
    }
}

/// What operators move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A balance that was set.
    Adjust,
    /// A withdrawal that was approved.
    Withdraw,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Adjust => "adjust",
            Self::Withdraw => "withdraw",
        }
    }
}

/// What an operator moved.
#[derive(Clone, Copy, Debug)]
pub struct Movement<'a> {
    /// Whose.
    pub user: UserId,
    /// What for.
    pub kind: Kind,
    /// How much, in the smallest unit.
    pub amount: i64,
    /// The request, as both logs name it.
    pub reference: Option<&'a str>,
    /// The account of the operator.
    pub actor: i64,
    /// Why.
    pub reason: Option<&'a str>,
    /// The time of the transaction.
    pub at: DateTime<Utc>,
}

/// Writes it down, and tells its key.
pub async fn note(tx: &DatabaseTransaction, it: &Movement<'_>) -> Result<i64, DbErr> {
    let text = "INSERT INTO transactions (user_id, kind, amount, ref, actor_id, reason, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id";
    let values: [Value; 7] = [
        it.user.0.into(),
        it.kind.as_str().into(),
        it.amount.into(),
        it.reference.into(),
        it.actor.into(),
        it.reason.into(),
        it.at.into(),
    ];
    let row = tx.query_one_raw(sql(tx, text, values)).await?;
    row.ok_or(DbErr::RecordNotInserted)?.try_get("", "id")
}

/// The transactions of a person, as they are handed out to the person; oldest first, so many at most.
pub async fn of_user(
    connection: &impl ConnectionTrait,
    user: i64,
    limit: u64,
) -> Result<Vec<Json>, DbErr> {
    let text = format!(
        "SELECT id, kind, amount, won, ref, reason, created_at FROM transactions \
         WHERE user_id = $1 ORDER BY id LIMIT {limit}"
    );
    let rows = connection
        .query_all_raw(sql(connection, &text, [user.into()]))
        .await?;
    let transaction = |row: &QueryResult| {
        let text = |name: &str| row.try_get::<Option<String>>("", name);
        Ok(json!({
            "id": row.try_get::<i64>("", "id")?,
            "kind": row.try_get::<String>("", "kind")?,
            "amount": row.try_get::<i64>("", "amount")?,
            "won": row.try_get::<bool>("", "won")?,
            "ref": text("ref")?,
            "reason": text("reason")?,
            "created_at": row.try_get::<DateTime<Utc>>("", "created_at")?,
        }))
    };
    rows.iter().map(transaction).collect()
}

/// Takes the words out of the transactions of a person; what was moved stays.
pub async fn erase(tx: &DatabaseTransaction, user: i64, erased: &str) -> Result<(), DbErr> {
    let text = "UPDATE transactions SET ref = NULL, \
        reason = CASE WHEN reason IS NULL THEN NULL ELSE $2 END WHERE user_id = $1";
    tx.execute_raw(sql(tx, text, [user.into(), erased.into()]))
        .await?;
    Ok(())
}
