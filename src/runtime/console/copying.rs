//! Copying: tmux is asked first where there is one, else the terminal. No key waits for either.

use std::io;

use super::{Console, Wakening};
use crate::app::message::Severity;
use crate::runtime::clipboard::{self, Multiplexer, TmuxCopy};
use crate::runtime::system;

/// What comes next of a copy that tmux was asked for.
pub(super) async fn next(copying: &mut Option<TmuxCopy>) -> Wakening {
    match copying {
        Some(copying) => Wakening::TmuxEnded(copying.ended().await),
        None => std::future::pending().await,
    }
}

impl Console {
    /// A newer text takes the place of one that is still on its way.
    pub(super) fn copy(&mut self, text: &str) -> io::Result<()> {
        self.copying = match multiplexer() {
            Multiplexer::Tmux => TmuxCopy::start(text).ok(),
            Multiplexer::None | Multiplexer::Screen => None,
        };
        match self.copying {
            Some(_) => Ok(()),
            None => self.copy_by_sequence(text),
        }
    }

    pub(super) fn tmux_ended(&mut self, result: io::Result<()>) -> io::Result<()> {
        match (self.copying.take(), result) {
            (Some(_), Ok(())) => {
                self.errands.notice(Severity::Info, "copied by tmux");
                Ok(())
            }
            (Some(copying), Err(_)) => self.copy_by_sequence(&copying.into_text()),
            (None, _) => Ok(()),
        }
    }

    fn copy_by_sequence(&mut self, text: &str) -> io::Result<()> {
        let through = multiplexer();
        match clipboard::sequence(text, through) {
            Ok(_) if self.lent.is_some() => {
                self.errands
                    .notice(Severity::Warn, "not copied: the editor has the terminal");
            }
            Ok(sequence) => {
                self.terminal.send(sequence.as_bytes())?;
                self.errands
                    .notice(Severity::Info, &format!("copied by {}", through.way()));
            }
            Err(error) => self
                .errands
                .notice(Severity::Error, &format!("not copied: {error}")),
        }
        Ok(())
    }
}

fn multiplexer() -> Multiplexer {
    Multiplexer::detect(system::variable)
}
