//! What waits, queue by queue (C-20, S003-48).

use chrono::TimeDelta;
use quarterdeck_api::permission::Permission::{
    self, ApplicationsApprove, ApplicationsView, DataRequestsUpdate, DataRequestsView,
    ReportsResolve, ReportsView,
};
use quarterdeck_api::role::Preset;
use quarterdeck_server::{applications, data_requests, reports};
use serde_json::{Value, json};

use crate::harness::{Backend, Session, TestServer, on_both};

const DASHBOARD: &str = "/api/v1/admin/dashboard";

async fn session(server: &TestServer, permissions: &[Permission]) -> Session {
    let ana = server.admin(permissions).await;
    server.session(&ana).await
}

async fn read(server: &TestServer, session: &Session) -> Value {
    let reply = server.get(DASHBOARD).session(session).send().await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()
}

/// The names of the queues that are shown.
async fn shown(server: &TestServer, permissions: &[Permission]) -> Vec<String> {
    let session = session(server, permissions).await;
    let body = read(server, &session).await;
    let queues = body["queues"].as_array().unwrap();
    queues
        .iter()
        .map(|row| row["queue"].as_str().unwrap().to_owned())
        .collect()
}

on_both! {
    async fn each_queue_says_how_many_wait_and_since_when(server: TestServer) {
        let session = session(&server, &[ApplicationsView, DataRequestsView]).await;
        let empty = |queue: &str, overdue: Value| json!({
            "queue": queue, "open": 0, "open_exact": true, "oldest_at": null,
            "overdue": overdue, "next_deadline": null,
        });
        assert_eq!(read(&server, &session).await, json!({
            "queues": [empty("applications", Value::Null), empty("data_requests", json!(0))],
            "counted_at": "2026-09-01T08:00:00Z",
        }));
        server.applications(3).await;
        let day = TimeDelta::days(1);
        server.data_request(0, server.now() - day * 31, None).await;
        server.data_request(1, server.now() - day * 40, Some(server.now() + day)).await;
        assert_eq!(read(&server, &session).await, json!({
            "queues": [
                {
                    "queue": "applications", "open": 3, "open_exact": true,
                    "oldest_at": "2026-09-01T07:57:00Z", "overdue": null, "next_deadline": null,
                },
                {
                    "queue": "data_requests", "open": 2, "open_exact": true,
                    "oldest_at": "2026-07-23T08:00:00Z", "overdue": 1,
                    "next_deadline": "2026-08-31T08:00:00Z",
                },
            ],
            "counted_at": "2026-09-01T08:00:00Z",
        }));
    }

    async fn a_decision_counts_at_once(server: TestServer) {
        let session = session(&server, &[
            ApplicationsView, ApplicationsApprove, DataRequestsView, DataRequestsUpdate,
        ]).await;
        server.applications(3).await;
        server.data_requests(2).await;
        let body = json!({ "action": "approve", "ids": [1] });
        let reply = server.post("/api/v1/admin/bulk-applications").session(&session).json(body).send().await;
        assert_eq!(reply.status, 200);
        let body = json!({ "request_id": 1, "status": "completed" });
        let reply = server.request("PATCH", "/api/v1/admin/data-requests").session(&session).json(body).send().await;
        assert_eq!(reply.status, 200);
        let rows = read(&server, &session).await["queues"].clone();
        assert_eq!((&rows[0]["open"], &rows[0]["oldest_at"]), (&json!(2), &json!("2026-09-01T07:58:00Z")));
        assert_eq!((&rows[1]["open"], &rows[1]["oldest_at"]), (&json!(1), &json!("2026-09-01T07:59:00Z")));
        assert_eq!(rows[1]["next_deadline"], "2026-10-01T07:59:00Z");
        // The clock alone makes what is left overdue.
        server.advance(TimeDelta::minutes(10));
        assert_eq!(read(&server, &session).await["queues"][1]["overdue"], 0);
        server.database.execute("UPDATE data_requests SET deadline = (SELECT min(submitted_at) FROM applications)").await;
        let late = async || {
            let row = read(&server, &session).await["queues"][1].clone();
            (row["overdue"].clone(), row["next_deadline"].clone())
        };
        assert_eq!(late().await, (json!(0), json!("2026-10-01T07:59:00Z")), "not this process's change");
        server.advance(TimeDelta::seconds(1));
        assert_eq!(late().await, (json!(1), json!("2026-09-01T07:57:00Z")));
    }

    async fn reports_that_wait_are_counted_and_the_oldest_is_told(server: TestServer) {
        let session = session(&server, &[ReportsView, ReportsResolve]).await;
        let empty = read(&server, &session).await;
        assert_eq!((&empty["queues"][0]["open"], &empty["queues"][0]["oldest_at"]), (&json!(0), &Value::Null));
        server.reports(3).await;
        let row = |open: u64, oldest: &str| json!([{
            "queue": "reports", "open": open, "open_exact": true, "oldest_at": oldest,
            "overdue": null, "next_deadline": null,
        }]);
        assert_eq!(read(&server, &session).await["queues"], row(3, "2026-09-01T07:57:00Z"));
        let body = json!({ "ids": [1], "status": "resolved" });
        let reply = server.post("/api/v1/admin/bulk-reports").session(&session).json(body).send().await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        assert_eq!(read(&server, &session).await["queues"], row(2, "2026-09-01T07:58:00Z"));
    }

    async fn a_queue_is_shown_to_who_may_see_it(server: TestServer) {
        assert_eq!(shown(&server, &[]).await, [""; 0]);
        assert_eq!(shown(&server, &[ApplicationsView]).await, ["applications"]);
        assert_eq!(shown(&server, &[DataRequestsView]).await, ["data_requests"]);
        assert_eq!(shown(&server, &[ApplicationsApprove, DataRequestsUpdate]).await, [""; 0]);
        assert_eq!(shown(&server, &Preset::Support.permissions()).await, ["applications", "reports", "data_requests"]);
        assert_eq!(shown(&server, &Preset::Legal.permissions()).await, ["reports", "data_requests"]);
        assert_eq!(shown(&server, &Preset::Risk.permissions()).await, ["reports"]);
        let root = server.super_admin().await;
        let root = server.session(&root).await;
        assert_eq!(read(&server, &root).await["queues"].as_array().unwrap().len(), 3);
    }

    async fn c_20_beyond_ten_thousand_the_count_is_a_floor_and_the_oldest_stays_right(server: TestServer) {
        let session = session(&server, &[ApplicationsView, DataRequestsView]).await;
        server.applications(1).await;
        server.data_requests(1).await;
        let copies = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)";
        server.database.execute(&format!(
            "INSERT INTO applications (name, email, answers, status, submitted_at) {copies} \
             SELECT 'N' || i, 'e' || i, '', 'PENDING', a.submitted_at FROM n, applications AS a; \
             INSERT INTO data_requests (user_id, kind, status, created_at, deadline, updated_at) {copies} \
             SELECT user_id, kind, status, created_at, d.created_at, updated_at FROM n, data_requests AS d"
        )).await;
        let rows = read(&server, &session).await["queues"].clone();
        for row in [&rows[0], &rows[1]] {
            assert_eq!((&row["open"], &row["open_exact"]), (&json!(10_000), &json!(true)), "{row}");
        }
        server.applications(1).await;
        let old = server.now() - TimeDelta::days(400);
        server.data_request(1, old, None).await;
        server.data_request(1, old, None).await;
        server.advance(TimeDelta::minutes(1));
        let rows = read(&server, &session).await["queues"].clone();
        for (row, oldest) in [(&rows[0], "2026-09-01T07:59:00Z"), (&rows[1], "2025-07-28T08:00:00Z")] {
            assert_eq!((&row["open"], &row["open_exact"]), (&json!(10_000), &json!(false)), "{row}");
            assert_eq!(row["oldest_at"], oldest);
        }
        assert_eq!(rows[1]["overdue"], 10_000);
    }

    async fn what_is_settled_is_never_read(server: TestServer) {
        let mut connection = server.database.connect().await;
        for query in [applications::QUEUE.query(), reports::QUEUE.query(), data_requests::waiting_query()] {
            let query = query.replace("$1", "'2026-09-01 08:00:00+00:00'");
            let plan = connection.plan(&query).await;
            let reads: Vec<_> = match server.database.backend {
                Backend::Sqlite => plan.iter().filter(|step| ["applications", "user_reports", "data_requests"].iter().any(|table| step.contains(table))).collect(),
                Backend::Postgres => plan.iter().filter(|step| [" on applications", " on user_reports", " on data_requests"].iter().any(|table| step.contains(table))).collect(),
            };
            assert!(!reads.is_empty(), "{plan:#?}");
            for step in reads {
                let is_by_status = match server.database.backend {
                    Backend::Sqlite => step.starts_with("SEARCH ") && step.contains("(status=?"),
                    Backend::Postgres => step.contains("Index") && step.contains(" using "),
                };
                assert!(is_by_status, "{plan:#?}");
            }
            // PostgreSQL names what an index finds apart from what it has to read and throw away.
            assert!(!plan.iter().any(|step| step.contains("Filter:")), "{plan:#?}");
        }
        connection.close().await;
    }
}
