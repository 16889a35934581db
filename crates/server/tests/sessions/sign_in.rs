//! Password, challenge, code (S004-03, S004-04).

use chrono::TimeDelta;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::role::Role;
use serde_json::json;
use tokio::task::JoinSet;

use crate::harness::{Account, PASSWORD, Reply, TestServer, on_both};

async fn answer(server: &TestServer, challenge: &str, code: &str) -> Reply {
    server
        .post("/api/v1/auth/verify-2fa")
        .json(json!({ "token": challenge, "mfaCode": code }))
        .send()
        .await
}

fn wrong_code(server: &TestServer, account: &Account) -> String {
    let now = server.now();
    let right = [
        account.code(now),
        account.code(now - TimeDelta::seconds(30)),
    ];
    let mut codes = ["000000", "111111", "222222"].into_iter();
    codes
        .find(|code| !right.contains(&(*code).to_owned()))
        .unwrap()
        .to_owned()
}

on_both! {
    async fn s004_03_the_first_step_gives_a_challenge_and_no_session(server: TestServer) {
        let ana = server.admin(&[]).await;
        let reply = server
            .post("/api/v1/auth/sign-in")
            .json(json!({ "email": format!("  {} ", ana.email.to_uppercase()), "password": PASSWORD }))
            .send()
            .await;
        let challenge = reply.text_at("/token");
        reply.is(200, json!({ "token": challenge, "requireMfa": true, "mfaEnrollmentRequired": false }));
        assert!(reply.cookies().is_empty());
        let me = server.get("/api/v1/auth/me").bearer(&challenge).send().await;
        me.refused(401, "token_invalid");
        assert_eq!(server.database.count("sessions").await, 0);
    }

    async fn s004_03_a_wrong_password_and_an_unknown_account_are_answered_alike(server: TestServer) {
        let ana = server.admin(&[]).await;
        let without_password = server.admin(&[]).await;
        server
            .database
            .execute(&format!("UPDATE users SET password_hash = NULL WHERE id = {}", without_password.id))
            .await;
        for email in [ana.email.as_str(), without_password.email.as_str(), "nobody@quarterdeck.example"] {
            let reply = server
                .post("/api/v1/auth/sign-in")
                .json(json!({ "email": email, "password": "wrong horse battery" }))
                .send()
                .await;
            reply.is(401, json!({
                "type": "urn:quarterdeck:problem:invalid_credentials",
                "title": "e-mail or password is wrong",
                "status": 401,
                "detail": "e-mail or password is wrong; check both, or ask an admin to reset the password",
                "instance": "/api/v1/auth/sign-in",
                "code": "invalid_credentials",
                "class": "unauthenticated",
                "surface": "other",
                "request_id": "…",
            }));
            assert_eq!(reply.header("www-authenticate"), "Bearer");
        }
    }

    async fn s004_04_the_second_step_gives_a_session_by_body_and_by_cookie(server: TestServer) {
        let ana = server.admin(&[Permission::AuditView]).await;
        let challenge = server.challenge(&ana).await;
        let reply = answer(&server, &challenge, &ana.code(server.now())).await;
        let (access, refresh, socket) =
            (reply.text_at("/access_token"), reply.text_at("/refresh_token"), reply.text_at("/socket_token"));
        reply.is(200, json!({
            "access_token": access,
            "access_expires_at": "2026-09-01T08:15:00Z",
            "refresh_token": refresh,
            "refresh_expires_at": "2026-09-01T20:00:00Z",
            "socket_token": socket,
        }));
        assert_eq!(reply.cookies(), [
            format!("access_token={access}; Path=/; HttpOnly; SameSite=Strict; Max-Age=900"),
            format!("refresh_token={refresh}; Path=/; HttpOnly; SameSite=Strict; Max-Age=43200"),
            format!("socket_token={socket}; Path=/; HttpOnly; SameSite=Strict; Max-Age=900"),
        ]);
    }

    async fn s000_10_me_tells_who_the_caller_is(server: TestServer) {
        let ana = server.admin(&[Permission::AuditView, Permission::ApplicationsView]).await;
        let session = server.sign_in(&ana).await;
        let reply = server.get("/api/v1/auth/me").session(&session).send().await;
        reply.is(200, json!({
            "id": ana.id,
            "email": ana.email,
            "roles": ["Admin"],
            "permissions": ["audit.view", "applications.view"],
            "is_platform_admin": true,
            "mfaEnabled": true,
            "recovery_codes_left": 0,
            "environment": "development",
            "issued_at": "2026-09-01T08:00:00Z",
            "exp": "2026-09-01T08:15:00Z",
            "contract_version": quarterdeck_api::CONTRACT_VERSION,
        }));
        server.get("/api/v1/auth/me").send().await.refused(401, "missing_authorization");
    }

    async fn s002_04_anyone_signed_in_learns_whether_they_are_an_admin(server: TestServer) {
        for (person, is_admin) in [(server.plain().await, false), (server.admin(&[]).await, true)] {
            let session = server.sign_in(&person).await;
            for path in ["/api/v1/admin/me", "/admin/me"] {
                let me = server.get(path).session(&session).send().await;
                assert_eq!((me.status, &me.json()["is_platform_admin"]), (200, &json!(is_admin)));
                assert_eq!(me.json(), server.get("/api/v1/auth/me").session(&session).send().await.json());
            }
        }
        server.get("/api/v1/admin/me").send().await.refused(401, "missing_authorization");
    }

    async fn s003_27_check_answers_admins_and_nobody_else(server: TestServer) {
        let ana = server.admin(&[]).await;
        let plain = server.plain().await;
        let (ana, plain) = (server.sign_in(&ana).await, server.sign_in(&plain).await);
        let check = || server.get("/api/v1/admin/check");
        check().session(&ana).send().await.is(200, json!({ "isAdmin": true }));
        check().session(&plain).send().await.refused(403, "platform_admin_required");
        check().send().await.refused(401, "missing_authorization");
    }

    async fn s004_04_a_challenge_works_once(server: TestServer) {
        let ana = server.admin(&[]).await;
        let challenge = server.challenge(&ana).await;
        assert_eq!(answer(&server, &challenge, &ana.code(server.now())).await.status, 200);
        server.advance(TimeDelta::seconds(30));
        answer(&server, &challenge, &ana.code(server.now())).await.refused(401, "token_invalid");
        assert_eq!(server.database.count("sessions").await, 1);
    }

    async fn s004_04_a_challenge_lasts_five_minutes(server: TestServer) {
        let ana = server.admin(&[]).await;
        let challenge = server.challenge(&ana).await;
        server.advance(TimeDelta::minutes(5));
        answer(&server, &challenge, &ana.code(server.now())).await.refused(401, "token_invalid");
    }

    async fn s004_04_five_wrong_codes_end_a_challenge(server: TestServer) {
        let ana = server.admin(&[]).await;
        let challenge = server.challenge(&ana).await;
        let wrong = wrong_code(&server, &ana);
        for _ in 0..5 {
            answer(&server, &challenge, &wrong).await.refused(401, "mfa_code_invalid");
        }
        answer(&server, &challenge, &ana.code(server.now())).await.refused(401, "token_invalid");
        let another = server.challenge(&ana).await;
        assert_eq!(answer(&server, &another, &ana.code(server.now())).await.status, 200);
    }

    async fn s004_04_a_missing_code_is_named_and_costs_no_try(server: TestServer) {
        let ana = server.admin(&[]).await;
        let challenge = server.challenge(&ana).await;
        for _ in 0..6 {
            let reply = server.post("/api/v1/auth/verify-2fa").json(json!({ "token": challenge })).send().await;
            reply.names_fields(&["mfaCode"]);
        }
        assert_eq!(answer(&server, &challenge, &ana.code(server.now())).await.status, 200);
    }

    async fn p6_one_code_posted_32_times_at_once_opens_one_session(server: TestServer) {
        let ana = server.admin(&[]).await;
        let challenge = server.challenge(&ana).await;
        let mut posts = JoinSet::new();
        for number in 0..32 {
            // Half of them answer one challenge, half a challenge of their own.
            let challenge = if number % 2 == 0 { challenge.clone() } else { server.challenge(&ana).await };
            let body = json!({ "token": challenge, "mfaCode": ana.code(server.now()) });
            posts.spawn(server.post("/api/v1/auth/verify-2fa").json(body).send());
        }
        let mut codes = Vec::new();
        for reply in posts.join_all().await {
            if reply.status == 200 {
                codes.push("a session".to_owned());
            } else {
                codes.push(format!("{} {}", reply.status, reply.text_at("/code")));
            }
        }
        codes.retain(|code| code != "401 mfa_code_invalid" && code != "401 token_invalid");
        assert_eq!(codes, ["a session"]);
        assert_eq!(server.database.count("sessions").await, 1);
    }

    async fn p6_steps_only_go_forward(server: TestServer) {
        let ana = server.admin(&[]).await;
        let earlier = ana.code(server.now());
        server.advance(TimeDelta::seconds(30));
        let first = server.challenge(&ana).await;
        assert_eq!(answer(&server, &first, &ana.code(server.now())).await.status, 200);
        // The code of the step before is within the window, but a later one was used.
        let second = server.challenge(&ana).await;
        answer(&server, &second, &earlier).await.refused(401, "mfa_code_invalid");
        answer(&server, &second, &ana.code(server.now())).await.refused(401, "mfa_code_invalid");
        let tomorrow = ana.code(server.now() + TimeDelta::seconds(30));
        answer(&server, &second, &tomorrow).await.refused(401, "mfa_code_invalid");
        server.advance(TimeDelta::seconds(30));
        assert_eq!(answer(&server, &second, &tomorrow).await.status, 200);
    }

    async fn p6_a_used_code_stays_used_after_a_restart(server: TestServer) {
        let ana = server.admin(&[]).await;
        server.sign_in(&ana).await;
        let server = server.restart().await;
        let challenge = server.challenge(&ana).await;
        answer(&server, &challenge, &ana.code(server.now())).await.refused(401, "mfa_code_invalid");
    }

    async fn s004_29_no_role_gets_past_the_second_factor(server: TestServer) {
        let root = server.without_mfa(Role::SuperAdmin, &[]).await;
        let reply = server
            .post("/api/v1/auth/sign-in")
            .json(json!({ "email": root.email, "password": PASSWORD }))
            .send()
            .await;
        let challenge = reply.text_at("/token");
        reply.is(200, json!({ "token": challenge, "requireMfa": false, "mfaEnrollmentRequired": true }));
        let reply = server.post("/api/v1/auth/verify-2fa").json(json!({ "token": challenge })).send().await;
        let session = reply.session();
        let list = server.get("/api/v1/admin/applications").session(&session).send().await;
        list.refused(403, "mfa_enrollment_required");
        let me = server.get("/api/v1/auth/me").session(&session).send().await;
        assert_eq!(me.json()["mfaEnabled"], false);
    }

    async fn p20_no_text_makes_sign_in_fail_inside(server: TestServer) {
        for email in ["", "\0", "ana\0@quarterdeck.example", "\u{202e}", "ä@ö.example", &"x".repeat(100_000)] {
            let reply = server
                .post("/api/v1/auth/sign-in")
                .json(json!({ "email": email, "password": PASSWORD }))
                .send()
                .await;
            assert!([400, 401].contains(&reply.status), "{email:?}: {reply:?}");
        }
        let reply = server
            .post("/api/v1/auth/sign-in")
            .json(json!({ "email": "ana@quarterdeck.example", "password": "x".repeat(1_025) }))
            .send()
            .await;
        reply.names_fields(&["password"]);
        for token in ["", "Ä", "\u{1b}"] {
            answer(&server, token, "").await.refused(401, "token_invalid");
        }
        answer(&server, "\0", "\0").await.names_fields(&["mfaCode", "token"]);
    }
}
