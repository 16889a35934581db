//! The queue of applications.

mod concurrency;
mod decide;
mod list;
mod reopen;

use serde_json::Value;

use crate::harness::{Reply, Session, TestServer};

const DECIDE: &str = "/api/v1/admin/bulk-applications";
const LIST: &str = "/api/v1/admin/applications";

async fn decide(server: &TestServer, session: &Session, body: Value) -> Reply {
    server.post(DECIDE).session(session).json(body).send().await
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
