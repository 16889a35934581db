//! Promotion and demotion.

use chrono::TimeDelta;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::role::Preset;
use serde_json::json;

use super::{act, audit_rows, changed, coded, noop, super_admins};
use crate::harness::on_both;

on_both! {
    async fn c_04_promotion_gives_the_flag_a_role_and_the_rows_of_its_preset(server: TestServer) {
        let root = server.super_admin().await;
        let session = server.session(&root).await;
        let user = server.plain().await;
        let theirs = server.session(&user).await;
        let request = act(&server, &session, user.id, "promote", json!({ "expectedVersion": 1 }));
        let body = changed(&coded(&server, &root, request).send().await);
        let keys: Vec<_> = Preset::Admin.permissions().iter().map(|key| json!(key.as_str())).collect();
        for (field, value) in [
            ("is_platform_admin", json!(true)), ("is_staff", json!(true)), ("roles", json!(["Admin", "User"])),
            ("permissions", json!(keys)), ("version", json!(2)),
        ] {
            assert_eq!(body[field], value, "{field}");
        }
        assert_eq!(server.get("/api/v1/admin/check").session(&theirs).send().await.status, 200);
        let granted = format!(
            "SELECT DISTINCT CAST(granted_by AS TEXT) FROM user_permissions WHERE user_id = {}", user.id
        );
        assert_eq!(server.database.texts(&granted).await, [root.id.to_string()]);
        let details = json!({ "permissions": keys, "roles": ["Admin"] });
        assert_eq!(
            audit_rows(&server).await,
            [format!("platform_admin_granted {} #{} {details}", root.email, user.id)]
        );
        server.advance(TimeDelta::seconds(30));
        let request = act(&server, &session, user.id, "promote", json!({}));
        noop(&coded(&server, &root, request).send().await);
        assert_eq!(server.database.count("admin_audit_log").await, 1);
    }

    async fn c_04_demotion_takes_flag_staff_roles_and_permissions_and_leaves_the_rest(server: TestServer) {
        let root = server.super_admin().await;
        let session = server.session(&root).await;
        let ana = server.admin(&[Permission::UserView, Permission::AuditView]).await;
        server.database.execute(&format!(
            "INSERT INTO user_roles (user_id, role, created_at) VALUES ({}, 'Streamer', '2026-09-01 08:00:00+00:00')",
            ana.id
        )).await;
        let theirs = server.session(&ana).await;
        let request = act(&server, &session, ana.id, "demote", json!({ "expectedVersion": 1 }));
        let body = changed(&coded(&server, &root, request).send().await);
        for (field, value) in [
            ("is_platform_admin", json!(false)), ("is_staff", json!(false)), ("roles", json!(["Streamer"])),
            ("permissions", json!([])), ("status", json!("active")), ("version", json!(2)),
        ] {
            assert_eq!(body[field], value, "{field}");
        }
        server.get("/api/v1/admin/check").session(&theirs).send().await.refused(403, "platform_admin_required");
        let details = json!({ "permissions": ["audit.view", "user.view"], "roles": ["Admin"] });
        assert_eq!(
            audit_rows(&server).await,
            [format!("platform_admin_revoked {} #{} {details}", root.email, ana.id)]
        );
        server.advance(TimeDelta::seconds(30));
        let request = act(&server, &session, ana.id, "demote", json!({}));
        noop(&coded(&server, &root, request).send().await);
    }

    async fn c_11_both_take_a_super_admin_and_a_code_whoever_it_is_about(server: TestServer) {
        let (root, ana) = (server.super_admin().await, server.admin(Permission::ALL).await);
        let (by_root, by_ana) = (server.session(&root).await, server.session(&ana).await);
        let user = server.plain().await;
        for verb in ["promote", "demote"] {
            let denied = act(&server, &by_ana, user.id, verb, json!({}));
            coded(&server, &ana, denied).send().await.refused(403, "superadmin_required");
            let request = act(&server, &by_root, user.id, verb, json!({}));
            request.clone().send().await.refused(403, "otp_required");
            request.header("x-otp", "000000").send().await.refused(403, "otp_invalid");
        }
        assert_eq!(server.database.count("admin_audit_log").await, 0);
    }

    async fn s000_16_the_last_super_admin_is_not_demoted(server: TestServer) {
        let root = server.super_admin().await;
        let session = server.session(&root).await;
        let before = server.database.snapshot().await;
        let own = act(&server, &session, root.id, "demote", json!({}));
        coded(&server, &root, own.clone()).send().await.refused(400, "last_admin");
        // The code was not used up.
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
        let other = server.super_admin().await;
        coded(&server, &root, own).send().await.refused(400, "cannot_target_self");
        let request = act(&server, &session, other.id, "demote", json!({}));
        changed(&coded(&server, &root, request).send().await);
        assert_eq!(super_admins(&server).await, 1);
    }

    async fn a_code_is_not_used_up_by_what_cannot_succeed(server: TestServer) {
        let root = server.super_admin().await;
        let session = server.session(&root).await;
        let user = server.plain().await;
        for (id, body, status, code) in [
            (4_711, json!({}), 404, "not_found"),
            (user.id, json!({ "expectedVersion": 7 }), 409, "stale_version"),
        ] {
            let request = act(&server, &session, id, "promote", body);
            coded(&server, &root, request).send().await.refused(status, code);
        }
        let request = act(&server, &session, user.id, "promote", json!({}));
        changed(&coded(&server, &root, request).send().await);
    }
}
