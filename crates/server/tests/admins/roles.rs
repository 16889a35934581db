//! Roles: all of them replaced, one added, one revoked.

use quarterdeck_api::permission::Permission;
use serde_json::json;

use super::{ADD, REVOKE, Root, audit_rows, changed, noop};
use crate::harness::on_both;

on_both! {
    async fn s001_08_a_replace_gives_takes_and_tells_before_and_after(server: TestServer) {
        let root = Root::of(&server).await;
        let ana = server.admin(&[Permission::UserView]).await;
        let path = format!("{}/roles", ana.id);
        let body = changed(&root.put(&path, json!({ "roles": ["Support", "Admin"], "expectedVersion": 1 })).await);
        assert_eq!((&body["roles"], &body["version"]), (&json!(["Admin", "Support"]), &json!(2)));
        let body = changed(&root.put(&path, json!({ "roles": ["Risk", "Risk"] })).await);
        assert_eq!((&body["roles"], &body["is_platform_admin"]), (&json!(["Risk"]), &json!(true)));
        // What the rows allow is another question.
        assert_eq!(body["permissions"], json!(["user.view"]));
        let row = |before, after| {
            format!("roles_replaced #{} {}", ana.id, json!({ "after": after, "before": before }))
        };
        assert_eq!(
            audit_rows(&server).await,
            [
                row(json!(["Admin"]), json!(["Admin", "Support"])),
                row(json!(["Admin", "Support"]), json!(["Risk"])),
            ]
        );
    }

    async fn who_holds_a_role_still_keeps_who_granted_it(server: TestServer) {
        let (root, other) = (Root::of(&server).await, Root::of(&server).await);
        let user = server.plain().await;
        let path = format!("{}/roles", user.id);
        changed(&root.put(&path, json!({ "roles": ["User", "Risk"] })).await);
        changed(&other.put(&path, json!({ "roles": ["Risk", "Legal"] })).await);
        let granters = format!(
            "SELECT role || ' ' || CAST(granted_by AS TEXT) FROM user_roles WHERE user_id = {} ORDER BY role",
            user.id
        );
        assert_eq!(
            server.database.texts(&granters).await,
            [format!("Legal {}", other.account.id), format!("Risk {}", root.account.id)]
        );
    }

    async fn s001_24_an_empty_list_takes_every_role_and_the_flag_at_once(server: TestServer) {
        let root = Root::of(&server).await;
        let ana = server.admin(&[Permission::UserView]).await;
        let theirs = server.session(&ana).await;
        assert_eq!(server.get("/api/v1/admin/check").session(&theirs).send().await.status, 200);
        let body = changed(&root.put(&format!("{}/roles", ana.id), json!({ "roles": [] })).await);
        assert_eq!((&body["roles"], &body["is_platform_admin"]), (&json!([]), &json!(false)));
        // S000-12: the same token, at once.
        server.get("/api/v1/admin/check").session(&theirs).send().await.refused(403, "platform_admin_required");
    }

    async fn s001_29_the_second_of_two_editors_learns_that_it_is_late(server: TestServer) {
        let root = Root::of(&server).await;
        let ana = server.admin(&[]).await;
        let path = format!("{}/roles", ana.id);
        changed(&root.put(&path, json!({ "roles": ["Risk"], "expectedVersion": 1 })).await);
        let late = root.put(&path, json!({ "roles": ["Legal"], "expectedVersion": 1 })).await;
        assert_eq!(late.refused(409, "stale_version")["conflict"]["version"], 2);
        assert_eq!(audit_rows(&server).await.len(), 1);
        // A seed's body without a version still works.
        changed(&root.put(&path, json!({ "roles": ["Legal"] })).await);
        noop(&root.put(&path, json!({ "roles": ["Legal"] })).await);
        assert_eq!(audit_rows(&server).await.len(), 2);
    }

    async fn s001_38_a_role_that_is_none_is_named_and_nothing_changes(server: TestServer) {
        let root = Root::of(&server).await;
        let ana = server.admin(&[]).await;
        let before = server.database.snapshot().await;
        let roles = root.request("PUT", &format!("{}/roles", ana.id), json!({ "roles": ["Risk", "Emperor"] }));
        let problem = roles.send().await.refused(400, "unknown_role");
        assert_eq!(problem["detail"], "no such role: Emperor");
        for path in [ADD, REVOKE] {
            let body = json!({ "userId": ana.id, "role": "Emperor" });
            root.request("PUT", path, body).send().await.refused(400, "unknown_role");
        }
        // No code was used up.
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
    }

    async fn s001_10_s001_11_s001_35_one_role_by_handle_or_by_id_and_never_by_both(server: TestServer) {
        let root = Root::of(&server).await;
        let user = server.plain().await;
        server.database.execute(&format!(
            "UPDATE users SET twitch_username = 'Zoe_Live', twitch_key = 'zoe_live' WHERE id = {}", user.id
        )).await;
        let body = changed(&root.put(ADD, json!({ "twitchUsername": " ZOE_live ", "role": "Streamer" })).await);
        assert_eq!((&body["roles"], &body["is_platform_admin"]), (&json!(["User", "Streamer"]), &json!(false)));
        noop(&root.put(ADD, json!({ "userId": user.id, "role": "Streamer" })).await);
        let body = changed(&root.put(ADD, json!({ "userId": user.id, "role": "Support" })).await);
        assert_eq!(body["is_platform_admin"], true);
        let body = changed(&root.put(REVOKE, json!({ "twitchUsername": "zoe_live", "role": "Support" })).await);
        assert_eq!((&body["roles"], &body["is_platform_admin"]), (&json!(["User", "Streamer"]), &json!(false)));
        noop(&root.put(REVOKE, json!({ "userId": user.id, "role": "Support" })).await);
        let codes: Vec<_> = audit_rows(&server).await.iter().map(|row| row.split(' ').next().unwrap().to_owned()).collect();
        assert_eq!(codes, ["role_added", "role_added", "role_revoked"]);
        for path in [ADD, REVOKE] {
            for body in [
                json!({ "role": "Risk" }),
                json!({ "userId": user.id, "twitchUsername": "zoe_live", "role": "Risk" }),
            ] {
                let reply = root.put(path, body).await;
                reply.refused(400, "validation_failed");
                reply.names_fields(&["userId"]);
            }
            root.put(path, json!({ "twitchUsername": "nobody", "role": "Risk" })).await.refused(404, "not_found");
            root.put(path, json!({ "userId": 4_711, "role": "Risk" })).await.refused(404, "not_found");
        }
    }

    async fn s000_16_the_last_super_admin_keeps_the_role_by_every_path(server: TestServer) {
        let root = Root::of(&server).await;
        let id = root.account.id;
        let attempts = [
            (format!("{id}/roles"), json!({ "roles": ["Admin"] })),
            (format!("{id}/roles"), json!({ "roles": [] })),
            (REVOKE.to_owned(), json!({ "userId": id, "role": "SuperAdmin" })),
        ];
        for (path, body) in &attempts {
            root.put(path, body.clone()).await.refused(400, "last_admin");
        }
        // With another one there, it is still nobody's own to give up (S004-57).
        let other = server.super_admin().await;
        for (path, body) in &attempts {
            root.put(path, body.clone()).await.refused(400, "cannot_target_self");
        }
        assert_eq!(audit_rows(&server).await, Vec::<String>::new());
        changed(&root.put(REVOKE, json!({ "userId": other.id, "role": "SuperAdmin" })).await);
        root.put(&format!("{id}/roles"), json!({ "roles": [] })).await.refused(400, "last_admin");
        // More for oneself, and less beside the one that counts, is nobody's loss.
        changed(&root.put(ADD, json!({ "userId": id, "role": "Risk" })).await);
        changed(&root.put(&format!("{id}/roles"), json!({ "roles": ["SuperAdmin"] })).await);
    }

    async fn s001_03_s001_41_an_admin_who_is_no_super_admin_changes_no_rights(server: TestServer) {
        let ana = server.admin(Permission::ALL).await;
        let session = server.session(&ana).await;
        let user = server.plain().await;
        let rights = "SELECT user_id || ' ' || role FROM user_roles UNION ALL \
            SELECT user_id || ' ' || permission_key FROM user_permissions ORDER BY 1";
        let before = server.database.texts(rights).await;
        let calls = [
            ("PUT", format!("{}/roles", user.id), json!({ "roles": ["Risk"] })),
            ("PUT", format!("{}/permissions", user.id), json!({ "permissions": [] })),
            ("PUT", ADD.to_owned(), json!({ "userId": user.id, "role": "Risk" })),
            ("PUT", REVOKE.to_owned(), json!({ "userId": user.id, "role": "User" })),
            ("POST", format!("{}/offboard", user.id), json!({ "reason": "left us" })),
        ];
        for (method, path, body) in calls {
            let request = server.request(method, &format!("/api/v1/admin/users/{path}")).session(&session);
            let request = request.json(body).header("x-otp", &ana.code(server.now()));
            request.send().await.refused(403, "superadmin_required");
        }
        assert_eq!(server.database.texts(rights).await, before);
        assert_eq!(audit_rows(&server).await, Vec::<String>::new());
    }
}
