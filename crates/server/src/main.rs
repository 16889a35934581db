//! The server's command line: `serve`, and what an operator does beside the running server.

use std::process::ExitCode;

use clap::Parser;
use quarterdeck_server::cli::{self, Cli};

fn main() -> ExitCode {
    match cli::run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("quarterdeck-server: {error:#}");
            ExitCode::from(2)
        }
    }
}
