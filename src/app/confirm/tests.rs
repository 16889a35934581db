use proptest::prelude::*;
use proptest::sample;
use proptest::test_runner::RngSeed;
use quarterdeck_api::applications::{ApplicationAction, DecideApplications, DecideRequest};
use quarterdeck_api::call::AnyCall;
use quarterdeck_api::ids::ApplicationId;
use quarterdeck_api::permission::Permission;

use super::*;
use crate::app::draft::{Answers, Offer, Target};
use crate::app::input::KeyCode;
use crate::app::keymap;
use crate::app::list::RowId;
use crate::app::tab::Tab;
use crate::screens::screen::Noun;
use crate::screens::verb::{Choice, Prepared};

fn draft(class: Class, asks: Asks, count: i64) -> Draft {
    Draft {
        tab: Tab::Applications,
        action: Action::Refuse,
        verb: "reject",
        past: "rejected",
        noun: Noun {
            one: "application",
            many: "applications",
        },
        class,
        asks,
        offers: Vec::new(),
        targets: (1..=count)
            .map(|id| Target {
                id: RowId(id),
                name: Line::new("Ana"),
                status: Line::new("PENDING"),
            })
            .collect(),
        beside_targets: None,
        rest: Vec::new(),
        besides: None,
        prepared: Prepared::new(move |given| {
            AnyCall::body::<DecideApplications>(DecideRequest {
                action: ApplicationAction::Reject,
                ids: (1..=count).map(ApplicationId).collect(),
                confirm: given.is_confirmed.then_some(true),
                reason: given.why.words.clone(),
                reason_code: None,
                expected_status: None,
            })
        }),
        answers: Answers::default(),
        claimed: Vec::new(),
        hidden_marks: 0,
        skipped: 0,
    }
}

/// Opens the dialog, types the keys and says what came of it.
fn typed_on(draft: Draft, keys: &[&str]) -> String {
    let (keymap, _) = Keymap::load(keymap::DEFAULT, &keymap::UserKeys::default());
    let mut confirm = match ask(draft, &Reasons::built_in(), None) {
        Ok(confirm) => confirm,
        Err(draft) => return format!("sent at once {:?}", draft.answers.why.words),
    };
    for key in keys {
        match confirm.press(key.parse().unwrap(), &keymap) {
            Answer::Asking | Answer::Written(_) => {}
            Answer::Declined => return "declined".to_owned(),
            Answer::Accepted(accepted) => {
                return format!("accepted {:?}", accepted.draft.answers.why.words);
            }
        }
    }
    format!(
        "asking {}",
        confirm
            .error
            .map_or_else(String::new, |line| line.to_string())
    )
}

fn typed(class: Class, asks: Asks, count: i64, keys: &[&str]) -> String {
    typed_on(draft(class, asks, count), keys)
}

const DUPLICATE: &str = "accepted Some(\"Duplicate application\")";

#[test]
fn the_confirmation_grows_with_class_and_count() {
    use Asks::{Nothing, Reason};
    use Class::{HardToReverse, Irreversible, Reversible};
    let cases: &[(Class, Asks, i64, &[&str], &str)] = &[
        (Reversible, Nothing, 1, &[], "sent at once None"),
        (Reversible, Nothing, 2, &["Enter", "Enter"], "asking "),
        (Reversible, Nothing, 2, &["y"], "accepted None"),
        (Reversible, Nothing, 10, &["y"], "asking "),
        (
            Reversible,
            Nothing,
            10,
            &["1", "1", "Enter"],
            "asking Type 10 to reject them.",
        ),
        (
            Reversible,
            Nothing,
            10,
            &["1", "0", "Enter"],
            "accepted None",
        ),
        (Reversible, Reason, 1, &["y", "Enter"], "asking "),
        (Reversible, Reason, 1, &["3"], DUPLICATE),
        (Reversible, Reason, 1, &["9"], "asking "),
        (Reversible, Reason, 3, &["3"], "asking "),
        (Reversible, Reason, 3, &["3", "y"], DUPLICATE),
        (Reversible, Reason, 10, &["3", "1", "0", "Enter"], DUPLICATE),
        (
            Reversible,
            Reason,
            1,
            &["e", "n", "o", "Enter"],
            "asking A reason has 3 to 500 characters.",
        ),
        (
            Reversible,
            Reason,
            1,
            &["e", "y", "e", "s", "Enter"],
            "accepted Some(\"yes\")",
        ),
        (HardToReverse, Nothing, 1, &["Enter", "Enter"], "asking "),
        (HardToReverse, Nothing, 1, &["y"], "accepted None"),
        (
            HardToReverse,
            Nothing,
            2,
            &["y", "Enter"],
            "asking Type 2 to reject them.",
        ),
        (HardToReverse, Nothing, 2, &["2", "Enter"], "accepted None"),
        (HardToReverse, Reason, 1, &["3", "Enter"], "asking "),
        (HardToReverse, Reason, 1, &["3", "y"], DUPLICATE),
        (HardToReverse, Reason, 2, &["3", "2", "Enter"], DUPLICATE),
        (
            Irreversible,
            Nothing,
            1,
            &["y", "Enter"],
            "asking Type it exactly to reject it.",
        ),
        (
            Irreversible,
            Nothing,
            1,
            &["Enter"],
            "asking Type it exactly to reject it.",
        ),
        (
            Irreversible,
            Nothing,
            1,
            &["A", "n", "a", "Enter"],
            "accepted None",
        ),
        (
            Irreversible,
            Nothing,
            1,
            &["a", "n", "a", "Enter"],
            "asking Type it exactly to reject it.",
        ),
        (Irreversible, Nothing, 5, &["y"], "asking "),
        (Irreversible, Nothing, 5, &["5", "Enter"], "accepted None"),
        (
            Irreversible,
            Reason,
            1,
            &["3", "A", "n", "a", "Enter"],
            DUPLICATE,
        ),
    ];
    for (class, asks, count, keys, outcome) in cases {
        assert_eq!(
            typed(*class, *asks, *count, keys),
            *outcome,
            "{class:?} {asks:?} {count} {keys:?}"
        );
    }
}

#[test]
fn escape_n_and_q_decline_and_escape_in_a_text_leads_back_to_the_reasons() {
    use Class::{HardToReverse, Reversible};
    for key in ["Esc", "n", "q", "C-c"] {
        assert_eq!(typed(Reversible, Asks::Nothing, 3, &[key]), "declined");
        assert_eq!(typed(Reversible, Asks::Nothing, 30, &[key]), "declined");
        assert_eq!(typed(Reversible, Asks::Reason, 3, &[key]), "declined");
        assert_eq!(typed(HardToReverse, Asks::Nothing, 1, &[key]), "declined");
    }
    for key in ["Esc", "C-c"] {
        let declined = typed(Class::Irreversible, Asks::Nothing, 1, &["n", "q", key]);
        assert_eq!(declined, "declined");
    }
    assert_eq!(
        typed(Reversible, Asks::Reason, 1, &["e", "a", "Esc", "3"]),
        DUPLICATE
    );
}

#[test]
fn a_note_without_a_list_is_written_and_an_empty_one_is_not_sent() {
    let noting = || Draft {
        action: Action::AcceptWithNote,
        verb: "approve",
        ..draft(Class::Reversible, Asks::Note, 1)
    };
    assert_eq!(
        typed_on(noting(), &["Enter"]),
        "asking A note has 3 to 500 characters."
    );
    assert_eq!(
        typed_on(noting(), &["f", "i", "n", "e", "Enter"]),
        "accepted Some(\"fine\")"
    );
    assert_eq!(typed_on(noting(), &["f", "Esc"]), "declined");
}

const CHOICES: &[Choice] = &[
    Choice {
        label: "7 days",
        verb: "reject",
        past: "rejected",
        class: Class::Reversible,
        permission: None,
    },
    Choice {
        label: "permanent",
        verb: "reject",
        past: "rejected",
        class: Class::HardToReverse,
        permission: None,
    },
    Choice {
        label: "delete",
        verb: "delete",
        past: "deleted",
        class: Class::Irreversible,
        permission: Some(Permission::AuditVerify),
    },
];

fn offering(count: i64, denied: Option<Permission>) -> Draft {
    let offers = CHOICES.iter().map(|choice| Offer {
        choice,
        denied: denied.filter(|_| choice.permission.is_some()),
    });
    Draft {
        offers: offers.collect(),
        ..draft(Class::Reversible, Asks::Reason, count)
    }
}

#[test]
fn a_choice_comes_first_and_decides_the_class() {
    assert_eq!(
        typed_on(offering(1, None), &["Enter", "y", "9", "0"]),
        "asking "
    );
    assert_eq!(typed_on(offering(1, None), &["1", "3"]), DUPLICATE);
    assert_eq!(typed_on(offering(1, None), &["2", "3", "Enter"]), "asking ");
    assert_eq!(typed_on(offering(1, None), &["2", "3", "y"]), DUPLICATE);
    assert_eq!(
        typed_on(offering(2, None), &["2", "3", "2", "Enter"]),
        DUPLICATE
    );
    assert_eq!(
        typed_on(
            offering(1, None),
            &["3", "w", "h", "y", "Enter", "A", "n", "a", "Enter"]
        ),
        "accepted Some(\"why\")"
    );
    assert_eq!(typed_on(offering(1, None), &["q"]), "declined");
}

#[test]
fn a_choice_that_is_denied_or_for_too_many_rows_is_not_taken() {
    assert_eq!(
        typed_on(offering(1, Some(Permission::AuditVerify)), &["3"]),
        format!(
            "asking You lack the permission {}.",
            Permission::AuditVerify
        )
    );
    assert_eq!(
        typed_on(offering(6, None), &["3"]),
        "asking At most 5 at once; for more, use the command line."
    );
    assert_eq!(typed_on(offering(6, None), &["1", "3", "y"]), DUPLICATE);
}

#[test]
fn the_question_names_what_was_chosen() {
    let mut draft = offering(1, None);
    assert_eq!(draft.question(), "Reject #1 Ana?");
    draft.answers.choice = Some(0);
    assert_eq!(draft.question(), "Reject #1 Ana: 7 days?");
    draft.answers.choice = Some(2);
    assert_eq!(
        (draft.question(), draft.past()),
        ("Delete #1 Ana?".to_owned(), "deleted")
    );
}

#[test]
fn a_phrase_that_no_keyboard_types_gives_way_to_the_id() {
    let mut one = draft(Class::Irreversible, Asks::Nothing, 1);
    one.prepared = one.prepared.typed("ana@example.org".to_owned());
    assert_eq!(one.phrase(), "ana@example.org");
    for name in ["", "~\u{430}na", "\u{fffd}"] {
        let mut one = draft(Class::Irreversible, Asks::Nothing, 1);
        one.targets[0].name = Line::new(name);
        assert_eq!(one.phrase(), "#1");
    }
}

#[test]
fn what_is_typed_to_confirm_is_never_pasted() {
    let drafts = [
        draft(Class::Reversible, Asks::Nothing, 50),
        draft(Class::HardToReverse, Asks::Nothing, 2),
        draft(Class::Irreversible, Asks::Nothing, 1),
    ];
    for draft in drafts {
        let mut confirm = ask(draft, &Reasons::built_in(), None).unwrap();
        assert!(confirm.field_mut().unwrap().paste("50").is_err());
        let (keymap, _) = Keymap::load(keymap::DEFAULT, &keymap::UserKeys::default());
        confirm.press(Key::from(KeyCode::Enter), &keymap);
        assert!(confirm.error.is_some());
    }
}

const KEYS: &[&str] = &[
    "y",
    "Enter",
    "1",
    "2",
    "3",
    "0",
    "A",
    "n",
    "a",
    "e",
    "w",
    "Esc",
    "Backspace",
    "D",
    "q",
];

fn any_draft() -> impl Strategy<Value = Draft> {
    let classes = vec![Class::Reversible, Class::HardToReverse, Class::Irreversible];
    let asks = vec![Asks::Nothing, Asks::Note, Asks::Reason];
    let (with_choice, guarded) = (proptest::bool::ANY, proptest::bool::ANY);
    (
        sample::select(classes),
        sample::select(asks),
        1_i64..14,
        with_choice,
        guarded,
    )
        .prop_map(|(class, asks, count, with_choice, guarded)| {
            let draft = draft(class, asks, count);
            Draft {
                offers: if with_choice {
                    offering(count, None).offers
                } else {
                    Vec::new()
                },
                prepared: if guarded {
                    draft.prepared.guarded()
                } else {
                    draft.prepared
                },
                ..draft
            }
        })
}

/// The keys that answer whatever is asked, so that random keys come as far as the last question.
fn right_answer(confirm: &Confirm) -> Vec<String> {
    let letters = |text: &str| -> Vec<String> {
        let letters = text.chars().map(String::from);
        letters.chain(["Enter".to_owned()]).collect()
    };
    match &confirm.step {
        Step::Choice => vec!["3".to_owned()],
        Step::Pick(_) => vec!["Space".to_owned(), "Enter".to_owned()],
        Step::Reason => vec!["1".to_owned()],
        Step::Fill(_) | Step::FreeText(_) => letters("because"),
        Step::Confirm => vec!["y".to_owned()],
        Step::Count(_) => letters(&confirm.draft.targets.len().to_string()),
        Step::Phrase(_) => letters(&confirm.draft.phrase()),
        Step::Code(_) => letters("123456"),
    }
}

/// What must hold of the code that goes with a draft, accepted while this was asked.
fn check_code(before: &Step, key: &str, accepted: &Accepted) {
    let code = accepted.code.as_ref().map(Secret::expose);
    if !accepted.draft.prepared.needs_code() {
        assert_eq!(code, None);
        return;
    }
    let code = code.expect("a code was asked for");
    assert!(matches!(before, Step::Code(field) if field.value() == code));
    assert!(code.len() == 6 && code.chars().all(|digit| digit.is_ascii_digit()));
    assert_eq!(key, "Enter");
}

/// What must hold when a draft was answered with yes by a key while this was asked.
fn check_answered(before: &Step, key: &str, draft: &Draft) {
    let count = draft.targets.len();
    if draft.asks != Asks::Nothing {
        let words = draft.answers.why.words.as_deref();
        let words = words.expect("words were asked for");
        assert!(REASON_LENGTH.contains(&words.chars().count()));
    }
    assert!(draft.offers.is_empty() || draft.chosen().is_some());
    assert_eq!(draft.too_many(), None);
    match (draft.class(), count) {
        (Class::Reversible, 1) => {}
        (Class::Reversible, 2..TYPED_FROM) | (Class::HardToReverse, 1) => {
            assert!(matches!(before, Step::Confirm), "{before:?}");
            assert_eq!(key, "y");
        }
        (Class::Irreversible, 1) => {
            assert!(matches!(before, Step::Phrase(field) if field.value() == "Ana"));
            assert_eq!(key, "Enter");
        }
        (Class::Reversible | Class::HardToReverse | Class::Irreversible, _) => {
            let is_count = |field: &Field| field.value() == count.to_string();
            assert!(matches!(before, Step::Count(field) if is_count(field)));
            assert_eq!(key, "Enter");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 512,
        rng_seed: RngSeed::Fixed(3),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn nothing_is_accepted_without_the_confirmation_of_its_class(
        draft in any_draft().prop_filter("refused before it is asked", |draft| draft.too_many().is_none()),
        moves in proptest::collection::vec((0_u8..4, sample::select(KEYS)), 1..24),
    ) {
        let (keymap, _) = Keymap::load(keymap::DEFAULT, &keymap::UserKeys::default());
        let mut confirm = match ask(draft, &Reasons::built_in(), None) {
            Ok(confirm) => confirm,
            Err(draft) => {
                prop_assert!(!draft.prepared.needs_code());
                prop_assert_eq!((draft.class(), draft.targets.len()), (Class::Reversible, 1));
                return Ok(());
            }
        };
        for (kind, random) in moves {
            let keys = match kind {
                0 => vec![random.to_owned()],
                _ => right_answer(&confirm),
            };
            for key in keys {
                let before = confirm.step.clone();
                match confirm.press(key.parse().unwrap(), &keymap) {
                    Answer::Asking | Answer::Written(_) => {
                        let is_code = |step: &Step| matches!(step, Step::Code(_));
                        if is_code(&confirm.step) && !is_code(&before) {
                            check_answered(&before, &key, &confirm.draft);
                        }
                    }
                    Answer::Declined => return Ok(()),
                    Answer::Accepted(accepted) => {
                        check_code(&before, &key, &accepted);
                        if accepted.code.is_none() {
                            check_answered(&before, &key, &accepted.draft);
                        }
                        return Ok(());
                    }
                }
            }
        }
    }
}
