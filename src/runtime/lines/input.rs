//! Standard input by whole lines, read on a thread of its own and only when one is asked for.

use std::io::{self, BufRead, IsTerminal, Read};
use std::os::fd::AsFd;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr,
};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::app::field::Display;

/// Bytes of a line; longer ones are none.
const LONGEST: u64 = 8 * 1_024;

/// What standard input has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// A line, without its end.
    Line(String),
    /// A line longer than any that means something.
    TooLong,
    /// Nothing any more.
    End,
}

/// Standard input.
pub(super) struct Lines {
    wanted: Sender<()>,
    typed: UnboundedReceiver<Typed>,
    is_asked: bool,
}

impl Lines {
    pub(super) fn start() -> io::Result<Self> {
        let (wanted, wishes) = channel();
        let (sender, typed) = unbounded_channel();
        thread::Builder::new()
            .name("lines".to_owned())
            .spawn(move || read(&wishes, &sender))?;
        Ok(Self {
            wanted,
            typed,
            is_asked: false,
        })
    }

    /// The next line. Whoever stops waiting for it gets it the next time.
    pub(super) async fn next(&mut self) -> Typed {
        if !std::mem::replace(&mut self.is_asked, true) && self.wanted.send(()).is_err() {
            return Typed::End;
        }
        let typed = self.typed.recv().await.unwrap_or(Typed::End);
        self.is_asked = false;
        typed
    }
}

/// Whether somebody types.
pub(super) fn is_typed() -> bool {
    io::stdin().is_terminal()
}

fn read(wishes: &Receiver<()>, sender: &UnboundedSender<Typed>) {
    let mut input = io::stdin().lock();
    while wishes.recv().is_ok() {
        let typed = line(&mut input).unwrap_or(Typed::End);
        if sender.send(typed).is_err() {
            return;
        }
    }
}

fn line(input: &mut impl BufRead) -> io::Result<Typed> {
    let mut bytes = Vec::new();
    input.by_ref().take(LONGEST).read_until(b'\n', &mut bytes)?;
    match bytes.pop() {
        Some(b'\n') => Ok(Typed::Line(text(&bytes))),
        Some(_) if bytes.len() as u64 + 1 == LONGEST => {
            skip_line(input)?;
            Ok(Typed::TooLong)
        }
        // Whoever hung up in the middle of a line has not said it.
        Some(_) | None => Ok(Typed::End),
    }
}

fn skip_line(input: &mut impl BufRead) -> io::Result<()> {
    loop {
        let mut bytes = Vec::new();
        input.by_ref().take(LONGEST).read_until(b'\n', &mut bytes)?;
        if bytes.last().is_none_or(|last| *last == b'\n') {
            return Ok(());
        }
    }
}

fn text(line: &[u8]) -> String {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let text = String::from_utf8_lossy(line);
    text.chars().filter(|letter| !letter.is_control()).collect()
}

/// Keeps a terminal from showing what is typed, and from being left so by Ctrl-Z, until it is dropped.
pub(super) struct Unseen(Termios);

impl Unseen {
    /// Nothing where what is typed may be seen, or where nobody types.
    pub(super) fn begin(typed: Display) -> io::Result<Option<Self>> {
        if typed == Display::Plain || !is_typed() {
            return Ok(None);
        }
        let stdin = io::stdin();
        let before = tcgetattr(stdin.as_fd())?;
        let mut unseen = before.clone();
        unseen.local_modes -= LocalModes::ECHO;
        // The end of the line moves on to the next one all the same.
        unseen.local_modes |= LocalModes::ECHONL;
        unseen.special_codes[SpecialCodeIndex::VSUSP] = 0;
        tcsetattr(stdin.as_fd(), OptionalActions::Now, &unseen)?;
        Ok(Some(Self(before)))
    }
}

impl Drop for Unseen {
    fn drop(&mut self) {
        // Where the terminal is gone there is nothing to restore.
        let _gone = tcsetattr(io::stdin().as_fd(), OptionalActions::Now, &self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(mut input: &[u8]) -> Vec<Typed> {
        let mut typed = Vec::new();
        while typed.last() != Some(&Typed::End) {
            typed.push(line(&mut input).unwrap());
        }
        typed
    }

    #[test]
    fn a_line_ends_with_its_end_and_not_with_the_input() {
        let line = |text: &str| Typed::Line(text.to_owned());
        assert_eq!(
            lines(b"apps\r\n\nap\x1bprove"),
            [line("apps"), line(""), Typed::End]
        );
    }

    #[test]
    fn a_line_that_is_too_long_is_skipped_to_its_end() {
        let mut input = vec![b'x'; 20_000];
        input.extend(b"\nquit\n");
        let quit = Typed::Line("quit".to_owned());
        assert_eq!(lines(&input), [Typed::TooLong, quit, Typed::End]);
    }
}
