//! The optional password in front of sign-in (S003-05, S003-26).

use chrono::TimeDelta;
use quarterdeck_server::config::{SecretSource, ServerConfig};
use secrecy::SecretString;
use serde_json::json;

use crate::harness::{PASSWORD, Reply, Request, TestServer, on_both};

fn closed(config: &mut ServerConfig) {
    config.gate.password = Some(SecretSource::Variable {
        name: "the test".to_owned(),
        text: SecretString::from("open sesame"),
    });
    config.app_url = Some("https://app.example.com/".to_owned());
}

async fn pass(server: &TestServer, password: &str) -> Reply {
    server
        .post("/api/v1/admin/gate")
        .json(json!({ "password": password }))
        .send()
        .await
}

fn sign_in(server: &TestServer) -> Request {
    server
        .post("/api/v1/auth/sign-in")
        .json(json!({ "email": "nobody@quarterdeck.example", "password": PASSWORD }))
}

on_both! {
    async fn s003_26_without_a_password_the_gate_is_open(server: TestServer) {
        let open = json!({ "required": false, "passed": true });
        server.get("/api/v1/admin/gate").send().await.is(200, open.clone());
        pass(&server, "anything").await.is(200, open);
        sign_in(&server).send().await.refused(401, "invalid_credentials");
    }

    async fn s003_05_with_one_sign_in_waits_behind_it(database: TestDatabase) {
        let server = TestServer::start_with(database, closed).await;
        let app_url = "https://app.example.com/";
        let reply = server.get("/api/v1/admin/gate").send().await;
        reply.is(200, json!({ "required": true, "passed": false, "app_url": app_url }));
        sign_in(&server).send().await.refused(403, "gate_required");
        for (path, body) in [
            ("/api/v1/auth/verify-2fa", json!({ "token": "x", "mfaCode": "123456" })),
            ("/api/v1/auth/first-login", json!({ "token": "x", "newPassword": "a long enough password" })),
        ] {
            server.post(path).json(body).send().await.refused(403, "gate_required");
        }
        let wrong = pass(&server, "open barley").await;
        assert_eq!(wrong.refused(403, "gate_password_wrong")["surface"], "admin");
        assert!(wrong.cookies().is_empty());

        let reply = pass(&server, "open sesame").await;
        let token = reply.text_at("/token");
        reply.is(200, json!({ "required": true, "passed": true, "token": token, "app_url": app_url }));
        assert_eq!(
            reply.cookies(),
            [format!("gate={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=43200")]
        );
        let cookie = format!("gate={token}");
        let reply = server.get("/api/v1/admin/gate").header("cookie", &cookie).send().await;
        reply.is(200, json!({ "required": true, "passed": true, "app_url": app_url }));
        sign_in(&server).header("cookie", &cookie).send().await.refused(401, "invalid_credentials");
        sign_in(&server).header("x-gate-token", &token).send().await.refused(401, "invalid_credentials");
    }

    async fn s003_26_the_gates_token_lasts_half_a_day_and_cannot_be_forged(database: TestDatabase) {
        let server = TestServer::start_with(database, closed).await;
        let token = pass(&server, "open sesame").await.text_at("/token");
        for forged in ["", "true", "v1.00000000.AAAA", &token[..token.len() - 2]] {
            sign_in(&server).header("x-gate-token", forged).send().await.refused(403, "gate_required");
        }
        let server = server.restart().await;
        sign_in(&server).header("x-gate-token", &token).send().await.refused(401, "invalid_credentials");
        server.advance(TimeDelta::hours(12));
        sign_in(&server).header("x-gate-token", &token).send().await.refused(403, "gate_required");
    }

    async fn s003_26_guessing_the_gate_is_throttled(database: TestDatabase) {
        let server = TestServer::start_with(database, |config| {
            closed(config);
            config.limits.sign_in_per_minute = 3;
        }).await;
        for _ in 0..3 {
            pass(&server, "guess").await.refused(403, "gate_password_wrong");
        }
        let reply = pass(&server, "open sesame").await;
        assert_eq!(reply.refused(429, "rate_limited")["retry_after"], 300);
        assert_eq!(reply.header("retry-after"), "300");
    }

    async fn only_sign_in_looks_at_the_gate(database: TestDatabase) {
        let server = TestServer::start_with(database, closed).await;
        let ana = server.admin(&[]).await;
        let session = server.session(&ana).await;
        assert_eq!(server.get("/api/v1/admin/check").session(&session).send().await.status, 200);
        let body = json!({ "refresh_token": session.refresh });
        assert_eq!(server.post("/api/v1/auth/refresh").json(body).send().await.status, 200);
    }
}
