//! Taking a decision back (architecture.md §10.5).

use quarterdeck_api::permission::Permission::{
    self, ApplicationsApprove, ApplicationsReject, ApplicationsWaitlist,
};
use serde_json::{Value, json};

use super::{audit_rows, decide, outcomes};
use crate::harness::on_both;

const ALL: &[Permission] = &[
    ApplicationsApprove,
    ApplicationsReject,
    ApplicationsWaitlist,
];

on_both! {
    async fn reopening_makes_it_pending_and_forgets_who_decided(server: TestServer) {
        let ana = server.admin(ALL).await;
        let session = server.session(&ana).await;
        server.applications(1).await;
        decide(&server, &session, json!({ "action": "reject", "ids": [1], "reason": "Too young" })).await;
        let reply = decide(&server, &session, json!({ "action": "reopen", "ids": [1], "expected_status": "REJECTED" })).await;
        assert_eq!(outcomes(&reply), ["1 changed"]);
        let row = &reply.json()["results"][0]["application"];
        assert_eq!(row["status"], "PENDING");
        assert_eq!((&row["decided_at"], &row["decided_by"], &row["reason"]), (&Value::Null, &Value::Null, &Value::Null));
        assert_eq!(row["version"], 3);
        assert_eq!(
            audit_rows(&server).await[1],
            r#"application_reopened [application 1] Application reopened {"from":"REJECTED","to":"PENDING"}"#
        );
        let again = decide(&server, &session, json!({ "action": "reopen", "ids": [1] })).await;
        assert_eq!(outcomes(&again), ["1 noop"]);
    }

    async fn reopening_takes_the_permission_of_the_decision_it_takes_back(server: TestServer) {
        let all = server.admin(ALL).await;
        let all = server.session(&all).await;
        server.applications(3).await;
        for (action, id) in [("approve", 1), ("reject", 2), ("waitlist", 3)] {
            decide(&server, &all, json!({ "action": action, "ids": [id] })).await;
        }
        let rejecter = server.admin(&[ApplicationsReject]).await;
        let rejecter = server.session(&rejecter).await;
        let reply = decide(&server, &rejecter, json!({ "action": "reopen", "ids": [1, 2, 3] })).await;
        assert_eq!(outcomes(&reply), ["1 forbidden", "2 changed", "3 forbidden"]);
        assert_eq!(
            server.database.texts("SELECT status FROM applications ORDER BY id").await,
            ["ACTIVE", "PENDING", "WAITLISTED"]
        );
        assert_eq!(
            audit_rows(&server).await[3..],
            [
                r#"application_reopened [application 2] Application reopened {"from":"REJECTED","to":"PENDING"}"#,
                r#"bulk_reopen [application ] Bulk reopen confirmed, 1 applications {"changed":1,"requested":3}"#,
            ]
        );
    }

    async fn a_super_admin_needs_no_row_for_it(server: TestServer) {
        let root = server.super_admin().await;
        let root = server.session(&root).await;
        server.applications(1).await;
        for action in ["waitlist", "approve", "reopen"] {
            let reply = decide(&server, &root, json!({ "action": action, "ids": [1] })).await;
            assert_eq!(outcomes(&reply), ["1 changed"], "{action}");
        }
    }
}
