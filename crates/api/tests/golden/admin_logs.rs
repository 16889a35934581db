//! The JSON of the log of requests.

use quarterdeck_api::admin_logs::{AdminLogRow, AdminLogsQuery, AdminLogsReply, HttpMethod};
use quarterdeck_api::filter::AnyOf;
use quarterdeck_api::ids::UserId;
use quarterdeck_api::page::Count;
use quarterdeck_api::text::Body;
use serde_json::json;

use super::{golden, line, time};

const TIME: &str = "2026-11-20T09:30:00.000250Z";

#[test]
fn c_19_a_query_calls_the_actor_as_the_seed_does_or_by_its_own_name() {
    golden(
        &AdminLogsQuery {
            actor_id: Some(UserId(12)),
            user_id: Some(UserId(12)),
            admin_user_id: Some(UserId(12)),
            target_id: Some(UserId(2)),
            method: Some(AnyOf(vec![HttpMethod::Put, HttpMethod::Patch])),
            status: Some(200),
            route: Some("/api/v1/admin/users/{id}/ban".to_owned()),
            from: Some(time()),
            to: Some(time()),
            url_contains: Some("/ban".to_owned()),
            q: Some("chargeback".to_owned()),
            body_field: Some("banReason:spam".to_owned()),
            filter: Some("is:refused".to_owned()),
            page: Some(2),
            take: Some(10),
            cursor: Some("c".to_owned()),
            count: Some(Count::Exact),
        },
        json!({
            "actorId": 12, "userId": 12, "adminUserId": 12, "targetId": 2, "method": "PUT,PATCH",
            "status": 200, "route": "/api/v1/admin/users/{id}/ban", "from": TIME, "to": TIME,
            "url_contains": "/ban", "q": "chargeback", "bodyField": "banReason:spam",
            "filter": "is:refused", "page": 2, "take": 10, "cursor": "c", "count": "exact",
        }),
    );
    golden(&AdminLogsQuery::default(), json!({}));
}

#[test]
fn a_row_tells_by_whom_on_whom_and_what_was_sent_and_answered() {
    let row = AdminLogRow {
        id: 41,
        created_at: time(),
        user_id: Some(UserId(12)),
        user_email: Some(line("ana@quarterdeck.example")),
        target_user_ids: vec![UserId(2)],
        method: HttpMethod::Patch.into(),
        url: line("/api/v1/admin/users/2/ban"),
        route: line("/api/v1/admin/users/{id}/ban"),
        status: 403,
        code: Some(line("permission_denied")),
        duration_ms: 7,
        ip_address: line("192.0.2.7"),
        user_agent: line("quarterdeck/0.1.0"),
        request_body: Body::new("{\"banReason\":\"spam\"}"),
        response: Body::new("{}"),
        request_id: line("r-1"),
        client_request_id: Some(line("c-1")),
        trace_id: None,
    };
    golden(
        &AdminLogsReply {
            data: vec![row],
            total: 1,
            total_exact: true,
            next_cursor: None,
            filter_meaning: line("userId: by whom"),
        },
        json!({
            "data": [{
                "id": 41, "created_at": TIME, "user_id": 12, "user_email": "ana@quarterdeck.example",
                "target_user_ids": [2], "method": "PATCH", "url": "/api/v1/admin/users/2/ban",
                "route": "/api/v1/admin/users/{id}/ban", "status": 403, "code": "permission_denied",
                "duration_ms": 7, "ip_address": "192.0.2.7", "user_agent": "quarterdeck/0.1.0",
                "request_body": "{\"banReason\":\"spam\"}", "response": "{}", "request_id": "r-1",
                "client_request_id": "c-1", "trace_id": null,
            }],
            "total": 1, "total_exact": true, "next_cursor": null, "filter_meaning": "userId: by whom",
        }),
    );
}
