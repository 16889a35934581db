//! Tables and logs that somebody changed behind the server's back: each change is named.

use chrono::TimeDelta;
use serde_json::json;

use super::{Backend, TestServer, on_both, operations, replay};

/// A statement, and the differences that it makes; `{…}` in both are keys of objects.
type Doctored = (&'static str, &'static [&'static str]);

/// Changes of tables after the objects went through operations.
const TABLES: &[Doctored] = &[
    (
        "UPDATE applications SET status = 'REJECTED' WHERE id = {application}",
        &["application #{application} state status"],
    ),
    (
        "UPDATE applications SET decided_by = {plain} WHERE id = {application}",
        &["application #{application} state decided_by"],
    ),
    (
        "UPDATE applications SET status = 'ACTIVE' WHERE id = {open}",
        &["application #{open} unlogged status"],
    ),
    (
        "UPDATE applications SET decided_by = {plain} WHERE id = {open}",
        &["application #{open} unlogged decided_by"],
    ),
    (
        "DELETE FROM applications WHERE id = {application}",
        &["application #{application} missing object"],
    ),
    (
        "UPDATE user_reports SET status = 'dismissed' WHERE id = {report}",
        &["report #{report} state status"],
    ),
    (
        "UPDATE user_reports SET reviewed_by = NULL WHERE id = {report}",
        &["report #{report} state decided_by"],
    ),
    (
        "UPDATE data_requests SET status = 'pending' WHERE id = {request}",
        &["data_request #{request} state status"],
    ),
    (
        "UPDATE data_requests SET handled_by = {plain} WHERE id = {request}",
        &["data_request #{request} state decided_by"],
    ),
    (
        "UPDATE withdrawals SET decided_by = {plain} WHERE id = {withdrawal}",
        &["withdrawal #{withdrawal} state decided_by"],
    ),
    (
        "UPDATE withdrawals SET amount = 1 WHERE id = {withdrawal}",
        &["withdrawal #{withdrawal} state amount"],
    ),
    (
        "UPDATE transactions SET amount = 1 WHERE kind = 'withdraw'",
        &["withdrawal #{withdrawal} state amount"],
    ),
    (
        "UPDATE wallets SET balance = 5000 WHERE user_id = (SELECT user_id FROM withdrawals WHERE id = {withdrawal})",
        &["withdrawal #{withdrawal} state balance"],
    ),
    (
        "UPDATE withdrawals SET status = 'rejected', decided_at = requested_at WHERE id = {waiting}",
        &["withdrawal #{waiting} unlogged status"],
    ),
    (
        "INSERT INTO transactions (user_id, kind, amount, actor_id, created_at) \
         VALUES ({plain}, 'withdraw', 500, {staff}, '2026-01-01T00:00:00+00:00')",
        &["user #{plain} unlogged payments"],
    ),
    (
        "UPDATE users SET is_banned = FALSE WHERE id = {banned}",
        &["user #{banned} state ban"],
    ),
    (
        "UPDATE users SET ban_expires_at = '2036-01-01T00:00:00+00:00' WHERE id = {banned}",
        &["user #{banned} state ban"],
    ),
    (
        "UPDATE users SET is_banned = TRUE WHERE id = {plain}",
        &["user #{plain} unlogged ban"],
    ),
    (
        "UPDATE users SET suspended_at = NULL WHERE id = {suspended}",
        &["user #{suspended} state suspended"],
    ),
    (
        "UPDATE users SET suspended_at = created_at WHERE id = {plain}",
        &["user #{plain} unlogged suspended"],
    ),
    (
        "UPDATE users SET deleted_at = NULL WHERE id = {deleted}",
        &["user #{deleted} state deleted"],
    ),
    (
        "UPDATE users SET deleted_at = created_at WHERE id = {plain}",
        &["user #{plain} unlogged deleted"],
    ),
    (
        "UPDATE users SET anonymized_at = created_at WHERE id = {plain}",
        &["user #{plain} unlogged anonymized"],
    ),
    (
        "INSERT INTO profiles (user_id, verified_at) VALUES ({plain}, '2026-01-01T00:00:00+00:00')",
        &["user #{plain} unlogged verified"],
    ),
    (
        "INSERT INTO user_roles (user_id, role, created_at) VALUES ({staff}, 'SuperAdmin', '2026-01-01T00:00:00+00:00')",
        &["user #{staff} state roles"],
    ),
    (
        "DELETE FROM user_roles WHERE user_id = {staff}",
        &["user #{staff} state roles"],
    ),
    (
        "DELETE FROM user_permissions WHERE user_id = {staff} AND permission_key = 'user.view'",
        &["user #{staff} state permissions"],
    ),
    (
        "UPDATE wallets SET balance = 90000 WHERE user_id = {paid}",
        &["user #{paid} state balance"],
    ),
    (
        "UPDATE transactions SET amount = amount + 1 WHERE user_id = {paid} AND kind = 'adjust'",
        &["user #{paid} state adjustments"],
    ),
    (
        "INSERT INTO transactions (user_id, kind, amount, actor_id, created_at) \
         VALUES ({plain}, 'adjust', 500, {staff}, '2026-01-01T00:00:00+00:00')",
        &["user #{plain} unlogged adjustments"],
    ),
    (
        "UPDATE users SET is_platform_admin = TRUE WHERE id = {plain}",
        &["user #{plain} state platform_admin"],
    ),
    (
        "INSERT INTO user_permissions (user_id, permission_key, granted_by, created_at) \
         VALUES ({plain}, 'user.view', {staff}, '2026-01-01T00:00:00+00:00')",
        &["user #{plain} unlogged roles"],
    ),
];

/// Changes of the log. The chain sees them too; here is what they would make of the objects.
const LOG: &[Doctored] = &[
    (
        "DELETE FROM admin_audit_log WHERE target_type = 'report' AND target_id = '{report}'",
        &[
            "report #{report} unlogged status",
            "report #{report} unlogged decided_by",
        ],
    ),
    (
        "UPDATE admin_audit_log SET target_id = '{open}' WHERE target_type = 'application' AND target_id = '{application}'",
        &[
            "application #{open} state status",
            "application #{open} state decided_by",
            "application #{application} unlogged status",
            "application #{application} unlogged decided_by",
        ],
    ),
    (
        "UPDATE admin_audit_log SET details = '{\"from\":\"PENDING\",\"to\":\"REJECTED\"}' \
         WHERE action_code = 'application_approved' AND target_id = '{application}'",
        &[
            "application #{application} step status",
            "application #{application} state status",
        ],
    ),
    (
        "UPDATE admin_audit_log SET details = '{\"from\":\"failed\",\"to\":\"completed\"}' \
         WHERE target_type = 'data_request' AND target_id = '{request}' AND details LIKE '%\"to\":\"completed\"%'",
        &["data_request #{request} step status"],
    ),
    (
        "DELETE FROM admin_audit_log WHERE target_type = 'withdrawal' AND target_id = '{withdrawal}'",
        &[
            "withdrawal #{withdrawal} unlogged status",
            "withdrawal #{withdrawal} unlogged decided_by",
            "withdrawal #{withdrawal} unlogged transaction",
        ],
    ),
    (
        "UPDATE admin_audit_log SET admin_user_id = {plain} WHERE target_type = 'report' AND target_id = '{report}'",
        &["report #{report} state decided_by"],
    ),
    (
        "UPDATE admin_audit_log SET details = '[' WHERE target_type = 'report' AND target_id = '{report}'",
        &["report #{report} unreadable details"],
    ),
    (
        "UPDATE admin_audit_log SET action_code = 'user_unbanned', details = '{}' \
         WHERE action_code = 'user_suspended' AND target_id = '{suspended}'",
        &["user #{suspended} unlogged suspended"],
    ),
    (
        "UPDATE admin_audit_log SET details = '{\"from\":\"deleted\"}' \
         WHERE action_code = 'user_suspended' AND target_id = '{suspended}'",
        &["user #{suspended} state deleted"],
    ),
    (
        "DELETE FROM admin_audit_log WHERE action_code = 'platform_admin_granted' AND target_id = '{staff}'",
        &["user #{staff} unlogged roles"],
    ),
    (
        "UPDATE admin_audit_log SET target_type = 'report' WHERE action_code = 'user_deleted' AND target_id = '{deleted}'",
        &[
            "report #{deleted} unreadable details",
            "user #{deleted} unlogged deleted",
        ],
    ),
];

/// The objects that statements name.
struct Objects {
    names: Vec<(&'static str, i64)>,
}

impl Objects {
    fn fill(&self, text: &str) -> String {
        self.names.iter().fold(text.to_owned(), |text, (name, id)| {
            text.replace(&format!("{{{name}}}"), &id.to_string())
        })
    }
}

async fn arrange(server: &TestServer) -> Objects {
    let root = server.super_admin().await;
    let session = server.session(&root).await;
    let call = async |method: &str, path: String, body| {
        let request = server.request(method, &format!("/api/v1/admin/{path}"));
        let code = root.code(server.now());
        let request = request.session(&session).header("x-otp", &code);
        let reply = request.json(body).send().await;
        assert_eq!(reply.status, 200, "{}", reply.text);
    };
    let applications = server.applications(2).await;
    let (reports, requests) = (server.reports(1).await, server.data_requests(1).await);
    let mut people = Vec::new();
    for _ in 0..6 {
        people.push(server.plain().await.id);
    }
    let body = json!({ "action": "approve", "ids": applications[1..] });
    call("POST", "bulk-applications".to_owned(), body).await;
    let body = json!({ "report_id": reports[0], "status": "resolved" });
    call("PATCH", "reports".to_owned(), body).await;
    for status in ["failed", "pending", "completed"] {
        let body = json!({ "request_id": requests[0], "status": status });
        call("PATCH", "data-requests".to_owned(), body).await;
    }
    let withdrawals = server.withdrawals(2).await;
    let body = json!({ "withdrawal_id": withdrawals[0], "confirm": true });
    call("POST", "payments/withdraw/approve".to_owned(), body).await;
    let ban = json!({ "banReason": "spam", "durationHours": 5 });
    call("PATCH", format!("users/{}/ban", people[0]), ban).await;
    let suspend = json!({ "reason": "under review" });
    call("POST", format!("users/{}/suspend", people[1]), suspend).await;
    let end = json!({ "reason": "asked for it", "confirm": true });
    call("POST", format!("users/{}/delete", people[2]), end).await;
    call("POST", format!("users/{}/promote", people[3]), json!({})).await;
    server.advance(TimeDelta::seconds(30));
    let balance = json!({ "amount": 1_500, "currency": "EUR", "reason": "goodwill" });
    call("PUT", format!("users/{}/balance", people[5]), balance).await;
    Objects {
        names: vec![
            ("open", applications[0]),
            ("application", applications[1]),
            ("report", reports[0]),
            ("request", requests[0]),
            ("withdrawal", withdrawals[0]),
            ("waiting", withdrawals[1]),
            ("banned", people[0]),
            ("suspended", people[1]),
            ("deleted", people[2]),
            ("staff", people[3]),
            ("plain", people[4]),
            ("paid", people[5]),
        ],
    }
}

/// Doctors a copy of the same state with each statement in turn.
async fn each_is_named(server: &TestServer, doctored: &[Doctored]) {
    let objects = arrange(server).await;
    replay(&server.database).agrees();
    server.database.allow_tampering().await;
    for (statement, differences) in doctored {
        let kept = Kept::of(server).await;
        server.database.execute(&objects.fill(statement)).await;
        let found = replay(&server.database);
        let expected: Vec<_> = differences.iter().map(|text| objects.fill(text)).collect();
        assert_eq!(
            found.named(),
            expected,
            "{statement}\n{:#?}",
            found.differences
        );
        assert_eq!(
            (found.code, &found.summary["status"]),
            (Some(1), &json!("differs"))
        );
        kept.put_back(server).await;
        replay(&server.database).agrees();
    }
}

/// The tables that statements change, as they were.
struct Kept;

const KEPT: [&str; 11] = [
    "applications",
    "user_reports",
    "data_requests",
    "withdrawals",
    "users",
    "profiles",
    "user_roles",
    "user_permissions",
    "wallets",
    "transactions",
    "admin_audit_log",
];

impl Kept {
    async fn of(server: &TestServer) -> Self {
        for table in KEPT {
            let keep = format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}");
            server.database.execute(&keep).await;
        }
        Self
    }

    /// Without the checks of references, which the order of tables would break.
    async fn put_back(self, server: &TestServer) {
        let free = match server.database.backend {
            Backend::Sqlite => "PRAGMA foreign_keys = OFF",
            Backend::Postgres => "SET session_replication_role = replica",
        };
        let bind = match server.database.backend {
            Backend::Sqlite => "PRAGMA foreign_keys = ON",
            Backend::Postgres => "SET session_replication_role = DEFAULT",
        };
        server.database.execute(free).await;
        for table in KEPT {
            let back = format!(
                "DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{table}; DROP TABLE kept_{table}"
            );
            server.database.execute(&back).await;
        }
        server.database.execute(bind).await;
    }
}

on_both! {
    async fn every_change_of_a_table_behind_the_log_is_named(server: TestServer) {
        each_is_named(&server, TABLES).await;
    }

    async fn every_change_of_the_log_behind_the_tables_is_named(server: TestServer) {
        each_is_named(&server, LOG).await;
    }

    async fn a_difference_tells_what_the_log_says_and_what_the_table_says(server: TestServer) {
        let objects = arrange(&server).await;
        let statement = "UPDATE applications SET status = 'REJECTED' WHERE id = {application}";
        server.database.execute(&objects.fill(statement)).await;
        let object = objects.fill("application #{application}");
        let difference = json!({
            "object": object, "wrong": "state", "field": "status", "log": "ACTIVE", "table": "REJECTED",
        });
        assert_eq!(replay(&server.database).differences, [difference]);
    }

    async fn rights_that_nobody_gave_are_no_difference_but_are_counted(server: TestServer) {
        let plain = server.plain().await.id;
        server.database.execute(&format!(
            "INSERT INTO user_roles (user_id, role, created_at) VALUES ({plain}, 'SuperAdmin', '2026-01-01T00:00:00+00:00'); \
             UPDATE users SET is_platform_admin = TRUE WHERE id = {plain}"
        )).await;
        let found = replay(&server.database);
        found.agrees();
        assert_eq!(
            (&found.summary["unexplained_staff"], &found.summary["unexplained_accounts"]),
            (&json!(1), &json!([plain]))
        );
    }

    async fn an_object_with_a_row_of_a_newer_server_is_not_judged(server: TestServer) {
        operations::call_all(&server).await;
        server.database.allow_tampering().await;
        server.database.execute(
            "UPDATE admin_audit_log SET action_code = 'report_escalated' WHERE action_code = 'report_dismissed'"
        ).await;
        let found = replay(&server.database);
        assert_eq!((found.code, &found.summary["status"]), (Some(3), &json!("unverifiable")));
        assert!(found.summary["unverifiable"].as_u64() > Some(0));
    }
}
