//! Taking back: what, in which order, and for how long.

use quarterdeck::app::options::Options;
use quarterdeck_api::applications::ApplicationAction;
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::sessions::GetMe;

use crate::desk::{Desk, SMALL, options};
use crate::fixtures;

/// The newest decision: what, and on which rows.
fn newest(desk: &Desk) -> (ApplicationAction, Vec<i64>) {
    let decision = desk.decisions().pop().unwrap();
    let ids = decision.ids.iter().map(|id| id.0).collect();
    (decision.action, ids)
}

fn with_window(undo_seconds: u32) -> Desk {
    let mut desk = Desk::started(Options {
        undo_seconds,
        ..options(SMALL)
    });
    desk.answer(
        quarterdeck::app::message::Slot::Me,
        AnyReply::new::<GetMe>(fixtures::root()),
    );
    desk.answer_list((1..=5).map(fixtures::pending).collect());
    desk.forget();
    desk
}

#[test]
fn undo_takes_back_in_the_reverse_order() {
    let mut desk = Desk::before(5);
    desk.keys("a").decide().keys("w").decide();
    desk.keys("u").decide();
    assert_eq!(newest(&desk), (ApplicationAction::Reopen, vec![2]));
    desk.keys("u").decide();
    assert_eq!(newest(&desk), (ApplicationAction::Reopen, vec![1]));
    let sent = desk.decisions().len();
    desk.keys("u");
    assert_eq!(desk.decisions().len(), sent, "nothing is left");
}

#[test]
fn each_act_has_a_window_of_its_own() {
    let mut desk = Desk::before(5);
    desk.keys("a").decide().wait(5).keys("w").decide();
    desk.wait(5).keys("u").decide();
    assert_eq!(newest(&desk), (ApplicationAction::Reopen, vec![2]));
    let sent = desk.decisions().len();
    desk.keys("u");
    assert_eq!(desk.decisions().len(), sent, "10 s are too long for #1");
}

#[test]
fn clearing_marks_does_not_forget_the_last_decision() {
    let mut desk = Desk::before(5);
    desk.keys("a").decide().keys("Space Space Esc");
    assert_eq!(desk.toast(), "2 marks cleared (u restores)");
    desk.keys("u");
    assert_eq!(desk.toast(), "2 marks restored");
    desk.keys("u");
    assert_eq!(newest(&desk), (ApplicationAction::Reopen, vec![1]));
}

#[test]
fn an_older_act_is_not_taken_back_in_place_of_one_that_is_on_its_way() {
    let mut desk = Desk::before(5);
    desk.keys("a").decide().keys("w u");
    assert_eq!(newest(&desk), (ApplicationAction::Waitlist, vec![2]));
    assert_eq!(
        desk.toast(),
        "Take back the last action: the last action is still on its way; press again"
    );
    desk.decide().keys("u");
    assert_eq!(newest(&desk), (ApplicationAction::Reopen, vec![2]));
}

#[test]
fn undo_seconds_0_holds_until_the_next_action() {
    let mut desk = with_window(0);
    desk.keys("a").decide().wait(3_600);
    assert_eq!(desk.toast(), "#1 approved, was PENDING (u takes it back)");
    desk.keys("w");
    assert_eq!(desk.toast(), "", "the next action ends it");
    desk.decide().keys("u").decide();
    assert_eq!(newest(&desk), (ApplicationAction::Reopen, vec![2]));
    let sent = desk.decisions().len();
    desk.keys("u");
    assert_eq!(desk.decisions().len(), sent, "#1 is no longer taken back");
}
