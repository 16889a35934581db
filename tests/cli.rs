//! The real binary, without a terminal: what it says, where it says it, and how it ends.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of a test fail it as its own lines do"
)]

#[path = "../crates/server/tests/harness/limit.rs"]
#[cfg_attr(
    not(feature = "bundled"),
    expect(dead_code, reason = "shared; not every test binary needs all of it")
)]
mod limit;

#[cfg(feature = "bundled")]
#[path = "cli/jobs.rs"]
mod jobs;
#[cfg(feature = "bundled")]
#[path = "pty/server.rs"]
#[expect(dead_code, reason = "shared; not every test binary needs all of it")]
mod server;

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// A home of its own for each run, so that nobody's configuration is read.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn quarterdeck(&self, arguments: &[&str]) -> Output {
        limit::output(
            Command::new(env!("CARGO_BIN_EXE_quarterdeck"))
                .args(arguments)
                .env_clear()
                .env("HOME", self.path()),
        )
    }
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn the_version_is_said() {
    let output = Home::new().quarterdeck(&["--version"]);
    assert_eq!(
        text(&output.stdout),
        concat!("quarterdeck ", env!("CARGO_PKG_VERSION"), "\n")
    );
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn help_names_every_flag_that_the_documents_promise() {
    let output = Home::new().quarterdeck(&["--help"]);
    let help = text(&output.stdout);
    for flag in [
        "--server",
        "--profile",
        "--config",
        "--theme",
        "--default-view",
        "--readonly",
        "--linear",
        "--token-file",
        "--print-paths",
        "demo",
    ] {
        assert!(help.contains(flag), "{flag} is missing:\n{help}");
    }
    assert!(!help.contains("--test-"), "{help}");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn without_a_terminal_it_helps_and_sends_no_control_sequence() {
    for arguments in [&[][..], &["demo"]] {
        let output = Home::new().quarterdeck(arguments);
        assert!(
            text(&output.stdout).contains("Usage: quarterdeck"),
            "{output:?}"
        );
        assert!(
            text(&output.stdout).contains("quarterdeck demo --linear"),
            "{output:?}"
        );
        assert!(!output.stdout.contains(&0x1b), "{output:?}");
        assert_eq!(output.status.code(), Some(2));
    }
}

#[cfg(feature = "bundled")]
mod demo {
    use std::io::{BufReader, Read};
    use std::process::{Child, ChildStdout, Stdio};

    use rustix::process::{Pid, Signal, kill_process};

    use super::*;

    /// A demo server, ended and waited for when it is dropped.
    struct Demo {
        process: Child,
        output: BufReader<ChildStdout>,
    }

    impl Demo {
        fn start(home: &Home, arguments: &[&str]) -> Self {
            let mut process = Command::new(env!("CARGO_BIN_EXE_quarterdeck"))
                .args(["demo", "--server-only"])
                .args(arguments)
                .env_clear()
                .env("HOME", home.path())
                .env("TMPDIR", home.path())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let output = BufReader::new(process.stdout.take().unwrap());
            Self { process, output }
        }

        fn line(&mut self) -> String {
            limit::line(&self.process, &mut self.output)
        }

        /// Ends it; what it had still to say, and how it ended.
        fn end(mut self) -> (String, Option<i32>) {
            kill_process(Pid::from_child(&self.process), Signal::TERM).unwrap();
            let mut rest = String::new();
            self.output.read_to_string(&mut rest).unwrap();
            (rest, self.process.wait().unwrap().code())
        }
    }

    impl Drop for Demo {
        fn drop(&mut self) {
            // Over already, unless the test failed.
            let _ended = self.process.kill();
        }
    }

    fn databases(directory: &Path) -> usize {
        let names = std::fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name());
        names
            .filter(|name| name.to_string_lossy().contains("quarterdeck"))
            .count()
    }

    #[test]
    fn its_server_says_where_it_listens_first_and_ends_on_term_without_a_trace() {
        let home = Home::new();
        let mut demo = Demo::start(&home, &[]);
        assert!(demo.line().starts_with("listening http://127.0.0.1:"));
        assert_eq!(databases(home.path()), 1);
        let (rest, code) = demo.end();
        assert!(rest.contains("root@quarterdeck.example"), "{rest}");
        assert_eq!(code, Some(0));
        assert_eq!(databases(home.path()), 0);
    }

    #[test]
    fn a_kept_database_is_gone_on_with() {
        let (home, kept) = (Home::new(), Home::new());
        let keep = kept.path().join("demo").display().to_string();
        for _ in 0..2 {
            let mut demo = Demo::start(&home, &["--keep", &keep]);
            assert!(demo.line().starts_with("listening "));
            assert_eq!(demo.end().1, Some(0));
        }
        assert!(std::fs::read_dir(keep).unwrap().count() > 0);
    }
}

#[test]
fn an_unknown_flag_is_wrong_usage() {
    let output = Home::new().quarterdeck(&["--sever", "https://console.example"]);
    assert!(text(&output.stderr).contains("--server"), "{output:?}");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_token_cannot_be_given_on_the_command_line() {
    let output = Home::new().quarterdeck(&["--token", "hunter2"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn u_13_paths_follow_the_home() {
    let home = Home::new();
    let output = home.quarterdeck(&["--print-paths"]);
    let (text, home) = (text(&output.stdout), home.path().display());
    let expected = format!(
        "config       {home}/.config/quarterdeck/config.toml\n\
         credentials  {home}/.config/quarterdeck/credentials.toml\n\
         data         {home}/.local/share/quarterdeck\n\
         state        {home}/.local/state/quarterdeck\n\
         log          {home}/.local/state/quarterdeck/log\n"
    );
    assert_eq!(text, expected);
}

#[test]
fn u_13_paths_follow_the_xdg_variables() {
    let output = limit::output(
        Command::new(env!("CARGO_BIN_EXE_quarterdeck"))
            .arg("--print-paths")
            .env_clear()
            .env("HOME", "/nowhere")
            .env("XDG_CONFIG_HOME", "/c")
            .env("XDG_DATA_HOME", "/d")
            .env("XDG_STATE_HOME", "/s"),
    );
    assert_eq!(
        text(&output.stdout),
        "config       /c/quarterdeck/config.toml\n\
         credentials  /c/quarterdeck/credentials.toml\n\
         data         /d/quarterdeck\n\
         state        /s/quarterdeck\n\
         log          /s/quarterdeck/log\n"
    );
}

impl Home {
    /// With a configuration of its own.
    fn with_config(text: &str) -> Self {
        let home = Self::new();
        let directory = home.path().join(".config/quarterdeck");
        std::fs::create_dir_all(&directory).unwrap();
        std::fs::write(directory.join("config.toml"), text).unwrap();
        home
    }
}

const SWAPPED: &str = "[keys.verbs]\naccept = ['x']\nrefuse = ['a']\n";

#[test]
fn keys_are_listed_as_they_are_in_force() {
    let home = Home::with_config(SWAPPED);
    let columns = home.quarterdeck(&["keys"]);
    let columns = text(&columns.stdout);
    assert!(
        columns.contains("[verbs]\naccept            x               Accept\n"),
        "{columns}"
    );

    let markdown = home.quarterdeck(&["keys", "--markdown"]);
    let markdown = text(&markdown.stdout);
    assert!(
        markdown.contains("## `verbs`\n\n| action | keys | what it does |\n"),
        "{markdown}"
    );
    assert!(
        markdown.contains("| `refuse` | `a` | Refuse |\n"),
        "{markdown}"
    );

    let json = home.quarterdeck(&["keys", "--json"]);
    let rows = text(&json.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    let rows: Vec<serde_json::Value> = rows.collect();
    assert_eq!(rows.len(), quarterdeck::app::keymap::Action::ALL.len());
    let accept = rows.iter().find(|row| row["action"] == "accept").unwrap();
    assert_eq!(accept["keys"], serde_json::json!(["x"]));
    assert_eq!(
        (&accept["v"], &accept["section"]),
        (&1.into(), &"verbs".into())
    );
}

#[test]
fn keys_that_are_wrong_are_an_error_of_the_check_alone() {
    let home = Home::with_config("[keys.verbs]\nacept = ['x']\n[keys.table]\nmark = 3\n");
    let file = home.path().join(".config/quarterdeck/config.toml");
    let file = file.display();
    let said = format!(
        "{file}:2: no action `acept` in `keys.verbs`; did you mean `accept`?\n\
         {file}:4: `mark` must be a list of keys, as [\"m\", \"F2\"]\n"
    );
    let check = home.quarterdeck(&["keys", "--check"]);
    assert_eq!(
        (text(&check.stderr), check.status.code()),
        (said.as_str(), Some(2))
    );
    assert_eq!(text(&check.stdout), "");
    let list = home.quarterdeck(&["keys"]);
    assert_eq!(
        (text(&list.stderr), list.status.code()),
        (said.as_str(), Some(0))
    );

    let json = home.quarterdeck(&["keys", "--json"]);
    let first: serde_json::Value =
        serde_json::from_str(text(&json.stderr).lines().next().unwrap()).unwrap();
    assert_eq!((&first["v"], &first["line"]), (&1.into(), &2.into()));

    let right = Home::with_config(SWAPPED).quarterdeck(&["keys", "--check"]);
    assert_eq!((text(&right.stderr), right.status.code()), ("", Some(0)));
}

#[test]
fn the_configuration_is_found_checked_and_shown() {
    let home = Home::new();
    let path = home.quarterdeck(&["config", "path"]);
    let file = text(&path.stdout).trim().to_owned();
    assert!(file.ends_with(".config/quarterdeck/config.toml"), "{file}");
    let template = home.quarterdeck(&["config", "template"]);
    std::fs::create_dir_all(Path::new(&file).parent().unwrap()).unwrap();
    std::fs::write(&file, &template.stdout).unwrap();
    let right = home.quarterdeck(&["config", "check"]);
    assert_eq!(right.status.code(), Some(0), "{right:?}");

    std::fs::write(&file, "themee = 'dark'\n").unwrap();
    let wrong = home.quarterdeck(&["config", "check"]);
    assert!(text(&wrong.stderr).contains("config.toml:1"), "{wrong:?}");
    assert_eq!(wrong.status.code(), Some(2));
    std::fs::write(&file, "[keys.table]\nmark = ['no such key']\n").unwrap();
    let wrong = home.quarterdeck(&["config", "check"]);
    assert!(text(&wrong.stdout).contains("config.toml:2:"), "{wrong:?}");
    assert_eq!(wrong.status.code(), Some(2));
    // What a wrong file says must still be found out.
    assert_eq!(home.quarterdeck(&["config", "path"]).status.code(), Some(0));
}

#[test]
fn shells_and_readers_of_manuals_are_told_of_every_command() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish"] {
        let output = home.quarterdeck(&["completions", shell]);
        for command in ["waitlist", "whoami", "--if-version"] {
            let long = command.trim_start_matches("--");
            assert!(text(&output.stdout).contains(long), "{shell}: {command}");
        }
        assert_eq!(output.status.code(), Some(0));
    }
    let page = home.quarterdeck(&["man"]);
    assert!(text(&page.stdout).contains("waitlist") && text(&page.stdout).contains(".SH KEYS"));
    let help = home.quarterdeck(&["ban", "--help"]);
    assert!(
        text(&help.stdout).starts_with("Reports: Ban the reported user"),
        "{help:?}"
    );
    let page = home.quarterdeck(&["man", "ban"]);
    assert!(text(&page.stdout).contains("permanent"), "{page:?}");
    assert_eq!(
        home.quarterdeck(&["man", "nonsense"]).status.code(),
        Some(2)
    );
}
