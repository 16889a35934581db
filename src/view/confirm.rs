//! The question before a write. What and how many is the first line and is never cut off.

use quarterdeck_api::reasons::{FreeText, Reason};
use quarterdeck_api::text::Line;
use ratatui::layout::Rect;

use super::dialog::{Dialog, Foot, Row, inner_width, keys};
use super::filling;
use super::picks;
use super::text::{Painter, Piece};
use super::theme::Token;
use super::title::badge;
use crate::app::confirm::{Confirm, Step};
use crate::app::draft::{Besides, BesidesChoice, Offer};
use crate::app::keymap::Action;
use crate::app::model::Model;
use crate::app::wrap::{Measure, wrap};
use crate::screens::verb::{Asks, Class};

/// Where the text beside a digit begins.
const INDENT: u16 = 5;
/// Names that a dialog lists.
const NAMES: usize = 5;

pub(super) fn draw(model: &Model, painter: &mut Painter, area: Rect, confirm: &Confirm) {
    let token = match (confirm.draft.class(), confirm.draft.asks) {
        (Class::Reversible, Asks::Nothing | Asks::Note) => Token::ModalSafe,
        (Class::Reversible | Class::HardToReverse | Class::Irreversible, _) => Token::ModalDanger,
    };
    let question = confirm.draft.question();
    let (rows, scroll) = match &confirm.step {
        Step::Pick(picker) => picks::rows(picker),
        Step::Fill(filling) => (filling::rows(filling), 0),
        Step::Choice
        | Step::Reason
        | Step::FreeText(_)
        | Step::Confirm
        | Step::Count(_)
        | Step::Phrase(_)
        | Step::Code(_) => {
            let rows = confirm_rows(model, confirm, painter.measure(inner_width(area)));
            (rows, confirm.scroll)
        }
    };
    let dialog = Dialog {
        title: Piece::made(&question, Token::Strong),
        rows,
        scroll,
        foot: confirm_foot(model, confirm),
        token,
    };
    dialog.draw(painter, area);
}

/// What matters most comes first: on a small screen the rest is scrolled to.
fn confirm_rows(model: &Model, confirm: &Confirm, measure: Measure) -> Vec<Row> {
    let mut rows = notes(model, confirm, measure);
    let draft = &confirm.draft;
    if let (Some(error), Step::Choice) = (&confirm.error, &confirm.step) {
        rows.push(Row::text(error.as_str(), Token::Error));
    }
    if let Step::Choice = confirm.step {
        rows.extend(
            draft
                .offers
                .iter()
                .zip(1..)
                .map(|(offer, digit)| choice(offer, digit)),
        );
    } else {
        rows.extend(picks::changes(&draft.prepared.changes(&draft.given())));
        let replaced = draft.prepared.replaced(&draft.given()).into_iter();
        rows.extend(wrapped(replaced, Token::Strong, measure));
        let told = draft.prepared.consequences(&draft.given()).into_iter();
        rows.extend(wrapped(told, Token::Text, measure));
    }
    if let (Some(besides), Step::Confirm) = (&draft.besides, &confirm.step) {
        let told = std::iter::once(besides_row(model, besides));
        rows.extend(wrapped(told, Token::Text, measure));
    }
    rows.extend(match confirm.step {
        Step::Reason => offered(confirm, measure),
        Step::FreeText(_) => asked_in_words(confirm, measure),
        Step::Choice | Step::Pick(_) | Step::Fill(_) => Vec::new(),
        Step::Confirm | Step::Count(_) | Step::Phrase(_) | Step::Code(_) => given(confirm, measure),
    });
    if let Step::Code(_) = confirm.step {
        let error = confirm.error.as_ref();
        let said = error.map(ToString::to_string).into_iter();
        rows.extend(wrapped(said, Token::Error, measure));
        rows.push(Row::text(confirm.draft.code_line(), Token::Warn));
        let countdown = model.code_countdown();
        rows.extend(countdown.map(|left| Row::text(&left, Token::Dim)));
    }
    rows.extend(names(confirm));
    rows
}

/// The digits and their reasons, all of them before what any of them says to the person; where a question
/// follows, that is told with the question.
fn offered(confirm: &Confirm, measure: Measure) -> Vec<Row> {
    let error = confirm.error.as_ref().map(ToString::to_string);
    let mut rows = wrapped(error.into_iter(), Token::Error, measure);
    rows.extend(labels(confirm));
    let told = confirm
        .reasons()
        .iter()
        .flat_map(|reason| told(reason, measure));
    let told: Vec<_> = told.collect();
    if confirm.is_last_answer() && !told.is_empty() {
        rows.push(Row::text("", Token::Text));
        rows.push(Row::text("For the person to read:", Token::Dim));
        rows.extend(told);
    }
    rows
}

/// What a reason says to the person, beside its digit.
fn told(reason: &Reason, measure: Measure) -> Vec<Row> {
    let Some(message) = &reason.message else {
        return Vec::new();
    };
    let lines = wrap(message.as_str(), measure.less(INDENT));
    let keys = std::iter::once(reason.key()).chain(std::iter::repeat(' '));
    let row = |(line, key): (&Line, char)| Row::text(&format!("  {key}  {line}"), Token::Dim);
    lines.iter().zip(keys).map(row).collect()
}

fn labels(confirm: &Confirm) -> Vec<Row> {
    let label = |reason: &Reason| {
        let text = format!("  {}  {}", reason.key(), reason.label);
        Row::text(&text, Token::Text)
    };
    let labels = confirm.reasons().iter().map(label);
    std::iter::once(why(confirm)).chain(labels).collect()
}

fn why(confirm: &Confirm) -> Row {
    let draft = &confirm.draft;
    let why = match (draft.asks, draft.class()) {
        (Asks::Note, _) => "Which note? It is kept with the decision.",
        (Asks::Text, _) => "What should the team know?",
        (Asks::Address, _) => "Where does the mail with the first-login token go?",
        // What is gone for good may take the reason with it.
        (Asks::Reason | Asks::Nothing, Class::Irreversible) => "Why?",
        (Asks::Reason | Asks::Nothing, Class::Reversible | Class::HardToReverse) => {
            "Why? The reason is kept with the decision."
        }
    };
    Row::text(why, Token::Dim)
}

/// The code that the words go with, where one was chosen.
fn asked_in_words(confirm: &Confirm, measure: Measure) -> Vec<Row> {
    if confirm.chosen_reason().is_some() {
        return given(confirm, measure);
    }
    labels(confirm)
}

/// The reason as far as it was given, and what it says to the person.
fn given(confirm: &Confirm, measure: Measure) -> Vec<Row> {
    let what = match confirm.draft.asks {
        Asks::Note | Asks::Text => "Note",
        Asks::Address => "E-mail",
        Asks::Reason | Asks::Nothing => "Reason",
    };
    let reason = confirm.chosen_reason();
    let label = reason.map(|reason| reason.label.as_str());
    let words = confirm.draft.answers.why.words.as_deref();
    let words = words.filter(|words| label != Some(*words));
    let texts: Vec<_> = label.into_iter().chain(words).collect();
    if texts.is_empty() {
        return Vec::new();
    }
    let told = std::iter::once(format!("{what}: {}", texts.join(": ")));
    let message = reason.and_then(|reason| reason.message.as_ref());
    let message = message.map(|message| format!("For the person to read: {message}"));
    let mut rows = wrapped(told, Token::Text, measure);
    rows.extend(wrapped(message.into_iter(), Token::Dim, measure));
    rows
}

/// What is done besides, and the key that turns it off or on.
fn besides_row(model: &Model, besides: &Besides) -> String {
    let key = model.keymap.shown(Action::Besides);
    let question = besides.draft.question();
    let what = question.trim_end_matches('?');
    match besides.choice {
        BesidesChoice::On => format!("Also: {what} ({key} turns it off)"),
        BesidesChoice::Off => format!("Not: {what} ({key} turns it on)"),
    }
}

/// A choice and its digit, or why it cannot be taken.
fn choice(offer: &Offer, digit: usize) -> Row {
    let label = offer.choice.label;
    match offer.denied {
        None => Row::text(&format!("  {digit}  {label}"), Token::Text),
        Some(permission) => {
            let text = format!("  {digit}  {label}: you lack the permission {permission}");
            Row::text(&text, Token::Dim)
        }
    }
}

fn wrapped(texts: impl Iterator<Item = String>, token: Token, measure: Measure) -> Vec<Row> {
    let lines = texts.flat_map(|text| wrap(&text, measure));
    lines.map(|line| Row::Text(line, token)).collect()
}

/// The first few rows that it is about.
fn names(confirm: &Confirm) -> Vec<Row> {
    let targets = &confirm.draft.targets;
    if targets.len() < 2 {
        return Vec::new();
    }
    let named = targets.iter().take(NAMES).map(|target| {
        let id = target.id.to_string();
        Row::text(
            &format!("{id:>7}  {:<10}  {}", target.status, target.name),
            Token::Text,
        )
    });
    let more = targets.len().saturating_sub(NAMES);
    let rest = (more > 0).then(|| Row::text(&format!("         and {more} more"), Token::Dim));
    let gap = Row::text("", Token::Text);
    std::iter::once(gap).chain(named).chain(rest).collect()
}

/// What the operator should know before answering.
fn notes(model: &Model, confirm: &Confirm, measure: Measure) -> Vec<Row> {
    let draft = &confirm.draft;
    let place = badge(model).map(|badge| {
        let text = format!("{} on {}", badge.text.as_str(), model.host);
        Row::text(&text, badge.token)
    });
    let gap = (draft.asks == Asks::Reason).then(|| Row::text("", Token::Text));
    place
        .into_iter()
        .chain(wrapped(
            draft.warnings(confirm.stale_age.as_deref()),
            Token::Warn,
            measure,
        ))
        .chain(gap)
        .collect()
}

fn confirm_foot<'a>(model: &Model, confirm: &'a Confirm) -> Foot<'a> {
    let count = confirm.draft.targets.len();
    let error = confirm.error.as_ref();
    match &confirm.step {
        Step::Choice => {
            let mut pieces = vec![
                Piece::new("digit ", Token::Accent),
                Piece::new("choose   ", Token::Text),
            ];
            pieces.extend(keys(model, &[(Action::Decline, "cancel")]));
            Foot::Keys(pieces)
        }
        Step::Pick(picker) => Foot::Field {
            label: Line::new("Find:"),
            field: &picker.field,
            error,
        },
        Step::Fill(filling) => filling::foot(filling, error),
        Step::Reason => {
            let word = match (count, confirm.draft.class()) {
                (1, Class::Reversible) => Piece::made(confirm.draft.verb(), Token::Text),
                (_, Class::Reversible | Class::HardToReverse | Class::Irreversible) => {
                    Piece::new("choose", Token::Text)
                }
            };
            let mut pieces = vec![
                Piece::new("digit ", Token::Accent),
                word,
                Piece::new("   ", Token::Text),
            ];
            let write_one = (Action::FreeText, "write one");
            let cancel = (Action::Decline, "cancel");
            let editor = (Action::Editor, "editor");
            pieces.extend(match confirm.free_text() {
                FreeText::Forbidden => keys(model, &[cancel]),
                FreeText::Allowed | FreeText::Required => keys(model, &[write_one, cancel, editor]),
            });
            Foot::Keys(pieces)
        }
        Step::FreeText(field) => Foot::Field {
            label: Line::new(match confirm.draft.asks {
                Asks::Note | Asks::Text => "Note:",
                Asks::Address => "E-mail:",
                Asks::Reason | Asks::Nothing => "Reason:",
            }),
            field,
            error,
        },
        Step::Confirm => Foot::Keys(keys(
            model,
            &[
                (Action::Confirm, confirm.draft.deed()),
                (Action::Decline, "cancel"),
            ],
        )),
        Step::Count(field) => {
            let label = Line::new(&format!(
                "Type {count} and Enter to {}:",
                confirm.draft.verb()
            ));
            Foot::Field {
                label,
                field,
                error,
            }
        }
        Step::Code(field) => Foot::Field {
            label: Line::new("Code:"),
            field,
            error: None,
        },
        Step::Phrase(field) => Foot::Field {
            label: Line::new(&format!("Type {}:", confirm.draft.phrase())),
            field,
            error,
        },
    }
}
