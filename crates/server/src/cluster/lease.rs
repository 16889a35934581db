//! Which process runs a job: a row a job, leased to one process at a time.
//!
//! A lease ends by the clock, so that a process that died does not keep it; and it carries a token that
//! grows with each, so that one that was only slow finds out before it commits.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, Value};

use crate::db::clock::SKEW;
use crate::db::sql;

/// How long a process may be silent before another one takes its job.
pub const LEASE: TimeDelta = TimeDelta::seconds(60);

/// Longest account of a failure that is kept, in characters.
const ERROR_LENGTH: usize = 500;

/// When a job runs next, and by when it must have ended well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Due from here on.
    pub next_run_at: DateTime<Utc>,
    /// Overdue from here on.
    pub expected_by: DateTime<Utc>,
}

/// The right to run a job, until another process takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    name: &'static str,
    token: i64,
    /// Runs before this one that failed, in a row.
    pub failures: u32,
}

/// Gives a job its row; one that is there already is left alone, and is not waited for while it is at work.
pub async fn register(
    tx: &DatabaseTransaction,
    name: &str,
    schedule: Schedule,
) -> Result<(), DbErr> {
    let text = "INSERT INTO jobs (name, next_run_at, expected_by) SELECT $1, $2, $3 \
        WHERE NOT EXISTS (SELECT 1 FROM jobs WHERE name = $1) ON CONFLICT DO NOTHING";
    let values: [Value; 3] = [
        name.into(),
        schedule.next_run_at.into(),
        schedule.expected_by.into(),
    ];
    tx.execute_raw(sql(tx, text, values)).await?;
    Ok(())
}

/// A process looks whether a job is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Which job.
    pub name: &'static str,
    /// Its period: no run is set further ahead than that.
    pub every: TimeDelta,
    /// When it looks.
    pub now: DateTime<Utc>,
    /// By when a run that is taken now must have ended well.
    pub expected_by: DateTime<Utc>,
}

/// A time further ahead than any process whose clock is within [`SKEW`] would have written is the trace of
/// a clock that was wrong, and is not waited for.
const IS_FREE: &str = "name = $1 AND (next_run_at <= $2 OR next_run_at > $3) \
    AND (lease_expires_at IS NULL OR lease_expires_at <= $2 OR lease_expires_at > $4)";

impl Look {
    /// The values of [`IS_FREE`].
    fn values(&self) -> [Value; 4] {
        [
            self.name.into(),
            self.now.into(),
            (self.now + self.every + SKEW).into(),
            (self.now + LEASE + SKEW).into(),
        ]
    }
}

/// Whether a job is due and nobody runs it.
pub async fn is_due(connection: &impl ConnectionTrait, look: &Look) -> Result<bool, DbErr> {
    let text = format!("SELECT 1 AS one FROM jobs WHERE {IS_FREE}");
    let row = connection
        .query_one_raw(sql(connection, &text, look.values()))
        .await?;
    Ok(row.is_some())
}

/// The names of the jobs that should have ended well by now, and did not.
pub async fn overdue(
    connection: &impl ConnectionTrait,
    now: DateTime<Utc>,
) -> Result<Vec<String>, DbErr> {
    let text = "SELECT name FROM jobs WHERE expected_by < $1 ORDER BY name";
    let rows = connection
        .query_all_raw(sql(connection, text, [now.into()]))
        .await?;
    rows.iter().map(|row| row.try_get("", "name")).collect()
}

/// Whether any process was seen to run a job lately: a process that only looks on is told by this whether
/// anybody else does the work.
pub async fn is_anybody_at_work(
    connection: &impl ConnectionTrait,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let text = "SELECT 1 AS one FROM jobs WHERE last_started_at BETWEEN $1 AND $3 \
        OR lease_expires_at BETWEEN $2 AND $4 LIMIT 1";
    let values: [Value; 4] = [
        (now - LEASE).into(),
        now.into(),
        (now + SKEW).into(),
        (now + LEASE + SKEW).into(),
    ];
    let row = connection
        .query_one_raw(sql(connection, text, values))
        .await?;
    Ok(row.is_some())
}

/// Takes a job that is due, if nobody else was first. One whose end is expected later than a run of now
/// would be was last run by a clock that was ahead: from now on it is expected by this one.
pub async fn take(tx: &DatabaseTransaction, look: &Look) -> Result<Option<Lease>, DbErr> {
    let text = format!(
        "UPDATE jobs SET lease_token = lease_token + 1, lease_expires_at = $5, last_started_at = $2, \
         expected_by = CASE WHEN expected_by > $6 THEN $6 ELSE expected_by END \
         WHERE {IS_FREE} RETURNING lease_token, failures"
    );
    let taken = [(look.now + LEASE).into(), look.expected_by.into()];
    let values = look.values().into_iter().chain(taken);
    let Some(row) = tx.query_one_raw(sql(tx, &text, values)).await? else {
        return Ok(None);
    };
    let failures: i32 = row.try_get("", "failures")?;
    Ok(Some(Lease {
        name: look.name,
        token: row.try_get("", "lease_token")?,
        failures: u32::try_from(failures).unwrap_or(0),
    }))
}

/// Whether a lease still holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Hold {
    /// It does, until the transaction ends and for a while after.
    Held,
    /// Another process has the job.
    Lost,
}

impl Lease {
    /// Renews the lease, and keeps others from taking it until the transaction ends.
    pub async fn hold(&self, tx: &DatabaseTransaction, now: DateTime<Utc>) -> Result<Hold, DbErr> {
        let set = "lease_expires_at = $3";
        self.update(tx, set, [(now + LEASE).into()]).await
    }

    /// Ends a run that went well.
    pub async fn finish(
        &self,
        tx: &DatabaseTransaction,
        schedule: Schedule,
        now: DateTime<Utc>,
    ) -> Result<Hold, DbErr> {
        let set = "next_run_at = $3, expected_by = $4, last_finished_at = $5, lease_expires_at = NULL, \
            last_error = NULL, failures = 0, runs = runs + 1";
        let values = [
            schedule.next_run_at.into(),
            schedule.expected_by.into(),
            now.into(),
        ];
        self.update(tx, set, values).await
    }

    /// Ends a run that failed, to be tried again.
    pub async fn fail(
        &self,
        tx: &DatabaseTransaction,
        retry_at: DateTime<Utc>,
        error: &str,
    ) -> Result<Hold, DbErr> {
        let set =
            "next_run_at = $3, last_error = $4, lease_expires_at = NULL, failures = failures + 1";
        let error: String = error.chars().take(ERROR_LENGTH).collect();
        self.update(tx, set, [retry_at.into(), error.into()]).await
    }

    /// Gives a job back that is still due.
    pub async fn release(&self, tx: &DatabaseTransaction) -> Result<Hold, DbErr> {
        self.update(tx, "lease_expires_at = NULL", []).await
    }

    /// Changes the job's row, `$3` and on being `values`, where no later lease was given.
    async fn update<const N: usize>(
        &self,
        tx: &DatabaseTransaction,
        set: &str,
        values: [Value; N],
    ) -> Result<Hold, DbErr> {
        let text = format!("UPDATE jobs SET {set} WHERE name = $1 AND lease_token = $2");
        let fence = [self.name.into(), self.token.into()];
        let values = fence.into_iter().chain(values);
        let updated = tx.execute_raw(sql(tx, &text, values)).await?;
        Ok(if updated.rows_affected() == 1 {
            Hold::Held
        } else {
            Hold::Lost
        })
    }
}
