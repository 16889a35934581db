//! What goes over the wire: the real view through the real backend into a terminal's parser shows what
//! was drawn, and no more bytes are sent than console.md §5 allows.
#![cfg(feature = "bundled")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of a test fail it as its own lines do"
)]

#[path = "screens/desk.rs"]
#[expect(dead_code, reason = "shared; not every test binary needs all of it")]
mod desk;
#[path = "pty/stream.rs"]
#[expect(dead_code, reason = "shared; not every test binary needs all of it")]
mod stream;

use std::num::NonZero;

use desk::{Desk, SMALL, WIDE, fixtures};
use quarterdeck::app::cells::is_ambiguous;
use quarterdeck::app::input::InputEvent;
use quarterdeck::app::layout::{Mode, Size};
use quarterdeck::app::message::Msg;
use quarterdeck::app::options::{Charset, CursorMark};
use quarterdeck::terminal::{AnsiBackend, ColorDepth};
use quarterdeck::view;
use quarterdeck_api::applications::ApplicationRow;
use quarterdeck_api::text::Line;
use quarterdeck_server::seed::profile::{self, SeedOptions};
use ratatui::Terminal;
use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::{self, Position};
use unicode_width::UnicodeWidthChar;

/// A terminal at the other end of a wire.
struct Wire {
    screen: Terminal<AnsiBackend<Vec<u8>>>,
    parser: vt100::Parser,
    parsed: usize,
}

impl Wire {
    fn of(size: Size) -> Self {
        let area = layout::Size::new(size.columns, size.rows);
        let backend = AnsiBackend::new(Vec::new(), ColorDepth::Indexed256, area);
        let cells = |cells| NonZero::new(cells).unwrap();
        Self {
            screen: Terminal::new(backend).unwrap(),
            parser: vt100::Parser::new(cells(size.rows), cells(size.columns), 0),
            parsed: 0,
        }
    }

    /// Draws a frame; how many bytes it took.
    fn draw(&mut self, desk: &Desk) -> usize {
        self.screen
            .draw(|frame| {
                view::draw(&desk.model, frame);
            })
            .unwrap();
        let sent = &self.screen.backend().writer()[self.parsed..];
        let sent = String::from_utf8(stream::parseable(sent)).unwrap();
        let charset = desk.model.options.charset;
        self.parser.process(in_widths(&sent, charset).as_bytes());
        let before = std::mem::replace(&mut self.parsed, self.screen.backend().writer().len());
        self.parsed - before
    }

    /// Draws a frame and holds that the terminal now shows exactly it.
    fn check(&mut self, desk: &Desk, what: &str) {
        self.draw(desk);
        let lines = shown(self.parser.screen())
            .into_iter()
            .zip(drawn(&desk.buffer(), desk.model.options.charset));
        for (row, (shown, drawn)) in lines.enumerate() {
            assert_eq!(shown, drawn, "{what}, row {row}");
        }
    }
}

/// The lines that a terminal shows.
fn shown(screen: &vt100::Screen) -> Vec<String> {
    let (_, columns) = screen.size();
    screen
        .rows(0, columns.get())
        .map(|line| line.trim_end().to_owned())
        .collect()
}

/// The lines that were drawn, as a terminal shows them that gives each character cells of its own.
fn drawn(buffer: &Buffer, charset: Charset) -> Vec<String> {
    let lines = (0..buffer.area.height).map(|row| {
        let mut line = String::new();
        let mut column = 0;
        while column < buffer.area.width {
            let cell = &buffer[Position::new(column, row)];
            let width = cell.cell_width().max(1);
            let symbol = in_widths(cell.symbol(), charset);
            line.push_str(&in_cells(&symbol, usize::from(width)));
            column += width;
        }
        line.trim_end().to_owned()
    });
    lines.collect()
}

/// The parser knows one width of a character. For a terminal that draws ambiguous ones in two cells,
/// another stands for them that takes two everywhere.
fn in_widths(text: &str, charset: Charset) -> String {
    let widened = |character: char| match character.width() {
        Some(1) if is_ambiguous(character) => '漢',
        Some(_) | None => character,
    };
    match charset {
        Charset::Unicode | Charset::Ascii => text.to_owned(),
        Charset::WideAmbiguous => text.chars().map(widened).collect(),
    }
}

/// As many characters as fit, and blanks up to the width.
fn in_cells(symbol: &str, width: usize) -> String {
    let mut left = width;
    let mut shown = String::new();
    for character in symbol.replace('\u{fffd}', stream::REPLACEMENT).chars() {
        match left.checked_sub(character.width().unwrap_or(0)) {
            Some(rest) => left = rest,
            None => break,
        }
        shown.push(character);
    }
    shown.extend(std::iter::repeat_n(' ', left));
    shown
}

const SIZES: [Size; 6] = [
    Size {
        columns: 200,
        rows: 60,
    },
    WIDE,
    SMALL,
    Size {
        columns: 60,
        rows: 20,
    },
    Size {
        columns: 40,
        rows: 10,
    },
    Size {
        columns: 12,
        rows: 3,
    },
];

/// A queue of the demo's people: every script, and every kind of attack.
fn people() -> Vec<ApplicationRow> {
    let options = SeedOptions {
        random_seed: 1,
        at: fixtures::NOW,
    };
    let applications = profile::demo(&options).applications.into_iter().zip(1..);
    let rows = applications.map(|(application, id)| ApplicationRow {
        name: Line::new(&application.name),
        email: Line::new(&application.email),
        ..fixtures::pending(id)
    });
    rows.collect()
}

/// Draws after each key.
fn check_keys(wire: &mut Wire, desk: &mut Desk, keys: &str) {
    for key in keys.split_whitespace() {
        desk.keys(key);
        wire.check(desk, &format!("{:?} after {key}", desk.model.size));
    }
}

#[test]
fn a_terminal_shows_what_was_drawn_on_every_tab_and_under_every_dialog() {
    for size in SIZES {
        let mut desk = Desk::entering(size);
        let mut wire = Wire::of(size);
        wire.check(&desk, "loading");
        desk.answer_list(fixtures::queue(60));
        check_keys(
            &mut wire,
            &mut desk,
            "G C-u k Space Space x 2 Esc Esc ? Esc : Esc s Esc / Esc",
        );
        desk.send(Msg::Input(InputEvent::Paste("x".to_owned())));
        wire.check(&desk, "a toast");
        if Mode::of(size) == Mode::TooSmall {
            continue;
        }
        desk.keys("5").answer_audit();
        check_keys(&mut wire, &mut desk, "j Enter C-d Esc 1 Enter");
    }
}

#[test]
fn nothing_of_a_name_in_any_script_stays_when_something_else_is_drawn() {
    for size in [WIDE, SMALL] {
        let mut desk = Desk::entering(size);
        let mut wire = Wire::of(size);
        desk.answer_list(people());
        for step in 0..6 {
            desk.keys("1");
            wire.check(&desk, &format!("{size:?}, queue, page {step}"));
            desk.keys("5");
            wire.check(&desk, &format!("{size:?}, audit log, page {step}"));
            desk.keys("1 C-f");
        }
    }
}

/// Names in Greek and Cyrillic, lines, and what else some terminals draw in two cells.
#[test]
fn a_terminal_with_wide_ambiguous_characters_shows_what_was_drawn() {
    for size in SIZES {
        let mut desk = Desk::entering(size);
        desk.model.options.charset = Charset::WideAmbiguous;
        let mut wire = Wire::of(size);
        desk.answer_list(ambiguous());
        wire.check(&desk, "a list");
        check_keys(
            &mut wire,
            &mut desk,
            "j j G C-u k Space x Esc ? Esc : Esc / § й α é Esc Enter f Esc",
        );
        if Mode::of(size) == Mode::TooSmall {
            continue;
        }
        desk.keys("5").answer_audit();
        check_keys(&mut wire, &mut desk, "j Enter C-d Esc 1 G");
    }
}

fn ambiguous() -> Vec<ApplicationRow> {
    let names = [
        "Ольга Жукова",
        "Ελένη Παππά",
        "§ é ° × … ─ │ ┌ ● ■",
        "漢字 Ж漢Ж",
        "plain",
    ];
    let people = people().into_iter().zip(names.iter().cycle());
    let called = people.map(|(person, name)| ApplicationRow {
        name: Line::new(name),
        ..person
    });
    called.take(60).collect()
}

/// Bytes of a change, once everything else is drawn.
fn cost(desk: &mut Desk, keys: &str) -> usize {
    let mut wire = Wire::of(desk.model.size);
    wire.draw(desk);
    desk.keys(keys);
    wire.draw(desk)
}

/// Bytes of a move down and of one up, by what the cursor marks.
fn costs_of_moves(size: Size, cursor: CursorMark) -> [usize; 2] {
    let mut desk = Desk::entering(size);
    desk.model.options.cursor = cursor;
    desk.answer_list(people());
    desk.keys("j j j");
    [cost(&mut desk, "j"), cost(&mut desk, "k")]
}

#[test]
fn a_cursor_move_over_ssh_takes_150_bytes() {
    for size in [WIDE, SMALL] {
        let costs = costs_of_moves(size, CursorMark::Cell);
        assert!(
            costs.iter().all(|cost| *cost <= 150),
            "{size:?}: a cursor move takes {costs:?} bytes"
        );
        let costs = costs_of_moves(size, CursorMark::Row);
        assert!(
            costs.iter().all(|cost| (151..=450).contains(cost)),
            "{size:?}: with the whole row marked it takes {costs:?}"
        );
    }
}

#[test]
fn a_cursor_move_a_page_and_a_frame_without_change_cost_what_a_slow_link_can_carry() {
    for size in [WIDE, SMALL] {
        let mut desk = Desk::entering(size);
        desk.answer_list(people());
        let mut wire = Wire::of(size);
        let full = wire.draw(&desk);
        let unchanged = wire.draw(&desk);
        let costs = [
            full,
            unchanged,
            cost(&mut desk, "j"),
            cost(&mut desk, "k"),
            cost(&mut desk, "C-f"),
        ];
        eprintln!("{size:?} {costs:?}");
        let [full, unchanged, down, up, page] = costs;
        assert!(full <= 8_000, "{size:?}: a full frame takes {full} bytes");
        assert!(
            unchanged <= 25,
            "{size:?}: an unchanged frame takes {unchanged} bytes"
        );
        assert!(
            down <= 450 && up <= 450,
            "{size:?}: a cursor move takes {down} or {up} bytes"
        );
        assert!(page <= 8_000, "{size:?}: a page takes {page} bytes");
    }
}
