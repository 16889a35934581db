//! All that match, loaded or not: marked with their count, decided call by call.

use quarterdeck::app::message::{Failure, Slot};
use quarterdeck::app::overlay::Overlay;
use quarterdeck::app::tab::Tab;
use quarterdeck_api::applications::{
    ApplicationAction, ApplicationStatus, DecideResult, ExpectedStatus, ListApplications,
    SeeApplications,
};
use quarterdeck_api::bulk::Outcome;
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::page::{Page, Seen};
use quarterdeck_api::reports::ListReports;
use quarterdeck_api::text::Line;

use crate::desk::{Desk, SMALL, changed, conflict};
use crate::fixtures;
use crate::queues::report;

const APPS: Slot = Slot::List(Tab::Applications);
const ALL: Slot = Slot::All(Tab::Applications);
/// Rows that one page of ids holds, and one call decides.
const MOST: i64 = 1_000;

/// The ids behind this one, of so many that wait.
fn seen(count: i64, after: i64) -> AnyReply {
    let last = count.min(after + MOST);
    let rows = (after + 1..=last).map(|id| Seen {
        id,
        status: Line::new("PENDING"),
        version: 1,
    });
    AnyReply::new::<SeeApplications>(Page {
        data: rows.collect(),
        total: u64::try_from(count).unwrap(),
        total_exact: true,
        next_cursor: (last < count).then(|| last.to_string()),
    })
}

/// A desk before the first hundred of so many.
fn before(count: i64) -> Desk {
    let mut desk = Desk::entering(SMALL);
    let rows = (1..=100).map(fixtures::pending).collect();
    desk.answer(
        APPS,
        AnyReply::new::<ListApplications>(Page {
            total: u64::try_from(count).unwrap(),
            next_cursor: Some("100".to_owned()),
            ..fixtures::page(rows)
        }),
    );
    desk.forget();
    desk
}

/// The same with all of them marked.
fn all_marked(count: i64) -> Desk {
    let mut desk = before(count);
    desk.keys("* *");
    for after in (0..count).step_by(1_000) {
        desk.answer(ALL, seen(count, after));
    }
    desk.forget();
    desk
}

fn marked(desk: &Desk) -> (usize, usize) {
    let list = &desk.model.here().state().list;
    (list.marked_count(), list.hidden_marks())
}

/// Accepts the rejection of so many.
fn reject(desk: &mut Desk, count: i64) {
    desk.keys("x 2").text(&count.to_string()).keys("Enter");
}

/// Sizes of the calls sent.
fn calls(desk: &Desk) -> Vec<usize> {
    desk.decisions().iter().map(|call| call.ids.len()).collect()
}

#[test]
fn star_star_asks_the_server_and_says_the_count() {
    let mut desk = before(2_500);
    desk.keys("*");
    assert_eq!(marked(&desk), (100, 0));
    assert_eq!(
        desk.toast(),
        "100 loaded rows marked; * again marks all that match"
    );
    assert!(desk.queries(ALL).is_empty(), "one * asks nobody");
    desk.keys("*");
    let query = desk.query::<SeeApplications>(ALL);
    assert_eq!((query.take, query.cursor), (Some(1_000), None));
    assert_eq!(query.filter.as_deref(), Some("status:PENDING"));
    for after in [0, 1_000, 2_000] {
        assert_eq!(marked(&desk), (100, 0), "until all are counted");
        desk.answer(ALL, seen(2_500, after));
    }
    assert_eq!(
        desk.toast(),
        "2500 applications marked: all that match /status:PENDING, 2400 of them not loaded"
    );
    assert_eq!(marked(&desk), (2_500, 0));
    desk.keys("x");
    assert!(desk.shows("Reject 2500 applications?"), "{}", desk.screen());
    assert!(desk.shows("and 2495 more"), "{}", desk.screen());
    desk.keys("Esc Esc");
    assert_eq!(marked(&desk), (0, 0));
}

#[test]
fn star_star_is_refused_under_a_local_term() {
    let mut desk = Desk::on(SMALL, Tab::Reports);
    let slot = Slot::List(Tab::Reports);
    let page = || {
        let rows = (1..=100).map(report).collect();
        AnyReply::new::<ListReports>(Page {
            total: 300,
            next_cursor: Some("100".to_owned()),
            ..fixtures::page(rows)
        })
    };
    desk.answer(slot, page());
    desk.keys("/").text("status:pend reason:spam").keys("Enter");
    desk.answer(slot, page()).keys("* *");
    assert!(desk.queries(Slot::All(Tab::Reports)).is_empty());
    assert_eq!(
        desk.toast(),
        "Mark all that match: `reason:spam` filters loaded rows only, and not all are loaded"
    );
}

#[test]
fn more_than_can_be_counted_are_not_marked() {
    let mut desk = before(50_000);
    desk.keys("* *").answer(
        ALL,
        AnyReply::new::<SeeApplications>(Page {
            total: 10_000,
            total_exact: false,
            ..fixtures::page(Vec::new())
        }),
    );
    assert_eq!(
        desk.toast(),
        "More than 10000 applications match; narrow the filter"
    );
    assert_eq!(marked(&desk), (100, 0));
}

#[test]
fn what_another_filter_hides_is_not_acted_on_though_it_was_marked() {
    let mut desk = all_marked(2_500);
    desk.keys("/").text("applicant*").keys("Enter");
    desk.answer_list((1..=3).map(fixtures::pending).collect());
    assert_eq!(marked(&desk), (2_500, 2_497));
    desk.forget().keys("w y");
    assert_eq!(calls(&desk), [3]);
}

#[test]
fn a_row_that_is_loaded_meanwhile_is_a_target_once() {
    let mut desk = all_marked(1_500);
    desk.keys("G");
    desk.answer_list((101..=200).map(fixtures::pending).collect());
    assert_eq!(marked(&desk), (1_500, 0));
    reject(&mut desk, 1_500);
    assert_eq!(calls(&desk), [1_000]);
}

#[test]
fn more_than_a_call_holds_goes_in_chunks_under_a_key_each() {
    let mut desk = all_marked(3_500);
    reject(&mut desk, 3_500);
    assert_eq!(calls(&desk), [1_000], "one after another");
    assert!(desk.shows("reject: 0/3500; Esc stops the rest"));
    let first = desk.decision();
    assert_eq!(
        first.expected_status,
        Some(ExpectedStatus::All(ApplicationStatus::Pending))
    );
    assert_eq!((first.confirm, first.ids[0].0), (Some(true), 1));
    desk.decide();
    assert!(desk.shows("reject: 1000/3500; Esc stops the rest"));
    desk.keys("a");
    assert_eq!(
        desk.toast(),
        "Approve: 1000/3500 are done; Esc stops the rest"
    );
    desk.decide().decide();
    assert!(desk.shows("reject: 3000/3500"), "{}", desk.screen());
    desk.decide();
    assert_eq!(calls(&desk), [1_000, 1_000, 1_000, 500]);
    let mut keys: Vec<String> = desk.writes().into_iter().map(|(_, key, _)| key).collect();
    keys.dedup();
    assert_eq!(keys.len(), 4);
    assert_eq!(marked(&desk), (0, 0));
    assert_eq!(desk.toast(), "3500 rejected (u takes 3500 back)");
    desk.forget().keys("u");
    for _ in 0..4 {
        desk.decide();
    }
    assert_eq!(calls(&desk), [1_000, 1_000, 1_000, 500]);
    assert_eq!(desk.decisions()[3].action, ApplicationAction::Reopen);
    assert_eq!(desk.toast(), "3500 reopened");
}

#[test]
fn esc_stops_the_chunks_that_were_not_sent() {
    let mut desk = all_marked(3_500);
    reject(&mut desk, 3_500);
    desk.decide().keys("Esc");
    assert!(desk.shows("reject: 1000/3500; the rest is not sent"));
    desk.decide();
    assert_eq!(calls(&desk), [1_000, 1_000], "what was sent is answered");
    assert_eq!(
        desk.toast(),
        "2000 rejected, 1500 not sent: still marked (u takes 2000 back)"
    );
    assert_eq!(marked(&desk), (1_500, 0));
    desk.forget().keys("x 2").text("1500").keys("Enter");
    assert_eq!(calls(&desk), [1_000], "the same key goes on");
}

#[test]
fn a_chunk_that_is_lost_ends_the_run_and_is_asked_again_under_its_key() {
    let mut desk = all_marked(2_500);
    reject(&mut desk, 2_500);
    desk.decide();
    let (_, key, _) = desk.writes().pop().unwrap();
    desk.answer_write(Err(Failure::Timeout));
    assert!(
        desk.toast()
            .contains(" 500 more were not sent: still marked. [trace "),
        "{}",
        desk.toast()
    );
    assert_eq!(marked(&desk), (1_500, 0));
    desk.forget().keys("=");
    assert_eq!(desk.writes().pop().unwrap().1, key);
    desk.decide();
    assert_eq!(marked(&desk), (500, 0));
}

/// Of each call, the first row was approved by somebody else; the others are rejected.
fn first_was_approved(desk: &mut Desk) {
    let request = desk.decisions().pop().unwrap();
    let now = desk.now;
    let results = request
        .ids
        .iter()
        .enumerate()
        .map(|(place, id)| match place {
            0 => conflict(id.0, ApplicationStatus::Active, now),
            _ => changed(id.0, ApplicationAction::Reject, now),
        });
    let results: Vec<DecideResult> = results.collect();
    assert!(results[0].outcome.is(Outcome::Conflict));
    desk.answer_results(results);
}

#[test]
fn enter_says_why_each_failed() {
    let mut desk = all_marked(1_500);
    reject(&mut desk, 1_500);
    first_was_approved(&mut desk);
    first_was_approved(&mut desk);
    assert_eq!(
        desk.toast(),
        "1498 rejected, 2 failed: still marked, Enter says why (u takes 1498 back)"
    );
    assert_eq!(marked(&desk), (2, 0));
    desk.wait(2).keys("Enter");
    for id in ["#1 ", "#1001 "] {
        let why = format!("{id}was approved by bob@quarterdeck.example");
        assert!(desk.shows(&why), "{}", desk.screen());
    }
    desk.keys("Esc Enter");
    assert!(desk.model.overlay.is_none(), "the next Enter opens the row");
    assert!(desk.model.is_in_detail());
}

#[test]
fn a_conflict_shows_mine_and_theirs() {
    let mut desk = Desk::before(3);
    desk.keys("x 2");
    first_was_approved(&mut desk);
    assert_eq!(
        desk.toast(),
        "#1 was approved by bob@quarterdeck.example, 4s ago. Nothing changed; Enter shows how."
    );
    desk.keys("Enter");
    assert!(matches!(desk.model.overlay, Some(Overlay::Report { .. })));
    for told in [
        "Somebody else was first",
        "Reject #1 Applicant 1",
        "#1 was approved by bob@quarterdeck.example, 4s ago.",
        "PENDING -> ACTIVE",
        "nothing -> bob@quarterdeck.example",
        "1 -> 2",
    ] {
        assert!(desk.shows(told), "{told}: {}", desk.screen());
    }
    assert!(!desk.shows("applicant1@example.com"), "that is as it was");
}
