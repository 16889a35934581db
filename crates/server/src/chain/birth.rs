//! What a database needs once before its first audit row: an id of its own and a head.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};

use super::{PLATFORM, link};
use crate::db::sql;

/// Gives a fresh database its instance id and the platform scope its head; an old one keeps them.
pub async fn ensure(tx: &DatabaseTransaction, instance: &str) -> Result<(), DbErr> {
    let text =
        "INSERT INTO settings (key, value) VALUES ('instance_id', $1) ON CONFLICT DO NOTHING";
    tx.execute_raw(sql(tx, text, [instance.into()])).await?;
    let instance = super::verify::instance_id(tx).await?;
    let genesis = link::genesis(&instance, PLATFORM).to_vec();
    let text = "INSERT INTO audit_heads (scope, seq, prev, link, recorded_at_us) \
        VALUES ($1, 0, $2, $2, 0) ON CONFLICT DO NOTHING";
    tx.execute_raw(sql(tx, text, [PLATFORM.into(), genesis.into()]))
        .await?;
    Ok(())
}
