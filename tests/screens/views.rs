//! The way back from jumps: each step shows what was shown before it, to the row.

use quarterdeck::app::list::RowId;
use quarterdeck::app::message::Slot;
use quarterdeck::app::room_state::Pane;
use quarterdeck::app::tab::Tab;
use quarterdeck_api::applications::ListApplications;
use quarterdeck_api::audit::{AuditRow, ListAudit};
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::text::Line;
use quarterdeck_api::users::ListUsers;

use crate::desk::{Desk, SMALL};
use crate::fixtures;
use crate::people::{before, user};

const APPLICATIONS: Slot = Slot::List(Tab::Applications);
const AUDIT: Slot = Slot::List(Tab::Audit);
const USERS: Slot = Slot::List(Tab::Users);

fn cursor(desk: &Desk) -> Option<RowId> {
    desk.model.here().state().list.cursor()
}

fn filter(desk: &Desk) -> String {
    desk.model.here().state().filter.clone()
}

fn answer_users(desk: &mut Desk, ids: &[i64]) {
    let rows = ids.iter().map(|id| user(*id)).collect();
    desk.answer(USERS, AnyReply::new::<ListUsers>(fixtures::page(rows)));
}

/// A row of the log about this user.
fn about(seq: i64, id: i64) -> AuditRow {
    AuditRow {
        seq,
        target_type: Line::new("user"),
        target_id: Line::new(&id.to_string()),
        ..fixtures::log().remove(0)
    }
}

/// From the third of five users to its trail, from there to another user, and from there to applications.
fn three_jumps() -> Desk {
    let mut desk = before(SMALL, (11..16).map(user).collect());
    desk.keys("j j Enter o a");
    let log = vec![about(1_205, 13), about(1_204, 15)];
    desk.answer(AUDIT, AnyReply::new::<ListAudit>(fixtures::page(log)));
    desk.keys("j o t");
    assert_eq!(filter(&desk), "#15");
    answer_users(&mut desk, &[15]);
    desk.keys("o p");
    assert_eq!(desk.model.tab, Tab::Applications);
    desk.answer_list(vec![fixtures::pending(1)]);
    desk
}

#[test]
fn three_jumps_and_three_steps_back_end_on_the_same_row() {
    let mut desk = three_jumps();
    desk.keys("-");
    assert_eq!(
        (desk.model.tab, filter(&desk).as_str()),
        (Tab::Users, "#15")
    );
    assert_eq!(cursor(&desk), Some(RowId(15)));
    desk.keys("-");
    assert_eq!(desk.model.tab, Tab::Audit);
    assert_eq!(filter(&desk), "on:user#13");
    assert_eq!(cursor(&desk), Some(RowId(1_204)));
    desk.keys("-");
    assert_eq!((desk.model.tab, filter(&desk).as_str()), (Tab::Users, ""));
    answer_users(&mut desk, &[11, 12, 13, 14, 15]);
    assert_eq!(cursor(&desk), Some(RowId(13)));
    assert_eq!(desk.model.here().state().pane, Pane::Detail);
}

#[test]
fn a_jump_leaves_no_filter_behind_in_the_tab_that_it_led_to() {
    let mut desk = three_jumps();
    desk.keys("Esc");
    let state = desk.model.room(Tab::Applications).state();
    assert_eq!(state.filter, "");
    desk.keys("Esc Esc 1");
    let asked = desk.query::<ListApplications>(APPLICATIONS);
    assert_eq!(
        asked.filter,
        Desk::entering(SMALL)
            .query::<ListApplications>(APPLICATIONS)
            .filter
    );
}

#[test]
fn the_palette_does_not_forget_the_filter_that_it_replaces() {
    let mut desk = Desk::before(5);
    desk.keys("/").text("status:rejected").keys("Enter");
    desk.answer_list((1..=5).map(fixtures::pending).collect());
    desk.keys("j j :").text("apps status:active").keys("Enter");
    assert_eq!(filter(&desk), "status:active");
    desk.answer_list(vec![fixtures::pending(9)]);
    desk.keys("-");
    assert_eq!(filter(&desk), "status:rejected");
    desk.answer_list((1..=5).map(fixtures::pending).collect());
}

#[test]
fn rows_of_several_pages_come_back_as_far_as_they_were_loaded() {
    let mut desk = Desk::before(0);
    desk.keys("r")
        .answer(APPLICATIONS, page(1..101, Some("next")));
    desk.keys("G").answer(APPLICATIONS, page(101..151, None));
    desk.keys("G");
    assert_eq!(cursor(&desk), Some(RowId(150)));
    desk.keys(":").text("apps status:active").keys("Enter");
    desk.answer_list(vec![fixtures::pending(9)]);
    desk.keys("-")
        .answer(APPLICATIONS, page(1..101, Some("next")));
    desk.answer(APPLICATIONS, page(101..151, None));
    assert_eq!(cursor(&desk), Some(RowId(150)));
}

fn page(ids: std::ops::Range<i64>, next: Option<&str>) -> AnyReply {
    let mut page = fixtures::page(ids.map(fixtures::pending).collect());
    page.next_cursor = next.map(str::to_owned);
    AnyReply::new::<ListApplications>(page)
}

#[test]
fn whoever_moves_on_while_the_rows_come_stays_there() {
    let mut desk = Desk::before(5);
    desk.keys("j j :")
        .text("apps status:pending,active")
        .keys("Enter");
    desk.answer_list((1..=5).map(fixtures::pending).collect());
    desk.keys("- G");
    desk.answer_list((1..=5).map(fixtures::pending).collect());
    assert_eq!(cursor(&desk), Some(RowId(5)));
}

#[test]
fn a_filter_of_the_operators_own_is_left_before_the_jump_is() {
    let mut desk = before(SMALL, vec![user(12)]);
    desk.keys("o a /").text("by:me").keys("Enter Esc");
    assert_eq!((desk.model.tab, filter(&desk).as_str()), (Tab::Audit, ""));
    desk.keys("Esc");
    assert_eq!(desk.model.tab, Tab::Users);
}
