//! A server that hangs, dies and comes back: the screen stays, says what is known, and nothing is done
//! twice.

use std::time::{Duration, Instant};

use crate::console::Console;
use crate::picture::{cursor_id, cursor_line, lines, text};
use crate::proxy::{Fate, Proxy};
use crate::server::Server;
use crate::sign_in::signed_in;

const CTRL_C: &str = "\x03";

fn cursor(console: &Console) -> String {
    console.find(&"row under the cursor", cursor_id)
}

/// How often the audit log says this.
fn audited(console: &mut Console, action: &str) -> usize {
    console.keys("5").wait_for("Application waitlisted");
    console.keys("r").wait_for("Data refreshed");
    let screen = console.screen();
    lines(&screen)
        .iter()
        .filter(|line| line.contains(action))
        .count()
}

#[test]
fn a_server_killed_in_mid_bulk_leaves_the_outcome_open_and_a_retry_does_it_once() {
    let mut server = Server::start();
    let proxy = Proxy::to(server.address());
    let mut console = signed_in(&proxy.url());

    server.freeze();
    console
        .keys("   ")
        .keys("a")
        .wait_for("Approve 3 applications?");
    console.keys("y");
    proxy.wait_for_request("\"action\":\"approve\"");
    server.kill();
    console.wait_for("3 applications: outcome unknown");
    assert!(
        text(&console.screen()).contains("  PENDING  "),
        "the data stays"
    );

    server.restart();
    proxy.lead_to(server.address());
    console.keys("=").wait_for("3 approved (u takes 3 back)");
    assert_eq!(audited(&mut console, "Bulk approve"), 1);
}

#[test]
fn an_answer_lost_on_its_way_is_asked_for_again_and_nothing_is_done_twice() {
    let server = Server::start();
    let proxy = Proxy::to(server.address());
    let mut console = signed_in(&proxy.url());
    let id = cursor(&console);

    proxy.set_answers(Fate::Lose);
    console.keys("a");
    proxy.wait_for_lost(1);
    console.wait_for(&format!("{id}: outcome unknown"));
    proxy.set_answers(Fate::Pass);
    console.keys("=").wait_for(&format!("{id} approved, was "));
    console.keys("5");
    let target = format!("application{id} ");
    console.wait_for(&target);
    let screen = console.screen();
    let about_it = lines(&screen)
        .into_iter()
        .filter(|line| line.contains(&target))
        .count();
    assert_eq!(about_it, 1);
}

#[test]
fn u_04_keys_are_drawn_while_the_server_hangs_and_the_wait_can_be_ended() {
    let server = Server::start();
    let mut console = signed_in(&server.url());
    server.freeze();
    console.keys("r").wait_for("loading...");
    let mut times = Vec::new();
    for _ in 0..9 {
        let before = console.find(&"row under the cursor", cursor_line);
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
    let row = console.find(&"row under the cursor", cursor_line);
    server.kill();
    console.keys("r").wait_for("Refresh failed");
    console.keys("r").wait_for("Refresh failed 2 times");
    console.wait_for("OFFLINE");
    assert_eq!(console.find(&"row under the cursor", cursor_line), row);
    console.keys("a").wait_for("offline");
    server.restart();
    proxy.lead_to(server.address());
    console.keys("r").wait_for("Data refreshed");
    console.wait_gone("OFFLINE");
    let id = cursor(&console);
    console.keys("a").wait_for(&format!("{id} approved, was "));
}
