//! What the records of requests hold about a person: found, and taken out when the person is erased.
//!
//! A row is about a person where its path or body names the account or an object of it, or where a text in
//! it is one of the person's names. Looking through the log takes a while, so most of it is read before
//! the transaction that erases; that one looks through what was written since.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, QueryResult, Value};

use super::searchable::Searchable;
use super::subject::{Request, Subject};
use crate::db::sql;

/// What stands where a text was.
pub const ERASED: &str = "[anonymized]";

/// Rows read at once: each may hold two bodies of 16 KiB.
const BATCH: u64 = 500;
/// A row with a smaller id can be committed later than one with a larger; so many are read again.
const OVERLAP: i64 = 1_000;

/// Rows of the action log that are about a person.
#[derive(Clone, Debug, Default)]
pub struct Traces {
    rows: Vec<Trace>,
    read_up_to: i64,
}

#[derive(Clone, Debug)]
struct Trace {
    id: i64,
    /// The address without what names the person.
    url: String,
    targets: String,
    is_anonymous: bool,
}

/// Looks through the whole action log.
pub async fn find(connection: &impl ConnectionTrait, subject: &Subject) -> Result<Traces, DbErr> {
    let mut traces = Traces::default();
    read_on(connection, subject, &mut traces).await?;
    Ok(traces)
}

async fn read_on(
    connection: &impl ConnectionTrait,
    subject: &Subject,
    traces: &mut Traces,
) -> Result<(), DbErr> {
    let text = format!(
        "SELECT id, user_id, url, route, request_body, response, targets FROM admin_action_log \
         WHERE id > $1 ORDER BY id LIMIT {BATCH}"
    );
    loop {
        let rows = connection
            .query_all_raw(sql(connection, &text, [traces.read_up_to.into()]))
            .await?;
        for row in &rows {
            traces.read_up_to = row.try_get("", "id")?;
            traces.rows.extend(trace(row, subject)?);
        }
        if (rows.len() as u64) < BATCH {
            return Ok(());
        }
    }
}

fn trace(row: &QueryResult, subject: &Subject) -> Result<Option<Trace>, DbErr> {
    let (url, route): (String, String) = (row.try_get("", "url")?, row.try_get("", "route")?);
    let (body, response): (String, String) = (
        row.try_get("", "request_body")?,
        row.try_get("", "response")?,
    );
    let request = Request {
        url: &url,
        route: &route,
        body: &body,
        response: &response,
    };
    if !subject.is_in(&request) {
        return Ok(None);
    }
    let user_id: Option<i64> = row.try_get("", "user_id")?;
    Ok(Some(Trace {
        id: row.try_get("", "id")?,
        url: subject.url_without(&request).to_owned(),
        targets: row.try_get("", "targets")?,
        is_anonymous: user_id.is_none(),
    }))
}

/// Takes the person out of the action log and the stored answers; tells how many rows of both.
pub async fn erase(
    tx: &DatabaseTransaction,
    subject: &Subject,
    found: Traces,
) -> Result<u64, DbErr> {
    let mut recent = Traces {
        rows: Vec::new(),
        read_up_to: found.read_up_to - OVERLAP,
    };
    read_on(tx, subject, &mut recent).await?;
    let first_recent = found.read_up_to - OVERLAP;
    let earlier = found.rows.into_iter().filter(|row| row.id <= first_recent);
    let mut erased = 0;
    for row in earlier.chain(recent.rows) {
        erase_row(tx, &row).await?;
        erased += 1;
    }
    erase_origins(tx, subject.user_id).await?;
    Ok(erased + erase_answers(tx, subject).await?)
}

async fn erase_row(tx: &DatabaseTransaction, row: &Trace) -> Result<(), DbErr> {
    // Nobody signed in sent it: it may have been the person.
    let origin = if row.is_anonymous {
        ", ip_address = '', user_agent = '', client_request_id = NULL"
    } else {
        ""
    };
    let text = format!(
        "UPDATE admin_action_log SET url = $2, targets = $4, words = $5, \
         request_body = CASE WHEN request_body = '' THEN '' ELSE $3 END, \
         response = CASE WHEN response = '' THEN '' ELSE $3 END{origin} WHERE id = $1"
    );
    let found = Searchable::without_texts(&row.url, row.targets.clone());
    let values: [Value; 5] = [
        row.id.into(),
        row.url.clone().into(),
        ERASED.into(),
        found.targets.into(),
        found.words.into(),
    ];
    tx.execute_raw(sql(tx, &text, values)).await?;
    Ok(())
}

/// Where the person's own requests came from.
async fn erase_origins(tx: &DatabaseTransaction, user_id: i64) -> Result<(), DbErr> {
    let text = "UPDATE admin_action_log SET ip_address = '', user_agent = '', client_request_id = NULL \
        WHERE user_id = $1";
    tx.execute_raw(sql(tx, text, [user_id.into()])).await?;
    Ok(())
}

/// Stored answers are let go of: who repeats such a request hears that it was carried out.
async fn erase_answers(tx: &DatabaseTransaction, subject: &Subject) -> Result<u64, DbErr> {
    let text = format!(
        "SELECT user_id, key, response FROM idempotency_keys \
         WHERE response IS NOT NULL AND (user_id, key) > ($1, $2) ORDER BY user_id, key LIMIT {BATCH}"
    );
    let mut place = (0_i64, String::new());
    let mut erased = 0;
    loop {
        let values: [Value; 2] = [place.0.into(), place.1.clone().into()];
        let rows = tx.query_all_raw(sql(tx, &text, values)).await?;
        for row in &rows {
            place = (row.try_get("", "user_id")?, row.try_get("", "key")?);
            let response: String = row.try_get("", "response")?;
            if place.0 == subject.user_id || subject.is_named_in(&response) {
                let text =
                    "UPDATE idempotency_keys SET response = NULL WHERE user_id = $1 AND key = $2";
                let values: [Value; 2] = [place.0.into(), place.1.clone().into()];
                tx.execute_raw(sql(tx, text, values)).await?;
                erased += 1;
            }
        }
        if (rows.len() as u64) < BATCH {
            return Ok(erased);
        }
    }
}
