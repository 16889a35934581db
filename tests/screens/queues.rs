//! Rows of the queues beside applications, as a server sends them.

use chrono::{DateTime, TimeDelta, Utc};
use quarterdeck::app::layout::Size;
use quarterdeck::app::message::Slot;
use quarterdeck::app::tab::Tab;
use quarterdeck_api::bulk::{BulkResult, Outcome};
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::dashboard::{DashboardView, GetDashboard, Queue, QueueRow};
use quarterdeck_api::data_requests::{
    DataRequestKind, DataRequestRow, DataRequestStatus, ListDataRequests,
};
use quarterdeck_api::ids::{DataRequestId, ReportId, UserId};
use quarterdeck_api::problem::Conflict;
use quarterdeck_api::reports::{ListReports, ReportRow, ReportStatus, ReportView};
use quarterdeck_api::text::{Body, Line};
use quarterdeck_api::users::PersonContext;

use crate::desk::Desk;
use crate::fixtures::{self, NOW};

const REASONS: &[&str] = &["spam", "harassment", "fraud", "impersonation", "other"];

/// A pending report. Of four persons, the first is reported most.
pub(crate) fn report(id: i64) -> ReportRow {
    let person = 1 + id % 4;
    ReportRow {
        id: ReportId(id),
        status: ReportStatus::Pending.into(),
        reason: Line::new(REASONS[usize::try_from(id).unwrap() % REASONS.len()]),
        reporter_id: UserId(700 + id),
        reporter: Line::new(&format!("witness{id}@example.org")),
        reported_user_id: UserId(900 + person),
        reported: Line::new(&format!("suspect{person}@example.com")),
        report_count: u64::try_from(5 - person).unwrap(),
        created_at: NOW - TimeDelta::hours(id),
        reviewed_at: None,
        reviewed_by: None,
        notes: None,
        reason_code: None,
        version: 1,
        claim: None,
    }
}

/// The same, settled by a colleague.
pub(crate) fn settled(id: i64, status: ReportStatus) -> ReportRow {
    ReportRow {
        status: status.into(),
        reviewed_at: Some(NOW - TimeDelta::minutes(40)),
        reviewed_by: Some(Line::new("lea@quarterdeck.example")),
        notes: Some(Line::new("Content removed")),
        version: 2,
        ..report(id)
    }
}

pub(crate) fn report_view(row: ReportRow) -> ReportView {
    let body = Body::new(
        "They send the same link to everybody who joins.\n\nI asked them twice to stop; the answer was \
         an insult. Screenshots are attached to my first report.",
    );
    let context = PersonContext::default();
    ReportView { row, body, context }
}

/// A pending request that is due in so many days.
pub(crate) fn data_request(id: i64, days_left: i64) -> DataRequestRow {
    let deadline = NOW + TimeDelta::days(days_left);
    let kinds = DataRequestKind::ALL;
    DataRequestRow {
        id: DataRequestId(id),
        user_id: UserId(500 + id),
        user: Line::new(&format!("person{id}@example.com")),
        kind: kinds[usize::try_from(id).unwrap() % kinds.len()].into(),
        status: DataRequestStatus::Pending.into(),
        created_at: deadline - TimeDelta::days(30),
        due_at: None,
        deadline,
        overdue: days_left < 0,
        seconds_left: Some(TimeDelta::days(days_left).num_seconds()),
        updated_at: deadline - TimeDelta::days(30),
        completed_at: None,
        handled_by: None,
        error: None,
        reason_code: None,
        version: 1,
        claim: None,
    }
}

/// The same, no longer pending.
pub(crate) fn handled(id: i64, status: DataRequestStatus) -> DataRequestRow {
    DataRequestRow {
        status: status.into(),
        overdue: false,
        seconds_left: None,
        updated_at: NOW - TimeDelta::hours(2),
        completed_at: (status == DataRequestStatus::Completed).then(|| NOW - TimeDelta::hours(2)),
        handled_by: Some(Line::new("ana@quarterdeck.example")),
        error: (status == DataRequestStatus::Failed).then(|| Line::new("Must be kept by law")),
        version: 2,
        ..data_request(id, 3)
    }
}

/// What waits, where something waits in each queue.
pub(crate) fn dashboard() -> DashboardView {
    let waiting = |queue: Queue, open: u64, oldest_days: i64| QueueRow {
        queue: queue.into(),
        open,
        open_exact: true,
        oldest_at: Some(NOW - TimeDelta::days(oldest_days)),
        overdue: None,
        next_deadline: None,
    };
    DashboardView {
        queues: vec![
            QueueRow {
                open: 10_000,
                open_exact: false,
                ..waiting(Queue::Applications, 0, 12)
            },
            waiting(Queue::Reports, 17, 3),
            QueueRow {
                overdue: Some(2),
                next_deadline: Some(NOW - TimeDelta::days(5)),
                ..waiting(Queue::DataRequests, 6, 35)
            },
        ],
        counted_at: NOW,
    }
}

pub(crate) fn answer_reports(desk: &mut Desk, rows: Vec<ReportRow>) -> &mut Desk {
    let reply = AnyReply::new::<ListReports>(fixtures::page(rows));
    desk.answer(Slot::List(Tab::Reports), reply)
}

pub(crate) fn answer_requests(desk: &mut Desk, rows: Vec<DataRequestRow>) -> &mut Desk {
    let reply = AnyReply::new::<ListDataRequests>(fixtures::page(rows));
    desk.answer(Slot::List(Tab::DataRequests), reply)
}

pub(crate) fn answer_dashboard(desk: &mut Desk, view: DashboardView) -> &mut Desk {
    let reply = AnyReply::new::<GetDashboard>(view);
    desk.answer(Slot::List(Tab::Dashboard), reply)
}

/// A console before these reports.
pub(crate) fn before_reports(size: Size, rows: Vec<ReportRow>) -> Desk {
    let mut desk = Desk::on(size, Tab::Reports);
    answer_reports(&mut desk, rows).forget();
    desk
}

/// A console before these data requests.
pub(crate) fn before_requests(size: Size, rows: Vec<DataRequestRow>) -> Desk {
    let mut desk = Desk::on(size, Tab::DataRequests);
    answer_requests(&mut desk, rows).forget();
    desk
}

/// A console before the dashboard.
pub(crate) fn before_dashboard(size: Size) -> Desk {
    let mut desk = Desk::on(size, Tab::Dashboard);
    answer_dashboard(&mut desk, dashboard()).forget();
    desk
}

/// What a server answers for a row that it changed.
pub(crate) fn changed<R>(id: i64, row: R) -> BulkResult<R> {
    BulkResult {
        id,
        outcome: Outcome::Changed.into(),
        row: Some(row),
        conflict: None,
    }
}

/// What a server answers where bob was first, four seconds ago.
pub(crate) fn conflict<R>(id: i64, row: R, status: &str, now: DateTime<Utc>) -> BulkResult<R> {
    BulkResult {
        outcome: Outcome::Conflict.into(),
        conflict: Some(Conflict {
            status: Line::new(status),
            decided_by: Some(Line::new("bob@quarterdeck.example")),
            decided_at: Some(now - TimeDelta::seconds(4)),
            version: 2,
        }),
        ..changed(id, row)
    }
}
