//! Tells a test when everything that came in has been handled and drawn (architecture.md §10.16), so
//! that no test has to sleep.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;

/// The FIFO of `--test-idle-path`.
#[derive(Debug)]
pub struct IdleSignal {
    fifo: File,
    is_due: bool,
}

impl IdleSignal {
    /// Opens the FIFO, for reading too, so that this waits for no reader.
    pub fn open(path: &Path) -> io::Result<Self> {
        let flags = i32::try_from(OFlags::NONBLOCK.bits()).map_err(io::Error::other)?;
        let fifo = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(flags)
            .open(path)?;
        Ok(Self { fifo, is_due: true })
    }

    /// Something came in: the next idleness is a new one.
    pub(super) const fn busy(&mut self) {
        self.is_due = true;
    }

    /// Nothing is left to do: says so, once.
    pub(super) fn idle(&mut self) {
        if std::mem::take(&mut self.is_due) {
            // A reader that does not keep up reads one byte for several.
            let _full = self.fifo.write(b".");
        }
    }
}
