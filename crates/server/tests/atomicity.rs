//! No audit row, no change; and each change leaves exactly the rows that its operation declares
//! (P1, P2, S002-49, S003-02, S003-93).

use std::collections::BTreeSet;

use quarterdeck_api::operation::{Access, Effect, Method, Otp};
use quarterdeck_api::operations::{SPECS, spec};
use quarterdeck_api::permission::Permission;
use quarterdeck_api::role::Role;
use quarterdeck_server::gate::totp;
use serde_json::json;

use crate::harness::{Request, TestServer, on_both, process};

/// A call that succeeds, and the audit codes that it leaves, in their order.
pub(crate) struct Call {
    pub(crate) name: String,
    pub(crate) request: Request,
    leaves: Vec<&'static str>,
}

/// Valid calls of a write operation, which together leave every code that it declares. An operation
/// that is missing here fails the tests: add it with the operation.
pub(crate) async fn calls_of(server: &TestServer, operation: &str) -> Vec<Call> {
    match operation {
        "sessions.confirm_mfa" => vec![confirm_mfa(server).await],
        "sessions.renew_recovery_codes" => vec![renewal(server).await],
        "sessions.revoke" | "sessions.revoke_all" => vec![revocation(server, operation).await],
        "applications.decide" => decisions(server).await,
        "reports.decide" => reviews(server).await,
        "reports.decide_bulk" => bulk_reviews(server).await,
        "data_requests.update" => vec![one_data_request(server).await],
        "data_requests.update_bulk" => data_requests(server).await,
        "withdrawals.approve" | "withdrawals.reject" => vec![withdrawal(server, operation).await],
        "users.update" => vec![update(server).await],
        "users.set_balance" => vec![balance(server).await],
        "users.verify" => vec![on_user(server, "verify", "user_verified").await],
        "users.export" => vec![on_user(server, "export", "user_exported").await],
        "users.ban" | "users.unban" | "users.bulk_ban" | "users.bulk_unban" | "users.suspend"
        | "users.unsuspend" | "users.promote" | "users.demote" => {
            vec![act_on_user(server, operation).await]
        }
        "users.anonymize"
        | "users.anonymize_by_body"
        | "users.delete"
        | "users.delete_by_query"
        | "users.delete_by_body" => vec![ending(server, operation).await],
        "admins.create"
        | "admins.replace_roles"
        | "admins.replace_permissions"
        | "admins.add_role"
        | "admins.revoke_role"
        | "admins.offboard" => vec![on_admin(server, operation).await],
        "claims.take" | "claims.release" => vec![claim(server, operation).await],
        "filters.save" => vec![filter_saved(server).await],
        "filters.drop" => vec![filter_dropped(server).await],
        "notes.create" => vec![note_written(server).await],
        "notes.update" | "notes.delete" => vec![note_changed(server, operation).await],
        "audit.append" => appends(server).await,
        "audit.export" => vec![audit_export(server).await],
        unknown => panic!("{unknown} has no valid call in calls_of"),
    }
}

async fn confirm_mfa(server: &TestServer) -> Call {
    let ana = server.without_mfa(Role::Admin, &[]).await;
    let session = server.session(&ana).await;
    let enroll = server.post("/api/v1/auth/mfa/enroll").session(&session);
    let secret = totp::decode_secret(&enroll.send().await.text_at("/secret")).unwrap();
    let code = totp::code_at(&secret, totp::step_at(server.now()));
    Call {
        name: "confirm".to_owned(),
        request: server
            .post("/api/v1/auth/mfa/confirm")
            .session(&session)
            .json(json!({ "code": code })),
        leaves: vec!["mfa_enrolled"],
    }
}

async fn renewal(server: &TestServer) -> Call {
    let ana = server.admin(&[]).await;
    let session = server.session(&ana).await;
    let request = server.post("/api/v1/auth/mfa/recovery-codes");
    Call {
        name: "renew".to_owned(),
        request: request
            .session(&session)
            .header("x-otp", &ana.code(server.now()))
            .json(json!({})),
        leaves: vec!["recovery_codes_renewed"],
    }
}

async fn decisions(server: &TestServer) -> Vec<Call> {
    let root = server.super_admin().await;
    let session = server.session(&root).await;
    let mut calls = Vec::new();
    for (action, from, each, bulk) in [
        ("approve", "PENDING", "application_approved", "bulk_approve"),
        ("reject", "PENDING", "application_rejected", "bulk_reject"),
        (
            "waitlist",
            "PENDING",
            "application_waitlisted",
            "bulk_waitlist",
        ),
        ("reopen", "ACTIVE", "application_reopened", "bulk_reopen"),
    ] {
        let ids = server.applications(3).await;
        server
            .database
            .execute(&format!(
                "UPDATE applications SET status = '{from}' WHERE id IN ({}, {}, {})",
                ids[0], ids[1], ids[2]
            ))
            .await;
        for (ids, leaves) in [(&ids[..1], vec![each]), (&ids[1..], vec![each, each, bulk])] {
            let body = json!({ "action": action, "ids": ids, "confirm": true });
            calls.push(Call {
                name: format!("{action} {}", ids.len()),
                request: server
                    .post("/api/v1/admin/bulk-applications")
                    .session(&session)
                    .json(body),
                leaves,
            });
        }
    }
    calls
}

/// Each status, the one it comes from, and the codes that it leaves by report and by call.
const REVIEWS: [(&str, &str, &str, &str); 3] = [
    ("resolved", "pending", "report_resolved", "bulk_resolve"),
    ("dismissed", "pending", "report_dismissed", "bulk_dismiss"),
    (
        "pending",
        "dismissed",
        "report_reopened",
        "bulk_report_reopen",
    ),
];

/// Two reports of a status.
async fn reports_of(server: &TestServer, status: &str) -> Vec<i64> {
    let ids = server.reports(2).await;
    let update = format!(
        "UPDATE user_reports SET status = '{status}' WHERE id IN ({}, {})",
        ids[0], ids[1]
    );
    server.database.execute(&update).await;
    ids
}

async fn reviews(server: &TestServer) -> Vec<Call> {
    let root = server.super_admin().await;
    let session = server.session(&root).await;
    let mut calls = Vec::new();
    for (status, from, each, _) in REVIEWS {
        let id = reports_of(server, from).await[0];
        let patch = server
            .request("PATCH", "/api/v1/admin/reports")
            .session(&session);
        calls.push(Call {
            name: status.to_owned(),
            request: patch.json(json!({ "report_id": id, "status": status, "notes": "As seen" })),
            leaves: vec![each],
        });
    }
    calls
}

async fn bulk_reviews(server: &TestServer) -> Vec<Call> {
    let root = server.super_admin().await;
    let session = server.session(&root).await;
    let mut calls = Vec::new();
    for (status, from, each, bulk) in REVIEWS {
        let ids = reports_of(server, from).await;
        let post = server.post("/api/v1/admin/bulk-reports").session(&session);
        calls.push(Call {
            name: format!("{status}, two of them"),
            request: post.json(json!({ "ids": ids, "status": status })),
            leaves: vec![each, each, bulk],
        });
    }
    calls
}

async fn one_data_request(server: &TestServer) -> Call {
    let root = server.super_admin().await;
    let session = server.session(&root).await;
    let ids = server.data_requests(1).await;
    Call {
        name: "fail".to_owned(),
        request: server
            .request("PATCH", "/api/v1/admin/data-requests")
            .session(&session)
            .json(json!({ "request_id": ids[0], "status": "failed", "error": "No identity" })),
        leaves: vec!["data_request_updated"],
    }
}

async fn data_requests(server: &TestServer) -> Vec<Call> {
    let root = server.super_admin().await;
    let session = server.session(&root).await;
    let (each, bulk) = ("data_request_updated", "bulk_data_request_update");
    let ids = server.data_requests(3).await;
    let call = |ids: &[i64], leaves| Call {
        name: format!("complete {}", ids.len()),
        request: server
            .post("/api/v1/admin/bulk-data-requests")
            .session(&session)
            .json(json!({ "ids": ids, "status": "completed", "confirm": true })),
        leaves,
    };
    vec![
        call(&ids[..1], vec![each]),
        call(&ids[1..], vec![each, each, bulk]),
    ]
}

async fn withdrawal(server: &TestServer, operation: &str) -> Call {
    let root = server.super_admin().await;
    let session = server.session(&root).await;
    let mut body = json!({ "withdrawal_id": server.withdrawals(1).await[0], "confirm": true });
    let (verb, leaves) = match operation {
        "withdrawals.approve" => ("approve", "withdrawal_approved"),
        _ => ("reject", "withdrawal_rejected"),
    };
    if verb == "reject" {
        body["reason"] = json!("too much");
    }
    Call {
        name: verb.to_owned(),
        request: server
            .post(&format!("/api/v1/admin/payments/withdraw/{verb}"))
            .session(&session)
            .json(body),
        leaves: vec![leaves],
    }
}

async fn on_user(server: &TestServer, verb: &str, leaves: &'static str) -> Call {
    let root = server.super_admin().await;
    let session = server.session(&root).await;
    let path = format!("/api/v1/admin/users/{}/{verb}", server.plain().await.id);
    Call {
        name: verb.to_owned(),
        request: server.post(&path).session(&session),
        leaves: vec![leaves],
    }
}

async fn act_on_user(server: &TestServer, operation: &str) -> Call {
    let root = server.super_admin().await;
    let session = server.session(&root).await;
    let (user, other) = (server.plain().await, server.plain().await);
    server.session(&user).await;
    let ids = [user.id, other.id];
    let ban = json!({ "banReason": "spam" });
    let (target, arranged, verb, body, leaves) = match operation {
        "users.ban" => (user.id, "", "ban", ban, vec!["user_banned"]),
        "users.unban" => (
            user.id,
            "is_banned = TRUE",
            "unban",
            ban,
            vec!["user_unbanned"],
        ),
        "users.bulk_ban" => {
            let body = json!({ "userIds": ids, "banReason": "spam", "confirm": true });
            let leaves = vec!["user_banned", "user_banned", "bulk_ban"];
            (0, "", "bulk-ban", body, leaves)
        }
        "users.bulk_unban" => {
            let body = json!({ "userIds": ids, "banReason": "appeal", "confirm": true });
            let leaves = vec!["user_unbanned", "user_unbanned", "bulk_unban"];
            (0, "is_banned = TRUE", "bulk-unban", body, leaves)
        }
        "users.suspend" => (
            user.id,
            "",
            "suspend",
            json!({ "reason": "under review" }),
            vec!["user_suspended"],
        ),
        "users.unsuspend" => (
            user.id,
            "suspended_at = created_at",
            "unsuspend",
            json!({}),
            vec!["user_unsuspended"],
        ),
        "users.promote" => (
            user.id,
            "",
            "promote",
            json!({}),
            vec!["platform_admin_granted"],
        ),
        "users.demote" => {
            let admin = server.admin(&[Permission::UserView]).await;
            (
                admin.id,
                "",
                "demote",
                json!({}),
                vec!["platform_admin_revoked"],
            )
        }
        unknown => panic!("{unknown} has no call here"),
    };
    if !arranged.is_empty() {
        let of = if target == 0 { &ids[..] } else { &[target] };
        let of = of.iter().map(ToString::to_string).collect::<Vec<_>>();
        let text = format!("UPDATE users SET {arranged} WHERE id IN ({})", of.join(","));
        server.database.execute(&text).await;
    }
    let method = if matches!(verb, "ban" | "unban") {
        "PATCH"
    } else {
        "POST"
    };
    let path = if target == 0 {
        format!("/api/v1/admin/users/{verb}")
    } else {
        format!("/api/v1/admin/users/{target}/{verb}")
    };
    let request = server.request(method, &path).session(&session).json(body);
    let request = if takes_code(operation) {
        request.header("x-otp", &root.code(server.now()))
    } else {
        request
    };
    Call {
        name: operation.to_owned(),
        request,
        leaves,
    }
}

async fn on_admin(server: &TestServer, operation: &str) -> Call {
    let root = server.super_admin().await;
    let session = server.session(&root).await;
    let admin = server.admin(&[Permission::UserView]).await.id;
    server.database.execute(&format!(
        "INSERT INTO user_roles (user_id, role, created_at) SELECT id, 'Support', created_at FROM users WHERE id = {admin}"
    )).await;
    let at = |verb: &str| format!("/api/v1/admin/users/{admin}/{verb}");
    let single = json!({ "userId": admin, "role": "Support" });
    let (method, path, body, leaves) = match operation {
        "admins.replace_roles" => (
            "PUT",
            at("roles"),
            json!({ "roles": ["Risk"] }),
            vec!["roles_replaced"],
        ),
        "admins.replace_permissions" => (
            "PUT",
            at("permissions"),
            json!({ "permissions": ["user.ban"] }),
            vec!["permissions_replaced"],
        ),
        "admins.add_role" => (
            "PUT",
            "/api/v1/admin/users/add-single-role".to_owned(),
            json!({ "userId": admin, "role": "Legal" }),
            vec!["role_added"],
        ),
        "admins.revoke_role" => (
            "PUT",
            "/api/v1/admin/users/revoke-single-role".to_owned(),
            single,
            vec!["role_revoked"],
        ),
        "admins.create" => (
            "POST",
            "/api/v1/admin/users/admin-user".to_owned(),
            json!({ "email": "new@ops.example", "roles": ["Support"] }),
            vec!["admin_created"],
        ),
        "admins.offboard" => (
            "POST",
            at("offboard"),
            json!({ "reason": "left the company" }),
            vec!["user_banned", "platform_admin_revoked", "user_offboarded"],
        ),
        unknown => panic!("{unknown} has no call here"),
    };
    let request = server.request(method, &path).session(&session).json(body);
    Call {
        name: operation.to_owned(),
        request: request.header("x-otp", &root.code(server.now())),
        leaves,
    }
}

async fn update(server: &TestServer) -> Call {
    let ana = server.admin(&[Permission::UserEdit]).await;
    let session = server.session(&ana).await;
    let user = server.plain().await.id;
    let body =
        json!({ "email": "new.one@people.example", "username": "new_one", "country": "Peru" });
    Call {
        name: "update".to_owned(),
        request: server
            .request("PATCH", &format!("/api/v1/admin/users/{user}"))
            .session(&session)
            .json(body),
        leaves: vec!["user_updated"],
    }
}

async fn balance(server: &TestServer) -> Call {
    let root = server.super_admin().await;
    let session = server.session(&root).await;
    let path = format!("/api/v1/admin/users/{}/balance", server.plain().await.id);
    let body = json!({ "amount": 1_500, "currency": "EUR", "reason": "goodwill" });
    Call {
        name: "balance".to_owned(),
        request: server
            .request("PUT", &path)
            .session(&session)
            .json(body)
            .header("x-otp", &root.code(server.now())),
        leaves: vec!["balance_set"],
    }
}

fn takes_code(operation: &str) -> bool {
    spec(operation).is_some_and(|spec| spec.otp == Otp::Always)
}

async fn ending(server: &TestServer, operation: &str) -> Call {
    let root = server.super_admin().await;
    let session = server.session(&root).await;
    let user = server.plain().await;
    server.session(&user).await;
    let (verb, spelling) = operation["users.".len()..]
        .split_once("_by_")
        .unwrap_or((&operation["users.".len()..], "path"));
    let base = format!("/api/v1/admin/users/{}", user.id);
    let mut body = json!({ "confirm": true, "reason": "asked for it" });
    let request = match spelling {
        "path" => server.post(&format!("{base}/{verb}")).json(body),
        "query" => server.request(
            "DELETE",
            &format!("{base}?confirm=true&reason=asked+for+it"),
        ),
        _ => {
            body["user_id"] = json!(user.id);
            server
                .post(&format!("/api/v1/admin/{verb}-user"))
                .json(body)
        }
    };
    Call {
        name: operation.to_owned(),
        request: request.session(&session),
        leaves: vec![if verb == "delete" {
            "user_deleted"
        } else {
            "user_anonymized"
        }],
    }
}

async fn appends(server: &TestServer) -> Vec<Call> {
    let ana = server.admin(&[]).await;
    let session = server.session(&ana).await;
    let call = |code: &'static str| Call {
        name: code.to_owned(),
        request: server
            .post("/api/v1/admin/audit")
            .session(&session)
            .json(json!({ "action_code": code, "request_id": "event-1" })),
        leaves: vec![code],
    };
    vec![call("admin_refresh"), call("handover_noted")]
}

async fn claim(server: &TestServer, operation: &str) -> Call {
    let ana = server.admin(&[Permission::ReportsResolve]).await;
    let session = server.session(&ana).await;
    let ids = server.reports(2).await;
    let (path, code) = if operation == "claims.take" {
        ("claims", "claim_taken")
    } else {
        let insert = format!(
            "INSERT INTO claims (queue, object_id, user_id, session_id, taken_at, ends_at) \
             SELECT 'reports', r.id, s.user_id, s.id, s.created_at, s.expires_at \
             FROM user_reports r CROSS JOIN sessions s \
             WHERE r.id IN ({}, {}) AND s.user_id = {}",
            ids[0], ids[1], ana.id
        );
        server.database.execute(&insert).await;
        let session_id = format!("SELECT id FROM sessions WHERE user_id = {}", ana.id);
        let session_id = server.database.number(&session_id).await;
        // The call is no sign of life that would move the end of what is not released.
        let services = &server.services;
        assert!(services.signs_of_life.is_due(session_id, server.now()));
        ("claims/release", "claim_released")
    };
    let request = server.post(&format!("/api/v1/admin/{path}"));
    Call {
        name: operation.to_owned(),
        request: request
            .session(&session)
            .json(json!({ "queue": "reports", "ids": ids })),
        leaves: vec![code, code],
    }
}

async fn filter_saved(server: &TestServer) -> Call {
    let ana = server.admin(&[]).await;
    let session = server.session(&ana).await;
    let put = server
        .request("PUT", "/api/v1/admin/filters")
        .session(&session);
    Call {
        name: "save".to_owned(),
        request: put
            .json(json!({ "resource": "applications", "name": "old ones", "filter": "age>2d" })),
        leaves: vec!["filter_saved"],
    }
}

async fn filter_dropped(server: &TestServer) -> Call {
    let ana = server.admin(&[]).await;
    let session = server.session(&ana).await;
    let put = server
        .request("PUT", "/api/v1/admin/filters")
        .session(&session);
    let body = json!({ "resource": "users", "name": "shut out", "filter": "is:banned" });
    let saved = put.json(body).send().await.json();
    let path = format!("/api/v1/admin/filters/{}", saved["id"]);
    Call {
        name: "drop".to_owned(),
        request: server.request("DELETE", &path).session(&session),
        leaves: vec!["filter_dropped"],
    }
}

async fn revocation(server: &TestServer, operation: &str) -> Call {
    let rita = server.admin(&[Permission::SessionsRevoke]).await;
    let session = server.session(&rita).await;
    let person = server.plain().await;
    server.session(&person).await;
    let id = server.database.number("SELECT max(id) FROM sessions").await;
    let (method, path) = if operation == "sessions.revoke" {
        ("DELETE", format!("active-sessions/{id}"))
    } else {
        ("POST", format!("users/{}/revoke-sessions", person.id))
    };
    let request = server.request(method, &format!("/api/v1/admin/{path}"));
    let request = request.session(&session);
    Call {
        name: operation.to_owned(),
        request: if method == "POST" {
            request.json(json!({}))
        } else {
            request
        },
        leaves: vec!["session_revoked"],
    }
}

async fn note_written(server: &TestServer) -> Call {
    let rita = server.admin(&[Permission::UserNoteEdit]).await;
    let session = server.session(&rita).await;
    let person = server.plain().await.id;
    let body = json!({ "userId": person, "note": "Called twice.", "riskLevel": "medium" });
    Call {
        name: "write".to_owned(),
        request: server
            .post("/api/v1/admin/user-notes")
            .session(&session)
            .json(body),
        leaves: vec!["user_note_created"],
    }
}

async fn note_changed(server: &TestServer, operation: &str) -> Call {
    let rita = [Permission::UserNoteEdit, Permission::UserNoteDelete];
    let rita = server.admin(&rita).await;
    let session = server.session(&rita).await;
    let person = server.plain().await.id;
    let body = json!({ "userId": person, "note": "Called twice.", "riskLevel": "medium" });
    let post = server.post("/api/v1/admin/user-notes").session(&session);
    let note = post.json(body).send().await.json();
    let path = format!("/api/v1/admin/user-notes/{}", note["id"]);
    let request = |method| server.request(method, &path).session(&session);
    let (request, code) = if operation == "notes.update" {
        let body = json!({ "riskLevel": "high" });
        (request("PATCH").json(body), "user_note_updated")
    } else {
        (request("DELETE"), "user_note_deleted")
    };
    Call {
        name: operation.to_owned(),
        request,
        leaves: vec![code],
    }
}

async fn audit_export(server: &TestServer) -> Call {
    let ana = server.admin(&[Permission::AuditExport]).await;
    let session = server.session(&ana).await;
    Call {
        name: "export".to_owned(),
        request: server
            .post("/api/v1/admin/audit/export")
            .session(&session)
            .json(json!({})),
        leaves: vec!["audit_exported"],
    }
}

pub(crate) fn write_operations() -> impl Iterator<Item = (&'static str, BTreeSet<&'static str>)> {
    SPECS.iter().filter_map(|spec| match spec.effect {
        Effect::Write(codes) => Some((spec.id, codes.iter().map(|code| code.as_str()).collect())),
        Effect::Read | Effect::RecordedRead | Effect::Session => None,
    })
}

async fn audit_codes(server: &TestServer) -> Vec<String> {
    let query = "SELECT action_code FROM admin_audit_log ORDER BY seq";
    server.database.texts(query).await
}

on_both! {
    async fn p1_an_operation_whose_audit_row_cannot_be_written_does_not_happen(server: TestServer) {
        for (operation, _) in write_operations() {
            for (number, call) in calls_of(&server, operation).await.into_iter().enumerate() {
                let request = call.request.key(&format!("{operation}-{number}"));
                if takes_code(operation) {
                    // A code stays used up whatever becomes of its request: here it is, with its grant.
                    server.database.break_audit().await;
                    request.clone().send().await.refused(503, "audit_unavailable");
                    server.database.mend_audit().await;
                }
                let before = server.database.snapshot().await;
                server.database.break_audit().await;
                let reply = request.clone().send().await;
                server.database.mend_audit().await;
                let body = reply.refused(503, "audit_unavailable");
                assert_eq!(body["detail"], "audit log unavailable; nothing was changed");
                assert_eq!(body["component"], "audit");
                assert_eq!(reply.header("retry-after"), "2");
                let changed = before.changed(&server.database.snapshot().await);
                assert_eq!(changed, Vec::<String>::new(), "{operation} {}", call.name);
                // The very same request succeeds where the log can be written.
                let reply = request.send().await;
                assert!(reply.status < 300, "{operation} {}: {}", call.name, reply.text);
                assert_ne!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
            }
        }
    }

    async fn p1_a_refused_write_still_leaves_its_action_log_row(server: TestServer) {
        let call = appends(&server).await.remove(0);
        server.database.break_audit().await;
        let reply = call.request.send().await;
        let rows = "SELECT route || ' ' || status || ' ' || code || ' ' || request_id FROM admin_action_log";
        assert_eq!(
            server.database.texts(rows).await,
            [format!("/api/v1/admin/audit 503 audit_unavailable {}", reply.header("x-request-id"))]
        );
    }

    async fn p2_each_write_leaves_exactly_the_codes_it_declares(server: TestServer) {
        for (operation, declared) in write_operations() {
            let mut left = BTreeSet::new();
            for call in calls_of(&server, operation).await {
                let before = audit_codes(&server).await.len();
                let requests = server.database.count("admin_action_log").await;
                let reply = call.request.send().await;
                assert!(reply.status < 300, "{operation} {}: {}", call.name, reply.text);
                assert_eq!(audit_codes(&server).await[before..], call.leaves, "{operation} {}", call.name);
                // A client's event is known by an id of its own; all else by the request, and by one person.
                let id = if operation == "audit.append" { "event-1" } else { reply.header("x-request-id") };
                let rows = format!(
                    "SELECT DISTINCT scope || ' ' || actor_type || ' ' || request_id FROM admin_audit_log WHERE seq > {before}"
                );
                let [row] = &server.database.texts(&rows).await[..] else { panic!("{operation}: several ids") };
                assert!(row.starts_with("platform human ") && row.ends_with(id), "{operation}: {row}");
                assert_eq!(server.database.count("admin_action_log").await, requests + 1);
                // Both logs tell of the same request.
                let tied = format!(
                    "SELECT count(*) FROM admin_action_log WHERE request_id = '{}' AND status < 300",
                    reply.header("x-request-id")
                );
                assert_eq!(server.database.number(&tied).await, 1);
                left.extend(call.leaves);
            }
            assert_eq!(left, declared, "{operation}: the codes that it leaves, and those that it declares");
        }
    }

    async fn p1_no_other_operation_writes_to_the_audit_log(server: TestServer) {
        let root = server.super_admin().await;
        server.applications(1).await;
        server.reports(1).await;
        server.data_requests(1).await;
        server.withdrawals(1).await;
        server.database.break_audit().await;
        let session = server.sign_in(&root).await;
        let reads = SPECS.iter().filter(|spec| matches!(spec.effect, Effect::Read));
        // A realtime connection answers no request; that it writes nothing is its own test's.
        for spec in reads.filter(|spec| spec.access != Access::Socket) {
            let path = spec.path.replace("{id}", "1");
            let request = server.request(spec.method.as_str(), &path).session(&session);
            let request = if spec.method == Method::Get { request } else { request.json(json!({})) };
            let reply = request.send().await;
            assert_eq!(reply.status, 200, "{}: {}", spec.id, reply.text);
        }
        let body = json!({ "refresh_token": session.refresh });
        assert_eq!(server.post("/api/v1/auth/refresh").json(body).send().await.status, 200);
        assert_eq!(server.database.count("admin_audit_log").await, 0);
    }

    async fn p1_the_command_line_changes_nothing_it_cannot_audit(database: TestDatabase) {
        process::run(&database, &["migrate"]).succeeded();
        process::run(&database, &["create-admin", "root@ops.example"]).succeeded();
        process::run(&database, &["create-admin", "gone@ops.example"]).succeeded();
        let deleted = "UPDATE users SET deleted_at = created_at WHERE email = 'gone@ops.example'";
        database.execute(deleted).await;
        for (command, email, code) in [
            ("create-admin", "ana@ops.example", "admin_created"),
            ("unlock", "root@ops.example", "account_unlocked"),
            ("reset-mfa", "root@ops.example", "mfa_reset"),
            ("reset-password", "root@ops.example", "password_reset"),
            ("restore-user", "gone@ops.example", "user_restored"),
        ] {
            let before = database.snapshot().await;
            database.break_audit().await;
            let failed = process::run(&database, &[command, email]);
            database.mend_audit().await;
            assert_eq!((failed.code, failed.stdout.as_str()), (Some(2), ""), "{command}: {}", failed.stderr);
            assert_eq!(before.changed(&database.snapshot().await), Vec::<String>::new(), "{command}");
            process::run(&database, &[command, email]).succeeded();
            let last = "SELECT actor_type || ' ' || action_code || ' ' || target_type || ' ' || target_id \
                FROM admin_audit_log ORDER BY seq DESC LIMIT 1";
            let id = database.number(&format!("SELECT id FROM users WHERE email = '{email}'")).await;
            assert_eq!(database.texts(last).await, [format!("command_line {code} user {id}")]);
        }
    }
}
