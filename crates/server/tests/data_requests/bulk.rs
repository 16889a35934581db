//! Several requests in one call (S003-71, C-33, C-41).

use quarterdeck_api::permission::Permission::DataRequestsUpdate;
use serde_json::json;

use super::{BULK, audit_rows, bulk, outcomes, update};
use crate::harness::{Session, TestServer, on_both};

async fn lea(server: &TestServer) -> Session {
    let lea = server.admin(&[DataRequestsUpdate]).await;
    server.session(&lea).await
}

on_both! {
    async fn c_41_each_id_has_its_own_result(server: TestServer) {
        let session = lea(&server).await;
        server.data_requests(4).await;
        update(&server, &session, json!({ "request_id": 2, "status": "completed" })).await;
        update(&server, &session, json!({ "request_id": 3, "status": "failed" })).await;
        let body = json!({ "ids": [3, 99, 1, 2, 4, 1, -1], "status": "completed", "confirm": true });
        let reply = bulk(&server, &session, body).await;
        assert_eq!(
            outcomes(&reply),
            ["3 conflict", "99 not_found", "1 changed", "2 noop", "4 changed", "-1 not_found"]
        );
        let body = reply.json();
        assert_eq!((&body["changed"], &body["noop"]), (&json!(2), &json!(false)));
        assert_eq!(body["results"][1], json!({ "id": 99, "outcome": "not_found" }));
        assert_eq!(body["results"][0]["conflict"]["status"], "failed");
        assert_eq!(body["results"][0]["row"]["status"], "failed");
        assert_eq!(body["results"][2]["row"]["status"], "completed");
        assert_eq!(body["results"][2]["row"]["completed_at"], "2026-09-01T08:00:00Z");
        let statuses = server.database.texts("SELECT status FROM data_requests ORDER BY id").await;
        assert_eq!(statuses, ["completed", "completed", "failed", "completed"]);
    }

    async fn c_41_what_was_seen_otherwise_is_a_conflict_with_who_was_first(server: TestServer) {
        let lea = server.admin(&[DataRequestsUpdate]).await;
        let session = server.session(&lea).await;
        server.data_requests(2).await;
        update(&server, &session, json!({ "request_id": 1, "status": "completed" })).await;
        let body = json!({ "ids": [1, 2], "status": "failed", "expected_status": "pending", "confirm": true, "error": "No identity" });
        let reply = bulk(&server, &session, body).await;
        assert_eq!(outcomes(&reply), ["1 conflict", "2 changed"]);
        assert_eq!(reply.json()["results"][0]["conflict"], json!({
            "status": "completed", "decided_by": lea.email, "decided_at": "2026-09-01T08:00:00Z", "version": 2,
        }));
        assert_eq!(reply.json()["results"][1]["row"]["error"], "No identity");
    }

    async fn s003_71_a_bulk_leaves_a_row_each_and_one_for_the_call(server: TestServer) {
        let session = lea(&server).await;
        server.data_requests(2).await;
        let reply = bulk(&server, &session, json!({ "ids": [1, 2, 77], "status": "failed", "confirm": true })).await;
        let one = bulk(&server, &session, json!({ "ids": [2], "status": "pending" })).await;
        assert_eq!(outcomes(&one), ["2 changed"]);
        assert_eq!(audit_rows(&server).await, [
            r#"data_request_updated [data_request 1] Data request updated {"from":"pending","to":"failed"}"#,
            r#"data_request_updated [data_request 2] Data request updated {"from":"pending","to":"failed"}"#,
            r#"bulk_data_request_update [data_request ] Bulk update confirmed, 2 data requests {"changed":2,"requested":3,"to":"failed"}"#,
            r#"data_request_updated [data_request 2] Data request updated {"from":"failed","to":"pending"}"#,
        ]);
        let requests = "SELECT DISTINCT request_id FROM admin_audit_log WHERE seq <= 3";
        assert_eq!(server.database.texts(requests).await, [reply.header("x-request-id")]);
    }

    async fn completing_or_failing_more_than_one_needs_a_confirmation(server: TestServer) {
        let session = lea(&server).await;
        server.data_requests(2).await;
        let before = server.database.snapshot().await;
        for status in ["completed", "failed"] {
            for confirm in [json!(null), json!(false)] {
                let body = json!({ "ids": [1, 2], "status": status, "confirm": confirm });
                bulk(&server, &session, body).await.refused(400, "confirm_required");
            }
        }
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
        let same = json!({ "ids": [1, 1], "status": "failed" });
        assert_eq!(outcomes(&bulk(&server, &session, same).await), ["1 changed"]);
        // A retry takes nothing away.
        let retry = json!({ "ids": [1, 2], "status": "pending" });
        assert_eq!(outcomes(&bulk(&server, &session, retry).await), ["1 changed", "2 noop"]);
    }

    async fn c_33_a_thousand_change_in_one_call_and_not_one_more(server: TestServer) {
        let session = lea(&server).await;
        server.data_requests(1).await;
        server.database.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) \
             INSERT INTO data_requests (user_id, kind, status, created_at, deadline, updated_at) \
             SELECT user_id, kind, status, created_at, deadline, updated_at FROM n, data_requests AS d"
        ).await;
        let ids: Vec<i64> = (1..=1_001).collect();
        let before = server.database.snapshot().await;
        for ids in [&ids[..], &[]] {
            let body = json!({ "ids": ids, "status": "completed", "confirm": true });
            bulk(&server, &session, body).await.names_fields(&["ids"]);
        }
        let error = json!({ "ids": [1], "status": "completed", "error": "no failure" });
        bulk(&server, &session, error).await.names_fields(&["error"]);
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
        let reply = bulk(&server, &session, json!({ "ids": ids[..1_000], "status": "completed", "confirm": true })).await;
        assert_eq!(reply.json()["changed"], 1_000);
        assert_eq!(server.database.count("admin_audit_log").await, 1_001);
        let left = "SELECT count(*) FROM data_requests WHERE status = 'pending'";
        assert_eq!(server.database.number(left).await, 1);
    }

    async fn c_16_what_is_so_already_leaves_no_trace(server: TestServer) {
        let session = lea(&server).await;
        server.data_requests(2).await;
        let before = server.database.snapshot().await;
        let requests = server.database.count("admin_action_log").await;
        let reply = bulk(&server, &session, json!({ "ids": [1, 2], "status": "pending" })).await;
        assert_eq!(outcomes(&reply), ["1 noop", "2 noop"]);
        assert_eq!((&reply.json()["changed"], &reply.json()["noop"]), (&json!(0), &json!(true)));
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
        assert_eq!(server.database.count("admin_action_log").await, requests);
    }

    async fn a_repeat_with_its_key_is_answered_again_and_changes_nothing(server: TestServer) {
        let session = lea(&server).await;
        server.data_requests(2).await;
        let send = || {
            let body = json!({ "ids": [1, 2], "status": "completed", "confirm": true });
            server.post(BULK).session(&session).key("once").json(body).send()
        };
        let first = send().await;
        let before = server.database.snapshot().await;
        let again = send().await;
        assert_eq!((again.status, &again.text), (200, &first.text));
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
    }
}
