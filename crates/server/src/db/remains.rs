//! What erased rows leave behind in the files of a database, and how it is cleared away.
//!
//! A transaction that erases marks it; afterwards, outside of any transaction, [`clear`] rewrites what can
//! be rewritten while the server runs. What stays in PostgreSQL's files, and for how long, is told in
//! docs/OPERATIONS.md.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::SqlitePoolOptions;
use sqlx::{AssertSqlSafe, Executor, PgPool, Row, SqlitePool};

use super::{Database, Databases, settings, sql};

/// The row of `settings` that says since when there is something to clear away.
const MARK: &str = "remains_since";

/// The tables that hold people, on PostgreSQL: their dead rows are given free, and the planner's samples
/// of their values are taken anew.
const TABLES: &[&str] = &[
    "users",
    "user_search",
    "profiles",
    "ban_history",
    "sessions",
    "application_search",
    "applications",
    "user_reports",
    "data_requests",
    "withdrawals",
    "former_names",
    "saved_filters",
    "user_notes",
    "transactions",
    "mail_outbox",
    "admin_action_log",
    "idempotency_keys",
    "sign_in_attempts",
];

/// How far clearing came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cleared {
    /// Nothing of erased rows is left that this server can reach.
    Wholly,
    /// Somebody still reads the state before; to be tried again.
    Blocked,
}

/// Marks that this transaction leaves remains.
pub async fn mark(tx: &DatabaseTransaction, now: DateTime<Utc>) -> Result<(), DbErr> {
    settings::write(tx, MARK, &now.to_rfc3339()).await
}

/// The mark of the last transaction that left remains.
pub async fn marked(connection: &impl ConnectionTrait) -> Result<Option<String>, DbErr> {
    settings::read(connection, MARK).await
}

/// Takes the mark away, unless a later transaction has set it anew.
pub async fn unmark(tx: &DatabaseTransaction, mark: &str) -> Result<(), DbErr> {
    let text = "DELETE FROM settings WHERE key = $1 AND value = $2";
    tx.execute_raw(sql(tx, text, [MARK.into(), mark.into()]))
        .await?;
    Ok(())
}

/// Clears away what erased rows left, on a connection of its own.
pub async fn clear(database: &Database) -> Result<Cleared, sqlx::Error> {
    match database.pools() {
        Databases::Sqlite { writes, .. } => clear_sqlite(writes).await,
        Databases::Postgres { writes, .. } => clear_postgres(writes).await,
    }
}

/// `secure_delete` overwrites what is deleted, but a page that was split keeps copies beside its cells:
/// only VACUUM, which builds every page anew, is sure. The checkpoint then empties the WAL.
async fn clear_sqlite(writes: &SqlitePool) -> Result<Cleared, sqlx::Error> {
    let options = (*writes.connect_options()).clone();
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(options)
        .await?;
    let cleared = vacuum_and_checkpoint(&pool).await;
    pool.close().await;
    cleared
}

async fn vacuum_and_checkpoint(pool: &SqlitePool) -> Result<Cleared, sqlx::Error> {
    // The index of words keeps what is deleted, beside a mark that it is, until its parts are made one.
    pool.execute("INSERT INTO admin_action_words (admin_action_words) VALUES ('optimize')")
        .await?;
    pool.execute("VACUUM").await?;
    let checkpoint = pool.fetch_one("PRAGMA wal_checkpoint(TRUNCATE)").await?;
    let blocked: i64 = checkpoint.try_get(0)?;
    Ok(if blocked == 0 {
        Cleared::Wholly
    } else {
        Cleared::Blocked
    })
}

async fn clear_postgres(writes: &PgPool) -> Result<Cleared, sqlx::Error> {
    // A large table takes longer than any request may.
    let options = (*writes.connect_options())
        .clone()
        .options([("statement_timeout", "0")]);
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .connect_with(options)
        .await?;
    let mut cleared = Ok(Cleared::Wholly);
    for table in TABLES {
        let vacuum = AssertSqlSafe(format!("VACUUM (ANALYZE) {table}"));
        if let Err(error) = pool.execute(sqlx::raw_sql(vacuum)).await {
            cleared = Err(error);
            break;
        }
    }
    pool.close().await;
    cleared
}
