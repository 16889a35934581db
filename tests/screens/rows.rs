//! Checks of rows that run through several screens.

use quarterdeck::app::message::{ReadReply, Slot};
use quarterdeck::app::tab::Tab;
use quarterdeck_api::problem::Code;
use quarterdeck_api::sessions::Me;
use quarterdeck_api::text::Line;

use crate::desk::{Desk, SMALL, options};
use crate::fixtures;

const APPS: Slot = Slot::List(Tab::Applications);
const AUDIT: Slot = Slot::List(Tab::Audit);

/// Both tabs visited and loaded.
fn both() -> Desk {
    let mut desk = Desk::before(3);
    desk.keys("5").answer_audit().keys("1").forget();
    desk
}

#[test]
fn s000_09_a_stripped_credential_is_told_from_a_missing_one() {
    let mut desk = Desk::before(1);
    desk.keys("r").fail(
        APPS,
        fixtures::refusal(Code::MissingAuthorization, "no credential was sent"),
    );
    assert!(
        desk.toast()
            .contains("an intermediary strips Authorization"),
        "{}",
        desk.toast()
    );
}

#[test]
fn s000_13_the_header_names_environment_host_and_account_at_80_columns() {
    let mut desk = Desk::started(options(SMALL));
    let me = Me {
        environment: Line::new("production"),
        ..fixtures::root()
    };
    desk.answer(Slot::Me, ReadReply::Me(Box::new(me)));
    let header = desk.line(0);
    for part in ["[PROD]", "127.0.0.1:4000", "root@quarterdeck.example"] {
        assert!(header.contains(part), "{part} is not in {header}");
    }
}

#[test]
fn s003_22_the_palette_refreshes_as_the_key_does() {
    let mut by_key = both();
    by_key.keys("r");
    let mut by_palette = both();
    by_palette.keys(":").text("refresh").keys("Enter");
    for slot in [APPS, AUDIT] {
        assert_eq!(by_key.queries(slot).len(), 1);
        assert_eq!(by_key.queries(slot), by_palette.queries(slot));
    }
}

#[test]
fn s003_93_a_change_without_its_audit_row_is_said_in_these_words() {
    let mut desk = Desk::before(1);
    desk.keys("a")
        .answer_write(Err(fixtures::refusal(Code::AuditUnavailable, "")));
    assert!(
        desk.toast()
            .contains("Audit log unavailable; nothing was changed."),
        "{}",
        desk.toast()
    );
}

#[test]
fn u_06_every_tab_has_its_age_its_stale_word_and_its_toast() {
    for key in ["1", "5"] {
        let mut desk = both();
        desk.keys(key);
        assert!(desk.line(0).contains("Last updated: "), "{}", desk.line(0));
        desk.wait(301);
        assert!(desk.line(0).contains("STALE"), "{}", desk.line(0));
        desk.keys("Z");
        assert!(!desk.toast().is_empty(), "tab {key}");
    }
    let mut desk = both();
    desk.keys("x");
    assert!(desk.shows("Reject #"), "{}", desk.screen());
}
