//! Enrolling a second factor, and the first login.

use chrono::{DateTime, TimeDelta, Utc};
use quarterdeck_api::permission::Permission;
use quarterdeck_api::role::Role;
use quarterdeck_server::gate::totp;
use serde_json::json;
use tokio::task::JoinSet;

use crate::harness::{PASSWORD, Reply, Session, TestServer, on_both, process};

fn code(secret: &str, at: DateTime<Utc>) -> String {
    totp::code_at(&totp::decode_secret(secret).unwrap(), totp::step_at(at))
}

async fn enroll(server: &TestServer, session: &Session) -> Reply {
    server
        .post("/api/v1/auth/mfa/enroll")
        .session(session)
        .send()
        .await
}

async fn confirm(server: &TestServer, session: &Session, code: &str) -> Reply {
    server
        .post("/api/v1/auth/mfa/confirm")
        .session(session)
        .json(json!({ "code": code }))
        .send()
        .await
}

async fn sign_in(server: &TestServer, email: &str, password: &str) -> Reply {
    server
        .post("/api/v1/auth/sign-in")
        .json(json!({ "email": email, "password": password }))
        .send()
        .await
}

on_both! {
    async fn enrolling_lets_the_session_in_and_is_audited(server: TestServer) {
        let ana = server.without_mfa(Role::Admin, &[Permission::AuditView]).await;
        let session = server.sign_in(&ana).await;
        let check = || server.get("/api/v1/admin/check").session(&session);
        check().send().await.refused(403, "mfa_enrollment_required");

        let reply = enroll(&server, &session).await;
        let secret = reply.text_at("/secret");
        assert_eq!(secret.len(), 32, "160 bits in base 32");
        let account = ana.email.replace('@', "%40");
        reply.is(200, json!({
            "secret": secret,
            "otpauth_url": format!(
                "otpauth://totp/Quarterdeck:{account}?secret={secret}&issuer=Quarterdeck&algorithm=SHA1&digits=6&period=30"
            ),
        }));
        check().send().await.refused(403, "mfa_enrollment_required");

        let reply = confirm(&server, &session, &code(&secret, server.now())).await;
        let codes = reply.json()["recovery_codes"].clone();
        reply.is(200, json!({ "enrolled_at": "2026-09-01T08:00:00Z", "recovery_codes": codes }));
        assert_eq!(check().send().await.status, 200);
        let audit = "SELECT action_code || ' ' || action || ' ' || target_type || ' ' || target_id || ' ' || admin_email FROM admin_audit_log";
        assert_eq!(
            server.database.texts(audit).await,
            [format!("mfa_enrolled Second factor enrolled user {} {}", ana.id, ana.email)]
        );
    }

    async fn p6_the_code_that_enrolled_does_not_sign_in(server: TestServer) {
        let ana = server.without_mfa(Role::Admin, &[]).await;
        let session = server.sign_in(&ana).await;
        let secret = enroll(&server, &session).await.text_at("/secret");
        assert_eq!(confirm(&server, &session, &code(&secret, server.now())).await.status, 200);
        let challenge = sign_in(&server, &ana.email, PASSWORD).await.text_at("/token");
        let answer = |code: String| {
            server.post("/api/v1/auth/verify-2fa").json(json!({ "token": challenge, "mfaCode": code })).send()
        };
        answer(code(&secret, server.now())).await.refused(401, "mfa_code_invalid");
        answer(code(&secret, server.now() - TimeDelta::seconds(30))).await.refused(401, "mfa_code_invalid");
        server.advance(TimeDelta::seconds(30));
        assert_eq!(answer(code(&secret, server.now())).await.status, 200);
    }

    async fn a_wrong_code_enrolls_nothing(server: TestServer) {
        let ana = server.without_mfa(Role::Admin, &[]).await;
        let session = server.sign_in(&ana).await;
        confirm(&server, &session, "123456").await.refused(400, "validation_failed");
        let secret = enroll(&server, &session).await.text_at("/secret");
        let before = server.database.snapshot().await;
        let right = code(&secret, server.now());
        for wrong in ["", "abcdef", "۱۲۳۴۵۶", if right == "000000" { "000001" } else { "000000" }] {
            confirm(&server, &session, wrong).await.refused(401, "mfa_code_invalid");
        }
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
        assert_eq!(confirm(&server, &session, &right).await.status, 200);
    }

    async fn the_last_secret_that_was_asked_for_counts(server: TestServer) {
        let ana = server.without_mfa(Role::Admin, &[]).await;
        let session = server.sign_in(&ana).await;
        let first = enroll(&server, &session).await.text_at("/secret");
        let second = enroll(&server, &session).await.text_at("/secret");
        assert_ne!(first, second);
        confirm(&server, &session, &code(&first, server.now())).await.refused(401, "mfa_code_invalid");
        assert_eq!(confirm(&server, &session, &code(&second, server.now())).await.status, 200);
    }

    async fn of_many_confirmations_at_once_one_enrolls(server: TestServer) {
        let ana = server.without_mfa(Role::Admin, &[]).await;
        let (first, second) = (server.session(&ana).await, server.session(&ana).await);
        let secret = enroll(&server, &first).await.text_at("/secret");
        let mut posts = JoinSet::new();
        for number in 0..12 {
            let session = if number % 2 == 0 { &first } else { &second };
            let body = json!({ "code": code(&secret, server.now()) });
            posts.spawn(server.post("/api/v1/auth/mfa/confirm").session(session).json(body).send());
        }
        let mut told: Vec<_> = posts.join_all().await.iter().map(|reply| reply.status).collect();
        told.sort_unstable();
        assert_eq!(told[0], 200);
        assert_eq!(told[1..], [409; 11]);
        assert_eq!(server.database.count("admin_audit_log").await, 1);
    }

    async fn a_second_factor_is_not_replaced_by_enrolling_again(server: TestServer) {
        let ana = server.without_mfa(Role::Admin, &[]).await;
        let (first, second) = (server.sign_in(&ana).await, server.sign_in(&ana).await);
        let secret = enroll(&server, &first).await.text_at("/secret");
        assert_eq!(confirm(&server, &first, &code(&secret, server.now())).await.status, 200);
        for session in [&first, &second] {
            enroll(&server, session).await.refused(409, "duplicate");
            confirm(&server, session, &code(&secret, server.now())).await.refused(409, "duplicate");
        }
        // The session that passed no second factor is none the better for the other one's.
        let check = server.get("/api/v1/admin/check").session(&second).send().await;
        check.refused(403, "mfa_enrollment_required");
    }

    async fn the_secret_is_encrypted_at_rest(server: TestServer) {
        let ana = server.without_mfa(Role::Admin, &[]).await;
        let session = server.sign_in(&ana).await;
        let secret = enroll(&server, &session).await.text_at("/secret");
        let stored = server.database.texts("SELECT mfa_pending_enc FROM users WHERE mfa_pending_enc IS NOT NULL").await;
        assert!(stored[0].starts_with("v1."), "{stored:?}");
        assert!(!format!("{:?}", server.database.snapshot().await).contains(&secret));
    }

    async fn the_first_login_sets_a_password_and_leads_to_enrollment(database: TestDatabase) {
        process::run(&database, &["migrate"]).succeeded();
        let token = process::run(&database, &["create-admin", "root@ops.example"]).succeeded();
        let token = token.trim();
        let server = TestServer::start_with(database, |_| {}).await;
        // The command took its time from the machine.
        server.advance(quarterdeck_server::db::Clock::System.now() - server.now());
        let first_login = |token: &str, password: &str| {
            server.post("/api/v1/auth/first-login").json(json!({ "token": token, "newPassword": password })).send()
        };
        sign_in(&server, "root@ops.example", "").await.refused(401, "invalid_credentials");
        first_login(token, "too short").await.names_fields(&["newPassword"]);
        first_login("nonsense", "a long enough password").await.refused(401, "token_invalid");

        let mut posts = JoinSet::new();
        for _ in 0..8 {
            posts.spawn(first_login(token, "a long enough password"));
        }
        let replies = posts.join_all().await;
        let (given, refused): (Vec<_>, Vec<_>) = replies.into_iter().partition(|reply| reply.status == 200);
        assert_eq!((given.len(), given[0].cookies().len()), (1, 3));
        for reply in refused {
            reply.refused(401, "token_invalid");
        }
        let session = given[0].session();
        first_login(token, "a long enough password").await.refused(401, "token_invalid");
        server.get("/api/v1/admin/check").session(&session).send().await.refused(403, "mfa_enrollment_required");

        let secret = enroll(&server, &session).await.text_at("/secret");
        assert_eq!(confirm(&server, &session, &code(&secret, server.now())).await.status, 200);
        assert_eq!(server.get("/api/v1/admin/applications").session(&session).send().await.status, 200);
        let reply = sign_in(&server, "root@ops.example", "a long enough password").await;
        assert_eq!(reply.json()["requireMfa"], true);
    }

    async fn a_first_login_token_ends_after_a_day(database: TestDatabase) {
        process::run(&database, &["migrate"]).succeeded();
        let token = process::run(&database, &["create-admin", "root@ops.example"]).succeeded();
        let server = TestServer::start(database).await;
        server.advance(quarterdeck_server::db::Clock::System.now() - server.now() + TimeDelta::hours(25));
        let body = json!({ "token": token.trim(), "newPassword": "a long enough password" });
        server.post("/api/v1/auth/first-login").json(body).send().await.refused(401, "token_invalid");
        let unset = "SELECT count(*) FROM users WHERE password_hash IS NULL";
        assert_eq!(server.database.number(unset).await, 1);
    }
}
