//! The real binary: what only a process can show.

mod accounts;
mod bench_profile;
mod configuration;
mod seeds;
mod serving;

use serde_json::Value;

use crate::harness::process::{Finished, command, finished, run};
use crate::harness::{Reply, Request, TestDatabase};

/// A time in the past of every real clock, so that a process's own clock can be told apart.
const AT: &str = "2026-01-15T09:00:00Z";

/// It failed with this exit code, said this on standard error, and wrote nothing else.
#[track_caller]
fn failed(finished: &Finished, code: i32, message: &str) {
    assert_eq!(finished.code, Some(code), "{finished:?}");
    assert_eq!(finished.stdout, "", "{finished:?}");
    assert!(
        finished.stderr.contains(message),
        "expected {message:?} in {finished:?}"
    );
    assert!(!finished.stderr.contains("panicked"), "{finished:?}");
}

/// The audit log as code, actor kind, target.
async fn audit(database: &TestDatabase) -> Vec<String> {
    database
        .texts("SELECT action_code || ' by ' || actor_type || ' on ' || target_type || ' ' || target_id FROM admin_audit_log ORDER BY seq")
        .await
}

/// The lines of a JSON log.
#[track_caller]
fn lines(log: &str) -> Vec<Value> {
    log.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

async fn post(request: Request, body: Value) -> Reply {
    request.json(body).send().await
}

fn seed(database: &TestDatabase, more: &[&str]) -> Finished {
    finished(command(database, &["seed", "--profile", "demo", "--at", AT]).args(more))
}

fn migrate(database: &TestDatabase) {
    assert_eq!(
        run(database, &["migrate"]).succeeded(),
        "the schema is up to date\n"
    );
}
