//! The provider's keys: which are taken, when they are read, and what holds while it is away.

use chrono::TimeDelta;
use jsonwebtoken::Algorithm;
use serde_json::json;

use super::{server, sign_in};
use crate::harness::provider::SigningKey;
use crate::harness::{Provider, on_both};

on_both! {
    async fn p13_unknown_keys_make_the_server_ask_once_in_half_a_minute(database: TestDatabase) {
        let provider = Provider::start();
        let server = server(database, &provider).await;
        let stranger = |number: usize| SigningKey::new(&format!("stranger-{number}"), Algorithm::EdDSA);
        let key = stranger(0);
        for number in 0..200 {
            let head = json!({ "alg": "EdDSA", "kid": format!("stranger-{number}") }).to_string();
            let claims = serde_json::Value::Object(provider.claims("s", "s@acme.example", server.now()));
            let token = key.sign(&head, &claims.to_string());
            sign_in(&server, &token).await.refused(401, "token_invalid");
        }
        assert_eq!(provider.asked("/keys"), 1);
        server.advance(TimeDelta::seconds(31));
        let token = stranger(1).token(&provider.claims("s", "s@acme.example", server.now()));
        sign_in(&server, &token).await.refused(401, "token_invalid");
        sign_in(&server, &token).await.refused(401, "token_invalid");
        assert_eq!(provider.asked("/keys"), 2);
    }

    async fn a_new_key_is_found_and_an_old_one_ends_within_the_hour(database: TestDatabase) {
        let provider = Provider::start();
        let server = server(database, &provider).await;
        let token = provider.token_of("ana", "ana@acme.example", server.now());
        assert_eq!(sign_in(&server, &token).await.status, 200);
        let second = SigningKey::new("second", Algorithm::EdDSA);
        provider.publish(vec![second.jwk.clone()]);
        server.advance(TimeDelta::seconds(31));
        let token = second.token(&provider.claims("ana", "ana@acme.example", server.now()));
        assert_eq!(sign_in(&server, &token).await.status, 200);
        let old = provider.token_of("ana", "ana@acme.example", server.now());
        sign_in(&server, &old).await.refused(401, "token_invalid");
    }

    async fn keys_stay_good_for_a_day_while_the_provider_is_away(database: TestDatabase) {
        let provider = Provider::start();
        let server = server(database, &provider).await;
        let token = |now| provider.token_of("ana", "ana@acme.example", now);
        assert_eq!(sign_in(&server, &token(server.now())).await.status, 200);
        provider.away(true);
        server.advance(TimeDelta::hours(23));
        assert_eq!(sign_in(&server, &token(server.now())).await.status, 200);
        server.advance(TimeDelta::hours(2));
        let body = sign_in(&server, &token(server.now())).await.refused(502, "dependency");
        assert_eq!(body["component"], "oidc");
        // Nor is it said a moment later that the token is at fault.
        sign_in(&server, &token(server.now())).await.refused(502, "dependency");
        let begun = server.post("/api/v1/auth/oidc/device").send().await;
        begun.refused(502, "dependency");
        assert_eq!(provider.asked("/device"), 0, "what was published a day ago is not gone by");
        provider.away(false);
        server.advance(TimeDelta::seconds(31));
        assert_eq!(sign_in(&server, &token(server.now())).await.status, 200, "back without a restart");
    }

    async fn a_provider_that_was_never_reached_signs_nobody_in(database: TestDatabase) {
        let provider = Provider::start();
        provider.away(true);
        let server = server(database, &provider).await;
        let token = provider.token_of("ana", "ana@acme.example", server.now());
        for _ in 0..3 {
            sign_in(&server, &token).await.refused(502, "dependency");
        }
        assert_eq!(provider.asked("/.well-known/openid-configuration"), 1);
    }

    async fn a_provider_of_another_name_is_not_ours(database: TestDatabase) {
        let provider = Provider::start();
        provider.say_it_is("https://id.evil.example");
        let server = server(database, &provider).await;
        let token = provider.token_of("ana", "ana@acme.example", server.now());
        let body = sign_in(&server, &token).await.refused(502, "dependency");
        assert!(body["detail"].as_str().unwrap().contains("another one"), "{body}");
        assert_eq!(provider.asked("/keys"), 0);
    }

    async fn keys_that_verify_nothing_are_passed_over(database: TestDatabase) {
        let provider = Provider::start();
        let server = server(database, &provider).await;
        let good = provider.key().jwk.clone();
        let mut for_encryption = good.clone();
        for_encryption["use"] = json!("enc");
        let mut of_another_algorithm = good.clone();
        of_another_algorithm["alg"] = json!("HS256");
        let weak = json!({ "kty": "RSA", "kid": "first", "use": "sig", "e": "AQAB", "n": "w".repeat(171) });
        let secret = json!({ "kty": "oct", "kid": "first", "k": "c2VjcmV0" });
        for key in [for_encryption, of_another_algorithm, weak, secret, json!({}), json!(7)] {
            provider.publish(vec![key.clone()]);
            server.advance(TimeDelta::seconds(31));
            let token = provider.token_of("ana", "ana@acme.example", server.now());
            let body = sign_in(&server, &token).await.refused(502, "dependency");
            assert!(body["detail"].as_str().unwrap().contains("no key"), "{key}: {body}");
        }
        let mut nameless = good;
        nameless.as_object_mut().unwrap().remove("kid");
        provider.publish(vec![nameless]);
        server.advance(TimeDelta::seconds(31));
        let claims = provider.claims("ana", "ana@acme.example", server.now());
        let token = provider.key().sign(r#"{"alg":"ES256"}"#, &serde_json::Value::Object(claims).to_string());
        assert_eq!(sign_in(&server, &token).await.status, 200, "the only key needs no name");
    }
}
