//! Drawing: a pure function of the model. Nothing here changes anything, decides anything or looks at
//! a clock; text comes as [`Shown`](crate::app::shown::Shown) and in no other form.

mod ascii;
mod confirm;
mod detail;
mod dialog;
mod filling;
mod footer;
mod header;
mod journal;
mod modal;
mod picker;
mod picks;
mod qr;
mod sign_in;
mod table;
mod text;
pub mod theme;
mod title;

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::app::act::detail_covers_list;
use crate::app::layout::{Layout, Mode, SMALLEST};
use crate::app::model::{Model, Session};
use crate::app::options::{Charset, Colors, ThemeName};
use text::Painter;
use theme::{Theme, Token};

/// Draws the model, in the characters that the terminal shows.
pub fn draw(model: &Model, frame: &mut Frame) {
    draw_any(model, frame);
    match model.options.charset {
        Charset::Unicode => {}
        Charset::WideAmbiguous => ascii::restrict_lines(frame.buffer_mut()),
        Charset::Ascii => ascii::restrict(frame.buffer_mut()),
    }
}

/// Where no colors are shown, a theme that tells states apart by them alone would tell nothing.
fn theme(model: &Model) -> &'static Theme {
    theme::named(match model.options.colors {
        Colors::Shown => model.theme,
        Colors::None => ThemeName::Mono,
    })
}

fn draw_any(model: &Model, frame: &mut Frame) {
    let area = frame.area();
    if area.is_empty() {
        return;
    }
    let charset = model.options.charset;
    let mut painter = Painter::new(frame, theme(model), charset);
    let ground = painter.style(Token::Text);
    painter.restyle(area, ground);
    if Mode::of(model.size) == Mode::TooSmall {
        draw_too_small(model, &mut painter, area);
        return;
    }
    match &model.session {
        Session::Active => draw_work(model, &mut painter, area),
        Session::Connecting
        | Session::Unreachable { .. }
        | Session::SigningIn(_)
        | Session::NotAdmin { .. } => sign_in::draw(model, &mut painter, area),
    }
    modal::draw(model, &mut painter, area);
}

fn draw_too_small(model: &Model, painter: &mut Painter, area: Rect) {
    let (columns, rows) = (model.size.columns, model.size.rows);
    let text = format!(
        "need {}x{}, have {columns}x{rows}",
        SMALLEST.columns, SMALLEST.rows
    );
    painter.made(area.x, area.y, area.width, &text, Token::Text);
}

/// ```text
/// [DEMO] host  account  RW                     Last updated: 42s ago
///  1 Apps 128   5 Audit 1,204
/// status:PENDING   3 marked                      oldest first  25/128
/// (banner)
/// ────────────────────────────────────────────────────────────────────
/// table                                      │ detail
/// prompt, toast or hints
/// ```
fn draw_work(model: &Model, painter: &mut Painter, area: Rect) {
    let layout = model.layout();
    let top = header::draw(model, painter, area);
    let body = Rect {
        y: area.y + top,
        height: layout.body_rows.min(area.height.saturating_sub(top + 1)),
        ..area
    };
    draw_body(model, painter, body, layout);
    footer::draw(model, painter, area);
}

fn draw_body(model: &Model, painter: &mut Painter, body: Rect, layout: Layout) {
    if detail_covers_list(model) {
        detail::draw(model, painter, body);
        return;
    }
    let list = Rect {
        width: layout.list_columns.min(body.width),
        ..body
    };
    table::draw(model, painter, list);
    if layout.mode == Mode::Wide {
        let gap = Rect {
            x: list.right() + 1,
            width: 1,
            ..body
        };
        painter.vertical_rule(gap);
        let x = gap.right() + 1;
        let pane = Rect {
            x,
            width: body.right().saturating_sub(x),
            ..body
        };
        detail::draw(model, painter, pane);
    }
}
