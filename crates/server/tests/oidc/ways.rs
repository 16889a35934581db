//! By what admins sign in here (C-09: `auth.admin_login`).

use quarterdeck_api::operation::Access;
use quarterdeck_api::operations::SPECS;
use quarterdeck_server::config::AdminLogin;
use serde_json::json;

use super::{server_with, sign_in};
use crate::harness::{Provider, on_both};

on_both! {
    async fn c_09_where_admins_sign_in_by_the_provider_a_password_opens_no_admin_route(database: TestDatabase) {
        let provider = Provider::shared();
        let server = server_with(database, &provider, |config| config.auth.admin_login = AdminLogin::Oidc).await;
        let root = server.super_admin().await;
        let session = server.sign_in(&root).await;
        let mut tried = 0;
        for spec in &SPECS {
            let is_for_admins = match spec.access {
                Access::Admin | Access::Permission(_) | Access::OneOf(_) | Access::SuperAdmin => true,
                Access::Anyone | Access::Credential | Access::Enrolling | Access::Human | Access::Socket => false,
            };
            if is_for_admins {
                let request = server.request(spec.method.as_str(), &spec.path.replace("{id}", "1"));
                request.session(&session).json(json!({})).send().await.refused(403, "oidc_required");
                tried += 1;
            }
        }
        assert!(tried > 50, "{tried}");
        let socket = |token: &str| {
            let offer = format!("qd.v1, bearer.{token}");
            server.get("/rt").header("sec-websocket-protocol", &offer)
        };
        socket(&session.socket).send().await.refused(403, "oidc_required");
        assert_eq!(server.get("/api/v1/admin/me").session(&session).send().await.status, 200);
        let text = format!("UPDATE users SET oidc_subject = 'root', oidc_issuer = '{}'", provider.issuer);
        server.database.execute(&text).await;
        let token = provider.strong_token_of("root", &root.email, server.now());
        let session = sign_in(&server, &token).await.session();
        assert_eq!(server.get("/api/v1/admin/reports").session(&session).send().await.status, 200);
        let gate = server.get("/api/v1/admin/gate").send().await;
        gate.is(200, json!({ "required": false, "passed": true, "ways": ["oidc"] }));
    }

    async fn c_09_where_they_sign_in_by_password_the_provider_signs_nobody_in(database: TestDatabase) {
        let provider = Provider::start();
        let server = server_with(database, &provider, |config| config.auth.admin_login = AdminLogin::Local).await;
        let token = provider.token_of("ana", "ana@acme.example", server.now());
        sign_in(&server, &token).await.refused(403, "oidc_not_configured");
        server.get("/api/v1/auth/me").bearer(&token).send().await.refused(401, "token_invalid");
        for path in ["device", "device/poll"] {
            let request = server.post(&format!("/api/v1/auth/oidc/{path}"));
            let request = if path == "device" { request } else { request.json(json!({ "device": "x" })) };
            request.send().await.refused(403, "oidc_not_configured");
        }
        assert_eq!(provider.asked("/keys"), 0);
        let gate = server.get("/api/v1/admin/gate").send().await;
        gate.is(200, json!({ "required": false, "passed": true }));
    }

    async fn c_09_by_either_both_are_offered(database: TestDatabase) {
        let provider = Provider::shared();
        let server = server_with(database, &provider, |_| {}).await;
        let gate = server.get("/api/v1/admin/gate").send().await;
        gate.is(200, json!({ "required": false, "passed": true, "ways": ["password", "oidc"] }));
    }

    async fn s003_05_the_gate_stands_before_the_provider_too(database: TestDatabase) {
        let provider = Provider::start();
        let server = server_with(database, &provider, |config| {
            config.gate.password = Some(quarterdeck_server::config::SecretSource::Variable {
                name: "the test".to_owned(),
                text: secrecy::SecretString::from("open sesame"),
            });
        }).await;
        let token = provider.token_of("ana", "ana@acme.example", server.now());
        sign_in(&server, &token).await.refused(403, "gate_required");
        server.post("/api/v1/auth/oidc/device").send().await.refused(403, "gate_required");
        let poll = server.post("/api/v1/auth/oidc/device/poll").json(json!({ "device": "x" }));
        poll.send().await.refused(403, "gate_required");
        assert_eq!(provider.asked("/keys"), 0);
    }
}
