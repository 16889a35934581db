//! Verifying a person (S003-11).

use quarterdeck_api::permission::Permission::{UserVerify, UserView};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{USERS, crowd, get};
use crate::harness::{Reply, Session, TestServer, on_both};

async fn verify(server: &TestServer, session: &Session, id: i64, body: Value) -> Reply {
    let path = format!("{USERS}/{id}/verify");
    server.post(&path).session(session).json(body).send().await
}

async fn audit_rows(server: &TestServer) -> Vec<String> {
    let query = "SELECT action_code || ' [' || target_type || ' ' || target_id || '] ' || details \
        FROM admin_audit_log ORDER BY seq";
    server.database.texts(query).await
}

on_both! {
    async fn s003_11_a_person_is_verified_once_and_the_answer_is_the_user(server: TestServer) {
        let ana = server.admin(&[UserVerify, UserView]).await;
        let session = server.session(&ana).await;
        let id = crowd(&server, 1).await[0];
        let reply = verify(&server, &session, id, json!({ "expectedVersion": 1 })).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let user = reply.json();
        assert_eq!((&user["verified_at"], &user["verified_by"]), (&json!("2026-09-01T08:00:00Z"), &json!(ana.email)));
        assert_eq!((&user["version"], &user["updated_at"]), (&json!(2), &json!("2026-09-01T08:00:00Z")));
        assert_eq!(user, get(&server, &session, &format!("{USERS}/{id}")).await.json());
        assert_eq!(audit_rows(&server).await, [format!("user_verified [user {id}] {{}}")]);
        let before = server.database.snapshot().await;
        let again = verify(&server, &session, id, json!({})).await.json();
        assert_eq!((&again["noop"], &again["version"]), (&json!(true), &json!(2)));
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
        assert_eq!(server.database.count("admin_action_log").await, 1);
    }

    async fn s003_11_without_a_profile_one_is_made(server: TestServer) {
        let ana = server.admin(&[UserVerify]).await;
        let session = server.session(&ana).await;
        let plain = server.plain().await;
        assert_eq!(verify(&server, &session, plain.id, json!({})).await.status, 200);
        let row = format!("SELECT count(*) FROM profiles WHERE user_id = {} AND verified_by = {}", plain.id, ana.id);
        assert_eq!(server.database.number(&row).await, 1);
        // One's own account is locked by the gate already.
        assert_eq!(verify(&server, &session, ana.id, json!({})).await.json()["version"], 2);
    }

    async fn what_was_seen_must_still_be_so(server: TestServer) {
        let ana = server.admin(&[UserVerify]).await;
        let session = server.session(&ana).await;
        let people = crowd(&server, 2).await;
        server.database.execute(&format!(
            "UPDATE users SET version = 5 WHERE id = {};
             UPDATE users SET deleted_at = created_at WHERE id = {}", people[0], people[1]
        )).await;
        let before = server.database.snapshot().await;
        let problem = verify(&server, &session, people[0], json!({ "expectedVersion": 4 })).await.refused(409, "stale_version");
        assert_eq!(problem["conflict"], json!({ "status": "active", "decided_by": null, "decided_at": null, "version": 5 }));
        let problem = verify(&server, &session, people[1], json!({})).await.refused(409, "stale_version");
        assert_eq!(problem["detail"], format!("#{} is deleted; nothing can be done to it any more", people[1]));
        verify(&server, &session, 999, json!({})).await.refused(404, "not_found");
        verify(&server, &session, people[0], json!({ "expectedVersion": "x" })).await.names_fields(&["expectedVersion"]);
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
        // Who expects a version learns of the race even where the person is verified already.
        assert_eq!(verify(&server, &session, people[0], json!({ "expectedVersion": 5 })).await.status, 200);
        let problem = verify(&server, &session, people[0], json!({ "expectedVersion": 5 })).await.refused(409, "stale_version");
        assert_eq!(problem["conflict"], json!({
            "status": "active", "decided_by": ana.email, "decided_at": "2026-09-01T08:00:00Z", "version": 6,
        }));
    }

    async fn of_twenty_who_verify_at_once_one_does(server: TestServer) {
        let id = crowd(&server, 1).await[0];
        let mut posts = JoinSet::new();
        for _ in 0..20 {
            let ana = server.admin(&[UserVerify]).await;
            let session = server.session(&ana).await;
            let path = format!("{USERS}/{id}/verify");
            posts.spawn(server.post(&path).session(&session).json(json!({})).send());
        }
        let replies = posts.join_all().await;
        let changed = replies.iter().filter(|reply| reply.status == 200 && reply.json().get("noop").is_none()).count();
        assert_eq!(changed, 1);
        assert!(replies.iter().all(|reply| reply.status == 200), "{replies:?}");
        assert_eq!(audit_rows(&server).await.len(), 1);
    }

    async fn two_admins_who_verify_each_other_at_once_both_do(server: TestServer) {
        for round in 0..20 {
            let pair = [server.admin(&[UserVerify]).await, server.admin(&[UserVerify]).await];
            let mut posts = JoinSet::new();
            for (actor, target) in [(&pair[0], &pair[1]), (&pair[1], &pair[0])] {
                let session = server.session(actor).await;
                let path = format!("{USERS}/{}/verify", target.id);
                posts.spawn(server.post(&path).session(&session).json(json!({})).send());
            }
            let replies = posts.join_all().await;
            assert!(replies.iter().all(|reply| reply.status == 200), "round {round}: {replies:?}");
            let verified = format!(
                "SELECT count(*) FROM profiles WHERE verified_at IS NOT NULL AND user_id IN ({}, {})",
                pair[0].id, pair[1].id
            );
            assert_eq!(server.database.number(&verified).await, 2, "round {round}");
            assert_eq!(audit_rows(&server).await.len(), 2 * (round + 1));
        }
    }
}
