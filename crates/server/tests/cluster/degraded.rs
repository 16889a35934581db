//! Redis goes and comes back: seen in health, metrics, log and by every console, and limits stay shut (F5).

use quarterdeck_api::permission::Permission::UserBan;
use serde_json::{Value, json};

use super::start;
use crate::harness::process::ServerProcess;
use crate::harness::{Live, RedisServer, Session, on_both, until};

async fn health(process: &ServerProcess) -> (u16, Value, Value) {
    let reply = process.request("GET", "/actuator/health").send().await;
    let body = reply.json();
    (
        reply.status,
        body["status"].clone(),
        body["components"]["redis"].clone(),
    )
}

async fn until_health_is(process: &ServerProcess, status: &str) {
    until("the health says so", async || {
        (health(process).await == (200, json!(status), json!(status))).then_some(())
    })
    .await;
}

async fn degraded_by_metrics(process: &ServerProcess) -> bool {
    let text = process.request("GET", "/metrics").send().await.text;
    text.contains("quarterdeck_degraded{component=\"redis\"} 1")
}

/// How many bans go through before the budget is used up.
async fn passed(process: &ServerProcess, session: &Session, first: i64) -> usize {
    let mut passed = 0;
    loop {
        let path = format!(
            "/api/v1/admin/users/{}/ban",
            first + i64::try_from(passed).unwrap()
        );
        let body = json!({ "banReason": "spam" });
        let reply = process
            .request("PATCH", &path)
            .session(session)
            .json(body)
            .send()
            .await;
        match reply.status {
            404 => passed += 1,
            429 => return passed,
            _ => panic!("{}", reply.text),
        }
    }
}

on_both! {
    async fn f5_redis_goes_and_comes_back_and_everybody_sees_it(server: TestServer) {
        let options = ["--requirepass", "hunter2"];
        let Some(mut redis) = RedisServer::start_with(&options).await else { return };
        let variables = [("REDIS_PASSWORD", "hunter2"), ("LIMITS_USERS_PER_MINUTE", "8")];
        let process = start(&server.database, Some(&redis), &variables);
        until_health_is(&process, "UP").await;
        assert!(!degraded_by_metrics(&process).await);
        let (ana, bob) = (server.admin(&[UserBan]).await, server.admin(&[UserBan]).await);
        let (ana, bob) = (server.session(&ana).await, server.session(&bob).await);
        let plain = server.session(&server.plain().await).await;
        assert_eq!(passed(&process, &ana, 900_000).await, 8);
        let (mut live, _) = Live::open(process.address(), &ana.socket, "").await;
        let (mut of_plain, _) = Live::open(process.address(), &plain.socket, "").await;

        redis.kill();
        until_health_is(&process, "DEGRADED").await;
        assert!(degraded_by_metrics(&process).await);
        assert_eq!(live.frame_of("health").await["degraded"], json!(["redis"]));
        assert_eq!(passed(&process, &ana, 900_000).await, 0, "what is used up stays used up");
        assert_eq!(passed(&process, &bob, 900_000).await, 4, "half of it");
        let (mut later, _) = Live::open(process.address(), &bob.socket, "").await;
        assert_eq!(later.frame().await["degraded"], json!(["redis"]), "told right after hello");

        redis.start_again().await;
        until_health_is(&process, "UP").await;
        assert!(!degraded_by_metrics(&process).await);
        for live in [&mut live, &mut later] {
            assert_eq!(live.frame_of("health").await["degraded"], json!([]));
        }
        assert_eq!(passed(&process, &bob, 900_000).await, 4, "eight in all");
        let log = process.log();
        assert!(log.contains("Redis is away") && log.contains("Redis is back"), "{log}");
        assert!(!log.contains("hunter2"), "{log}");
        process.terminate();
        assert_eq!(of_plain.frame().await["type"], "bye", "others are told nothing of it");
    }

    async fn f5_a_server_that_finds_no_redis_starts_and_finds_it_later(server: TestServer) {
        let Some(mut redis) = RedisServer::start().await else { return };
        redis.kill();
        let process = start(&server.database, Some(&redis), &[]);
        until_health_is(&process, "DEGRADED").await;
        redis.start_again().await;
        until_health_is(&process, "UP").await;
    }
}
