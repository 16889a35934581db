//! The operator's terminal, for what a command has to ask: never standard input, which may hold ids.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};

use quarterdeck_api::sessions::Secret;
use quarterdeck_api::text::{Body, Line};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use super::exit::{Exit, Stopped};

/// Longer than any answer.
const MOST_BYTES: usize = 1_024;
const INTERRUPT: u8 = 0x03;
const END: u8 = 0x04;
const CLEAR: u8 = 0x15;

/// The operator's terminal.
#[derive(Debug)]
pub struct Prompt(File);

impl Prompt {
    /// The terminal, where somebody sits at it who reads our questions.
    pub fn open() -> Option<Self> {
        if !io::stderr().is_terminal() {
            return None;
        }
        let tty = OpenOptions::new().read(true).write(true).open("/dev/tty");
        tty.ok().map(Self)
    }

    /// Says something.
    pub fn say(&mut self, text: &str) -> Result<(), Stopped> {
        writeln!(self.0, "{}", Body::new(text)).map_err(|error| gone(&error))
    }

    /// Asks for a line.
    pub fn ask(&mut self, question: &str) -> Result<String, Stopped> {
        self.put(question)?;
        let mut answer = String::new();
        let input = Read::take(&self.0, MOST_BYTES as u64);
        let read = BufReader::new(input).read_line(&mut answer);
        if read.map_err(|error| gone(&error))? == 0 {
            return Err(interrupted());
        }
        Ok(answer.trim().to_owned())
    }

    /// Asks for a line that nobody sees.
    pub fn ask_secret(&mut self, question: &str) -> Result<Secret, Stopped> {
        // Before the question, since whoever has read it may already be typing.
        let quiet = Quiet::begin(&self.0).map_err(|error| gone(&error))?;
        self.put(question)?;
        let typed = self.type_unseen();
        drop(quiet);
        writeln!(self.0).map_err(|error| gone(&error))?;
        let typed = String::from_utf8(typed?);
        let typed = typed.map_err(|_| Stopped::usage("what was typed is no text"))?;
        Ok(Secret::new(typed))
    }

    fn put(&mut self, question: &str) -> Result<(), Stopped> {
        let written = write!(self.0, "{} ", Line::new(question)).and_then(|()| self.0.flush());
        written.map_err(|error| gone(&error))
    }

    fn type_unseen(&mut self) -> Result<Vec<u8>, Stopped> {
        let mut typed = Vec::new();
        let mut byte = [0];
        while typed.len() < MOST_BYTES {
            if self.0.read(&mut byte).map_err(|error| gone(&error))? == 0 {
                return Err(interrupted());
            }
            match byte[0] {
                b'\r' | b'\n' => break,
                INTERRUPT | END => return Err(interrupted()),
                CLEAR => typed.clear(),
                // A character may be several bytes: those that go on one go with it.
                0x08 | 0x7f => while typed.pop().is_some_and(|last| last & 0xc0 == 0x80) {},
                other => typed.push(other),
            }
        }
        Ok(typed)
    }
}

/// Keeps the terminal from showing what is typed and from ending us, until it is dropped: whoever
/// interrupts a password must get a terminal back that shows what they type.
struct Quiet {
    tty: File,
    before: Termios,
}

impl Quiet {
    fn begin(tty: &File) -> io::Result<Self> {
        let tty = tty.try_clone()?;
        let before = tcgetattr(&tty)?;
        let mut quiet = before.clone();
        quiet.local_modes -= LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG;
        tcsetattr(&tty, OptionalActions::Flush, &quiet)?;
        Ok(Self { tty, before })
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        // Where the terminal is gone there is nothing to restore.
        let _gone = tcsetattr(&self.tty, OptionalActions::Now, &self.before);
    }
}

fn gone(error: &io::Error) -> Stopped {
    Stopped::usage(&format!("the terminal cannot be used: {error}"))
}

fn interrupted() -> Stopped {
    Stopped::new(Exit::Interrupted, "interrupted; nothing more was sent")
}
