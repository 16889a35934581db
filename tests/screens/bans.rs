//! Who is shut out: the way to them, what their detail tells, and their bans page by page.

use std::ops::RangeInclusive;

use chrono::TimeDelta;
use quarterdeck::app::message::Slot;
use quarterdeck::app::tab::Tab;
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::page::Page;
use quarterdeck_api::text::Line;
use quarterdeck_api::users::{
    BanEvent, BanUser, GetBanHistory, ListUsers, UnbanUser, UserDrawer, UserRow, UserStatus,
    UserView,
};

use crate::desk::{Desk, SMALL};
use crate::fixtures::{self, NOW};
use crate::people::{banned, before, drawer, history, user, view};

const LIST: Slot = Slot::List(Tab::Users);
const DETAIL: Slot = Slot::Detail(Tab::Users);

/// A desk before the open detail of somebody who is banned.
fn before_a_ban(bans: Page<BanEvent>) -> Desk {
    let mut desk = before(SMALL, vec![banned(3)]);
    desk.keys("Enter").answer_drawer(UserDrawer {
        bans,
        ..drawer(view(banned(3)))
    });
    desk
}

/// The same before the part that tells the bans.
fn before_bans(bans: Page<BanEvent>) -> Desk {
    let mut desk = before_a_ban(bans);
    desk.keys("} } }");
    desk
}

#[test]
fn s003_36_those_who_are_shut_out_have_a_command_and_a_path() {
    for command in [":blocked", ":/admin/blocked", ":/admin/users/blocked"] {
        let mut desk = Desk::before(1);
        desk.text(command).keys("Enter");
        let query = desk.query::<ListUsers>(LIST);
        assert_eq!(
            query.filter.as_deref(),
            Some("status:banned,suspended"),
            "{command}"
        );
        assert_eq!(desk.model.tab, Tab::Users, "{command}");
    }
}

/// Lines of the detail that begin with this label.
fn told(desk: &Desk, label: &str) -> Vec<String> {
    let screen = desk.screen();
    let lines = screen.lines().filter_map(|line| line.strip_prefix(label));
    lines.map(|line| line.trim().to_owned()).collect()
}

#[test]
fn s003_36_the_detail_has_all_that_the_list_of_blocked_accounts_has() {
    let desk = before_a_ban(bans(1..=1, None));
    assert_eq!(told(&desk, "Banned "), ["2026-11-19 14:00:00 UTC (1d ago)"]);
    assert!(desk.shows("BANNED by ana@quarterdeck.example until 2026-11-26 14:00:00 UTC"));
    assert!(desk.shows("Harassment"), "{}", desk.screen());

    let row = UserRow {
        status: UserStatus::Suspended.into(),
        ..user(5)
    };
    let suspended = UserView {
        suspended_at: Some(NOW - TimeDelta::hours(2)),
        suspended_by: Some(Line::new("sam@quarterdeck.example")),
        suspend_reason: Some(Line::new("Account under review")),
        ..view(row.clone())
    };
    let mut desk = before(SMALL, vec![row]);
    desk.keys("Enter").answer_user(suspended);
    assert_eq!(
        told(&desk, "Status "),
        ["SUSPENDED by sam@quarterdeck.example, Account under review"]
    );
    assert_eq!(
        told(&desk, "Suspended "),
        ["2026-11-20 12:00:00 UTC (2h ago) by sam@quarterdeck.example, Account"]
    );
}

/// So many bans of a history, the newest first, of which `next` continues.
fn bans(ids: RangeInclusive<i64>, next: Option<&str>) -> Page<BanEvent> {
    let ban = &history()[0];
    let events = ids.rev().map(|id| BanEvent {
        id,
        reason: Line::new(&format!("Reason {id}")),
        ..ban.clone()
    });
    Page {
        total: 730,
        next_cursor: next.map(str::to_owned),
        ..fixtures::page(events.collect())
    }
}

fn answer_bans(desk: &mut Desk, page: Page<BanEvent>) {
    desk.answer(DETAIL, AnyReply::new::<GetBanHistory>(page));
}

/// Where the pages of bans begin that were asked for.
fn asked_for_bans(desk: &Desk) -> Vec<Option<String>> {
    let queries = desk.queries(DETAIL).into_iter();
    queries
        .filter_map(|call| Some(call.args::<GetBanHistory>()?.1.cursor.clone()))
        .collect()
}

#[test]
fn s003_36_further_bans_are_loaded_at_the_end_of_the_detail() {
    let mut desk = before_a_ban(bans(631..=730, Some("after-631")));
    desk.keys("G");
    assert_eq!(asked_for_bans(&desk), [], "another part is shown");
    desk.keys("} } }");
    desk.keys("j C-d");
    assert_eq!(asked_for_bans(&desk), [], "the end is far");
    desk.keys("G");
    let next = [Some("after-631".to_owned())];
    assert_eq!(asked_for_bans(&desk), next);
    assert!(desk.shows("Reason 631") && desk.shows("... 100 of 730"));
    desk.keys("j G");
    assert_eq!(asked_for_bans(&desk), next, "one page at a time");
    answer_bans(&mut desk, bans(531..=630, Some("after-531")));
    assert!(desk.shows("Reason 631"), "what was read stays in sight");
    desk.keys("G");
    assert!(desk.shows("Reason 531"), "{}", desk.screen());
}

#[test]
fn s003_36_a_history_without_end_is_loaded_up_to_a_bound() {
    let mut desk = before_bans(bans(631..=730, Some("more")));
    desk.keys("G");
    for page in 1..5 {
        let last = 730 - 100 * page;
        answer_bans(&mut desk, bans(last - 99..=last, Some("more")));
        desk.keys("G");
    }
    assert_eq!(asked_for_bans(&desk).len(), 4);
    assert!(
        desk.shows("... 500 of 730; the audit trail has the others"),
        "{}",
        desk.screen()
    );
}

#[test]
fn a_page_of_bans_that_fails_is_told_and_keeps_the_others() {
    let mut desk = before_bans(bans(631..=730, Some("after-631")));
    desk.keys("G").fail(DETAIL, fixtures::away());
    desk.keys("G");
    assert!(desk.shows("Reason 631"), "{}", desk.screen());
    assert!(desk.shows("Not loaded. "), "{}", desk.screen());
}

#[test]
fn the_detail_scrolls_back_from_its_last_line_at_once() {
    let mut desk = before_bans(bans(631..=730, None));
    desk.keys("G");
    let end = desk.screen();
    desk.keys("j C-d");
    assert_eq!(desk.screen(), end);
    desk.keys("k");
    assert_ne!(desk.screen(), end);
    desk.keys("j");
    assert_eq!(desk.screen(), end);
}

#[test]
fn a_ban_that_was_lifted_by_its_key_is_not_offered_to_be_taken_back() {
    let mut desk = before(SMALL, vec![user(3)]);
    desk.keys("b 4 2")
        .answer_write(Ok(AnyReply::new::<BanUser>(view(banned(3)))));
    let lifted = UserRow {
        version: 6,
        ..user(3)
    };
    desk.forget()
        .keys("b 1 y")
        .answer_write(Ok(AnyReply::new::<UnbanUser>(view(lifted))));
    assert_eq!(desk.toast(), "#3 unbanned, was BANNED");
    desk.wait(4);
    assert!(!desk.shows("takes it back"), "{}", desk.screen());
    desk.keys("u");
    assert!(desk.model.overlay.is_none(), "{}", desk.screen());
}
