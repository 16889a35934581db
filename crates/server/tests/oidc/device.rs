//! The device flow (RFC 8628): begun here, completed in a browser anywhere.

use chrono::TimeDelta;
use quarterdeck_server::config::SecretSource;
use secrecy::SecretString;
use serde_json::json;

use super::{server, server_with};
use crate::harness::provider::CLIENT_SECRET;
use crate::harness::{Provider, Reply, TestServer, on_both};

async fn start(server: &TestServer) -> Reply {
    server.post("/api/v1/auth/oidc/device").send().await
}

async fn poll(server: &TestServer, device: &str) -> Reply {
    let request = server.post("/api/v1/auth/oidc/device/poll");
    request.json(json!({ "device": device })).send().await
}

on_both! {
    async fn c_09_a_sign_in_is_completed_in_a_browser_elsewhere(database: TestDatabase) {
        let provider = Provider::start();
        let server = server(database, &provider).await;
        let begun = start(&server).await;
        let device = begun.text_at("/device");
        begun.is(200, json!({
            "device": device,
            "user_code": "WDJB-MJHT",
            "verification_uri": format!("{}/activate", provider.issuer),
            "verification_uri_complete": format!("{}/activate?user_code=WDJB-MJHT", provider.issuer),
            "expires_at": "2026-09-01T08:10:00Z",
            "interval": 2,
        }));
        assert!(!device.contains("device code"));
        poll(&server, &device).await.is(200, json!({ "interval": 2 }));
        // Each time that it is asked too often it wants five seconds more, for good.
        provider.answer_polls(json!({ "error": "slow_down" }));
        let mut device = device;
        for interval in [7, 12, 17] {
            let slower = poll(&server, &device).await;
            device = slower.text_at("/device");
            slower.is(200, json!({ "interval": interval, "device": device }));
        }
        provider.answer_polls(json!({ "error": "authorization_pending" }));
        poll(&server, &device).await.is(200, json!({ "interval": 17 }));
        let token = provider.token_of("ana", "ana@acme.example", server.now());
        provider.answer_polls(json!({ "id_token": token, "access_token": "x", "token_type": "Bearer" }));
        let signed_in = poll(&server, &device).await;
        assert_eq!(signed_in.cookies().len(), 3);
        let me = server.get("/api/v1/auth/me").session(&signed_in.session()).send().await;
        assert_eq!(me.json()["email"], "ana@acme.example");
        // The same token once more.
        poll(&server, &device).await.refused(401, "token_invalid");
        let (login, form) = provider.last_form();
        assert_eq!(login, "");
        let begins = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code=a+device+code+";
        assert!(form.starts_with(begins) && form.ends_with("&client_id=quarterdeck"), "{form}");
    }

    async fn a_client_s_secret_is_shown_to_the_provider_alone(database: TestDatabase) {
        let provider = Provider::start();
        let server = server_with(database, &provider, |config| {
            config.oidc.client_secret = Some(SecretSource::Variable {
                name: "the test".to_owned(),
                text: SecretString::from(CLIENT_SECRET),
            });
        }).await;
        let begun = start(&server).await;
        assert!(!begun.text.contains("secret"));
        let (login, form) = provider.last_form();
        let login = data_encoding::BASE64.decode(login.strip_prefix("Basic ").unwrap().as_bytes()).unwrap();
        assert_eq!(String::from_utf8(login).unwrap(), "quarterdeck:a+secret%3A+of+both");
        assert_eq!(form, "client_id=quarterdeck&scope=openid+email+profile");
    }

    async fn a_flow_that_is_over_says_so(database: TestDatabase) {
        let provider = Provider::start();
        let server = server(database, &provider).await;
        let device = start(&server).await.text_at("/device");
        for (answer, status, code) in [
            (json!({ "error": "access_denied" }), 401, "token_invalid"),
            (json!({ "error": "expired_token" }), 401, "token_invalid"),
            (json!({ "error": "invalid_grant" }), 401, "token_invalid"),
            (json!({ "error": "invalid_client" }), 502, "dependency"),
            (json!({ "access_token": "x" }), 502, "dependency"),
            (json!({ "id_token": "x" }), 401, "token_invalid"),
        ] {
            provider.answer_polls(answer);
            poll(&server, &device).await.refused(status, code);
        }
        for device in ["", "x", &format!("{device}x")] {
            poll(&server, device).await.refused(401, "token_invalid");
        }
        let asked = provider.asked("/token");
        server.advance(TimeDelta::minutes(10));
        poll(&server, &device).await.refused(401, "token_invalid");
        assert_eq!(provider.asked("/token"), asked, "the provider is not asked for a flow that is over");
        provider.away(true);
        let away = start(&server).await.refused(502, "dependency");
        assert_eq!(away["retry_after"], 5, "it may be another moment's answer");
    }

    async fn the_log_of_requests_keeps_no_flow_that_somebody_could_go_on_with(database: TestDatabase) {
        let provider = Provider::start();
        let server = server(database, &provider).await;
        let device = start(&server).await.text_at("/device");
        poll(&server, &device).await;
        let bodies = "SELECT coalesce(request_body, '') FROM admin_action_log ORDER BY id";
        assert_eq!(server.database.texts(bodies).await, ["", r#"{"device":"[redacted]"}"#]);
        let (token, found) = (&device[device.len() - 12..], format!("SELECT count(*) FROM admin_action_log WHERE words IS NOT NULL AND CAST(words AS TEXT) LIKE '%{}%'", &device[device.len() - 12..]));
        assert_eq!(server.database.number(&found).await, 0, "{token}");
    }

    async fn polls_of_one_flow_are_bounded(database: TestDatabase) {
        let provider = Provider::start();
        let server = server(database, &provider).await;
        let device = start(&server).await.text_at("/device");
        for _ in 0..30 {
            assert_eq!(poll(&server, &device).await.status, 200);
        }
        poll(&server, &device).await.refused(429, "rate_limited");
        assert_eq!(provider.asked("/token"), 30);
    }
}
