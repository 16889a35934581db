//! Programs of others that give a second opinion.

use std::env;
use std::io::Write;
use std::process::Command;

/// Whether a program answers `--version`. Where it is missing, its tests are not run, and say so; with
/// `QUARTERDECK_REQUIRE_SERVERS=1` they fail.
pub fn is_installed(program: &str) -> bool {
    let answer = Command::new(program).arg("--version").output();
    let is_found = answer.is_ok_and(|output| output.status.success());
    let is_required = env::var("QUARTERDECK_REQUIRE_SERVERS").is_ok_and(|value| value == "1");
    assert!(
        is_found || !is_required,
        "QUARTERDECK_REQUIRE_SERVERS=1, but there is no {program}"
    );
    if !is_found {
        // Written past the test harness, which would swallow it.
        let _ = writeln!(
            std::io::stderr(),
            "\nNO {program} FOUND: what it would have said is not known"
        );
    }
    is_found
}
