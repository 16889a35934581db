//! A database per test, and SQL beside the server to arrange and to assert.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection as _, PgConnection, Row as _, SqliteConnection,
};
use tempfile::TempDir;
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard};

use super::postgres::{self, cluster};

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// One file.
    Sqlite,
    /// The run's cluster.
    Postgres,
}

/// A fresh database and a directory of its own; both are gone when it is dropped.
#[derive(Debug)]
pub struct TestDatabase {
    /// Which kind.
    pub backend: Backend,
    url: String,
    directory: TempDir,
    /// Kept from query to query: connecting takes longer than asking.
    connection: Mutex<Option<Connection>>,
}

/// Written by the server whatever becomes of a call, so no part of what a refusal must leave alone.
const BOOKKEEPING: &[&str] = &["admin_action_log", "request_stats"];
/// Begin the names of tables that others are found by: of the first of them on SQLite, and of accounts.
const INDEXES: [&str; 2] = ["admin_action_words", "user_search"];

impl TestDatabase {
    /// A fresh database; none where PostgreSQL is neither installed nor required.
    pub async fn create(backend: Backend) -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let url = match backend {
            Backend::Sqlite => format!("sqlite:{}", directory.path().join("test.db").display()),
            Backend::Postgres => cluster()?.create_database().await,
        };
        Some(Self {
            backend,
            url,
            directory,
            connection: Mutex::default(),
        })
    }

    /// A database of PostgreSQL that is there already; the run's cluster drops it, if it is its own.
    pub fn at(url: String) -> Self {
        Self {
            backend: Backend::Postgres,
            url,
            directory: tempfile::tempdir().unwrap(),
            connection: Mutex::default(),
        }
    }

    /// The URL, as `--database` takes it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A directory that lives as long as the database.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Runs statements that answer nothing, as the database's owner.
    pub async fn execute(&self, statements: &str) {
        self.connection().await.execute(statements).await;
    }

    /// The first column of every row, which must be text.
    pub async fn texts(&self, query: &str) -> Vec<String> {
        self.connection().await.texts(query).await
    }

    async fn connection(&self) -> MappedMutexGuard<'_, Connection> {
        let mut kept = self.connection.lock().await;
        let is_alive = match kept.as_mut() {
            Some(connection) => connection.is_alive().await,
            None => false,
        };
        if !is_alive {
            *kept = Some(self.connect().await);
        }
        MutexGuard::map(kept, |kept| kept.as_mut().unwrap())
    }

    /// A connection of the test's own, as the database's owner.
    pub async fn connect(&self) -> Connection {
        match self.backend {
            Backend::Sqlite => {
                let path = self.url.trim_start_matches("sqlite:");
                let options = SqliteConnectOptions::new()
                    .filename(path)
                    .busy_timeout(Duration::from_secs(10))
                    .foreign_keys(true);
                Connection::Sqlite(options.connect().await.unwrap())
            }
            Backend::Postgres => Connection::Postgres(postgres::connect(&self.url).await),
        }
    }

    /// The first column of the only row, which must be a 64-bit integer.
    pub async fn number(&self, query: &str) -> i64 {
        let texts = self.texts(&format!("SELECT CAST(({query}) AS TEXT)")).await;
        texts[0].parse().unwrap()
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &str) -> i64 {
        self.number(&format!("SELECT count(*) FROM {table}")).await
    }

    /// Every row of every table but the request bookkeeping (action log and request counts).
    pub async fn snapshot(&self) -> Snapshot {
        let mut connection = self.connection().await;
        let mut tables = BTreeMap::new();
        for table in connection.tables().await {
            let query = match self.backend {
                Backend::Sqlite => {
                    let columns = format!(
                        "SELECT group_concat('quote(' || name || ')', ' || '' | '' || ') \
                         FROM pragma_table_info('{table}')"
                    );
                    let columns = connection.texts(&columns).await.remove(0);
                    format!("SELECT {columns} FROM {table} ORDER BY 1")
                }
                Backend::Postgres => {
                    format!("SELECT CAST(t AS TEXT) FROM {table} AS t ORDER BY 1")
                }
            };
            let rows = connection.texts(&query).await;
            tables.insert(table, rows);
        }
        Snapshot { tables }
    }

    /// Makes every insert into the audit log fail, until [`Self::mend_audit`].
    pub async fn break_audit(&self) {
        self.execute(match self.backend {
            Backend::Sqlite => {
                "CREATE TRIGGER test_audit_is_away BEFORE INSERT ON admin_audit_log \
                 BEGIN SELECT RAISE(ABORT, 'the test takes the audit log away'); END"
            }
            Backend::Postgres => {
                "CREATE FUNCTION test_audit_is_away() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN RAISE EXCEPTION 'the test takes the audit log away'; END $$; \
                 CREATE TRIGGER test_audit_is_away BEFORE INSERT ON admin_audit_log \
                 FOR EACH ROW EXECUTE FUNCTION test_audit_is_away()"
            }
        })
        .await;
    }

    /// Makes every insert into a table fail.
    pub async fn refuse_inserts(&self, table: &str) {
        self.execute(&match self.backend {
            Backend::Sqlite => format!(
                "CREATE TRIGGER test_refuses_{table} BEFORE INSERT ON {table} \
                 BEGIN SELECT RAISE(ABORT, 'the test refuses this'); END"
            ),
            Backend::Postgres => format!(
                "CREATE FUNCTION test_refuses_{table}() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN RAISE EXCEPTION 'the test refuses this'; END $$; \
                 CREATE TRIGGER test_refuses_{table} BEFORE INSERT ON {table} \
                 FOR EACH ROW EXECUTE FUNCTION test_refuses_{table}()"
            ),
        })
        .await;
    }

    /// Takes [`Self::break_audit`] back.
    pub async fn mend_audit(&self) {
        self.execute(match self.backend {
            Backend::Sqlite => "DROP TRIGGER test_audit_is_away",
            Backend::Postgres => "DROP FUNCTION test_audit_is_away CASCADE",
        })
        .await;
    }

    /// Takes away what keeps the audit log append-only, as an intruder with the database would.
    pub async fn allow_tampering(&self) {
        self.execute(match self.backend {
            Backend::Sqlite => {
                "DROP TRIGGER audit_refuses_update; DROP TRIGGER audit_refuses_delete"
            }
            Backend::Postgres => "DROP TRIGGER audit_is_append_only ON admin_audit_log",
        })
        .await;
    }
}

/// A connection beside the server's.
#[derive(Debug)]
pub enum Connection {
    /// To the file.
    Sqlite(SqliteConnection),
    /// To the cluster.
    Postgres(PgConnection),
}

impl Connection {
    /// Runs statements that answer nothing.
    pub async fn execute(&mut self, statements: &str) {
        let sql = sqlx::raw_sql(AssertSqlSafe(statements));
        let error = match self {
            Self::Sqlite(connection) => sql.execute(connection).await.err(),
            Self::Postgres(connection) => sql.execute(connection).await.err(),
        };
        assert!(error.is_none(), "{statements}: {error:?}");
    }

    /// Runs a statement that the database must refuse; tells what it says.
    pub async fn refusal(&mut self, statement: &str) -> String {
        let sql = sqlx::raw_sql(AssertSqlSafe(statement));
        let error = match self {
            Self::Sqlite(connection) => sql.execute(connection).await.err(),
            Self::Postgres(connection) => sql.execute(connection).await.err(),
        };
        error.expect(statement).to_string()
    }

    /// The first column of every row, which must be text.
    pub async fn texts(&mut self, query: &str) -> Vec<String> {
        let sql = AssertSqlSafe(query);
        let read: Result<_, sqlx::Error> = match self {
            Self::Sqlite(connection) => sqlx::query_scalar(sql).fetch_all(connection).await,
            Self::Postgres(connection) => sqlx::query_scalar(sql).fetch_all(connection).await,
        };
        read.unwrap_or_else(|error| panic!("{query}: {error}"))
    }

    /// How the database would run a query, step by step. PostgreSQL, which scans tables as small as a
    /// test's, says how it would without that.
    pub async fn plan(&mut self, query: &str) -> Vec<String> {
        match self {
            Self::Sqlite(connection) => {
                let explain = format!("EXPLAIN QUERY PLAN {query}");
                let rows = sqlx::query(AssertSqlSafe(explain)).fetch_all(connection);
                let rows = rows.await.unwrap();
                rows.iter().map(|row| row.get("detail")).collect()
            }
            Self::Postgres(_) => {
                self.execute("SET enable_seqscan = off; SET enable_bitmapscan = off")
                    .await;
                self.texts(&format!("EXPLAIN {query}")).await
            }
        }
    }

    /// Begins a transaction that can write, until [`Self::commit`]. SQLite lets nobody else write meanwhile.
    pub async fn begin(&mut self) {
        self.execute(match self {
            Self::Sqlite(_) => "BEGIN IMMEDIATE",
            Self::Postgres(_) => "BEGIN",
        })
        .await;
    }

    /// Begins a transaction that makes the server's writes wait, until [`Self::commit`].
    pub async fn hold_writes(&mut self) {
        self.execute(match self {
            Self::Sqlite(_) => "BEGIN IMMEDIATE",
            Self::Postgres(_) => "BEGIN; LOCK TABLE users IN EXCLUSIVE MODE",
        })
        .await;
    }

    /// Ends [`Self::begin`] and [`Self::hold_writes`].
    pub async fn commit(&mut self) {
        self.execute("COMMIT").await;
    }

    async fn is_alive(&mut self) -> bool {
        match self {
            Self::Sqlite(_) => true,
            Self::Postgres(connection) => connection.ping().await.is_ok(),
        }
    }

    /// Closes it.
    pub async fn close(self) {
        match self {
            Self::Sqlite(connection) => connection.close().await.unwrap(),
            Self::Postgres(connection) => connection.close().await.unwrap(),
        }
    }

    async fn tables(&mut self) -> Vec<String> {
        let query = match self {
            Self::Sqlite(_) => "SELECT name FROM sqlite_master WHERE type = 'table'",
            Self::Postgres(_) => {
                "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = 'public'"
            }
        };
        let mut tables = self.texts(query).await;
        tables.retain(|name| {
            !name.starts_with("sqlite_")
                && !name.starts_with("_sqlx")
                && !INDEXES.iter().any(|index| name.starts_with(index))
                && !BOOKKEEPING.contains(&name.as_str())
        });
        tables
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if self.backend == Backend::Postgres {
            // Nobody waits for it, and after the last test nobody needs it.
            let _ = janitor().send(self.url.clone());
        }
    }
}

/// Drops databases one after the other, so that a long run does not fill the disk.
fn janitor() -> &'static Sender<String> {
    static JANITOR: OnceLock<Sender<String>> = OnceLock::new();
    JANITOR.get_or_init(|| {
        let (sender, urls) = mpsc::channel::<String>();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            for url in urls {
                if let Some(cluster) = cluster() {
                    runtime.block_on(cluster.drop_database(&url));
                }
            }
        });
        sender
    })
}

/// The content of all tables at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    tables: BTreeMap<String, Vec<String>>,
}

impl Snapshot {
    /// The names of the tables whose content differs.
    pub fn changed(&self, after: &Self) -> Vec<String> {
        assert_eq!(
            self.tables.keys().collect::<Vec<_>>(),
            after.tables.keys().collect::<Vec<_>>()
        );
        let differs = |(name, rows): &(&String, &Vec<String>)| after.tables[*name] != **rows;
        self.tables
            .iter()
            .filter(differs)
            .map(|(name, _)| name.clone())
            .collect()
    }
}
