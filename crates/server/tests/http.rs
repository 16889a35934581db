//! What every answer has in common, whatever the operation: ids, limits, bodies, connections.

mod bodies;
mod connections;
mod description;
mod limits;
mod machines;

use chrono::TimeDelta;
use quarterdeck_api::operations::SPECS;
use quarterdeck_api::permission::Permission::{ApplicationsApprove, ApplicationsView};
use serde_json::json;

use crate::harness::on_both;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const DECIDE: &str = "/api/v1/admin/bulk-applications";

on_both! {
    async fn s004_52_the_clients_ids_come_back_and_stand_in_the_action_log(server: TestServer) {
        let ana = server.admin(&[ApplicationsApprove]).await;
        let session = server.session(&ana).await;
        server.applications(1).await;
        let decide = |trace: &str, id: &str| server
            .post(DECIDE)
            .session(&session)
            .header("traceparent", trace)
            .header("x-client-request-id", id)
            .json(json!({ "action": "approve", "ids": [1] }));
        let done = decide(TRACEPARENT, "console-1").send().await;
        assert_eq!((done.status, done.header("traceparent")), (200, TRACEPARENT));
        assert_eq!(done.header("x-client-request-id"), "console-1");
        let request_id = done.header("x-request-id");
        assert!(!request_id.is_empty() && request_id != "console-1");
        let logged = "SELECT request_id || ' ' || client_request_id || ' ' || trace_id FROM admin_action_log ORDER BY id";
        assert_eq!(server.database.texts(logged).await, [format!("{request_id} console-1 {TRACE}")]);
        let audited = server.database.texts("SELECT request_id FROM admin_audit_log").await;
        assert_eq!(audited, [request_id], "one id ties the answer, the action log and the audit log");
    }

    async fn s004_52_a_refusal_carries_them_too(server: TestServer) {
        let sam = server.admin(&[ApplicationsView]).await;
        let session = server.session(&sam).await;
        let reply = server
            .post(DECIDE)
            .session(&session)
            .header("traceparent", TRACEPARENT)
            .header("x-request-id", "console-2")
            .json(json!({ "action": "approve", "ids": [1] }))
            .send()
            .await;
        reply.refused(403, "permission_denied");
        assert_eq!((reply.header("traceparent"), reply.header("x-client-request-id")), (TRACEPARENT, "console-2"));
        let logged = "SELECT client_request_id || ' ' || trace_id || ' ' || code FROM admin_action_log";
        assert_eq!(server.database.texts(logged).await, [format!("console-2 {TRACE} permission_denied")]);
    }

    async fn s004_52_nonsense_is_neither_echoed_as_a_trace_nor_kept_at_any_length(server: TestServer) {
        let long = "x".repeat(5_000);
        for trace in ["nonsense", "00-00000000000000000000000000000000-00f067aa0ba902b7-01", &long] {
            let reply = server
                .post("/api/v1/auth/refresh")
                .header("traceparent", trace)
                .header("x-client-request-id", &long)
                .header("user-agent", &long)
                .json(json!({ "refresh_token": "none" }))
                .send()
                .await;
            reply.refused(401, "token_invalid");
            assert_eq!((reply.header("traceparent"), reply.header("x-client-request-id").len()), ("", 200));
        }
        let kept = "SELECT CAST(max(length(user_agent)) + max(length(client_request_id)) + count(trace_id) AS TEXT) FROM admin_action_log";
        assert_eq!(server.database.texts(kept).await, ["400"]);
    }

    async fn every_answer_forbids_caching_and_guessing_its_type(server: TestServer) {
        let root = server.super_admin().await;
        server.applications(1).await;
        for spec in &SPECS {
            let path = spec.path.replace("{id}", "1");
            for method in [spec.method.as_str(), "TRACE"] {
                let session = server.session(&root).await;
                for request in [server.request(method, &path), server.request(method, &path).session(&session)] {
                    let reply = request.send().await;
                    let headers = ["cache-control", "x-content-type-options"].map(|name| reply.header(name));
                    assert_eq!(headers, ["no-store", "nosniff"], "{method} {path} {}", reply.status);
                    assert!(!reply.header("x-request-id").is_empty(), "{method} {path}");
                }
            }
        }
        assert_eq!(server.get("/nowhere").send().await.header("cache-control"), "no-store");
    }

    async fn request_ids_are_unique_and_grow(server: TestServer) {
        let mut ids = Vec::new();
        for _ in 0..5 {
            server.advance(TimeDelta::milliseconds(1));
            ids.push(server.get("/actuator/health").send().await.header("x-request-id").to_owned());
        }
        assert!(ids.is_sorted_by(|earlier, later| earlier < later), "{ids:?}");
    }
}
