//! What machines read: health, Prometheus, and the counts of requests.

use quarterdeck_api::permission::Permission::AuditView;
use quarterdeck_server::db::Databases;
use serde_json::json;

use crate::harness::on_both;

on_both! {
    async fn health_names_its_components(server: TestServer) {
        let reply = server.get("/actuator/health").send().await;
        reply.is(200, json!({ "status": "UP", "components": { "audit": "UP", "auth": "UP", "db": "UP", "jobs": "OFF" } }));
    }

    async fn c_04_health_says_where_marks_and_roles_of_staff_differ(server: TestServer) {
        let (ana, max) = (server.admin(&[AuditView]).await, server.plain().await);
        let health = async || server.get("/actuator/health").send().await;
        assert_eq!(health().await.text_at("/components/auth"), "UP");
        for (id, mark) in [(ana.id, "FALSE"), (max.id, "TRUE")] {
            let set = |to: &str| format!("UPDATE users SET is_platform_admin = {to} WHERE id = {id}");
            server.database.execute(&set(mark)).await;
            let reply = health().await;
            assert_eq!((reply.status, reply.text_at("/components/auth")), (200, "DEGRADED".to_owned()));
            assert_eq!(reply.text_at("/status"), "DEGRADED");
            server.database.execute(&set(if mark == "TRUE" { "FALSE" } else { "TRUE" })).await;
        }
        assert_eq!(health().await.text_at("/components/auth"), "UP");
    }

    async fn health_is_down_where_the_database_is_away(server: TestServer) {
        match server.services.database.pools() {
            Databases::Sqlite { reads, .. } => reads.close().await,
            Databases::Postgres { reads, .. } => reads.close().await,
        }
        let reply = server.get("/actuator/health").send().await;
        assert_eq!((reply.status, reply.header("content-type")), (503, "application/json"));
        assert_eq!(reply.json(), json!({
            "status": "DOWN",
            "components": { "audit": "DOWN", "auth": "DOWN", "db": "DOWN", "jobs": "DOWN" },
        }));
        let refused = server.get("/api/v1/auth/me").bearer("any").send().await;
        let problem = refused.refused(503, "unavailable");
        assert_eq!((&problem["component"], refused.header("retry-after")), (&json!("db"), "2"));
    }

    async fn health_is_down_where_only_the_audit_log_is_away(server: TestServer) {
        server.database.execute("ALTER TABLE admin_audit_log RENAME TO elsewhere").await;
        let reply = server.get("/actuator/health").send().await;
        assert_eq!(reply.status, 503);
        assert_eq!(reply.json(), json!({
            "status": "DOWN",
            "components": { "audit": "DOWN", "auth": "UP", "db": "UP", "jobs": "OFF" },
        }));
    }

    async fn prometheus_counts_answers_by_operation_and_status(server: TestServer) {
        server.get("/api/v1/admin/audit").send().await.refused(401, "missing_authorization");
        let reply = server.get("/metrics").send().await;
        assert_eq!((reply.status, reply.header("content-type")), (200, "text/plain; version=0.0.4; charset=utf-8"));
        for wanted in [
            "# TYPE quarterdeck_requests_total counter",
            r#"quarterdeck_requests_total{operation="audit.list",status="401"}"#,
            "# TYPE quarterdeck_request_duration_seconds histogram",
            r#"quarterdeck_request_duration_seconds_bucket{operation="audit.list",le="+Inf"}"#,
        ] {
            assert!(reply.text.contains(wanted), "{wanted} in {}", reply.text);
        }
        assert!(!reply.text.contains('@'), "no e-mail is a label");
    }

    async fn s003_38_counts_of_requests_reach_their_table(server: TestServer) {
        let ana = server.admin(&[AuditView]).await;
        let session = server.session(&ana).await;
        for _ in 0..3 {
            assert_eq!(server.get("/api/v1/admin/audit").session(&session).send().await.status, 200);
        }
        server.get("/api/v1/admin/audit/verify").session(&session).send().await.refused(403, "permission_denied");
        server.advance(chrono::TimeDelta::minutes(1));
        server.get("/admin/audit").session(&session).send().await;
        let database = server.stop().await;
        let counts = database
            .texts("SELECT route_group || ' ' || route || ' ' || method || ' ' || CAST(status AS TEXT) || ' ' || code \
                || ' ' || CAST(count AS TEXT) FROM request_stats ORDER BY minute, route")
            .await;
        assert_eq!(counts, [
            "audit /api/v1/admin/audit GET 200  3",
            "audit /api/v1/admin/audit/verify GET 403 permission_denied 1",
            "audit /api/v1/admin/audit GET 200  1",
        ]);
        assert_eq!(database.number("SELECT count(*) FROM request_stats WHERE total_ms < 0").await, 0);
    }
}
