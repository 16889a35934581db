//! What the bench is asked to do.

use std::path::PathBuf;

use clap::Parser;

use crate::cases::{CaseName, Fleet};

/// With this as its first argument the program is the server.
pub const SERVER_COMMAND: &str = "server";

/// Measures the server against the SQL that it sends, driven without it.
///
/// The databases are filled with the bench profile, whose operators have public passwords: use databases
/// that are for nothing else.
#[derive(Clone, Debug, Parser)]
#[command(name = "quarterdeck-bench", version)]
pub struct Options {
    /// The large database, fresh: `sqlite:PATH` or `postgres://USER@HOST/NAME`
    #[arg(long, value_name = "URL")]
    pub database: String,
    /// A fresh small one, to tell what size costs
    #[arg(long, value_name = "URL")]
    pub small_database: Option<String>,
    /// A Redis for two processes: `redis://HOST:PORT` or `unix:PATH`; without it that case is left out
    #[arg(long, value_name = "URL")]
    pub redis: Option<String>,
    /// The databases are those of an earlier run: do not fill them
    #[arg(long)]
    pub loaded: bool,
    /// Users, applications, reports and data requests, each so many
    #[arg(long, default_value_t = 1_000_000)]
    pub rows: u64,
    /// Audit rows
    #[arg(long, default_value_t = 2_000_000)]
    pub audit: u64,
    /// Rows of each table of the small database
    #[arg(long, default_value_t = 10_000)]
    pub small_rows: u64,
    /// Operators; a connection takes them in turn
    #[arg(long, default_value_t = 32)]
    pub operators: u64,
    /// Numbers of connections
    #[arg(long, value_delimiter = ',', default_value = "1,8,32")]
    pub connections: Vec<usize>,
    /// Cases to run; all without it
    #[arg(long, value_delimiter = ',', value_enum)]
    pub cases: Vec<CaseName>,
    /// How often server and limit take turns, after one turn that is not counted
    #[arg(long, default_value_t = 8)]
    pub rounds: usize,
    /// Milliseconds of a turn
    #[arg(long, default_value_t = 400)]
    pub slice_ms: u64,
    /// How often the server is started to time its first answer
    #[arg(long, default_value_t = 10)]
    pub startups: usize,
    /// File for the results
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

impl Options {
    /// The cases that were asked for and are answered by these servers; what several do brings along what one does.
    pub(crate) fn cases(&self, fleet: Fleet) -> impl Iterator<Item = CaseName> {
        let is_asked = |case: &CaseName| {
            let mut asked = self.cases.iter();
            self.cases.is_empty() || asked.any(|asked| asked == case || asked.requests() == *case)
        };
        CaseName::all().filter(move |case| is_asked(case) && case.fleet() == fleet)
    }
}
