//! A value and where it was given, before any setting has looked at it.

use std::fmt;
use std::path::PathBuf;

use super::VARIABLE_PREFIX;

/// Where a value was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A line of the configuration file.
    File {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
    },
    /// An environment variable.
    Variable(String),
    /// A flag.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Variable(name) => f.write_str(name),
            Self::Flag(name) => f.write_str(name),
        }
    }
}

/// A value as it was given.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// From a flag or a variable: it may stand for any type.
    Word(String),
    /// A string of the file.
    Text(String),
    /// A whole number of the file, in decimal.
    Integer(String),
    /// A list of strings of the file.
    List(Vec<String>),
    /// What no setting takes.
    Other,
}

/// One value for one key.
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) value: Value,
    /// The value as an error may show it.
    pub(super) shown: String,
    pub(super) origin: Origin,
}

/// The environment variable of a setting.
pub(super) fn variable_name(key: &str) -> String {
    format!(
        "{VARIABLE_PREFIX}{}",
        key.replace('.', "_").to_ascii_uppercase()
    )
}
