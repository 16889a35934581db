//! Flags, variables and files that are wrong are named; keys stay private.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use serde_json::json;

use super::{failed, migrate};
use crate::harness::process::{ServerProcess, bare_command, command, finished, run};
use crate::harness::{Backend, TestDatabase, TestServer, until};

const OTHER_KEY: &str = "YW5vdGhlciBrZXkgb2YgdGhpcnR5LXR3byBieXRlcy4=";

async fn sqlite() -> TestDatabase {
    TestDatabase::create(Backend::Sqlite).await.unwrap()
}

fn key_file(database: &TestDatabase) -> PathBuf {
    let files = fs::read_dir(database.directory())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut keys: Vec<_> = files
        .filter(|path| path.to_string_lossy().contains("key"))
        .collect();
    assert_eq!(keys.len(), 1, "{keys:?}");
    keys.remove(0)
}

#[test]
fn what_is_not_there_is_not_made_by_asking_about_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("folder").join("quarterdeck.db");
    let url = format!("sqlite:{}", path.display());
    let commands: &[&[&str]] = &[
        &["verify-audit"],
        &["export-audit"],
        &["audit-replay", "--assert"],
        &["unlock", "ana@quarterdeck.example"],
        &["reset-mfa", "ana@quarterdeck.example"],
        &["reset-password", "ana@quarterdeck.example"],
        &["restore-user", "#1"],
        &["link-identity", "ana@quarterdeck.example", "ana"],
    ];
    for arguments in commands {
        let asked = finished(bare_command(arguments).args(["--database", &url]));
        let message = format!(
            "there is no SQLite file {}; check --database",
            path.display()
        );
        failed(&asked, 2, &message);
        let made = fs::read_dir(directory.path()).unwrap().count();
        assert_eq!(made, 0, "{arguments:?}");
    }
    let made = finished(bare_command(&["migrate"]).args(["--database", &url]));
    assert_eq!(made.succeeded(), "the schema is up to date\n");
    let verified = finished(bare_command(&["verify-audit"]).args(["--database", &url]));
    assert!(
        !verified.stderr.contains("there is no SQLite file"),
        "{verified:?}"
    );
}

#[test]
fn an_unknown_flag_or_command_is_named() {
    let cases: &[(&[&str], &str)] = &[
        (
            &["serve", "--lisen", "127.0.0.1:0"],
            "unexpected argument '--lisen'",
        ),
        (&["sevre"], "unrecognized subcommand 'sevre'"),
        (
            &["migrate", "--allow-demo-accounts"],
            "unexpected argument '--allow-demo-accounts'",
        ),
        (&["create-admin"], "<EMAIL>"),
        (
            &["verify-audit", "--expected-seq", "1"],
            "--expected-hash <HEX>",
        ),
        (
            &["serve", "--database", "mysql://x"],
            "--database: database must be sqlite:PATH or postgres://USER@HOST/NAME",
        ),
        (
            &["serve", "--database", "sqlite:/x", "--listen", "4000"],
            "--listen: listen must be an address with a port",
        ),
    ];
    for (arguments, message) in cases {
        failed(&finished(&mut bare_command(arguments)), 2, message);
    }
}

#[tokio::test]
async fn a_wrong_key_is_named_with_its_place() {
    let database = sqlite().await;
    let path = database.directory().join("server.toml");
    let with = |text: &str| {
        fs::write(&path, text).unwrap();
        run(&database, &["serve", "--config", path.to_str().unwrap()])
    };
    let file = path.display();
    let unknown = with("environment = \"test\"\n[limits]\nall_per_minut = 3\n");
    failed(
        &unknown,
        2,
        &format!(
            "{file}:3: there is no setting \"limits.all_per_minut\"; did you mean \"limits.all_per_minute\"?"
        ),
    );
    failed(
        &with("listen = 4000\n"),
        2,
        &format!("{file}:1: listen must be an address with a port"),
    );
    failed(&with("listen = \n"), 2, &format!("{file}:1: "));
    failed(
        &with("secret_key = \"abc\"\n"),
        2,
        "secret_key is a secret: set QUARTERDECK_SERVER_SECRET_KEY",
    );
    let missing = run(&database, &["serve", "--config", "/nowhere/server.toml"]);
    failed(
        &missing,
        2,
        "/nowhere/server.toml: No such file or directory",
    );
    let variable = finished(command(&database, &["serve"]).env("QUARTERDECK_SERVER_LISTN", "x"));
    let message = "QUARTERDECK_SERVER_LISTN: there is no setting \"QUARTERDECK_SERVER_LISTN\"; did you mean \"QUARTERDECK_SERVER_LISTEN\"?";
    failed(&variable, 2, message);
}

#[tokio::test]
async fn a_flag_wins_over_the_environment_and_that_over_the_file() {
    let database = sqlite().await;
    let path = database.directory().join("server.toml");
    fs::write(&path, "environment = \"from-file\"\n").unwrap();
    let admin = run(&database, &["create-admin", "ana@b.example"]).succeeded();
    let mut access = String::new();
    for (variable, flag, expected) in [
        (None, None, "from-file"),
        (Some("from-variable"), None, "from-variable"),
        (Some("from-variable"), Some("from-flag"), "from-flag"),
    ] {
        let mut serve = command(
            &database,
            &[
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--config",
                path.to_str().unwrap(),
            ],
        );
        serve.envs(variable.map(|name| ("QUARTERDECK_SERVER_ENVIRONMENT", name)));
        serve.args(flag.iter().flat_map(|name| ["--environment", name]));
        let server = ServerProcess::spawn(&mut serve);
        if access.is_empty() {
            let body = json!({ "token": admin.trim(), "newPassword": "a few plain words" });
            access = server
                .request("POST", "/auth/first-login")
                .json(body)
                .send()
                .await
                .text_at("/access_token");
        }
        let me = server
            .request("GET", "/auth/me")
            .bearer(&access)
            .send()
            .await;
        assert_eq!(me.text_at("/environment"), expected);
    }
}

#[tokio::test]
async fn u_17_the_key_beside_a_sqlite_file_is_the_owners_alone() {
    let database = sqlite().await;
    let bare =
        |arguments: &[&str]| finished(bare_command(arguments).args(["--database", database.url()]));
    bare(&["create-admin", "ana@b.example"]).succeeded();
    let key = key_file(&database);
    assert_eq!(
        fs::metadata(&key).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let text = fs::read_to_string(&key).unwrap();
    bare(&["unlock", "ana@b.example"]).succeeded();
    assert_eq!(fs::read_to_string(&key).unwrap(), text, "made once");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    failed(
        &bare(&["unlock", "ana@b.example"]),
        2,
        "is open to others (mode 644); chmod 600 it",
    );
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&key, "not a key").unwrap();
    failed(
        &bare(&["unlock", "ana@b.example"]),
        2,
        "the secret key must be the base 64 of 32 bytes",
    );
}

#[tokio::test]
async fn postgresql_needs_a_key() {
    let Some(database) = TestDatabase::create(Backend::Postgres).await else {
        return;
    };
    let serve = finished(&mut bare_command(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--database",
        database.url(),
    ]));
    failed(
        &serve,
        2,
        "no secret key: give --secret-key-file, or QUARTERDECK_SERVER_SECRET_KEY",
    );
}

#[tokio::test]
async fn a_wrong_key_says_so_and_gives_nothing_away() {
    let server = TestServer::start(sqlite().await).await;
    let ana = server.super_admin().await;
    let database = server.stop().await;
    migrate(&database);
    let mut serve = command(&database, &["serve", "--listen", "127.0.0.1:0"]);
    let server = ServerProcess::spawn(serve.env("QUARTERDECK_SERVER_SECRET_KEY", OTHER_KEY));
    let body = json!({ "email": ana.email, "password": crate::harness::PASSWORD });
    let challenge = server
        .request("POST", "/auth/sign-in")
        .json(body)
        .send()
        .await
        .text_at("/token");
    let body = json!({ "token": challenge, "mfaCode": "123456" });
    let reply = server
        .request("POST", "/auth/verify-2fa")
        .json(body)
        .send()
        .await;
    let problem = reply.refused(500, "internal");
    assert_eq!(
        problem["detail"],
        "the server failed; the request id finds it in the server's log"
    );
    let id = reply.header("x-request-id");
    let line = until("the log names it", async || {
        server
            .log()
            .lines()
            .find(|line| line.contains(id))
            .map(str::to_owned)
    })
    .await;
    assert!(
        line.contains("encrypted with secret key ") && line.contains(", but this server has "),
        "{line}"
    );
    assert!(!line.contains(OTHER_KEY), "{line}");
}
