//! The brush: the one place where text meets the frame. It takes [`Shown`] text, our own words and
//! numbers, cuts what does not fit, and never writes outside the area it is given.

use std::num::NonZero;

use ratatui::Frame;
use ratatui::buffer::{Buffer, Cell, CellDiffOption, CellWidth};
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Style};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::theme::{Theme, Token};
use crate::app::cells::is_plain;
use crate::app::options::Charset;
use crate::app::shown::Shown;
use crate::app::wrap::Measure;

/// What stands where text was cut. Three dots in ASCII, and one sign where three would leave no text.
const fn mark_of_cut(charset: Charset, width: usize) -> &'static str {
    match charset {
        Charset::Unicode => "…",
        Charset::WideAmbiguous | Charset::Ascii if width < 6 => ">",
        Charset::WideAmbiguous | Charset::Ascii => "...",
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
    pub(super) fn width(&self, charset: Charset) -> usize {
        charset.cells(self.text.as_str())
    }
}

/// Cells that pieces take together.
pub(super) fn width_of(pieces: &[Piece<'_>], charset: Charset) -> usize {
    pieces.iter().map(|piece| piece.width(charset)).sum()
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

    /// Lines of so many cells.
    pub(super) const fn measure(&self, width: u16) -> Measure {
        Measure::new(width, self.charset)
    }

    /// The look of a meaning.
    pub(super) fn style(&self, token: Token) -> Style {
        self.theme.style(token)
    }

    /// Gives an area a look and empties it, and with it what reaches into it from the left.
    pub(super) fn fill(&mut self, area: Rect, token: Token) {
        let style = self.style(token);
        let buffer = self.frame.buffer_mut();
        let area = area.intersection(buffer.area);
        if let Some(left) = area.x.checked_sub(1) {
            for y in area.y..area.bottom() {
                blank_wide(&mut buffer[(left, y)]);
            }
        }
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
        let (kept, is_cut) = cut(text.as_str(), usize::from(area.width), mark, self.charset);
        let buffer = self.frame.buffer_mut();
        let end = if is_plain(kept) {
            set_plain(buffer, area, kept, style)
        } else {
            match self.charset {
                Charset::WideAmbiguous => set_wide(buffer, area, kept, style),
                Charset::Unicode | Charset::Ascii => {
                    let room = usize::from(area.width);
                    buffer.set_stringn(area.x, area.y, kept, room, style).0
                }
            }
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
        let width = u16::try_from(width_of(pieces, self.charset))
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

/// Takes away what does not stay within its cell.
fn blank_wide(cell: &mut Cell) {
    if cell.cell_width() > 1 {
        cell.set_symbol(" ").set_diff_option(CellDiffOption::None);
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

/// Sets text in which characters of ambiguous width take two cells; says where it ends.
fn set_wide(buffer: &mut Buffer, area: Rect, text: &str, style: Style) -> u16 {
    let mut x = area.x;
    for grapheme in text.graphemes(true) {
        let cells = u16::try_from(Charset::WideAmbiguous.cells(grapheme)).unwrap_or(u16::MAX);
        let Some(width) = NonZero::new(cells) else {
            continue;
        };
        if cells > area.right() - x {
            break;
        }
        for covered in x + 1..x + cells {
            buffer[(covered, area.y)].reset();
        }
        let cell = &mut buffer[(x, area.y)];
        cell.set_symbol(grapheme).set_style(style);
        if grapheme.width() < usize::from(cells) {
            cell.set_diff_option(CellDiffOption::ForcedWidth(width));
        }
        x += cells;
    }
    x
}

/// As much of a text as fits, leaving room for the mark of a cut where it is cut.
fn cut<'a>(text: &'a str, width: usize, mark: &str, charset: Charset) -> (&'a str, bool) {
    if charset.cells(text) <= width {
        return (text, false);
    }
    let mut taken = charset.cells(mark);
    for (at, grapheme) in text.grapheme_indices(true) {
        taken += charset.cells(grapheme);
        if taken > width {
            return (&text[..at], true);
        }
    }
    (text, false)
}

/// Text that takes at most so many cells, with the mark of a cut where it is cut.
pub(super) fn shortened(text: &str, width: usize, charset: Charset) -> String {
    let mark = mark_of_cut(charset, width);
    match cut(text, width, mark, charset) {
        (whole, false) => whole.to_owned(),
        (kept, true) => format!("{kept}{mark}"),
    }
}

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    use super::super::theme;
    use super::*;
    use crate::app::options::ThemeName;

    #[test]
    fn text_is_cut_with_a_mark_and_never_in_the_middle_of_a_wide_character() {
        assert_eq!(cut("abcdef", 6, "…", Charset::Unicode), ("abcdef", false));
        assert_eq!(cut("abcdef", 4, "…", Charset::Unicode), ("abc", true));
        assert_eq!(cut("漢字漢字", 5, "…", Charset::Unicode), ("漢字", true));
        assert_eq!(cut("漢字漢字", 4, "…", Charset::Unicode), ("漢", true));
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
    fn what_is_ambiguous_takes_two_cells_where_that_is_said() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 8, 1));
        let end = set_wide(&mut buffer, Rect::new(0, 0, 6, 1), "aЖ漢é", Style::new());
        let widths = buffer
            .content
            .iter()
            .map(|cell| (cell.symbol(), cell.cell_width()));
        let expected = [
            ("a", 1),
            ("Ж", 2),
            (" ", 1),
            ("漢", 2),
            (" ", 1),
            (" ", 1),
            (" ", 1),
            (" ", 1),
        ];
        assert!(widths.eq(expected), "{buffer:?}");
        assert_eq!(end, 5, "what has no room for both its cells is left out");
        assert_eq!(shortened("Ольга", 10, Charset::WideAmbiguous), "Ольга");
        assert_eq!(shortened("Ольга", 9, Charset::WideAmbiguous), "Оль...");
    }

    #[test]
    fn an_area_is_emptied_of_what_reaches_into_it() {
        let mut terminal = Terminal::new(TestBackend::new(4, 1)).unwrap();
        let drawn = terminal.draw(|frame| {
            frame.buffer_mut().set_string(0, 0, "漢漢", Style::new());
            let theme = theme::named(ThemeName::Mono);
            let mut painter = Painter::new(frame, theme, Charset::Unicode);
            painter.fill(Rect::new(1, 0, 2, 1), Token::Text);
            painter.word(1, 0, 2, "ab", Token::Text);
        });
        drawn.unwrap();
        terminal.backend().assert_buffer_lines([" ab "]);
    }

    #[test]
    fn ascii_marks_a_cut_by_three_dots_or_by_one_sign() {
        let ascii = |text, width| shortened(text, width, Charset::Ascii);
        assert_eq!(ascii("abcdefgh", 8), "abcdefgh");
        assert_eq!(ascii("abcdefgh", 7), "abcd...");
        assert_eq!(ascii("abcdefgh", 5), "abcd>");
    }
}
