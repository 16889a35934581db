//! Throttling and lockout (S004-18, P7).

use chrono::TimeDelta;
use quarterdeck_api::permission::Permission;
use quarterdeck_server::config::ServerConfig;
use serde_json::json;
use tokio::task::JoinSet;

use crate::harness::{PASSWORD, Reply, Request, TestServer, on_both, process};

/// An account locks after three failures, wherever they come from.
fn three_failures(config: &mut ServerConfig) {
    config.limits.account_failures = 3;
    config.http.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
}

fn try_from(server: &TestServer, address: u32, email: &str, password: &str) -> Request {
    server
        .post("/api/v1/auth/sign-in")
        .header("x-forwarded-for", &format!("203.0.113.{address}"))
        .json(json!({ "email": email, "password": password }))
}

/// What may differ between two accounts in a reply, taken out.
fn told(reply: &Reply) -> (u16, String, String) {
    let mut body = reply.json();
    body["request_id"] = json!("…");
    (
        reply.status,
        reply.header("retry-after").to_owned(),
        body.to_string(),
    )
}

on_both! {
    async fn p7_failures_from_anywhere_lock_an_account_known_or_not(database: TestDatabase) {
        let server = TestServer::start_with(database, three_failures).await;
        let ana = server.admin(&[]).await;
        let mut heard = Vec::new();
        for email in [ana.email.as_str(), "nobody@quarterdeck.example"] {
            let mut replies = Vec::new();
            for address in 1..=5 {
                replies.push(told(&try_from(&server, address, email, "wrong horse battery").send().await));
            }
            heard.push(replies);
        }
        assert_eq!(heard[0], heard[1]);
        let statuses: Vec<_> = heard[0].iter().map(|(status, retry, _)| (*status, retry.as_str())).collect();
        assert_eq!(statuses, [(401, ""), (401, ""), (401, ""), (429, "300"), (429, "300")]);
        try_from(&server, 9, &ana.email, PASSWORD).send().await.refused(429, "rate_limited");
        let server = server.restart().await;
        try_from(&server, 9, &ana.email, PASSWORD).send().await.refused(429, "rate_limited");
        server.advance(TimeDelta::seconds(300));
        assert_eq!(try_from(&server, 9, &ana.email, PASSWORD).send().await.status, 200);
    }

    async fn p7_of_many_tries_at_once_no_more_than_the_limit_hear_a_verdict(database: TestDatabase) {
        let server = TestServer::start_with(database, three_failures).await;
        let ana = server.admin(&[]).await;
        let mut tries = JoinSet::new();
        for address in 1..=60 {
            // The right password among them, late.
            let password = if address > 40 { PASSWORD } else { "wrong horse battery" };
            tries.spawn(try_from(&server, address, &ana.email, password).send());
        }
        let mut verdicts = [0; 2];
        for reply in tries.join_all().await {
            match reply.status {
                200 => verdicts[0] += 1,
                401 => verdicts[1] += 1,
                status => assert_eq!(status, 429, "{}", reply.text),
            }
        }
        assert!(verdicts[1] <= 3, "{verdicts:?}");
        try_from(&server, 61, &ana.email, PASSWORD).send().await.refused(429, "rate_limited");
    }

    async fn p7_wrong_codes_at_once_are_counted_on_one_account(database: TestDatabase) {
        let server = TestServer::start_with(database, three_failures).await;
        let ana = server.admin(&[]).await;
        let mut challenges = Vec::new();
        for _ in 0..20 {
            challenges.push(server.challenge(&ana).await);
        }
        let mut tries = JoinSet::new();
        for challenge in challenges {
            let body = json!({ "token": challenge, "mfaCode": "nonsense" });
            tries.spawn(server.post("/api/v1/auth/verify-2fa").json(body).send());
        }
        let replies = tries.join_all().await;
        let verdicts = replies.iter().filter(|reply| reply.status == 401).count();
        let refused = replies.iter().filter(|reply| reply.status == 429).count();
        assert_eq!((verdicts, refused), (3, 17));
    }

    async fn p7_the_command_line_unlocks(database: TestDatabase) {
        let server = TestServer::start_with(database, three_failures).await;
        let ana = server.admin(&[]).await;
        for address in 1..=3 {
            try_from(&server, address, &ana.email, "wrong horse battery").send().await.refused(401, "invalid_credentials");
        }
        try_from(&server, 4, &ana.email, PASSWORD).send().await.refused(429, "rate_limited");
        process::run(&server.database, &["unlock", &ana.email]).succeeded();
        assert_eq!(try_from(&server, 4, &ana.email, PASSWORD).send().await.status, 200);
    }

    async fn p7_wrong_codes_count_and_a_locked_account_takes_no_code(database: TestDatabase) {
        let server = TestServer::start_with(database, three_failures).await;
        let ana = server.admin(&[]).await;
        let challenges = [server.challenge(&ana).await, server.challenge(&ana).await];
        let answer = |challenge: &str, code: &str| {
            server.post("/api/v1/auth/verify-2fa").json(json!({ "token": challenge, "mfaCode": code })).send()
        };
        for _ in 0..3 {
            answer(&challenges[0], "nonsense").await.refused(401, "mfa_code_invalid");
        }
        try_from(&server, 1, &ana.email, PASSWORD).send().await.refused(429, "rate_limited");
        let right = ana.code(server.now());
        for challenge in &challenges {
            answer(challenge, &right).await.refused(429, "rate_limited");
        }
        assert_eq!(server.database.count("sessions").await, 0);
    }

    async fn p7_a_sign_in_forgets_the_failures_before_it(database: TestDatabase) {
        let server = TestServer::start_with(database, three_failures).await;
        let ana = server.admin(&[]).await;
        for round in 0..3 {
            for address in 1..=2 {
                let reply = try_from(&server, address, &ana.email, "wrong horse battery").send().await;
                assert_eq!(reply.status, 401, "round {round}");
            }
            server.sign_in(&ana).await;
            server.advance(TimeDelta::seconds(30));
        }
    }

    async fn p7_an_account_and_an_address_have_five_tries_a_minute(database: TestDatabase) {
        let server = TestServer::start_with(database, |config| {
            config.limits.sign_in_per_minute = 5;
            config.http.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
        }).await;
        let (ana, omar) = (server.admin(&[]).await, server.admin(&[]).await);
        let mut tries = JoinSet::new();
        for _ in 0..40 {
            tries.spawn(try_from(&server, 1, &ana.email, "wrong horse battery").send());
        }
        let replies = tries.join_all().await;
        assert_eq!(replies.iter().filter(|reply| reply.status == 401).count(), 5);
        assert_eq!(replies.iter().filter(|reply| reply.status == 429).count(), 35);
        try_from(&server, 1, &ana.email, PASSWORD).send().await.refused(429, "rate_limited");
        // Neither the account elsewhere nor another account here pays for it.
        assert_eq!(try_from(&server, 2, &ana.email, PASSWORD).send().await.status, 200);
        assert_eq!(try_from(&server, 1, &omar.email, PASSWORD).send().await.status, 200);
    }

    async fn s004_18_the_budget_of_calls_is_each_operators_own(database: TestDatabase) {
        let server = TestServer::start_with(database, |config| config.limits.all_per_minute = 4).await;
        let (ana, omar) = (server.admin(&[]).await, server.admin(&[]).await);
        let (ana, omar) = (server.session(&ana).await, server.session(&omar).await);
        let check = || server.get("/api/v1/admin/check");
        for _ in 0..4 {
            assert_eq!(check().session(&ana).send().await.status, 200);
        }
        let reply = check().session(&ana).send().await;
        let body = reply.refused(429, "rate_limited");
        let wait: u64 = reply.header("retry-after").parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
        assert_eq!(body["retry_after"], wait);
        assert_eq!(check().session(&omar).send().await.status, 200);
    }

    async fn s004_18_throttling_comes_before_the_credential_is_looked_at(database: TestDatabase) {
        let server = TestServer::start_with(database, |config| config.limits.all_per_minute = 1).await;
        for _ in 0..10 {
            server.get("/api/v1/admin/check").send().await.refused(401, "missing_authorization");
        }
        server.get("/api/v1/admin/check").send().await.refused(429, "rate_limited");
    }

    async fn s004_18_decisions_have_a_budget_of_their_own(database: TestDatabase) {
        let server = TestServer::start_with(database, |config| config.limits.decisions_per_minute = 2).await;
        let ana = server.admin(&[Permission::ApplicationsApprove]).await;
        let session = server.session(&ana).await;
        let ids = server.applications(3).await;
        let decide = |id: i64| {
            server.post("/api/v1/admin/bulk-applications").session(&session).json(json!({ "action": "approve", "ids": [id] }))
        };
        assert_eq!(decide(ids[0]).send().await.status, 200);
        assert_eq!(decide(ids[1]).send().await.status, 200);
        decide(ids[2]).send().await.refused(429, "rate_limited");
        assert_eq!(server.get("/api/v1/auth/me").session(&session).send().await.status, 200);
    }

    async fn s004_18_verification_has_a_budget_of_its_own(database: TestDatabase) {
        let server = TestServer::start_with(database, |config| config.limits.verify_per_minute = 1).await;
        let ana = server.admin(&[Permission::AuditVerify]).await;
        let session = server.session(&ana).await;
        let verify = || server.get("/api/v1/admin/audit/verify").session(&session);
        assert_eq!(verify().send().await.status, 200);
        let refused = verify().send().await.refused(429, "rate_limited");
        let detail = refused["detail"].as_str().unwrap();
        let budget = "1 verifications and exports of the audit log together a minute are allowed; too many calls; try again in ";
        assert!(detail.starts_with(budget), "{detail}");
    }
}
