//! What an operator chose of the look of the tabs, kept between runs in `view.json` of the state directory. The
//! configuration is the operator's own and never written.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use quarterdeck_api::text::Line;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use tokio::sync::mpsc::UnboundedSender;

use crate::app::columns::KeptColumns;
use crate::app::message::{Msg, Notice, Severity};
use crate::app::tab::Tab;

/// The form of the file.
const FORM: u32 = 1;
/// More than a file of ours ever has.
const MOST_BYTES: u64 = 64 * 1024;

/// The file.
#[derive(Clone, Debug)]
pub struct ViewFile {
    directory: PathBuf,
    path: PathBuf,
}

#[derive(Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Written {
    v: u32,
    /// By the tab's command.
    columns: BTreeMap<String, Vec<String>>,
}

/// The columns of a tab; none where all are shown.
type Choice = (Tab, Option<Vec<String>>);

impl ViewFile {
    /// The file in a state directory.
    pub fn of(state: &Path) -> Self {
        Self {
            directory: state.to_owned(),
            path: state.join("view.json"),
        }
    }

    /// What was kept; nothing on the first run. Tabs that there are no more are left out.
    pub fn load(&self) -> io::Result<KeptColumns> {
        let columns = self.read()?.columns.into_iter();
        let known = columns.filter_map(|(tab, columns)| Some((Tab::of_command(&tab)?, columns)));
        Ok(known.collect())
    }

    fn read(&self) -> io::Result<Written> {
        let mut text = String::new();
        match File::open(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Written::default()),
            file => file?.take(MOST_BYTES).read_to_string(&mut text)?,
        };
        let written: Written = serde_json::from_str(&text)?;
        if written.v == FORM {
            Ok(written)
        } else {
            let why = format!("it is of form {}, and {FORM} is known", written.v);
            Err(io::Error::new(ErrorKind::InvalidData, why))
        }
    }

    /// Keeps the choice for one tab, beside those that others have made since. A crash leaves the old file or the
    /// new one, which nobody else can read; a file that cannot be read gives way.
    fn keep(&self, (tab, columns): &Choice) -> io::Result<()> {
        let mut written = self.read().unwrap_or_default();
        written.v = FORM;
        match columns {
            Some(columns) => written
                .columns
                .insert(tab.command().to_owned(), columns.clone()),
            None => written.columns.remove(tab.command()),
        };
        fs::create_dir_all(&self.directory)?;
        let mut file = NamedTempFile::new_in(&self.directory)?;
        serde_json::to_writer(&mut file, &written)?;
        file.flush()?;
        file.persist(&self.path)?;
        Ok(())
    }
}

/// Writes the file on a thread of its own, so that no key waits for a disk.
pub(super) struct ViewKeeper {
    file: ViewFile,
    messages: UnboundedSender<Msg>,
    writer: Option<(Sender<Choice>, JoinHandle<()>)>,
}

impl ViewKeeper {
    pub(super) const fn new(file: ViewFile, messages: UnboundedSender<Msg>) -> Self {
        Self {
            file,
            messages,
            writer: None,
        }
    }

    /// Keeps a choice, after those before it.
    pub(super) fn keep(&mut self, tab: Tab, columns: Option<Vec<String>>) {
        let (sender, _) = self.writer.get_or_insert_with(|| {
            let (sender, choices) = channel();
            let (file, messages) = (self.file.clone(), self.messages.clone());
            (
                sender,
                thread::spawn(move || write(&file, &choices, &messages)),
            )
        });
        // The thread ends only once there is no sender.
        let _own_receiver = sender.send((tab, columns));
    }
}

/// What was chosen just before the end is written before it.
impl Drop for ViewKeeper {
    fn drop(&mut self) {
        if let Some((sender, thread)) = self.writer.take() {
            drop(sender);
            // A panic there has been reported by the hook.
            let _reported = thread.join();
        }
    }
}

fn write(file: &ViewFile, choices: &Receiver<Choice>, messages: &UnboundedSender<Msg>) {
    for choice in choices {
        if let Err(error) = file.keep(&choice) {
            let text = format!("the columns are not kept for the next run: {error}");
            // Nobody listens any more once the console is leaving.
            let _leaving = messages.send(Msg::Notice(Notice {
                severity: Severity::Warn,
                text: Line::new(&text),
            }));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use tokio::sync::mpsc::unbounded_channel;

    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn columns_are_kept_between_runs_and_by_tab_for_the_operator_alone() {
        let state = tempfile::tempdir().unwrap();
        let file = ViewFile::of(&state.path().join("deep"));
        assert_eq!(file.load().unwrap(), KeptColumns::new());
        let (messages, mut said) = unbounded_channel();
        let mut keeper = ViewKeeper::new(file.clone(), messages);
        keeper.keep(Tab::Users, Some(names(&["id", "status", "name"])));
        keeper.keep(Tab::Audit, Some(names(&["seq"])));
        keeper.keep(Tab::Users, Some(names(&["id", "status"])));
        keeper.keep(Tab::Audit, None);
        drop(keeper);
        assert!(said.try_recv().is_err());
        let kept = KeptColumns::from([(Tab::Users, names(&["id", "status"]))]);
        assert_eq!(file.load().unwrap(), kept);
        let mode = fs::metadata(&file.path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(&file.directory).unwrap().count(), 1);
    }

    #[test]
    fn a_damaged_or_foreign_file_is_an_error_and_gives_way_to_the_next_choice() {
        let state = tempfile::tempdir().unwrap();
        let file = ViewFile::of(state.path());
        for text in ["{", "[]", "{\"v\":2,\"columns\":{}}", "{\"v\":1}", "\u{0}"] {
            fs::write(&file.path, text).unwrap();
            assert!(file.load().is_err(), "{text}");
        }
        file.keep(&(Tab::Users, Some(names(&["id"])))).unwrap();
        assert_eq!(file.load().unwrap().len(), 1);
        let unknown = "{\"v\":1,\"columns\":{\"gone\":[\"id\"],\"users\":[\"id\"]}}";
        fs::write(&file.path, unknown).unwrap();
        assert_eq!(file.load().unwrap().len(), 1);
    }

    #[test]
    fn what_cannot_be_kept_is_said() {
        let state = tempfile::tempdir().unwrap();
        let blocked = state.path().join("file");
        fs::write(&blocked, "").unwrap();
        let (messages, mut said) = unbounded_channel();
        let mut keeper = ViewKeeper::new(ViewFile::of(&blocked), messages);
        keeper.keep(Tab::Users, None);
        drop(keeper);
        let said = said.try_recv().unwrap();
        assert!(matches!(said, Msg::Notice(notice) if notice.severity == Severity::Warn));
    }
}
