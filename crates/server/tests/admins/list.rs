//! The list of admins, and one of them with who granted what.

use chrono::TimeDelta;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::role::Role;
use serde_json::{Value, json};

use super::{ADD, Root, changed};
use crate::harness::{Session, TestServer, on_both};

const LIST: &str = "/api/v1/admin/users/get-admins-with-roles";

async fn page(server: &TestServer, session: &Session, query: &str) -> Value {
    let reply = server
        .get(&format!("{LIST}{query}"))
        .session(session)
        .send()
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()
}

fn ids(page: &Value) -> Vec<i64> {
    let rows = page["data"].as_array().unwrap().iter();
    rows.map(|row| row["id"].as_i64().unwrap()).collect()
}

on_both! {
    async fn s001_06_who_holds_a_staff_role_is_listed_with_what_it_allows(server: TestServer) {
        let ana = server.admin(&[Permission::UserView, Permission::UserBan]).await;
        let bare = server.without_mfa(Role::Support, &[]).await;
        server.plain().await;
        let session = server.session(&ana).await;
        let seen = server.now();
        server.advance(TimeDelta::minutes(5));
        let page = page(&server, &session, "").await;
        assert_eq!((ids(&page), &page["total"], &page["total_exact"]), (vec![ana.id, bare.id], &json!(2), &json!(true)));
        let (first, second) = (&page["data"][0], &page["data"][1]);
        for (field, value) in [
            ("email", json!(ana.email)), ("roles", json!(["Admin"])), ("permission_count", json!(2)),
            ("permissions", json!(["user.view", "user.ban"])), ("mfaEnabled", json!(true)),
            ("open_addresses", json!(1)), ("status", json!("active")),
        ] {
            assert_eq!(first[field], value, "{field}");
        }
        let seen_at: chrono::DateTime<chrono::Utc> = first["last_seen_at"].as_str().unwrap().parse().unwrap();
        assert_eq!(seen_at, seen);
        for (field, value) in [
            ("mfaEnabled", json!(false)), ("permission_count", json!(0)), ("last_seen_at", Value::Null),
            ("open_addresses", json!(0)),
        ] {
            assert_eq!(second[field], value, "{field}");
        }
    }

    async fn s001_14_looking_the_staff_up_leaves_a_row_and_looking_one_user_up_does_not(server: TestServer) {
        let ana = server.admin(&[Permission::UserView]).await;
        let session = server.session(&ana).await;
        page(&server, &session, "").await;
        server.get(&format!("/api/v1/admin/users/{}", ana.id)).session(&session).send().await;
        let rows = "SELECT method || ' ' || route || ' ' || status || ' ' || response FROM admin_action_log";
        assert_eq!(server.database.texts(rows).await, [format!("GET {LIST} 200 ")]);
    }

    async fn s001_16_pages_are_numbered_and_the_total_is_exact(server: TestServer) {
        let ana = server.admin(&[Permission::UserView]).await;
        let session = server.session(&ana).await;
        for _ in 0..24 {
            server.without_mfa(Role::Support, &[]).await;
        }
        let all = ids(&page(&server, &session, "?take=100").await);
        assert_eq!(all.len(), 25);
        let second = page(&server, &session, "?page=2&take=10").await;
        assert_eq!((ids(&second), &second["total"], &second["next_cursor"]), (all[10..20].to_vec(), &json!(25), &json!("3")));
        let last = page(&server, &session, "?page=3&take=10").await;
        assert_eq!((ids(&last), &last["next_cursor"]), (all[20..].to_vec(), &Value::Null));
        for (query, field) in [("?take=0", "take"), ("?take=101", "take"), ("?page=0", "page"), ("?role=Emperor", "role")] {
            let reply = server.get(&format!("{LIST}{query}")).session(&session).send().await;
            reply.refused(400, "validation_failed");
            assert!(reply.text.contains(field), "{query}: {}", reply.text);
        }
    }

    async fn s001_17_holders_of_any_of_several_roles_product_roles_too(server: TestServer) {
        let root = Root::of(&server).await;
        let (risk, both, user) = (server.admin(&[]).await, server.admin(&[]).await, server.plain().await);
        for (id, role) in [(risk.id, "Risk"), (both.id, "Risk"), (both.id, "Legal"), (user.id, "Streamer")] {
            changed(&root.put(ADD, json!({ "userId": id, "role": role })).await);
        }
        let of = async |roles: &str| ids(&page(&server, &root.session, &format!("?role={roles}")).await);
        assert_eq!(of("Risk").await, [risk.id, both.id]);
        assert_eq!(of("Legal,Streamer").await, [both.id, user.id]);
        assert_eq!(of("Expert").await, Vec::<i64>::new());
        // The seed's own spelling (§5).
        let reply = server.get("/admin/user/get-admins-with-roles?role=Legal").session(&root.session).send().await;
        assert_eq!(ids(&reply.json()), [both.id]);
    }

    async fn who_granted_what_and_when_is_told_of_each_right(server: TestServer) {
        let root = Root::of(&server).await;
        let ana = server.admin(&[Permission::UserView]).await;
        changed(&root.put(ADD, json!({ "userId": ana.id, "role": "Risk" })).await);
        let granted_at = server.now();
        changed(&root.put(&format!("{}/permissions", ana.id), json!({ "permissions": ["user.view", "user.ban"] })).await);
        let path = format!("/api/v1/admin/users/{}/grants", ana.id);
        let view = server.get(&path).session(&root.session).send().await.json();
        let told = |list: &str, name: &str| -> Vec<(String, Value)> {
            let grants = view[list].as_array().unwrap().iter();
            grants.map(|grant| (grant[name].as_str().unwrap().to_owned(), grant["granted_by"].clone())).collect()
        };
        let by_root = json!(root.account.email);
        assert_eq!(told("role_grants", "role"), [("Admin".to_owned(), Value::Null), ("Risk".to_owned(), by_root.clone())]);
        assert_eq!(
            told("permission_grants", "permission"),
            [("user.ban".to_owned(), by_root), ("user.view".to_owned(), Value::Null)]
        );
        let at: chrono::DateTime<chrono::Utc> = view["role_grants"][1]["granted_at"].as_str().unwrap().parse().unwrap();
        assert_eq!((at, &view["version"]), (granted_at, &json!(3)));
        assert_eq!(view["active_super_admins"], 1);
        let gone = server.get("/api/v1/admin/users/4711/grants").session(&root.session).send().await;
        gone.refused(404, "not_found");
    }
}
