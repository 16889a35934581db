//! The bundled server, started inside this process on a loopback port, for `quarterdeck demo`.
//!
//! The only file that names the server crate. The server has a thread and a runtime of its own
//! (architecture.md §10.17); what it shares with the console is HTTP and this file.

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::rc::Rc;

use anyhow::Context as _;
use quarterdeck_api::text::Line;
use quarterdeck_server::embedded::{EmbeddedOptions, EmbeddedServer, start};
use quarterdeck_server::seed::profile::{DEMO_PASSWORD, DEMO_TOTP_SECRET, accounts};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use tempfile::TempDir;

use crate::app::options::Profiles;
use crate::cli::DemoArguments;
use crate::config::Config;
use crate::net::Connection;
use crate::runtime::{self, Launch, Setting, random_bytes};

/// The same data every time, so that two people can talk about what they see.
const SEED: u64 = 1;

/// Where the demo's files are.
enum Place {
    Kept(PathBuf),
    /// Removed when dropped.
    Temporary(TempDir),
}

impl Place {
    fn choose(keep: Option<&PathBuf>) -> io::Result<Self> {
        match keep {
            Some(directory) => {
                std::fs::create_dir_all(directory)?;
                Ok(Self::Kept(directory.clone()))
            }
            None => TempDir::with_prefix("quarterdeck-demo-").map(Self::Temporary),
        }
    }

    fn path(&self) -> PathBuf {
        match self {
            Self::Kept(directory) => directory.clone(),
            Self::Temporary(directory) => directory.path().to_owned(),
        }
    }
}

/// Runs the demo: the server, and the console on it unless only the server was asked for.
pub fn demo(arguments: &DemoArguments, setting: Setting) -> anyhow::Result<ExitCode> {
    let place =
        Place::choose(arguments.keep.as_ref()).context("no place for the demo's database")?;
    let server = start(EmbeddedOptions {
        database: arguments.database.clone(),
        directory: place.path(),
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        random_seed: SEED,
    })?;
    // Dropped after the server, whose files it holds.
    let _place = place;
    if arguments.server_only {
        wait(server)
    } else {
        console(server, setting)
    }
}

fn console(server: EmbeddedServer, setting: Setting) -> anyhow::Result<ExitCode> {
    let random = random_bytes().context("no source of randomness")?;
    let address = format!("http://{}", server.address());
    let connection = Connection::new(&address, None, random.clone())?;
    connection.resume(server.session().clone());
    let config = Config {
        server: address.parse()?,
        environment: Some(Line::new("DEMO")),
        profiles: Profiles {
            chosen: None,
            ..setting.config.profiles
        },
        ..setting.config
    };
    let server = Rc::new(server);
    let codes = Rc::clone(&server);
    let launch = Launch {
        setting: Setting { config, ..setting },
        connection,
        random,
        header_note: Some(Box::new(move |now| {
            format!("code {}", codes.current_code(now))
        })),
        // The next demo on this port is another server.
        watermark: None,
    };
    // The server ends with its last holder, and drains.
    runtime::run(launch)
}

fn wait(server: EmbeddedServer) -> anyhow::Result<ExitCode> {
    // Before the address is printed, since whoever reads it may end us at once.
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP])?;
    let mut output = io::stdout().lock();
    writeln!(output, "listening http://{}", server.address())?;
    write_accounts(&mut output)?;
    output.flush()?;
    signals.forever().next();
    server.shutdown();
    Ok(ExitCode::SUCCESS)
}

/// The accounts' password and secret are public: they are what makes a database a demo.
fn write_accounts(output: &mut impl Write) -> io::Result<()> {
    writeln!(
        output,
        "password {DEMO_PASSWORD}, authenticator secret {DEMO_TOTP_SECRET}"
    )?;
    for account in accounts() {
        writeln!(output, "{:<28} {}", account.email, account.role)?;
    }
    Ok(())
}
