//! What a run of the console is made of, put together from the settings.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use chrono::{DateTime, Utc};

use super::idle::IdleSignal;
use super::stored_session::StoredSession;
use super::system::{random_bytes, variable};
use super::watermark::WatermarkFile;
use crate::config::{Config, Flags, Paths, TokenSource};
use crate::net::{ConnectError, Connection, RandomBytes};

/// How the console speaks with its operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// On a screen that it draws.
    Screen,
    /// In lines, without any control sequence.
    Lines,
}

/// What `main` knows before it knows which server.
#[derive(Debug)]
pub struct Setting {
    /// How it speaks.
    pub face: Face,
    /// The settings in force.
    pub config: Config,
    /// The flags that were given, for when the configuration is read again.
    pub flags: Flags,
    /// Where files are.
    pub paths: Paths,
    /// What is to be said as soon as there is a screen to say it on.
    pub warnings: Vec<String>,
    /// Told when nothing is left to do.
    pub idle: Option<IdleSignal>,
    /// The action at which a test wants the console to panic.
    pub panic_at: Option<String>,
}

/// What a run of the console is made of.
pub struct Launch {
    /// What `main` knows.
    pub setting: Setting,
    /// The server, with or without a session.
    pub connection: Connection,
    /// Where ids come from.
    pub random: RandomBytes,
    /// What the header says beside the rest, as of a moment; asked again every half minute.
    pub header_note: Option<HeaderNote>,
    /// Where the audit log's watermark is kept; nowhere for a server that does not outlive the run.
    pub watermark: Option<WatermarkFile>,
}

/// Text for the header, as of a moment.
pub type HeaderNote = Box<dyn Fn(DateTime<Utc>) -> String>;

impl Setting {
    /// Where the session of this server is kept, if it is.
    pub fn stored_session(&self) -> StoredSession {
        let (server, host) = (self.config.server.as_str(), self.config.host());
        StoredSession::of_server(&self.paths.state, server, &host)
    }

    /// The same flags and files on the server of a profile. What flags say of a server is of another.
    pub(super) fn of_profile(
        face: Face,
        flags: &Flags,
        paths: &Paths,
        profile: &str,
    ) -> anyhow::Result<Self> {
        let flags = Flags {
            profile: Some(profile.to_owned()),
            server: None,
            token_file: None,
            ..flags.clone()
        };
        Ok(Self {
            face,
            config: Config::load(&flags, &variable, paths)?,
            flags,
            paths: paths.clone(),
            warnings: Vec::new(),
            idle: None,
            panic_at: None,
        })
    }

    /// As [`Self::launch`], from a console that has the terminal, so that no program can ask for a
    /// passphrase on it.
    pub(super) fn launch_beside(self, random: RandomBytes) -> anyhow::Result<Launch> {
        let source = TokenSource::find(&self.config, &variable, &self.paths);
        if let Some(TokenSource::Command(_)) = source {
            let profile = self.config.profiles.chosen.unwrap_or_default();
            anyhow::bail!(
                "its token_command may ask for something; run `quarterdeck --profile {profile}`"
            );
        }
        self.launch_with(random)
    }

    /// A run on the server that the settings name, with the token that they name.
    pub fn launch(self) -> anyhow::Result<Launch> {
        self.launch_with(random_bytes().context("no source of randomness")?)
    }

    fn launch_with(self, random: RandomBytes) -> anyhow::Result<Launch> {
        let connection = connect(&self.config, &random)?;
        let config = &self.config;
        let source = TokenSource::find(config, &variable, &self.paths);
        let token = source
            .map(|source| source.read(&config.server))
            .transpose()?;
        match token.flatten() {
            Some(token) => connection.resume_with_token(token),
            None => {
                if let Some((tokens, file)) = self.stored_session().load()? {
                    connection.resume_kept(tokens, Arc::new(file));
                }
            }
        }
        let watermark = Some(WatermarkFile::of_server(&self.paths.state, &config.host()));
        Ok(Launch {
            setting: self,
            connection,
            random,
            header_note: None,
            watermark,
        })
    }
}

fn connect(config: &Config, random: &RandomBytes) -> anyhow::Result<Connection> {
    let ca_file = config.ca_file.as_deref();
    let at_ca_file = || format!("ca_file {}", ca_file.unwrap_or(Path::new("")).display());
    let authority = ca_file.map(fs::read).transpose().with_context(at_ca_file)?;
    match Connection::new(config.server.as_str(), authority, random.clone()) {
        Err(error @ ConnectError::Server(_)) => {
            Err(error).with_context(|| config.server_written.clone())
        }
        Err(error @ ConnectError::Trust(_)) => Err(error).with_context(at_ca_file),
        Ok(connection) => Ok(connection),
    }
}
