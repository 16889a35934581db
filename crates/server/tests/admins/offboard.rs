//! Offboarding: all at once, or nothing.

use quarterdeck_api::permission::Permission;
use quarterdeck_api::role::Role;
use serde_json::json;

use super::{Root, audit_rows, changed, noop};
use crate::harness::on_both;

on_both! {
    async fn s001_26_one_call_bans_and_takes_roles_permissions_and_sessions(server: TestServer) {
        let root = Root::of(&server).await;
        let ana = server.admin(&[Permission::UserView, Permission::AuditView]).await;
        let theirs = server.session(&ana).await;
        let path = format!("{}/offboard", ana.id);
        let body = json!({ "reason": "left the company", "expectedVersion": 1 });
        let reply = changed(&root.send("POST", &path, body).await);
        for (field, value) in [
            ("roles", json!(["Admin"])), ("permissions", json!(["audit.view", "user.view"])),
            ("sessions_revoked", json!(1)), ("banned", json!(true)),
        ] {
            assert_eq!(reply[field], value, "{field}");
        }
        for (field, value) in [
            ("status", json!("banned")), ("banReason", json!("left the company")), ("roles", json!([])),
            ("is_staff", json!(false)), ("ban_expires_at", json!(null)),
        ] {
            assert_eq!(reply["user"][field], value, "{field}");
        }
        server.get("/api/v1/auth/me").session(&theirs).send().await.refused(401, "session_revoked");
        let rights = format!(
            "SELECT (SELECT count(*) FROM user_roles WHERE user_id = {id}) \
             + (SELECT count(*) FROM user_permissions WHERE user_id = {id}) \
             + (SELECT count(*) FROM users WHERE id = {id} AND is_platform_admin)",
            id = ana.id
        );
        assert_eq!(server.database.number(&rights).await, 0);
        let ended = format!("SELECT revoke_reason FROM sessions WHERE user_id = {}", ana.id);
        assert_eq!(server.database.texts(&ended).await, ["offboarded"]);
        let id = ana.id;
        let taken = json!({ "permissions": ["audit.view", "user.view"], "roles": ["Admin"] });
        let ban = json!({ "duration_hours": null, "expires_at": null, "from": "active", "sessions_revoked": 0 });
        let sum = json!({ "banned": true, "permissions": 2, "roles": 1, "sessions_revoked": 1 });
        assert_eq!(
            audit_rows(&server).await,
            [
                format!("user_banned #{id} {ban}"),
                format!("platform_admin_revoked #{id} {taken}"),
                format!("user_offboarded #{id} {sum}"),
            ]
        );
        noop(&root.send("POST", &path, json!({ "reason": "left the company" })).await);
        assert_eq!(audit_rows(&server).await.len(), 3);
    }

    async fn a_ban_without_end_stays_as_it_is_and_one_with_an_end_has_none_any_more(server: TestServer) {
        let root = Root::of(&server).await;
        for (hours, banned) in [(json!(null), false), (json!(5), true)] {
            let ana = server.admin(&[]).await;
            let ban = json!({ "banReason": "spam", "durationHours": hours });
            changed(&root.send("PATCH", &format!("{}/ban", ana.id), ban).await);
            let reply = root.send("POST", &format!("{}/offboard", ana.id), json!({ "reason": "left us" })).await;
            let reply = changed(&reply);
            let reason = if banned { "left us" } else { "spam" };
            assert_eq!((&reply["banned"], &reply["user"]["banReason"]), (&json!(banned), &json!(reason)));
            assert_eq!(reply["user"]["ban_expires_at"], json!(null));
        }
    }

    async fn s000_16_neither_oneself_nor_the_last_super_admin_is_put_out(server: TestServer) {
        let root = Root::of(&server).await;
        let own = format!("{}/offboard", root.account.id);
        let body = json!({ "reason": "tired of it" });
        root.send("POST", &own, body.clone()).await.refused(400, "last_admin");
        let other = server.super_admin().await;
        root.send("POST", &own, body.clone()).await.refused(400, "cannot_target_self");
        changed(&root.send("POST", &format!("{}/offboard", other.id), body.clone()).await);
        root.send("POST", &own, body).await.refused(400, "last_admin");
    }

    async fn a_reason_is_asked_and_who_changed_meanwhile_is_looked_at_again(server: TestServer) {
        let root = Root::of(&server).await;
        let ana = server.without_mfa(Role::Risk, &[]).await;
        let path = format!("{}/offboard", ana.id);
        let reply = root.send("POST", &path, json!({ "reason": "x" })).await;
        reply.refused(400, "validation_failed");
        reply.names_fields(&["reason"]);
        let stale = root.send("POST", &path, json!({ "reason": "left us", "expectedVersion": 9 })).await;
        stale.refused(409, "stale_version");
        assert_eq!(audit_rows(&server).await, Vec::<String>::new());
    }
}
