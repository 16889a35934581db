//! The audit chain: its vectors, its document, what verification finds, and how rows are appended.
//!
//! Two verifiers are held against each other: `chain::verify` on the database, and `verify_audit.py`, written
//! from docs/AUDIT.md alone, on an export of the same database.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of a test fail it as its own lines do"
)]

mod appending;
mod campaign;
mod damage;
mod document;
mod edits;
mod tampering;
mod vectors;

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use quarterdeck_server::chain::rows::{self, StoredRow};
use quarterdeck_server::chain::{self, Actor, Entry, Expectation, PLATFORM};
use sea_orm::{ConnectionTrait, Value};

use crate::harness::{TestServer, limit, process, tools};

const VERIFIER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/verify_audit.py");

/// What a verifier concludes, as far as two verifiers must agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) status: String,
    pub(crate) first_bad: Option<(i64, String)>,
    pub(crate) rows: u64,
    head: (i64, String),
}

impl Verdict {
    fn of(report: &serde_json::Value) -> Self {
        let text = |pointer: &str| {
            report
                .pointer(pointer)
                .unwrap()
                .as_str()
                .unwrap()
                .to_owned()
        };
        let first_bad = report["first_bad"].as_object().map(|bad| {
            let kind = bad["kind"].as_str().unwrap().to_owned();
            (bad["seq"].as_i64().unwrap(), kind)
        });
        Self {
            status: text("/status"),
            first_bad,
            rows: report["rows"].as_u64().unwrap(),
            head: (report["head"]["seq"].as_i64().unwrap(), text("/head/hash")),
        }
    }

    fn summary(&self) -> (&str, Option<(i64, &str)>) {
        let first_bad = self.first_bad.as_ref();
        (
            &self.status,
            first_bad.map(|(seq, kind)| (*seq, kind.as_str())),
        )
    }
}

/// What the server finds on the database.
async fn online(server: &TestServer, expectation: &Expectation) -> Verdict {
    let snapshot = server.services.database.snapshot().await.unwrap();
    let report = chain::verify(&snapshot, PLATFORM, expectation)
        .await
        .unwrap();
    snapshot.rollback().await.unwrap();
    Verdict::of(&serde_json::to_value(report).unwrap())
}

/// What the Python verifier finds on an export; none where there is no Python.
pub(crate) fn offline(export: &str, expectation: &Expectation) -> Option<Verdict> {
    let mut command = Command::new(python()?);
    command.arg(VERIFIER);
    if let Some(seq) = expectation.min_seq {
        command.arg(format!("--expected-min-seq={seq}"));
    }
    if let Some((seq, hash)) = &expectation.seq_and_hash {
        command.arg(format!("--expected-seq={seq}"));
        command.arg(format!("--expected-hash={hash}"));
    }
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(export.as_bytes()).unwrap();
    drop(stdin);
    let finished = process::Finished::of(&limit::wait(child));
    let verdict = Verdict::of(&serde_json::from_str(&finished.stdout).unwrap());
    assert_eq!(finished.code, Some(exit_code(&verdict.status)));
    Some(verdict)
}

fn exit_code(status: &str) -> i32 {
    match status {
        "intact" => 0,
        "broken" => 1,
        "incomplete" => 2,
        "unverifiable" => 3,
        other => panic!("no such status: {other}"),
    }
}

fn python() -> Option<&'static str> {
    static IS_INSTALLED: OnceLock<bool> = OnceLock::new();
    let is_installed = *IS_INSTALLED.get_or_init(|| tools::is_installed("python3"));
    is_installed.then_some("python3")
}

fn export(server: &TestServer) -> String {
    process::run(&server.database, &["export-audit"]).succeeded()
}

/// Both verifiers agree; tells their verdict.
async fn verdict(server: &TestServer, expectation: &Expectation) -> Verdict {
    let online = online(server, expectation).await;
    if let Some(offline) = offline(&export(server), expectation) {
        assert_eq!(offline, online);
    }
    online
}

/// Appends the entries of one call in a transaction of their own.
async fn append(
    server: &TestServer,
    scope: &str,
    actor: &Actor,
    entries: &[Entry],
    request_id: &str,
    now: chrono::DateTime<chrono::Utc>,
) -> i64 {
    let tx = server.services.system_write("test").await.unwrap();
    let seq = chain::append(tx.connection(), scope, actor, entries, request_id, now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    seq
}

/// The rows of the platform's chain.
async fn stored(server: &TestServer) -> Vec<StoredRow> {
    let connection = server.services.database.reads();
    rows::after(connection, PLATFORM, 0, 10_000).await.unwrap()
}

/// Runs a statement as an intruder would.
async fn run(server: &TestServer, text: &str, values: Vec<Value>) {
    let tx = server.services.system_write("test").await.unwrap();
    let statement = quarterdeck_server::db::sql(tx.connection(), text, values);
    tx.connection().execute_raw(statement).await.unwrap();
    tx.commit().await.unwrap();
}
