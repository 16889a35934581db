//! The command line: what an operator may write behind `quarterdeck`, and the commands that do one job
//! and end.
//!
//! `main` parses it. A command uses the screens' own declarations, the contract's calls and the same
//! network as the console; it holds no rules of its own about who may do what.

mod act;
mod admin_logs;
mod audit;
pub mod commands;
mod common;
mod consent;
mod doctor;
mod exit;
mod follow;
mod job;
mod keys;
mod list;
mod local;
mod login;
mod notes;
mod output;
mod picks;
mod plan;
mod prompt;
mod reasons;
mod recovery;
mod remote;
mod report;
mod targets;
mod whoami;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory, Parser, Subcommand};

use self::common::ServerArguments;
use self::exit::{Exit, Stopped};
pub use self::job::Job;
pub use self::keys::KeysArguments;
pub use self::local::Local;
use self::local::Place;
use self::output::Format;
use crate::app::options::{AccessMode, SessionStart};
use crate::config::{Flags, Paths};
use crate::runtime::{Face, Setting};

/// What was written behind `quarterdeck`.
#[derive(Debug, Parser)]
#[command(name = "quarterdeck", version, about, max_term_width = 100)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    server: ServerArguments,
    #[command(flatten)]
    screen: ScreenArguments,
    /// Print where configuration, data, state and logs are, and exit
    #[arg(long, exclusive = true)]
    pub print_paths: bool,
    /// Write a byte to this FIFO whenever the screen shows all there is to show
    #[arg(long, value_name = "FIFO", global = true, hide = true)]
    pub test_idle_path: Option<PathBuf>,
    /// Panic as soon as a key means this action, as `repaint`
    #[arg(long, value_name = "ACTION", global = true, hide = true)]
    pub test_panic_at: Option<String>,
}

/// Jobs besides the console itself.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Try the console on a server of its own, with sample data
    Demo(DemoArguments),
    /// List the keys, or check those of the configuration
    Keys(KeysArguments),
    #[command(flatten)]
    Job(Box<Job>),
    #[command(flatten)]
    Local(Local),
}

/// How the console looks and behaves, whichever server it speaks with.
#[derive(Debug, Args)]
struct ScreenArguments {
    /// Configuration file
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    /// Colors: auto, dark, light, contrast or mono
    #[arg(long, value_name = "NAME", global = true)]
    theme: Option<String>,
    /// What is shown first: dash, apps, reports, data, users or audit
    #[arg(long, value_name = "NAME", global = true)]
    default_view: Option<String>,
    /// Refuse every action that writes
    #[arg(long, global = true)]
    readonly: bool,
    /// Work line by line without drawing: for screen readers, dumb terminals and logs
    #[arg(long)]
    linear: bool,
    /// Begin with the token from the first-login mail, which is asked for
    #[arg(long)]
    first_login: bool,
}

/// How the demo is run.
#[derive(Debug, Args)]
pub struct DemoArguments {
    /// Keep the database in this directory, and go on with it next time
    #[arg(long, value_name = "DIR", conflicts_with = "database")]
    pub keep: Option<PathBuf>,
    /// Work line by line without drawing: for screen readers, dumb terminals and logs
    #[arg(long)]
    pub linear: bool,
    /// Start the server only, print its address and wait
    #[arg(long, conflicts_with = "linear")]
    pub server_only: bool,
    /// Use this database, as `postgres://user@host/name`
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
}

impl Arguments {
    /// The flags that are settings.
    pub fn flags(&self) -> Flags {
        let server = self.server();
        Flags {
            config: self.screen.config.clone(),
            server: server.server,
            profile: server.profile,
            theme: self.screen.theme.clone(),
            default_view: self.screen.default_view.clone(),
            access: if self.screen.readonly {
                AccessMode::ReadOnly
            } else {
                AccessMode::ReadWrite
            },
            token_file: server.token_file,
            session: if self.screen.first_login {
                SessionStart::FirstLogin
            } else {
                SessionStart::SignIn
            },
        }
    }

    /// How the console speaks.
    pub fn face(&self) -> Face {
        let in_demo = match &self.command {
            Some(Command::Demo(demo)) => demo.linear,
            Some(Command::Job(_) | Command::Keys(_) | Command::Local(_)) | None => false,
        };
        if self.screen.linear || in_demo {
            Face::Lines
        } else {
            Face::Screen
        }
    }

    /// Which server: what stands behind the command goes before what stands in front of it.
    fn server(&self) -> ServerArguments {
        let before = self.server.clone();
        let Some(Command::Job(job)) = &self.command else {
            return before;
        };
        let behind = job.server().clone();
        if behind.server.is_some() || behind.profile.is_some() {
            return behind;
        }
        ServerArguments {
            token_file: behind.token_file.or(before.token_file),
            ..before
        }
    }

    /// Whether the run takes a terminal over.
    pub fn needs_terminal(&self) -> bool {
        if self.face() == Face::Lines {
            return false;
        }
        match &self.command {
            None => true,
            Some(Command::Demo(demo)) => !demo.server_only,
            Some(Command::Job(_) | Command::Keys(_) | Command::Local(_)) => false,
        }
    }

    /// The text of `--help`.
    pub fn help() -> String {
        Self::command().render_help().to_string()
    }
}

/// Carries a command out.
pub fn run(job: &Job, setting: Setting) -> ExitCode {
    job::run(job, setting)
}

/// Carries a command out that needs no server.
pub fn run_local(local: &Local, flags: &Flags, paths: &Paths) -> ExitCode {
    let place = Place {
        flags,
        paths,
        program: Arguments::command(),
    };
    local
        .run(place)
        .map_or_else(|stopped| job::say(&stopped, Format::Table), Exit::into)
}

/// Says what was wrong before a command could begin, in the form that it was to answer in.
pub fn fail(job: &Job, error: &anyhow::Error) -> ExitCode {
    job::say(&job::stopped_by(error), job.format().format())
}

/// Reads the command line; whatever is wrong with it is said, as JSON where that was asked for.
///
/// # Errors
/// It is not well-formed, or asks for help alone.
pub fn parse() -> Result<Arguments, ExitCode> {
    Arguments::try_parse().map_err(|error| {
        let wants_json = std::env::args_os().any(|argument| argument == "--json");
        if wants_json && error.use_stderr() {
            let text = error.to_string();
            let first = text.lines().next().unwrap_or_default();
            let first = first.trim_start_matches("error: ");
            return job::say(&Stopped::usage(first), Format::Json);
        }
        // Nobody may be reading.
        let _closed = error.print();
        ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }

    /// The server's are run where its tests are.
    #[test]
    fn s001_39_the_commands_of_the_first_day_are_commands() {
        let page = include_str!("../../docs/DAY-ONE.md");
        let lines = page.lines().filter_map(|line| line.strip_prefix("    "));
        let commands = lines.filter(|line| line.starts_with("quarterdeck "));
        let parsed = commands.map(|line| Arguments::try_parse_from(line.split(' ')).unwrap());
        let parsed: Vec<_> = parsed.collect();
        let begins = |arguments: &Arguments| arguments.flags().session;
        let begins: Vec<_> = parsed.iter().map(begins).collect();
        assert_eq!(
            begins,
            [
                SessionStart::FirstLogin,
                SessionStart::SignIn,
                SessionStart::SignIn,
                SessionStart::FirstLogin,
                SessionStart::SignIn
            ]
        );
    }

    #[test]
    fn a_server_and_a_profile_are_two_servers() {
        let both =
            Arguments::try_parse_from(["quarterdeck", "--server", "https://a", "--profile", "b"]);
        assert!(both.is_err());
    }

    #[test]
    fn the_demo_takes_flags_of_the_screen_and_none_of_a_server() {
        let arguments =
            Arguments::try_parse_from(["quarterdeck", "demo", "--theme", "mono", "--readonly"])
                .unwrap();
        let flags = arguments.flags();
        assert_eq!(
            (flags.theme.as_deref(), flags.access),
            (Some("mono"), AccessMode::ReadOnly)
        );
        assert!(
            Arguments::try_parse_from(["quarterdeck", "demo", "--server", "https://a"]).is_err()
        );
    }
}
