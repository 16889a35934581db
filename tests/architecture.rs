//! Holds the rules of docs/ARCHITECTURE.md by reading the sources: who may use whom, no circles, who
//! may write, and that every path the documents name exists.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "architecture/sources.rs"]
mod sources;

use std::collections::BTreeSet;
use std::path::Path;

use sources::{Source, cycles, sources};

/// Longest file, in lines that are neither blank nor a comment, without its tests.
const MAX_FILE_LINES: usize = 400;

fn offenders<'a>(
    files: &'a [Source],
    is_meant: impl Fn(&Source) -> bool,
    forbidden: &[&str],
) -> Vec<(&'a str, String)> {
    files
        .iter()
        .filter(|file| is_meant(file))
        .flat_map(|file| {
            let hits = forbidden.iter().filter(|word| file.mentions(word));
            hits.map(|word| (file.path.as_str(), (*word).to_owned()))
        })
        .collect()
}

#[test]
fn the_contract_knows_no_transport_no_database_and_no_terminal() {
    let words = [
        "axum",
        "sqlx",
        "sea_orm",
        "reqwest",
        "tokio",
        "ratatui",
        "crossterm",
    ];
    assert_eq!(offenders(&sources("crates/api/src"), |_| true, &words), []);
}

#[test]
fn the_client_knows_neither_server_nor_console() {
    let words = [
        "ratatui",
        "crossterm",
        "quarterdeck_server",
        "quarterdeck::",
    ];
    assert_eq!(
        offenders(&sources("crates/client/src"), |_| true, &words),
        []
    );
}

#[test]
fn the_pure_rooms_of_the_console_do_no_input_or_output() {
    let words = [
        "tokio",
        "reqwest",
        "quarterdeck_client",
        "std::fs",
        "std::net",
        "std::env",
        "std::thread",
        "std::time::Instant",
        "SystemTime",
        "crossterm",
        "ratatui",
        "crate::net",
        "crate::terminal",
        "crate::runtime",
        "crate::view",
        "crate::cli",
    ];
    let is_pure = |file: &Source| file.is_in("src/app/") || file.is_in("src/screens/");
    assert_eq!(offenders(&sources("src"), is_pure, &words), []);
}

#[test]
fn views_draw_and_do_nothing_else() {
    let words = [
        "tokio",
        "reqwest",
        "quarterdeck_client",
        "std::fs",
        "std::net",
        "std::env",
        "std::thread",
        "crossterm",
        "crate::net",
        "crate::terminal",
        "crate::runtime",
        "crate::cli",
    ];
    assert_eq!(
        offenders(&sources("src"), |file| file.is_in("src/view/"), &words),
        []
    );
}

#[test]
fn lines_are_said_of_the_model_and_of_nothing_else() {
    let words = [
        "tokio",
        "reqwest",
        "quarterdeck_client",
        "std::fs",
        "std::net",
        "std::env",
        "std::thread",
        "std::io",
        "crossterm",
        "ratatui",
        "crate::net",
        "crate::terminal",
        "crate::runtime",
        "crate::view",
        "crate::cli",
    ];
    assert_eq!(
        offenders(&sources("src"), |file| file.is_in("src/linear/"), &words),
        []
    );
}

#[test]
fn the_network_knows_neither_screens_nor_drawing() {
    let words = [
        "ratatui",
        "crossterm",
        "reqwest",
        "crate::screens",
        "crate::view",
        "crate::terminal",
    ];
    assert_eq!(
        offenders(&sources("src"), |file| file.is_in("src/net/"), &words),
        []
    );
}

#[test]
fn only_one_file_of_the_console_names_the_server() {
    let files = sources("src");
    let is_meant = |file: &Source| file.path != "src/bundled.rs";
    assert_eq!(offenders(&files, is_meant, &["quarterdeck_server"]), []);
}

/// Named in a program, `OPERATIONS` brings the schema of every type along: a tenth of the console's binary.
#[test]
fn the_console_is_built_without_the_schemas_of_the_operations() {
    for crate_sources in ["src", "crates/client/src"] {
        let files = sources(crate_sources);
        assert_eq!(offenders(&files, |_| true, &["OPERATIONS", "utoipa"]), []);
    }
    let files = sources("crates/api/src");
    let is_meant = |file: &Source| file.path != "crates/api/src/operations.rs";
    assert_eq!(offenders(&files, is_meant, &["OPERATIONS"]), []);
}

#[test]
fn s003_01_the_console_has_no_database() {
    let manifest =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let (_, package) = manifest.split_once("[package]").unwrap();
    // Its tests start PostgreSQL for the servers that they sit before.
    let (console, _tests) = package.split_once("[dev-dependencies]").unwrap();
    let words = ["sqlx", "sea-orm", "sea_orm", "rusqlite", "postgres::"];
    for word in words {
        assert!(!console.contains(word), "the console depends on {word}");
    }
    for root in ["src", "crates/client/src", "crates/api/src"] {
        assert_eq!(offenders(&sources(root), |_| true, &words), []);
    }
}

#[test]
fn s004_53_no_host_is_written_into_the_console() {
    let mut files = sources("src");
    files.extend(sources("crates/client/src"));
    let hosts: BTreeSet<_> = files
        .iter()
        .flat_map(|file| {
            let after_schemes = file.text.split("://").skip(1);
            after_schemes.map(|tail| (file.path.as_str(), host_at_start(tail)))
        })
        // Names below `.example` can be nobody's host: help texts use them.
        .filter(|(_, host)| !host.is_empty() && !host.ends_with(".example"))
        .collect();
    let expected = [
        // The text that says what an address looks like.
        ("crates/client/src/options.rs", "127.0.0.1:4000"),
        // The default of the setting that says which server.
        ("src/config/settings.rs", "127.0.0.1:4000"),
    ];
    assert_eq!(hosts, BTreeSet::from(expected));
}

/// The host at the start of what follows a scheme; nothing where it is filled in at run time.
fn host_at_start(tail: &str) -> &str {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || ".:-[]".contains(letter);
    let end = tail.find(|letter| !is_part(letter));
    &tail[..end.unwrap_or(tail.len())]
}

#[test]
fn u_16_the_console_never_takes_text_unsanitized() {
    let mut files = sources("src");
    files.extend(sources("crates/client/src"));
    assert_eq!(offenders(&files, |_| true, &["verbatim("]), []);
}

#[test]
fn rules_are_pure() {
    let words = [
        "async ",
        "sea_orm",
        "sqlx",
        "axum",
        "http::",
        "serde_json",
        "Utc::now",
        "crate::db",
        "crate::gate",
    ];
    let is_rules = |file: &Source| file.path.ends_with("/rules.rs");
    assert_eq!(
        offenders(&sources("crates/server/src"), is_rules, &words),
        []
    );
}

#[test]
fn stores_know_no_http_and_decide_no_permissions() {
    let words = [
        "axum",
        "http::",
        "StatusCode",
        "Refusal",
        "Permission::",
        "crate::http",
    ];
    let is_store =
        |file: &Source| file.path.ends_with("/store.rs") && !file.is_in("crates/server/src/users/");
    assert_eq!(
        offenders(&sources("crates/server/src"), is_store, &words),
        []
    );
}

/// The floors of the server, top to bottom; a file may use its own floor and those below.
const FLOORS: &[&[&str]] = &[
    &["main", "lib", "cli", "embedded", "start"],
    &["http", "jobs"],
    &["seed"],
    &[
        "admin_logs",
        "admins",
        "applications",
        "audit",
        "claims",
        "dashboard",
        "data_requests",
        "filters",
        "journal",
        "mail",
        "money",
        "notes",
        "ops",
        "orgs",
        "realtime",
        "reasons",
        "replay",
        "reports",
        "sessions",
        "users",
        "withdrawals",
    ],
    &["gate"],
    &["chain", "cluster", "oidc"],
    &["db"],
    &["config"],
];

fn floor(module: &str) -> usize {
    FLOORS
        .iter()
        .position(|floor| floor.contains(&module))
        .unwrap_or_else(|| panic!("the module {module} stands on no floor; add it to FLOORS"))
}

#[test]
fn no_arrow_of_the_server_runs_back_up() {
    let files = sources("crates/server/src");
    let upward: Vec<_> = files
        .iter()
        .flat_map(|file| {
            let own = file.top_module();
            file.used_modules()
                .into_iter()
                .map(move |used| (file.path.clone(), own.clone(), used))
        })
        .filter(|(_, own, used)| floor(used) < floor(own))
        .collect();
    assert_eq!(upward, []);
}

#[test]
fn rooms_ask_the_mod_of_another_room_never_its_store() {
    let files = sources("crates/server/src");
    let rooms = [
        "applications",
        "audit",
        "claims",
        "dashboard",
        "data_requests",
        "filters",
        "journal",
        "mail",
        "money",
        "notes",
        "ops",
        "realtime",
        "reasons",
        "replay",
        "reports",
        "sessions",
        "users",
        "withdrawals",
    ];
    let peeks: Vec<_> = files
        .iter()
        .flat_map(|file| {
            rooms
                .iter()
                .map(move |room| (file, format!("crate::{room}::store")))
        })
        .filter(|(file, store)| file.mentions(store))
        .map(|(file, store)| (file.path.clone(), store))
        .collect();
    assert_eq!(peeks, []);
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    for root in [
        "crates/api/src",
        "crates/client/src",
        "crates/server/src",
        "src",
    ] {
        assert_eq!(
            cycles(&sources(root)),
            Vec::<Vec<String>>::new(),
            "in {root}"
        );
    }
}

#[test]
fn the_second_door_to_writing_has_known_callers() {
    let files = sources("crates/server/src");
    let callers: BTreeSet<_> = files
        .iter()
        .flat_map(|file| {
            file.arguments_of("system_write(")
                .into_iter()
                .map(|reason| (file.top_module(), reason))
        })
        .collect();
    let expected = [
        ("claims", "\"claim_lease\""),
        ("cli", "\"create_admin\""),
        ("cli", "\"link_identity\""),
        ("cli", "\"mail_retry\""),
        ("cli", "\"reset_mfa\""),
        ("cli", "\"reset_password\""),
        ("cli", "\"restore_user\""),
        ("cli", "\"unlock\""),
        ("embedded", "\"demo_session\""),
        ("gate", "\"otp\""),
        ("http", "\"action_log\""),
        ("jobs", "\"job\""),
        ("jobs", "\"job_lease\""),
        ("jobs", "\"remains\""),
        ("mail", "\"mail\""),
        ("seed", "\"seed\""),
        ("sessions", "\"enroll_mfa\""),
        ("sessions", "\"first_login\""),
        ("sessions", "\"refresh\""),
        ("sessions", "\"sign_in\""),
        ("sessions", "\"sign_in_failure\""),
        ("sessions", "\"sign_out\""),
        ("sessions", "\"oidc\""),
        ("sessions", "\"verify_mfa\""),
        ("start", "\"prepare\""),
        ("start", "\"request_stats\""),
    ];
    let expected: BTreeSet<_> = expected
        .iter()
        .map(|(module, reason)| ((*module).to_owned(), (*reason).to_owned()))
        .collect();
    assert_eq!(callers, expected);
}

/// The type's own assertion makes the rest: without debug assertions it has no room for a check left out.
#[test]
fn p4_only_tests_leave_a_check_of_the_gate_out_and_no_release_build_can() {
    let is_meant = |file: &Source| file.path != "crates/server/src/gate/checks.rs";
    let mut callers = offenders(
        &sources("crates/server/src"),
        is_meant,
        &["Checks::without"],
    )
    .len();
    callers += offenders(&sources("src"), |_| true, &["Checks::without"]).len();
    assert_eq!(callers, 0);
    let manifest = std::fs::read_to_string("Cargo.toml").unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    for (name, profile) in manifest["profile"].as_table().unwrap() {
        let turned_on = profile.get("debug-assertions");
        assert_eq!(turned_on, None, "the profile {name} decides over the gate");
    }
}

#[test]
fn rows_are_never_changed_in_bulk_without_a_filter() {
    for file in sources("crates/server/src") {
        for call in ["update_many()", "delete_many()"] {
            for tail in file.text.split(call).skip(1) {
                let statement = tail.split(';').next().unwrap_or_default();
                assert!(
                    statement.contains(".filter("),
                    "{}: {call} without a filter",
                    file.path
                );
            }
        }
    }
}

#[test]
fn files_stay_short() {
    let roots = [
        "crates/api/src",
        "crates/bench/src",
        "crates/client/src",
        "crates/server/src",
        "src",
    ];
    let long: Vec<_> = roots
        .iter()
        .flat_map(|root| sources(root))
        .filter(|file| !file.path.ends_with("tests.rs"))
        .map(|file| (file.path.clone(), file.code_lines()))
        .filter(|(_, lines)| *lines > MAX_FILE_LINES)
        .collect();
    assert_eq!(long, []);
}

#[test]
fn every_path_that_the_documents_name_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for document in [
        "README.md",
        "docs/ARCHITECTURE.md",
        "docs/OPERATIONS.md",
        "docs/AUDIT.md",
        "docs/API.md",
        "docs/COMMANDS.md",
        "docs/DAY-ONE.md",
        "docs/FILTERS.md",
        "docs/KEYS.md",
        "docs/PERFORMANCE.md",
        "docs/RELIABILITY.md",
    ] {
        let text = std::fs::read_to_string(root.join(document)).unwrap();
        for path in sources::paths_in(&text) {
            assert!(
                root.join(&path).exists(),
                "{document} names {path}, which does not exist"
            );
        }
    }
}
