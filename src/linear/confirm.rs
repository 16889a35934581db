//! The question before a write, in words: what and how many, what it will do, and what is to be answered.

use quarterdeck_api::reasons::{FreeText, Reason};

use super::picks;
use super::prompt::Prompt;
use crate::app::confirm::{Confirm, Step};
use crate::app::draft::{Besides, BesidesChoice, Draft, Offer, Target};
use crate::app::field::Display;
use crate::app::model::Model;
use crate::screens::verb::Asks;

/// Names that are said.
const NAMES: usize = 5;

pub(super) fn words(model: &Model, confirm: &Confirm) -> Vec<String> {
    let draft = &confirm.draft;
    let mut lines = vec![draft.question(), place(model)];
    lines.extend(warnings(confirm));
    lines.extend(match &confirm.step {
        Step::Choice => Vec::new(),
        Step::Pick(picker) => picks::words(picker),
        Step::Fill(filling) => filling
            .shown()
            .iter()
            .map(|shown| format!("{}: {}", shown.label, shown.value))
            .collect(),
        Step::Reason
        | Step::FreeText(_)
        | Step::Confirm
        | Step::Count(_)
        | Step::Phrase(_)
        | Step::Code(_) => draft.prepared.told(&draft.given()),
    });
    lines.extend(given(confirm));
    lines.extend(names(&draft.targets));
    lines.extend(asked(model, confirm));
    lines
}

/// Which environment it is.
fn place(model: &Model) -> String {
    let own = model.me.as_ref().map(|me| &me.environment);
    let name = own.or(model.environment.as_ref());
    let name = name.map_or_else(String::new, |name| format!("{name}, "));
    format!("On {name}{}", model.host)
}

fn warnings(confirm: &Confirm) -> Vec<String> {
    let warnings = confirm.draft.warnings(confirm.stale_age.as_deref());
    warnings.map(|text| format!("warning: {text}")).collect()
}

/// The reason as far as it was given, and what it says to the person.
fn given(confirm: &Confirm) -> Vec<String> {
    let reason = confirm.chosen_reason();
    let label = reason.map(|reason| reason.label.as_str());
    let words = confirm.draft.answers.why.words.as_deref();
    let words = words.filter(|words| label != Some(*words));
    let given = label
        .into_iter()
        .chain(words)
        .map(|text| format!("{}: {text}", kind(&confirm.draft)));
    let message = reason.and_then(|reason| reason.message.as_ref());
    let message = message.map(|message| format!("For the person to read: {message}"));
    given.chain(message).collect()
}

/// The first few rows that it is about.
fn names(targets: &[Target]) -> Vec<String> {
    if targets.len() < 2 {
        return Vec::new();
    }
    let named = targets
        .iter()
        .take(NAMES)
        .map(|target| format!("{} {}, {}", target.id, target.status, target.name));
    let more = targets.len().saturating_sub(NAMES);
    named
        .chain((more > 0).then(|| format!("and {more} more")))
        .collect()
}

/// What is to be answered.
fn asked(model: &Model, confirm: &Confirm) -> Vec<String> {
    let draft = &confirm.draft;
    let verb = draft.verb();
    match &confirm.step {
        Step::Choice => {
            let offers = draft
                .offers
                .iter()
                .zip(1..)
                .map(|(offer, digit)| choice(offer, digit));
            offers
                .chain(["Which digit? `cancel` for none.".to_owned()])
                .collect()
        }
        Step::Pick(picker) => vec![picks::asked(picker)],
        Step::Fill(filling) => vec![format!(
            "{}? Nothing keeps it, `-` empties it; `cancel` for none.",
            filling.label()
        )],
        Step::Reason => reasons(confirm),
        Step::FreeText(_) => vec![format!(
            "Type the {}; `cancel` goes back.",
            kind(draft).to_lowercase()
        )],
        Step::Confirm => {
            let besides = draft.besides.as_ref().map(besides);
            besides
                .into_iter()
                .chain([format!("`y` to {}, `n` to cancel.", draft.deed())])
                .collect()
        }
        Step::Count(_) => vec![format!(
            "Type {} to {verb} them; `cancel` for none.",
            draft.targets.len()
        )],
        Step::Phrase(_) => vec![format!(
            "Type {} to {verb} it; `cancel` for none.",
            draft.phrase()
        )],
        Step::Code(_) => {
            let code = draft.code_line().trim_end_matches('.');
            let note = model.header_note.as_ref().map(ToString::to_string);
            note.into_iter()
                .chain([format!("{code}; `cancel` for none.")])
                .collect()
        }
    }
}

fn reasons(confirm: &Confirm) -> Vec<String> {
    let label = |reason: &Reason| match (&reason.message, confirm.is_last_answer()) {
        (Some(message), true) => format!(
            "{}: {}. The person reads: {message}",
            reason.key(),
            reason.label
        ),
        (Some(_) | None, _) => format!("{}: {}", reason.key(), reason.label),
    };
    let own = match confirm.free_text() {
        FreeText::Forbidden => "",
        FreeText::Allowed | FreeText::Required => ", or `e` and your own words",
    };
    let question = format!(
        "Which {}? A digit{own}; `cancel` for none.",
        kind(&confirm.draft).to_lowercase()
    );
    confirm
        .reasons()
        .iter()
        .map(label)
        .chain([question])
        .collect()
}

const fn kind(draft: &Draft) -> &'static str {
    match draft.asks {
        Asks::Note | Asks::Text => "Note",
        Asks::Address => "E-mail",
        Asks::Reason | Asks::Nothing => "Reason",
    }
}

fn choice(offer: &Offer, digit: usize) -> String {
    let label = offer.choice.label;
    match offer.denied {
        None => format!("{digit}: {label}"),
        Some(permission) => {
            format!("{digit}: {label}, not now, you lack the permission {permission}")
        }
    }
}

/// What is done besides, and the letter that turns it off or on.
fn besides(besides: &Besides) -> String {
    let question = besides.draft.question();
    let what = question.trim_end_matches('?');
    match besides.choice {
        BesidesChoice::On => format!("Also: {what}; `r` turns it off."),
        BesidesChoice::Off => format!("Not: {what}; `r` turns it on."),
    }
}

pub(super) fn prompt(confirm: &Confirm) -> Prompt {
    let (text, typed) = match &confirm.step {
        Step::Fill(_) => ("value>", Display::Plain),
        Step::Choice => ("digit>", Display::Plain),
        Step::Pick(_) => ("names>", Display::Plain),
        Step::Reason | Step::FreeText(_) => match confirm.draft.asks {
            Asks::Note | Asks::Text => ("note>", Display::Plain),
            Asks::Address => ("e-mail>", Display::Plain),
            Asks::Reason | Asks::Nothing => ("reason>", Display::Plain),
        },
        Step::Confirm => ("y or n>", Display::Plain),
        Step::Count(_) => ("number>", Display::Plain),
        Step::Phrase(_) => ("exactly>", Display::Plain),
        Step::Code(_) => ("code>", Display::Masked),
    };
    Prompt {
        text: text.to_owned(),
        typed,
    }
}
