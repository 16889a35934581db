//! What must not be seen is not: no password, code or token in the log, on the terminal or in a crash
//! report (U-14).

use crate::console::{CTRL_L, Console, ENTER, SMALL};
use crate::picture::cursor_id;
use crate::proxy::Proxy;
use crate::server::{PASSWORD, Server, code};
use crate::sign_in::{ANA, answered, create_admin, give_password};
use crate::stream;

/// Holds that none of these is in what the console wrote to its terminal and to its files.
fn assert_unseen(console: &Console, secrets: &[String]) {
    let stream = console.written();
    let files = console.state_files();
    assert!(
        !files.is_empty(),
        "nothing was logged, so nothing was looked at"
    );
    for secret in secrets {
        assert!(secret.len() >= 6, "{secret:?} may stand anywhere");
        assert!(
            !stream::contains(&stream, secret),
            "{secret:?} was on the terminal"
        );
        for (path, text) in &files {
            assert!(
                !text.contains(secret.as_str()),
                "{secret:?} is in {}",
                path.display()
            );
        }
    }
}

/// Every token that the server gave away.
fn tokens(proxy: &Proxy) -> Vec<String> {
    let fields = ["token", "access_token", "refresh_token", "socket_token"];
    fields
        .iter()
        .flat_map(|field| answered(proxy, field))
        .collect()
}

#[test]
fn u_14_signing_in_working_and_crashing_leave_no_secret_behind() {
    let server = Server::start();
    let proxy = Proxy::to(server.address());
    let arguments = ["--server", &proxy.url(), "--test-panic-at", "repaint"];
    let mut console = Console::start_with_log(SMALL, &arguments, "trace");
    give_password(&mut console, ANA, PASSWORD);
    console.wait_for("One-time code");
    let code = code();
    console.type_text(&code).keys(ENTER);
    console.find(&"row under the cursor", cursor_id);
    console.keys("a").wait_for("takes it back");
    console.keys(CTRL_L);
    assert_eq!(console.wait_for_exit().0, 101);
    assert_eq!(console.crash_reports().len(), 1);

    let tokens = tokens(&proxy);
    assert_eq!(tokens.len(), 4, "a challenge and a session: {tokens:?}");
    assert_unseen(
        &console,
        &[vec![PASSWORD.to_owned(), code], tokens].concat(),
    );
}

/// What is typed into a field is no action, although each of its letters names one elsewhere.
#[test]
fn u_14_a_crash_report_tells_nothing_of_what_was_typed() {
    let server = Server::start();
    let typed = "abxw jkgGv*yuz.=tq";
    let arguments = ["--server", &server.url(), "--test-panic-at", "repaint"];
    let mut console = Console::start(SMALL, &arguments);
    console.wait_for("Sign in");
    console.type_text(ANA).next_field();
    console.type_text(typed).keys(CTRL_L);
    assert_eq!(console.wait_for_exit().0, 101);
    let reports = console.crash_reports();
    let [report] = reports.as_slice() else {
        panic!("{reports:?}");
    };
    assert!(!report.contains(typed), "{report}");
    let (_, actions) = report.split_once("last actions:\n").unwrap();
    assert_eq!(actions, "  submit\n  repaint\n");
    assert!(report.contains("\nmessage: withheld\n"), "{report}");
}

#[test]
fn u_14_neither_does_a_first_login() {
    let server = Server::start();
    let proxy = Proxy::to(server.address());
    let token = create_admin(&server, "new@quarterdeck.example");
    let arguments = ["--server", &proxy.url(), "--first-login"];
    let mut console = Console::start_with_log(SMALL, &arguments, "trace");
    console.wait_for("New password");
    console.type_text(&token).next_field();
    console.type_text("a password of my own").next_field();
    console.type_text("a password of my own").keys(ENTER);
    console.wait_for("Set up your second factor");
    console.keys("\x03").keys("\x03");
    assert_eq!(console.wait_for_exit().0, 0);
    let own = vec![token, "a password of my own".to_owned()];
    assert_unseen(&console, &[own, tokens(&proxy)].concat());
}

#[test]
fn a_token_from_a_file_signs_in_and_is_not_seen() {
    let server = Server::start();
    let proxy = Proxy::to(server.address());
    let mut first = Console::start(SMALL, &["--server", &proxy.url()]);
    give_password(&mut first, ANA, PASSWORD);
    first.wait_for("One-time code");
    first.type_text(&code()).keys(ENTER);
    first.find(&"row under the cursor", cursor_id);
    let token = answered(&proxy, "access_token").remove(0);

    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("token");
    std::fs::write(&file, &token).unwrap();
    let arguments = [
        "--server",
        &proxy.url(),
        "--token-file",
        file.to_str().unwrap(),
    ];
    let mut second = Console::start_with_log(SMALL, &arguments, "trace");
    second.find(&"row under the cursor", cursor_id);
    second.keys("q");
    assert_eq!(second.wait_for_exit().0, 0);
    assert_unseen(&second, &[token]);
}
