//! The question before a write: what it takes by class and count (console.md §4.6), and the dialog
//! that asks. Whom it is about is frozen when it opens; nothing has the focus and a bare Enter does
//! nothing.

mod code;
mod editor;
mod filling;
mod picking;
mod typed;

use std::ops::RangeInclusive;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use quarterdeck_api::applications::REASON_LENGTH;
use quarterdeck_api::notes::NOTE_LENGTH;
use quarterdeck_api::reasons::{FreeText, Reason, ReasonList};
use quarterdeck_api::sessions::Secret;
use quarterdeck_api::text::Line;

use super::draft::{Draft, MOST_IRREVERSIBLE};
use super::field::{Display, Field, Paste};
use super::filling::Filling;
use super::input::Key;
use super::keymap::{Action, Keymap, Section};
use super::picker::Picker;
use super::reasons::Reasons;
use crate::screens::verb::{Asks, Class, Why};

pub use code::Refused;

/// Farther than any dialog is long; the view stops at the last line.
const LONGEST_SCROLL: usize = 20;
/// Digits of a one-time code.
const CODE_DIGITS: usize = 6;
/// What is said where own words are not taken.
const LIST_ALONE: &str = "Here only a reason of the list is taken.";
/// How many characters an e-mail address has.
pub const EMAIL_LENGTH: RangeInclusive<usize> = 3..=254;
/// From how many targets on the count is typed.
pub const TYPED_FROM: usize = 10;

/// What stands before a write by its class and how many rows it is about (console.md §4.6), reasons
/// and codes aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hurdle {
    /// Nothing.
    None,
    /// `y`.
    Yes,
    /// Their count, typed.
    Count,
    /// The name of what is lost, typed.
    Phrase,
}

impl Hurdle {
    /// What stands before a write of this class about so many rows.
    pub const fn before(class: Class, count: usize) -> Self {
        match (class, count) {
            (Class::Reversible, 0 | 1) => Self::None,
            (Class::Reversible, 2..TYPED_FROM) | (Class::HardToReverse, 0 | 1) => Self::Yes,
            (Class::Irreversible, 0 | 1) => Self::Phrase,
            (Class::Reversible | Class::HardToReverse | Class::Irreversible, _) => Self::Count,
        }
    }
}

/// What stands before a draft: what its class calls for, and at least `y` where somebody else is at work on
/// what it decides.
pub fn hurdle(draft: &Draft, count: usize) -> Hurdle {
    match Hurdle::before(draft.class(), count) {
        Hurdle::None if !draft.claimed.is_empty() => Hurdle::Yes,
        hurdle => hurdle,
    }
}

/// What a dialog is asking.
#[derive(Clone, Debug)]
pub enum Step {
    /// Which of a few: a digit.
    Choice,
    /// Which of many, several at once: ticked in a list.
    Pick(Picker),
    /// Which values: a field each.
    Fill(Filling),
    /// Which reason: a digit.
    Reason,
    /// Which reason, in words.
    FreeText(Field),
    /// Whether to: `y`.
    Confirm,
    /// Whether to: the count.
    Count(Field),
    /// Whether to: the name of what is lost.
    Phrase(Field),
    /// Who asks: a one-time code, which is handed on and never kept.
    Code(Field),
}

/// The dialog.
#[derive(Clone, Debug)]
pub struct Confirm {
    /// What is asked about.
    pub draft: Draft,
    /// What is asked now.
    pub step: Step,
    reasons: Reasons,
    /// How old the data was when it opened, where it was stale.
    pub stale_age: Option<String>,
    /// What was wrong with the last answer.
    pub error: Option<Line>,
    /// Lines scrolled, where it does not fit.
    pub scroll: usize,
    /// The key of a call that was refused for its code: the same write is asked for again.
    key: Option<String>,
    /// When the code comes that the error says to wait for.
    next_code_at: Option<DateTime<Utc>>,
}

/// A draft that may be sent.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// What is sent.
    pub draft: Draft,
    /// The one-time code that goes with it.
    pub code: Option<Secret>,
    /// The idempotency key it was sent under before, if it was.
    pub key: Option<String>,
}

impl Accepted {
    /// A draft that needs nothing besides.
    pub const fn of(draft: Draft) -> Self {
        Self {
            draft,
            code: None,
            key: None,
        }
    }
}

/// Where a draft stands.
#[derive(Clone, Debug)]
pub enum Answer {
    /// The dialog stays open.
    Asking,
    /// The dialog stays open, and this text of it goes to the editor.
    Written(String),
    /// Nothing is to happen.
    Declined,
    /// It is to be sent.
    Accepted(Box<Accepted>),
}

/// Opens the dialog that a draft needs, or hands the draft back where it needs none.
pub fn ask(
    draft: Draft,
    reasons: &Reasons,
    stale_age: Option<String>,
) -> Result<Confirm, Box<Draft>> {
    match next_step(&draft, reasons) {
        None => Err(Box::new(draft)),
        Some(step) => Ok(Confirm {
            draft,
            step,
            reasons: reasons.clone(),
            stale_age,
            error: None,
            scroll: 0,
            key: None,
            next_code_at: None,
        }),
    }
}

/// Opens the dialog again on a draft whose code the server refused: it lacks nothing but another one.
pub fn ask_code_again(draft: Draft, reasons: &Reasons, key: String, refused: Refused) -> Confirm {
    Confirm {
        draft,
        step: code_step(),
        reasons: reasons.clone(),
        stale_age: None,
        error: Some(Line::new(refused.why)),
        scroll: 0,
        key: Some(key),
        next_code_at: refused.next_code_at,
    }
}

fn code_step() -> Step {
    Step::Code(Field::masked().at_most(CODE_DIGITS).digits())
}

/// What is to be asked next, if anything.
fn next_step(draft: &Draft, reasons: &Reasons) -> Option<Step> {
    if !draft.offers.is_empty() && draft.chosen().is_none() {
        return Some(Step::Choice);
    }
    if let Some(menu) = picking::due(draft) {
        return Some(Step::Pick(Picker::of(menu)));
    }
    if let Some(sheet) = draft.prepared.sheet()
        && draft.answers.filled.is_none()
    {
        return Some(Step::Fill(Filling::of(Arc::clone(sheet))));
    }
    if let Some(step) = reason_step(draft, reasons) {
        return Some(step);
    }
    let typed = || Field::new(Display::Plain, Paste::Refused);
    match hurdle(draft, draft.targets.len()) {
        Hurdle::None => draft.prepared.needs_code().then(code_step),
        Hurdle::Yes => Some(Step::Confirm),
        Hurdle::Phrase => Some(Step::Phrase(typed())),
        Hurdle::Count => Some(Step::Count(typed().at_most(6))),
    }
}

/// What is to be asked of the reason next, if anything.
fn reason_step(draft: &Draft, reasons: &Reasons) -> Option<Step> {
    let why = &draft.answers.why;
    let list = reasons.of(draft.tab, draft.verb());
    let has_list = list.is_some_and(|list| !list.reasons.is_empty());
    let lacks_words =
        why.words.is_none() && list.is_some_and(|list| list.free_text() == FreeText::Required);
    if draft.asks == Asks::Nothing {
        return None;
    }
    if why.is_empty() && has_list {
        return Some(Step::Reason);
    }
    (why.is_empty() || lacks_words).then(|| free_text(draft))
}

fn free_text(draft: &Draft) -> Step {
    Step::FreeText(free_text_field(draft))
}

fn free_text_field(draft: &Draft) -> Field {
    Field::plain().at_most(*words_length(draft).end())
}

/// How many characters the words have.
const fn words_length(draft: &Draft) -> RangeInclusive<usize> {
    match draft.asks {
        Asks::Text => NOTE_LENGTH,
        Asks::Address => EMAIL_LENGTH,
        Asks::Note | Asks::Reason | Asks::Nothing => REASON_LENGTH,
    }
}

impl Confirm {
    /// The reasons on offer.
    pub fn reasons(&self) -> &[Reason] {
        self.list().map_or(&[], |list| &list.reasons)
    }

    fn list(&self) -> Option<&ReasonList> {
        self.reasons.of(self.draft.tab, self.draft.verb())
    }

    /// Whether words of one's own go with it.
    pub fn free_text(&self) -> FreeText {
        self.reasons.free_text(self.draft.tab, self.draft.verb())
    }

    /// Whether a digit is all that is still asked for.
    pub fn is_last_answer(&self) -> bool {
        let hurdle = hurdle(&self.draft, self.draft.targets.len());
        let more = self.draft.prepared.needs_code() || self.free_text() == FreeText::Required;
        hurdle == Hurdle::None && !more
    }

    /// The reason that was chosen, where it was not given in words alone.
    pub fn chosen_reason(&self) -> Option<&Reason> {
        let why = &self.draft.answers.why;
        let is_chosen = |reason: &&Reason| self.reasons.why(reason) == *why;
        match &why.code {
            Some(code) => self.list()?.coded(code),
            None => self.reasons().iter().find(is_chosen),
        }
    }

    /// Takes a key.
    pub fn press(&mut self, key: Key, keymap: &Keymap) -> Answer {
        self.error = None;
        self.next_code_at = None;
        let action = self.action(key, keymap);
        if action == Some(Action::Editor) {
            return self.write_in_editor();
        }
        match &self.step {
            Step::Choice => self.choose(key, action),
            Step::Pick(_) => self.pick(key, action),
            Step::Fill(_) => self.fill_in(key, action),
            Step::Reason => self.choose_reason(key, action),
            Step::FreeText(_) => self.write_reason(key, action),
            Step::Confirm => self.confirm_or_decline(action),
            Step::Count(_) if action == Some(Action::Submit) => self.submit_count(),
            Step::Count(_) => self.type_count(key, action),
            Step::Phrase(_) => self.type_phrase(key, action),
            Step::Code(_) => self.type_code(key, action),
        }
    }

    /// What a key means to the step that is asked.
    pub fn action(&self, key: Key, keymap: &Keymap) -> Option<Action> {
        let in_dialog = || keymap.action(&[Section::Dialog], key);
        let in_prompt = || keymap.action(&[Section::Prompt], key);
        match &self.step {
            Step::Choice | Step::Reason | Step::Confirm => in_dialog(),
            Step::Pick(_) => {
                in_prompt().or_else(|| in_dialog().filter(|action| *action == Action::Toggle))
            }
            Step::Fill(_) => in_prompt(),
            Step::FreeText(_) | Step::Phrase(_) | Step::Code(_) => in_prompt().or_else(|| {
                let is_typed = key.typed().is_some();
                in_dialog().filter(|action| *action == Action::Editor && !is_typed)
            }),
            // The count is typed between the keys of the dialog.
            Step::Count(_) => in_prompt()
                .filter(|action| *action == Action::Submit)
                .or_else(in_dialog),
        }
    }

    /// Whether the step takes text.
    pub const fn takes_text(&self) -> bool {
        match &self.step {
            Step::Pick(_)
            | Step::Fill(_)
            | Step::FreeText(_)
            | Step::Count(_)
            | Step::Phrase(_)
            | Step::Code(_) => true,
            Step::Choice | Step::Reason | Step::Confirm => false,
        }
    }

    /// The field that is being typed in.
    pub fn field_mut(&mut self) -> Option<&mut Field> {
        match &mut self.step {
            Step::FreeText(field)
            | Step::Count(field)
            | Step::Phrase(field)
            | Step::Code(field) => Some(field),
            Step::Pick(picker) => Some(&mut picker.field),
            Step::Fill(filling) => filling.field_mut(),
            Step::Choice | Step::Reason | Step::Confirm => None,
        }
    }

    fn choose(&mut self, key: Key, action: Option<Action>) -> Answer {
        let digit = key.typed().and_then(|typed| typed.to_digit(10));
        let place = digit.and_then(|digit| usize::try_from(digit).ok()?.checked_sub(1));
        let Some((place, offer)) =
            place.and_then(|place| Some((place, *self.draft.offers.get(place)?)))
        else {
            return self.scroll_or_decline(action);
        };
        if let Some(permission) = offer.denied {
            return self.wrong(&format!("You lack the permission {permission}."));
        }
        self.draft.answers.choice = Some(place);
        if self.draft.too_many().is_some() {
            self.draft.answers.choice = None;
            return self.wrong(&format!(
                "At most {MOST_IRREVERSIBLE} at once; for more, use the command line."
            ));
        }
        self.proceed()
    }

    fn choose_reason(&mut self, key: Key, action: Option<Action>) -> Answer {
        let is_chosen = |reason: &&Reason| key.typed() == Some(reason.key());
        let chosen = self.reasons().iter().find(is_chosen);
        if let Some(why) = chosen.map(|reason| self.reasons.why(reason)) {
            self.draft.answers.why = why;
            return self.proceed();
        }
        match (action, self.free_text()) {
            (Some(Action::FreeText), FreeText::Forbidden) => {
                return self.wrong(LIST_ALONE);
            }
            (Some(Action::FreeText), FreeText::Allowed | FreeText::Required) => {
                self.step = free_text(&self.draft);
                return Answer::Asking;
            }
            (Some(_) | None, _) => {}
        }
        self.scroll_or_decline(action)
    }

    fn write_reason(&mut self, key: Key, action: Option<Action>) -> Answer {
        let has_list = !self.reasons().is_empty();
        match (action, self.field_mut()) {
            (Some(Action::Abandon), _) if !has_list => return Answer::Declined,
            (Some(Action::Abandon), _) => {
                self.draft.answers.why = Why::default();
                self.step = Step::Reason;
            }
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
        let length = words_length(&self.draft);
        if length.contains(&text.chars().count()) {
            self.draft.answers.why.words = Some(text);
            return self.proceed();
        }
        let (least, most) = length.into_inner();
        let what = self.draft.asks.word();
        self.wrong(&format!("A {what} has {least} to {most} characters."))
    }

    fn confirm_or_decline(&mut self, action: Option<Action>) -> Answer {
        if let (Some(Action::Besides), Some(besides)) = (action, &mut self.draft.besides) {
            besides.toggle();
            return Answer::Asking;
        }
        match action {
            Some(Action::Confirm) => self.accepted(),
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

    fn wrong(&mut self, error: &str) -> Answer {
        self.error = Some(Line::new(error));
        Answer::Asking
    }

    fn proceed(&mut self) -> Answer {
        match next_step(&self.draft, &self.reasons) {
            Some(step) => {
                self.step = step;
                self.scroll = 0;
                Answer::Asking
            }
            None => self.accepted(),
        }
    }

    /// The answer was yes; where a code goes with it, that is what is still asked.
    fn accepted(&mut self) -> Answer {
        if self.draft.prepared.needs_code() {
            self.step = code_step();
            self.scroll = 0;
            return Answer::Asking;
        }
        Answer::Accepted(Box::new(Accepted::of(self.draft.clone())))
    }
}

#[cfg(test)]
mod tests;
