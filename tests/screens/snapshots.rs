//! What the screens look like, as text. Read them when they change: this is what operators see.

use quarterdeck::app::layout::Size;
use quarterdeck::app::message::{Msg, Slot};
use quarterdeck::app::options::{Charset, Colors, CursorMark, Motion, ThemeName};
use quarterdeck::app::tab::Tab;
use quarterdeck_api::applications::GetApplication;
use quarterdeck_api::audit::ListAudit;
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::problem::Code;
use quarterdeck_api::text::Line;
use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::style::{Color, Modifier, Style};

use crate::desk::{Desk, SMALL, WIDE};
use crate::fixtures;

/// Checks the screen at both sizes under one name.
pub(crate) fn at_both_sizes(name: &str, desk: impl Fn(Size) -> Desk) {
    for size in [WIDE, SMALL] {
        let name = format!("{name}_{}x{}", size.columns, size.rows);
        assert_ascii(desk(size), &name);
        assert_wide(desk(size), &name);
        insta::assert_snapshot!(name, desk(size).screen());
    }
}

/// Where the locale is not UTF-8, nothing else reaches the terminal, and each line keeps its width.
fn assert_ascii(mut desk: Desk, name: &str) {
    desk.model.options.charset = Charset::Ascii;
    let screen = desk.screen();
    let odd = screen.lines().find(|line| !line.is_ascii());
    assert_eq!(odd, None, "{name}");
    let buffer = desk.buffer();
    let is_ascii = |cell: &Cell| cell.symbol().is_ascii() && cell.symbol().len() == 1;
    assert!(buffer.content.iter().all(is_ascii), "{name}");
}

/// Where the terminal draws characters of ambiguous width in two cells, each of them has two.
fn assert_wide(mut desk: Desk, name: &str) {
    desk.model.options.charset = Charset::WideAmbiguous;
    let buffer = desk.buffer();
    let rows = buffer.content.chunks(usize::from(buffer.area.width));
    for row in rows {
        let mut at = 0;
        while let Some(cell) = row.get(at) {
            let cells = Charset::WideAmbiguous.cells(cell.symbol()).max(1);
            assert_eq!(usize::from(cell.cell_width()), cells, "{name}: {cell:?}");
            assert!(at + cells <= row.len(), "{name}: {cell:?} leaves its row");
            at += cells;
        }
    }
}

/// The queue with its preview loaded where there is one.
fn apps(size: Size) -> Desk {
    let mut desk = Desk::at_work(size);
    desk.wait(42);
    preview(&mut desk);
    desk
}

fn preview(desk: &mut Desk) {
    let slot = Slot::Detail(Tab::Applications);
    if !desk.queries(slot).is_empty() {
        let row =
            fixtures::queue(25).remove(desk.model.here().state().list.cursor_index().unwrap());
        desk.answer(slot, AnyReply::new::<GetApplication>(fixtures::view(row)));
    }
}

fn audit(size: Size) -> Desk {
    let mut desk = Desk::at_work(size);
    desk.keys("5")
        .answer_audit()
        .answer_chain(fixtures::chain());
    desk.wait(42);
    desk
}

#[test]
fn the_screen_in_ascii() {
    let mut desk = apps(SMALL);
    desk.model.options.charset = Charset::Ascii;
    insta::assert_snapshot!("applications_ascii_80x24", desk.screen());
}

/// A theme of colors alone would leave the cursor row like any other.
#[test]
fn without_colors_every_theme_is_told_by_attributes() {
    for theme in ThemeName::ALL {
        let mut desk = apps(SMALL);
        desk.model.options.colors = Colors::None;
        desk.model.theme = *theme;
        let buffer = desk.buffer();
        let reversed = |cell: &&Cell| cell.modifier.contains(Modifier::REVERSED);
        assert!(
            buffer.content.iter().filter(reversed).count() >= 80,
            "{theme:?}"
        );
        let plain = |cell: &Cell| cell.fg == Color::Reset && cell.bg == Color::Reset;
        assert!(buffer.content.iter().all(plain), "{theme:?}");
    }
}

/// The lines of a screen with what is drawn in reverse between brackets.
fn reversed(buffer: &Buffer) -> String {
    let lines = buffer
        .content
        .chunks(usize::from(buffer.area.width))
        .map(|cells| {
            let mut line = String::new();
            let mut was_reversed = false;
            for cell in cells {
                let is_reversed = cell.modifier.contains(Modifier::REVERSED);
                if is_reversed != was_reversed {
                    line.push(if is_reversed { '[' } else { ']' });
                }
                was_reversed = is_reversed;
                line.push_str(cell.symbol());
            }
            line.push_str(if was_reversed { "]" } else { "" });
            line.trim_end().to_owned()
        });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_cursor_marks_its_row_or_over_ssh_its_first_cell() {
    for (name, cursor) in [("row", CursorMark::Row), ("cell", CursorMark::Cell)] {
        let mut desk = apps(SMALL);
        desk.model.options.cursor = cursor;
        desk.keys("j Space k");
        insta::assert_snapshot!(format!("cursor_{name}_80x24"), reversed(&desk.buffer()));
    }
}

/// What the preview has on its first line.
fn previewed(desk: &Desk) -> String {
    let screen = desk.screen();
    let line = screen.lines().nth(4).unwrap();
    let (_, preview) = line.rsplit_once('│').unwrap();
    preview.trim().to_owned()
}

#[test]
fn over_ssh_the_preview_follows_once_the_cursor_stands_still() {
    let mut desk = apps(WIDE);
    let first = previewed(&desk);
    assert!(first.starts_with("#4711"), "{first}");
    desk.keys("j");
    assert!(previewed(&desk).starts_with("#4712"), "at once elsewhere");
    desk.keys("k").model.options.cursor = CursorMark::Cell;
    desk.keys("j").keys("j");
    assert_eq!(previewed(&desk), first);
    desk.wait(1);
    assert!(previewed(&desk).starts_with("#4713"));
    desk.keys("j Enter");
    assert!(
        previewed(&desk).starts_with("#4714"),
        "what has the focus is never held"
    );
}

#[test]
fn with_reduced_motion_nothing_counts() {
    let mut desk = Desk::before(3);
    desk.model.options.motion = Motion::Reduced;
    desk.keys("a").decide();
    let first = desk.screen();
    assert!(
        first.contains("<1m ago") && first.contains("takes it back"),
        "{first}"
    );
    for _ in 0..5 {
        desk.wait(1);
        assert_eq!(desk.screen(), first, "nothing moves");
    }
}

#[test]
fn applications_loading() {
    at_both_sizes("applications_loading", Desk::entering);
}

#[test]
fn applications_empty() {
    at_both_sizes("applications_empty", |size| {
        let mut desk = Desk::entering(size);
        desk.answer_list(Vec::new());
        desk
    });
}

#[test]
fn applications_rows() {
    at_both_sizes("applications_rows", apps);
}

#[test]
fn applications_error() {
    at_both_sizes("applications_error", |size| {
        let mut desk = Desk::entering(size);
        let failure = fixtures::refusal(
            Code::Unavailable,
            "the database is away; try again in a minute",
        );
        desk.fail(Slot::List(Tab::Applications), failure);
        desk
    });
}

#[test]
fn applications_stale() {
    at_both_sizes("applications_stale", |size| {
        let mut desk = apps(size);
        desk.wait(400);
        desk
    });
}

#[test]
fn applications_offline() {
    at_both_sizes("applications_offline", |size| {
        let mut desk = apps(size);
        for _ in 0..2 {
            desk.keys("r")
                .fail(Slot::List(Tab::Applications), fixtures::away());
        }
        desk.wait(130);
        desk
    });
}

#[test]
fn applications_marks_and_filter() {
    at_both_sizes("applications_marks_and_filter", |size| {
        let mut desk = apps(size);
        desk.keys("Space Space j j Space /").text("ana");
        desk
    });
}

#[test]
fn applications_detail() {
    at_both_sizes("applications_detail", |size| {
        let mut desk = apps(size);
        desk.keys("j j j j j j Enter").wait(1);
        preview(&mut desk);
        desk
    });
}

#[test]
fn audit_loading() {
    at_both_sizes("audit_loading", |size| {
        let mut desk = Desk::at_work(size);
        desk.keys("5");
        desk
    });
}

#[test]
fn audit_empty() {
    at_both_sizes("audit_empty", |size| {
        let mut desk = Desk::at_work(size);
        desk.keys("5").answer(
            Slot::List(Tab::Audit),
            AnyReply::new::<ListAudit>(fixtures::page(Vec::new())),
        );
        desk
    });
}

#[test]
fn audit_truncated() {
    at_both_sizes("audit_truncated", |size| {
        let mut desk = audit(size);
        let left = fixtures::page(fixtures::log().split_off(2));
        desk.keys("r")
            .answer_list(fixtures::queue(25))
            .answer(Slot::List(Tab::Audit), AnyReply::new::<ListAudit>(left))
            .answer_chain(fixtures::truncated(1_202));
        desk
    });
}

#[test]
fn audit_rows() {
    at_both_sizes("audit_rows", audit);
}

#[test]
fn audit_detail() {
    at_both_sizes("audit_detail", |size| {
        let mut desk = audit(size);
        desk.keys("j Enter");
        desk
    });
}

#[test]
fn audit_error() {
    at_both_sizes("audit_error", |size| {
        let mut desk = Desk::at_work(size);
        let failure = fixtures::refusal(Code::Internal, "something broke");
        desk.keys("5")
            .fail(Slot::List(Tab::Audit), failure.clone())
            .fail(Slot::Verify, failure);
        desk
    });
}

#[test]
fn audit_stale() {
    at_both_sizes("audit_stale", |size| {
        let mut desk = audit(size);
        desk.wait(400);
        desk
    });
}

#[test]
fn audit_offline() {
    at_both_sizes("audit_offline", |size| {
        let mut desk = audit(size);
        desk.keys("r")
            .fail(Slot::List(Tab::Applications), fixtures::away())
            .fail(Slot::List(Tab::Audit), fixtures::away())
            .fail(Slot::Verify, fixtures::away())
            .wait(5);
        desk
    });
}

#[test]
fn modal_reject_one() {
    at_both_sizes("modal_reject_one", |size| {
        let mut desk = apps(size);
        desk.keys("x");
        desk
    });
}

#[test]
fn modal_reject_several() {
    at_both_sizes("modal_reject_several", |size| {
        let mut desk = apps(size);
        desk.keys("Space Space Space x");
        desk
    });
}

#[test]
fn modal_reject_many() {
    at_both_sizes("modal_reject_many", |size| {
        let mut desk = apps(size);
        desk.wait(400).keys("* x 3").text("9").keys("Enter");
        desk
    });
}

#[test]
fn modal_approve_several() {
    at_both_sizes("modal_approve_several", |size| {
        let mut desk = apps(size);
        desk.keys("Space Space a");
        desk
    });
}

#[test]
fn modal_free_text() {
    at_both_sizes("modal_free_text", |size| {
        let mut desk = apps(size);
        desk.keys("x e").text("no").keys("Enter");
        desk
    });
}

#[test]
fn modal_sort() {
    at_both_sizes("modal_sort", |size| {
        let mut desk = apps(size);
        desk.keys("s");
        desk
    });
}

#[test]
fn modal_leave() {
    at_both_sizes("modal_leave", |size| {
        let mut desk = apps(size);
        desk.keys("Space q");
        desk
    });
}

#[test]
fn modal_messages() {
    at_both_sizes("modal_messages", |size| {
        let mut desk = apps(size);
        desk.keys("a").decide().wait(20);
        desk.keys("V : ").text("messages").keys("Enter");
        desk
    });
}

#[test]
fn menu_of_keys() {
    at_both_sizes("menu_of_keys", |size| {
        let mut desk = apps(size);
        desk.keys("?");
        desk
    });
}

#[test]
fn palette() {
    at_both_sizes("palette", |size| {
        let mut desk = apps(size);
        desk.keys(":").text("re");
        desk
    });
}

#[test]
fn toast_of_an_approval() {
    at_both_sizes("toast_of_an_approval", |size| {
        let mut desk = apps(size);
        desk.keys("a a").decide().wait(2);
        desk
    });
}

#[test]
fn sign_in() {
    at_both_sizes("sign_in_credentials", |size| {
        let mut desk = crate::session::signing_in(size);
        desk.text("ana@quarterdeck.example")
            .keys("Enter")
            .text("hunter2");
        desk
    });
    at_both_sizes("sign_in_gate", crate::session::at_the_gate);
    at_both_sizes("sign_in_code", |size| {
        let mut desk = crate::session::asked_for_a_code(size);
        desk.send(Msg::HeaderNote(Line::new("code 123 456")));
        desk
    });
    at_both_sizes("sign_in_enrollment", crate::session::enrolling);
    at_both_sizes("sign_in_either_way", crate::provider::either);
    at_both_sizes("sign_in_provider", crate::provider::by_provider);
    at_both_sizes("sign_in_browser", crate::provider::waiting);
    at_both_sizes("sign_in_recovery_codes", crate::session::given_codes);
    at_both_sizes("sign_in_recovery", |size| {
        let mut desk = crate::session::asked_for_a_code(size);
        desk.keys("Tab r").text("abcd efgh");
        desk
    });
    at_both_sizes("sign_in_not_an_admin", crate::session::not_an_admin);
    at_both_sizes("sign_in_unreachable", |size| {
        let mut desk = Desk::started(crate::session::signed_out(size));
        desk.fail(Slot::Gate, fixtures::away());
        desk
    });
}

#[test]
fn small_sizes() {
    for (columns, rows) in [(79, 24), (60, 20), (59, 20), (40, 10), (120, 12), (39, 9)] {
        let size = Size { columns, rows };
        let mut desk = apps(SMALL);
        insta::assert_snapshot!(format!("size_{columns}x{rows}"), desk.resize(size).screen());
        let mut desk = audit(SMALL);
        desk.resize(size);
        desk.wait(400);
        insta::assert_snapshot!(format!("size_audit_{columns}x{rows}"), desk.screen());
    }
    let mut desk = apps(Size {
        columns: 40,
        rows: 10,
    });
    desk.keys("* x");
    insta::assert_snapshot!("size_modal_40x10", desk.screen());
}

#[test]
fn each_theme_has_its_styles() {
    for theme in ThemeName::ALL {
        let mut desk = apps(SMALL);
        desk.model.theme = *theme;
        desk.keys("Space j").wait(400);
        desk.keys("V");
        insta::assert_snapshot!(format!("theme_{}", theme.as_str()), styles(&desk));
    }
}

/// Each line as runs of one style.
fn styles(desk: &Desk) -> String {
    let buffer = desk.buffer();
    let mut text = String::new();
    for y in 0..buffer.area.height {
        let mut runs: Vec<(Style, String)> = Vec::new();
        for x in 0..buffer.area.width {
            let cell = &buffer[(x, y)];
            match runs.last_mut() {
                Some((style, run)) if *style == cell.style() => run.push_str(cell.symbol()),
                _ => runs.push((cell.style(), cell.symbol().to_owned())),
            }
        }
        for (style, run) in runs.iter().filter(|(_, run)| !run.trim().is_empty()) {
            text += &[y.to_string(), look(*style), run.trim().to_owned()].join(" | ");
            text.push('\n');
        }
    }
    text
}

fn look(style: Style) -> String {
    let color = |name: &str, color: Option<Color>| {
        color
            .map(|color| color.to_string())
            .filter(|color| color != "Reset")
            .map(|color| format!("{name}={color}"))
    };
    let modifiers = style
        .add_modifier
        .iter_names()
        .map(|(name, _)| name.to_lowercase());
    let parts = color("fg", style.fg)
        .into_iter()
        .chain(color("bg", style.bg))
        .chain(modifiers);
    parts.collect::<Vec<_>>().join(" ")
}
