//! What the process is given from outside: flags, environment variables and directories.

use std::path::PathBuf;

use clap::Args;
use directories::ProjectDirs;

/// Flags of every command that opens the database.
#[derive(Args, Clone, Debug, Default)]
pub struct StoreArgs {
    /// `sqlite:PATH` or `postgres://USER@HOST/NAME`
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
    /// Configuration file (server.example.toml documents it)
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// File with the base 64 of the 32 bytes that encrypt secrets at rest
    #[arg(long, value_name = "FILE")]
    pub secret_key_file: Option<PathBuf>,
}

/// Flags of `serve`.
#[derive(Args, Clone, Debug, Default)]
pub struct ServeArgs {
    /// Those of every command.
    #[command(flatten)]
    pub store: StoreArgs,
    /// `redis://HOST:PORT/NUMBER`, without a password; several processes agree by it
    #[arg(long, value_name = "URL")]
    pub redis: Option<String>,
    /// Address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<String>,
    /// Serve a database that holds the demo accounts, whose passwords are public
    #[arg(long)]
    pub allow_demo_accounts: bool,
    /// Address for /metrics; without it, /metrics answers on loopback only
    #[arg(long, value_name = "ADDR")]
    pub metrics_listen: Option<String>,
    /// Name of the environment, shown by every console
    #[arg(long, value_name = "NAME")]
    pub environment: Option<String>,
    /// The origin under which the API is reached from outside
    #[arg(long, value_name = "URL")]
    pub public_origin: Option<String>,
    /// Write each mail into this directory, instead of sending it
    #[arg(long, value_name = "DIR")]
    pub mail_dir: Option<PathBuf>,
    /// Server that takes mail: `smtp://HOST:PORT` (STARTTLS) or `smtps://HOST:PORT`
    #[arg(long, value_name = "URL")]
    pub smtp: Option<String>,
    /// Address that mail is from
    #[arg(long, value_name = "ADDRESS")]
    pub mail_from: Option<String>,
    /// File of SHA-1 hashes, sorted, of passwords that nobody may choose
    #[arg(long, value_name = "FILE")]
    pub breached_passwords: Option<PathBuf>,
    /// Take the time from this file (tests only; loopback only)
    #[arg(long, value_name = "FILE", hide = true)]
    pub test_clock: Option<PathBuf>,
}

impl From<StoreArgs> for ServeArgs {
    fn from(store: StoreArgs) -> Self {
        Self {
            store,
            ..Self::default()
        }
    }
}

/// What the configuration takes from the process around it.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Environment variables, name and value.
    pub variables: Vec<(String, String)>,
    /// Where the default SQLite file goes; none where there is no home directory.
    pub data_directory: Option<PathBuf>,
}

impl Surroundings {
    /// Those of this process.
    pub fn of_this_process() -> Self {
        Self {
            variables: std::env::vars_os()
                .map(|(name, value)| {
                    (
                        name.to_string_lossy().into_owned(),
                        value.to_string_lossy().into_owned(),
                    )
                })
                .collect(),
            data_directory: ProjectDirs::from("", "", "quarterdeck")
                .map(|directories| directories.data_dir().to_owned()),
        }
    }
}
