//! Every dialog of the users, at both sizes: left once, completed, and what the server holds then.

use quarterdeck_api::users::{UserStatus, UserView};

use crate::api::Api;
use crate::console::{Console, ENTER, ESC, SMALL, Size, WIDE};
use crate::dialog::{Answer, Dialog};
use crate::picture::{cursor_id, ids};
use crate::users::{code, demo};

fn stands(user: &UserView, status: UserStatus) -> bool {
    user.row.status.is(status)
}

fn is_banned_for(user: &UserView, hours: Option<i64>) -> bool {
    let end = user.row.ban_expires_at.zip(user.row.banned_at);
    let lasts = end.map(|(end, begin)| (end - begin).num_hours());
    stands(user, UserStatus::Banned) && lasts == hours
}

/// What is done to one person, one thing after the other.
const OF_ONE: &[Dialog<UserView>] = &[
    Dialog {
        verb: "Suspend",
        steps: &[(
            "x",
            &[
                "Every session of the account ends.",
                "1  Account under review",
                "digit suspend",
            ],
        )],
        answer: &[Answer::Key("1")],
        said: " suspended, was ACTIVE",
        changes: 1,
        holds: |user| {
            let why = user.suspend_reason.as_ref().map(ToString::to_string);
            stands(user, UserStatus::Suspended) && why.as_deref() == Some("Account under review")
        },
    },
    Dialog {
        verb: "Unsuspend",
        steps: &[("x", &["The account can sign in again.", "y unsuspend"])],
        answer: &[Answer::Key("y")],
        said: " unsuspended, was SUSPENDED",
        changes: 1,
        holds: |user| stands(user, UserStatus::Active),
    },
    Dialog {
        verb: "Ban",
        steps: &[
            ("b", &["1  1 hour", "6  permanent", "digit choose"]),
            ("4", &["The ban ends by itself.", "2  Harassment"]),
        ],
        answer: &[Answer::Key("2")],
        said: " banned, was ACTIVE",
        changes: 1,
        holds: |user| is_banned_for(user, Some(168)),
    },
    Dialog {
        verb: "Unban",
        steps: &[
            ("b", &["Banned for: Harassment", "1  Appeal accepted"]),
            ("1", &["Reason: Appeal accepted", "y unban"]),
        ],
        answer: &[Answer::Key("y")],
        said: " unbanned, was BANNED",
        changes: 1,
        holds: |user| stands(user, UserStatus::Active),
    },
    Dialog {
        verb: "Ban",
        steps: &[
            ("b", &["6  permanent"]),
            ("6", &["The ban lasts until"]),
            ("3", &["Reason: Fraud or scam", "y ban"]),
        ],
        answer: &[Answer::Key("y")],
        said: " banned, was ACTIVE",
        changes: 1,
        holds: |user| is_banned_for(user, None),
    },
    Dialog {
        verb: "Unban",
        steps: &[("b", &["2  Banned by mistake", "e write one"])],
        answer: &[Answer::Own("Mistaken for another"), Answer::Key("y")],
        said: " unbanned, was BANNED",
        changes: 1,
        holds: |user| stands(user, UserStatus::Active),
    },
    Dialog {
        verb: "Delete",
        steps: &[
            ("D", &["1  delete", "2  anonymize"]),
            (
                "1",
                &["It can be restored only", "1  Asked for by the person"],
            ),
            ("1", &["Reason: Asked for by the person", "Type "]),
        ],
        answer: &[Answer::Phrase],
        said: " deleted, was ACTIVE",
        changes: 1,
        holds: |user| stands(user, UserStatus::Deleted) && user.deleted_at.is_some(),
    },
    Dialog {
        verb: "Anonymize",
        steps: &[
            ("D", &["2  anonymize"]),
            (
                "2",
                &["This cannot be undone.", "2  Retention period is over"],
            ),
            ("2", &["names the person is removed", "Type "]),
        ],
        answer: &[Answer::Phrase],
        said: " anonymized, was DELETED",
        changes: 1,
        holds: |user| stands(user, UserStatus::Anonymized) && user.anonymized_at.is_some(),
    },
];

fn what_is_done_to_one(size: Size) {
    let (mut console, id) = demo(size, "plain@");
    let api = Api::of(&console);
    for dialog in OF_ONE {
        dialog.run(&mut console, &id, || api.user(&id));
    }
}

#[test]
fn s003_12_each_dialog_about_one_user_at_120x40() {
    what_is_done_to_one(WIDE);
}

#[test]
fn s003_12_each_dialog_about_one_user_at_80x24() {
    what_is_done_to_one(SMALL);
}

/// The demo before users that can be banned without a code.
fn before_several(size: Size) -> Console {
    let mut console = Console::start(size, &["demo"]);
    console.find(&"the first tab", cursor_id);
    console.keys("4").keys("/").wait_for("/ words, or ");
    console.type_text("status:active staff:no").keys(ENTER);
    console.wait_for("/status:active staff:no server");
    console
}

/// Marks so many rows from the first on, and tells which.
fn mark(console: &mut Console, count: usize) -> Vec<String> {
    let rows = console.find(&"rows enough", |screen| {
        Some(ids(screen)).filter(|ids| ids.len() > count)
    });
    for marked in 1..=count {
        console.keys(" ").wait_for(&format!(" {marked} marked"));
    }
    rows.into_iter().take(count).collect()
}

/// A bulk ban of so many, the last question of which is answered so.
fn bulk_ban<'a>(
    steps: &'a [(&'a str, &'a [&'a str])],
    answer: &'a [Answer<'a>],
    said: &'a str,
    count: i64,
    holds: fn(&Vec<UserView>) -> bool,
) -> Dialog<'a, Vec<UserView>> {
    Dialog {
        verb: "Ban",
        steps,
        answer,
        said,
        changes: count,
        holds,
    }
}

fn what_is_done_to_several(size: Size) {
    let mut console = before_several(size);
    let api = Api::of(&console);
    let days = bulk_ban(
        &[
            ("b", &["2  1 day"]),
            ("2", &["1  Spam or automated"]),
            ("1", &["The ban ends by itself.", "y ban"]),
        ],
        &[Answer::Key("y")],
        "3 banned",
        3,
        |users| users.iter().all(|user| is_banned_for(user, Some(24))),
    );
    let for_good = bulk_ban(
        &[
            ("b", &["6  permanent"]),
            ("6", &["1  Spam or automated"]),
            ("1", &["The ban lasts until", "Type 4 and Enter to ban:"]),
        ],
        &[Answer::Typed("4")],
        "4 banned",
        4,
        |users| users.iter().all(|user| is_banned_for(user, None)),
    );
    let crowd = bulk_ban(
        &[
            ("b", &["2  1 day"]),
            ("2", &["1  Spam or automated"]),
            ("1", &["and 6 more", "Type 11 and Enter to ban:"]),
        ],
        &[Answer::Typed("11")],
        "11 banned",
        11,
        |users| users.iter().all(|user| is_banned_for(user, Some(24))),
    );
    for (dialog, count) in [(days, 3), (for_good, 4), (crowd, 11)] {
        // Whoever is banned leaves the list with the next load.
        console
            .keys("r")
            .wait_for("Data refreshed")
            .wait_gone("BANNED");
        console.keys("g");
        let marked = mark(&mut console, count);
        let read = || marked.iter().map(|id| api.user(id)).collect();
        dialog.run(&mut console, &format!("{count} users"), read);
    }
}

#[test]
fn s003_12_each_bulk_ban_at_120x40() {
    what_is_done_to_several(WIDE);
}

#[test]
fn s003_12_each_bulk_ban_at_80x24() {
    what_is_done_to_several(SMALL);
}

#[test]
fn one_of_the_staff_takes_the_right_code_and_a_wrong_one_changes_nothing() {
    for size in [WIDE, SMALL] {
        let (mut console, id) = demo(size, "sam@");
        let api = Api::of(&console);
        let before = api.user(&id);
        let title = format!("Suspend {id}");
        let ask = |console: &mut Console| {
            console.keys("x").wait_for("2  Account may be taken over");
            console.keys("2").wait_for("type your one-time code");
            console.wait_for("Code: ");
        };
        ask(&mut console);
        console.keys(ESC).wait_gone(&title);
        ask(&mut console);
        console.type_text("000000").keys(ENTER);
        console.wait_for("That code is wrong. Nothing changed.");
        assert_eq!(api.user(&id), before, "left, and tried with a wrong code");

        console.wait_for(&title);
        let code = code(&console);
        // The line that says what was wrong goes with the first digit.
        console.keys(&code).wait_for("Code: ******");
        console.keys(ENTER);
        console.wait_for(" suspended, was ACTIVE").wait_gone(&title);
        let after = api.user(&id);
        assert!(stands(&after, UserStatus::Suspended), "{after:#?}");
        assert_eq!(after.row.version, before.row.version + 1);
    }
}
