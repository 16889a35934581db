//! Sessions of a user: read in the detail, ended by a key.

use chrono::TimeDelta;
use quarterdeck_api::active_sessions::{
    RevokeSessions, RevokeSessionsRequest, RevokedSessions, SessionKind, SessionRow,
};
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::ids::{SessionId, UserId};
use quarterdeck_api::page::Page;
use quarterdeck_api::text::Line;
use quarterdeck_api::users::UserDrawer;

use crate::desk::{SMALL, WIDE};
use crate::fixtures::{self, NOW};
use crate::people::{before, drawer, staff, user, view};

pub(crate) fn session(id: i64) -> SessionRow {
    SessionRow {
        id: SessionId(id),
        user_id: UserId(3),
        user: Line::new("person3@example.com"),
        kind: SessionKind::Full.into(),
        ip_address: Line::new("192.0.2.7"),
        user_agent: Line::new("quarterdeck/0.1"),
        created_at: NOW - TimeDelta::hours(3),
        last_seen_at: NOW - TimeDelta::minutes(9),
        expires_at: NOW + TimeDelta::hours(9),
        current: false,
    }
}

#[test]
fn s003_77_the_detail_tells_the_open_sessions() {
    let enrolling = SessionRow {
        kind: SessionKind::Enrolling.into(),
        ..session(8)
    };
    let sessions = Page {
        total: 31,
        next_cursor: Some("8".to_owned()),
        ..fixtures::page(vec![session(9), enrolling])
    };
    let mut desk = before(WIDE, vec![user(3)]);
    desk.keys("Enter").answer_drawer(UserDrawer {
        sessions: Some(sessions),
        ..drawer(view(user(3)))
    });
    desk.keys("f");
    let screen = desk.screen();
    for line in [
        "#9  since 2026-11-20 11:00:00 UTC (3h ago), seen 9m  192.0.2.7  quarterdeck/0.1",
        "seen 9m, second factor missing  192.0.2.7",
        "... 2 of 31",
    ] {
        assert!(screen.contains(line), "{line}\n{screen}");
    }
}

#[test]
fn all_sessions_are_ended_from_the_menu_of_removal() {
    let mut desk = before(SMALL, vec![user(3)]);
    desk.keys("D 3").text("lost phone").keys("Enter");
    assert!(
        desk.shows("Every session ends within a second"),
        "{}",
        desk.screen()
    );
    desk.keys("y");
    let (id, body) = desk.sent::<RevokeSessions>();
    let reason = Some("lost phone".to_owned());
    assert_eq!((id, body), (UserId(3), RevokeSessionsRequest { reason }));
    desk.answer_write(Ok(AnyReply::new::<RevokeSessions>(RevokedSessions {
        user_id: UserId(3),
        ids: vec![SessionId(9)],
        noop: false,
    })));
    assert_eq!(desk.toast(), "#3 signed out everywhere, was ACTIVE");
}

#[test]
fn c_11_to_end_sessions_of_staff_takes_a_code() {
    let mut desk = before(SMALL, vec![staff(4)]);
    desk.keys("D 3").text("lost phone").keys("Enter y");
    assert!(desk.shows("type your one-time code"), "{}", desk.screen());
}
