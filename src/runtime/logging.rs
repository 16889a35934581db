//! The log: JSON lines in rotating files that only their owner reads, and nothing on the screen.
//!
//! `main` starts it. Nothing secret is redacted here, because nothing secret gets here: secrets have
//! no `Display`, the network logs names and ids only, and other crates may only warn.

use std::fs::{DirBuilder, Permissions, set_permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::Path;

use tracing::level_filters::LevelFilter;
use tracing::{Level, subscriber};
use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{Registry, fmt};

const KEPT_DAYS: usize = 7;

/// The log of this run; what was logged is on disk once this is dropped.
#[derive(Debug)]
pub struct Logging {
    _writer: Option<WorkerGuard>,
    /// Why there is no log file, where there is none: the console starts all the same (S004-51).
    pub warning: Option<String>,
}

impl Logging {
    /// Starts the log in a directory.
    pub fn start(directory: &Path, level: Level) -> Self {
        match open(directory) {
            Ok(appender) => {
                let (writer, guard) = tracing_appender::non_blocking(appender);
                let lines = fmt::layer().json().with_writer(writer);
                let filter = Targets::new()
                    .with_default(LevelFilter::WARN)
                    .with_target("quarterdeck", level);
                // Fails only where a subscriber is set already, as in a test.
                let _already_set =
                    subscriber::set_global_default(Registry::default().with(filter).with(lines));
                Self {
                    _writer: Some(guard),
                    warning: None,
                }
            }
            Err(error) => {
                let warning = format!("nothing is logged: {}: {error}", directory.display());
                Self {
                    _writer: None,
                    warning: Some(warning),
                }
            }
        }
    }
}

fn open(directory: &Path) -> io::Result<RollingFileAppender> {
    if directory.exists() && !directory.is_dir() {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)?;
    // It may have been made by hand.
    set_permissions(directory, Permissions::from_mode(0o700))?;
    RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("quarterdeck")
        .filename_suffix("log")
        .max_log_files(KEPT_DAYS)
        .build(directory)
        .map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s004_51_a_log_directory_that_cannot_be_is_a_warning() {
        let state = tempfile::tempdir().unwrap();
        let taken = state.path().join("log");
        std::fs::write(&taken, "a plain file").unwrap();
        let logging = Logging::start(&taken, Level::INFO);
        let warning = logging.warning.unwrap();
        assert!(warning.starts_with("nothing is logged: "), "{warning}");
        assert!(warning.contains(&taken.display().to_string()), "{warning}");
    }

    #[test]
    fn the_log_directory_is_the_owners_alone() {
        let state = tempfile::tempdir().unwrap();
        let directory = state.path().join("log");
        std::fs::create_dir(&directory).unwrap();
        set_permissions(&directory, Permissions::from_mode(0o755)).unwrap();
        open(&directory).unwrap();
        assert_eq!(
            directory.metadata().unwrap().permissions().mode() & 0o777,
            0o700
        );
    }
}
