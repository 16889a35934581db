//! Budgets of calls (S000-20, S004-18), and whose they are behind a proxy.

use quarterdeck_api::permission::Permission::{ApplicationsApprove, AuditView};
use serde_json::json;

use super::DECIDE;
use crate::harness::{Reply, Request, TestServer, on_both};

#[track_caller]
fn throttled(reply: &Reply) {
    let problem = reply.refused(429, "rate_limited");
    let seconds = problem["retry_after"].as_u64().unwrap();
    assert!((1..=60).contains(&seconds), "{problem}");
    assert_eq!(reply.header("retry-after"), seconds.to_string());
    assert_eq!(problem["class"], "throttled");
}

async fn last(request: &Request, times: usize) -> Reply {
    let mut reply = request.clone().send().await;
    for _ in 1..times {
        reply = request.clone().send().await;
    }
    reply
}

on_both! {
    async fn s000_20_the_31st_decision_in_a_minute_waits_and_another_operator_does_not(database: TestDatabase) {
        let server = TestServer::start_with(database, |config| config.limits.decisions_per_minute = 30).await;
        let (ana, omar) = (server.admin(&[ApplicationsApprove]).await, server.admin(&[ApplicationsApprove]).await);
        let (ana, other) = (server.session(&ana).await, server.session(&ana).await);
        let omar = server.session(&omar).await;
        let ids = server.applications(33).await;
        let decide = |session, id: i64| {
            server.post(DECIDE).session(session).json(json!({ "action": "approve", "ids": [id] }))
        };
        for id in &ids[..30] {
            assert_eq!(decide(&ana, *id).send().await.status, 200);
        }
        let before = server.database.snapshot().await;
        throttled(&decide(&ana, ids[30]).send().await);
        throttled(&decide(&other, ids[30]).send().await);
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
        let codes = "SELECT code FROM admin_action_log WHERE code IS NOT NULL";
        assert_eq!(server.database.texts(codes).await, ["rate_limited", "rate_limited"]);
        assert_eq!(server.get("/api/v1/auth/me").session(&ana).send().await.status, 200, "other calls go on");
        assert_eq!(decide(&omar, ids[31]).send().await.status, 200);
    }

    async fn changes_to_users_take_nothing_from_the_budget_of_changes_to_staff(database: TestDatabase) {
        let server = TestServer::start_with(database, |config| config.limits.users_per_minute = 2).await;
        let root = server.super_admin().await;
        let session = server.session(&root).await;
        let max = server.plain().await;
        let verify = server.post(&format!("/api/v1/admin/users/{}/verify", max.id)).session(&session);
        last(&verify.clone().json(json!({})), 3).await.refused(429, "rate_limited");
        let offboard = server.post(&format!("/api/v1/admin/users/{}/offboard", max.id)).session(&session);
        let refusal = offboard.json(json!({})).send().await;
        assert_ne!(refusal.status, 429, "{}", refusal.text);
    }

    async fn s004_18_throttling_comes_before_the_credential_is_looked_at(database: TestDatabase) {
        let server = TestServer::start_with(database, |config| config.limits.all_per_minute = 3).await;
        let guess = server.get("/api/v1/admin/audit").bearer("a-guess");
        last(&guess, 3).await.refused(401, "token_invalid");
        throttled(&guess.clone().send().await);
        // An address may make ten times as many calls: several operators share an office.
        let anonymous = server.get("/api/v1/admin/audit");
        last(&anonymous, 30 - 4).await.refused(401, "missing_authorization");
        throttled(&anonymous.clone().send().await);
        let ana = server.admin(&[AuditView]).await;
        let session = server.session(&ana).await;
        throttled(&server.get("/api/v1/auth/me").session(&session).send().await);
    }

    async fn without_a_trusted_proxy_nobody_can_claim_an_address(database: TestDatabase) {
        let server = TestServer::start_with(database, |config| config.limits.all_per_minute = 1).await;
        for hop in 0..10 {
            let request = server.get("/actuator/health").header("x-forwarded-for", &format!("203.0.113.{hop}"));
            assert_eq!(request.send().await.status, 200);
        }
        throttled(&server.get("/actuator/health").header("x-forwarded-for", "203.0.113.99").send().await);
    }

    async fn behind_a_trusted_proxy_each_client_has_its_own_budget(database: TestDatabase) {
        let server = TestServer::start_with(database, |config| {
            config.limits.all_per_minute = 1;
            config.http.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap(), "10.0.0.0/8".parse().unwrap()];
        })
        .await;
        let from = |hops: &str| server.get("/actuator/health").header("x-forwarded-for", hops);
        assert_eq!(last(&from("203.0.113.1"), 10).await.status, 200);
        throttled(&from("203.0.113.1").send().await);
        throttled(&from("198.51.100.7, 203.0.113.1, 10.1.2.3").send().await);
        assert_eq!(from("203.0.113.1, 203.0.113.2").send().await.status, 200);
    }

    async fn the_address_of_the_client_stands_in_the_action_log(database: TestDatabase) {
        let server = TestServer::start_with(database, |config| {
            config.http.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
        })
        .await;
        let refresh = || server.post("/api/v1/auth/refresh").json(json!({ "refresh_token": "none" }));
        refresh().header("x-forwarded-for", "spoofed, 203.0.113.9").send().await;
        refresh().header("x-forwarded-for", "2001:db8::7").send().await;
        refresh().send().await;
        let addresses = server.database.texts("SELECT ip_address FROM admin_action_log ORDER BY id").await;
        assert_eq!(addresses, ["203.0.113.9", "2001:db8::7", "127.0.0.1"]);
    }
}
