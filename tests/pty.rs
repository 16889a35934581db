//! The real binary in a real terminal: what it draws, what its keys do, and how it leaves, against the
//! bundled server over HTTP. Nothing here knows the console's insides; a test sees what an operator sees.
//!
//! `console` is the harness for the one side, `server` for the other.
#![cfg(feature = "bundled")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of a test fail it as its own lines do"
)]

#[path = "pty/api.rs"]
mod api;
#[path = "pty/audit.rs"]
mod audit;
#[path = "pty/chain.rs"]
mod chain;
#[path = "pty/clipboard.rs"]
mod clipboard;
#[path = "pty/console.rs"]
mod console;
#[path = "pty/cut_off.rs"]
mod cut_off;
#[path = "pty/day_one.rs"]
mod day_one;
#[path = "pty/decisions.rs"]
mod decisions;
#[path = "pty/dialog.rs"]
mod dialog;
#[path = "pty/editor.rs"]
mod editor;
#[path = "pty/endings.rs"]
mod endings;
#[path = "pty/environments.rs"]
mod environments;
#[path = "pty/liar.rs"]
mod liar;
#[path = "pty/liars.rs"]
mod liars;
#[path = "../crates/server/tests/harness/limit.rs"]
#[expect(dead_code, reason = "shared; not every test binary needs all of it")]
mod limit;
#[path = "pty/linear.rs"]
mod linear;
#[path = "pty/live.rs"]
mod live;
#[path = "pty/login.rs"]
mod login;
#[path = "pty/long_queue.rs"]
mod long_queue;
#[path = "pty/marks.rs"]
mod marks;
#[path = "pty/outages.rs"]
mod outages;
#[path = "pty/output.rs"]
mod output;
#[path = "pty/picture.rs"]
mod picture;
#[path = "../crates/server/tests/harness/postgres.rs"]
#[expect(dead_code, reason = "the server's tests use more of it")]
mod postgres;
#[path = "pty/proxy.rs"]
mod proxy;
#[path = "pty/queue_dialogs.rs"]
mod queue_dialogs;
#[path = "pty/queues.rs"]
mod queues;
#[path = "../crates/server/tests/harness/redis_process.rs"]
#[expect(dead_code, reason = "the server's tests use more of it")]
mod redis_process;
#[path = "pty/screen.rs"]
mod screen;
#[path = "pty/secrets.rs"]
mod secrets;
#[path = "pty/server.rs"]
mod server;
#[path = "pty/several.rs"]
mod several;
#[path = "pty/sign_in.rs"]
mod sign_in;
#[path = "pty/ssh.rs"]
mod ssh;
#[path = "pty/sshd.rs"]
mod sshd;
#[path = "pty/stream.rs"]
mod stream;
#[path = "../crates/server/tests/harness/tools.rs"]
mod tools;
#[path = "pty/user_dialogs.rs"]
mod user_dialogs;
#[path = "pty/users.rs"]
mod users;
