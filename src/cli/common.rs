//! What several commands take: which server, and in which form they answer.

use std::path::PathBuf;

use clap::Args;

use super::output::Format;
use crate::app::tab::Tab;

/// Which server.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Server")]
pub struct ServerArguments {
    /// Address of the server, as `https://console.example`
    #[arg(long, value_name = "URL", conflicts_with = "profile")]
    pub server: Option<String>,
    /// Name of a profile in the configuration file
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// File that holds an access token
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
}

/// In which form a command answers.
#[derive(Clone, Copy, Debug, Default, Args)]
#[group(multiple = false)]
#[command(next_help_heading = "Output")]
pub struct FormatArguments {
    /// One JSON object a line, errors too
    #[arg(long)]
    pub json: bool,
    /// Comma-separated values with a header
    #[arg(long)]
    pub csv: bool,
    /// Columns for people (the default)
    #[arg(long)]
    pub table: bool,
}

impl FormatArguments {
    /// The form that was asked for.
    pub const fn format(self) -> Format {
        if self.json {
            Format::Json
        } else if self.csv {
            Format::Csv
        } else {
            Format::Table
        }
    }
}

/// What every command that speaks with a server takes.
#[derive(Clone, Debug, Default, Args)]
pub struct CommonArguments {
    #[command(flatten)]
    pub server: ServerArguments,
    #[command(flatten)]
    pub format: FormatArguments,
}

/// A tab by the name that the palette has for it, or by its resource: `apps`, `data-requests`.
///
/// # Errors
/// There is none; those that there are are named.
pub fn tab(name: &str) -> Result<Tab, String> {
    let resource = name.replace('-', "_");
    let mut all = Tab::ALL.iter().copied();
    all.find(|tab| tab.command() == name || tab.resource() == resource)
        .ok_or_else(|| {
            let names: Vec<_> = Tab::ALL.iter().map(|tab| tab.command()).collect();
            format!("there is {}", names.join(", "))
        })
}
