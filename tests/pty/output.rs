//! What comes out of a console: its screen, parsed, its idle bytes, its end. A thread for each wakes
//! whoever waits for something to become true; a wait has a deadline and then shows the screen.

use std::fmt::Debug;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::Child;

use crate::console::Size;
use crate::marks::Marks;
use crate::picture::text;
use crate::stream;

/// Longer than anything takes on a loaded machine; only a failing test waits for it.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// What came out of the terminal so far.
pub struct Seen {
    pub parser: vt100::Parser,
    pub bytes: Vec<u8>,
    pub marks: Marks,
    /// How many of them the parser has seen; it is not shown half a character.
    parsed: usize,
    pub idle_bytes: usize,
    pub exit: Option<(Instant, u32)>,
    /// Nobody reads any more: the console is to lose its terminal.
    pub is_closing: bool,
}

impl Seen {
    fn take(&mut self, bytes: &[u8]) {
        self.bytes.extend(self.marks.take_out(bytes));
        let whole = self.bytes.len() - stream::begun_character(&self.bytes);
        self.parser
            .process(&stream::parseable(&self.bytes[self.parsed..whole]));
        self.parsed = whole;
    }
}

pub struct Output {
    seen: Mutex<Seen>,
    news: Condvar,
}

impl Output {
    /// Reads what comes out of a terminal of this size, until it is told to close.
    pub fn of(reader: Box<dyn Read + Send>, idle: File, size: Size) -> Arc<Self> {
        let (rows, columns) = size.parsed();
        let seen = Seen {
            parser: vt100::Parser::new(rows, columns, 0),
            bytes: Vec::new(),
            marks: Marks::default(),
            parsed: 0,
            idle_bytes: 0,
            exit: None,
            is_closing: false,
        };
        let output = Arc::new(Self {
            seen: Mutex::new(seen),
            news: Condvar::new(),
        });
        read_screen(reader, Arc::clone(&output));
        read_idle(idle, Arc::clone(&output));
        output
    }

    /// Notes when a process ends, and how.
    pub fn watch(self: &Arc<Self>, mut child: Box<dyn Child + Send + Sync>) {
        let output = Arc::clone(self);
        thread::spawn(move || {
            let status = child.wait().unwrap();
            output.change(|seen| seen.exit = Some((Instant::now(), status.exit_code())));
        });
    }

    /// Nothing panics while it holds this.
    pub fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap()
    }

    pub fn change(&self, change: impl FnOnce(&mut Seen)) {
        change(&mut self.seen());
        self.news.notify_all();
    }

    /// Waits for something to become true of what came out.
    pub fn wait<T>(&self, what: &dyn Debug, is: impl Fn(&Seen) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        let mut seen = self.seen();
        loop {
            if let Some(found) = is(&seen) {
                return found;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let picture = picture(&seen);
                drop(seen);
                panic!("no {what:?} within {PATIENCE:?}:\n{picture}");
            }
            seen = self.news.wait_timeout(seen, left).unwrap().0;
        }
    }
}

fn picture(seen: &Seen) -> String {
    let screen = seen.parser.screen();
    format!("{}\n(exit: {:?})", text(screen), seen.exit)
}

fn read_screen(mut reader: Box<dyn Read + Send>, output: Arc<Output>) {
    thread::spawn(move || {
        let mut bytes = [0; 4096];
        loop {
            let count = match reader.read(&mut bytes) {
                Ok(0) => return,
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(_) => return,
            };
            if output.seen().is_closing {
                return;
            }
            output.change(|seen| seen.take(&bytes[..count]));
        }
    });
}

fn read_idle(mut idle: File, output: Arc<Output>) {
    thread::spawn(move || {
        let mut byte = [0];
        while idle.read_exact(&mut byte).is_ok() && !output.seen().is_closing {
            output.change(|seen| seen.idle_bytes += 1);
        }
    });
}
