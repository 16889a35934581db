//! What every test stands on: a database, a server on it, accounts, requests, and real processes.
//!
//! A body is written once and runs on both databases:
//!
//! ```ignore
//! on_both! {
//!     async fn s000_10_me_tells_who_the_caller_is(server: TestServer) {
//!         let ana = server.admin(&[Permission::AuditView]).await;
//!         let session = server.session(&ana).await;
//!         let reply = server.get("/api/v1/auth/me").session(&session).send().await;
//!         reply.is(200, json!({ … }));
//!     }
//!     async fn needs_another_configuration(database: TestDatabase) {
//!         let server = TestServer::start_with(database, |config| config.limits.all_per_minute = 3).await;
//!     }
//! }
//! ```
//!
//! * [`TestDatabase`]: a fresh, migrated database; SQL beside the server; snapshots of all tables.
//! * [`TestServer`]: the server in this process, on a clock that stands still until it is moved.
//! * [`Account`], [`Session`]: made per test, because a one-time code works once.
//! * [`Request`], [`Reply`]: raw HTTP, so that tests state status and body themselves.
//! * [`process`]: the real binary, for what only a process can show.

pub mod accounts;
pub mod data_requests;
pub mod database;
pub mod effort;
pub mod http;
pub mod limit;
pub mod live;
pub mod postgres;
pub mod process;
pub mod provider;
pub mod redis;
pub mod redis_process;
pub mod reports;
pub mod server;
pub mod tools;
pub mod withdrawals;

use std::time::{Duration, Instant};

pub use accounts::{Account, PASSWORD, Session};
pub use database::{Backend, TestDatabase};
pub use http::{Reply, Request};
pub use live::Live;
pub use provider::{Claims, Provider};
pub use redis::RedisServer;
pub use server::TestServer;

/// Longest wait for anything.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// Asks again until there is an answer, for at most half a minute.
pub async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(started.elapsed() < DEADLINE, "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Makes of each body two tests, `name::sqlite` and `name::postgres`. The argument is a started
/// [`TestServer`], or a [`TestDatabase`] where the test starts its servers itself.
macro_rules! on_both {
    ($( $(#[$meta:meta])* async fn $name:ident($argument:ident: $kind:ident) $body:block )+) => {$(
        mod $name {
            #[allow(unused_imports, clippy::allow_attributes, reason = "bodies differ in what they use")]
            use super::*;

            $(#[$meta])*
            async fn body($argument: $crate::harness::$kind) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                on_both!(@run $kind, $crate::harness::Backend::Sqlite);
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                on_both!(@run $kind, $crate::harness::Backend::Postgres);
            }
        }
    )+};
    (@run TestServer, $backend:expr) => {
        if let Some(database) = $crate::harness::TestDatabase::create($backend).await {
            body($crate::harness::TestServer::start(database).await).await;
        }
    };
    (@run TestDatabase, $backend:expr) => {
        if let Some(database) = $crate::harness::TestDatabase::create($backend).await {
            body(database).await;
        }
    };
}
pub(crate) use on_both;
