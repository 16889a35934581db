//! The users of the demo: found, verified, banned, exported and anonymized by keyboard.

use std::fs::{metadata, read_to_string};
use std::os::unix::fs::PermissionsExt;

use crate::console::{Console, ENTER, ESC, SMALL, Size, WIDE};
use crate::dialog::phrase;
use crate::picture::{cursor_id, cursor_line, lines};

/// A console with this person under the cursor, looked for on the server, and the id.
pub fn found(mut console: Console, prefix: &str) -> (Console, String) {
    console.find(&"the first tab", cursor_id);
    console
        .keys("4")
        .wait_for("Users ")
        .wait_until(&"users", |screen| {
            cursor_line(screen).is_some_and(|line| line.contains("ACTIVE"))
        });
    console.keys("/").wait_for("/ words, or ");
    console.type_text(&format!("{prefix}*")).keys(ENTER);
    console.wait_for(&format!("/{prefix}* server"));
    let only = |screen: &vt100::Screen| {
        let is_row = |line: &&String| line.contains(" ACTIVE ");
        let rows = lines(screen).iter().filter(is_row).count();
        cursor_id(screen).filter(|_| rows == 1)
    };
    let id = console.find(&"the only one of that prefix", only);
    (console, id)
}

pub fn demo(size: Size, prefix: &str) -> (Console, String) {
    found(Console::start(size, &["demo"]), prefix)
}

pub fn wait_for_status(console: &Console, status: &str) {
    console.wait_until(&format!("{status} under the cursor"), |screen| {
        cursor_line(screen).is_some_and(|line| line.contains(status))
    });
}

/// What the rows of the audit log say was done, in their order.
fn deeds(screen: &vt100::Screen) -> Vec<&'static str> {
    const DEEDS: [&str; 3] = ["Note written", "User banned", "User unbanned"];
    let lines = lines(screen).into_iter();
    let rows = lines.filter_map(|line| line.split('│').next().map(str::to_owned));
    rows.filter_map(|row| DEEDS.into_iter().find(|deed| row.contains(deed)))
        .collect()
}

#[test]
fn s003_12_s004_01_s004_02_a_person_is_found_noted_banned_for_seven_days_unbanned_and_audited() {
    for size in [WIDE, SMALL] {
        let (mut console, id) = demo(size, "plain@");
        console.keys("i").wait_for("4  critical");
        console.keys("2").wait_for("What should the team know?");
        console.type_text("Called twice.").keys(ENTER);
        console.wait_for("Risk: medium.");
        console
            .keys("y")
            .wait_for(&format!("{id} noted, was ACTIVE"));
        console.keys("b").wait_for("4  7 days");
        console.keys("4").wait_for("2  Harassment");
        console
            .keys("2")
            .wait_for(&format!("{id} banned, was ACTIVE"));
        wait_for_status(&console, " BANNED ");
        console
            .keys("u")
            .wait_for(&format!("{id} unbanned, was BANNED"));
        wait_for_status(&console, " ACTIVE ");
        console.keys("oa").wait_for(&format!("/on:user{id} server"));
        console.wait_until(&"what was done, newest first", |screen| {
            deeds(screen) == ["User unbanned", "User banned", "Note written"]
        });
    }
}

#[test]
fn s003_11_a_person_is_verified_by_a_and_y() {
    let (mut console, id) = demo(SMALL, "plain@");
    console
        .keys("a")
        .wait_for("There is no way to take it back.");
    console
        .keys("y")
        .wait_for(&format!("{id} verified, was ACTIVE"));
    console
        .keys("a")
        .wait_for(&format!("{id} is verified already"));
}

/// The code that the demo shows in its header.
pub fn code(console: &Console) -> String {
    console.find(&"a code in the header", |screen| {
        let header = lines(screen).into_iter().next()?;
        let (_, code) = header.split_once("  code ")?;
        Some(code.chars().take(6).collect())
    })
}

#[test]
fn one_of_the_staff_is_banned_with_the_code_of_the_header_which_stands_nowhere_else() {
    let (mut console, id) = demo(WIDE, "sam@");
    console.keys("b").wait_for("4  7 days");
    console.keys("4").wait_for("2  Harassment");
    console.keys("2").wait_for("type your one-time code");
    let code = code(&console);
    let below_the_header = |console: &Console| lines(&console.screen())[1..].join("\n");
    console.type_text(&code);
    let asked = below_the_header(&console);
    assert!(
        asked.contains("Code: ") && !asked.contains(&code),
        "{asked}"
    );
    console
        .keys(ENTER)
        .wait_for(&format!("{id} banned, was ACTIVE"));
    wait_for_status(&console, " BANNED ");
    let done = below_the_header(&console);
    assert!(!done.contains(&code), "{done}");
}

#[test]
fn s003_13_an_export_is_a_file_in_the_directory_of_the_settings_for_its_owner_alone() {
    let exports = tempfile::tempdir().unwrap();
    let directory = exports.path().join("of people");
    let script = format!(
        "QUARTERDECK_EXPORT_DIR='{}' exec \"$@\"",
        directory.display()
    );
    let console = Console::start_in_shell(WIDE, &script, &["demo"]);
    let (mut console, id) = found(console, "plain@");
    console.keys("e").wait_for("The export is audited.");
    console.keys("y").wait_for("saved as ");
    let files: Vec<_> = directory
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    let [file] = files.as_slice() else {
        panic!("one file, not {files:?}");
    };
    let name = file.file_stem().unwrap().to_str().unwrap();
    assert!(name.starts_with(&format!("user-{}-", &id[1..])), "{name}");
    assert_eq!(file.extension().unwrap(), "json");
    assert_eq!(metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    let json = read_to_string(file).unwrap();
    assert!(json.contains("\"plain@quarterdeck.example\""), "{json}");
}

#[test]
fn s003_18_a_person_is_anonymized_by_the_right_phrase_alone_and_the_trail_says_so() {
    let (mut console, id) = demo(WIDE, "plain@");
    console.keys("D").wait_for("2  anonymize");
    console.keys("2").wait_for("Why?");
    console.keys("2").wait_for("This cannot be undone.");
    let phrase = phrase(&console);
    console.keys(ENTER).wait_for(&format!("{phrase}:   Type "));
    console.type_text("no").keys(ENTER).type_text("body");
    console.keys(ENTER).wait_for("nobody  Type ");
    console.wait_for(&format!("Anonymize {id} "));
    console.keys(ESC).wait_gone(&format!("Anonymize {id} "));
    wait_for_status(&console, " ACTIVE ");

    console.keys("D").wait_for("2  anonymize");
    console.keys("2").wait_for("Why?");
    console.keys("2").wait_for(&format!("Type {phrase}:"));
    console.type_text(&phrase);
    console
        .keys(ENTER)
        .wait_for(&format!("{id} anonymized, was ACTIVE"));
    wait_for_status(&console, " ANONYMIZED");

    console.keys("oa").wait_for(&format!("/on:user{id} server"));
    console.wait_for("User anonymize confirmed");
}
