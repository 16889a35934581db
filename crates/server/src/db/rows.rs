//! Rows named by their ids: held, and changed together.

use sea_orm::sea_query::extension::postgres::PgExpr;
use sea_orm::sea_query::{Expr, LockType, Order};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    Select, UpdateMany,
};

use super::Dialect;

/// Reads rows by ascending id and keeps them from changing until the transaction ends; SQLite's one writer needs no lock.
///
/// # Errors
/// The database's.
pub async fn lock<E: EntityTrait>(
    tx: &DatabaseTransaction,
    id: E::Column,
    ids: &[i64],
) -> Result<Vec<E::Model>, DbErr> {
    let dialect = Dialect::of(tx);
    let query = by_ids::<E>(dialect, id, ids);
    let query = match dialect {
        Dialect::Sqlite => query,
        Dialect::Postgres => query.lock(LockType::Update),
    };
    query.all(tx).await
}

/// Changes rows that are held, and tells them as they are then, in no order; `change` tells the columns.
///
/// # Errors
/// The database's; and where one of the ids names nothing.
pub async fn update<E: EntityTrait>(
    tx: &DatabaseTransaction,
    id: E::Column,
    ids: &[i64],
    change: impl FnOnce(UpdateMany<E>) -> UpdateMany<E>,
) -> Result<Vec<E::Model>, DbErr> {
    let rows = E::update_many().filter(among(Dialect::of(tx), id, ids));
    let updated = change(rows).exec_with_returning(tx).await?;
    if updated.len() == ids.len() {
        Ok(updated)
    } else {
        Err(DbErr::RecordNotUpdated)
    }
}

/// By ascending id, so that two calls lock the same rows in the same order.
fn by_ids<E: EntityTrait>(dialect: Dialect, id: E::Column, ids: &[i64]) -> Select<E> {
    E::find()
        .filter(among(dialect, id, ids))
        .order_by(id, Order::Asc)
}

/// PostgreSQL takes the ids as one array: a text that does not grow with them is parsed and planned once.
fn among<C: ColumnTrait>(dialect: Dialect, id: C, ids: &[i64]) -> Expr {
    let ids = ids.iter().copied();
    match dialect {
        Dialect::Sqlite => id.is_in(ids),
        Dialect::Postgres => id.into_expr().eq_any(ids),
    }
}
