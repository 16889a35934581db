//! Admins: who is listed with what, and what super-admins change of roles and permissions.

mod list;
mod offboard;
mod permissions;
mod races;
mod roles;
mod writes;

use chrono::TimeDelta;
use serde_json::Value;

use crate::harness::{Account, Reply, Request, Session, TestServer};

const ADD: &str = "add-single-role";
const REVOKE: &str = "revoke-single-role";

/// A super-admin at work: each call with a code of its own.
struct Root<'a> {
    server: &'a TestServer,
    account: Account,
    session: Session,
}

impl<'a> Root<'a> {
    async fn of(server: &'a TestServer) -> Self {
        let account = server.super_admin().await;
        let session = server.session(&account).await;
        Self {
            server,
            account,
            session,
        }
    }

    /// A call below `admin/users/`, with the code of now.
    fn request(&self, method: &str, path: &str, body: Value) -> Request {
        let path = format!("/api/v1/admin/users/{path}");
        let request = self.server.request(method, &path).session(&self.session);
        let code = self.account.code(self.server.now());
        request.json(body).header("x-otp", &code)
    }

    /// Sends one, when the next code is shown.
    async fn send(&self, method: &str, path: &str, body: Value) -> Reply {
        self.server.advance(TimeDelta::seconds(30));
        self.request(method, path, body).send().await
    }

    async fn put(&self, path: &str, body: Value) -> Reply {
        self.send("PUT", path, body).await
    }
}

/// The body of a reply that must have changed something.
#[track_caller]
fn changed(reply: &Reply) -> Value {
    let body = reply.json();
    let is_noop = body.get("noop").is_some_and(|noop| noop == true);
    assert_eq!((reply.status, is_noop), (200, false), "{}", reply.text);
    body
}

/// A reply must have changed nothing.
#[track_caller]
fn noop(reply: &Reply) {
    let noop = reply.json()["noop"].clone();
    assert_eq!((reply.status, noop), (200, true.into()), "{}", reply.text);
}

/// Code and details of the audit rows, oldest first.
async fn audit_rows(server: &TestServer) -> Vec<String> {
    let rows = "SELECT action_code || ' #' || target_id || ' ' || details FROM admin_audit_log ORDER BY seq";
    server.database.texts(rows).await
}
