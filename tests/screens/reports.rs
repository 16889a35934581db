//! The tab of reports.

use quarterdeck::app::message::Slot;
use quarterdeck::app::tab::Tab;
use quarterdeck_api::audit::ListAudit;
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::ids::ReportId;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::reports::{
    DecideReports, DecideReportsRequest, GetReport, ListReports, ReportSort, ReportStatus,
};
use quarterdeck_api::sessions::GetMe;

use crate::desk::{Desk, SMALL, options};
use crate::fixtures;
use crate::queues::{self, before_reports, changed, conflict, report, settled};

const REPORTS: Slot = Slot::List(Tab::Reports);

fn before(count: i64) -> Desk {
    before_reports(SMALL, (1..=count).map(report).collect())
}

/// The one decision sent, in short.
fn decision(desk: &Desk) -> (ReportStatus, Vec<i64>, Option<ReportStatus>, Option<String>) {
    let DecideReportsRequest {
        ids,
        status,
        notes,
        expected_status,
        reason_code,
    } = desk.body::<DecideReports>();
    assert_eq!(reason_code, None, "no list has come from the server");
    let ids = ids.iter().map(|id| id.0).collect();
    (status, ids, expected_status, notes)
}

fn answer(desk: &mut Desk, ids: impl IntoIterator<Item = i64>, status: ReportStatus) {
    let results = ids.into_iter().map(|id| changed(id, settled(id, status)));
    let results = results.collect();
    desk.answer_bulk::<DecideReports, _>(results);
}

#[test]
fn s003_09_one_report_is_settled_by_one_key_and_the_cursor_goes_on() {
    for (key, status, past) in [
        ("a", ReportStatus::Resolved, "resolved"),
        ("x", ReportStatus::Dismissed, "dismissed"),
    ] {
        let mut desk = before(3);
        desk.keys(key);
        assert!(desk.model.overlay.is_none());
        let pending = Some(ReportStatus::Pending);
        assert_eq!(decision(&desk), (status, vec![1], pending, None));
        answer(&mut desk, [1], status);
        let said = format!("#1 {past}, was pending (u takes it back)");
        assert_eq!(desk.toast(), said);
        assert!(desk.line(5).contains(past), "{}", desk.line(5));
        let cursor = desk.model.here().state().list.cursor();
        assert_eq!(cursor.map(|id| id.0), Some(2));
    }
}

#[test]
fn s003_09_a_settled_report_leaves_the_pending_list_with_the_next_load() {
    let mut desk = before(3);
    desk.keys("a");
    answer(&mut desk, [1], ReportStatus::Resolved);
    assert_eq!(desk.visible(), [1, 2, 3]);
    desk.keys("r");
    desk.answer_list(Vec::new());
    queues::answer_reports(&mut desk, vec![report(2), report(3)]);
    assert_eq!(desk.visible(), [2, 3]);
}

#[test]
fn s003_09_a_note_goes_with_either_decision() {
    let mut desk = before(3);
    desk.keys("A Enter y");
    assert_eq!(desk.writes(), []);
    assert!(desk.shows("Content removed"), "{}", desk.screen());
    desk.keys("1");
    assert_eq!(decision(&desk).3.as_deref(), Some("Content removed"));

    let mut desk = before(3);
    desk.keys("X e").text("no").keys("Enter");
    assert!(desk.shows("A note has 3 to 500 characters."));
    desk.text("thing in it").keys("Enter");
    let (status, ids, _, notes) = decision(&desk);
    assert_eq!((status, ids), (ReportStatus::Dismissed, vec![1]));
    assert_eq!(notes.as_deref(), Some("nothing in it"));
}

#[test]
fn s003_09_several_are_confirmed_and_taken_back_at_once() {
    let mut desk = before(12);
    desk.keys("Space Space a Enter");
    assert_eq!(desk.writes(), []);
    assert!(desk.shows("Resolve 2 reports?"), "{}", desk.screen());
    desk.keys("y");
    assert_eq!(decision(&desk).1, [1, 2]);
    answer(&mut desk, [1, 2], ReportStatus::Resolved);
    assert_eq!(desk.toast(), "2 resolved (u takes 2 back)");
    desk.forget().keys("u");
    let resolved = Some(ReportStatus::Resolved);
    assert_eq!(
        decision(&desk),
        (ReportStatus::Pending, vec![1, 2], resolved, None)
    );
    answer(&mut desk, [1, 2], ReportStatus::Pending);
    assert_eq!(desk.toast(), "2 reopened");
}

#[test]
fn s003_09_what_was_settled_is_reopened_and_only_then_settled_otherwise() {
    let rows = vec![settled(1, ReportStatus::Dismissed), report(2)];
    let mut desk = before_reports(SMALL, rows);
    desk.keys("a");
    assert_eq!(desk.writes(), []);
    assert_eq!(
        desk.toast(),
        "Resolve: #1 is dismissed already, by lea@quarterdeck.example"
    );
    desk.keys("u");
    let dismissed = Some(ReportStatus::Dismissed);
    assert_eq!(
        decision(&desk),
        (ReportStatus::Pending, vec![1], dismissed, None)
    );
    answer(&mut desk, [1], ReportStatus::Pending);
    desk.forget().keys("j u");
    assert_eq!(desk.writes(), []);
    assert!(
        desk.toast().ends_with("#2 is pending already"),
        "{}",
        desk.toast()
    );
}

#[test]
fn s003_09_of_both_kinds_of_decisions_one_kind_is_reopened_at_a_time() {
    let rows = vec![
        settled(1, ReportStatus::Dismissed),
        settled(2, ReportStatus::Resolved),
        settled(3, ReportStatus::Resolved),
    ];
    let mut desk = before_reports(SMALL, rows);
    desk.keys("* u");
    assert!(desk.shows("Reopen 2 reports?"), "{}", desk.screen());
    desk.keys("y");
    let (_, ids, expected, _) = decision(&desk);
    assert_eq!((ids, expected), (vec![2, 3], Some(ReportStatus::Resolved)));
    answer(&mut desk, [2, 3], ReportStatus::Pending);
    desk.forget().keys("u");
    let (_, ids, expected, _) = decision(&desk);
    assert_eq!((ids, expected), (vec![1], Some(ReportStatus::Dismissed)));
}

#[test]
fn s003_09_who_was_first_is_said_and_the_row_is_patched() {
    let mut desk = before(3);
    desk.keys("a");
    let now = desk.now;
    let row = settled(1, ReportStatus::Dismissed);
    desk.answer_bulk::<DecideReports, _>(vec![conflict(1, row, "dismissed", now)]);
    assert_eq!(
        desk.toast(),
        "#1 was dismissed by bob@quarterdeck.example, 4s ago. Nothing changed; Enter shows how."
    );
    assert!(desk.line(5).contains("dismissed"), "{}", desk.line(5));
}

#[test]
fn s003_09_each_decision_takes_its_own_permission_and_reopening_that_of_the_decision() {
    let held = [Permission::ReportsView, Permission::ReportsResolve];
    let mut desk = Desk::started(options(SMALL));
    desk.answer(Slot::Me, AnyReply::new::<GetMe>(fixtures::admin(&held)));
    desk.keys("2");
    let rows = vec![
        report(1),
        settled(2, ReportStatus::Dismissed),
        settled(3, ReportStatus::Resolved),
    ];
    queues::answer_reports(&mut desk, rows).forget();
    desk.keys("x");
    assert_eq!(
        desk.toast(),
        "Dismiss: you lack the permission reports.dismiss"
    );
    desk.keys("j u");
    assert_eq!(
        desk.toast(),
        "Take back the last action: you lack the permission reports.dismiss"
    );
    assert_eq!(desk.writes(), []);
    desk.keys("j u");
    assert_eq!(decision(&desk).1, [3]);
}

#[test]
fn s003_30_the_filter_becomes_the_servers_query() {
    let query = |filter: &str| {
        let mut desk = before(1);
        desk.keys("/").text(filter).keys("Enter");
        let query = desk.query::<ListReports>(REPORTS);
        assert_eq!(query.sort, Some(ReportSort::OldestFirst));
        query.filter
    };
    let cases = [
        ("status:res,dis", "status:res,dis"),
        ("status:all", "status:all"),
        ("reported:#901 reporter:702", "reported:#901 reporter:702"),
        ("reports>=3 age>2d", "reports>=3 age>2d"),
        ("reason:spam*", "reason:spam*"),
        ("reported:ana spam*", "spam*"),
    ];
    for (filter, expected) in cases {
        assert_eq!(query(filter).as_deref(), Some(expected), "{filter}");
    }
    let desk = before(1);
    assert!(desk.line(2).starts_with("status:pending"));
    let mut desk = Desk::on(SMALL, Tab::Reports);
    let first = desk.forget().keys("r").query::<ListReports>(REPORTS);
    assert_eq!(first.filter.as_deref(), Some("status:pending"));
}

#[test]
fn s003_30_what_the_server_cannot_filter_is_filtered_here() {
    let cases: &[(&str, &[i64])] = &[
        ("reporter:witness3", &[3]),
        ("reported:suspect2", &[1, 5]),
        ("reports<2", &[3]),
        ("reports:4", &[4]),
        ("reason:frau", &[2]),
        ("age>3h", &[4, 5]),
        ("status:res", &[]),
        ("reporter:#705", &[5]),
    ];
    for (filter, ids) in cases {
        let mut desk = before(5);
        desk.keys("/").text(filter);
        assert_eq!(desk.visible(), *ids, "{filter}");
    }
    let mut desk = before(5);
    desk.forget()
        .keys("/")
        .text("reporter:witness3")
        .keys("Enter");
    assert!(desk.queries(REPORTS).is_empty(), "a part of the e-mail");
    assert_eq!(desk.visible(), [3]);
    desk.keys("/").text(" reports>=many").keys("Enter");
    assert!(
        desk.shows("`many` is no whole number; write reports>=3"),
        "{}",
        desk.screen()
    );
}

#[test]
fn s003_84_a_person_with_three_reports_shows_it_and_can_be_sorted_first() {
    let mut desk = before(4);
    let counts: Vec<_> = (5..9)
        .map(|y| {
            let line = desk.line(y);
            let count = line.split_whitespace().find(|word| word.starts_with('×'));
            count.unwrap_or_default().to_owned()
        })
        .collect();
    assert_eq!(counts, ["×3", "×2", "×1", "×4"]);
    let buffer = desk.buffer();
    let style_of = |y: u16| {
        let x = (0..80).find(|x| buffer[(*x, y)].symbol() == "×").unwrap();
        buffer[(x, y)].style()
    };
    assert_eq!(style_of(6), style_of(7), "two and one");
    assert_ne!(style_of(8), style_of(7), "four stand out");
    desk.keys("s n");
    let query = desk.query::<ListReports>(REPORTS);
    assert_eq!(query.sort, Some(ReportSort::MostReportedFirst));
    desk.forget().keys("s a");
    let query = desk.query::<ListReports>(REPORTS);
    assert_eq!(query.sort, Some(ReportSort::OldestFirst));
    desk.forget().keys("s a");
    let query = desk.query::<ListReports>(REPORTS);
    assert_eq!(query.sort, Some(ReportSort::NewestFirst));
}

#[test]
fn a_report_is_opened_with_what_was_written_and_leads_to_its_trail() {
    let mut desk = before(2);
    desk.keys("j Enter");
    let slot = Slot::Detail(Tab::Reports);
    let call = desk.queries(slot).pop().expect("not asked");
    let (id, ..) = call.args::<GetReport>().unwrap();
    assert_eq!(*id, ReportId(2));
    desk.answer(
        slot,
        AnyReply::new::<GetReport>(queues::report_view(report(2))),
    );
    assert!(desk.shows("They send the same link"), "{}", desk.screen());
    assert!(desk.shows("2 reports about this person"));
    desk.keys("Esc o a");
    let query = desk.query::<ListAudit>(Slot::List(Tab::Audit));
    assert_eq!(query.filter.as_deref(), Some("on:report#2"));
}
