//! Where files of the console are (architecture.md §10.14).

use std::fmt;
use std::path::PathBuf;

use directories::ProjectDirs;

use super::error::ConfigError;

/// Where files of the console are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// `config.toml`.
    pub config_file: PathBuf,
    /// `credentials.toml`, where an operator chose to keep tokens in a file.
    pub credentials_file: PathBuf,
    /// Exports and the kept database of a demo.
    pub data: PathBuf,
    /// Watermarks and crash reports.
    pub state: PathBuf,
    /// Log files.
    pub log: PathBuf,
}

impl Paths {
    /// The places that the platform names, by `XDG_*` and `HOME` where it has them.
    pub fn find() -> Result<Self, ConfigError> {
        let directories = ProjectDirs::from("", "", "quarterdeck")
            .ok_or_else(|| ConfigError("no home directory: set HOME".to_owned()))?;
        let state = directories
            .state_dir()
            .unwrap_or_else(|| directories.data_local_dir());
        Ok(Self {
            config_file: directories.config_dir().join("config.toml"),
            credentials_file: directories.config_dir().join("credentials.toml"),
            data: directories.data_dir().to_owned(),
            state: state.to_owned(),
            log: state.join("log"),
        })
    }
}

impl fmt::Display for Paths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            config_file,
            credentials_file,
            data,
            state,
            log,
        } = self;
        let lines = [
            ("config", config_file),
            ("credentials", credentials_file),
            ("data", data),
            ("state", state),
            ("log", log),
        ];
        for (name, path) in lines {
            writeln!(f, "{name:<12} {}", path.display())?;
        }
        Ok(())
    }
}
