//! The thread that hears signals.
//!
//! `Terminal::enter` starts the thread; `runtime` receives `Interruption`s. SIGWINCH is not here: a
//! new size is input and keeps its place among the keys (`input`).

use std::io;
use std::thread;

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::iterator::Signals;
use tokio::sync::mpsc;

use super::guard;
use super::interruption::{Ending, Interruption};
use super::watchdog;

pub(super) fn watch(interruptions: mpsc::Sender<Interruption>) -> io::Result<()> {
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGCONT])?;
    let forward = move || {
        for signal in signals.forever() {
            // Its keys are those of whoever has the terminal.
            let is_for_another = matches!(signal, SIGINT | SIGQUIT) && guard::is_lent();
            match interruption(signal).filter(|_| !is_for_another) {
                Some(Interruption::End(ending)) => watchdog::end(ending, &interruptions),
                Some(other @ (Interruption::Suspend | Interruption::Continued)) => {
                    // A full queue already holds one of these that was not yet read.
                    let _full_or_closed = interruptions.try_send(other);
                }
                None => {}
            }
        }
    };
    thread::Builder::new()
        .name("signals".to_owned())
        .spawn(forward)?;
    Ok(())
}

fn interruption(signal: i32) -> Option<Interruption> {
    Some(match signal {
        SIGHUP => Interruption::End(Ending::HangUp),
        SIGINT => Interruption::End(Ending::Interrupt),
        SIGQUIT => Interruption::End(Ending::Quit),
        SIGTERM => Interruption::End(Ending::Terminate),
        SIGTSTP => Interruption::Suspend,
        SIGCONT => Interruption::Continued,
        _ => return None,
    })
}
