//! Queries of saved filters.

use chrono::{DateTime, Utc};
use quarterdeck_api::filters::{MOST_LISTED, SavedFilter};
use quarterdeck_api::ids::FilterId;
use quarterdeck_api::text::Line;
use quarterdeck_api::wire_enum::OpenEnum;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, QueryResult, Value};
use serde_json::{Value as Json, json};

use super::rules::{Kept, Owned};
use crate::db::{Dialect, sql};

const ROWS: &str = "SELECT f.id, f.owner_id, u.email AS owner, f.resource, f.name, f.filter, f.shared, \
    f.updated_at, f.version FROM saved_filters f JOIN users u ON u.id = f.owner_id";

/// A row, and whose it is.
#[derive(Clone, Debug)]
pub struct Stored {
    /// As it goes on the wire.
    pub filter: SavedFilter,
    /// Whose it is to who asks.
    pub owned: Owned,
}

impl Stored {
    /// Whether it says already what is to be kept.
    pub fn is(&self, kept: &Kept<'_>) -> bool {
        self.filter.filter.as_str() == kept.filter && self.filter.shared == kept.shared
    }
}

fn stored(row: &QueryResult, asker: i64) -> Result<Stored, DbErr> {
    let line = |name: &str| row.try_get("", name).map(Line::verbatim);
    let shared: bool = row.try_get("", "shared")?;
    let mine = row.try_get::<i64>("", "owner_id")? == asker;
    let filter = SavedFilter {
        id: FilterId(row.try_get("", "id")?),
        // What a newer server wrote is handed on as it is.
        resource: OpenEnum::of(&line("resource")?),
        name: line("name")?,
        filter: line("filter")?,
        shared,
        mine,
        owner: line("owner")?,
        updated_at: row.try_get("", "updated_at")?,
        version: row.try_get("", "version")?,
    };
    let owned = match (mine, shared) {
        (true, _) => Owned::ByCaller,
        (false, true) => Owned::Shared,
        (false, false) => Owned::Privately,
    };
    Ok(Stored { filter, owned })
}

/// The filters of an account, then those that others share.
pub async fn seen_by(
    connection: &impl ConnectionTrait,
    asker: i64,
) -> Result<Vec<SavedFilter>, DbErr> {
    let text = format!(
        "{ROWS} WHERE f.owner_id = $1 OR f.shared \
         ORDER BY CASE WHEN f.owner_id = $1 THEN 0 ELSE 1 END, f.resource, f.name, f.id LIMIT {MOST_LISTED}"
    );
    let rows = connection
        .query_all_raw(sql(connection, &text, [asker.into()]))
        .await?;
    let rows = rows.iter().map(|row| stored(row, asker));
    rows.map(|row| row.map(|row| row.filter)).collect()
}

/// A filter by its id, held until the transaction ends.
pub async fn lock(
    tx: &DatabaseTransaction,
    id: FilterId,
    asker: i64,
) -> Result<Option<Stored>, DbErr> {
    let of = match Dialect::of(tx) {
        Dialect::Sqlite => "",
        Dialect::Postgres => " FOR UPDATE OF f",
    };
    let text = format!("{ROWS} WHERE f.id = $1{of}");
    let row = tx.query_one_raw(sql(tx, &text, [id.0.into()])).await?;
    row.map(|row| stored(&row, asker)).transpose()
}

/// The filter of an owner by its list and name.
pub async fn named(
    tx: &DatabaseTransaction,
    owner: i64,
    kept: &Kept<'_>,
) -> Result<Option<Stored>, DbErr> {
    let text = format!("{ROWS} WHERE f.owner_id = $1 AND f.resource = $2 AND f.name = $3");
    let values: [Value; 3] = [
        owner.into(),
        kept.resource.as_str().into(),
        kept.name.into(),
    ];
    let row = tx.query_one_raw(sql(tx, &text, values)).await?;
    row.map(|row| stored(&row, owner)).transpose()
}

/// How many filters an account keeps.
pub async fn count(tx: &DatabaseTransaction, owner: i64) -> Result<usize, DbErr> {
    let text = "SELECT count(*) AS kept FROM saved_filters WHERE owner_id = $1";
    let row = tx.query_one_raw(sql(tx, text, [owner.into()])).await?;
    let kept: i64 = row.map_or(Ok(0), |row| row.try_get("", "kept"))?;
    Ok(usize::try_from(kept).unwrap_or(usize::MAX))
}

/// Keeps a filter, in the place of the one of its list and name.
pub async fn put(
    tx: &DatabaseTransaction,
    owner: i64,
    kept: &Kept<'_>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let text = "INSERT INTO saved_filters (owner_id, resource, name, filter, shared, created_at, updated_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT (owner_id, resource, name) DO UPDATE \
        SET filter = excluded.filter, shared = excluded.shared, updated_at = excluded.updated_at, \
        version = saved_filters.version + 1";
    let values: [Value; 6] = [
        owner.into(),
        kept.resource.as_str().into(),
        kept.name.into(),
        kept.filter.into(),
        kept.shared.into(),
        now.into(),
    ];
    tx.execute_raw(sql(tx, text, values)).await?;
    Ok(())
}

/// Drops filters.
pub async fn remove(tx: &DatabaseTransaction, id: FilterId) -> Result<(), DbErr> {
    let text = "DELETE FROM saved_filters WHERE id = $1";
    tx.execute_raw(sql(tx, text, [id.0.into()])).await?;
    Ok(())
}

/// The filters of a person, as they are handed out to the person.
pub async fn of_user(connection: &impl ConnectionTrait, owner: i64) -> Result<Vec<Json>, DbErr> {
    let text = "SELECT resource, name, filter, shared, created_at, updated_at FROM saved_filters \
        WHERE owner_id = $1 ORDER BY id";
    let rows = connection
        .query_all_raw(sql(connection, text, [owner.into()]))
        .await?;
    let filter = |row: &QueryResult| {
        let text = |name: &str| row.try_get::<String>("", name);
        let time = |name: &str| row.try_get::<DateTime<Utc>>("", name);
        Ok(json!({
            "resource": text("resource")?,
            "name": text("name")?,
            "filter": text("filter")?,
            "shared": row.try_get::<bool>("", "shared")?,
            "created_at": time("created_at")?,
            "updated_at": time("updated_at")?,
        }))
    };
    rows.iter().map(filter).collect()
}

/// Drops the filters of a person, and those of others that name the person.
pub async fn erase(
    tx: &DatabaseTransaction,
    owner: i64,
    names_person: impl Fn(&str) -> bool,
) -> Result<(), DbErr> {
    let text = "SELECT id, owner_id, name, filter FROM saved_filters ORDER BY id";
    for row in tx.query_all_raw(sql(tx, text, [])).await? {
        let (name, filter): (String, String) =
            (row.try_get("", "name")?, row.try_get("", "filter")?);
        let is_own = row.try_get::<i64>("", "owner_id")? == owner;
        if is_own || names_person(&name) || names_person(&filter) {
            remove(tx, FilterId(row.try_get("", "id")?)).await?;
        }
    }
    Ok(())
}
