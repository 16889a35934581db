//! What the drawer adds to a user: notes, read in the detail and written by a key, and figures.

use quarterdeck::app::message::Slot;
use quarterdeck::app::tab::Tab;
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::ids::UserId;
use quarterdeck_api::money::{Ratio, UserStats};
use quarterdeck_api::notes::{CreateNote, NewNoteRequest, RiskLevel, UserNote};
use quarterdeck_api::page::Page;
use quarterdeck_api::text::Line;
use quarterdeck_api::users::{UserDrawer, UserRow};

use crate::desk::{Desk, SMALL, WIDE};
use crate::fixtures;
use crate::people::{before, drawer, note, user, view};

fn before_notes(notes: Option<Page<UserNote>>) -> Desk {
    let mut desk = before(SMALL, vec![user(3)]);
    desk.keys("Enter").answer_drawer(UserDrawer {
        notes,
        ..drawer(view(UserRow {
            risk_level: Some(RiskLevel::Critical.into()),
            ..user(3)
        }))
    });
    desk.keys("} }");
    desk
}

#[test]
fn s004_10_the_detail_tells_the_notes_with_risk_author_and_time() {
    let mine = UserNote {
        mine: true,
        ..note(9, RiskLevel::Low, "Wrote again.")
    };
    let notes = vec![
        mine,
        note(7, RiskLevel::Critical, "Called twice.\nNo answer."),
    ];
    let desk = before_notes(Some(fixtures::page(notes)));
    assert!(desk.shows("Risk        CRITICAL"), "{}", desk.screen());
    let screen = desk.screen();
    let told = [
        "#9  2026-11-20 11:00:00 UTC (3h ago)  low by you: Wrote again.",
        "CRITICAL by rita@quarterdeck.example:",
        "Called twice.",
        "No answer.",
    ];
    for line in told {
        assert!(screen.contains(line), "{line}\n{screen}");
    }
}

#[test]
fn more_notes_than_are_shown_are_counted_and_unreadable_ones_are_said_to_be_there() {
    let notes = Page {
        total: 31,
        next_cursor: Some("7".to_owned()),
        ..fixtures::page(vec![note(7, RiskLevel::High, "Called.")])
    };
    let desk = before_notes(Some(notes));
    assert!(desk.shows("... 1 of 31"), "{}", desk.screen());
    let desk = before_notes(None);
    assert!(
        desk.shows("You lack the permission user-note.view."),
        "{}",
        desk.screen()
    );
}

#[test]
fn s004_15_a_note_is_written_by_a_key_a_digit_and_words() {
    let mut desk = before(WIDE, vec![user(3)]);
    desk.keys("i");
    assert!(desk.shows("4  critical"), "{}", desk.screen());
    desk.keys("3");
    assert!(
        desk.shows("What should the team know?"),
        "{}",
        desk.screen()
    );
    desk.text("Called twice.").keys("Enter");
    assert!(desk.shows("Risk: high."), "{}", desk.screen());
    desk.keys("y");
    let ((), body) = desk.sent::<CreateNote>();
    let expected = NewNoteRequest {
        user_id: UserId(3),
        note: "Called twice.".to_owned(),
        risk_level: RiskLevel::High,
    };
    assert_eq!(body, expected);
    desk.answer_write(Ok(AnyReply::new::<CreateNote>(note(
        7,
        RiskLevel::High,
        "Called twice.",
    ))));
    assert_eq!(desk.toast(), "#3 noted, was ACTIVE");
    assert_eq!(
        desk.queries(Slot::Detail(Tab::Users)).len(),
        1,
        "the detail is read anew"
    );
}

#[test]
fn a_note_has_up_to_2000_characters_and_is_about_one_person() {
    let mut desk = before(WIDE, vec![user(1), user(2)]);
    desk.keys("i 1 Enter");
    assert!(
        desk.shows("A note has 1 to 2000 characters."),
        "{}",
        desk.screen()
    );
    desk.text(&"n".repeat(1_999)).text("mm").keys("Enter y");
    let ((), body) = desk.sent::<CreateNote>();
    assert_eq!(body.note.chars().count(), 2_000);
    let mut desk = before(WIDE, vec![user(1), user(2)]);
    desk.keys("Space Space i");
    assert!(
        desk.toast().ends_with("one at a time; Esc clears marks"),
        "{}",
        desk.toast()
    );
}

#[test]
fn s004_49_who_may_not_write_notes_is_told_so() {
    let mut desk = crate::people::desk_of(
        fixtures::admin(&[quarterdeck_api::permission::Permission::UserView]),
        WIDE,
        vec![user(3)],
    );
    desk.keys("i");
    assert!(
        desk.toast()
            .ends_with("you lack the permission user-note.edit"),
        "{}",
        desk.toast()
    );
}

#[test]
fn s004_11_the_detail_tells_what_the_person_moved() {
    let stats = UserStats {
        currency: Line::new("EUR"),
        total_wagered: 1_000_100,
        ggr: -400_100,
        rtp: Ratio::of(2, 3),
        ..UserStats::default()
    };
    let mut desk = before(WIDE, vec![user(3)]);
    desk.keys("Enter").answer_drawer(UserDrawer {
        stats,
        ..drawer(view(user(3)))
    });
    desk.keys("f");
    let screen = desk.screen();
    for line in [
        "Wagered     10,001.00 EUR",
        "GGR         -4,001.00 EUR",
        "RTP         66.67 %",
    ] {
        assert!(screen.contains(line), "{line}\n{screen}");
    }
}
