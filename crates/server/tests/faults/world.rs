//! What faults happen to: a database with operators and things to decide, and a server process on it.

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};

use crate::harness::process::{self, ServerProcess};
use crate::harness::server::START;
use crate::harness::{Account, Backend, RedisServer, Session, TestDatabase, TestServer};

/// Operators at work at once.
const OPERATORS: usize = 6;
/// Keys of objects that the load works on; what the server makes itself stays below.
const FIRST_KEY: i64 = 1_000_000;
const LIMITS: [&str; 6] = ["ALL", "DECISIONS", "USERS", "ADMINS", "VERIFY", "SIGN_IN"];

/// A database, its operators, and the time of its servers.
pub struct World {
    /// The database.
    pub database: TestDatabase,
    /// Sessions of super-admins.
    pub sessions: Vec<Session>,
    /// Whose sessions they are.
    pub operators: Vec<Account>,
    clock: PathBuf,
    next_key: AtomicI64,
}

impl World {
    /// A fresh one.
    pub async fn create(database: TestDatabase) -> Self {
        let server = TestServer::start(database).await;
        let (mut sessions, mut operators) = (Vec::new(), Vec::new());
        for _ in 0..OPERATORS {
            let operator = server.super_admin().await;
            sessions.push(server.session(&operator).await);
            operators.push(operator);
        }
        let database = server.stop().await;
        let clock = database.directory().join("clock");
        let world = Self {
            database,
            sessions,
            operators,
            clock,
            next_key: AtomicI64::new(FIRST_KEY),
        };
        world.set_clock(START.parse().unwrap());
        world
    }

    /// Sets the time of the servers.
    pub fn set_clock(&self, now: DateTime<Utc>) {
        let new = self.clock.with_extension("new");
        std::fs::write(&new, now.to_rfc3339()).unwrap();
        std::fs::rename(new, &self.clock).unwrap();
    }

    /// Starts a server in a process of its own.
    pub fn start(&self) -> ServerProcess {
        self.start_on(&self.database)
    }

    /// Starts one that looks every second for jobs that are due.
    pub fn start_looking(&self) -> ServerProcess {
        let mut command = self.command(&self.database);
        command.env("QUARTERDECK_SERVER_JOBS_POLL_SECONDS", "1");
        ServerProcess::spawn(&mut command)
    }

    /// Starts one that shares its limits and its commits with others by Redis.
    pub fn start_with_redis(&self, redis: &RedisServer) -> ServerProcess {
        let mut command = self.command(&self.database);
        ServerProcess::spawn(command.args(["--redis", &redis.url()]))
    }

    /// Starts one on another database, at the same time.
    pub fn start_on(&self, database: &TestDatabase) -> ServerProcess {
        ServerProcess::spawn(&mut self.command(database))
    }

    fn command(&self, database: &TestDatabase) -> Command {
        let clock = self.clock.to_str().unwrap();
        let arguments = ["serve", "--listen", "127.0.0.1:0", "--test-clock", clock];
        let mut command = process::command(database, &arguments);
        for group in LIMITS {
            command.env(
                format!("QUARTERDECK_SERVER_LIMITS_{group}_PER_MINUTE"),
                "100000",
            );
        }
        command
    }

    /// Keys that nobody has used.
    fn keys(&self, count: i64) -> i64 {
        self.next_key.fetch_add(count, Ordering::Relaxed)
    }

    /// Brings open applications, reports, data requests and plain accounts in, so many of each, with the
    /// same keys; tells the first.
    pub async fn bring_in(&self, count: usize) -> i64 {
        let count = i64::try_from(count).unwrap();
        let first = self.keys(count);
        let last = first + count - 1;
        let at = START;
        self.database
            .execute(&format!(
                "BEGIN;
                 CREATE TEMPORARY TABLE IF NOT EXISTS fresh (n BIGINT);
                 DELETE FROM fresh;
                 INSERT INTO fresh WITH RECURSIVE keys(n) AS (
                     SELECT {first} UNION ALL SELECT n + 1 FROM keys WHERE n < {last}
                 ) SELECT n FROM keys;
                 INSERT INTO users (id, email, email_key, display_name, created_at, updated_at)
                     SELECT n, 'p' || n || '@people.example', 'p' || n || '@people.example', 'P', '{at}', '{at}'
                     FROM fresh;
                 INSERT INTO applications (id, name, email, answers, status, submitted_at)
                     SELECT n, 'A', 'a@people.example', '', 'PENDING', '{at}' FROM fresh;
                 INSERT INTO application_search (application_id, name_key, email_key)
                     SELECT n, 'a', 'a@people.example' FROM fresh;
                 INSERT INTO user_reports (id, reporter_id, reported_user_id, reason, reason_key, body, status,
                     created_at) SELECT n, n, n, 'Spam', 'spam', '', 'pending', '{at}' FROM fresh;
                 INSERT INTO data_requests (id, user_id, kind, status, created_at, deadline, updated_at)
                     SELECT n, n, 'export', 'pending', '{at}', '{at}', '{at}' FROM fresh;
                 COMMIT"
            ))
            .await;
        first
    }
}

/// A world on each database that is there.
pub async fn world(backend: Backend) -> Option<World> {
    Some(World::create(TestDatabase::create(backend).await?).await)
}
