//! A Redis of a test's own, on a socket in a directory of its own; gone when it is dropped, or when this process
//! ends, even by SIGKILL.

use std::process::{Child, Command, Stdio};

use redis::aio::MultiplexedConnection;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::{tools, until};

/// Waits for the end of the test process, then kills the server.
const GUARD: &str = r#"cat >/dev/null; kill -9 "$0" 2>/dev/null"#;

/// A server, which its test stops and starts.
#[derive(Debug)]
pub struct RedisServer {
    directory: TempDir,
    running: Option<Running>,
    options: Vec<String>,
}

#[derive(Debug)]
struct Running {
    server: Child,
    guard: Child,
}

impl RedisServer {
    /// A fresh one; none where it is neither installed nor required.
    pub async fn start() -> Option<Self> {
        Self::start_with(&[]).await
    }

    /// A fresh one with more options.
    pub async fn start_with(options: &[&str]) -> Option<Self> {
        if !tools::is_installed("redis-server") {
            return None;
        }
        let mut server = Self {
            directory: tempfile::tempdir().unwrap(),
            running: None,
            options: options.iter().map(|option| (*option).to_owned()).collect(),
        };
        server.start_again().await;
        Some(server)
    }

    /// The URL, as `--redis` takes it.
    pub fn url(&self) -> String {
        format!("unix:{}", self.socket())
    }

    fn socket(&self) -> String {
        self.directory
            .path()
            .join("redis.sock")
            .display()
            .to_string()
    }

    /// Starts it, with nothing in it; it answers then.
    pub async fn start_again(&mut self) {
        let server = Command::new("redis-server")
            .args(["--port", "0", "--unixsocket", &self.socket()])
            .args(["--save", "", "--appendonly", "no", "--dir"])
            .arg(self.directory.path())
            .args(&self.options)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let guard = Command::new("sh")
            .args(["-c", GUARD, &server.id().to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        self.running = Some(Running { server, guard });
        until("Redis listens", async || {
            let socket = tokio::net::UnixStream::connect(self.socket()).await;
            socket.ok().map(|_| ())
        })
        .await;
    }

    /// Kills it, as a crash would.
    pub fn kill(&mut self) {
        self.running = None;
    }

    /// Stops it where it stands: it takes connections and answers nothing.
    pub fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        let running = self.running.as_ref().expect("a Redis that runs");
        kill_process(Pid::from_child(&running.server), signal).unwrap();
    }

    /// A connection of the test's own.
    pub async fn connect(&self) -> MultiplexedConnection {
        let client = redis::Client::open(self.url()).unwrap();
        client.get_multiplexed_async_connection().await.unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}
