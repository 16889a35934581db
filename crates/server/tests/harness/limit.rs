//! A limit on waiting for a process: one that hangs fails its test and does not hold up the run.
//!
//! The tests of the console use it too.

use std::io::BufRead;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// Far more than any of them takes, on the slowest of machines.
pub const LIMIT: Duration = Duration::from_mins(2);

/// Runs a command to its end.
#[track_caller]
pub fn output(command: &mut Command) -> Output {
    output_within(LIMIT, command)
}

/// The same within another limit.
#[track_caller]
pub fn output_within(limit: Duration, command: &mut Command) -> Output {
    let what = format!("{command:?}");
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{what}: {error}"));
    let watchdog = Watchdog::over(&child, limit);
    let output = child.wait_with_output().unwrap();
    watchdog.leave(&what);
    output
}

/// Waits for the end of a process that was started already.
#[track_caller]
pub fn wait(child: Child) -> Output {
    let watchdog = Watchdog::over(&child, LIMIT);
    let output = child.wait_with_output().unwrap();
    watchdog.leave("a process");
    output
}

/// The next line that a process says; empty where it has ended.
#[track_caller]
pub fn line(child: &Child, output: &mut impl BufRead) -> String {
    let watchdog = Watchdog::over(child, LIMIT);
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    watchdog.leave("a line of a process");
    line
}

/// Kills a process at the limit, unless it is left before.
struct Watchdog {
    left: Sender<()>,
    has_bitten: JoinHandle<bool>,
}

impl Watchdog {
    fn over(child: &Child, limit: Duration) -> Self {
        let process = Pid::from_child(child);
        let (left, is_left) = mpsc::channel();
        let has_bitten = thread::spawn(move || {
            let is_late = is_left.recv_timeout(limit) == Err(RecvTimeoutError::Timeout);
            if is_late {
                // It may just have ended by itself.
                let _gone = kill_process(process, Signal::KILL);
            }
            is_late
        });
        Self { left, has_bitten }
    }

    #[track_caller]
    fn leave(self, what: &str) {
        drop(self.left);
        assert!(!self.has_bitten.join().unwrap(), "{what} took too long");
    }
}

#[test]
#[should_panic(expected = "took too long")]
fn a_process_that_hangs_fails_its_test() {
    output_within(Duration::from_millis(50), Command::new("sleep").arg("1000"));
}

#[test]
fn a_process_that_ends_in_time_is_left_alone() {
    let output = output(Command::new("echo").arg("done"));
    assert_eq!(
        (output.status.code(), output.stdout.as_slice()),
        (Some(0), b"done\n".as_slice())
    );
}
