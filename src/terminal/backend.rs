//! Draws ratatui's cells as bytes: few of them, in one write a frame, in the colors the terminal has.
//!
//! Generic over its writer, so that tests read what would go over the wire. Ratatui's own backend is
//! not used: it sends the 16 named colors as 256-color sequences, flushes several times a frame,
//! repeats cursor and reset sequences when nothing changed, and asks the terminal for the cursor.
//! Every byte of a frame comes from here: no text of a cell can become a control sequence.

use std::io::{self, Write};
use std::mem;

use crossterm::cursor::{Hide, MoveRight, MoveTo, Show};
use crossterm::queue;
use crossterm::terminal::{Clear, ClearType as CrosstermClear};
use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::{Cell, CellWidth};
use ratatui::layout::{Position, Size};
use ratatui::style::{Color, Modifier};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::color::{self, ColorDepth};

/// A full repaint at 120x40 takes about 7 kB.
const FRAME_BYTES: usize = 16 * 1024;

/// How far a cluster may spill over what stands behind it, in columns.
const REACH: u16 = 8;

const ATTRIBUTES: [(Modifier, u8); 9] = [
    (Modifier::BOLD, 1),
    (Modifier::DIM, 2),
    (Modifier::ITALIC, 3),
    (Modifier::UNDERLINED, 4),
    (Modifier::SLOW_BLINK, 5),
    (Modifier::RAPID_BLINK, 6),
    (Modifier::REVERSED, 7),
    (Modifier::HIDDEN, 8),
    (Modifier::CROSSED_OUT, 9),
];

#[derive(Debug)]
pub struct AnsiBackend<W: Write> {
    writer: W,
    /// The frame so far; written as a whole by `flush`.
    frame: Vec<u8>,
    color_depth: ColorDepth,
    size: Size,
    cursor: Cursor,
    /// What the terminal is meant to show, so that a row can be written again as a whole.
    cells: Vec<Cell>,
    bytes_written: u64,
}

/// What the terminal's cursor is known to be; `None` where anything may have happened to it.
#[derive(Debug, Default)]
struct Cursor {
    visibility: Option<Visibility>,
    position: Option<Position>,
}

/// Where the terminal stands within a frame.
#[derive(Debug, Clone, Copy)]
struct Reached {
    position: Position,
    /// Terminals disagree on the width of characters beyond ASCII. Past one of those only an absolute
    /// position keeps a wrong guess from shifting the rest of the row.
    is_certain: bool,
}

impl Reached {
    /// One column on. A wider character is followed by a cell further right, so it is never taken
    /// for reached.
    fn after(self, symbol: &str) -> Self {
        let Position { x, y } = self.position;
        Self {
            position: Position::new(x.saturating_add(1), y),
            is_certain: self.is_certain && symbol.is_ascii(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Visibility {
    Hidden,
    Shown,
}

impl<W: Write> AnsiBackend<W> {
    pub fn new(writer: W, color_depth: ColorDepth, size: Size) -> Self {
        Self {
            writer,
            frame: Vec::with_capacity(FRAME_BYTES),
            color_depth,
            size,
            cursor: Cursor::default(),
            cells: blank_cells(size),
            bytes_written: 0,
        }
    }

    pub fn writer(&self) -> &W {
        &self.writer
    }

    /// All bytes sent so far.
    pub const fn bytes_written(&self) -> u64 {
        self.bytes_written
    }

    /// Sends bytes that change nothing of what is shown.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.writer.write_all(bytes)?;
        self.writer.flush()?;
        self.bytes_written += bytes.len() as u64;
        Ok(())
    }

    /// The size is told, not asked for: model and frame must mean the same one.
    pub fn set_size(&mut self, size: Size) {
        self.size = size;
        self.cells = blank_cells(size);
    }

    /// Forgets what the terminal is known to show, after others have written to it.
    pub fn forget(&mut self) {
        self.frame.clear();
        self.cursor = Cursor::default();
        self.cells = blank_cells(self.size);
    }

    /// Moves to the next cell to write, in as few bytes as can be trusted.
    fn reach(&mut self, reached: Option<Reached>, target: Position) -> io::Result<Reached> {
        self.cursor.position = None;
        match reached {
            Some(reached) if reached.position == target => return Ok(reached),
            Some(Reached {
                position: Position { x, y },
                is_certain: true,
            }) if y == target.y && x < target.x => {
                queue!(self.frame, MoveRight(target.x - x))?;
            }
            Some(_) | None => queue!(self.frame, MoveTo(target.x, target.y))?,
        }
        Ok(Reached {
            position: target,
            is_certain: true,
        })
    }

    /// Takes a row's changes into memory; tells from which column on the row must be written anew.
    /// Where terminal and model disagree on a width, changing only what differs near it leaves pieces of
    /// what stood there before. A change of style alone leaves none.
    fn remember(&mut self, y: u16, changes: &[(u16, &Cell)]) -> Option<u16> {
        let width = usize::from(self.size.width);
        let start = usize::from(y) * width;
        let row = self.cells.get_mut(start..start + width)?;
        let is_new = |(x, cell): &&(u16, &Cell)| {
            let place = row.get(usize::from(*x));
            place.is_some_and(|place| place.symbol() != cell.symbol())
        };
        let new_symbols: Vec<_> = changes.iter().filter(is_new).map(|(x, _)| *x).collect();
        let before = doubtful(row, &new_symbols);
        for (x, cell) in changes {
            if let Some(place) = row.get_mut(usize::from(*x)) {
                place.clone_from(cell);
            }
        }
        let after = doubtful(row, &new_symbols);
        before.into_iter().chain(after).min()
    }

    fn write_changes(
        &mut self,
        y: u16,
        changes: &[(u16, &Cell)],
        stroke: &mut Stroke,
    ) -> io::Result<()> {
        for (x, cell) in changes {
            self.write_cell(Position::new(*x, y), cell, stroke)?;
        }
        Ok(())
    }

    /// Erases a row from a column on and writes what belongs there.
    fn write_from(&mut self, from: u16, y: u16, stroke: &mut Stroke) -> io::Result<()> {
        stroke.pen.change_to(&Pen::default(), &mut self.frame)?;
        stroke.pen = Pen::default();
        stroke.reached = Some(self.reach(stroke.reached, Position::new(from, y))?);
        queue!(self.frame, Clear(CrosstermClear::UntilNewLine))?;
        let width = usize::from(self.size.width);
        let start = usize::from(y) * width;
        let rest = start + usize::from(from)..start + width;
        let cells = self
            .cells
            .get(rest)
            .map(<[Cell]>::to_vec)
            .unwrap_or_default();
        let mut covered = from;
        for (x, cell) in (from..).zip(&cells) {
            let is_blank =
                cell.symbol() == " " && Pen::of(cell, self.color_depth) == Pen::default();
            if x >= covered && !is_blank {
                self.write_cell(Position::new(x, y), cell, stroke)?;
                covered = x.saturating_add(cell.cell_width());
            }
        }
        Ok(())
    }

    fn write_cell(
        &mut self,
        position: Position,
        cell: &Cell,
        stroke: &mut Stroke,
    ) -> io::Result<()> {
        let symbol = cell.symbol();
        stroke.reached = Some(self.reach(stroke.reached, position)?.after(symbol));
        let next = Pen::of(cell, self.color_depth);
        stroke.pen.change_to(&next, &mut self.frame)?;
        stroke.pen = next;
        write_symbol(fitting(symbol), &mut self.frame);
        Ok(())
    }

    fn set_visibility(&mut self, visibility: Visibility) -> io::Result<()> {
        if self.cursor.visibility.replace(visibility) == Some(visibility) {
            return Ok(());
        }
        match visibility {
            Visibility::Hidden => queue!(self.frame, Hide),
            Visibility::Shown => queue!(self.frame, Show),
        }
    }
}

impl<W: Write> Backend for AnsiBackend<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let content: Vec<_> = content.collect();
        let mut stroke = Stroke::default();
        for row in content.chunk_by(|left, right| left.1 == right.1) {
            let Some((_, y, _)) = row.first().copied() else {
                continue;
            };
            let changes: Vec<_> = row.iter().map(|(x, _, cell)| (*x, *cell)).collect();
            let doubtful = self.remember(y, &changes);
            let sure = changes.partition_point(|(x, _)| doubtful.is_none_or(|from| *x < from));
            self.write_changes(y, &changes[..sure], &mut stroke)?;
            if let Some(from) = doubtful {
                self.write_from(from, y, &mut stroke)?;
            }
        }
        // Left plain, so that a later clear does not paint with the last cell's background.
        stroke.pen.change_to(&Pen::default(), &mut self.frame)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.set_visibility(Visibility::Hidden)
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.set_visibility(Visibility::Shown)
    }

    /// From memory: asking the terminal would put its answer among the keys.
    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.cursor.position.unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        if self.cursor.position.replace(position) == Some(position) {
            return Ok(());
        }
        queue!(self.frame, MoveTo(position.x, position.y))
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        let region = match region {
            ClearType::All => CrosstermClear::All,
            ClearType::AfterCursor => CrosstermClear::FromCursorDown,
            ClearType::BeforeCursor => CrosstermClear::FromCursorUp,
            ClearType::CurrentLine => CrosstermClear::CurrentLine,
            ClearType::UntilNewLine => CrosstermClear::UntilNewLine,
        };
        self.cells = blank_cells(self.size);
        queue!(self.frame, Clear(region))
    }

    fn size(&self) -> io::Result<Size> {
        Ok(self.size)
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize {
            columns_rows: self.size,
            pixels: Size::ZERO,
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.frame.is_empty() {
            return Ok(());
        }
        let frame = mem::take(&mut self.frame);
        self.writer.write_all(&frame)?;
        self.writer.flush()?;
        self.bytes_written += frame.len() as u64;
        self.frame = frame;
        self.frame.clear();
        Ok(())
    }
}

/// Where a frame has come to.
#[derive(Debug, Default)]
struct Stroke {
    pen: Pen,
    reached: Option<Reached>,
}

fn blank_cells(size: Size) -> Vec<Cell> {
    vec![Cell::default(); usize::from(size.width) * usize::from(size.height)]
}

/// The first column of a row whose width is in doubt, of those near enough before a new symbol. The columns of new
/// symbols ascend.
fn doubtful(row: &[Cell], new_symbols: &[u16]) -> Option<u16> {
    let is_doubtful = |at: &u16| {
        let cell = row.get(usize::from(*at));
        cell.is_some_and(|cell| is_unpredictable(cell.symbol()))
    };
    let mut seen = 0;
    new_symbols.iter().find_map(|x| {
        let from = seen.max(x.saturating_sub(REACH));
        seen = x.saturating_add(1);
        (from..=*x).find(is_doubtful)
    })
}

/// Clusters of several characters (Indic syllables, joined emoji) are as wide as the terminal's tables
/// say, and those differ.
fn is_unpredictable(symbol: &str) -> bool {
    !symbol.is_ascii() && symbol.chars().nth(1).is_some()
}

/// As much of a cluster as takes no more cells than it is meant to where the terminal does not join its
/// characters: more would stand on what follows, or run over the end of the row.
fn fitting(symbol: &str) -> &str {
    if symbol.len() == 1 {
        return symbol;
    }
    let room = symbol.width();
    let mut taken = 0;
    for (at, character) in symbol.char_indices() {
        taken += character.width().unwrap_or(0);
        if taken > room {
            return &symbol[..at];
        }
    }
    symbol
}

/// The last door before the terminal. What comes here was sanitized when it was decoded; a control
/// character means that some text went round that, and it must not reach the terminal either way.
fn write_symbol(symbol: &str, frame: &mut Vec<u8>) {
    if symbol.contains(char::is_control) {
        debug_assert!(false, "a control character in a cell: {symbol:?}");
        frame.extend(symbol.replace(char::is_control, "\u{fffd}").bytes());
        return;
    }
    frame.extend(symbol.bytes());
}

/// Colors and attributes that the next character is written with.
#[derive(Debug, PartialEq, Eq)]
struct Pen {
    foreground: Color,
    background: Color,
    attributes: Modifier,
}

impl Default for Pen {
    fn default() -> Self {
        Self {
            foreground: Color::Reset,
            background: Color::Reset,
            attributes: Modifier::empty(),
        }
    }
}

#[derive(Clone, Copy)]
enum Ground {
    Foreground,
    Background,
}

impl Pen {
    fn of(cell: &Cell, depth: ColorDepth) -> Self {
        Self {
            foreground: depth.reduce(cell.fg),
            background: depth.reduce(cell.bg),
            attributes: cell.modifier,
        }
    }

    /// One SGR sequence with what differs. Attributes can only be taken away one by one with codes
    /// that terminals disagree on (21, 22), so a loss starts from a reset.
    fn change_to(&self, next: &Self, frame: &mut Vec<u8>) -> io::Result<()> {
        if self == next {
            return Ok(());
        }
        frame.extend(b"\x1b[");
        let plain = Self::default();
        let is_reset = !next.attributes.contains(self.attributes) || *next == plain;
        let base = if is_reset { &plain } else { self };
        if is_reset {
            frame.extend(b"0;");
        }
        for (attribute, code) in ATTRIBUTES {
            if (next.attributes - base.attributes).contains(attribute) {
                write!(frame, "{code};")?;
            }
        }
        if next.foreground != base.foreground {
            write_color(next.foreground, Ground::Foreground, frame)?;
        }
        if next.background != base.background {
            write_color(next.background, Ground::Background, frame)?;
        }
        if let Some(last_separator) = frame.last_mut() {
            *last_separator = b'm';
        }
        Ok(())
    }
}

fn write_color(color: Color, ground: Ground, frame: &mut Vec<u8>) -> io::Result<()> {
    let (normal, bright) = match ground {
        Ground::Foreground => (30, 90),
        Ground::Background => (40, 100),
    };
    match (color::ansi_index(color), color) {
        (Some(index @ 0..8), _) => write!(frame, "{};", normal + index),
        (Some(index), _) => write!(frame, "{};", bright + index - 8),
        (None, Color::Indexed(index)) => write!(frame, "{};5;{index};", normal + 8),
        (None, Color::Rgb(red, green, blue)) => {
            write!(frame, "{};2;{red};{green};{blue};", normal + 8)
        }
        (None, _) => write!(frame, "{};", normal + 9),
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZero;

    use ratatui::style::{Style, Stylize};
    use ratatui::text::{Line, Text};
    use ratatui::{Frame, Terminal};

    use super::*;

    const SIZE: Size = Size::new(20, 3);

    /// A writer that remembers each write on its own.
    #[derive(Default)]
    struct Writes(Vec<Vec<u8>>);

    impl Write for Writes {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.push(bytes.to_vec());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn terminal(depth: ColorDepth) -> Terminal<AnsiBackend<Writes>> {
        Terminal::new(AnsiBackend::new(Writes::default(), depth, SIZE)).unwrap()
    }

    fn last_write(terminal: &Terminal<AnsiBackend<Writes>>) -> String {
        let last = terminal.backend().writer().0.last().unwrap();
        String::from_utf8(last.clone()).unwrap()
    }

    /// What a line costs on a fresh screen, without the cursor sequence every first frame has.
    fn wire(depth: ColorDepth, line: Line<'_>) -> String {
        let mut terminal = terminal(depth);
        terminal
            .draw(|frame| frame.render_widget(line, frame.area()))
            .unwrap();
        let wire = last_write(&terminal);
        wire.strip_suffix("\x1b[?25l").unwrap().to_owned()
    }

    #[test]
    fn named_colors_are_the_sixteen_every_terminal_has() {
        let table = [
            (Color::Black, "30", "40"),
            (Color::Red, "31", "41"),
            (Color::Gray, "37", "47"),
            (Color::DarkGray, "90", "100"),
            (Color::LightRed, "91", "101"),
            (Color::White, "97", "107"),
            (Color::Indexed(3), "33", "43"),
        ];
        for depth in [
            ColorDepth::Ansi16,
            ColorDepth::Indexed256,
            ColorDepth::TrueColor,
        ] {
            for (color, foreground, background) in table {
                let line = Line::from(vec!["a".fg(color), "b".bg(color)]);
                let expected = format!("\x1b[1;1H\x1b[{foreground}ma\x1b[39;{background}mb\x1b[0m");
                assert_eq!(wire(depth, line), expected);
            }
        }
    }

    #[test]
    fn other_colors_follow_the_depth() {
        let table = [
            (ColorDepth::TrueColor, "\x1b[38;2;255;0;0ma\x1b[0m"),
            (ColorDepth::Indexed256, "\x1b[38;5;196ma\x1b[0m"),
            (ColorDepth::Ansi16, "\x1b[91ma\x1b[0m"),
            (ColorDepth::Monochrome, "a"),
        ];
        for (depth, expected) in table {
            let line = Line::from("a".fg(Color::Rgb(255, 0, 0)));
            assert_eq!(wire(depth, line), format!("\x1b[1;1H{expected}"));
        }
    }

    #[test]
    fn attributes_survive_without_color_and_are_taken_back() {
        let line = Line::from(vec!["a".bold().reversed().red(), "b".bold(), "c".into()]);
        let expected = "\x1b[1;1H\x1b[1;7ma\x1b[0;1mb\x1b[0mc";
        assert_eq!(wire(ColorDepth::Monochrome, line), expected);
    }

    fn draw_text(frame: &mut Frame<'_>, text: &str, cursor: Position) {
        frame.render_widget(text, frame.area());
        frame.set_cursor_position(cursor);
    }

    #[test]
    fn gaps_are_skipped_from_where_the_terminal_certainly_is() {
        let depth = ColorDepth::Ansi16;
        assert_eq!(wire(depth, Line::from("a  b")), "\x1b[1;1Ha\x1b[2Cb");
        assert_eq!(wire(depth, Line::from("é  b")), "\x1b[1;1Hé\x1b[1;4Hb");
        assert_eq!(wire(depth, Line::from("あb")), "\x1b[1;1Hあ\x1b[1;3Hb");
        assert_eq!(wire(depth, Line::from("éa b")), "\x1b[1;1Héa\x1b[1;4Hb");
    }

    #[test]
    fn a_frame_is_one_write_and_an_unchanged_frame_none() {
        let mut terminal = terminal(ColorDepth::Ansi16);
        let cursor = Position::new(2, 1);
        for _ in 0..3 {
            terminal
                .draw(|frame| draw_text(frame, "hello", cursor))
                .unwrap();
        }
        let expected = "\x1b[1;1Hhello\x1b[?25h\x1b[2;3H";
        assert_eq!(last_write(&terminal), expected);
        assert_eq!(terminal.backend().writer().0.len(), 1);
        assert_eq!(terminal.backend().bytes_written(), expected.len() as u64);
    }

    #[test]
    fn the_cursor_is_sent_again_only_when_it_moved() {
        let mut terminal = terminal(ColorDepth::Ansi16);
        let mut draw = |text, cursor| {
            terminal
                .draw(|frame| draw_text(frame, text, cursor))
                .unwrap();
            last_write(&terminal)
        };
        draw("hello", Position::new(0, 0));
        assert_eq!(draw("hello", Position::new(0, 2)), "\x1b[3;1H");
        let moved_by_text = draw("hallo", Position::new(0, 2));
        assert_eq!(moved_by_text, "\x1b[1;2Ha\x1b[3;1H");
    }

    #[test]
    fn what_was_forgotten_is_sent_again() {
        let mut terminal = terminal(ColorDepth::Ansi16);
        let cursor = Position::new(0, 0);
        let draw = |terminal: &mut Terminal<AnsiBackend<Writes>>| {
            terminal
                .draw(|frame| draw_text(frame, "hello", cursor))
                .unwrap();
            last_write(terminal)
        };
        draw(&mut terminal);
        terminal.backend_mut().forget();
        terminal.clear().unwrap();
        let repaint = draw(&mut terminal);
        assert!(repaint.contains("\x1b[2J"), "{repaint:?}");
        assert!(repaint.contains("hello\x1b[?25h\x1b[1;1H"), "{repaint:?}");
    }

    #[test]
    fn a_screen_parsed_from_the_wire_is_the_one_drawn() {
        let mut terminal = terminal(ColorDepth::TrueColor);
        let [rows, columns] = [SIZE.height, SIZE.width].map(|cells| NonZero::new(cells).unwrap());
        let mut parser = vt100::Parser::new(rows, columns, 0);
        let style = Style::new().fg(Color::Rgb(9, 8, 7)).italic();
        let screens = [
            ["あいう é", "banned", ""],
            ["あx", "ban", ""],
            ["", "", "Zoë 界 done"],
        ];
        for screen in screens {
            let text = Text::styled(screen.join("\n"), style);
            terminal
                .draw(|frame| frame.render_widget(text, frame.area()))
                .unwrap();
            for write in mem::take(&mut terminal.backend_mut().writer.0) {
                parser.process(&write);
            }
            let rows = parser.screen().rows(0, SIZE.width);
            let rows: Vec<_> = rows.map(|row| row.trim_end().to_owned()).collect();
            assert_eq!(rows, screen);
        }
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "a control character in a cell")]
    fn a_control_character_in_a_cell_is_our_mistake() {
        let mut cell = Cell::default();
        cell.set_symbol("\x1b]52;c;aGk=\x07");
        let mut backend = AnsiBackend::new(Vec::new(), ColorDepth::Ansi16, SIZE);
        backend.draw([(0, 0, &cell)].into_iter()).unwrap();
    }

    #[test]
    fn from_a_cluster_of_unsure_width_on_a_row_is_written_anew() {
        let mut terminal =
            Terminal::new(AnsiBackend::new(Vec::new(), ColorDepth::Monochrome, SIZE)).unwrap();
        let mut show = |line: Line<'static>| {
            let before = terminal.backend().writer().len();
            terminal
                .draw(|frame| frame.render_widget(line, frame.area()))
                .unwrap();
            String::from_utf8(terminal.backend().writer()[before..].to_vec()).unwrap()
        };
        let cluster = "\u{915}\u{93f}";
        let first = show(Line::raw(format!("x {cluster} ab")));
        assert!(first.contains(&format!("\x1b[K{cluster}")), "{first:?}");
        let behind = show(Line::raw(format!("x {cluster} ac")));
        assert!(
            behind.contains(&format!("\x1b[K{cluster}")) && behind.contains("ac"),
            "{behind:?}"
        );
        let before = show(Line::raw(format!("y {cluster} ac")));
        assert!(
            !before.contains("\x1b[K") && before.contains('y'),
            "{before:?}"
        );
        let style = show(Line::raw(format!("y {cluster} ac")).reversed());
        assert!(!style.contains("\x1b[K"), "{style:?}");
        let gone = show(Line::raw("y plain"));
        assert!(gone.contains("\x1b[Kplain"), "{gone:?}");
        let after = show(Line::raw("y plaid"));
        assert!(!after.contains("\x1b[K"), "{after:?}");
    }

    #[test]
    fn of_a_cluster_only_what_surely_fits_is_sent() {
        let cases = [
            ("a", "a"),
            ("漢", "漢"),
            ("é", "é"),
            ("कि", "कि"),
            ("👩🏽", "👩"),
            ("🇺🇳", "🇺🇳"),
        ];
        for (symbol, sent) in cases {
            assert_eq!(fitting(symbol), sent);
        }
    }
}
