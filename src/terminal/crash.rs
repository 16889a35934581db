//! What happens when the console itself panics: the terminal comes back first, then a report is
//! written, then its path is said.
//!
//! Installed by `Terminal::enter`; `runtime` records the actions. The report names actions and
//! places, never what was on the screen or typed.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::panic::{self, PanicHookInfo};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::{env, process, thread};

use tokio::sync::mpsc;

use super::guard;
use super::interruption::{Ending, Interruption};
use super::tty::Tty;

/// The names of the last actions, oldest first. Cheap to clone; the loop writes, the report reads.
#[derive(Debug, Clone, Default)]
pub struct RecentActions(Arc<Mutex<VecDeque<&'static str>>>);

impl RecentActions {
    const KEPT: usize = 50;

    pub fn record(&self, action: &'static str) {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if names.len() == Self::KEPT {
            names.pop_front();
        }
        names.push_back(action);
    }

    /// Nothing while the panicking thread itself is recording: waiting would hang the crash.
    fn names(&self) -> Vec<&'static str> {
        let names = self.0.try_lock();
        names.map_or_else(|_| Vec::new(), |names| names.iter().copied().collect())
    }
}

/// Stands for the message of a panic, which may quote what was typed or shown: slicing text does.
const WITHHELD: &str = "withheld";

/// Where crash reports go and what they tell.
#[derive(Debug, Clone)]
pub struct CrashReports {
    pub directory: PathBuf,
    pub version: &'static str,
    pub actions: RecentActions,
}

/// Acts for the calling thread, which must be the one that draws. Panics elsewhere, such as in the
/// bundled server's thread, are logged: on standard error they would tear the screen.
pub(super) fn install_panic_hook(reports: CrashReports, interruptions: mpsc::Sender<Interruption>) {
    let interface = thread::current().id();
    let previous = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if thread::current().id() == interface {
            guard::restore();
            say(&reports.write(panic), panic);
            // A panic in a task beside the loop does not unwind the loop.
            let _full_or_closed = interruptions.try_send(Interruption::End(Ending::Panic));
        } else if guard::is_entered() {
            tracing::error!(location = %location(panic), "a background thread panicked");
        } else {
            previous(panic);
        }
    }));
}

/// The place alone, as in the file.
fn say(report: &io::Result<PathBuf>, panic: &PanicHookInfo<'_>) {
    let location = location(panic);
    let report = match report {
        Ok(path) => format!("report: {}", path.display()),
        Err(error) => format!("no report could be written: {error}"),
    };
    // Not `eprintln`: it panics when the terminal is gone.
    let _hung_up = writeln!(
        io::stderr(),
        "quarterdeck stopped on an internal error at {location}\n{report}"
    );
}

fn location(panic: &PanicHookInfo<'_>) -> String {
    panic
        .location()
        .map_or_else(|| "an unknown place".to_owned(), ToString::to_string)
}

impl CrashReports {
    fn write(&self, panic: &PanicHookInfo<'_>) -> io::Result<PathBuf> {
        self.save(&self.text(&location(panic)))
    }

    fn text(&self, location: &str) -> String {
        let size = Tty::of_process().and_then(|tty| tty.size());
        let size = size.map_or_else(|_| "unknown".to_owned(), |size| size.to_string());
        let term = env::var("TERM").unwrap_or_default();
        let mut text = format!(
            "quarterdeck {version}\nsize: {size}\nTERM: {term:?}\nat: {location}\n\
             message: {WITHHELD}\nlast actions:\n",
            version = self.version,
        );
        for action in self.actions.names() {
            let _always_fits = writeln!(text, "  {action}");
        }
        text
    }

    /// Numbered instead of dated: the file system knows the time, this module has no clock.
    fn save(&self, text: &str) -> io::Result<PathBuf> {
        let mut directory = DirBuilder::new();
        directory.recursive(true).mode(0o700);
        directory.create(&self.directory)?;
        let (mut file, path) = create_numbered(&self.directory)?;
        file.write_all(text.as_bytes())?;
        Ok(path)
    }
}

fn create_numbered(directory: &Path) -> io::Result<(File, PathBuf)> {
    let process = process::id();
    let mut number = 1;
    loop {
        let path = directory.join(format!("crash-{process}-{number}.txt"));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        match options.open(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            opened => return Ok((opened?, path)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn reports(directory: &Path) -> CrashReports {
        CrashReports {
            directory: directory.join("state/crash"),
            version: "1.2.3",
            actions: RecentActions::default(),
        }
    }

    #[test]
    fn a_report_tells_the_place_and_the_last_fifty_actions_to_its_owner_only() {
        let home = tempfile::tempdir().unwrap();
        let reports = reports(home.path());
        reports.actions.record("too_old");
        for _ in 0..RecentActions::KEPT {
            reports.actions.record("cursor_down");
        }
        let text = reports.text("src/app/marks.rs:12:5");
        let path = reports.save(&text).unwrap();

        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let written = fs::read_to_string(path).unwrap();
        assert!(
            written.starts_with("quarterdeck 1.2.3\nsize: "),
            "{written}"
        );
        assert!(written.contains("at: src/app/marks.rs:12:5\n"), "{written}");
        assert!(written.contains("\nmessage: withheld\n"), "{written}");
        assert_eq!(written.matches("  cursor_down\n").count(), 50);
        assert!(!written.contains("too_old"));
    }

    #[test]
    fn an_earlier_report_is_never_overwritten() {
        let home = tempfile::tempdir().unwrap();
        let reports = reports(home.path());
        let first = reports.save("first").unwrap();
        let second = reports.save("second").unwrap();
        assert_ne!(first, second);
        assert_eq!(fs::read_to_string(first).unwrap(), "first");
    }

    #[test]
    fn a_panic_while_an_action_is_recorded_does_not_hang() {
        let actions = RecentActions::default();
        actions.record("approve");
        let _recording = actions.0.lock().unwrap();
        assert_eq!(actions.names(), Vec::<&str>::new());
    }
}
