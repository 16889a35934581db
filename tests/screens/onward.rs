//! Working through a queue that is longer than what is loaded of it.

use chrono::TimeDelta;
use quarterdeck::app::message::Slot;
use quarterdeck::app::tab::Tab;
use quarterdeck_api::applications::{ApplicationRow, ApplicationStatus, ListApplications};
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::page::Page;

use crate::desk::{Desk, SMALL};
use crate::fixtures;

const APPS: Slot = Slot::List(Tab::Applications);
/// Rows of a page of these queues.
const TAKE: i64 = 100;

fn cursor(desk: &Desk) -> i64 {
    desk.model.here().state().list.cursor().unwrap().0
}

/// The page of a queue of so many rows that begins behind this one.
fn page(count: i64, after: i64) -> AnyReply {
    let last = count.min(after + TAKE);
    let rows = (after + 1..=last).map(fixtures::pending).collect();
    AnyReply::new::<ListApplications>(Page {
        total: u64::try_from(count).unwrap(),
        next_cursor: (last < count).then(|| last.to_string()),
        ..fixtures::page(rows)
    })
}

/// A desk before the first page of so many rows.
fn before(count: i64) -> Desk {
    let mut desk = Desk::entering(SMALL);
    desk.answer(APPS, page(count, 0)).forget();
    desk
}

/// Where the page begins that has been asked for since, if one has.
fn asked_for(desk: &Desk) -> Option<i64> {
    let asked = desk.queries(APPS).pop()?;
    let ((), query, _) = asked.args::<ListApplications>()?;
    query.cursor.as_ref()?.parse().ok()
}

/// Approves, and brings the page if one was asked for.
fn approve(desk: &mut Desk, count: i64) {
    desk.forget().keys("a").decide();
    if let Some(after) = asked_for(desk) {
        desk.answer(APPS, page(count, after));
    }
}

#[test]
fn two_hundred_are_approved_by_one_key() {
    let mut desk = before(200);
    for id in 1..=200 {
        assert_eq!(cursor(&desk), id);
        approve(&mut desk, 200);
        assert_eq!(desk.decision().ids.first().unwrap().0, id);
    }
    desk.forget().keys("a");
    assert_eq!(desk.decisions(), [], "there is nothing left");
}

/// At the last loaded row; the next page was asked for on the way and has not come.
fn at_the_end(count: i64) -> Desk {
    let mut desk = before(count);
    for _ in 1..TAKE {
        desk.keys("a").decide();
    }
    assert_eq!(cursor(&desk), TAKE);
    assert_eq!(asked_for(&desk), Some(TAKE));
    desk
}

#[test]
fn deciding_the_last_loaded_row_loads_the_next_page() {
    let mut desk = at_the_end(150);
    desk.keys("a").decide();
    assert_eq!(cursor(&desk), TAKE, "nothing further is here yet");
    desk.answer(APPS, page(150, TAKE));
    assert_eq!(cursor(&desk), TAKE + 1, "the cursor goes on when it comes");
}

#[test]
fn a_row_that_was_passed_over_is_not_next_while_others_follow() {
    let mut desk = before(150);
    desk.keys("j");
    for _ in 1..TAKE {
        desk.keys("a").decide();
    }
    assert_eq!(cursor(&desk), TAKE);
    desk.answer(APPS, page(150, TAKE));
    assert_eq!(cursor(&desk), TAKE + 1);
    for _ in TAKE..150 {
        desk.wait(1).keys("a").decide();
    }
    assert_eq!(cursor(&desk), 1, "at the very end, it is");
}

#[test]
fn keys_that_were_typed_ahead_of_a_page_decide_nothing_on_it() {
    let mut desk = at_the_end(150);
    desk.keys("a").decide();
    let decided = desk.decisions().len();
    desk.keys("a a x 1");
    assert_eq!(desk.decisions().len(), decided, "#100 is decided");
    desk.answer(APPS, page(150, TAKE));
    desk.forget().keys("a .");
    assert_eq!(desk.decisions(), [], "nobody has seen #101 yet");
    assert_eq!(
        desk.toast(),
        "#101 has just come under the cursor; look, and press again"
    );
    desk.now += TimeDelta::milliseconds(300);
    desk.keys("a");
    assert_eq!(desk.decision().ids.first().unwrap().0, TAKE + 1);
}

#[test]
fn a_cursor_that_was_moved_meanwhile_stays_where_it_is() {
    let mut desk = at_the_end(150);
    desk.keys("a").decide();
    desk.keys("k k").answer(APPS, page(150, TAKE));
    assert_eq!(cursor(&desk), TAKE - 2);
}

#[test]
fn pages_without_an_open_row_are_passed_over_but_not_without_end() {
    let decided = |after: i64| {
        let rows = (after + 1..=after + TAKE).map(|id| ApplicationRow {
            status: ApplicationStatus::Active.into(),
            ..fixtures::pending(id)
        });
        AnyReply::new::<ListApplications>(Page {
            total: 100_000,
            total_exact: false,
            next_cursor: Some((after + TAKE).to_string()),
            ..fixtures::page(rows.collect())
        })
    };
    let mut desk = at_the_end(100_000);
    desk.keys("a").decide();
    let mut pages = 0;
    while desk.queries(APPS).len() > pages {
        let after = asked_for(&desk).unwrap();
        desk.answer(APPS, decided(after));
        pages += 1;
        assert!(pages <= 10, "it goes on without end");
    }
    assert_eq!((pages, cursor(&desk)), (10, TAKE));
}
