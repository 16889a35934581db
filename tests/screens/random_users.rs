//! Whatever is pressed on the Users tab: nothing is written without what its class and its target ask.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use quarterdeck::app::confirm::{Confirm, Step};
use quarterdeck::app::input::{InputEvent, Key};
use quarterdeck::app::message::{Effect, Msg};
use quarterdeck::app::overlay::Overlay;
use quarterdeck_api::call::AnyCall;
use quarterdeck_api::users::{
    AnonymizeUser, BanUser, BulkBanUsers, DeleteUser, ExportUser, SuspendUser, UnbanUser,
    UnsuspendUser, VerifyUser,
};

use crate::desk::{Desk, SMALL};
use crate::people::{banned, before, staff, user};

/// Keys that belong together, as a hand that knows the console presses them.
const PHRASES: &[&str] = &[
    "b 4 1",
    "b 6 1",
    "b 1",
    "x 1",
    "D 1 1",
    "D 2 1",
    "e",
    "a",
    "Space Space b 4 1",
    "* b 6 1",
    "j",
    "k",
    "Esc",
    "Enter",
    "y",
    "u",
    ".",
    "n",
    "Y i",
    "1 2 3 4 5 6",
    "2 Enter",
    "o a",
    "Esc Esc Esc 4",
];

#[derive(Clone, Debug)]
enum Event {
    Keys(&'static str),
    Key(char),
    /// What the dialog asks to be typed, and Enter.
    Right,
    Paste(String),
}

fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        6 => proptest::sample::select(PHRASES).prop_map(Event::Keys),
        4 => proptest::char::range(' ', '~').prop_map(Event::Key),
        3 => Just(Event::Right),
        1 => "[a-z0-9@.]{0,12}".prop_map(Event::Paste),
    ]
}

fn question(desk: &Desk) -> Option<Confirm> {
    match &desk.model.overlay {
        Some(Overlay::Confirm(confirm)) => Some((**confirm).clone()),
        _ => None,
    }
}

fn right_answer(confirm: &Confirm) -> Vec<String> {
    let letters = |text: &str| -> Vec<String> {
        let letters = text.chars().map(String::from);
        letters.chain(["Enter".to_owned()]).collect()
    };
    match &confirm.step {
        Step::Choice | Step::Reason => vec!["1".to_owned()],
        Step::Pick(_) => vec!["Space".to_owned(), "Enter".to_owned()],
        Step::Fill(_) => letters("7"),
        Step::FreeText(_) => letters("because"),
        Step::Confirm => vec!["y".to_owned()],
        Step::Count(_) => letters(&confirm.draft.targets.len().to_string()),
        Step::Phrase(_) => letters(&confirm.draft.phrase()),
        Step::Code(_) => letters("123456"),
    }
}

fn press(desk: &mut Desk, key: Key) {
    let before = question(desk);
    desk.forget();
    desk.send(Msg::Input(InputEvent::Key(key)));
    desk.buffer();
    for effect in std::mem::take(&mut desk.effects) {
        if let Effect::Call { call, otp, .. } = effect {
            check(before.as_ref(), key, &call, otp.is_some());
        }
    }
}

/// What must hold of a write that a key sent while this was asked.
fn check(asked: Option<&Confirm>, key: Key, call: &AnyCall, has_code: bool) {
    // Every verb of users asks something: a reason, a choice or `y`. Only an undo may not.
    let Some(asked) = asked else {
        assert!(call.args::<UnsuspendUser>().is_some(), "{call:?}");
        assert_eq!(key, Key::from('u'));
        return;
    };
    let is_guarded = asked.draft.prepared.needs_code();
    assert_eq!(has_code, is_guarded, "{call:?}");
    if is_guarded {
        assert!(matches!(&asked.step, Step::Code(field) if field.value().len() == 6));
        return;
    }
    let targets: Vec<i64> = asked
        .draft
        .targets
        .iter()
        .map(|target| target.id.0)
        .collect();
    if let Some(((), _, request)) = call.args::<BulkBanUsers>() {
        assert_eq!(request.confirm, Some(true));
        assert!(request.user_ids.iter().map(|id| id.0).eq(targets));
        assert!(matches!(&asked.step, Step::Confirm | Step::Count(_)));
        return;
    }
    assert_eq!(targets.len(), 1);
    let ends = [
        call.args::<DeleteUser>().map(|(_, _, request)| request),
        call.args::<AnonymizeUser>().map(|(_, _, request)| request),
    ];
    for request in ends.into_iter().flatten() {
        assert_eq!(request.confirm, Some(true));
        assert!(request.expected_version.is_some());
        let phrase = asked.draft.phrase();
        assert!(matches!(&asked.step, Step::Phrase(field) if field.value() == phrase));
        assert_eq!(key, "Enter".parse().unwrap());
    }
    let asks_yes = call.args::<VerifyUser>().is_some()
        || call.args::<ExportUser>().is_some()
        || call.args::<UnbanUser>().is_some()
        || call.args::<UnsuspendUser>().is_some()
        || call
            .args::<BanUser>()
            .is_some_and(|(_, _, ban)| ban.duration_hours.is_none());
    if asks_yes {
        assert!(matches!(asked.step, Step::Confirm), "{:?}", asked.step);
        assert_eq!(key, Key::from('y'));
    }
    if let Some((_, _, request)) = call.args::<SuspendUser>() {
        assert!(request.reason.chars().count() >= 3);
        assert!(request.expected_version.is_some());
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 96,
        rng_seed: RngSeed::Fixed(4),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn nothing_is_done_to_a_user_without_its_confirmation(
        events in proptest::collection::vec(any_event(), 1..60),
    ) {
        let rows = vec![user(1), staff(2), banned(3), user(4), user(5), staff(6)];
        let mut desk = before(SMALL, rows);
        for event in events {
            match event {
                Event::Keys(keys) => {
                    for key in keys.split_whitespace() {
                        press(&mut desk, key.parse().unwrap());
                    }
                }
                Event::Key(key) => press(&mut desk, Key::from(key)),
                Event::Right => {
                    let keys = question(&desk).map(|confirm| right_answer(&confirm));
                    for key in keys.into_iter().flatten() {
                        let key = if key == " " { Key::from(' ') } else { key.parse().unwrap() };
                        press(&mut desk, key);
                    }
                }
                Event::Paste(text) => {
                    desk.forget().send(Msg::Input(InputEvent::Paste(text)));
                    prop_assert!(desk.writes().is_empty(), "a paste writes nothing");
                }
            }
        }
        let escape: Key = "Esc".parse().unwrap();
        for _ in 0..8 {
            press(&mut desk, escape);
        }
        prop_assert!(desk.model.overlay.is_none(), "{}", desk.screen());
    }
}
