//! Two consoles of one server: what the one does the other sees, and nothing else moves.

use std::fs;
use std::time::{Duration, Instant};

use crate::console::{Console, ENTER, SMALL, WIDE};
use crate::picture::{cursor_id, lines, text};
use crate::proxy::Proxy;
use crate::server::Server;
use crate::sign_in::{answered, signed_in, signed_in_as};

const ROOT: &str = "root@quarterdeck.example";

/// How soon what one console decides is seen in another.
const SOON: Duration = Duration::from_secs(2);

fn cursor(console: &Console) -> String {
    console.find(&"row under the cursor", cursor_id)
}

/// The ids in the list, in their order.
fn ids(screen: &vt100::Screen) -> Vec<String> {
    let rows = lines(screen);
    let ids = rows.iter().filter_map(|line| {
        let words = line.split_whitespace();
        words.take(3).find(|word| word.starts_with('#'))
    });
    ids.map(str::to_owned).collect()
}

fn is_struck(screen: &vt100::Screen, id: &str) -> bool {
    let rows = lines(screen);
    let mut about_it = rows.iter().filter(|line| line.contains(&format!(" {id} ")));
    about_it.any(|line| line.starts_with("  x"))
}

#[test]
fn what_one_console_decides_is_struck_in_the_other_within_two_seconds() {
    let server = Server::start();
    let mut ana = signed_in(&server.url());
    let mut root = signed_in_as(ROOT, &server.url());
    for console in [&mut ana, &mut root] {
        console.resize(WIDE).wait_for("  LIVE  ");
    }
    let first = cursor(&root);
    ana.keys("jj");
    let before = ids(&ana.screen());
    root.keys("a").wait_for(&format!("{first} approved"));
    let decided_at = Instant::now();
    ana.wait_until(&"the struck row", |screen| is_struck(screen, &first));
    let seen_after = decided_at.elapsed();
    assert!(seen_after < SOON, "{seen_after:?}");
    assert_eq!(ids(&ana.screen()), before, "nothing has moved");
    // It is looked up by whoever comes to it, and refuses.
    ana.keys("kka").wait_until(&"the refusal", |screen| {
        let text = text(screen);
        text.contains("somebody else was first") || text.contains("is ACTIVE already")
    });
    ana.wait_for(&format!("by {ROOT}"));
    assert!(!is_struck(&root.screen(), &first), "one's own is no ghost");
    eprintln!("seen in the other console after {seen_after:?}");
}

#[test]
fn a_server_that_goes_is_said_to_be_heard_no_more_and_the_rows_stay() {
    let mut server = Server::start();
    let mut console = signed_in(&server.url());
    console.resize(WIDE).wait_for("  LIVE  ");
    server.kill();
    console.wait_for("NOT LIVE");
    assert!(ids(&console.screen()).len() > 5, "the rows stay");
}

#[test]
fn a_claim_is_seen_in_the_other_console_within_two_seconds_and_who_insists_is_told_whose_it_is() {
    let server = Server::start();
    let mut ana = signed_in(&server.url());
    let mut root = signed_in_as(ROOT, &server.url());
    for console in [&mut ana, &mut root] {
        console.resize(WIDE).wait_for("  LIVE  ");
        console.resize(SMALL).wait_gone("  LIVE  ");
    }
    let first = cursor(&root);
    assert_eq!(cursor(&ana), first);
    root.keys("m").wait_for(&format!("{first} claimed"));
    let claimed_at = Instant::now();
    ana.wait_for("@root");
    let seen_after = claimed_at.elapsed();
    assert!(seen_after < SOON, "{seen_after:?}");
    ana.keys("a")
        .wait_for(&format!("{first} is claimed by {ROOT}"));
    ana.keys("y").wait_for(&format!("{first} approved"));
    root.wait_gone("@me").wait_for("ACTIVE");
    eprintln!("seen in the other console after {seen_after:?}");
}

#[test]
fn who_comes_second_and_hears_nothing_is_shown_mine_against_theirs() {
    let server = Server::start();
    let proxy = Proxy::to(server.address());
    let of_ana = signed_in(&proxy.url());
    let file = of_ana.home().join("token");
    fs::write(&file, answered(&proxy, "access_token").remove(0)).unwrap();
    let url = server.url();
    // A token alone opens no realtime connection.
    let arguments = ["--server", &url, "--token-file", file.to_str().unwrap()];
    let mut deaf = Console::start(SMALL, &arguments);
    let first = cursor(&deaf);
    let mut root = signed_in_as(ROOT, &url);
    root.keys("a").wait_for(&format!("{first} approved"));
    deaf.keys("x1")
        .wait_for(&format!("{first} was approved by {ROOT}"));
    deaf.keys(ENTER).wait_for("Somebody else was first");
    let screen = text(&deaf.screen());
    for told in ["You", "Reject", "They", ROOT] {
        assert!(screen.contains(told), "{told}: {screen}");
    }
    deaf.keys("q").wait_for("ACTIVE");
}
