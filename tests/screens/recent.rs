//! The palette's memory: commands that ran and objects that were opened, of this session alone.

use quarterdeck::app::list::RowId;
use quarterdeck::app::message::Slot;
use quarterdeck::app::overlay::Overlay;
use quarterdeck::app::tab::Tab;
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::users::ListUsers;

use crate::desk::{Desk, SMALL};
use crate::fixtures;
use crate::people::{before, user};
use crate::snapshots::at_both_sizes;

/// What stands in the palette's field.
fn field(desk: &Desk) -> &str {
    match &desk.model.overlay {
        Some(Overlay::Palette(prompt)) => prompt.field.value(),
        other => panic!("no palette: {other:?}"),
    }
}

fn ran(desk: &mut Desk, command: &str) {
    desk.keys(":").text(command).keys("Enter").wait(10);
}

#[test]
fn up_walks_the_history_and_never_runs() {
    let mut desk = Desk::at_work(SMALL);
    ran(&mut desk, "theme mono");
    ran(&mut desk, "cols id,status");
    ran(&mut desk, "mess");
    desk.keys("Esc").forget().keys(":").text("t");
    for (key, shown) in [
        ("Up", "messages"),
        ("Up", "cols id,status"),
        ("C-p", "theme mono"),
        ("Up", "theme mono"),
        ("Down", "cols id,status"),
        ("C-n", "messages"),
        ("Down", "t"),
    ] {
        desk.keys(key);
        assert_eq!(field(&desk), shown, "{key}");
    }
    assert!(desk.effects.is_empty(), "{:?}", desk.effects);
    desk.keys("Down Down Up Up");
    assert_eq!(field(&desk), "t", "the entries are walked first");
    desk.keys("Up");
    assert_eq!(field(&desk), "messages");
}

#[test]
fn a_command_called_back_is_changed_or_run_as_it_stands() {
    let mut desk = Desk::at_work(SMALL);
    ran(&mut desk, "cols id,status");
    desk.keys(": Up").text(",name").keys("Enter");
    assert_eq!(desk.toast(), "Columns: id, status, name");
    desk.keys(": Up Up Enter");
    assert_eq!(desk.toast(), "Columns: id, status");
}

#[test]
fn a_verb_called_back_where_it_does_not_exist_does_nothing_else_instead() {
    let mut desk = Desk::at_work(SMALL);
    ran(&mut desk, "approve");
    desk.decide().wait(10).forget().keys("5").answer_audit();
    desk.keys(": Up Enter");
    assert!(
        desk.shows("`approve` is not on this tab"),
        "{}",
        desk.screen()
    );
    assert_eq!((desk.writes(), desk.model.tab), (Vec::new(), Tab::Audit));
}

#[test]
fn what_was_not_run_is_not_remembered() {
    let mut desk = Desk::at_work(SMALL);
    ran(&mut desk, "rej");
    assert!(desk.shows("`reject` writes: type its name in full"));
    desk.keys("Esc :").text("times").keys("Esc : Up");
    assert_eq!(field(&desk), "");
}

#[test]
fn what_was_opened_is_found_by_id_and_by_name() {
    let mut desk = before(SMALL, (11..14).map(user).collect());
    desk.keys("j Enter Esc j f Esc 1");
    desk.keys(":").text("#12");
    assert!(desk.shows("go user#12"), "{}", desk.screen());
    desk.keys("Enter");
    let state = desk.model.here().state();
    assert_eq!((desk.model.tab, state.filter.as_str()), (Tab::Users, "#12"));
    let rows = fixtures::page(vec![user(12)]);
    desk.answer(Slot::List(Tab::Users), AnyReply::new::<ListUsers>(rows));
    assert_eq!(desk.model.here().state().list.cursor(), Some(RowId(12)));
    desk.keys(":").text("go");
    let screen = desk.screen();
    let place = |text: &str| {
        screen
            .find(text)
            .unwrap_or_else(|| panic!("{text}: {screen}"))
    };
    assert!(
        place("go user#13") < place("go user#12"),
        "the last one first"
    );
    desk.keys("Esc :").text("person13");
    assert!(desk.shows("go user#13"), "{}", desk.screen());
}

#[test]
fn twenty_objects_are_remembered_and_none_for_somebody_else() {
    let mut desk = Desk::before(25);
    for _ in 0..25 {
        desk.keys("f f j");
    }
    let recent = &desk.model.recent;
    let ids: Vec<_> = recent.iter().map(|object| object.id.0).collect();
    assert_eq!(ids, (6..=25).rev().collect::<Vec<_>>());
    desk.keys(":").text("logout").keys("Enter");
    desk.answer_session(Ok(quarterdeck::app::message::SessionReply::SignedOut));
    assert!(desk.model.recent.is_empty());
    assert_eq!(desk.model.history.back(0), None);
}

#[test]
fn the_palette_with_what_was_opened() {
    at_both_sizes("palette_recent", |size| {
        let mut desk = before(size, crate::people::crowd());
        for _ in 0..6 {
            desk.keys("f f j");
        }
        desk.keys(":").text("go ");
        desk
    });
}
