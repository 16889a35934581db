//! The bench itself, with tiny numbers: every case is answered, the report is whole, and the log of what
//! it did is intact. How fast anything went is nobody's business here.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on fails; clippy.toml frees only functions marked as tests"
)]

#[expect(dead_code, reason = "the server's tests use more of it")]
#[path = "../../server/tests/harness/postgres.rs"]
mod postgres;

use std::path::Path;
use std::process::Command;

use serde_json::Value;

const BENCH: &str = env!("CARGO_BIN_EXE_quarterdeck-bench");
const CASES: [&str; 12] = [
    "read-user",
    "read-drawer",
    "list-users",
    "list-users-small",
    "search-prefix",
    "reports-by-age",
    "ban",
    "decide1000",
    "audit-page",
    "audit-page-small",
    "search-requests",
    "dashboard",
];

/// Runs the bench on two fresh databases and tells its report.
fn report(directory: &Path, large: &str, small: &str) -> Value {
    let json = directory.join("report.json");
    let output = Command::new(BENCH)
        .args(["--database", large, "--small-database", small])
        .args(["--rows", "400", "--audit", "900", "--small-rows", "150"])
        .args(["--operators", "2", "--connections", "1,2", "--rounds", "1"])
        .args(["--slice-ms", "20", "--startups", "1", "--json"])
        .arg(&json)
        // The least that the configuration takes.
        .env("QUARTERDECK_SERVER_PASSWORDS_MEMORY_KIB", "7168")
        .env("QUARTERDECK_SERVER_PASSWORDS_ITERATIONS", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let table = String::from_utf8(output.stdout).unwrap();
    for seed in ["took 21.9 ms", "took 33.2 ms"] {
        assert!(table.contains(seed), "{table}");
    }
    for case in CASES {
        assert!(table.contains(&format!("| {case} | 2 |")), "{table}");
    }
    serde_json::from_str(&std::fs::read_to_string(json).unwrap()).unwrap()
}

/// The rows of the report, two a case.
#[track_caller]
fn check(report: &Value, has_limit: impl Fn(&str) -> bool) {
    let rows = report["cases"].as_array().unwrap();
    assert_eq!(rows.len(), 2 * CASES.len(), "{report:#}");
    for row in rows {
        let is_positive = |pointer: &str| row.pointer(pointer).and_then(Value::as_f64) > Some(0.0);
        for figure in [
            "/server/calls",
            "/server/per_second",
            "/server/p50_ms",
            "/processor_us",
            "/resident_mb",
        ] {
            assert!(is_positive(figure), "{figure} of {row:#}");
        }
        let has_limit = has_limit(row["case"].as_str().unwrap());
        assert_eq!(is_positive("/limit/calls"), has_limit, "{row:#}");
        assert_eq!(is_positive("/ratio"), has_limit, "{row:#}");
    }
    assert_eq!(report["growth"].as_array().unwrap().len(), 4, "{report:#}");
    assert_eq!(
        report["startup"]["first_answer_ms"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

/// What was banned and decided stands in the log, and the limit has linked its own rows truly.
fn check_log(database: &str) {
    let output = Command::new(BENCH)
        .args(["server", "verify-audit", "--database", database])
        .env(
            "QUARTERDECK_SERVER_SECRET_KEY",
            "YmVuY2gtYmVuY2gtYmVuY2gtYmVuY2gtYmVuY2gtISE=",
        )
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["status"], "intact", "{report:#}");
    assert!(report["rows"].as_u64() > Some(900), "{report:#}");
}

#[test]
fn every_case_is_answered_on_sqlite() {
    let directory = tempfile::tempdir().unwrap();
    let url = |name: &str| format!("sqlite:{}", directory.path().join(name).display());
    let report = report(directory.path(), &url("large.db"), &url("small.db"));
    check(&report, |_| false);
    check_log(&url("large.db"));
}

#[test]
fn every_case_is_answered_on_postgresql_and_has_its_limit() {
    let Some(cluster) = postgres::cluster() else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (large, small) = runtime.block_on(async {
        (
            cluster.create_database().await,
            cluster.create_database().await,
        )
    });
    let directory = tempfile::tempdir().unwrap();
    let report = report(directory.path(), &large, &small);
    check(&report, |case| case != "decide1000");
    check_log(&large);
    runtime.block_on(async {
        cluster.drop_database(&large).await;
        cluster.drop_database(&small).await;
    });
}
