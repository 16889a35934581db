//! A queue worked over a real SSH connection, plainly and inside tmux.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use crate::console::{Console, Size};
use crate::picture::cursor_id;
use crate::sshd::Sshd;

const SIZE: Size = Size {
    columns: 100,
    rows: 30,
};

/// How many are approved: more than the list shows at once.
const APPROVED: usize = 40;

/// Sets there what the harness sets here.
const SURROUNDINGS: &str = r#"env HOME="$HOME" TMPDIR="$TMPDIR" TMUX_TMPDIR="$HOME" LANG="$LANG" \
    QUARTERDECK_DEFAULT_VIEW=apps QUARTERDECK_UNDO_SECONDS=600"#;

/// A tmux without anybody's configuration, which ends with its console.
const TMUX: &str = "tmux -f /dev/null new-session";

/// The tmux of a console, which would outlive a test that fails.
struct Tmux {
    home: PathBuf,
}

impl Drop for Tmux {
    fn drop(&mut self) {
        // Gone already where the console was left by its own key.
        let _gone = Command::new("tmux")
            .arg("kill-server")
            .env("TMUX_TMPDIR", &self.home)
            .output();
    }
}

fn demo(sshd: &Sshd, inside: &str) -> Console {
    let script = format!(r#"exec {} {SURROUNDINGS} {inside} "$@""#, sshd.client());
    Console::start_in_shell(SIZE, &script, &["demo"])
}

/// Approves one row after another, each when the cursor has come to it.
fn approve_many(console: &mut Console) {
    let mut id = console.find(&"row under the cursor", cursor_id);
    let mut approved = BTreeSet::new();
    for _ in 0..APPROVED {
        console.keys("a");
        let next = console.find(&format!("the row after {id}"), |screen| {
            cursor_id(screen).filter(|next| *next != id)
        });
        approved.insert(std::mem::replace(&mut id, next));
    }
    assert_eq!(approved.len(), APPROVED, "each row came once");
    console.wait_for(&format!(" +{}", APPROVED - 1));
}

fn leave(mut console: Console) {
    console.keys("q");
    assert_eq!(console.wait_for_exit().0, 0);
}

#[test]
fn a_queue_is_worked_over_ssh() {
    let Some(sshd) = Sshd::start() else { return };
    let mut console = demo(&sshd, "");
    approve_many(&mut console);
    leave(console);
}

#[test]
fn a_queue_is_worked_over_ssh_inside_tmux() {
    let Some(sshd) = Sshd::start() else { return };
    let mut console = demo(&sshd, TMUX);
    let home = console.home().to_owned();
    let _tmux = Tmux { home };
    approve_many(&mut console);
    leave(console);
}
