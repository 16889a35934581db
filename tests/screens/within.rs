//! A note or a session of a user, picked from the drawer: rewritten, wiped, ended.

use quarterdeck_api::active_sessions::RevokeSession;
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::ids::{NoteId, SessionId};
use quarterdeck_api::notes::{
    DeleteNote, DeleteNoteQuery, DeletedNote, NotePatch, RiskLevel, UpdateNote, UserNote,
};
use quarterdeck_api::operation::Operation;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::sessions::Me;
use quarterdeck_api::users::{UserDrawer, UserRow};

use crate::desk::{Desk, SMALL, WIDE};
use crate::fixtures;
use crate::people::{desk_of, drawer, note, staff, user, view};
use crate::sessions::session;

fn notes() -> Vec<UserNote> {
    let mine = |id| UserNote {
        mine: true,
        version: 4,
        ..note(id, RiskLevel::Low, "Wrote again.\nAnd again.")
    };
    vec![mine(9), note(8, RiskLevel::High, "Called twice."), mine(7)]
}

fn opened(me: Me, row: UserRow) -> Desk {
    let mut desk = desk_of(me, WIDE, vec![row.clone()]);
    let mut ours = session(12);
    ours.current = true;
    desk.keys("Enter").answer_drawer(UserDrawer {
        notes: Some(fixtures::page(notes())),
        sessions: Some(fixtures::page(vec![session(14), ours, session(11)])),
        ..drawer(view(row))
    });
    desk.forget();
    desk
}

fn moderator() -> Me {
    fixtures::admin(&[
        Permission::UserView,
        Permission::UserNoteView,
        Permission::UserNoteEdit,
        Permission::UserNoteDelete,
        Permission::SessionsView,
        Permission::SessionsRevoke,
    ])
}

/// The one call of this operation that was sent.
fn sent<Op: Operation>(desk: &Desk) -> (Op::Path, Op::Query, Op::Body)
where
    Op::Path: Clone,
    Op::Query: Clone,
    Op::Body: Clone,
{
    let writes = desk.writes();
    assert_eq!(writes.len(), 1, "{writes:?}");
    let (path, query, body) = writes[0].2.args::<Op>().unwrap();
    (path.clone(), query.clone(), body.clone())
}

#[test]
fn s004_15_a_note_of_ones_own_is_rewritten_with_its_risk_and_as_it_was_seen() {
    let mut desk = opened(moderator(), user(3));
    desk.keys("I 3");
    assert!(desk.shows("#9 low: Wrote again."), "{}", desk.screen());
    assert!(
        !desk.shows("#8 HIGH: Called"),
        "another's: {}",
        desk.screen()
    );
    desk.keys("Down Enter")
        .text("Wrote a third time.")
        .keys("Enter");
    assert!(
        desk.shows("Rewrite a note about #3 Person 3: high?"),
        "{}",
        desk.screen()
    );
    assert!(desk.shows("#7 low: Wrote again."), "{}", desk.screen());
    assert_eq!(desk.writes().len(), 0);
    desk.keys("y");
    let (id, _, patch) = sent::<UpdateNote>(&desk);
    let expected = NotePatch {
        note: Some("Wrote a third time.".to_owned()),
        risk_level: Some(RiskLevel::High),
        expected_version: Some(4),
    };
    assert_eq!((id, patch), (NoteId(7), expected));
    let changed = note(7, RiskLevel::High, "Wrote a third time.");
    desk.answer_write(Ok(AnyReply::new::<UpdateNote>(changed)));
    assert_eq!(desk.toast(), "#3 noted anew, was ACTIVE");
}

#[test]
fn s004_49_a_super_admin_wipes_the_note_of_another_and_nobody_else_does() {
    let mut desk = opened(fixtures::root(), user(3));
    desk.keys("W").text("called").keys("Enter");
    assert!(
        desk.shows("Its words are gone for good."),
        "{}",
        desk.screen()
    );
    desk.keys("y");
    let (id, query, _) = sent::<DeleteNote>(&desk);
    let expected_version = Some(1);
    assert_eq!(
        (id, query),
        (NoteId(8), DeleteNoteQuery { expected_version })
    );
    let deleted = DeletedNote {
        id: NoteId(8),
        user_id: quarterdeck_api::ids::UserId(3),
    };
    desk.answer_write(Ok(AnyReply::new::<DeleteNote>(deleted)));
    assert_eq!(desk.toast(), "#3 has a note less, was ACTIVE");
    let mut desk = opened(moderator(), user(3));
    desk.keys("W").text("called");
    assert!(!desk.shows("#8 HIGH: Called"), "{}", desk.screen());
}

#[test]
fn s003_77_one_session_is_ended_from_the_drawer_and_never_ones_own() {
    let mut desk = opened(moderator(), user(3));
    desk.keys("_");
    assert!(!desk.shows("#12 192.0.2.7"), "{}", desk.screen());
    desk.keys("Down Enter");
    assert!(
        desk.shows("End-session of #3 Person 3?"),
        "{}",
        desk.screen()
    );
    desk.keys("y");
    assert_eq!(sent::<RevokeSession>(&desk).0, SessionId(11));
}

#[test]
fn a_session_of_staff_takes_a_super_admin_and_a_code() {
    let mut desk = opened(moderator(), staff(3));
    desk.keys("_");
    assert!(desk.toast().contains("SuperAdmin only"), "{}", desk.toast());
    let mut desk = opened(fixtures::root(), staff(3));
    desk.keys("_ Enter y").text("123456");
    assert_eq!(desk.writes().len(), 0);
    desk.keys("Enter");
    assert_eq!(sent::<RevokeSession>(&desk).0, SessionId(14));
}

#[test]
fn what_is_not_here_yet_cannot_be_picked_from_and_says_so() {
    for keys in ["I", "W", "_"] {
        let mut desk = desk_of(moderator(), SMALL, vec![user(3)]);
        desk.keys(keys);
        assert!(
            desk.toast().contains("open the row first"),
            "{keys}: {}",
            desk.toast()
        );
        desk.keys("Enter")
            .answer_drawer(drawer(view(user(3))))
            .keys(keys);
        let none = ["there is no note of yours", "no session is open but yours"];
        assert!(
            none.iter().any(|why| desk.toast().contains(why)),
            "{keys}: {}",
            desk.toast()
        );
        assert_eq!(desk.writes().len(), 0);
    }
    let mut desk = opened(fixtures::admin(&[Permission::UserView]), user(3));
    desk.keys("I");
    assert!(desk.toast().contains("user-note.edit"), "{}", desk.toast());
}
