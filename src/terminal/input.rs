//! The thread that reads the terminal: bytes and new sizes in, input events out.
//!
//! Started by `Terminal::enter`, read by `runtime` through a bounded queue. crossterm's own reader
//! spins on a vanished terminal, hence poll and read of our own. Meaning of the bytes is
//! `decoder`'s business; a hang-up is `watchdog`'s, this thread just ends.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use signal_hook::SigId;
use signal_hook::consts::SIGWINCH;
use signal_hook::low_level;
use tokio::sync::mpsc;

use super::decoder::Decoder;
use super::tty::Tty;
use crate::app::input::InputEvent;

/// The kernel hands out a terminal's input in pieces of at most this size.
const READ_BYTES: usize = 4096;

/// What is done with what is typed. Whoever changes it waits for a read that is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    On,
    /// Another program reads the terminal.
    Off,
    Over,
}

/// Reads until dropped.
#[derive(Debug)]
pub(super) struct InputThread {
    reading: Arc<Mutex<Reading>>,
    wake: UnixStream,
    size_signal: SigId,
}

impl InputThread {
    pub(super) fn start(
        tty: Tty,
        escape_window: Duration,
        events: mpsc::Sender<InputEvent>,
    ) -> io::Result<Self> {
        let (wake, woken) = UnixStream::pair()?;
        woken.set_nonblocking(true)?;
        // A size change wakes the poll like a key does, so that sizes and keys keep their order and
        // a storm of sizes becomes one event.
        let size_signal = low_level::pipe::register(SIGWINCH, wake.try_clone()?)?;
        let reading = Arc::new(Mutex::new(Reading::On));
        let reader = Reader {
            tty,
            woken,
            reading: Arc::clone(&reading),
            escape_window,
            decoder: Decoder::new(escape_window),
            events,
        };
        thread::Builder::new()
            .name("input".to_owned())
            .spawn(move || reader.run())?;
        Ok(Self {
            reading,
            wake,
            size_signal,
        })
    }

    /// Leaves the terminal to another program. Once this returns, no key is taken from it.
    pub(super) fn park(&self) {
        self.change(Reading::Off);
    }

    /// Reads again.
    pub(super) fn unpark(&self) {
        self.change(Reading::On);
    }

    fn change(&self, reading: Reading) {
        *lock(&self.reading) = reading;
        let _already_gone = (&self.wake).write_all(b"X");
    }
}

fn lock(reading: &Mutex<Reading>) -> MutexGuard<'_, Reading> {
    reading.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for InputThread {
    fn drop(&mut self) {
        low_level::unregister(self.size_signal);
        self.change(Reading::Over);
    }
}

struct Reader {
    tty: Tty,
    woken: UnixStream,
    reading: Arc<Mutex<Reading>>,
    escape_window: Duration,
    decoder: Decoder,
    events: mpsc::Sender<InputEvent>,
}

/// The thread's work is over: stopped, hung up, or nobody listens any more.
struct Over;

enum Wakening {
    TimedOut,
    Ready { keys: bool, woken: bool },
}

impl Reader {
    fn run(mut self) {
        while self.turn().is_ok() {}
    }

    fn turn(&mut self) -> Result<(), Over> {
        match self.wait()? {
            Wakening::TimedOut => {
                let expired = self.decoder.expire(Instant::now());
                self.send(expired)
            }
            Wakening::Ready { keys, woken } => {
                if woken {
                    self.woken()?;
                }
                if keys {
                    self.read()?;
                }
                Ok(())
            }
        }
    }

    fn wait(&self) -> Result<Wakening, Over> {
        let left = |timeout: Instant| timeout.saturating_duration_since(Instant::now());
        let timeout = self.decoder.timeout().map(left);
        let timeout = timeout.and_then(|left| Timespec::try_from(left).ok());
        let mut fds = [
            PollFd::new(&self.woken, PollFlags::IN),
            PollFd::new(&self.tty.input, PollFlags::IN),
        ];
        let watched = match *lock(&self.reading) {
            Reading::Off => &mut fds[..1],
            Reading::On | Reading::Over => &mut fds[..],
        };
        match poll(watched, timeout.as_ref()) {
            Ok(0) => Ok(Wakening::TimedOut),
            Ok(_) => Ok(Wakening::Ready {
                woken: !fds[0].revents().is_empty(),
                keys: !fds[1].revents().is_empty(),
            }),
            Err(Errno::INTR | Errno::AGAIN) => Ok(Wakening::Ready {
                keys: false,
                woken: false,
            }),
            Err(_) => Err(Over),
        }
    }

    fn woken(&mut self) -> Result<(), Over> {
        let mut drained = [0; 64];
        while matches!(self.woken.read(&mut drained), Ok(read) if read > 0) {}
        let reading = *lock(&self.reading);
        match reading {
            Reading::Over => return Err(Over),
            // What had begun is not finished by what is typed after another program.
            Reading::Off => self.decoder = Decoder::new(self.escape_window),
            Reading::On => {}
        }
        let size = self.tty.size().map_err(|_| Over)?;
        self.send([InputEvent::Resize {
            columns: size.width,
            rows: size.height,
        }])
    }

    fn read(&mut self) -> Result<(), Over> {
        let mut bytes = [0; READ_BYTES];
        let read = {
            let reading = lock(&self.reading);
            match *reading {
                Reading::On => self.read_without_waiting(&mut bytes)?,
                Reading::Off | Reading::Over => return Ok(()),
            }
        };
        let events = self.decoder.feed(&bytes[..read], Instant::now());
        self.send(events)
    }

    /// Reads what is there, which another program may have taken since we were told of it.
    fn read_without_waiting(&self, bytes: &mut [u8]) -> Result<usize, Over> {
        let mut fds = [PollFd::new(&self.tty.input, PollFlags::IN)];
        match poll(&mut fds, Some(&Timespec::default())) {
            Ok(0) | Err(Errno::INTR | Errno::AGAIN) => return Ok(0),
            Ok(_) => {}
            Err(_) => return Err(Over),
        }
        match rustix::io::read(&self.tty.input, bytes) {
            Ok(0) => Err(Over),
            Ok(read) => Ok(read),
            Err(Errno::INTR | Errno::AGAIN) => Ok(0),
            Err(_) => Err(Over),
        }
    }

    fn send(&self, events: impl IntoIterator<Item = InputEvent>) -> Result<(), Over> {
        for event in events {
            self.events.blocking_send(event).map_err(|_| Over)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use portable_pty::{MasterPty, PtySize, native_pty_system};
    use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

    use super::*;
    use crate::app::input::KeyCode;

    const ESCAPE_WINDOW: Duration = Duration::from_millis(25);

    fn raw_pty() -> (Box<dyn MasterPty + Send>, Tty) {
        let pair = native_pty_system().openpty(PtySize::default()).unwrap();
        let path = pair.master.tty_name().unwrap();
        let device = File::options().read(true).write(true).open(path).unwrap();
        let mut modes = tcgetattr(&device).unwrap();
        modes.make_raw();
        tcsetattr(&device, OptionalActions::Now, &modes).unwrap();
        (pair.master, Tty::new(&device, &device).unwrap())
    }

    /// The size signal of one test reaches the threads of all.
    fn next_key(events: &mut mpsc::Receiver<InputEvent>) -> Option<InputEvent> {
        loop {
            match events.blocking_recv() {
                Some(InputEvent::Resize { .. }) => {}
                other => return other,
            }
        }
    }

    #[test]
    fn keys_arrive_and_a_lone_escape_needs_no_second_key() {
        let (master, tty) = raw_pty();
        let (sender, mut events) = mpsc::channel(8);
        let _thread = InputThread::start(tty, ESCAPE_WINDOW, sender).unwrap();
        let mut keyboard = master.take_writer().unwrap();
        keyboard.write_all(b"j\x1b[A\x1b").unwrap();
        for code in [KeyCode::Char('j'), KeyCode::Up, KeyCode::Esc] {
            let event = next_key(&mut events);
            assert_eq!(event, Some(InputEvent::Key(code.into())));
        }
    }

    #[test]
    fn a_vanished_terminal_ends_the_thread() {
        let (master, tty) = raw_pty();
        let (sender, mut events) = mpsc::channel(8);
        let _thread = InputThread::start(tty, ESCAPE_WINDOW, sender).unwrap();
        drop(master);
        assert_eq!(next_key(&mut events), None);
    }

    #[test]
    fn a_size_change_is_an_event_with_the_new_size() {
        let (master, tty) = raw_pty();
        let (sender, mut events) = mpsc::channel(8);
        let _thread = InputThread::start(tty, ESCAPE_WINDOW, sender).unwrap();
        let (rows, cols) = (31, 97);
        let size = PtySize {
            rows,
            cols,
            ..PtySize::default()
        };
        master.resize(size).unwrap();
        low_level::raise(SIGWINCH).unwrap();
        let event = events.blocking_recv();
        let columns = cols;
        assert_eq!(event, Some(InputEvent::Resize { columns, rows }));
    }

    #[test]
    fn what_is_typed_for_another_program_is_its_own() {
        let (master, tty) = raw_pty();
        let (sender, mut events) = mpsc::channel(8);
        let other = tty.try_clone().unwrap();
        let reader = InputThread::start(tty, ESCAPE_WINDOW, sender).unwrap();
        let mut keyboard = master.take_writer().unwrap();
        reader.park();
        keyboard.write_all(b"\x1b").unwrap();
        let mut taken = [0; 8];
        assert_eq!(rustix::io::read(&other.input, &mut taken), Ok(1));
        reader.unpark();
        keyboard.write_all(b"j").unwrap();
        let event = next_key(&mut events);
        assert_eq!(event, Some(InputEvent::Key(KeyCode::Char('j').into())));
    }

    #[test]
    fn dropping_the_handle_ends_the_thread() {
        let (_master, tty) = raw_pty();
        let (sender, mut events) = mpsc::channel(8);
        drop(InputThread::start(tty, ESCAPE_WINDOW, sender).unwrap());
        assert_eq!(next_key(&mut events), None);
    }
}
