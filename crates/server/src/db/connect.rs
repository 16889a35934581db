//! Opening a database: two pools, with the settings that durability and safety rest on.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use quarterdeck_api::operation::Spec;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, IsolationLevel,
    SqliteTransactionMode, SqlxPostgresConnector, SqlxSqliteConnector, TransactionOptions,
    TransactionTrait,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, PgPool, SqliteConnection, SqlitePool};

use super::{Dialect, durable};

const READ_CONNECTIONS: u32 = 8;
const WRITE_CONNECTIONS: u32 = 8;
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// The pools as the driver knows them, for migrations, seeds and shutdown.
#[derive(Clone, Debug)]
pub enum Databases {
    /// One writer connection, several readers.
    Sqlite {
        /// Read-only connections.
        reads: SqlitePool,
        /// The one writer.
        writes: SqlitePool,
    },
    /// Read-only sessions and writing sessions.
    Postgres {
        /// Read-only sessions.
        reads: PgPool,
        /// Writing sessions.
        writes: PgPool,
    },
}

/// An open database.
#[derive(Clone, Debug)]
pub struct Database {
    /// Which kind.
    pub dialect: Dialect,
    pools: Databases,
    reads: DatabaseConnection,
    writes: DatabaseConnection,
}

impl Database {
    /// Opens the database of a URL: `sqlite:PATH` or `postgres://…`.
    pub async fn open(url: &str) -> Result<Self> {
        if let Some(path) = sqlite_path(url) {
            Self::open_sqlite(path)
                .await
                .with_context(|| format!("cannot open the SQLite file {path}"))
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Self::open_postgres(url)
                .await
                .context("cannot reach PostgreSQL; check --database")
        } else {
            bail!("--database must be sqlite:PATH or postgres://USER@HOST/NAME")
        }
    }

    /// Opens the database of a URL that is there already. Opening would make a missing SQLite file, and a
    /// mistyped path would pass for a database that holds nothing.
    pub async fn open_existing(url: &str) -> Result<Self> {
        require_existing(url)?;
        Self::open(url).await
    }

    async fn open_sqlite(path: &str) -> Result<Self> {
        if let Some(parent) = Path::new(path)
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
        {
            std::fs::create_dir_all(parent)?;
        }
        let options = SqliteConnectOptions::from_str(&format!("sqlite:{path}"))?
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5))
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            // What is deleted is overwritten: an erased person must not stay in free pages.
            .pragma("secure_delete", "on")
            .row_buffer_size(256);
        let writes = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .after_release(|connection, _| Box::pin(counts_no_transaction(connection)))
            .connect_with(options.clone().create_if_missing(true))
            .await?;
        let reads = SqlitePoolOptions::new()
            .max_connections(READ_CONNECTIONS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .test_before_acquire(false)
            .connect_with(options.read_only(true).pragma("query_only", "on"))
            .await?;
        Ok(Self {
            dialect: Dialect::Sqlite,
            reads: SqlxSqliteConnector::from_sqlx_sqlite_pool(reads.clone()),
            writes: SqlxSqliteConnector::from_sqlx_sqlite_pool(writes.clone()),
            pools: Databases::Sqlite { reads, writes },
        })
    }

    async fn open_postgres(url: &str) -> Result<Self> {
        let statement_timeout = seconds(Spec::DEADLINE);
        let options = PgConnectOptions::from_str(url)?
            .application_name("quarterdeck")
            .options([
                ("statement_timeout", statement_timeout.as_str()),
                ("idle_in_transaction_session_timeout", "5s"),
                ("timezone", "UTC"),
            ]);
        let writes = PgPoolOptions::new()
            .max_connections(WRITE_CONNECTIONS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .test_before_acquire(false)
            .connect_with(options.clone().options([
                ("lock_timeout", "2s"),
                ("synchronous_commit", "on"),
                // What writes goes by keys: planning it for each value anew finds nothing better.
                ("plan_cache_mode", "force_generic_plan"),
            ]))
            .await?;
        let reads = PgPoolOptions::new()
            .max_connections(READ_CONNECTIONS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .test_before_acquire(false)
            .connect_with(options.options([("default_transaction_read_only", "on")]))
            .await?;
        Ok(Self {
            dialect: Dialect::Postgres,
            reads: SqlxPostgresConnector::from_sqlx_postgres_pool(reads.clone()),
            writes: SqlxPostgresConnector::from_sqlx_postgres_pool(writes.clone()),
            pools: Databases::Postgres { reads, writes },
        })
    }

    /// Connections that can only read.
    pub const fn reads(&self) -> &DatabaseConnection {
        &self.reads
    }

    /// The pools as the driver knows them.
    pub const fn pools(&self) -> &Databases {
        &self.pools
    }

    /// Begins a transaction that can write. Only `gate` and the command line call it.
    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        let mode = match self.dialect {
            Dialect::Sqlite => Some(SqliteTransactionMode::Immediate),
            Dialect::Postgres => None,
        };
        let options = TransactionOptions {
            sqlite_transaction_mode: mode,
            ..TransactionOptions::default()
        };
        begin(&self.writes, options).await
    }

    /// Answers when all that was committed so far is on disk, which on PostgreSQL can be a moment after it is
    /// seen ([`super::durable`]).
    pub async fn settle(&self) -> Result<(), DbErr> {
        match self.dialect {
            Dialect::Sqlite => Ok(()),
            Dialect::Postgres => durable::settle(self.begin().await?).await,
        }
    }

    /// Begins a read-only transaction that sees one state throughout, for what is long by nature.
    pub async fn snapshot(&self) -> Result<DatabaseTransaction, DbErr> {
        let isolation_level = match self.dialect {
            Dialect::Sqlite => None,
            Dialect::Postgres => Some(IsolationLevel::RepeatableRead),
        };
        let options = TransactionOptions {
            isolation_level,
            ..TransactionOptions::default()
        };
        let snapshot = begin(&self.reads, options).await?;
        if self.dialect == Dialect::Postgres {
            let deadline = seconds(Spec::LONG_DEADLINE);
            let text = format!("SET LOCAL statement_timeout = '{deadline}'");
            snapshot.execute_unprepared(&text).await?;
        }
        Ok(snapshot)
    }

    /// Closes every connection.
    pub async fn close(&self) {
        match &self.pools {
            Databases::Sqlite { reads, writes } => {
                reads.close().await;
                writes.close().await;
            }
            Databases::Postgres { reads, writes } => {
                reads.close().await;
                writes.close().await;
            }
        }
    }
}

/// Begins a transaction in a task of its own: a `begin` that is cancelled half-way would leave it open on
/// the connection (sqlx #4385). Where nobody takes the transaction, it is dropped, which ends it.
async fn begin(
    connection: &DatabaseConnection,
    options: TransactionOptions,
) -> Result<DatabaseTransaction, DbErr> {
    let connection = connection.clone();
    tokio::spawn(async move { connection.begin_with_options(options).await })
        .await
        .map_err(|error| DbErr::Custom(format!("the transaction could not begin: {error}")))?
}

/// As PostgreSQL writes it.
fn seconds(duration: Duration) -> String {
    format!("{}s", duration.as_secs())
}

/// Whether the driver counts no transaction as open. SQLite rolls back by itself where the disk is full;
/// the driver's own ROLLBACK then fails, and it would take every later transaction for a nested one, which
/// does not begin IMMEDIATE. Such a connection is closed.
async fn counts_no_transaction(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    // A transaction that was dropped is rolled back before this begins, and a nested one may not be begun
    // by a statement of one's own.
    match connection.begin_with("BEGIN").await {
        Ok(tx) => tx.rollback().await.map(|()| true),
        Err(sqlx::Error::InvalidSavePointStatement) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Refuses the URL of a SQLite file that is not there.
pub fn require_existing(url: &str) -> Result<()> {
    let Some(path) = sqlite_path(url) else {
        return Ok(());
    };
    let options = SqliteConnectOptions::from_str(&format!("sqlite:{path}"))?;
    let is_there = options.get_filename().try_exists();
    if !is_there.with_context(|| format!("cannot look for the SQLite file {path}"))? {
        bail!("there is no SQLite file {path}; check --database (`migrate` makes a new one)");
    }
    Ok(())
}

/// The file of a SQLite URL.
pub fn sqlite_path(url: &str) -> Option<&str> {
    url.strip_prefix("sqlite://")
        .or_else(|| url.strip_prefix("sqlite:"))
}
