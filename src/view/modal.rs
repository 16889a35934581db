//! What lies over the screen: the dialogs, and which of them it is.

use quarterdeck_api::raw::RawRecord;
use quarterdeck_api::text::Line;
use ratatui::layout::Rect;

use super::confirm;
use super::detail::lines;
use super::dialog::{Dialog, Foot, Row, inner_width, keys};
use super::journal;
use super::picker;
use super::text::{Painter, Piece};
use super::theme::Token;
use crate::app::columns::{ColumnPicker, stays};
use crate::app::copies::Copyable;
use crate::app::doctor;
use crate::app::keymap::Action;
use crate::app::message::Severity;
use crate::app::model::Model;
use crate::app::overlay::Overlay;
use crate::app::time::age;
use crate::app::wrap::wrap;
use crate::screens::screen::Fact;

/// Draws what lies over the screen.
pub(super) fn draw(model: &Model, painter: &mut Painter, area: Rect) {
    match &model.overlay {
        None => picker::draw_second_keys(model, painter, area),
        Some(Overlay::Filter(_) | Overlay::Search(_)) => {}
        Some(Overlay::Confirm(question)) => confirm::draw(model, painter, area, question),
        Some(Overlay::Palette(prompt)) => picker::draw_palette(model, painter, area, prompt),
        Some(Overlay::Menu(prompt)) => picker::draw_menu(model, painter, area, prompt),
        Some(Overlay::Copy(all)) => draw_copy(model, painter, area, all),
        Some(Overlay::Sort) => draw_sort(model, painter, area),
        Some(Overlay::Messages { scroll }) => draw_messages(model, painter, area, *scroll),
        Some(Overlay::Journal(acts)) => journal::draw(model, painter, area, acts),
        Some(Overlay::Doctor(examination)) => {
            let facts = doctor::facts(doctor::findings(model, examination));
            let title = examination.scope.title();
            draw_report(model, painter, area, title, &facts, examination.scroll);
        }
        Some(Overlay::Report {
            title,
            facts,
            scroll,
        }) => draw_report(model, painter, area, title, facts, *scroll),
        Some(Overlay::Columns(choice)) => draw_columns(model, painter, area, choice),
        Some(Overlay::Leave { why }) => draw_leave(model, painter, area, why),
    }
}

fn draw_report(
    model: &Model,
    painter: &mut Painter,
    area: Rect,
    title: &'static str,
    facts: &[Fact],
    scroll: usize,
) {
    let rows = lines(facts, painter.measure(inner_width(area)))
        .into_iter()
        .map(Row::Fact);
    let dialog = Dialog {
        title: Piece::new(title, Token::Strong),
        rows: rows.collect(),
        scroll,
        foot: closing(model),
        token: Token::ModalSafe,
    };
    dialog.draw(painter, area);
}

fn closing(model: &Model) -> Foot<'static> {
    Foot::Keys(keys(
        model,
        &[
            (Action::Decline, "close"),
            (Action::ScrollDown, "down"),
            (Action::ScrollUp, "up"),
        ],
    ))
}

fn draw_sort(model: &Model, painter: &mut Painter, area: Rect) {
    let state = model.here().state();
    let rows = model
        .here()
        .orders()
        .iter()
        .enumerate()
        .map(|(place, order)| {
            let now = if place == state.order_shown() {
                "  now"
            } else {
                ""
            };
            Row::text(
                &format!("{}  {}{now}", order.letter, order.name),
                Token::Text,
            )
        });
    let dialog = Dialog {
        title: Piece::new("Sort by", Token::Strong),
        rows: rows.collect(),
        scroll: 0,
        foot: Foot::Keys(keys(model, &[(Action::Decline, "cancel")])),
        token: Token::ModalSafe,
    };
    dialog.draw(painter, area);
}

/// What can be copied, each with its letter and its beginning.
fn draw_copy(model: &Model, painter: &mut Painter, area: Rect, all: &[Copyable]) {
    let here = model.here();
    let raw = here.state().list.cursor().and_then(|id| here.raw(id));
    let raw = raw.map_or_else(|| "loading...".to_owned(), RawRecord::escaped);
    let rows = all.iter().map(|one| {
        let what = one.text.as_ref().unwrap_or(&raw);
        let text = format!("{}  {:<12}  {what}", one.letter, one.label);
        let begun = wrap(&text, painter.measure(inner_width(area)));
        Row::Text(begun.into_iter().next().unwrap_or_default(), Token::Text)
    });
    let dialog = Dialog {
        title: Piece::new("Copy", Token::Strong),
        rows: rows.collect(),
        scroll: 0,
        foot: Foot::Keys(keys(model, &[(Action::Decline, "cancel")])),
        token: Token::ModalSafe,
    };
    dialog.draw(painter, area);
}

/// All columns, those that are shown with a mark before them.
fn draw_columns(model: &Model, painter: &mut Painter, area: Rect, picker: &ColumnPicker) {
    let heads = model.here().heads();
    let rows = picker.choices.iter().enumerate().map(|(place, choice)| {
        let head = heads.get(choice.column).copied();
        let cursor = if place == picker.selected { ">" } else { " " };
        let mark = if choice.is_shown { "*" } else { " " };
        let title = head.map_or("", |head| head.title);
        let note = if head.is_some_and(stays) { "stays" } else { "" };
        let token = if place == picker.selected {
            Token::Strong
        } else if choice.is_shown {
            Token::Text
        } else {
            Token::Dim
        };
        Row::text(&format!("{cursor} {mark} {title:<16}  {note}"), token)
    });
    let answers = [
        (Action::Confirm, "keep"),
        (Action::Toggle, "show"),
        (Action::Lower, "down"),
        (Action::Raise, "up"),
        (Action::Standard, "default"),
        (Action::Decline, "cancel"),
    ];
    let dialog = Dialog {
        title: Piece::new("Columns", Token::Strong),
        rows: rows.collect(),
        // The selected one stays in sight where the dialog scrolls.
        scroll: picker.selected.saturating_sub(4),
        foot: Foot::Keys(keys(model, &answers)),
        token: Token::ModalSafe,
    };
    dialog.draw(painter, area);
}

fn draw_leave(model: &Model, painter: &mut Painter, area: Rect, why: &Line) {
    let dialog = Dialog {
        title: Piece::new("Quit?", Token::Strong),
        rows: vec![Row::Text(why.clone(), Token::Text)],
        scroll: 0,
        foot: Foot::Keys(keys(
            model,
            &[(Action::Confirm, "quit"), (Action::Decline, "stay")],
        )),
        token: Token::ModalDanger,
    };
    dialog.draw(painter, area);
}

/// The messages, newest first.
fn draw_messages(model: &Model, painter: &mut Painter, area: Rect, scroll: usize) {
    let width = inner_width(area);
    let mut rows = Vec::new();
    for message in model.toasts.messages().rev().skip(scroll) {
        let when = age(model.now - message.at);
        let room = painter.measure(width).less(6);
        for (number, line) in wrap(message.text.as_str(), room).into_iter().enumerate() {
            let head = if number == 0 { when.as_str() } else { "" };
            rows.push(Row::text(
                &format!("{head:>4}  {line}"),
                token_of(message.severity),
            ));
        }
    }
    if rows.is_empty() {
        rows.push(Row::text("Nothing was said yet.", Token::Dim));
    }
    rows.truncate(usize::from(area.height.saturating_sub(8)).max(1));
    let title = Piece::made(
        &format!("Messages, newest first ({})", model.toasts.messages().len()),
        Token::Strong,
    );
    let dialog = Dialog {
        title,
        rows,
        scroll: 0,
        foot: closing(model),
        token: Token::ModalSafe,
    };
    dialog.draw(painter, area);
}

const fn token_of(severity: Severity) -> Token {
    match severity {
        Severity::Info | Severity::Undoable => Token::Text,
        Severity::Warn => Token::Warn,
        Severity::Error => Token::Error,
    }
}
