//! Whole sessions: lines into the real binary through a pipe, and lines out of another.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::limit;
use crate::server::{PASSWORD, Server, code};

/// Prompts that do not end like the others.
const FIELDS: [&str; 4] = ["E-mail:", "Password:", "Code:", "Token:"];

/// What was said after each line, the first before any.
struct Session {
    turns: Vec<Vec<String>>,
    output: Output,
}

impl Session {
    /// The demo in lines, its data kept here.
    fn demo(data: &Path, lines: &[&str]) -> Self {
        let data = data.to_str().unwrap();
        Self::run(&["demo", "--linear", "--keep", data], lines)
    }

    fn run(arguments: &[&str], lines: &[&str]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut process = Command::new(env!("CARGO_BIN_EXE_quarterdeck"))
            .args(arguments)
            .env_clear()
            .env("HOME", home.path())
            .env("TMPDIR", home.path())
            .env("LANG", "C.UTF-8")
            .env("TERM", "dumb")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = process.stdin.take().unwrap();
        for line in lines {
            writeln!(input, "{line}").unwrap();
        }
        drop(input);
        let output = limit::wait(process);
        let text = String::from_utf8(output.stdout.clone()).unwrap();
        let is_foreign = |letter: char| letter.is_control() && letter != '\n';
        assert!(!text.contains(is_foreign), "{}", text.escape_debug());
        Self {
            turns: turns(&text),
            output,
        }
    }

    /// What was said after a line, by its number from 1 on.
    fn after(&self, line: usize) -> String {
        self.turns[line].join("\n")
    }

    fn assert_done(&self) {
        let errors = String::from_utf8_lossy(&self.output.stderr);
        assert_eq!(self.output.status.code(), Some(0), "{errors}");
        assert_eq!(errors, "");
    }
}

fn turns(text: &str) -> Vec<Vec<String>> {
    let mut turns = vec![Vec::new()];
    for line in text.lines() {
        if line.ends_with('>') || FIELDS.contains(&line) {
            turns.push(Vec::new());
        } else {
            turns.last_mut().unwrap().push(line.to_owned());
        }
    }
    turns
}

/// The number of rows of the audit log.
fn audit_rows(data: &Path) -> String {
    let session = Session::demo(data, &["audit", "quit"]);
    session.assert_done();
    let head = session.after(1);
    let (head, _) = head.split_once(',').unwrap();
    head.to_owned()
}

#[test]
fn every_tab_is_listed_read_filtered_and_left() {
    let data = TempDir::new().unwrap();
    let cases = [
        ("dash", "Dashboard: 3", "2 of 3: Reports, open 18", ""),
        (
            "apps",
            "Applications: 93",
            "2 of 93: #21 PENDING",
            "Answers:",
        ),
        ("reports", "Reports: 18", "2 of 18: #", "Reason:"),
        ("data", "Data requests: 16", "2 of 16: #", "Kind:"),
        ("users", "Users: 52", "2 of 52: #", "Roles:"),
        ("audit", "Audit log: 139", "2 of 139: #138", "Hash:"),
        ("withdrawals", "Withdrawals: 8", "2 of 8: #7 ", "Holds:"),
    ];
    for (tab, head, second, fact) in cases {
        let session = Session::demo(
            data.path(),
            &[tab, "", "list", "first", "/qqzz", "/", "open", "quit"],
        );
        session.assert_done();
        let said = session.turns.concat().join("\n");
        assert!(said.contains(head), "{tab}: {said}");
        assert!(session.after(2).starts_with(second), "{tab}: {said}");
        assert!(session.turns[3].len() >= 2, "{tab}: {said}");
        if tab == "dash" {
            // A queue leads to its tab.
            assert!(session.after(7).contains("Applications: 93"), "{said}");
        } else {
            assert!(session.after(5).contains(" match"), "{tab}: {said}");
            assert!(session.after(7).contains(fact), "{tab}: {said}");
        }
    }
}

#[test]
fn a_rejection_with_a_reason_is_taken_back_and_the_log_has_both() {
    let data = TempDir::new().unwrap();
    let session = Session::demo(
        data.path(),
        &["apps", "reject 2", "undo", "audit", "next", "quit"],
    );
    session.assert_done();
    assert!(
        session.after(2).starts_with("#14 rejected, was PENDING"),
        "{}",
        session.after(2)
    );
    assert!(session.after(3).starts_with("#14 reopened"));
    assert!(session.after(4).contains("1 of 141: #141 "));
    assert!(session.after(4).contains("Application reopened"));
    assert!(session.after(5).contains("Application rejected"));
}

#[test]
fn every_class_of_verb_is_done_by_words() {
    let data = TempDir::new().unwrap();
    let lines = [
        "reports",
        "resolve",
        "dismiss",
        "data",
        "complete",
        "y",
        "users",
        "/abebe*",
        "ban 4 2",
        "unban 1",
        "y",
        "remove 1 2",
        "wrong",
        "abebe",
        "apps",
        "*",
        "approve",
        "93",
        "quit",
    ];
    let session = Session::demo(data.path(), &lines);
    session.assert_done();
    let expected = [
        (2, " resolved, was pending"),
        (3, " dismissed, was pending"),
        (5, "Completed is final: nothing takes it back."),
        (6, " completed, was pending"),
        (9, "#10 banned, was ACTIVE"),
        (10, "`y` to unban, `n` to cancel."),
        (11, "#10 unbanned, was BANNED"),
        (12, "Type abebe to delete it; `cancel` for none."),
        (13, "error: Type it exactly to delete it."),
        (14, "#10 deleted, was ACTIVE"),
        (17, "Type 93 to approve them; `cancel` for none."),
        (18, "93 approved"),
    ];
    for (line, text) in expected {
        let said = session.after(line);
        assert!(said.contains(text), "{}: {said}", lines[line - 1]);
    }
}

#[test]
fn a_change_to_staff_asks_for_a_code_and_the_demo_says_it() {
    let data = TempDir::new().unwrap();
    let session = Session::demo(
        data.path(),
        &["users", "/lea@*", "suspend 1", "123", "cancel", "quit"],
    );
    session.assert_done();
    let said = session.after(3);
    assert!(said.contains("type your one-time code"), "{said}");
    assert!(
        session.turns[3]
            .iter()
            .any(|line| line.starts_with("code ")),
        "{said}"
    );
    assert_eq!(session.after(4), "error: A code has 6 digits.");
    assert!(session.after(5).starts_with("Nothing was sent"));
}

#[test]
fn saved_filters_the_journal_and_the_messages_have_words() {
    let data = TempDir::new().unwrap();
    let lines = [
        "apps",
        "/status:WAITLISTED",
        "filter save waiting",
        "/",
        "filter load waiting",
        "/",
        "waitlist",
        "journal",
        "1",
        "messages",
        "filter drop waiting",
        "quit",
    ];
    let session = Session::demo(data.path(), &lines);
    session.assert_done();
    let expected = [
        (3, "Filter waiting saved"),
        (5, "status:WAITLISTED"),
        (7, "#14 waitlisted"),
        (8, "1: Application waitlisted #14"),
        (9, "#14 reopened"),
        (10, "#14 waitlisted"),
        (11, "Filter waiting dropped"),
    ];
    for (line, text) in expected {
        let said = session.after(line);
        assert!(said.contains(text), "{}: {said}", lines[line - 1]);
    }
}

#[test]
fn input_that_ends_in_a_question_writes_nothing() {
    let data = TempDir::new().unwrap();
    let before = audit_rows(data.path());
    for lines in [
        &["apps", "reject"][..],
        &["apps", "mark", "mark", "approve"],
        &["users", "/abebe*", "remove 1 2"],
        &["apps", "journal"],
        &["apps", "mark", "quit"],
    ] {
        Session::demo(data.path(), lines).assert_done();
    }
    assert_eq!(audit_rows(data.path()), before);
}

#[test]
fn somebody_signs_in_through_a_pipe_with_a_password_and_a_code() {
    let server = Server::start();
    let (url, code) = (server.url(), code());
    let lines = [
        "root@quarterdeck.example",
        "not the password",
        PASSWORD,
        &code,
        "apps",
        "where",
        "logout",
        ":quit",
    ];
    let session = Session::run(&["--linear", "--server", &url], &lines);
    session.assert_done();
    assert!(
        session.after(2).starts_with("error: "),
        "{}",
        session.after(2)
    );
    assert!(session.after(3).contains("One-time code"));
    assert!(
        session.after(4).contains("Dashboard: 3"),
        "{}",
        session.after(4)
    );
    assert!(
        session
            .after(6)
            .contains("root@quarterdeck.example on 127.0.0.1")
    );
    assert!(session.after(7).contains("Signed out."));
    let all = String::from_utf8(session.output.stdout).unwrap();
    assert!(!all.contains(PASSWORD) && !all.contains(&code));
}

#[test]
fn env_goes_on_with_the_server_of_another_profile() {
    let (one, two) = (Server::start(), Server::start());
    let home = TempDir::new().unwrap();
    let config = home.path().join("config.toml");
    let profile = |name: &str, server: &Server| {
        let url = server.url();
        format!("[profiles.{name}]\nserver = \"{url}\"\n")
    };
    let text = profile("one", &one) + &profile("two", &two);
    std::fs::write(&config, text).unwrap();
    let code = code();
    let root = ["root@quarterdeck.example", PASSWORD, &code];
    let lines = [
        &root[..],
        &["readonly on", "env nowhere", "env", "env two"],
        &root,
        &["where", "apps", "approve", "debug", "quit"],
    ]
    .concat();
    let config = config.to_str().unwrap();
    let session = Session::run(
        &["--linear", "--config", config, "--profile", "one"],
        &lines,
    );
    session.assert_done();
    let expected = [
        (5, "error: Not switched: ".to_owned()),
        (6, "Profiles: one, two; this is one".to_owned()),
        (
            11,
            format!("on {}, environment demo, read-only", two.address()),
        ),
        (13, "read-only; `:readonly off` ends that".to_owned()),
        (14, "reads, 0 writes".to_owned()),
    ];
    for (line, text) in expected {
        let said = session.after(line);
        assert!(said.contains(&text), "{}: {said}", lines[line - 1]);
    }
}

#[test]
fn without_a_server_it_says_so_and_how_to_go_on() {
    let session = Session::run(
        &["--linear", "--server", "http://127.0.0.1:9"],
        &["refresh", "approve", "quit"],
    );
    assert!(session.turns[0].concat().contains("error: No connection"));
    assert!(session.after(1).contains("error: No connection"));
    assert_eq!(session.after(2), "error: `approve` means nothing here");
    assert_eq!(session.output.status.code(), Some(0));
}
