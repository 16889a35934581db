//! The server as a process of its own, and what the system tells of it.

use std::net::SocketAddr;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::http::{Connection, Request};
use crate::options::SERVER_COMMAND;

/// Encrypts second-factor secrets that are public anyway.
const SECRET_KEY: &str = "YmVuY2gtYmVuY2gtYmVuY2gtYmVuY2gtYmVuY2gtISE=";

/// The limiter stays on, with room for the load; the jobs stay off, since they write of themselves.
const SETTINGS: &[(&str, &str)] = &[
    ("SECRET_KEY", SECRET_KEY),
    ("LIMITS_ALL_PER_MINUTE", "100000"),
    ("LIMITS_DECISIONS_PER_MINUTE", "100000"),
    ("LIMITS_USERS_PER_MINUTE", "100000"),
    ("LIMITS_ADMINS_PER_MINUTE", "100000"),
    ("LIMITS_SIGN_IN_PER_MINUTE", "100000"),
    ("SESSIONS_ACCESS_MINUTES", "60"),
    ("JOBS_POLL_SECONDS", "0"),
    ("LOG_LEVEL", "warn"),
];

/// The server's command line, for a command that minds accounts with public passwords.
pub(crate) fn command(arguments: &[&str], database: &str) -> Result<std::process::Command> {
    let mut command = bare_command(arguments, database)?;
    command.arg("--allow-demo-accounts");
    Ok(command)
}

/// The same for one that does not.
pub(crate) fn bare_command(arguments: &[&str], database: &str) -> Result<std::process::Command> {
    let mut command = std::process::Command::new(std::env::current_exe()?);
    command
        .arg(SERVER_COMMAND)
        .args(arguments)
        .args(["--database", database])
        .stdin(Stdio::null());
    for (name, value) in SETTINGS {
        command.env(format!("QUARTERDECK_SERVER_{name}"), value);
    }
    Ok(command)
}

/// A running server; killed when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Server {
    pub(crate) async fn start(database: &str) -> Result<Self> {
        Self::start_with(database, None).await
    }

    /// The same beside others, with the Redis that they share.
    pub(crate) async fn start_with(database: &str, redis: Option<&str>) -> Result<Self> {
        let mut arguments = vec!["serve", "--listen", "127.0.0.1:0"];
        arguments.extend(redis.into_iter().flat_map(|url| ["--redis", url]));
        let mut command = Command::from(command(&arguments, database)?);
        command.stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn()?;
        let stdout = child.stdout.take().context("no standard output")?;
        let line = BufReader::new(stdout).lines().next_line().await?;
        let line = line.context("the server ended before it listened")?;
        let address = line
            .strip_prefix("listening http://")
            .with_context(|| format!("the server said {line:?}"))?
            .parse()?;
        Ok(Self { child, address })
    }

    /// What it has used so far.
    pub(crate) fn usage(&self) -> Result<Usage> {
        Usage::of(self.child.id().context("the server has ended")?)
    }

    /// Ends it, and waits until it is gone.
    pub(crate) async fn stop(mut self) -> Result<()> {
        self.child.kill().await?;
        Ok(())
    }
}

/// What a process has used of the machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    /// Processor time.
    pub(crate) processor: Duration,
    /// Resident memory, in bytes.
    pub(crate) resident: u64,
}

impl Usage {
    /// What several have used.
    pub(crate) fn sum(of: impl Iterator<Item = Result<Self>>) -> Result<Self> {
        let none = Self {
            processor: Duration::ZERO,
            resident: 0,
        };
        of.reduce(|one, other| {
            let (one, other) = (one?, other?);
            Ok(Self {
                processor: one.processor + other.processor,
                resident: one.resident + other.resident,
            })
        })
        .unwrap_or(Ok(none))
    }

    fn of(process: u32) -> Result<Self> {
        let read = |name: &str| std::fs::read_to_string(format!("/proc/{process}/{name}"));
        let status = read("status")?;
        let resident = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .and_then(|line| line.split_whitespace().next())
            .context("no VmRSS")?;
        // Nanoseconds on a processor, task by task: the ticks of `stat` are too coarse for a slice.
        let mut nanoseconds = 0;
        for task in std::fs::read_dir(format!("/proc/{process}/task"))? {
            // A thread of a pool may end while it is looked at.
            let Ok(text) = std::fs::read_to_string(task?.path().join("schedstat")) else {
                continue;
            };
            let spent = text.split(' ').next().context("no processor time")?;
            nanoseconds += spent.parse::<u64>()?;
        }
        Ok(Self {
            processor: Duration::from_nanos(nanoseconds),
            resident: resident.parse::<u64>()? * 1024,
        })
    }
}

/// How long the server takes from exec to its first answer.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Startup {
    /// In milliseconds, shortest first.
    pub(crate) first_answer_ms: Vec<f64>,
}

/// Starts servers one after the other and times their first answers.
pub(crate) async fn startup(database: &str, times: usize) -> Result<Startup> {
    let mut first_answer_ms = Vec::new();
    for _ in 0..times {
        let started = Instant::now();
        let server = Server::start(database).await?;
        let mut connection = Connection::open(server.address).await?;
        let answer = connection
            .call(&Request::new("GET", "/api/v1/admin/gate", "nobody"))
            .await?;
        ensure!(!answer.is_empty(), "the first answer is empty");
        first_answer_ms.push(started.elapsed().as_secs_f64() * 1000.0);
        server.stop().await?;
    }
    first_answer_ms.sort_by(f64::total_cmp);
    Ok(Startup { first_answer_ms })
}
