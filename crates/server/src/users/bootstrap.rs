//! Whether there was an admin ever: the first may be made by signing in, and no other (S002-07).

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, Value};

use crate::db::{settings, sql};

/// Says that there was.
const DONE: &str = "bootstrap_done";

/// Whether there was.
pub async fn is_over(tx: &DatabaseTransaction) -> Result<bool, DbErr> {
    Ok(settings::read(tx, DONE).await?.is_some())
}

/// From now on admins are made by admins alone; tells whether that is new. Of two at once one waits for the other.
pub async fn end(tx: &DatabaseTransaction, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let text = "INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    let values: [Value; 2] = [DONE.into(), now.to_rfc3339().into()];
    let inserted = tx.execute_raw(sql(tx, text, values)).await?;
    Ok(inserted.rows_affected() == 1)
}
