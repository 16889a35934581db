//! A server that lies to the console (security.md, threats 1 and 5): whatever it answers, the console stays
//! small, answers its keys, leaves at once, and writes nothing to the terminal but what it always writes.

use std::collections::BTreeSet;
use std::fs::read_to_string;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use crate::console::{Console, ENTER, ESC, SMALL};
use crate::liar::{self, Answers, Liar, QUICK, SLOW};
use crate::picture::cursor_id;
use crate::server::{PASSWORD, Server, code};
use crate::sign_in::{ROOT, give_password, signed_in_as};
use crate::stream;

/// Peak of the console's resident memory, in bytes (security.md, threat 5).
const MOST_MEMORY: u64 = 200 << 20;
/// Longest wait for a key to show, and for the end.
const AT_ONCE: Duration = Duration::from_secs(5);

/// Every sequence that a console writes on its own, without the numbers of positions and colors.
const OWN: &[&str] = &[
    r"\u{1b}[#C",
    r"\u{1b}[#H",
    r"\u{1b}[#m",
    r"\u{1b}[2J",
    r"\u{1b}[?1049h",
    r"\u{1b}[?1049l",
    r"\u{1b}[?2004h",
    r"\u{1b}[?2004l",
    r"\u{1b}[?25h",
    r"\u{1b}[?25l",
    r"\u{1b}[?7h",
    r"\u{1b}[?7l",
    r"\u{1b}[K",
];

fn peak_memory(console: &Console) -> u64 {
    let status = read_to_string(format!("/proc/{}/status", console.process())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.unwrap().trim().strip_suffix(" kB").unwrap();
    kib.parse::<u64>().unwrap() * 1024
}

fn check_memory(console: &Console, what: &str) {
    let peak = peak_memory(console);
    eprintln!("{what}: {} MiB at most", peak >> 20);
    assert!(peak < MOST_MEMORY, "{what}: {peak} bytes");
}

fn check_sequences(console: &Console, what: &str) {
    let written = console.written();
    let foreign: BTreeSet<_> = stream::sequences(&written)
        .into_iter()
        .filter(|sequence| !OWN.contains(&sequence.as_str()))
        .collect();
    assert_eq!(foreign, BTreeSet::new(), "{what}");
    // Some attacks are sequences that a console writes too; but not with what is around them.
    for text in liar::hostile_texts() {
        let is_own = OWN.contains(&text.escape_debug().to_string().as_str());
        let drives = text.contains(char::is_control) && stream::contains(&written, &text);
        assert!(is_own || !drives, "{what}: {text:?} came through");
    }
    let screens: String = stream::private_modes(&written)
        .into_iter()
        .filter_map(|(mode, change)| (mode == "1049").then_some(change))
        .collect();
    assert!(
        "hl".starts_with(&screens),
        "{what}: other screens: {screens}"
    );
}

/// Leaves in the middle of whatever it does, and leaves the terminal as it was.
fn check_leaving(console: &mut Console, keys: &str, what: &str) {
    check_memory(console, what);
    console.keys(keys);
    let (code, took) = console.wait_for_exit();
    assert_eq!(code, 0, "{what}");
    assert!(took < AT_ONCE, "{what}: it left after {took:?}");
    console.assert_terminal_is_sane();
    check_sequences(console, what);
}

fn check_at_the_start((what, lie): (&str, liar::Lie)) {
    let liar = Liar::alone(lie);
    let mut console = Console::start(SMALL, &["--server", &liar.url()]);
    console.wait_for("No connection");
    liar.wait_until_told(1);
    // In the middle of the next one.
    console.keys("r");
    check_leaving(&mut console, "q", what);
}

#[test]
fn whatever_a_server_answers_at_the_start_the_console_says_so_and_leaves_at_once() {
    for lie in QUICK {
        check_at_the_start(*lie);
    }
}

#[test]
fn a_server_that_only_takes_time_is_given_up_and_can_be_left_at_any_moment() {
    for (what, lie) in SLOW {
        let liar = Liar::alone(*lie);
        let mut console = Console::start(SMALL, &["--server", &liar.url()]);
        console.wait_for("Connecting...");
        check_leaving(&mut console, "q", what);
    }
    for lie in SLOW {
        check_at_the_start(*lie);
    }
}

#[test]
fn whatever_a_server_answers_later_the_rows_stay_and_the_keys_work() {
    let server = Server::start();
    let liar = Liar::before(server.address(), Answers::Twisted);
    let mut console = signed_in_as(ROOT, &liar.url());
    for (what, lie) in QUICK {
        let told = liar.told();
        liar.set_answers(Answers::Lie(*lie));
        console.keys("r");
        liar.wait_until_told(told + 1);
        for key in ["j", "k"] {
            let (from, before) = (Instant::now(), console.find(what, cursor_id));
            console.keys(key);
            console.wait_until(what, |screen| {
                cursor_id(screen).is_some_and(|id| id != before)
            });
            let took = from.elapsed();
            assert!(took < AT_ONCE, "{what}: {key} took {took:?}");
        }
        check_memory(&console, what);
    }
    liar.set_answers(Answers::Twisted);
    console.keys("r");
    console.find(&"rows", cursor_id);
    check_sequences(&console, "after all lies");
}

#[test]
fn a_redirection_leads_nowhere() {
    let trap = TcpListener::bind("127.0.0.1:0").unwrap();
    trap.set_nonblocking(true).unwrap();
    *liar::TRAP.lock().unwrap() = Some(trap.local_addr().unwrap());
    check_at_the_start(("a redirection", liar::redirection));
    assert!(trap.accept().is_err(), "somebody followed it");
}

#[test]
fn u_16_no_text_of_a_server_drives_the_terminal() {
    let server = Server::start();
    let liar = Liar::before(server.address(), Answers::Twisted);
    let mut console = Console::start(SMALL, &["--server", &liar.url()]);
    give_password(&mut console, ROOT, "not the password");
    console.wait_for("pwned");
    console.type_text(PASSWORD).keys(ENTER);
    console.wait_for("One-time code");
    console.type_text(&code()).keys(ENTER);
    for tab in ["1", "2", "3", "4", "5"] {
        console.keys(tab);
        console.find(&tab, cursor_id);
        console.keys(ENTER);
        console.wait_until(&"a detail", |screen| cursor_id(screen).is_none());
        console.keys(ESC).find(&"the list", cursor_id);
        console.keys("j").keys("r").find(&"the list", cursor_id);
    }
    console
        .keys("V")
        .wait_for("Verification of the audit chain");
    check_sequences(&console, "twisted");
    assert!(
        stream::contains(&console.written(), "pwned"),
        "the texts are shown, not driven by"
    );
}

/// What the others hold is worth something: the honest console writes all of it.
#[test]
fn nothing_is_allowed_that_an_honest_session_does_not_write() {
    let server = Server::start();
    let mut console = signed_in_as(ROOT, &server.url());
    console.keys("5").wait_for("chain:");
    console.keys("q");
    console.wait_for_exit();
    let written: BTreeSet<String> = stream::sequences(&console.written());
    assert_eq!(written, OWN.iter().map(|own| (*own).to_owned()).collect());
}
