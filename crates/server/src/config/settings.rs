//! Every setting once: its key, the field that holds it, and what it may be.

use std::fmt::Display;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;

use http::Uri;
use secrecy::SecretString;
use tracing::Level;

use super::entry::{Entry, Origin, Value};
use super::oidc::{ADMIN_LOGINS, domain, issuer};
use super::{
    ConfigError, DatabaseUrl, LogFormat, Network, NotANetwork, RedisUrl, SecretSource,
    ServerConfig, SmtpServer,
};

const MAX_PER_MINUTE: u32 = 100_000;
const DAY_SECONDS: u32 = 24 * 60 * 60;
const WEEK_HOURS: u32 = 7 * 24;
/// The least memory in OWASP's table for argon2id.
const MIN_MEMORY_KIB: u32 = 7_168;
/// Two hashes of this size leave room in the 256 MB of a process (architecture.md §10.22).
const MAX_MEMORY_KIB: u32 = 65_536;

const LEVELS: &[(&str, Level)] = &[
    ("error", Level::ERROR),
    ("warn", Level::WARN),
    ("info", Level::INFO),
    ("debug", Level::DEBUG),
    ("trace", Level::TRACE),
];
const FORMATS: &[(&str, LogFormat)] = &[("json", LogFormat::Json), ("text", LogFormat::Text)];

/// What a value must be instead.
type Problem = String;

struct Setting {
    key: &'static str,
    set: fn(&mut ServerConfig, &Entry) -> Result<(), Problem>,
}

macro_rules! settings {
    ($( $key:literal => $($field:ident).+ = $read:expr; )+) => {
        const SETTINGS: &[Setting] = &[$(
            Setting {
                key: $key,
                set: |config, entry| {
                    config.$($field).+ = $read(entry)?;
                    Ok(())
                },
            },
        )+];
    };
}

settings! {
    "database" => database = database;
    "redis" => redis.url = optional(redis);
    "redis_password" => redis.password = optional(secret_text);
    "redis_password_file" => redis.password = optional(secret_file);
    "listen" => listen = address;
    "metrics_listen" => metrics_listen = optional(address);
    "environment" => environment = environment_name;
    "public_origin" => public_origin = optional(origin);
    "app_url" => app_url = optional(web_address);
    "reasons_file" => reasons_file = optional(path);
    "secret_key" => secret_key = optional(secret_text);
    "secret_key_file" => secret_key = optional(secret_file);
    "gate.password" => gate.password = optional(secret_text);
    "gate.password_file" => gate.password = optional(secret_file);
    "auth.admin_login" => auth.admin_login = one_of(ADMIN_LOGINS);
    "oidc.issuer" => oidc.issuer = optional(provider);
    "oidc.client_id" => oidc.client_id = optional(client_id);
    "oidc.client_secret" => oidc.client_secret = optional(secret_text);
    "oidc.client_secret_file" => oidc.client_secret = optional(secret_file);
    "oidc.domains" => oidc.domains = domains;
    "oidc.networks" => oidc.networks = networks;
    "limits.all_per_minute" => limits.all_per_minute = number(1..=MAX_PER_MINUTE);
    "limits.decisions_per_minute" => limits.decisions_per_minute = number(1..=MAX_PER_MINUTE);
    "limits.users_per_minute" => limits.users_per_minute = number(1..=MAX_PER_MINUTE);
    "limits.admins_per_minute" => limits.admins_per_minute = number(1..=MAX_PER_MINUTE);
    "limits.sign_in_per_minute" => limits.sign_in_per_minute = number(1..=MAX_PER_MINUTE);
    "limits.sign_in_lock_seconds" => limits.sign_in_lock_seconds = number(1..=DAY_SECONDS);
    "limits.account_failures" => limits.account_failures = number(1..=1_000);
    "limits.account_lock_seconds" => limits.account_lock_seconds = number(1..=DAY_SECONDS);
    "limits.verify_per_minute" => limits.verify_per_minute = number(1..=MAX_PER_MINUTE);
    "sessions.access_minutes" => sessions.access_minutes = number(1..=60);
    "sessions.refresh_hours" => sessions.refresh_hours = number(1..=WEEK_HOURS);
    "sessions.challenge_minutes" => sessions.challenge_minutes = number(1..=30);
    "sessions.first_login_hours" => sessions.first_login_hours = number(1..=WEEK_HOURS);
    "http.header_timeout_seconds" => http.header_timeout_seconds = number(1..=300);
    "http.body_timeout_seconds" => http.body_timeout_seconds = number(1..=600);
    "http.drain_seconds" => http.drain_seconds = number(0..=300);
    "http.max_connections" => http.max_connections = number(1..=65_535);
    "http.max_sockets" => http.max_sockets = number(0..=65_535);
    "http.trusted_proxies" => http.trusted_proxies = networks;
    "passwords.pool" => passwords.pool = number(1..=64);
    "passwords.queue" => passwords.queue = number(0..=10_000);
    "passwords.memory_kib" => passwords.memory_kib = number(MIN_MEMORY_KIB..=MAX_MEMORY_KIB);
    "passwords.iterations" => passwords.iterations = number(1..=20);
    "passwords.parallelism" => passwords.parallelism = number(1..=16);
    "passwords.breached_file" => breached_passwords = optional(path);
    "jobs.poll_seconds" => jobs.poll_seconds = number(0..=300);
    "mail.directory" => mail.directory = optional(path);
    "mail.smtp" => mail.smtp = optional(mail_server);
    "mail.user" => mail.user = optional(mail_user);
    "mail.password" => mail.password = optional(secret_text);
    "mail.password_file" => mail.password = optional(secret_file);
    "mail.from" => mail.from = mail_address;
    "log.level" => log.level = one_of(LEVELS);
    "log.format" => log.format = one_of(FORMATS);
}

/// Writes one entry into the configuration.
pub(super) fn apply(config: &mut ServerConfig, entry: &Entry) -> Result<(), ConfigError> {
    let Some(setting) = SETTINGS.iter().find(|setting| setting.key == entry.key) else {
        return Err(ConfigError::Unknown {
            origin: entry.origin.clone(),
            name: entry.key.clone(),
            suggestion: closest(&entry.key, keys().map(str::to_owned)),
        });
    };
    (setting.set)(config, entry).map_err(|problem| ConfigError::Invalid {
        origin: entry.origin.clone(),
        key: entry.key.clone(),
        problem,
    })
}

/// The keys of all settings.
pub(super) fn keys() -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().map(|setting| setting.key)
}

/// Whether settings have this section in their keys.
pub(super) fn is_section(name: &str) -> bool {
    keys().any(|key| {
        key.split_once('.')
            .is_some_and(|(section, _)| section == name)
    })
}

/// The name that was probably meant: the same key of another section, else one a few typos away.
pub(super) fn closest(written: &str, names: impl Iterator<Item = String>) -> Option<String> {
    let leaf = |name: &str| name.rsplit('.').next().map(str::to_owned);
    names
        .map(|name| {
            let same_leaf = name.contains('.') && leaf(&name) == leaf(written);
            (if same_leaf { 0 } else { edits(written, &name) }, name)
        })
        .min()
        .filter(|(distance, name)| *distance <= (name.len() / 5).max(2))
        .map(|(_, name)| name)
}

/// Levenshtein's distance.
fn edits(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, symbol) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for column in 1..row.len() {
            let replaced = diagonal + usize::from(to[column - 1] != symbol);
            diagonal = row[column];
            row[column] = replaced.min(diagonal + 1).min(row[column - 1] + 1);
        }
    }
    row[to.len()]
}

fn optional<T>(
    read: impl Fn(&Entry) -> Result<T, Problem>,
) -> impl Fn(&Entry) -> Result<Option<T>, Problem> {
    move |entry| read(entry).map(Some)
}

fn text(entry: &Entry) -> Option<&str> {
    match &entry.value {
        Value::Word(text) | Value::Text(text) => Some(text)
            .filter(|text| !text.is_empty())
            .map(String::as_str),
        Value::Integer(_) | Value::List(_) | Value::Other => None,
    }
}

fn number<N>(range: RangeInclusive<N>) -> impl Fn(&Entry) -> Result<N, Problem>
where
    N: FromStr + PartialOrd + Display,
{
    move |entry| {
        let digits = match &entry.value {
            Value::Word(digits) | Value::Integer(digits) => Some(digits),
            Value::Text(_) | Value::List(_) | Value::Other => None,
        };
        digits
            .and_then(|digits| digits.parse().ok())
            .filter(|number| range.contains(number))
            .ok_or_else(|| {
                format!(
                    "must be a whole number from {} to {}, not {}",
                    range.start(),
                    range.end(),
                    entry.shown
                )
            })
    }
}

fn one_of<T: Copy>(choices: &'static [(&'static str, T)]) -> impl Fn(&Entry) -> Result<T, Problem> {
    move |entry| {
        let chosen = choices.iter().find(|(name, _)| text(entry) == Some(*name));
        chosen.map(|(_, value)| *value).ok_or_else(|| {
            let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
            format!("must be one of {}, not {}", names.join(", "), entry.shown)
        })
    }
}

fn address(entry: &Entry) -> Result<SocketAddr, Problem> {
    text(entry)
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| {
            format!(
                "must be an address with a port, such as 127.0.0.1:4000, not {}",
                entry.shown
            )
        })
}

/// The refused value is not shown: there may be a password in it.
fn database(entry: &Entry) -> Result<DatabaseUrl, Problem> {
    let schemes = ["sqlite:", "postgres://", "postgresql://"];
    text(entry)
        .filter(|url| {
            schemes
                .iter()
                .any(|scheme| url.len() > scheme.len() && url.starts_with(scheme))
        })
        .map(|url| DatabaseUrl::new(url.to_owned()))
        .ok_or_else(|| "must be sqlite:PATH or postgres://USER@HOST/NAME".to_owned())
}

/// Nor is it shown here; and a command line can be read by others.
fn redis(entry: &Entry) -> Result<RedisUrl, Problem> {
    let url = text(entry)
        .filter(|url| url.len() > 8 && (url.starts_with("redis://") || url.starts_with("unix:/")))
        .ok_or("must be redis://HOST:PORT/NUMBER or unix:PATH")?;
    let has_login = url.contains('@') || url.contains("pass=");
    match &entry.origin {
        Origin::Flag(_) if has_login => Err(format!(
            "may hold no password on a command line: set {} or name a file in redis_password_file",
            super::entry::variable_name("redis_password")
        )),
        Origin::Flag(_) | Origin::Variable(_) | Origin::File { .. } => {
            Ok(RedisUrl::new(url.to_owned()))
        }
    }
}

fn environment_name(entry: &Entry) -> Result<String, Problem> {
    let is_allowed = |symbol: char| symbol.is_ascii_alphanumeric() || "-_.".contains(symbol);
    text(entry)
        .filter(|name| name.len() <= 32 && name.chars().all(is_allowed))
        .map(str::to_owned)
        .ok_or_else(|| {
            format!(
                "must be 1 to 32 letters, digits, \"-\", \"_\" or \".\", not {}",
                entry.shown
            )
        })
}

/// An origin is compared with the header that browsers send, so it must be written as they do.
fn origin(entry: &Entry) -> Result<String, Problem> {
    text(entry)
        .filter(|text| is_origin(text))
        .map(str::to_owned)
        .ok_or_else(|| {
            format!(
                "must be an origin as browsers send it, such as https://ops.example.com (no path, no \
                 default port), not {}",
                entry.shown
            )
        })
}

fn is_origin(text: &str) -> bool {
    let Some((scheme, authority)) = text.split_once("://") else {
        return false;
    };
    let default_port = match scheme {
        "https" => ":443",
        "http" => ":80",
        _ => return false,
    };
    is_web_address(text)
        && !authority.contains(['/', '?', '#', '@'])
        && !authority.ends_with(default_port)
        && !authority.contains(|symbol: char| symbol.is_ascii_uppercase())
}

fn web_address(entry: &Entry) -> Result<String, Problem> {
    text(entry)
        .filter(|text| is_web_address(text))
        .map(str::to_owned)
        .ok_or_else(|| format!("must be an http or https address, not {}", entry.shown))
}

fn is_web_address(text: &str) -> bool {
    text.parse::<Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.host().is_some_and(|host| !host.is_empty())
    })
}

/// The texts of a list; in a variable or a flag they stand with commas between them.
fn list<'a>(entry: &'a Entry, sample: &str) -> Result<Vec<&'a str>, Problem> {
    match &entry.value {
        Value::Word(text) => Ok(text
            .split(',')
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .collect()),
        Value::List(texts) => Ok(texts.iter().map(String::as_str).collect()),
        Value::Text(_) | Value::Integer(_) | Value::Other => Err(format!(
            "must be a list such as [{sample:?}], not {}",
            entry.shown
        )),
    }
}

fn networks(entry: &Entry) -> Result<Vec<Network>, Problem> {
    list(entry, "10.0.0.0/8")?
        .into_iter()
        .map(|text| {
            text.parse()
                .map_err(|problem: NotANetwork| format!("{problem}, not {text:?}"))
        })
        .collect()
}

fn domains(entry: &Entry) -> Result<Vec<String>, Problem> {
    let read = |text| {
        domain(text).ok_or_else(|| {
            format!("must name domains such as example.com, without @ or https://, not {text:?}")
        })
    };
    list(entry, "example.com")?.into_iter().map(read).collect()
}

fn provider(entry: &Entry) -> Result<String, Problem> {
    text(entry)
        .filter(|text| issuer(text))
        .map(str::to_owned)
        .ok_or_else(|| {
            format!(
                "must be an https address, as the provider names itself in its tokens, or an http one such as \
                 http://127.0.0.1:8000, not {}",
                entry.shown
            )
        })
}

fn mail_server(entry: &Entry) -> Result<SmtpServer, Problem> {
    text(entry)
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| {
            "must be smtp://HOST:PORT or smtps://HOST:PORT, without a user or a password".to_owned()
        })
}

fn client_id(entry: &Entry) -> Result<String, Problem> {
    text(entry)
        .filter(|text| text.len() <= 255)
        .map(str::to_owned)
        .ok_or_else(|| format!("must be the name of a client, not {}", entry.shown))
}

fn mail_user(entry: &Entry) -> Result<String, Problem> {
    text(entry)
        .map(str::to_owned)
        .ok_or_else(|| format!("must be a name, not {}", entry.shown))
}

fn mail_address(entry: &Entry) -> Result<String, Problem> {
    text(entry)
        .filter(|text| text.parse::<lettre::Address>().is_ok())
        .map(str::to_owned)
        .ok_or_else(|| {
            format!(
                "must be an address such as ops@example.com, not {}",
                entry.shown
            )
        })
}

fn path(entry: &Entry) -> Result<PathBuf, Problem> {
    text(entry)
        .map(PathBuf::from)
        .ok_or_else(|| format!("must be the path of a file, not {}", entry.shown))
}

fn secret_file(entry: &Entry) -> Result<SecretSource, Problem> {
    path(entry).map(SecretSource::File)
}

/// Secrets stand neither in the configuration file nor on a command line, which others can read.
fn secret_text(entry: &Entry) -> Result<SecretSource, Problem> {
    match (&entry.origin, text(entry)) {
        (Origin::Variable(name), Some(text)) => Ok(SecretSource::Variable {
            name: name.clone(),
            text: SecretString::from(text),
        }),
        (Origin::Variable(_), None) => Err("must not be empty".to_owned()),
        (Origin::File { .. } | Origin::Flag(_), _) => {
            let variable = super::entry::variable_name(&entry.key);
            Err(format!(
                "is a secret: set {variable}, or name a file in {}_file",
                entry.key
            ))
        }
    }
}
