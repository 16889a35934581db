//! Takes the terminal over and gives it back exactly as it was, once, whoever asks first.
//!
//! `Terminal` enters through here; the panic hook, the watchdog and the signal thread call
//! `restore` from wherever they are. What has to be undone is therefore kept in a static and taken
//! out of it by the first caller. Knows nothing of what is drawn.

use std::io::{self, Write};
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::queue;
use crossterm::style::{Attribute, SetAttribute};
use crossterm::terminal::{
    Clear, ClearType, DisableLineWrap, EnableLineWrap, EnterAlternateScreen, LeaveAlternateScreen,
};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

use super::tty::Tty;

/// On a normal exit the last frame may still be on its way through a slow link.
const PATIENCE: Duration = Duration::from_secs(5);
/// On any other exit a terminal that takes no bytes must not keep the process alive.
const URGENT_PATIENCE: Duration = Duration::from_millis(400);

static HELD: Mutex<Held> = Mutex::new(Held::Not);

/// Whose the terminal is.
#[derive(Debug)]
enum Held {
    /// The shell's: not before `enter`, not while suspended, not after `restore`.
    Not,
    Ours(EnteredTerminal),
    /// Another program's, which may die and leave any modes set; these were set before us.
    Lent(Termios),
}

impl Held {
    fn take_ours(&mut self) -> Option<EnteredTerminal> {
        match mem::replace(self, Self::Not) {
            Self::Ours(entered) => Some(entered),
            other @ (Self::Not | Self::Lent(_)) => {
                *self = other;
                None
            }
        }
    }
}

/// Gives the terminal back, from any thread and at any time: after the first call there is nothing
/// left to do. Never blocks on a lock or on a terminal that takes no output.
pub fn restore() {
    restore_within(URGENT_PATIENCE);
}

/// Whether the terminal is ours at the moment: not before `enter`, not while suspended.
pub(super) fn is_entered() -> bool {
    looked_at().is_some_and(|held| matches!(*held, Held::Ours(_)))
}

/// Whether another program has the terminal with our leave.
pub(super) fn is_lent() -> bool {
    looked_at().is_some_and(|held| matches!(*held, Held::Lent(_)))
}

/// Gives the terminal to another program until `TerminalGuard::reenter`.
pub(super) fn lend() {
    let ours = held().take_ours();
    if let Some(entered) = ours {
        let original = entered.original.clone();
        entered.undo(URGENT_PATIENCE);
        *held() = Held::Lent(original);
    }
}

/// Never waits for whoever changes it.
fn looked_at() -> Option<MutexGuard<'static, Held>> {
    match HELD.try_lock() {
        Ok(held) => Some(held),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}

fn restore_within(patience: Duration) {
    let entered = looked_at().and_then(|mut held| held.take_ours());
    if let Some(entered) = entered {
        entered.undo(patience);
    }
}

fn held() -> MutexGuard<'static, Held> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Holds the process's terminal in raw mode on the alternate screen until it is dropped.
#[derive(Debug)]
pub(super) struct TerminalGuard {
    tty: Tty,
}

impl TerminalGuard {
    pub(super) fn enter(tty: Tty) -> io::Result<Self> {
        let guard = Self { tty };
        guard.reenter()?;
        Ok(guard)
    }

    /// Sets every mode again: after a suspension, a stop that we did not hear of, another program.
    pub(super) fn reenter(&self) -> io::Result<()> {
        let mut held = held();
        let original = match mem::replace(&mut *held, Held::Not) {
            // Stopped from outside without a chance to restore: what is set now is our own doing.
            Held::Ours(still_entered) => still_entered.original,
            Held::Lent(original) => original,
            Held::Not => tcgetattr(&self.tty.input)?,
        };
        *held = Held::Ours(EnteredTerminal::enter(self.tty.try_clone()?, original)?);
        Ok(())
    }
}

impl Drop for TerminalGuard {
    fn drop(&mut self) {
        restore_within(PATIENCE);
    }
}

#[derive(Debug, Clone, Copy)]
enum Mode {
    AlternateScreen,
    /// A character that is wider than we think must not push the last column to the next line.
    NoLineWrap,
    BracketedPaste,
    HiddenCursor,
}

const MODES: [Mode; 4] = [
    Mode::AlternateScreen,
    Mode::NoLineWrap,
    Mode::BracketedPaste,
    Mode::HiddenCursor,
];

impl Mode {
    fn set(self, output: &mut impl Write) -> io::Result<()> {
        match self {
            Self::AlternateScreen => queue!(output, EnterAlternateScreen),
            Self::NoLineWrap => queue!(output, DisableLineWrap),
            Self::BracketedPaste => queue!(output, EnableBracketedPaste),
            Self::HiddenCursor => queue!(output, Hide),
        }
    }

    fn undo(self, output: &mut impl Write) -> io::Result<()> {
        match self {
            // Emptied first: where there is no alternate screen, personal data would stay on the
            // main one and in the scrollback of whoever sits down next.
            Self::AlternateScreen => queue!(
                output,
                Clear(ClearType::All),
                MoveTo(0, 0),
                LeaveAlternateScreen
            ),
            Self::NoLineWrap => queue!(output, EnableLineWrap),
            Self::BracketedPaste => queue!(output, DisableBracketedPaste),
            Self::HiddenCursor => queue!(output, Show),
        }
    }
}

#[derive(Debug)]
struct EnteredTerminal {
    tty: Tty,
    original: Termios,
}

impl EnteredTerminal {
    fn enter(mut tty: Tty, original: Termios) -> io::Result<Self> {
        let mut raw = original.clone();
        raw.make_raw();
        tcsetattr(&tty.input, OptionalActions::Now, &raw)?;
        let mut sequences = Vec::new();
        for mode in MODES {
            mode.set(&mut sequences)?;
        }
        let written = tty.write_all(&sequences);
        let entered = Self { tty, original };
        if let Err(error) = written {
            entered.undo(URGENT_PATIENCE);
            return Err(error);
        }
        Ok(entered)
    }

    /// Goes on after every failure: half a terminal back is better than none, and a vanished one
    /// fails throughout.
    fn undo(mut self, patience: Duration) {
        let mut sequences = Vec::new();
        // The Esc that begins it also ends a sequence that a dying thread left half-written.
        let _always_fits = queue!(sequences, SetAttribute(Attribute::Reset));
        for mode in MODES.into_iter().rev() {
            let _always_fits = mode.undo(&mut sequences);
        }
        if self.tty.takes_output_within(patience) {
            let _hung_up = self.tty.write_all(&sequences);
        }
        // Not `Drain` or `Flush`: both wait for a terminal that may never read again.
        let _hung_up = tcsetattr(&self.tty.input, OptionalActions::Now, &self.original);
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Read;
    use std::path::Path;

    use portable_pty::{MasterPty, PtySize, native_pty_system};

    use super::*;

    /// Both ends of a pseudo-terminal; what the guard writes is read from the master.
    struct Pty {
        master: Box<dyn MasterPty + Send>,
        device: File,
    }

    impl Pty {
        fn open() -> Self {
            let pair = native_pty_system().openpty(PtySize::default()).unwrap();
            let path = pair.master.tty_name().unwrap();
            let device = open_terminal(&path);
            Self {
                master: pair.master,
                device,
            }
        }

        fn tty(&self) -> Tty {
            Tty::new(&self.device, &self.device).unwrap()
        }

        fn state(&self) -> String {
            format!("{:?}", tcgetattr(&self.device).unwrap())
        }

        /// Everything written up to and including `end`.
        fn written_until(&self, end: &str) -> String {
            let mut reader = self.master.try_clone_reader().unwrap();
            let mut written = Vec::new();
            while !written.ends_with(end.as_bytes()) {
                let mut byte = [0];
                reader.read_exact(&mut byte).unwrap();
                written.extend(byte);
            }
            String::from_utf8(written).unwrap()
        }
    }

    fn open_terminal(path: &Path) -> File {
        File::options().read(true).write(true).open(path).unwrap()
    }

    // One test, since the guard's state belongs to the process.
    #[test]
    fn the_terminal_is_given_back_exactly_as_it_was_and_only_once() {
        let pty = Pty::open();
        let before = pty.state();

        let guard = TerminalGuard::enter(pty.tty()).unwrap();
        assert!(is_entered());
        assert_ne!(pty.state(), before);
        let set = pty.written_until("\x1b[?25l");
        assert_eq!(set, "\x1b[?1049h\x1b[?7l\x1b[?2004h\x1b[?25l");

        std::thread::spawn(restore).join().unwrap();
        assert!(!is_entered());
        assert_eq!(pty.state(), before);
        let undone = "\x1b[0m\x1b[?25h\x1b[?2004l\x1b[?7h\x1b[2J\x1b[1;1H\x1b[?1049l";
        assert_eq!(pty.written_until("\x1b[?1049l"), undone);

        guard.reenter().unwrap();
        let raw = pty.state();
        guard.reenter().unwrap();
        assert_eq!(pty.state(), raw);
        // A program that the terminal was lent to may die in modes of its own.
        lend();
        assert!(is_lent() && !is_entered());
        assert_eq!(pty.state(), before);
        restore();
        assert!(is_lent(), "there is nothing of ours to undo");
        let mut modes = tcgetattr(&pty.device).unwrap();
        modes.make_raw();
        tcsetattr(&pty.device, OptionalActions::Now, &modes).unwrap();
        guard.reenter().unwrap();
        assert!(is_entered() && !is_lent());

        drop(guard);
        restore();
        assert_eq!(pty.state(), before);
        let expected = format!("{set}{set}{undone}");
        assert_eq!(pty.written_until("\x1b[?1049l"), expected);
        assert_eq!(pty.written_until("\x1b[?1049l"), format!("{set}{undone}"));
    }

    #[test]
    fn a_terminal_that_has_vanished_is_no_error() {
        let pty = Pty::open();
        let original = tcgetattr(&pty.device).unwrap();
        let entered = EnteredTerminal::enter(pty.tty(), original).unwrap();
        drop(pty.master);
        entered.undo(Duration::ZERO);
    }
}
