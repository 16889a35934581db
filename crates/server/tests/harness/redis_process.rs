//! A process of Redis on a socket in a directory; gone when it is dropped, or when this process ends, even by
//! SIGKILL.
//!
//! The tests of the console and of the bench use it too.

use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

/// Waits for the end of the test process, then kills the server.
const GUARD: &str = r#"cat >/dev/null; kill -9 "$0" 2>/dev/null"#;

/// A server that was started.
#[derive(Debug)]
pub struct RedisProcess {
    server: Child,
    guard: Child,
    socket: PathBuf,
}

impl RedisProcess {
    /// Starts one with nothing in it, and with more options; it listens soon.
    pub fn start(directory: &Path, options: &[String]) -> Self {
        let socket = directory.join("redis.sock");
        let server = Command::new("redis-server")
            .args(["--port", "0", "--save", "", "--appendonly", "no"])
            .arg("--unixsocket")
            .arg(&socket)
            .arg("--dir")
            .arg(directory)
            .args(options)
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
        Self {
            server,
            guard,
            socket,
        }
    }

    /// Whether it takes connections.
    pub fn listens(&self) -> bool {
        UnixStream::connect(&self.socket).is_ok()
    }

    /// The URL, as `--redis` takes it.
    pub fn url(&self) -> String {
        format!("unix:{}", self.socket.display())
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.server), signal).unwrap();
    }
}

impl Drop for RedisProcess {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}
