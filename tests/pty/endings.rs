//! Every way out gives the terminal back as it was, and quickly.

use std::time::Duration;

use rustix::process::Signal;

use crate::console::{CTRL_L, CTRL_Z, Console, ENTER, SMALL};
use crate::picture::cursor_id;
use crate::stream;

/// The bar is a tenth of this on an idle machine in a release build.
const AT_ONCE: Duration = Duration::from_secs(1);

fn demo() -> Console {
    let console = Console::start(SMALL, &["demo"]);
    console.find(&"row under the cursor", cursor_id);
    console
}

#[test]
fn u_08_a_signal_ends_the_console_at_once_and_gives_the_terminal_back() {
    let signals = [
        (Signal::TERM, 143),
        (Signal::HUP, 129),
        (Signal::INT, 130),
        (Signal::QUIT, 131),
    ];
    for (signal, code) in signals {
        let console = demo();
        console.signal(signal);
        let (exit, took) = console.wait_for_exit();
        assert_eq!(exit, code, "{signal:?}");
        assert!(took <= AT_ONCE, "{signal:?} took {took:?}");
        console.assert_terminal_is_sane();
    }
}

#[test]
fn u_08_a_panic_gives_the_terminal_back_and_says_where_the_report_is() {
    let mut console = Console::start(SMALL, &["demo", "--test-panic-at", "repaint"]);
    console.find(&"row under the cursor", cursor_id);
    console.keys("j").keys(CTRL_L);
    let (exit, took) = console.wait_for_exit();
    assert_eq!(exit, 101);
    assert!(took <= AT_ONCE, "{took:?}");
    console.assert_terminal_is_sane();
    // On the main screen, where it stays.
    console.wait_for("quarterdeck stopped on an internal error at src/runtime/console.rs");
    let reports: Vec<_> = console.crash_reports();
    assert_eq!(reports.len(), 1);
    let report = &reports[0];
    assert!(
        report.contains("size: 80x24") && report.contains("  down\n  repaint\n"),
        "{report}"
    );
}

#[test]
fn the_demo_leaves_no_data_behind() {
    let ways_out: [fn(&mut Console); 2] = [
        |console| {
            console.keys("q");
        },
        |console| console.signal(Signal::TERM),
    ];
    for leave in ways_out {
        let mut console = demo();
        assert_eq!(console.temporary_files().len(), 1);
        leave(&mut console);
        console.wait_for_exit();
        assert_eq!(console.temporary_files(), [""; 0]);
    }
}

#[test]
fn what_is_set_is_what_the_tests_of_the_endings_look_for() {
    let console = demo();
    let modes = stream::private_modes(&console.written());
    for mode in ["1049", "2004"] {
        assert!(
            modes.contains(&(mode.to_owned(), 'h')),
            "{mode} is never set: {modes:?}"
        );
    }
    for mode in ["7", "25"] {
        assert!(
            modes.contains(&(mode.to_owned(), 'l')),
            "{mode} is never taken off: {modes:?}"
        );
    }
}

#[test]
fn u_08_a_terminal_that_vanishes_ends_the_console_within_a_second() {
    let mut console = demo();
    console.close_terminal();
    let (_, took) = console.wait_for_exit();
    assert!(took <= AT_ONCE, "{took:?}");
}

#[test]
fn u_08_so_does_one_under_a_parent_that_ignores_the_hang_up() {
    let mut console = Console::start_in_shell(SMALL, "trap '' HUP; \"$@\"; exit $?", &["demo"]);
    console.find(&"row under the cursor", cursor_id);
    console.close_terminal();
    let (exit, took) = console.wait_for_exit();
    assert_eq!(exit, 129);
    assert!(took <= AT_ONCE, "{took:?}");
}

#[test]
fn u_08_a_stopped_console_leaves_the_terminal_to_the_shell_and_comes_back() {
    let script = "set -m; \"$@\"; echo stopped; read -r line; echo \"$line\"; fg >/dev/null; echo \"ended $?\"";
    let mut console = Console::start_in_shell(SMALL, script, &["demo"]);
    let id = console.find(&"row under the cursor", cursor_id);
    console.keys(CTRL_Z).wait_for("stopped");
    console.assert_terminal_is_sane();
    console.keys("in shell").wait_for("in shell");
    console.keys(ENTER);
    console.wait_until(&"the queue again", |screen| {
        screen.alternate_screen() && cursor_id(screen).as_ref() == Some(&id)
    });
    console.keys("j").wait_until(&"the next row", |screen| {
        cursor_id(screen).is_some_and(|now| now != id)
    });
    console.keys("q").wait_for("ended 0");
    console.assert_terminal_is_sane();
}

#[test]
fn a_mode_that_stays_set_would_be_found() {
    let stream = b"\x1b[?1049h\x1b[?2004h\x1b[?25lhello\x1b[?1049l";
    assert_eq!(stream::modes_left_on(stream), ["?2004h", "?25l"]);
    let stream = b"\x1b[?25l\x1b[?1;1000h\x1b[?1;1000l\x1b[?25h";
    assert_eq!(stream::modes_left_on(stream), [""; 0]);
}
