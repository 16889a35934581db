//! A console in a pseudo-terminal: keys go in, a parsed screen comes out.
//!
//! Nothing sleeps: every wait is for something to be seen (`output`).

use std::cell::Cell;
use std::ffi::OsString;
use std::fmt::Debug;
use std::fs::{File, create_dir_all, read_to_string};
use std::io::Write;
use std::num::NonZero;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::fs::{CWD, FileType, Mode, OFlags, mknodat};
use rustix::process::{Pid, Signal, kill_process};
use rustix::termios::tcgetattr;
use tempfile::TempDir;

use crate::marks::MARK;
use crate::output::Output;
use crate::picture::{lines, text};
use crate::stream;

/// The most printable keys that the console takes for typing when they arrive at once.
const TYPED_AT_ONCE: usize = 8;

pub const ESC: &str = "\x1b";
pub const ENTER: &str = "\r";
pub const TAB: &str = "\t";
pub const CTRL_L: &str = "\x0c";
pub const CTRL_Z: &str = "\x1a";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub columns: u16,
    pub rows: u16,
}

pub const WIDE: Size = Size {
    columns: 120,
    rows: 40,
};
pub const SMALL: Size = Size {
    columns: 80,
    rows: 24,
};

impl Size {
    fn pty(self) -> PtySize {
        PtySize {
            rows: self.rows,
            cols: self.columns,
            ..PtySize::default()
        }
    }

    pub fn parsed(self) -> (NonZero<u16>, NonZero<u16>) {
        (
            NonZero::new(self.rows).unwrap(),
            NonZero::new(self.columns).unwrap(),
        )
    }
}

/// A console, from its start to its end.
pub struct Console {
    master: Option<Box<dyn MasterPty + Send>>,
    keyboard: Option<Box<dyn Write + Send>>,
    /// The console's side of the terminal, held open to look at its modes and to mark its output.
    device: File,
    modes_before: String,
    pid: Pid,
    output: Arc<Output>,
    idle: File,
    home: TempDir,
    /// How many marks `settle` has sent.
    marks: Cell<usize>,
}

impl Console {
    /// Starts `quarterdeck` and waits until it has painted its first frame.
    pub fn start(size: Size, arguments: &[&str]) -> Self {
        Self::start_with_log(size, arguments, "info")
    }

    /// The same with a log of this level.
    pub fn start_with_log(size: Size, arguments: &[&str], level: &str) -> Self {
        let console = Self::spawn(size, &[], arguments, level);
        console
            .output
            .wait(&"idle byte", |seen| (seen.idle_bytes > 0).then_some(()));
        console
    }

    /// Starts a shell that runs `quarterdeck` as `"$@"`.
    pub fn start_in_shell(size: Size, script: &str, arguments: &[&str]) -> Self {
        Self::spawn(size, &["sh", "-c", script, "sh"], arguments, "info")
    }

    fn spawn(size: Size, before: &[&str], arguments: &[&str], log_level: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let pair = native_pty_system().openpty(size.pty()).unwrap();
        let device = open_terminal(&pair.master.tty_name().unwrap());
        let modes_before = modes_of(&device);
        let idle = idle_fifo(home.path());
        let reader = pair.master.try_clone_reader().unwrap();
        let output = Output::of(reader, idle.try_clone().unwrap(), size);
        let mut command = command(home.path(), before, arguments);
        command.env("QUARTERDECK_LOG_LEVEL", log_level);
        let child = pair.slave.spawn_command(command).unwrap();
        let pid = Pid::from_raw(child.process_id().unwrap().try_into().unwrap()).unwrap();
        output.watch(child);
        Self {
            keyboard: Some(pair.master.take_writer().unwrap()),
            master: Some(pair.master),
            device,
            modes_before,
            pid,
            output,
            idle,
            home,
            marks: Cell::new(0),
        }
    }

    /// Its home directory.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Waits until a text is in its log.
    pub fn wait_for_log(&self, text: &str) {
        let is_logged = || self.state_files().iter().any(|(_, log)| log.contains(text));
        self.output.wait(&text, |_| is_logged().then_some(()));
    }

    /// What the console left in its state directory: names and contents.
    pub fn state_files(&self) -> Vec<(PathBuf, String)> {
        let mut files = Vec::new();
        let mut directories = vec![self.home.path().join(".local/state/quarterdeck")];
        while let Some(directory) = directories.pop() {
            for entry in directory.read_dir().unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    directories.push(path);
                } else {
                    let text = read_to_string(&path).unwrap();
                    files.push((path, text));
                }
            }
        }
        files
    }

    pub fn crash_reports(&self) -> Vec<String> {
        let files = self.state_files().into_iter();
        files
            .filter(|(path, _)| path.parent().unwrap().ends_with("crash"))
            .map(|(_, text)| text)
            .collect()
    }

    /// Names of what lies in its directory for temporary files.
    pub fn temporary_files(&self) -> Vec<String> {
        self.names_in("tmp")
    }

    /// Names of the files that it saved where nothing else is set.
    pub fn exported_files(&self) -> Vec<String> {
        self.names_in(".local/share/quarterdeck/exports")
    }

    fn names_in(&self, directory: &str) -> Vec<String> {
        let files = self.home.path().join(directory).read_dir().unwrap();
        files
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    /// Presses keys, few enough not to look like a paste.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        let printable = keys.chars().filter(|key| !key.is_control()).count();
        assert!(printable <= TYPED_AT_ONCE, "{keys:?} looks like a paste");
        self.write(keys)
    }

    /// Types into a field that has the focus, and waits until it is there.
    pub fn type_text(&mut self, text: &str) -> &mut Self {
        let letters: Vec<char> = text.chars().collect();
        for part in letters.chunks(TYPED_AT_ONCE) {
            self.settle();
            let (row, column) = self.screen().cursor_position();
            let end = (row, column + u16::try_from(part.len()).unwrap());
            self.keys(&part.iter().collect::<String>());
            self.wait_until(&format!("cursor behind {part:?}"), |screen| {
                screen.cursor_position() == end
            });
        }
        self
    }

    /// Goes on to the next field of a form.
    pub fn next_field(&mut self) -> &mut Self {
        let (row, _) = self.screen().cursor_position();
        self.keys(ENTER);
        self.wait_until(&"the next field", |screen| {
            screen.cursor_position().0 != row
        });
        self
    }

    /// Pastes as a terminal with bracketed paste does.
    pub fn paste(&mut self, text: &str) -> &mut Self {
        self.write(&format!("\x1b[200~{text}\x1b[201~"))
    }

    /// Pastes as a terminal without bracketed paste does: as more keys at once than a hand types.
    pub fn burst(&mut self, text: &str) -> &mut Self {
        assert!(text.chars().count() > TYPED_AT_ONCE);
        self.write(text)
    }

    fn write(&mut self, keys: &str) -> &mut Self {
        self.keyboard
            .as_mut()
            .unwrap()
            .write_all(keys.as_bytes())
            .unwrap();
        self
    }

    /// Waits until the screen shows a text.
    pub fn wait_for(&self, text: &str) -> &Self {
        self.wait_until(&text, |screen| self::text(screen).contains(text))
    }

    /// Waits until the screen no longer shows a text.
    pub fn wait_gone(&self, text: &str) -> &Self {
        self.wait_until(&format!("screen without {text}"), |screen| {
            !self::text(screen).contains(text)
        })
    }

    pub fn wait_until(&self, what: &dyn Debug, is: impl Fn(&vt100::Screen) -> bool) -> &Self {
        self.find(what, |screen| is(screen).then_some(()));
        self
    }

    /// The first thing that a function finds on the screen, between two frames.
    pub fn find<T>(&self, what: &dyn Debug, find: impl Fn(&vt100::Screen) -> Option<T>) -> T {
        loop {
            self.output.wait(what, |seen| find(seen.parser.screen()));
            self.settle();
            if let Some(found) = find(&self.screen()) {
                return found;
            }
        }
    }

    /// Waits until everything is parsed that the console has written before, which may have come in
    /// parts: a mark is sent after it through the same terminal.
    fn settle(&self) {
        let number = self.marks.get() + 1;
        self.marks.set(number);
        (&self.device).write_all(MARK).unwrap();
        self.output.wait(&"mark in the output", |seen| {
            (seen.marks.count >= number).then_some(())
        });
    }

    /// The screen of this moment.
    pub fn screen(&self) -> vt100::Screen {
        self.output.seen().parser.screen().clone()
    }

    /// A line of the screen of this moment.
    pub fn line(&self, row: usize) -> String {
        lines(&self.screen())[row].clone()
    }

    /// Everything the console has written.
    pub fn written(&self) -> Vec<u8> {
        self.settle();
        self.output.seen().bytes.clone()
    }

    pub fn resize(&mut self, size: Size) -> &mut Self {
        let (rows, columns) = size.parsed();
        // As on a real terminal, what was drawn for the old size may still be on its way.
        self.output
            .change(|seen| seen.parser.set_size(rows, columns));
        self.master.as_ref().unwrap().resize(size.pty()).unwrap();
        self
    }

    /// Tells the console that its terminal has no cells, as some do while they are being set up.
    pub fn resize_to_nothing(&mut self) -> &mut Self {
        let nothing = PtySize {
            rows: 0,
            cols: 0,
            ..PtySize::default()
        };
        self.master.as_ref().unwrap().resize(nothing).unwrap();
        self
    }

    /// The id of its process.
    pub fn process(&self) -> i32 {
        self.pid.as_raw_nonzero().get()
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid, signal).unwrap();
    }

    /// Waits for the end; the exit code, and how long it took from now on.
    pub fn wait_for_exit(&self) -> (u32, Duration) {
        let from = Instant::now();
        let (at, code) = self.output.wait(&"exit", |seen| seen.exit);
        (code, at.saturating_duration_since(from))
    }

    /// Takes the terminal away, as a lost connection does.
    pub fn close_terminal(&mut self) {
        self.output.seen().is_closing = true;
        // Wakes the reading thread, which holds the last copy of the other end.
        self.device.write_all(b"\0").unwrap();
        self.keyboard = None;
        self.master = None;
    }

    /// Holds that the terminal is as it was before the console came.
    pub fn assert_terminal_is_sane(&self) {
        let left_on = stream::modes_left_on(&self.written());
        assert_eq!(left_on, [""; 0]);
        assert_eq!(modes_of(&self.device), self.modes_before);
        let screen = self.screen();
        assert!(!screen.alternate_screen() && !screen.bracketed_paste() && !screen.hide_cursor());
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        self.output.seen().is_closing = true;
        if self.output.seen().exit.is_none() {
            // It may just have ended by itself.
            let _gone = kill_process(self.pid, Signal::KILL);
        }
        // Both reading threads look at `is_closing` when they are woken.
        let _hung_up = (self.device.write(b"\0"), self.idle.write(b"."));
    }
}

fn modes_of(device: &File) -> String {
    format!("{:?}", tcgetattr(device).unwrap())
}

/// Opened without becoming the terminal of the tests themselves.
fn open_terminal(path: &Path) -> File {
    let flags = OFlags::NOCTTY.bits().try_into().unwrap();
    File::options()
        .read(true)
        .write(true)
        .custom_flags(flags)
        .open(path)
        .unwrap()
}

fn idle_fifo(home: &Path) -> File {
    let path = home.join("idle");
    mknodat(CWD, &path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    File::options().read(true).write(true).open(path).unwrap()
}

/// Nothing of the tester's own surroundings gets in.
fn command(home: &Path, before: &[&str], arguments: &[&str]) -> CommandBuilder {
    let mut words: Vec<OsString> = before.iter().map(OsString::from).collect();
    words.push(env!("CARGO_BIN_EXE_quarterdeck").into());
    words.extend(arguments.iter().map(OsString::from));
    words.extend(["--test-idle-path".into(), home.join("idle").into()]);
    let mut command = CommandBuilder::from_argv(words);
    let temporary = home.join("tmp");
    create_dir_all(&temporary).unwrap();
    command.env_clear();
    command.cwd(home);
    command.env("HOME", home);
    command.env("TMPDIR", temporary);
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("EDITOR", home.join("editor"));
    command.env("TERM", "xterm-256color");
    command.env("LANG", "C.UTF-8");
    // A slow machine is not to lose what it could take back.
    command.env("QUARTERDECK_UNDO_SECONDS", "600");
    // Most tests begin in a queue; those of the first view take this away.
    command.env("QUARTERDECK_DEFAULT_VIEW", "apps");
    command
}
