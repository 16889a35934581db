//! The settings in force, merged from flags, environment and file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use quarterdeck_api::suggest::suggestion;
use quarterdeck_api::text::Line;
use reqwest::Url;
use tracing::Level;

use super::error::ConfigError;
use super::file::{ConfigFile, Presence};
use super::key::Key;
use super::layer::{Layer, Origin, Setting};
use super::paths::Paths;
use crate::app::keymap::UserKeys;
use crate::app::options::{
    AccessMode, Ambiguous, CursorMark, Motion, Profiles, RefreshReports, SessionStart, SingleKeys,
    ThemeChoice, ThemeName,
};
use crate::app::preferences::Preferences;
use crate::app::tab::Tab;
use crate::app::time::TimeStyle;
use crate::terminal::Link;

const DEFAULT_SERVER: &str = "http://127.0.0.1:4000";
const DEFAULT_UNDO_SECONDS: u32 = 8;
const DEFAULT_TOAST_SECONDS: u32 = 3;
const MOST_SECONDS: u32 = 3_600;

/// The settings that have a flag.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--config`
    pub config: Option<PathBuf>,
    /// `--server`
    pub server: Option<String>,
    /// `--profile`
    pub profile: Option<String>,
    /// `--theme`
    pub theme: Option<String>,
    /// `--default-view`
    pub default_view: Option<String>,
    /// `--readonly`
    pub access: AccessMode,
    /// `--token-file`
    pub token_file: Option<PathBuf>,
    /// `--first-login`
    pub session: SessionStart,
}

/// Looks a variable of the environment up.
pub type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The settings in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Where the server is.
    pub server: Url,
    /// Where `server` was written, for the error of whoever cannot use it.
    pub server_written: String,
    /// What the header calls the server's environment before the server says it itself.
    pub environment: Option<Line>,
    /// Whether writing is allowed. A denial in any layer stands.
    pub access: AccessMode,
    /// The profiles of the file, and which of them is in force.
    pub profiles: Profiles,
    /// The certificate authority that alone is trusted for this server.
    pub ca_file: Option<PathBuf>,
    /// File that holds the token.
    pub token_file: Option<PathBuf>,
    /// Program that prints the token; empty for none.
    pub token_command: Vec<String>,
    /// Colors.
    pub theme: ThemeName,
    /// Whether they were asked for, which ranks above `NO_COLOR`.
    pub theme_choice: ThemeChoice,
    /// How much of its row the cursor marks.
    pub cursor: CursorMark,
    /// Whether anything may count on the screen.
    pub motion: Motion,
    /// How wide the terminal draws characters of ambiguous width.
    pub ambiguous: Ambiguous,
    /// How times are written.
    pub times: TimeStyle,
    /// What is shown first.
    pub default_view: Tab,
    /// Whether a single letter starts what writes.
    pub single_keys: SingleKeys,
    /// How long an action can be taken back.
    pub undo_seconds: u32,
    /// How long a toast stands.
    pub toast_seconds: u32,
    /// Most rows that are written to at once.
    pub max_bulk: Option<usize>,
    /// Where exports are saved; in the data directory where it is not set.
    pub export_dir: Option<PathBuf>,
    /// Whether refreshes go to the audit log.
    pub refresh_reports: RefreshReports,
    /// What the log file holds.
    pub log_level: Level,
    /// The user's own keys.
    pub user_keys: UserKeys,
}

impl Config {
    /// Reads all layers and merges them.
    pub fn load(
        flags: &Flags,
        variables: Variables<'_>,
        paths: &Paths,
    ) -> Result<Self, ConfigError> {
        let named = flags
            .config
            .clone()
            .or_else(|| variables("QUARTERDECK_CONFIG").map(PathBuf::from));
        let file = match named {
            Some(path) => ConfigFile::load(&path, Presence::Required)?,
            None => ConfigFile::load(&paths.config_file, Presence::Optional)?,
        };
        Self::of_layers(
            flag_layer(flags),
            variable_layer(variables),
            file,
            variables,
        )
    }

    pub(super) fn of_layers(
        flags: Layer,
        environment: Layer,
        file: ConfigFile,
        variables: Variables<'_>,
    ) -> Result<Self, ConfigError> {
        let ConfigFile {
            settings,
            profiles,
            user_keys,
        } = file;
        let named = flags.get(Key::Profile);
        let by_flag = chosen_profile(named, &profiles)?;
        let below = environment
            .get(Key::Profile)
            .or_else(|| settings.get(Key::Profile));
        let by_other = match by_flag {
            Some(_) => None,
            None => chosen_profile(below, &profiles)?,
        };
        let chosen = named.or(below).map(|setting| setting.text().to_owned());
        // A profile ranks right below the layer that chose it, so that its server wins over one
        // written further down; chosen in the file, it is the more particular part of the file.
        let layers = [
            flags,
            by_flag.unwrap_or_default(),
            environment,
            by_other.unwrap_or_default(),
            settings,
        ];
        let access = access(&layers)?;
        let config = Self::of_settings(&Layer::merge(layers), access, variables)?;
        Ok(Self {
            user_keys,
            profiles: Profiles {
                names: profiles.into_keys().collect(),
                chosen,
            },
            ..config
        })
    }

    fn of_settings(
        settings: &Layer,
        access: AccessMode,
        variables: Variables<'_>,
    ) -> Result<Self, ConfigError> {
        let default_server = Setting::new(DEFAULT_SERVER, Origin::Default);
        let server = settings.get(Key::Server).unwrap_or(&default_server);
        let path = |key| settings.get(key).map(resolved_path);
        let words = settings
            .get(Key::TokenCommand)
            .map(|setting| setting.values.clone());
        Ok(Self {
            server: server.parse(address)?,
            server_written: server.origin.to_string(),
            environment: settings
                .get(Key::Environment)
                .map(|setting| Line::new(setting.text())),
            access,
            profiles: Profiles::default(),
            ca_file: path(Key::CaFile),
            token_file: path(Key::TokenFile),
            token_command: words.unwrap_or_default(),
            theme: parsed(settings, Key::Theme, theme)?.unwrap_or_else(|| default_theme(variables)),
            theme_choice: match settings.get(Key::Theme) {
                Some(_) => ThemeChoice::Asked,
                None => ThemeChoice::Default,
            },
            cursor: parsed(settings, Key::Cursor, cursor)?
                .flatten()
                .unwrap_or_else(|| cheapest_cursor(variables)),
            motion: match parsed(settings, Key::ReduceMotion, switch)? {
                Some(true) => Motion::Reduced,
                Some(false) | None => Motion::Full,
            },
            ambiguous: match parsed(settings, Key::WideAmbiguous, switch)? {
                Some(true) => Ambiguous::Wide,
                Some(false) | None => Ambiguous::Narrow,
            },
            times: parsed(settings, Key::Times, time_style)?.unwrap_or_default(),
            default_view: parsed(settings, Key::DefaultView, view)?.unwrap_or_default(),
            single_keys: match parsed(settings, Key::SingleKeys, switch)? {
                Some(false) => SingleKeys::Off,
                Some(true) | None => SingleKeys::On,
            },
            undo_seconds: parsed(settings, Key::UndoSeconds, seconds)?
                .unwrap_or(DEFAULT_UNDO_SECONDS),
            toast_seconds: parsed(settings, Key::ToastSeconds, seconds)?
                .unwrap_or(DEFAULT_TOAST_SECONDS),
            max_bulk: parsed(settings, Key::MaxBulk, at_least_one)?,
            export_dir: path(Key::ExportDir),
            refresh_reports: match parsed(settings, Key::RefreshReports, switch)? {
                Some(true) => RefreshReports::On,
                Some(false) | None => RefreshReports::Off,
            },
            log_level: parsed(settings, Key::LogLevel, log_level)?.unwrap_or(Level::INFO),
            user_keys: UserKeys::default(),
        })
    }

    /// What a running console takes over from a configuration that was read again.
    pub fn preferences(self) -> Preferences {
        Preferences {
            user_keys: self.user_keys,
            single_keys: self.single_keys,
            access: self.access,
            theme: self.theme,
            times: self.times,
            cursor: self.cursor,
            motion: self.motion,
            ambiguous: self.ambiguous,
        }
    }

    /// Host and port, as the header shows them and files are named after them.
    pub fn host(&self) -> String {
        let host = self.server.host_str().unwrap_or_default();
        self.server
            .port()
            .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }
}

pub(super) fn flag_layer(flags: &Flags) -> Layer {
    let Flags {
        config: _,
        server,
        profile,
        theme,
        default_view,
        access,
        token_file,
        session: _,
    } = flags;
    let texts = [
        (Key::Server, "--server", server.clone()),
        (Key::Profile, "--profile", profile.clone()),
        (Key::Theme, "--theme", theme.clone()),
        (Key::DefaultView, "--default-view", default_view.clone()),
        (
            Key::TokenFile,
            "--token-file",
            token_file.as_ref().map(|path| path.display().to_string()),
        ),
        (
            Key::Readonly,
            "--readonly",
            (*access == AccessMode::ReadOnly).then(|| "true".to_owned()),
        ),
    ];
    let mut layer = Layer::default();
    for (key, flag, value) in texts {
        if let Some(value) = value {
            layer.set(key, Setting::new(value, Origin::Flag(flag)));
        }
    }
    layer
}

pub(super) fn variable_layer(variables: Variables<'_>) -> Layer {
    let mut layer = Layer::default();
    for key in Key::ALL {
        let Some(name) = key.variable() else { continue };
        if let Some(value) = variables(&name).filter(|value| !value.is_empty()) {
            layer.set(*key, Setting::new(value, Origin::Variable(name)));
        }
    }
    layer
}

fn chosen_profile(
    choice: Option<&Setting>,
    profiles: &BTreeMap<String, Layer>,
) -> Result<Option<Layer>, ConfigError> {
    let Some(choice) = choice else {
        return Ok(None);
    };
    let profile = choice.parse(|name| {
        let names = profiles.keys().map(String::as_str);
        profiles
            .get(name)
            .cloned()
            .ok_or_else(|| format!("no profile `{name}`{}", suggestion(name, names)))
    })?;
    Ok(Some(profile))
}

/// A guardrail only tightens: no layer can allow what another one denies.
fn access(layers: &[Layer]) -> Result<AccessMode, ConfigError> {
    for layer in layers {
        if parsed(layer, Key::Readonly, switch)? == Some(true) {
            return Ok(AccessMode::ReadOnly);
        }
    }
    Ok(AccessMode::ReadWrite)
}

fn parsed<T>(
    settings: &Layer,
    key: Key,
    parse: impl FnOnce(&str) -> Result<T, String>,
) -> Result<Option<T>, ConfigError> {
    settings
        .get(key)
        .map(|setting| setting.parse(parse))
        .transpose()
}

/// A path in the file is relative to the file, any other to the working directory.
fn resolved_path(setting: &Setting) -> PathBuf {
    match &setting.origin {
        Origin::Line { file, .. } => file.parent().unwrap_or(Path::new("")).join(setting.text()),
        Origin::Flag(_) | Origin::Variable(_) | Origin::Default => PathBuf::from(setting.text()),
    }
}

fn address(text: &str) -> Result<Url, String> {
    let is_web = |url: &Url| matches!(url.scheme(), "http" | "https") && url.has_host();
    Url::parse(text)
        .ok()
        .filter(is_web)
        .ok_or_else(|| "must be an address like https://console.example".to_owned())
}

fn switch(text: &str) -> Result<bool, String> {
    text.parse().map_err(|_| "must be true or false".to_owned())
}

fn seconds(text: &str) -> Result<u32, String> {
    let seconds = text.parse().ok().filter(|seconds| *seconds <= MOST_SECONDS);
    seconds.ok_or_else(|| format!("must be a whole number of seconds from 0 to {MOST_SECONDS}"))
}

fn at_least_one(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| *number >= 1);
    number.ok_or_else(|| "must be a whole number from 1".to_owned())
}

fn theme(name: &str) -> Result<ThemeName, String> {
    let names = ThemeName::ALL.iter().map(|theme| theme.as_str());
    ThemeName::named(name).ok_or_else(|| unknown(name, names))
}

/// `NO_COLOR` ranks below a theme that was asked for.
fn default_theme(variables: Variables<'_>) -> ThemeName {
    match variables("NO_COLOR").as_deref() {
        None | Some("") => ThemeName::Auto,
        Some(_) => ThemeName::Mono,
    }
}

/// None is `auto`: what the link to the person calls for.
fn cursor(name: &str) -> Result<Option<CursorMark>, String> {
    match name {
        "auto" => Ok(None),
        "row" => Ok(Some(CursorMark::Row)),
        "cell" => Ok(Some(CursorMark::Cell)),
        _ => Err(unknown(name, ["auto", "row", "cell"].into_iter())),
    }
}

fn cheapest_cursor(variables: Variables<'_>) -> CursorMark {
    match Link::detect(variables) {
        Link::Local => CursorMark::Row,
        Link::Ssh => CursorMark::Cell,
    }
}

fn time_style(name: &str) -> Result<TimeStyle, String> {
    match name {
        "relative" => Ok(TimeStyle::Relative),
        "local" => Ok(TimeStyle::Local),
        "utc" => Ok(TimeStyle::Utc),
        _ => Err(unknown(name, ["relative", "local", "utc"].into_iter())),
    }
}

/// A view goes by the name that the palette gives it.
fn view(name: &str) -> Result<Tab, String> {
    let names = Tab::ALL.iter().map(|tab| tab.command());
    Tab::of_command(name).ok_or_else(|| unknown(name, names))
}

fn log_level(name: &str) -> Result<Level, String> {
    match name {
        "error" => Ok(Level::ERROR),
        "warn" => Ok(Level::WARN),
        "info" => Ok(Level::INFO),
        "debug" => Ok(Level::DEBUG),
        "trace" => Ok(Level::TRACE),
        _ => Err(unknown(
            name,
            ["error", "warn", "info", "debug", "trace"].into_iter(),
        )),
    }
}

fn unknown<'a>(name: &str, allowed: impl Iterator<Item = &'a str> + Clone) -> String {
    let list: Vec<_> = allowed.clone().collect();
    format!(
        "`{name}` is not one of {}{}",
        list.join(", "),
        suggestion(name, allowed)
    )
}
