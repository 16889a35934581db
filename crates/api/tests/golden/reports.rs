//! The JSON of reports.

use quarterdeck_api::bulk::{BulkReply, BulkResult};
use quarterdeck_api::ids::ReportId;
use quarterdeck_api::reports::{
    DecideReportRequest, DecideReportsRequest, ReportRow, ReportSort, ReportStatus, ReportView,
    ReportsQuery,
};

use super::*;

fn report() -> ReportRow {
    ReportRow {
        id: ReportId(17),
        status: ReportStatus::Resolved.into(),
        reason: line("spam"),
        reporter_id: UserId(9),
        reporter: line("zoe@example.org"),
        reported_user_id: UserId(8),
        reported: line("max@example.org"),
        report_count: 3,
        created_at: time(),
        reviewed_at: Some(time()),
        reviewed_by: Some(line("ana@quarterdeck.example")),
        notes: Some(line("warned")),
        reason_code: Some(line("warned")),
        version: 2,
        claim: None,
    }
}

fn report_json() -> Value {
    json!({
        "id": 17, "status": "resolved", "reason": "spam", "reporter_id": 9, "reporter": "zoe@example.org",
        "reported_user_id": 8, "reported": "max@example.org", "report_count": 3,
        "created_at": "2026-11-20T09:30:00.000250Z", "reviewed_at": "2026-11-20T09:30:00.000250Z",
        "reviewed_by": "ana@quarterdeck.example", "notes": "warned", "reason_code": "warned",
        "version": 2, "claim": null,
    })
}

#[test]
fn s003_30_reports() {
    golden(&report(), report_json());
    let mut view = report_json();
    view["body"] = json!("Look at this.\nAnd this.");
    let (context, context_json) = drawer::context();
    view["context"] = context_json;
    golden(
        &ReportView {
            row: report(),
            body: Body::new("Look at this.\nAnd this."),
            context,
        },
        view,
    );
    golden(
        &ReportsQuery {
            status: Some(AnyOf(vec![ReportStatus::Pending, ReportStatus::Dismissed])),
            reporter_id: Some(UserId(9)),
            reported_user_id: Some(UserId(8)),
            min_reports: Some(2),
            q: Some("ma".to_owned()),
            sort: Some(ReportSort::MostReportedFirst),
            ..ReportsQuery::default()
        },
        json!({
            "status": "pending,dismissed", "reporter_id": 9, "reported_user_id": 8, "min_reports": 2, "q": "ma",
            "sort": "-report_count",
        }),
    );
}

#[test]
fn s003_68_decisions_on_reports() {
    golden(
        &DecideReportRequest {
            report_id: ReportId(17),
            status: ReportStatus::Dismissed,
            notes: None,
            reason_code: None,
            expected_status: Some(ReportStatus::Pending),
        },
        json!({ "report_id": 17, "status": "dismissed", "expected_status": "pending" }),
    );
    golden(
        &DecideReportsRequest {
            ids: vec![ReportId(17), ReportId(18)],
            status: ReportStatus::Pending,
            notes: Some("again".to_owned()),
            reason_code: None,
            expected_status: None,
        },
        json!({ "ids": [17, 18], "status": "pending", "notes": "again" }),
    );
    let result = |outcome: Outcome, row, conflict| BulkResult {
        id: 17,
        outcome: outcome.into(),
        row,
        conflict,
    };
    golden(
        &BulkReply {
            results: vec![
                result(Outcome::Changed, Some(report()), None),
                result(Outcome::Conflict, Some(report()), Some(conflict())),
                result(Outcome::NotFound, None, None),
            ],
            changed: 1,
            noop: false,
        },
        json!({
            "results": [
                { "id": 17, "outcome": "changed", "row": report_json() },
                { "id": 17, "outcome": "conflict", "row": report_json(), "conflict": conflict_json() },
                { "id": 17, "outcome": "not_found" },
            ],
            "changed": 1, "noop": false,
        }),
    );
}
