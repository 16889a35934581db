//! Where settings come from, and which of them wins.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use super::error::ConfigError;
use super::key::Key;

/// Where a setting was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Default,
    Flag(&'static str),
    Variable(String),
    Line {
        file: PathBuf,
        line: usize,
        key: String,
    },
}

impl Origin {
    pub(super) fn error(&self, message: impl fmt::Display) -> ConfigError {
        ConfigError(format!("{self}: {message}"))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Flag(flag) => f.write_str(flag),
            Self::Variable(name) => f.write_str(name),
            Self::Line { file, line, key } => write!(f, "{}:{line}: `{key}`", file.display()),
        }
    }
}

/// A key's value as it was written; only a list of words has more than one part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Setting {
    pub(super) values: Vec<String>,
    pub(super) origin: Origin,
}

impl Setting {
    pub(super) fn new(value: impl Into<String>, origin: Origin) -> Self {
        Self {
            values: vec![value.into()],
            origin,
        }
    }

    pub(super) fn text(&self) -> &str {
        self.values.first().map_or("", String::as_str)
    }

    pub(super) fn parse<T>(
        &self,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<T, ConfigError> {
        parse(self.text()).map_err(|message| self.origin.error(message))
    }
}

/// All settings of one source, or all that are in force.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Layer(pub(super) BTreeMap<Key, Setting>);

impl Layer {
    pub(super) fn get(&self, key: Key) -> Option<&Setting> {
        self.0.get(&key)
    }

    pub(super) fn set(&mut self, key: Key, setting: Setting) {
        self.0.insert(key, setting);
    }

    /// What is in force: of each key the first layer that holds it. Below the layer that names the
    /// server, nothing that goes with a server counts.
    pub(super) fn merge(layers: impl IntoIterator<Item = Self>) -> Self {
        let mut merged = Self::default();
        for layer in layers {
            let server_is_named = merged.0.contains_key(&Key::Server);
            for (key, setting) in layer.0 {
                if !(server_is_named && key.goes_with_server()) {
                    merged.0.entry(key).or_insert(setting);
                }
            }
        }
        merged
    }
}
