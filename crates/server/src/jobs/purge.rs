//! Forgets what nobody will ask for again, so that no table of the house's own grows without end.

use chrono::TimeDelta;
use sea_orm::{ConnectionTrait, DbErr};

use crate::config::ServerConfig;
use crate::db::{Dialect, sql};
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
    let mut progress = Progress::Done;
    for waste in WASTE {
        let deleted = delete(services, tx, waste).await?;
        if deleted >= waste.batch {
            progress = Progress::More;
        }
    }
    Ok(Step {
        progress,
        entries: Vec::new(),
    })
}

async fn delete(services: &Services, tx: &SystemTx, waste: &Waste) -> Result<u64, DbErr> {
    let connection = tx.connection();
    let Waste {
        table,
        condition,
        keep,
        batch,
    } = waste;
    // By the row's place, not by its key: a row that is renewed meanwhile is another.
    let row = Dialect::of(connection).row_place();
    let text = format!(
        "DELETE FROM {table} WHERE {row} IN (SELECT {row} FROM {table} WHERE {condition} LIMIT {batch})"
    );
    let before = tx.now - keep(&services.config);
    let deleted = connection
        .execute_raw(sql(connection, &text, [before.into()]))
        .await?
        .rows_affected();
    if deleted > 0 {
        tracing::debug!(table, deleted, "purged");
    }
    Ok(deleted)
}
