//! What came of it: a table for people, JSON for programs.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::cases::{CaseName, Fleet};
use crate::measure::{Measured, Results, Samples};
use crate::options::Options;
use crate::server::Startup;

/// The whole run.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    machine: Machine,
    sizes: Sizes,
    startup: Startup,
    cases: Vec<Row>,
    growth: Vec<Growth>,
    together: Vec<Together>,
}

/// What it ran on.
#[derive(Debug, Serialize)]
struct Machine {
    processors: usize,
    /// Of the last minute, at the end of the run; the bench itself is in it.
    load_average: String,
}

/// How large the databases were.
#[derive(Debug, Serialize)]
struct Sizes {
    database: &'static str,
    rows: u64,
    audit: u64,
    small_rows: Option<u64>,
    loaded_before: bool,
}

/// A case on a number of connections.
#[derive(Debug, Serialize)]
struct Row {
    case: CaseName,
    connections: usize,
    server: Speed,
    /// The server's processor time for a request.
    processor_us: f64,
    resident_mb: f64,
    limit: Option<Speed>,
    /// The server's throughput by that of the limit.
    ratio: Option<f64>,
}

/// How fast something went.
#[derive(Debug, Serialize)]
struct Speed {
    calls: usize,
    per_second: f64,
    p50_ms: f64,
    p95_ms: f64,
    p99_ms: f64,
}

/// What the seed's stack took for one call, as its traces have it, and the most that ours may take for 95 of a
/// hundred (S004-55).
struct SeedFigure {
    case: CaseName,
    took_ms: f64,
    budget_ms: f64,
}

const SEED_FIGURES: [SeedFigure; 2] = [
    SeedFigure {
        case: CaseName::ListUsers,
        took_ms: 21.9,
        budget_ms: 50.0,
    },
    SeedFigure {
        case: CaseName::Ban,
        took_ms: 33.2,
        budget_ms: 75.0,
    },
];

impl SeedFigure {
    /// Beside what was measured here.
    fn beside(&self, row: &Row) -> Option<String> {
        (row.case == self.case).then(|| {
            format!(
                "{} on {} connections: p95 {:.1} ms; the seed's stack took {:.1} ms for one, the budget is {:.0} ms",
                name(row.case),
                row.connections,
                row.server.p95_ms,
                self.took_ms,
                self.budget_ms
            )
        })
    }
}

/// What a call costs in the large database, by what it costs in the small one.
#[derive(Debug, Serialize)]
struct Growth {
    case: CaseName,
    connections: usize,
    by_throughput: f64,
    by_p50: f64,
}

/// What several servers do, by what one does.
#[derive(Debug, Serialize)]
struct Together {
    case: CaseName,
    connections: usize,
    by_throughput: f64,
    /// The same with each measured by the limit that took turns with it.
    by_ratio: Option<f64>,
}

impl Report {
    pub(crate) fn new(options: &Options, startup: Startup, results: Results) -> Self {
        let rows: Vec<_> = results
            .into_iter()
            .filter_map(|((case, connections), measured)| Row::new(case, connections, measured))
            .collect();
        Self {
            machine: Machine::here(),
            sizes: Sizes::of(options),
            startup,
            growth: growth(&rows),
            together: together(&rows),
            cases: rows,
        }
    }
}

impl Machine {
    fn here() -> Self {
        let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        Self {
            processors: std::thread::available_parallelism().map_or(0, usize::from),
            load_average: load.split(' ').next().unwrap_or_default().to_owned(),
        }
    }
}

impl Sizes {
    fn of(options: &Options) -> Self {
        let is_postgres = crate::tap::is_postgres(&options.database);
        Self {
            database: if is_postgres { "PostgreSQL" } else { "SQLite" },
            rows: options.rows,
            audit: options.audit,
            small_rows: options.small_database.as_ref().map(|_| options.small_rows),
            loaded_before: options.loaded,
        }
    }
}

impl Row {
    fn new(case: CaseName, connections: usize, measured: Measured) -> Option<Self> {
        let server = Speed::of(measured.server)?;
        let limit = Speed::of(measured.limit);
        Some(Self {
            case,
            connections,
            processor_us: micros(measured.processor) / count(server.calls),
            resident_mb: megabytes(measured.resident),
            ratio: limit
                .as_ref()
                .map(|limit| server.per_second / limit.per_second),
            server,
            limit,
        })
    }
}

impl Speed {
    /// Nothing, where nothing was called.
    fn of(mut samples: Samples) -> Option<Self> {
        samples.latencies.sort_unstable();
        let calls = samples.latencies.len();
        let at = |share: usize| {
            samples
                .latencies
                .get((calls * share / 100).min(calls.checked_sub(1)?))
        };
        Some(Self {
            calls,
            per_second: count(calls) / samples.elapsed.as_secs_f64(),
            p50_ms: micros(*at(50)?) / 1000.0,
            p95_ms: micros(*at(95)?) / 1000.0,
            p99_ms: micros(*at(99)?) / 1000.0,
        })
    }
}

fn growth(rows: &[Row]) -> Vec<Growth> {
    let of_both = |large: &Row| {
        let small = rows.iter().find(|small| {
            Some(small.case) == large.case.small() && small.connections == large.connections
        })?;
        Some(Growth {
            case: large.case,
            connections: large.connections,
            by_throughput: small.server.per_second / large.server.per_second,
            by_p50: large.server.p50_ms / small.server.p50_ms,
        })
    };
    rows.iter().filter_map(of_both).collect()
}

fn together(rows: &[Row]) -> Vec<Together> {
    let of_both = |several: &Row| {
        let one = rows.iter().find(|one| {
            one.case == several.case.requests() && one.connections == several.connections
        })?;
        let ratios = several.ratio.zip(one.ratio);
        Some(Together {
            case: several.case,
            connections: several.connections,
            by_throughput: several.server.per_second / one.server.per_second,
            by_ratio: ratios.map(|(several, one)| several / one),
        })
    };
    let several = |row: &&Row| row.case.fleet() != Fleet::One;
    rows.iter().filter(several).filter_map(of_both).collect()
}

fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

#[expect(clippy::cast_precision_loss, reason = "numbers of calls are small")]
const fn count(calls: usize) -> f64 {
    calls as f64
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a process has less than 2^52 bytes"
)]
const fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}: {} rows a table, {} audit rows; {} processors, load average {}",
            self.sizes.database,
            self.sizes.rows,
            self.sizes.audit,
            self.machine.processors,
            self.machine.load_average
        )?;
        writeln!(
            f,
            "\n| case | connections | per s | p50 ms | p99 ms | processor µs | resident MB | limit per s | limit p50 ms | limit p99 ms | ratio |"
        )?;
        writeln!(f, "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|")?;
        for row in &self.cases {
            writeln!(f, "{row}")?;
        }
        for growth in &self.growth {
            writeln!(
                f,
                "\n{} on {} connections: {:.2} times the small database's cost by throughput, {:.2} by p50",
                name(growth.case),
                growth.connections,
                growth.by_throughput,
                growth.by_p50
            )?;
        }
        for together in &self.together {
            write!(
                f,
                "\n{} on {} connections: {:.2} times the throughput of one",
                name(together.case),
                together.connections,
                together.by_throughput
            )?;
            match together.by_ratio {
                Some(ratio) => writeln!(f, ", {ratio:.2} times by the ratios")?,
                None => writeln!(f)?,
            }
        }
        let beside = |row| SEED_FIGURES.iter().find_map(|seed| seed.beside(row));
        for line in self.cases.iter().filter_map(beside) {
            writeln!(f, "\n{line}")?;
        }
        let times: Vec<_> = self
            .startup
            .first_answer_ms
            .iter()
            .map(|ms| format!("{ms:.0}"))
            .collect();
        write!(
            f,
            "\nfrom exec to the first answer, ms: {}",
            times.join(" ")
        )
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "| {} | {} | {} ",
            name(self.case),
            self.connections,
            self.server
        )?;
        write!(f, "| {:.0} | {:.1} ", self.processor_us, self.resident_mb)?;
        match (&self.limit, self.ratio) {
            (Some(limit), Some(ratio)) => write!(f, "| {limit} | {ratio:.2} |"),
            (Some(_) | None, _) => write!(f, "| | | | |"),
        }
    }
}

impl fmt::Display for Speed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:.0} | {:.2} | {:.2}",
            self.per_second, self.p50_ms, self.p99_ms
        )
    }
}

fn name(case: CaseName) -> String {
    use clap::ValueEnum;
    case.to_possible_value()
        .map_or(String::new(), |value| value.get_name().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s004_55_the_p95_stands_beside_what_the_seeds_stack_took() {
        let millis = |ms: u64| Duration::from_millis(ms);
        let measured = || Measured {
            server: Samples {
                latencies: (1..=100).map(millis).collect(),
                elapsed: millis(1_000),
            },
            ..Measured::default()
        };
        let line = |case| {
            let row = Row::new(case, 8, measured()).unwrap();
            SEED_FIGURES.iter().find_map(|seed| seed.beside(&row))
        };
        assert_eq!(
            line(CaseName::ListUsers).unwrap(),
            "list-users on 8 connections: p95 96.0 ms; the seed's stack took 21.9 ms for one, the budget is 50 ms"
        );
        assert_eq!(
            line(CaseName::Ban).unwrap(),
            "ban on 8 connections: p95 96.0 ms; the seed's stack took 33.2 ms for one, the budget is 75 ms"
        );
        assert_eq!(line(CaseName::ReadUser), None);
    }
}
