//! Queries of the outbox.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, QueryResult, Value};
use serde_json::{Value as Json, json};

use super::letter::NewMail;
use crate::db::{Dialect, sql};

/// How long whoever took a letter may take to send it: longer than any try. After that another may.
const LEASE: TimeDelta = TimeDelta::minutes(2);
/// Longest account of a failure that is kept, in characters.
const ERROR_LENGTH: usize = 300;

/// Keeps a letter, whose text is encrypted.
pub async fn insert(
    tx: &DatabaseTransaction,
    mail: &NewMail<'_>,
    sealed: &str,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let text = "INSERT INTO mail_outbox (to_addr, user_id, template, body, created_at, next_attempt_at, \
        useless_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let values: [Value; 7] = [
        mail.to.into(),
        mail.user_id.into(),
        mail.template.as_str().into(),
        sealed.into(),
        now.into(),
        mail.send_after.into(),
        mail.useless_at.into(),
    ];
    tx.execute_raw(sql(tx, text, values)).await?;
    Ok(())
}

/// A letter that somebody has taken to send it.
#[derive(Clone, Debug)]
pub struct Taken {
    /// Which one.
    pub id: i64,
    /// Which try this is, from 1.
    pub attempt: i32,
    /// Where it goes.
    pub to: String,
    /// Whose account it is about.
    pub user_id: i64,
    /// The name of what it is.
    pub template: String,
    /// What it says, encrypted.
    pub sealed: String,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// Of no use from then on.
    pub useless_at: DateTime<Utc>,
}

const IS_DUE: &str = "status = 'queued' AND next_attempt_at <= $1";

/// Whether a letter is due.
pub async fn is_any_due(
    connection: &impl ConnectionTrait,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let text = format!("SELECT 1 AS one FROM mail_outbox WHERE {IS_DUE} LIMIT 1");
    let row = connection
        .query_one_raw(sql(connection, &text, [now.into()]))
        .await?;
    Ok(row.is_some())
}

/// Takes the letter that is due longest, from everybody else for a while.
pub async fn take(tx: &DatabaseTransaction, now: DateTime<Utc>) -> Result<Option<Taken>, DbErr> {
    let lock = match Dialect::of(tx) {
        Dialect::Sqlite => "",
        Dialect::Postgres => " FOR UPDATE SKIP LOCKED",
    };
    let text = format!(
        "UPDATE mail_outbox SET attempts = attempts + 1, next_attempt_at = $2 WHERE id = \
         (SELECT id FROM mail_outbox WHERE {IS_DUE} ORDER BY next_attempt_at, id LIMIT 1{lock}) \
         RETURNING id, attempts, to_addr, user_id, template, body, created_at, useless_at"
    );
    let values: [Value; 2] = [now.into(), (now + LEASE).into()];
    let row = tx.query_one_raw(sql(tx, &text, values)).await?;
    row.as_ref().map(taken).transpose()
}

fn taken(row: &QueryResult) -> Result<Taken, DbErr> {
    Ok(Taken {
        id: row.try_get("", "id")?,
        attempt: row.try_get("", "attempts")?,
        to: row.try_get("", "to_addr")?,
        user_id: row.try_get("", "user_id")?,
        template: row.try_get("", "template")?,
        sealed: row.try_get("", "body")?,
        created_at: row.try_get("", "created_at")?,
        useless_at: row.try_get("", "useless_at")?,
    })
}

/// What became of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The letter has left; its text is kept no longer.
    Sent,
    /// To be tried again.
    Again {
        /// Then.
        at: DateTime<Utc>,
        /// Why it did not leave.
        error: String,
    },
    /// It is not tried again by itself, and could be.
    Failed {
        /// Why it did not leave.
        error: String,
    },
    /// What it says is of no use any more, and kept no longer.
    Useless,
}

/// Notes what became of a try, unless the letter was taken anew or erased meanwhile.
pub async fn note(
    tx: &DatabaseTransaction,
    taken: &Taken,
    outcome: &Outcome,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let (set, values): (&str, Vec<Value>) = match outcome {
        Outcome::Sent => (
            "status = 'sent', body = '', last_error = NULL, sent_at = $3",
            vec![now.into()],
        ),
        Outcome::Again { at, error } => (
            "next_attempt_at = $3, last_error = $4",
            vec![(*at).into(), short(error).into()],
        ),
        Outcome::Failed { error } => (
            "status = 'failed', last_error = $3",
            vec![short(error).into()],
        ),
        Outcome::Useless => (
            "status = 'failed', body = '', last_error = $3",
            vec!["it was not sent before what it says was of no use".into()],
        ),
    };
    let text = format!(
        "UPDATE mail_outbox SET {set} WHERE id = $1 AND attempts = $2 AND status = 'queued'"
    );
    let fence: [Value; 2] = [taken.id.into(), taken.attempt.into()];
    let values: Vec<Value> = fence.into_iter().chain(values).collect();
    tx.execute_raw(sql(tx, &text, values)).await?;
    Ok(())
}

/// What the other side says goes on one line.
fn short(error: &str) -> String {
    let line = error
        .chars()
        .map(|symbol| if symbol.is_control() { ' ' } else { symbol });
    line.take(ERROR_LENGTH).collect()
}

/// How a letter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// To be sent.
    Queued,
    /// Gone.
    Sent,
    /// Not to be sent by itself.
    Failed,
}

impl Standing {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }

    fn named(name: &str) -> Result<Self, DbErr> {
        [Self::Queued, Self::Sent, Self::Failed]
            .into_iter()
            .find(|standing| standing.as_str() == name)
            .ok_or_else(|| DbErr::Type(format!("mail_outbox.status {name:?}")))
    }
}

/// A letter as operators of the server see it: never what it says.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Which one.
    pub id: i64,
    /// How it stands.
    pub standing: Standing,
    /// Tries so far.
    pub attempts: i32,
    /// What it is.
    pub template: String,
    /// Where it goes.
    pub to: String,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// What went wrong last.
    pub last_error: Option<String>,
}

/// The letters that were not sent, the newest first, so many at most.
pub async fn all(connection: &impl ConnectionTrait, most: u32) -> Result<Vec<Letter>, DbErr> {
    let text = format!(
        "SELECT id, status, attempts, template, to_addr, created_at, last_error FROM mail_outbox \
         WHERE status <> 'sent' ORDER BY id DESC LIMIT {most}"
    );
    let rows = connection.query_all_raw(sql(connection, &text, [])).await?;
    rows.iter().map(letter).collect()
}

fn letter(row: &QueryResult) -> Result<Letter, DbErr> {
    let status: String = row.try_get("", "status")?;
    Ok(Letter {
        id: row.try_get("", "id")?,
        standing: Standing::named(&status)?,
        attempts: row.try_get("", "attempts")?,
        template: row.try_get("", "template")?,
        to: row.try_get("", "to_addr")?,
        created_at: row.try_get("", "created_at")?,
        last_error: row.try_get("", "last_error")?,
    })
}

/// How many letters wait, and how many failed.
pub async fn backlog(connection: &impl ConnectionTrait) -> Result<(i64, i64), DbErr> {
    let text = "SELECT count(*) AS total, \
        count(CASE WHEN status = 'failed' THEN 1 END) AS failed \
        FROM mail_outbox WHERE status <> 'sent'";
    let row = connection.query_one_raw(sql(connection, text, [])).await?;
    let Some(row) = row else { return Ok((0, 0)) };
    let (total, failed): (i64, i64) = (row.try_get("", "total")?, row.try_get("", "failed")?);
    Ok((total - failed, failed))
}

/// Why a letter is not sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotRetried {
    /// There is none.
    NotFound,
    /// It is queued or gone.
    NotFailed,
    /// What it says is of no use any more.
    Useless,
}

/// Has a failed letter sent again.
pub async fn retry(
    tx: &DatabaseTransaction,
    id: i64,
    now: DateTime<Utc>,
) -> Result<Result<(), NotRetried>, DbErr> {
    let text = "UPDATE mail_outbox SET status = 'queued', attempts = 0, next_attempt_at = $2 \
        WHERE id = $1 AND status = 'failed' AND body <> '' AND useless_at > $2";
    let queued = tx
        .execute_raw(sql(tx, text, [id.into(), now.into()]))
        .await?;
    if queued.rows_affected() == 1 {
        return Ok(Ok(()));
    }
    let text = "SELECT status FROM mail_outbox WHERE id = $1";
    let row = tx.query_one_raw(sql(tx, text, [id.into()])).await?;
    let Some(row) = row else {
        return Ok(Err(NotRetried::NotFound));
    };
    let status: String = row.try_get("", "status")?;
    Ok(Err(match Standing::named(&status)? {
        Standing::Failed => NotRetried::Useless,
        Standing::Queued | Standing::Sent => NotRetried::NotFailed,
    }))
}

/// The letters to a person, without what they say, for the person.
pub async fn sent_to(
    connection: &impl ConnectionTrait,
    user_id: i64,
    limit: u64,
) -> Result<Vec<Json>, DbErr> {
    let text = format!(
        "SELECT id, template, to_addr, status, created_at, sent_at FROM mail_outbox \
         WHERE user_id = $1 ORDER BY id LIMIT {limit}"
    );
    let rows = connection
        .query_all_raw(sql(connection, &text, [user_id.into()]))
        .await?;
    let told = |row: &QueryResult| {
        let text = |name: &str| row.try_get::<String>("", name);
        let time = |name: &str| row.try_get::<Option<DateTime<Utc>>>("", name);
        Ok(json!({
            "id": row.try_get::<i64>("", "id")?,
            "template": text("template")?,
            "to": text("to_addr")?,
            "status": text("status")?,
            "created_at": time("created_at")?,
            "sent_at": time("sent_at")?,
        }))
    };
    rows.iter().map(told).collect()
}

/// Erases the letters to a person, sent or not.
pub async fn erase(tx: &DatabaseTransaction, user_id: i64) -> Result<(), DbErr> {
    let text = "DELETE FROM mail_outbox WHERE user_id = $1";
    tx.execute_raw(sql(tx, text, [user_id.into()])).await?;
    Ok(())
}
