//! A console that was killed while a write was on its way: the next run says what became of it.

use std::fs;

use rustix::process::{Pid, Signal, kill_process};

use crate::console::{Console, ENTER, SMALL};
use crate::picture::cursor_id;
use crate::proxy::{Fate, Proxy};
use crate::server::Server;
use crate::sign_in::{answered, signed_in};

/// Two runs after one another, in one home.
const TWICE: &str = r#""$@"; stty sane; echo killed; read -r line; exec "$@""#;

/// The console that the shell runs.
fn kill_the_run_in(console: &Console) {
    let shell = console.process();
    let children = fs::read_to_string(format!("/proc/{shell}/task/{shell}/children")).unwrap();
    let child = Pid::from_raw(children.trim().parse().unwrap()).unwrap();
    kill_process(child, Signal::KILL).unwrap();
}

#[test]
fn what_became_of_a_write_that_was_cut_off_is_said_at_the_next_start() {
    let server = Server::start();
    let proxy = Proxy::to(server.address());
    let first = signed_in(&proxy.url());
    let token = answered(&proxy, "access_token").remove(0);
    let file = first.home().join("token");
    fs::write(&file, token).unwrap();
    let arguments = [
        "--server",
        &proxy.url(),
        "--token-file",
        file.to_str().unwrap(),
    ];
    let mut console = Console::start_in_shell(SMALL, TWICE, &arguments);
    let id = console.find(&"row under the cursor", cursor_id);

    proxy.set_answers(Fate::Lose);
    console.keys("a");
    proxy.wait_for_lost(1);
    kill_the_run_in(&console);
    proxy.set_answers(Fate::Pass);
    console.wait_for("killed");
    console.keys(ENTER);
    console.wait_for(&format!(": approve {id}: it was done"));

    // It is said once, and the file that said so is gone.
    console.keys("q");
    assert_eq!(console.wait_for_exit().0, 0);
    let pending = console.state_files().into_iter();
    let pending: Vec<_> = pending
        .filter(|(path, _)| path.components().any(|part| part.as_os_str() == "pending"))
        .collect();
    assert_eq!(pending, []);
}
