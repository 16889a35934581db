//! Writes that are on their way, one file for each run in the state directory: a line before a write is
//! sent, a line when it is answered. A run that ends as it should leaves no file; what the next run finds
//! was cut off. A file is locked by the run that writes it, or has taken it over, so that two consoles of
//! one operator never tell each other's.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

use super::watermark::file_name;
use crate::app::cut_off::PendingWrite;

/// A line of a file.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Noted {
    Sent(PendingWrite),
    Answered(String),
}

/// A file, and the writes in it that have no answer.
#[derive(Debug)]
struct Open {
    path: PathBuf,
    file: File,
    writes: Vec<PendingWrite>,
}

/// The files of one server.
#[derive(Debug)]
pub struct PendingFiles {
    directory: PathBuf,
    name: String,
    own: Option<Open>,
    /// Those of runs that were cut off.
    ended: Vec<Open>,
}

impl PendingFiles {
    /// The files for the server of this host and port, and those that runs before this one left.
    pub fn of_server(state: &Path, host: &str, run_id: &str) -> Self {
        let directory = state.join("pending");
        let prefix = format!("{}-", file_name(host));
        let ended = fs::read_dir(&directory).into_iter().flatten().flatten();
        let ended = ended
            .filter(|entry| entry.file_name().to_string_lossy().starts_with(&prefix))
            .filter_map(|entry| take_over(entry.path()).ok().flatten())
            .collect();
        Self {
            directory,
            name: format!("{prefix}{run_id}.ndjson"),
            own: None,
            ended,
        }
    }

    /// What was cut off.
    pub fn cut_off(&self) -> Vec<PendingWrite> {
        let writes = self.ended.iter().flat_map(|open| &open.writes);
        writes.cloned().collect()
    }

    /// A write is about to be sent.
    ///
    /// # Errors
    /// The file cannot be written: the write goes out all the same.
    pub fn sent(&mut self, write: PendingWrite) -> io::Result<()> {
        let own = match &mut self.own {
            Some(own) => own,
            own @ None => own.insert(create(&self.directory, &self.name)?),
        };
        note(&own.file, &Noted::Sent(write.clone()))?;
        own.writes.push(write);
        Ok(())
    }

    /// A write was answered.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn answered(&mut self, key: &str) -> io::Result<()> {
        for open in self.own.iter_mut().chain(&mut self.ended) {
            let before = open.writes.len();
            open.writes.retain(|write| write.key != key);
            if open.writes.len() < before {
                note(&open.file, &Noted::Answered(key.to_owned()))?;
            }
        }
        Ok(())
    }
}

/// Files without a write that waits are of no use.
impl Drop for PendingFiles {
    fn drop(&mut self) {
        let all = self.own.iter().chain(&self.ended);
        for open in all.filter(|open| open.writes.is_empty()) {
            // What stays is removed by the next run.
            let _left = fs::remove_file(&open.path);
        }
    }
}

fn create(directory: &Path, name: &str) -> io::Result<Open> {
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(0o700).create(directory)?;
    let path = directory.join(name);
    let mut options = OpenOptions::new();
    let file = options.append(true).create(true).mode(0o600).open(&path)?;
    flock(&file, FlockOperation::NonBlockingLockExclusive)?;
    Ok(Open {
        path,
        file,
        writes: Vec::new(),
    })
}

fn note(mut file: &File, noted: &Noted) -> io::Result<()> {
    let mut line = serde_json::to_vec(noted)?;
    line.push(b'\n');
    file.write_all(&line)
}

/// A file of another run, unless that run still has it. One without a write that waits is removed.
fn take_over(path: PathBuf) -> io::Result<Option<Open>> {
    let file = OpenOptions::new().read(true).append(true).open(&path)?;
    if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
        return Ok(None);
    }
    let writes = unanswered(&file)?;
    if writes.is_empty() {
        fs::remove_file(&path)?;
        return Ok(None);
    }
    Ok(Some(Open { path, file, writes }))
}

/// The writes without an answer. A line that was torn off is of a write that was not sent.
fn unanswered(file: &File) -> io::Result<Vec<PendingWrite>> {
    let mut writes: Vec<PendingWrite> = Vec::new();
    for line in BufReader::new(file).lines() {
        match serde_json::from_str(&line?) {
            Ok(Noted::Sent(write)) => writes.push(write),
            Ok(Noted::Answered(key)) => writes.retain(|write| write.key != key),
            Err(_) => {}
        }
    }
    Ok(writes)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use chrono::DateTime;

    use super::*;

    fn write(key: &str) -> PendingWrite {
        PendingWrite {
            key: key.to_owned(),
            operation: "applications.decide".to_owned(),
            verb: "approve".to_owned(),
            ids: vec![7],
            account: 1,
            sent_at: DateTime::UNIX_EPOCH,
        }
    }

    fn of(state: &Path, run: &str) -> PendingFiles {
        PendingFiles::of_server(state, "127.0.0.1:4000", run)
    }

    fn files(state: &Path) -> usize {
        fs::read_dir(state.join("pending")).map_or(0, Iterator::count)
    }

    /// Ends a run as a kill does: nothing is tidied up.
    fn kill(files: PendingFiles) {
        let mut files = std::mem::ManuallyDrop::new(files);
        drop(files.own.take());
        files.ended.clear();
    }

    #[test]
    fn a_run_that_ends_as_it_should_leaves_nothing() {
        let state = tempfile::tempdir().unwrap();
        let mut run = of(state.path(), "a");
        run.sent(write("a-1")).unwrap();
        assert_eq!(files(state.path()), 1);
        run.answered("a-1").unwrap();
        drop(run);
        assert_eq!(files(state.path()), 0);
    }

    #[test]
    fn what_was_cut_off_is_found_until_it_is_told() {
        let state = tempfile::tempdir().unwrap();
        let mut run = of(state.path(), "a");
        run.sent(write("a-1")).unwrap();
        run.sent(write("a-2")).unwrap();
        run.answered("a-1").unwrap();
        let path = run.own.as_ref().unwrap().path.clone();
        kill(run);
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        // Torn off in the middle of a line.
        fs::write(
            &path,
            [fs::read(&path).unwrap(), b"{\"sent\":{\"ke".to_vec()].concat(),
        )
        .unwrap();
        let next = of(state.path(), "b");
        assert_eq!(next.cut_off(), [write("a-2")]);
        kill(next);
        let mut third = of(state.path(), "c");
        assert_eq!(third.cut_off(), [write("a-2")]);
        third.answered("a-2").unwrap();
        drop(third);
        assert_eq!(files(state.path()), 0);
    }

    #[test]
    fn the_file_of_a_run_that_goes_on_and_those_of_other_servers_are_left_alone() {
        let state = tempfile::tempdir().unwrap();
        let mut run = of(state.path(), "a");
        run.sent(write("a-1")).unwrap();
        assert_eq!(of(state.path(), "b").cut_off(), []);
        kill(run);
        let other = PendingFiles::of_server(state.path(), "127.0.0.1:4001", "c");
        assert_eq!(other.cut_off(), []);
    }
}
