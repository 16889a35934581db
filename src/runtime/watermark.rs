//! How far this console has seen a server's audit log, kept between runs: every operator's machine is
//! a witness (security.md §0.3). One small file for each server and chain in the state directory.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use quarterdeck_api::text::Line;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use crate::app::message::SeenHead;

/// The one chain that there is (architecture.md §10.1).
const SCOPE: &str = "platform";

/// The file for one server.
#[derive(Debug)]
pub struct WatermarkFile {
    directory: PathBuf,
    path: PathBuf,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Written {
    seq: i64,
    hash: Line,
    seen_at: DateTime<Utc>,
}

impl WatermarkFile {
    /// The file for the server of this host and port.
    pub fn of_server(state: &Path, host: &str) -> Self {
        let directory = state.join("watermarks");
        let path = directory.join(format!("{}-{SCOPE}.json", file_name(host)));
        Self { directory, path }
    }

    /// What was kept; `None` on the first run.
    pub fn load(&self) -> io::Result<Option<SeenHead>> {
        let text = match fs::read_to_string(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            text => text?,
        };
        let Written { seq, hash, seen_at } = serde_json::from_str(&text)?;
        Ok(Some(SeenHead { seq, hash, seen_at }))
    }

    /// Keeps it; a crash leaves the old file or the new one.
    pub fn save(&self, head: &SeenHead) -> io::Result<()> {
        fs::create_dir_all(&self.directory)?;
        let SeenHead { seq, hash, seen_at } = head.clone();
        let mut file = NamedTempFile::new_in(&self.directory)?;
        serde_json::to_writer(&mut file, &Written { seq, hash, seen_at })?;
        file.flush()?;
        file.persist(&self.path)?;
        Ok(())
    }
}

/// A host as a part of a file name; `:` and `[]` of ports and IPv6 addresses are no part of one
/// everywhere.
pub(super) fn file_name(host: &str) -> String {
    host.chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '.' || c == '-' {
                c
            } else {
                '_'
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(seq: i64) -> SeenHead {
        SeenHead {
            seq,
            hash: Line::new("ab12"),
            seen_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn what_is_kept_is_found_again_by_server() {
        let state = tempfile::tempdir().unwrap();
        let file = WatermarkFile::of_server(state.path(), "127.0.0.1:4000");
        assert_eq!(file.load().unwrap(), None);
        file.save(&head(7)).unwrap();
        file.save(&head(9)).unwrap();
        assert_eq!(file.load().unwrap(), Some(head(9)));
        assert_eq!(
            WatermarkFile::of_server(state.path(), "127.0.0.1:4001")
                .load()
                .unwrap(),
            None
        );
        assert_eq!(
            fs::read_dir(state.path().join("watermarks"))
                .unwrap()
                .count(),
            1
        );
    }

    #[test]
    fn a_host_cannot_leave_the_directory() {
        let file = WatermarkFile::of_server(Path::new("/state"), "../../[::1]:4000");
        assert_eq!(
            file.path,
            Path::new("/state/watermarks/.._..____1__4000-platform.json")
        );
    }

    #[test]
    fn a_damaged_file_is_an_error_and_not_a_first_run() {
        let state = tempfile::tempdir().unwrap();
        let file = WatermarkFile::of_server(state.path(), "a");
        file.save(&head(7)).unwrap();
        fs::write(&file.path, "{").unwrap();
        assert!(file.load().is_err());
    }
}
