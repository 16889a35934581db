//! Rows as they leave the house: one form for the command line and for an operator's export.

use data_encoding::HEXLOWER;
use quarterdeck_api::audit::{ExportedChain, ExportedRow};
use sea_orm::{ConnectionTrait, DbErr};

use super::rows::StoredRow;
use super::verify::{instance_id, stored_head};

/// The chain of a scope as it stands on the snapshot of the connection.
pub async fn exported_chain(
    connection: &impl ConnectionTrait,
    scope: &str,
) -> Result<ExportedChain, DbErr> {
    let head = stored_head(connection, scope).await?;
    Ok(ExportedChain {
        instance: instance_id(connection).await?,
        scope: scope.to_owned(),
        head_seq: head.seq,
        head_link: HEXLOWER.encode(&head.link),
    })
}

impl From<StoredRow> for ExportedRow {
    fn from(row: StoredRow) -> Self {
        let record = row.record;
        Self {
            seq: row.seq,
            recorded_at_us: record.recorded_at_us,
            actor_type: record.actor_type,
            actor_id: record.actor_id,
            actor_email: record.actor_email,
            action_code: record.action_code,
            action: record.action,
            target_type: record.target_type,
            target_id: record.target_id,
            details: record.details,
            request_id: record.request_id,
            canon: HEXLOWER.encode(&row.canonical),
            leaf: HEXLOWER.encode(&row.leaf),
            link: HEXLOWER.encode(&row.link),
        }
    }
}
