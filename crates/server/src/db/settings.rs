//! What the server itself remembers, by name: a value a key.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};

use super::sql;

/// The value of a key, if it has one.
pub async fn read(connection: &impl ConnectionTrait, key: &str) -> Result<Option<String>, DbErr> {
    let text = "SELECT value FROM settings WHERE key = $1";
    let row = connection
        .query_one_raw(sql(connection, text, [key.into()]))
        .await?;
    row.map(|row| row.try_get("", "value")).transpose()
}

/// Gives a key its value, in place of an earlier one.
pub async fn write(tx: &DatabaseTransaction, key: &str, value: &str) -> Result<(), DbErr> {
    let text = "INSERT INTO settings (key, value) VALUES ($1, $2) \
        ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    tx.execute_raw(sql(tx, text, [key.into(), value.into()]))
        .await?;
    Ok(())
}

/// Takes a key's value away.
pub async fn remove(tx: &DatabaseTransaction, key: &str) -> Result<(), DbErr> {
    let text = "DELETE FROM settings WHERE key = $1";
    tx.execute_raw(sql(tx, text, [key.into()])).await?;
    Ok(())
}
