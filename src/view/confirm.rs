//! The question before a write. What and how many is the first line and is never cut off.

use quarterdeck_api::text::Line;
use ratatui::layout::Rect;

use super::dialog::{Dialog, Foot, Row, inner_width, keys};
use super::text::{Painter, Piece};
use super::theme::Token;
use super::title::badge;
use crate::app::confirm::{Confirm, Step};
use crate::app::keymap::Action;
use crate::app::model::Model;
use crate::app::wrap::wrap;
use crate::screens::screen::Class;

/// Names that a dialog lists.
const NAMES: usize = 5;

pub(super) fn draw(model: &Model, painter: &mut Painter, area: Rect, confirm: &Confirm) {
    let token = match confirm.draft.class {
        Class::NeedsReason => Token::ModalDanger,
        Class::Reversible => Token::ModalSafe,
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
    match &confirm.draft.reason {
        Some(reason) => {
            let text = format!("Reason: {reason}");
            let lines = wrap(&text, usize::from(width)).into_iter();
            rows.extend(lines.map(|line| Row::Text(line, Token::Text)));
        }
        None if confirm.draft.class == Class::NeedsReason => {
            rows.push(Row::text(
                "Why? The reason is kept with the decision.",
                Token::Dim,
            ));
            rows.extend(confirm.reasons.iter().map(|reason| {
                Row::text(&format!("  {}  {}", reason.key(), reason.text), Token::Text)
            }));
        }
        None => {}
    }
    rows.extend(names(confirm));
    rows
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
    let warnings = [hidden, skipped, stale].into_iter().flatten();
    let lines = warnings.flat_map(|text| wrap(&text, usize::from(width)));
    let gap = (draft.class == Class::NeedsReason).then(|| Row::text("", Token::Text));
    place
        .into_iter()
        .chain(lines.map(|line| Row::Text(line, Token::Warn)))
        .chain(gap)
        .collect()
}

fn confirm_foot<'a>(model: &Model, confirm: &'a Confirm) -> Foot<'a> {
    let count = confirm.draft.targets.len();
    let error = confirm.error.as_ref();
    match &confirm.step {
        Step::Reason => {
            let word = match count {
                1 => Piece::made(confirm.draft.verb, Token::Text),
                _ => Piece::new("choose", Token::Text),
            };
            let mut pieces = vec![
                Piece::new("digit ", Token::Accent),
                word,
                Piece::new("   ", Token::Text),
            ];
            pieces.extend(keys(
                model,
                &[(Action::FreeText, "write one"), (Action::Decline, "cancel")],
            ));
            Foot::Keys(pieces)
        }
        Step::FreeText(field) => Foot::Field {
            label: Line::new("Reason:"),
            field,
            error,
        },
        Step::Accept => Foot::Keys(keys(
            model,
            &[
                (Action::Accept, confirm.draft.verb),
                (Action::Decline, "cancel"),
            ],
        )),
        Step::Count(field) => {
            let label = Line::new(&format!(
                "Type {count} and Enter to {}:",
                confirm.draft.verb
            ));
            Foot::Field {
                label,
                field,
                error,
            }
        }
    }
}
