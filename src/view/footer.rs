//! The last row: the prompt, else the toast, else the keys of this context.

use ratatui::layout::Rect;

use super::text::{Painter, Piece, width_of};
use super::theme::Token;
use crate::app::availability::why_not;
use crate::app::dispatch::is_silenced;
use crate::app::field::Field;
use crate::app::keymap::{Binding, Section};
use crate::app::layout::Mode;
use crate::app::message::Severity;
use crate::app::model::Model;
use crate::app::options::Motion;
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
        Some(
            Overlay::Confirm(_)
            | Overlay::Menu(_)
            | Overlay::Copy(_)
            | Overlay::Sort
            | Overlay::Messages { .. }
            | Overlay::Report { .. }
            | Overlay::Leave { .. },
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
        let column = u16::try_from(error.column + 1).unwrap_or(u16::MAX);
        let style = painter.style(Token::Error);
        let x = row.x.saturating_add(column);
        painter.restyle(Rect { x, width: 1, ..row }, style);
    } else if prompt.field.is_empty() {
        let examples: Vec<_> = model
            .here()
            .fields()
            .iter()
            // Names from before say what they are called now.
            .filter(|field| field.example.starts_with(field.name))
            .map(|field| field.example)
            .collect();
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
    let inner = Rect {
        x: row.x + 1,
        width: row.width.saturating_sub(1),
        ..row
    };
    draw_field(painter, inner, field, Token::Text);
    if let Some(error) = model.prompt_error() {
        let above = Rect {
            y: row.y.saturating_sub(1),
            ..row
        };
        painter.fill(above, Token::Text);
        painter.text(
            above.x,
            above.y,
            above.width,
            &(&error).into(),
            Token::Error,
        );
    }
}

/// A field, scrolled so that its cursor is seen; says how many cells its text took.
pub(super) fn draw_field(painter: &mut Painter, area: Rect, field: &Field, token: Token) -> u16 {
    let shown = field.shown();
    let width = usize::from(area.width).max(1);
    let hidden = field.cursor_column().saturating_sub(width - 1);
    let text = skip_cells(shown.as_str(), hidden);
    let cells = painter.made(area.x, area.y, area.width, text, token);
    let column = u16::try_from(field.cursor_column() - hidden).unwrap_or(0);
    painter.cursor(area.x + column, area.y);
    cells
}

/// The text behind so many cells.
fn skip_cells(text: &str, cells: usize) -> &str {
    use unicode_segmentation::UnicodeSegmentation;
    use unicode_width::UnicodeWidthStr;
    let mut passed = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        if passed >= cells {
            return &text[at..];
        }
        passed += grapheme.width();
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
        let behind = if y == first.y { width_of(&end) } else { 0 };
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
        .filter(|binding| binding.hint.is_some() && has_a_key(model, binding))
        .filter(|binding| why_not(model, binding.action).is_none())
        .collect();
    bindings.sort_by_key(|binding| binding.hint);
    let mut x = row.x;
    for binding in bindings {
        let (Some(key), Some(label)) = (binding.shown_key(), words::label(model, binding)) else {
            continue;
        };
        let pieces = [
            Piece::made(&key.to_string(), Token::Accent),
            Piece::made(&format!(" {label}"), Token::Dim),
        ];
        let width = u16::try_from(width_of(&pieces)).unwrap_or(u16::MAX);
        if x.saturating_add(width) > row.right() {
            return;
        }
        x += painter.pieces(x, row.y, width, &pieces) + GAP;
    }
}

/// Whether the key that would be named does something.
fn has_a_key(model: &Model, binding: &Binding) -> bool {
    binding
        .shown_key()
        .is_some_and(|key| !is_silenced(model, binding.action, key))
}

#[cfg(test)]
mod tests {
    use super::skip_cells;

    #[test]
    fn a_field_scrolls_by_whole_characters() {
        assert_eq!(skip_cells("abcdef", 2), "cdef");
        assert_eq!(skip_cells("漢字ab", 3), "ab");
        assert_eq!(skip_cells("ab", 9), "");
        assert_eq!(skip_cells("", 0), "");
    }
}
