use std::fmt::Write as _;

use std::path::{Path, PathBuf};

use quarterdeck_api::text::Line;
use tracing::Level;

use super::file::{ConfigFile, Presence};
use super::key::Key;
use super::settings::{flag_layer, variable_layer};
use super::*;
use crate::app::options::{AccessMode, CursorMark, ThemeName};
use crate::app::tab::Tab;
use crate::app::time::TimeStyle;

const EXAMPLE: &str = include_str!("../../config.example.toml");
const FILE: &str = "/etc/quarterdeck/config.toml";

/// What is written where, for one run.
#[derive(Default)]
struct Written<'a> {
    flags: Flags,
    variables: &'a [(&'a str, &'a str)],
    file: &'a str,
}

impl Written<'_> {
    fn load(&self) -> Result<Config, String> {
        let variables = |name: &str| {
            let found = self.variables.iter().find(|(held, _)| *held == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let file =
            ConfigFile::parse(Path::new(FILE), self.file).map_err(|error| error.to_string())?;
        Config::of_layers(
            flag_layer(&self.flags),
            variable_layer(&variables),
            file,
            &variables,
        )
        .map_err(|error| error.to_string())
    }
}

fn of_file(file: &str) -> Result<Config, String> {
    Written {
        file,
        ..Written::default()
    }
    .load()
}

fn of_variable(name: &str, value: &str) -> Result<Config, String> {
    Written {
        variables: &[(name, value)],
        ..Written::default()
    }
    .load()
}

fn server_flag(server: &str) -> Flags {
    Flags {
        server: Some(server.to_owned()),
        ..Flags::default()
    }
}

#[test]
fn u_15_the_example_equals_the_defaults() {
    let example = of_file(EXAMPLE).unwrap();
    let default = of_file("").unwrap();
    assert!(
        example.server_written.starts_with(FILE),
        "{}",
        example.server_written
    );
    assert_eq!(
        Config {
            server_written: default.server_written.clone(),
            ..example
        },
        default
    );
}

#[test]
fn u_15_the_example_documents_every_key_and_what_it_leaves_out_is_valid() {
    let mut complete = String::new();
    for line in EXAMPLE.lines() {
        let is_left_out = line.starts_with("# [") || line.starts_with("# ") && line.contains(" = ");
        let line = if is_left_out {
            line.trim_start_matches("# ")
        } else {
            line
        };
        writeln!(complete, "{line}").unwrap();
    }
    let file = ConfigFile::parse(
        Path::new(FILE),
        &complete.replace("\"+approve\"", "\"+reject\""),
    )
    .unwrap();
    for key in Key::ALL {
        assert!(
            file.settings.get(*key).is_some(),
            "{} is not documented",
            key.name()
        );
    }
    let profile = &file.profiles["production"];
    assert_eq!(
        profile.get(Key::Server).unwrap().text(),
        "https://console.example"
    );
    assert_eq!(file.user_keys.keys.len(), 2);
}

#[test]
fn a_flag_wins_over_the_environment_that_over_the_file_and_that_over_the_default() {
    let file = "theme = 'dark'\ntimes = 'utc'\nundo_seconds = 20\ntoast_seconds = 0\nmax_bulk = 50";
    let variables = [
        ("QUARTERDECK_THEME", "light"),
        ("QUARTERDECK_TIMES", "local"),
    ];
    let flags = Flags {
        theme: Some("contrast".to_owned()),
        ..Flags::default()
    };
    let config = Written {
        flags,
        variables: &variables,
        file,
    }
    .load()
    .unwrap();
    assert_eq!(config.theme, ThemeName::Contrast);
    assert_eq!(config.times, TimeStyle::Local);
    assert_eq!(config.undo_seconds, 20);
    assert_eq!(config.toast_seconds, 0);
    assert_eq!(config.max_bulk, Some(50));
    assert_eq!(config.log_level, Level::INFO);
}

#[test]
fn the_dashboard_is_shown_first_unless_another_view_is_wished() {
    let view = |flag: Option<&str>, variables, file| {
        let flags = Flags {
            default_view: flag.map(str::to_owned),
            ..Flags::default()
        };
        let config = Written {
            flags,
            variables,
            file,
        };
        config.load().unwrap().default_view
    };
    let variable = &[("QUARTERDECK_DEFAULT_VIEW", "reports")][..];
    let file = "default_view = 'data'";
    assert_eq!(view(None, &[], ""), Tab::Dashboard);
    assert_eq!(view(None, &[], file), Tab::DataRequests);
    assert_eq!(view(None, variable, file), Tab::Reports);
    assert_eq!(view(Some("audit"), variable, file), Tab::Audit);
}

#[test]
fn an_empty_variable_is_not_set() {
    assert_eq!(
        of_variable("QUARTERDECK_THEME", "").unwrap().theme,
        ThemeName::Auto
    );
}

#[test]
fn errors_name_file_line_and_key_or_the_variable_or_the_flag() {
    let address = "must be an address like https://console.example";
    let files = [
        (
            "\nserverr = 'x'",
            "2: `serverr`: no such key; did you mean `server`?",
        ),
        ("colour = 'x'", "1: `colour`: no such key"),
        ("server = 'x'", &format!("1: `server`: {address}")),
        (
            "theme = 'drak'",
            "1: `theme`: `drak` is not one of auto, dark, light, contrast, mono; did you mean `dark`?",
        ),
        ("times = 3", "1: `times`: must be text in quotes"),
        (
            "times = 'UTC'",
            "1: `times`: `UTC` is not one of relative, local, utc",
        ),
        (
            "\ndefault_view = 'user'",
            "2: `default_view`: `user` is not one of dash, apps, reports, data, users, audit, admins, admin-logs, withdrawals; did you mean `users`?",
        ),
        ("readonly = 'true'", "1: `readonly`: must be true or false"),
        (
            "undo_seconds = '8'",
            "1: `undo_seconds`: must be a whole number of seconds",
        ),
        (
            "undo_seconds = 3601",
            "1: `undo_seconds`: must be a whole number of seconds from 0 to 3600",
        ),
        (
            "undo_seconds = -1",
            "1: `undo_seconds`: must be a whole number of seconds from 0 to 3600",
        ),
        ("max_bulk = 'all'", "1: `max_bulk`: must be a whole number"),
        (
            "max_bulk = 0",
            "1: `max_bulk`: must be a whole number from 1",
        ),
        (
            "log_level = 'loud'",
            "1: `log_level`: `loud` is not one of error, warn, info, debug, trace",
        ),
        (
            "token_command = 'pass'",
            "1: `token_command`: must be a list of words, as [\"pass\", \"show\", \"quarterdeck\"]",
        ),
        (
            "token_command = []",
            "1: `token_command`: must be a list of words, as [\"pass\", \"show\", \"quarterdeck\"]",
        ),
        (
            "profile = 'prd'\n[profiles.prod]",
            "1: `profile`: no profile `prd`; did you mean `prod`?",
        ),
        ("[profiles.prod]\ntheme = 'dark'", "2: `theme`: no such key"),
        (
            "profiles = 1",
            "1: `profiles`: must be tables, as `[profiles.NAME]`",
        ),
        (
            "[profiles]\nprod = 1",
            "2: `prod`: must be a table, as `[profiles.NAME]`",
        ),
    ];
    for (file, message) in files {
        assert_eq!(
            of_file(file).unwrap_err(),
            format!("{FILE}:{message}"),
            "{file}"
        );
    }
    let variable = of_variable("QUARTERDECK_UNDO_SECONDS", "soon").unwrap_err();
    assert_eq!(
        variable,
        "QUARTERDECK_UNDO_SECONDS: must be a whole number of seconds from 0 to 3600"
    );
    let flag = Written {
        flags: server_flag("x"),
        ..Written::default()
    }
    .load()
    .unwrap_err();
    assert_eq!(flag, format!("--server: {address}"));
}

#[test]
fn a_broken_file_is_told_by_line_and_not_quoted() {
    let error = of_file("theme = 'dark'\ntoken_file = 'hunter2").unwrap_err();
    assert!(error.starts_with(&format!("{FILE}:2: ")), "{error}");
    assert!(!error.contains("hunter2"), "{error}");
}

#[test]
fn bounds_are_inside() {
    for seconds in [0, 3_600] {
        assert_eq!(
            of_file(&format!("undo_seconds = {seconds}"))
                .unwrap()
                .undo_seconds,
            seconds
        );
    }
}

const PROFILES: &str = "
    server = 'https://file.example'
    token_file = 'of-file'
    [profiles.prod]
    server = 'https://prod.example'
    environment = 'PROD'
    token_file = '/run/prod-token'
    [profiles.frozen]
    readonly = true
";

fn profile_flag(profile: &str) -> Flags {
    Flags {
        profile: Some(profile.to_owned()),
        ..Flags::default()
    }
}

#[test]
fn a_profile_wins_over_the_rest_of_the_file_and_brings_its_own_token() {
    let config = Written {
        flags: profile_flag("prod"),
        file: PROFILES,
        ..Written::default()
    }
    .load()
    .unwrap();
    assert_eq!(config.host(), "prod.example");
    assert_eq!(config.environment, Some(Line::new("PROD")));
    assert_eq!(config.token_file, Some(PathBuf::from("/run/prod-token")));
}

#[test]
fn a_profile_that_a_flag_chose_wins_over_a_server_in_the_environment() {
    let variables = [
        ("QUARTERDECK_SERVER", "https://env.example"),
        ("QUARTERDECK_PROFILE", "frozen"),
    ];
    let chosen = |flags| {
        Written {
            flags,
            variables: &variables,
            file: PROFILES,
        }
        .load()
        .unwrap()
    };
    assert_eq!(chosen(profile_flag("prod")).host(), "prod.example");
    assert_eq!(chosen(Flags::default()).host(), "env.example");
}

#[test]
fn a_token_is_never_used_with_another_server_than_the_one_beside_it() {
    let file = format!("profile = 'prod'\n{PROFILES}");
    let config = Written {
        flags: server_flag("https://other.example"),
        file: &file,
        ..Written::default()
    }
    .load();
    let config = config.unwrap();
    assert_eq!(config.host(), "other.example");
    assert_eq!((config.token_file, config.environment), (None, None));
}

#[test]
fn what_one_layer_denies_no_other_allows() {
    let variables = [("QUARTERDECK_READONLY", "false")];
    let access = |flags, file| {
        Written {
            flags,
            variables: &variables,
            file,
        }
        .load()
        .unwrap()
        .access
    };
    assert_eq!(access(Flags::default(), ""), AccessMode::ReadWrite);
    assert_eq!(
        access(Flags::default(), "readonly = true"),
        AccessMode::ReadOnly
    );
    assert_eq!(
        access(profile_flag("frozen"), PROFILES),
        AccessMode::ReadOnly
    );
    let flags = Flags {
        access: AccessMode::ReadOnly,
        ..Flags::default()
    };
    assert_eq!(access(flags, "readonly = false"), AccessMode::ReadOnly);
}

#[test]
fn a_path_in_the_file_is_relative_to_the_file() {
    let config = of_file("ca_file = 'ca.pem'\ntoken_file = '/run/token'").unwrap();
    assert_eq!(
        config.ca_file,
        Some(PathBuf::from("/etc/quarterdeck/ca.pem"))
    );
    assert_eq!(config.token_file, Some(PathBuf::from("/run/token")));
    let config = of_variable("QUARTERDECK_CA_FILE", "ca.pem").unwrap();
    assert_eq!(config.ca_file, Some(PathBuf::from("ca.pem")));
}

#[test]
fn a_named_token_file_comes_before_systemd_a_program_and_stored_tokens() {
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name);
    let paths = Paths {
        config_file: path("config.toml"),
        credentials_file: path("credentials.toml"),
        data: path("data"),
        state: path("state"),
        log: path("log"),
    };
    let directory = home.path().display().to_string();
    let variables = |name: &str| (name == "CREDENTIALS_DIRECTORY").then(|| directory.clone());
    let find = |file: &str| TokenSource::find(&of_file(file).unwrap(), &variables, &paths);
    let (file, program) = ("token_file = '/run/token'", "token_command = ['pass']");

    assert_eq!(find(""), None);
    std::fs::write(&paths.credentials_file, "").unwrap();
    assert_eq!(
        find(""),
        Some(TokenSource::Stored(paths.credentials_file.clone()))
    );
    assert_eq!(
        find(program),
        Some(TokenSource::Command(vec!["pass".to_owned()]))
    );
    std::fs::write(path("quarterdeck-token"), "").unwrap();
    assert_eq!(
        find(program),
        Some(TokenSource::File(path("quarterdeck-token")))
    );
    assert_eq!(
        find(&format!("{program}\n{file}")),
        Some(TokenSource::File("/run/token".into()))
    );
}

#[test]
fn no_color_is_asked_where_no_theme_is() {
    assert_eq!(of_variable("NO_COLOR", "1").unwrap().theme, ThemeName::Mono);
    assert_eq!(of_variable("NO_COLOR", "").unwrap().theme, ThemeName::Auto);
    let variables = [("NO_COLOR", "1")];
    let config = Written {
        variables: &variables,
        file: "theme = 'dark'",
        ..Written::default()
    }
    .load();
    assert_eq!(config.unwrap().theme, ThemeName::Dark);
}

#[test]
fn the_cursor_marks_a_cell_over_ssh_where_nothing_else_is_asked_for() {
    let ssh = [("SSH_TTY", "/dev/pts/3")];
    let local = [("SSH_TTY", "")];
    for (variables, file, cursor) in [
        (&local, "", CursorMark::Row),
        (&local, "cursor = 'cell'", CursorMark::Cell),
        (&ssh, "", CursorMark::Cell),
        (&ssh, "cursor = 'auto'", CursorMark::Cell),
        (&ssh, "cursor = 'row'", CursorMark::Row),
    ] {
        let written = Written {
            variables,
            file,
            ..Written::default()
        };
        assert_eq!(written.load().unwrap().cursor, cursor, "{file:?}");
    }
    let wrong = of_file("cursor = 'line'").unwrap_err();
    assert!(
        wrong.contains("`line` is not one of auto, row, cell"),
        "{wrong}"
    );
}

#[test]
fn keys_keep_their_lines_for_the_keymap() {
    let config = of_file("theme = 'dark'\n[keys.table]\ndown = ['j']\n'+down' = ['n']").unwrap();
    let keys = &config.user_keys;
    let lines = keys.keys.iter().map(|key| (key.line, key.action.as_str()));
    assert_eq!(lines.collect::<Vec<_>>(), [(3, "down"), (4, "+down")]);
    assert_eq!(keys.file.as_str(), FILE);
}

#[test]
fn a_wrong_type_in_keys_does_not_keep_the_console_from_starting() {
    let config = of_file("theme = 'dark'\n[keys.table]\ndown = 'j'").unwrap();
    assert_eq!(config.theme, ThemeName::Dark);
    let problems = config.user_keys.problems.iter().map(ToString::to_string);
    assert_eq!(
        problems.collect::<Vec<_>>(),
        [format!(
            "{FILE}:3: `down` must be a list of keys, as [\"m\", \"F2\"]"
        )]
    );
}

#[test]
fn a_file_that_was_asked_for_must_be_there() {
    let home = tempfile::tempdir().unwrap();
    let missing = home.path().join("missing.toml");
    assert!(ConfigFile::load(&missing, Presence::Optional).is_ok());
    let error = ConfigFile::load(&missing, Presence::Required)
        .unwrap_err()
        .to_string();
    assert!(error.starts_with(&missing.display().to_string()), "{error}");
}
