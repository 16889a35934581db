//! The server in this process, started as `serve` starts it, on a clock that the test moves.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use quarterdeck_server::config::{
    DatabaseUrl, DemoAccounts, JobOptions, Limits, PoolOptions, SecretSource, ServerConfig,
};
use quarterdeck_server::db::{Clock, Databases};
use quarterdeck_server::gate::write::SystemTx;
use quarterdeck_server::gate::{Checks, Services};
use quarterdeck_server::start::{self, Server};
use secrecy::SecretString;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::database::Connection;
use super::{Request, TestDatabase, until};

/// When tests begin: the start of a 30-second step.
pub const START: &str = "2026-09-01T08:00:00Z";
/// The key that encrypts secrets at rest: base 64 of 32 bytes.
pub const SECRET_KEY: &str = "dGVzdHMtdXNlLXRoaXMta2V5LWFuZC1ub2JvZHktb3Q=";

/// A server that runs until it is dropped.
pub struct TestServer {
    /// The database it runs on.
    pub database: TestDatabase,
    /// What its rooms work with.
    pub services: Arc<Services>,
    address: SocketAddr,
    clock: Clock,
    handle: Arc<AtomicI64>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

/// The configuration of tests: limits out of the way, hashing as cheap as argon2 allows.
pub fn config(database: &TestDatabase) -> ServerConfig {
    ServerConfig {
        database: DatabaseUrl::new(database.url().to_owned()),
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        secret_key: Some(SecretSource::Variable {
            name: "the test".to_owned(),
            text: SecretString::from(SECRET_KEY),
        }),
        limits: Limits {
            all_per_minute: 1_000_000,
            decisions_per_minute: 1_000_000,
            users_per_minute: 1_000_000,
            admins_per_minute: 1_000_000,
            sign_in_per_minute: 1_000_000,
            account_failures: 1_000_000,
            verify_per_minute: 1_000_000,
            ..Limits::default()
        },
        passwords: PoolOptions {
            memory_kib: 8,
            iterations: 1,
            queue: 1_000,
            ..PoolOptions::default()
        },
        // Tests run jobs themselves, when their clock is where they want it.
        jobs: JobOptions { poll_seconds: 0 },
        demo_accounts: DemoAccounts::Allowed,
        ..ServerConfig::defaults(database.directory())
    }
}

impl TestServer {
    /// Starts a server with the configuration of tests.
    pub async fn start(database: TestDatabase) -> Self {
        Self::start_with(database, |_| {}).await
    }

    /// Starts a server whose configuration the test changes first.
    pub async fn start_with(
        database: TestDatabase,
        change: impl FnOnce(&mut ServerConfig),
    ) -> Self {
        let mut config = config(&database);
        change(&mut config);
        let (clock, handle) = Clock::set_to(START.parse().unwrap());
        Self::run(database, config, clock, handle).await
    }

    /// Starts a server that leaves checks out, to see who notices.
    pub async fn start_sabotaged(
        database: TestDatabase,
        checks: Checks,
        change: impl FnOnce(&mut ServerConfig),
    ) -> Self {
        let mut config = config(&database);
        change(&mut config);
        let (clock, handle) = Clock::set_to(START.parse().unwrap());
        let mut services = start::services(config, clock.clone()).await.unwrap();
        Arc::get_mut(&mut services).unwrap().checks = checks;
        Self::run_with(database, services, clock, handle).await
    }

    async fn run(
        database: TestDatabase,
        config: ServerConfig,
        clock: Clock,
        handle: Arc<AtomicI64>,
    ) -> Self {
        let services = start::services(config, clock.clone()).await.unwrap();
        Self::run_with(database, services, clock, handle).await
    }

    async fn run_with(
        database: TestDatabase,
        services: Arc<Services>,
        clock: Clock,
        handle: Arc<AtomicI64>,
    ) -> Self {
        let server = Server::bind(Arc::clone(&services)).await.unwrap();
        let address = server.address().unwrap();
        let stop = CancellationToken::new();
        let task = tokio::spawn(server.run(stop.clone()));
        Self {
            database,
            services,
            address,
            clock,
            handle,
            stop,
            task,
        }
    }

    /// Drains the server and gives its database back.
    pub async fn stop(self) -> TestDatabase {
        self.stop.cancel();
        self.task.await.unwrap();
        self.database
    }

    /// Drains the server and starts another on the same database, at the same time of day.
    pub async fn restart(self) -> Self {
        let config = self.services.config.clone();
        let (clock, handle) = (self.clock.clone(), Arc::clone(&self.handle));
        let database = self.stop().await;
        Self::run(database, config, clock, handle).await
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The server's time.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Moves the server's time on, or back.
    pub fn advance(&self, by: TimeDelta) {
        self.handle
            .fetch_add(by.num_microseconds().unwrap(), Ordering::SeqCst);
    }

    /// A connection that keeps the server from writing. It waits for those of the server's pool that still come
    /// back from an earlier write: [`Self::until_a_write_waits`] would take one of them for the write that waits.
    pub async fn hold_writes(&self) -> Connection {
        self.until_no_write_runs().await;
        let mut holder = self.database.connect().await;
        holder.hold_writes().await;
        holder
    }

    /// Waits until a write of the server waits for [`Self::hold_writes`].
    pub async fn until_a_write_waits(&self) {
        until("a write waits", async || {
            let is_waiting = match self.services.database.pools() {
                Databases::Sqlite { writes, .. } => writes.num_idle() == 0,
                Databases::Postgres { .. } => {
                    let waiting = "SELECT count(*) FROM pg_stat_activity \
                        WHERE datname = current_database() AND wait_event_type = 'Lock'";
                    self.database.number(waiting).await > 0
                }
            };
            is_waiting.then_some(())
        })
        .await;
    }

    /// Commits what a test arranges, and waits until its connection is back in the pool.
    pub(super) async fn commit(&self, tx: SystemTx) {
        tx.commit().await.unwrap();
        self.until_no_write_runs().await;
    }

    async fn until_no_write_runs(&self) {
        until("the connections are back", async || {
            let is_back = match self.services.database.pools() {
                Databases::Sqlite { writes, .. } => writes.num_idle() == writes.size() as usize,
                Databases::Postgres { .. } => true,
            };
            is_back.then_some(())
        })
        .await;
    }

    /// A request of any method.
    pub fn request(&self, method: &str, path: &str) -> Request {
        Request::new(self.address, method, path)
    }

    /// A GET.
    pub fn get(&self, path: &str) -> Request {
        self.request("GET", path)
    }

    /// A POST.
    pub fn post(&self, path: &str) -> Request {
        self.request("POST", path)
    }
}
