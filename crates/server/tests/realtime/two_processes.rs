//! Two server processes on one PostgreSQL: what the one commits is told by the other.

use std::fs;
use std::time::{Duration, Instant};

use quarterdeck_api::permission::Permission;
use serde_json::json;

use crate::harness::process::{self, ServerProcess};
use crate::harness::{Backend, Live, TestDatabase, TestServer};

/// Twice the time between two looks at the database, for a machine that has other things to do.
const SOON: Duration = Duration::from_secs(2);

fn start(database: &TestDatabase) -> ServerProcess {
    let clock = database.directory().join("clock");
    fs::write(&clock, crate::harness::server::START).unwrap();
    let mut command = process::command(database, &["serve", "--listen", "127.0.0.1:0"]);
    command.arg("--test-clock").arg(clock);
    ServerProcess::spawn(&mut command)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s004_24_what_one_process_commits_the_other_tells_within_two_seconds() {
    let Some(database) = TestDatabase::create(Backend::Postgres).await else {
        return;
    };
    let server = TestServer::start(database).await;
    let processes = [start(&server.database), start(&server.database)];
    let root = server.session(&server.super_admin().await).await;
    let ana = server.admin(&[Permission::ApplicationsView]).await;
    let session = server.session(&ana).await;
    let ids = server.applications(1).await;
    let (mut live, _) = Live::open(processes[1].address(), &session.socket, "").await;
    let body = json!({ "action": "approve", "ids": ids });
    let decide = processes[0].request("POST", "/api/v1/admin/bulk-applications");
    let reply = decide.session(&root).json(body).send().await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let decided_at = Instant::now();
    assert_eq!(live.frame_of("changed").await["ids"], json!(ids));
    let told_after = decided_at.elapsed();
    assert!(told_after < SOON, "{told_after:?}");

    let plain = server.plain().await;
    let (mut of_plain, _) = Live::open(
        processes[1].address(),
        &server.session(&plain).await.socket,
        "",
    )
    .await;
    let ban = processes[0].request("PATCH", &format!("/api/v1/admin/users/{}/ban", plain.id));
    let reply = ban
        .session(&root)
        .json(json!({ "banReason": "spam" }))
        .send()
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let banned_at = Instant::now();
    assert_eq!(of_plain.end().await, ("banned".to_owned(), 4403));
    let closed_after = banned_at.elapsed();
    assert!(closed_after < SOON, "{closed_after:?}");
    eprintln!("told by the other process after {told_after:?}, closed after {closed_after:?}");
}
