//! The terminal: taken over, read, drawn on, and given back on every way out.
//!
//! `runtime` owns one [`Terminal`] and its [`Events`]; nothing else in the console touches the
//! terminal. Here is no state of the application: keys go out as `app::input` types, frames come in
//! as a drawing function. Must not know screens, actions or the network.
//!
//! - `guard`: raw mode and screen modes, undone once from wherever the process ends
//! - `input`, `decoder`, `keys`: bytes to input events on a thread of their own
//! - `signals`, `watchdog`: the process ends when it is told to or when its terminal is gone
//! - `backend`, `color`: frames to bytes
//! - `editor`: another program that has the terminal for a while
//! - `crash`: the panic hook and its report
//! - `tty`: the file descriptors underneath

mod backend;
mod color;
mod crash;
mod decoder;
mod editor;
mod guard;
mod input;
mod interruption;
mod keys;
mod locale;
mod signals;
mod tty;
mod watchdog;

use std::io;
use std::path::Path;
use std::time::Duration;

use ratatui::Frame;
use ratatui::layout::Size;
use rustix::process::{Signal, getpgrp, getpid, getsid, kill_current_process_group, kill_process};
use tokio::sync::mpsc;

pub use backend::AnsiBackend;
pub use color::ColorDepth;
pub use crash::{CrashReports, RecentActions};
pub use editor::{Editor, editor_words};
pub use guard::restore;
pub use interruption::{Ending, Interruption};
pub use locale::charset;

use crate::app::input::InputEvent;
use guard::TerminalGuard;
use input::InputThread;
use tty::Tty;

/// Keys the loop may be behind before the reading thread waits for it.
const INPUT_QUEUE: usize = 1024;
const INTERRUPTION_QUEUE: usize = 16;

/// How far away the person sits; decides what waiting costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    Local,
    Ssh,
}

impl Link {
    pub fn detect(variable: impl Fn(&str) -> Option<String>) -> Self {
        let is_set = |name| variable(name).is_some_and(|value| !value.is_empty());
        if is_set("SSH_CONNECTION") || is_set("SSH_TTY") {
            Self::Ssh
        } else {
            Self::Local
        }
    }

    /// How long a lone Esc waits for the rest of an arrow key.
    pub const fn escape_window(self) -> Duration {
        match self {
            Self::Local => Duration::from_millis(25),
            Self::Ssh => Duration::from_millis(100),
        }
    }

    /// The least time between two frames; the first one after a key does not wait.
    pub const fn min_frame_gap(self) -> Duration {
        match self {
            Self::Local => Duration::from_millis(16),
            Self::Ssh => Duration::from_millis(33),
        }
    }
}

#[derive(Debug)]
pub struct Options {
    pub color_depth: ColorDepth,
    pub link: Link,
    pub crash_reports: CrashReports,
}

/// What the loop waits for.
#[derive(Debug)]
pub struct Events {
    /// Closed when the terminal is gone.
    pub input: mpsc::Receiver<InputEvent>,
    pub interruptions: mpsc::Receiver<Interruption>,
}

/// The process's terminal in our hands. Dropping it gives the terminal back.
#[derive(Debug)]
pub struct Terminal {
    screen: ratatui::Terminal<AnsiBackend<Tty>>,
    tty: Tty,
    input_thread: InputThread,
    guard: TerminalGuard,
}

impl Terminal {
    /// Takes the terminal over. To be called once, on the thread that will draw. From here on the
    /// process also ends by itself when the terminal vanishes or a signal says so, even after the
    /// returned value is dropped.
    pub fn enter(options: Options) -> io::Result<(Self, Events)> {
        let tty = Tty::of_process()?;
        let (interruption_sender, interruptions) = mpsc::channel(INTERRUPTION_QUEUE);
        let (input_sender, input) = mpsc::channel(INPUT_QUEUE);
        // Before the first mode is set, so that no way out misses the guard.
        crash::install_panic_hook(options.crash_reports, interruption_sender.clone());
        signals::watch(interruption_sender.clone())?;
        watchdog::watch(tty.input.try_clone()?, interruption_sender)?;
        let guard = TerminalGuard::enter(tty.try_clone()?)?;
        let escape_window = options.link.escape_window();
        let input_thread = InputThread::start(tty.try_clone()?, escape_window, input_sender)?;
        // Asked after the thread listens for changes, so that none falls between.
        let backend = AnsiBackend::new(tty.try_clone()?, options.color_depth, tty.size()?);
        let mut screen = ratatui::Terminal::new(backend)?;
        screen.clear()?;
        let terminal = Self {
            screen,
            tty,
            input_thread,
            guard,
        };
        let events = Events {
            input,
            interruptions,
        };
        Ok((terminal, events))
    }

    pub fn size(&self) -> io::Result<Size> {
        ratatui::backend::Backend::size(self.screen.backend())
    }

    /// Draws one frame in one write. The caller decides when there is something new to show. Draws
    /// nothing while suspended or without a single cell.
    pub fn draw(&mut self, view: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        if guard::is_entered() && self.size()?.area() > 0 {
            self.screen.draw(|frame| {
                view(frame);
            })?;
        }
        Ok(())
    }

    /// Follows an `InputEvent::Resize`.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.screen.backend_mut().set_size(Size::new(columns, rows));
    }

    /// Makes the next frame a full one.
    pub fn repaint(&mut self) -> io::Result<()> {
        self.screen.backend_mut().forget();
        if guard::is_entered() {
            self.screen.clear()?;
        }
        Ok(())
    }

    /// Sends a sequence that draws nothing, between two frames.
    pub fn send(&mut self, sequence: &[u8]) -> io::Result<()> {
        self.screen.backend_mut().send(sequence)
    }

    /// All bytes drawn so far.
    pub fn bytes_written(&self) -> u64 {
        self.screen.backend().bytes_written()
    }

    /// Gives the terminal back and stops the process group, as Ctrl-Z does. Once the shell continues
    /// it, `Interruption::Continued` arrives, and not before `resume` is anything drawn.
    pub fn suspend(&self) -> io::Result<()> {
        restore();
        // Not SIGTSTP: the kernel discards that in an orphaned group, and we catch it ourselves.
        Ok(kill_current_process_group(Signal::STOP)?)
    }

    /// Lends the terminal to an editor on this text, in a file below this directory. Until `take_back`
    /// nothing is drawn and no key is read, also where this fails.
    pub fn lend(&self, words: &[String], state: &Path, text: &str) -> Result<Editor, String> {
        self.input_thread.park();
        guard::lend();
        Editor::start(words, state, text, &self.tty)
    }

    /// Takes the terminal back from an editor. What is read next was typed for it, or answers it.
    pub fn take_back(&self) -> io::Result<()> {
        self.guard.reenter()?;
        self.input_thread.unpark();
        Ok(())
    }

    /// Stops this process alone, after the editor has stopped itself.
    pub fn stop_beside_editor() -> io::Result<()> {
        Ok(kill_process(getpid(), Signal::STOP)?)
    }

    /// Takes the terminal back after a stop, and measures it anew.
    pub fn resume(&mut self) -> io::Result<Size> {
        self.guard.reenter()?;
        self.refit()
    }

    /// Measures the terminal, and makes the next frame a full one.
    pub fn refit(&mut self) -> io::Result<Size> {
        let size = self.tty.size()?;
        self.resize(size.width, size.height);
        self.repaint()?;
        Ok(size)
    }
}

/// Has crashes of the calling thread reported where no terminal is taken over.
pub fn report_crashes(reports: CrashReports) {
    let (interruptions, _nobody) = mpsc::channel(INTERRUPTION_QUEUE);
    crash::install_panic_hook(reports, interruptions);
}

/// Whether somebody would continue us after a stop. A job-control shell gives each job a process
/// group of its own; in the session leader's group we would stop for good.
pub fn can_suspend() -> bool {
    getsid(None).is_ok_and(|session| session != getpgrp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remote_link_is_told_by_the_environment() {
        let with = |name: &str, value: &str| {
            Link::detect(|asked| (asked == name).then(|| value.to_owned()))
        };
        let connection = "192.0.2.1 50000 192.0.2.2 22";
        assert_eq!(with("SSH_CONNECTION", connection), Link::Ssh);
        assert_eq!(with("SSH_TTY", "/dev/pts/3"), Link::Ssh);
        assert_eq!(with("SSH_CONNECTION", ""), Link::Local);
        assert_eq!(with("TERM", "xterm"), Link::Local);
    }
}
