//! One request at a time, as the seed spells it (S003-10, S003-33, S003-70, S003-71, C-41).

use chrono::TimeDelta;
use quarterdeck_api::permission::Permission::{DataRequestsUpdate, DataRequestsView};
use serde_json::{Value, json};

use super::{QUEUE, audit_rows, fresh_row, update};
use crate::harness::{Session, TestServer, on_both};

async fn lea(server: &TestServer) -> (Session, String) {
    let lea = server.admin(&[DataRequestsUpdate]).await;
    (server.session(&lea).await, lea.email)
}

async fn statuses(server: &TestServer) -> Vec<String> {
    let query = "SELECT status FROM data_requests ORDER BY id";
    server.database.texts(query).await
}

on_both! {
    async fn s003_10_a_new_status_comes_back_with_the_row(server: TestServer) {
        let (session, email) = lea(&server).await;
        server.data_requests(1).await;
        let body = json!({ "request_id": 1, "status": "completed", "expected_status": "pending" });
        let mut expected = fresh_row(&server).await;
        expected["status"] = json!("completed");
        expected["seconds_left"] = Value::Null;
        expected["updated_at"] = json!("2026-09-01T08:00:00Z");
        expected["completed_at"] = json!("2026-09-01T08:00:00Z");
        expected["handled_by"] = json!(email);
        expected["version"] = json!(2);
        update(&server, &session, body).await.is(200, expected.clone());
        let viewer = server.admin(&[DataRequestsView]).await;
        let viewer = server.session(&viewer).await;
        server.get(&format!("{QUEUE}/1")).session(&viewer).send().await.is(200, expected);
    }

    async fn s003_33_the_status_is_written_and_a_bad_one_is_400(server: TestServer) {
        let (session, _) = lea(&server).await;
        server.data_requests(2).await;
        let before = server.database.snapshot().await;
        for bad in [json!("done"), json!("PENDING"), json!(""), json!(null), json!(1)] {
            let reply = update(&server, &session, json!({ "request_id": 1, "status": bad })).await;
            reply.names_fields(&["status"]);
        }
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
        update(&server, &session, json!({ "request_id": 1, "status": "completed" })).await;
        assert_eq!(statuses(&server).await, ["completed", "pending"]);
    }

    async fn s003_70_the_body_needs_its_request_id_and_its_status(server: TestServer) {
        let (session, _) = lea(&server).await;
        server.data_requests(1).await;
        let before = server.database.snapshot().await;
        for (body, field) in [
            (json!({ "status": "completed" }), "request_id"),
            (json!({ "request_id": null, "status": "completed" }), "request_id"),
            (json!({ "request_id": "x", "status": "completed" }), "request_id"),
            (json!({ "request_id": 1 }), "status"),
            (json!({ "request_id": 1, "status": "completed", "id": 1 }), "id"),
        ] {
            update(&server, &session, body).await.names_fields(&[field]);
        }
        for missing in [0, -1, 2, i64::MAX] {
            let body = json!({ "request_id": missing, "status": "completed" });
            let problem = update(&server, &session, body).await.refused(404, "not_found");
            assert_eq!(problem["detail"], format!("there is no data request #{missing}"));
        }
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
    }

    async fn s003_71_a_row_is_written_each_time_with_the_status_before_and_after(server: TestServer) {
        let lea = server.admin(&[DataRequestsUpdate]).await;
        let session = server.session(&lea).await;
        server.data_requests(1).await;
        let failed = json!({ "request_id": 1, "status": "failed", "error": "Ana Asker could not be identified" });
        let reply = update(&server, &session, failed).await;
        update(&server, &session, json!({ "request_id": 1, "status": "pending" })).await;
        update(&server, &session, json!({ "request_id": 1, "status": "completed" })).await;
        // What is typed about a person stays out of the log that nobody can blank.
        assert_eq!(audit_rows(&server).await, [
            r#"data_request_updated [data_request 1] Data request updated {"from":"pending","to":"failed"}"#,
            r#"data_request_updated [data_request 1] Data request updated {"from":"failed","to":"pending"}"#,
            r#"data_request_updated [data_request 1] Data request updated {"from":"pending","to":"completed"}"#,
        ]);
        let row = "SELECT actor_type || ' ' || admin_user_id || ' ' || admin_email || ' ' || request_id \
            FROM admin_audit_log WHERE seq = 1";
        assert_eq!(
            server.database.texts(row).await,
            [format!("human {} {} {}", lea.id, lea.email, reply.header("x-request-id"))]
        );
    }

    async fn c_41_completed_is_final_and_who_did_it_is_told(server: TestServer) {
        let (session, email) = lea(&server).await;
        server.data_requests(1).await;
        update(&server, &session, json!({ "request_id": 1, "status": "completed" })).await;
        let before = server.database.snapshot().await;
        for body in [
            json!({ "request_id": 1, "status": "pending" }),
            json!({ "request_id": 1, "status": "failed" }),
            json!({ "request_id": 1, "status": "failed", "expected_status": "completed" }),
            json!({ "request_id": 1, "status": "completed", "expected_status": "pending" }),
        ] {
            let problem = update(&server, &session, body).await.refused(409, "already_completed");
            assert_eq!(problem["conflict"], json!({
                "status": "completed", "decided_by": email, "decided_at": "2026-09-01T08:00:00Z", "version": 2,
            }));
            assert_eq!(
                problem["detail"],
                format!("data request #1 was marked completed by {email}; that is final, and nothing was changed")
            );
        }
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
    }

    async fn c_41_a_failed_one_is_retried_before_it_is_completed(server: TestServer) {
        let (session, email) = lea(&server).await;
        server.data_requests(1).await;
        update(&server, &session, json!({ "request_id": 1, "status": "failed", "error": "  Archive is full " })).await;
        let read = || server.database.texts("SELECT status || ' ' || coalesce(error, '-') || ' ' || version FROM data_requests");
        assert_eq!(read().await, ["failed Archive is full 2"]);
        let complete = json!({ "request_id": 1, "status": "completed" });
        let problem = update(&server, &session, complete.clone()).await.refused(409, "stale_version");
        assert_eq!(problem["conflict"]["status"], "failed");
        assert_eq!(
            problem["detail"],
            format!("data request #1 was marked failed by {email}; retry it first: set it to pending, then complete it")
        );
        server.advance(TimeDelta::minutes(5));
        let retried = update(&server, &session, json!({ "request_id": 1, "status": "pending" })).await.json();
        assert_eq!((&retried["status"], &retried["error"], &retried["completed_at"]), (&json!("pending"), &json!(null), &json!(null)));
        assert_eq!(retried["updated_at"], "2026-09-01T08:05:00Z");
        assert_eq!(read().await, ["pending - 3"]);
        assert_eq!(update(&server, &session, complete).await.json()["status"], "completed");
    }

    async fn another_status_than_the_one_seen_is_a_conflict(server: TestServer) {
        let (session, email) = lea(&server).await;
        server.data_requests(1).await;
        let never_touched = json!({ "request_id": 1, "status": "completed", "expected_status": "failed" });
        let problem = update(&server, &session, never_touched).await.refused(409, "stale_version");
        assert_eq!(problem["conflict"], json!({ "status": "pending", "decided_by": null, "decided_at": null, "version": 1 }));
        assert_eq!(problem["detail"], "data request #1 is still pending; nothing was changed, reload and look again");
        update(&server, &session, json!({ "request_id": 1, "status": "failed" })).await;
        let before = server.database.snapshot().await;
        for status in ["completed", "failed"] {
            let body = json!({ "request_id": 1, "status": status, "expected_status": "pending" });
            let problem = update(&server, &session, body).await.refused(409, "stale_version");
            assert_eq!(problem["conflict"]["decided_by"], email);
            assert_eq!(
                problem["detail"],
                format!("data request #1 was marked failed by {email}; nothing was changed, reload and look again")
            );
        }
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
    }

    async fn c_16_the_same_status_without_an_expectation_leaves_no_trace(server: TestServer) {
        let (session, _) = lea(&server).await;
        server.data_requests(1).await;
        for status in ["pending", "failed", "pending", "completed"] {
            let body = json!({ "request_id": 1, "status": status });
            update(&server, &session, body.clone()).await;
            let before = server.database.snapshot().await;
            let requests = server.database.count("admin_action_log").await;
            let again = update(&server, &session, body).await;
            assert_eq!((again.status, &again.json()["status"]), (200, &json!(status)));
            assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
            assert_eq!(server.database.count("admin_action_log").await, requests);
        }
    }

    async fn an_error_goes_with_failed_only_and_has_a_length(server: TestServer) {
        let (session, _) = lea(&server).await;
        server.data_requests(2).await;
        let before = server.database.snapshot().await;
        for (status, error) in [
            ("completed", "done anyway".to_owned()),
            ("pending", "trying again".to_owned()),
            ("failed", "ab".to_owned()),
            ("failed", "  a  ".to_owned()),
            ("failed", "ä".repeat(501)),
        ] {
            let body = json!({ "request_id": 1, "status": status, "error": error });
            update(&server, &session, body).await.names_fields(&["error"]);
        }
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
        for (id, error) in [(1, "abc".to_owned()), (2, "ä".repeat(500))] {
            let body = json!({ "request_id": id, "status": "failed", "error": error });
            assert_eq!(update(&server, &session, body).await.text_at("/error"), error);
        }
    }

    async fn a_repeat_with_its_key_is_answered_again_and_changes_nothing(server: TestServer) {
        let (session, _) = lea(&server).await;
        server.data_requests(1).await;
        let send = || {
            let request = server.request("PATCH", QUEUE).session(&session).key("once");
            request.json(json!({ "request_id": 1, "status": "failed", "expected_status": "pending" })).send()
        };
        let first = send().await;
        let before = server.database.snapshot().await;
        let again = send().await;
        assert_eq!((again.status, &again.text), (200, &first.text));
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
    }

    async fn seeing_the_queue_is_not_changing_it(server: TestServer) {
        let sam = server.admin(&[DataRequestsView]).await;
        let session = server.session(&sam).await;
        server.data_requests(1).await;
        let body = json!({ "request_id": 1, "status": "completed" });
        let problem = update(&server, &session, body).await.refused(403, "permission_denied");
        assert_eq!(problem["permission"], "data-requests.update");
        assert_eq!(statuses(&server).await, ["pending"]);
    }
}
