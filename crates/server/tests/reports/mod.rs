//! The reports.

mod bulk;
mod concurrency;
mod decide;
mod list;
mod order;
mod reopen;
mod rooms;

use serde_json::{Value, json};

use crate::harness::{Account, Reply, Session, TestServer};

const REPORTS: &str = "/api/v1/admin/reports";
const BULK: &str = "/api/v1/admin/bulk-reports";

async fn decide(server: &TestServer, session: &Session, body: Value) -> Reply {
    let patch = server.request("PATCH", REPORTS).session(session);
    patch.json(body).send().await
}

async fn decide_bulk(server: &TestServer, session: &Session, body: Value) -> Reply {
    server.post(BULK).session(session).json(body).send().await
}

async fn list(server: &TestServer, session: &Session, query: &str) -> Reply {
    let path = format!("{REPORTS}{query}");
    server.get(&path).session(session).send().await
}

fn ids(reply: &Reply) -> Vec<i64> {
    let body = reply.json();
    let rows = body["data"].as_array().unwrap_or_else(|| panic!("{body}"));
    rows.iter().map(|row| row["id"].as_i64().unwrap()).collect()
}

/// `id outcome` of each result.
fn outcomes(reply: &Reply) -> Vec<String> {
    let body = reply.json();
    let results = body["results"].as_array().unwrap();
    results
        .iter()
        .map(|result| format!("{} {}", result["id"], result["outcome"].as_str().unwrap()))
        .collect()
}

/// `code target text details` of every audit row, in the order of the chain.
async fn audit_rows(server: &TestServer) -> Vec<String> {
    let query = "SELECT action_code || ' [' || target_type || ' ' || target_id || '] ' || action || ' ' || details \
        FROM admin_audit_log ORDER BY seq";
    server.database.texts(query).await
}

/// The only report of [`TestServer::reports`], nobody having reviewed it.
async fn pending_row(server: &TestServer) -> Value {
    json!({
        "id": 1, "status": "pending", "reason": "Spam",
        "reporter_id": server.person("reporter").await, "reporter": "reporter@people.example",
        "reported_user_id": server.person("subject").await, "reported": "subject@people.example",
        "report_count": 1, "created_at": "2026-09-01T07:59:00Z",
        "reviewed_at": null, "reviewed_by": null, "notes": null, "reason_code": null, "version": 1, "claim": null,
    })
}

/// The same, settled at the time of the tests.
async fn settled_row(server: &TestServer, status: &str, by: &Account, notes: Value) -> Value {
    let mut row = pending_row(server).await;
    row["status"] = json!(status);
    row["reviewed_at"] = json!("2026-09-01T08:00:00Z");
    row["reviewed_by"] = json!(by.email);
    row["notes"] = notes;
    row["version"] = json!(2);
    row
}
