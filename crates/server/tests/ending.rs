//! The end of an account: deletion, which the command line takes back, and anonymization, which nobody can
//! (S003-14, S003-15, S003-73 to S003-75, S003-81, C-08).

mod anonymize;
mod canary;
mod delete;
mod races;
mod restore;

use quarterdeck_api::permission::Permission::{UserAnonymize, UserDelete};
use serde_json::{Value, json};

use crate::harness::{Account, Reply, Request, Session, TestServer};

fn path(verb: &str, id: i64) -> String {
    format!("/api/v1/admin/users/{id}/{verb}")
}

fn order() -> Value {
    json!({ "confirm": true, "reason": "asked for it" })
}

async fn operator(server: &TestServer) -> (Account, Session) {
    let ana = server.admin(&[UserAnonymize, UserDelete]).await;
    let session = server.session(&ana).await;
    (ana, session)
}

/// An ending of an account, without a code.
fn end(server: &TestServer, session: &Session, verb: &str, id: i64) -> Request {
    server.post(&path(verb, id)).session(session).json(order())
}

/// `code / text / target by actor` of every row about the end of an account.
async fn endings(server: &TestServer) -> Vec<String> {
    let query = "SELECT action_code || ' / ' || action || ' / ' || target_type || ' ' || target_id || ' by ' \
        || coalesce(CAST(admin_user_id AS TEXT), actor_type) FROM admin_audit_log \
        WHERE action_code IN ('user_deleted', 'user_anonymized', 'user_restored') ORDER BY seq";
    server.database.texts(query).await
}

async fn try_sign_in(server: &TestServer, email: &str) -> Reply {
    let body = json!({ "email": email, "password": crate::harness::PASSWORD });
    server.post("/api/v1/auth/sign-in").json(body).send().await
}
