//! What several processes agree on, by Redis, by PostgreSQL, and when Redis is away.

mod degraded;
mod limits;
mod locked;
mod notified;
mod oracle;
mod revoked;
mod shared;
mod stopped;
mod unheard;

use std::fs;

use chrono::{DateTime, Utc};

use crate::harness::process::{self, ServerProcess};
use crate::harness::server::START;
use crate::harness::{RedisServer, TestDatabase};

/// A process on this database, on a clock that stands still, with what more it is given.
fn start(
    database: &TestDatabase,
    redis: Option<&RedisServer>,
    variables: &[(&str, &str)],
) -> ServerProcess {
    let clock = database.directory().join("clock");
    set_clock(database, START.parse().unwrap());
    let mut command = process::command(database, &["serve", "--listen", "127.0.0.1:0"]);
    command.arg("--test-clock").arg(clock);
    if let Some(redis) = redis {
        command.args(["--redis", &redis.url()]);
    }
    for (name, value) in variables {
        command.env(format!("QUARTERDECK_SERVER_{name}"), value);
    }
    ServerProcess::spawn(&mut command)
}

/// Sets the time of all processes on this database.
fn set_clock(database: &TestDatabase, now: DateTime<Utc>) {
    let clock = database.directory().join("clock");
    let new = clock.with_extension("new");
    fs::write(&new, now.to_rfc3339()).unwrap();
    fs::rename(new, clock).unwrap();
}
