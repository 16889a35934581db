//! What the dashboard, reports and data requests look like. Read them when they change.

use quarterdeck::app::layout::Size;
use quarterdeck::app::message::Slot;
use quarterdeck::app::tab::Tab;
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::dashboard::DashboardView;
use quarterdeck_api::data_requests::DataRequestStatus;
use quarterdeck_api::problem::Code;
use quarterdeck_api::reports::{GetReport, ReportStatus};

use crate::desk::Desk;
use crate::fixtures;
use crate::queues::{
    self, before_dashboard, before_reports, before_requests, data_request, handled, report, settled,
};
use crate::snapshots::at_both_sizes;

const QUEUES: [(&str, Tab); 3] = [
    ("dashboard", Tab::Dashboard),
    ("reports", Tab::Reports),
    ("data_requests", Tab::DataRequests),
];

fn reports(size: Size) -> Desk {
    let mut rows: Vec<_> = (1..=14).map(report).collect();
    rows[2] = settled(3, ReportStatus::Resolved);
    rows[5] = settled(6, ReportStatus::Dismissed);
    let mut desk = before_reports(size, rows);
    desk.wait(42);
    preview(&mut desk, 1);
    desk
}

fn preview(desk: &mut Desk, id: i64) {
    let slot = Slot::Detail(Tab::Reports);
    if !desk.queries(slot).is_empty() {
        let view = queues::report_view(report(id));
        desk.answer(slot, AnyReply::new::<GetReport>(view)).forget();
    }
}

fn requests(size: Size) -> Desk {
    let due = [-120, -5, -1, 0, 1, 3, 9, 30];
    let rows = (1..).zip(due).map(|(id, days)| data_request(id, days));
    let mut rows: Vec<_> = rows.collect();
    rows.push(handled(9, DataRequestStatus::Failed));
    rows.push(handled(10, DataRequestStatus::Completed));
    let mut desk = before_requests(size, rows);
    desk.wait(42);
    desk
}

#[test]
fn loading() {
    for (name, tab) in QUEUES {
        at_both_sizes(&format!("{name}_loading"), |size| Desk::on(size, tab));
    }
}

#[test]
fn empty() {
    at_both_sizes("reports_empty", |size| before_reports(size, Vec::new()));
    at_both_sizes("data_requests_empty", |size| {
        before_requests(size, Vec::new())
    });
    at_both_sizes("dashboard_empty", |size| {
        let mut desk = Desk::on(size, Tab::Dashboard);
        let view = DashboardView {
            queues: Vec::new(),
            ..queues::dashboard()
        };
        queues::answer_dashboard(&mut desk, view);
        desk
    });
}

#[test]
fn error() {
    for (name, tab) in QUEUES {
        at_both_sizes(&format!("{name}_error"), |size| {
            let mut desk = Desk::on(size, tab);
            let failure = fixtures::refusal(Code::Unavailable, "the database is away");
            desk.fail(Slot::List(tab), failure);
            desk
        });
    }
}

#[test]
fn rows() {
    at_both_sizes("dashboard_rows", |size| {
        let mut desk = before_dashboard(size);
        desk.keys("G").wait(42);
        desk
    });
    at_both_sizes("reports_rows", reports);
    at_both_sizes("data_requests_rows", requests);
}

#[test]
fn stale() {
    at_both_sizes("dashboard_stale", |size| {
        let mut desk = before_dashboard(size);
        desk.wait(400);
        desk
    });
    at_both_sizes("reports_stale", |size| {
        let mut desk = reports(size);
        desk.wait(400);
        desk
    });
    at_both_sizes("data_requests_stale", |size| {
        let mut desk = requests(size);
        desk.wait(400);
        desk
    });
}

#[test]
fn detail() {
    at_both_sizes("dashboard_detail", |size| {
        let mut desk = before_dashboard(size);
        desk.keys("G Tab");
        desk
    });
    at_both_sizes("reports_detail", |size| {
        let mut desk = reports(size);
        desk.keys("G Enter");
        preview(&mut desk, 14);
        desk
    });
    at_both_sizes("data_requests_detail", |size| {
        let mut desk = requests(size);
        desk.keys("j Enter");
        desk
    });
    at_both_sizes("data_requests_detail_of_a_failed_one", |size| {
        let mut desk = requests(size);
        desk.keys("G k Enter");
        desk
    });
}

#[test]
fn modals() {
    at_both_sizes("modal_resolve_with_note", |size| {
        let mut desk = reports(size);
        desk.keys("A");
        desk
    });
    at_both_sizes("modal_dismiss_several", |size| {
        let mut desk = reports(size);
        desk.keys("Space Space Space Space x");
        desk
    });
    at_both_sizes("modal_complete", |size| {
        let mut desk = requests(size);
        desk.keys("a");
        desk
    });
    at_both_sizes("modal_complete_several", |size| {
        let mut desk = requests(size);
        desk.keys("* a");
        desk
    });
    at_both_sizes("modal_fail", |size| {
        let mut desk = requests(size);
        desk.keys("x");
        desk
    });
}

#[test]
fn prompts() {
    at_both_sizes("reports_filter", |size| {
        let mut desk = reports(size);
        desk.keys("/");
        desk
    });
    at_both_sizes("reports_sort", |size| {
        let mut desk = reports(size);
        desk.keys("s");
        desk
    });
    at_both_sizes("dashboard_menu", |size| {
        let mut desk = before_dashboard(size);
        desk.keys("G ?");
        desk
    });
}

#[test]
fn small_sizes() {
    for (columns, rows) in [(60, 20), (40, 10)] {
        let size = Size { columns, rows };
        for (name, mut desk) in [
            ("dashboard", before_dashboard(size)),
            ("reports", reports(size)),
            ("data_requests", requests(size)),
        ] {
            desk.keys("j");
            insta::assert_snapshot!(format!("{name}_{columns}x{rows}"), desk.screen());
        }
    }
}
