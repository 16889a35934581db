//! Commands that ask on the terminal: what is secret stays unseen, and nothing happens unanswered.

use crate::console::{Console, ENTER, WIDE};
use crate::server::{PASSWORD, Server, code};
use crate::sign_in::ROOT;

/// A shell that runs commands one after another and says how each ended.
fn shell(server: &Server, commands: &[&str]) -> Console {
    let script: String = commands
        .iter()
        .map(|command| format!("\"$@\" {command}; echo \"ended $?.\"; "))
        .collect();
    Console::start_in_shell(WIDE, &script, &["--server", &server.url()])
}

#[test]
fn a_session_is_kept_where_that_is_asked_for_and_a_write_is_asked_about() {
    let server = Server::start();
    let login = format!("login --store --email {ROOT}");
    let first = "list apps --json --limit 2 > listed";
    let decide = "waitlist - < listed";
    let commands = [
        login.as_str(),
        first,
        decide,
        decide,
        "ban users 2 --for 1h --reason 'a test' --yes",
    ];
    let mut console = shell(&server, &commands);
    console.wait_for("Password:");
    console.burst(PASSWORD).keys(ENTER);
    console.wait_for("One-time code:");
    let code = code();
    console.keys(&code).keys(ENTER);
    console.wait_for("Signed in as root@").wait_for("ended 0.");

    // Two at once take an answer; anything but `y` leaves them alone.
    console.wait_for("y to do it");
    console.keys("n").keys(ENTER);
    console.wait_for("not confirmed").wait_for("ended 8.");
    console.keys("y").keys(ENTER);
    console.wait_for("waitlist: all 2");

    // A change to staff takes a code, and a wrong one is refused.
    console.wait_for("One-time code: ");
    console.wait_until(&"a second question for a code", |screen| {
        crate::picture::text(screen)
            .matches("One-time code:")
            .count()
            == 2
    });
    console.keys("000000").keys(ENTER);
    console.wait_for("ended 3.");

    let (exit, _) = console.wait_for_exit();
    assert_eq!(exit, 0);
    let written = String::from_utf8_lossy(&console.written()).into_owned();
    for secret in [PASSWORD, code.as_str(), "000000"] {
        assert!(!written.contains(secret), "{written}");
    }
    console.assert_terminal_is_sane();
    let kept = console.state_files();
    assert!(
        kept.iter()
            .any(|(path, _)| path.to_string_lossy().contains("sessions"))
    );
}

#[test]
fn whoever_interrupts_a_password_gets_the_terminal_back() {
    let server = Server::start();
    let mut console = shell(&server, &["login --store --email nobody@example.com"]);
    console.wait_for("Password:");
    console.keys("hunter").keys("\x03");
    console.wait_for("ended 130.");
    console.wait_for_exit();
    console.assert_terminal_is_sane();
}
