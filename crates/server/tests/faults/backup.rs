//! A backup that is taken under load, the way docs/OPERATIONS.md says, and restored (security.md F18).

use std::process::Command;
use std::time::Duration;

use data_encoding::HEXLOWER;
use quarterdeck_server::chain::{PLATFORM, verify::stored_head};
use quarterdeck_server::db::Database;
use serde_json::Value;

use crate::counts::{Random, portions, times};
use crate::harness::postgres::{self, program};
use crate::harness::process;
use crate::harness::{Backend, TestDatabase, limit};
use crate::load::Load;
use crate::oracle;
use crate::world::{World, world};

const SMALL: usize = 3;
const FULL: usize = 20;
/// Backups of one world.
const PORTION: usize = 5;
/// More calls than an operator makes meanwhile.
const CALLS: usize = 120;

/// Place and hash of the log's head, as the command line takes them.
struct Head(i64, String);

async fn head(database: &TestDatabase) -> Head {
    let opened = Database::open(database.url()).await.unwrap();
    let head = stored_head(opened.reads(), PLATFORM).await.unwrap();
    opened.close().await;
    Head(head.seq, HEXLOWER.encode(&head.link))
}

/// What `verify-audit` says with a remembered head.
fn verify(database: &TestDatabase, Head(seq, hash): &Head) -> (Option<i32>, Value) {
    let seq = seq.to_string();
    let arguments = [
        "verify-audit",
        "--expected-seq",
        &seq,
        "--expected-hash",
        hash,
    ];
    let finished = process::run(database, &arguments);
    let report = serde_json::from_str(&finished.stdout).unwrap_or_else(|_| panic!("{finished:?}"));
    (finished.code, report)
}

fn run(command: &mut Command) {
    let output = limit::output(command);
    assert!(output.status.success(), "{command:?}: {output:?}");
}

/// Backs a database up while it is written to, and restores it to another; both as an operator would.
async fn back_up_and_restore(world: &World, random: &mut Random, load: Load) -> TestDatabase {
    let pause = Duration::from_millis(random.below(100));
    tokio::time::sleep(pause).await;
    let restored = match world.database.backend {
        Backend::Sqlite => {
            let restored = TestDatabase::create(Backend::Sqlite).await.unwrap();
            let copy = restored.url().trim_start_matches("sqlite:").to_owned();
            let mut beside = world.database.connect().await;
            beside.execute(&format!("VACUUM INTO '{copy}'")).await;
            beside.close().await;
            restored
        }
        Backend::Postgres => {
            let file = world.database.directory().join("dump");
            let source = world.database.url().to_owned();
            let dump = file.clone();
            let dumped = tokio::task::spawn_blocking(move || {
                run(program("pg_dump")
                    .args(["--format=custom", "--file"])
                    .arg(&dump)
                    .arg(&source));
            });
            dumped.await.unwrap();
            let cluster = postgres::cluster().unwrap();
            let restored = TestDatabase::at(cluster.create_empty_database().await);
            run(program("pg_restore")
                .args(["--exit-on-error", "--no-owner", "--dbname", restored.url()])
                .arg(&file));
            restored
        }
    };
    tokio::time::sleep(pause).await;
    let attempts = load.stop().await;
    oracle::nothing_is_lost_or_halved(&world.database, &attempts).await;
    restored
}

async fn restored_backups_are_whole(backend: Backend) {
    let mut random = Random::of_this_run(&format!("backup on {backend:?}"));
    for backups in portions(times(SMALL, FULL), PORTION) {
        let Some(world) = world(backend).await else {
            return;
        };
        back_up_in(&world, &mut random, backups).await;
    }
}

async fn back_up_in(world: &World, random: &mut Random, backups: usize) {
    let server = world.start();
    for _ in 0..backups {
        let load = Load::start(world, server.address(), random, CALLS).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        let before = head(&world.database).await;
        let restored = back_up_and_restore(world, random, load).await;
        let after = head(&world.database).await;
        let at_backup = head(&restored).await;
        assert!(
            before.0 <= at_backup.0 && at_backup.0 < after.0,
            "the load stood still"
        );

        let (code, report) = verify(&restored, &before);
        assert_eq!(
            (code, &report["status"]),
            (Some(0), &Value::from("intact")),
            "{report}"
        );
        // Whoever remembers what came after the backup is told that it is missing.
        let (code, report) = verify(&restored, &after);
        assert_eq!(
            (code, &report["status"]),
            (Some(1), &Value::from("broken")),
            "{report}"
        );
        let first_bad = &report["first_bad"];
        assert_eq!(first_bad["kind"], "tail_truncated", "{report}");
        assert_eq!(first_bad["seq"], at_backup.0 + 1, "{report}");
        process::run(&restored, &["audit-replay", "--assert"]).succeeded();
        let again = world.start_on(&restored);
        assert_eq!(
            again.request("GET", "/actuator/health").send().await.status,
            200
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f18_a_backup_taken_under_load_is_whole_and_is_told_from_what_came_after_on_sqlite() {
    restored_backups_are_whole(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f18_a_backup_taken_under_load_is_whole_and_is_told_from_what_came_after_on_postgresql() {
    restored_backups_are_whole(Backend::Postgres).await;
}
