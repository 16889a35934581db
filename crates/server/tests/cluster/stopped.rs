//! One of two processes is stopped where it stands, and goes on later: what was decided meanwhile holds for it.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use quarterdeck_api::claim::LEASE;
use quarterdeck_api::permission::Permission::UserBan;
use serde_json::json;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{set_clock, start};
use crate::harness::process::ServerProcess;
use crate::harness::{
    Backend, Live, RedisServer, Request, Session, TestDatabase, TestServer, until,
};

const LIMIT: &str = "6";
/// Calls that are under way when the process is stopped: some of them wait for Redis.
const UNDER_WAY: usize = 16;
/// Longer than anybody waits for Redis.
const STOPPED: Duration = Duration::from_millis(2_500);
/// How soon a connection ends once its process goes on.
const SOON: Duration = Duration::from_secs(2);

async fn status(process: &ServerProcess, session: &Session) -> (u16, String) {
    let request = process.request("GET", "/api/v1/auth/me").session(session);
    let reply = request.send().await;
    let code = reply.json()["code"].as_str().unwrap_or_default().to_owned();
    (reply.status, code)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p8_s002_29_what_was_revoked_while_a_process_was_stopped_it_refuses_when_it_goes_on() {
    let (Some(database), Some(redis)) = (
        TestDatabase::create(Backend::Postgres).await,
        RedisServer::start().await,
    ) else {
        return;
    };
    let server = TestServer::start(database).await;
    for redis in [Some(&redis), None] {
        let [one, stopped] = [
            start(&server.database, redis, &[]),
            start(&server.database, redis, &[]),
        ];
        let root = server.session(&server.super_admin().await).await;
        let person = server.plain().await;
        let session = server.session(&person).await;
        assert_eq!(status(&stopped, &session).await.0, 200);
        let (mut live, _) = Live::open(stopped.address(), &session.socket, "").await;
        stopped.freeze();
        let path = format!("/api/v1/admin/users/{}/revoke-sessions", person.id);
        let revoke = one.request("POST", &path).session(&root).json(json!({}));
        let reply = revoke.send().await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        // It is asked before it goes on, and answers when it does.
        let asked = status(&stopped, &session);
        let goes_on = async {
            stopped.thaw();
            Instant::now()
        };
        let (answer, went_on_at) = tokio::join!(asked, goes_on);
        assert_eq!(answer, (401, "session_revoked".to_owned()));
        assert_eq!(live.end().await, ("revoked".to_owned(), 4401));
        let ended_after = went_on_at.elapsed();
        assert!(ended_after < SOON, "{ended_after:?}");
    }
}

/// How many bans go through before the budget is used up.
async fn passed(process: &ServerProcess, session: &Session) -> usize {
    let mut passed = 0;
    loop {
        let path = format!("/api/v1/admin/users/{}/ban", 900_000 + passed);
        let ban = process.request("PATCH", &path).session(session);
        let reply = ban.json(json!({ "banReason": "spam" })).send().await;
        match reply.status {
            404 => passed += 1,
            429 => return passed,
            _ => panic!("{}", reply.text),
        }
    }
}

async fn is_given_no_second_budget(redis: Option<&RedisServer>) {
    let Some(database) = TestDatabase::create(Backend::Postgres).await else {
        return;
    };
    let server = TestServer::start(database).await;
    let variables = [
        ("LIMITS_USERS_PER_MINUTE", LIMIT),
        ("LIMITS_ALL_PER_MINUTE", "100000"),
    ];
    let [one, stopped] = [
        start(&server.database, redis, &variables),
        start(&server.database, redis, &variables),
    ];
    let session = server.session(&server.admin(&[UserBan]).await).await;
    until("both know each other", async || {
        (server.services.together.processes() == 3).then_some(())
    })
    .await;
    let others = server.session(&server.super_admin().await).await;
    let stop = CancellationToken::new();
    let mut calls = JoinSet::new();
    for _ in 0..UNDER_WAY {
        calls.spawn(keep_calling(
            stopped.address(),
            others.clone(),
            stop.clone(),
        ));
    }
    until("calls are under way", async || {
        (status(&stopped, &others).await.0 == 200).then_some(())
    })
    .await;
    stopped.freeze();
    let stopped_at = Instant::now();
    assert_eq!(passed(&one, &session).await, 6);
    tokio::time::sleep_until((stopped_at + STOPPED).into()).await;
    stopped.thaw();
    assert_eq!(passed(&stopped, &session).await, 0, "it is used up");
    stop.cancel();
    calls.join_all().await;
}

/// Calls without a pause, until it is told to stop.
async fn keep_calling(address: SocketAddr, session: Session, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let request = Request::new(address, "GET", "/api/v1/auth/me").session(&session);
        let reply = request.send().await;
        assert_eq!(reply.status, 200, "{}", reply.text);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s004_18_a_process_that_was_stopped_has_no_second_budget_by_redis() {
    let Some(redis) = RedisServer::start().await else {
        return;
    };
    is_given_no_second_budget(Some(&redis)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s004_18_a_process_that_was_stopped_has_no_second_budget_by_postgresql() {
    is_given_no_second_budget(None).await;
}

/// Asks for an item, or gives it back; what became of it.
async fn claim(process: &ServerProcess, session: &Session, act: &str, id: i64) -> String {
    let request = process.request("POST", &format!("/api/v1/admin/claims{act}"));
    let body = json!({ "queue": "applications", "ids": [id] });
    let reply = request.session(session).json(body).send().await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.text_at("/results/0/outcome")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f14_a_claim_that_ended_while_its_process_was_stopped_is_not_taken_back() {
    let Some(database) = TestDatabase::create(Backend::Postgres).await else {
        return;
    };
    let server = TestServer::start(database).await;
    let [one, stopped] = [
        start(&server.database, None, &[]),
        start(&server.database, None, &[]),
    ];
    let ana = server.session(&server.super_admin().await).await;
    let omar = server.session(&server.super_admin().await).await;
    let item = server.applications(1).await[0];
    assert_eq!(claim(&stopped, &ana, "", item).await, "changed");
    let (_live, _) = Live::open(stopped.address(), &ana.socket, "").await;
    stopped.freeze();
    assert_eq!(claim(&one, &omar, "", item).await, "conflict");
    // Nobody has said that she is at work since.
    set_clock(&server.database, server.now() + LEASE);
    assert_eq!(claim(&one, &omar, "", item).await, "changed");
    stopped.thaw();
    for act in ["", "/release"] {
        assert_eq!(claim(&stopped, &ana, act, item).await, "conflict");
    }
    assert_eq!(claim(&stopped, &omar, "", item).await, "noop");
}
