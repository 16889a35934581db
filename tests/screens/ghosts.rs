//! Rows that somebody else decided while the cursor was on them.

use quarterdeck::app::message::Slot;
use quarterdeck::app::tab::Tab;
use quarterdeck_api::applications::{ApplicationRow, ApplicationStatus, GetApplication};
use quarterdeck_api::call::AnyReply;

use crate::desk::{Desk, conflict};
use crate::fixtures;

const DETAIL: Slot = Slot::Detail(Tab::Applications);

fn rows(ids: impl IntoIterator<Item = i64>) -> Vec<ApplicationRow> {
    ids.into_iter().map(fixtures::pending).collect()
}

fn cursor(desk: &Desk) -> i64 {
    desk.model.here().state().list.cursor().unwrap().0
}

/// A desk on the second of four rows, which a refresh no longer brings.
fn left_behind() -> Desk {
    let mut desk = Desk::before(4);
    desk.keys("j r");
    desk.answer_list(rows([1, 3, 4]));
    desk
}

/// The detail of a row that Bob approved.
fn approved(desk: &Desk, id: i64) -> AnyReply {
    let row = conflict(id, ApplicationStatus::Active, desk.now).application;
    AnyReply::new::<GetApplication>(fixtures::view(row.unwrap()))
}

#[test]
fn a_row_that_somebody_else_decided_stays_as_a_ghost_until_left() {
    let mut desk = left_behind();
    assert_eq!((cursor(&desk), desk.visible()), (2, vec![1, 2, 3, 4]));
    desk.forget().keys("a");
    assert_eq!(
        desk.toast(),
        "Approve: #2 has left the list; what became of it is being looked up"
    );
    let mut desk = left_behind();
    desk.answer(DETAIL, approved(&desk, 2));
    assert_eq!(desk.toast(), "#2 was approved by bob@quarterdeck.example");
    assert!(
        desk.line(6).contains("x     #2  ACTIVE"),
        "{}",
        desk.screen()
    );
    desk.forget().keys("a x");
    assert_eq!(desk.decisions(), []);
    assert_eq!(
        desk.toast(),
        "Reject: #2 is ACTIVE already, by bob@quarterdeck.example"
    );
    desk.keys("j");
    assert_eq!((cursor(&desk), desk.visible()), (3, vec![1, 3, 4]));
    desk.keys("a");
    assert_eq!(desk.decision().ids[0].0, 3);
}

#[test]
fn a_ghost_stays_through_another_refresh() {
    let mut desk = left_behind();
    desk.answer(DETAIL, approved(&desk, 2));
    desk.keys("r").answer_list(rows([1, 3, 4]));
    assert_eq!((cursor(&desk), desk.visible()), (2, vec![1, 2, 3, 4]));
}

#[test]
fn a_row_that_nobody_decided_is_no_ghost() {
    let mut desk = left_behind();
    desk.answer(
        DETAIL,
        AnyReply::new::<GetApplication>(fixtures::view(fixtures::pending(2))),
    );
    desk.forget().keys("a");
    assert_eq!(desk.decision().ids[0].0, 2);
}

#[test]
fn another_filter_leaves_no_ghost() {
    let mut desk = Desk::before(4);
    desk.keys("j /").text("email:applicant3*").keys("Enter");
    desk.answer_list(rows([3]));
    assert_eq!(desk.visible(), [3]);
}

#[test]
fn of_the_marks_all_are_listed_inverted_and_brought_back() {
    let mut desk = Desk::before(4);
    let palette = |desk: &mut Desk, command: &str| {
        desk.keys(":").text(command).keys("Enter");
    };
    let marked = |desk: &Desk| {
        let marked = desk.model.here().state().list.marked_let_through();
        marked.iter().map(|id| id.0).collect::<Vec<_>>()
    };
    desk.keys("Space Space");
    palette(&mut desk, "marks show");
    for row in ["#1  PENDING  Applicant 1", "#2  PENDING  Applicant 2"] {
        assert!(desk.shows(row), "{}", desk.screen());
    }
    desk.keys("Esc");
    palette(&mut desk, "marks invert");
    assert_eq!(marked(&desk), [3, 4]);
    desk.keys("Esc").wait(60);
    assert_eq!(marked(&desk), [0; 0]);
    palette(&mut desk, "marks restore");
    assert_eq!(marked(&desk), [3, 4]);
    assert_eq!(desk.toast(), "2 marks restored");
    desk.keys("/").text("applicant2").keys("Enter");
    palette(&mut desk, "marks show");
    assert!(desk.shows("hidden by the filter"), "{}", desk.screen());
}
