//! The three layers above the defaults, each turned into the same flat entries.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::entry::{Entry, Origin, Value, variable_name};
use super::settings;
use super::{ConfigError, ServeArgs, VARIABLE_PREFIX};

/// Secrets that a variable gives as text, and the setting that gives them as a file.
const SECRETS: [(&str, &str); 5] = [
    ("secret_key", "secret_key_file"),
    ("gate.password", "gate.password_file"),
    ("redis_password", "redis_password_file"),
    ("mail.password", "mail.password_file"),
    ("oidc.client_secret", "oidc.client_secret_file"),
];

/// The entries of file, environment and flags, in this order: a later one wins.
pub(super) fn entries(
    args: &ServeArgs,
    variables: &[(String, String)],
) -> Result<Vec<Entry>, ConfigError> {
    let mut entries = match config_file(args, variables) {
        Some(path) => file_entries(&path)?,
        None => Vec::new(),
    };
    entries.extend(variable_entries(variables)?);
    entries.extend(flag_entries(args));
    Ok(entries)
}

fn config_file(args: &ServeArgs, variables: &[(String, String)]) -> Option<PathBuf> {
    args.store.config.clone().or_else(|| {
        let (_, path) = variables
            .iter()
            .find(|(name, _)| is_config_variable(name))?;
        Some(path.into())
    })
}

fn is_config_variable(name: &str) -> bool {
    name.strip_prefix(VARIABLE_PREFIX) == Some("CONFIG")
}

fn flag_entries(args: &ServeArgs) -> impl Iterator<Item = Entry> {
    let secret_key_file = args
        .store
        .secret_key_file
        .as_ref()
        .map(|path| path.display().to_string());
    let file = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
    [
        ("database", "--database", args.store.database.clone()),
        ("secret_key_file", "--secret-key-file", secret_key_file),
        ("redis", "--redis", args.redis.clone()),
        ("listen", "--listen", args.listen.clone()),
        (
            "metrics_listen",
            "--metrics-listen",
            args.metrics_listen.clone(),
        ),
        ("environment", "--environment", args.environment.clone()),
        (
            "public_origin",
            "--public-origin",
            args.public_origin.clone(),
        ),
        ("mail.directory", "--mail-dir", file(&args.mail_dir)),
        ("mail.smtp", "--smtp", args.smtp.clone()),
        ("mail.from", "--mail-from", args.mail_from.clone()),
        (
            "passwords.breached_file",
            "--breached-passwords",
            file(&args.breached_passwords),
        ),
    ]
    .into_iter()
    .filter_map(|(key, flag, value)| Some(word(key, value?, Origin::Flag(flag))))
}

fn variable_entries(variables: &[(String, String)]) -> Result<Vec<Entry>, ConfigError> {
    refuse_secrets_given_twice(variables)?;
    variables
        .iter()
        .filter(|(name, _)| name.starts_with(VARIABLE_PREFIX))
        .filter(|(name, _)| !is_config_variable(name) && !is_service_link(name))
        .map(|(name, value)| {
            let origin = Origin::Variable(name.clone());
            match settings::keys().find(|key| variable_name(key) == *name) {
                Some(key) => Ok(word(key, value.clone(), origin)),
                None => Err(ConfigError::Unknown {
                    origin,
                    name: name.clone(),
                    suggestion: settings::closest(name, settings::keys().map(variable_name)),
                }),
            }
        })
        .collect()
}

fn refuse_secrets_given_twice(variables: &[(String, String)]) -> Result<(), ConfigError> {
    for (text, file) in SECRETS {
        let (first, second) = (variable_name(text), variable_name(file));
        let is_set = |wanted: &str| variables.iter().any(|(name, _)| name == wanted);
        if is_set(&first) && is_set(&second) {
            return Err(ConfigError::GivenTwice { first, second });
        }
    }
    Ok(())
}

/// Kubernetes puts such variables into every pod beside a service named `quarterdeck-server`; nobody
/// typed them, so they are no typos.
fn is_service_link(name: &str) -> bool {
    let rest = name.strip_prefix(VARIABLE_PREFIX).unwrap_or(name);
    rest == "PORT"
        || ["PORT_", "SERVICE_HOST", "SERVICE_PORT"]
            .iter()
            .any(|link| rest.starts_with(link))
}

fn word(key: &str, text: String, origin: Origin) -> Entry {
    Entry {
        key: key.to_owned(),
        shown: format!("{text:?}"),
        value: Value::Word(text),
        origin,
    }
}

fn file_entries(path: &Path) -> Result<Vec<Entry>, ConfigError> {
    let text = fs::read_to_string(path).map_err(|source| ConfigError::Read {
        path: path.to_owned(),
        source,
    })?;
    let file = ConfigFile { path, text: &text };
    let table = DeTable::parse(&text).map_err(|error| ConfigError::Syntax {
        origin: file.origin(error.span().map_or(0, |span| span.start)),
        message: error.message().to_owned(),
    })?;
    let mut entries = Vec::new();
    file.flatten("", table.get_ref(), &mut entries);
    Ok(entries)
}

struct ConfigFile<'a> {
    path: &'a Path,
    text: &'a str,
}

impl ConfigFile<'_> {
    fn origin(&self, offset: usize) -> Origin {
        let before = self.text.get(..offset).unwrap_or(self.text);
        Origin::File {
            path: self.path.to_owned(),
            line: 1 + before.matches('\n').count(),
        }
    }

    /// Sections become the first part of their keys; an unknown one too, so that the suggestion can
    /// name the whole key that was meant.
    fn flatten(&self, section: &str, table: &DeTable<'_>, entries: &mut Vec<Entry>) {
        for (name, value) in table {
            let key = join(section, name.get_ref());
            match value.get_ref() {
                DeValue::Table(inner) if settings::is_section(&key) || is_unknown(&key, inner) => {
                    self.flatten(&key, inner, entries);
                }
                given => entries.push(Entry {
                    key,
                    value: file_value(given),
                    shown: self.shown(value.span()),
                    origin: self.origin(name.span().start),
                }),
            }
        }
    }

    /// The first line of the value as it stands in the file.
    fn shown(&self, span: Range<usize>) -> String {
        self.text
            .get(span)
            .unwrap_or_default()
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned()
    }
}

/// An empty section that nobody knows must stay an entry, or it would pass unseen.
fn is_unknown(key: &str, table: &DeTable<'_>) -> bool {
    !table.is_empty() && settings::keys().all(|known| known != key)
}

fn join(section: &str, name: &str) -> String {
    if section.is_empty() {
        name.to_owned()
    } else {
        format!("{section}.{name}")
    }
}

fn file_value(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::Text(text.clone().into_owned()),
        DeValue::Integer(digits) => i64::from_str_radix(digits.as_str(), digits.radix())
            .map_or(Value::Other, |number| Value::Integer(number.to_string())),
        DeValue::Array(items) => items
            .iter()
            .map(string_item)
            .collect::<Option<_>>()
            .map_or(Value::Other, Value::List),
        DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) | DeValue::Table(_) => {
            Value::Other
        }
    }
}

fn string_item(item: &Spanned<DeValue<'_>>) -> Option<String> {
    item.get_ref().as_str().map(str::to_owned)
}
