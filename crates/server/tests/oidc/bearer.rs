//! A token of the provider as the credential of a call (C-09, S002-09).

use chrono::TimeDelta;
use data_encoding::{BASE64URL_NOPAD, HEXUPPER};
use quarterdeck_api::permission::Permission;
use serde_json::json;
use tokio::task::JoinSet;

use super::{server, server_with, sign_in};
use crate::harness::{Provider, on_both};

/// The order of the curve P-256.
const ORDER: &str = "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551";

/// The same token with the other signature that everybody can make of its own: (r, n - s).
fn with_the_other_signature(token: &str) -> String {
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let mut signature = BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap();
    let order = HEXUPPER.decode(ORDER.as_bytes()).unwrap();
    let mut borrow = 0_i32;
    for place in (0..32).rev() {
        let difference = i32::from(order[place]) - i32::from(signature[32 + place]) - borrow;
        borrow = i32::from(difference < 0);
        signature[32 + place] = u8::try_from(difference.rem_euclid(256)).unwrap();
    }
    format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature))
}

on_both! {
    async fn s002_30_a_second_signature_of_a_used_token_opens_nothing(database: TestDatabase) {
        let provider = Provider::shared();
        let server = server(database, &provider).await;
        let me = |token: String| server.get("/api/v1/auth/me").bearer(&token).send();
        // It is as good as the first one, where that has not come.
        let fresh = provider.token_of("ana", "ana@acme.example", server.now());
        assert_eq!(me(with_the_other_signature(&fresh)).await.status, 200);
        let token = provider.token_of("ana", "ana@acme.example", server.now());
        assert_eq!(me(token.clone()).await.status, 200);
        server.post("/api/v1/auth/sign-out").bearer(&token).send().await;
        let other = with_the_other_signature(&token);
        assert_ne!(other, token);
        me(other.clone()).await.refused(401, "token_invalid");
        sign_in(&server, &other).await.refused(401, "token_invalid");
        assert_eq!(server.database.count("sessions").await, 2);
    }

    async fn s003_05_the_gate_stands_before_the_first_call_with_a_token(database: TestDatabase) {
        let provider = Provider::shared();
        let server = server_with(database, &provider, |config| {
            config.gate.password = Some(quarterdeck_server::config::SecretSource::Variable {
                name: "the test".to_owned(),
                text: secrecy::SecretString::from("open sesame"),
            });
        }).await;
        let token = provider.token_of("ana", "ana@acme.example", server.now());
        let me = || server.get("/api/v1/auth/me").bearer(&token);
        me().send().await.refused(403, "gate_required");
        assert_eq!(server.database.count("users").await, 0);
        let passed = server.post("/api/v1/admin/gate").json(json!({ "password": "open sesame" })).send().await;
        assert_eq!(me().header("x-gate-token", &passed.text_at("/token")).send().await.status, 200);
        assert_eq!(me().send().await.status, 200, "its session is open");
    }

    async fn a_client_that_hangs_up_leaves_no_keys_unread(database: TestDatabase) {
        let provider = Provider::start();
        let server = server(database, &provider).await;
        provider.hold(true);
        let stranger = provider.token_of("eve", "eve@evil.example", server.now());
        let call = server.get("/api/v1/auth/me").bearer(&stranger);
        let hanging = tokio::spawn(call.try_send());
        crate::harness::until("the provider is asked", async || {
            (provider.asked("/.well-known/openid-configuration") > 0).then_some(())
        })
        .await;
        hanging.abort();
        let _gone = hanging.await;
        provider.hold(false);
        let token = provider.token_of("ana", "ana@acme.example", server.now());
        let reply = sign_in(&server, &token).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
    }

    async fn s002_09_a_token_of_the_issuer_opens_what_its_account_may(database: TestDatabase) {
        let provider = Provider::shared();
        let server = server(database, &provider).await;
        let ana = server.admin(&[Permission::ReportsView]).await;
        let text = format!("UPDATE users SET oidc_subject = 'ana', oidc_issuer = '{}' WHERE id = {}", provider.issuer, ana.id);
        server.database.execute(&text).await;
        let token = provider.strong_token_of("ana", &ana.email, server.now());
        for _ in 0..3 {
            assert_eq!(server.get("/api/v1/admin/reports").bearer(&token).send().await.status, 200);
        }
        server.get("/api/v1/admin/applications").bearer(&token).send().await.refused(403, "permission_denied");
        assert_eq!(server.database.count("sessions").await, 1, "one session for one token");
        let weak = provider.token_of("ana", &ana.email, server.now());
        server.get("/api/v1/admin/reports").bearer(&weak).send().await.refused(403, "mfa_enrollment_required");
    }

    async fn s002_09_many_calls_at_once_with_a_new_token_are_one_session(database: TestDatabase) {
        let provider = Provider::shared();
        let server = server(database, &provider).await;
        let token = provider.token_of("ana", "ana@acme.example", server.now());
        let mut running = JoinSet::new();
        for _ in 0..8 {
            running.spawn(server.get("/api/v1/admin/me").bearer(&token).send());
        }
        for reply in running.join_all().await {
            assert_eq!(reply.status, 200, "{}", reply.text);
        }
        assert_eq!(server.database.count("sessions").await, 1);
        assert_eq!(server.database.count("users").await, 1);
    }

    async fn s002_30_a_revoked_token_is_refused_at_once_and_for_ever(database: TestDatabase) {
        let provider = Provider::shared();
        let server = server(database, &provider).await;
        let token = provider.token_of("ana", "ana@acme.example", server.now());
        let me = || server.get("/api/v1/auth/me").bearer(&token).send();
        assert_eq!(me().await.status, 200);
        server.post("/api/v1/auth/sign-out").bearer(&token).send().await;
        me().await.refused(401, "session_revoked");
        // Even where nothing of its session is left.
        server.database.execute("DELETE FROM sessions").await;
        me().await.refused(401, "token_invalid");
        assert_eq!(server.database.count("sessions").await, 0);
    }

    async fn s002_09_a_token_ends_when_it_says_and_never_later_than_a_session(database: TestDatabase) {
        let provider = Provider::shared();
        let server = server(database, &provider).await;
        let short = provider.token_of("ana", "ana@acme.example", server.now());
        let mut claims = provider.claims("ana", "ana@acme.example", server.now());
        claims.insert("exp".to_owned(), json!(server.now().timestamp() + 10 * 86_400));
        let long = provider.token(&claims);
        for token in [&short, &long] {
            assert_eq!(server.get("/api/v1/auth/me").bearer(token).send().await.status, 200);
        }
        server.advance(TimeDelta::minutes(10));
        server.get("/api/v1/auth/me").bearer(&short).send().await.refused(401, "token_expired");
        server.advance(TimeDelta::hours(12));
        server.get("/api/v1/auth/me").bearer(&long).send().await.refused(401, "token_expired");
    }

    async fn s004_18_a_flood_of_tokens_is_throttled_before_any_of_them_is_read(database: TestDatabase) {
        let provider = Provider::start();
        let server = server_with(database, &provider, |config| config.limits.all_per_minute = 2).await;
        let token = provider.token_of("ana", "ana@acme.example", server.now());
        let mut refused = 0;
        for _ in 0..8 {
            let reply = server.get("/api/v1/auth/me").bearer(&token).send().await;
            refused += u32::from(reply.status == 429);
        }
        assert!(refused >= 6, "{refused}");
        let strangers = provider.asked("/keys");
        assert!(strangers <= 1, "{strangers}");
    }

    async fn a_token_of_the_provider_is_no_socket_token(database: TestDatabase) {
        let provider = Provider::shared();
        let server = server(database, &provider).await;
        let token = provider.token_of("ana", "ana@acme.example", server.now());
        let request = server.get("/rt").header("sec-websocket-protocol", &format!("qd.v1, bearer.{token}"));
        request.send().await.refused(401, "token_invalid");
        assert_eq!(server.database.count("users").await, 0);
    }
}
