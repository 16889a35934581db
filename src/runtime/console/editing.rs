//! The operator's editor has the terminal: lending it, taking it back, and what happens in between.
//! Messages, replies and timers go on; only keys and frames wait.

use std::io;
use std::time::Duration;

use quarterdeck_api::text::Line;
use tokio::time::{Instant, sleep_until};

use super::{Console, Wakening};
use crate::app::input::InputEvent;
use crate::app::message::Msg;
use crate::runtime::system;
use crate::terminal::{self, Editor, Terminal};

/// How long keys are dropped that were typed for the editor, or are its terminal's late answers.
const DRAIN: Duration = Duration::from_millis(30);

/// What the terminal is lent to.
pub(super) enum Lent {
    /// It runs.
    To(Editor),
    /// It has ended and this is what came of it; what was typed for it still comes.
    Draining {
        until: Instant,
        written: Result<String, String>,
    },
}

/// What comes next of a loan.
pub(super) async fn next(lent: &mut Option<Lent>) -> Wakening {
    match lent {
        Some(Lent::To(editor)) => Wakening::EditorEnded(editor.ended().await),
        Some(Lent::Draining { until, .. }) => {
            sleep_until(*until).await;
            Wakening::Drained
        }
        None => std::future::pending().await,
    }
}

/// The editor stops itself; the shell waits for us as well.
pub(super) fn suspend_beside_editor() -> io::Result<()> {
    if terminal::can_suspend() {
        Terminal::stop_beside_editor()?;
    }
    Ok(())
}

impl Console {
    /// Opens the editor on a text. What comes of it is a message.
    pub(super) fn edit(&mut self, text: &str) -> io::Result<()> {
        let words = terminal::editor_words(system::variable);
        match self
            .terminal
            .lend(&words, &self.errands.paths().state, text)
        {
            Ok(editor) => {
                self.lent = Some(Lent::To(editor));
                Ok(())
            }
            Err(why) => self.take_back(Err(why)),
        }
    }

    pub(super) fn editor_ended(&mut self, ended: Result<(), String>) -> io::Result<()> {
        match self.lent.take() {
            Some(Lent::To(editor)) => self.take_back(ended.and_then(|()| editor.into_text())),
            other @ (Some(Lent::Draining { .. }) | None) => {
                self.lent = other;
                Ok(())
            }
        }
    }

    fn take_back(&mut self, written: Result<String, String>) -> io::Result<()> {
        self.terminal.take_back()?;
        let until = Instant::now() + DRAIN;
        self.lent = Some(Lent::Draining { until, written });
        Ok(())
    }

    /// The terminal is ours again, and so is what is typed.
    pub(super) fn drained(&mut self) -> io::Result<()> {
        let Some(Lent::Draining { written, .. }) = self.lent.take() else {
            return Ok(());
        };
        while self.events.input.try_recv().is_ok() {}
        let size = self.terminal.refit()?;
        let resized = InputEvent::Resize {
            columns: size.width,
            rows: size.height,
        };
        let written = written.map_err(|why| Line::new(&why));
        for message in [Msg::Input(resized), Msg::Edited(written)] {
            self.errands.tell(message);
        }
        Ok(())
    }

    /// Whether an event is about the terminal and not typed for whoever has it.
    pub(super) const fn is_heard(&self, event: &InputEvent) -> bool {
        self.lent.is_none() || matches!(event, InputEvent::Resize { .. })
    }

    /// Whether an editor runs.
    pub(super) const fn is_lent(&self) -> bool {
        matches!(self.lent, Some(Lent::To(_)))
    }
}
