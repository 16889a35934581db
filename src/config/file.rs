//! Reading the configuration file: TOML with lines, since an error that names none helps nobody.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use quarterdeck_api::suggest::suggestion;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::ConfigError;
use super::key::{Key, Kind};
use super::layer::{Layer, Origin, Setting};
use crate::app::keymap::{self, UserKeys};

/// The file's settings, profiles and keys.
#[derive(Debug, Default)]
pub(super) struct ConfigFile {
    pub(super) settings: Layer,
    pub(super) profiles: BTreeMap<String, Layer>,
    pub(super) user_keys: UserKeys,
}

/// Whether the file has to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    /// It was asked for by name.
    Required,
    /// It is the usual place.
    Optional,
}

impl ConfigFile {
    pub(super) fn load(path: &Path, presence: Presence) -> Result<Self, ConfigError> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(path, &text),
            Err(error) if error.kind() == ErrorKind::NotFound && presence == Presence::Optional => {
                Ok(Self::default())
            }
            Err(error) => Err(ConfigError(format!("{}: {error}", path.display()))),
        }
    }

    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let reader = Reader { path, text };
        let document = DeTable::parse(text).map_err(|error| reader.syntax_error(&error))?;
        let mut file = Self::default();
        for (name, value) in document.get_ref() {
            match (name.get_ref().as_ref(), value.get_ref()) {
                ("keys", _) => {}
                ("profiles", DeValue::Table(profiles)) => {
                    file.profiles = reader.profiles(profiles)?;
                }
                ("profiles", _) => {
                    return Err(reader.error(name, "must be tables, as `[profiles.NAME]`"));
                }
                _ => reader.setting(&mut file.settings, name, value, |_| true)?,
            }
        }
        file.user_keys = keymap::read_user_keys(&path.display().to_string(), text);
        Ok(file)
    }
}

struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
}

type Name<'a> = Spanned<std::borrow::Cow<'a, str>>;

impl Reader<'_> {
    fn profiles(&self, profiles: &DeTable<'_>) -> Result<BTreeMap<String, Layer>, ConfigError> {
        let mut all = BTreeMap::new();
        for (name, profile) in profiles {
            let DeValue::Table(keys) = profile.get_ref() else {
                return Err(self.error(name, "must be a table, as `[profiles.NAME]`"));
            };
            let mut settings = Layer::default();
            for (key, value) in keys {
                self.setting(&mut settings, key, value, Key::is_of_profile)?;
            }
            all.insert(name.get_ref().to_string(), settings);
        }
        Ok(all)
    }

    fn setting(
        &self,
        settings: &mut Layer,
        name: &Name<'_>,
        value: &Spanned<DeValue<'_>>,
        may_hold: impl Fn(Key) -> bool,
    ) -> Result<(), ConfigError> {
        let Some(key) = Key::named(name.get_ref()).filter(|key| may_hold(*key)) else {
            let keys = Key::ALL
                .iter()
                .filter(|key| may_hold(**key))
                .map(|key| key.name());
            let tables = ["profiles", "keys"]
                .into_iter()
                .filter(|_| may_hold(Key::Profile));
            return Err(self.error(
                name,
                format!(
                    "no such key{}",
                    suggestion(name.get_ref(), keys.chain(tables))
                ),
            ));
        };
        let values =
            written(key.kind(), value.get_ref()).map_err(|message| self.error(name, message))?;
        settings.set(
            key,
            Setting {
                values,
                origin: self.origin(name),
            },
        );
        Ok(())
    }

    fn origin(&self, name: &Name<'_>) -> Origin {
        Origin::Line {
            file: PathBuf::from(self.path),
            line: self.line(name.span().start),
            key: name.get_ref().to_string(),
        }
    }

    fn error(&self, name: &Name<'_>, message: impl std::fmt::Display) -> ConfigError {
        self.origin(name).error(message)
    }

    /// The parser's own text quotes the line, which may hold what nobody should see.
    fn syntax_error(&self, error: &toml::de::Error) -> ConfigError {
        let line = self.line(error.span().map_or(0, |span| span.start));
        ConfigError(format!(
            "{}:{line}: {}",
            self.path.display(),
            error.message()
        ))
    }

    fn line(&self, offset: usize) -> usize {
        self.text
            .bytes()
            .take(offset)
            .filter(|byte| *byte == b'\n')
            .count()
            + 1
    }
}

/// A value as text, if it is of the right type.
fn written(kind: Kind, value: &DeValue<'_>) -> Result<Vec<String>, &'static str> {
    match (kind, value) {
        (Kind::Text, DeValue::String(text)) => Ok(vec![text.to_string()]),
        (Kind::Text, _) => Err("must be text in quotes"),
        (Kind::Switch, DeValue::Boolean(switch)) => Ok(vec![switch.to_string()]),
        (Kind::Switch, _) => Err("must be true or false"),
        (Kind::Seconds | Kind::Number, DeValue::Integer(number)) => Ok(vec![number.to_string()]),
        (Kind::Seconds, _) => Err("must be a whole number of seconds"),
        (Kind::Number, _) => Err("must be a whole number"),
        (Kind::Words, DeValue::Array(words)) => {
            let words = words
                .iter()
                .map(|word| word.get_ref().as_str().map(str::to_owned));
            words
                .collect::<Option<Vec<_>>>()
                .filter(|words| !words.is_empty())
                .ok_or(WORDS)
        }
        (Kind::Words, _) => Err(WORDS),
    }
}

const WORDS: &str = "must be a list of words, as [\"pass\", \"show\", \"quarterdeck\"]";
