//! The operator's own editor: a program that has the terminal for a while, and the file it writes.
//!
//! `runtime` lends the terminal to it (`Terminal::lend`), goes on with everything else, and takes the
//! terminal back once it has ended. Knows nothing of what the text is for.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;

use quarterdeck_api::text::Line;
use rustix::process::{Pid, Signal, getpid, kill_process, test_kill_process};
use tempfile::TempDir;
use tokio::sync::oneshot;

use super::tty::Tty;

/// More than any field takes.
const MOST_BYTES: u64 = 64 * 1024;
/// Where neither variable names one.
const DEFAULT_EDITOR: &str = "vi";
/// How the directory of a text begins; the id of the process follows.
const PREFIX: &str = "edit-";

/// A text that is being written, and where.
#[derive(Debug)]
pub struct Editor {
    name: Line,
    /// Removed with everything that the editor leaves beside the text.
    directory: TempDir,
    process: Pid,
    ended: Option<oneshot::Receiver<io::Result<ExitStatus>>>,
}

/// Which program to start: `$VISUAL`, else `$EDITOR`, else `vi`, split into words and nothing more.
pub fn editor_words(variable: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let words = |text: String| -> Vec<String> {
        let words = text.split_whitespace();
        words.map(str::to_owned).collect()
    };
    let named = ["VISUAL", "EDITOR"]
        .into_iter()
        .filter_map(|name| variable(name).map(words))
        .find(|words| !words.is_empty());
    named.unwrap_or_else(|| vec![DEFAULT_EDITOR.to_owned()])
}

impl Editor {
    /// Starts the program on a file with this text, which only its owner can read.
    pub(super) fn start(
        words: &[String],
        state: &Path,
        text: &str,
        tty: &Tty,
    ) -> Result<Self, String> {
        let (program, arguments) = words.split_first().ok_or("no editor is named")?;
        let directory = new_directory(state).map_err(|error| format!("no file for it: {error}"))?;
        let file = file_in(directory.path());
        write(&file, text).map_err(|error| format!("no file for it: {error}"))?;
        let name = name_of(program);
        let child = spawn(program, arguments, file, tty).map_err(|error| {
            format!("{name} cannot be started: {error}; set $VISUAL or $EDITOR")
        })?;
        let process = Pid::from_child(&child);
        let ended = Some(wait_for(child).map_err(|error| format!("nobody waits for it: {error}"))?);
        Ok(Self {
            name,
            directory,
            process,
            ended,
        })
    }

    /// Waits for its end, which is told once; how it ended, in words, where that was not as it should.
    pub async fn ended(&mut self) -> Result<(), String> {
        let Some(ended) = &mut self.ended else {
            return std::future::pending().await;
        };
        let result = ended.await;
        self.ended = None;
        let name = &self.name;
        match result {
            Ok(Ok(status)) if status.success() => Ok(()),
            Ok(Ok(status)) => Err(format!("{name} ended with {status}")),
            Ok(Err(error)) => Err(format!("{name}: {error}")),
            Err(_) => Err(format!("nobody knows how {name} ended")),
        }
    }

    /// What it wrote. Nothing of it stays behind.
    pub fn into_text(self) -> Result<String, String> {
        let name = &self.name;
        let text = read(&file_in(self.directory.path()))
            .map_err(|error| format!("what {name} wrote cannot be read: {error}"))?;
        if text.len() as u64 > MOST_BYTES {
            return Err(format!("{name} wrote more than {} KiB", MOST_BYTES / 1024));
        }
        String::from_utf8(text).map_err(|_| format!("what {name} wrote is not UTF-8"))
    }
}

impl Drop for Editor {
    /// Nobody waits for its text any more.
    fn drop(&mut self) {
        if self.ended.is_some() {
            let _just_gone = kill_process(self.process, Signal::TERM);
        }
    }
}

fn name_of(program: &str) -> Line {
    let name = Path::new(program).file_name();
    Line::new(&name.map_or(program.into(), |name| name.to_string_lossy()))
}

fn file_in(directory: &Path) -> PathBuf {
    directory.join("text.txt")
}

/// A directory of its own, since editors put swap and backup files beside what they edit.
fn new_directory(state: &Path) -> io::Result<TempDir> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(state)?;
    remove_left_behind(state)?;
    let prefix = format!("{PREFIX}{}-", getpid().as_raw_nonzero());
    tempfile::Builder::new()
        .prefix(&prefix)
        .permissions(fs::Permissions::from_mode(0o700))
        .tempdir_in(state)
}

/// What a console that was killed could not remove.
fn remove_left_behind(state: &Path) -> io::Result<()> {
    for entry in fs::read_dir(state)? {
        let entry = entry?;
        if owner_of(&entry.file_name()).is_some_and(|pid| test_kill_process(pid).is_err()) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

fn owner_of(name: &OsString) -> Option<Pid> {
    let (pid, _) = name.to_str()?.strip_prefix(PREFIX)?.split_once('-')?;
    Pid::from_raw(pid.parse().ok()?)
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    if !text.is_empty() {
        writeln!(file, "{text}")?;
    }
    Ok(())
}

/// At most one byte more than is taken.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    let mut file = fs::File::open(path)?.take(MOST_BYTES + 1);
    file.read_to_end(&mut text)?;
    Ok(text)
}

/// In our own process group, so that it is in the foreground as we are.
fn spawn(program: &str, arguments: &[String], file: PathBuf, tty: &Tty) -> io::Result<Child> {
    let Tty { input, output } = tty.try_clone()?;
    Command::new(program)
        .args(arguments)
        .arg(file)
        .stdin(Stdio::from(input))
        .stderr(Stdio::from(output.try_clone()?))
        .stdout(Stdio::from(output))
        .spawn()
}

/// On a thread of its own: the loop has other things to do.
fn wait_for(mut child: Child) -> io::Result<oneshot::Receiver<io::Result<ExitStatus>>> {
    let (sender, receiver) = oneshot::channel();
    thread::Builder::new()
        .name("editor".to_owned())
        .spawn(move || {
            let _nobody_waits = sender.send(child.wait());
        })?;
    Ok(receiver)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(visual: &str, editor: &str) -> Vec<String> {
        editor_words(|name| match name {
            "VISUAL" => Some(visual.to_owned()),
            "EDITOR" => Some(editor.to_owned()),
            _ => None,
        })
    }

    #[test]
    fn an_editor_is_words_and_never_a_shell_s() {
        assert_eq!(words("vim -u NONE", "ed"), ["vim", "-u", "NONE"]);
        assert_eq!(words("", "ed; rm -rf $HOME"), ["ed;", "rm", "-rf", "$HOME"]);
        assert_eq!(words("  ", ""), ["vi"]);
        assert_eq!(editor_words(|_| None), ["vi"]);
    }

    #[test]
    fn what_a_killed_console_left_is_removed_and_nothing_else() {
        let state = tempfile::tempdir().unwrap();
        let own = new_directory(state.path()).unwrap();
        let mut dead = Command::new("true").spawn().unwrap();
        dead.wait().unwrap();
        let left = state.path().join(format!("{PREFIX}{}-x", dead.id()));
        let others = state.path().join("edit-notes");
        for directory in [&left, &others] {
            fs::create_dir(directory).unwrap();
        }
        remove_left_behind(state.path()).unwrap();
        assert!(!left.exists() && others.exists() && own.path().exists());
    }

    #[test]
    fn the_text_is_for_its_owner_alone() {
        let state = tempfile::tempdir().unwrap();
        let directory = new_directory(&state.path().join("new")).unwrap();
        let file = file_in(directory.path());
        write(&file, "why").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(directory.path()), mode(&file)), (0o700, 0o600));
        assert_eq!(read(&file).unwrap(), b"why\n");
    }
}
