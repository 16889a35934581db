//! Checks of rows that no other file carries by name.

use quarterdeck_api::permission::Permission;
use serde_json::json;

use crate::harness::{TestServer, on_both};

const QUEUE: &str = "/api/v1/admin/applications";

on_both! {
    async fn s004_27_super_admin_key_and_second_factor_are_checked_in_this_order(server: TestServer) {
        let root = server.super_admin().await;
        let root = server.session(&root).await;
        assert_eq!(server.get(QUEUE).session(&root).send().await.status, 200, "no key needed");
        let ana = server.admin(&[Permission::ApplicationsView]).await;
        let ana = server.session(&ana).await;
        assert_eq!(server.get(QUEUE).session(&ana).send().await.status, 200, "by its key");
        let bare = server.without_mfa(quarterdeck_api::role::Role::Admin, &[]).await;
        let bare = server.session(&bare).await;
        // It lacks both; the second factor is what it hears of.
        server.get(QUEUE).session(&bare).send().await.refused(403, "mfa_enrollment_required");
    }

    async fn s004_28_a_role_alone_grants_no_key(server: TestServer) {
        let ana = server.admin(&[]).await;
        let session = server.session(&ana).await;
        let body = server.get(QUEUE).session(&session).send().await.refused(403, "permission_denied");
        assert_eq!(body["permission"], "applications.view");
        server.database.execute(&format!(
            "INSERT INTO user_permissions (user_id, permission_key, created_at) \
             VALUES ({}, 'applications.view', '2026-09-01 08:00:00+00:00')", ana.id
        )).await;
        assert_eq!(server.get(QUEUE).session(&session).send().await.status, 200);
    }

    async fn s000_14_a_403_names_the_surface_and_what_was_missing(server: TestServer) {
        let ana = server.admin(&[]).await;
        let session = server.session(&ana).await;
        let body = server.get("/api/v1/admin/audit").session(&session).send().await.refused(403, "permission_denied");
        assert_eq!((&body["surface"], &body["permission"]), (&json!("admin"), &json!("audit.view")));
    }

    async fn s003_02_a_change_comes_with_its_audit_row(server: TestServer) {
        let ids = server.applications(1).await;
        let root = server.super_admin().await;
        let session = server.session(&root).await;
        let decided = server.post("/api/v1/admin/bulk-applications").session(&session);
        let reply = decided.json(json!({ "action": "approve", "ids": ids })).send().await;
        assert_eq!(reply.json()["changed"], 1);
        let rows = "SELECT a.status || ' ' || l.action_code FROM applications a \
            JOIN admin_audit_log l ON l.target_type = 'application' AND l.target_id = CAST(a.id AS TEXT)";
        assert_eq!(server.database.texts(rows).await, ["ACTIVE application_approved"]);
    }

    async fn s004_45_the_users_have_the_columns_of_the_seed_and_rights_in_tables_of_their_own(server: TestServer) {
        let ana = server.admin(&[Permission::UserView]).await;
        let held = "SELECT u.email || ' ' || r.role || ' ' || p.permission_key FROM (SELECT id, is_banned, ban_reason, \
            updated_at, email, username FROM users) AS u \
            JOIN user_roles r ON r.user_id = u.id JOIN user_permissions p ON p.user_id = u.id";
        assert_eq!(server.database.texts(held).await, [format!("{} Admin user.view", ana.email)]);
    }

    async fn s001_34_every_admin_sees_every_user_as_the_readme_says(server: TestServer) {
        let readme = include_str!("../../../README.md");
        assert!(readme.contains("All admins see all users: there is no partition by tenant."));
        let mut seen = Vec::new();
        for _ in 0..2 {
            let ana = server.admin(&[Permission::UserView]).await;
            let session = server.session(&ana).await;
            let listed = server.get("/api/v1/admin/users").session(&session).send().await.json();
            seen.push(listed["total"].as_i64().unwrap());
        }
        let all = server.database.count("users").await;
        assert_eq!(seen, [all - 1, all]);
    }

    async fn s003_42_the_audit_log_has_the_columns_of_the_seed(server: TestServer) {
        let columns = "SELECT count(*) FROM (SELECT admin_user_id, admin_email, action, target_type, target_id, \
            details, created_at FROM admin_audit_log) AS seed_columns";
        assert_eq!(server.database.number(columns).await, 0);
    }
}

on_both! {
    async fn s004_26_browsers_may_call_from_the_public_origin_and_from_no_other(database: TestDatabase) {
        let server = TestServer::start_with(database, |config| {
            config.public_origin = Some("https://ops.example.com".to_owned());
        }).await;
        let preflight = |origin: &str| {
            server
                .request("OPTIONS", QUEUE)
                .header("origin", origin)
                .header("access-control-request-method", "POST")
                .header("access-control-request-headers", "content-type,x-otp")
        };
        let ours = preflight("https://ops.example.com").send().await;
        assert_eq!(ours.status, 200);
        assert_eq!(ours.header("access-control-allow-origin"), "https://ops.example.com");
        assert_eq!(ours.header("access-control-allow-credentials"), "true");
        assert!(ours.header("access-control-allow-headers").contains("x-otp"));
        let other = preflight("https://evil.example").send().await;
        assert_ne!(other.header("access-control-allow-origin"), "https://evil.example");
    }
}
