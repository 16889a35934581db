//! What other rooms ask of the reports.

use quarterdeck_api::permission::Permission::{ReportsDismiss, ReportsResolve, UserView};
use quarterdeck_server::db::queue::Waiting;
use quarterdeck_server::reports;
use serde_json::{Value, json};

use super::decide;
use crate::harness::{TestServer, on_both};

/// Settles the first report with notes that name somebody.
async fn settle_first(server: &TestServer) {
    let rita = server.admin(&[ReportsResolve, ReportsDismiss]).await;
    let session = server.session(&rita).await;
    let body = json!({ "report_id": 1, "status": "resolved", "notes": "Wrote to them" });
    assert_eq!(decide(server, &session, body).await.status, 200);
}

async fn anonymize(server: &TestServer, name: &str) {
    let id = server.person(name).await;
    let tx = server.services.system_write("test").await.unwrap();
    reports::anonymize(tx.connection(), id, "[erased]")
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn texts(server: &TestServer) -> Vec<String> {
    let columns = "SELECT id || ' ' || status || ' ' || reason || ' [' || body || '] [' || coalesce(notes, '-') || '] ' \
        || version || ' ' || (reviewed_at IS NOT NULL) FROM user_reports ORDER BY id";
    server.database.texts(columns).await
}

on_both! {
    async fn s003_84_counts_tell_how_often_each_person_was_reported(server: TestServer) {
        server.reports_about(&["a", "b", "a"]).await;
        settle_first(&server).await;
        let viewer = server.admin(&[UserView]).await;
        let session = server.session(&viewer).await;
        for (name, reports) in [("a", 2), ("b", 1), ("reporter", 0)] {
            let path = format!("/api/v1/admin/users/{}", server.person(name).await);
            let view = server.get(&path).session(&session).send().await.json();
            assert_eq!(view["report_count"], reports, "{view}");
        }
    }

    async fn waiting_tells_how_many_are_pending_and_since_when(server: TestServer) {
        let reads = server.services.database.reads();
        let waiting = async || reports::QUEUE.waiting(reads).await.unwrap();
        let counted = |open, open_exact, oldest_at| Waiting { open, open_exact, oldest_at };
        assert_eq!(waiting().await, counted(0, true, None));
        server.reports(3).await;
        settle_first(&server).await;
        let oldest = "2026-09-01T07:58:00Z".parse().unwrap();
        assert_eq!(waiting().await, counted(2, true, Some(oldest)));
        server.database.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999) \
             INSERT INTO user_reports (reporter_id, reported_user_id, reason, reason_key, body, status, created_at) \
             SELECT r.reporter_id, r.reported_user_id, 'x', 'x', '', 'pending', r.created_at FROM n, user_reports AS r \
             WHERE r.id = 3"
        ).await;
        assert_eq!(waiting().await, counted(10_000, false, Some(oldest)));
    }

    async fn s003_13_the_export_has_what_was_said_and_not_who_said_it(server: TestServer) {
        server.reports_about(&["subject", "other"]).await;
        settle_first(&server).await;
        let reads = server.services.database.reads();
        let (subject, other) = (server.person("subject").await, server.person("other").await);
        let reporter = server.person("reporter").await;
        let about = reports::of_user(reads, subject, 10).await.unwrap();
        assert_eq!(about.sent, Vec::<Value>::new());
        assert_eq!(about.received, [json!({
            "id": 1, "reason": "Spam", "body": "Report 0.", "status": "resolved",
            "created_at": "2026-09-01T07:58:00Z", "reviewed_at": "2026-09-01T08:00:00Z", "notes": "Wrote to them", "reason_code": null,
        })]);
        let of_reporter = reports::of_user(reads, reporter, 10).await.unwrap();
        assert_eq!(of_reporter.received, Vec::<Value>::new());
        assert_eq!(of_reporter.sent, [
            json!({
                "id": 1, "reported_user_id": subject, "reason": "Spam", "body": "Report 0.", "status": "resolved",
                "created_at": "2026-09-01T07:58:00Z", "reviewed_at": "2026-09-01T08:00:00Z",
            }),
            json!({
                "id": 2, "reported_user_id": other, "reason": "Spam", "body": "Report 1.", "status": "pending",
                "created_at": "2026-09-01T07:59:00Z", "reviewed_at": null,
            }),
        ]);
    }

    async fn s003_75_anonymizing_who_reported_blanks_what_was_written(server: TestServer) {
        server.reports_about(&["subject", "other"]).await;
        settle_first(&server).await;
        anonymize(&server, "reporter").await;
        let truth = match server.database.backend {
            crate::harness::Backend::Sqlite => ["1", "0"],
            crate::harness::Backend::Postgres => ["true", "false"],
        };
        assert_eq!(texts(&server).await, [
            format!("1 resolved [erased] [[erased]] [-] 3 {}", truth[0]),
            format!("2 pending [erased] [[erased]] [-] 2 {}", truth[1]),
        ]);
        assert_eq!(server.database.number("SELECT sum(reports) FROM report_subjects").await, 2);
    }

    async fn s003_75_anonymizing_who_was_reported_blanks_what_was_written_about_them(server: TestServer) {
        server.reports_about(&["subject", "other"]).await;
        anonymize(&server, "subject").await;
        let truth = match server.database.backend {
            crate::harness::Backend::Sqlite => "0",
            crate::harness::Backend::Postgres => "false",
        };
        assert_eq!(texts(&server).await, [
            format!("1 pending [erased] [[erased]] [-] 2 {truth}"),
            format!("2 pending Spam [Report 1.] [-] 1 {truth}"),
        ]);
    }
}
