//! The bench itself, with tiny numbers: every case is answered, the report is whole, and the log of what
//! it did is intact. How fast anything went is nobody's business here.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on fails; clippy.toml frees only functions marked as tests"
)]

#[expect(dead_code, reason = "the server's tests use more of it")]
#[path = "../../server/tests/harness/postgres.rs"]
mod postgres;

#[expect(dead_code, reason = "the server's tests use more of it")]
#[path = "../../server/tests/harness/redis_process.rs"]
mod redis_process;

#[path = "../../server/tests/harness/tools.rs"]
mod tools;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use redis_process::RedisProcess;
use serde_json::Value;

const BENCH: &str = env!("CARGO_BIN_EXE_quarterdeck-bench");
/// What one server answers, on either database.
const CASES: [&str; 15] = [
    "read-user",
    "read-drawer",
    "list-users",
    "list-users-small",
    "search-prefix",
    "search-part",
    "search-part-of-some",
    "search-part-of-all",
    "reports-by-age",
    "ban",
    "decide1000",
    "audit-page",
    "audit-page-small",
    "search-requests",
    "dashboard",
];

/// What two answer, on PostgreSQL.
const BY_TWO: [&str; 2] = ["ban-by-two", "ban-by-two-redis"];

/// A Redis that listens; none where it is neither installed nor required.
fn redis(directory: &Path) -> Option<RedisProcess> {
    if !tools::is_installed("redis-server") {
        return None;
    }
    let redis = RedisProcess::start(directory, &[]);
    let started = Instant::now();
    while !redis.listens() {
        assert!(started.elapsed() < Duration::from_secs(30), "no Redis");
        std::thread::yield_now();
    }
    Some(redis)
}

/// Runs the bench on two fresh databases and tells its report.
fn report(directory: &Path, [large, small]: [&str; 2], more: &[&str]) -> Value {
    let json = directory.join("report.json");
    let output = Command::new(BENCH)
        .args(["--database", large, "--small-database", small])
        .args(["--rows", "1200", "--audit", "900", "--small-rows", "150"])
        .args(["--operators", "2", "--connections", "1,2", "--rounds", "1"])
        .args(more)
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
fn check(report: &Value, cases: usize, has_limit: impl Fn(&str) -> bool) {
    let rows = report["cases"].as_array().unwrap();
    assert_eq!(rows.len(), 2 * cases, "{report:#}");
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
    let report = report(directory.path(), [&url("large.db"), &url("small.db")], &[]);
    check(&report, CASES.len(), |_| false);
    assert_eq!(report["together"], Value::Array(Vec::new()));
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
    let redis = redis(directory.path());
    let url = redis.as_ref().map(RedisProcess::url);
    let more: Vec<_> = url.iter().flat_map(|url| ["--redis", url]).collect();
    let report = report(directory.path(), [&large, &small], &more);
    let by_two = if redis.is_some() {
        &BY_TWO[..]
    } else {
        &BY_TWO[..1]
    };
    check(&report, CASES.len() + by_two.len(), |case| {
        case != "decide1000"
    });
    let together = report["together"].as_array().unwrap();
    let told: Vec<_> = together
        .iter()
        .map(|row| row["case"].as_str().unwrap())
        .collect();
    let expected = by_two.iter().flat_map(|case| [*case; 2]);
    assert_eq!(told, expected.collect::<Vec<_>>(), "{report:#}");
    for row in together {
        assert!(row["by_throughput"].as_f64() > Some(0.0), "{row:#}");
        assert!(row["by_ratio"].as_f64() > Some(0.0), "{row:#}");
    }
    check_log(&large);
    runtime.block_on(async {
        cluster.drop_database(&large).await;
        cluster.drop_database(&small).await;
    });
}
