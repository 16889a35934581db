//! Deciding several reports at once (C-16, C-33).

use quarterdeck_api::permission::Permission::{self, ReportsDismiss, ReportsResolve};
use serde_json::{Value, json};

use super::{audit_rows, decide, decide_bulk, outcomes, settled_row};
use crate::harness::{Session, TestServer, on_both};

const BOTH: &[Permission] = &[ReportsResolve, ReportsDismiss];

async fn reviewer(server: &TestServer) -> Session {
    let rita = server.admin(BOTH).await;
    server.session(&rita).await
}

on_both! {
    async fn s003_31_each_id_has_its_own_result(server: TestServer) {
        let session = reviewer(&server).await;
        server.reports(4).await;
        decide(&server, &session, json!({ "report_id": 2, "status": "resolved" })).await;
        decide(&server, &session, json!({ "report_id": 4, "status": "dismissed" })).await;
        let reply = decide_bulk(&server, &session, json!({ "ids": [4, 99, 3, 2, 1, 3, -1], "status": "resolved" })).await;
        assert_eq!(reply.status, 200);
        assert_eq!(
            outcomes(&reply),
            ["4 conflict", "99 not_found", "3 changed", "2 noop", "1 changed", "-1 not_found"]
        );
        let body = reply.json();
        assert_eq!((&body["changed"], &body["noop"]), (&json!(2), &json!(false)));
        assert_eq!(body["results"][1], json!({ "id": 99, "outcome": "not_found" }));
        assert_eq!(body["results"][0]["row"]["status"], "dismissed");
        assert_eq!(body["results"][2]["row"]["status"], "resolved");
    }

    async fn s003_68_a_conflict_tells_who_was_first(server: TestServer) {
        let (rita, omar) = (server.admin(BOTH).await, server.admin(BOTH).await);
        let (first, second) = (server.session(&rita).await, server.session(&omar).await);
        server.reports(1).await;
        let body = |status: &str, expected: Value| json!({ "ids": [1], "status": status, "expected_status": expected });
        decide_bulk(&server, &first, body("resolved", json!("pending"))).await.is(200, json!({
            "results": [{ "id": 1, "outcome": "changed", "row": settled_row(&server, "resolved", &rita, Value::Null).await }],
            "changed": 1,
            "noop": false,
        }));
        for (status, expected) in [("resolved", json!("pending")), ("dismissed", json!("pending")), ("dismissed", json!(null))] {
            decide_bulk(&server, &second, body(status, expected)).await.is(200, json!({
                "results": [{
                    "id": 1,
                    "outcome": "conflict",
                    "row": settled_row(&server, "resolved", &rita, Value::Null).await,
                    "conflict": {
                        "status": "resolved", "decided_by": rita.email,
                        "decided_at": "2026-09-01T08:00:00Z", "version": 2,
                    },
                }],
                "changed": 0,
                "noop": false,
            }));
        }
    }

    async fn c_33_a_bulk_leaves_a_row_each_and_one_for_the_call(server: TestServer) {
        let session = reviewer(&server).await;
        server.reports(3).await;
        decide(&server, &session, json!({ "report_id": 1, "status": "dismissed" })).await;
        let reply = decide_bulk(&server, &session, json!({ "ids": [3, 2, 1, 77], "status": "dismissed", "notes": "A feud" })).await;
        assert_eq!(outcomes(&reply), ["3 changed", "2 changed", "1 noop", "77 not_found"]);
        assert_eq!(audit_rows(&server).await[1..], [
            r#"report_dismissed [report 3] Report dismissed {"from":"pending","to":"dismissed"}"#,
            r#"report_dismissed [report 2] Report dismissed {"from":"pending","to":"dismissed"}"#,
            r#"bulk_dismiss [report ] Bulk dismiss confirmed, 2 reports {"changed":2,"requested":4}"#,
        ]);
        let requests = "SELECT DISTINCT request_id FROM admin_audit_log WHERE seq > 1";
        assert_eq!(server.database.texts(requests).await, [reply.header("x-request-id")]);
        let notes = "SELECT coalesce(notes, '') FROM user_reports ORDER BY id";
        assert_eq!(server.database.texts(notes).await, ["", "A feud", "A feud"]);
    }

    async fn one_id_alone_leaves_no_row_for_the_call(server: TestServer) {
        let session = reviewer(&server).await;
        server.reports(1).await;
        decide_bulk(&server, &session, json!({ "ids": [1, 1], "status": "resolved" })).await;
        assert_eq!(
            audit_rows(&server).await,
            [r#"report_resolved [report 1] Report resolved {"from":"pending","to":"resolved"}"#]
        );
    }

    async fn c_33_a_thousand_are_decided_in_one_call_and_not_one_more(server: TestServer) {
        let session = reviewer(&server).await;
        let ids = server.reports(1_001).await;
        let before = server.database.snapshot().await;
        decide_bulk(&server, &session, json!({ "ids": ids, "status": "resolved" })).await.names_fields(&["ids"]);
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
        let reply = decide_bulk(&server, &session, json!({ "ids": ids[..1_000], "status": "resolved" })).await;
        assert_eq!(reply.json()["changed"], 1_000);
        assert_eq!(server.database.count("admin_audit_log").await, 1_001);
        assert_eq!(server.database.number("SELECT count(*) FROM user_reports WHERE status = 'resolved'").await, 1_000);
    }

    async fn c_16_what_is_so_already_leaves_no_trace(server: TestServer) {
        let session = reviewer(&server).await;
        server.reports(2).await;
        let body = json!({ "ids": [1, 2], "status": "dismissed" });
        decide_bulk(&server, &session, body.clone()).await;
        let before = server.database.snapshot().await;
        let reply = decide_bulk(&server, &session, body).await;
        assert_eq!(outcomes(&reply), ["1 noop", "2 noop"]);
        assert_eq!((&reply.json()["changed"], &reply.json()["noop"]), (&json!(0), &json!(true)));
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
    }

    async fn s000_17_what_is_wrong_with_the_body_is_named(server: TestServer) {
        let session = reviewer(&server).await;
        server.reports(1).await;
        let before = server.database.snapshot().await;
        for (body, fields) in [
            (json!({}), vec!["ids", "status"]),
            (json!({ "ids": [1] }), vec!["status"]),
            (json!({ "ids": [], "status": "resolved" }), vec!["ids"]),
            (json!({ "ids": ["1"], "status": "resolved" }), vec!["ids[0]"]),
            (json!({ "ids": 1, "status": "resolved" }), vec!["ids"]),
            (json!({ "ids": [1], "status": "done" }), vec!["status"]),
            (json!({ "ids": [1], "status": "resolved", "notes": "no" }), vec!["notes"]),
            (json!({ "ids": [1], "status": "resolved", "expected_status": ["pending"] }), vec!["expected_status"]),
            (json!({ "ids": [1], "report_id": 1, "status": "resolved" }), vec!["report_id"]),
        ] {
            let reply = decide_bulk(&server, &session, body.clone()).await;
            assert_eq!(reply.status, 400, "{body}: {}", reply.text);
            reply.names_fields(&fields);
        }
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
    }

    async fn s004_06_each_decision_takes_its_own_permission(server: TestServer) {
        let ids = server.reports(2).await;
        for (id, status, held) in [(ids[0], "resolved", ReportsDismiss), (ids[1], "dismissed", ReportsResolve)] {
            let without = server.admin(&[held]).await;
            let without = server.session(&without).await;
            let reply = decide_bulk(&server, &without, json!({ "ids": [id], "status": status })).await;
            reply.refused(403, "permission_denied");
        }
        assert_eq!(server.database.number("SELECT count(*) FROM user_reports WHERE status = 'pending'").await, 2);
    }
}
