//! The audit log exported by keyboard: a file for its owner alone, which a stranger can verify.

use std::fs::{metadata, read_to_string};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::console::{Console, ENTER, WIDE};
use crate::picture::cursor_id;

/// The files of a directory, in the order of their names.
fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = directory.read_dir().unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// The lines of an export.
fn lines(file: &Path) -> Vec<Value> {
    let text = read_to_string(file).unwrap();
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn s004_the_log_is_exported_as_the_filter_shows_it() {
    let exports = tempfile::tempdir().unwrap();
    let script = format!(
        "QUARTERDECK_EXPORT_DIR='{}' exec \"$@\"",
        exports.path().display()
    );
    let mut console = Console::start_in_shell(WIDE, &script, &["demo"]);
    console.find(&"the first tab", cursor_id);
    console.keys("a").wait_for(" approved, was PENDING");
    console.keys("5").wait_for("chain: OK to #");
    console.wait_for("Application approved");

    console.keys("/").wait_for("/ words, or ");
    console.type_text("action:application_approved").keys(ENTER);
    console.wait_for("/action:application_approved server");
    console
        .keys("e")
        .wait_for("Rows that pass the filter action:application_approved");
    console.keys("y").wait_for(" saved as ");
    let [part] = <[_; 1]>::try_from(files(exports.path())).unwrap();
    assert_eq!(metadata(&part).unwrap().permissions().mode() & 0o777, 0o600);
    let name = part.file_name().unwrap().to_str().unwrap();
    assert!(
        name.starts_with("audit-") && name.ends_with("Z.ndjson"),
        "{name}"
    );
    let found = lines(&part);
    let extract = &found[0]["extract"];
    let filter = &extract["filter"]["filter"];
    assert_eq!(filter, "action:application_approved");
    assert_eq!(extract["rows"], found.len() - 1);
    assert!(
        found[1..]
            .iter()
            .all(|row| row["action_code"] == "application_approved"),
        "{found:?}"
    );

    console.wait_gone(" saved as ");
    console.keys("\x1b").wait_for("Audit log exported");
    console
        .keys("e")
        .wait_for("The whole log: no filter is set.");
    console.keys("y").wait_for(" saved as ");
    let all = files(exports.path());
    let whole = all
        .iter()
        .find(|file| **file != part)
        .expect("a second file");
    let found = lines(whole);
    let places: Vec<_> = found[1..].iter().map(|row| row["seq"].as_i64()).collect();
    let expected: Vec<_> = (1..=found[0]["head_seq"].as_i64().unwrap())
        .map(Some)
        .collect();
    assert_eq!(places, expected, "every row, in order");
    let last = found.last().unwrap();
    assert_eq!(last["action_code"], "audit_exported", "the one before this");
}
