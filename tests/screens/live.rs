//! What others do while a list is shown: told by events, and nothing moves.

use quarterdeck::app::list::RowId;
use quarterdeck::app::message::{Effect, LiveNews, Msg, Slot};
use quarterdeck::app::tab::Tab;
use quarterdeck_api::applications::{ApplicationRow, ApplicationStatus, GetApplication};
use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::realtime::{
    Changed, Event, Farewell, Health, Hello, New, Newest, Part, Resource,
};
use quarterdeck_api::text::Line;

use crate::desk::{Desk, SMALL, WIDE, conflict, options};
use crate::fixtures;

const DETAIL: Slot = Slot::Detail(Tab::Applications);

fn hear(desk: &mut Desk, event: Event) {
    desk.send(Msg::Live(LiveNews::Heard(event)));
}

fn hello(newest: i64) -> Event {
    Event::Hello(Hello {
        seq: 1,
        missed: false,
        newest: vec![Newest {
            resource: Resource::Applications.into(),
            id: newest,
        }],
    })
}

fn came(resource: Resource, count: u32, newest: i64) -> Event {
    Event::New(New {
        resource: resource.into(),
        count,
        newest,
    })
}

fn approved(desk: &Desk, ids: impl IntoIterator<Item = i64>) -> Event {
    changed(desk, AuditCode::ApplicationApproved, ids)
}

fn changed(desk: &Desk, code: AuditCode, ids: impl IntoIterator<Item = i64>) -> Event {
    Event::Changed(Changed {
        seq: 9,
        resource: Resource::Applications.into(),
        ids: ids.into_iter().collect(),
        code: code.into(),
        by: Some(9),
        at: desk.now,
    })
}

/// A desk before so many rows, to which the server speaks.
fn live(count: i64) -> Desk {
    let mut desk = Desk::before(count);
    hear(&mut desk, hello(count));
    desk.forget();
    desk
}

fn cursor(desk: &Desk) -> i64 {
    desk.model.here().state().list.cursor().unwrap().0
}

fn rows(ids: impl IntoIterator<Item = i64>) -> Vec<ApplicationRow> {
    ids.into_iter().map(fixtures::pending).collect()
}

/// The detail of a row that Bob approved.
fn detail(desk: &Desk, id: i64) -> AnyReply {
    let row = conflict(id, ApplicationStatus::Active, desk.now).application;
    AnyReply::new::<GetApplication>(fixtures::view(row.unwrap()))
}

/// What the ghosts of the tab shown are.
fn struck(desk: &Desk) -> Vec<i64> {
    let state = desk.model.here().state();
    state.overtaken.keys().map(|id| id.0).collect()
}

#[test]
fn a_session_that_begins_listens_and_one_that_ends_does_not() {
    let is_listen = |effect: &Effect| matches!(effect, Effect::Listen);
    let mut desk = Desk::entering(SMALL);
    assert_eq!(
        desk.effects
            .iter()
            .filter(|effect| is_listen(effect))
            .count(),
        1
    );
    desk.forget().keys(":").text("login").keys("Enter");
    assert!(
        desk.effects
            .iter()
            .any(|effect| matches!(effect, Effect::StopListening))
    );
    assert!(!Desk::started(options(SMALL)).effects.iter().any(is_listen));
}

#[test]
fn new_rows_are_counted_on_the_tabs_and_nothing_moves() {
    let mut desk = live(4);
    desk.keys("j");
    hear(&mut desk, came(Resource::Applications, 5, 9));
    hear(&mut desk, came(Resource::Reports, 1_200, 5_000));
    assert_eq!((cursor(&desk), desk.visible()), (2, vec![1, 2, 3, 4]));
    assert!(desk.line(1).contains("1 Apps 4 +5 "), "{}", desk.screen());
    assert!(
        desk.line(1).contains("2 Reports +1,200 "),
        "{}",
        desk.screen()
    );
    assert!(desk.line(2).contains("+5 new"), "{}", desk.screen());
    assert!(desk.line(0).contains("LIVE"), "{}", desk.screen());
    assert!(desk.queries(Slot::List(Tab::Applications)).is_empty());
    insta::assert_snapshot!("live_new_rows_80x24", desk.screen());
    desk.keys("r").answer_list(rows(1..=9));
    assert_eq!(desk.visible().len(), 9);
    assert!(!desk.screen().contains("+5"), "{}", desk.screen());
}

#[test]
fn a_row_that_is_told_of_twice_is_counted_once() {
    let mut desk = live(4);
    hear(&mut desk, came(Resource::Applications, 5, 9));
    hear(&mut desk, came(Resource::Applications, 2, 9));
    assert_eq!(desk.model.here().state().came, 5);
    // A connection that was away for a while says how far the ids have come.
    desk.send(Msg::Live(LiveNews::Down(Line::new("gone"))));
    assert!(desk.line(0).contains("NOT LIVE"), "{}", desk.screen());
    hear(&mut desk, hello(12));
    assert_eq!(desk.model.here().state().came, 8);
    assert!(!desk.line(0).contains("NOT LIVE"), "{}", desk.screen());
}

#[test]
fn rows_that_others_decide_are_struck_where_they_stand_and_refuse() {
    let mut desk = live(5);
    let event = approved(&desk, [2, 3, 77]);
    hear(&mut desk, event);
    assert_eq!(
        (struck(&desk), desk.visible()),
        (vec![2, 3], vec![1, 2, 3, 4, 5])
    );
    assert!(desk.line(6).contains(" x     #2 "), "{}", desk.screen());
    assert!(
        desk.queries(DETAIL).is_empty(),
        "one that nobody looks at is not looked up"
    );
    insta::assert_snapshot!("live_ghosts_80x24", desk.screen());
    // The next open row is none of them.
    desk.keys("a");
    assert_eq!((desk.decision().ids[0].0, cursor(&desk)), (1, 4));
    desk.forget().keys("k k a");
    assert_eq!(
        desk.toast(),
        "Approve: somebody else was first with #2: application approved"
    );
    assert!(desk.decisions().is_empty());
    desk.wait(1);
    let reply = detail(&desk, 2);
    desk.answer(DETAIL, reply);
    assert_eq!(desk.toast(), "#2 was approved by bob@quarterdeck.example");
    desk.keys("a");
    assert_eq!(
        desk.toast(),
        "Approve: #2 is ACTIVE already, by bob@quarterdeck.example"
    );
    desk.keys("r").answer_list(rows([1, 4, 5]));
    assert_eq!(struck(&desk), [0; 0]);
}

#[test]
fn the_row_under_the_cursor_is_looked_up_at_once() {
    let mut desk = live(3);
    let event = approved(&desk, [1]);
    hear(&mut desk, event);
    assert_eq!(desk.queries(DETAIL).len(), 1);
    let reply = detail(&desk, 1);
    desk.answer(DETAIL, reply);
    assert_eq!(desk.toast(), "#1 was approved by bob@quarterdeck.example");
    assert!(
        desk.line(5).contains("x     #1  ACTIVE"),
        "{}",
        desk.screen()
    );
    assert_eq!(cursor(&desk), 1);
}

#[test]
fn a_row_that_is_open_after_all_or_again_is_no_ghost() {
    let mut desk = live(3);
    let event = approved(&desk, [1, 2]);
    hear(&mut desk, event);
    let view = fixtures::view(fixtures::pending(1));
    desk.answer(DETAIL, AnyReply::new::<GetApplication>(view));
    assert_eq!(struck(&desk), [2]);
    let event = changed(&desk, AuditCode::ApplicationReopened, [2]);
    hear(&mut desk, event);
    assert_eq!(struck(&desk), [0; 0]);
}

#[test]
fn what_this_console_decides_itself_strikes_nothing() {
    let mut desk = live(3);
    desk.keys("a");
    let event = approved(&desk, [1]);
    hear(&mut desk, event.clone());
    desk.decide();
    hear(&mut desk, event);
    assert_eq!(struck(&desk), [0; 0]);
}

#[test]
fn what_this_console_waitlisted_and_hears_of_after_the_answer_strikes_nothing() {
    let mut desk = live(3);
    desk.keys("w").decide();
    let event = changed(&desk, AuditCode::ApplicationWaitlisted, [1]);
    hear(&mut desk, event);
    assert_eq!(struck(&desk), [0; 0]);
    let event = approved(&desk, [1]);
    hear(&mut desk, event);
    assert_eq!(struck(&desk), [1], "another's decision of it still strikes");
}

#[test]
fn what_was_told_while_rows_were_loaded_outlives_them() {
    let mut desk = live(3);
    let event = approved(&desk, [2]);
    hear(&mut desk, event);
    desk.keys("j j r");
    let event = approved(&desk, [1]);
    hear(&mut desk, event);
    desk.answer_list(rows([1, 3]));
    assert_eq!(struck(&desk), [1]);
}

#[test]
fn a_modal_holds_events_back() {
    let mut desk = live(4);
    desk.keys("x");
    let before = desk.screen();
    assert!(before.contains("Reject #1"), "{before}");
    let event = approved(&desk, [1, 2]);
    hear(&mut desk, event);
    hear(&mut desk, came(Resource::Applications, 7, 20));
    assert_eq!(desk.screen(), before);
    desk.keys("Esc");
    assert_eq!(struck(&desk), [1, 2]);
    assert!(desk.line(2).contains("+7 new"), "{}", desk.screen());
    // More than is held back has to be loaded.
    desk.keys("j j x");
    for newest in 0..1_001 {
        hear(&mut desk, came(Resource::Applications, 1, 21 + newest));
    }
    desk.keys("Esc");
    assert_eq!(
        desk.toast(),
        "More was changed than could be told; r loads it"
    );
}

#[test]
fn s004_24_a_ban_signs_out_keeps_the_rows_and_says_why() {
    for (farewell, said) in [
        (Farewell::Banned, "SIGNED OUT (account_banned)"),
        (Farewell::Revoked, "SIGNED OUT (session_revoked)"),
    ] {
        let mut desk = live(4);
        desk.keys("x");
        desk.send(Msg::Live(LiveNews::Over(farewell)));
        assert_eq!(desk.visible(), [1, 2, 3, 4]);
        desk.keys("1");
        assert!(desk.decisions().is_empty(), "{}", desk.screen());
        desk.keys("Esc a");
        assert!(desk.screen().contains(said), "{}", desk.screen());
        assert!(desk.decisions().is_empty());
        assert!(!desk.line(0).contains("LIVE"), "{}", desk.screen());
        if farewell == Farewell::Banned {
            insta::assert_snapshot!("live_banned_80x24", desk.screen());
        }
    }
}

#[test]
fn a_session_without_a_token_for_it_says_so_where_messages_are_and_nowhere_else() {
    let mut desk = Desk::before(4);
    let before = desk.screen();
    let why = Line::new("this session has no token for it");
    desk.send(Msg::Live(LiveNews::Off(why)));
    assert_eq!(desk.screen(), before);
    desk.keys(":").text("messages").keys("Enter");
    assert!(
        desk.shows("Not live: this session has no token for it"),
        "{}",
        desk.screen()
    );
}

#[test]
fn f5_what_the_server_does_without_is_said_in_the_header_at_once_and_for_as_long() {
    let health = |degraded: &[Part]| {
        let degraded = degraded.iter().map(|part| (*part).into()).collect();
        Event::Health(Health { degraded })
    };
    for size in [SMALL, WIDE] {
        let mut desk = Desk::at_work(size);
        hear(&mut desk, hello(4));
        // A dialog is no reason to keep it back.
        desk.keys("x");
        hear(&mut desk, health(&[Part::Redis]));
        assert!(desk.model.live.is_degraded);
        desk.keys("Esc");
        assert!(desk.line(0).contains("DEGRADED"), "{}", desk.screen());
        hear(&mut desk, health(&[]));
        assert!(!desk.line(0).contains("DEGRADED"), "{}", desk.screen());
        hear(&mut desk, health(&[Part::Redis]));
        hear(&mut desk, hello(4));
        assert!(
            !desk.line(0).contains("DEGRADED"),
            "another process is well"
        );
    }
}

#[test]
fn nothing_that_is_heard_again_changes_the_screen() {
    let mut desk = live(4);
    let before = desk.screen();
    hear(&mut desk, hello(4));
    hear(&mut desk, Event::Unknown);
    desk.send(Msg::Live(LiveNews::Down(Line::new("gone"))));
    hear(&mut desk, hello(4));
    assert_eq!(desk.screen(), before);
    assert_eq!(desk.model.here().state().list.cursor(), Some(RowId(1)));
    let wide = Desk::at_work(WIDE);
    assert!(!wide.line(0).contains("LIVE"), "{}", wide.screen());
}
