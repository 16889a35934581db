//! One filter, from the letters that are typed to the rows that the server finds: what it narrows at once,
//! what of it the server is asked and when, and what is said of it.

use chrono::TimeDelta;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use quarterdeck::app::message::{Effect, Failure, Msg, Slot};
use quarterdeck::app::tab::Tab;
use quarterdeck_api::applications::{
    ApplicationField, ApplicationRow, ApplicationSort, ApplicationStatus, ListApplications,
};
use quarterdeck_api::audit::{AuditField, ListAudit};
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::data_requests::ListDataRequests;
use quarterdeck_api::filter::{Context, Filter, Listed};
use quarterdeck_api::operation::Operation;
use quarterdeck_api::page::Page;
use quarterdeck_api::reports::ListReports;
use quarterdeck_api::text::Line;
use quarterdeck_api::users::{ListUsers, UserRow, UserStatus};
use ratatui::style::Modifier;

use crate::desk::{Desk, SMALL, WIDE};
use crate::fixtures;
use crate::people::user;

const APPS: Slot = Slot::List(Tab::Applications);

/// Rows of every status, whose names and e-mails part.
fn all_rows() -> Vec<ApplicationRow> {
    let statuses = ApplicationStatus::ALL.iter().copied().cycle();
    let rows = (1..=24).map(fixtures::pending).zip(statuses);
    let rows = rows.map(|(row, status)| ApplicationRow {
        status: status.into(),
        name: Line::new(&format!("Ana {} {status}", row.id)),
        decided_by: (status != ApplicationStatus::Pending)
            .then(|| Line::new("root@quarterdeck.example")),
        // No age is a round one: it may not pass a limit while the keys rest.
        submitted_at: row.submitted_at - TimeDelta::minutes(30),
        ..row
    });
    rows.collect()
}

fn context(desk: &Desk) -> Context {
    Context {
        now: desk.now,
        me: None,
    }
}

/// What a server of all these rows finds.
fn found<L: Listed + Clone>(rows: &[L], filter: Option<&str>, context: &Context) -> Vec<L> {
    let filter = Filter::<L::Field>::parse(filter.unwrap_or_default()).unwrap();
    assert!(filter.asked().is_ok(), "{filter} is not the server's");
    let rows = rows.iter().filter(|row| filter.passes(*row, context));
    let is_listed = |row: &&L| row.listed_by().is_none_or(|name| filter.names(name));
    rows.filter(is_listed).cloned().collect()
}

/// Answers the newest question about applications as a server of all rows does.
fn answer(desk: &mut Desk) {
    let query = desk.query::<ListApplications>(APPS);
    let rows = found(&all_rows(), query.filter.as_deref(), &context(desk));
    desk.answer_list(rows);
}

/// The whole queue under a filter that lets all of it through.
fn before_all() -> Desk {
    let mut desk = Desk::at_work(SMALL);
    desk.keys("/").text("status:all").keys("Enter");
    answer(&mut desk);
    desk.forget();
    desk
}

fn wait_ms(desk: &mut Desk, milliseconds: i64) {
    desk.now += TimeDelta::milliseconds(milliseconds);
    desk.send(Msg::Tick);
}

fn is_asked(desk: &Desk) -> bool {
    !desk.queries(APPS).is_empty()
}

const FILTERS: &[&str] = &[
    "ana",
    "ana*",
    "applicant1*",
    "#7",
    "status:rej",
    "status:all applicant2",
    "status:pending,active applicant1*",
    "name:\"ana #3\"",
    "name:ana* OR status:rejected",
    "!(status:pending OR status:active)",
    "-status:pending",
    "age>5h age<12h",
    "created:today",
    "by:me",
    "is:mine status:all",
    "is:open",
    "has:reason",
    "~aac",
    "/a.*9/ status:all",
    "id:3..9 status:all",
    "nobody",
];

#[test]
fn what_is_typed_and_what_is_asked_mean_the_same() {
    for filter in FILTERS {
        let mut desk = before_all();
        desk.keys("/ C-u").text(filter);
        let typed = desk.visible();
        wait_ms(&mut desk, 250);
        if is_asked(&desk) {
            answer(&mut desk);
        }
        assert_eq!(desk.visible(), typed, "{filter}: after the pause");
        desk.forget().keys("Enter");
        assert!(!is_asked(&desk), "{filter}: it was asked already");
        assert_eq!(desk.visible(), typed, "{filter}: after Enter");
        desk.keys("r");
        answer(&mut desk);
        assert_eq!(desk.visible(), typed, "{filter}: after a refresh");
        let mut at_once = before_all();
        at_once.keys("/ C-u").text(filter).keys("Enter");
        if is_asked(&at_once) {
            answer(&mut at_once);
        }
        assert_eq!(at_once.visible(), typed, "{filter}: by Enter alone");
    }
}

#[test]
fn who_is_gone_is_left_out_while_typing_as_the_server_leaves_them_out() {
    let gone = UserRow {
        status: UserStatus::Deleted.into(),
        ..user(2)
    };
    let rows = vec![user(1), gone, user(3)];
    let slot = Slot::List(Tab::Users);
    for (filter, ids) in [
        ("person*", vec![1, 3]),
        ("person* status:all", vec![1, 2, 3]),
    ] {
        let mut desk = crate::people::before(SMALL, rows.clone());
        desk.keys("/").text("status:all").keys("Enter");
        let all = AnyReply::new::<ListUsers>(fixtures::page(rows.clone()));
        desk.answer(slot, all);
        assert_eq!(desk.visible(), [1, 2, 3]);
        desk.keys("/ C-u").text(filter);
        assert_eq!(desk.visible(), ids, "{filter}");
        desk.keys("Enter");
        let query = desk.query::<ListUsers>(slot);
        let found = found(&rows, query.filter.as_deref(), &context(&desk));
        desk.answer(slot, AnyReply::new::<ListUsers>(fixtures::page(found)));
        assert_eq!(desk.visible(), ids, "{filter}: after Enter");
    }
}

#[test]
fn two_hundred_and_fifty_ms_after_the_last_key_the_server_is_asked() {
    let mut desk = Desk::before(30);
    desk.keys("/").text("applicant1*");
    wait_ms(&mut desk, 249);
    assert!(!is_asked(&desk));
    desk.keys("Backspace").text("*");
    wait_ms(&mut desk, 249);
    assert!(!is_asked(&desk), "each key puts it off");
    let due = desk.model.next_deadline(desk.now);
    assert_eq!(due, Some(desk.now + TimeDelta::milliseconds(1)));
    wait_ms(&mut desk, 1);
    let query = desk.query::<ListApplications>(APPS);
    assert_eq!(query.filter.as_deref(), Some("applicant1*"));
    desk.forget().keys("Left Right");
    desk.wait(5);
    assert!(!is_asked(&desk), "once is enough");
}

#[test]
fn a_part_of_a_users_email_is_asked_of_the_server_from_three_letters_on() {
    let users = Slot::List(Tab::Users);
    for (typed, asked) in [
        ("*zo*", None),
        ("*zoe*", Some("*zoe*")),
        ("email:zo", None),
        ("email:zoe", Some("email:zoe")),
        ("zoe", None),
    ] {
        let mut desk = Desk::on(SMALL, Tab::Users);
        desk.answer(users, AnyReply::new::<ListUsers>(more(vec![user(1)])));
        desk.forget().keys("/").text(typed);
        assert!(desk.queries(users).is_empty(), "{typed}: a key asks nobody");
        wait_ms(&mut desk, 250);
        match asked {
            Some(asked) => {
                let query = desk.query::<ListUsers>(users);
                assert_eq!(query.filter.as_deref(), Some(asked), "{typed}");
            }
            None => assert!(desk.queries(users).is_empty(), "{typed}"),
        }
    }
}

#[test]
fn an_answer_to_what_was_typed_before_is_no_longer_wanted() {
    let mut desk = Desk::before(30);
    desk.keys("/").text("applicant1*");
    wait_ms(&mut desk, 250);
    let old = desk.asked(APPS);
    desk.keys("Backspace").text("1*");
    wait_ms(&mut desk, 250);
    assert_ne!(desk.asked(APPS), old);
    let shown = desk.visible();
    assert_eq!(shown, [11]);
    desk.answer_list(vec![fixtures::pending(11), fixtures::pending(110)]);
    assert_eq!(desk.visible(), [11, 110]);
}

#[test]
fn what_was_typed_and_left_leaves_everything_as_it_was() {
    let mut desk = Desk::entering(SMALL);
    let page = Page {
        total: 60,
        next_cursor: Some("after-30".to_owned()),
        ..fixtures::page((1..=30).map(fixtures::pending).collect())
    };
    desk.answer(APPS, AnyReply::new::<ListApplications>(page));
    desk.keys("j j j j");
    let screen = desk.screen();
    desk.forget().keys("/").text("applicant777*");
    wait_ms(&mut desk, 250);
    desk.answer_list(vec![fixtures::pending(777)]);
    assert_eq!(desk.visible(), [777]);
    desk.forget().keys("Esc");
    assert!(!is_asked(&desk), "what stood there before is still at hand");
    assert_eq!(desk.screen(), screen);
    desk.keys("G");
    let query = desk.query::<ListApplications>(APPS);
    assert_eq!(query.cursor.as_deref(), Some("after-30"));
    assert_eq!(query.filter.as_deref(), Some("status:PENDING"));
}

#[test]
fn the_cursor_is_on_its_row_again_once_that_passes() {
    let mut desk = Desk::before(30);
    desk.keys("j j /").text("a");
    let cursor = |desk: &Desk| desk.model.here().state().list.cursor().map(|id| id.0);
    assert_eq!(cursor(&desk), Some(3));
    desk.text("pplicant20");
    assert_eq!(cursor(&desk), Some(20));
    desk.keys("C-u").text("applicant").keys("Enter");
    assert_eq!(cursor(&desk), Some(3));
}

#[test]
fn what_is_asked_for_while_typing_is_called_off_by_escape() {
    let mut desk = Desk::before(30);
    desk.keys("/").text("applicant7*");
    wait_ms(&mut desk, 250);
    let generation = desk.asked(APPS);
    desk.keys("Esc");
    let called_off = |effect: &Effect| matches!(effect, Effect::CancelRead(slot) if *slot == APPS);
    assert!(desk.effects.iter().any(called_off));
    let late = AnyReply::new::<ListApplications>(fixtures::page(vec![fixtures::pending(7)]));
    desk.send(Msg::Replied(quarterdeck::app::message::Reply::Read {
        slot: APPS,
        generation,
        result: Ok(late),
    }));
    assert_eq!(desk.visible().len(), 30);
}

#[test]
fn a_failed_question_while_typing_leaves_the_rows_and_escape_the_failure() {
    let mut desk = Desk::before(30);
    desk.keys("/").text("applicant2*");
    wait_ms(&mut desk, 250);
    desk.fail(APPS, Failure::Timeout);
    assert_eq!(desk.visible().len(), 11);
    assert!(
        desk.line(2).starts_with("/applicant2* local 30/30"),
        "{}",
        desk.line(2)
    );
    desk.keys("Esc");
    assert_eq!(desk.visible().len(), 30);
    assert!(desk.model.here().state().failure.is_none());
}

#[test]
fn a_decision_made_before_typing_is_seen_after_it() {
    let mut desk = Desk::before(4);
    desk.keys("a").decide();
    desk.keys("/").text("applicant4*");
    wait_ms(&mut desk, 250);
    desk.answer_list(vec![fixtures::pending(4)]);
    desk.keys("Esc");
    assert_eq!(
        desk.visible(),
        [1, 2, 3, 4],
        "what was decided stays in sight"
    );
    assert!(desk.shows("ACTIVE"));
}

#[test]
fn the_beginning_of_a_name_is_looked_for_only_once_the_keys_rest() {
    let mut desk = Desk::before(30);
    desk.keys("/").text("stat");
    assert_eq!(desk.visible().len(), 30);
    wait_ms(&mut desk, 250);
    assert_eq!(desk.visible().len(), 0);
    desk.text("us:pend");
    assert_eq!(desk.visible().len(), 30);
}

#[test]
fn offline_what_is_typed_narrows_and_asks_nobody_until_enter() {
    let mut desk = Desk::before(30);
    desk.keys("r").fail(APPS, fixtures::away()).forget();
    desk.keys("/").text("applicant2*").wait(5);
    assert!(!is_asked(&desk));
    assert_eq!(desk.visible().len(), 11);
    desk.keys("Enter");
    assert!(is_asked(&desk));
}

#[test]
fn sort_in_a_filter_is_the_order_until_another_is_picked() {
    let mut desk = Desk::before(3);
    desk.keys("/").text("status:rej sort:age").keys("Enter");
    let query = desk.query::<ListApplications>(APPS);
    assert_eq!(
        (query.sort, query.filter.as_deref()),
        (Some(ApplicationSort::NewestFirst), Some("status:rej"))
    );
    desk.answer_list(Vec::new());
    assert!(desk.line(2).contains("newest first"), "{}", desk.line(2));
    desk.keys("s a");
    let query = desk.query::<ListApplications>(APPS);
    assert_eq!(query.sort, Some(ApplicationSort::OldestFirst));
    assert_eq!(desk.model.here().state().filter, "status:rej");
    desk.answer_list(Vec::new());
    desk.keys("/ C-u").text("sort:created-").keys("Enter");
    let query = desk.query::<ListApplications>(APPS);
    assert_eq!(
        (query.sort, query.filter.as_deref()),
        (Some(ApplicationSort::NewestFirst), Some("status:PENDING"))
    );
    desk.answer_list(Vec::new()).keys("Esc");
    let query = desk.query::<ListApplications>(APPS);
    assert_eq!(
        query.sort,
        Some(ApplicationSort::OldestFirst),
        "it goes with its filter"
    );
}

#[test]
fn the_chip_says_where_the_filter_is_answered() {
    let mut chips = Vec::new();
    for filter in ["", "status:pend", "ana", "status:all ana", "is:open by:me"] {
        let mut desk = Desk::entering(WIDE);
        let page = |rows| {
            AnyReply::new::<ListApplications>(Page {
                total: 12_340,
                next_cursor: Some("next".to_owned()),
                ..fixtures::page(rows)
            })
        };
        desk.answer(APPS, page(all_rows())).forget();
        desk.keys("/").text(filter);
        chips.push(format!("typed:    {}", desk.line(2)));
        desk.keys("Enter");
        if is_asked(&desk) {
            chips.push(format!("asked:    {}", desk.line(2)));
            desk.answer(APPS, page(all_rows()));
        }
        chips.push(format!("in force: {}", desk.line(2)));
    }
    insta::assert_snapshot!(chips.join("\n"));
}

/// The first of several pages.
fn more<T>(rows: Vec<T>) -> Page<T> {
    Page {
        total: 300,
        next_cursor: Some("next".to_owned()),
        ..fixtures::page(rows)
    }
}

#[test]
fn without_rows_it_is_said_who_else_could_find_some() {
    let said = |tab: Tab, filter: &str| {
        let mut desk = Desk::on(SMALL, tab);
        let slot = Slot::List(tab);
        match tab {
            Tab::Audit => desk.answer(slot, AnyReply::new::<ListAudit>(more(fixtures::log()))),
            _ => desk.answer(slot, AnyReply::new::<ListUsers>(more(vec![user(1)]))),
        };
        desk.keys("/").text(filter);
        let screen = desk.screen();
        let said = screen.lines().find(|line| line.contains("loaded"));
        said.unwrap_or(&screen).trim().to_owned()
    };
    assert_eq!(
        said(Tab::Users, "zoe"),
        "None of the 1 loaded users match; *zoe* asks the server."
    );
    assert_eq!(
        said(Tab::Users, "zoe*"),
        "No loaded users match; Enter asks the server."
    );
    let mut all_loaded = crate::people::before(SMALL, vec![user(1)]);
    all_loaded.keys("/").text("zoe");
    assert!(
        all_loaded.shows("No users match."),
        "{}",
        all_loaded.screen()
    );
    assert_eq!(
        said(Tab::Audit, "zoe"),
        "None of the 6 loaded audit rows match, and there are more."
    );
}

/// The prompt with what is said above it, and what is underlined in it.
fn prompt(desk: &Desk) -> String {
    let buffer = desk.buffer();
    let last = buffer.area.height - 1;
    let under = (0..buffer.area.width).map(|x| {
        let style = buffer[(x, last)].style();
        let is_under = style.add_modifier.contains(Modifier::UNDERLINED);
        if is_under { '^' } else { ' ' }
    });
    let under: String = under.collect();
    let lines: Vec<_> = (0..=last).map(|y| desk.line(y)).collect();
    let said = lines.iter().rposition(|line| line.starts_with("Column "));
    let said = lines[said.unwrap_or_default()..].join("\n");
    format!("{said}\n{}", under.trim_end())
}

#[test]
fn a_wrong_filter_is_underlined_where_it_is_wrong() {
    let wrong = [
        "ana stauts:x",
        "status:done",
        "status:pend,zz",
        "age:2d",
        "(ana",
        "ana)",
        "ana OR",
        "\"ana",
        "漢字 name:/(/",
        "is:mien",
        "sort:name",
        "sort:age sort:age",
        "ana -",
        "id:x",
        "created:soon",
    ];
    let mut shown = Vec::new();
    for filter in wrong {
        let mut desk = Desk::before(3);
        desk.keys("/").text(filter).keys("Enter");
        assert!(!is_asked(&desk), "{filter}");
        assert_eq!(
            desk.model.here().state().filter,
            "",
            "a wrong filter changes nothing"
        );
        shown.push(prompt(&desk));
    }
    let mut long = Desk::before(3);
    long.keys("/").text(&"ana ".repeat(30)).text("stauts:x");
    shown.push(prompt(&long));
    insta::assert_snapshot!(shown.join("\n\n"));
}

#[test]
fn leads_are_filters_that_the_server_answers_whatever_they_name() {
    for hostile in ["a\" OR by:me", "a\\\"b", "(x", "a*b", "/x/", "#1", "me", ""] {
        let row = quarterdeck_api::audit::AuditRow {
            admin_user_id: None,
            admin_email: Some(Line::new(hostile)),
            target_type: Line::new("user"),
            target_id: Line::new(hostile),
            ..fixtures::log().remove(0)
        };
        let mut desk = Desk::on(SMALL, Tab::Audit);
        let slot = Slot::List(Tab::Audit);
        desk.answer(
            slot,
            AnyReply::new::<ListAudit>(fixtures::page(vec![row.clone()])),
        );
        for (keys, is_there) in [("o b", true), ("o a", !hostile.is_empty())] {
            desk.forget().keys(keys);
            if !is_there {
                continue;
            }
            let filter = desk.query::<ListAudit>(slot).filter.unwrap();
            let read = Filter::<AuditField>::parse(&filter).unwrap();
            assert!(read.asked().is_ok(), "{filter}");
            assert!(read.passes(&row, &context(&desk)), "{filter}");
            assert_eq!(read.terms().count(), 1, "{filter}");
            desk.answer(
                slot,
                AnyReply::new::<ListAudit>(fixtures::page(vec![row.clone()])),
            );
            desk.keys("Esc");
            desk.answer(
                slot,
                AnyReply::new::<ListAudit>(fixtures::page(vec![row.clone()])),
            );
        }
    }
}

#[test]
fn what_a_filter_looks_for_is_shown_where_it_is_found() {
    let marked = |filter: &str| {
        let mut desk = Desk::before(3);
        desk.keys("/").text(filter);
        let plain = Desk::before(3).keys("/").text("status:pend").buffer();
        let (buffer, mut count) = (desk.buffer(), 0);
        for y in 5..8 {
            for x in 0..buffer.area.width {
                count += usize::from(buffer[(x, y)].style() != plain[(x, y)].style());
            }
        }
        count
    };
    assert_eq!(marked("status:pending"), 0);
    assert_eq!(marked("applicant"), marked("applicant*"));
    assert!(marked("applicant") > 0);
    assert_eq!(
        marked("status:pending -nobody"),
        0,
        "what must not be there"
    );
}

#[test]
fn the_dashboard_is_filtered_here() {
    let mut desk = Desk::on(SMALL, Tab::Dashboard);
    crate::queues::answer_dashboard(&mut desk, crate::queues::dashboard());
    let all = desk.visible();
    assert_eq!(all.len(), 3);
    for (filter, ids) in [
        ("overdue>0", vec![3]),
        ("queue:rep", vec![2]),
        ("reports", vec![2]),
        ("queue:all", vec![1, 2, 3]),
    ] {
        desk.forget().keys("/ C-u").text(filter).wait(1);
        assert_eq!(desk.visible(), ids, "{filter}");
        desk.keys("Enter");
        assert_eq!(desk.visible(), ids, "{filter}");
        assert!(desk.queries(Slot::List(Tab::Dashboard)).is_empty());
        desk.keys("Esc");
        crate::queues::answer_dashboard(&mut desk, crate::queues::dashboard());
    }
}

/// Pieces that filters are made of, joined at random.
fn any_filter() -> impl Strategy<Value = String> {
    let pieces = [
        "status:", "pend", "all", ",", " ", " ", "ana", "*", "\"", "/", "(", ")", "!", "-", " OR ",
        "|", "~", "#7", "age>", "2d", "..", "name=", "is:open", "by:me", "sort:age", "created:",
        "today", "none", "\\", "漢", "\u{202e}", "'", "=", "id:", "on:", "user", "e\u{301}",
    ];
    let piece = prop_oneof![
        4 => proptest::sample::select(pieces.to_vec()).prop_map(str::to_owned),
        1 => "\\PC{0,4}",
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// Whether all that was asked of a slot is the server's, and nothing of it an order.
fn is_servers<Op, L>(desk: &Desk, tab: Tab, text: impl Fn(&Op::Query) -> Option<String>)
where
    Op: Operation,
    L: Listed,
{
    for call in desk.queries(Slot::List(tab)) {
        let Some((_, query, _)) = call.args::<Op>() else {
            continue;
        };
        let text = text(query).unwrap_or_default();
        let filter = Filter::<L::Field>::parse(&text).expect("the server can read it");
        assert!(filter.asked().is_ok(), "{text} is not the server's");
        assert!(filter.sort().is_none(), "{text} is sorted by its parameter");
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 256,
        rng_seed: RngSeed::Fixed(11),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn no_filter_that_is_typed_panics_or_asks_the_server_what_it_does_not_answer(
        filter in any_filter(),
        tab in proptest::sample::select(vec![
            Tab::Applications, Tab::Reports, Tab::DataRequests, Tab::Users, Tab::Audit,
        ]),
    ) {
        let mut desk = Desk::on(SMALL, tab);
        desk.keys("/").text(&filter);
        desk.buffer();
        wait_ms(&mut desk, 250);
        desk.keys("Enter");
        desk.buffer();
        desk.wait(1).keys("Esc Esc Esc");
        is_servers::<ListApplications, ApplicationRow>(&desk, tab, |query| query.filter.clone());
        is_servers::<ListReports, quarterdeck_api::reports::ReportRow>(&desk, tab, |query| query.filter.clone());
        is_servers::<ListDataRequests, quarterdeck_api::data_requests::DataRequestRow>(
            &desk, tab, |query| query.filter.clone(),
        );
        is_servers::<ListUsers, UserRow>(&desk, tab, |query| query.filter.clone());
        is_servers::<ListAudit, quarterdeck_api::audit::AuditRow>(&desk, tab, |query| query.filter.clone());
    }

    #[test]
    fn whatever_is_typed_means_the_same_once_it_is_asked(filter in any_filter()) {
        let mut desk = before_all();
        desk.keys("/ C-u").text(&filter);
        if Filter::<ApplicationField>::parse(&filter).is_err() {
            return Ok(());
        }
        // The beginning of a name is what it says once the keys rest.
        wait_ms(&mut desk, 249);
        wait_ms(&mut desk, 1);
        let asked = is_asked(&desk);
        let typed = desk.visible();
        if asked {
            answer(&mut desk);
        }
        prop_assert_eq!(desk.visible(), typed.clone());
        desk.keys("Enter");
        prop_assert_eq!(desk.visible(), typed);
    }
}
