//! Measures the server against the physical limit: the very SQL that it sends, without the server.
//!
//! `quarterdeck-bench --database URL` fills a fresh database, starts the server in a process of its own,
//! drives it over keep-alive HTTP, and between two slices of that drives the statements that each request
//! issues, taken from the wire, through prepared statements. docs/PERFORMANCE.md has the results.

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use quarterdeck_bench::{Options, SERVER_COMMAND, run};
use quarterdeck_server::cli::{self, Cli};

/// The server's own allocator, since this is the server.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match dispatch() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("quarterdeck-bench: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// The program is its own server, so that what is measured is what was built.
fn dispatch() -> Result<ExitCode> {
    let mut arguments = std::env::args_os();
    if arguments
        .nth(1)
        .is_some_and(|first| first == SERVER_COMMAND)
    {
        return cli::run(Cli::parse_from(std::env::args_os().skip(1)));
    }
    // One thread: the load takes as little as can be from the server and the database.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(run(&Options::parse()))?;
    Ok(ExitCode::SUCCESS)
}
