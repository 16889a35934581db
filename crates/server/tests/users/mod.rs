//! Users: finding a person, reading what is known, verifying, exporting.

mod context;
mod directory;
mod edit;
mod export;
mod parts;
mod search;
mod verify;

use quarterdeck_server::users::{self, NewPerson};

use crate::harness::{Reply, Session, TestServer};

const USERS: &str = "/api/v1/admin/users";

/// A person who is nobody in particular; the account is as old as the test.
fn person(server: &TestServer, mailbox: &str) -> NewPerson {
    NewPerson {
        email: format!("{mailbox}@people.example"),
        display_name: mailbox.to_owned(),
        created_at: server.now(),
        ..NewPerson::default()
    }
}

async fn bring(server: &TestServer, person: NewPerson) -> i64 {
    let tx = server.services.system_write("test").await.unwrap();
    let id = users::insert_person(tx.connection(), &person).await;
    tx.commit().await.unwrap();
    id.unwrap()
}

/// People a minute apart, the oldest first; tells their keys.
async fn crowd(server: &TestServer, count: i64) -> Vec<i64> {
    let mut ids = Vec::new();
    for number in 0..count {
        let born = person(server, &format!("p{number:03}"));
        let created_at = server.now() - chrono::TimeDelta::minutes(count - number);
        ids.push(bring(server, NewPerson { created_at, ..born }).await);
    }
    ids
}

async fn get(server: &TestServer, session: &Session, path: &str) -> Reply {
    server.get(path).session(session).send().await
}

fn ids(reply: &Reply) -> Vec<i64> {
    let body = reply.json();
    let rows = body["data"].as_array().unwrap_or_else(|| panic!("{body}"));
    rows.iter().map(|row| row["id"].as_i64().unwrap()).collect()
}
