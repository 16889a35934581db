//! An operator has one budget, however many processes there are (S004-18).

use quarterdeck_api::permission::Permission::UserBan;
use quarterdeck_server::config::RedisUrl;
use serde_json::json;

use super::start;
use crate::harness::process::ServerProcess;
use crate::harness::{Backend, RedisServer, Request, Session, TestDatabase, TestServer, until};

const LIMIT: u32 = 6;

/// How many of so many calls go through, by turns to the one and to the other.
async fn passed(server: &TestServer, process: &ServerProcess, session: &Session) -> u32 {
    let mut passed = 0;
    for turn in 0..2 * LIMIT {
        let path = "/api/v1/admin/users/900000/ban";
        let request: Request = if turn % 2 == 0 {
            server.request("PATCH", path)
        } else {
            process.request("PATCH", path)
        };
        let reply = request
            .session(session)
            .json(json!({ "banReason": "spam" }))
            .send()
            .await;
        match reply.status {
            404 => passed += 1,
            429 => {
                let wait = reply.refused(429, "rate_limited")["retry_after"]
                    .as_u64()
                    .unwrap();
                assert!((1..=61).contains(&wait), "{}", reply.text);
            }
            _ => panic!("{}", reply.text),
        }
    }
    passed
}

async fn have_one_budget(database: TestDatabase, redis: Option<&RedisServer>) {
    let url = redis.map(|redis| RedisUrl::new(redis.url()));
    let server = TestServer::start_with(database, |config| {
        config.redis.url = url;
        config.limits.users_per_minute = LIMIT;
    })
    .await;
    assert_eq!(server.services.together.processes(), 1);
    let limit = LIMIT.to_string();
    let process = start(
        &server.database,
        redis,
        &[("LIMITS_USERS_PER_MINUTE", &limit)],
    );
    until("each knows of the other", async || {
        (server.services.together.processes() == 2).then_some(())
    })
    .await;
    for _ in 0..2 {
        let session = server.session(&server.admin(&[UserBan]).await).await;
        assert_eq!(passed(&server, &process, &session).await, LIMIT);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s004_18_two_processes_give_an_operator_one_budget_by_redis() {
    let (Some(database), Some(redis)) = (
        TestDatabase::create(Backend::Postgres).await,
        RedisServer::start().await,
    ) else {
        return;
    };
    have_one_budget(database, Some(&redis)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s004_18_two_processes_give_an_operator_one_budget_by_postgresql() {
    let Some(database) = TestDatabase::create(Backend::Postgres).await else {
        return;
    };
    have_one_budget(database, None).await;
}
