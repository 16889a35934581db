//! Deciding, one or many (S003-29, S003-39, S003-65, S003-66, C-16, C-33).

use quarterdeck_api::permission::Permission::{
    self, ApplicationsApprove, ApplicationsReject, ApplicationsWaitlist,
};
use serde_json::json;

use super::{DECIDE, audit_rows, decide, outcomes};
use crate::harness::{Session, TestServer, on_both};

const ALL: &[Permission] = &[
    ApplicationsApprove,
    ApplicationsReject,
    ApplicationsWaitlist,
];

async fn decider(server: &TestServer, permissions: &[Permission]) -> Session {
    let ana = server.admin(permissions).await;
    server.session(&ana).await
}

on_both! {
    async fn s003_39_approving_makes_it_active(server: TestServer) {
        let ana = server.admin(ALL).await;
        let session = server.session(&ana).await;
        server.applications(1).await;
        let body = json!({ "action": "approve", "ids": [1], "expected_status": "PENDING", "reason": "Fits well" });
        let reply = decide(&server, &session, body).await;
        reply.is(200, json!({
            "results": [{
                "id": 1,
                "outcome": "changed",
                "application": {
                    "id": 1, "user_id": null, "name": "Applicant 0", "email": "applicant-0@people.example",
                    "status": "ACTIVE", "submitted_at": "2026-09-01T07:59:00Z",
                    "decided_at": "2026-09-01T08:00:00Z", "decided_by": ana.email,
                    "reason": "Fits well", "reason_code": null, "version": 2, "claim": null,
                },
            }],
            "changed": 1,
            "noop": false,
        }));
        assert_eq!(
            audit_rows(&server).await,
            [r#"application_approved [application 1] Application approved {"from":"PENDING","to":"ACTIVE"}"#]
        );
        let row = "SELECT actor_type || ' ' || admin_user_id || ' ' || admin_email || ' ' || request_id FROM admin_audit_log";
        assert_eq!(
            server.database.texts(row).await,
            [format!("human {} {} {}", ana.id, ana.email, reply.header("x-request-id"))]
        );
    }

    async fn s003_29_each_action_writes_its_status_and_answers_id_by_id(server: TestServer) {
        server.applications(2).await;
        let session = decider(&server, ALL).await;
        for (action, status) in [("waitlist", "WAITLISTED"), ("reject", "REJECTED"), ("reopen", "PENDING"), ("approve", "ACTIVE")] {
            let reply = decide(&server, &session, json!({ "action": action, "ids": [1, 2], "confirm": true })).await;
            assert_eq!(outcomes(&reply), ["1 changed", "2 changed"], "{action}");
            assert_eq!(server.database.texts("SELECT DISTINCT status FROM applications").await, [status]);
        }
    }

    async fn s003_65_each_id_has_its_own_result(server: TestServer) {
        let session = decider(&server, ALL).await;
        server.applications(5).await;
        decide(&server, &session, json!({ "action": "approve", "ids": [2] })).await;
        decide(&server, &session, json!({ "action": "waitlist", "ids": [3] })).await;
        decide(&server, &session, json!({ "action": "reject", "ids": [4] })).await;
        let reply = decide(&server, &session, json!({ "action": "approve", "ids": [4, 99, 1, 2, 3, 1, -1] })).await;
        assert_eq!(reply.status, 200);
        assert_eq!(
            outcomes(&reply),
            ["4 conflict", "99 not_found", "1 changed", "2 noop", "3 changed", "-1 not_found"]
        );
        let body = reply.json();
        assert_eq!((&body["changed"], &body["noop"]), (&json!(2), &json!(false)));
        assert_eq!(body["results"][1], json!({ "id": 99, "outcome": "not_found" }));
        assert_eq!(body["results"][0]["application"]["status"], "REJECTED");
    }

    async fn s003_66_a_bulk_leaves_a_row_each_and_one_for_the_call(server: TestServer) {
        let session = decider(&server, ALL).await;
        server.applications(3).await;
        let body = json!({ "action": "reject", "ids": [1, 2, 3], "confirm": true });
        let reply = decide(&server, &session, body).await;
        assert_eq!(outcomes(&reply), ["1 changed", "2 changed", "3 changed"]);
        assert_eq!(audit_rows(&server).await, [
            r#"application_rejected [application 1] Application rejected {"from":"PENDING","to":"REJECTED"}"#,
            r#"application_rejected [application 2] Application rejected {"from":"PENDING","to":"REJECTED"}"#,
            r#"application_rejected [application 3] Application rejected {"from":"PENDING","to":"REJECTED"}"#,
            r#"bulk_reject [application ] Bulk reject confirmed, 3 applications {"changed":3,"requested":3}"#,
        ]);
        let requests = "SELECT DISTINCT request_id FROM admin_audit_log";
        assert_eq!(server.database.texts(requests).await, [reply.header("x-request-id")]);
    }

    async fn c_33_the_call_is_counted_by_what_changed(server: TestServer) {
        let session = decider(&server, ALL).await;
        server.applications(3).await;
        decide(&server, &session, json!({ "action": "approve", "ids": [1] })).await;
        decide(&server, &session, json!({ "action": "approve", "ids": [1, 2, 77] })).await;
        let rows = audit_rows(&server).await;
        assert_eq!(rows[2], r#"bulk_approve [application ] Bulk approve confirmed, 1 applications {"changed":1,"requested":3}"#);
        assert_eq!(rows.len(), 3);
    }

    async fn c_33_a_thousand_are_decided_in_one_call_and_not_one_more(server: TestServer) {
        let session = decider(&server, ALL).await;
        let ids = server.applications(1_001).await;
        let before = server.database.snapshot().await;
        let body = json!({ "action": "approve", "ids": ids });
        decide(&server, &session, body).await.names_fields(&["ids"]);
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
        let reply = decide(&server, &session, json!({ "action": "approve", "ids": ids[..1_000] })).await;
        assert_eq!(reply.json()["changed"], 1_000);
        assert_eq!(server.database.count("admin_audit_log").await, 1_001);
        assert_eq!(server.database.number("SELECT count(*) FROM applications WHERE status = 'ACTIVE'").await, 1_000);
    }

    async fn rejecting_more_than_one_needs_a_confirmation(server: TestServer) {
        let session = decider(&server, ALL).await;
        server.applications(2).await;
        let before = server.database.snapshot().await;
        for confirm in [json!(null), json!(false)] {
            let body = json!({ "action": "reject", "ids": [1, 2], "confirm": confirm });
            decide(&server, &session, body).await.refused(400, "confirm_required");
        }
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
        let one = json!({ "action": "reject", "ids": [1, 1] });
        assert_eq!(outcomes(&decide(&server, &session, one).await), ["1 changed"]);
        let two = json!({ "action": "reject", "ids": [1, 2], "confirm": true });
        assert_eq!(outcomes(&decide(&server, &session, two).await), ["1 noop", "2 changed"]);
    }

    async fn c_16_what_is_so_already_leaves_no_trace(server: TestServer) {
        let session = decider(&server, ALL).await;
        server.applications(2).await;
        decide(&server, &session, json!({ "action": "approve", "ids": [1, 2] })).await;
        let before = server.database.snapshot().await;
        let requests = server.database.count("admin_action_log").await;
        let call = json!({ "action": "approve", "ids": [1, 2] });
        let reply = server.post(DECIDE).session(&session).key("again").json(call).send().await;
        assert_eq!(outcomes(&reply), ["1 noop", "2 noop"]);
        let body = reply.json();
        assert_eq!((&body["changed"], &body["noop"]), (&json!(0), &json!(true)));
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
        assert_eq!(server.database.count("admin_action_log").await, requests);
        // Only the request counts, written when the server ends, know of it.
        let database = server.stop().await;
        let calls = "SELECT sum(count) FROM request_stats WHERE route LIKE '%bulk-applications' AND status = 200";
        assert_eq!(database.number(calls).await, 2);
    }

    async fn a_decision_is_changed_only_by_taking_it_back_first(server: TestServer) {
        let ana = server.admin(ALL).await;
        let session = server.session(&ana).await;
        server.applications(1).await;
        decide(&server, &session, json!({ "action": "approve", "ids": [1] })).await;
        let reply = decide(&server, &session, json!({ "action": "reject", "ids": [1] })).await;
        assert_eq!(reply.status, 200);
        let result = &reply.json()["results"][0];
        assert_eq!(result["outcome"], "conflict");
        assert_eq!(result["conflict"], json!({
            "status": "ACTIVE",
            "decided_by": ana.email,
            "decided_at": "2026-09-01T08:00:00Z",
            "version": 2,
        }));
    }

    async fn one_expectation_for_all_or_one_for_each(server: TestServer) {
        let session = decider(&server, ALL).await;
        server.applications(4).await;
        decide(&server, &session, json!({ "action": "waitlist", "ids": [2, 4] })).await;
        let reply = decide(&server, &session, json!({ "action": "approve", "ids": [1, 2], "expected_status": "PENDING" })).await;
        assert_eq!(outcomes(&reply), ["1 changed", "2 conflict"]);
        let each = json!({ "action": "approve", "ids": [3, 4], "expected_status": ["PENDING", "WAITLISTED"] });
        assert_eq!(outcomes(&decide(&server, &session, each).await), ["3 changed", "4 changed"]);
        // What is wanted is there, but not what was seen.
        let late = json!({ "action": "approve", "ids": [3], "expected_status": "PENDING" });
        assert_eq!(outcomes(&decide(&server, &session, late).await), ["3 conflict"]);
        let uneven = json!({ "action": "approve", "ids": [1, 2], "expected_status": ["PENDING"] });
        decide(&server, &session, uneven).await.names_fields(&["expected_status"]);
    }

    async fn s000_17_what_is_wrong_with_the_body_is_named(server: TestServer) {
        let session = decider(&server, ALL).await;
        server.applications(1).await;
        let before = server.database.snapshot().await;
        for (body, fields) in [
            (json!({}), vec!["action", "ids"]),
            (json!({ "action": "approve" }), vec!["ids"]),
            (json!({ "action": "ban", "ids": [1] }), vec!["action"]),
            (json!({ "action": "approve", "ids": [] }), vec!["ids"]),
            (json!({ "action": "approve", "ids": ["1"] }), vec!["ids[0]"]),
            (json!({ "action": "approve", "ids": [1, 1.5] }), vec!["ids[1]"]),
            (json!({ "action": "approve", "ids": 1 }), vec!["ids"]),
            (json!({ "action": "approve", "ids": [1], "reason": "no" }), vec!["reason"]),
            (json!({ "action": "approve", "ids": [1], "reason": "x".repeat(501) }), vec!["reason"]),
            (json!({ "action": "approve", "ids": [1], "reason": "a\u{0}bc" }), vec!["reason"]),
            (json!({ "action": "approve", "ids": [1], "confirm": "yes" }), vec!["confirm"]),
            (json!({ "action": "approve", "ids": [1], "expected_status": "DONE" }), vec!["expected_status"]),
            (json!({ "action": "approve", "ids": [1], "decided_by": 1 }), vec!["decided_by"]),
            (json!([1]), vec!["body"]),
            (json!(["approve", [1]]), vec!["body"]),
            (json!("approve"), vec!["body"]),
        ] {
            let reply = decide(&server, &session, body.clone()).await;
            assert_eq!(reply.status, 400, "{body}: {}", reply.text);
            reply.names_fields(&fields);
        }
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
    }

    async fn s004_06_each_decision_takes_its_own_permission(server: TestServer) {
        let ids = server.applications(3).await;
        for (number, (action, needed)) in
            [("approve", ApplicationsApprove), ("reject", ApplicationsReject), ("waitlist", ApplicationsWaitlist)]
                .into_iter()
                .enumerate()
        {
            let others: Vec<_> = Permission::ALL.iter().copied().filter(|held| *held != needed).collect();
            let without = decider(&server, &others).await;
            let before = server.database.snapshot().await;
            let body = json!({ "action": action, "ids": [ids[number]] });
            let reply = decide(&server, &without, body.clone()).await;
            let problem = reply.refused(403, "permission_denied");
            assert_eq!((&problem["permission"], &problem["surface"]), (&json!(needed.as_str()), &json!("admin")));
            assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
            let with = decider(&server, &[needed]).await;
            let reply = decide(&server, &with, body).await;
            assert_eq!(outcomes(&reply), [format!("{} changed", ids[number])]);
        }
    }

    async fn rights_taken_away_while_a_write_waits_stop_it(server: TestServer) {
        let ana = server.admin(ALL).await;
        let session = server.session(&ana).await;
        server.applications(1).await;
        let mut holder = server.hold_writes().await;
        let body = json!({ "action": "approve", "ids": [1] });
        let post = tokio::spawn(server.post(DECIDE).session(&session).json(body).send());
        server.until_a_write_waits().await;
        holder.execute("UPDATE users SET epoch = epoch + 1").await;
        holder.commit().await;
        post.await.unwrap().refused(401, "session_revoked");
        assert_eq!(server.database.count("admin_audit_log").await, 0);
    }
}
