//! Verifying, replaying and exporting the audit log beside the running server.

use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;
use quarterdeck_api::audit::{ChainStatus, ExportedRow, write_line};

use super::{ReplayArgs, VerifyArgs, config};
use crate::chain::{self, Expectation, PLATFORM, rows};
use crate::config::StoreArgs;
use crate::db::Database;
use crate::replay::{self, Difference, Status};

const BATCH: u64 = 1_000;

/// Opens the database as it is: an auditor needs no key, and must change nothing.
async fn open(store: StoreArgs) -> Result<Database> {
    Database::open_existing(config(store)?.database.expose()).await
}

/// Prints the report; the exit code says what was found.
pub(super) async fn verify(args: VerifyArgs) -> Result<ExitCode> {
    let started = Instant::now();
    let database = open(args.store).await?;
    let expectation = Expectation {
        min_seq: args.expected_min_seq,
        seq_and_hash: args.expected_seq.zip(args.expected_hash),
    };
    let snapshot = database.snapshot().await?;
    let mut report = chain::verify(&snapshot, PLATFORM, &expectation).await?;
    report.took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    println!("{}", serde_json::to_string_pretty(&report)?);
    Ok(match report.status.known() {
        Some(ChainStatus::Intact) => ExitCode::SUCCESS,
        Some(ChainStatus::Broken) => ExitCode::from(1),
        Some(ChainStatus::Incomplete) | None => ExitCode::from(2),
        Some(ChainStatus::Unverifiable) => ExitCode::from(3),
    })
}

/// Prints a line for each difference as it is found, then one that sums up.
pub(super) async fn replay(args: ReplayArgs) -> Result<ExitCode> {
    let database = open(args.store).await?;
    let snapshot = database.snapshot().await?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut written = Ok(());
    let tell = |difference: Difference| {
        let line = serde_json::json!(difference);
        if written.is_ok() {
            written = writeln!(out, "{line}");
        }
    };
    let summary = replay::replay(&snapshot, tell).await?;
    written?;
    writeln!(out, "{}", serde_json::json!(summary))?;
    out.flush()?;
    Ok(match summary.status {
        Status::Differs if args.assert => ExitCode::from(1),
        Status::Unverifiable if args.assert => ExitCode::from(3),
        Status::Agrees | Status::Differs | Status::Unverifiable => ExitCode::SUCCESS,
    })
}

/// Prints a line about the chain, then a line a row, in constant memory.
pub(super) async fn export(store: StoreArgs) -> Result<()> {
    let database = open(store).await?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let snapshot = database.snapshot().await?;
    write_line(&mut out, &chain::exported_chain(&snapshot, PLATFORM).await?)?;
    let mut last = 0;
    loop {
        let batch = rows::after(&snapshot, PLATFORM, last, BATCH).await?;
        let Some(newest) = batch.last() else { break };
        last = newest.seq;
        for row in batch {
            write_line(&mut out, &ExportedRow::from(row))?;
        }
    }
    out.flush()?;
    Ok(())
}
