//! Deletion is soft, happens once, and has three spellings; what guards it guards anonymization, too.

use quarterdeck_api::ids::UserId;
use quarterdeck_api::permission::Permission::{self, UserDelete};
use quarterdeck_api::role::Role;
use quarterdeck_server::orgs::{self, NewMember, NewOrg};
use serde_json::json;

use super::{end, endings, operator, order, path, try_sign_in};
use crate::harness::{TestServer, on_both};

fn deleted_row(user: i64, by: i64) -> String {
    format!("user_deleted / User delete confirmed / user {user} by {by}")
}

async fn org(server: &TestServer, members: &[(i64, &'static str)]) -> i64 {
    let members: Vec<_> = members
        .iter()
        .map(|(user, role)| NewMember {
            user: UserId(*user),
            role,
        })
        .collect();
    let tx = server.services.system_write("test").await.unwrap();
    let new = NewOrg {
        name: "Harbor Knitters",
        members: &members,
    };
    let id = orgs::insert(tx.connection(), &new, tx.now).await.unwrap();
    tx.commit().await.unwrap();
    id
}

on_both! {
    async fn s002_25_s003_75_deletion_keeps_the_row_and_shuts_the_account_out(server: TestServer) {
        let (ana, session) = operator(&server).await;
        let user = server.plain().await;
        let theirs = server.session(&user).await;
        let reply = end(&server, &session, "delete", user.id).send().await;
        reply.is(200, json!({ "deleted_at": "2026-09-01T08:00:00Z", "orphaned_orgs": [], "noop": false }));
        let row = format!(
            "SELECT email || ' ' || CAST(deleted_by AS TEXT) || ' ' || CAST(version AS TEXT) \
             || CASE WHEN deleted_at IS NULL THEN ' open' ELSE ' deleted' END FROM users WHERE id = {}", user.id);
        assert_eq!(server.database.texts(&row).await, [format!("{} {} 2 deleted", user.email, ana.id)]);
        server.get("/api/v1/auth/me").session(&theirs).send().await.refused(401, "session_revoked");
        try_sign_in(&server, &user.email).await.refused(403, "account_deleted");
        let refresh = server.post("/api/v1/auth/refresh").json(json!({ "refresh_token": theirs.refresh }));
        assert_eq!(refresh.send().await.status, 401);
    }

    async fn s002_26_memberships_stay_and_c_29_what_is_left_without_an_owner_is_named(server: TestServer) {
        let (_, session) = operator(&server).await;
        let (ana, ben, cem) = (server.plain().await, server.plain().await, server.plain().await);
        let orgs = [
            vec![(ana.id, "owner"), (cem.id, "admin")],
            vec![(ana.id, "owner"), (ben.id, "owner")],
            vec![(ben.id, "owner"), (ana.id, "member")],
            vec![(ana.id, "owner"), (cem.id, "owner")],
        ];
        let mut ids = Vec::new();
        for members in orgs {
            ids.push(org(&server, &members).await);
        }
        // An owner whose account is not in use looks after nothing.
        server.database.execute(&format!("UPDATE users SET suspended_at = created_at WHERE id = {}", cem.id)).await;
        let memberships = "SELECT CAST(org_id AS TEXT) || ' ' || CAST(user_id AS TEXT) || ' ' || role FROM memberships ORDER BY id";
        let before = server.database.texts(memberships).await;
        let deleted = end(&server, &session, "delete", ana.id).send().await;
        deleted.is(200, json!({
            "deleted_at": "2026-09-01T08:00:00Z", "orphaned_orgs": [ids[0], ids[3]], "noop": false,
        }));
        let again = end(&server, &session, "delete", ana.id).send().await.json();
        assert_eq!((&again["orphaned_orgs"], &again["noop"]), (&json!([ids[0], ids[3]]), &json!(true)));
        let deleted = end(&server, &session, "delete", ben.id).send().await.json();
        assert_eq!(deleted["orphaned_orgs"], json!([ids[1], ids[2]]));
        assert_eq!(server.database.texts(memberships).await, before);
        let told = "SELECT details FROM admin_audit_log WHERE action_code = 'user_deleted' ORDER BY seq";
        let told = server.database.texts(told).await;
        assert!(told[0].contains(&format!("\"orphaned_orgs\":[{},{}]", ids[0], ids[3])), "{told:?}");
    }

    async fn s003_13_an_export_says_what_the_person_belongs_to(server: TestServer) {
        let root = server.super_admin().await;
        let root = server.session(&root).await;
        let ana = server.plain().await;
        let id = org(&server, &[(ana.id, "viewer")]).await;
        let export = server.post(&format!("/api/v1/admin/users/{}/export", ana.id)).session(&root).send().await;
        let membership = json!({ "org_id": id, "org": "Harbor Knitters", "role": "viewer", "since": "2026-09-01T08:00:00Z" });
        assert_eq!(export.json()["memberships"], json!([membership]));
    }

    async fn s003_15_a_repeat_changes_nothing_and_leaves_nothing(server: TestServer) {
        let (ana, session) = operator(&server).await;
        let user = server.plain().await;
        end(&server, &session, "delete", user.id).send().await;
        server.advance(chrono::TimeDelta::minutes(1));
        let before = server.database.snapshot().await;
        for _ in 0..2 {
            let reply = end(&server, &session, "delete", user.id).send().await;
            reply.is(200, json!({ "deleted_at": "2026-09-01T08:00:00Z", "orphaned_orgs": [], "noop": true }));
        }
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
        assert_eq!(endings(&server).await, [deleted_row(user.id, ana.id)]);
    }

    async fn s003_73_the_seeds_route_and_the_delete_method_delete_alike(server: TestServer) {
        let (ana, session) = operator(&server).await;
        let mut rows = Vec::new();
        for number in 0..3 {
            let user = server.plain().await;
            let body = json!({ "user_id": user.id, "confirm": true, "reason": "asked for it" });
            let by_query = format!("/admin/user/{}?confirm=true&reason=asked+for+it", user.id);
            let request = match number {
                0 => server.post("/api/admin/delete-user").json(body),
                1 => server.post("/api/v1/admin/delete-user").json(body),
                _ => server.request("DELETE", &by_query),
            };
            request.clone().send().await.refused(401, "missing_authorization");
            let reply = request.session(&session).send().await;
            assert_eq!((reply.status, &reply.json()["noop"]), (200, &json!(false)), "{}", reply.text);
            rows.push(deleted_row(user.id, ana.id));
        }
        assert_eq!(endings(&server).await, rows);
    }

    async fn s003_81_without_confirmation_or_reason_nothing_happens(server: TestServer) {
        let (_, session) = operator(&server).await;
        let user = server.plain().await;
        let before = server.database.snapshot().await;
        for verb in ["delete", "anonymize"] {
            for path in [path(verb, user.id), format!("/api/v1/admin/{verb}-user")] {
                let send = |mut body: serde_json::Value| {
                    if path.ends_with("-user") {
                        body["user_id"] = json!(user.id);
                    }
                    server.post(&path).session(&session).json(body).send()
                };
                send(json!({ "reason": "asked for it" })).await.refused(400, "confirm_required");
                send(json!({ "reason": "asked for it", "confirm": false })).await.refused(400, "confirm_required");
                send(json!({ "confirm": true })).await.names_fields(&["reason"]);
                send(json!({ "confirm": true, "reason": " no " })).await.names_fields(&["reason"]);
                send(json!({ "confirm": true, "reason": "x".repeat(501) })).await.names_fields(&["reason"]);
            }
        }
        let base = format!("/api/v1/admin/users/{}", user.id);
        let by_method = |query: &str| server.request("DELETE", &format!("{base}{query}")).session(&session).send();
        by_method("").await.names_fields(&["reason"]);
        by_method("?confirm=true").await.names_fields(&["reason"]);
        by_method("?reason=asked+for+it").await.refused(400, "confirm_required");
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
    }

    async fn s003_74_the_row_names_the_act_the_user_and_the_admin(server: TestServer) {
        let (ana, session) = operator(&server).await;
        let user = server.plain().await;
        server.session(&user).await;
        end(&server, &session, "delete", user.id).send().await;
        assert_eq!(endings(&server).await, [deleted_row(user.id, ana.id)]);
        let details = "SELECT details FROM admin_audit_log WHERE action_code = 'user_deleted'";
        let expected = json!({ "from": "active", "roles": [], "permissions": [], "sessions_revoked": 1 });
        assert_eq!(server.database.texts(details).await, [expected.to_string()]);
    }

    async fn s003_19_a_confirmed_deletion_leaves_one_row_whatever_the_client_appends(server: TestServer) {
        let (ana, session) = operator(&server).await;
        let user = server.plain().await;
        end(&server, &session, "delete", user.id).send().await;
        for _ in 0..2 {
            let event = json!({
                "action": "User delete confirmed", "action_code": "user_deleted", "target_type": "user",
                "target_id": user.id.to_string(), "request_id": "e1",
            });
            let reply = server.post("/api/admin/audit").session(&session).json(event).send().await;
            assert_eq!(reply.status, 400, "{}", reply.text);
        }
        assert_eq!(endings(&server).await, [deleted_row(user.id, ana.id)]);
    }

    async fn s000_16_s002_28_the_last_super_admin_and_oneself_stay(server: TestServer) {
        let root = server.super_admin().await;
        let session = server.session(&root).await;
        let (ana, own) = operator(&server).await;
        for verb in ["delete", "anonymize"] {
            end(&server, &session, verb, root.id).send().await.refused(400, "last_admin");
            // Staff is changed by super-admins alone, even by itself.
            end(&server, &own, verb, ana.id).send().await.refused(403, "superadmin_required");
        }
        server.super_admin().await;
        for verb in ["delete", "anonymize"] {
            let refused = end(&server, &session, verb, root.id).send().await;
            assert_eq!(refused.json()["code"], "cannot_target_self", "{}", refused.text);
        }
        assert_eq!(endings(&server).await, Vec::<String>::new());
    }

    async fn c_11_staff_is_ended_by_a_super_admin_with_a_code(server: TestServer) {
        let root = server.super_admin().await;
        let session = server.session(&root).await;
        let (_, plain_admin) = operator(&server).await;
        for verb in ["delete", "anonymize"] {
            let staff = server.admin(&[Permission::UserBan]).await;
            end(&server, &plain_admin, verb, staff.id).send().await.refused(403, "superadmin_required");
            end(&server, &session, verb, staff.id).send().await.refused(403, "otp_required");
            let code = root.code(server.now());
            let reply = end(&server, &session, verb, staff.id).header("x-otp", &code).send().await;
            assert_eq!(reply.status, 200, "{}", reply.text);
            let rights = format!(
                "SELECT (SELECT count(*) FROM user_permissions WHERE user_id = {0}) \
                 + (SELECT count(*) FROM user_roles WHERE user_id = {0}) \
                 + (SELECT count(*) FROM users WHERE id = {0} AND is_platform_admin)", staff.id);
            assert_eq!(server.database.number(&rights).await, 0, "{verb} takes staff rights");
            server.advance(chrono::TimeDelta::seconds(30));
        }
    }

    async fn product_roles_stay_and_missing_accounts_are_named(server: TestServer) {
        let (_, session) = operator(&server).await;
        let streamer = server.without_mfa(Role::Streamer, &[]).await;
        end(&server, &session, "delete", streamer.id).send().await;
        let roles = format!("SELECT role FROM user_roles WHERE user_id = {}", streamer.id);
        assert_eq!(server.database.texts(&roles).await, ["Streamer"]);
        for verb in ["delete", "anonymize"] {
            let body = end(&server, &session, verb, 4_711).send().await.refused(404, "not_found");
            assert_eq!(body["detail"], "there is no user #4711");
        }
    }

    async fn each_ending_takes_its_own_permission(server: TestServer) {
        let ana = server.admin(&[UserDelete]).await;
        let session = server.session(&ana).await;
        let user = server.plain().await;
        let body = end(&server, &session, "anonymize", user.id).send().await.refused(403, "permission_denied");
        assert_eq!(body["permission"], "user.anonymize");
        assert_eq!(end(&server, &session, "delete", user.id).send().await.status, 200);
    }

    async fn another_version_than_the_one_seen_is_refused(server: TestServer) {
        let (_, session) = operator(&server).await;
        let user = server.plain().await;
        let send = |verb: &str, version: i64| {
            let mut body = order();
            body["expectedVersion"] = json!(version);
            server.post(&path(verb, user.id)).session(&session).json(body).send()
        };
        for verb in ["delete", "anonymize"] {
            let conflict = send(verb, 7).await.refused(409, "stale_version")["conflict"].clone();
            assert_eq!((&conflict["status"], &conflict["version"]), (&json!("active"), &json!(1)));
        }
        assert_eq!(send("delete", 1).await.status, 200);
    }
}
