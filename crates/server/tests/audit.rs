//! Reading, extending and verifying the audit log.

use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::permission::Permission::{
    self, ApplicationsApprove, ApplicationsWaitlist, AuditVerify, AuditView,
};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::harness::{Reply, Session, TestServer, on_both};

const AUDIT: &str = "/api/v1/admin/audit";

async fn operator(server: &TestServer) -> Session {
    let ana = server
        .admin(&[
            AuditView,
            AuditVerify,
            ApplicationsApprove,
            ApplicationsWaitlist,
        ])
        .await;
    server.session(&ana).await
}

async fn list(server: &TestServer, session: &Session, query: &str) -> Reply {
    server
        .get(&format!("{AUDIT}{query}"))
        .session(session)
        .send()
        .await
}

async fn append(server: &TestServer, session: &Session, body: Value) -> Reply {
    server.post(AUDIT).session(session).json(body).send().await
}

async fn decide(server: &TestServer, session: &Session, action: &str, ids: &[i64]) {
    let body = json!({ "action": action, "ids": ids, "confirm": true });
    let path = "/api/v1/admin/bulk-applications";
    let reply = server.post(path).session(session).json(body).send().await;
    assert_eq!(reply.status, 200, "{}", reply.text);
}

async fn verify(server: &TestServer, session: &Session, query: &str) -> Value {
    let path = format!("{AUDIT}/verify{query}");
    let reply = server.get(&path).session(session).send().await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let mut body = reply.json();
    body["took_ms"] = json!("…");
    body
}

fn seqs(reply: &Reply) -> Vec<i64> {
    let body = reply.json();
    let rows = body["data"].as_array().unwrap_or_else(|| panic!("{body}"));
    rows.iter()
        .map(|row| row["seq"].as_i64().unwrap())
        .collect()
}

on_both! {
    async fn s003_34_rows_are_listed_newest_first(server: TestServer) {
        let ana = server.admin(&[AuditView, ApplicationsApprove]).await;
        let session = server.session(&ana).await;
        server.applications(1).await;
        decide(&server, &session, "approve", &[1]).await;
        server.advance(chrono::TimeDelta::seconds(1));
        append(&server, &session, json!({ "action_code": "admin_refresh", "request_id": "e1" })).await;
        let reply = list(&server, &session, "").await;
        let at = |pointer: &str| reply.text_at(pointer);
        assert_eq!((at("/data/0/hash").len(), at("/data/1/hash").len()), (64, 64));
        reply.is(200, json!({
            "data": [
                {
                    "scope": "platform", "seq": 2, "created_at": "2026-09-01T08:00:01Z",
                    "actor_type": "human", "admin_user_id": ana.id, "admin_email": ana.email,
                    "action": "Data refreshed", "action_code": "admin_refresh",
                    "target_type": "", "target_id": "", "details": "{}",
                    "request_id": format!("client:{}:e1", ana.id), "hash": at("/data/0/hash"),
                },
                {
                    "scope": "platform", "seq": 1, "created_at": "2026-09-01T08:00:00Z",
                    "actor_type": "human", "admin_user_id": ana.id, "admin_email": ana.email,
                    "action": "Application approved", "action_code": "application_approved",
                    "target_type": "application", "target_id": "1",
                    "details": r#"{"from":"PENDING","to":"ACTIVE"}"#,
                    "request_id": at("/data/1/request_id"), "hash": at("/data/1/hash"),
                },
            ],
            "total": 2,
            "total_exact": true,
            "next_cursor": null,
        }));
    }

    async fn s002_55_filters_by_actor_action_target_and_date(server: TestServer) {
        let (ana, omar) = (server.admin(&[AuditView, ApplicationsApprove]).await, server.admin(&[ApplicationsWaitlist]).await);
        let (session, other) = (server.session(&ana).await, server.session(&omar).await);
        server.applications(4).await;
        decide(&server, &session, "approve", &[1]).await;
        server.advance(chrono::TimeDelta::minutes(1));
        decide(&server, &other, "waitlist", &[2, 3]).await;
        server.advance(chrono::TimeDelta::minutes(1));
        append(&server, &session, json!({
            "action_code": "handover_noted", "request_id": "e1", "target_type": "application", "target_id": "2",
        })).await;
        let found = async |query: String| seqs(&list(&server, &session, &query).await);
        assert_eq!(found(String::new()).await, [5, 4, 3, 2, 1]);
        assert_eq!(found(format!("?actor={}", ana.id)).await, [5, 1]);
        assert_eq!(found(format!("?actor=%23{}", omar.id)).await, [4, 3, 2]);
        assert_eq!(found(format!("?actor={}", omar.email.to_uppercase())).await, [4, 3, 2]);
        assert_eq!(found("?actor=nobody@quarterdeck.example".to_owned()).await, [0; 0]);
        assert_eq!(found("?action_code=application_waitlisted,handover_noted".to_owned()).await, [5, 3, 2]);
        assert_eq!(found("?action_code=bulk_waitlist".to_owned()).await, [4]);
        assert_eq!(found("?target_type=application&target_id=2".to_owned()).await, [5, 2]);
        assert_eq!(found("?target_id=%232".to_owned()).await, [5, 2]);
        assert_eq!(found("?from=2026-09-01T08:01:00Z&to=2026-09-01T08:02:00Z".to_owned()).await, [4, 3, 2]);
        assert_eq!(found(format!("?actor={}&action_code=application_approved", ana.id)).await, [1]);
    }

    async fn c_20_beyond_ten_thousand_the_total_is_a_floor_for_that_filter_alone(server: TestServer) {
        let session = operator(&server).await;
        append(&server, &session, json!({ "action_code": "admin_refresh", "request_id": "e1" })).await;
        server.database.execute(
            "INSERT INTO admin_audit_log (scope, seq, created_at, actor_type, admin_user_id, admin_email, action_code, \
             action, target_type, target_id, details, request_id, canon, leaf, link) \
             WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 10001) \
             SELECT scope, i, created_at, actor_type, admin_user_id, admin_email, action_code, \
             action, target_type, target_id, details, request_id || i, canon, leaf, link FROM n, admin_audit_log"
        ).await;
        let total = async |query: &str| {
            let body = list(&server, &session, query).await.json();
            (body["total"].as_u64().unwrap(), body["total_exact"].as_bool().unwrap())
        };
        assert_eq!(total("?take=1").await, (10_000, false));
        assert_eq!(total("?take=1&count=exact").await, (10_001, true));
        assert_eq!(total("?take=1").await, (10_000, false));
        assert_eq!(total("?action_code=admin_refresh").await, (10_000, false));
        assert_eq!(total("?action_code=application_approved").await, (0, true));
        assert_eq!(total("?from=2026-09-02T08:00:00Z").await, (0, true));
    }

    async fn s003_34_pages_by_cursor_and_by_number_while_rows_arrive(server: TestServer) {
        let session = operator(&server).await;
        for number in 0..12 {
            append(&server, &session, json!({ "action_code": "admin_refresh", "request_id": format!("e{number}") })).await;
        }
        let first = list(&server, &session, "?take=5").await;
        assert_eq!(seqs(&first), [12, 11, 10, 9, 8]);
        assert_eq!(first.json()["total"], 12);
        append(&server, &session, json!({ "action_code": "admin_refresh", "request_id": "new" })).await;
        let second = list(&server, &session, &format!("?take=5&cursor={}", first.text_at("/next_cursor"))).await;
        assert_eq!(seqs(&second), [7, 6, 5, 4, 3]);
        let third = list(&server, &session, &format!("?take=5&cursor={}", second.text_at("/next_cursor"))).await;
        assert_eq!((seqs(&third), &third.json()["next_cursor"]), (vec![2, 1], &Value::Null));
        assert_eq!(seqs(&list(&server, &session, "?take=5&page=2").await), [8, 7, 6, 5, 4]);
    }

    async fn a_bad_value_is_400_with_its_field(server: TestServer) {
        let session = operator(&server).await;
        for (query, field) in [
            ("?action_code=nonsense", "action_code"),
            ("?take=0", "take"),
            ("?take=101", "take"),
            ("?page=0", "page"),
            ("?cursor=x", "cursor"),
            ("?from=x", "from"),
            ("?to=%2B20000-01-01T00:00:00Z", "to"),
            ("?actor=%00", "actor"),
            ("?target_id=a%00", "target_id"),
            ("?before_seq=1", "before_seq"),
        ] {
            let reply = list(&server, &session, query).await;
            assert_eq!(reply.status, 400, "{query}: {}", reply.text);
            reply.names_fields(&[field]);
        }
        for (query, field) in [
            ("?expected_min_seq=x", "expected_min_seq"),
            ("?expected_seq=1", "expected_hash"),
            (&format!("?expected_hash={}", "0".repeat(64)), "expected_seq"),
            ("?expected_seq=1&expected_hash=abc", "expected_hash"),
        ] {
            let reply = server.get(&format!("{AUDIT}/verify{query}")).session(&session).send().await;
            assert_eq!(reply.status, 400, "{query}: {}", reply.text);
            reply.names_fields(&[field]);
        }
    }

    async fn s002_54_the_catalogue_names_every_action(server: TestServer) {
        let session = operator(&server).await;
        let reply = server.get(&format!("{AUDIT}/actions")).session(&session).send().await;
        assert_eq!(reply.status, 200);
        let body = reply.json();
        let entries = body.as_array().unwrap();
        assert_eq!(entries.len(), AuditCode::ALL.len());
        assert!(entries.contains(&json!({
            "action_code": "bulk_reject", "action": "Bulk reject confirmed, {n} applications", "by_client": false,
        })));
        let by_client: Vec<_> = entries.iter().filter(|entry| entry["by_client"] == true).collect();
        assert_eq!(by_client, [
            &json!({ "action_code": "admin_refresh", "action": "Data refreshed", "by_client": true }),
            &json!({ "action_code": "handover_noted", "action": "Handover noted", "by_client": true }),
        ]);
    }

    async fn s003_35_the_actor_comes_from_the_session(server: TestServer) {
        let ana = server.admin(&[]).await;
        let session = server.session(&ana).await;
        let event = json!({
            "action": "Shift handed over", "action_code": "handover_noted", "target_type": "user",
            "target_id": "7", "details": { "note_id": 12 }, "request_id": "e1",
        });
        for unknown in ["actor_type", "created_at"] {
            let mut body = event.clone();
            body[unknown] = json!("root@quarterdeck.example");
            append(&server, &session, body).await.names_fields(&[unknown]);
        }
        assert_eq!(server.database.count("admin_audit_log").await, 0);
        // The seed's clients send these two; they are ignored, whoever they name.
        let mut forged = event;
        forged["admin_user_id"] = json!(999);
        forged["admin_email"] = json!("root@quarterdeck.example");
        append(&server, &session, forged).await.is(201, json!({ "seq": 1, "noop": false }));
        let row = "SELECT actor_type || ' ' || admin_user_id || ' ' || admin_email || ' ' || action || ' ' || action_code \
            || ' ' || target_type || ' ' || target_id || ' ' || details FROM admin_audit_log";
        assert_eq!(
            server.database.texts(row).await,
            [format!(r#"human {} {} Shift handed over handover_noted user 7 {{"note_id":12}}"#, ana.id, ana.email)]
        );
    }

    async fn c_14_a_repeat_of_an_event_leaves_no_second_row(server: TestServer) {
        let (ana, omar) = (operator(&server).await, operator(&server).await);
        let event = json!({ "action_code": "admin_refresh", "request_id": "e1" });
        append(&server, &ana, event.clone()).await.is(201, json!({ "seq": 1, "noop": false }));
        let before = server.database.snapshot().await;
        append(&server, &ana, event.clone()).await.is(201, json!({ "seq": null, "noop": true }));
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
        // Another operator's event of the same name is another event, and so is another code.
        append(&server, &omar, event).await.is(201, json!({ "seq": 2, "noop": false }));
        let note = json!({ "action_code": "handover_noted", "request_id": "e1" });
        append(&server, &ana, note).await.is(201, json!({ "seq": 3, "noop": false }));
    }

    async fn c_14_an_event_posted_ten_times_at_once_leaves_one_row(server: TestServer) {
        let session = operator(&server).await;
        let mut posts = JoinSet::new();
        for number in 0..10 {
            let event = json!({ "action_code": "admin_refresh", "request_id": "e1" });
            posts.spawn(server.post(AUDIT).session(&session).key(&format!("k{number}")).json(event).send());
        }
        let mut told = Vec::new();
        for reply in posts.join_all().await {
            told.push((reply.status, reply.json()));
        }
        told.retain(|reply| *reply != (201, json!({ "seq": null, "noop": true })));
        assert_eq!(told, [(201, json!({ "seq": 1, "noop": false }))]);
        assert_eq!(verify(&server, &session, "").await["status"], "intact");
    }

    async fn c_14_a_client_cannot_write_what_only_the_server_knows(server: TestServer) {
        let session = operator(&server).await;
        let before = server.database.snapshot().await;
        for code in AuditCode::ALL.iter().filter(|code| !AuditCode::CLIENT.contains(code)) {
            let reply = append(&server, &session, json!({ "action_code": code.as_str(), "request_id": "e1" })).await;
            reply.names_fields(&["action_code"]);
        }
        for (body, field) in [
            (json!({ "action_code": "made_up", "request_id": "e" }), "action_code"),
            (json!({ "action_code": "admin_refresh", "request_id": " " }), "request_id"),
            (json!({ "action_code": "admin_refresh", "request_id": "e".repeat(201) }), "request_id"),
            (json!({ "action_code": "admin_refresh", "request_id": "e\u{0}" }), "request_id"),
            (json!({ "action_code": "admin_refresh" }), "request_id"),
            (json!({ "action_code": "admin_refresh", "request_id": "e", "action": "x".repeat(201) }), "action"),
            (json!({ "action_code": "admin_refresh", "request_id": "e", "target_id": "x".repeat(201) }), "target_id"),
            (json!({ "action_code": "admin_refresh", "request_id": "e", "target_type": "planet" }), "target_type"),
            (json!({ "action_code": "admin_refresh", "request_id": "e", "details": [1] }), "details"),
            (json!({ "action_code": "admin_refresh", "request_id": "e", "details": { "x": "x".repeat(5_000) } }), "details"),
        ] {
            let reply = append(&server, &session, body.clone()).await;
            assert_eq!(reply.status, 400, "{body}: {}", reply.text);
            reply.names_fields(&[field]);
        }
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
    }

    async fn s003_92_a_failed_append_says_so_and_can_be_repeated(server: TestServer) {
        let session = operator(&server).await;
        let event = json!({ "action_code": "admin_refresh", "request_id": "e1" });
        server.database.break_audit().await;
        let body = append(&server, &session, event.clone()).await.refused(503, "audit_unavailable");
        assert_eq!((&body["component"], &body["retry_after"]), (&json!("audit"), &json!(2)));
        server.database.mend_audit().await;
        append(&server, &session, event).await.is(201, json!({ "seq": 1, "noop": false }));
    }

    async fn s002_49_a_clean_chain_is_intact(server: TestServer) {
        let session = operator(&server).await;
        let genesis = server.database.texts(match server.database.backend {
            crate::harness::Backend::Sqlite => "SELECT lower(hex(link)) FROM audit_heads",
            crate::harness::Backend::Postgres => "SELECT encode(link, 'hex') FROM audit_heads",
        }).await.remove(0);
        assert_eq!(verify(&server, &session, "").await, json!({
            "status": "intact", "scope": "platform", "from": 0, "to": 0, "rows": 0,
            "head": { "seq": 0, "hash": genesis, "recorded_at": null },
            "watermark": null, "first_bad": null, "bad_count": 0, "verifier_version": "1", "took_ms": "…",
        }));
        server.applications(3).await;
        decide(&server, &session, "approve", &[1, 2]).await;
        decide(&server, &session, "approve", &[3]).await;
        let hash = list(&server, &session, "").await.text_at("/data/0/hash");
        let query = format!("?expected_min_seq=3&expected_seq=4&expected_hash={hash}");
        assert_eq!(verify(&server, &session, &query).await, json!({
            "status": "intact", "scope": "platform", "from": 1, "to": 4, "rows": 4,
            "head": { "seq": 4, "hash": hash, "recorded_at": "2026-09-01T08:00:00Z" },
            "watermark": { "expected": 4, "satisfied": true }, "first_bad": null, "bad_count": 0,
            "verifier_version": "1", "took_ms": "…",
        }));
    }

    async fn s002_49_the_first_row_that_was_changed_is_named(server: TestServer) {
        let session = operator(&server).await;
        server.applications(4).await;
        for id in 1..=4 {
            decide(&server, &session, "approve", &[id]).await;
        }
        server.database.allow_tampering().await;
        server.database.execute("UPDATE admin_audit_log SET target_id = '9' WHERE seq >= 3").await;
        let report = verify(&server, &session, "").await;
        assert_eq!((&report["status"], &report["bad_count"], &report["rows"]), (&json!("broken"), &json!(2), &json!(4)));
        assert_eq!((&report["first_bad"]["seq"], &report["first_bad"]["kind"]), (&json!(3), &json!("column_mismatch")));
    }

    async fn s002_49_the_database_itself_refuses_to_change_a_row(server: TestServer) {
        let session = operator(&server).await;
        server.applications(1).await;
        decide(&server, &session, "approve", &[1]).await;
        let mut connection = server.database.connect().await;
        for statement in ["UPDATE admin_audit_log SET action = 'x'", "DELETE FROM admin_audit_log"] {
            let error = connection.refusal(statement).await;
            assert!(error.contains("the audit log is append-only"), "{error}");
        }
    }

    async fn s002_52_a_truncated_log_fails_the_watermark(server: TestServer) {
        let session = operator(&server).await;
        server.applications(5).await;
        for id in 1..=5 {
            decide(&server, &session, "approve", &[id]).await;
        }
        server.database.allow_tampering().await;
        server.database.execute("DELETE FROM admin_audit_log WHERE seq > 2").await;
        let report = verify(&server, &session, "").await;
        assert_eq!((&report["status"], &report["first_bad"]), (&json!("broken"), &json!({
            "seq": 3, "kind": "tail_truncated", "expected": "5", "found": "2",
        })), "the head still names the last row");
        // Who truncates well sets the head back too: a chain alone cannot see that.
        server.database.execute(
            "UPDATE audit_heads SET seq = 2, \
             prev = (SELECT link FROM admin_audit_log WHERE seq = 1), \
             link = (SELECT link FROM admin_audit_log WHERE seq = 2)"
        ).await;
        assert_eq!(verify(&server, &session, "").await["status"], "intact");
        let report = verify(&server, &session, "?expected_min_seq=5").await;
        assert_eq!(report["status"], "broken");
        assert_eq!(report["watermark"], json!({ "expected": 5, "satisfied": false }));
        assert_eq!(report["first_bad"], json!({ "seq": 3, "kind": "tail_truncated", "expected": "5", "found": "2" }));
    }

    async fn s002_52_a_log_that_grew_again_differently_fails_the_pair(server: TestServer) {
        let session = operator(&server).await;
        server.applications(3).await;
        decide(&server, &session, "approve", &[1]).await;
        decide(&server, &session, "approve", &[2]).await;
        let seen = list(&server, &session, "").await.text_at("/data/0/hash");
        server.database.allow_tampering().await;
        server.database.execute(
            "DELETE FROM admin_audit_log WHERE seq = 2; \
             UPDATE audit_heads SET seq = 1, \
             prev = (SELECT prev FROM audit_heads), link = (SELECT link FROM admin_audit_log WHERE seq = 1)"
        ).await;
        decide(&server, &session, "waitlist", &[3]).await;
        assert_eq!(verify(&server, &session, "?expected_min_seq=2").await["status"], "intact");
        let report = verify(&server, &session, &format!("?expected_seq=2&expected_hash={seen}")).await;
        assert_eq!((&report["status"], &report["first_bad"]["kind"]), (&json!("broken"), &json!("watermark_mismatch")));
        assert_eq!(report["watermark"], json!({ "expected": 2, "satisfied": false }));
    }

    async fn s003_34_the_list_and_the_verdict_have_their_own_permissions(server: TestServer) {
        for (path, needed) in [
            (AUDIT.to_owned(), AuditView),
            (format!("{AUDIT}/actions"), AuditView),
            (format!("{AUDIT}/verify"), AuditVerify),
        ] {
            let others: Vec<_> = Permission::ALL.iter().copied().filter(|held| *held != needed).collect();
            let ana = server.admin(&others).await;
            let session = server.session(&ana).await;
            let body = server.get(&path).session(&session).send().await.refused(403, "permission_denied");
            assert_eq!(body["permission"], needed.as_str());
        }
    }

    async fn times_never_go_back_in_the_log(server: TestServer) {
        let session = operator(&server).await;
        server.applications(3).await;
        server.advance(chrono::TimeDelta::minutes(5));
        decide(&server, &session, "approve", &[1]).await;
        server.advance(chrono::TimeDelta::minutes(-4));
        decide(&server, &session, "approve", &[2, 3]).await;
        let reply = list(&server, &session, "").await;
        let body = reply.json();
        for row in body["data"].as_array().unwrap() {
            assert_eq!(row["created_at"], "2026-09-01T08:05:00Z");
        }
        assert_eq!(verify(&server, &session, "").await["status"], "intact");
    }
}
