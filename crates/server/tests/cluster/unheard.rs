//! What one process does the other tells, though it cannot hear of it: its connection to the others is broken again
//! and again (security.md F4). What is said is a hint; the truth is pulled.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::start;
use crate::harness::effort::rounds;
use crate::harness::{Backend, Live, TestDatabase, TestServer, postgres, until};

/// How soon it is told all the same: each process looks for itself every second.
const BY_ITSELF: Duration = Duration::from_secs(3);
const BREAK: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
    WHERE application_name = 'quarterdeck-listener' AND datname = '{name}'";
const LISTENING: &str = "SELECT count(*) FROM pg_stat_activity \
    WHERE application_name = 'quarterdeck-listener' AND datname = current_database()";

/// Breaks the connections as soon as they are there, until it is told to stop.
async fn keep_breaking(url: String, stop: CancellationToken) {
    let cluster = postgres::cluster().unwrap();
    while !stop.is_cancelled() {
        cluster.execute_about(&url, BREAK).await;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f4_what_nobody_hears_of_is_told_all_the_same_and_the_listeners_come_back() {
    let Some(database) = TestDatabase::create(Backend::Postgres).await else {
        return;
    };
    let server = TestServer::start(database).await;
    let limits = [
        ("LIMITS_ALL_PER_MINUTE", "100000"),
        ("LIMITS_USERS_PER_MINUTE", "100000"),
    ];
    let [one, other] = [
        start(&server.database, None, &limits),
        start(&server.database, None, &limits),
    ];
    let root = server.session(&server.super_admin().await).await;
    let (mut live, _) = Live::open(other.address(), &root.socket, "").await;
    let mut slowest = Duration::ZERO;
    for _ in 0..rounds(3, 100) {
        let stop = CancellationToken::new();
        let url = server.database.url().to_owned();
        let breaking = tokio::spawn(keep_breaking(url, stop.clone()));
        until("nobody listens", async || {
            (server.database.number(LISTENING).await == 0).then_some(())
        })
        .await;
        let person = server.plain().await.id;
        let path = format!("/api/v1/admin/users/{person}/ban");
        let ban = one.request("PATCH", &path).session(&root);
        let reply = ban.json(json!({ "banReason": "spam" })).send().await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let banned_at = Instant::now();
        let told = live.frame_of("changed").await;
        assert_eq!(told["ids"], json!([person]), "{told}");
        slowest = slowest.max(banned_at.elapsed());
        stop.cancel();
        breaking.await.unwrap();
        until("all listen again", async || {
            (server.database.number(LISTENING).await == 3).then_some(())
        })
        .await;
    }
    eprintln!("told after {slowest:?} at most");
    assert!(slowest < BY_ITSELF, "{slowest:?}");
    assert!(
        other
            .log()
            .contains("the connection to the other processes broke")
    );
}
