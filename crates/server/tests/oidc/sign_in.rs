//! From an ID token to an account and a session.

use chrono::TimeDelta;
use quarterdeck_api::permission::Permission;
use serde_json::json;
use tokio::task::JoinSet;

use super::{server, server_with, sign_in};
use crate::harness::{Provider, on_both};

const ACCOUNTS: &str =
    "SELECT email || ' ' || display_name || ' ' || oidc_subject FROM users ORDER BY id";

on_both! {
    async fn s002_23_two_sign_ins_of_one_subject_are_one_account(database: TestDatabase) {
        let provider = Provider::shared();
        let server = server(database, &provider).await;
        for _ in 0..2 {
            let token = provider.token_of("ana", "Ana@acme.example", server.now());
            let session = sign_in(&server, &token).await.session();
            let me = server.get("/api/v1/admin/me").session(&session).send().await.json();
            assert_eq!((&me["email"], &me["is_platform_admin"]), (&json!("Ana@acme.example"), &json!(false)));
        }
        assert_eq!(server.database.texts(ACCOUNTS).await, ["Ana@acme.example Ana Bell ana"]);
        let other = provider.token_of("ana-2", "ana-2@acme.example", server.now());
        assert_eq!(sign_in(&server, &other).await.status, 200);
        assert_eq!(server.database.count("users").await, 2);
    }

    async fn s002_23_of_first_sign_ins_at_once_one_makes_the_account(database: TestDatabase) {
        let provider = Provider::shared();
        let server = server(database, &provider).await;
        let mut running = JoinSet::new();
        for _ in 0..8 {
            let token = provider.token_of("ana", "ana@acme.example", server.now());
            let request = server.post("/api/v1/auth/oidc").json(json!({ "id_token": token }));
            running.spawn(request.send());
        }
        for reply in running.join_all().await {
            assert_eq!(reply.status, 200, "{}", reply.text);
        }
        assert_eq!(server.database.count("users").await, 1);
        assert_eq!(server.database.count("sessions").await, 8);
    }

    async fn s002_23_a_new_e_mail_is_followed_and_the_log_says_that_it_changed(database: TestDatabase) {
        let provider = Provider::shared();
        let server = server(database, &provider).await;
        let now = server.now();
        for email in ["ana@acme.example", "ANA@acme.example", "ana.bell@acme.example"] {
            assert_eq!(sign_in(&server, &provider.token_of("ana", email, now)).await.status, 200);
        }
        assert_eq!(server.database.texts(ACCOUNTS).await, ["ana.bell@acme.example Ana Bell ana"]);
        let rows = "SELECT action_code || ' ' || details FROM admin_audit_log WHERE target_id = \
            (SELECT CAST(id AS TEXT) FROM users)";
        assert_eq!(server.database.texts(rows).await, [r#"user_updated {"by":"oidc","fields":["email"]}"#]);
        assert_eq!(server.database.texts("SELECT name FROM former_names").await, ["ana@acme.example"]);
    }

    async fn an_e_mail_leads_to_no_account_that_is_there_already(database: TestDatabase) {
        let provider = Provider::shared();
        let server = server(database, &provider).await;
        let ana = server.super_admin().await;
        let before = server.database.snapshot().await;
        let token = provider.strong_token_of("mallory", &ana.email.to_uppercase(), server.now());
        let body = sign_in(&server, &token).await.refused(409, "duplicate");
        assert!(body["detail"].as_str().unwrap().contains("link"), "{body}");
        assert_eq!(before.changed(&server.database.snapshot().await), [""; 0]);
        // Nor does a later change of it.
        let token = provider.token_of("mallory", "mallory@acme.example", server.now());
        assert_eq!(sign_in(&server, &token).await.status, 200);
        let token = provider.token_of("mallory", &ana.email, server.now());
        assert_eq!(sign_in(&server, &token).await.status, 200);
        let emails = "SELECT email FROM users WHERE oidc_subject = 'mallory'";
        assert_eq!(server.database.texts(emails).await, ["mallory@acme.example"]);
    }

    async fn an_unverified_e_mail_makes_no_account_and_changes_none(database: TestDatabase) {
        let provider = Provider::shared();
        let server = server(database, &provider).await;
        let mut claims = provider.claims("ana", "ana@acme.example", server.now());
        claims.insert("email_verified".to_owned(), json!(false));
        sign_in(&server, &provider.token(&claims)).await.refused(403, "domain_not_allowed");
        assert_eq!(server.database.count("users").await, 0);
        assert_eq!(sign_in(&server, &provider.token_of("ana", "ana@acme.example", server.now())).await.status, 200);
        claims.insert("email".to_owned(), json!("root@acme.example"));
        claims.insert("jti".to_owned(), json!("another"));
        assert_eq!(sign_in(&server, &provider.token(&claims)).await.status, 200);
        assert_eq!(server.database.texts("SELECT email FROM users").await, ["ana@acme.example"]);
    }

    async fn s002_16_another_domain_is_refused_before_anything_is_written(database: TestDatabase) {
        let provider = Provider::shared();
        let server = server_with(database, &provider, |config| {
            config.oidc.domains = vec!["acme.example".to_owned()];
        }).await;
        let evil = provider.token_of("eve", "eve@evil.example", server.now());
        sign_in(&server, &evil).await.refused(403, "domain_not_allowed");
        server.get("/api/v1/auth/me").bearer(&evil).send().await.refused(403, "domain_not_allowed");
        for table in ["users", "sessions", "used_id_tokens"] {
            assert_eq!(server.database.count(table).await, 0, "{table}");
        }
        let ana = provider.token_of("ana", "ana@ACME.example", server.now());
        assert_eq!(sign_in(&server, &ana).await.status, 200);
        // A token that says nothing of the e-mail is judged by the one that is known.
        server.database.execute("UPDATE users SET email = 'ana@evil.example', email_key = 'ana@evil.example'").await;
        let mut claims = provider.claims("ana", "", server.now());
        claims.remove("email");
        sign_in(&server, &provider.token(&claims)).await.refused(403, "domain_not_allowed");
    }

    async fn a_token_signs_in_once(database: TestDatabase) {
        let provider = Provider::shared();
        let server = server(database, &provider).await;
        let token = provider.token_of("ana", "ana@acme.example", server.now());
        let session = sign_in(&server, &token).await.session();
        let body = sign_in(&server, &token).await.refused(401, "token_invalid");
        assert!(body["detail"].as_str().unwrap().contains("already"), "{body}");
        server.post("/api/v1/auth/sign-out").session(&session).send().await;
        sign_in(&server, &token).await.refused(401, "token_invalid");
        server.get("/api/v1/auth/me").bearer(&token).send().await.refused(401, "token_invalid");
        assert_eq!(server.database.count("sessions").await, 1);
    }

    async fn the_account_s_own_second_factor_is_asked_for_unless_the_provider_did(database: TestDatabase) {
        let provider = Provider::shared();
        let server = server(database, &provider).await;
        let ana = server.admin(&[Permission::ReportsView]).await;
        link(&server, ana.id, "ana", &provider.issuer).await;
        let token = provider.token_of("ana", &ana.email, server.now());
        let reply = sign_in(&server, &token).await;
        let challenge = reply.text_at("/token");
        reply.is(200, json!({ "token": challenge, "requireMfa": true, "mfaEnrollmentRequired": false }));
        let verify = |code: String| server.post("/api/v1/auth/verify-2fa").json(json!({ "token": challenge, "mfaCode": code }));
        verify("000000".to_owned()).send().await.refused(401, "mfa_code_invalid");
        let session = verify(ana.code(server.now())).send().await.session();
        assert_eq!(server.get("/api/v1/admin/reports").session(&session).send().await.status, 200);

        let token = provider.strong_token_of("ana", &ana.email, server.now());
        let session = sign_in(&server, &token).await.session();
        assert_eq!(server.get("/api/v1/admin/reports").session(&session).send().await.status, 200);
        let ways = "SELECT opened_by FROM sessions";
        assert_eq!(server.database.texts(ways).await, ["oidc", "oidc"]);
    }

    async fn s001_20_an_admin_of_the_provider_enrolls_here_before_anything_else(database: TestDatabase) {
        let provider = Provider::shared();
        let server = server(database, &provider).await;
        for strong in [false, true] {
            let ana = server.without_mfa(quarterdeck_api::role::Role::Admin, &[Permission::ReportsView]).await;
            let subject = format!("ana-{strong}");
            link(&server, ana.id, &subject, &provider.issuer).await;
            let token = if strong {
                provider.strong_token_of(&subject, &ana.email, server.now())
            } else {
                provider.token_of(&subject, &ana.email, server.now())
            };
            let session = sign_in(&server, &token).await.session();
            server.get("/api/v1/admin/reports").session(&session).send().await.refused(403, "mfa_enrollment_required");
            let secret = server.post("/api/v1/auth/mfa/enroll").session(&session).send().await.text_at("/secret");
            let secret = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
            let ana = crate::harness::Account { secret: Some(secret), ..ana };
            let confirm = server.post("/api/v1/auth/mfa/confirm").session(&session);
            let confirmed = confirm.json(json!({ "code": ana.code(server.now()) })).send().await;
            assert_eq!(confirmed.status, 200, "{}", confirmed.text);
            assert_eq!(server.get("/api/v1/admin/reports").session(&session).send().await.status, 200);
        }
    }

    async fn s004_58_who_may_not_sign_in_may_not_by_the_provider(database: TestDatabase) {
        let provider = Provider::shared();
        let server = server(database, &provider).await;
        let cases = [
            ("is_banned = TRUE", "account_banned"),
            ("suspended_at = created_at", "account_suspended"),
            ("deleted_at = created_at", "account_deleted"),
        ];
        for (state, code) in cases {
            let ana = server.plain().await;
            link(&server, ana.id, code, &provider.issuer).await;
            server.database.execute(&format!("UPDATE users SET {state} WHERE id = {}", ana.id)).await;
            let token = provider.strong_token_of(code, &ana.email, server.now());
            sign_in(&server, &token).await.refused(403, code);
            server.get("/api/v1/auth/me").bearer(&token).send().await.refused(403, code);
        }
        assert_eq!(server.database.count("sessions").await, 0);
    }

    async fn s003_13_an_export_says_who_the_person_is_to_the_provider_and_anonymizing_forgets_it(database: TestDatabase) {
        let provider = Provider::shared();
        let server = server(database, &provider).await;
        let token = |now| provider.token_of("ana", "ana@acme.example", now);
        assert_eq!(sign_in(&server, &token(server.now())).await.status, 200);
        let id = server.database.number("SELECT id FROM users WHERE oidc_subject = 'ana'").await;
        let root = server.super_admin().await;
        let root = server.session(&root).await;
        let users = format!("/api/v1/admin/users/{id}");
        let export = server.post(&format!("{users}/export")).session(&root).send().await.json();
        assert_eq!(export["identity"], json!({ "issuer": provider.issuer, "subject": "ana" }));
        let anonymize = server.post(&format!("{users}/anonymize")).session(&root);
        let anonymized = anonymize.json(json!({ "confirm": true, "reason": "asked for it" })).send().await;
        assert_eq!(anonymized.status, 200, "{}", anonymized.text);
        assert_eq!(server.database.number("SELECT count(*) FROM users WHERE oidc_subject = 'ana'").await, 0);
        // Nobody knows any more who it was: whoever signs in so is somebody new.
        assert_eq!(sign_in(&server, &token(server.now())).await.status, 200);
        assert_ne!(server.database.number("SELECT id FROM users WHERE oidc_subject = 'ana'").await, id);
    }

    async fn used_tokens_are_forgotten_when_they_have_ended(database: TestDatabase) {
        let provider = Provider::shared();
        let server = server(database, &provider).await;
        let token = provider.token_of("ana", "ana@acme.example", server.now());
        assert_eq!(sign_in(&server, &token).await.status, 200);
        quarterdeck_server::jobs::run_due(&server.services).await;
        assert_eq!(server.database.count("used_id_tokens").await, 1);
        server.advance(TimeDelta::hours(1));
        quarterdeck_server::jobs::run_due(&server.services).await;
        assert_eq!(server.database.count("used_id_tokens").await, 0);
        sign_in(&server, &token).await.refused(401, "token_invalid");
    }

    async fn the_log_of_requests_keeps_no_token(database: TestDatabase) {
        let provider = Provider::shared();
        let server = server(database, &provider).await;
        let token = provider.token_of("ana", "ana@acme.example", server.now());
        sign_in(&server, &token).await;
        let signature = token.rsplit('.').next().unwrap();
        let kept = "SELECT url || ' ' || coalesce(request_body, '') || ' ' || coalesce(response, '') FROM admin_action_log";
        let rows = server.database.texts(kept).await;
        assert_eq!(rows.len(), 1);
        assert!(!rows[0].contains(signature) && !rows[0].contains("ana@"), "{rows:?}");
    }
}

async fn link(server: &crate::harness::TestServer, id: i64, subject: &str, issuer: &str) {
    let text = format!(
        "UPDATE users SET oidc_subject = '{subject}', oidc_issuer = '{issuer}' WHERE id = {id}"
    );
    server.database.execute(&text).await;
}
