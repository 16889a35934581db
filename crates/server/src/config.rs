//! Configuration: flag over environment over file over default, one setting at a time.
//!
//! `main` and the console's `bundled` module load it once; rooms get the part that they need. It is
//! the lowest floor: it knows no database, no HTTP and no room. Every setting is declared in
//! `settings`, with its bounds; `server.example.toml` documents them and is tested against the
//! defaults.

mod args;
mod entry;
mod layers;
mod mail;
mod network;
mod oidc;
mod reasons;
mod secret;
mod settings;

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use quarterdeck_api::reasons::Reasons;
use thiserror::Error;
use tracing::Level;

pub use args::{ServeArgs, StoreArgs, Surroundings};
pub use entry::Origin;
pub use mail::{MailOptions, Security, SmtpServer};
pub use network::{Network, NotANetwork};
pub use oidc::{AdminLogin, OidcOptions};
pub use secret::{SecretError, SecretSource};

/// What every environment variable of the server begins with.
pub const VARIABLE_PREFIX: &str = "QUARTERDECK_SERVER_";

/// The example that documents every setting.
pub const EXAMPLE: &str = include_str!("../server.example.toml");

/// Where the database is. `Debug` hides the password in it.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// Takes the URL as it is; opening the database judges it.
    pub const fn new(url: String) -> Self {
        Self(url)
    }

    fn in_directory(directory: &Path) -> Self {
        Self(format!(
            "sqlite:{}",
            directory.join("quarterdeck.db").display()
        ))
    }

    /// The URL with its password, for the driver.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&without_login(&self.0))
    }
}

/// Where Redis is. `Debug` hides a password in it.
#[derive(Clone, PartialEq, Eq)]
pub struct RedisUrl(String);

impl RedisUrl {
    /// Takes the URL as it is; connecting judges it.
    pub const fn new(url: String) -> Self {
        Self(url)
    }

    /// The URL with its password, for the driver.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&without_login(&self.0))
    }
}

/// A URL as it may be shown: parameters may hold a password too.
fn without_login(url: &str) -> String {
    let url = url.split('?').next().unwrap_or_default();
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    match rest.rsplit_once('@') {
        Some((login, host)) => {
            let user = login.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}:[hidden]@{host}")
        }
        None => url.to_owned(),
    }
}

/// Redis, which processes agree by.
#[derive(Clone, Debug)]
pub struct RedisOptions {
    /// Where it is; none where there is none.
    pub url: Option<RedisUrl>,
    /// Its password, where it is not in the URL.
    pub password: Option<SecretSource>,
}

/// Whether a database with the demo accounts is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DemoAccounts {
    /// Not at all: their passwords are public.
    Refused,
    /// Asked for with `--allow-demo-accounts`.
    Allowed,
}

/// The whole configuration.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// Where the database is.
    pub database: DatabaseUrl,
    /// Redis, which processes agree by.
    pub redis: RedisOptions,
    /// Where the API answers.
    pub listen: SocketAddr,
    /// Where `/metrics` answers beside loopback.
    pub metrics_listen: Option<SocketAddr>,
    /// Name of the environment, shown by every console.
    pub environment: String,
    /// The origin that browsers see; a write under a cookie must come from it.
    pub public_origin: Option<String>,
    /// Where the gate's "back to app" leads.
    pub app_url: Option<String>,
    /// The file of reasons; the built-in ones without it.
    pub reasons_file: Option<PathBuf>,
    /// Key that encrypts secrets at rest, where one is given.
    pub secret_key: Option<SecretSource>,
    /// The gate in front of sign-in.
    pub gate: GateOptions,
    /// How admins sign in.
    pub auth: AuthOptions,
    /// The OpenID provider that people sign in by.
    pub oidc: OidcOptions,
    /// How often a caller may do what.
    pub limits: Limits,
    /// How long tokens live.
    pub sessions: SessionLifetimes,
    /// Bounds of the listener.
    pub http: HttpOptions,
    /// Size and cost of password hashing.
    pub passwords: PoolOptions,
    /// Hashes of passwords that everybody knows, which none may be.
    pub breached_passwords: Option<PathBuf>,
    /// The server's own jobs.
    pub jobs: JobOptions,
    /// Mail.
    pub mail: MailOptions,
    /// Logs.
    pub log: LogOptions,
    /// Whether a database with the demo accounts is served. Flag only.
    pub demo_accounts: DemoAccounts,
    /// File to take the time from. Flag only.
    pub test_clock: Option<PathBuf>,
}

/// The gate in front of sign-in.
#[derive(Clone, Debug)]
pub struct GateOptions {
    /// Its password; the gate is open without one.
    pub password: Option<SecretSource>,
}

/// How admins sign in.
#[derive(Clone, Copy, Debug)]
pub struct AuthOptions {
    /// By what.
    pub admin_login: AdminLogin,
}

/// How often a caller may do what, and what follows when they do it more often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests by one operator.
    pub all_per_minute: u32,
    /// Decisions on queues by one operator.
    pub decisions_per_minute: u32,
    /// Changes to users by one operator.
    pub users_per_minute: u32,
    /// Changes to staff by one operator.
    pub admins_per_minute: u32,
    /// Tries at sign-in and gate by account and address.
    pub sign_in_per_minute: u32,
    /// How long an address waits after that.
    pub sign_in_lock_seconds: u32,
    /// Failures in a row that lock an account, wherever they come from.
    pub account_failures: u32,
    /// How long an account stays locked.
    pub account_lock_seconds: u32,
    /// Verifications and exports of the audit log by one operator.
    pub verify_per_minute: u32,
}

/// How long tokens live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLifetimes {
    /// Access token.
    pub access_minutes: u32,
    /// Refresh token, and with it the session.
    pub refresh_hours: u32,
    /// Challenge between password and code.
    pub challenge_minutes: u32,
    /// Token that an invited operator gets.
    pub first_login_hours: u32,
}

/// Bounds of the listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpOptions {
    /// Longest wait for the headers of a request.
    pub header_timeout_seconds: u32,
    /// Longest wait for its body.
    pub body_timeout_seconds: u32,
    /// How long requests may take to finish after SIGTERM.
    pub drain_seconds: u32,
    /// Most connections at once.
    pub max_connections: u32,
    /// Most realtime connections at once, beside those.
    pub max_sockets: u32,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
}

/// Size and cost of password hashing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolOptions {
    /// Hashes computed at once.
    pub pool: u16,
    /// Callers that may wait; the next one is refused.
    pub queue: u16,
    /// Memory of one hash.
    pub memory_kib: u32,
    /// Passes over it.
    pub iterations: u32,
    /// Lanes.
    pub parallelism: u32,
}

/// The server's own jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobOptions {
    /// How often this process looks for jobs that are due; 0 where it runs none.
    pub poll_seconds: u32,
}

impl JobOptions {
    /// Whether this process leaves the jobs to others.
    pub const fn are_off(self) -> bool {
        self.poll_seconds == 0
    }
}

/// Logs, which go to standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogOptions {
    /// The least severe level that is written.
    pub level: Level,
    /// How a line looks.
    pub format: LogFormat,
}

/// How a log line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line: what users type cannot forge a line.
    Json,
    /// For reading while developing.
    Text,
}

/// Why there is no configuration. Each names the place to mend.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is not TOML.
    #[error("{origin}: {message}")]
    Syntax {
        /// Where.
        origin: Origin,
        /// What the parser says.
        message: String,
    },
    /// There is no such setting.
    #[error("{origin}: there is no setting {name:?}{}", suggest(suggestion.as_deref()))]
    Unknown {
        /// Where it was given.
        origin: Origin,
        /// As it was written.
        name: String,
        /// The setting that was probably meant.
        suggestion: Option<String>,
    },
    /// The value of a setting is refused.
    #[error("{origin}: {key} {problem}")]
    Invalid {
        /// Where it was given.
        origin: Origin,
        /// Which setting.
        key: String,
        /// What it must be.
        problem: String,
    },
    /// The file of reasons is wrong.
    #[error("{origin}: {problem}")]
    Reasons {
        /// Where.
        origin: Origin,
        /// What it must be.
        problem: String,
    },
    /// A secret was given both as text and as a file.
    #[error("{first} and {second} are both set; give one of them")]
    GivenTwice {
        /// One variable.
        first: String,
        /// The other.
        second: String,
    },
    /// Without a home directory there is no place for the default database.
    #[error("no home directory to put the default database in; give --database URL")]
    NoDataDirectory,
    /// What is said of the OpenID provider does not do.
    #[error("{0}")]
    Oidc(&'static str),
    /// A settable clock on a public address would let anybody who can write the file forge times.
    #[error("--test-clock is refused unless the server listens on loopback, not {listen}")]
    TestClock {
        /// Where it would listen.
        listen: SocketAddr,
    },
}

fn suggest(suggestion: Option<&str>) -> String {
    suggestion.map_or_else(String::new, |name| format!("; did you mean {name:?}?"))
}

impl ServerConfig {
    /// The defaults, with the database in this directory.
    pub fn defaults(data_directory: &Path) -> Self {
        Self {
            database: DatabaseUrl::in_directory(data_directory),
            redis: RedisOptions {
                url: None,
                password: None,
            },
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 4000)),
            metrics_listen: None,
            environment: "development".to_owned(),
            public_origin: None,
            app_url: None,
            reasons_file: None,
            secret_key: None,
            gate: GateOptions { password: None },
            auth: AuthOptions {
                admin_login: AdminLogin::Both,
            },
            oidc: OidcOptions::default(),
            limits: Limits::default(),
            sessions: SessionLifetimes::default(),
            http: HttpOptions::default(),
            passwords: PoolOptions::default(),
            breached_passwords: None,
            jobs: JobOptions { poll_seconds: 10 },
            mail: MailOptions::default(),
            log: LogOptions {
                level: Level::INFO,
                format: LogFormat::Json,
            },
            demo_accounts: DemoAccounts::Refused,
            test_clock: None,
        }
    }

    /// Puts the layers together. Files that hold secrets are only named here; who needs the secret
    /// reads it.
    pub fn load(args: &ServeArgs, surroundings: &Surroundings) -> Result<Self, ConfigError> {
        let entries = layers::entries(args, &surroundings.variables)?;
        let data_directory = match &surroundings.data_directory {
            Some(directory) => directory.as_path(),
            None if entries.iter().any(|entry| entry.key == "database") => Path::new(""),
            None => return Err(ConfigError::NoDataDirectory),
        };
        let mut config = Self::defaults(data_directory);
        for entry in &entries {
            settings::apply(&mut config, entry)?;
        }
        if args.allow_demo_accounts {
            config.demo_accounts = DemoAccounts::Allowed;
        }
        config.test_clock.clone_from(&args.test_clock);
        config.check()
    }

    /// The reasons that decisions take.
    ///
    /// # Errors
    /// The file cannot be read, or what is wrong in which of its lines.
    pub fn reasons(&self) -> Result<Reasons, ConfigError> {
        let file = self.reasons_file.as_deref();
        file.map_or_else(|| Ok(Reasons::built_in()), reasons::read)
    }

    /// Where the API is reached from outside; a word for it where the configuration does not know.
    pub fn own_address(&self) -> String {
        match &self.public_origin {
            Some(origin) => origin.clone(),
            None if self.listen.port() == 0 => "ADDRESS".to_owned(),
            None => format!("http://{}", self.listen),
        }
    }

    fn check(self) -> Result<Self, ConfigError> {
        if self.test_clock.is_some() && !self.listen.ip().is_loopback() {
            return Err(ConfigError::TestClock {
                listen: self.listen,
            });
        }
        self.oidc
            .check(self.auth.admin_login)
            .map_err(ConfigError::Oidc)?;
        Ok(self)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            all_per_minute: 600,
            decisions_per_minute: 300,
            users_per_minute: 30,
            admins_per_minute: 30,
            sign_in_per_minute: 5,
            sign_in_lock_seconds: 300,
            account_failures: 10,
            account_lock_seconds: 300,
            verify_per_minute: 6,
        }
    }
}

impl Default for SessionLifetimes {
    fn default() -> Self {
        Self {
            access_minutes: 15,
            refresh_hours: 12,
            challenge_minutes: 5,
            first_login_hours: 24,
        }
    }
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            header_timeout_seconds: 10,
            body_timeout_seconds: 30,
            drain_seconds: 10,
            max_connections: 1_024,
            max_sockets: 256,
            trusted_proxies: Vec::new(),
        }
    }
}

impl Default for PoolOptions {
    /// The second row of OWASP's table: 19 MiB, two passes, one lane.
    fn default() -> Self {
        Self {
            pool: 2,
            queue: 64,
            memory_kib: 19_456,
            iterations: 2,
            parallelism: 1,
        }
    }
}

#[cfg(test)]
mod tests;
