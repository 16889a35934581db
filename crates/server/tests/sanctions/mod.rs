//! Bans, suspensions and staff rights: who may, what changes, what is left behind.

mod ban;
mod bulk;
mod races;
mod staff;
mod suspend;
mod timed;

use quarterdeck_api::ids::UserId;
use quarterdeck_server::users::{self, Shown};
use serde_json::{Value, json};

use crate::harness::{Account, Reply, Request, Session, TestServer};

const BULK: &str = "/api/v1/admin/users/bulk-ban";
/// Where the bans of several users end.
const UNBAN: &str = "/api/v1/admin/users/bulk-unban";

/// An act on a user, by the last part of its path.
fn act(server: &TestServer, session: &Session, id: i64, verb: &str, body: Value) -> Request {
    let method = if verb.ends_with("ban") {
        "PATCH"
    } else {
        "POST"
    };
    let path = format!("/api/v1/admin/users/{id}/{verb}");
    server.request(method, &path).session(session).json(body)
}

fn ban(server: &TestServer, session: &Session, id: i64) -> Request {
    act(server, session, id, "ban", json!({ "banReason": "spam" }))
}

/// With the code of the caller's authenticator.
fn coded(server: &TestServer, caller: &Account, request: Request) -> Request {
    request.header("x-otp", &caller.code(server.now()))
}

/// The body of a reply that must have changed something.
#[track_caller]
fn changed(reply: &Reply) -> Value {
    let body = reply.json();
    assert_eq!(
        (reply.status, body.get("noop")),
        (200, None),
        "{}",
        reply.text
    );
    body
}

/// The body of a reply that must have changed nothing.
#[track_caller]
fn noop(reply: &Reply) -> Value {
    let body = reply.json();
    assert_eq!(
        (reply.status, &body["noop"]),
        (200, &json!(true)),
        "{}",
        reply.text
    );
    body
}

/// Code, actor and details of the audit rows about users, oldest first.
async fn audit_rows(server: &TestServer) -> Vec<String> {
    let query = "SELECT action_code || ' ' || COALESCE(admin_email, actor_type) || ' #' || target_id || ' ' || details \
        FROM admin_audit_log ORDER BY seq";
    server.database.texts(query).await
}

/// The ban history of a user, oldest first.
async fn history(server: &TestServer, id: i64) -> Vec<String> {
    let query = format!(
        "SELECT action || ' by ' || COALESCE(CAST(actor_id AS TEXT), 'system') || ': ' || reason || ' ' \
         || COALESCE(CAST(duration_hours AS TEXT), '-') FROM ban_history WHERE user_id = {id} ORDER BY id"
    );
    server.database.texts(&query).await
}

/// A user as a GET shows it now.
async fn view(server: &TestServer, id: i64) -> Value {
    let reads = server.services.database.reads();
    let view = users::view(reads, UserId(id), server.now(), Shown::WithoutNotes)
        .await
        .unwrap();
    serde_json::to_value(view.unwrap()).unwrap()
}

/// Active super-admins, by the flag, the role and the state.
async fn super_admins(server: &TestServer) -> i64 {
    let query = "SELECT count(*) FROM users u JOIN user_roles r ON r.user_id = u.id WHERE r.role = 'SuperAdmin' \
        AND NOT u.is_banned AND u.suspended_at IS NULL AND u.deleted_at IS NULL";
    server.database.number(query).await
}
