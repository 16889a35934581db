//! Taking a decision back (architecture.md §10.5).

use quarterdeck_api::permission::Permission::{self, ReportsDismiss, ReportsResolve};
use serde_json::json;

use super::{audit_rows, decide, decide_bulk, outcomes, pending_row};
use crate::harness::on_both;

const BOTH: &[Permission] = &[ReportsResolve, ReportsDismiss];

on_both! {
    async fn reopening_makes_it_pending_and_forgets_who_reviewed_it(server: TestServer) {
        let rita = server.admin(BOTH).await;
        let session = server.session(&rita).await;
        server.reports(1).await;
        decide(&server, &session, json!({ "report_id": 1, "status": "dismissed", "notes": "A feud" })).await;
        let reopen = json!({ "report_id": 1, "status": "pending", "expected_status": "dismissed" });
        let mut row = pending_row(&server).await;
        row["version"] = json!(3);
        decide(&server, &session, reopen.clone()).await.is(200, row.clone());
        assert_eq!(
            audit_rows(&server).await[1],
            r#"report_reopened [report 1] Report reopened {"from":"dismissed","to":"pending"}"#
        );
        // Seen as dismissed it is no longer; without an expectation it is what was wanted.
        let problem = decide(&server, &session, reopen).await.refused(409, "stale_version");
        assert_eq!(problem["conflict"], json!({ "status": "pending", "decided_by": null, "decided_at": null, "version": 3 }));
        decide(&server, &session, json!({ "report_id": 1, "status": "pending" })).await.is(200, row);
        assert_eq!(server.database.count("admin_audit_log").await, 2);
    }

    async fn reopening_takes_the_permission_of_the_decision_it_takes_back(server: TestServer) {
        let all = server.admin(BOTH).await;
        let all = server.session(&all).await;
        server.reports(3).await;
        for (id, status) in [(1, "resolved"), (2, "dismissed"), (3, "resolved")] {
            decide(&server, &all, json!({ "report_id": id, "status": status })).await;
        }
        let resolver = server.admin(&[ReportsResolve]).await;
        let resolver = server.session(&resolver).await;
        let refused = decide(&server, &resolver, json!({ "report_id": 2, "status": "pending" })).await;
        assert_eq!(refused.refused(403, "permission_denied")["permission"], "reports.dismiss");
        let reply = decide_bulk(&server, &resolver, json!({ "ids": [1, 2], "status": "pending" })).await;
        assert_eq!(outcomes(&reply), ["1 changed", "2 forbidden"]);
        assert_eq!(
            server.database.texts("SELECT status FROM user_reports ORDER BY id").await,
            ["pending", "dismissed", "resolved"]
        );
        assert_eq!(audit_rows(&server).await[3..], [
            r#"report_reopened [report 1] Report reopened {"from":"resolved","to":"pending"}"#,
            r#"bulk_report_reopen [report ] Bulk reopen confirmed, 1 reports {"changed":1,"requested":2}"#,
        ]);
        let dismisser = server.admin(&[ReportsDismiss]).await;
        let dismisser = server.session(&dismisser).await;
        let reopened = decide(&server, &dismisser, json!({ "report_id": 2, "status": "pending" })).await;
        assert_eq!(reopened.status, 200);
        let refused = decide(&server, &dismisser, json!({ "report_id": 3, "status": "pending" })).await;
        assert_eq!(refused.refused(403, "permission_denied")["permission"], "reports.resolve");
    }

    async fn a_super_admin_needs_no_row_for_it(server: TestServer) {
        let root = server.super_admin().await;
        let root = server.session(&root).await;
        server.reports(1).await;
        for status in ["resolved", "pending", "dismissed", "pending"] {
            let reply = decide(&server, &root, json!({ "report_id": 1, "status": status })).await;
            assert_eq!((reply.status, reply.text_at("/status").as_str()), (200, status));
        }
    }
}
