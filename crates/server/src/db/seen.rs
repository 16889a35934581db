//! Pages of what a decision needs of rows, without the rest of them.

use chrono::{DateTime, Utc};
use quarterdeck_api::page::{Page, Seen};
use quarterdeck_api::text::Line;
use sea_orm::sea_query::Expr;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, QuerySelect, Select};

use super::cursor::{Cursor, Key, SortKey};
use super::paging::{Direction, Paging};

/// Where a table keeps what [`Seen`] tells, and the time that its list is ordered by.
#[derive(Clone, Copy, Debug)]
pub struct Columns<E: EntityTrait> {
    /// Key.
    pub id: E::Column,
    /// Status.
    pub status: E::Column,
    /// Version.
    pub version: E::Column,
    /// What the list is ordered by.
    pub time: E::Column,
}

/// The page of a selection in the order of its list.
///
/// # Errors
/// The database's.
pub async fn page<E: EntityTrait>(
    connection: &impl ConnectionTrait,
    matching: Select<E>,
    columns: Columns<E>,
    (sort, direction): (SortKey, Direction),
    paging: &Paging<Cursor>,
) -> Result<Page<Seen>, DbErr> {
    let total = paging.total_of(connection, matching.clone()).await?;
    let Columns {
        id,
        status,
        version,
        time,
    } = columns;
    let rows: Vec<(i64, String, i64, DateTime<Utc>)> = paging
        .select(matching, &Expr::col(time), id, direction)
        .select_only()
        .columns([id, status, version, time])
        .into_tuple()
        .all(connection)
        .await?;
    let (rows, next_cursor) = paging.finish(rows, |(id, _, _, time)| {
        sort.encode(&Cursor {
            key: Key::Time(*time),
            id: *id,
        })
    });
    let seen = rows.into_iter().map(|(id, status, version, _)| Seen {
        id,
        status: Line::verbatim(status),
        version,
    });
    Ok(Page {
        data: seen.collect(),
        total: total.rows,
        total_exact: total.is_exact,
        next_cursor,
    })
}
