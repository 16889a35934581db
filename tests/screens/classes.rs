//! What stands before a write, by its class (console.md §4.6), whatever the screen: the questions are put
//! on the desk ready made. Those of the users are in `users`.

use quarterdeck::app::confirm;
use quarterdeck::app::draft::{Answers, Draft, Offer, Target};
use quarterdeck::app::input::InputEvent;
use quarterdeck::app::keymap::Action;
use quarterdeck::app::list::RowId;
use quarterdeck::app::message::{Effect, Msg, Touched};
use quarterdeck::app::overlay::Overlay;
use quarterdeck::app::tab::Tab;
use quarterdeck::screens::screen::Noun;
use quarterdeck::screens::verb::{Asks, Choice, Class, Given, Prepared};
use quarterdeck_api::applications::{ApplicationAction, DecideApplications, DecideRequest};
use quarterdeck_api::call::AnyCall;
use quarterdeck_api::ids::ApplicationId;
use quarterdeck_api::text::Line;

use crate::desk::Desk;

const DURATIONS: &[Choice] = &[
    Choice {
        label: "7 days",
        verb: "ban",
        past: "banned",
        class: Class::Reversible,
        permission: None,
    },
    Choice {
        label: "permanent",
        verb: "ban",
        past: "banned",
        class: Class::HardToReverse,
        permission: None,
    },
];

fn request(ids: &[i64], given: &Given) -> DecideRequest {
    DecideRequest {
        action: ApplicationAction::Reject,
        ids: ids.iter().copied().map(ApplicationId).collect(),
        confirm: given.is_confirmed.then_some(true),
        reason: given
            .why
            .words
            .as_ref()
            .map(|why| format!("{}: {why}", given.choice)),
        reason_code: None,
        expected_status: None,
    }
}

fn draft(class: Class, asks: Asks, count: i64) -> Draft {
    let ids: Vec<i64> = (1..=count).collect();
    let targets = ids.iter().map(|id| Target {
        id: RowId(*id),
        name: Line::new(&format!("user{id}")),
        status: Line::new("ACTIVE"),
    });
    Draft {
        tab: Tab::Applications,
        action: Action::Ban,
        verb: "ban",
        past: "banned",
        noun: Noun {
            one: "user",
            many: "users",
        },
        class,
        asks,
        offers: Vec::new(),
        targets: targets.collect(),
        beside_targets: None,
        rest: Vec::new(),
        besides: None,
        prepared: Prepared::new(move |given| {
            AnyCall::body::<DecideApplications>(request(&ids, given))
        })
        .telling(|_| vec!["1 of them holds a staff role: refused".to_owned()]),
        answers: Answers::default(),
        claimed: Vec::new(),
        hidden_marks: 0,
        skipped: 0,
    }
}

/// A desk with the question of a draft on it.
fn asking(draft: Draft) -> Desk {
    let mut desk = Desk::before(30);
    let confirm = confirm::ask(draft, &desk.model.reasons, None).expect("no question");
    desk.model.overlay = Some(Overlay::Confirm(Box::new(confirm)));
    desk
}

#[test]
fn one_that_is_hard_to_take_back_is_confirmed_by_y() {
    let mut desk = asking(draft(Class::HardToReverse, Asks::Nothing, 1));
    assert!(desk.shows("Ban #1 user1?"));
    assert!(desk.shows("1 of them holds a staff role: refused"));
    desk.keys("Enter");
    assert_eq!(desk.writes().len(), 0);
    desk.keys("y");
    assert_eq!(desk.decision().confirm, Some(true));
    let touched = desk.effects.iter().find_map(|effect| match effect {
        Effect::Call { touches, .. } => Some(touches.clone()),
        _ => None,
    });
    let expected = Touched {
        tab: Tab::Applications,
        ids: vec![RowId(1)],
    };
    assert_eq!(touched, Some(expected));
}

#[test]
fn several_that_are_hard_to_take_back_are_confirmed_by_their_count() {
    let mut desk = asking(draft(Class::HardToReverse, Asks::Nothing, 2));
    desk.keys("y Enter 3 Enter");
    assert_eq!(desk.writes().len(), 0);
    assert!(desk.shows("Type 2 to ban them."));
    desk.keys("Backspace 2 Enter");
    assert_eq!(desk.decision().ids.len(), 2);
}

#[test]
fn one_that_is_lost_for_good_is_confirmed_by_its_name_which_is_never_pasted() {
    let mut desk = asking(draft(Class::Irreversible, Asks::Nothing, 1));
    assert!(desk.shows("This cannot be undone."), "{}", desk.screen());
    assert!(desk.shows("Type user1:"));
    desk.send(Msg::Input(InputEvent::Paste("user1".to_owned())));
    desk.keys("y Enter");
    assert_eq!(desk.writes().len(), 0);
    assert!(desk.shows("Type it exactly to ban it."));
    desk.keys("Backspace").text("user1").keys("Enter");
    assert_eq!(desk.decision().ids, [ApplicationId(1)]);
}

#[test]
fn several_that_are_lost_for_good_are_confirmed_by_their_count() {
    let mut desk = asking(draft(Class::Irreversible, Asks::Nothing, 5));
    desk.keys("y Enter");
    assert_eq!(desk.writes().len(), 0);
    desk.keys("5 Enter");
    assert_eq!(desk.decision().ids.len(), 5);
    let six = draft(Class::Irreversible, Asks::Nothing, 6);
    assert_eq!(
        six.too_many().as_deref(),
        Some("ban at most 5 at once here, not 6; for more, use the command line")
    );
}

#[test]
fn a_duration_comes_before_the_reason_and_decides_what_else_is_asked() {
    let offering = || Draft {
        offers: DURATIONS
            .iter()
            .map(|choice| Offer {
                choice,
                denied: None,
            })
            .collect(),
        ..draft(Class::Reversible, Asks::Reason, 1)
    };
    let mut desk = asking(offering());
    assert!(desk.shows("1  7 days") && desk.shows("2  permanent"));
    desk.keys("Enter y 1");
    assert!(desk.shows("Ban #1 user1: 7 days?"), "{}", desk.screen());
    assert_eq!(desk.writes().len(), 0);
    desk.text("spam").keys("Enter");
    let request = desk.decision();
    assert_eq!(request.reason.as_deref(), Some("0: spam"));
    assert_eq!(request.confirm, None, "one that can be taken back");

    let mut desk = asking(offering());
    desk.keys("2").text("spam").keys("Enter");
    assert_eq!(
        desk.writes().len(),
        0,
        "a permanent one is confirmed besides"
    );
    desk.keys("Enter y");
    assert_eq!(desk.decision().reason.as_deref(), Some("1: spam"));
}

#[test]
fn every_way_out_of_every_question_sends_nothing() {
    let questions = [
        (Class::HardToReverse, 1),
        (Class::HardToReverse, 2),
        (Class::Irreversible, 1),
        (Class::Irreversible, 5),
    ];
    for (class, count) in questions {
        for key in ["Esc", "C-c"] {
            let mut desk = asking(draft(class, Asks::Nothing, count));
            desk.keys(key);
            assert!(desk.model.overlay.is_none(), "{class:?} {count} {key}");
            assert_eq!(desk.writes().len(), 0);
        }
    }
}

#[test]
fn keys_of_verbs_and_tabs_that_are_not_here_have_no_meaning() {
    for key in ["b", "e", "D", "A", "X", "V", "9"] {
        let mut desk = Desk::before(3);
        desk.keys(key);
        assert_eq!(
            desk.toast(),
            format!("{key} has no meaning here; ? shows what has")
        );
        assert!(desk.model.overlay.is_none());
        assert_eq!(desk.writes().len(), 0);
    }
    let mut desk = Desk::before(3);
    desk.keys("?").text("ban, or").keys("Enter");
    assert_eq!(desk.toast(), "Ban, or lift a ban: not on this tab");
}

#[test]
fn the_word_of_a_verb_is_its_tabs_in_the_palette_and_not_the_key_tables() {
    let mut desk = Desk::before(3);
    desk.keys(":").text("accept").keys("Enter");
    assert!(desk.shows("no command `accept`"), "{}", desk.screen());
    desk.keys("Esc 5").answer_audit();
    desk.keys(":").text("approve").keys("Enter");
    assert!(
        desk.shows("`approve` is not on this tab"),
        "{}",
        desk.screen()
    );
    assert_eq!(desk.writes().len(), 0);
}
