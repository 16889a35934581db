//! Carrying out what `update` asks of the terminal.

use std::io;

use super::{Console, Leave};
use crate::app::message::{Effect, Severity};
use crate::runtime::errands::OfTerminal;
use crate::runtime::pacing::Cause;
use crate::terminal;

impl Console {
    pub(super) fn carry_out(&mut self, effect: Effect) -> io::Result<()> {
        match self.errands.run(effect) {
            None => {}
            Some(OfTerminal::Edit(text)) => self.edit(&text)?,
            Some(OfTerminal::Copy(text)) => self.copy(&text)?,
            Some(OfTerminal::Repaint) => {
                self.terminal.repaint()?;
                self.pacing.want(Cause::Key);
            }
            Some(OfTerminal::Suspend) => self.suspend(),
            Some(OfTerminal::Quit { message }) => self.leave = Some(Leave::Quit { message }),
        }
        Ok(())
    }

    pub(super) fn suspend(&self) {
        if !terminal::can_suspend() {
            let why = "no shell would continue this console: not suspended";
            return self.errands.notice(Severity::Warn, why);
        }
        if let Err(error) = self.terminal.suspend() {
            self.errands
                .notice(Severity::Error, &format!("not suspended: {error}"));
        }
    }
}
