//! Forgets what nobody will ask for again, so that no table of the house's own grows without end.
//!
//! What is deleted is gone, so a clock is not believed at once: one that jumps ahead by weeks would have
//! sessions deleted that are in use when it is set right. The purge keeps a time of its own, which follows
//! the clock's in strides, one a run; after a jump, or after weeks in which no server ran, it is behind.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};

use crate::config::ServerConfig;
use crate::db::{Dialect, settings, sql};
use crate::gate::Services;
use crate::gate::job::{JobError, Progress, Step};
use crate::gate::write::SystemTx;

/// Rows of a table that are of no use after a time.
struct Waste {
    table: &'static str,
    /// `$1` is the time before which they are of no use.
    condition: &'static str,
    /// How long they are kept beyond that.
    keep: fn(&ServerConfig) -> TimeDelta,
    /// Most that one step deletes.
    batch: u64,
}

/// The setting that holds the purge's own time: that of its last run.
const TIME: &str = "purged_until";
/// How far a run takes that time on at most. The period is an hour, so time that was lost is made up for
/// five times as fast as it passes, and a clock must be wrong for days before a session is lost to it.
const STRIDE: TimeDelta = TimeDelta::hours(6);

const BATCH: u64 = 500;
/// A session takes its refresh tokens, old access tokens and grants along.
const SESSIONS: u64 = 100;

const WASTE: &[Waste] = &[
    Waste {
        table: "idempotency_keys",
        condition: "created_at <= $1",
        keep: |_| TimeDelta::hours(24),
        batch: BATCH,
    },
    Waste {
        table: "login_challenges",
        condition: "used_at IS NOT NULL OR expires_at <= $1",
        keep: |_| TimeDelta::zero(),
        batch: BATCH,
    },
    Waste {
        table: "used_id_tokens",
        condition: "expires_at <= $1",
        keep: |_| TimeDelta::zero(),
        batch: BATCH,
    },
    Waste {
        table: "first_login_tokens",
        condition: "used_at IS NOT NULL OR expires_at <= $1",
        keep: |_| TimeDelta::zero(),
        batch: BATCH,
    },
    Waste {
        table: "otp_grants",
        condition: "expires_at <= $1",
        keep: |_| TimeDelta::zero(),
        batch: BATCH,
    },
    Waste {
        table: "claims",
        condition: "ends_at <= $1",
        keep: |_| TimeDelta::zero(),
        batch: BATCH,
    },
    // Long after what it said was of any use.
    Waste {
        table: "mail_outbox",
        condition: "status <> 'queued' AND created_at <= $1",
        keep: |_| TimeDelta::days(90),
        batch: BATCH,
    },
    // Failures count for as long as they would lock an account.
    Waste {
        table: "sign_in_attempts",
        condition: "window_started_at < $1 AND (locked_until IS NULL OR locked_until < $1)",
        keep: |config| TimeDelta::seconds(config.limits.account_lock_seconds.into()),
        batch: BATCH,
    },
    Waste {
        table: "sessions",
        condition: "expires_at <= $1",
        keep: |_| TimeDelta::days(30),
        batch: SESSIONS,
    },
    Waste {
        table: "request_stats",
        condition: "minute < $1",
        keep: |_| TimeDelta::days(90),
        batch: BATCH,
    },
];

/// Deletes a bounded number of rows of each table.
pub async fn step(services: &Services, tx: &SystemTx) -> Result<Step, JobError> {
    let now = own_time(tx).await?;
    let mut progress = Progress::Done;
    for waste in WASTE {
        let before = now - (waste.keep)(&services.config);
        let deleted = delete(tx.connection(), waste, before).await?;
        if deleted >= waste.batch {
            progress = Progress::More;
        }
    }
    if progress == Progress::Done {
        settings::write(tx.connection(), TIME, &now.to_rfc3339()).await?;
    }
    Ok(Step {
        progress,
        entries: Vec::new(),
    })
}

/// The time that a run goes by: the same for all of its steps, and never ahead of the clock.
async fn own_time(tx: &SystemTx) -> Result<DateTime<Utc>, JobError> {
    let Some(last) = settings::read(tx.connection(), TIME).await? else {
        return Ok(tx.now);
    };
    let reach = last.parse::<DateTime<Utc>>()? + STRIDE;
    if reach < tx.now {
        tracing::warn!(
            now = %tx.now, purged_as_of = %reach,
            "the clock is far ahead of the last purge, which follows it slowly; is the clock right?"
        );
    }
    Ok(reach.min(tx.now))
}

async fn delete(
    connection: &DatabaseTransaction,
    waste: &Waste,
    before: DateTime<Utc>,
) -> Result<u64, DbErr> {
    let Waste {
        table,
        condition,
        keep: _,
        batch,
    } = waste;
    // By the row's place, not by its key: a row that is renewed meanwhile is another.
    let row = Dialect::of(connection).row_place();
    let text = format!(
        "DELETE FROM {table} WHERE {row} IN (SELECT {row} FROM {table} WHERE {condition} LIMIT {batch})"
    );
    let deleted = connection
        .execute_raw(sql(connection, &text, [before.into()]))
        .await?
        .rows_affected();
    if deleted > 0 {
        tracing::debug!(table, deleted, "purged");
    }
    Ok(deleted)
}
