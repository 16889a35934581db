//! Permission rows: all of them replaced; and the catalogue that they come from.

use quarterdeck_api::permission::Permission;
use serde_json::json;

use super::{Root, audit_rows, changed, noop};
use crate::harness::on_both;

on_both! {
    async fn s001_09_a_replace_gives_takes_and_tells_before_and_after(server: TestServer) {
        let root = Root::of(&server).await;
        let ana = server.admin(&[Permission::UserView, Permission::UserBan]).await;
        let path = format!("{}/permissions", ana.id);
        let wanted = json!({ "permissions": ["withdrawals.approve", "user.view", "user.view"], "expectedVersion": 1 });
        let body = changed(&root.put(&path, wanted.clone()).await);
        assert_eq!(
            (&body["permissions"], &body["roles"], &body["version"]),
            (&json!(["user.view", "withdrawals.approve"]), &json!(["Admin"]), &json!(2))
        );
        let details = json!({
            "after": ["user.view", "withdrawals.approve"], "before": ["user.view", "user.ban"],
        });
        assert_eq!(audit_rows(&server).await, [format!("permissions_replaced #{} {details}", ana.id)]);
        noop(&root.put(&path, json!({ "permissions": ["withdrawals.approve", "user.view"] })).await);
        assert_eq!(audit_rows(&server).await.len(), 1);
    }

    async fn s001_30_the_second_of_two_editors_learns_that_it_is_late_even_where_it_wants_the_same(server: TestServer) {
        let root = Root::of(&server).await;
        let ana = server.admin(&[Permission::UserView]).await;
        let path = format!("{}/permissions", ana.id);
        let wanted = json!({ "permissions": ["user.view", "user.ban"], "expectedVersion": 1 });
        changed(&root.put(&path, wanted.clone()).await);
        root.put(&path, wanted).await.refused(409, "stale_version");
        let others = json!({ "permissions": [], "expectedVersion": 1 });
        root.put(&path, others).await.refused(409, "stale_version");
        assert_eq!(audit_rows(&server).await.len(), 1);
    }

    async fn a_permission_that_is_taken_is_gone_with_the_next_call(server: TestServer) {
        let root = Root::of(&server).await;
        let ana = server.admin(&[Permission::UserView]).await;
        let theirs = server.session(&ana).await;
        assert_eq!(server.get("/api/v1/admin/users").session(&theirs).send().await.status, 200);
        changed(&root.put(&format!("{}/permissions", ana.id), json!({ "permissions": [] })).await);
        server.get("/api/v1/admin/users").session(&theirs).send().await.refused(403, "permission_denied");
    }

    async fn s001_45_a_key_that_is_none_is_named_and_nothing_changes(server: TestServer) {
        let root = Root::of(&server).await;
        let ana = server.admin(&[Permission::UserView]).await;
        let before = server.database.snapshot().await;
        let body = json!({ "permissions": ["user.ban", "nope.x"] });
        let reply = root.request("PUT", &format!("{}/permissions", ana.id), body).send().await;
        assert_eq!(reply.refused(400, "unknown_permission")["detail"], "no such permission: nope.x");
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
        root.put("4711/permissions", json!({ "permissions": [] })).await.refused(404, "not_found");
    }

    async fn s001_15_the_catalogue_is_the_table(server: TestServer) {
        let ana = server.admin(&[Permission::UserView]).await;
        let session = server.session(&ana).await;
        let requests = server.database.count("admin_action_log").await;
        let reply = server.get("/api/v1/admin/users/all-permissions").session(&session).send().await;
        let listed = reply.json();
        let entry = json!({ "key": "user.ban", "group": "users", "description": "Ban and unban users" });
        assert!(listed.as_array().unwrap().contains(&entry), "{listed}");
        let count = i64::try_from(listed.as_array().unwrap().len()).unwrap();
        assert!(count >= 60 && count == server.database.count("permissions").await, "{count}");
        assert_eq!(server.database.count("admin_action_log").await, requests);
    }
}
