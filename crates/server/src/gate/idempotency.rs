//! A repeated write is answered again, not done again.

use chrono::{DateTime, Utc};
use quarterdeck_api::problem::Code;
use sea_orm::{ConnectionTrait, DatabaseTransaction, Value};

use super::Refusal;
use super::held::Held;
use super::request::RequestContext;
use crate::db::dialect::{Failure, failure};
use crate::db::sql;
use crate::db::together::Part;

/// The answer that an earlier call left.
#[derive(Clone, Debug)]
pub struct StoredAnswer {
    /// Its status.
    pub status: u16,
    /// Its body, as JSON text.
    pub body: String,
}

/// What a key is known for.
#[derive(Debug)]
pub enum Known {
    /// Nothing: it is free.
    Free,
    /// This request, answered so.
    Answered(StoredAnswer),
    /// This request, whose reply held a secret and was not kept.
    Done,
}

/// Looks a key up; the same key with other bytes is refused.
pub async fn look_up(
    connection: &impl ConnectionTrait,
    user_id: i64,
    key: &str,
    request: &RequestContext,
) -> Result<Known, Refusal> {
    let text = "SELECT fingerprint, status, response FROM idempotency_keys WHERE user_id = $1 AND key = $2";
    let Some(row) = connection
        .query_one_raw(sql(connection, text, [user_id.into(), key.into()]))
        .await?
    else {
        return Ok(Known::Free);
    };
    let fingerprint: Vec<u8> = row.try_get("", "fingerprint")?;
    if fingerprint != request.fingerprint() {
        return Err(Refusal::with_detail(
            Code::IdempotencyMismatch,
            "this Idempotency-Key was used for another request; use a new key",
        ));
    }
    let status: Option<i32> = row.try_get("", "status")?;
    let body: Option<String> = row.try_get("", "response")?;
    Ok(
        match (status.and_then(|status| u16::try_from(status).ok()), body) {
            (Some(status), Some(body)) => Known::Answered(StoredAnswer { status, body }),
            (Some(_), None) | (None, _) => Known::Done,
        },
    )
}

/// Claims a key for this transaction where the caller is `held`, and tells whether they are; a second claim
/// waits for the first and is then refused.
pub async fn claim(
    tx: &DatabaseTransaction,
    held: &Held<'_>,
    key: &str,
    request: &RequestContext,
    now: DateTime<Utc>,
) -> Result<bool, Refusal> {
    let text = format!(
        "INSERT INTO idempotency_keys (user_id, key, fingerprint, created_at) SELECT u.id, $4, $5, $6 {}",
        held.rows(tx)
    );
    let claim: [Value; 3] = [key.into(), request.fingerprint().into(), now.into()];
    let values = held.values().into_iter().chain(claim);
    match tx.execute_raw(sql(tx, &text, values)).await {
        Ok(claimed) => Ok(claimed.rows_affected() == 1),
        Err(error) if matches!(failure(&error), Failure::Duplicate | Failure::LockTimeout) => {
            Err(Refusal::with_detail(
                Code::IdempotencyInFlight,
                "the same request is still running; wait for its answer",
            ))
        }
        Err(error) => Err(error.into()),
    }
}

/// The statement that keeps the answer with its key; a secret one leaves no body.
pub fn store(user_id: i64, key: &str, status: u16, body: Option<&str>) -> Part {
    Part::new(
        "UPDATE idempotency_keys SET status = $3, response = $4 WHERE user_id = $1 AND key = $2",
        [
            user_id.into(),
            key.into(),
            i32::from(status).into(),
            body.map(str::to_owned).into(),
        ],
    )
}
