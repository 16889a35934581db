//! The two records of requests: the action log in the database (C-13), and the server's log lines.

use quarterdeck_api::permission::Permission::ApplicationsApprove;
use quarterdeck_server::seed;
use serde_json::{Value, json};

use crate::harness::process::{self, ServerProcess};
use crate::harness::{Account, PASSWORD, TestServer, on_both};

const DECIDE: &str = "/api/v1/admin/bulk-applications";
const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// `method route user status code` of every row, in the order they were written.
async fn action_rows(server: &TestServer) -> Vec<String> {
    let query = "SELECT method || ' ' || route || ' ' || coalesce(CAST(user_id AS TEXT), 'nobody') || ' ' || status \
        || coalesce(' ' || code, '') FROM admin_action_log ORDER BY id";
    server.database.texts(query).await
}

fn row(method: &str, route: &str, account: &Account, result: &str) -> String {
    format!("{method} {route} {} {result}", account.id)
}

/// The log lines of a process: each is one JSON object.
fn lines(log: &str) -> Vec<Value> {
    log.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

on_both! {
    async fn c_13_every_write_leaves_one_row_whatever_came_of_it(server: TestServer) {
        let ana = server.admin(&[ApplicationsApprove]).await;
        let session = server.session(&ana).await;
        server.applications(1).await;
        let decide = |body: Value| server.post(DECIDE).session(&session).json(body).send();
        assert_eq!(decide(json!({ "action": "approve", "ids": [1] })).await.status, 200);
        decide(json!({ "action": "approve" })).await.refused(400, "validation_failed");
        decide(json!({ "action": "reject", "ids": [1] })).await.refused(403, "permission_denied");
        // A conflict answers 200 and changed nothing, but somebody tried.
        let late = json!({ "action": "approve", "ids": [1], "expected_status": "PENDING" });
        assert_eq!(decide(late).await.json()["changed"], 0);
        assert_eq!(action_rows(&server).await, [
            row("POST", DECIDE, &ana, "200"),
            row("POST", DECIDE, &ana, "400 validation_failed"),
            row("POST", DECIDE, &ana, "403 permission_denied"),
            row("POST", DECIDE, &ana, "200"),
        ]);
    }

    async fn denials_leave_a_row_reads_and_strangers_do_not(server: TestServer) {
        let (ana, plain) = (server.admin(&[]).await, server.plain().await);
        let (session, outsider) = (server.session(&ana).await, server.session(&plain).await);
        let list = || server.get("/api/v1/admin/applications");
        list().session(&session).send().await.refused(403, "permission_denied");
        list().session(&outsider).send().await.refused(403, "platform_admin_required");
        let event = json!({ "action_code": "admin_refresh", "request_id": "e1" });
        let append = server.post("/api/v1/admin/audit").session(&outsider).json(event);
        append.send().await.refused(403, "platform_admin_required");
        // No rows: a read that is answered, one with a bad query, and whoever is not known.
        assert_eq!(server.get("/api/v1/auth/me").session(&session).send().await.status, 200);
        let actions = server.get("/api/v1/admin/check?x=1").session(&session).send().await;
        actions.refused(400, "validation_failed");
        list().send().await.refused(401, "missing_authorization");
        list().bearer("nonsense").send().await.refused(401, "token_invalid");
        server.post(DECIDE).send().await.refused(401, "missing_authorization");
        server.get("/api/v1/admin/nowhere").send().await.refused(404, "not_found");
        assert_eq!(action_rows(&server).await, [
            row("GET", "/api/v1/admin/applications", &ana, "403 permission_denied"),
            row("GET", "/api/v1/admin/applications", &plain, "403 platform_admin_required"),
            row("POST", "/api/v1/admin/audit", &plain, "403 platform_admin_required"),
        ]);
    }

    async fn sign_in_is_in_the_action_log_and_not_in_the_chain(server: TestServer) {
        let ana = server.admin(&[]).await;
        let wrong = json!({ "email": ana.email, "password": "hunter2 hunter2" });
        server.post("/api/v1/auth/sign-in").json(wrong).send().await.refused(401, "invalid_credentials");
        server.sign_in(&ana).await;
        assert_eq!(action_rows(&server).await, [
            "POST /api/v1/auth/sign-in nobody 401 invalid_credentials",
            "POST /api/v1/auth/sign-in nobody 200",
            "POST /api/v1/auth/verify-2fa nobody 200",
        ]);
        let bodies = "SELECT request_body FROM admin_action_log ORDER BY id";
        assert_eq!(server.database.texts(bodies).await, [
            format!(r#"{{"email":"{}","password":"[redacted]"}}"#, ana.email),
            format!(r#"{{"email":"{}","password":"[redacted]"}}"#, ana.email),
            r#"{"mfaCode":"[redacted]","token":"[redacted]"}"#.to_owned(),
        ]);
        assert_eq!(server.database.count("admin_audit_log").await, 0);
    }

    async fn a_row_names_the_request_its_trace_its_origin_and_its_bodies(database: TestDatabase) {
        let server = TestServer::start_with(database, |config| {
            config.http.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
        }).await;
        let ana = server.admin(&[ApplicationsApprove]).await;
        let session = server.session(&ana).await;
        let body = json!({ "action": "approve", "ids": [7] });
        let reply = server
            .post(&format!("{DECIDE}?"))
            .session(&session)
            .header("x-request-id", "the client's own")
            .header("traceparent", TRACEPARENT)
            .header("user-agent", "quarterdeck/0.1")
            .header("x-forwarded-for", "198.51.100.1, 203.0.113.9")
            .json(body)
            .send()
            .await;
        assert_eq!(reply.status, 200);
        let columns = "SELECT request_id || ' / ' || client_request_id || ' / ' || trace_id || ' / ' || url || ' / ' \
            || ip_address || ' / ' || user_agent || ' / ' || request_body || ' / ' || response FROM admin_action_log";
        assert_eq!(server.database.texts(columns).await, [format!(
            "{} / the client's own / {TRACE} / {DECIDE}? / 203.0.113.9 / quarterdeck/0.1 / {} / {}",
            reply.header("x-request-id"),
            r#"{"action":"approve","ids":[7]}"#,
            r#"{"results":[{"id":7,"outcome":"not_found"}],"changed":0,"noop":false}"#,
        )]);
        assert_eq!(reply.header("x-client-request-id"), "the client's own");
        assert_eq!(reply.header("traceparent"), TRACEPARENT);
    }

    async fn what_is_kept_of_a_body_is_bounded(server: TestServer) {
        let ana = server.admin(&[ApplicationsApprove]).await;
        let session = server.session(&ana).await;
        let send = |content_type: &'static str, body: String| {
            server.post(DECIDE).session(&session).body(content_type, body).send()
        };
        let long = json!({ "action": "approve", "ids": [1], "reason": "ä".repeat(100_000) }).to_string();
        let end = format!("… ({} bytes)", long.len());
        send("application/json", long).await.names_fields(&["reason"]);
        send("application/json", "password=hunter2".to_owned()).await.refused(400, "validation_failed");
        let bodies = server.database.texts("SELECT request_body FROM admin_action_log ORDER BY id").await;
        assert!(bodies[0].len() < 17 * 1024 && bodies[0].ends_with(&end), "{}", bodies[0].len());
        assert_eq!(bodies[1], "16 bytes that are not JSON");
    }

    async fn s004_52_one_action_has_one_trace_in_reply_log_and_database(database: TestDatabase) {
        process::run(&database, &["migrate"]).succeeded();
        process::run(&database, &["seed", "--profile", "demo"]).succeeded();
        let clock = database.directory().join("clock");
        let (now, step) = ("2026-09-01T08:00:00Z", 1_788_249_600 / 30);
        std::fs::write(&clock, now).unwrap();
        let options = ["--allow-demo-accounts", "--test-clock", clock.to_str().unwrap()];
        let mut server = ServerProcess::spawn(
            process::command(&database, &["serve", "--listen", "127.0.0.1:0"])
                .args(options)
                .env("QUARTERDECK_SERVER_LOG_LEVEL", "trace"),
        );
        let post = |path: &str, body: Value| server.request("POST", path).json(body);
        let sign_in = json!({ "email": "root@quarterdeck.example", "password": "quarterdeck-demo" });
        let challenge = post("/api/v1/auth/sign-in", sign_in).send().await.text_at("/token");
        let code = seed::demo_code(step);
        let body = json!({ "token": challenge, "mfaCode": code });
        let reply = post("/api/v1/auth/verify-2fa", body).send().await;
        let session = reply.session();
        let pending = "SELECT CAST(min(id) AS TEXT) FROM applications WHERE status = 'PENDING'";
        let id: i64 = database.texts(pending).await[0].parse().unwrap();
        let traced = |body: Value| post(DECIDE, body).session(&session).header("traceparent", TRACEPARENT);
        let decided = traced(json!({ "action": "approve", "ids": [id] })).send().await;
        assert_eq!((decided.status, decided.header("traceparent")), (200, TRACEPARENT));
        let refused = traced(json!({ "action": "approve" })).send().await;
        refused.refused(400, "validation_failed");
        server.terminate();
        assert!(server.wait().await.success());

        let log = server.log();
        let traced: Vec<_> = lines(&log)
            .into_iter()
            .filter(|line| line["trace_id"] == TRACE)
            .map(|line| (line["request_id"].clone(), line["operation"].clone(), line["status"].clone()))
            .collect();
        let expected = |reply: &crate::harness::Reply, status: u16| {
            (json!(reply.header("x-request-id")), json!("applications.decide"), json!(status))
        };
        assert_eq!(traced, [expected(&decided, 200), expected(&refused, 400)]);
        let rows = format!("SELECT request_id FROM admin_action_log WHERE trace_id = '{TRACE}' ORDER BY id");
        assert_eq!(database.texts(&rows).await, [decided.header("x-request-id"), refused.header("x-request-id")]);

        let secrets = [
            "quarterdeck-demo".to_owned(),
            seed::profile::DEMO_TOTP_SECRET.to_owned(),
            challenge,
            session.access,
            session.refresh,
            reply.text_at("/socket_token"),
            crate::harness::server::SECRET_KEY.to_owned(),
        ];
        for secret in secrets {
            assert!(!log.contains(&secret), "the log holds {secret}");
        }
    }

    async fn s000_21_who_calls_too_often_is_logged_with_the_route(server: TestServer) {
        let ana = server.admin(&[ApplicationsApprove]).await;
        let session = server.session(&ana).await;
        let clock = server.database.directory().join("clock");
        std::fs::write(&clock, crate::harness::server::START).unwrap();
        let mut command = process::command(&server.database, &["serve", "--listen", "127.0.0.1:0"]);
        let mut process = ServerProcess::spawn(
            command.arg("--test-clock").arg(clock).env("QUARTERDECK_SERVER_LIMITS_DECISIONS_PER_MINUTE", "1"),
        );
        let body = json!({ "action": "approve", "ids": [1] });
        let decide = || process.request("POST", DECIDE).session(&session).json(body.clone()).send();
        assert_eq!(decide().await.status, 200);
        decide().await.refused(429, "rate_limited");
        process.terminate();
        assert!(process.wait().await.success());
        let throttled: Vec<_> = lines(&process.log()).into_iter().filter(|line| line["status"] == 429).collect();
        assert_eq!(throttled.len(), 1);
        for (field, value) in [
            ("level", json!("WARN")), ("user_id", json!(ana.id)), ("method", json!("POST")),
            ("route", json!(DECIDE)), ("ip_address", json!("127.0.0.1")),
        ] {
            assert_eq!(throttled[0][field], value, "{field}");
        }
    }

    async fn a_line_of_the_log_cannot_be_forged(database: TestDatabase) {
        process::run(&database, &["migrate"]).succeeded();
        let mut server = ServerProcess::start(&database, &[]);
        let forged = "x\n{\"level\":\"ERROR\",\"message\":\"forged\"}\u{1b}[31m\u{2028}";
        let body = json!({ "email": forged, "password": PASSWORD });
        let reply = server.request("POST", "/api/v1/auth/sign-in").json(body).send().await;
        reply.refused(401, "invalid_credentials");
        let path = "/api/v1/admin/%0A%7B%22level%22%3A%22ERROR%22%7D";
        server.request("GET", path).send().await.refused(404, "not_found");
        server.terminate();
        assert!(server.wait().await.success());
        for line in lines(&server.log()) {
            assert_ne!(line["level"], "ERROR", "{line}");
        }
        assert!(!server.log().contains('\u{1b}'));
    }
}
