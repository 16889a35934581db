//! A server that hangs, dies and comes back: the screen stays, says what is known, and nothing is done
//! twice.

use std::time::{Duration, Instant};

use crate::console::{Console, cursor_id, cursor_line, lines, text};
use crate::proxy::{Answers, Proxy};
use crate::server::Server;
use crate::sign_in::signed_in;

const CTRL_C: &str = "\x03";

fn cursor(console: &Console) -> String {
    console.find("row under the cursor", cursor_id)
}

/// How often the audit log says that an application was approved.
fn approvals_of(console: &mut Console, id: &str) -> usize {
    console
        .keys(";")
        .wait_until(&format!("cursor on {id}"), |screen| {
            cursor_id(screen).as_deref() == Some(id)
        });
    console
        .keys("o")
        .keys("a")
        .wait_for(&format!("/target:application{id}"));
    console.wait_gone("loading...");
    let screen = console.screen();
    lines(&screen)
        .iter()
        .filter(|line| line.contains("Application approved"))
        .count()
}

#[test]
fn s004_58_a_server_killed_in_mid_action_leaves_the_outcome_open_and_a_retry_does_it_once() {
    let mut server = Server::start();
    let proxy = Proxy::to(server.address());
    let mut console = signed_in(&proxy.url());
    let id = cursor(&console);
    let rows = lines(&console.screen()).len();

    server.freeze();
    console
        .keys("a")
        .wait_until(&"the row as being written", |screen| {
            text(screen).contains(&format!("~{id}")) || text(screen).contains("~ ")
        });
    server.kill();
    console.wait_for(&format!("{id}: outcome unknown"));
    assert_eq!(lines(&console.screen()).len(), rows);
    assert!(
        text(&console.screen()).contains("PENDING"),
        "the data stays"
    );

    server.restart();
    proxy.lead_to(server.address());
    console.keys("=").wait_for(&format!("{id} approved, was "));
    assert_eq!(approvals_of(&mut console, &id), 1);
}

#[test]
fn c_17_an_answer_lost_on_its_way_is_asked_for_again_and_nothing_is_done_twice() {
    let server = Server::start();
    let proxy = Proxy::to(server.address());
    let mut console = signed_in(&proxy.url());
    let id = cursor(&console);

    proxy.set(Answers::Lose);
    console.keys("a");
    proxy.wait_for_lost(1);
    console.wait_for(&format!("{id}: outcome unknown"));
    proxy.set(Answers::Pass);
    console.keys("=").wait_for(&format!("{id} approved, was "));
    assert_eq!(approvals_of(&mut console, &id), 1);
}

#[test]
fn u_04_keys_are_drawn_while_the_server_hangs_and_the_wait_can_be_ended() {
    let server = Server::start();
    let mut console = signed_in(&server.url());
    server.freeze();
    console.keys("r").wait_for("loading...");
    let mut times = Vec::new();
    for _ in 0..9 {
        let before = console.find("row under the cursor", cursor_line);
        let from = Instant::now();
        console.keys("j");
        console.wait_until(&"the next row", |screen| {
            cursor_line(screen).is_some_and(|now| now != before)
        });
        times.push(from.elapsed());
    }
    times.sort();
    assert!(
        times[4] < Duration::from_millis(100),
        "half of the keys took longer than {:?}",
        times[4]
    );
    console.wait_for("loading...");
    console.keys(CTRL_C).wait_for("Loading stopped");
    console.wait_gone("loading...");
    server.thaw();
    console.keys("r").wait_for("Data refreshed");
}

#[test]
fn s003_101_a_server_that_is_away_is_said_and_the_data_stays() {
    let mut server = Server::start();
    let proxy = Proxy::to(server.address());
    let mut console = signed_in(&proxy.url());
    let row = console.find("row under the cursor", cursor_line);
    server.kill();
    console.keys("r").wait_for("Refresh failed");
    console.keys("r").wait_for("Refresh failed 2 times");
    console.wait_for("OFFLINE");
    assert_eq!(console.find("row under the cursor", cursor_line), row);
    console.keys("a").wait_for("offline");
    server.restart();
    proxy.lead_to(server.address());
    console.keys("r").wait_for("Data refreshed");
    console.wait_gone("OFFLINE");
    let id = cursor(&console);
    console.keys("a").wait_for(&format!("{id} approved, was "));
}
