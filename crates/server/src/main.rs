//! The server's command line: `serve`, and what an operator does beside the running server.

use std::process::ExitCode;

use clap::Parser;
use quarterdeck_server::cli::{self, Cli};

/// The system's allocator keeps what a password hash took, 19 MiB for each thread that ever computed one.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match cli::run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("quarterdeck-server: {error:#}");
            ExitCode::from(2)
        }
    }
}
