//! The tab of data requests.

use quarterdeck::app::message::Slot;
use quarterdeck::app::tab::Tab;
use quarterdeck_api::audit::ListAudit;
use quarterdeck_api::data_requests::{
    DataRequestSort, DataRequestStatus, ListDataRequests, UpdateDataRequests,
    UpdateDataRequestsRequest,
};
use quarterdeck_api::ids::DataRequestId;

use crate::desk::{Desk, SMALL};
use crate::queues::{self, before_requests, changed, conflict, data_request, handled};

const REQUESTS: Slot = Slot::List(Tab::DataRequests);

/// One that is overdue, one that is due soon, one with time.
fn before() -> Desk {
    let rows = [(1, -5), (2, 3), (3, 20)].map(|(id, days)| data_request(id, days));
    before_requests(SMALL, rows.to_vec())
}

fn request(ids: &[i64], status: DataRequestStatus) -> UpdateDataRequestsRequest {
    let expected_status = match status {
        DataRequestStatus::Pending => DataRequestStatus::Failed,
        DataRequestStatus::Completed | DataRequestStatus::Failed => DataRequestStatus::Pending,
    };
    UpdateDataRequestsRequest {
        ids: ids.iter().copied().map(DataRequestId).collect(),
        status,
        confirm: None,
        error: None,
        reason_code: None,
        expected_status: Some(expected_status),
    }
}

#[test]
fn s003_10_completing_is_confirmed_and_is_final() {
    let mut desk = before();
    desk.keys("a Enter");
    assert_eq!(desk.writes(), []);
    assert!(
        desk.shows("Complete #1 person1@example.com?"),
        "{}",
        desk.screen()
    );
    assert!(desk.shows("Completed is final: nothing takes it back."));
    desk.keys("y");
    let expected = UpdateDataRequestsRequest {
        confirm: Some(true),
        ..request(&[1], DataRequestStatus::Completed)
    };
    assert_eq!(desk.body::<UpdateDataRequests>(), expected);
    let row = handled(1, DataRequestStatus::Completed);
    desk.answer_bulk::<UpdateDataRequests, _>(vec![changed(1, row)]);
    assert_eq!(desk.toast(), "#1 completed, was pending");
    assert!(desk.line(5).contains("completed"), "{}", desk.line(5));
    desk.forget().keys("k");
    for (key, verb) in [
        ("a", "Complete"),
        ("x", "Mark as failed"),
        ("u", "Take back the last action"),
    ] {
        desk.keys(key);
        assert_eq!(desk.toast(), format!("{verb}: #1: completed is final"));
    }
    assert_eq!(desk.writes(), []);
}

#[test]
fn s003_10_several_are_completed_by_their_count() {
    let mut desk = before();
    desk.keys("* a y Enter");
    assert_eq!(desk.writes(), []);
    desk.keys("3 Enter");
    let expected = UpdateDataRequestsRequest {
        confirm: Some(true),
        ..request(&[1, 2, 3], DataRequestStatus::Completed)
    };
    assert_eq!(desk.body::<UpdateDataRequests>(), expected);
}

#[test]
fn s003_10_failing_takes_a_reason_and_can_be_taken_back() {
    let mut desk = before();
    desk.keys("x Enter y");
    assert_eq!(desk.writes(), []);
    desk.keys("2");
    let expected = UpdateDataRequestsRequest {
        error: Some("Must be kept by law".to_owned()),
        ..request(&[1], DataRequestStatus::Failed)
    };
    assert_eq!(desk.body::<UpdateDataRequests>(), expected);
    let row = handled(1, DataRequestStatus::Failed);
    desk.answer_bulk::<UpdateDataRequests, _>(vec![changed(1, row)]);
    assert_eq!(desk.toast(), "#1 failed, was pending (u takes it back)");
    desk.forget().keys("u");
    let expected = request(&[1], DataRequestStatus::Pending);
    assert_eq!(desk.body::<UpdateDataRequests>(), expected);
    desk.answer_bulk::<UpdateDataRequests, _>(vec![changed(1, data_request(1, -5))]);
    assert_eq!(desk.toast(), "#1 back to pending, was failed");
}

#[test]
fn c_41_a_failed_one_is_retried_before_it_is_completed() {
    let mut desk = before_requests(SMALL, vec![handled(7, DataRequestStatus::Failed)]);
    desk.keys("a");
    assert_eq!(desk.toast(), "Complete: #7 has failed; retry it first");
    desk.keys("u");
    let expected = request(&[7], DataRequestStatus::Pending);
    assert_eq!(desk.body::<UpdateDataRequests>(), expected);
}

#[test]
fn s003_10_who_was_first_is_said_and_the_row_is_patched() {
    let mut desk = before();
    desk.keys("a y");
    let now = desk.now;
    let row = handled(1, DataRequestStatus::Completed);
    desk.answer_bulk::<UpdateDataRequests, _>(vec![conflict(1, row, "completed", now)]);
    assert_eq!(
        desk.toast(),
        "#1 was completed by bob@quarterdeck.example, 4s ago. Nothing changed; Enter shows how."
    );
    assert!(desk.line(5).contains("completed"), "{}", desk.line(5));
}

#[test]
fn s003_32_what_is_overdue_says_so_in_a_word_and_a_color_and_the_rest_how_long_it_has() {
    let mut desk = before();
    let lines: Vec<String> = (5..8).map(|y| desk.line(y)).collect();
    for (line, due) in lines.iter().zip(["OVERDUE 5d", "in 3d", "in 20d"]) {
        assert!(line.contains(due), "{line}");
    }
    desk.keys("j");
    let buffer = desk.buffer();
    let style = |y: u16, text: &str| {
        let x = desk.line(y).find(text).unwrap();
        buffer[(u16::try_from(x).unwrap(), y)].style()
    };
    assert_ne!(style(5, "OVERDUE"), style(7, "in 20d"));
    desk.wait(3 * 86_400 + 1);
    assert!(
        desk.line(6).contains("OVERDUE <1m"),
        "it became overdue while it was shown: {}",
        desk.line(6)
    );
    let done = before_requests(SMALL, vec![handled(1, DataRequestStatus::Completed)]);
    assert!(!done.line(5).contains("in "), "{}", done.line(5));
}

#[test]
fn s003_32_what_the_server_calls_overdue_is_overdue_whatever_the_clock_here() {
    let mut row = data_request(1, 1);
    row.overdue = true;
    let desk = before_requests(SMALL, vec![row]);
    assert!(desk.line(5).contains("OVERDUE <1m"), "{}", desk.line(5));
}

#[test]
fn s003_32_the_filter_becomes_the_servers_query() {
    let query = |filter: &str| {
        let mut desk = before();
        desk.keys("/").text(filter).keys("Enter");
        let query = desk.query::<ListDataRequests>(REQUESTS);
        assert_eq!(query.sort, Some(DataRequestSort::DueFirst));
        query.filter
    };
    for filter in [
        "status:pend kind:del",
        "overdue:yes",
        "overdue:no user:#503",
        "due<3d",
        "due>1w",
        "user:person2*",
        "person2*",
        "status:all",
    ] {
        assert_eq!(query(filter).as_deref(), Some(filter));
    }
    let mut desk = Desk::on(SMALL, Tab::DataRequests);
    let first = desk.query::<ListDataRequests>(REQUESTS);
    assert_eq!(
        first.filter.as_deref(),
        Some("status:pending"),
        "what is open comes first"
    );
    queues::answer_requests(&mut desk, vec![data_request(1, 3)]);
    desk.forget().keys("s d");
    let last = desk.query::<ListDataRequests>(REQUESTS);
    assert_eq!(last.sort, Some(DataRequestSort::DueLast));
}

#[test]
fn s003_32_loaded_rows_are_filtered_alike() {
    let cases: &[(&str, &[i64])] = &[
        ("overdue:yes", &[1]),
        ("overdue:no", &[2, 3]),
        ("due<4d", &[1, 2]),
        ("due>4d", &[3]),
        ("kind:exp", &[2]),
        ("user:#503", &[3]),
        ("user:person1", &[1]),
        ("age>26d", &[1, 2]),
        ("status:fail", &[]),
    ];
    for (filter, ids) in cases {
        let mut desk = before();
        desk.keys("/").text(filter);
        assert_eq!(desk.visible(), *ids, "{filter}");
    }
    let mut desk = before();
    desk.keys("/").text("overdue:maybe").keys("Enter");
    assert!(
        desk.shows("write overdue:yes or overdue:no"),
        "{}",
        desk.screen()
    );
}

#[test]
fn a_data_request_leads_to_its_trail() {
    let mut desk = before();
    desk.keys("j o a");
    let query = desk.query::<ListAudit>(Slot::List(Tab::Audit));
    assert_eq!(query.filter.as_deref(), Some("on:data_request#2"));
}
