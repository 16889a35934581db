//! Open sessions as operators see them, and how they end them.

use std::time::{Duration, Instant};

use quarterdeck_api::permission::Permission::{self, SessionsRevoke, SessionsView, UserView};
use serde_json::{Value, json};

use crate::harness::{Account, Session, TestServer, on_both};

const SESSIONS: &str = "/admin/active-sessions";
const ALL: &[Permission] = &[UserView, SessionsView, SessionsRevoke];

async fn listed(server: &TestServer, session: &Session, query: &str) -> Vec<Value> {
    let reply = server
        .get(&format!("{SESSIONS}?{query}"))
        .session(session)
        .send()
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()["data"].as_array().unwrap().clone()
}

async fn ids_of(server: &TestServer, session: &Session, person: &Account) -> Vec<i64> {
    let rows = listed(server, session, &format!("userId={}", person.id)).await;
    rows.iter().map(|row| row["id"].as_i64().unwrap()).collect()
}

async fn is_signed_in(server: &TestServer, session: &Session) -> bool {
    server.get("/auth/me").session(session).send().await.status == 200
}

on_both! {
    async fn s003_77_open_sessions_are_listed_with_kind_address_client_and_times(server: TestServer) {
        let (rita, person) = (server.admin(ALL).await, server.plain().await);
        let session = server.session(&rita).await;
        server.session(&person).await;
        let rows = listed(&server, &session, &format!("userId={}", person.id)).await;
        assert_eq!(rows, [json!({
            "id": rows[0]["id"], "user_id": person.id, "user": person.email, "kind": "full",
            "ip_address": "127.0.0.1", "user_agent": rows[0]["user_agent"], "created_at": "2026-09-01T08:00:00Z",
            "last_seen_at": "2026-09-01T08:00:00Z", "expires_at": rows[0]["expires_at"], "current": false,
        })]);
        let all = listed(&server, &session, "").await;
        assert_eq!(all.iter().map(|row| row["current"].clone()).collect::<Vec<_>>(), [json!(false), json!(true)]);
        let path = format!("/api/v1/admin/users/{}/full", person.id);
        let drawer = server.get(&path).session(&session).send().await.json();
        assert_eq!(drawer["sessions"]["data"], json!(rows));
        let bare = server.session(&server.admin(&[UserView]).await).await;
        assert_eq!(server.get(&path).session(&bare).send().await.json()["sessions"], json!(null));
        server.advance(chrono::TimeDelta::hours(12));
        let later = server.session(&rita).await;
        assert_eq!(ids_of(&server, &later, &person).await, Vec::<i64>::new(), "they ended by themselves");
    }

    async fn s003_77_one_session_is_ended_within_a_second_and_the_others_stay(server: TestServer) {
        let (rita, person) = (server.admin(ALL).await, server.plain().await);
        let session = server.session(&rita).await;
        let (kept, ended) = (server.session(&person).await, server.session(&person).await);
        let (mut live, _) = server.live(&ended).await;
        let ids = ids_of(&server, &session, &person).await;
        let path = format!("{SESSIONS}/{}", ids[0]);
        let reply = server.request("DELETE", &path).session(&session).send().await;
        let revoked_at = Instant::now();
        assert_eq!(reply.json(), json!({ "user_id": person.id, "ids": [ids[0]], "noop": false }));
        assert_eq!(live.end().await, ("revoked".to_owned(), 4401));
        assert!(revoked_at.elapsed() < Duration::from_secs(1), "{:?}", revoked_at.elapsed());
        assert!(is_signed_in(&server, &kept).await && !is_signed_in(&server, &ended).await);
        let log = "SELECT action_code || ' ' || target_type || ' ' || target_id || ' ' || details FROM admin_audit_log";
        let told = format!(r#"session_revoked user {} {{"sessions":[{}]}}"#, person.id, ids[0]);
        assert_eq!(server.database.texts(log).await, [told]);
        server.request("DELETE", &path).session(&session).send().await.refused(404, "not_found");
        let own = ids_of(&server, &session, &rita).await[0];
        let own = server.request("DELETE", &format!("{SESSIONS}/{own}")).session(&session);
        own.send().await.refused(400, "cannot_target_self");
    }

    async fn all_sessions_of_a_person_end_at_once_with_the_reason(server: TestServer) {
        let (rita, person) = (server.admin(ALL).await, server.plain().await);
        let session = server.session(&rita).await;
        let (one, other) = (server.session(&person).await, server.session(&person).await);
        let path = format!("/admin/users/{}/revoke-sessions", person.id);
        let end = async |body: Value| server.post(&path).session(&session).json(body).send().await;
        end(json!({ "reason": "no" })).await.refused(400, "validation_failed");
        let ids = ids_of(&server, &session, &person).await;
        let ended = end(json!({ "reason": "lost phone" })).await.json();
        assert_eq!((ended["ids"].as_array().unwrap().len(), &ended["noop"]), (ids.len(), &json!(false)));
        assert!(!is_signed_in(&server, &one).await && !is_signed_in(&server, &other).await);
        let kept = "SELECT DISTINCT revoke_reason FROM sessions WHERE revoked_at IS NOT NULL";
        assert_eq!(server.database.texts(kept).await, ["lost phone"]);
        assert_eq!(end(json!({})).await.json()["noop"], true);
        assert_eq!(server.database.count("admin_audit_log").await, 1, "and nothing changed");
        server.post("/admin/users/9999/revoke-sessions").session(&session).json(json!({})).send().await.refused(404, "not_found");
    }

    async fn c_11_sessions_of_staff_take_a_super_admin_and_a_code_and_ones_own_stays(server: TestServer) {
        let (rita, root) = (server.admin(ALL).await, server.super_admin().await);
        let (session, there) = (server.session(&root).await, server.session(&root).await);
        let of_rita = server.session(&rita).await;
        let path = |account: &Account| format!("/admin/users/{}/revoke-sessions", account.id);
        let end = |path: &str, session: &Session| server.post(path).session(session).json(json!({}));
        end(&path(&root), &of_rita).send().await.refused(403, "superadmin_required");
        end(&path(&rita), &session).send().await.refused(403, "otp_required");
        let coded = |path: &str| end(path, &session).header("x-otp", &root.code(server.now()));
        assert_eq!(coded(&path(&rita)).send().await.status, 200);
        assert!(!is_signed_in(&server, &of_rita).await);
        server.advance(chrono::TimeDelta::seconds(30));
        assert_eq!(coded(&path(&root)).send().await.status, 200);
        assert!(is_signed_in(&server, &session).await && !is_signed_in(&server, &there).await);
    }
}
