//! Carrying out what `update` asks of the terminal.

use std::io;

use super::{Console, Leave};
use crate::app::message::{Effect, Msg, Severity};
use crate::runtime::errands::OfTerminal;
use crate::runtime::pacing::Cause;
use crate::runtime::{doctor, system};
use crate::terminal;

impl Console {
    pub(super) fn carry_out(&mut self, effect: Effect) -> io::Result<()> {
        match self.errands.run(effect) {
            None => {}
            Some(OfTerminal::Examine) => self.examine(),
            Some(OfTerminal::Enter(profile)) => self.enter(&profile)?,
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

    fn examine(&self) {
        let mut found = doctor::terminal(
            self.theme_choice,
            self.model.options.charset,
            system::variable,
        );
        found.extend(self.frames.findings());
        found.extend(self.errands.files());
        self.errands.tell(Msg::Examined(found));
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
