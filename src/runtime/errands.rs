//! Carrying out what `update` asks for and no terminal is needed for: calls, files, the configuration. Every
//! face of the console has one. What comes of it returns to the model as a message.

use std::path::PathBuf;

use quarterdeck_api::text::Line;
use tokio::sync::mpsc::UnboundedSender;

use super::launch::{Face, Launch, Setting};
use super::pending_files::PendingFiles;
use super::view_state::{ViewFile, ViewKeeper};
use super::watermark::WatermarkFile;
use super::{doctor, downloads, system};
use crate::app::cut_off::PendingWrite;
use crate::app::download::Download;
use crate::app::finding::Finding;
use crate::app::message::{Effect, Msg, Notice, SeenHead, Severity};
use crate::config::{Config, Flags, Paths};
use crate::net::{Connection, Net, RandomBytes};

/// What errands are run with.
pub(super) struct Outside {
    pub(super) connection: Connection,
    /// Where the ids of another server's connection come from.
    pub(super) random: RandomBytes,
    pub(super) watermark: Option<WatermarkFile>,
    pub(super) pending: Option<PendingFiles>,
    /// Where files for the operator go.
    pub(super) exports: PathBuf,
    /// With which the configuration is read again.
    pub(super) flags: Flags,
    pub(super) paths: Paths,
}

pub(super) struct Errands {
    net: Net,
    random: RandomBytes,
    messages: UnboundedSender<Msg>,
    watermark: Option<WatermarkFile>,
    pending: Option<PendingFiles>,
    view_state: ViewKeeper,
    exports: PathBuf,
    flags: Flags,
    paths: Paths,
}

/// What is left to whoever has the terminal.
#[derive(Debug)]
pub(super) enum OfTerminal {
    Examine,
    Enter(String),
    Edit(String),
    Copy(String),
    Repaint,
    Suspend,
    Quit { message: Option<String> },
}

impl Errands {
    pub(super) fn new(outside: Outside, messages: UnboundedSender<Msg>) -> Self {
        Self {
            net: Net::new(outside.connection, messages.clone()),
            view_state: ViewKeeper::new(ViewFile::of(&outside.paths.state), messages.clone()),
            messages,
            random: outside.random,
            watermark: outside.watermark,
            pending: outside.pending,
            exports: outside.exports,
            flags: outside.flags,
            paths: outside.paths,
        }
    }

    /// Carries an effect out, or hands it back.
    pub(super) fn run(&mut self, effect: Effect) -> Option<OfTerminal> {
        match effect {
            Effect::Fetch {
                slot,
                generation,
                query,
            } => self.net.fetch(slot, generation, query),
            Effect::NotePending(write) => self.note_pending(write),
            Effect::ForgetPending(keys) => self.forget_pending(&keys),
            Effect::CancelRead(slot) => self.net.cancel(slot),
            Effect::Call {
                action_id,
                idempotency_key,
                otp,
                call,
                touches,
            } => {
                self.net
                    .call(action_id, idempotency_key, otp, call, &touches);
            }
            Effect::Session { generation, call } => self.net.session(generation, call),
            Effect::Listen => self.net.listen(),
            Effect::StopListening => self.net.stop_listening(),
            Effect::StopPolling => self.net.stop_polling(),
            Effect::ReloadConfig => self.reload(),
            Effect::SaveWatermark(head) => self.save_watermark(&head),
            Effect::KeepColumns { tab, columns } => self.view_state.keep(tab, columns),
            Effect::SaveFile(file) => self.save(&file),
            Effect::SaveSecret(file) => self.save_secret(&file),
            Effect::Log { severity, text } => log(severity, &text),
            Effect::Examine => return Some(OfTerminal::Examine),
            Effect::Enter(profile) => return Some(OfTerminal::Enter(profile)),
            Effect::Edit(text) => return Some(OfTerminal::Edit(text)),
            Effect::Copy(text) => return Some(OfTerminal::Copy(text)),
            Effect::Repaint => return Some(OfTerminal::Repaint),
            Effect::Suspend => return Some(OfTerminal::Suspend),
            Effect::Quit { message } => return Some(OfTerminal::Quit { message }),
        }
        None
    }

    fn reload(&self) {
        let config = Config::load(&self.flags, &system::variable, &self.paths);
        let result = config
            .map(|config| Box::new(config.preferences()))
            .map_err(|error| Line::new(&error.to_string()));
        self.tell(Msg::Reloaded(result));
    }

    /// What a console on the server of another profile is made of; why not is told.
    pub(super) fn elsewhere(&self, face: Face, profile: &str) -> Option<Launch> {
        let setting = Setting::of_profile(face, &self.flags, &self.paths, profile);
        let launch = setting.and_then(|setting| setting.launch_beside(self.random.clone()));
        launch
            .inspect_err(|error| {
                self.notice(Severity::Error, &format!("Not switched: {error:#}"));
            })
            .ok()
    }

    /// Gives up what is only read of the server.
    pub(super) fn leave(&mut self) {
        self.net.leave();
    }

    fn save(&self, file: &Download) {
        match downloads::save(&self.exports, file) {
            Ok(path) => {
                let severity = if file.is_whole() {
                    Severity::Info
                } else {
                    Severity::Warn
                };
                self.notice(severity, &file.saved(&path));
            }
            Err(error) => {
                let (name, directory) = (file.name(), self.exports.display());
                let text = format!("{name} not saved in {directory}: {error}");
                self.notice(Severity::Error, &text);
            }
        }
    }

    fn save_secret(&self, file: &Download) {
        let path = self.exports.join(file.name());
        match downloads::save_new(&self.exports, file) {
            Ok(()) => self.notice(Severity::Info, &file.saved(&path)),
            Err(error) => {
                let text = format!("Not saved: {}: {error}", path.display());
                self.notice(Severity::Error, &text);
            }
        }
    }

    fn note_pending(&mut self, write: PendingWrite) {
        if let Some(Err(error)) = self.pending.as_mut().map(|files| files.sent(write)) {
            tracing::warn!(%error, "a write is not noted");
        }
    }

    fn forget_pending(&mut self, keys: &[String]) {
        let Some(files) = &mut self.pending else {
            return;
        };
        for key in keys {
            if let Err(error) = files.answered(key) {
                tracing::warn!(%error, "the answer to a write is not noted");
            }
        }
    }

    fn save_watermark(&self, head: &SeenHead) {
        if let Some(Err(error)) = self.watermark.as_ref().map(|file| file.save(head)) {
            self.notice(
                Severity::Warn,
                &format!("how far the audit log was seen is not kept: {error}"),
            );
        }
    }

    pub(super) fn notice(&self, severity: Severity, text: &str) {
        self.tell(Msg::Notice(Notice {
            severity,
            text: Line::new(text),
        }));
    }

    /// Puts a message into the queue.
    pub(super) fn tell(&self, message: Msg) {
        // The receiver is our driver's.
        let _own_receiver = self.messages.send(message);
    }

    /// Which files are where.
    pub(super) fn files(&self) -> Vec<Finding> {
        let config_file = self.flags.config.as_ref();
        let config_file = config_file.unwrap_or(&self.paths.config_file);
        doctor::files(config_file, &self.paths, &self.exports)
    }

    /// Where files are.
    pub(super) const fn paths(&self) -> &Paths {
        &self.paths
    }
}

fn log(severity: Severity, text: &str) {
    match severity {
        Severity::Info | Severity::Undoable => tracing::info!(text, "shown"),
        Severity::Warn => tracing::warn!(text, "shown"),
        Severity::Error => tracing::error!(text, "shown"),
    }
}
