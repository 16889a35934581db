//! Carrying out what `update` asks for: calls, files, the clipboard, the terminal's own business. What
//! comes of it returns to the model as a notice.

use std::io;

use quarterdeck_api::text::Line;

use super::{Console, Leave};
use crate::app::cut_off::PendingWrite;
use crate::app::download::Download;
use crate::app::message::{Effect, Msg, Notice, SeenHead, Severity};
use crate::config::Config;
use crate::runtime::pacing::Cause;
use crate::runtime::{doctor, downloads, system};
use crate::terminal;

impl Console {
    pub(super) fn carry_out(&mut self, effect: Effect) -> io::Result<()> {
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
            Effect::Examine => self.examine(),
            Effect::ReloadConfig => self.reload(),
            Effect::SaveWatermark(head) => self.save_watermark(&head),
            Effect::KeepColumns { tab, columns } => self.view_state.keep(tab, columns),
            Effect::SaveFile(file) => self.save(&file),
            Effect::Edit(text) => self.edit(&text)?,
            Effect::Copy(text) => self.copy(&text)?,
            Effect::Log { severity, text } => log(severity, &text),
            Effect::Repaint => {
                self.terminal.repaint()?;
                self.pacing.want(Cause::Key);
            }
            Effect::Suspend => self.suspend(),
            Effect::Quit { message } => self.leave = Some(Leave::Quit { message }),
        }
        Ok(())
    }

    pub(super) fn suspend(&self) {
        if !terminal::can_suspend() {
            let why = "no shell would continue this console: not suspended";
            return self.notice(Severity::Warn, why);
        }
        if let Err(error) = self.terminal.suspend() {
            self.notice(Severity::Error, &format!("not suspended: {error}"));
        }
    }

    fn reload(&self) {
        let config = Config::load(&self.flags, &system::variable, &self.paths);
        let result = config
            .map(|config| Box::new(config.preferences()))
            .map_err(|error| Line::new(&error.to_string()));
        // The receiver is ours.
        let _own_receiver = self.sender.send(Msg::Reloaded(result));
    }

    fn examine(&self) {
        let config_file = self.flags.config.as_ref();
        let config_file = config_file.unwrap_or(&self.paths.config_file);
        let mut found = doctor::terminal(self.theme_choice, system::variable);
        found.extend(self.frames.findings());
        found.extend(doctor::files(config_file, &self.paths, &self.exports));
        // The receiver is ours.
        let _own_receiver = self.sender.send(Msg::Examined(found));
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
        let notice = Notice {
            severity,
            text: Line::new(text),
        };
        // The receiver is ours.
        let _own_receiver = self.sender.send(Msg::Notice(notice));
    }
}

fn log(severity: Severity, text: &str) {
    match severity {
        Severity::Info | Severity::Undoable => tracing::info!(text, "shown"),
        Severity::Warn => tracing::warn!(text, "shown"),
        Severity::Error => tracing::error!(text, "shown"),
    }
}
