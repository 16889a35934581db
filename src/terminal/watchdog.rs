//! Makes sure that the process ends when its terminal does.
//!
//! SIGHUP alone is not enough: under a parent that ignores it nobody is told, and a program that
//! reads a vanished terminal spins. `Terminal::enter` starts the thread; the signal thread ends the
//! process through `end` as well. Knows nothing of the loop except that it may hang.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use signal_hook::low_level;
use tokio::sync::mpsc;

use super::guard;
use super::interruption::{Ending, Interruption};

/// What the loop gets to write its journal and to take leave.
const GRACE: Duration = Duration::from_millis(500);

pub(super) fn watch(tty: OwnedFd, interruptions: mpsc::Sender<Interruption>) -> io::Result<()> {
    let watch = move || {
        wait_for_hang_up(&tty);
        end(Ending::HangUp, &interruptions);
    };
    thread::Builder::new()
        .name("watchdog".to_owned())
        .spawn(watch)?;
    Ok(())
}

/// Returns once the other side of the terminal is closed, or if that can no longer be asked.
fn wait_for_hang_up(tty: &impl AsFd) {
    loop {
        // Asks for no event, so that keys do not wake it: a hang-up is always reported. It then
        // stays reported, hence one return and no second poll.
        let mut fds = [PollFd::new(tty, PollFlags::empty())];
        match poll(&mut fds, None) {
            Ok(0) | Err(Errno::INTR | Errno::AGAIN) => {}
            Ok(_) | Err(_) => return,
        }
    }
}

/// Tells the loop that the process ends, and ends it after a grace if the loop did not. Exits
/// without running exit handlers: one of them may wait for whatever hangs.
pub(super) fn end(ending: Ending, interruptions: &mpsc::Sender<Interruption>) -> ! {
    let _full_or_closed = interruptions.try_send(Interruption::End(ending));
    thread::sleep(GRACE);
    guard::restore();
    low_level::exit(i32::from(ending.exit_code()))
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Write;

    use portable_pty::{PtySize, native_pty_system};

    use super::*;

    #[test]
    fn a_hang_up_is_noticed_and_keys_are_not() {
        let pair = native_pty_system().openpty(PtySize::default()).unwrap();
        let device = File::open(pair.master.tty_name().unwrap()).unwrap();
        drop(pair.slave);
        let mut keyboard = pair.master.take_writer().unwrap();
        keyboard.write_all(b"jjj\r").unwrap();
        let watching = thread::spawn(move || wait_for_hang_up(&device));
        assert!(!watching.is_finished());
        drop((keyboard, pair.master));
        watching.join().unwrap();
    }
}
