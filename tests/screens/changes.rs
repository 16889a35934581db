//! What a load or the news of others changed under the operator's eyes is bold until the next key; and the
//! compact head over the rows.

use quarterdeck::app::layout::Size;
use quarterdeck::app::message::{LiveNews, Msg, Slot};
use quarterdeck::app::tab::Tab;
use quarterdeck_api::applications::{ApplicationRow, ApplicationStatus, GetApplication};
use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::realtime::{Changed, Event, Resource};
use quarterdeck_api::text::Line;
use ratatui::buffer::Cell;
use ratatui::style::Modifier;

use crate::desk::{Desk, SMALL, conflict};
use crate::fixtures;
use crate::snapshots::at_both_sizes;

/// What is bold without any change: that something is to be done.
const ALWAYS_BOLD: [&str; 2] = ["", "PENDING"];

/// The other texts of the screen that are bold, right of the gutter and below the heads.
fn bold(desk: &Desk) -> Vec<String> {
    let buffer = desk.buffer();
    let mut texts = Vec::new();
    for y in 5..buffer.area.height - 1 {
        let is_bold = |x: u16| buffer[(x, y)].modifier.contains(Modifier::BOLD);
        let text: String = (3..buffer.area.width)
            .map(|x| {
                if is_bold(x) {
                    buffer[(x, y)].symbol()
                } else {
                    "\n"
                }
            })
            .collect();
        let bold = text.split('\n').map(str::trim);
        let changed = bold.filter(|text| !ALWAYS_BOLD.contains(text));
        texts.extend(changed.map(str::to_owned));
    }
    texts
}

fn renamed(id: i64) -> ApplicationRow {
    ApplicationRow {
        name: Line::new("Somebody Else"),
        version: 2,
        ..fixtures::pending(id)
    }
}

fn rows() -> Vec<ApplicationRow> {
    vec![fixtures::pending(1), renamed(2), fixtures::pending(3)]
}

#[test]
fn a_load_shows_which_cells_it_changed_until_the_next_key() {
    let mut desk = Desk::before(3);
    assert_eq!(bold(&desk), [""; 0], "a first load changes nothing");
    desk.keys("r").wait(3);
    desk.answer_list(rows());
    assert_eq!(bold(&desk), ["Somebody Else"], "{}", desk.screen());
    desk.wait(3);
    assert_eq!(bold(&desk), ["Somebody Else"], "time alone ends nothing");
    desk.keys("j");
    assert_eq!(bold(&desk), [""; 0]);
    desk.keys("r").answer_list(rows());
    assert_eq!(bold(&desk), [""; 0], "the same again is no change");
}

#[test]
fn a_row_that_comes_or_another_filter_is_no_change() {
    let mut desk = Desk::before(3);
    let more = [rows(), vec![fixtures::pending(4)]].concat();
    desk.keys("r").answer_list(more);
    assert_eq!(bold(&desk), ["Somebody Else"]);
    let mut desk = Desk::before(3);
    desk.keys("/").text("id:1,2").keys("Enter");
    desk.answer_list(rows());
    assert_eq!(bold(&desk), [""; 0], "{}", desk.screen());
}

#[test]
fn what_changed_on_another_tab_waits_for_a_key_there() {
    let mut desk = Desk::before(3);
    desk.keys("r").keys("5");
    desk.answer_list(rows());
    desk.answer_audit().keys("j 1");
    assert_eq!(bold(&desk), ["Somebody Else"], "{}", desk.screen());
    desk.keys("j");
    assert_eq!(bold(&desk), [""; 0]);
}

#[test]
fn what_another_decided_under_the_cursor_is_shown() {
    let mut desk = Desk::before(3);
    let changed = Changed {
        seq: 9,
        resource: Resource::Applications.into(),
        ids: vec![1],
        code: AuditCode::ApplicationApproved.into(),
        by: Some(9),
        at: desk.now,
    };
    desk.send(Msg::Live(LiveNews::Heard(Event::Changed(changed))));
    let row = conflict(1, ApplicationStatus::Active, desk.now).application;
    let view = fixtures::view(row.unwrap());
    let slot = Slot::Detail(Tab::Applications);
    desk.answer(slot, AnyReply::new::<GetApplication>(view));
    assert_eq!(bold(&desk), ["ACTIVE"], "{}", desk.screen());
    desk.keys("j");
    assert_eq!(bold(&desk), [""; 0]);
}

#[test]
fn what_is_bold_by_itself_is_underlined_where_it_changed() {
    let waiting = ApplicationRow {
        status: ApplicationStatus::Waitlisted.into(),
        ..fixtures::pending(2)
    };
    let mut desk = Desk::before(3);
    let list = |row| vec![fixtures::pending(1), row, fixtures::pending(3)];
    desk.keys("r").answer_list(list(waiting));
    desk.keys("r").answer_list(list(fixtures::pending(2)));
    let buffer = desk.buffer();
    let underlined = |y: u16| {
        let cells = (0..buffer.area.width).map(|x| &buffer[(x, y)]);
        let is_underlined = |cell: &&Cell| cell.modifier.contains(Modifier::UNDERLINED);
        let text: String = cells.filter(is_underlined).map(Cell::symbol).collect();
        text.trim().to_owned()
    };
    let lines: Vec<_> = (5..8).map(underlined).collect();
    assert_eq!(lines, ["", "PENDING", ""], "{}", desk.screen());
}

#[test]
fn a_compact_head_looks() {
    at_both_sizes("compact_head", |size| {
        let mut desk = Desk::at_work(size);
        desk.keys("C-e");
        desk
    });
}

#[test]
fn a_compact_head_leaves_two_more_rows_and_comes_back() {
    let mut desk = Desk::at_work(SMALL);
    let (full, rows) = (desk.screen(), desk.model.layout().table_rows());
    desk.keys("C-e");
    assert_eq!(desk.model.layout().table_rows(), rows + 2);
    assert!(desk.line(1).contains("Apps"), "{}", desk.screen());
    desk.keys("G");
    let last = desk.model.here().state().list.cursor().unwrap();
    assert!(desk.shows(&last.0.to_string()), "{}", desk.screen());
    desk.keys("g C-e");
    assert_eq!(desk.screen(), full);
}

#[test]
fn a_head_that_is_compact_by_its_size_stays_so() {
    let mut desk = Desk::at_work(Size {
        columns: 40,
        rows: 10,
    });
    let before = desk.screen();
    desk.keys("C-e");
    assert_eq!(desk.screen(), before);
}
