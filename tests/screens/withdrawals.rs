//! The tab of withdrawals: what it shows, what is decided by key, and who decided.

use chrono::TimeDelta;
use quarterdeck::app::layout::Size;
use quarterdeck::app::message::{Failure, LiveNews, Msg, Slot};
use quarterdeck::app::tab::Tab;
use quarterdeck_api::admin_logs::{AdminLogField, AdminLogsReply, ListAdminLogs};
use quarterdeck_api::audit::{AuditCode, ListAudit};
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::filter::Filter;
use quarterdeck_api::ids::{UserId, WithdrawalId};
use quarterdeck_api::money::Balance;
use quarterdeck_api::permission::Permission::{self, WithdrawalsReject, WithdrawalsView};
use quarterdeck_api::problem::{Code, Conflict};
use quarterdeck_api::realtime::{Changed, Event, Resource};
use quarterdeck_api::sessions::GetMe;
use quarterdeck_api::text::Line;
use quarterdeck_api::users::ListUsers;
use quarterdeck_api::wire_enum::OpenEnum;
use quarterdeck_api::withdrawals::{
    ApproveWithdrawal, ApproveWithdrawalRequest, ListWithdrawals, RejectWithdrawal,
    RejectWithdrawalRequest, WithdrawalRow, WithdrawalSort, WithdrawalStatus,
};

use crate::desk::{Desk, SMALL, WIDE, options};
use crate::fixtures::{self, NOW};
use crate::people::{before as before_users, user};
use crate::snapshots::at_both_sizes;

const LIST: Slot = Slot::List(Tab::Withdrawals);
const LOGS: Slot = Slot::List(Tab::AdminLogs);

fn euros(amount: i64) -> Balance {
    Balance {
        amount,
        currency: Line::new("EUR"),
        version: 1,
    }
}

/// A pending withdrawal of somebody who holds enough.
fn waiting(id: i64) -> WithdrawalRow {
    WithdrawalRow {
        id: WithdrawalId(id),
        user_id: UserId(500 + id),
        user: Line::new(&format!("person{id}@example.com")),
        amount: 2_000 * id,
        currency: Line::new("EUR"),
        balance: Some(euros(150_000)),
        status: WithdrawalStatus::Pending.into(),
        requested_at: NOW - TimeDelta::hours(60 - id),
        approved_by: None,
        decided_by_id: None,
        decided_by: None,
        decided_at: None,
        reason: None,
        reason_code: None,
        version: 1,
    }
}

/// The same, decided by #5.
fn decided(id: i64, status: WithdrawalStatus) -> WithdrawalRow {
    let is_approved = status == WithdrawalStatus::Approved;
    WithdrawalRow {
        status: status.into(),
        approved_by: is_approved.then_some(UserId(5)),
        decided_by_id: Some(UserId(5)),
        decided_by: Some(Line::new("rita@quarterdeck.example")),
        decided_at: Some(NOW - TimeDelta::minutes(40)),
        reason: (!is_approved).then(|| Line::new("Payment details do not match")),
        reason_code: (!is_approved).then(|| Line::new("details")),
        version: 2,
        ..waiting(id)
    }
}

/// Enough is held for the first; too little, another currency and nothing at all for those behind it.
fn rows() -> Vec<WithdrawalRow> {
    vec![
        waiting(1),
        WithdrawalRow {
            balance: Some(euros(3_999)),
            ..waiting(2)
        },
        WithdrawalRow {
            balance: Some(Balance {
                currency: Line::new("USD"),
                ..euros(900_000)
            }),
            ..waiting(3)
        },
        WithdrawalRow {
            balance: None,
            ..waiting(4)
        },
        decided(5, WithdrawalStatus::Approved),
        decided(6, WithdrawalStatus::Rejected),
    ]
}

fn answer(desk: &mut Desk, rows: Vec<WithdrawalRow>) -> &mut Desk {
    let reply = AnyReply::new::<ListWithdrawals>(fixtures::page(rows));
    desk.answer(LIST, reply)
}

fn before(size: Size, rows: Vec<WithdrawalRow>) -> Desk {
    let mut desk = Desk::on(size, Tab::Withdrawals);
    answer(&mut desk, rows).forget();
    desk
}

/// A console of an admin who holds no more than this.
fn desk_of(permissions: &[Permission]) -> Desk {
    let mut desk = Desk::started(options(SMALL));
    let me = fixtures::admin(permissions);
    desk.answer(Slot::Me, AnyReply::new::<GetMe>(me));
    desk.keys("M");
    answer(&mut desk, rows()).forget();
    desk
}

fn approval(id: i64) -> ApproveWithdrawalRequest {
    ApproveWithdrawalRequest {
        withdrawal_id: WithdrawalId(id),
        confirm: Some(true),
        expected_status: Some(WithdrawalStatus::Pending),
    }
}

#[test]
fn withdrawals_look_like_this() {
    at_both_sizes("withdrawals", |size| before(size, rows()));
    at_both_sizes("withdrawals_detail", |size| {
        let mut desk = before(size, rows());
        desk.keys("G k Enter");
        desk
    });
    at_both_sizes("withdrawals_approve", |size| {
        let mut desk = before(size, rows());
        desk.keys("a");
        desk
    });
    at_both_sizes("withdrawals_approve_too_much", |size| {
        let mut desk = before(size, rows());
        desk.keys("j a");
        desk
    });
    at_both_sizes("withdrawals_reject", |size| {
        let mut desk = before(size, rows());
        desk.keys("x");
        desk
    });
    at_both_sizes("withdrawals_reject_confirmed", |size| {
        let mut desk = before(size, rows());
        desk.keys("x 2");
        desk
    });
    at_both_sizes("withdrawals_empty", |size| before(size, Vec::new()));
}

#[test]
fn s001_28_the_list_shows_the_approving_admins_id() {
    let desk = before(WIDE, rows());
    assert!(desk.line(9).contains("#5 r"), "{}", desk.screen());
    let mut desk = before(SMALL, rows());
    desk.keys("G k Enter");
    assert!(
        desk.shows("#5 rita@quarterdeck.example"),
        "{}",
        desk.screen()
    );
}

#[test]
fn s001_27_w_leads_to_the_request_of_the_decision_by_its_actor_and_route() {
    for (row, filter) in [
        ("G k", "by:#5 route=admin/payments/withdraw/approve"),
        ("G", "by:#5 route=admin/payments/withdraw/reject"),
    ] {
        let mut desk = before(SMALL, rows());
        desk.keys(row).keys("w");
        assert_eq!(desk.model.tab, Tab::AdminLogs);
        let asked = desk.query::<ListAdminLogs>(LOGS).filter;
        assert_eq!(asked.as_deref(), Some(filter));
        let whole = Filter::<AdminLogField>::parse(filter).unwrap();
        assert!(
            whole.asked().is_ok(),
            "all of it is the server's to answer: {filter}"
        );
        // And back, to the same row.
        desk.answer(
            LOGS,
            AnyReply::new::<ListAdminLogs>(AdminLogsReply::default()),
        );
        let cursor = desk.visible().last().copied();
        desk.keys("-");
        assert_eq!((desk.model.tab, cursor), (Tab::Withdrawals, None));
        assert!(desk.line(5).contains("#1"), "{}", desk.screen());
        assert_eq!(desk.writes(), []);
    }
}

#[test]
fn s001_27_where_there_is_no_request_to_show_w_says_why() {
    let mut desk = before(SMALL, rows());
    desk.keys("w");
    assert_eq!(
        desk.toast(),
        "The request that decided it: #1 is pending; nobody has decided of it"
    );
    assert_eq!(desk.model.tab, Tab::Withdrawals);
    let mut desk = before(SMALL, Vec::new());
    desk.keys("w");
    assert_eq!(
        desk.toast(),
        "The request that decided it: no row is selected"
    );
    let mut desk = desk_of(&[WithdrawalsView]);
    desk.keys("G w");
    assert_eq!(
        desk.toast(),
        "The request that decided it: you lack the permission admin-users.view-admin-audit"
    );
    // Looking is no writing: a console that must not write still leads there.
    let mut desk = before(SMALL, rows());
    desk.keys(":").text("readonly on").keys("Enter");
    desk.keys("G w");
    assert_eq!(desk.model.tab, Tab::AdminLogs);
}

#[test]
fn s001_27_the_key_is_named_in_footer_menu_and_palette_here_and_holds_elsewhere() {
    let mut desk = before(WIDE, rows());
    desk.keys("G k");
    assert!(desk.shows("w request"), "{}", desk.screen());
    desk.keys("?").text("decided it");
    assert!(
        desk.shows("The request that decided it, among those of the same admin"),
        "{}",
        desk.screen()
    );
    desk.keys("Esc :").text("request").keys("Enter");
    assert_eq!(desk.model.tab, Tab::AdminLogs, "{}", desk.screen());
    desk.keys("1");
    assert!(desk.shows("w waitlist"), "{}", desk.screen());
}

#[test]
fn c_45_approving_is_confirmed_with_whose_and_how_much_and_from_what() {
    let mut desk = before(WIDE, rows());
    desk.keys("a Enter");
    assert_eq!(desk.writes(), []);
    for told in [
        "Approve #1 20.00 EUR of person1@example.com?",
        "20.00 EUR leave the wallet of #501, which holds 1,500.00 EUR.",
        "That is final: nothing takes it back.",
    ] {
        assert!(desk.shows(told), "{told}\n{}", desk.screen());
    }
    desk.keys("y");
    assert_eq!(desk.body::<ApproveWithdrawal>(), approval(1));
    let row = WithdrawalRow {
        balance: Some(euros(148_000)),
        ..decided(1, WithdrawalStatus::Approved)
    };
    desk.answer_write(Ok(AnyReply::new::<ApproveWithdrawal>(row)));
    assert_eq!(desk.toast(), "#1 approved, was pending");
    assert!(desk.line(5).contains("approved"), "{}", desk.line(5));
    assert!(desk.line(5).contains("#5 r"), "{}", desk.line(5));
    desk.forget().keys("k");
    for (key, verb) in [("a", "Approve"), ("x", "Reject")] {
        desk.keys(key);
        let why = "#1: approved by #5 rita@quarterdeck.example, which is final";
        assert_eq!(desk.toast(), format!("{verb}: {why}"));
    }
    desk.keys("u");
    assert_eq!(desk.writes(), [], "nothing takes it back");
}

#[test]
fn c_45_rejecting_takes_a_reason_and_a_yes() {
    let mut desk = before(SMALL, rows());
    desk.keys("x y Enter");
    assert_eq!(desk.writes(), []);
    desk.keys("2");
    assert_eq!(desk.writes(), []);
    assert!(desk.shows("No money moves."), "{}", desk.screen());
    desk.keys("y");
    let expected = RejectWithdrawalRequest {
        withdrawal_id: WithdrawalId(1),
        confirm: Some(true),
        reason: Some("Payment details do not match".to_owned()),
        reason_code: None,
        expected_status: Some(WithdrawalStatus::Pending),
    };
    assert_eq!(desk.body::<RejectWithdrawal>(), expected);
    let row = decided(1, WithdrawalStatus::Rejected);
    desk.answer_write(Ok(AnyReply::new::<RejectWithdrawal>(row)));
    assert_eq!(desk.toast(), "#1 rejected, was pending");
}

#[test]
fn c_45_one_at_a_time_is_decided() {
    let mut desk = before(SMALL, rows());
    desk.keys("Space Space");
    for (key, verb) in [("a", "Approve"), ("x", "Reject")] {
        desk.keys(key);
        assert_eq!(
            desk.toast(),
            format!("{verb}: one at a time; Esc clears marks")
        );
    }
    assert_eq!(desk.writes(), []);
}

#[test]
fn s001_28_each_verb_takes_its_own_permission() {
    let mut desk = desk_of(&[WithdrawalsView, WithdrawalsReject]);
    desk.keys("a");
    assert_eq!(
        desk.toast(),
        "Approve: you lack the permission withdrawals.approve"
    );
    desk.keys("x 2 y");
    assert_eq!(desk.bodies::<RejectWithdrawal>().len(), 1);
    let mut desk = Desk::started(options(SMALL));
    let me = fixtures::admin(&[Permission::UserView]);
    desk.answer(Slot::Me, AnyReply::new::<GetMe>(me));
    desk.keys("M");
    assert!(
        desk.toast()
            .ends_with("you lack the permission withdrawals.view"),
        "{}",
        desk.toast()
    );
}

#[test]
fn s001_28_a_wallet_that_holds_too_little_is_told_before_and_after() {
    let mut desk = before(WIDE, rows());
    for (id, held, asked) in [
        (502, "39.99 EUR", "40.00 EUR"),
        (503, "9,000.00 USD", "60.00 EUR"),
        (504, "nothing", "80.00 EUR"),
    ] {
        desk.keys("j a");
        let told = format!("The wallet of #{id} holds {held}: {asked} will be refused.");
        assert!(desk.shows(&told), "{told}\n{}", desk.screen());
        desk.keys("Esc");
    }
    desk.keys("g j a y");
    let detail = "#502 holds 39.99 EUR, and 40.00 EUR are asked for; nothing was changed";
    desk.answer_write(Err(fixtures::refusal(Code::InsufficientBalance, detail)));
    assert!(desk.toast().contains("#2"), "{}", desk.toast());
    assert!(desk.toast().contains(detail), "{}", desk.toast());
}

#[test]
fn s001_28_more_than_is_held_is_marked_without_a_color_too() {
    let desk = before(SMALL, rows());
    for (y, is_marked) in [(5, false), (6, true), (7, true), (8, true), (9, false)] {
        assert_eq!(desk.line(y).contains("! "), is_marked, "{}", desk.line(y));
    }
}

#[test]
fn s001_28_who_was_first_is_said_and_the_row_is_asked_for_again() {
    let mut desk = before(SMALL, rows());
    desk.keys("a y");
    let mut problem = fixtures::problem(Code::AlreadyReviewed, "was already approved");
    problem.conflict = Some(Conflict {
        status: Line::new("approved"),
        decided_by: Some(Line::new("bob@quarterdeck.example")),
        decided_at: Some(desk.now - TimeDelta::seconds(4)),
        version: 2,
    });
    desk.answer_write(Err(Failure::Problem(Box::new(problem))));
    assert!(
        desk.toast()
            .starts_with("#1 was approved by bob@quarterdeck.example, 4s ago. Nothing changed"),
        "{}",
        desk.toast()
    );
}

#[test]
fn what_others_decide_strikes_the_row() {
    let mut desk = before(WIDE, rows());
    desk.send(Msg::Live(LiveNews::Heard(Event::Changed(Changed {
        seq: 9,
        resource: Resource::Withdrawals.into(),
        ids: vec![2],
        code: AuditCode::WithdrawalApproved.into(),
        by: Some(9),
        at: desk.now,
    }))));
    desk.keys("j a");
    assert_eq!(
        desk.toast(),
        "Approve: somebody else was first with #2: withdrawal approved"
    );
}

#[test]
fn the_filter_and_the_order_are_the_servers() {
    let mut desk = Desk::on(SMALL, Tab::Withdrawals);
    let first = desk.query::<ListWithdrawals>(LIST);
    assert_eq!(
        (first.filter.as_deref(), first.sort),
        (Some("status:pending"), Some(WithdrawalSort::OldestFirst))
    );
    answer(&mut desk, rows());
    desk.forget().keys("s a");
    let last = desk.query::<ListWithdrawals>(LIST);
    assert_eq!(last.sort, Some(WithdrawalSort::NewestFirst));
    for filter in [
        "status:approved by:#5",
        "amount>=10000",
        "user:#503",
        "age>2d",
        "person2*",
    ] {
        let mut desk = before(SMALL, rows());
        desk.keys("/").text(filter).keys("Enter");
        let query = desk.query::<ListWithdrawals>(LIST);
        assert_eq!(query.filter.as_deref(), Some(filter));
    }
}

#[test]
fn loaded_rows_are_filtered_alike() {
    let cases: &[(&str, &[i64])] = &[
        ("amount>6000", &[4, 5, 6]),
        ("currency=eur", &[1, 2, 3, 4, 5, 6]),
        ("by:#5", &[5, 6]),
        ("!by:none", &[5, 6]),
        ("reason:details", &[6]),
        ("user:#503", &[3]),
        ("person2", &[2]),
    ];
    for (filter, ids) in cases {
        let mut desk = before(SMALL, rows());
        desk.keys("/").text(filter);
        assert_eq!(desk.visible(), *ids, "{filter}");
    }
}

#[test]
fn a_withdrawal_leads_to_its_person_its_trail_and_who_decided() {
    let mut desk = before(SMALL, rows());
    desk.keys("o u");
    let query = desk.query::<ListUsers>(Slot::List(Tab::Users));
    assert_eq!(query.filter.as_deref(), Some("#501"));
    let mut desk = before(SMALL, rows());
    desk.keys("o a");
    let query = desk.query::<ListAudit>(Slot::List(Tab::Audit));
    assert_eq!(query.filter.as_deref(), Some("on:withdrawal#1"));
    let mut desk = before(SMALL, rows());
    desk.keys("G o w");
    let query = desk.query::<ListUsers>(Slot::List(Tab::Users));
    assert_eq!(query.filter.as_deref(), Some("#5"));
    desk.keys("-");
    assert_eq!(desk.model.tab, Tab::Withdrawals);
}

#[test]
fn a_user_leads_to_what_the_person_asked_to_be_paid_out() {
    let mut desk = before_users(SMALL, vec![user(12)]);
    desk.keys("o m");
    assert_eq!(desk.model.tab, Tab::Withdrawals);
    let query = desk.query::<ListWithdrawals>(LIST);
    assert_eq!(query.filter.as_deref(), Some("user:#12"));
}

#[test]
fn the_tab_is_opened_by_its_letter_its_name_and_the_paths_of_the_seed() {
    for (typed, filter) in [
        ("withdrawals", "status:pending"),
        ("withdrawals by:me", "by:me"),
        ("/withdrawals", "status:pending"),
        (
            "/admin/payments/withdrawals?status=rejected",
            "status:rejected",
        ),
    ] {
        let mut desk = Desk::at_work(SMALL);
        desk.keys(":").text(typed).keys("Enter");
        let asked = desk.query::<ListWithdrawals>(LIST).filter;
        assert_eq!(
            (desk.model.tab, asked.as_deref()),
            (Tab::Withdrawals, Some(filter)),
            "{typed}"
        );
    }
    let mut desk = Desk::at_work(SMALL);
    desk.keys("M");
    assert_eq!(desk.model.tab, Tab::Withdrawals);
    // It has no place of its own in the row of tabs.
    answer(&mut desk, rows());
    assert!(desk.line(1).contains("Withdrawals"), "{}", desk.line(1));
    desk.keys("4");
    assert!(!desk.line(1).contains("Withdrawals"), "{}", desk.line(1));
}

#[test]
fn a_status_of_a_newer_server_is_shown_and_decided_by_nobody() {
    let row = WithdrawalRow {
        status: OpenEnum::Unknown(Line::new("on_hold")),
        ..waiting(1)
    };
    let mut desk = before(SMALL, vec![row]);
    assert!(desk.line(5).contains("on_hold"), "{}", desk.line(5));
    for (key, verb) in [
        ("a", "Approve"),
        ("x", "Reject"),
        ("w", "The request that decided it"),
    ] {
        desk.keys(key);
        assert_eq!(
            desk.toast(),
            format!("{verb}: this console does not know the status on_hold")
        );
    }
}
