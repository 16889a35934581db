//! The dashboard: what waits, and the way there.

use quarterdeck::app::message::{Effect, Slot};
use quarterdeck::app::tab::Tab;
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::dashboard::{DashboardView, Queue, QueueRow};
use quarterdeck_api::data_requests::ListDataRequests;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::reports::ListReports;
use quarterdeck_api::sessions::GetMe;
use quarterdeck_api::text::Line;
use quarterdeck_api::wire_enum::OpenEnum;

use crate::desk::{Desk, SMALL, WIDE, options};
use crate::fixtures;
use crate::queues::{self, before_dashboard, data_request, report};

#[test]
fn each_queue_says_what_is_open_how_long_it_waits_and_what_is_overdue() {
    let desk = before_dashboard(SMALL);
    let words = |y: u16| {
        let line = desk.line(y);
        let words = line.split_whitespace().map(str::to_owned);
        words
            .filter(|word| word != ">")
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(words(5), "Applications 10000+ 12d - -");
    assert_eq!(words(6), "Reports 17 3d - -");
    assert_eq!(words(7), "Data requests 6 35d 2 OVERDUE 5d");
    assert!(
        desk.line(1).starts_with(" 0 Dash  "),
        "no count of queues: {}",
        desk.line(1)
    );
}

#[test]
fn the_tabs_show_what_waits_before_they_are_loaded() {
    let mut desk = before_dashboard(WIDE);
    let tabs = desk.line(1);
    let counts = ["1 Apps 25 ", "2 Reports 17 ", "3 Data 6 "];
    for count in counts {
        assert!(tabs.contains(count), "{count} in {tabs}");
    }
    assert!(tabs.contains("4 Users  "), "what nobody counted: {tabs}");
    desk.keys("2");
    queues::answer_reports(&mut desk, vec![report(1)]);
    assert!(desk.line(1).contains("2 Reports 1 "), "{}", desk.line(1));
}

#[test]
fn enter_opens_the_queue_with_what_is_open_and_esc_leads_back() {
    let mut desk = before_dashboard(SMALL);
    desk.keys("j Enter");
    assert_eq!(desk.model.tab, Tab::Reports);
    let query = desk.query::<ListReports>(Slot::List(Tab::Reports));
    assert_eq!(query.filter.as_deref(), Some("status:pending"));
    queues::answer_reports(&mut desk, vec![report(1)]);
    desk.keys("Esc");
    assert_eq!(desk.model.tab, Tab::Dashboard);
    desk.keys("Tab");
    assert_eq!(desk.model.tab, Tab::Dashboard);
    assert!(desk.shows("Counted"), "Tab shows it in full");
}

#[test]
fn enter_drops_the_filter_that_hid_what_is_open_and_esc_brings_it_back() {
    let mut desk = queues::before_reports(SMALL, vec![report(1)]);
    desk.keys("/").text("status:resolved").keys("Enter");
    queues::answer_reports(&mut desk, Vec::new());
    desk.keys("0");
    queues::answer_dashboard(&mut desk, queues::dashboard());
    desk.forget().keys("j Enter");
    let query = desk.query::<ListReports>(Slot::List(Tab::Reports));
    assert_eq!(query.filter.as_deref(), Some("status:pending"));
    desk.keys("Esc").forget().keys("2");
    let query = desk.query::<ListReports>(Slot::List(Tab::Reports));
    assert_eq!(query.filter.as_deref(), Some("status:resolved"));
}

#[test]
fn o_d_opens_what_is_overdue_where_there_is_something() {
    let mut desk = before_dashboard(SMALL);
    desk.keys("o");
    assert_eq!(desk.model.tab, Tab::Dashboard);
    assert!(
        desk.toast().ends_with("there is nothing of the kind"),
        "{}",
        desk.toast()
    );
    desk.wait(10).keys("G o");
    assert!(
        desk.line(23).contains("d data requests"),
        "{}",
        desk.line(23)
    );
    desk.keys("d");
    assert_eq!(desk.model.tab, Tab::DataRequests);
    let query = desk.query::<ListDataRequests>(Slot::List(Tab::DataRequests));
    assert_eq!(query.filter.as_deref(), Some("overdue:yes"));
    queues::answer_requests(&mut desk, vec![data_request(1, -5)]);
    assert!(desk.line(2).contains("/overdue:yes server"));
    desk.keys("Esc").forget().keys("G Enter");
    let query = desk.query::<ListDataRequests>(Slot::List(Tab::DataRequests));
    assert_eq!(query.filter.as_deref(), Some("status:pending"));
}

#[test]
fn nothing_is_marked_or_decided_on_the_dashboard() {
    let mut desk = before_dashboard(WIDE);
    for key in ["a", "x", "w", "Space", "u", "b", "D"] {
        desk.keys(key);
    }
    assert_eq!(desk.writes(), []);
    assert_eq!(desk.model.here().state().list.marked_count(), 0);
    assert!(desk.model.overlay.is_none());
}

#[test]
fn a_queue_has_no_id_to_show_or_to_copy() {
    let mut desk = before_dashboard(WIDE);
    assert!(!desk.shows("#1"), "{}", desk.screen());
    desk.forget().keys("y");
    let is_copy = |effect: &Effect| matches!(effect, Effect::Copy(_));
    assert!(!desk.effects.iter().any(is_copy));
    assert_eq!(desk.toast(), "a queue has no id to copy");
    desk.keys("Y");
    assert!(desk.shows("Applications"), "{}", desk.screen());
    desk.keys("i");
    assert!(!desk.effects.iter().any(is_copy));
    desk.keys("n");
    let is_name = |effect: &Effect| matches!(effect, Effect::Copy(text) if text == "Applications");
    assert!(desk.effects.iter().any(is_name));
}

#[test]
fn a_queue_of_a_newer_server_is_shown_and_leads_nowhere() {
    let mut desk = Desk::on(SMALL, Tab::Dashboard);
    let mut view = queues::dashboard();
    view.queues.push(QueueRow {
        queue: OpenEnum::Unknown(Line::new("appeals")),
        ..view.queues[1].clone()
    });
    queues::answer_dashboard(&mut desk, view);
    desk.keys("G Enter");
    assert_eq!(desk.model.tab, Tab::Dashboard);
    assert!(desk.shows("appeals"), "{}", desk.screen());
}

#[test]
fn whoever_may_see_one_queue_sees_the_dashboard_and_its_tab() {
    let mut desk = Desk::started(options(SMALL));
    let me = fixtures::admin(&[Permission::DataRequestsView]);
    desk.answer(Slot::Me, AnyReply::new::<GetMe>(me));
    assert_eq!(desk.model.tabs(), [Tab::Dashboard, Tab::DataRequests]);
    let view = DashboardView {
        queues: queues::dashboard()
            .queues
            .into_iter()
            .filter(|row| row.queue.is(Queue::DataRequests))
            .collect(),
        ..queues::dashboard()
    };
    queues::answer_dashboard(&mut desk, view);
    assert_eq!(desk.visible().len(), 1);
    desk.keys("Enter");
    assert_eq!(desk.model.tab, Tab::DataRequests);

    let mut desk = Desk::started(options(SMALL));
    let me = fixtures::admin(&[Permission::AuditView]);
    desk.answer(Slot::Me, AnyReply::new::<GetMe>(me));
    desk.keys("0");
    assert_eq!(desk.model.tab, Tab::Audit);
    assert_eq!(
        desk.toast(),
        "Dashboard: you lack the permission applications.view, reports.view or data-requests.view"
    );
}

#[test]
fn a_queue_does_not_offer_to_go_to_what_belongs_to_a_row() {
    let mut desk = before_dashboard(SMALL);
    assert!(!desk.line(23).contains("go to"), "{}", desk.line(23));
    desk.keys("o");
    assert_eq!(
        desk.toast(),
        "Go to what belongs to the row: there is nothing of the kind"
    );
    desk.keys("j");
    assert!(desk.line(6).starts_with('>'), "o awaits no second key");
}
