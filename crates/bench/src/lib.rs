//! The parts of the bench, from the options to the report.
//!
//! `server` runs the program that is measured, `operators` signs in, `material` finds what the requests
//! are about, `cases` makes them, `tap` takes the statements of a request from the wire, `limit` drives
//! those without the server (`best_ban` what a ban comes down to), `measure` takes turns between the two, `report` tells what came of it.

mod best_ban;
mod cases;
mod http;
mod limit;
mod material;
mod measure;
mod operators;
mod options;
mod report;
mod server;
mod side;
mod statement;
mod tap;
mod wire;

use anyhow::{Context, Result};

pub use options::{Options, SERVER_COMMAND};

/// Runs the whole bench and prints the table; the JSON goes where the options say.
pub async fn run(options: &Options) -> Result<()> {
    if !options.loaded {
        side::load(options)?;
    }
    let startup = server::startup(&options.database, options.startups).await?;
    let sides = side::Sides::open(options).await?;
    let results = measure::all(options, sides).await?;
    let report = report::Report::new(options, startup, results);
    println!("{report}");
    if let Some(path) = &options.json {
        let text = serde_json::to_string_pretty(&report)?;
        std::fs::write(path, text + "\n")
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}
