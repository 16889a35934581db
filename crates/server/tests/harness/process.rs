//! The real binary: for what only a process can show.

use std::io::{BufReader, Read};
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

use super::server::SECRET_KEY;
use super::{Request, TestDatabase, limit, until};

/// The binary with this database and nothing else from outside.
pub fn command(database: &TestDatabase, arguments: &[&str]) -> Command {
    let mut command = bare_command(arguments);
    command
        .args(["--database", database.url()])
        .env("QUARTERDECK_SERVER_SECRET_KEY", SECRET_KEY);
    command
}

/// The binary without a database.
pub fn bare_command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quarterdeck-server"));
    command
        .args(arguments)
        .env_clear()
        // Nobody's own files are read, as they would be without any home.
        .env("HOME", concat!(env!("CARGO_TARGET_TMPDIR"), "/home"))
        // The least that the configuration takes.
        .env("QUARTERDECK_SERVER_PASSWORDS_MEMORY_KIB", "7168")
        .env("QUARTERDECK_SERVER_PASSWORDS_ITERATIONS", "1")
        // By the real clock, the sessions of a test are old enough to be purged.
        .env("QUARTERDECK_SERVER_JOBS_POLL_SECONDS", "0")
        .stdin(Stdio::null());
    command
}

/// Runs a command to its end.
pub fn run(database: &TestDatabase, arguments: &[&str]) -> Finished {
    finished(&mut command(database, arguments))
}

/// Runs a prepared command to its end.
pub fn finished(command: &mut Command) -> Finished {
    Finished::of(&limit::output(command))
}

/// How a process ended and what it wrote.
#[derive(Debug)]
pub struct Finished {
    /// Exit code; none where a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Finished {
    /// Of a command's output.
    pub fn of(output: &Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// It succeeded; tells its output.
    #[track_caller]
    pub fn succeeded(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.stdout
    }
}

/// `serve` in a process of its own; killed when dropped.
#[derive(Debug)]
pub struct ServerProcess {
    child: Child,
    address: SocketAddr,
    stderr: Arc<Mutex<String>>,
}

impl ServerProcess {
    /// Starts `serve` on a free port and reads where it listens.
    pub fn start(database: &TestDatabase, arguments: &[&str]) -> Self {
        Self::spawn(command(database, &["serve", "--listen", "127.0.0.1:0"]).args(arguments))
    }

    /// Starts a prepared command.
    pub fn spawn(command: &mut Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stderr = collect(child.stderr.take().unwrap());
        let stdout = child.stdout.take().unwrap();
        let first = limit::line(&child, &mut BufReader::new(stdout));
        let address = first
            .trim_end()
            .strip_prefix("listening http://")
            .and_then(|address| address.parse().ok());
        let address = address.unwrap_or_else(|| {
            let _ = child.wait();
            panic!("first line {first:?}, then {:?}", lock(&stderr))
        });
        Self {
            child,
            address,
            stderr,
        }
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// A request to it.
    pub fn request(&self, method: &str, path: &str) -> Request {
        Request::new(self.address, method, path)
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        lock(&self.stderr).clone()
    }

    /// What its environment is, `NAME=value` each.
    pub fn environment(&self) -> Vec<String> {
        let path = format!("/proc/{}/environ", self.child.id());
        let text = std::fs::read_to_string(path).unwrap();
        text.split_terminator('\0').map(str::to_owned).collect()
    }

    /// Sends SIGTERM.
    pub fn terminate(&self) {
        kill_process(self.pid(), Signal::TERM).unwrap();
    }

    /// Stops it where it stands, as a machine that is suspended would: it answers nothing and refuses nothing.
    pub fn freeze(&self) {
        kill_process(self.pid(), Signal::STOP).unwrap();
        // Until the last of its threads has stopped, one may still write.
        waitpid(Some(self.pid()), WaitOptions::UNTRACED).unwrap();
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        kill_process(self.pid(), Signal::CONT).unwrap();
    }

    /// Waits for its end.
    pub async fn wait(&mut self) -> ExitStatus {
        let status = until("the server ends", async || self.child.try_wait().unwrap()).await;
        assert!(
            status.signal().is_none(),
            "ended by a signal: {status}, {}",
            self.log()
        );
        status
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn collect(mut from: impl Read + Send + 'static) -> Arc<Mutex<String>> {
    let text = Arc::new(Mutex::new(String::new()));
    let target = Arc::clone(&text);
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            lock(&target).push_str(&String::from_utf8_lossy(&buffer[..length]));
        }
    });
    text
}

fn lock(text: &Mutex<String>) -> std::sync::MutexGuard<'_, String> {
    text.lock().unwrap_or_else(PoisonError::into_inner)
}
