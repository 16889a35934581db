//! The brush: the one place where text meets the frame. It takes [`Shown`] text, our own words and
//! numbers, cuts what does not fit, and never writes outside the area it is given.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Style};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::theme::{Theme, Token};
use crate::app::options::Charset;
use crate::app::shown::Shown;

/// What stands where text was cut. Three dots in ASCII, and one sign where three would leave no text.
const fn mark_of_cut(charset: Charset, width: usize) -> &'static str {
    match charset {
        Charset::Unicode => "…",
        Charset::Ascii if width < 6 => ">",
        Charset::Ascii => "...",
    }
}

/// A piece of a line.
#[derive(Clone, Debug)]
pub(super) struct Piece<'a> {
    /// Its text.
    pub(super) text: Shown<'a>,
    /// Its look.
    pub(super) token: Token,
}

impl<'a> Piece<'a> {
    /// A piece of a line.
    pub(super) fn new(text: impl Into<Shown<'a>>, token: impl Into<Token>) -> Self {
        Self {
            text: text.into(),
            token: token.into(),
        }
    }

    /// A piece put together; whatever it holds is sanitized.
    pub(super) fn made(text: &str, token: impl Into<Token>) -> Self {
        Self {
            text: Shown::made(text),
            token: token.into(),
        }
    }

    /// How many cells it takes.
    pub(super) fn width(&self) -> usize {
        cells_of(self.text.as_str())
    }
}

/// Cells that pieces take together.
pub(super) fn width_of(pieces: &[Piece<'_>]) -> usize {
    pieces.iter().map(Piece::width).sum()
}

/// Draws into a frame with the looks of a theme.
pub(super) struct Painter<'f, 'b> {
    frame: &'f mut Frame<'b>,
    theme: &'static Theme,
    charset: Charset,
}

impl<'f, 'b> Painter<'f, 'b> {
    pub(super) const fn new(
        frame: &'f mut Frame<'b>,
        theme: &'static Theme,
        charset: Charset,
    ) -> Self {
        Self {
            frame,
            theme,
            charset,
        }
    }

    /// Which characters may be drawn.
    pub(super) const fn charset(&self) -> Charset {
        self.charset
    }

    /// The look of a meaning.
    pub(super) fn style(&self, token: Token) -> Style {
        self.theme.style(token)
    }

    /// Gives an area a look and empties it.
    pub(super) fn fill(&mut self, area: Rect, token: Token) {
        let style = self.style(token);
        let buffer = self.frame.buffer_mut();
        let area = area.intersection(buffer.area);
        for position in area.positions() {
            if let Some(cell) = buffer.cell_mut(position) {
                cell.reset();
                cell.set_style(style);
            }
        }
    }

    /// Lays a look over what is drawn.
    pub(super) fn restyle(&mut self, area: Rect, style: Style) {
        let buffer = self.frame.buffer_mut();
        let area = area.intersection(buffer.area);
        buffer.set_style(area, style);
    }

    /// Draws text, cut to a width; says how many cells it took.
    pub(super) fn text(
        &mut self,
        x: u16,
        y: u16,
        width: u16,
        text: &Shown<'_>,
        token: Token,
    ) -> u16 {
        let style = self.style(token);
        let area = Rect {
            x,
            y,
            width,
            height: 1,
        }
        .intersection(self.frame.area());
        if area.is_empty() {
            return 0;
        }
        let mark = mark_of_cut(self.charset, usize::from(area.width));
        let (kept, is_cut) = cut(text.as_str(), usize::from(area.width), mark);
        let buffer = self.frame.buffer_mut();
        let end = if is_plain(kept) {
            set_plain(buffer, area, kept, style)
        } else {
            let (end, _) = buffer.set_stringn(area.x, area.y, kept, usize::from(area.width), style);
            end
        };
        if !is_cut {
            return end - x;
        }
        let left = usize::from(area.right() - end);
        let (end, _) = buffer.set_stringn(end, area.y, mark, left, style);
        end - x
    }

    /// Draws text that is put together here; whatever it holds is sanitized.
    pub(super) fn made(&mut self, x: u16, y: u16, width: u16, text: &str, token: Token) -> u16 {
        self.text(x, y, width, &Shown::made(text), token)
    }

    /// Draws a word of ours.
    pub(super) fn word(
        &mut self,
        x: u16,
        y: u16,
        width: u16,
        word: &'static str,
        token: Token,
    ) -> u16 {
        self.text(x, y, width, &Shown::Word(word), token)
    }

    /// Draws pieces one behind the other; says how many cells they took.
    pub(super) fn pieces(&mut self, x: u16, y: u16, width: u16, pieces: &[Piece<'_>]) -> u16 {
        let mut taken = 0;
        for piece in pieces {
            taken += self.text(
                x + taken,
                y,
                width.saturating_sub(taken),
                &piece.text,
                piece.token,
            );
        }
        taken
    }

    /// Draws pieces at the right end of a line.
    pub(super) fn pieces_at_end(&mut self, area: Rect, pieces: &[Piece<'_>]) {
        let width = u16::try_from(width_of(pieces))
            .unwrap_or(u16::MAX)
            .min(area.width);
        self.pieces(area.right() - width, area.y, width, pieces);
    }

    /// Draws a line across.
    pub(super) fn rule(&mut self, area: Rect) {
        self.repeat(area, "─");
    }

    /// Draws a line down.
    pub(super) fn vertical_rule(&mut self, area: Rect) {
        self.repeat(area, "│");
    }

    fn repeat(&mut self, area: Rect, symbol: &'static str) {
        let style = self.style(Token::Border);
        let buffer = self.frame.buffer_mut();
        for position in area.intersection(buffer.area).positions() {
            if let Some(cell) = buffer.cell_mut(position) {
                cell.set_symbol(symbol).set_style(style);
            }
        }
    }

    /// Draws a frame around an area.
    pub(super) fn frame_around(&mut self, area: Rect, token: Token) {
        use ratatui::widgets::Block;
        let block = Block::bordered().border_style(self.style(token));
        self.frame
            .render_widget(block, area.intersection(self.frame.area()));
    }

    /// Draws a line of a QR code, white on black whatever the theme: scanners need the contrast.
    pub(super) fn qr_line(&mut self, x: u16, y: u16, blocks: &str) {
        let style = Style::new().fg(Color::White).bg(Color::Black);
        let area = Rect {
            x,
            y,
            width: u16::MAX - x,
            height: 1,
        }
        .intersection(self.frame.area());
        let buffer = self.frame.buffer_mut();
        buffer.set_stringn(area.x, area.y, blocks, usize::from(area.width), style);
    }

    /// Shows the terminal's own cursor, for fields and for those who follow it by screen reader.
    pub(super) fn cursor(&mut self, x: u16, y: u16) {
        let position = Position { x, y };
        if self.frame.area().contains(position) {
            self.frame.set_cursor_position(position);
        }
    }
}

/// Whether each of its characters is a byte and a cell, as nearly all are that a console shows.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// Cells that a text takes; what is plain is not asked for each of its characters.
fn cells_of(text: &str) -> usize {
    if is_plain(text) {
        text.len()
    } else {
        text.width()
    }
}

/// Sets plain text, which needs no search for the ends of its characters; says where it ends.
fn set_plain(buffer: &mut Buffer, area: Rect, text: &str, style: Style) -> u16 {
    let mut end = area.x;
    for (x, letter) in (area.x..area.right()).zip(text.chars()) {
        if let Some(cell) = buffer.cell_mut((x, area.y)) {
            cell.set_char(letter).set_style(style);
        }
        end = x + 1;
    }
    end
}

/// As much of a text as fits, leaving room for the mark of a cut where it is cut.
fn cut<'a>(text: &'a str, width: usize, mark: &str) -> (&'a str, bool) {
    if cells_of(text) <= width {
        return (text, false);
    }
    let mut taken = mark.width();
    for (at, grapheme) in text.grapheme_indices(true) {
        taken += grapheme.width();
        if taken > width {
            return (&text[..at], true);
        }
    }
    (text, false)
}

/// Text that takes at most so many cells, with the mark of a cut where it is cut.
pub(super) fn shortened(text: &str, width: usize, charset: Charset) -> String {
    let mark = mark_of_cut(charset, width);
    match cut(text, width, mark) {
        (whole, false) => whole.to_owned(),
        (kept, true) => format!("{kept}{mark}"),
    }
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Cell;

    use super::*;

    #[test]
    fn text_is_cut_with_a_mark_and_never_in_the_middle_of_a_wide_character() {
        assert_eq!(cut("abcdef", 6, "…"), ("abcdef", false));
        assert_eq!(cut("abcdef", 4, "…"), ("abc", true));
        assert_eq!(cut("漢字漢字", 5, "…"), ("漢字", true));
        assert_eq!(cut("漢字漢字", 4, "…"), ("漢", true));
    }

    #[test]
    fn plain_text_is_drawn_as_any_other_is() {
        let area = Rect::new(2, 0, 6, 1);
        for text in ["", "abc", "abcdef", "abcdefgh", " ~ ", "x{}|"] {
            let mut plain = Buffer::filled(Rect::new(0, 0, 10, 1), Cell::new("漢"));
            let mut any = plain.clone();
            let end = set_plain(&mut plain, area, text, Style::new().fg(Color::Red));
            let (any_end, _) = any.set_stringn(2, 0, text, 6, Style::new().fg(Color::Red));
            assert_eq!(plain, any, "{text}");
            assert_eq!(end, any_end, "{text}");
        }
        assert!(!is_plain("tab\t") && !is_plain("del\u{7f}") && !is_plain("é"));
    }

    #[test]
    fn ascii_marks_a_cut_by_three_dots_or_by_one_sign() {
        let ascii = |text, width| shortened(text, width, Charset::Ascii);
        assert_eq!(ascii("abcdefgh", 8), "abcdefgh");
        assert_eq!(ascii("abcdefgh", 7), "abcd...");
        assert_eq!(ascii("abcdefgh", 5), "abcd>");
    }
}
