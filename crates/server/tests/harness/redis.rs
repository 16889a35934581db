//! A Redis of a test's own, which the test stops and starts.

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use rustix::process::Signal;
use tempfile::TempDir;

use super::redis_process::RedisProcess;
use super::{tools, until};

/// A server on a socket in a directory of its own.
#[derive(Debug)]
pub struct RedisServer {
    directory: TempDir,
    running: Option<RedisProcess>,
    options: Vec<String>,
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

    /// The URL, as `--redis` takes it; the same after its end.
    pub fn url(&self) -> String {
        let socket = self.directory.path().join("redis.sock");
        format!("unix:{}", socket.display())
    }

    /// Starts it, with nothing in it; it answers then.
    pub async fn start_again(&mut self) {
        let process = RedisProcess::start(self.directory.path(), &self.options);
        until("Redis listens", async || process.listens().then_some(())).await;
        self.running = Some(process);
    }

    /// Kills it, as a crash would.
    pub fn kill(&mut self) {
        self.running = None;
    }

    /// Has it answer nobody for a while; it goes on by itself.
    pub async fn pause(&self, length: Duration) {
        let mut pause = redis::cmd("CLIENT");
        pause
            .arg("PAUSE")
            .arg(length.as_millis().to_string())
            .arg("ALL");
        let mut direct = self.connect().await;
        let () = pause.query_async(&mut direct).await.unwrap();
    }

    /// Stops it where it stands: it takes connections and answers nothing.
    pub fn freeze(&self) {
        self.running().signal(Signal::STOP);
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        self.running().signal(Signal::CONT);
    }

    fn running(&self) -> &RedisProcess {
        self.running.as_ref().expect("a Redis that runs")
    }

    /// A connection of the test's own.
    pub async fn connect(&self) -> MultiplexedConnection {
        let client = redis::Client::open(self.url()).unwrap();
        client.get_multiplexed_async_connection().await.unwrap()
    }
}
