//! The last row: the prompt, else the toast, else the keys of this context.

use std::ops::Range;

use quarterdeck_api::filter::Span;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use unicode_segmentation::UnicodeSegmentation;

use super::text::{Painter, Piece, width_of};
use super::theme::Token;
use crate::app::availability::why_not;
use crate::app::dispatch::is_silenced;
use crate::app::field::Field;
use crate::app::keymap::{Binding, Section};
use crate::app::layout::Mode;
use crate::app::message::Severity;
use crate::app::model::Model;
use crate::app::options::{Charset, Motion};
use crate::app::overlay::{FilterPrompt, Overlay};
use crate::app::toasts::Toast;
use crate::app::words;

/// Cells between two hints.
const GAP: u16 = 2;

/// Draws the last row.
pub(super) fn draw(model: &Model, painter: &mut Painter, area: Rect) {
    let row = Rect {
        y: area.bottom().saturating_sub(1),
        height: 1,
        ..area
    };
    match &model.overlay {
        Some(Overlay::Filter(prompt)) => draw_filter(model, painter, row, prompt),
        Some(Overlay::Palette(prompt)) => draw_prompt(model, painter, row, ":", &prompt.field),
        Some(Overlay::Search(prompt)) => draw_prompt(model, painter, row, "/", &prompt.field),
        Some(
            Overlay::Confirm(_)
            | Overlay::Menu(_)
            | Overlay::Copy(_)
            | Overlay::Sort
            | Overlay::Messages { .. }
            | Overlay::Journal(_)
            | Overlay::Doctor(_)
            | Overlay::Report { .. }
            | Overlay::Leave { .. }
            | Overlay::Columns(_),
        ) => {
            draw_toast(model, painter, row);
        }
        None if draw_progress(model, painter, row) => {}
        None if draw_toast(model, painter, row) => {}
        None if model.layout().mode == Mode::Summary => {}
        None => draw_hints(model, painter, row, model.sections()),
    }
}

fn draw_filter(model: &Model, painter: &mut Painter, row: Rect, prompt: &FilterPrompt) {
    draw_prompt(model, painter, row, "/", &prompt.field);
    if let Some(error) = &prompt.error {
        let inner = behind_sign(row);
        let fault = cells_of(&prompt.field, error.span, inner.width, painter.charset());
        let style = painter.style(Token::Error);
        let place = Rect {
            x: inner.x + fault.start,
            width: fault.end - fault.start,
            ..inner
        };
        painter.restyle(place, style.add_modifier(Modifier::UNDERLINED));
    } else if prompt.field.is_empty() {
        let offers = model.here().offers();
        let examples: Vec<_> = offers.iter().map(|offer| offer.example.as_str()).collect();
        let text = format!("words, or {}", examples.join("  "));
        painter.made(
            row.x + 2,
            row.y,
            row.width.saturating_sub(2),
            &text,
            Token::Placeholder,
        );
    }
}

/// A prompt: its sign, what is typed, and above it what is wrong.
fn draw_prompt(model: &Model, painter: &mut Painter, row: Rect, sign: &'static str, field: &Field) {
    painter.word(row.x, row.y, 1, sign, Token::Accent);
    draw_field(painter, behind_sign(row), field, Token::Text);
    let lines = model.prompt_error_lines();
    let height = u16::try_from(lines.len()).unwrap_or(0);
    for (y, line) in (row.y.saturating_sub(height)..row.y).zip(&lines) {
        painter.fill(Rect { y, ..row }, Token::Text);
        painter.text(row.x, y, row.width, &line.into(), Token::Error);
    }
}

/// A field, scrolled so that its cursor is seen; says how many cells its text took.
pub(super) fn draw_field(painter: &mut Painter, area: Rect, field: &Field, token: Token) -> u16 {
    let (shown, charset) = (field.shown(), painter.charset());
    let hidden = hidden_cells(field, area.width, charset);
    let text = skip_cells(shown.as_str(), hidden, charset);
    let cells = painter.made(area.x, area.y, area.width, text, token);
    let column = u16::try_from(field.cursor_column(charset) - hidden).unwrap_or(0);
    painter.cursor(area.x + column, area.y);
    cells
}

/// What a prompt leaves to its field.
const fn behind_sign(row: Rect) -> Rect {
    Rect {
        x: row.x + 1,
        width: row.width.saturating_sub(1),
        ..row
    }
}

/// Cells of a field's text that are scrolled out, so that its cursor is seen.
fn hidden_cells(field: &Field, width: u16, charset: Charset) -> usize {
    let width = usize::from(width).max(1);
    field.cursor_column(charset).saturating_sub(width - 1)
}

/// The cells that these characters of a field take, at least one, as far as they are seen.
fn cells_of(field: &Field, span: Span, width: u16, charset: Charset) -> Range<u16> {
    let hidden = hidden_cells(field, width, charset);
    let cells = |characters: usize| {
        let before: String = field.value().chars().take(characters).collect();
        let cells = charset.cells(&before).saturating_sub(hidden);
        u16::try_from(cells).unwrap_or(u16::MAX).min(width)
    };
    let start = cells(span.start).min(width.saturating_sub(1));
    start..cells(span.end).clamp(start.saturating_add(1).min(width), width)
}

/// The text behind so many cells.
pub(super) fn skip_cells(text: &str, cells: usize, charset: Charset) -> &str {
    let mut passed = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        if passed >= cells {
            return &text[at..];
        }
        passed += charset.cells(grapheme);
    }
    if cells == 0 { text } else { "" }
}

/// Draws how far a write of several calls is; says whether there is one.
fn draw_progress(model: &Model, painter: &mut Painter, row: Rect) -> bool {
    let Some(text) = model.progress() else {
        return false;
    };
    painter.fill(row, Token::Text);
    painter.text(row.x, row.y, row.width, &(&text).into(), Token::Pending);
    true
}

/// Draws the newest toast on the last rows; says whether there is one.
pub(super) fn draw_toast(model: &Model, painter: &mut Painter, row: Rect) -> bool {
    let lines = model.toast_lines();
    let Some((toast, more)) = model.toasts.current().filter(|_| !lines.is_empty()) else {
        return false;
    };
    let (word, token) = match toast.severity {
        Severity::Info => ("", Token::Info),
        Severity::Undoable => ("", Token::Ok),
        Severity::Warn => ("! ", Token::Warn),
        Severity::Error => ("ERROR ", Token::Error),
    };
    let end = counters(model, toast, more, token);
    let height = u16::try_from(lines.len()).unwrap_or(1);
    let first = Rect {
        y: row.bottom().saturating_sub(height),
        height: 1,
        ..row
    };
    painter.fill(Rect { height, ..first }, Token::Text);
    painter.pieces_at_end(first, &end);
    painter.word(first.x, first.y, first.width, word, token);
    let indent = u16::try_from(word.len()).unwrap_or(0);
    for (y, line) in (first.y..).zip(&lines) {
        let behind = if y == first.y {
            width_of(&end, painter.charset())
        } else {
            0
        };
        let beside = indent.saturating_add(u16::try_from(behind).unwrap_or(0));
        painter.text(
            row.x + indent,
            y,
            row.width.saturating_sub(beside),
            &line.into(),
            token,
        );
    }
    true
}

/// How many identical ones, how many seconds, how many more.
fn counters(model: &Model, toast: &Toast, more: usize, token: Token) -> Vec<Piece<'static>> {
    let mut end = Vec::new();
    if toast.count > 1 {
        end.push(Piece::made(&format!("  x{}", toast.count), token));
    }
    let counts = model.options.motion == Motion::Full;
    if let Some(seconds) = toast.seconds_left(model.now).filter(|_| counts) {
        end.push(Piece::made(&format!("  {seconds}s"), Token::Dim));
    }
    if more > 0 {
        end.push(Piece::made(&format!("  +{more}"), Token::Dim));
    }
    end
}

/// Draws the keys of these sections by their rank, as many as fit; what cannot be done now is left out.
fn draw_hints(model: &Model, painter: &mut Painter, row: Rect, sections: &[Section]) {
    let mut bindings: Vec<&Binding> = model
        .keymap
        .of(sections)
        .filter(|binding| binding.hint.is_some())
        .collect();
    bindings.sort_by_key(|binding| binding.hint);
    let can_be_done = |binding: &&Binding| {
        has_a_key(model, binding, sections) && why_not(model, binding.action).is_none()
    };
    let mut x = row.x;
    for binding in bindings.into_iter().filter(can_be_done) {
        let (Some(key), Some(label)) = (binding.shown_key(), words::label(model, binding)) else {
            continue;
        };
        let pieces = [
            Piece::made(&key.to_string(), Token::Accent),
            Piece::made(&format!(" {label}"), Token::Dim),
        ];
        let width = u16::try_from(width_of(&pieces, painter.charset())).unwrap_or(u16::MAX);
        if x.saturating_add(width) > row.right() {
            return;
        }
        x += painter.pieces(x, row.y, width, &pieces) + GAP;
    }
}

/// Whether the key that would be named does something.
fn has_a_key(model: &Model, binding: &Binding, sections: &[Section]) -> bool {
    let means_it = |key| model.keymap.action(sections, key) == Some(binding.action);
    binding
        .shown_key()
        .is_some_and(|key| means_it(key) && !is_silenced(model, binding.action, key))
}

#[cfg(test)]
mod tests {
    use super::{Charset, skip_cells};

    #[test]
    fn a_field_scrolls_by_whole_characters() {
        assert_eq!(skip_cells("abcdef", 2, Charset::Unicode), "cdef");
        assert_eq!(skip_cells("漢字ab", 3, Charset::Unicode), "ab");
        assert_eq!(skip_cells("ab", 9, Charset::Unicode), "");
        assert_eq!(skip_cells("", 0, Charset::Unicode), "");
    }
}
