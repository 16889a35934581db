//! The queue of data requests.

mod bulk;
mod concurrency;
mod list;
mod people;
mod update;

use serde_json::{Value, json};

use crate::harness::{Reply, Session, TestServer};

const QUEUE: &str = "/api/v1/admin/data-requests";
const BULK: &str = "/api/v1/admin/bulk-data-requests";

async fn update(server: &TestServer, session: &Session, body: Value) -> Reply {
    let request = server.request("PATCH", QUEUE).session(session);
    request.json(body).send().await
}

async fn bulk(server: &TestServer, session: &Session, body: Value) -> Reply {
    server.post(BULK).session(session).json(body).send().await
}

async fn list(server: &TestServer, session: &Session, query: &str) -> Reply {
    let request = server.get(&format!("{QUEUE}{query}"));
    request.session(session).send().await
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

/// The first of the harness's requests, a minute old, as the API shows it before anybody touches it.
async fn fresh_row(server: &TestServer) -> Value {
    let asker = "SELECT id FROM users WHERE email = 'asker-0@people.example'";
    json!({
        "id": 1, "user_id": server.database.number(asker).await, "user": "asker-0@people.example",
        "kind": "export", "status": "pending",
        "created_at": "2026-09-01T07:59:00Z", "due_at": null, "deadline": "2026-10-01T07:59:00Z",
        "overdue": false, "seconds_left": 2_591_940, "updated_at": "2026-09-01T07:59:00Z",
        "completed_at": null, "handled_by": null, "error": null, "reason_code": null, "version": 1, "claim": null,
    })
}
