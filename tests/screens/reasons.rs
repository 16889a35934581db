//! Reasons: whose list is picked from, what a digit means, and what goes with it (console.md §4.6).

use proptest::prelude::*;
use quarterdeck::app::layout::Size;
use quarterdeck::app::message::{Failure, Slot};
use quarterdeck::app::overlay::Overlay;
use quarterdeck::app::reasons::Reasons as Picked;
use quarterdeck_api::applications::DecideRequest;
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::problem::Code;
use quarterdeck_api::reasons::{FreeText, ListReasons, Reason, ReasonList, ReasonVerb, Reasons};
use quarterdeck_api::reports::DecideReports;
use quarterdeck_api::text::Line;
use quarterdeck_api::users::{BanUser, UnbanUser};

use crate::desk::{Desk, SMALL};
use crate::snapshots::at_both_sizes;
use crate::{fixtures, people, queues};

fn reason(digit: u8, code: &str) -> Reason {
    Reason {
        digit,
        code: Line::new(code),
        label: Line::new(&format!("Because of {code}")),
        message: Some(Line::new(&format!("We decided so because of {code}."))),
    }
}

fn lists(verb: ReasonVerb, free_text: FreeText, reasons: Vec<Reason>) -> Reasons {
    let mut lists = Reasons::built_in();
    lists.put(ReasonList {
        verb: verb.into(),
        free_text: free_text.into(),
        reasons,
    });
    lists
}

/// Rejections as this server has them: digits with gaps.
fn of_the_server(free_text: FreeText) -> Reasons {
    let reasons = vec![reason(3, "boats"), reason(7, "weather")];
    lists(ReasonVerb::RejectApplication, free_text, reasons)
}

/// A queue before which the server's lists have come.
fn served(size: Size, reasons: Reasons) -> Desk {
    let mut desk = Desk::entering(size);
    desk.answer(Slot::Reasons, AnyReply::new::<ListReasons>(reasons));
    desk.answer_list((1..=25).map(fixtures::pending).collect());
    desk.forget();
    desk
}

/// The code and the words that were sent.
fn sent(request: &DecideRequest) -> (Option<&str>, Option<&str>) {
    (request.reason_code.as_deref(), request.reason.as_deref())
}

#[test]
fn the_list_of_the_server_wins_and_keeps_its_digits() {
    let mut desk = served(SMALL, of_the_server(FreeText::Allowed));
    desk.keys("x");
    assert!(desk.shows("3  Because of boats") && desk.shows("7  Because of weather"));
    assert!(!desk.shows("Duplicate application"));
    desk.keys("1 2 4");
    assert_eq!(desk.writes().len(), 0, "these digits mean nothing here");
    desk.keys("7");
    assert_eq!(sent(&desk.decision()), (Some("weather"), None));
    desk.decide().forget();
    // What is repeated is the code, not the digit.
    desk.keys(".");
    assert_eq!(sent(&desk.decision()), (Some("weather"), None));
}

#[test]
fn a_list_that_comes_while_a_dialog_is_open_changes_no_digit_of_it() {
    let mut desk = Desk::entering(SMALL);
    desk.answer_list((1..=3).map(fixtures::pending).collect());
    desk.keys("x");
    let reasons = of_the_server(FreeText::Forbidden);
    desk.answer(Slot::Reasons, AnyReply::new::<ListReasons>(reasons));
    assert!(desk.shows("3  Duplicate application"));
    desk.keys("3");
    assert_eq!(
        sent(&desk.decision()),
        (None, Some("Duplicate application"))
    );
    desk.decide().forget();
    desk.keys("x 3");
    assert_eq!(sent(&desk.decision()), (Some("boats"), None));
}

#[test]
fn lists_that_came_are_not_asked_for_with_a_refresh() {
    let mut desk = served(SMALL, of_the_server(FreeText::Allowed));
    desk.keys("r");
    assert_eq!(desk.queries(Slot::Reasons).len(), 0);
}

#[test]
fn without_the_list_the_built_in_one_stands() {
    // An older server has none, and is asked no more.
    let mut desk = Desk::entering(SMALL);
    let none = fixtures::problem(Code::NotFound, "there is no such route");
    desk.fail(Slot::Reasons, Failure::Problem(Box::new(none)));
    desk.answer_list((1..=3).map(fixtures::pending).collect());
    assert_eq!(desk.toast(), "");
    desk.forget();
    desk.keys("x 3");
    assert_eq!(
        sent(&desk.decision()),
        (None, Some("Duplicate application"))
    );
    desk.keys("r");
    assert_eq!(desk.queries(Slot::Reasons).len(), 0);
    // One that did not answer is asked again.
    let mut desk = Desk::entering(SMALL);
    desk.fail(Slot::Reasons, Failure::Timeout);
    desk.answer_list((1..=3).map(fixtures::pending).collect());
    desk.forget();
    desk.keys("r");
    let reasons = of_the_server(FreeText::Allowed);
    desk.answer(Slot::Reasons, AnyReply::new::<ListReasons>(reasons));
    desk.keys("x");
    assert!(desk.shows("7  Because of weather"));
}

#[test]
fn words_of_ones_own_are_taken_where_the_list_allows_them() {
    let mut desk = served(SMALL, of_the_server(FreeText::Forbidden));
    desk.keys("x");
    assert!(!desk.shows("write one"));
    desk.keys("e");
    assert!(desk.shows("Here only a reason of the list is taken."));
    desk.keys("Esc x E");
    assert!(desk.shows("Here only a reason of the list is taken."));
    desk.keys("7");
    assert_eq!(sent(&desk.decision()), (Some("weather"), None));

    let mut desk = served(SMALL, of_the_server(FreeText::Required));
    desk.keys("x 7");
    assert_eq!(desk.writes().len(), 0);
    assert!(desk.shows("Reason: Because of weather"));
    assert!(desk.shows("For the person to read: We decided so because of weather."));
    desk.text("storm").keys("Enter");
    assert_eq!(sent(&desk.decision()), (Some("weather"), Some("storm")));
    desk.decide().forget();
    desk.keys("x e").text("fog at sea").keys("Enter");
    assert_eq!(sent(&desk.decision()), (None, Some("fog at sea")));
    // Esc goes back to the digits and forgets the one that was pressed.
    desk.decide().forget();
    desk.keys("x 7 Esc e").text("no harbor").keys("Enter");
    assert_eq!(sent(&desk.decision()), (None, Some("no harbor")));
}

#[test]
fn the_modal_shows_what_the_person_will_read() {
    let picking = |size| {
        let mut desk = served(size, Reasons::built_in());
        desk.keys("x");
        desk
    };
    at_both_sizes("reasons_offered", picking);
    let confirming = |size| {
        let mut desk = served(size, Reasons::built_in());
        desk.keys("Space Space Space x 4");
        desk
    };
    at_both_sizes("reason_given", confirming);
    let longest = |size| {
        let text = "We have read it twice, and twice again, and still it says nothing. ".repeat(7);
        let reasons = (1..=9).map(|digit| Reason {
            message: Some(Line::new(text.trim_end())),
            ..reason(digit, &format!("number_{digit}"))
        });
        let verb = ReasonVerb::RejectApplication;
        let mut desk = served(size, lists(verb, FreeText::Allowed, reasons.collect()));
        desk.keys("x");
        desk
    };
    // However much there is to read, all digits are on the smallest screen.
    let desk = longest(SMALL);
    assert!((1..=9).all(|digit| desk.shows(&format!("{digit}  Because of number_{digit}"))));
}

#[test]
fn the_reporter_is_told_by_the_list_of_the_way_a_report_goes() {
    let mut desk = queues::before_reports(SMALL, vec![queues::report(1)]);
    desk.model.reasons = Picked::served(Reasons::built_in());
    desk.forget();
    desk.keys("A");
    assert!(desk.shows("Thank you for your report. We warned the person."));
    desk.keys("2");
    let request = desk.body::<DecideReports>();
    assert_eq!(
        (request.reason_code.as_deref(), request.notes),
        (Some("warned"), None)
    );
}

#[test]
fn to_take_a_ban_back_says_why_in_words_unless_they_are_forbidden() {
    for (free_text, expected) in [(FreeText::Allowed, 1), (FreeText::Forbidden, 0)] {
        let mut desk = people::before(SMALL, vec![people::user(3)]);
        let list = vec![reason(1, "undone")];
        desk.model.reasons = Picked::served(lists(ReasonVerb::Unban, free_text, list));
        desk.keys("b 2 1");
        let banned = people::view(people::banned(3));
        desk.answer_write(Ok(AnyReply::new::<BanUser>(banned)));
        desk.forget().keys("u");
        assert_eq!(desk.bodies::<UnbanUser>().len(), expected, "{free_text}");
        let asks = matches!(desk.model.overlay, Some(Overlay::Confirm(_)));
        assert_eq!(asks, expected == 0, "{free_text}");
    }
}

fn any_list() -> impl Strategy<Value = Vec<Reason>> {
    let digits = proptest::sample::subsequence((1..=9).collect::<Vec<u8>>(), 1..=9);
    digits.prop_flat_map(|digits| {
        let codes: Vec<_> = (0..digits.len())
            .map(|place| format!("code_{place}"))
            .collect();
        let codes = Just(codes).prop_shuffle();
        (Just(digits), codes).prop_map(|(digits, codes)| {
            let reasons = digits.into_iter().zip(&codes);
            reasons.map(|(digit, code)| reason(digit, code)).collect()
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever lists come and whenever they do: a digit sends what stood beside it when the dialog
    /// opened, and one that stood beside nothing sends nothing.
    #[test]
    fn a_digit_means_one_code(
        first in any_list(),
        second in any_list(),
        digit in 1_u8..=9,
        comes_while_open: bool,
    ) {
        let of = |reasons: &[Reason]| {
            lists(ReasonVerb::RejectApplication, FreeText::Allowed, reasons.to_vec())
        };
        let mut desk = served(SMALL, of(&first));
        desk.keys("x");
        if comes_while_open {
            desk.model.reasons = Picked::served(of(&second));
        }
        let shown = first.iter().find(|reason| reason.digit == digit);
        desk.keys(&digit.to_string());
        let codes: Vec<_> = desk.decisions().into_iter().map(|one| one.reason_code).collect();
        let expected: Vec<_> = shown.map(|reason| Some(reason.code.to_string())).into_iter().collect();
        prop_assert_eq!(codes, expected);
    }
}
