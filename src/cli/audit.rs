//! `audit`: the log as a list, its export, and whether its chain is whole.

use std::io::Write;

use clap::{Args, Subcommand};
use quarterdeck_api::audit::{ChainStatus, VerifyAudit, VerifyQuery, VerifyReport};
use quarterdeck_api::call::AnyCall;
use serde_json::{Map, Value};

use super::commands::{Act, ActArguments};
use super::common::CommonArguments;
use super::exit::{Exit, Stopped};
use super::list::{RowsArguments, print_fact};
use super::output::{Format, Printer};
use super::remote::{Remote, misunderstood};
use crate::app::message::SeenHead;
use crate::app::tab::Tab;
use crate::app::verification;
use crate::runtime::WatermarkFile;

/// `audit`: a list where nothing else is named.
#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct AuditArguments {
    #[command(subcommand)]
    command: Option<AuditCommand>,
    #[command(flatten)]
    list: AuditListArguments,
}

impl AuditArguments {
    /// What is to be done.
    pub fn command(&self) -> AuditCommand {
        let listed = || AuditCommand::List(self.list.clone());
        self.command.clone().unwrap_or_else(listed)
    }

    /// What it takes of what every command takes.
    pub fn common(&self) -> &CommonArguments {
        let command = self.command.as_ref();
        command.map_or(&self.list.common, AuditCommand::common)
    }
}

/// What can be done with the audit log.
#[derive(Clone, Debug, Subcommand)]
pub enum AuditCommand {
    /// Its rows, newest first
    List(AuditListArguments),
    /// Check the chain, and that it still holds what this machine has seen of it
    Verify(VerifyArguments),
    /// Save all rows that a filter shows to a file
    Export(Box<ActArguments>),
}

/// `audit list`
#[derive(Clone, Debug, Args)]
pub struct AuditListArguments {
    /// Go on with the rows that are written from now on, until Ctrl-C or `--limit`
    #[arg(long)]
    pub follow: bool,
    #[command(flatten)]
    pub rows: RowsArguments,
    #[command(flatten)]
    pub common: CommonArguments,
}

/// `audit verify`
#[derive(Clone, Debug, Args)]
pub struct VerifyArguments {
    #[command(flatten)]
    pub common: CommonArguments,
}

impl AuditCommand {
    /// What it takes of what every command takes.
    fn common(&self) -> &CommonArguments {
        match self {
            Self::List(arguments) => &arguments.common,
            Self::Verify(arguments) => &arguments.common,
            Self::Export(arguments) => &arguments.common,
        }
    }
}

/// `audit export` as the verb of the tab.
pub fn export(arguments: &ActArguments) -> Act {
    let mut arguments = Box::new(arguments.clone());
    arguments.targets.insert(0, Tab::Audit.command().to_owned());
    Act {
        name: "export".to_owned(),
        arguments,
    }
}

/// `audit verify`: 0 where every link is right, 5 where one is not, 7 where not all could be read.
pub async fn verify<W: Write>(remote: &Remote, printer: &mut Printer<W>) -> Result<Exit, Stopped> {
    remote.require_session()?;
    let seen = remote.watermark.as_ref().map(WatermarkFile::load);
    let seen = seen.transpose().map_err(|error| {
        Stopped::usage(&format!(
            "what this machine had seen of the log cannot be read: {error}"
        ))
    })?;
    let seen = seen.flatten();
    let query = VerifyQuery {
        expected_min_seq: seen.as_ref().map(|seen| seen.seq),
        expected_seq: seen.as_ref().map(|seen| seen.seq),
        expected_hash: seen.as_ref().map(|seen| seen.hash.to_string()),
    };
    let reply = remote.ask(&AnyCall::query::<VerifyAudit>(query)).await?;
    let report = reply.get::<VerifyAudit>();
    let report = report.ok_or_else(|| misunderstood("the chain"))?;
    raise_watermark(remote, report, seen.as_ref());
    if printer.format() == Format::Table {
        for fact in verification::facts(report, &remote.times()) {
            print_fact(&fact, printer)?;
        }
    } else {
        printer.record(&match reply.to_json() {
            Ok(Value::Object(report)) => report,
            Ok(_) | Err(_) => Map::new(),
        })?;
    }
    Ok(exit(report))
}

/// Remembers how far a whole chain was seen. It only rises, and where it cannot be kept the verdict
/// stands all the same.
fn raise_watermark(remote: &Remote, report: &VerifyReport, seen: Option<&SeenHead>) {
    let rises = seen.is_none_or(|seen| seen.seq < report.head.seq);
    let file = remote.watermark.as_ref();
    let Some(file) = file.filter(|_| rises && verification::is_intact(report)) else {
        return;
    };
    let head = SeenHead {
        seq: report.head.seq,
        hash: report.head.hash.clone(),
        seen_at: remote.now,
    };
    if let Err(error) = file.save(&head) {
        eprintln!("quarterdeck: how far the log was seen cannot be kept: {error}");
    }
}

fn exit(report: &VerifyReport) -> Exit {
    match report.status.known() {
        Some(ChainStatus::Intact) => Exit::Done,
        Some(ChainStatus::Broken) => Exit::Conflict,
        Some(ChainStatus::Incomplete | ChainStatus::Unverifiable) | None => Exit::Partial,
    }
}
