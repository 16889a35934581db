//! Copying: what goes out to the terminal, and that no key waits for it.

use crate::console::{Console, SMALL};
use crate::picture::cursor_id;
use crate::stream;

/// A demo in a tmux that never answers.
const HANGING_TMUX: &str = r#"
mkdir "$HOME/bin"
mkfifo "$HOME/never"
printf '#!/bin/sh\nread x < "$HOME/never"\n' > "$HOME/bin/tmux"
chmod 700 "$HOME/bin/tmux"
TMUX=/nowhere,1,0 PATH="$HOME/bin:$PATH" exec "$@"
"#;

/// A demo in screen.
const SCREEN: &str = r#"STY=1.pts-0.host exec "$@""#;

fn demo(script: &str) -> (Console, String) {
    let console = Console::start_in_shell(SMALL, script, &["demo"]);
    let id = console.find(&"row under the cursor", cursor_id);
    (console, id)
}

#[test]
fn a_tmux_that_hangs_does_not_stop_keys() {
    let (mut console, first) = demo(HANGING_TMUX);
    console.keys("yj").wait_for("copied by OSC 52 through tmux");
    let written = console.written();
    let introducer = b"\x1bPtmux;\x1b\x1b]52;c;";
    let at = written
        .windows(introducer.len())
        .position(|window| window == introducer)
        .expect("a sequence for the outer terminal");
    let (rows, columns) = SMALL.parsed();
    let mut parser = vt100::Parser::new(rows, columns, 0);
    parser.process(&stream::parseable(&written[..at]));
    let before_it = cursor_id(parser.screen());
    assert!(
        before_it.is_some() && before_it != Some(first),
        "the key was drawn while tmux was waited for: {before_it:?}"
    );
}

#[test]
fn screen_is_told_to_pass_a_copy_on() {
    let (mut console, _) = demo(SCREEN);
    console
        .keys("y")
        .wait_for("copied by OSC 52 through screen");
    assert!(stream::contains(&console.written(), "\x1bP\x1b]52;c;"));
}
