//! Whether there is somebody left to say something about.

use chrono::{DateTime, Utc};
use quarterdeck_api::ids::UserId;
use quarterdeck_api::problem::Code;
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use super::target::not_found;
use crate::db::{Dialect, sql};
use crate::gate::Refusal;

/// Keeps the account of whom something is noted from being anonymized until the transaction ends.
///
/// # Errors
/// 404 where there is no such user, 409 where nothing is left of the person.
pub async fn noted(tx: &DatabaseTransaction, id: UserId) -> Result<(), Refusal> {
    let text = format!(
        "SELECT anonymized_at FROM users WHERE id = $1{}",
        Dialect::of(tx).for_own_update()
    );
    let row = tx.query_one_raw(sql(tx, &text, [id.0.into()])).await?;
    let row = row.ok_or_else(|| not_found(id))?;
    let anonymized_at: Option<DateTime<Utc>> = row.try_get("", "anonymized_at")?;
    if anonymized_at.is_some() {
        let detail = format!("{id} is anonymized; nothing is left to be said of anybody");
        return Err(Refusal::with_detail(Code::StaleVersion, detail));
    }
    Ok(())
}
