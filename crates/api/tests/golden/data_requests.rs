//! The JSON of data requests and of the dashboard.

use quarterdeck_api::bulk::{BulkReply, BulkResult, Outcome};
use quarterdeck_api::dashboard::{DashboardView, Queue, QueueRow};
use quarterdeck_api::data_requests::{
    DataRequestKind, DataRequestRow, DataRequestSort, DataRequestStatus, DataRequestsQuery,
    UpdateDataRequestRequest, UpdateDataRequestsRequest,
};
use quarterdeck_api::filter::AnyOf;
use quarterdeck_api::ids::{DataRequestId, UserId};
use quarterdeck_api::page::Page;
use serde_json::{Value, json};

use super::{conflict, conflict_json, golden, line, time};

fn row() -> DataRequestRow {
    DataRequestRow {
        id: DataRequestId(7),
        user_id: UserId(9),
        user: line("zoe@example.org"),
        kind: DataRequestKind::Deletion.into(),
        status: DataRequestStatus::Pending.into(),
        created_at: time(),
        due_at: None,
        deadline: time(),
        overdue: true,
        seconds_left: Some(-60),
        updated_at: time(),
        completed_at: None,
        handled_by: Some(line("lea@quarterdeck.example")),
        error: Some(line("no identity")),
        reason_code: Some(line("identity")),
        version: 3,
        claim: None,
    }
}

fn row_json() -> Value {
    let at = "2026-11-20T09:30:00.000250Z";
    json!({
        "id": 7, "user_id": 9, "user": "zoe@example.org", "kind": "deletion", "status": "pending",
        "created_at": at, "due_at": null, "deadline": at, "overdue": true, "seconds_left": -60,
        "updated_at": at, "completed_at": null, "handled_by": "lea@quarterdeck.example",
        "error": "no identity", "reason_code": "identity", "version": 3, "claim": null,
    })
}

#[test]
fn data_requests() {
    golden(&row(), row_json());
    golden(
        &Page {
            data: vec![row()],
            total: 1,
            total_exact: true,
            next_cursor: None,
        },
        json!({ "data": [row_json()], "total": 1, "total_exact": true, "next_cursor": null }),
    );
    golden(
        &DataRequestsQuery {
            status: Some(AnyOf(vec![
                DataRequestStatus::Pending,
                DataRequestStatus::Failed,
            ])),
            kind: Some(AnyOf(vec![DataRequestKind::Export])),
            overdue: Some(true),
            user_id: Some(UserId(9)),
            from: Some(time()),
            sort: Some(DataRequestSort::DueLast),
            take: Some(50),
            ..DataRequestsQuery::default()
        },
        json!({
            "status": "pending,failed", "kind": "export", "overdue": true, "user_id": 9,
            "from": "2026-11-20T09:30:00.000250Z", "sort": "-deadline", "take": 50,
        }),
    );
}

#[test]
fn s003_70_updates_of_data_requests() {
    golden(
        &UpdateDataRequestRequest {
            request_id: DataRequestId(7),
            status: DataRequestStatus::Failed,
            error: Some("no identity".to_owned()),
            reason_code: Some("identity".to_owned()),
            expected_status: Some(DataRequestStatus::Pending),
        },
        json!({
            "request_id": 7, "status": "failed", "error": "no identity", "reason_code": "identity", "expected_status": "pending",
        }),
    );
    golden(
        &UpdateDataRequestsRequest {
            ids: vec![DataRequestId(7), DataRequestId(8)],
            status: DataRequestStatus::Completed,
            confirm: Some(true),
            error: None,
            reason_code: None,
            expected_status: None,
        },
        json!({ "ids": [7, 8], "status": "completed", "confirm": true }),
    );
    let result = |outcome: Outcome, row, conflict| BulkResult {
        id: 7,
        outcome: outcome.into(),
        row,
        conflict,
    };
    golden(
        &BulkReply {
            results: vec![
                result(Outcome::Changed, Some(row()), None),
                result(Outcome::Conflict, Some(row()), Some(conflict())),
                result(Outcome::NotFound, None, None),
            ],
            changed: 1,
            noop: false,
        },
        json!({
            "results": [
                { "id": 7, "outcome": "changed", "row": row_json() },
                { "id": 7, "outcome": "conflict", "row": row_json(), "conflict": conflict_json() },
                { "id": 7, "outcome": "not_found" },
            ],
            "changed": 1, "noop": false,
        }),
    );
}

#[test]
fn dashboard() {
    let at = "2026-11-20T09:30:00.000250Z";
    golden(
        &DashboardView {
            queues: vec![QueueRow {
                queue: Queue::DataRequests.into(),
                open: 10_000,
                open_exact: false,
                oldest_at: Some(time()),
                overdue: Some(2),
                next_deadline: Some(time()),
            }],
            counted_at: time(),
        },
        json!({
            "queues": [{
                "queue": "data_requests", "open": 10_000, "open_exact": false, "oldest_at": at,
                "overdue": 2, "next_deadline": at,
            }],
            "counted_at": at,
        }),
    );
}
