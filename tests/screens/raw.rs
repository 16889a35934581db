//! The row as the server sent it: shown and copied as ASCII, whatever it holds.

use quarterdeck::app::layout::Size;
use quarterdeck::app::message::{Effect, Slot};
use quarterdeck::app::room_state::Pane;
use quarterdeck::app::tab::Tab;
use quarterdeck_api::audit::ListAudit;

use crate::desk::{Desk, SMALL, WIDE};
use crate::fixtures;
use crate::queues::before_dashboard;
use crate::snapshots::at_both_sizes;

const DETAIL: Slot = Slot::Detail(Tab::Applications);

/// As a server sends it, with a member that this console does not know and a name that would drive a terminal.
const SENT: &str = concat!(
    r#"{"id":4711,"user_id":4811,"name":"Rob\u001b]52;c;c2VjcmV0\u0007"#,
    "\u{9b}31m M\u{fc}ller\u{202e}",
    r#"","email":"ana.mueller@example.com","status":"PENDING","submitted_at":"2026-11-19T00:23:00Z","#,
    r#""decided_at":null,"decided_by":null,"reason":null,"version":1,"answers":"none","unknown":[]}"#
);

/// Answers what was asked last as a server does.
fn answer(desk: &mut Desk, slot: Slot, sent: &str) {
    let call = desk.queries(slot).pop().expect("it was asked for");
    let reply = call.decode(sent.as_bytes()).unwrap();
    desk.answer(slot, reply);
}

fn raw(size: Size) -> Desk {
    let mut desk = Desk::at_work(size);
    desk.keys("d");
    answer(&mut desk, DETAIL, SENT);
    desk
}

fn copied(desk: &Desk) -> Option<String> {
    desk.effects.iter().rev().find_map(|effect| match effect {
        Effect::Copy(text) => Some(text.clone()),
        _ => None,
    })
}

#[test]
fn the_screens_of_a_raw_row() {
    at_both_sizes("raw", raw);
    at_both_sizes("raw_loading", |size| {
        let mut desk = Desk::at_work(size);
        desk.keys("d");
        desk
    });
    at_both_sizes("copy_menu_as_sent", |size| {
        let mut desk = raw(size);
        desk.keys("Y");
        desk
    });
}

#[test]
fn raw_shows_escapes_and_never_a_control() {
    let mut desk = raw(WIDE);
    let screen = desk.screen();
    let line = r#"  "name": "Rob\u001b]52;c;c2VjcmV0\u0007\u009b31m M\u00fcller\u202e","#;
    assert!(screen.lines().any(|shown| shown == line), "{screen}");
    assert!(screen.contains(r#"  "unknown": []"#), "{screen}");
    desk.keys("/").text("unknown").keys("Enter");
    assert!(desk.shows("/unknown 1/1"));
}

#[test]
fn d_and_esc_return_to_the_list_or_to_the_row_that_was_read() {
    for key in ["d", "Esc", "f", "q", "h"] {
        let mut desk = raw(SMALL);
        desk.keys("j").keys(key);
        assert_eq!(desk.model.here().state().pane, Pane::List, "{key}");
        assert!(!desk.shows("RAW"), "{key}");
    }
    let mut desk = raw(SMALL);
    desk.keys("d f j j d");
    assert!(
        desk.shows("RAW") && desk.shows("As sent"),
        "{}",
        desk.screen()
    );
    desk.keys("d");
    let state = desk.model.here().state();
    assert_eq!((state.pane, desk.shows("RAW")), (Pane::Full, false));
    desk.keys("Esc");
    assert_eq!(desk.model.here().state().pane, Pane::List);
}

#[test]
fn what_came_with_the_detail_is_not_asked_for_again_and_no_other_row_is_kept() {
    let mut desk = Desk::at_work(SMALL);
    desk.keys("Enter");
    answer(&mut desk, DETAIL, SENT);
    desk.forget().keys("d");
    assert!(desk.queries(DETAIL).is_empty());
    assert!(desk.shows("As sent"), "{}", desk.screen());
    desk.keys("d h j d");
    assert_eq!(desk.queries(DETAIL).len(), 1);
    assert!(!desk.shows("As sent"), "{}", desk.screen());
    desk.fail(DETAIL, fixtures::away());
    assert!(desk.shows("Not loaded."), "{}", desk.screen());
    assert_eq!(
        desk.queries(DETAIL).len(),
        1,
        "it is not asked again by itself"
    );
}

#[test]
fn after_a_verb_the_next_row_is_shown_as_it_was_sent() {
    let mut desk = raw(SMALL);
    desk.forget().keys("a");
    assert_eq!(desk.decisions().len(), 1);
    assert_eq!(desk.queries(DETAIL).len(), 1, "the next one is asked for");
    assert!(desk.shows("RAW"));
}

#[test]
fn y_r_copies_what_was_sent_once_it_is_here() {
    let mut desk = Desk::at_work(SMALL);
    desk.keys("Y");
    assert!(desk.shows("r  as sent"), "{}", desk.screen());
    desk.keys("r");
    assert_eq!(copied(&desk), None);
    assert_eq!(desk.toast(), "Not here yet: nothing was copied");
    answer(&mut desk, DETAIL, SENT);
    desk.keys("r");
    let copied = copied(&desk).expect("it is copied");
    assert!(
        copied.is_ascii() && copied.contains(r"M\u00fcller\u202e"),
        "{copied}"
    );
    let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    assert_eq!(read(&copied), read(SENT));
}

#[test]
fn a_long_record_is_shown_in_part_and_not_copied() {
    let mut desk = Desk::at_work(SMALL);
    desk.keys("d");
    let long = SENT.replace("none", &"x".repeat(70_000));
    answer(&mut desk, DETAIL, &long);
    let said = format!("{} bytes, of which these are the first ", long.len());
    assert!(desk.shows(&said), "{}", desk.screen());
    desk.keys("Y r");
    assert_eq!(copied(&desk), None);
    assert!(desk.toast().starts_with("Not copied: "), "{}", desk.toast());
}

#[test]
fn a_row_of_the_log_is_asked_for_alone_and_a_queue_is_no_record() {
    let mut desk = Desk::at_work(SMALL);
    desk.keys("5").answer_audit();
    desk.keys("j d");
    let query = desk.query::<ListAudit>(Slot::Detail(Tab::Audit));
    assert_eq!(
        (query.filter.as_deref(), query.take),
        (Some("id:1203"), Some(1))
    );
    let mut desk = before_dashboard(SMALL);
    desk.keys("d");
    assert!(
        desk.toast().ends_with("a queue is no record of the server"),
        "{}",
        desk.toast()
    );
}
