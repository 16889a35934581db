//! What the queues do to the person that a row is about, and where they lead.

use quarterdeck::app::list::RowId;
use quarterdeck::app::message::{Effect, Slot};
use quarterdeck::app::tab::Tab;
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::ids::{ReportId, UserId};
use quarterdeck_api::reports::{DecideReports, ListReports, ReportStatus};
use quarterdeck_api::users::{BanRequest, BanUser, ExportUser, ListUsers, UserExport};

use crate::desk::{Desk, SMALL};
use crate::fixtures::{self, NOW};
use crate::people::{banned, user, view};
use crate::queues::{before_reports, before_requests, data_request, report};

fn at_reports() -> Desk {
    before_reports(SMALL, (1..=3).map(report).collect())
}

#[test]
fn the_reported_user_is_banned_for_a_week_and_the_report_is_resolved_besides() {
    let mut desk = at_reports();
    desk.keys("b");
    assert!(desk.shows("7 days"), "{}", desk.screen());
    desk.keys("4 2");
    for told in [
        "Ban suspect2@example.com (#902): 7 days?",
        "Also: Resolve #1",
    ] {
        assert!(desk.shows(told), "{}", desk.screen());
    }
    desk.keys("Enter");
    assert_eq!(desk.writes().len(), 0, "a bare Enter does nothing");
    desk.keys("y");
    let (id, request) = desk.sent::<BanUser>();
    let expected = BanRequest {
        ban_reason: "Harassment".to_owned(),
        reason_code: None,
        duration_hours: Some(168),
        expected_version: None,
    };
    assert_eq!((id, request), (UserId(902), expected));
    desk.answer_write(Ok(AnyReply::new::<BanUser>(view(banned(902)))));
    assert_eq!(desk.toast(), "#1 reported user banned, was pending");
    let request = desk.bodies::<DecideReports>().remove(0);
    assert_eq!(request.status, ReportStatus::Resolved);
    assert_eq!(request.ids, [ReportId(1)]);
}

#[test]
fn the_report_stays_open_under_the_cursor_where_that_is_turned_off() {
    let mut desk = at_reports();
    desk.keys("b 4 2 r");
    assert!(desk.shows("Not: Resolve #1"), "{}", desk.screen());
    desk.keys("y");
    desk.answer_write(Ok(AnyReply::new::<BanUser>(view(banned(902)))));
    assert_eq!(desk.bodies::<DecideReports>(), []);
    let room = desk.model.here();
    assert_eq!(room.state().list.cursor(), Some(RowId(1)));
    assert!(room.is_open(RowId(1)), "the report is still to be settled");
}

#[test]
fn a_ban_that_failed_resolves_nothing() {
    let mut desk = at_reports();
    desk.keys("b 4 2 y").answer_write(Err(fixtures::away()));
    assert_eq!(desk.bodies::<DecideReports>(), []);
}

#[test]
fn several_reports_are_not_a_ban_of_several() {
    let mut desk = at_reports();
    desk.keys("Space Space b");
    assert!(desk.model.overlay.is_none());
    assert!(desk.toast().contains("one at a time"), "{}", desk.toast());
}

#[test]
fn s003_13_a_data_request_exports_the_person_and_stays_pending() {
    let mut desk = before_requests(SMALL, vec![data_request(1, 3), data_request(2, 5)]);
    desk.keys("e");
    assert!(desk.shows("Personal data"), "{}", desk.screen());
    desk.keys("y");
    assert_eq!(desk.sent::<ExportUser>().0, UserId(501));
    let export = UserExport {
        format: 1,
        exported_at: NOW,
        user: view(user(501)),
        profile: None,
        truncated: Vec::new(),
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
    let saved = desk.effects.iter().find_map(|effect| match effect {
        Effect::SaveFile(file) => Some(file.name().to_owned()),
        _ => None,
    });
    assert_eq!(saved.as_deref(), Some("user-501-20261120T140000Z.json"));
    assert_eq!(desk.model.here().state().list.cursor(), Some(RowId(1)));
}

#[test]
fn the_queues_lead_to_the_user_and_a_user_to_the_reports() {
    let mut desk = at_reports();
    desk.keys("o u");
    assert_eq!(desk.model.tab, Tab::Users);
    let asked = desk.query::<ListUsers>(Slot::List(Tab::Users)).filter;
    assert_eq!(asked.as_deref(), Some("#902"));
    desk.keys("Esc").forget().keys("o r");
    assert_eq!(desk.model.tab, Tab::Reports);
    let about = desk.query::<ListReports>(Slot::List(Tab::Reports));
    assert_eq!(about.filter.as_deref(), Some("reported:#902"));
    let mut desk = before_requests(SMALL, vec![data_request(1, 3)]);
    desk.keys("o u");
    assert_eq!(desk.model.tab, Tab::Users);
    let asked = desk.query::<ListUsers>(Slot::List(Tab::Users)).filter;
    assert_eq!(asked.as_deref(), Some("#501"));
}
