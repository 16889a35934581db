//! The queue of withdrawals.

mod concurrency;
mod decide;
mod list;
mod people;
mod refusals;

use serde_json::{Value, json};

use crate::harness::{Reply, Session, TestServer};

const QUEUE: &str = "/api/v1/admin/payments/withdrawals";
const APPROVE: &str = "/api/v1/admin/payments/withdraw/approve";
const REJECT: &str = "/api/v1/admin/payments/withdraw/reject";

async fn approve(server: &TestServer, session: &Session, id: i64) -> Reply {
    let body = json!({ "withdrawal_id": id, "confirm": true });
    server
        .post(APPROVE)
        .session(session)
        .json(body)
        .send()
        .await
}

async fn reject(server: &TestServer, session: &Session, id: i64, reason: &str) -> Reply {
    let body = json!({ "withdrawal_id": id, "confirm": true, "reason": reason });
    server.post(REJECT).session(session).json(body).send().await
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

/// Who asks for one, and that account's e-mail.
async fn payee(server: &TestServer, id: i64) -> (i64, String) {
    let of = |column: &str| {
        format!(
            "SELECT {column} FROM users WHERE id = (SELECT user_id FROM withdrawals WHERE id = {id})"
        )
    };
    let email = server.database.texts(&of("email")).await.remove(0);
    (server.database.number(&of("id")).await, email)
}

/// `balance currency vN` of a person's wallet.
async fn wallet(server: &TestServer, user: i64) -> Vec<String> {
    let text = format!(
        "SELECT balance || ' ' || currency || ' v' || version FROM wallets WHERE user_id = {user}"
    );
    server.database.texts(&text).await
}

/// `kind amount by actor` of every transaction, in their order.
async fn moved(server: &TestServer) -> Vec<String> {
    let text = "SELECT kind || ' ' || amount || ' by ' || actor_id FROM transactions ORDER BY id";
    server.database.texts(text).await
}

/// `code target details` of every audit row, in the order of the chain.
async fn audit_rows(server: &TestServer) -> Vec<(String, Value)> {
    let row = "SELECT action_code || ' ' || target_type || ' ' || target_id FROM admin_audit_log ORDER BY seq";
    let details = "SELECT details FROM admin_audit_log ORDER BY seq";
    let details = server.database.texts(details).await.into_iter();
    let details = details.map(|text| serde_json::from_str(&text).unwrap());
    let rows = server.database.texts(row).await;
    rows.into_iter().zip(details).collect()
}
