//! Faults under load: what was acknowledged is there, the rest is wholly there or wholly absent, and the
//! audit log agrees (docs/RELIABILITY.md).
//!
//! Small counts by default; `QUARTERDECK_FAULTS=full` runs the full ones. Every test prints its seed, and
//! `QUARTERDECK_FAULTS_SEED=N` sets it.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on fails; clippy.toml frees only functions marked as tests"
)]

#[expect(
    dead_code,
    unused_imports,
    reason = "the harness serves the API suite first, and this one with a part of it"
)]
#[path = "../harness/mod.rs"]
mod harness;

mod backup;
mod client_gone;
mod clock;
mod counts;
mod disk;
mod kill;
mod load;
mod oracle;
mod oracle_sees;
mod outage;
mod proxy;
mod race;
mod redis_away;
mod stopped;
mod world;
