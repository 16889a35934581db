//! Dialogs over the screen. The first line says what and how many and is never cut off; what does not
//! fit between it and the keys is scrolled.

use quarterdeck_api::text::Line;
use ratatui::layout::Rect;

use super::detail::{FactLine, lines};
use super::footer::draw_field;
use super::header::badge;
use super::picker;
use super::text::{Painter, Piece, wrap};
use super::theme::Token;
use crate::app::confirm::{Confirm, Step};
use crate::app::field::Field;
use crate::app::keymap::Action;
use crate::app::message::Severity;
use crate::app::model::Model;
use crate::app::overlay::Overlay;
use crate::app::time::age;
use crate::screens::screen::Class;

/// Widest dialog.
const WIDEST: u16 = 72;
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
        let wanted = u16::try_from(self.rows.len() + 6).unwrap_or(u16::MAX);
        let height = wanted.min(area.height);
        let width = inner_width(area) + 4;
        let outer = Rect {
            x: area.x + (area.width - width) / 2,
            y: area.y + (area.height - height) / 3,
            width,
            height,
        };
        painter.fill(outer, Token::Text);
        painter.frame_around(outer, self.token);
        let inner = Rect {
            x: outer.x + 2,
            y: outer.y + 1,
            width: width.saturating_sub(4),
            height: height.saturating_sub(2),
        };
        painter.pieces(inner.x, inner.y, inner.width, std::slice::from_ref(&self.title));
        self.draw_rows(painter, Rect {
            y: inner.y + 2,
            height: inner.height.saturating_sub(4),
            ..inner
        });
        let foot = Rect { y: inner.bottom().saturating_sub(1), height: 1, ..inner };
        draw_foot(painter, foot, &self.foot);
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
            Piece::new("   ", Token::Text),
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

fn confirm_rows(model: &Model, confirm: &Confirm, width: u16) -> Vec<Row> {
    let draft = &confirm.draft;
    let mut rows = Vec::new();
    if draft.targets.len() > 1 {
        rows.extend(draft.targets.iter().take(NAMES).map(|target| {
            Row::text(&format!("{:>7}  {:<10}  {}", target.id.to_string(), target.status, target.name), Token::Text)
        }));
        let more = draft.targets.len().saturating_sub(NAMES);
        if more > 0 {
            rows.push(Row::text(&format!("         and {more} more"), Token::Dim));
        }
        rows.push(Row::text("", Token::Text));
    }
    rows.extend(notes(model, confirm));
    if let Some(reason) = &draft.reason {
        let text = format!("Reason: {reason}");
        rows.extend(wrap(&text, usize::from(width)).into_iter().map(|line| Row::Text(line, Token::Text)));
    } else {
        rows.push(Row::text("Why? The reason is kept with the decision.", Token::Dim));
        rows.extend(confirm.reasons.iter().map(|reason| {
            Row::text(&format!("  {}  {}", reason.key(), reason.text), Token::Text)
        }));
    }
    rows
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
    notes.push(Row::text("", Token::Text));
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
