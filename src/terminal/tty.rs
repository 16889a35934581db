//! The process's terminal as file descriptors of our own: read, written, measured, waited for.
//!
//! Used by the other files here. Duplicates, because standard input and output may be closed or
//! replaced under us, and because the thread that watches for a hang-up must outlive its neighbors.

use std::io::{self, IsTerminal, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use ratatui::layout::Size;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::termios::tcgetwinsize;

#[derive(Debug)]
pub(super) struct Tty {
    pub(super) input: OwnedFd,
    pub(super) output: OwnedFd,
}

impl Tty {
    pub(super) fn of_process() -> io::Result<Self> {
        let (input, output) = (io::stdin(), io::stdout());
        if input.is_terminal() && output.is_terminal() {
            return Self::new(&input, &output);
        }
        let message = "standard input and output must both be a terminal";
        Err(io::Error::new(io::ErrorKind::Unsupported, message))
    }

    pub(super) fn new(input: &impl AsFd, output: &impl AsFd) -> io::Result<Self> {
        Ok(Self {
            input: input.as_fd().try_clone_to_owned()?,
            output: output.as_fd().try_clone_to_owned()?,
        })
    }

    pub(super) fn try_clone(&self) -> io::Result<Self> {
        Self::new(&self.input, &self.output)
    }

    pub(super) fn size(&self) -> io::Result<Size> {
        let size = tcgetwinsize(&self.output)?;
        Ok(Size::new(size.ws_col, size.ws_row))
    }

    /// Whether output would be taken at once or soon. A stopped or stalled terminal says no.
    pub(super) fn takes_output_within(&self, patience: Duration) -> bool {
        let timeout = Timespec::try_from(patience).ok();
        let mut fds = [PollFd::new(&self.output, PollFlags::OUT)];
        matches!(poll(&mut fds, timeout.as_ref()), Ok(ready) if ready > 0)
    }
}

impl Write for Tty {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match rustix::io::write(&self.output, bytes) {
                Err(Errno::INTR) => {}
                // Another program that shares the terminal may have left it non-blocking.
                Err(Errno::AGAIN) => {
                    let mut fds = [PollFd::new(&self.output, PollFlags::OUT)];
                    let _interrupted = poll(&mut fds, None);
                }
                other => return Ok(other?),
            }
        }
    }

    /// Nothing is buffered.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
