//! Queries of wallets and transactions.

use chrono::{DateTime, Utc};
use quarterdeck_api::ids::UserId;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, QueryResult};
use serde_json::{Value as Json, json};

use super::rules::Sums;
use crate::db::sql;

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
