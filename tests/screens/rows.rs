//! Checks of rows that run through several screens.

use chrono::TimeDelta;
use quarterdeck::app::layout::Size;
use quarterdeck::app::message::{Effect, Failure, Msg, Slot};
use quarterdeck::app::options::{AccessMode, Options};
use quarterdeck::app::tab::Tab;
use quarterdeck_api::admin_logs::{AdminLogsReply, ListAdminLogs};
use quarterdeck_api::admins::ListAdmins;
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::problem::Code;
use quarterdeck_api::sessions::{GetMe, Me};
use quarterdeck_api::text::Line;
use quarterdeck_api::withdrawals::ListWithdrawals;

use crate::desk::{Desk, SMALL, options};
use crate::fixtures;
use crate::queues;

const APPS: Slot = Slot::List(Tab::Applications);

/// Both tabs visited and loaded.
fn both() -> Desk {
    let mut desk = Desk::before(3);
    desk.keys("5")
        .answer_audit()
        .answer_chain(fixtures::chain());
    desk.keys("1").forget();
    desk
}

#[test]
fn s000_09_a_stripped_credential_is_told_from_a_missing_one() {
    let problem = || {
        Box::new(fixtures::problem(
            Code::MissingAuthorization,
            "no credential was sent",
        ))
    };
    let after = |failure| {
        let mut desk = Desk::before(1);
        desk.keys("r").fail(APPS, failure);
        desk
    };
    let finding = "an intermediary strips Authorization";
    let stripped = after(Failure::Problem(problem()));
    assert!(stripped.toast().contains(finding), "{}", stripped.toast());
    assert!(!stripped.shows("SIGNED OUT"), "the session is not over");
    let missing = after(Failure::SignedOut(problem()));
    assert!(!missing.toast().contains(finding), "{}", missing.toast());
    assert!(missing.shows("SIGNED OUT"));
}

#[test]
fn s000_09_nor_is_it_blamed_where_the_session_had_ended_before_the_start() {
    let problem = fixtures::problem(Code::MissingAuthorization, "no credential was sent");
    let mut desk = Desk::started(options(SMALL));
    desk.fail(Slot::Me, Failure::SignedOut(Box::new(problem)));
    let said = desk.toast();
    assert!(said.starts_with("No credential was sent."), "{said}");
    assert!(!said.contains("intermediary"), "{said}");
}

/// A desk of this environment, host and account, before a loaded queue.
fn at(environment: &str, host: &str, email: &str) -> Desk {
    let mut desk = Desk::started(Options {
        host: Line::new(host),
        ..options(SMALL)
    });
    let me = Me {
        environment: Line::new(environment),
        email: Line::new(email),
        ..fixtures::root()
    };
    desk.answer(Slot::Me, AnyReply::new::<GetMe>(me))
        .answer_list(vec![fixtures::pending(1)]);
    desk
}

const HOST: &str = "127.0.0.1:4000";
const EMAIL: &str = "root@quarterdeck.example";

#[test]
fn s000_13_the_header_names_environment_host_and_account_at_80_columns() {
    let production = at("production", HOST, EMAIL);
    let header = production.line(0);
    for part in ["[PROD]", HOST, EMAIL] {
        assert!(header.contains(part), "{part} is not in {header}");
    }
    let style = |desk: &Desk| desk.buffer()[(0, 0)].style();
    assert_ne!(style(&production), style(&at("demo", HOST, EMAIL)));
    assert_ne!(style(&production), style(&at("staging", HOST, EMAIL)));
}

/// A desk in each state that takes room in the first line, beside each other.
fn in_every_state(desk: impl Fn() -> Desk) -> Vec<Desk> {
    let mut desks = Vec::new();
    for note in [None, Some("code 123456")] {
        for access in [AccessMode::ReadWrite, AccessMode::ReadOnly] {
            for is_away in [false, true] {
                for minutes in [0, 4, 6, 59, 60 * 23, 60 * 24 * 300] {
                    let mut desk = desk();
                    desk.model.access = access;
                    desk.model.header_note = note.map(Line::new);
                    if is_away {
                        desk.keys("r").fail(APPS, fixtures::away());
                    }
                    desk.now += TimeDelta::minutes(minutes);
                    desk.send(Msg::Tick);
                    desks.push(desk);
                }
            }
        }
    }
    desks
}

const LONG_HOST: &str = "admin.eu-west-1.internal.example.com:8443";
const LONG_EMAIL: &str = "maximiliana.schwarzenberger@operations.example.com";

#[test]
fn s000_13_whatever_else_the_line_says_at_80_columns() {
    for desk in in_every_state(|| at("production", HOST, EMAIL)) {
        let header = desk.line(0);
        assert!(
            header.starts_with(&format!("[PROD]  {HOST}  {EMAIL}  ")),
            "{header}"
        );
    }
    for desk in in_every_state(|| at("production", LONG_HOST, LONG_EMAIL)) {
        let header = desk.line(0);
        assert!(header.starts_with("[PROD]  admin.eu-west"), "{header}");
        for part in [":8443  maximiliana", "@oper"] {
            assert!(header.contains(part), "{part} is not in {header}");
        }
    }
    for desk in in_every_state(|| at("production-eu-west-1-blue", LONG_HOST, LONG_EMAIL)) {
        let header = desk.line(0);
        for part in ["[PRODUCTION-EU-W…]  admin", ":8443  maxi", "@o"] {
            assert!(header.contains(part), "{part} is not in {header}");
        }
    }
}

#[test]
fn s000_13_neither_the_age_nor_read_only_gives_way_to_the_names() {
    for desk in in_every_state(|| at("production", LONG_HOST, LONG_EMAIL)) {
        let header = desk.line(0);
        let freshness = desk.model.here().state().freshness;
        let age = freshness.age_text(desk.now).unwrap();
        assert!(
            header.ends_with(&age) || header.ends_with(&format!("{age} ago")),
            "{header}"
        );
        assert_eq!(header.contains("STALE "), freshness.is_stale(desk.now));
        assert_eq!(
            header.contains("  RO  "),
            desk.model.access == AccessMode::ReadOnly,
            "{header}"
        );
        assert_eq!(
            header.contains("OFFLINE "),
            desk.model.offline_label().is_some()
        );
    }
}

#[test]
fn s000_13_of_what_gives_way_the_note_is_the_last() {
    let mut desk = at("demo", HOST, EMAIL);
    desk.send(Msg::HeaderNote(Line::new("code 123456")));
    desk.wait(12 * 60);
    assert_eq!(
        desk.line(0),
        format!("[DEMO]  {HOST}  {EMAIL}     code 123456   STALE 12m ago")
    );
    desk.keys("r").fail(APPS, fixtures::away());
    assert!(desk.line(0).ends_with("  OFFLINE <1m  STALE 12m"));
}

#[test]
fn s000_13_on_fewer_columns_the_account_outlasts_the_host() {
    let at_columns = |columns| {
        let mut desk = at("production", LONG_HOST, LONG_EMAIL);
        desk.resize(Size { columns, rows: 24 });
        desk.wait(400);
        desk.line(0)
    };
    assert_eq!(
        at_columns(60),
        "[PROD]  admin.eu-west-…:8443  maximiliana.s…@oper…  STALE 6m"
    );
    assert_eq!(at_columns(40), "[PROD]  admi…:8443  maximi…@o…  STALE 6m");
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
    assert_eq!(requests(&by_key).len(), 3, "two tabs and the chain");
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

/// Every tab visited and loaded.
fn everywhere() -> Desk {
    let mut desk = both();
    desk.keys("0");
    queues::answer_dashboard(&mut desk, queues::dashboard());
    desk.keys("2");
    queues::answer_reports(&mut desk, vec![queues::report(1)]);
    desk.keys("3");
    queues::answer_requests(&mut desk, vec![queues::data_request(1, 3)]);
    desk.keys("4").answer_users(Vec::new());
    desk.keys("6");
    let none = AnyReply::new::<ListAdmins>(fixtures::page(Vec::new()));
    desk.answer(Slot::List(Tab::Admins), none);
    desk.keys("L");
    let none = AnyReply::new::<ListAdminLogs>(AdminLogsReply::default());
    desk.answer(Slot::List(Tab::AdminLogs), none);
    desk.keys("M");
    let none = AnyReply::new::<ListWithdrawals>(fixtures::page(Vec::new()));
    desk.answer(Slot::List(Tab::Withdrawals), none);
    desk.keys("1").forget();
    desk
}

#[test]
fn u_06_every_tab_has_its_age_its_stale_word_and_its_toast() {
    for tab in Tab::ALL {
        let mut desk = everywhere();
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
    for (keys, question) in [
        ("1 x", "Reject #"),
        ("2 A", "Resolve #"),
        ("3 a", "Complete #"),
    ] {
        let mut desk = everywhere();
        desk.keys(keys);
        assert!(desk.shows(question), "{}", desk.screen());
        assert!(desk.writes().is_empty(), "not before it is confirmed");
    }
}

#[test]
fn u_06_a_refresh_loads_every_tab_that_was_visited() {
    let mut desk = everywhere();
    desk.keys("r");
    for tab in Tab::ALL {
        assert_eq!(desk.queries(Slot::List(*tab)).len(), 1, "{tab:?}");
    }
}
