//! What holds for every write to rights: a code, a row in the action log, all of it or nothing.

use quarterdeck_api::permission::Permission;
use serde_json::{Value, json};

use super::{ADD, REVOKE, Root, changed};
use crate::harness::{Account, TestServer, on_both};

/// The writes that change the rights of somebody, none of which another one makes impossible.
fn writes(of: &Account) -> Vec<(&'static str, String, Value)> {
    let id = of.id;
    vec![
        (
            "PUT",
            ADD.to_owned(),
            json!({ "userId": id, "role": "Streamer" }),
        ),
        (
            "PUT",
            REVOKE.to_owned(),
            json!({ "userId": id, "role": "Streamer" }),
        ),
        (
            "PUT",
            format!("{id}/roles"),
            json!({ "roles": ["Support"] }),
        ),
        (
            "PUT",
            format!("{id}/permissions"),
            json!({ "permissions": ["user.view"] }),
        ),
        (
            "POST",
            format!("{id}/offboard"),
            json!({ "reason": "left the company" }),
        ),
    ]
}

async fn action_rows(server: &TestServer) -> i64 {
    server.database.count("admin_action_log").await
}

on_both! {
    async fn s001_02_s004_54_each_write_takes_a_fresh_code_and_leaves_one_row(server: TestServer) {
        let root = Root::of(&server).await;
        let ana = server.admin(&[Permission::UserBan]).await;
        for (method, path, body) in writes(&ana) {
            let bare = server.request(method, &format!("/api/v1/admin/users/{path}")).session(&root.session);
            bare.json(body.clone()).send().await.refused(403, "otp_required");
            let before = action_rows(&server).await;
            changed(&root.send(method, &path, body.clone()).await);
            assert_eq!(action_rows(&server).await, before + 1, "{method} {path}");
            // The code of before opens nothing more.
            root.request(method, &path, body).send().await.refused(403, "otp_replayed");
        }
    }

    async fn s001_42_a_replace_that_fails_half_way_leaves_the_old_set(server: TestServer) {
        let root = Root::of(&server).await;
        let ana = server.admin(&[Permission::UserView, Permission::UserBan]).await;
        for (table, path, body) in [
            ("user_roles", "roles", json!({ "roles": ["Risk"] })),
            ("user_permissions", "permissions", json!({ "permissions": ["withdrawals.approve"] })),
        ] {
            let column = if table == "user_roles" { "role" } else { "permission_key" };
            let held = format!("SELECT {column} FROM {table} WHERE user_id = {} ORDER BY 1", ana.id);
            let before = server.database.texts(&held).await;
            server.database.refuse_inserts(table).await;
            let reply = root.put(&format!("{}/{path}", ana.id), body).await;
            assert!(reply.status >= 500, "{}", reply.text);
            assert_eq!(server.database.texts(&held).await, before, "{table}");
        }
    }

    async fn s001_32_a_super_admin_without_permission_rows_passes_every_key(server: TestServer) {
        let root = server.super_admin().await;
        let session = server.session(&root).await;
        let rows = format!("SELECT permission_key FROM user_permissions WHERE user_id = {}", root.id);
        assert_eq!(server.database.texts(&rows).await, Vec::<String>::new());
        for path in [
            "admin/users", "admin/audit", "admin/reports", "admin/applications", "admin/data-requests",
            "admin/user-notes", "admin/active-sessions", "admin/users/get-admins-with-roles",
        ] {
            let reply = server.get(&format!("/api/v1/{path}")).session(&session).send().await;
            assert_eq!(reply.status, 200, "{path}: {}", reply.text);
        }
    }

    async fn s001_25_who_is_banned_is_shut_out_of_everything_whatever_the_role(server: TestServer) {
        let root = Root::of(&server).await;
        let ana = server.admin(Permission::ALL).await;
        let theirs = server.session(&ana).await;
        assert_eq!(server.get("/api/v1/admin/users").session(&theirs).send().await.status, 200);
        changed(&root.send("PATCH", &format!("{}/ban", ana.id), json!({ "banReason": "left the company" })).await);
        for path in ["admin/users", "admin/audit", "admin/reports", "auth/me"] {
            let reply = server.get(&format!("/api/v1/{path}")).session(&theirs).send().await;
            assert_eq!(reply.status, 401, "{path}: {}", reply.text);
        }
        let held = format!("SELECT role FROM user_roles WHERE user_id = {}", ana.id);
        assert_eq!(server.database.texts(&held).await, ["Admin"], "the role is still there");
    }
}
