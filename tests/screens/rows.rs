//! Checks of rows that run through several screens.

use quarterdeck::app::message::{Effect, Failure, Slot};
use quarterdeck::app::tab::Tab;
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::problem::Code;
use quarterdeck_api::sessions::{GetMe, Me};
use quarterdeck_api::text::Line;

use crate::desk::{Desk, SMALL, options};
use crate::fixtures;

const APPS: Slot = Slot::List(Tab::Applications);

/// Both tabs visited and loaded.
fn both() -> Desk {
    let mut desk = Desk::before(3);
    desk.keys("5").answer_audit().keys("1").forget();
    desk
}

#[test]
fn s000_09_a_stripped_credential_is_told_from_a_missing_one() {
    let problem = fixtures::problem(Code::MissingAuthorization, "no credential was sent");
    // The client reports this code as the end of the session on every call that takes one.
    for failure in [
        Failure::SignedOut(Box::new(problem.clone())),
        Failure::Problem(Box::new(problem)),
    ] {
        let mut desk = Desk::before(1);
        desk.keys("r").fail(APPS, failure);
        let said = desk.toast();
        assert!(
            said.contains("an intermediary strips Authorization"),
            "{said}"
        );
    }
    let ended = fixtures::problem(Code::SessionRevoked, "revoked");
    let mut desk = Desk::before(1);
    desk.keys("r")
        .fail(APPS, Failure::SignedOut(Box::new(ended)));
    assert!(!desk.toast().contains("intermediary"), "{}", desk.toast());
}

#[test]
fn s000_13_the_header_names_environment_host_and_account_at_80_columns() {
    let entering = |environment: &str| {
        let mut desk = Desk::started(options(SMALL));
        let me = Me {
            environment: Line::new(environment),
            ..fixtures::root()
        };
        desk.answer(Slot::Me, AnyReply::new::<GetMe>(me));
        desk
    };
    let production = entering("production");
    let header = production.line(0);
    for part in ["[PROD]", "127.0.0.1:4000", "root@quarterdeck.example"] {
        assert!(header.contains(part), "{part} is not in {header}");
    }
    let style = |desk: &Desk| desk.buffer()[(0, 0)].style();
    assert_ne!(style(&production), style(&entering("demo")));
    assert_ne!(style(&production), style(&entering("staging")));
}

#[test]
fn s003_22_the_palette_refreshes_as_the_key_does() {
    let requests = |desk: &Desk| {
        let requests = desk.effects.iter().filter_map(|effect| match effect {
            Effect::Fetch { slot, query, .. } => Some((*slot, query.clone())),
            _ => None,
        });
        requests.collect::<Vec<_>>()
    };
    let mut by_key = both();
    by_key.keys("r");
    let mut by_palette = both();
    by_palette.keys(":").text("refresh").keys("Enter");
    assert_eq!(requests(&by_key).len(), 2);
    assert_eq!(requests(&by_key), requests(&by_palette));
    assert_eq!(by_key.writes(), by_palette.writes());
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
    for tab in Tab::ALL {
        let mut desk = both();
        desk.keys(&tab.digit().to_string());
        assert_eq!(desk.model.tab, *tab);
        let fresh = desk.line(0);
        assert!(fresh.ends_with("Last updated: 0s ago"), "{tab:?}: {fresh}");
        assert!(!fresh.contains("STALE"), "{tab:?}: {fresh}");
        desk.wait(301);
        assert!(desk.line(0).contains("STALE"), "{tab:?}: {}", desk.line(0));
        assert!(desk.toast().is_empty(), "{tab:?}");
        desk.keys("Z");
        let toast = desk.toast();
        assert!(toast.contains("Z has no meaning here"), "{tab:?}: {toast}");
        assert!(desk.shows(&toast), "{tab:?}: {}", desk.screen());
    }
    let mut desk = both();
    desk.keys("x");
    assert!(desk.shows("Reject #"), "{}", desk.screen());
    assert!(desk.writes().is_empty(), "not before it is confirmed");
}
