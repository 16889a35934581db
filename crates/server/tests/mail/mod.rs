//! Mail: written with what it tells of, sent after it, and never lost on the way.

mod day_one;
mod first_login;
mod outbox;
mod sink;
mod smtp;

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use chrono::TimeDelta;
use quarterdeck_server::mail;
use serde_json::{Value, json};

use crate::harness::{Account, Reply, Request, Session, TestServer};

const CREATE: &str = "/api/v1/admin/users/admin-user";

/// A super-admin who makes admins.
struct Root {
    account: Account,
    session: Session,
}

impl Root {
    async fn of(server: &TestServer) -> Self {
        let account = server.super_admin().await;
        let session = server.session(&account).await;
        Self { account, session }
    }

    fn request(&self, server: &TestServer, body: Value) -> Request {
        let code = self.account.code(server.now());
        let request = server.post(CREATE).session(&self.session);
        request.json(body).header("x-otp", &code)
    }

    /// Makes a supporter, with the next code.
    async fn creates(&self, server: &TestServer, email: &str) -> Value {
        server.advance(TimeDelta::seconds(30));
        let body = json!({ "email": email, "roles": ["Support"] });
        let reply = self.request(server, body).send().await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        reply.json()
    }
}

/// Sends what is due.
async fn send_due(server: &TestServer) -> u32 {
    mail::send_due(&server.services).await.unwrap()
}

/// The mails in a directory, by their names; one that is still being written has another.
fn mails(directory: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(directory) else {
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = paths
        .filter(|path| path.extension() == Some(OsStr::new("eml")))
        .collect();
    paths.sort();
    let text = |path: &_| fs::read_to_string(path).unwrap().replace("\r\n", "\n");
    paths.iter().map(text).collect()
}

/// The token in a mail: the one line that nobody would write.
fn token(mail: &str) -> String {
    let is_token = |line: &&str| {
        line.len() == 43
            && line
                .chars()
                .all(|symbol| symbol.is_ascii_alphanumeric() || "-_".contains(symbol))
    };
    let found: Vec<_> = mail.lines().map(str::trim).filter(is_token).collect();
    assert_eq!(found.len(), 1, "{mail}");
    found[0].to_owned()
}

async fn first_login(server: &TestServer, token: &str, password: &str) -> Reply {
    let body = json!({ "token": token, "newPassword": password });
    server
        .post("/api/v1/auth/first-login")
        .json(body)
        .send()
        .await
}

/// Status, tries and last error of every mail.
async fn outbox(server: &TestServer) -> Vec<String> {
    let rows = "SELECT status || ' ' || CAST(attempts AS TEXT) || ' ' || coalesce(last_error, '-') \
        FROM mail_outbox ORDER BY id";
    server.database.texts(rows).await
}
