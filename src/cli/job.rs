//! The one-shot commands, and how each is carried out.

use std::io::{self, Stdout};
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::admin_logs::AdminLogsArguments;
use super::audit::{self, AuditArguments, AuditCommand, AuditListArguments};
use super::commands::Act;
use super::common::{CommonArguments, FormatArguments, ServerArguments};
use super::exit::{Exit, Stopped};
use super::list::{self, GetArguments, ListArguments};
use super::login::{self, LoginArguments, LogoutArguments};
use super::notes::{self, NotesArguments};
use super::output::{Format, Printer};
use super::recovery::{self, RecoveryCodesArguments};
use super::remote::Remote;
use super::{act, doctor, follow, whoami};
use crate::app::tab::Tab;
use crate::config::TokenError;
use crate::runtime::Setting;

/// A command that does its job and ends.
#[derive(Clone, Debug, Subcommand)]
pub enum Job {
    /// The rows of a tab
    List(ListArguments),
    /// Rows in full, by their ids
    Get(GetArguments),
    /// The account that commands act as
    Whoami(WhoamiArguments),
    /// What stands between you and the server: round trip, session, terminal, files
    Doctor(DoctorArguments),
    /// Sign in, and keep the session for later commands
    Login(LoginArguments),
    /// End the session that is kept
    Logout(LogoutArguments),
    /// Make ten new recovery codes, and save them in a file; those from before are void
    RecoveryCodes(RecoveryCodesArguments),
    /// The audit log: list, follow, verify, export
    Audit(AuditArguments),
    /// What administrators asked of the server: by whom, on whom, and what was answered
    AdminLogs(Box<AdminLogsArguments>),
    /// What operators told each other about people: by words, or by whom it is about
    Notes(NotesArguments),
    #[command(flatten)]
    Act(Act),
}

/// `whoami`
#[derive(Clone, Debug, Args)]
pub struct WhoamiArguments {
    #[command(flatten)]
    pub common: CommonArguments,
}

/// `doctor`
#[derive(Clone, Debug, Args)]
pub struct DoctorArguments {
    #[command(flatten)]
    pub common: CommonArguments,
}

impl Job {
    fn common(&self) -> &CommonArguments {
        match self {
            Self::List(arguments) => &arguments.common,
            Self::Get(arguments) => &arguments.common,
            Self::Whoami(arguments) => &arguments.common,
            Self::Doctor(arguments) => &arguments.common,
            Self::Login(arguments) => &arguments.common,
            Self::Logout(arguments) => &arguments.common,
            Self::RecoveryCodes(arguments) => &arguments.common,
            Self::Audit(arguments) => arguments.common(),
            Self::AdminLogs(arguments) => &arguments.list().common,
            Self::Notes(arguments) => &arguments.common,
            Self::Act(act) => &act.arguments.common,
        }
    }

    /// Which server it names.
    pub fn server(&self) -> &ServerArguments {
        &self.common().server
    }

    /// In which form it answers.
    pub fn format(&self) -> FormatArguments {
        self.common().format
    }

    async fn run(&self, remote: &Remote, printer: &mut Printer<Stdout>) -> Result<Exit, Stopped> {
        match self {
            Self::List(arguments) => {
                list::list(remote, arguments.tab, &arguments.rows, printer).await
            }
            Self::Get(arguments) => list::get(remote, arguments, printer).await,
            Self::Whoami(_) => whoami::whoami(remote, printer).await,
            Self::Doctor(_) => doctor::doctor(remote, printer).await,
            Self::Login(arguments) => login::login(remote, arguments).await,
            Self::Logout(_) => login::logout(remote).await,
            Self::RecoveryCodes(arguments) => recovery::renew(remote, arguments).await,
            Self::Audit(arguments) => audit_log(remote, &arguments.command(), printer).await,
            Self::AdminLogs(arguments) => {
                let rows = arguments.list().rows();
                list::list(remote, Tab::AdminLogs, &rows, printer).await
            }
            Self::Notes(arguments) => notes::notes(remote, arguments, printer).await,
            Self::Act(act) => act::act(remote, act, printer).await,
        }
    }
}

async fn audit_log(
    remote: &Remote,
    command: &AuditCommand,
    printer: &mut Printer<Stdout>,
) -> Result<Exit, Stopped> {
    match command {
        AuditCommand::List(AuditListArguments {
            follow: true, rows, ..
        }) => follow::follow(remote, rows, printer).await,
        AuditCommand::List(arguments) => {
            list::list(remote, Tab::Audit, &arguments.rows, printer).await
        }
        AuditCommand::Verify(_) => audit::verify(remote, printer).await,
        AuditCommand::Export(arguments) => {
            act::act(remote, &audit::export(arguments), printer).await
        }
    }
}

/// Carries a command out; what went wrong is said on standard error, as JSON where that was asked for.
pub fn run(job: &Job, setting: Setting) -> ExitCode {
    let format = job.format().format();
    match carry_out(job, setting, format) {
        Ok(exit) => exit.into(),
        Err(stopped) => say(&stopped, format),
    }
}

fn carry_out(job: &Job, setting: Setting, format: Format) -> Result<Exit, Stopped> {
    for warning in &setting.warnings {
        eprintln!("quarterdeck: {warning}");
    }
    let remote = Remote::new(setting.launch().map_err(|error| stopped_by(&error))?);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| Stopped::usage(&error.to_string()))?;
    let mut printer = Printer::new(format, io::stdout());
    runtime.block_on(job.run(&remote, &mut printer))
}

/// What stands in the way before anything was sent.
pub fn stopped_by(error: &anyhow::Error) -> Stopped {
    let exit = if error.is::<TokenError>() {
        Exit::Auth
    } else {
        Exit::Usage
    };
    Stopped::new(exit, &format!("{error:#}"))
}

/// Says why a command ended.
pub fn say(stopped: &Stopped, format: Format) -> ExitCode {
    match format {
        Format::Json => eprintln!("{}", stopped.to_json()),
        Format::Csv | Format::Table => eprintln!("quarterdeck: {}", stopped.message),
    }
    stopped.exit.into()
}
