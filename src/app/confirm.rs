//! The question before a write: what it takes by class and count (console.md §4.6), and the dialog
//! that asks. Whom it is about is frozen when it opens; nothing has the focus and a bare Enter does
//! nothing.

use quarterdeck_api::applications::REASON_LENGTH;
use quarterdeck_api::text::Line;

use super::field::{Display, Field, Paste};
use super::input::Key;
use super::keymap::{Action, Keymap, Section};
use super::list::RowId;
use super::message::WriteCall;
use super::reasons::Reason;
use super::tab::Tab;
use crate::screens::screen::{Class, Noun};

/// Farther than any dialog is long; the view stops at the last line.
const LONGEST_SCROLL: usize = 20;
/// From how many targets on the count is typed.
pub const TYPED_FROM: usize = 10;

/// A row that a write is about, as it was when the key was pressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its id.
    pub id: RowId,
    /// Its name.
    pub name: Line,
    /// Its status, in a word.
    pub status: Line,
}

/// A write that is ready but for its confirmation. Its targets and what was seen of them are fixed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Whose rows.
    pub tab: Tab,
    /// Which verb.
    pub action: Action,
    /// `reject`
    pub verb: &'static str,
    /// `rejected`
    pub past: &'static str,
    /// What the rows are called.
    pub noun: Noun,
    /// How much stands before it.
    pub class: Class,
    /// The rows.
    pub targets: Vec<Target>,
    /// What is sent.
    pub call: WriteCall,
    /// The reason, once it is known.
    pub reason: Option<String>,
    /// Marked rows that the filter hides: not among the targets.
    pub hidden_marks: usize,
    /// Marked rows that the verb does not apply to: not among the targets.
    pub skipped: usize,
}

impl Draft {
    /// What has to be sent: the call with its reason, marked as confirmed where it is about several.
    pub fn finished_call(&self) -> WriteCall {
        let call = self.call.clone().with_reason(self.reason.clone());
        if self.targets.len() > 1 {
            call.confirmed()
        } else {
            call
        }
    }

    /// `Reject 3 applications?`
    pub fn question(&self) -> String {
        let mut verb = self.verb.to_owned();
        verb[..1].make_ascii_uppercase();
        match self.targets.as_slice() {
            [one] => format!("{verb} {} {}?", one.id, one.name),
            several => format!("{verb} {} {}?", several.len(), self.noun.of(several.len())),
        }
    }

    /// What is to be asked next, if anything.
    fn next_step(&self) -> Option<Step> {
        let needs_reason = self.class == Class::NeedsReason && self.reason.is_none();
        match self.targets.len() {
            _ if needs_reason => Some(Step::Reason),
            0 | 1 => None,
            2..TYPED_FROM => Some(Step::Accept),
            _ => Some(Step::Count(
                Field::new(Display::Plain, Paste::Refused).at_most(6),
            )),
        }
    }
}

/// What a dialog is asking.
#[derive(Clone, Debug)]
pub enum Step {
    /// Which reason: a digit.
    Reason,
    /// Which reason, in words.
    FreeText(Field),
    /// Whether to: `y`.
    Accept,
    /// Whether to: the count.
    Count(Field),
}

/// The dialog.
#[derive(Clone, Debug)]
pub struct Confirm {
    /// What is asked about.
    pub draft: Draft,
    /// What is asked now.
    pub step: Step,
    /// The reasons on offer.
    pub reasons: Vec<Reason>,
    /// How old the data was when it opened, where it was stale.
    pub stale_age: Option<String>,
    /// What was wrong with the last answer.
    pub error: Option<Line>,
    /// Lines scrolled, where it does not fit.
    pub scroll: usize,
}

/// Where a draft stands.
#[derive(Clone, Debug)]
pub enum Answer {
    /// The dialog stays open.
    Asking,
    /// Nothing is to happen.
    Declined,
    /// It is to be sent.
    Accepted(Box<Draft>),
}

/// Opens the dialog that a draft needs, or hands the draft back where it needs none.
pub fn ask(draft: Draft, reasons: &[Reason], stale_age: Option<String>) -> Result<Confirm, Draft> {
    match draft.next_step() {
        None => Err(draft),
        Some(step) => {
            let reasons = reasons.to_vec();
            Ok(Confirm {
                draft,
                step,
                reasons,
                stale_age,
                error: None,
                scroll: 0,
            })
        }
    }
}

impl Confirm {
    /// Takes a key.
    pub fn press(&mut self, key: Key, keymap: &Keymap) -> Answer {
        self.error = None;
        let in_dialog = keymap.action(&[Section::Dialog], key);
        let in_prompt = keymap.action(&[Section::Prompt], key);
        match &self.step {
            Step::Reason => self.choose_reason(key, in_dialog),
            Step::FreeText(_) => self.write_reason(key, in_prompt),
            Step::Accept => self.accept_or_decline(in_dialog),
            Step::Count(_) if in_prompt == Some(Action::Submit) => self.submit_count(),
            Step::Count(_) => self.type_count(key, in_dialog),
        }
    }

    /// The field that is being typed in.
    pub const fn field_mut(&mut self) -> Option<&mut Field> {
        match &mut self.step {
            Step::FreeText(field) | Step::Count(field) => Some(field),
            Step::Reason | Step::Accept => None,
        }
    }

    fn choose_reason(&mut self, key: Key, action: Option<Action>) -> Answer {
        let is_chosen = |reason: &&Reason| key.typed() == Some(reason.key());
        if let Some(reason) = self.reasons.iter().find(is_chosen) {
            return self.proceed_with(reason.text.to_string());
        }
        if action == Some(Action::FreeText) {
            self.step = Step::FreeText(Field::plain().at_most(*REASON_LENGTH.end()));
            return Answer::Asking;
        }
        self.scroll_or_decline(action)
    }

    fn write_reason(&mut self, key: Key, action: Option<Action>) -> Answer {
        match (action, self.field_mut()) {
            (Some(Action::Abandon), _) => self.step = Step::Reason,
            (Some(Action::Submit), Some(field)) => {
                let text = field.value().trim().to_owned();
                return self.submit_reason(text);
            }
            (Some(_) | None, Some(field)) => drop(field.edit(key)),
            (Some(_) | None, None) => {}
        }
        Answer::Asking
    }

    fn submit_reason(&mut self, text: String) -> Answer {
        if REASON_LENGTH.contains(&text.chars().count()) {
            return self.proceed_with(text);
        }
        let (least, most) = REASON_LENGTH.into_inner();
        self.error = Some(Line::new(&format!(
            "A reason has {least} to {most} characters."
        )));
        Answer::Asking
    }

    fn type_count(&mut self, key: Key, action: Option<Action>) -> Answer {
        let is_other_letter = key.typed().is_some_and(|typed| !typed.is_ascii_digit());
        if is_other_letter || action.is_some() {
            return self.scroll_or_decline(action);
        }
        if let Some(field) = self.field_mut() {
            field.edit(key);
        }
        Answer::Asking
    }

    fn submit_count(&mut self) -> Answer {
        let count = self.draft.targets.len();
        if self
            .field_mut()
            .is_some_and(|field| field.value() == count.to_string())
        {
            return Answer::Accepted(Box::new(self.draft.clone()));
        }
        self.error = Some(Line::new(&format!(
            "Type {count} to {} them.",
            self.draft.verb
        )));
        Answer::Asking
    }

    fn accept_or_decline(&mut self, action: Option<Action>) -> Answer {
        match action {
            Some(Action::Accept) => Answer::Accepted(Box::new(self.draft.clone())),
            Some(_) | None => self.scroll_or_decline(action),
        }
    }

    fn scroll_or_decline(&mut self, action: Option<Action>) -> Answer {
        match action {
            Some(Action::Decline) => return Answer::Declined,
            Some(Action::ScrollDown) => self.scroll = (self.scroll + 1).min(LONGEST_SCROLL),
            Some(Action::ScrollUp) => self.scroll = self.scroll.saturating_sub(1),
            Some(_) | None => {}
        }
        Answer::Asking
    }

    fn proceed_with(&mut self, reason: String) -> Answer {
        self.draft.reason = Some(reason);
        match self.draft.next_step() {
            Some(step) => {
                self.step = step;
                Answer::Asking
            }
            None => Answer::Accepted(Box::new(self.draft.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use quarterdeck_api::applications::{
        ApplicationAction, ApplicationStatus, DecideRequest, ExpectedStatus,
    };
    use quarterdeck_api::ids::ApplicationId;

    use super::*;
    use crate::app::input::KeyCode;
    use crate::app::keymap;

    fn draft(class: Class, count: i64) -> Draft {
        Draft {
            tab: Tab::Applications,
            action: Action::Reject,
            verb: "reject",
            past: "rejected",
            noun: Noun {
                one: "application",
                many: "applications",
            },
            class,
            targets: (1..=count)
                .map(|id| Target {
                    id: RowId(id),
                    name: Line::new("Ana"),
                    status: Line::new("PENDING"),
                })
                .collect(),
            call: WriteCall::Decide(DecideRequest {
                action: ApplicationAction::Reject,
                ids: (1..=count).map(ApplicationId).collect(),
                confirm: None,
                reason: None,
                expected_status: Some(ExpectedStatus::All(ApplicationStatus::Pending)),
            }),
            reason: None,
            hidden_marks: 0,
            skipped: 0,
        }
    }

    fn reasons() -> Vec<Reason> {
        vec![Reason {
            digit: 2,
            text: Line::new("Duplicate"),
        }]
    }

    /// Opens the dialog, types the keys and says what came of it.
    fn typed(class: Class, count: i64, keys: &[&str]) -> String {
        let (keymap, _) = Keymap::load(keymap::DEFAULT, &[]);
        let mut confirm = match ask(draft(class, count), &reasons(), None) {
            Ok(confirm) => confirm,
            Err(draft) => return format!("sent at once {:?}", draft.reason),
        };
        for key in keys {
            match confirm.press(key.parse().unwrap(), &keymap) {
                Answer::Asking => {}
                Answer::Declined => return "declined".to_owned(),
                Answer::Accepted(draft) => return format!("accepted {:?}", draft.reason),
            }
        }
        format!(
            "asking {}",
            confirm
                .error
                .map_or_else(String::new, |line| line.to_string())
        )
    }

    #[test]
    fn the_confirmation_grows_with_class_and_count() {
        use Class::{NeedsReason, Reversible};
        let cases: &[(Class, i64, &[&str], &str)] = &[
            (Reversible, 1, &[], "sent at once None"),
            (Reversible, 2, &["Enter", "Enter"], "asking "),
            (Reversible, 2, &["y"], "accepted None"),
            (Reversible, 10, &["y"], "asking "),
            (
                Reversible,
                10,
                &["1", "1", "Enter"],
                "asking Type 10 to reject them.",
            ),
            (Reversible, 10, &["1", "0", "Enter"], "accepted None"),
            (NeedsReason, 1, &["y", "Enter"], "asking "),
            (NeedsReason, 1, &["2"], "accepted Some(\"Duplicate\")"),
            (NeedsReason, 1, &["9"], "asking "),
            (NeedsReason, 3, &["2"], "asking "),
            (NeedsReason, 3, &["2", "y"], "accepted Some(\"Duplicate\")"),
            (
                NeedsReason,
                10,
                &["2", "1", "0", "Enter"],
                "accepted Some(\"Duplicate\")",
            ),
            (
                NeedsReason,
                1,
                &["e", "n", "o", "Enter"],
                "asking A reason has 3 to 500 characters.",
            ),
            (
                NeedsReason,
                1,
                &["e", "y", "e", "s", "Enter"],
                "accepted Some(\"yes\")",
            ),
        ];
        for (class, count, keys, outcome) in cases {
            assert_eq!(
                typed(*class, *count, keys),
                *outcome,
                "{class:?} {count} {keys:?}"
            );
        }
    }

    #[test]
    fn escape_n_and_q_decline_and_escape_in_a_text_leads_back_to_the_reasons() {
        for key in ["Esc", "n", "q", "C-c"] {
            assert_eq!(typed(Class::Reversible, 3, &[key]), "declined");
            assert_eq!(typed(Class::Reversible, 30, &[key]), "declined");
            assert_eq!(typed(Class::NeedsReason, 3, &[key]), "declined");
        }
        assert_eq!(
            typed(Class::NeedsReason, 1, &["e", "a", "Esc", "2"]),
            "accepted Some(\"Duplicate\")"
        );
    }

    #[test]
    fn a_count_is_never_pasted() {
        let Ok(mut confirm) = ask(draft(Class::Reversible, 50), &[], None) else {
            panic!("not asked")
        };
        assert!(confirm.field_mut().unwrap().paste("50").is_err());
        let (keymap, _) = Keymap::load(keymap::DEFAULT, &[]);
        confirm.press(Key::from(KeyCode::Enter), &keymap);
        assert!(confirm.error.is_some());
    }
}
