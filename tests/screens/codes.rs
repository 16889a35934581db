//! The countdown to the next one-time code, wherever one is typed.

use chrono::TimeDelta;
use quarterdeck::app::message::Msg;
use quarterdeck::app::options::Motion;
use quarterdeck::linear::Conversation;
use quarterdeck_api::problem::Code;

use crate::desk::{Desk, SMALL};
use crate::fixtures;
use crate::people::{before, staff};
use crate::session::{asked_for_a_code, enrolling, signing_in};

/// A ban of one of the staff, up to its code.
const UP_TO_THE_CODE: &str = "b 4 1";

/// Before one of the staff, long after the load, so that no age counts seconds.
fn at_rest(motion: Motion) -> Desk {
    let mut desk = before(SMALL, vec![staff(4)]);
    desk.model.options.motion = motion;
    desk.wait(120);
    desk
}

fn asked(motion: Motion) -> Desk {
    let mut desk = at_rest(motion);
    desk.keys(UP_TO_THE_CODE);
    assert!(desk.shows("type your one-time code"), "{}", desk.screen());
    desk
}

/// When the console wakes by itself in so many seconds, in milliseconds from now.
fn wakes(desk: &mut Desk, seconds: i64) -> Vec<i64> {
    let start = desk.now;
    let end = start + TimeDelta::seconds(seconds);
    let mut wakes = Vec::new();
    while let Some(due) = desk.model.next_deadline(desk.now).filter(|due| *due <= end) {
        desk.now = due;
        desk.send(Msg::Tick);
        wakes.push((due - start).num_milliseconds());
    }
    desk.now = end;
    wakes
}

#[test]
fn the_seconds_to_the_next_code_are_said_where_one_is_typed() {
    let mut desk = asked(Motion::Full);
    for (waited, said) in [(0, 30), (13, 17), (16, 1), (1, 30), (1, 29)] {
        desk.wait(waited);
        let said = format!("Next code in {said} s");
        assert!(desk.shows(&said), "{said}: {}", desk.screen());
    }
    desk.now += TimeDelta::milliseconds(300);
    desk.text("1");
    assert!(desk.shows("Next code in 29 s"), "a second that has begun");
    desk.keys("Esc");
    assert!(!desk.shows("Next code"), "{}", desk.screen());
}

#[test]
fn no_other_step_counts_down() {
    let mut desk = at_rest(Motion::Full);
    for key in UP_TO_THE_CODE.split(' ') {
        assert!(!desk.shows("Next code"), "{}", desk.screen());
        desk.keys(key);
    }
    assert!(desk.shows("Next code in 30 s"), "{}", desk.screen());
}

#[test]
fn the_console_wakes_each_second_for_a_code_and_no_longer_than_it_is_asked_for() {
    let mut desk = at_rest(Motion::Full);
    desk.now += TimeDelta::milliseconds(300);
    desk.keys("b 4");
    assert_eq!(wakes(&mut desk, 40), [0; 0]);
    desk.keys("1");
    let each: Vec<i64> = (0..10).map(|second| 700 + second * 1_000).collect();
    assert_eq!(wakes(&mut desk, 10), each);
    desk.keys("Esc").wait(3);
    assert!(desk.toast().is_empty(), "{}", desk.toast());
    let until_the_age_grows = wakes(&mut desk, 6);
    assert_eq!(until_the_age_grows, [0; 0]);
}

#[test]
fn where_nothing_may_count_no_code_does() {
    let mut desk = asked(Motion::Reduced);
    assert!(!desk.shows("Next code"), "{}", desk.screen());
    assert_eq!(wakes(&mut desk, 59), [0; 0]);
}

#[test]
fn whoever_is_to_wait_for_the_next_code_is_told_for_how_long_and_no_longer() {
    for motion in [Motion::Full, Motion::Reduced] {
        let mut desk = asked(motion);
        desk.wait(13).text("111111").keys("Enter");
        desk.answer_write(Err(fixtures::refusal(Code::OtpReplayed, "used")));
        let waits = |desk: &Desk| desk.shows("That code was used. Wait for the next one.");
        let counts = motion == Motion::Full;
        assert!(waits(&desk), "{}", desk.screen());
        assert_eq!(desk.shows("Next code in 17 s"), counts, "{motion:?}");
        desk.wait(16);
        assert!(waits(&desk), "{}", desk.screen());
        let wakes = wakes(&mut desk, 1);
        assert_eq!(wakes, [1_000], "{motion:?}");
        assert!(!waits(&desk), "the next one is there: {}", desk.screen());
        assert_eq!(desk.shows("Next code in 30 s"), counts, "{motion:?}");
    }
}

#[test]
fn what_else_was_wrong_with_a_code_outlives_it() {
    let mut desk = asked(Motion::Full);
    desk.text("111111").keys("Enter");
    desk.answer_write(Err(fixtures::refusal(Code::OtpReplayed, "used")));
    desk.text("222").keys("Enter");
    assert!(desk.shows("A code has 6 digits."), "{}", desk.screen());
    desk.wait(45);
    assert!(desk.shows("A code has 6 digits."), "{}", desk.screen());
    desk.text("222").keys("Enter");
    desk.answer_write(Err(fixtures::refusal(Code::OtpInvalid, "wrong")));
    desk.wait(45);
    assert!(desk.shows("That code is wrong."), "{}", desk.screen());
}

#[test]
fn sign_in_counts_down_where_it_takes_a_one_time_code() {
    let mut desk = signing_in(SMALL);
    assert!(!desk.shows("Next code"), "{}", desk.screen());
    assert_eq!(desk.model.next_deadline(desk.now), None);
    for mut desk in [asked_for_a_code(SMALL), enrolling(SMALL)] {
        desk.wait(12);
        assert!(desk.shows("Next code in 18 s"), "{}", desk.screen());
    }
    desk = asked_for_a_code(SMALL);
    desk.keys("Tab r");
    assert!(!desk.shows("Next code"), "a recovery code has no clock");
    assert_eq!(desk.model.next_deadline(desk.now), None);
}

#[test]
fn the_console_in_lines_asks_once_and_counts_nothing() {
    let mut desk = asked(Motion::Full);
    let mut talk = Conversation::default();
    let asked = talk.speak(&desk.model).join("\n");
    assert!(asked.contains("type your one-time code"), "{asked}");
    for _ in 0..40 {
        desk.wait(1);
        assert_eq!(talk.speak(&desk.model), [""; 0]);
    }
}
