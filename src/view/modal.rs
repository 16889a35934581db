//! Dialogs over the screen. The first line says what and how many and is never cut off; what does not
//! fit between it and the keys is scrolled.

use quarterdeck_api::text::Line;
use ratatui::layout::{Margin, Rect};
use unicode_width::UnicodeWidthStr;

use super::detail::{FactLine, lines};
use super::footer::draw_field;
use super::header::badge;
use super::picker;
use super::text::{Painter, Piece, width_of};
use super::theme::Token;
use crate::app::confirm::{Confirm, Step};
use crate::app::field::Field;
use crate::app::keymap::Action;
use crate::app::message::Severity;
use crate::app::wrap::wrap;
use crate::app::model::Model;
use crate::app::overlay::Overlay;
use crate::app::time::age;
use crate::screens::screen::Class;

/// Widest dialog.
const WIDEST: u16 = 72;
/// Narrowest dialog.
const NARROWEST: u16 = 44;
/// Names that a dialog lists.
const NAMES: usize = 5;

/// Draws what lies over the screen.
pub(super) fn draw(model: &Model, painter: &mut Painter, area: Rect) {
    match &model.overlay {
        None | Some(Overlay::Filter(_)) => {}
        Some(Overlay::Confirm(confirm)) => draw_confirm(model, painter, area, confirm),
        Some(Overlay::Palette(prompt)) => picker::draw_palette(model, painter, area, prompt),
        Some(Overlay::Menu(prompt)) => picker::draw_menu(model, painter, area, prompt),
        Some(Overlay::Sort) => draw_sort(model, painter, area),
        Some(Overlay::Messages { scroll }) => draw_messages(model, painter, area, *scroll),
        Some(Overlay::Report { title, facts, scroll }) => {
            let width = inner_width(area);
            let text = lines(facts, width).into_iter().map(Row::Fact).collect();
            let title = Piece::new(*title, Token::Strong);
            let dialog = Dialog { title, rows: text, scroll: *scroll, foot: closing(model), token: Token::ModalSafe };
            dialog.draw(painter, area);
        }
        Some(Overlay::Leave { why }) => draw_leave(model, painter, area, why),
    }
}

/// A line of a dialog.
enum Row {
    Text(Line, Token),
    Fact(FactLine),
}

impl Row {
    fn text(text: &str, token: Token) -> Self {
        Self::Text(Line::new(text), token)
    }
}

/// The last line of a dialog.
enum Foot<'a> {
    /// The keys that answer.
    Keys(Vec<Piece<'static>>),
    /// A field, and what is wrong with it.
    Field { label: Line, field: &'a Field, error: Option<&'a Line> },
}

struct Dialog<'a> {
    title: Piece<'a>,
    rows: Vec<Row>,
    scroll: usize,
    foot: Foot<'a>,
    token: Token,
}

const fn inner_width(area: Rect) -> u16 {
    let outer = if area.width.saturating_sub(4) < WIDEST { area.width.saturating_sub(4) } else { WIDEST };
    outer.saturating_sub(4)
}

impl Dialog<'_> {
    /// Title, rows, an empty line and the foot, in a frame in the middle of the area.
    fn draw(&self, painter: &mut Painter, area: Rect) {
        let height = u16::try_from(self.rows.len() + 6).unwrap_or(u16::MAX).min(area.height);
        let width = self.width().min(inner_width(area)) + 4;
        let outer = Rect {
            x: area.x + area.width.saturating_sub(width) / 2,
            y: area.y + (area.height - height) / 3,
            width,
            height,
        };
        painter.fill(outer, Token::Text);
        painter.frame_around(outer, self.token);
        let inner = outer.inner(Margin { horizontal: 2, vertical: 1 });
        painter.pieces(inner.x, inner.y, inner.width, std::slice::from_ref(&self.title));
        let rows = inner.inner(Margin { horizontal: 0, vertical: 2 });
        self.draw_rows(painter, rows);
        let foot = Rect { y: inner.bottom().saturating_sub(1), height: 1, ..inner };
        draw_foot(painter, foot, &self.foot);
    }

    /// As wide as its widest line, and never so narrow that it is overlooked.
    fn width(&self) -> u16 {
        let rows = self.rows.iter().map(|row| match row {
            Row::Text(text, _) => text.as_str().width(),
            Row::Fact(_) => usize::from(WIDEST),
        });
        let foot = match &self.foot {
            Foot::Keys(pieces) => width_of(pieces),
            Foot::Field { .. } => usize::from(WIDEST),
        };
        let widest = rows.chain([foot, self.title.width()]).max().unwrap_or(0);
        u16::try_from(widest).unwrap_or(WIDEST).max(NARROWEST)
    }

    fn draw_rows(&self, painter: &mut Painter, area: Rect) {
        let height = usize::from(area.height);
        let first = self.scroll.min(self.rows.len().saturating_sub(height));
        for (y, row) in (area.y..area.bottom()).zip(self.rows.iter().skip(first)) {
            match row {
                Row::Text(text, token) => {
                    painter.text(area.x, y, area.width, &text.into(), *token);
                }
                Row::Fact(fact) => {
                    let line = Rect { y, height: 1, ..area };
                    super::detail::draw_lines(painter, line, std::slice::from_ref(fact), 0);
                }
            }
        }
        let below = self.rows.len().saturating_sub(first + height);
        if below > 0 {
            let line = Rect { y: area.bottom(), height: 1, ..area };
            painter.pieces_at_end(line, &[Piece::made(&format!("{below} more lines, j"), Token::Dim)]);
        }
    }
}

fn draw_foot(painter: &mut Painter, area: Rect, foot: &Foot) {
    match foot {
        Foot::Keys(pieces) => {
            painter.pieces(area.x, area.y, area.width, pieces);
        }
        Foot::Field { label, field, error } => {
            let taken = painter.text(area.x, area.y, area.width, &label.into(), Token::Strong);
            let x = area.x + taken + 1;
            let room = Rect { x, width: area.right().saturating_sub(x), ..area };
            let typed = draw_field(painter, room, field, Token::Input);
            if let Some(error) = error {
                let x = x + typed + 2;
                painter.text(x, area.y, area.right().saturating_sub(x), &(*error).into(), Token::Error);
            }
        }
    }
}

/// Keys with their words: `y yes   Esc cancel`.
fn keys(model: &Model, actions: &[(Action, &'static str)]) -> Vec<Piece<'static>> {
    let pieces = actions.iter().flat_map(|(action, word)| {
        [
            Piece::made(&model.keymap.shown(*action), Token::Accent),
            Piece::new(" ", Token::Text),
            Piece::new(*word, Token::Text),
            Piece::new("  ", Token::Text),
        ]
    });
    pieces.collect()
}

fn closing(model: &Model) -> Foot<'static> {
    Foot::Keys(keys(model, &[(Action::Decline, "close"), (Action::ScrollDown, "down"), (Action::ScrollUp, "up")]))
}

fn draw_confirm(model: &Model, painter: &mut Painter, area: Rect, confirm: &Confirm) {
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
    let mut rows = notes(model, confirm);
    match &confirm.draft.reason {
        Some(reason) => {
            let text = format!("Reason: {reason}");
            let lines = wrap(&text, usize::from(width)).into_iter();
            rows.extend(lines.map(|line| Row::Text(line, Token::Text)));
        }
        None if confirm.draft.class == Class::NeedsReason => {
            rows.push(Row::text("Why? The reason is kept with the decision.", Token::Dim));
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
        Row::text(&format!("{id:>7}  {:<10}  {}", target.status, target.name), Token::Text)
    });
    let more = targets.len().saturating_sub(NAMES);
    let rest = (more > 0).then(|| Row::text(&format!("         and {more} more"), Token::Dim));
    let gap = Row::text("", Token::Text);
    std::iter::once(gap).chain(named).chain(rest).collect()
}

/// What the operator should know before answering.
fn notes(model: &Model, confirm: &Confirm) -> Vec<Row> {
    let draft = &confirm.draft;
    let mut notes = Vec::new();
    if let Some(badge) = badge(model) {
        let text = format!("{} on {}", badge.text.as_str(), model.host);
        notes.push(Row::text(&text, badge.token));
    }
    let mut note = |text: &str| notes.push(Row::text(text, Token::Warn));
    match draft.hidden_marks {
        0 => {}
        hidden => note(&format!("{hidden} marked rows are hidden by the filter and stay untouched")),
    }
    match draft.skipped {
        0 => {}
        skipped => note(&format!("{skipped} marked rows are left out: not possible for them")),
    }
    if let Some(age) = &confirm.stale_age {
        note(&format!("STALE: data is {age} old"));
    }
    if draft.class == Class::NeedsReason {
        notes.push(Row::text("", Token::Text));
    }
    notes
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
            let mut pieces = vec![Piece::new("digit ", Token::Accent), word, Piece::new("   ", Token::Text)];
            pieces.extend(keys(model, &[(Action::FreeText, "write one"), (Action::Decline, "cancel")]));
            Foot::Keys(pieces)
        }
        Step::FreeText(field) => Foot::Field { label: Line::new("Reason:"), field, error },
        Step::Accept => Foot::Keys(keys(model, &[(Action::Accept, confirm.draft.verb), (Action::Decline, "cancel")])),
        Step::Count(field) => {
            let label = Line::new(&format!("Type {count} and Enter to {}:", confirm.draft.verb));
            Foot::Field { label, field, error }
        }
    }
}

fn draw_sort(model: &Model, painter: &mut Painter, area: Rect) {
    let state = model.here().state();
    let rows = model.here().orders().iter().enumerate().map(|(place, order)| {
        let now = if place == state.order { "  now" } else { "" };
        Row::text(&format!("{}  {}{now}", order.letter, order.name), Token::Text)
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

fn draw_leave(model: &Model, painter: &mut Painter, area: Rect, why: &Line) {
    let dialog = Dialog {
        title: Piece::new("Quit?", Token::Strong),
        rows: vec![Row::Text(why.clone(), Token::Text)],
        scroll: 0,
        foot: Foot::Keys(keys(model, &[(Action::Accept, "quit"), (Action::Decline, "stay")])),
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
        let room = usize::from(width.saturating_sub(6));
        for (number, line) in wrap(message.text.as_str(), room).into_iter().enumerate() {
            let head = if number == 0 { when.as_str() } else { "" };
            rows.push(Row::text(&format!("{head:>4}  {line}"), token_of(message.severity)));
        }
    }
    if rows.is_empty() {
        rows.push(Row::text("Nothing was said yet.", Token::Dim));
    }
    rows.truncate(usize::from(area.height.saturating_sub(8)).max(1));
    let title = Piece::made(&format!("Messages, newest first ({})", model.toasts.messages().len()), Token::Strong);
    let dialog = Dialog { title, rows, scroll: 0, foot: closing(model), token: Token::ModalSafe };
    dialog.draw(painter, area);
}

const fn token_of(severity: Severity) -> Token {
    match severity {
        Severity::Info | Severity::Undoable => Token::Text,
        Severity::Warn => Token::Warn,
        Severity::Error => Token::Error,
    }
}
