//! The demo server inside the console's process, in a thread and a runtime of its own.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use anyhow::{Context, Result, anyhow};
use chrono::{DateTime, Utc};
use quarterdeck_api::sessions::{SessionTokens, SignInWay};
use secrecy::SecretString;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::config::{DatabaseUrl, DemoAccounts, SecretSource, ServerConfig};
use crate::db::{Clock, Database, migrate};
use crate::gate::Services;
use crate::gate::totp;
use crate::seed;
use crate::sessions::tokens::{self, Factor, NewSession, Origin};
use crate::start::{self, Server};
use crate::users;

/// 32 bytes in base 64, public like the demo's passwords.
const DEMO_KEY: &str = "cXVhcnRlcmRlY2stZGVtby1rZXktbm90LWEtc2VjcmU=";

/// What the demo is started with.
#[derive(Clone, Debug)]
pub struct EmbeddedOptions {
    /// Database URL; a SQLite file in the directory without one.
    pub database: Option<String>,
    /// Where the SQLite file and its key lie.
    pub directory: PathBuf,
    /// Address; port 0 takes a free one.
    pub listen: SocketAddr,
    /// What the demo data is made of.
    pub random_seed: u64,
}

/// A demo server that runs.
pub struct EmbeddedServer {
    address: SocketAddr,
    session: SessionTokens,
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

/// Starts the demo and waits until it listens.
pub fn start(options: EmbeddedOptions) -> Result<EmbeddedServer> {
    let stop = CancellationToken::new();
    let (ready, started) = oneshot::channel();
    let stopped = stop.clone();
    let thread = std::thread::Builder::new()
        .name("demo-server".to_owned())
        .spawn(move || run(&options, ready, stopped))
        .context("cannot start the demo server's thread")?;
    let (address, session) = started
        .blocking_recv()
        .map_err(|_| anyhow!("the demo server ended before it listened"))??;
    Ok(EmbeddedServer {
        address,
        session,
        stop,
        thread: Some(thread),
    })
}

type Ready = oneshot::Sender<Result<(SocketAddr, SessionTokens)>>;

fn run(options: &EmbeddedOptions, ready: Ready, stop: CancellationToken) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        // The system's allocator keeps what a password hash took, 19 MiB for each thread that computed one.
        .max_blocking_threads(2)
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            let _ = ready.send(Err(error.into()));
            return;
        }
    };
    runtime.block_on(async {
        match bind(options).await {
            Ok((server, address, session)) => {
                if ready.send(Ok((address, session))).is_ok() {
                    server.run(stop).await;
                }
            }
            Err(error) => {
                let _ = ready.send(Err(error));
            }
        }
    });
}

async fn bind(options: &EmbeddedOptions) -> Result<(Server, SocketAddr, SessionTokens)> {
    let mut config = ServerConfig::defaults(&options.directory);
    if let Some(url) = &options.database {
        config.database = DatabaseUrl::new(url.clone());
        migrate::apply(&Database::open(url).await?).await?;
    }
    config.listen = options.listen;
    "demo".clone_into(&mut config.environment);
    config.demo_accounts = DemoAccounts::Allowed;
    config.mail.directory = Some(options.directory.join("mails"));
    config.secret_key = options.database.as_ref().map(|_| demo_key());
    let services = start::services(config, Clock::System).await?;
    seed::demo(&services, options.random_seed, services.clock.now()).await?;
    let session = open_session(&services).await?;
    let server = Server::bind(services).await?;
    let address = server.address()?;
    Ok((server, address, session))
}

/// A demo on a database of the user's own has a key as public as its passwords, so that the next demo
/// can read what this one wrote.
fn demo_key() -> SecretSource {
    SecretSource::Variable {
        name: "the demo's own key".to_owned(),
        text: SecretString::from(DEMO_KEY),
    }
}

/// The demo's session is issued without a code, so that the one in the header is still good.
async fn open_session(services: &Arc<Services>) -> Result<SessionTokens> {
    let root = users::find_by_email(services.database.reads(), seed::ROOT_EMAIL).await?;
    let user_id = root.context("the demo data has no root account")?;
    let tx = services.system_write("demo_session").await?;
    let origin = Origin {
        ip_address: "127.0.0.1".to_owned(),
        user_agent: "quarterdeck demo".to_owned(),
    };
    let new = NewSession {
        user_id,
        factor: Factor::Passed,
        by: SignInWay::Password,
    };
    let session = tokens::open_from(services, tx.connection(), &origin, new, tx.now).await?;
    tx.commit().await?;
    Ok(session)
}

impl EmbeddedServer {
    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Root's session.
    pub const fn session(&self) -> &SessionTokens {
        &self.session
    }

    /// The code that the demo accounts' authenticator shows now.
    pub fn current_code(&self, now: DateTime<Utc>) -> String {
        seed::demo_code(totp::step_at(now))
    }

    /// Stops it and waits until it has drained.
    pub fn shutdown(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for EmbeddedServer {
    fn drop(&mut self) {
        self.end();
    }
}
