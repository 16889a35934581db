//! A row in full: beside the list where there is room, else in its place.

use quarterdeck_api::text::Line;
use ratatui::layout::Rect;

use super::text::{Painter, Piece};
use super::theme::Token;
use crate::app::detail::{self, LABEL};
use crate::app::explain::explain;
use crate::app::keymap::Action;
use crate::app::model::Model;
use crate::app::room_state::{DetailLoad, Pane};
use crate::screens::screen::Fact;

/// Draws a row in full.
pub(super) fn draw(model: &Model, painter: &mut Painter, area: Rect) {
    let state = model.here().state();
    let Some(id) = model.detailed_row() else {
        return;
    };
    let name = model.here().name(id).unwrap_or_default();
    let token = match state.pane {
        Pane::Detail => Token::Focus,
        Pane::List => Token::Dim,
    };
    let named = Piece::new(&name, Token::Strong);
    let pieces = if model.here().has_ids() {
        vec![Piece::made(&format!("{id}  "), token), named]
    } else {
        vec![named]
    };
    painter.pieces(area.x, area.y, area.width, &pieces);
    if state.pane == Pane::Detail && model.overlay.is_none() {
        painter.cursor(area.x, area.y);
    }
    let body = Rect {
        y: area.y + 1,
        height: area.height.saturating_sub(1),
        ..area
    };
    let mut facts = lines(&model.here().describe(id, &model.times()), area.width);
    facts.extend(status_line(model));
    draw_lines(painter, body, &facts, state.detail_scroll);
}

/// What the detail is waiting for, or why it did not come.
fn status_line(model: &Model) -> Option<FactLine> {
    let state = model.here().state();
    let id = model.detailed_row()?;
    match &state.detail {
        DetailLoad::Idle => None,
        DetailLoad::Loading(of) => (*of == id).then(|| FactLine {
            label: "",
            text: Line::new("loading..."),
            token: Token::Pending,
            indent: 0,
        }),
        DetailLoad::Failed(of, failure) => (*of == id).then(|| {
            let key = model.keymap.shown(Action::Refresh);
            let text = format!("Not loaded. {} {key} tries again.", explain(failure));
            FactLine {
                label: "",
                text: Line::new(&text),
                token: Token::Error,
                indent: 0,
            }
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
}

/// Facts as lines of a width.
pub(super) fn lines(facts: &[Fact], width: u16) -> Vec<FactLine> {
    facts
        .iter()
        .flat_map(|fact| fact_lines(fact, width))
        .collect()
}

fn fact_lines(fact: &Fact, width: u16) -> Vec<FactLine> {
    let texts = detail::lines(fact, width).into_iter();
    match fact {
        Fact::Field { label, tone, .. } => texts
            .enumerate()
            .map(|(number, text)| FactLine {
                label: if number == 0 { label } else { "" },
                text,
                token: (*tone).into(),
                indent: LABEL,
            })
            .collect(),
        Fact::Heading(_) => texts
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
        }
    }
}

/// Draws lines from a scroll position on, which stops at the last line.
pub(super) fn draw_lines(painter: &mut Painter, area: Rect, lines: &[FactLine], scroll: usize) {
    let height = usize::from(area.height);
    let first = scroll.min(lines.len().saturating_sub(height));
    for (y, line) in (area.y..area.bottom()).zip(lines.iter().skip(first)) {
        painter.word(area.x, y, LABEL.min(area.width), line.label, Token::Dim);
        let room = area.width.saturating_sub(line.indent);
        painter.text(
            area.x + line.indent,
            y,
            room,
            &(&line.text).into(),
            line.token,
        );
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
