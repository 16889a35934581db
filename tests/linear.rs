//! The console in lines: the same writes as by keys, words for whatever lies over the screen, and whole
//! sessions through pipes against the real server.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of a test fail it as its own lines do"
)]

#[path = "screens/desk.rs"]
#[expect(dead_code, reason = "shared; not every test binary needs all of it")]
mod desk;
#[cfg(feature = "bundled")]
#[path = "../crates/server/tests/harness/limit.rs"]
mod limit;
#[cfg(feature = "bundled")]
#[path = "linear/pipes.rs"]
mod pipes;
#[cfg(feature = "bundled")]
#[path = "pty/server.rs"]
#[expect(dead_code, reason = "shared; not every test binary needs all of it")]
mod server;
#[path = "linear/words.rs"]
mod words;
