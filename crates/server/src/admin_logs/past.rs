//! Rows that an older version wrote are made searchable from the newest back, so many at a time, while the
//! server serves: no upgrade waits for millions of them.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, QueryResult, Value};
use serde_json::Value as Json;

use crate::db::{settings, sql};
use crate::gate::job::{JobError, Progress, Step};
use crate::gate::searchable::Searchable;
use crate::gate::write::SystemTx;

/// The setting that holds the newest row that cannot be searched for; the migration wrote it.
const UNSEARCHABLE_TO: &str = "action_log_unsearchable_to";
/// Rows of one run: it holds up no other job for long.
const BATCH: i64 = 1_000;

/// The newest row that cannot be searched for yet; none where all can.
pub(super) async fn unsearchable_to(
    connection: &impl ConnectionTrait,
) -> Result<Option<i64>, DbErr> {
    let text = settings::read(connection, UNSEARCHABLE_TO).await?;
    Ok(text.and_then(|text| text.parse().ok()))
}

/// Makes some more rows searchable; the rest when it is due again.
pub async fn make_searchable(tx: &SystemTx) -> Result<Step, JobError> {
    if let Some(newest) = unsearchable_to(tx.connection()).await? {
        go_back(tx.connection(), newest).await?;
    }
    Ok(Step {
        progress: Progress::Done,
        entries: Vec::new(),
    })
}

async fn go_back(tx: &DatabaseTransaction, newest: i64) -> Result<(), DbErr> {
    let text = format!(
        "SELECT id, url, request_body, words FROM admin_action_log WHERE id <= $1 ORDER BY id DESC LIMIT {BATCH}"
    );
    let rows = tx.query_all_raw(sql(tx, &text, [newest.into()])).await?;
    for row in &rows {
        make_row_searchable(tx, row).await?;
    }
    match rows.last() {
        Some(oldest) => {
            let next = oldest.try_get::<i64>("", "id")? - 1;
            settings::write(tx, UNSEARCHABLE_TO, &next.to_string()).await
        }
        None => settings::remove(tx, UNSEARCHABLE_TO).await,
    }
}

async fn make_row_searchable(tx: &DatabaseTransaction, row: &QueryResult) -> Result<(), DbErr> {
    let (id, url): (i64, String) = (row.try_get("", "id")?, row.try_get("", "url")?);
    let (body, words): (String, String) =
        (row.try_get("", "request_body")?, row.try_get("", "words")?);
    // A row that was written or erased since stands as it should.
    if !words.is_empty() {
        return Ok(());
    }
    let body = body_of(body);
    let found = Searchable::of(&url, body.as_ref(), body.as_ref());
    let text = "UPDATE admin_action_log SET targets = $2, words = $3 WHERE id = $1";
    let values: [Value; 3] = [id.into(), found.targets.into(), found.words.into()];
    tx.execute_raw(sql(tx, text, values)).await?;
    Ok(())
}

/// A body that was cut cannot be read, but its words can.
fn body_of(text: String) -> Option<Json> {
    let is_there = !text.is_empty();
    is_there.then(|| serde_json::from_str(&text).unwrap_or(Json::String(text)))
}
