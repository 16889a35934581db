//! A repeated write is answered again, not done again (P11, architecture.md §4).

use quarterdeck_api::permission::Permission::{ApplicationsApprove, ApplicationsReject};
use serde_json::json;
use tokio::task::JoinSet;

use crate::harness::{Reply, Request, Session, TestServer, on_both};

const REPLAYED: &str = "idempotent-replayed";

fn decide(server: &TestServer, session: &Session, key: &str, action: &str, id: i64) -> Request {
    server
        .post("/api/v1/admin/bulk-applications")
        .session(session)
        .key(key)
        .json(json!({ "action": action, "ids": [id] }))
}

async fn operator(server: &TestServer) -> Session {
    let ana = server
        .admin(&[ApplicationsApprove, ApplicationsReject])
        .await;
    server.session(&ana).await
}

fn changed(replies: &[Reply]) -> usize {
    replies.iter().filter(|reply| reply.status == 200).count()
}

on_both! {
    async fn p11_the_same_bytes_come_back_even_after_a_restart(server: TestServer) {
        let session = operator(&server).await;
        server.applications(2).await;
        let first = decide(&server, &session, "k1", "approve", 1).send().await;
        assert_eq!((first.status, first.header(REPLAYED)), (200, ""));
        let before = server.database.snapshot().await;
        let second = decide(&server, &session, "k1", "approve", 1).send().await;
        assert_eq!((second.status, second.header(REPLAYED)), (200, "true"));
        assert_eq!(second.text, first.text);
        assert_ne!(second.header("x-request-id"), first.header("x-request-id"));
        let server = server.restart().await;
        let third = decide(&server, &session, "k1", "approve", 1).send().await;
        assert_eq!((third.status, third.header(REPLAYED)), (200, "true"));
        assert_eq!(third.text, first.text);
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
        assert_eq!(server.database.count("admin_audit_log").await, 1);
        assert_eq!(server.database.count("admin_action_log").await, 1, "a replay is no second request");
    }

    async fn p11_what_came_back_is_what_was_not_what_is(server: TestServer) {
        let session = operator(&server).await;
        server.applications(1).await;
        let first = decide(&server, &session, "k1", "approve", 1).send().await;
        decide(&server, &session, "k2", "reopen", 1).send().await;
        let replay = decide(&server, &session, "k1", "approve", 1).send().await;
        assert_eq!(replay.text, first.text);
        assert_eq!(server.database.texts("SELECT status FROM applications").await, ["PENDING"]);
    }

    async fn p11_the_same_key_with_other_bytes_is_refused(server: TestServer) {
        let session = operator(&server).await;
        server.applications(2).await;
        decide(&server, &session, "k1", "approve", 1).send().await;
        let before = server.database.snapshot().await;
        let others = [
            decide(&server, &session, "k1", "approve", 2),
            decide(&server, &session, "k1", "reject", 1),
            // The same meaning in other bytes.
            server
                .post("/api/v1/admin/bulk-applications")
                .session(&session)
                .key("k1")
                .body("application/json", r#"{ "action": "approve", "ids": [1] }"#),
            // Another route.
            server.post("/api/v1/admin/audit").session(&session).key("k1").json(json!({
                "action_code": "admin_refresh",
                "request_id": "e1",
            })),
        ];
        for other in others {
            other.send().await.refused(422, "idempotency_mismatch");
        }
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
    }

    async fn p11_a_key_is_the_callers_own(server: TestServer) {
        let (ana, omar) = (operator(&server).await, operator(&server).await);
        server.applications(2).await;
        decide(&server, &ana, "k1", "approve", 1).send().await;
        let reply = decide(&server, &omar, "k1", "approve", 2).send().await;
        assert_eq!((reply.status, reply.header(REPLAYED), &reply.json()["changed"]), (200, "", &json!(1)));
    }

    async fn p11_twenty_posts_with_one_key_make_one_change(server: TestServer) {
        let session = operator(&server).await;
        server.applications(1).await;
        let mut posts = JoinSet::new();
        for _ in 0..20 {
            posts.spawn(decide(&server, &session, "k1", "approve", 1).send());
        }
        let replies = posts.join_all().await;
        let first = replies.iter().find(|reply| reply.header(REPLAYED).is_empty() && reply.status == 200);
        let first = first.expect("one of them did it");
        for reply in &replies {
            if reply.status == 200 {
                assert_eq!(reply.text, first.text);
            } else {
                reply.refused(409, "idempotency_in_flight");
            }
        }
        assert_eq!(replies.iter().filter(|reply| reply.status == 200 && reply.header(REPLAYED).is_empty()).count(), 1);
        assert!(changed(&replies) >= 1);
        assert_eq!(server.database.count("admin_audit_log").await, 1);
        let replay = decide(&server, &session, "k1", "approve", 1).send().await;
        assert_eq!((replay.header(REPLAYED), &replay.text), ("true", &first.text));
    }

    async fn p11_who_waited_for_another_request_under_its_key_is_told_so(server: TestServer) {
        let session = operator(&server).await;
        server.applications(2).await;
        let mut holder = server.hold_writes().await;
        let mut posts = JoinSet::new();
        for id in [1, 2] {
            posts.spawn(decide(&server, &session, "k1", "approve", id).send());
        }
        server.until_a_write_waits().await;
        holder.commit().await;
        let mut told: Vec<_> = posts
            .join_all()
            .await
            .iter()
            .map(|reply| (reply.status, reply.json()["code"].as_str().map(str::to_owned)))
            .collect();
        told.sort();
        assert_eq!(told, [(200, None), (422, Some("idempotency_mismatch".to_owned()))]);
    }

    async fn p11_the_key_of_a_refused_call_is_free_again(server: TestServer) {
        let session = operator(&server).await;
        server.applications(2).await;
        let post = |body: serde_json::Value| {
            server.post("/api/v1/admin/bulk-applications").session(&session).key("k1").json(body).send()
        };
        post(json!({ "action": "approve" })).await.refused(400, "validation_failed");
        post(json!({ "action": "reject", "ids": [1, 2] })).await.refused(400, "confirm_required");
        server.database.break_audit().await;
        post(json!({ "action": "approve", "ids": [1] })).await.refused(503, "audit_unavailable");
        server.database.mend_audit().await;
        assert_eq!(server.database.count("idempotency_keys").await, 0);
        let reply = post(json!({ "action": "approve", "ids": [2] })).await;
        assert_eq!((reply.status, reply.header(REPLAYED)), (200, ""));
    }

    async fn p11_without_a_key_a_repeat_is_a_call_of_its_own(server: TestServer) {
        let session = operator(&server).await;
        server.applications(1).await;
        let post = || {
            let body = json!({ "action": "approve", "ids": [1], "expected_status": "PENDING" });
            server.post("/api/v1/admin/bulk-applications").session(&session).json(body).send()
        };
        assert_eq!(post().await.json()["changed"], 1);
        assert_eq!(post().await.json()["results"][0]["outcome"], "conflict");
        assert_eq!(server.database.count("idempotency_keys").await, 0);
    }

    async fn p11_a_seed_route_is_the_same_request(server: TestServer) {
        let session = operator(&server).await;
        server.applications(1).await;
        let first = decide(&server, &session, "k1", "approve", 1).send().await;
        let second = server
            .post("/api/admin/bulk-applications")
            .session(&session)
            .key("k1")
            .json(json!({ "action": "approve", "ids": [1] }))
            .send()
            .await;
        assert_eq!((second.header(REPLAYED), &second.text), ("true", &first.text));
    }

    async fn p11_who_lost_the_right_hears_no_stored_answer(server: TestServer) {
        let session = operator(&server).await;
        server.applications(1).await;
        decide(&server, &session, "k1", "approve", 1).send().await;
        server.database.execute("DELETE FROM user_permissions").await;
        decide(&server, &session, "k1", "approve", 1).send().await.refused(403, "permission_denied");
    }
}
