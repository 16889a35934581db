//! Deciding one report (S003-09, S003-31, S003-40, S003-68, S003-69, C-16).

use quarterdeck_api::permission::Permission::{self, ReportsDismiss, ReportsResolve};
use serde_json::{Value, json};

use super::{REPORTS, audit_rows, decide, pending_row, settled_row};
use crate::harness::{Session, TestServer, on_both};

const BOTH: &[Permission] = &[ReportsResolve, ReportsDismiss];

async fn reviewer(server: &TestServer) -> Session {
    let rita = server.admin(BOTH).await;
    server.session(&rita).await
}

on_both! {
    async fn s003_31_a_decision_writes_status_time_reviewer_and_notes(server: TestServer) {
        let rita = server.admin(BOTH).await;
        let session = server.session(&rita).await;
        server.reports(1).await;
        let body = json!({ "report_id": 1, "status": "resolved", "expected_status": "pending", "notes": "  Warned by mail \n" });
        let reply = decide(&server, &session, body).await;
        reply.is(200, settled_row(&server, "resolved", &rita, json!("Warned by mail")).await);
        let columns = "SELECT status || ' / ' || reviewed_by || ' / ' || notes || ' / ' || version FROM user_reports \
            WHERE reviewed_at IS NOT NULL";
        assert_eq!(server.database.texts(columns).await, [format!("resolved / {} / Warned by mail / 2", rita.id)]);
    }

    async fn s003_09_notes_are_optional(server: TestServer) {
        let rita = server.admin(BOTH).await;
        let session = server.session(&rita).await;
        server.reports(1).await;
        let reply = decide(&server, &session, json!({ "report_id": 1, "status": "dismissed" })).await;
        reply.is(200, settled_row(&server, "dismissed", &rita, Value::Null).await);
    }

    async fn s003_40_the_table_refuses_other_states(server: TestServer) {
        server.reports(1).await;
        let columns = "SELECT count(*) FROM (SELECT id, reporter_id, reported_user_id, status, created_at, reviewed_at, \
            reviewed_by, notes FROM user_reports WHERE status = 'pending') AS seed_columns";
        assert_eq!(server.database.number(columns).await, 1);
        let mut connection = server.database.connect().await;
        for status in ["open", "PENDING", ""] {
            let refused = connection.refusal(&format!("UPDATE user_reports SET status = '{status}'")).await;
            assert!(refused.to_lowercase().contains("check"), "{refused}");
        }
        for status in ["resolved", "dismissed", "pending"] {
            connection.execute(&format!("UPDATE user_reports SET status = '{status}'")).await;
        }
    }

    async fn s003_68_the_second_reviewer_learns_who_was_first(server: TestServer) {
        let (rita, omar) = (server.admin(BOTH).await, server.admin(BOTH).await);
        let (first, second) = (server.session(&rita).await, server.session(&omar).await);
        server.reports(1).await;
        let resolve = json!({ "report_id": 1, "status": "resolved", "expected_status": "pending" });
        assert_eq!(decide(&server, &first, resolve.clone()).await.status, 200);
        let conflict = json!({
            "status": "resolved", "decided_by": rita.email, "decided_at": "2026-09-01T08:00:00Z", "version": 2,
        });
        let before = server.database.snapshot().await;
        decide(&server, &second, resolve).await.is(409, json!({
            "type": "urn:quarterdeck:problem:already_reviewed",
            "title": "it was already reviewed",
            "status": 409,
            "detail": format!("report #1 was already resolved by {}; nothing is left to do", rita.email),
            "instance": REPORTS,
            "code": "already_reviewed",
            "class": "conflict",
            "surface": "admin",
            "request_id": "…",
            "conflict": conflict,
        }));
        for expected in [json!(null), json!("pending"), json!("resolved"), json!("dismissed")] {
            let body = json!({ "report_id": 1, "status": "dismissed", "expected_status": expected });
            let problem = decide(&server, &second, body).await.refused(409, "already_reviewed");
            assert_eq!(problem["conflict"], conflict, "expected {expected}");
            let detail = format!("report #1 was already resolved by {}; to settle it otherwise, reopen it first", rita.email);
            assert_eq!(problem["detail"], json!(detail));
        }
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
        assert_eq!(audit_rows(&server).await.len(), 1);
    }

    async fn who_expects_a_settled_report_that_is_pending_is_told_to_look_again(server: TestServer) {
        let session = reviewer(&server).await;
        server.reports(1).await;
        let body = json!({ "report_id": 1, "status": "resolved", "expected_status": "dismissed" });
        let problem = decide(&server, &session, body).await.refused(409, "stale_version");
        assert_eq!(problem["conflict"], json!({
            "status": "pending", "decided_by": null, "decided_at": null, "version": 1,
        }));
        assert_eq!(problem["detail"], "report #1 is pending now; load it again before you decide");
    }

    async fn c_16_what_is_so_already_leaves_no_trace(server: TestServer) {
        let rita = server.admin(BOTH).await;
        let session = server.session(&rita).await;
        server.reports(1).await;
        decide(&server, &session, json!({ "report_id": 1, "status": "resolved", "notes": "First" })).await;
        let before = server.database.snapshot().await;
        let requests = server.database.count("admin_action_log").await;
        let again = json!({ "report_id": 1, "status": "resolved", "notes": "Second" });
        let patch = server.request("PATCH", REPORTS).session(&session).key("again");
        patch.json(again).send().await.is(200, settled_row(&server, "resolved", &rita, json!("First")).await);
        let seen = json!({ "report_id": 1, "status": "resolved", "expected_status": "resolved" });
        assert_eq!(decide(&server, &session, seen).await.status, 200);
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
        assert_eq!(server.database.count("admin_action_log").await, requests);
    }

    async fn s003_69_each_decision_is_always_audited(server: TestServer) {
        let rita = server.admin(BOTH).await;
        let session = server.session(&rita).await;
        server.reports(2).await;
        let notes = "Called subject@people.example";
        let reply = decide(&server, &session, json!({ "report_id": 1, "status": "resolved", "notes": notes })).await;
        decide(&server, &session, json!({ "report_id": 2, "status": "dismissed" })).await;
        assert_eq!(audit_rows(&server).await, [
            r#"report_resolved [report 1] Report resolved {"from":"pending","to":"resolved"}"#,
            r#"report_dismissed [report 2] Report dismissed {"from":"pending","to":"dismissed"}"#,
        ]);
        let row = "SELECT actor_type || ' ' || admin_user_id || ' ' || admin_email || ' ' || request_id FROM admin_audit_log \
            WHERE seq = 1";
        assert_eq!(
            server.database.texts(row).await,
            [format!("human {} {} {}", rita.id, rita.email, reply.header("x-request-id"))]
        );
    }

    async fn p11_a_repeat_is_answered_again_and_not_done_again(server: TestServer) {
        let session = reviewer(&server).await;
        server.reports(1).await;
        let patch = |status: &str| {
            let body = json!({ "report_id": 1, "status": status, "expected_status": "pending" });
            server.request("PATCH", REPORTS).session(&session).key("k1").json(body).send()
        };
        let first = patch("resolved").await;
        let second = patch("resolved").await;
        assert_eq!((first.status, second.status), (200, 200));
        assert_eq!((second.header("idempotent-replayed"), &second.text), ("true", &first.text));
        patch("dismissed").await.refused(422, "idempotency_mismatch");
        assert_eq!(server.database.count("admin_audit_log").await, 1);
    }

    async fn p1_without_its_audit_row_nothing_is_decided(server: TestServer) {
        let session = reviewer(&server).await;
        server.reports(1).await;
        let before = server.database.snapshot().await;
        server.database.break_audit().await;
        let resolve = || decide(&server, &session, json!({ "report_id": 1, "status": "resolved" }));
        resolve().await.refused(503, "audit_unavailable");
        server.database.mend_audit().await;
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
        assert_eq!(resolve().await.status, 200);
    }

    async fn what_does_not_exist_is_not_found(server: TestServer) {
        let session = reviewer(&server).await;
        server.reports(1).await;
        for (id, text) in [(2, "#2"), (0, "#0"), (-1, "#-1"), (i64::MAX, "#9223372036854775807")] {
            let body = json!({ "report_id": id, "status": "resolved", "expected_status": "pending" });
            let problem = decide(&server, &session, body).await.refused(404, "not_found");
            assert_eq!(problem["detail"], format!("there is no report {text}"));
        }
    }

    async fn s000_17_what_is_wrong_with_the_body_is_named(server: TestServer) {
        let session = reviewer(&server).await;
        server.reports(1).await;
        let before = server.database.snapshot().await;
        let with_notes = |notes: Value| json!({ "report_id": 1, "status": "resolved", "notes": notes });
        for (body, fields) in [
            (json!({}), vec!["report_id", "status"]),
            (json!({ "report_id": 1 }), vec!["status"]),
            (json!({ "report_id": "1", "status": "resolved" }), vec!["report_id"]),
            (json!({ "report_id": 1, "status": "RESOLVED" }), vec!["status"]),
            (json!({ "report_id": 1, "status": "banned" }), vec!["status"]),
            (json!({ "report_id": 1, "status": "resolved", "expected_status": "open" }), vec!["expected_status"]),
            (json!({ "report_id": 1, "status": "resolved", "reviewed_by": 1 }), vec!["reviewed_by"]),
            (with_notes(json!("")), vec!["notes"]),
            (with_notes(json!("  \n ")), vec!["notes"]),
            (with_notes(json!(" no ")), vec!["notes"]),
            (with_notes(json!("ä".repeat(501))), vec!["notes"]),
            (with_notes(json!("a\u{0}bc")), vec!["notes"]),
            (with_notes(json!(["abc"])), vec!["notes"]),
        ] {
            let reply = decide(&server, &session, body.clone()).await;
            assert_eq!(reply.status, 400, "{body}: {}", reply.text);
            reply.names_fields(&fields);
        }
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
        let longest = format!(" {} ", "ä".repeat(500));
        let reply = decide(&server, &session, with_notes(json!(longest))).await;
        assert_eq!((reply.status, reply.text_at("/notes")), (200, "ä".repeat(500)));
    }

    async fn s004_06_each_decision_takes_its_own_permission(server: TestServer) {
        let ids = server.reports(2).await;
        for (id, status, needed) in [(ids[0], "resolved", ReportsResolve), (ids[1], "dismissed", ReportsDismiss)] {
            let others: Vec<_> = Permission::ALL.iter().copied().filter(|held| *held != needed).collect();
            let without = server.admin(&others).await;
            let without = server.session(&without).await;
            let before = server.database.snapshot().await;
            let body = json!({ "report_id": id, "status": status });
            let problem = decide(&server, &without, body.clone()).await.refused(403, "permission_denied");
            assert_eq!(problem["permission"], needed.as_str());
            assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
            let with = server.admin(&[needed]).await;
            let with = server.session(&with).await;
            assert_eq!(decide(&server, &with, body).await.status, 200);
        }
    }

    async fn the_seeds_spelling_reaches_it(server: TestServer) {
        let session = reviewer(&server).await;
        server.reports(1).await;
        let body = json!({ "report_id": 1, "status": "resolved" });
        let reply = server.request("PATCH", "/api/admin/reports").session(&session).json(body).send().await;
        assert_eq!((reply.status, reply.text_at("/status")), (200, "resolved".to_owned()));
        let mut pending = pending_row(&server).await;
        pending["status"] = json!("resolved");
        assert_eq!(reply.json()["reported"], pending["reported"]);
    }
}
