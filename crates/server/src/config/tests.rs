//! Each setting with its default, a valid value, invalid ones and the bounds; the messages are part
//! of what is promised.

use std::fs;

use secrecy::ExposeSecret;

use super::*;

/// A setting's read-back, written as text.
type Read = fn(&ServerConfig) -> String;

fn surroundings(variables: &[(&str, &str)]) -> Surroundings {
    Surroundings {
        variables: variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        data_directory: Some(PathBuf::from("/data")),
    }
}

/// Loads a file that is called `server.toml` in messages.
fn load_file(text: &str) -> Result<ServerConfig, String> {
    load(text, &[], ServeArgs::default())
}

fn load(
    text: &str,
    variables: &[(&str, &str)],
    mut args: ServeArgs,
) -> Result<ServerConfig, String> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("server.toml");
    fs::write(&path, text).unwrap();
    args.store.config = Some(path);
    let prefix = format!("{}/", directory.path().display());
    ServerConfig::load(&args, &surroundings(variables))
        .map_err(|error| error.to_string().replace(&prefix, ""))
}

fn load_variable(name: &str, value: &str) -> Result<ServerConfig, String> {
    ServerConfig::load(&ServeArgs::default(), &surroundings(&[(name, value)]))
        .map_err(|error| error.to_string())
}

/// The file that sets one key, and the line that the key is on.
fn one_key(key: &str, value: &str) -> (String, usize) {
    match key.split_once('.') {
        Some((section, name)) => (format!("[{section}]\n{name} = {value}\n"), 2),
        None => (format!("{key} = {value}\n"), 1),
    }
}

#[test]
fn the_example_is_the_default() {
    let example = load_file(EXAMPLE).unwrap();
    assert_eq!(
        format!("{example:#?}"),
        format!("{:#?}", ServerConfig::defaults(Path::new("/data")))
    );
}

#[test]
fn the_example_names_every_setting_and_its_samples_are_valid() {
    let samples: Vec<String> = EXAMPLE
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(sample) if sample.starts_with(|symbol: char| symbol.is_ascii_lowercase()) => {
                sample.to_owned()
            }
            Some(_) | None => line.to_owned(),
        })
        .collect();
    load_file(&samples.join("\n")).unwrap();

    let mut section = String::new();
    let mut documented = Vec::new();
    for line in &samples {
        if let Some(name) = line.strip_prefix('[') {
            section = name.replace(']', ".");
        } else if let Some((name, _)) = line.split_once(" = ").filter(|_| !line.starts_with('#')) {
            documented.push(format!("{section}{name}"));
        }
    }
    let by_variable_only = [
        "secret_key",
        "gate.password",
        "redis_password",
        "mail.password",
        "oidc.client_secret",
    ];
    let mut settings: Vec<_> = settings::keys()
        .filter(|key| !by_variable_only.contains(key))
        .collect();
    settings.sort_unstable();
    documented.sort_unstable();
    assert_eq!(documented, settings);
}

/// Key, default, least, most.
const NUMBERS: &[(&str, u32, u32, u32, Read)] = &[
    ("limits.all_per_minute", 600, 1, 100_000, |c| {
        c.limits.all_per_minute.to_string()
    }),
    ("limits.decisions_per_minute", 300, 1, 100_000, |c| {
        c.limits.decisions_per_minute.to_string()
    }),
    ("limits.users_per_minute", 30, 1, 100_000, |c| {
        c.limits.users_per_minute.to_string()
    }),
    ("limits.admins_per_minute", 30, 1, 100_000, |c| {
        c.limits.admins_per_minute.to_string()
    }),
    ("limits.sign_in_per_minute", 5, 1, 100_000, |c| {
        c.limits.sign_in_per_minute.to_string()
    }),
    ("limits.sign_in_lock_seconds", 300, 1, 86_400, |c| {
        c.limits.sign_in_lock_seconds.to_string()
    }),
    ("limits.account_failures", 10, 1, 1_000, |c| {
        c.limits.account_failures.to_string()
    }),
    ("limits.account_lock_seconds", 300, 1, 86_400, |c| {
        c.limits.account_lock_seconds.to_string()
    }),
    ("limits.verify_per_minute", 6, 1, 100_000, |c| {
        c.limits.verify_per_minute.to_string()
    }),
    ("sessions.access_minutes", 15, 1, 60, |c| {
        c.sessions.access_minutes.to_string()
    }),
    ("sessions.refresh_hours", 12, 1, 168, |c| {
        c.sessions.refresh_hours.to_string()
    }),
    ("sessions.challenge_minutes", 5, 1, 30, |c| {
        c.sessions.challenge_minutes.to_string()
    }),
    ("sessions.first_login_hours", 24, 1, 168, |c| {
        c.sessions.first_login_hours.to_string()
    }),
    ("http.header_timeout_seconds", 10, 1, 300, |c| {
        c.http.header_timeout_seconds.to_string()
    }),
    ("http.body_timeout_seconds", 30, 1, 600, |c| {
        c.http.body_timeout_seconds.to_string()
    }),
    ("http.drain_seconds", 10, 0, 300, |c| {
        c.http.drain_seconds.to_string()
    }),
    ("http.max_connections", 1_024, 1, 65_535, |c| {
        c.http.max_connections.to_string()
    }),
    ("http.max_sockets", 256, 0, 65_535, |c| {
        c.http.max_sockets.to_string()
    }),
    ("passwords.pool", 2, 1, 64, |c| c.passwords.pool.to_string()),
    ("passwords.queue", 64, 0, 10_000, |c| {
        c.passwords.queue.to_string()
    }),
    ("passwords.memory_kib", 19_456, 7_168, 65_536, |c| {
        c.passwords.memory_kib.to_string()
    }),
    ("passwords.iterations", 2, 1, 20, |c| {
        c.passwords.iterations.to_string()
    }),
    ("passwords.parallelism", 1, 1, 16, |c| {
        c.passwords.parallelism.to_string()
    }),
    ("jobs.poll_seconds", 10, 0, 300, |c| {
        c.jobs.poll_seconds.to_string()
    }),
];

#[test]
fn numbers_have_defaults_and_bounds() {
    for (key, default, least, most, read) in NUMBERS {
        assert_eq!(read(&load_file("").unwrap()), default.to_string(), "{key}");
        for accepted in [least, most] {
            let (file, _) = one_key(key, &accepted.to_string());
            assert_eq!(
                read(&load_file(&file).unwrap()),
                accepted.to_string(),
                "{key}"
            );
            let config = load_variable(&entry::variable_name(key), &accepted.to_string()).unwrap();
            assert_eq!(read(&config), accepted.to_string(), "{key}");
        }
        let below = i64::from(*least) - 1;
        let above = i64::from(*most) + 1;
        for refused in [
            &below.to_string(),
            &above.to_string(),
            "1.5",
            "true",
            "\"600\"",
            "[1]",
            "99999999999999999999",
        ] {
            let (file, line) = one_key(key, refused);
            assert_eq!(
                load_file(&file).unwrap_err(),
                format!(
                    "server.toml:{line}: {key} must be a whole number from {least} to {most}, not {refused}"
                )
            );
        }
    }
}

/// What a setting that is not a number does with a good and a bad value.
struct Row {
    key: &'static str,
    default: &'static str,
    /// Given by variable, and how it reads back.
    valid: (&'static str, &'static str),
    /// Written in the file, and what is said of it.
    invalid: (&'static str, &'static str),
    read: Read,
}

const ROWS: &[Row] = &[
    Row {
        key: "database",
        default: "sqlite:/data/quarterdeck.db",
        valid: ("postgres://qd@db.example/qd", "postgres://qd@db.example/qd"),
        invalid: (
            "\"/var/lib/qd.db\"",
            "must be sqlite:PATH or postgres://USER@HOST/NAME",
        ),
        read: |config| config.database.expose().to_owned(),
    },
    Row {
        key: "listen",
        default: "127.0.0.1:4000",
        valid: ("[::1]:0", "[::1]:0"),
        invalid: (
            "\"localhost\"",
            "must be an address with a port, such as 127.0.0.1:4000, not \"localhost\"",
        ),
        read: |config| config.listen.to_string(),
    },
    Row {
        key: "metrics_listen",
        default: "None",
        valid: ("0.0.0.0:9400", "Some(0.0.0.0:9400)"),
        invalid: (
            "9400",
            "must be an address with a port, such as 127.0.0.1:4000, not 9400",
        ),
        read: |config| format!("{:?}", config.metrics_listen),
    },
    Row {
        key: "environment",
        default: "development",
        valid: ("prod-eu.1", "prod-eu.1"),
        invalid: (
            "\"prod eu\"",
            "must be 1 to 32 letters, digits, \"-\", \"_\" or \".\", not \"prod eu\"",
        ),
        read: |config| config.environment.clone(),
    },
    Row {
        key: "public_origin",
        default: "None",
        valid: (
            "https://ops.example.com",
            "Some(\"https://ops.example.com\")",
        ),
        invalid: (
            "\"ops.example.com\"",
            "must be an origin as browsers send it, such as https://ops.example.com (no path, no \
             default port), not \"ops.example.com\"",
        ),
        read: |config| format!("{:?}", config.public_origin),
    },
    Row {
        key: "app_url",
        default: "None",
        valid: (
            "https://app.example.com/start",
            "Some(\"https://app.example.com/start\")",
        ),
        invalid: ("\"app\"", "must be an http or https address, not \"app\""),
        read: |config| format!("{:?}", config.app_url),
    },
    Row {
        key: "reasons_file",
        default: "None",
        valid: ("/etc/reasons.toml", "Some(\"/etc/reasons.toml\")"),
        invalid: ("[]", "must be the path of a file, not []"),
        read: |config| format!("{:?}", config.reasons_file),
    },
    Row {
        key: "redis",
        default: "None",
        valid: (
            "redis://qd:hunter2@cache.example:6379/2",
            "Some(redis://qd:[hidden]@cache.example:6379/2)",
        ),
        invalid: (
            "\"rediss://:hunter2@cache.example\"",
            "must be redis://HOST:PORT/NUMBER or unix:PATH",
        ),
        read: |config| format!("{:?}", config.redis.url),
    },
    Row {
        key: "redis_password_file",
        default: "None",
        valid: ("/etc/redis", "Some(/etc/redis)"),
        invalid: ("[]", "must be the path of a file, not []"),
        read: |config| shown(config.redis.password.as_ref()),
    },
    Row {
        key: "secret_key_file",
        default: "None",
        valid: ("/etc/key", "Some(/etc/key)"),
        invalid: ("1", "must be the path of a file, not 1"),
        read: |config| shown(config.secret_key.as_ref()),
    },
    Row {
        key: "gate.password_file",
        default: "None",
        valid: ("/etc/gate", "Some(/etc/gate)"),
        invalid: ("\"\"", "must be the path of a file, not \"\""),
        read: |config| shown(config.gate.password.as_ref()),
    },
    Row {
        key: "auth.admin_login",
        default: "Both",
        valid: ("local", "Local"),
        invalid: (
            "\"google\"",
            "must be one of local, oidc, both, not \"google\"",
        ),
        read: |config| format!("{:?}", config.auth.admin_login),
    },
    Row {
        key: "oidc.client_secret_file",
        default: "None",
        valid: ("/etc/oidc", "Some(/etc/oidc)"),
        invalid: ("\"\"", "must be the path of a file, not \"\""),
        read: |config| shown(config.oidc.client_secret.as_ref()),
    },
    Row {
        key: "oidc.domains",
        default: "[]",
        valid: ("ACME.com, b.example", "[\"acme.com\", \"b.example\"]"),
        invalid: (
            "[\"@acme.com\"]",
            "must name domains such as example.com, without @ or https://, not \"@acme.com\"",
        ),
        read: |config| format!("{:?}", config.oidc.domains),
    },
    Row {
        key: "oidc.networks",
        default: "[]",
        valid: ("10.0.0.0/8", "[10.0.0.0/8]"),
        invalid: (
            "\"10.0.0.0/8\"",
            "must be a list such as [\"10.0.0.0/8\"], not \"10.0.0.0/8\"",
        ),
        read: |config| listed(&config.oidc.networks),
    },
    Row {
        key: "mail.directory",
        default: "None",
        valid: ("/var/spool/quarterdeck", "Some(\"/var/spool/quarterdeck\")"),
        invalid: ("1", "must be the path of a file, not 1"),
        read: |config| format!("{:?}", config.mail.directory),
    },
    Row {
        key: "mail.smtp",
        default: "none",
        valid: ("smtp://mail.example.com", "mail.example.com:587 StartTls"),
        invalid: (
            "\"smtp://ops:secret@mail.example.com\"",
            "must be smtp://HOST:PORT or smtps://HOST:PORT, without a user or a password",
        ),
        read: |config| {
            let server = config.mail.smtp.as_ref();
            server.map_or_else(|| "none".to_owned(), |it| format!("{it} {:?}", it.security))
        },
    },
    Row {
        key: "mail.user",
        default: "None",
        valid: ("ops@example.com", "Some(\"ops@example.com\")"),
        invalid: ("1", "must be a name, not 1"),
        read: |config| format!("{:?}", config.mail.user),
    },
    Row {
        key: "mail.password_file",
        default: "None",
        valid: ("/etc/mail", "Some(/etc/mail)"),
        invalid: ("\"\"", "must be the path of a file, not \"\""),
        read: |config| shown(config.mail.password.as_ref()),
    },
    Row {
        key: "mail.from",
        default: "quarterdeck@localhost",
        valid: ("ops@example.com", "ops@example.com"),
        invalid: (
            "\"ops\"",
            "must be an address such as ops@example.com, not \"ops\"",
        ),
        read: |config| config.mail.from.clone(),
    },
    Row {
        key: "passwords.breached_file",
        default: "None",
        valid: ("/etc/breached", "Some(\"/etc/breached\")"),
        invalid: ("[]", "must be the path of a file, not []"),
        read: |config| format!("{:?}", config.breached_passwords),
    },
    Row {
        key: "log.level",
        default: "INFO",
        valid: ("trace", "TRACE"),
        invalid: (
            "\"loud\"",
            "must be one of error, warn, info, debug, trace, not \"loud\"",
        ),
        read: |config| config.log.level.to_string(),
    },
    Row {
        key: "log.format",
        default: "Json",
        valid: ("text", "Text"),
        invalid: ("\"xml\"", "must be one of json, text, not \"xml\""),
        read: |config| format!("{:?}", config.log.format),
    },
    Row {
        key: "http.trusted_proxies",
        default: "[]",
        valid: ("10.0.0.0/8, ::1", "[10.0.0.0/8, ::1/128]"),
        invalid: (
            "[\"proxy\"]",
            "must be an address or a network such as 10.0.0.0/8, not \"proxy\"",
        ),
        read: |config| listed(&config.http.trusted_proxies),
    },
];

#[test]
fn other_settings_have_defaults_and_are_checked() {
    for row in ROWS {
        let key = row.key;
        assert_eq!((row.read)(&load_file("").unwrap()), row.default, "{key}");

        let (given, expected) = row.valid;
        let config = load_variable(&entry::variable_name(key), given).unwrap();
        assert_eq!((row.read)(&config), expected, "{key}");

        let (given, problem) = row.invalid;
        let (file, line) = one_key(key, given);
        assert_eq!(
            load_file(&file).unwrap_err(),
            format!("server.toml:{line}: {key} {problem}")
        );
    }
}

#[test]
fn a_provider_is_given_whole() {
    let whole = load_file("[oidc]\nissuer = \"https://id.b.example\"\nclient_id = \"qd\"").unwrap();
    assert_eq!(whole.oidc.issuer.as_deref(), Some("https://id.b.example"));
    assert_eq!(whole.oidc.client_id.as_deref(), Some("qd"));
    for (file, problem) in [
        (
            "[oidc]\nissuer = \"https://id.b.example\"",
            "oidc.issuer is set and oidc.client_id is not; set both",
        ),
        (
            "[oidc]\nclient_id = \"qd\"",
            "oidc.client_id is set and oidc.issuer is not; set both",
        ),
        (
            "[auth]\nadmin_login = \"oidc\"",
            "auth.admin_login is oidc and there is no provider; set oidc.issuer and oidc.client_id",
        ),
        (
            "[oidc]\nissuer = \"http://id.b.example\"",
            "server.toml:2: oidc.issuer must be an https address, as the provider names itself in its tokens, or \
             an http one such as http://127.0.0.1:8000, not \"http://id.b.example\"",
        ),
        (
            "[oidc]\nclient_id = 7",
            "server.toml:2: oidc.client_id must be the name of a client, not 7",
        ),
    ] {
        assert_eq!(load_file(file).unwrap_err(), problem);
    }
}

#[test]
fn every_setting_is_in_a_table_of_this_file() {
    let numbers = NUMBERS.iter().map(|(key, ..)| *key);
    let mut tested: Vec<_> = numbers.chain(ROWS.iter().map(|row| row.key)).collect();
    tested.extend([
        "secret_key",
        "gate.password",
        "redis_password",
        "mail.password",
        "oidc.client_secret",
        "oidc.client_id",
        "oidc.issuer",
    ]);
    let mut settings: Vec<_> = settings::keys().collect();
    tested.sort_unstable();
    settings.sort_unstable();
    assert_eq!(tested, settings);
}

#[test]
fn an_origin_is_written_as_browsers_write_it() {
    for (origin, accepted) in [
        ("https://ops.example.com", true),
        ("https://ops.example.com:8443", true),
        ("http://localhost:4000", true),
        ("http://[::1]:4000", true),
        ("https://ops.example.com/", false),
        ("https://ops.example.com/console", false),
        ("https://ops.example.com?x", false),
        ("https://ops.example.com:443", false),
        ("http://ops.example.com:80", false),
        ("https://Ops.example.com", false),
        ("https://me@ops.example.com", false),
        ("https://", false),
        ("ftp://ops.example.com", false),
        ("null", false),
    ] {
        let answer = load_variable("QUARTERDECK_SERVER_PUBLIC_ORIGIN", origin);
        assert_eq!(answer.is_ok(), accepted, "{origin}: {answer:?}");
    }
}

#[test]
fn a_list_may_be_empty_and_must_be_a_list() {
    let config = load_variable("QUARTERDECK_SERVER_HTTP_TRUSTED_PROXIES", "").unwrap();
    assert!(config.http.trusted_proxies.is_empty());
    assert_eq!(
        load_file("[http]\ntrusted_proxies = \"10.0.0.0/8\"").unwrap_err(),
        "server.toml:2: http.trusted_proxies must be a list such as [\"10.0.0.0/8\"], not \"10.0.0.0/8\""
    );
}

#[test]
fn a_flag_wins_over_a_variable_over_the_file_over_the_default() {
    let file = "environment = \"file\"";
    let variables = [("QUARTERDECK_SERVER_ENVIRONMENT", "variable")];
    let flag = ServeArgs {
        environment: Some("flag".to_owned()),
        ..ServeArgs::default()
    };
    let environment = |text, variables, args| load(text, variables, args).unwrap().environment;

    assert_eq!(environment("", &[], ServeArgs::default()), "development");
    assert_eq!(environment(file, &[], ServeArgs::default()), "file");
    assert_eq!(
        environment(file, &variables, ServeArgs::default()),
        "variable"
    );
    assert_eq!(environment(file, &variables, flag), "flag");
}

#[test]
fn every_flag_arrives() {
    let args = ServeArgs {
        store: StoreArgs {
            database: Some("sqlite:/tmp/qd.db".to_owned()),
            config: None,
            secret_key_file: Some("/etc/key".into()),
        },
        redis: Some("redis://127.0.0.1:3".to_owned()),
        listen: Some("127.0.0.1:1".to_owned()),
        allow_demo_accounts: true,
        metrics_listen: Some("127.0.0.1:2".to_owned()),
        environment: Some("demo".to_owned()),
        public_origin: Some("https://ops.example".to_owned()),
        mail_dir: Some("/tmp/mails".into()),
        smtp: Some("smtps://mail.example".to_owned()),
        mail_from: Some("ops@ops.example".to_owned()),
        breached_passwords: Some("/tmp/breached".into()),
        test_clock: Some("/tmp/clock".into()),
    };
    let config = ServerConfig::load(&args, &surroundings(&[])).unwrap();
    assert_eq!(config.database.expose(), "sqlite:/tmp/qd.db");
    assert_eq!(shown(config.secret_key.as_ref()), "Some(/etc/key)");
    let redis = config.redis.url.as_ref().map(RedisUrl::expose);
    assert_eq!(redis, Some("redis://127.0.0.1:3"));
    assert_eq!(config.listen.port(), 1);
    assert_eq!(config.demo_accounts, DemoAccounts::Allowed);
    assert_eq!(config.metrics_listen.map(|address| address.port()), Some(2));
    assert_eq!(config.environment, "demo");
    assert_eq!(config.own_address(), "https://ops.example");
    assert_eq!(config.mail.directory, Some("/tmp/mails".into()));
    let smtp = config.mail.smtp.map(|server| server.to_string());
    assert_eq!(smtp.as_deref(), Some("mail.example:465"));
    assert_eq!(config.mail.from, "ops@ops.example");
    assert_eq!(config.breached_passwords, Some("/tmp/breached".into()));
    assert_eq!(config.test_clock, Some("/tmp/clock".into()));
}

#[test]
fn no_password_of_redis_stands_on_a_command_line() {
    for url in [
        "redis://:hunter2@127.0.0.1:3",
        "unix:/run/redis.sock?pass=hunter2",
    ] {
        let args = ServeArgs {
            redis: Some(url.to_owned()),
            ..ServeArgs::default()
        };
        assert_eq!(
            load("", &[], args).unwrap_err(),
            "--redis: redis may hold no password on a command line: set \
             QUARTERDECK_SERVER_REDIS_PASSWORD or name a file in redis_password_file"
        );
        let config = load_variable("QUARTERDECK_SERVER_REDIS", url).unwrap();
        assert!(!format!("{config:?}").contains("hunter2"), "{config:?}");
    }
}

#[test]
fn a_bad_flag_is_named() {
    let args = ServeArgs {
        listen: Some("4000".to_owned()),
        ..ServeArgs::default()
    };
    assert_eq!(
        load("", &[], args).unwrap_err(),
        "--listen: listen must be an address with a port, such as 127.0.0.1:4000, not \"4000\""
    );
}

#[test]
fn an_unknown_key_is_an_error_with_a_suggestion() {
    for (file, message) in [
        (
            "listn = \"x\"",
            "server.toml:1: there is no setting \"listn\"; did you mean \"listen\"?",
        ),
        (
            "listen = \"127.0.0.1:1\"\n\n[limits]\nall_per_minutes = 3",
            "server.toml:4: there is no setting \"limits.all_per_minutes\"; did you mean \
             \"limits.all_per_minute\"?",
        ),
        (
            "[limit]\nall_per_minute = 3",
            "server.toml:2: there is no setting \"limit.all_per_minute\"; did you mean \
             \"limits.all_per_minute\"?",
        ),
        (
            "all_per_minute = 3",
            "server.toml:1: there is no setting \"all_per_minute\"; did you mean \"limits.all_per_minute\"?",
        ),
        (
            "[http]\npool = 3",
            "server.toml:2: there is no setting \"http.pool\"; did you mean \"passwords.pool\"?",
        ),
        (
            "[telemetry]",
            "server.toml:1: there is no setting \"telemetry\"",
        ),
        (
            "frobnicate = 1",
            "server.toml:1: there is no setting \"frobnicate\"",
        ),
        (
            "limits = 3",
            "server.toml:1: there is no setting \"limits\"",
        ),
        (
            "[listen]\nport = 4000",
            "server.toml:1: listen must be an address with a port, such as 127.0.0.1:4000, not [listen]",
        ),
    ] {
        assert_eq!(load_file(file).unwrap_err(), message);
    }
}

#[test]
fn an_unknown_variable_is_an_error_with_a_suggestion() {
    assert_eq!(
        load_variable("QUARTERDECK_SERVER_LISTEM", "127.0.0.1:1").unwrap_err(),
        "QUARTERDECK_SERVER_LISTEM: there is no setting \"QUARTERDECK_SERVER_LISTEM\"; did you mean \
         \"QUARTERDECK_SERVER_LISTEN\"?"
    );
}

#[test]
fn variables_of_others_are_left_alone() {
    for name in [
        "QUARTERDECK_SERVER",
        "QUARTERDECK_THEME",
        "LISTEN",
        "QUARTERDECK_SERVER_PORT",
        "QUARTERDECK_SERVER_PORT_4000_TCP_ADDR",
        "QUARTERDECK_SERVER_SERVICE_HOST",
        "QUARTERDECK_SERVER_SERVICE_PORT_HTTP",
    ] {
        load_variable(name, "tcp://10.0.0.1:4000").unwrap();
    }
}

#[test]
fn a_file_that_is_not_toml_is_named_with_the_line() {
    assert_eq!(
        load_file("listen = \"x\"\nenvironment =").unwrap_err(),
        "server.toml:2: string values must be quoted, expected literal string"
    );
}

#[test]
fn a_missing_file_is_named() {
    let missing = "/nonexistent/server.toml: No such file or directory (os error 2)";
    assert_eq!(
        load_variable("QUARTERDECK_SERVER_CONFIG", "/nonexistent/server.toml").unwrap_err(),
        missing
    );
    let store = StoreArgs {
        config: Some("/nonexistent/server.toml".into()),
        ..StoreArgs::default()
    };
    let error = ServerConfig::load(&store.into(), &surroundings(&[])).unwrap_err();
    assert_eq!(error.to_string(), missing);
}

#[test]
fn secrets_come_from_variables_and_never_from_the_file() {
    let config = load_variable("QUARTERDECK_SERVER_GATE_PASSWORD", "open sesame").unwrap();
    assert_eq!(
        config
            .gate
            .password
            .unwrap()
            .read()
            .unwrap()
            .expose_secret(),
        "open sesame"
    );
    let config = load_variable("QUARTERDECK_SERVER_SECRET_KEY", "a key").unwrap();
    assert_eq!(
        config.secret_key.unwrap().read().unwrap().expose_secret(),
        "a key"
    );

    for (file, message) in [
        (
            "secret_key = \"hunter2\"",
            "server.toml:1: secret_key is a secret: set QUARTERDECK_SERVER_SECRET_KEY, or name a file in secret_key_file",
        ),
        (
            "[gate]\npassword = \"hunter2\"",
            "server.toml:2: gate.password is a secret: set QUARTERDECK_SERVER_GATE_PASSWORD, or name a file in gate.password_file",
        ),
    ] {
        assert_eq!(load_file(file).unwrap_err(), message);
    }
    assert_eq!(
        load_variable("QUARTERDECK_SERVER_SECRET_KEY", "").unwrap_err(),
        "QUARTERDECK_SERVER_SECRET_KEY: secret_key must not be empty"
    );
}

#[test]
fn a_secret_given_twice_is_an_error() {
    let variables = [
        ("QUARTERDECK_SERVER_SECRET_KEY", "a key"),
        ("QUARTERDECK_SERVER_SECRET_KEY_FILE", "/etc/key"),
    ];
    assert_eq!(
        load("", &variables, ServeArgs::default()).unwrap_err(),
        "QUARTERDECK_SERVER_SECRET_KEY and QUARTERDECK_SERVER_SECRET_KEY_FILE are both set; give one of them"
    );
}

#[test]
fn the_flag_for_the_key_file_wins_over_the_variable_with_the_key() {
    let store = StoreArgs {
        secret_key_file: Some("/etc/key".into()),
        ..StoreArgs::default()
    };
    let config = load(
        "",
        &[("QUARTERDECK_SERVER_SECRET_KEY", "a key")],
        store.into(),
    )
    .unwrap();
    assert_eq!(shown(config.secret_key.as_ref()), "Some(/etc/key)");
}

#[test]
fn debug_shows_no_secret() {
    let variables = [
        (
            "QUARTERDECK_SERVER_DATABASE",
            "postgres://qd:hunter2@db.example/qd?password=hunter2",
        ),
        ("QUARTERDECK_SERVER_GATE_PASSWORD", "hunter2"),
        ("QUARTERDECK_SERVER_SECRET_KEY", "hunter2"),
    ];
    let printed = format!("{:?}", load("", &variables, ServeArgs::default()).unwrap());
    assert!(!printed.contains("hunter2"), "{printed}");
    assert!(
        printed.contains("postgres://qd:[hidden]@db.example/qd"),
        "{printed}"
    );
}

#[test]
fn a_refused_database_is_not_shown() {
    let error = load_variable(
        "QUARTERDECK_SERVER_DATABASE",
        "mysql://qd:hunter2@db.example/qd",
    )
    .unwrap_err();
    assert_eq!(
        error,
        "QUARTERDECK_SERVER_DATABASE: database must be sqlite:PATH or postgres://USER@HOST/NAME"
    );
}

#[test]
fn the_test_clock_needs_loopback() {
    for (listen, accepted) in [
        ("127.0.0.1:0", true),
        ("127.8.8.8:1", true),
        ("[::1]:0", true),
        ("0.0.0.0:4000", false),
        ("10.0.0.1:4000", false),
    ] {
        let args = ServeArgs {
            listen: Some(listen.to_owned()),
            test_clock: Some("/tmp/clock".into()),
            ..ServeArgs::default()
        };
        let answer = load("", &[], args).map(|config| config.test_clock.is_some());
        let refusal =
            format!("--test-clock is refused unless the server listens on loopback, not {listen}");
        assert_eq!(answer, if accepted { Ok(true) } else { Err(refusal) });
    }
}

#[test]
fn without_a_home_directory_the_database_must_be_given() {
    let homeless = Surroundings {
        data_directory: None,
        ..surroundings(&[])
    };
    let error = ServerConfig::load(&ServeArgs::default(), &homeless).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no home directory to put the default database in; give --database URL"
    );

    let store = StoreArgs {
        database: Some("sqlite:qd.db".to_owned()),
        ..StoreArgs::default()
    };
    let config = ServerConfig::load(&store.into(), &homeless).unwrap();
    assert_eq!(config.database.expose(), "sqlite:qd.db");
}

fn shown(source: Option<&SecretSource>) -> String {
    source.map_or_else(|| "None".to_owned(), |source| format!("Some({source})"))
}

fn listed(networks: &[Network]) -> String {
    let texts: Vec<_> = networks.iter().map(ToString::to_string).collect();
    format!("[{}]", texts.join(", "))
}
