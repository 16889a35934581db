//! Every write operation, called so that the objects go through several states each.

use chrono::TimeDelta;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::role::Role;
use quarterdeck_server::gate::totp;
use quarterdeck_server::jobs;
use serde_json::{Value, json};

use super::{BTreeSet, TestServer, run};
use crate::harness::{Account, Reply, Session};

/// An operator at work, and what was called so far.
struct Shift<'a> {
    server: &'a TestServer,
    root: Account,
    session: Session,
    called: BTreeSet<&'static str>,
}

impl Shift<'_> {
    /// Calls a write operation, which must succeed.
    async fn call(
        &mut self,
        operation: &'static str,
        method: &str,
        path: &str,
        body: Value,
    ) -> Reply {
        self.called.insert(operation);
        let path = format!("/api/v1/{path}");
        let request = self.server.request(method, &path).session(&self.session);
        let reply = request.json(body).send().await;
        assert!(
            matches!(reply.status, 200 | 201),
            "{operation}: {}",
            reply.text
        );
        reply
    }

    /// The same for one that takes a code.
    async fn call_with_code(&mut self, operation: &'static str, path: &str, body: Value) {
        self.send_with_code(operation, "POST", path, body).await;
    }

    async fn send_with_code(
        &mut self,
        operation: &'static str,
        method: &str,
        path: &str,
        body: Value,
    ) {
        self.called.insert(operation);
        self.server.advance(TimeDelta::seconds(30));
        let code = self.root.code(self.server.now());
        let path = format!("/api/v1/{path}");
        let request = self.server.request(method, &path).session(&self.session);
        let reply = request.header("x-otp", &code).json(body).send().await;
        let is_done = matches!(reply.status, 200 | 201);
        assert!(is_done, "{operation}: {}", reply.text);
    }

    async fn person(&self) -> i64 {
        self.server.plain().await.id
    }
}

/// Calls every write operation, and what else changes accounts; tells the ids of the operations.
pub async fn call_all(server: &TestServer) -> BTreeSet<&'static str> {
    let root = server.super_admin().await;
    let session = server.session(&root).await;
    let mut shift = Shift {
        server,
        root,
        session,
        called: BTreeSet::new(),
    };
    applications(&mut shift).await;
    reports(&mut shift).await;
    data_requests(&mut shift).await;
    withdrawals(&mut shift).await;
    claims(&mut shift).await;
    sanctions(&mut shift).await;
    staff(&mut shift).await;
    rights(&mut shift).await;
    endings(&mut shift).await;
    account(&mut shift).await;
    filters(&mut shift).await;
    notes(&mut shift).await;
    sessions(&mut shift).await;
    events(&mut shift).await;
    command_line(&shift);
    shift.called
}

async fn applications(shift: &mut Shift<'_>) {
    let ids = shift.server.applications(6).await;
    let steps = [
        ("approve", &ids[..1]),
        ("waitlist", &ids[1..4]),
        ("reject", &ids[2..5]),
        ("reopen", &ids[..3]),
        ("approve", &ids[1..3]),
    ];
    for (action, ids) in steps {
        let body = json!({ "action": action, "ids": ids, "confirm": true });
        shift
            .call(
                "applications.decide",
                "POST",
                "admin/bulk-applications",
                body,
            )
            .await;
    }
}

async fn claims(shift: &mut Shift<'_>) {
    let body = json!({ "queue": "applications", "ids": shift.server.applications(2).await });
    shift
        .call("claims.take", "POST", "admin/claims", body.clone())
        .await;
    shift
        .call("claims.release", "POST", "admin/claims/release", body)
        .await;
}

async fn reports(shift: &mut Shift<'_>) {
    let ids = shift.server.reports(5).await;
    for (id, status) in [
        (0, "resolved"),
        (1, "dismissed"),
        (1, "pending"),
        (2, "resolved"),
    ] {
        let body = json!({ "report_id": ids[id], "status": status });
        shift
            .call("reports.decide", "PATCH", "admin/reports", body)
            .await;
    }
    for (ids, status) in [(&ids[1..4], "dismissed"), (&ids[2..4], "pending")] {
        let body = json!({ "ids": ids, "status": status });
        shift
            .call("reports.decide_bulk", "POST", "admin/bulk-reports", body)
            .await;
    }
}

async fn data_requests(shift: &mut Shift<'_>) {
    let ids = shift.server.data_requests(5).await;
    for (id, status) in [
        (0, "completed"),
        (1, "failed"),
        (1, "pending"),
        (2, "failed"),
    ] {
        let body = json!({ "request_id": ids[id], "status": status });
        shift
            .call("data_requests.update", "PATCH", "admin/data-requests", body)
            .await;
    }
    for (ids, status) in [(&ids[1..3], "pending"), (&ids[2..4], "completed")] {
        let body = json!({ "ids": ids, "status": status, "confirm": true });
        shift
            .call(
                "data_requests.update_bulk",
                "POST",
                "admin/bulk-data-requests",
                body,
            )
            .await;
    }
}

/// One is paid, one is refused, one waits; a wallet that was paid out of moves on by itself, and by hand.
async fn withdrawals(shift: &mut Shift<'_>) {
    let ids = shift.server.withdrawals(4).await;
    for id in &ids[..2] {
        let body = json!({ "withdrawal_id": id, "confirm": true });
        let path = "admin/payments/withdraw/approve";
        shift.call("withdrawals.approve", "POST", path, body).await;
    }
    let body = json!({ "withdrawal_id": ids[2], "confirm": true, "reason": "too much" });
    let path = "admin/payments/withdraw/reject";
    shift.call("withdrawals.reject", "POST", path, body).await;
    let payee = format!("SELECT user_id FROM withdrawals WHERE id = {}", ids[1]);
    let payee = shift.server.database.number(&payee).await;
    let path = format!("admin/users/{payee}/balance");
    let body = json!({ "amount": 70, "currency": "EUR", "reason": "goodwill" });
    shift
        .send_with_code("users.set_balance", "PUT", &path, body)
        .await;
}

const BAN: &str = "users.ban";

async fn sanctions(shift: &mut Shift<'_>) {
    let (one, two, three) = (
        shift.person().await,
        shift.person().await,
        shift.person().await,
    );
    let at = |id: i64, verb: &str| format!("admin/users/{id}/{verb}");
    shift
        .call("users.verify", "POST", &at(one, "verify"), json!({}))
        .await;
    shift
        .call("users.export", "POST", &at(one, "export"), json!({}))
        .await;
    let ban = |hours: Option<u32>| json!({ "banReason": "spam", "durationHours": hours });
    shift.call(BAN, "PATCH", &at(one, "ban"), ban(None)).await;
    shift
        .call(BAN, "PATCH", &at(one, "ban"), ban(Some(5)))
        .await;
    shift
        .call(
            "users.unban",
            "PATCH",
            &at(one, "unban"),
            json!({ "banReason": "appeal" }),
        )
        .await;
    let suspend = json!({ "reason": "under review" });
    shift
        .call(
            "users.suspend",
            "POST",
            &at(two, "suspend"),
            suspend.clone(),
        )
        .await;
    shift
        .call(BAN, "PATCH", &at(two, "ban"), ban(Some(1)))
        .await;
    shift
        .call("users.unsuspend", "POST", &at(two, "unsuspend"), json!({}))
        .await;
    shift
        .call(BAN, "PATCH", &at(three, "ban"), ban(Some(1)))
        .await;
    shift.server.advance(TimeDelta::hours(2));
    shift.session = shift.server.session(&shift.root).await;
    // Nobody has ended these bans yet: the next ban and the suspension find them over, and the job ends
    // the last of them.
    let many = json!({ "userIds": [one, three], "banReason": "spam", "confirm": true, "durationHours": 9 });
    shift
        .call("users.bulk_ban", "POST", "admin/users/bulk-ban", many)
        .await;
    let many = json!({ "userIds": [three, one], "banReason": "appeal", "confirm": true });
    shift
        .call("users.bulk_unban", "POST", "admin/users/bulk-unban", many)
        .await;
    shift
        .call("users.suspend", "POST", &at(two, "suspend"), suspend)
        .await;
    jobs::run_due(&shift.server.services).await;
}

async fn staff(shift: &mut Shift<'_>) {
    let (one, two) = (shift.person().await, shift.person().await);
    for id in [one, two] {
        let path = format!("admin/users/{id}/promote");
        shift
            .call_with_code("users.promote", &path, json!({}))
            .await;
    }
    let path = format!("admin/users/{one}/demote");
    shift.call_with_code("users.demote", &path, json!({})).await;
    let body = json!({ "reason": "left the company", "confirm": true });
    let path = format!("admin/users/{two}/delete");
    shift.call_with_code("users.delete", &path, body).await;
    run(
        &shift.server.database,
        &["restore-user", &format!("#{two}")],
    )
    .succeeded();
}

/// Of somebody whom no row of the log knows yet, and of somebody who was promoted before.
async fn rights(shift: &mut Shift<'_>) {
    let (seeded, promoted, hired) = (
        shift.server.admin(&[Permission::UserBan]).await.id,
        shift.person().await,
        shift.person().await,
    );
    let path = format!("admin/users/{promoted}/promote");
    shift
        .call_with_code("users.promote", &path, json!({}))
        .await;
    for id in [seeded, promoted, hired] {
        for (roles, permissions) in [
            (
                json!(["Risk", "Streamer"]),
                json!(["user.view", "user.ban"]),
            ),
            (json!(["Support", "Risk"]), json!(["user.view"])),
        ] {
            let path = format!("admin/users/{id}/permissions");
            let body = json!({ "permissions": permissions });
            shift
                .send_with_code("admins.replace_permissions", "PUT", &path, body)
                .await;
            let path = format!("admin/users/{id}/roles");
            let body = json!({ "roles": roles });
            shift
                .send_with_code("admins.replace_roles", "PUT", &path, body)
                .await;
        }
        for (operation, path, role) in [
            ("admins.add_role", "admin/users/add-single-role", "Legal"),
            (
                "admins.revoke_role",
                "admin/users/revoke-single-role",
                "Risk",
            ),
        ] {
            let body = json!({ "userId": id, "role": role });
            shift.send_with_code(operation, "PUT", path, body).await;
        }
    }
    let body = json!({ "email": "new@ops.example", "roles": ["Support", "Streamer"] });
    shift
        .call_with_code("admins.create", "admin/users/admin-user", body)
        .await;
    let path = format!("admin/users/{promoted}/offboard");
    let body = json!({ "reason": "left the company" });
    shift.call_with_code("admins.offboard", &path, body).await;
}

async fn endings(shift: &mut Shift<'_>) {
    let mut people = Vec::new();
    for _ in 0..4 {
        people.push(shift.person().await);
    }
    let end = json!({ "reason": "asked for it", "confirm": true });
    let by_body = |id: i64| json!({ "user_id": id, "reason": "asked for it", "confirm": true });
    let path = format!("admin/users/{}?reason=asked+for+it&confirm=true", people[0]);
    shift.called.insert("users.delete_by_query");
    let request = shift.server.request("DELETE", &format!("/api/v1/{path}"));
    let reply = request.session(&shift.session).send().await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    shift
        .call(
            "users.delete_by_body",
            "POST",
            "admin/delete-user",
            by_body(people[1]),
        )
        .await;
    shift
        .call(
            "users.anonymize_by_body",
            "POST",
            "admin/anonymize-user",
            by_body(people[1]),
        )
        .await;
    for id in &people[2..] {
        let path = format!("admin/users/{id}/anonymize");
        shift
            .call("users.anonymize", "POST", &path, end.clone())
            .await;
    }
}

/// Of somebody who held nothing, and of somebody whose wallet moves by itself as well.
async fn account(shift: &mut Shift<'_>) {
    let (one, two) = (shift.person().await, shift.person().await);
    let path = format!("admin/users/{one}");
    let body = json!({ "email": "another@people.example", "username": "another" });
    shift.call("users.update", "PATCH", &path, body).await;
    let at = "'2026-09-01 07:00:00+00:00'";
    for statement in [
        format!("INSERT INTO wallets (user_id, balance, currency) VALUES ({two}, 700, 'EUR')"),
        format!(
            "INSERT INTO transactions (user_id, kind, amount, created_at) VALUES ({two}, 'adjust', 700, {at})"
        ),
    ] {
        shift.server.database.execute(&statement).await;
    }
    for (id, amount) in [(one, 1_500), (two, 400), (one, 0), (two, 90)] {
        let path = format!("admin/users/{id}/balance");
        let body = json!({ "amount": amount, "currency": "EUR", "reason": "goodwill" });
        shift
            .send_with_code("users.set_balance", "PUT", &path, body)
            .await;
    }
    // A bet since then.
    shift
        .server
        .database
        .execute(&format!(
            "UPDATE wallets SET balance = 80 WHERE user_id = {two}"
        ))
        .await;
    let bet = format!(
        "INSERT INTO transactions (user_id, kind, amount, created_at) VALUES ({two}, 'bet', 10, {at})"
    );
    shift.server.database.execute(&bet).await;
}

async fn filters(shift: &mut Shift<'_>) {
    let body =
        json!({ "resource": "users", "name": "shut out", "filter": "is:banned", "shared": true });
    let saved = shift
        .call("filters.save", "PUT", "admin/filters", body)
        .await
        .json();
    shift.called.insert("filters.drop");
    let path = format!("/api/v1/admin/filters/{}", saved["id"]);
    let request = shift.server.request("DELETE", &path);
    let reply = request.session(&shift.session).send().await;
    assert_eq!(reply.status, 200, "{}", reply.text);
}

async fn notes(shift: &mut Shift<'_>) {
    let person = shift.person().await;
    let body = json!({ "userId": person, "note": "Called twice.", "riskLevel": "medium" });
    let note = shift
        .call("notes.create", "POST", "admin/user-notes", body)
        .await
        .json();
    let path = format!("admin/user-notes/{}", note["id"]);
    let body = json!({ "note": "Called three times." });
    shift.call("notes.update", "PATCH", &path, body).await;
    shift.called.insert("notes.delete");
    let request = shift.server.request("DELETE", &format!("/api/v1/{path}"));
    let reply = request.session(&shift.session).send().await;
    assert_eq!(reply.status, 200, "{}", reply.text);
}

async fn sessions(shift: &mut Shift<'_>) {
    let person = shift.server.plain().await;
    for _ in 0..2 {
        shift.server.session(&person).await;
    }
    let last = "SELECT max(id) FROM sessions";
    let last = shift.server.database.number(last).await;
    shift.called.insert("sessions.revoke");
    let path = format!("/api/v1/admin/active-sessions/{last}");
    let request = shift.server.request("DELETE", &path);
    let reply = request.session(&shift.session).send().await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let path = format!("admin/users/{}/revoke-sessions", person.id);
    shift
        .call("sessions.revoke_all", "POST", &path, json!({}))
        .await;
}

async fn events(shift: &mut Shift<'_>) {
    let person = shift.person().await;
    let event = json!({
        "action_code": "handover_noted", "target_type": "user", "target_id": person.to_string(),
        "request_id": "e1", "details": { "from": 5, "to": ["anything"] },
    });
    shift
        .call("audit.append", "POST", "admin/audit", event)
        .await;
    shift
        .call("audit.export", "POST", "admin/audit/export", json!({}))
        .await;
    let newcomer = shift.server.without_mfa(Role::Admin, &[]).await;
    let session = shift.server.session(&newcomer).await;
    let enroll = shift
        .server
        .post("/api/v1/auth/mfa/enroll")
        .session(&session);
    let secret = totp::decode_secret(&enroll.send().await.text_at("/secret")).unwrap();
    let code = totp::code_at(&secret, totp::step_at(shift.server.now()));
    shift.called.insert("sessions.confirm_mfa");
    let confirm = shift
        .server
        .post("/api/v1/auth/mfa/confirm")
        .session(&session);
    let reply = confirm.json(json!({ "code": code })).send().await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    // The codes of before took more than the quarter of an hour that a token is good for.
    shift.session = shift.server.session(&shift.root).await;
    shift
        .call_with_code(
            "sessions.renew_recovery_codes",
            "auth/mfa/recovery-codes",
            json!({}),
        )
        .await;
}

fn command_line(shift: &Shift<'_>) {
    let database = &shift.server.database;
    run(database, &["create-admin", "first@quarterdeck.example"]).succeeded();
    for command in ["unlock", "reset-mfa", "reset-password"] {
        run(database, &[command, "first@quarterdeck.example"]).succeeded();
    }
}
