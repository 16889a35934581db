//! The command line: what an operator may write behind `quarterdeck`, and nothing of what it does.

mod keys;

use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::app::options::AccessMode;
use crate::config::Flags;
pub use keys::KeysArguments;

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
}

/// Which server.
#[derive(Debug, Args)]
struct ServerArguments {
    /// Address of the server, as `https://console.example`
    #[arg(long, value_name = "URL", conflicts_with = "profile")]
    server: Option<String>,
    /// Name of a profile in the configuration file
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// File that holds an access token
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
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
}

/// How the demo is run.
#[derive(Debug, Args)]
pub struct DemoArguments {
    /// Keep the database in this directory, and go on with it next time
    #[arg(long, value_name = "DIR", conflicts_with = "database")]
    pub keep: Option<PathBuf>,
    /// Start the server only, print its address and wait
    #[arg(long)]
    pub server_only: bool,
    /// Use this database, as `postgres://user@host/name`
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
}

impl Arguments {
    /// The flags that are settings.
    pub fn flags(&self) -> Flags {
        Flags {
            config: self.screen.config.clone(),
            server: self.server.server.clone(),
            profile: self.server.profile.clone(),
            theme: self.screen.theme.clone(),
            default_view: self.screen.default_view.clone(),
            access: if self.screen.readonly {
                AccessMode::ReadOnly
            } else {
                AccessMode::ReadWrite
            },
            token_file: self.server.token_file.clone(),
        }
    }

    /// Whether the run takes a terminal over.
    pub fn needs_terminal(&self) -> bool {
        match &self.command {
            None => true,
            Some(Command::Demo(demo)) => !demo.server_only,
            Some(Command::Keys(_)) => false,
        }
    }

    /// The text of `--help`.
    pub fn help() -> String {
        Self::command().render_help().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
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
