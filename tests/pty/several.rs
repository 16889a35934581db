//! Two consoles before two server processes on one PostgreSQL and one Redis: what an operator does at the one, who
//! sits at the other feels.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use quarterdeck_server::seed::demo_code;
use tempfile::TempDir;

use crate::console::{Console, ENTER, SMALL, WIDE};
use crate::limit;
use crate::picture::{cursor_id, text};
use crate::postgres::{self, Cluster};
use crate::redis_process::RedisProcess;
use crate::server::{PASSWORD, code, current_step};
use crate::sign_in::{ROOT, give_password, server_command, signed_in};
use crate::tools;
use crate::users::found;

/// How soon an operator who was banned is told so.
const AT_ONCE: Duration = Duration::from_secs(1);
/// Encrypts second-factor secrets that are public anyway.
const SECRET_KEY: &str = "dGVzdHMtdXNlLXRoaXMta2V5LWFuZC1ub2JvZHktb3Q=";

/// Two processes and what they share.
struct Processes {
    both: [Process; 2],
    database: String,
    _redis: RedisProcess,
    _directory: TempDir,
}

struct Process {
    child: Child,
    url: String,
}

impl Processes {
    /// None where PostgreSQL or Redis is neither installed nor required.
    fn start() -> Option<Self> {
        let cluster = postgres::cluster()?;
        if !tools::is_installed("redis-server") {
            return None;
        }
        let directory = tempfile::tempdir().unwrap();
        let redis = RedisProcess::start(directory.path(), &[]);
        let database = block_on(cluster.create_database());
        let seed = ["seed", "--profile", "demo", "--database", &database];
        let seeded = limit::output(&mut command(
            &[&seed[..], &["--allow-demo-accounts"]].concat(),
        ));
        assert!(seeded.status.success(), "{seeded:?}");
        let started = Instant::now();
        while !redis.listens() {
            assert!(started.elapsed() < limit::LIMIT, "no Redis");
            std::thread::yield_now();
        }
        let start = || Process::start(&database, &redis.url());
        Some(Self {
            both: [start(), start()],
            database,
            _redis: redis,
            _directory: directory,
        })
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        for process in &mut self.both {
            // Already gone where it failed.
            let _gone = process.child.kill();
            let _gone = process.child.wait();
        }
        if let Some(cluster) = postgres::cluster() {
            block_on(Cluster::drop_database(cluster, &self.database));
        }
    }
}

impl Process {
    fn start(database: &str, redis: &str) -> Self {
        let mut child = command(&[
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--database",
            database,
            "--redis",
            redis,
            "--allow-demo-accounts",
        ])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let url = loop {
            let line = limit::line(&child, &mut said);
            assert!(!line.is_empty(), "it ended before it listened");
            // The harness of the tests says something before it.
            if let Some((_, address)) = line.split_once("listening ") {
                break address.trim_end().to_owned();
            }
        };
        // Whatever it says later, somebody takes it.
        std::thread::spawn(move || said.lines().for_each(drop));
        Self { child, url }
    }
}

fn command(arguments: &[&str]) -> Command {
    let mut command = server_command(&arguments.join("\n"));
    command
        .env("QUARTERDECK_SERVER_SECRET_KEY", SECRET_KEY)
        // The least that the configuration takes.
        .env("QUARTERDECK_SERVER_PASSWORDS_MEMORY_KIB", "7168")
        .env("QUARTERDECK_SERVER_PASSWORDS_ITERATIONS", "1")
        .stdin(Stdio::null());
    command
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(future)
}

/// A console in which root is signed in by a code that still passes, so that the one after it is left: a code works
/// once, and to ban one of the staff takes one.
fn root_with_a_code_left(url: &str) -> Console {
    let mut console = Console::start(SMALL, &["--server", url]);
    give_password(&mut console, ROOT, PASSWORD);
    console.wait_for("One-time code");
    loop {
        let last = demo_code(current_step() - 1);
        console.type_text(&last).keys(ENTER);
        let is_in = console.find(&"an answer to the code", |screen| {
            let is_late = text(screen).contains("The code is wrong or was used.");
            cursor_id(screen).map(|_| true).or(is_late.then_some(false))
        });
        if is_in {
            return console;
        }
        // The clock was faster than the keys.
    }
}

#[test]
fn s004_24_who_is_banned_at_one_process_is_put_out_of_the_console_at_another_within_a_second() {
    let Some(several) = Processes::start() else {
        return;
    };
    let [one, other] = &several.both;
    let mut ana = signed_in(&other.url);
    ana.resize(WIDE).wait_for("  LIVE  ");
    let mut root = root_with_a_code_left(&one.url);
    root.resize(WIDE).wait_for("  LIVE  ");
    let (mut root, id) = found(root, "ana@");
    root.keys("b").wait_for("4  7 days");
    root.keys("4").wait_for("2  Harassment");
    root.keys("2").wait_for("type your one-time code");
    root.type_text(&code()).keys(ENTER);
    root.wait_for(&format!("{id} banned, was ACTIVE"));
    let banned_at = Instant::now();
    ana.wait_for("SIGNED OUT");
    let told_after = banned_at.elapsed();
    assert!(told_after < AT_ONCE, "{told_after:?}");
    eprintln!("put out after {told_after:?}");
}
