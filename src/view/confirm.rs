//! The question before a write. What and how many is the first line and is never cut off.

use quarterdeck_api::text::Line;
use ratatui::layout::Rect;

use super::dialog::{Dialog, Foot, Row, inner_width, keys};
use super::text::{Painter, Piece};
use super::theme::Token;
use super::title::badge;
use crate::app::confirm::{Confirm, Step};
use crate::app::draft::{Besides, BesidesChoice, Offer};
use crate::app::keymap::Action;
use crate::app::model::Model;
use crate::app::wrap::wrap;
use crate::screens::verb::{Asks, Class};

const ASKS_CODE: &str = "This changes one of the staff: type your one-time code.";
/// Names that a dialog lists.
const NAMES: usize = 5;

pub(super) fn draw(model: &Model, painter: &mut Painter, area: Rect, confirm: &Confirm) {
    let token = match (confirm.draft.class(), confirm.draft.asks) {
        (Class::Reversible, Asks::Nothing | Asks::Note) => Token::ModalSafe,
        (Class::Reversible | Class::HardToReverse | Class::Irreversible, _) => Token::ModalDanger,
    };
    let question = confirm.draft.question();
    let dialog = Dialog {
        title: Piece::made(&question, Token::Strong),
        rows: confirm_rows(model, confirm, inner_width(area)),
        scroll: confirm.scroll,
        foot: confirm_foot(model, confirm),
        token,
    };
    dialog.draw(painter, area);
}

/// What matters most comes first: on a small screen the rest is scrolled to.
fn confirm_rows(model: &Model, confirm: &Confirm, width: u16) -> Vec<Row> {
    let mut rows = notes(model, confirm, width);
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
        let told = draft.prepared.consequences(&draft.given()).into_iter();
        rows.extend(wrapped(told, Token::Text, width));
    }
    if let (Some(besides), Step::Confirm) = (&draft.besides, &confirm.step) {
        let told = std::iter::once(besides_row(model, besides));
        rows.extend(wrapped(told, Token::Text, width));
    }
    if let Some(reason) = &draft.answers.reason {
        let what = if draft.asks == Asks::Note {
            "Note"
        } else {
            "Reason"
        };
        let told = std::iter::once(format!("{what}: {reason}"));
        rows.extend(wrapped(told, Token::Text, width));
    } else if let Step::Reason | Step::FreeText(_) = confirm.step {
        let why = match (draft.asks, draft.class()) {
            (Asks::Note, _) => "Which note? It is kept with the decision.",
            // What is gone for good may take the reason with it.
            (Asks::Reason | Asks::Nothing, Class::Irreversible) => "Why?",
            (Asks::Reason | Asks::Nothing, Class::Reversible | Class::HardToReverse) => {
                "Why? The reason is kept with the decision."
            }
        };
        rows.push(Row::text(why, Token::Dim));
        rows.extend(
            confirm.reasons().iter().map(|reason| {
                Row::text(&format!("  {}  {}", reason.key(), reason.text), Token::Text)
            }),
        );
    }
    if let Step::Code(_) = confirm.step {
        let error = confirm.error.as_ref();
        let said = error.map(ToString::to_string).into_iter();
        rows.extend(wrapped(said, Token::Error, width));
        rows.push(Row::text(ASKS_CODE, Token::Warn));
    }
    rows.extend(names(confirm));
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

fn wrapped(texts: impl Iterator<Item = String>, token: Token, width: u16) -> Vec<Row> {
    let lines = texts.flat_map(|text| wrap(&text, usize::from(width)));
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
fn notes(model: &Model, confirm: &Confirm, width: u16) -> Vec<Row> {
    let draft = &confirm.draft;
    let place = badge(model).map(|badge| {
        let text = format!("{} on {}", badge.text.as_str(), model.host);
        Row::text(&text, badge.token)
    });
    let hidden = draft.hidden_marks;
    let skipped = draft.skipped;
    let hidden = (hidden > 0).then(|| format!("{hidden} marked hidden by the filter: not touched"));
    let skipped =
        (skipped > 0).then(|| format!("{skipped} marked left out: not possible for them"));
    let stale = confirm
        .stale_age
        .as_ref()
        .map(|age| format!("STALE: data is {age} old"));
    let lasting = match draft.class() {
        Class::Irreversible if draft.chosen().is_none() && !draft.offers.is_empty() => None,
        Class::Irreversible => Some(draft.prepared.lastingness(&draft.given()).to_owned()),
        Class::HardToReverse | Class::Reversible => None,
    };
    let warnings = [lasting, hidden, skipped, stale].into_iter().flatten();
    let gap = (draft.asks == Asks::Reason).then(|| Row::text("", Token::Text));
    place
        .into_iter()
        .chain(wrapped(warnings, Token::Warn, width))
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
            pieces.extend(keys(
                model,
                &[
                    (Action::FreeText, "write one"),
                    (Action::Decline, "cancel"),
                    (Action::Editor, "editor"),
                ],
            ));
            Foot::Keys(pieces)
        }
        Step::FreeText(field) => Foot::Field {
            label: Line::new(match confirm.draft.asks {
                Asks::Note => "Note:",
                Asks::Reason | Asks::Nothing => "Reason:",
            }),
            field,
            error,
        },
        Step::Confirm => Foot::Keys(keys(
            model,
            &[
                (Action::Confirm, confirm.draft.verb()),
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
