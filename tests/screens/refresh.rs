//! Refresh, age, staleness, being offline; toasts and what is left of them.

use chrono::TimeDelta;
use quarterdeck::app::message::{Effect, Failure, LiveNews, Msg, Notice, Severity, Slot};
use quarterdeck::app::tab::Tab;
use quarterdeck_api::applications::GetApplication;
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::problem::Code;
use quarterdeck_api::realtime::Farewell;
use quarterdeck_api::text::Line;

use crate::desk::{Desk, SMALL};
use crate::fixtures;

const APPS: Slot = Slot::List(Tab::Applications);
const AUDIT: Slot = Slot::List(Tab::Audit);

fn rows() -> Vec<quarterdeck_api::applications::ApplicationRow> {
    (1..=3).map(fixtures::pending).collect()
}

/// Both tabs visited and loaded.
fn both() -> Desk {
    let mut desk = Desk::before(3);
    desk.keys("5")
        .answer_audit()
        .answer_chain(fixtures::chain());
    desk.keys("1").forget();
    desk
}

fn broken() -> Failure {
    fixtures::refusal(Code::Internal, "something broke")
}

#[test]
fn s003_21_refresh_reloads_every_tab_that_was_visited() {
    for key in ["r", "R", "C-r", "F5"] {
        let mut desk = both();
        desk.keys(key);
        assert_eq!(
            (desk.queries(APPS).len(), desk.queries(AUDIT).len()),
            (1, 1),
            "{key}"
        );
    }
    let mut desk = Desk::before(3);
    desk.keys("r");
    assert_eq!(
        (desk.queries(APPS).len(), desk.queries(AUDIT).len()),
        (1, 0)
    );
}

#[test]
fn s003_23_on_success_the_age_begins_anew_and_the_toast_says_data_refreshed() {
    let mut desk = both();
    desk.wait(90).keys("r").answer_list(rows());
    assert!(desk.toast().is_empty(), "not before all are here");
    assert!(desk.line(0).ends_with("Last updated: 1m ago"));
    desk.answer_audit();
    assert_eq!(desk.toast(), "Data refreshed");
    assert!(desk.line(0).ends_with("Last updated: 0s ago"));
    desk.keys("5");
    assert!(
        desk.line(0).ends_with("Last updated: 0s ago"),
        "the other tab as well"
    );
}

#[test]
fn s003_23_a_partial_failure_resets_no_age_and_says_what_failed() {
    let mut desk = both();
    desk.wait(90)
        .keys("r")
        .answer_list(rows())
        .fail(AUDIT, broken());
    assert_eq!(
        desk.toast(),
        "Refresh failed: Audit not loaded. Something broke. [internal, request 0199c0de-0001, trace 0af7651916cd43dd8448eb211c80319c]"
    );
    assert!(
        desk.line(0).ends_with("Last updated: 1m ago"),
        "{}",
        desk.line(0)
    );
}

#[test]
fn s003_24_the_age_is_always_said_and_ticks() {
    let mut desk = Desk::entering(SMALL);
    assert!(desk.line(0).ends_with("Last updated: never"));
    desk.answer_list(rows());
    for (seconds, said) in [(42, "42s ago"), (138, "3m ago"), (3_600, "1h ago")] {
        desk.wait(seconds);
        assert!(
            desk.line(0).ends_with(&format!("Last updated: {said}")),
            "{}",
            desk.line(0)
        );
    }
}

#[test]
fn s003_25_data_is_stale_after_five_minutes_in_a_word() {
    for (seconds, is_stale) in [(299, false), (300, false), (301, true)] {
        let mut desk = Desk::before(3);
        desk.wait(seconds);
        assert_eq!(desk.shows("STALE"), is_stale, "{seconds}");
    }
}

#[test]
fn s003_101_two_failed_refreshes_show_a_banner_and_the_data_stays_stale() {
    let mut desk = Desk::before(3);
    desk.wait(310).keys("r").fail(APPS, broken());
    assert!(desk.shows("STALE") && !desk.shows("Refresh failed 2 times"));
    desk.keys("r").fail(APPS, broken());
    assert!(desk.shows("Refresh failed 2 times: what you see is 5m old. r tries again."));
    assert!(desk.shows("STALE") && desk.shows("Applicant 1"));
    assert!(desk.toast().starts_with("Refresh failed"));
    desk.keys("r").answer_list(rows());
    assert!(!desk.shows("Refresh failed 2 times") && !desk.shows("STALE"));
}

#[test]
fn s003_102_nothing_is_loaded_by_itself() {
    let mut desk = both();
    desk.wait(600);
    let fetches = desk
        .effects
        .iter()
        .filter(|effect| matches!(effect, Effect::Fetch { .. }));
    assert_eq!(fetches.count(), 0);
}

#[test]
fn an_idle_console_wakes_once_a_second_in_the_first_minute_and_then_once_a_minute() {
    let mut desk = Desk::before(3);
    let mut wakes = Vec::new();
    let start = desk.now;
    while desk.now - start < TimeDelta::minutes(10) {
        desk.now = desk.model.next_deadline(desk.now).expect("the age ticks");
        desk.send(Msg::Tick);
        wakes.push((desk.now - start).num_seconds());
    }
    assert_eq!(wakes[..60], (1..=60).collect::<Vec<_>>());
    assert_eq!(
        wakes[60..],
        [120, 180, 240, 300, 301, 360, 420, 480, 540, 600]
    );
}

#[test]
fn offline_is_said_while_the_server_does_not_answer_and_the_data_stays() {
    let mut desk = Desk::before(3);
    desk.keys("r").fail(APPS, fixtures::away()).wait(150);
    assert!(desk.line(0).contains("OFFLINE 2m"), "{}", desk.line(0));
    assert!(desk.shows("Applicant 1"));
    desk.keys("r").fail(APPS, broken());
    assert!(!desk.line(0).contains("OFFLINE"), "a refusal is an answer");
}

#[test]
fn c_c_stops_what_is_loading() {
    let mut desk = Desk::before(3);
    desk.keys("r C-c");
    assert!(
        desk.effects
            .iter()
            .any(|effect| matches!(effect, Effect::CancelRead(APPS)))
    );
    assert!(!desk.shows("loading..."));
    desk.keys("r").answer_list(rows());
    assert_eq!(desk.toast(), "Data refreshed");
}

#[test]
fn s003_20_errors_stay_until_a_key_with_code_and_request() {
    let mut desk = Desk::before(3);
    desk.keys("r").fail(APPS, broken()).wait(3_600);
    assert!(desk.shows("ERROR Refresh failed"));
    assert!(desk.toast().ends_with(
        "Something broke. [internal, request 0199c0de-0001, trace 0af7651916cd43dd8448eb211c80319c]"
    ));
    assert!(
        desk.line(23).ends_with("0af7651916cd43dd8448eb211c80319c]"),
        "said in full: {}",
        desk.line(23)
    );
    desk.keys("j");
    assert!(!desk.shows("ERROR"));
    desk.keys(":").text("messages").keys("Enter");
    assert!(desk.shows("Refresh failed: Apps not loaded."));
}

#[test]
fn a_toast_counts_those_behind_it_and_those_like_it() {
    let mut desk = Desk::before(3);
    let notice = |text| {
        Msg::Notice(Notice {
            severity: Severity::Warn,
            text: Line::new(text),
        })
    };
    desk.send(notice("one"));
    desk.send(notice("two"));
    desk.send(notice("two"));
    let line = desk.line(23);
    assert!(
        line.starts_with("! two") && line.ends_with("x2  +1"),
        "{line}"
    );
}

#[test]
fn an_action_that_can_be_taken_back_counts_down() {
    let mut desk = Desk::before(3);
    desk.keys("a").decide();
    for (seconds, left) in [(0, "8s"), (3, "5s"), (4, "1s")] {
        desk.wait(seconds);
        assert!(desk.line(23).ends_with(left), "{}", desk.line(23));
    }
    desk.wait(1);
    assert!(desk.line(23).starts_with("a approve"), "{}", desk.line(23));
}

#[test]
fn everything_that_is_said_is_logged() {
    let mut desk = Desk::before(3);
    desk.keys("a").decide();
    let logged = desk.effects.iter().filter_map(|effect| match effect {
        Effect::Log { text, .. } => Some(text.as_str()),
        _ => None,
    });
    assert_eq!(
        logged.collect::<Vec<_>>(),
        ["#1 approved, was PENDING (u takes it back)"]
    );
}

#[test]
fn a_detail_that_fails_says_so_in_its_place() {
    let mut desk = Desk::before(3);
    desk.keys("Enter")
        .fail(Slot::Detail(Tab::Applications), broken());
    assert!(desk.shows("Not loaded. Something broke."));
    desk.wait(60);
    assert_eq!(
        desk.queries(Slot::Detail(Tab::Applications)).len(),
        1,
        "it is not asked again by itself"
    );
    desk.keys("r").answer_list(rows()).wait(1);
    let view = fixtures::view(fixtures::pending(1));
    desk.answer(
        Slot::Detail(Tab::Applications),
        AnyReply::new::<GetApplication>(view),
    );
    assert!(desk.shows("A weather station, twice."));
}

/// A desk before the queue of applications that loads it every 30 s.
fn every_30() -> Desk {
    let mut desk = both();
    desk.keys(":").text("refresh 30").keys("Enter");
    assert_eq!(desk.toast(), "The tab shown is loaded every 30 s; p pauses");
    desk.forget();
    desk
}

#[test]
fn the_tab_shown_is_loaded_every_so_often_where_that_was_asked_for() {
    let mut desk = every_30();
    assert!(desk.line(2).contains("auto 30s"), "{}", desk.screen());
    desk.wait(29);
    assert_eq!(desk.queries(APPS).len(), 0);
    desk.wait(1);
    assert_eq!(
        (desk.queries(APPS).len(), desk.queries(AUDIT).len()),
        (1, 0)
    );
    desk.wait(100);
    assert_eq!(desk.queries(APPS).len(), 1, "one at a time");
    desk.answer_list(rows()).forget().wait(30);
    assert_eq!(desk.queries(APPS).len(), 1);
    desk.answer_list(rows())
        .forget()
        .keys(":")
        .text("refresh off")
        .keys("Enter")
        .wait(600);
    assert_eq!(desk.queries(APPS).len(), 0);
    assert!(!desk.line(2).contains("auto"), "{}", desk.screen());
}

#[test]
fn p_pauses_what_is_loaded_by_itself_and_says_where_nothing_is() {
    let mut desk = both();
    desk.keys("p");
    assert!(
        desk.toast().ends_with("off; :refresh 30 begins"),
        "{}",
        desk.toast()
    );
    let mut desk = every_30();
    desk.keys("p").wait(600);
    assert_eq!(desk.queries(APPS).len(), 0);
    assert!(desk.line(2).contains("auto paused"), "{}", desk.screen());
    desk.keys("p").wait(30);
    assert_eq!(desk.queries(APPS).len(), 1);
}

#[test]
fn nothing_is_loaded_by_itself_under_a_dialog_or_without_a_session() {
    let mut desk = every_30();
    desk.keys("x").wait(600);
    assert_eq!(desk.queries(APPS).len(), 0);
    desk.keys("Esc");
    assert_eq!(desk.queries(APPS).len(), 1);
    let mut desk = every_30();
    desk.send(Msg::Live(LiveNews::Over(Farewell::Revoked)));
    desk.wait(600);
    assert_eq!(desk.queries(APPS).len(), 0);
}

#[test]
fn after_failures_it_waits_longer_each_time() {
    let mut desk = every_30();
    desk.wait(30);
    let mut waited = Vec::new();
    for _ in 0..6 {
        desk.fail(APPS, broken()).forget();
        let failed_at = desk.now;
        while desk.queries(APPS).is_empty() {
            desk.wait(1);
        }
        waited.push((desk.now - failed_at).num_seconds());
    }
    let within =
        |(waited, pause): (&i64, i64)| (pause * 4 / 5..=pause * 6 / 5 + 1).contains(waited);
    assert!(
        waited.iter().zip([1, 2, 4, 8, 15, 30]).all(within),
        "{waited:?}"
    );
}
