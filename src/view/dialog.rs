//! The frame of every dialog: a title that is never cut off, rows that scroll, a foot that answers.

use quarterdeck_api::text::Line;
use ratatui::layout::{Margin, Rect};

use super::detail::FactLine;
use super::footer::draw_field;
use super::text::{Painter, Piece, width_of};
use super::theme::Token;
use crate::app::field::Field;
use crate::app::keymap::Action;
use crate::app::model::Model;
use crate::app::options::Charset;

/// Widest dialog.
const WIDEST: u16 = 72;
/// Narrowest dialog.
const NARROWEST: u16 = 44;

/// A line of a dialog.
pub(super) enum Row {
    Text(Line, Token),
    Fact(FactLine),
}

impl Row {
    pub(super) fn text(text: &str, token: Token) -> Self {
        Self::Text(Line::new(text), token)
    }
}

/// The last line of a dialog.
pub(super) enum Foot<'a> {
    /// The keys that answer.
    Keys(Vec<Piece<'static>>),
    /// A field, and what is wrong with it.
    Field {
        label: Line,
        field: &'a Field,
        error: Option<&'a Line>,
    },
}

pub(super) struct Dialog<'a> {
    pub(super) title: Piece<'a>,
    pub(super) rows: Vec<Row>,
    pub(super) scroll: usize,
    pub(super) foot: Foot<'a>,
    pub(super) token: Token,
}

pub(super) const fn inner_width(area: Rect) -> u16 {
    let outer = if area.width.saturating_sub(4) < WIDEST {
        area.width.saturating_sub(4)
    } else {
        WIDEST
    };
    outer.saturating_sub(4)
}

impl Dialog<'_> {
    /// Title, rows, an empty line and the foot, in a frame in the middle of the area.
    pub(super) fn draw(&self, painter: &mut Painter, area: Rect) {
        let height = u16::try_from(self.rows.len() + 6)
            .unwrap_or(u16::MAX)
            .min(area.height);
        let width = self.width(painter.charset()).min(inner_width(area)) + 4;
        let outer = Rect {
            x: area.x + area.width.saturating_sub(width) / 2,
            y: area.y + (area.height - height) / 3,
            width,
            height,
        };
        painter.fill(outer, Token::Text);
        painter.frame_around(outer, self.token);
        let inner = outer.inner(Margin {
            horizontal: 2,
            vertical: 1,
        });
        painter.pieces(
            inner.x,
            inner.y,
            inner.width,
            std::slice::from_ref(&self.title),
        );
        let rows = inner.inner(Margin {
            horizontal: 0,
            vertical: 2,
        });
        self.draw_rows(painter, rows);
        let foot = Rect {
            y: inner.bottom().saturating_sub(1),
            height: 1,
            ..inner
        };
        draw_foot(painter, foot, &self.foot);
    }

    /// As wide as its widest line, and never so narrow that it is overlooked.
    fn width(&self, charset: Charset) -> u16 {
        let rows = self.rows.iter().map(|row| match row {
            Row::Text(text, _) => charset.cells(text.as_str()),
            Row::Fact(_) => usize::from(WIDEST),
        });
        let foot = match &self.foot {
            Foot::Keys(pieces) => width_of(pieces, charset),
            Foot::Field { .. } => usize::from(WIDEST),
        };
        let widest = rows
            .chain([foot, self.title.width(charset)])
            .max()
            .unwrap_or(0);
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
                    let line = Rect {
                        y,
                        height: 1,
                        ..area
                    };
                    super::detail::draw_lines(painter, line, std::slice::from_ref(fact), 0);
                }
            }
        }
        let below = self.rows.len().saturating_sub(first + height);
        if below > 0 {
            let line = Rect {
                y: area.bottom(),
                height: 1,
                ..area
            };
            let text = match self.foot {
                Foot::Keys(_) => format!("{below} more lines, j"),
                // Letters are typed into the field.
                Foot::Field { .. } => format!("{below} more lines"),
            };
            painter.pieces_at_end(line, &[Piece::made(&text, Token::Dim)]);
        }
    }
}

fn draw_foot(painter: &mut Painter, area: Rect, foot: &Foot) {
    match foot {
        Foot::Keys(pieces) => {
            painter.pieces(area.x, area.y, area.width, pieces);
        }
        Foot::Field {
            label,
            field,
            error,
        } => {
            let taken = painter.text(area.x, area.y, area.width, &label.into(), Token::Strong);
            let x = area.x + taken + 1;
            let room = Rect {
                x,
                width: area.right().saturating_sub(x),
                ..area
            };
            let typed = draw_field(painter, room, field, Token::Input);
            if let Some(error) = error {
                let x = x + typed + 2;
                painter.text(
                    x,
                    area.y,
                    area.right().saturating_sub(x),
                    &(*error).into(),
                    Token::Error,
                );
            }
        }
    }
}

/// Keys with their words: `y yes   Esc cancel`.
pub(super) fn keys(model: &Model, actions: &[(Action, &'static str)]) -> Vec<Piece<'static>> {
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
