//! A queue longer than a page, worked by one key against the real server.

use std::collections::BTreeSet;
use std::path::Path;

use chrono::TimeDelta;
use quarterdeck_api::applications::ApplicationStatus;
use quarterdeck_server::applications::{self, NewApplication};
use quarterdeck_server::config::ServerConfig;
use quarterdeck_server::db::Clock;
use quarterdeck_server::start;
use tempfile::TempDir;
use tokio::runtime::Builder;

use crate::console::{Console, ENTER, SMALL};
use crate::picture::{cursor_id, text};
use crate::server::Server;

/// Long enough that its last rows are of the third page.
const WAITING: usize = 210;

/// The data of a demo in which so many more applications wait, all of them older than the others.
fn data() -> TempDir {
    let data = Server::start().into_data();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(add_applications(data.path()));
    data
}

async fn add_applications(directory: &Path) {
    let services = start::services(ServerConfig::defaults(directory), Clock::System);
    let services = services.await.unwrap();
    let tx = services.system_write("test").await.unwrap();
    for number in 0..WAITING {
        let age = TimeDelta::days(900) - TimeDelta::minutes(i64::try_from(number).unwrap());
        let new = NewApplication {
            name: format!("Waiting {number}"),
            email: format!("waiting{number}@example.com"),
            answers: "I would like to join.".to_owned(),
            status: ApplicationStatus::Pending,
            submitted_at: tx.now - age,
            decided: None,
            reason: None,
            reason_code: None,
        };
        applications::insert(tx.connection(), new).await.unwrap();
    }
    tx.commit().await.unwrap();
    services.database.close().await;
}

/// What is said where a row came under the cursor with a page, too late to have been seen.
const TOO_SOON: &str = "has just come under the cursor";

/// Approves the row under the cursor; the one that is there then.
fn approve(console: &mut Console, id: &str) -> String {
    loop {
        console.keys("a");
        let next = console.find(&format!("the row after {id}"), |screen| {
            let next = cursor_id(screen).filter(|next| next != id);
            let is_too_soon = || text(screen).contains(TOO_SOON);
            next.map(Some).or_else(|| is_too_soon().then_some(None))
        });
        match next {
            Some(next) => return next,
            None => console.wait_gone(TOO_SOON),
        };
    }
}

#[test]
fn two_hundred_are_approved_by_one_key() {
    let data = data();
    let directory = data.path().to_str().unwrap();
    let mut console = Console::start(SMALL, &["demo", "--keep", directory]);
    let mut id = console.find(&"row under the cursor", cursor_id);
    let mut handled = BTreeSet::new();
    for _ in 0..200 {
        let next = approve(&mut console, &id);
        handled.insert(std::mem::replace(&mut id, next));
    }
    assert_eq!(handled.len(), 200, "each row came once");
    // All of them can still be taken back: the toast of one, and 199 more.
    console.wait_for(" +199");
    console.keys("/").wait_for("/ words, or ");
    console.type_text("status:ACTIVE name:waiting*").keys(ENTER);
    console.wait_for(" of 200");
}
