//! A valid request for every operation: what refuses it can only be who sends it.

use quarterdeck_api::claims::Queue;
use quarterdeck_api::operation::{Access, Otp, Spec};
use quarterdeck_api::operations;
use quarterdeck_api::permission::Permission;
use quarterdeck_server::gate::totp;
use quarterdeck_server::users;
use serde_json::{Value, json};

use super::callers::Caller;
use crate::harness::{PASSWORD, Provider, Request, TestServer};

/// What is declared of an operation.
pub fn spec(id: &str) -> &'static Spec {
    operations::spec(id).unwrap_or_else(|| panic!("there is no operation {id}"))
}

/// A request whose objects exist.
pub struct Prepared {
    method: &'static str,
    path: String,
    is_socket: bool,
    takes_code: bool,
    body: Option<Value>,
}

impl Prepared {
    /// Makes what the request needs.
    pub async fn new(server: &TestServer, id: &str, caller: &Caller) -> Self {
        let spec = spec(id);
        let mut path = spec.path.to_owned();
        if path.contains("{id}") {
            let object = match spec.resource() {
                "sessions" if id == "sessions.revoke" => session_of_another(server).await,
                "reports" => server.reports(1).await[0],
                "data_requests" => server.data_requests(1).await[0],
                "withdrawals" => server.withdrawals(1).await[0],
                "users" | "sessions" | "admins" => server.plain().await.id,
                "filters" => filter_of(server, caller).await,
                "notes" => note_of(server, caller).await,
                _ => server.applications(1).await[0],
            };
            path = path.replace("{id}", &object.to_string());
        }
        if id == "users.delete_by_query" {
            path += "?confirm=true&reason=asked+for+it";
        }
        Self {
            method: spec.method.as_str(),
            path,
            is_socket: spec.access == Access::Socket,
            takes_code: spec.otp == Otp::Always,
            body: body(server, id, caller).await,
        }
    }

    /// The request, with the caller's credential.
    pub fn request(&self, server: &TestServer, caller: &Caller) -> Request {
        let request = self.bare(server, caller, &self.path);
        match &self.body {
            Some(body) => request.json(body.clone()),
            None => request,
        }
    }

    /// The same with a query and a body that no operation takes.
    pub fn garbled(&self, server: &TestServer, caller: &Caller) -> Request {
        let separator = if self.path.contains('?') { '&' } else { '?' };
        let path = format!("{}{separator}garbled=%00", self.path);
        self.bare(server, caller, &path).body("text/plain", "{")
    }

    fn bare(&self, server: &TestServer, caller: &Caller, path: &str) -> Request {
        let request = server.request(self.method, path);
        let request = if self.is_socket {
            caller.sign_socket(request)
        } else {
            caller.sign(request)
        };
        match caller.code(server.now()) {
            Some(code) if self.takes_code => request.header("x-otp", &code),
            _ => request,
        }
    }
}

async fn body(server: &TestServer, id: &str, caller: &Caller) -> Option<Value> {
    Some(match id {
        "applications.decide" => {
            let action = match caller.permission {
                Some(Permission::ApplicationsReject) => "reject",
                Some(Permission::ApplicationsWaitlist) => "waitlist",
                _ => "approve",
            };
            json!({ "action": action, "ids": server.applications(1).await })
        }
        "reports.decide" => {
            let status = report_status(caller);
            json!({ "report_id": server.reports(1).await[0], "status": status })
        }
        "reports.decide_bulk" => {
            let status = report_status(caller);
            json!({ "ids": server.reports(1).await, "status": status })
        }
        "data_requests.update" => {
            json!({ "request_id": server.data_requests(1).await[0], "status": "completed" })
        }
        "data_requests.update_bulk" => {
            json!({ "ids": server.data_requests(1).await, "status": "completed" })
        }
        "withdrawals.approve" => {
            json!({ "withdrawal_id": server.withdrawals(1).await[0], "confirm": true })
        }
        "withdrawals.reject" => {
            json!({ "withdrawal_id": server.withdrawals(1).await[0], "confirm": true, "reason": "too much" })
        }
        "claims.take" | "claims.release" => claim(server, caller).await,
        "users.ban" | "users.unban" => json!({ "banReason": "spam" }),
        "users.bulk_ban" | "users.bulk_unban" => {
            let ids = [server.plain().await.id, server.plain().await.id];
            json!({ "userIds": ids, "banReason": "spam", "confirm": true })
        }
        "users.suspend" => json!({ "reason": "under review" }),
        "users.update" => json!({ "displayName": "Somebody Else" }),
        "users.set_balance" => json!({ "amount": 5, "currency": "EUR", "reason": "goodwill" }),
        "audit.export"
        | "sessions.revoke_all"
        | "users.list_all"
        | "users.verify"
        | "users.unsuspend"
        | "users.promote"
        | "users.demote" => json!({}),
        "admins.create" => {
            let email = format!("new.{}@ops.example", server.database.count("users").await);
            json!({ "email": email, "roles": ["Support"] })
        }
        "admins.replace_roles" => json!({ "roles": ["User", "Risk"] }),
        "admins.replace_permissions" => json!({ "permissions": ["user.view"] }),
        "admins.add_role" | "admins.revoke_role" => {
            json!({ "userId": server.plain().await.id, "role": "Risk" })
        }
        "admins.offboard" => json!({ "reason": "left the company" }),
        "users.anonymize" | "users.delete" => {
            json!({ "confirm": true, "reason": "asked for it" })
        }
        "users.anonymize_by_body" | "users.delete_by_body" => {
            let user = server.plain().await.id;
            json!({ "user_id": user, "confirm": true, "reason": "asked for it" })
        }
        "filters.save" => {
            json!({ "resource": "applications", "name": "old ones", "filter": "age>2d" })
        }
        "notes.create" => {
            json!({ "userId": server.plain().await.id, "note": "Called.", "riskLevel": "low" })
        }
        "notes.update" => json!({ "riskLevel": "high" }),
        "audit.append" => {
            let event = server.services.ids.request_id(server.now()).to_string();
            json!({ "action_code": "admin_refresh", "request_id": event })
        }
        _ => return signing_in(server, id, caller).await,
    })
}

/// The bodies of what leads to a session.
async fn signing_in(server: &TestServer, id: &str, caller: &Caller) -> Option<Value> {
    Some(match id {
        "sessions.pass_gate" => json!({ "password": "there is none" }),
        "sessions.sign_in" => {
            let account = server.plain().await;
            json!({ "email": account.email, "password": PASSWORD })
        }
        "sessions.verify_mfa" => {
            let account = server.plain().await;
            let challenge = server.challenge(&account).await;
            json!({ "token": challenge, "mfaCode": account.code(server.now()) })
        }
        "sessions.oidc" => {
            let token = Provider::shared().token_of("ana", "ana@acme.example", server.now());
            json!({ "id_token": token })
        }
        "sessions.poll_device" => {
            let begun = server.post("/api/v1/auth/oidc/device").send().await;
            json!({ "device": begun.text_at("/device") })
        }
        "sessions.refresh" => {
            let account = server.plain().await;
            json!({ "refresh_token": server.session(&account).await.refresh })
        }
        "sessions.first_login" => {
            json!({ "token": first_login_token(server).await, "newPassword": PASSWORD })
        }
        "sessions.confirm_mfa" => json!({ "code": enrolling_code(server, caller).await }),
        _ => return None,
    })
}

/// An item of a queue in which the caller may decide.
async fn claim(server: &TestServer, caller: &Caller) -> Value {
    let may = |queue: &&Queue| {
        let mut deciding = queue.deciding().iter();
        deciding.any(|permission| Some(*permission) == caller.permission)
    };
    let queue = Queue::ALL.iter().find(may);
    let queue = queue.copied().unwrap_or(Queue::Applications);
    let ids = match queue {
        Queue::Applications => server.applications(1).await,
        Queue::Reports => server.reports(1).await,
        Queue::DataRequests => server.data_requests(1).await,
    };
    json!({ "queue": queue, "ids": ids })
}

/// A filter that the caller keeps, where the caller is somebody.
async fn filter_of(server: &TestServer, caller: &Caller) -> i64 {
    let Some(owner) = caller.account() else {
        return 1;
    };
    let insert = format!(
        "INSERT INTO saved_filters (owner_id, resource, name, filter, shared, created_at, updated_at) \
         SELECT id, 'users', 'mine', 'is:banned', FALSE, created_at, created_at FROM users WHERE id = {}",
        owner.id
    );
    server.database.execute(&insert).await;
    server
        .database
        .number("SELECT max(id) FROM saved_filters")
        .await
}

/// An open session of somebody who is no staff.
async fn session_of_another(server: &TestServer) -> i64 {
    server.session(&server.plain().await).await;
    server.database.number("SELECT max(id) FROM sessions").await
}

/// A note that the caller wrote, where the caller is somebody.
async fn note_of(server: &TestServer, caller: &Caller) -> i64 {
    let Some(author) = caller.account() else {
        return 1;
    };
    let insert = format!(
        "INSERT INTO user_notes (user_id, note, note_key, risk_level, created_by, created_at, updated_at) \
         SELECT id, 'Called.', 'called.', 'low', id, created_at, created_at FROM users WHERE id = {}",
        author.id
    );
    server.database.execute(&insert).await;
    server
        .database
        .number("SELECT max(id) FROM user_notes")
        .await
}

/// The decision that the caller may take, where they may take but one.
const fn report_status(caller: &Caller) -> &'static str {
    match caller.permission {
        Some(Permission::ReportsDismiss) => "dismissed",
        _ => "resolved",
    }
}

async fn first_login_token(server: &TestServer) -> String {
    let account = server.plain().await;
    let token = server.services.ids.token();
    let tx = server.services.system_write("test").await.unwrap();
    let until = tx.now + chrono::TimeDelta::hours(1);
    users::issue_first_login(tx.connection(), account.id, &token.hash, tx.now, until)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    token.text
}

/// A code of a second factor that the caller has begun to enroll, where there is none yet.
async fn enrolling_code(server: &TestServer, caller: &Caller) -> String {
    let Some(session) = caller.session().filter(|_| caller.is_unenrolled()) else {
        return "000000".to_owned();
    };
    let reply = server
        .post("/api/v1/auth/mfa/enroll")
        .session(session)
        .send()
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let secret = totp::decode_secret(&reply.text_at("/secret")).unwrap();
    totp::code_at(&secret, totp::step_at(server.now()))
}
