//! Rows named by their ids: read, held, and changed together.

use sea_orm::sea_query::{LockType, Order};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, Select, UpdateMany,
};

use super::Dialect;

/// Reads rows, by ascending id.
///
/// # Errors
/// The database's.
pub async fn read<E: EntityTrait>(
    connection: &impl ConnectionTrait,
    id: E::Column,
    ids: &[i64],
) -> Result<Vec<E::Model>, DbErr> {
    by_ids::<E>(id, ids).all(connection).await
}

/// The same, and keeps them from changing until the transaction ends; SQLite's one writer needs no lock.
///
/// # Errors
/// The database's.
pub async fn lock<E: EntityTrait>(
    tx: &DatabaseTransaction,
    id: E::Column,
    ids: &[i64],
) -> Result<Vec<E::Model>, DbErr> {
    let query = by_ids::<E>(id, ids);
    let query = match Dialect::of(tx) {
        Dialect::Sqlite => query,
        Dialect::Postgres => query.lock(LockType::Update),
    };
    query.all(tx).await
}

/// Changes rows that are held.
///
/// # Errors
/// The database's; and where one of the ids names nothing.
pub async fn update<E: EntityTrait>(
    tx: &DatabaseTransaction,
    change: UpdateMany<E>,
    id: E::Column,
    ids: &[i64],
) -> Result<(), DbErr> {
    let named = id.is_in(ids.iter().copied());
    let updated = change.filter(named).exec(tx).await?;
    if updated.rows_affected == ids.len() as u64 {
        Ok(())
    } else {
        Err(DbErr::RecordNotUpdated)
    }
}

/// By ascending id, so that two calls lock the same rows in the same order.
fn by_ids<E: EntityTrait>(id: E::Column, ids: &[i64]) -> Select<E> {
    E::find()
        .filter(id.is_in(ids.iter().copied()))
        .order_by(id, Order::Asc)
}
