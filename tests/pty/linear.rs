//! The console in lines on a real terminal: what is typed unseen, what is given back, and that no byte
//! drives it, whatever strangers wrote.

use rustix::process::Signal;

use crate::console::{Console, ENTER, WIDE};
use crate::liar::{Answers, Liar};
use crate::server::{PASSWORD, Server, code};
use crate::sign_in::ROOT;

/// A way out.
type Leave = fn(&mut Console);

/// Types a line as a hand does; whether it is shown is the terminal's to say.
fn line(console: &mut Console, text: &str) {
    let letters: Vec<char> = text.chars().collect();
    for part in letters.chunks(8) {
        console.keys(&part.iter().collect::<String>());
    }
    console.keys(ENTER);
}

fn at_the_password(url: &str) -> Console {
    let mut console = Console::start(WIDE, &["--linear", "--server", url]);
    console.wait_for("E-mail:");
    line(&mut console, ROOT);
    console.wait_for("Password:");
    console
}

/// Nothing but text, line ends, and what the terminal itself echoes of them.
fn assert_plain(console: &Console) {
    let written = console.written();
    let text = String::from_utf8(written).unwrap();
    let foreign: String = text
        .chars()
        .filter(|letter| letter.is_control() && !matches!(letter, '\r' | '\n'))
        .collect();
    assert_eq!(foreign, "", "{}", text.escape_debug());
}

#[test]
fn in_lines_a_password_and_a_code_are_not_shown_and_the_rest_is() {
    let server = Server::start();
    let mut console = at_the_password(&server.url());
    line(&mut console, PASSWORD);
    console.wait_for("Code:");
    let code = code();
    line(&mut console, &code);
    console.wait_for("Apps>");
    line(&mut console, "reports");
    console.wait_for("Apps> reports").wait_for("Reports>");
    line(&mut console, "quit");
    assert_eq!(console.wait_for_exit().0, 0);
    let written = String::from_utf8(console.written()).unwrap();
    assert!(!written.contains(PASSWORD) && !written.contains(&code));
    assert_plain(&console);
    console.assert_terminal_is_sane();
}

#[test]
fn in_lines_every_way_out_of_a_password_gives_the_echo_back() {
    let server = Server::start();
    let ways: [(&str, Leave, u32); 4] = [
        (
            "end of input",
            |console| {
                console.keys("\x04");
            },
            0,
        ),
        ("TERM", |console| console.signal(Signal::TERM), 143),
        ("QUIT", |console| console.signal(Signal::QUIT), 131),
        (
            "Ctrl-C twice",
            |console| {
                console.keys("\x03").wait_for("C-c again quits");
                console.keys("\x03");
            },
            0,
        ),
    ];
    for (what, leave, expected) in ways {
        let mut console = at_the_password(&server.url());
        leave(&mut console);
        assert_eq!(console.wait_for_exit().0, expected, "{what}");
        console.assert_terminal_is_sane();
    }
}

#[test]
fn in_lines_nothing_that_strangers_wrote_drives_the_terminal() {
    let server = Server::start();
    let liar = Liar::before(server.address(), Answers::Twisted);
    let mut console = at_the_password(&liar.url());
    line(&mut console, PASSWORD);
    console.wait_for("Code:");
    line(&mut console, &code());
    console.wait_for("Apps>");
    for tab in ["dash", "apps", "reports", "data", "users", "audit"] {
        for command in [tab, "list", "open", "help", "copy_menu", "cancel", "where"] {
            line(&mut console, command);
        }
    }
    // Each line waits for its prompt by itself.
    line(&mut console, "quit");
    assert_eq!(console.wait_for_exit().0, 0);
    assert_plain(&console);
}

#[test]
fn on_a_dumb_terminal_it_says_what_works_instead_and_draws_nothing() {
    let console = Console::start_in_shell(WIDE, r#"TERM=dumb "$@""#, &["demo"]);
    assert_eq!(console.wait_for_exit().0, 2);
    let written = String::from_utf8(console.written()).unwrap();
    assert!(written.contains("quarterdeck demo --linear"), "{written}");
    assert_plain(&console);
}
