//! A row in full: beside the list where there is room, else in its place.

use std::ops::Range;

use quarterdeck_api::text::Line;
use ratatui::layout::Rect;

use super::footer::skip_cells;
use super::text::{Painter, Piece, width_of};
use super::theme::Token;
use crate::app::detail::{self, LABEL};
use crate::app::explain::explain;
use crate::app::keymap::Action;
use crate::app::model::Model;
use crate::app::options::Charset;
use crate::app::reading::{self, Found, Part};
use crate::app::room_state::{DetailLoad, Pane};
use crate::app::wrap::Measure;
use crate::screens::screen::Fact;

/// Draws a row in full.
pub(super) fn draw(model: &Model, painter: &mut Painter, area: Rect) {
    let state = model.here().state();
    let Some(id) = model.detailed_row() else {
        return;
    };
    let name = model.here().name(id).unwrap_or_default();
    let token = match state.pane {
        Pane::Detail | Pane::Full => Token::Focus,
        Pane::List => Token::Dim,
    };
    let named = Piece::new(&name, Token::Strong);
    let mut pieces = if model.here().has_ids() {
        vec![Piece::made(&format!("{id}  "), token), named]
    } else {
        vec![named]
    };
    if model.reads_raw() {
        pieces.push(Piece::made("  RAW", Token::Accent));
    }
    let found = reading::found(model);
    let said = said_of_search(model, found.len());
    let room = area.width.saturating_sub(width(&said, painter.charset()));
    painter.pieces(area.x, area.y, room, &pieces);
    painter.pieces_at_end(Rect { height: 1, ..area }, &said);
    if state.pane != Pane::List && model.overlay.is_none() {
        painter.cursor(area.x, area.y);
    }
    let above = if detail::has_parts(model) {
        draw_parts(
            model,
            painter,
            Rect {
                y: area.y + 1,
                height: 1,
                ..area
            },
        );
        2
    } else {
        1
    };
    let body = Rect {
        y: area.y + above,
        height: area.height.saturating_sub(above),
        ..area
    };
    let mut facts = lines(&detail::facts(model), detail::measure(model));
    if model.is_reading() {
        mark_found(&mut facts, &found, state.reading.place);
        for line in &mut facts {
            line.hidden = state.reading.shift;
        }
    }
    facts.extend(status_line(model));
    draw_lines(painter, body, &facts, state.detail_scroll);
}

/// The names of the parts, the one shown with a mark; by itself where not all have room.
fn draw_parts(model: &Model, painter: &mut Painter, area: Rect) {
    let here = model.here();
    let (parts, shown) = (here.parts(), here.state().part);
    let mut pieces: Vec<_> = parts.iter().map(|part| part_name(part, shown)).collect();
    if width(&pieces, painter.charset()) > area.width {
        let place = parts.iter().position(|part| *part == shown).unwrap_or(0);
        let of = format!(" {}/{}", place + 1, parts.len());
        pieces = vec![part_name(shown, shown), Piece::made(&of, Token::Dim)];
    }
    painter.pieces(area.x, area.y, area.width, &pieces);
}

fn part_name(part: &'static str, shown: &str) -> Piece<'static> {
    if part == shown {
        Piece::made(&format!(">{part}"), Token::Strong)
    } else {
        Piece::made(&format!(" {part}"), Token::Dim)
    }
}

/// What is looked for in the full screen, and which of how many places is shown: `/spam 2/7`.
fn said_of_search(model: &Model, count: usize) -> Vec<Piece<'static>> {
    let reading = &model.here().state().reading;
    if !model.is_reading() || reading.sought.is_empty() {
        return Vec::new();
    }
    let sought = Piece::made(&format!("  /{} ", reading.sought), Token::Accent);
    let places = match count {
        0 => Piece::made("not found", Token::Warn),
        _ => Piece::made(
            &format!("{}/{count}", reading.place.min(count - 1) + 1),
            Token::Strong,
        ),
    };
    vec![sought, places]
}

fn width(pieces: &[Piece<'_>], charset: Charset) -> u16 {
    u16::try_from(width_of(pieces, charset)).unwrap_or(u16::MAX)
}

/// Gives each line what was found in it.
fn mark_found(lines: &mut [FactLine], all: &[Found], place: usize) {
    let place = place.min(all.len().saturating_sub(1));
    for (number, found) in all.iter().enumerate() {
        let token = if number == place {
            Token::CursorRow
        } else {
            Token::Match
        };
        for piece in found {
            if let Some(line) = lines.get_mut(piece.line) {
                line.found.push((piece.clone(), token));
            }
        }
    }
}

/// What the detail is waiting for, or why it did not come.
fn status_line(model: &Model) -> Option<FactLine> {
    let state = model.here().state();
    let id = model.detailed_row()?;
    match &state.detail {
        DetailLoad::Idle => None,
        DetailLoad::Loading(of) => {
            (*of == id).then(|| FactLine::plain(Line::new("loading..."), Token::Pending))
        }
        DetailLoad::Failed(of, failure) => (*of == id).then(|| {
            let key = model.keymap.shown(Action::Refresh);
            let text = format!("Not loaded. {} {key} tries again.", explain(failure));
            FactLine::plain(Line::new(&text), Token::Error)
        }),
    }
}

/// A line of facts.
#[derive(Clone, Debug)]
pub(super) struct FactLine {
    label: &'static str,
    text: Line,
    token: Token,
    indent: u16,
    /// What was found in it, and how it is shown.
    found: Vec<(reading::Piece, Token)>,
    /// Cells of its text that are moved out to the left.
    hidden: usize,
}

/// Facts as lines of a width.
pub(super) fn lines(facts: &[Fact], measure: Measure) -> Vec<FactLine> {
    facts
        .iter()
        .flat_map(|fact| fact_lines(fact, measure))
        .collect()
}

fn fact_lines(fact: &Fact, measure: Measure) -> Vec<FactLine> {
    let texts = detail::lines(fact, measure).into_iter();
    match fact {
        Fact::Field { label, tone, .. } => texts
            .enumerate()
            .map(|(number, text)| FactLine {
                label: if number == 0 { label } else { "" },
                indent: LABEL,
                ..FactLine::plain(text, (*tone).into())
            })
            .collect(),
        Fact::Heading(_) | Fact::Part(_) => texts
            .map(|text| FactLine::plain(text, Token::Accent))
            .collect(),
        Fact::Prose(_) => texts
            .map(|text| FactLine::plain(text, Token::Text))
            .collect(),
    }
}

impl FactLine {
    const fn plain(text: Line, token: Token) -> Self {
        Self {
            label: "",
            text,
            token,
            indent: 0,
            found: Vec::new(),
            hidden: 0,
        }
    }

    /// Draws it in the first row of an area.
    fn draw(&self, painter: &mut Painter, area: Rect) {
        let labels = Rect {
            width: LABEL.min(area.width),
            height: 1,
            ..area
        };
        painter.word(labels.x, labels.y, labels.width, self.label, Token::Dim);
        let texts = Rect {
            x: area.x + self.indent,
            width: area.width.saturating_sub(self.indent),
            height: 1,
            ..area
        };
        let text = self.text.as_str();
        let shown = skip_cells(text, self.hidden, painter.charset());
        if shown.len() == text.len() {
            painter.text(
                texts.x,
                texts.y,
                texts.width,
                &(&self.text).into(),
                self.token,
            );
        } else {
            painter.made(texts.x, texts.y, texts.width, shown, self.token);
        }
        for (piece, token) in &self.found {
            let (place, text, from) = match piece.part {
                Part::Label => (labels, self.label, 0),
                Part::Text => (texts, text, text.len() - shown.len()),
            };
            let cells = cells_between(text, from, &piece.bytes, painter.charset());
            restyle_cells(painter, place, &cells, *token);
        }
    }
}

/// The cells that bytes of a text take, where it is drawn from a byte on.
fn cells_between(text: &str, from: usize, bytes: &Range<usize>, charset: Charset) -> Range<u16> {
    let cells = |to: usize| {
        let before = text.get(from..to.max(from)).unwrap_or_default();
        u16::try_from(charset.cells(before)).unwrap_or(u16::MAX)
    };
    cells(bytes.start)..cells(bytes.end)
}

fn restyle_cells(painter: &mut Painter, area: Rect, cells: &Range<u16>, token: Token) {
    let (start, end) = (cells.start.min(area.width), cells.end.min(area.width));
    let style = painter.style(token);
    let found = Rect {
        x: area.x + start,
        width: end - start,
        ..area
    };
    painter.restyle(found, style);
}

/// Draws lines from a scroll position on, which stops at the last line.
pub(super) fn draw_lines(painter: &mut Painter, area: Rect, lines: &[FactLine], scroll: usize) {
    let height = usize::from(area.height);
    let first = scroll.min(lines.len().saturating_sub(height));
    for (y, line) in (area.y..area.bottom()).zip(lines.iter().skip(first)) {
        let row = Rect {
            y,
            height: 1,
            ..area
        };
        line.draw(painter, row);
    }
    let below = lines.len().saturating_sub(first + height);
    if below > 0 && area.height > 0 {
        let last = Rect {
            y: area.bottom() - 1,
            height: 1,
            ..area
        };
        let more = Piece::made(&format!(" {below} more lines"), Token::Dim);
        painter.pieces_at_end(last, &[more]);
    }
}
