//! The operator's editor: it has the terminal while it runs, and what it leaves is a field's text and
//! nothing else.

use std::fs::{File, Permissions, set_permissions, write};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;

use rustix::fs::{CWD, FileType, Mode, mknodat};

use crate::console::{Console, ENTER, ESC, SMALL};
use crate::picture::{cursor_id, lines};
use crate::server::Server;
use crate::sign_in::signed_in;

const CTRL_C: &str = "\x03";
const CTRL_X: &str = "\x18";

/// Gives the console an editor: it shows its text, waits to be let go, and does this.
fn give_editor(console: &Console, and_then: &str) {
    let home = console.home();
    mknodat(
        CWD,
        home.join("gate"),
        FileType::Fifo,
        Mode::RUSR | Mode::WUSR,
        0,
    )
    .unwrap();
    let script = format!(
        "#!/bin/sh\necho \"EDITING [$(cat \"$1\")] $(stat -c %a \"$1\")\"\nread go < \"$HOME/gate\"\n{and_then}\n"
    );
    let path = home.join("editor");
    write(&path, script).unwrap();
    set_permissions(&path, Permissions::from_mode(0o700)).unwrap();
}

/// Lets the editor go on.
fn open_gate(console: &Console) {
    let gate = console.home().join("gate");
    let mut gate = File::options().write(true).open(gate).unwrap();
    gate.write_all(b"go\n").unwrap();
}

fn demo() -> Console {
    let console = Console::start(SMALL, &["demo"]);
    console.find(&"row under the cursor", cursor_id);
    console
}

/// Where the texts of editors are.
fn texts(console: &Console) -> usize {
    let files = console.state_files().into_iter();
    files
        .filter(|(path, _)| path.to_string_lossy().contains("/edit-"))
        .count()
}

/// What stands in the field for a reason.
fn reason(console: &Console) -> String {
    console.find(&"a field for a reason", |screen| {
        let lines = lines(screen).into_iter();
        let mut reasons = lines.filter_map(|line| {
            let (_, reason) = line.split_once("Reason: ")?;
            Some(reason.trim_end_matches([' ', '│']).to_owned())
        });
        reasons.next()
    })
}

#[test]
fn an_editor_gets_the_text_and_what_was_typed_meanwhile_is_dropped() {
    let mut console = demo();
    give_editor(
        &console,
        "printf 'first line\\n\\n second\\tline\\n' > \"$1\"",
    );
    let id = console.find(&"row under the cursor", cursor_id);
    console.keys("x").wait_for("Why?");
    console.keys("e").wait_for("Reason:");
    console.type_text("begun").keys(CTRL_X);
    console.wait_for("EDITING [begun] 600");
    assert!(!console.screen().alternate_screen());
    assert_eq!(texts(&console), 1);
    console.keys("zzzyx").keys(ESC).wait_for("zzzyx");
    open_gate(&console);
    assert_eq!(reason(&console), "first line second line");
    assert_eq!(texts(&console), 0);
    console
        .keys(ENTER)
        .wait_for(&format!("{id} rejected, was "));
    console.keys("q");
    assert_eq!(console.wait_for_exit().0, 0);
    console.assert_terminal_is_sane();
}

#[test]
fn an_editor_that_dies_leaves_the_text() {
    let mut console = demo();
    // It dies in modes of its own, as one that has the whole screen does.
    give_editor(&console, "stty raw -echo\nkill -9 $$");
    console.keys("x").wait_for("Why?");
    console.keys("e").wait_for("Reason:");
    console.type_text("not a person").keys(CTRL_X);
    console.wait_for("EDITING [not a person]");
    open_gate(&console);
    console.wait_for("signal: 9 (SIGKILL). The text is as it was");
    assert_eq!(reason(&console), "not a person");
    // What the first one wrote is still there where the second one writes.
    console
        .keys(CTRL_X)
        .wait_until(&"the editor again", |screen| {
            let lines = lines(screen).into_iter();
            lines.filter(|line| line.contains("EDITING [")).count() == 2
        });
    console.keys(CTRL_C);
    console.wait_for("signal: 2 (SIGINT). The text is as it was");
    assert_eq!(reason(&console), "not a person");
    assert_eq!(texts(&console), 0);
    console.keys(ENTER).wait_for(" rejected, was ");
    console.keys("q");
    assert_eq!(console.wait_for_exit().0, 0);
    console.assert_terminal_is_sane();
}

#[test]
fn a_console_without_an_editor_says_so() {
    let mut console = demo();
    console.keys("x").wait_for("Why?");
    console
        .keys("E")
        .wait_for("editor cannot be started: No such file");
    assert_eq!(reason(&console), "");
    assert_eq!(texts(&console), 0);
    console.keys(ESC).keys(ESC).wait_for("Nothing was sent");
}

#[test]
fn a_reply_that_comes_while_the_editor_is_open_is_there_afterward() {
    let server = Server::start();
    let mut console = signed_in(&server.url());
    give_editor(&console, "echo 'seen elsewhere' > \"$1\"");
    let id = console.find(&"row under the cursor", cursor_id);
    server.freeze();
    console.keys("a").keys("x").wait_for("Why?");
    console.keys("E").wait_for("EDITING []");
    server.thaw();
    let approved = format!("{id} approved, was ");
    console.wait_for_log(&approved);
    assert!(!console.screen().alternate_screen(), "nothing is drawn");
    open_gate(&console);
    assert_eq!(reason(&console), "seen elsewhere");
    console.wait_for(&approved);
}

#[test]
fn a_console_that_is_ended_takes_its_editor_along() {
    let mut console = demo();
    give_editor(&console, "");
    console.keys("x").wait_for("Why?");
    console.keys("E").wait_for("EDITING []");
    console.signal(rustix::process::Signal::TERM);
    assert_eq!(console.wait_for_exit().0, 143);
    assert_eq!(texts(&console), 0);
}
