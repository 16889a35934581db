//! The first person who may be one becomes a super-admin, once and never again (C-26).

use quarterdeck_server::config::ServerConfig;
use serde_json::json;
use tokio::task::JoinSet;

use super::{server, server_with, sign_in};
use crate::harness::{Provider, TestServer, on_both};

fn acme(config: &mut ServerConfig) {
    config.oidc.domains = vec!["acme.example".to_owned()];
}

async fn admins(server: &TestServer) -> Vec<String> {
    let admins = "SELECT u.email || ' ' || r.role FROM users u JOIN user_roles r ON r.user_id = u.id \
        WHERE u.is_platform_admin ORDER BY u.id";
    server.database.texts(admins).await
}

async fn first_sign_in(server: &TestServer, provider: &Provider, name: &str) {
    let email = format!("{name}@acme.example");
    let reply = sign_in(server, &provider.token_of(name, &email, server.now())).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
}

on_both! {
    async fn s002_06_the_first_of_an_allowed_domain_is_promoted_and_the_second_is_not(database: TestDatabase) {
        let provider = Provider::shared();
        let server = server_with(database, &provider, acme).await;
        let token = provider.token_of("ana", "ana@acme.example", server.now());
        let session = sign_in(&server, &token).await.session();
        let me = server.get("/api/v1/admin/me").session(&session).send().await.json();
        assert_eq!((&me["is_platform_admin"], &me["roles"]), (&json!(true), &json!(["SuperAdmin"])));
        // C-26: before anything else the second factor.
        server.get("/api/v1/admin/reports").session(&session).send().await.refused(403, "mfa_enrollment_required");
        first_sign_in(&server, &provider, "ben").await;
        assert_eq!(admins(&server).await, ["ana@acme.example SuperAdmin"]);
        let rows = "SELECT action_code || ' ' || admin_email || ' ' || details FROM admin_audit_log";
        assert_eq!(server.database.texts(rows).await, [
            r#"platform_admin_auto_promoted ana@acme.example {"roles":["SuperAdmin"]}"#
        ]);
        let root = server.super_admin().await;
        let root = server.session(&root).await;
        let verified = server.get("/api/v1/admin/audit/verify?expected_min_seq=1").session(&root).send().await;
        assert_eq!(verified.json()["status"], "intact");
    }

    async fn s002_07_of_first_sign_ins_at_once_one_is_promoted(database: TestDatabase) {
        let provider = Provider::shared();
        let server = server_with(database, &provider, acme).await;
        let mut running = JoinSet::new();
        for number in 0..8 {
            let token = provider.token_of(&format!("p{number}"), &format!("p{number}@acme.example"), server.now());
            let request = server.post("/api/v1/auth/oidc").json(json!({ "id_token": token }));
            running.spawn(request.send());
        }
        for reply in running.join_all().await {
            assert_eq!(reply.status, 200, "{}", reply.text);
        }
        assert_eq!(admins(&server).await.len(), 1);
    }

    async fn s002_07_it_does_not_happen_again_when_the_first_admin_is_gone(database: TestDatabase) {
        let provider = Provider::shared();
        let server = server_with(database, &provider, acme).await;
        first_sign_in(&server, &provider, "ana").await;
        server.database.execute("DELETE FROM user_roles; UPDATE users SET is_platform_admin = FALSE, deleted_at = created_at").await;
        first_sign_in(&server, &provider, "ben").await;
        assert_eq!(admins(&server).await, [""; 0]);
    }

    async fn s002_07_nor_where_an_admin_was_made_by_hand(database: TestDatabase) {
        let provider = Provider::shared();
        let server = server_with(database, &provider, acme).await;
        let root = server.super_admin().await;
        first_sign_in(&server, &provider, "ana").await;
        assert_eq!(admins(&server).await, [format!("{} SuperAdmin", root.email)]);
    }

    async fn s002_06_where_no_domain_is_named_nobody_is_promoted(database: TestDatabase) {
        let provider = Provider::shared();
        let server = server(database, &provider).await;
        first_sign_in(&server, &provider, "ana").await;
        assert_eq!(admins(&server).await, [""; 0]);
        // And whoever comes first once they are named may still be the first.
        let database = server.stop().await;
        let server = server_with(database, &provider, acme).await;
        first_sign_in(&server, &provider, "ana").await;
        assert_eq!(admins(&server).await, ["ana@acme.example SuperAdmin"]);
    }

    async fn s002_14_the_first_call_of_admin_me_with_a_token_promotes(database: TestDatabase) {
        let provider = Provider::shared();
        let server = server_with(database, &provider, acme).await;
        server.get("/api/v1/admin/me").header("x-api-key", "k").send().await.refused(403, "api_key_not_allowed");
        let token = provider.token_of("ana", "ana@acme.example", server.now());
        let me = server.get("/api/v1/admin/me").bearer(&token).send().await.json();
        assert_eq!(me["is_platform_admin"], true);
        assert_eq!(admins(&server).await, ["ana@acme.example SuperAdmin"]);
    }

    async fn s002_07_without_its_audit_row_nobody_is_promoted(database: TestDatabase) {
        let provider = Provider::shared();
        let server = server_with(database, &provider, acme).await;
        server.database.break_audit().await;
        let token = provider.token_of("ana", "ana@acme.example", server.now());
        sign_in(&server, &token).await.refused(503, "audit_unavailable");
        assert_eq!(server.database.count("users").await, 0);
        server.database.mend_audit().await;
        assert_eq!(sign_in(&server, &token).await.status, 200, "the token was not used up");
        assert_eq!(admins(&server).await.len(), 1);
    }
}
