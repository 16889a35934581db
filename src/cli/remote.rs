//! What a command works with: the server, the settings, the present.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::operation::Nothing;
use quarterdeck_api::sessions::{GetMe, Me};
use quarterdeck_api::{CONTRACT_VERSION, is_our_contract};

use super::exit::{Exit, Stopped};
use crate::app::message::Failed;
use crate::app::options::AccessMode;
use crate::app::time::Times;
use crate::config::{Config, Paths};
use crate::net::{Answered, Beside, Connection, RandomBytes};
use crate::runtime::{Launch, StoredSession, WatermarkFile, local_offset, now};

/// What a command works with.
pub struct Remote {
    /// The server.
    pub connection: Connection,
    /// The settings in force.
    pub config: Config,
    /// Where exports are saved unless a file is named.
    pub exports: PathBuf,
    /// The configuration file, whether it is there or not.
    pub config_file: PathBuf,
    /// Where files are.
    pub paths: Paths,
    /// How far this machine has seen the server's audit log.
    pub watermark: Option<WatermarkFile>,
    /// Where the session of this server is kept, if it is.
    pub stored: StoredSession,
    /// When the command began.
    pub now: DateTime<Utc>,
    random: RandomBytes,
}

impl Remote {
    /// What a launch prepared.
    pub fn new(launch: Launch) -> Self {
        let Launch {
            setting,
            connection,
            random,
            header_note: _,
            watermark,
        } = launch;
        let exports = setting.config.export_dir.clone();
        Self {
            connection,
            exports: exports.unwrap_or_else(|| setting.paths.data.join("exports")),
            stored: setting.stored_session(),
            config_file: setting
                .flags
                .config
                .unwrap_or_else(|| setting.paths.config_file.clone()),
            paths: setting.paths,
            config: setting.config,
            watermark,
            now: now(),
            random,
        }
    }

    /// How times are written.
    pub fn times(&self) -> Times {
        Times {
            now: self.now,
            style: self.config.times,
            offset: local_offset(),
        }
    }

    /// A key that no other call has.
    pub fn fresh_key(&self) -> String {
        format!("{:032x}", u128::from_be_bytes((self.random)()))
    }

    /// Reads.
    pub async fn ask(&self, call: &AnyCall) -> Result<AnyReply, Failed> {
        let answered = self.connection.call(call, Beside::default()).await?;
        Ok(answered.reply)
    }

    /// Writes.
    pub async fn send(&self, call: &AnyCall, beside: Beside) -> Result<Answered, Failed> {
        self.connection.call(call, beside).await
    }

    /// Refuses to go on without a session: the server would only say so less helpfully.
    pub fn require_session(&self) -> Result<(), Stopped> {
        if self.connection.has_session() {
            return Ok(());
        }
        let why = "no session: `quarterdeck login --store` signs in, or give --token-file";
        Err(Stopped::new(Exit::Auth, why))
    }

    /// Who the caller is.
    pub async fn me(&self) -> Result<Me, Stopped> {
        self.require_session()?;
        let reply = self.ask(&AnyCall::query::<GetMe>(Nothing {})).await?;
        let me = reply.take::<GetMe>();
        me.ok_or_else(|| misunderstood("who you are"))
    }

    /// The caller, where their console may write at all.
    ///
    /// # Errors
    /// It is read-only, or of another major version of the contract: it might misread what it decides.
    pub async fn writer(&self) -> Result<Me, Stopped> {
        if self.config.access == AccessMode::ReadOnly {
            return Err(Stopped::new(Exit::Refused, "this console is read-only"));
        }
        let me = self.me().await?;
        if is_our_contract(me.contract_version.as_str()) {
            return Ok(me);
        }
        let (theirs, ours) = (&me.contract_version, CONTRACT_VERSION);
        let why =
            format!("the server speaks version {theirs} of the contract, this console {ours}");
        Err(Stopped::new(Exit::Refused, &why))
    }
}

/// An answer that is not of the call: a mistake of ours.
pub fn misunderstood(what: &str) -> Stopped {
    Stopped::new(
        Exit::Unreachable,
        &format!("the answer about {what} was not understood"),
    )
}
