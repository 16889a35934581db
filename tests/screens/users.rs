//! The users: what is asked, what is sent, what is said of the answer.

use quarterdeck::app::layout::Size;
use quarterdeck::app::message::{Effect, Failure, Slot};
use quarterdeck::app::tab::Tab;
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::ids::UserId;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::problem::{Code, Conflict, Problem};
use quarterdeck_api::text::Line;
use quarterdeck_api::users::{
    AnonymizeUser, BanOutcome, BanResult, BanUser, BulkBanReply, BulkBanUsers, BulkUnbanUsers,
    DeleteUser, DeletedReply, ExportUser, GetUserDrawer, ListUsers, SuspendUser, UnbanUser,
    UnsuspendUser, UserExport, UserRow, UserSort, UserStatus, UsersQuery, VerifyUser,
};

use crate::desk::{Desk, SMALL, WIDE, failed};
use crate::fixtures::{self, NOW};
use crate::people::{banned, before, crowd, desk_of, drawer, drawer_with_bans, staff, user, view};

const LIST: Slot = Slot::List(Tab::Users);
const DETAIL: Slot = Slot::Detail(Tab::Users);

/// A desk before one user.
fn one(row: UserRow) -> Desk {
    before(SMALL, vec![row])
}

fn anybody(count: i64) -> Desk {
    before(SMALL, (1..=count).map(user).collect())
}

#[test]
fn s003_43_users_are_found_by_prefix_by_id_and_by_state_on_the_server() {
    let asked = |filter: &str| {
        let mut desk = anybody(3);
        desk.keys("/").text(filter).keys("Enter");
        desk.query::<ListUsers>(LIST)
    };
    for filter in [
        "ana@*",
        "#4711",
        "status:ban,susp staff:no verified:yes role:support",
        "age>1d age<7d",
        "status:all",
    ] {
        assert_eq!(asked(filter).filter.as_deref(), Some(filter));
    }
}

#[test]
fn s003_43_typing_narrows_the_loaded_rows_before_the_server_is_asked() {
    let mut desk = before(SMALL, crowd());
    desk.keys("/").text("person3@*");
    assert_eq!(desk.queries(LIST).len(), 0);
    assert_eq!(desk.model.here().state().list.visible().len(), 1);
    desk.keys("C-u").text("staff:yes");
    assert_eq!(desk.model.here().state().list.visible().len(), 1);
    desk.keys("C-u").text("staff:perhaps").keys("Enter");
    assert!(
        desk.shows("write staff:yes or staff:no"),
        "{}",
        desk.screen()
    );
    desk.keys("C-u").text("status:gone").keys("Enter");
    assert!(
        desk.shows("no status `gone`; there is anonymized, deleted"),
        "{}",
        desk.screen()
    );
}

#[test]
fn a_detail_that_comes_while_typing_leaves_the_rows_narrowed() {
    let mut desk = before(WIDE, crowd());
    desk.keys("/").text("person3@").wait(1);
    assert_eq!(desk.model.here().state().list.visible().len(), 1);
    assert!(!desk.queries(DETAIL).is_empty(), "the detail is not read");
    desk.answer_user(view(banned(3)));
    assert_eq!(desk.model.here().state().list.visible().len(), 1);
    desk.keys("Esc");
    assert!(desk.model.here().state().list.visible().len() > 1);
}

#[test]
fn s003_43_the_orders_are_newest_oldest_last_seen_and_e_mail() {
    let mut desk = anybody(3);
    let orders = [
        ("a", UserSort::OldestFirst),
        ("s", UserSort::LastSeenFirst),
        ("e", UserSort::ByEmail),
        ("a", UserSort::NewestFirst),
    ];
    for (letter, sort) in orders {
        desk.keys("s").keys(letter);
        assert_eq!(desk.query::<ListUsers>(LIST).sort, Some(sort));
    }
}

#[test]
fn s003_43_times_follow_the_key_t_in_rows_and_detail() {
    let mut desk = before(WIDE, vec![banned(3)]);
    desk.wait(1)
        .answer_drawer(drawer_with_bans(view(banned(3))));
    assert!(desk.shows("51m"), "{}", desk.screen());
    desk.keys("t t Enter");
    assert!(!desk.line(5).contains("51m"), "{}", desk.screen());
    assert!(desk.shows("2026-11-20 13:09Z"), "{}", desk.screen());
}

#[test]
fn s003_36_the_detail_says_who_banned_until_when_and_why_and_the_history_by_one_call() {
    let mut desk = before(SMALL, vec![banned(3)]);
    desk.keys("Enter")
        .answer_drawer(drawer_with_bans(view(banned(3))));
    assert!(
        desk.shows("BANNED by ana@quarterdeck.example until"),
        "{}",
        desk.screen()
    );
    let asked = desk.queries(DETAIL);
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert_eq!(asked[0].args::<GetUserDrawer>().unwrap().0, &UserId(3));
    desk.keys("} } }");
    assert!(
        desk.shows("ended by itself: Its time was up"),
        "{}",
        desk.screen()
    );
}

#[test]
fn s003_11_verify_asks_y_sends_the_version_and_shows_the_badge() {
    let mut desk = one(user(1));
    desk.keys("a Enter");
    assert_eq!(desk.writes().len(), 0);
    assert!(desk.shows("Verify #1 Person 1?"), "{}", desk.screen());
    desk.keys("y");
    let (id, request) = desk.sent::<VerifyUser>();
    assert_eq!((id, request.expected_version), (UserId(1), Some(3)));
    let row = UserRow {
        verified_at: Some(NOW),
        version: 4,
        ..user(1)
    };
    desk.answer_write(Ok(AnyReply::new::<VerifyUser>(view(row))));
    assert_eq!(desk.toast(), "#1 verified, was ACTIVE");
    assert!(desk.line(5).contains(" V "), "{}", desk.screen());
    desk.forget().keys("a");
    assert_eq!(desk.toast(), "Mark as verified: #1 is verified already");
    desk.keys("u");
    assert_eq!(desk.writes().len(), 0, "there is no way back");
}

#[test]
fn s003_12_a_timed_ban_takes_a_duration_and_a_reason_and_u_lifts_it() {
    let hours = [
        ("1", Some(1)),
        ("2", Some(24)),
        ("3", Some(72)),
        ("4", Some(168)),
        ("5", Some(720)),
    ];
    for (digit, hours) in hours {
        let mut desk = one(user(1));
        desk.keys("b Enter y").keys(digit);
        assert_eq!(desk.writes().len(), 0);
        desk.keys("1");
        let (id, request) = desk.sent::<BanUser>();
        assert_eq!((id, request.duration_hours), (UserId(1), hours));
        assert_eq!(request.ban_reason, "Spam or automated");
        assert_eq!(request.expected_version, Some(3));
    }
    let mut desk = one(user(3));
    desk.keys("b 4 2")
        .answer_write(Ok(AnyReply::new::<BanUser>(view(banned(3)))));
    assert_eq!(desk.toast(), "#3 banned, was ACTIVE (u takes it back)");
    desk.forget().keys("u");
    let (_, request) = desk.sent::<UnbanUser>();
    assert_eq!(request.ban_reason, "Taken back");
    assert_eq!(request.expected_version, Some(5));
}

#[test]
fn s003_12_taking_back_a_ban_without_end_asks_why() {
    let mut desk = one(user(3));
    desk.keys("b 6 2 y")
        .answer_write(Ok(AnyReply::new::<BanUser>(view(banned(3)))));
    desk.forget().keys("u");
    assert!(desk.shows("Unban #3 Person 3?"), "{}", desk.screen());
    assert!(desk.shows("Banned for: Harassment"), "{}", desk.screen());
    desk.keys("2 Enter");
    assert_eq!(desk.writes().len(), 0);
    desk.keys("y");
    assert_eq!(desk.sent::<UnbanUser>().1.ban_reason, "Banned by mistake");
}

#[test]
fn s003_12_a_ban_without_end_is_confirmed_besides() {
    let mut desk = one(user(1));
    desk.keys("b 6 3 Enter");
    assert_eq!(desk.writes().len(), 0);
    assert!(desk.shows("The ban lasts until"), "{}", desk.screen());
    desk.keys("y");
    assert_eq!(desk.sent::<BanUser>().1.duration_hours, None);
}

#[test]
fn s003_12_the_key_lifts_the_ban_of_a_banned_user() {
    let mut desk = one(banned(3));
    desk.keys("b 1 y");
    let (id, request) = desk.sent::<UnbanUser>();
    assert_eq!(
        (id, request.ban_reason.as_str()),
        (UserId(3), "Appeal accepted")
    );
    desk.answer_write(Ok(AnyReply::new::<UnbanUser>(view(UserRow {
        version: 6,
        ..user(3)
    }))));
    assert_eq!(desk.toast(), "#3 unbanned, was BANNED");
}

#[test]
fn s003_12_several_are_banned_by_one_call_and_each_result_is_told() {
    let mut desk = anybody(3);
    desk.keys("Space Space Space b 4 1 Enter");
    assert_eq!(desk.writes().len(), 0);
    desk.keys("y");
    let ((), request) = desk.sent::<BulkBanUsers>();
    assert_eq!(request.user_ids, [1, 2, 3].map(UserId));
    assert_eq!(
        (request.confirm, request.duration_hours),
        (Some(true), Some(168))
    );
    let result = |id: i64, outcome: BanOutcome, user: Option<UserRow>| BanResult {
        id: UserId(id),
        outcome: outcome.into(),
        user,
    };
    desk.answer_write(Ok(AnyReply::new::<BulkBanUsers>(BulkBanReply {
        results: vec![
            result(1, BanOutcome::Banned, Some(banned(1))),
            result(2, BanOutcome::Noop, Some(banned(2))),
            result(3, BanOutcome::CannotTargetSelf, Some(user(3))),
        ],
        changed: 1,
        noop: false,
    })));
    assert_eq!(
        desk.toast(),
        "1 banned, 1 were so already, 1 failed: still marked, Enter says why (u takes 1 back)"
    );
    desk.keys("Esc :").text("messages").keys("Enter");
    assert!(
        desk.shows("#3: you cannot ban yourself."),
        "{}",
        desk.screen()
    );
}

#[test]
fn s003_12_ten_and_more_are_banned_by_typing_their_count() {
    let mut desk = anybody(12);
    desk.keys("* b 1 1 y Enter 1 1 Enter");
    assert_eq!(desk.writes().len(), 0);
    desk.keys("Backspace 2 Enter");
    assert_eq!(desk.sent::<BulkBanUsers>().1.user_ids.len(), 12);
    let mut desk = anybody(2);
    desk.keys("* b 6 1 y Enter");
    assert_eq!(
        desk.writes().len(),
        0,
        "without end the count is typed from two on"
    );
    desk.keys("2 Enter");
    assert_eq!(desk.sent::<BulkBanUsers>().1.user_ids.len(), 2);
}

#[test]
fn what_is_done_to_one_user_is_not_done_to_several() {
    for (key, word) in [
        ("a", "Mark as verified"),
        ("x", "Suspend, with a reason"),
        ("e", "Export all that is held about the person to a file"),
        ("D", "Delete the account, or anonymize the person"),
    ] {
        let mut desk = anybody(3);
        desk.keys("Space Space").keys(key);
        let word = word.split(',').next().unwrap();
        assert_eq!(
            desk.toast(),
            format!("{word}: one at a time; Esc clears marks")
        );
        assert!(desk.model.overlay.is_none());
    }
}

#[test]
fn several_bans_are_lifted_by_one_call_as_they_were_seen() {
    let mut desk = before(SMALL, vec![banned(1), banned(2), banned(3)]);
    desk.keys("Space Space Space b 1 y Enter");
    assert_eq!(desk.writes().len(), 0, "the count is typed");
    desk.keys("3 Enter");
    let ((), request) = desk.sent::<BulkUnbanUsers>();
    assert_eq!(request.user_ids, [1, 2, 3].map(UserId));
    let version = banned(1).version;
    let seen = [1, 2, 3].map(|id| (UserId(id), version));
    assert_eq!(request.expected_versions, seen.into());
    assert_eq!(request.confirm, Some(true));
    let result = |id: i64, outcome: BanOutcome, user: UserRow| BanResult {
        id: UserId(id),
        outcome: outcome.into(),
        user: Some(user),
    };
    desk.answer_write(Ok(AnyReply::new::<BulkUnbanUsers>(BulkBanReply {
        results: vec![
            result(1, BanOutcome::Unbanned, user(1)),
            result(2, BanOutcome::Noop, user(2)),
            result(3, BanOutcome::Stale, banned(3)),
        ],
        changed: 1,
        noop: false,
    })));
    let toast = desk.toast();
    assert!(
        toast.starts_with("1 unbanned, 1 were so already, 1 failed"),
        "{toast}"
    );
    desk.keys("Esc :").text("messages").keys("Enter");
    assert!(desk.shows("#3: changed since you saw it."));
}

#[test]
fn a_suspension_takes_a_reason_and_is_lifted_by_the_same_key() {
    let mut desk = one(user(1));
    desk.keys("x Enter y");
    assert_eq!(desk.writes().len(), 0);
    desk.keys("1");
    let (_, request) = desk.sent::<SuspendUser>();
    assert_eq!(request.reason, "Account under review");
    assert_eq!(request.expected_version, Some(3));
    let suspended = UserRow {
        status: UserStatus::Suspended.into(),
        version: 4,
        ..user(1)
    };
    desk.answer_write(Ok(AnyReply::new::<SuspendUser>(view(suspended))));
    assert_eq!(desk.toast(), "#1 suspended, was ACTIVE (u takes it back)");
    desk.forget().keys("x Enter");
    assert!(desk.shows("Unsuspend #1 Person 1?"), "{}", desk.screen());
    desk.keys("y");
    assert_eq!(desk.sent::<UnsuspendUser>().1.expected_version, Some(4));
}

#[test]
fn s003_13_an_export_is_confirmed_and_saved_as_a_file() {
    let mut desk = one(user(1));
    desk.keys("e Enter");
    assert_eq!(desk.writes().len(), 0);
    assert!(desk.shows("Personal data"), "{}", desk.screen());
    desk.keys("y");
    assert_eq!(desk.sent::<ExportUser>().0, UserId(1));
    let export = UserExport {
        format: 1,
        exported_at: NOW,
        user: view(user(1)),
        profile: None,
        truncated: vec![Line::new("sessions")],
        former_names: Vec::new(),
        identity: None,
        memberships: Vec::new(),
        applications: Vec::new(),
        reports_sent: Vec::new(),
        reports_received: Vec::new(),
        data_requests: Vec::new(),
        withdrawals: Vec::new(),
        mails: vec![],
        saved_filters: Vec::new(),
        transactions: Vec::new(),
        notes: Vec::new(),
        ban_history: Vec::new(),
        sessions: Vec::new(),
    };
    desk.answer_write(Ok(AnyReply::new::<ExportUser>(export)));
    let file = desk.effects.iter().find_map(|effect| match effect {
        Effect::SaveFile(file) => Some(file.clone()),
        _ => None,
    });
    let file = file.expect("no file was saved");
    assert_eq!(file.name(), "user-1-20261120T140000Z.json");
    let said = file.saved("/tmp/user-1.json".as_ref());
    assert!(said.contains("cut short: sessions;"), "{said}");
    let json: serde_json::Value = serde_json::from_slice(file.contents()).unwrap();
    assert_eq!(json["user"]["email"], "person1@example.com");
}

#[test]
fn s003_15_a_deletion_is_confirmed_by_the_handle_and_says_how_it_is_undone() {
    let mut desk = one(user(1));
    desk.keys("D Enter y");
    assert_eq!(desk.writes().len(), 0);
    desk.keys("1");
    assert!(desk.shows("Delete #1 Person 1?"), "{}", desk.screen());
    desk.keys("Enter 1");
    assert!(
        desk.shows("restored only on the server's command line"),
        "{}",
        desk.screen()
    );
    desk.keys("Enter y Enter");
    assert_eq!(desk.writes().len(), 0);
    desk.keys("C-u").text("person1").keys("Enter");
    let (id, request) = desk.sent::<DeleteUser>();
    assert_eq!((id, request.confirm), (UserId(1), Some(true)));
    assert_eq!(request.reason, "Asked for by the person");
    assert_eq!(request.expected_version, Some(3));
    desk.forget().answer_delete(false);
    assert_eq!(desk.toast(), "#1 deleted, was ACTIVE");
    let asked = desk
        .queries(DETAIL)
        .pop()
        .expect("the row is not read again");
    assert!(asked.args::<GetUserDrawer>().is_some());
    desk.answer_user(view(UserRow {
        status: UserStatus::Deleted.into(),
        version: 4,
        ..user(1)
    }));
    assert!(desk.line(5).contains("DELETED"), "{}", desk.screen());
}

impl Desk {
    fn answer_delete(&mut self, noop: bool) -> &mut Self {
        self.answer_deletion(noop, Vec::new())
    }

    fn answer_deletion(&mut self, noop: bool, orphaned_orgs: Vec<i64>) -> &mut Self {
        use quarterdeck::app::message::{ActionId, Msg, Reply};
        let reply = DeletedReply {
            deleted_at: NOW,
            orphaned_orgs,
            noop,
        };
        self.send(Msg::Replied(Reply::Write {
            action_id: ActionId(1),
            result: Ok(AnyReply::new::<DeleteUser>(reply)),
        }));
        self
    }
}

#[test]
fn c_29_what_a_deletion_leaves_without_an_owner_is_said() {
    for (noop, orphaned, said) in [
        (false, vec![3, 7], true),
        (false, vec![], false),
        (true, vec![3], false),
    ] {
        let mut desk = one(user(1));
        desk.keys("D 1 1").text("person1").keys("Enter").forget();
        desk.answer_deletion(noop, orphaned);
        let warned = desk
            .toast()
            .contains("Without an owner now: organization #3, #7.");
        assert_eq!(warned, said, "{}", desk.toast());
    }
}

#[test]
fn s003_14_an_anonymization_is_confirmed_by_the_handle_and_says_it_cannot_be_undone() {
    let mut desk = one(user(1));
    desk.keys("D 2 2");
    assert!(desk.shows("This cannot be undone."), "{}", desk.screen());
    assert!(desk.shows("E-mail, name, handle"), "{}", desk.screen());
    desk.keys("Enter y Enter");
    assert_eq!(desk.writes().len(), 0);
    desk.keys("C-u").text("person1").keys("Enter");
    let (_, request) = desk.sent::<AnonymizeUser>();
    assert_eq!(request.reason, "Retention period is over");
    assert_eq!(request.confirm, Some(true));
    let anonymized = UserRow {
        status: UserStatus::Anonymized.into(),
        version: 4,
        ..user(1)
    };
    desk.answer_write(Ok(AnyReply::new::<AnonymizeUser>(view(anonymized))));
    assert_eq!(desk.toast(), "#1 anonymized, was ACTIVE");
}

/// Holds that what is asked for now is sent by this phrase and Enter, and by nothing short of it.
fn assert_only_this_sends(desk: &mut Desk, phrase: &str) {
    for keys in ["Enter", "y", "Enter", "C-u", "Enter"] {
        desk.keys(keys);
        assert_eq!(desk.writes().len(), 0, "{keys}");
        assert!(desk.model.overlay.is_some(), "{keys}");
    }
    let almost = &phrase[..phrase.len() - 1];
    desk.text(almost).keys("Enter");
    assert_eq!(desk.writes().len(), 0, "{almost}");
    desk.keys("C-u").text(phrase);
    assert_eq!(desk.writes().len(), 0, "before Enter");
    desk.keys("Enter");
    assert_eq!(desk.writes().len(), 1);
}

#[test]
fn s003_17_deleting_asks_and_neither_enter_nor_esc_sends() {
    let asked = || {
        let mut desk = one(user(1));
        desk.keys("D Enter 1 Enter 1");
        assert!(desk.shows("Delete #1 Person 1?"), "{}", desk.screen());
        desk
    };
    let mut left = asked();
    left.keys("Enter Esc");
    assert_eq!(left.writes().len(), 0);
    assert!(left.model.overlay.is_none());
    let mut desk = asked();
    assert_only_this_sends(&mut desk, "person1");
    assert_eq!(desk.sent::<DeleteUser>().1.confirm, Some(true));
}

#[test]
fn s003_18_anonymizing_says_it_cannot_be_undone_and_a_bare_enter_does_nothing() {
    let asked = || {
        let mut desk = one(user(1));
        desk.keys("D Enter 2 Enter 1");
        assert!(desk.shows("Anonymize #1 Person 1?"), "{}", desk.screen());
        assert!(desk.shows("This cannot be undone."), "{}", desk.screen());
        desk
    };
    let mut left = asked();
    left.keys("Enter Esc");
    assert_eq!(left.writes().len(), 0);
    assert!(left.model.overlay.is_none());
    let mut desk = asked();
    assert_only_this_sends(&mut desk, "person1");
    assert_eq!(desk.sent::<AnonymizeUser>().1.confirm, Some(true));
}

#[test]
fn the_reason_of_what_cannot_be_undone_is_not_said_to_be_kept() {
    let mut desk = one(user(1));
    desk.keys("D 2");
    assert!(desk.shows("Why?"), "{}", desk.screen());
    assert!(!desk.shows("is kept"), "{}", desk.screen());
    desk.keys("Esc x");
    assert!(desk.shows("The reason is kept"), "{}", desk.screen());
}

#[test]
fn s003_16_every_way_out_of_the_dialogs_sends_nothing() {
    for steps in [
        "a", "b", "b 1", "b 6 1", "x", "e", "D", "D 1", "D 1 1", "D 2", "D 2 1",
    ] {
        for out in ["Esc", "C-c"] {
            let mut desk = one(user(1));
            desk.keys(steps).keys("Enter").keys(out);
            assert!(desk.model.overlay.is_none(), "{steps} {out}");
            assert_eq!(desk.writes().len(), 0, "{steps} {out}");
        }
    }
}

#[test]
fn s003_12_a_conflict_says_who_was_first_and_reads_the_row_again() {
    let mut desk = one(user(3));
    desk.keys("b 4 1").forget();
    let conflict = Conflict {
        status: Line::new("banned"),
        decided_by: Some(Line::new("bob@quarterdeck.example")),
        decided_at: Some(NOW),
        version: 5,
    };
    let problem = Problem {
        conflict: Some(conflict),
        ..fixtures::problem(Code::StaleVersion, "changed meanwhile")
    };
    refuse(&mut desk, Failure::Problem(Box::new(problem)));
    assert!(
        desk.toast()
            .starts_with("#3 was banned by bob@quarterdeck.example"),
        "{}",
        desk.toast()
    );
    desk.answer_user(view(banned(3)));
    assert!(desk.line(5).contains("BANNED"), "{}", desk.screen());
}

fn refuse(desk: &mut Desk, failure: Failure) {
    use quarterdeck::app::message::{ActionId, Msg, Reply};
    desk.send(Msg::Replied(Reply::Write {
        action_id: ActionId(1),
        result: Err(failed(failure)),
    }));
}

#[test]
fn s003_20_the_servers_refusals_are_said_in_its_words() {
    for code in [
        Code::LastAdmin,
        Code::CannotTargetSelf,
        Code::SuperadminRequired,
    ] {
        let mut desk = one(user(1));
        desk.keys("b 4 1").forget();
        refuse(&mut desk, fixtures::refusal(code, code.title()));
        let toast = desk.toast().to_lowercase();
        assert!(toast.starts_with("#1 not banned."), "{toast}");
        assert!(toast.contains(code.title()), "{toast}");
    }
}

#[test]
fn staff_is_changed_by_super_admins_alone() {
    let may = [
        Permission::UserView,
        Permission::UserBan,
        Permission::UserSuspend,
        Permission::UserDelete,
        Permission::UserVerify,
    ];
    for key in ["b", "x", "D"] {
        let mut desk = desk_of(fixtures::admin(&may), SMALL, vec![staff(4)]);
        desk.keys(key);
        assert!(
            desk.toast()
                .ends_with("SuperAdmin only: this is one of the staff"),
            "{key}: {}",
            desk.toast()
        );
        assert!(desk.model.overlay.is_none());
    }
    let mut desk = desk_of(fixtures::admin(&may), SMALL, vec![user(1), staff(4)]);
    desk.keys("* b 1 1");
    assert_eq!(
        desk.sent::<BanUser>().0,
        UserId(1),
        "the one who is no staff"
    );
}

#[test]
fn what_the_caller_may_not_do_is_said_and_never_sent() {
    let may = [Permission::UserView, Permission::UserDelete];
    let mut desk = desk_of(fixtures::admin(&may), SMALL, vec![user(1)]);
    for (key, permission) in [
        ("a", "user.verify"),
        ("b", "user.ban"),
        ("x", "user.suspend"),
        ("e", "user.export"),
    ] {
        desk.keys(key);
        assert!(
            desk.toast()
                .ends_with(&format!("you lack the permission {permission}")),
            "{}",
            desk.toast()
        );
    }
    desk.keys("D 2");
    assert!(
        desk.shows("You lack the permission user.anonymize."),
        "{}",
        desk.screen()
    );
    let may = [Permission::UserView];
    let mut desk = desk_of(fixtures::admin(&may), SMALL, vec![user(1)]);
    desk.keys("D");
    assert!(
        desk.toast()
            .ends_with("you lack the permission user.delete")
    );
}

#[test]
fn what_does_not_apply_says_why() {
    let cases = [
        (6, "b", "Ban: #6 is deleted"),
        (7, "D", "Delete the account: #7 is anonymized"),
        (
            7,
            "e",
            "Export all that is held about the person to a file: #7 is anonymized",
        ),
        (6, "a", "Mark as verified: #6 is deleted"),
        (3, "x", "Suspend: #3 is banned, by ana@quarterdeck.example"),
    ];
    for (id, key, toast) in cases {
        let row = crowd().into_iter().find(|row| row.id.0 == id).unwrap();
        let mut desk = one(row);
        desk.keys(key);
        assert_eq!(desk.toast(), toast);
    }
}

#[test]
fn an_unknown_status_is_shown_and_nothing_is_done_to_it() {
    let mut desk = one(UserRow {
        status: serde_json::from_str("\"frozen\"").unwrap(),
        ..user(1)
    });
    assert!(desk.line(5).contains("frozen"));
    desk.keys("b");
    assert_eq!(desk.toast(), "Ban: #1 is frozen");
}

fn shots(name: &str, rows: fn() -> Vec<UserRow>, work: impl Fn(&mut Desk, Size)) {
    for size in [WIDE, SMALL] {
        let mut desk = before(size, rows());
        work(&mut desk, size);
        let name = format!("{name}_{}x{}", size.columns, size.rows);
        insta::assert_snapshot!(name, desk.screen());
    }
}

/// Answers what the preview or the detail asks for.
fn show(desk: &mut Desk, row: UserRow) {
    desk.wait(1);
    if !desk.queries(DETAIL).is_empty() {
        let was_banned = row.ban_reason.is_some();
        let of = if was_banned { drawer_with_bans } else { drawer };
        desk.answer_drawer(of(view(row)));
    }
}

#[test]
fn users_look() {
    shots("users_rows", crowd, |desk, _| show(desk, user(1)));
    shots("users_empty", Vec::new, |_, _| {});
    shots("users_detail", crowd, |desk, _| {
        desk.keys("j j Enter");
        show(desk, banned(3));
    });
    shots("users_error", crowd, |desk, _| {
        desk.keys("r")
            .fail(Slot::List(Tab::Applications), fixtures::away());
        desk.fail(
            LIST,
            fixtures::refusal(Code::Unavailable, "the database is away"),
        );
    });
    for size in [WIDE, SMALL] {
        let mut desk = Desk::at_work(size);
        desk.keys("4")
            .fail(LIST, fixtures::refusal(Code::Internal, "something broke"));
        let name = format!("users_first_error_{}x{}", size.columns, size.rows);
        insta::assert_snapshot!(name, desk.screen());
    }
}

#[test]
fn users_dialogs_look() {
    let crowd = || crowd().into_iter().take(5).collect();
    for (name, keys) in [
        ("users_verify", "a"),
        ("users_ban_choice", "b"),
        ("users_ban_reason", "b 4"),
        ("users_ban_permanent", "b 6 1"),
        ("users_bulk_ban", "Space Space Space b 4 1"),
        ("users_unban", "j j b 1"),
        ("users_suspend", "x"),
        ("users_export", "e"),
        ("users_remove_choice", "D"),
        ("users_delete_reason", "D 1"),
        ("users_delete_phrase", "D 1 1"),
        ("users_anonymize_phrase", "D 2 1"),
    ] {
        shots(name, crowd, |desk, _| {
            desk.keys(keys);
        });
    }
}

/// A desk with the code of a temporary ban of one of the staff asked for.
fn asked_for_code() -> Desk {
    let mut desk = one(staff(4));
    desk.keys("b 4 1");
    assert!(desk.shows("type your one-time code"), "{}", desk.screen());
    desk
}

/// The code that the newest call carries.
fn carried(desk: &Desk) -> Option<String> {
    let otp = desk.effects.iter().rev().find_map(|effect| match effect {
        Effect::Call { otp, .. } => Some(otp.clone()),
        _ => None,
    });
    let otp = otp.expect("nothing was written");
    otp.map(|code| code.expose().to_owned())
}

#[test]
fn a_code_is_the_last_step_where_the_target_is_staff() {
    let steps = [
        ("b 4 1", ""),
        ("b 6 1 y", ""),
        ("x 1", ""),
        ("D 1 1", "staff4@quarterdeck.example"),
        ("D 2 1", "staff4@quarterdeck.example"),
    ];
    for (keys, phrase) in steps {
        let mut desk = one(staff(4));
        desk.keys(keys).text(phrase);
        if !phrase.is_empty() {
            desk.keys("Enter");
        }
        assert_eq!(desk.writes().len(), 0, "{keys}");
        desk.keys("Enter");
        assert!(desk.shows("type your one-time code"), "{}", desk.screen());
        assert_eq!(desk.writes().len(), 0, "{keys}");
        desk.text("12a34").keys("Enter");
        assert!(desk.shows("A code has 6 digits."), "{}", desk.screen());
        assert_eq!(desk.writes().len(), 0, "{keys}");
        desk.text("567").keys("Enter");
        assert_eq!(desk.writes().len(), 1, "{keys}");
        assert_eq!(carried(&desk).as_deref(), Some("123456"), "{keys}");
    }
    let mut desk = one(staff(4));
    desk.keys("e y");
    assert_eq!(carried(&desk), None, "an export takes no code");
}

#[test]
fn a_code_is_masked_may_be_pasted_and_is_found_nowhere_else() {
    use quarterdeck::app::input::InputEvent;
    use quarterdeck::app::message::Msg;
    let mut desk = asked_for_code();
    desk.send(Msg::Input(InputEvent::Paste("135 790\n".to_owned())));
    assert_eq!(desk.writes().len(), 0, "a paste submits nothing");
    assert!(desk.shows("Code: ******"), "{}", desk.screen());
    assert!(!desk.shows("135"), "{}", desk.screen());
    assert!(!format!("{:?}", desk.model.overlay).contains("135"));
    desk.keys("Enter");
    assert_eq!(carried(&desk).as_deref(), Some("135790"));
    assert!(!format!("{:?}", desk.effects).contains("135790"));
    assert!(!format!("{:?}", desk.model.writes).contains("135790"));
    desk.answer_write(Err(Failure::Timeout));
    assert!(!desk.toast().contains("135790"));
    let first = desk.writes().remove(0).1;
    desk.forget().keys("=");
    let again = desk.writes().remove(0);
    assert_eq!(again.1, first, "the same key, within its grant");
    assert_eq!(carried(&desk), None, "a code is never sent twice");
}

#[test]
fn a_repeated_verb_asks_for_a_code_of_its_own() {
    let mut desk = before(SMALL, vec![staff(4), staff(5)]);
    desk.keys("b 4 1").text("123456").keys("Enter j");
    desk.forget().keys(".");
    assert_eq!(desk.writes().len(), 0);
    assert!(desk.shows("Ban #5 Staff 5: 7 days?"), "{}", desk.screen());
    desk.text("654321").keys("Enter");
    assert_eq!(carried(&desk).as_deref(), Some("654321"));
}

#[test]
fn a_refused_code_brings_the_dialog_back_for_the_same_write() {
    let cases = [
        (Code::OtpInvalid, "That code is wrong."),
        (Code::OtpReplayed, "That code was used."),
        (Code::OtpRequired, "A one-time code is needed."),
    ];
    for (code, why) in cases {
        let mut desk = asked_for_code();
        desk.text("111111").keys("Enter");
        let (_, key, call) = desk.writes().remove(0);
        desk.answer_write(Err(fixtures::refusal(code, code.title())));
        assert!(desk.shows(why), "{}", desk.screen());
        desk.forget().keys("Enter");
        assert_eq!(desk.writes().len(), 0);
        desk.text("222222").keys("Enter");
        let again = desk.writes().remove(0);
        assert_eq!((again.1, again.2), (key, call));
        assert_eq!(carried(&desk).as_deref(), Some("222222"));
    }
    let mut desk = asked_for_code();
    desk.text("111111").keys("Enter");
    desk.answer_write(Err(fixtures::refusal(Code::OtpInvalid, "wrong")));
    desk.forget().keys("Esc");
    assert_eq!(desk.writes().len(), 0);
    assert_eq!(desk.toast(), "Nothing was sent");
}

#[test]
fn a_refused_code_does_not_take_the_keys_of_another_question() {
    let mut desk = asked_for_code();
    desk.text("111111").keys("Enter /");
    desk.answer_write(Err(fixtures::refusal(
        Code::OtpInvalid,
        "the one-time code is wrong",
    )));
    assert!(desk.toast().contains("#4 not banned."), "{}", desk.toast());
    assert!(!desk.shows("type your one-time code"), "{}", desk.screen());
}

#[test]
fn codes_look() {
    shots(
        "users_code",
        || vec![staff(4)],
        |desk, _| {
            desk.keys("b 6 1 y").text("1234");
        },
    );
    shots(
        "users_code_again",
        || vec![staff(4)],
        |desk, _| {
            desk.keys("b 4 1").text("123456").keys("Enter");
            desk.answer_write(Err(fixtures::refusal(Code::OtpReplayed, "used")));
        },
    );
}

#[test]
fn the_default_filter_asks_for_the_newest_of_the_living() {
    let mut desk = Desk::at_work(SMALL);
    desk.keys("4");
    let expected = UsersQuery {
        sort: Some(UserSort::NewestFirst),
        take: Some(100),
        ..UsersQuery::default()
    };
    assert_eq!(desk.query::<ListUsers>(LIST), expected);
}
