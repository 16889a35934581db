//! The keys that may follow `o`: taken at once by a hand that knows them, listed for one that waits.

use chrono::TimeDelta;
use quarterdeck::app::layout::Size;
use quarterdeck::app::message::{Msg, Slot};
use quarterdeck::app::tab::Tab;
use quarterdeck_api::audit::ListAudit;

use crate::desk::{Desk, SMALL};
use crate::snapshots::at_both_sizes;

const LISTED: &str = "The audit trail of the row";

/// Lets so many milliseconds pass, and wakes the console if it asked for that.
fn pass(desk: &mut Desk, milliseconds: i64) {
    let then = desk.now + TimeDelta::milliseconds(milliseconds);
    let due = desk.model.next_deadline(desk.now);
    desk.now = then;
    if due.is_some_and(|due| due <= then) {
        desk.send(Msg::Tick);
    }
}

fn waiting(milliseconds: i64) -> Desk {
    let mut desk = Desk::before(3);
    desk.keys("o");
    pass(&mut desk, milliseconds);
    desk
}

#[test]
fn second_keys_look() {
    at_both_sizes("second_keys", |size| {
        let mut desk = Desk::at_work(size);
        desk.keys("o");
        pass(&mut desk, 400);
        desk
    });
}

#[test]
fn they_are_listed_after_a_while_and_not_before() {
    assert!(!waiting(399).shows(LISTED));
    let desk = waiting(400);
    assert!(desk.shows(LISTED), "{}", desk.screen());
    assert!(desk.shows("this row does not lead there"));
}

#[test]
fn a_key_is_taken_at_once_listed_or_not() {
    for milliseconds in [0, 399, 400, 9_000] {
        let mut desk = waiting(milliseconds);
        desk.keys("a");
        let query = desk.query::<ListAudit>(Slot::List(Tab::Audit));
        assert_eq!(query.filter.as_deref(), Some("on:application#1"));
        pass(&mut desk, 400);
        assert!(!desk.shows(LISTED), "{milliseconds}");
    }
}

#[test]
fn help_lists_them_at_once_and_still_takes_the_key() {
    let mut desk = waiting(0);
    desk.keys("?");
    assert!(desk.shows(LISTED), "{}", desk.screen());
    desk.keys("a");
    assert_eq!(desk.model.tab, Tab::Audit);
}

#[test]
fn any_other_key_ends_it_and_does_nothing() {
    let mut desk = waiting(400);
    desk.keys("x");
    assert!(!desk.shows(LISTED));
    assert!(desk.model.overlay.is_none() && desk.writes().is_empty());
    desk.keys("o Esc");
    pass(&mut desk, 400);
    assert!(!desk.shows(LISTED));
}

#[test]
fn the_smallest_screen_lists_what_fits() {
    let mut desk = waiting(400);
    desk.resize(Size {
        columns: 40,
        rows: 10,
    });
    assert!(desk.shows("The audit trail"), "{}", desk.screen());
    desk.resize(SMALL);
    assert!(desk.shows(LISTED));
}
