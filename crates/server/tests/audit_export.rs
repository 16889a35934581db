//! Exporting the audit log: what is handed out, what the log keeps of it, and what is too much.

use chrono::TimeDelta;
use quarterdeck_api::audit::{
    AuditCode, AuditExport, ExportAudit, ExportedRow, MAX_EXPORT_BYTES, MAX_EXPORT_ROWS,
};
use quarterdeck_api::operation::{Operation, Spec};
use quarterdeck_api::permission::Permission::{
    self, ApplicationsApprove, ApplicationsWaitlist, AuditExport as MayExport,
};
use quarterdeck_server::chain::{self, Actor, Entry, Expectation, PLATFORM, rows};
use quarterdeck_server::db::{Dialect, sql};
use sea_orm::{ConnectionTrait, QueryResult};
use serde_json::{Value, json};

use crate::chain::offline;
use crate::harness::{Reply, Session, TestServer, on_both};

const EXPORT: &str = "/api/v1/admin/audit/export";

async fn operator(server: &TestServer) -> Session {
    let ana = server
        .admin(&[MayExport, ApplicationsApprove, ApplicationsWaitlist])
        .await;
    server.session(&ana).await
}

async fn export(server: &TestServer, session: &Session, filter: Value) -> Reply {
    server
        .post(EXPORT)
        .session(session)
        .json(filter)
        .send()
        .await
}

/// The export as the console gets it.
async fn exported(server: &TestServer, session: &Session, filter: Value) -> AuditExport {
    let reply = export(server, session, filter).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    serde_json::from_str(&reply.text).unwrap()
}

fn places(export: &AuditExport) -> Vec<i64> {
    export.rows.iter().map(|row| row.seq).collect()
}

async fn decide(server: &TestServer, session: &Session, action: &str, ids: &[i64]) {
    let body = json!({ "action": action, "ids": ids, "confirm": true });
    let path = "/api/v1/admin/bulk-applications";
    let reply = server.post(path).session(session).json(body).send().await;
    assert_eq!(reply.status, 200, "{}", reply.text);
}

async fn append(server: &TestServer, entries: &[Entry], request_id: &str) {
    let tx = server.services.system_write("test").await.unwrap();
    let now = server.now();
    chain::append(
        tx.connection(),
        PLATFORM,
        &Actor::SYSTEM,
        entries,
        request_id,
        now,
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

fn entries(count: usize, details: &Value) -> Vec<Entry> {
    (0..count)
        .map(|id| {
            Entry::new(AuditCode::ApplicationApproved, "application", id).details(details.clone())
        })
        .collect()
}

async fn audit_rows(server: &TestServer) -> Vec<String> {
    let query = "SELECT action_code || ' ' || target_type || target_id || ' ' || details \
        FROM admin_audit_log WHERE action_code = 'audit_exported' ORDER BY seq";
    server.database.texts(query).await
}

/// What the verifier that knows only docs/AUDIT.md finds in the file; none where there is no Python.
fn verdict(export: &AuditExport) -> Option<(String, Option<(i64, String)>)> {
    let file = String::from_utf8(export.ndjson().unwrap()).unwrap();
    let found = offline(&file, &Expectation::default())?;
    assert_eq!(found.rows, export.rows.len() as u64);
    Some((found.status, found.first_bad))
}

on_both! {
    async fn r48_an_export_holds_the_rows_of_its_filter_and_is_in_the_log_itself(server: TestServer) {
        let ana = server.admin(&[MayExport, ApplicationsApprove]).await;
        let omar = server.admin(&[ApplicationsWaitlist]).await;
        let (session, other) = (server.session(&ana).await, server.session(&omar).await);
        server.applications(3).await;
        decide(&server, &session, "approve", &[1]).await;
        server.advance(TimeDelta::seconds(1));
        decide(&server, &other, "waitlist", &[2]).await;
        decide(&server, &other, "waitlist", &[3]).await;
        server.advance(TimeDelta::minutes(1));
        let stored = rows::after(server.services.database.reads(), PLATFORM, 0, 9).await.unwrap();
        let hashes = |row: &ExportedRow| [row.canon.clone(), row.leaf.clone(), row.link.clone()];
        let [_, second, third] = <[_; 3]>::try_from(stored).unwrap().map(ExportedRow::from);
        let [canon, leaf, link] = hashes(&second);
        let reply = export(&server, &session, json!({
            "actor": format!("  {} ", omar.email.to_uppercase()),
            "action_code": "bulk_waitlist,application_waitlisted,bulk_waitlist",
            "target_type": "application",
            "target_id": "#2",
            "from": "2026-09-01T08:00:00Z",
            "to": "2026-09-01T09:00:00+00:30",
        })).await;
        let filter = json!({
            "actor": omar.email,
            "action_code": "application_waitlisted,bulk_waitlist",
            "target_type": "application",
            "target_id": "2",
            "from": "2026-09-01T08:00:00Z",
            "to": "2026-09-01T08:30:00Z",
        });
        let instance = reply.text_at("/chain/instance");
        assert_eq!(instance.len(), 36);
        reply.is(200, json!({
            "chain": { "instance": instance, "scope": "platform", "head_seq": 3, "head_link": third.link },
            "extract": {
                "exported_at": "2026-09-01T08:01:01Z", "exported_by": ana.email,
                "filter": filter, "rows": 1, "first": 2, "last": 2,
            },
            "rows": [{
                "seq": 2, "recorded_at_us": 1_788_249_601_000_000_i64,
                "actor_type": "human", "actor_id": omar.id, "actor_email": omar.email,
                "action_code": "application_waitlisted", "action": "Application waitlisted",
                "target_type": "application", "target_id": "2",
                "details": r#"{"from":"PENDING","to":"WAITLISTED"}"#,
                "request_id": second.request_id, "canon": canon, "leaf": leaf, "link": link,
            }],
        }));
        let details = json!({ "filter": filter, "rows": 1, "first": 2, "last": 2 });
        assert_eq!(audit_rows(&server).await, [format!("audit_exported audit {details}")]);
        assert_eq!(places(&exported(&server, &session, json!({})).await), [1, 2, 3, 4], "now with the export before");
    }

    async fn r48_a_filter_lets_through_what_the_list_shows(server: TestServer) {
        let ana = server.admin(&[MayExport, ApplicationsApprove]).await;
        let omar = server.admin(&[ApplicationsWaitlist]).await;
        let (session, other) = (server.session(&ana).await, server.session(&omar).await);
        server.applications(4).await;
        decide(&server, &session, "approve", &[1]).await;
        server.advance(TimeDelta::minutes(1));
        decide(&server, &other, "waitlist", &[2, 3]).await;
        server.advance(TimeDelta::minutes(1));
        decide(&server, &session, "approve", &[4]).await;
        // The rows of the exports themselves come after these.
        let until = json!("2026-09-01T08:02:30Z");
        server.advance(TimeDelta::minutes(1));
        let cases = [
            (json!({}), vec![1, 2, 3, 4, 5]),
            (json!({ "actor": format!("#{}", ana.id) }), vec![1, 5]),
            (json!({ "actor": omar.id.to_string() }), vec![2, 3, 4]),
            (json!({ "actor": " " }), vec![1, 2, 3, 4, 5]),
            (json!({ "action_code": "" }), vec![1, 2, 3, 4, 5]),
            (json!({ "action_code": "bulk_waitlist,application_approved" }), vec![1, 4, 5]),
            (json!({ "target_type": "application", "target_id": "3" }), vec![3]),
            (json!({ "target_id": "" }), vec![4]),
            (json!({ "from": "2026-09-01T08:01:00Z" }), vec![2, 3, 4, 5]),
            (json!({ "from": "2026-09-01T08:02:10Z" }), vec![]),
        ];
        for (mut filter, expected) in cases {
            filter["to"] = until.clone();
            let export = exported(&server, &session, filter.clone()).await;
            assert_eq!(places(&export), expected, "{filter}");
            let ends = (expected.first().copied(), expected.last().copied());
            assert_eq!((export.extract.first, export.extract.last), ends, "{filter}");
            assert_eq!(export.extract.rows, expected.len());
        }
    }

    async fn r48_the_whole_log_is_verified_offline_whatever_it_says(server: TestServer) {
        let session = operator(&server).await;
        server.applications(2).await;
        decide(&server, &session, "approve", &[1, 2]).await;
        let hostile = "\u{1b}]52;c;aGk=\u{7}\u{9b}2J\u{202e}x\u{200b}\u{2028}\"\\\n</script>é日本\u{10fffe}";
        let reply = server.post("/api/v1/admin/audit").session(&session).json(json!({
            "action_code": "handover_noted", "action": hostile, "request_id": format!("e {hostile}"),
            "target_type": "application", "target_id": hostile, "details": { "note": hostile },
        })).send().await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        let whole = exported(&server, &session, json!({})).await;
        assert_eq!(whole.rows[3].action, hostile, "nothing is taken out that hashes are taken over");
        let file = String::from_utf8(whole.ndjson().unwrap()).unwrap();
        let obeyed = file.chars().filter(|c| *c != '\n' && c.is_control() || matches!(c, '\u{202e}' | '\u{200b}' | '\u{2028}'));
        assert_eq!(obeyed.collect::<String>(), "", "{file}");
        assert_eq!(file.lines().count(), 5);
        let Some(found) = verdict(&whole) else { return };
        assert_eq!(found, ("intact".to_owned(), None));
        // A part of it shows no gap for what the filter left out, and promises nothing about that.
        let part = json!({ "target_id": "2" });
        let found = verdict(&exported(&server, &session, part.clone()).await).unwrap();
        assert_eq!(found, ("incomplete".to_owned(), None));
        server.database.allow_tampering().await;
        server.database.execute("UPDATE admin_audit_log SET action = 'x' WHERE seq = 2").await;
        let damage = Some((2, "column_mismatch".to_owned()));
        let found = verdict(&exported(&server, &session, json!({})).await).unwrap();
        assert_eq!(found, ("broken".to_owned(), damage.clone()));
        let found = verdict(&exported(&server, &session, part).await).unwrap();
        assert_eq!(found, ("broken".to_owned(), damage));
    }

    async fn r48_a_file_that_was_cut_off_is_told_from_a_whole_one(server: TestServer) {
        let session = operator(&server).await;
        append(&server, &entries(5, &json!({})), "five").await;
        for filter in [json!({}), json!({ "target_type": "application" })] {
            let mut cut = exported(&server, &session, filter).await;
            cut.rows.truncate(3);
            let Some((status, _)) = verdict(&cut) else { return };
            let expected = if cut.extract.filter.target_type.is_none() { "broken" } else { "incomplete" };
            assert_eq!(status, expected);
            let file = String::from_utf8(cut.ndjson().unwrap()).unwrap();
            let last = file.lines().last().unwrap();
            assert_eq!(serde_json::from_str::<Value>(last).unwrap()["seq"], 3);
        }
    }

    async fn r48_more_rows_than_one_export_holds_are_refused_and_leave_no_row(server: TestServer) {
        let session = operator(&server).await;
        append(&server, &entries(MAX_EXPORT_ROWS, &json!({})), "as many as fit").await;
        let filter = json!({ "action_code": "application_approved" });
        assert_eq!(exported(&server, &session, filter.clone()).await.rows.len(), MAX_EXPORT_ROWS);
        append(&server, &entries(1, &json!({})), "one more").await;
        let reply = export(&server, &session, filter).await;
        let problem = reply.names_fields(&["filter"])["fields"][0]["problem"].clone();
        assert_eq!(
            problem,
            format!(
                "lets more than {MAX_EXPORT_ROWS} rows through, which one export cannot hold; narrow it, by date \
                 for example, or export the whole log with `quarterdeck-server export-audit`"
            )
        );
        assert_eq!(audit_rows(&server).await.len(), 1, "of the first export");
        let narrower = json!({ "action_code": "application_approved", "target_id": "0" });
        assert_eq!(exported(&server, &session, narrower).await.rows.len(), 2);
    }

    async fn r48_long_rows_are_bounded_by_their_bytes(server: TestServer) {
        let session = operator(&server).await;
        let long = json!({ "note": "n".repeat(4_000) });
        append(&server, &entries(600, &long), "long ones").await;
        let problem = export(&server, &session, json!({})).await.names_fields(&["filter"]);
        let why = format!("lets rows of more than {MAX_EXPORT_BYTES} bytes through");
        assert!(problem["fields"][0]["problem"].as_str().unwrap().starts_with(&why), "{problem}");
        let one = exported(&server, &session, json!({ "target_id": "7" })).await;
        assert_eq!(one.rows[0].details, long.to_string());
    }

    async fn r48_what_is_typed_and_matches_nothing_is_not_kept_in_the_log(server: TestServer) {
        let session = operator(&server).await;
        decide(&server, &session, "approve", &server.applications(1).await).await;
        let filter = json!({
            "actor": "canary@example.com", "target_type": "canary", "target_id": "canary",
            "action_code": "bulk_ban", "from": "2026-09-01T08:00:00Z",
        });
        let export = exported(&server, &session, filter).await;
        assert_eq!((export.extract.rows, export.extract.first, export.extract.last), (0, None, None));
        let details = json!({
            "filter": {
                "actor": "matched no row", "target_type": "matched no row", "target_id": "matched no row",
                "action_code": "bulk_ban", "from": "2026-09-01T08:00:00Z",
            },
            "rows": 0, "first": null, "last": null,
        });
        assert_eq!(audit_rows(&server).await, [format!("audit_exported audit {details}")]);
    }

    async fn r48_what_no_filter_means_is_refused_by_its_name(server: TestServer) {
        let session = operator(&server).await;
        let cases = [
            (json!({ "actor": "a".repeat(201) }), "actor"),
            (json!({ "target_type": "a\u{0}" }), "target_type"),
            (json!({ "target_id": "ä".repeat(101) }), "target_id"),
            (json!({ "action_code": "nothing" }), "action_code"),
            (json!({ "from": "+12026-09-01T08:00:00Z" }), "from"),
            (json!({ "to": "yesterday" }), "to"),
            (json!({ "take": 5 }), "take"),
        ];
        for (filter, field) in cases {
            export(&server, &session, filter).await.names_fields(&[field]);
        }
        assert_eq!(audit_rows(&server).await, Vec::<String>::new());
    }

    async fn r48_the_answer_is_kept_nowhere_and_a_repeat_is_told_so(server: TestServer) {
        let session = operator(&server).await;
        append(&server, &entries(1, &json!({ "note": "canary" })), "one").await;
        let post = || server.post(EXPORT).session(&session).key("k1").json(json!({})).send();
        let reply = post().await;
        assert_eq!(reply.status, 200);
        assert!(reply.text.contains("canary"));
        let before = server.database.snapshot().await;
        post().await.refused(409, "already_done");
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
        assert_eq!(audit_rows(&server).await.len(), 1);
        for (table, column) in [("idempotency_keys", "response"), ("admin_action_log", "response")] {
            let kept = format!("SELECT count(*) FROM {table} WHERE {column} LIKE '%canary%'");
            assert_eq!(server.database.number(&kept).await, 0, "{table}.{column}");
        }
    }

    async fn r48_the_export_has_a_permission_of_its_own(server: TestServer) {
        let others: Vec<_> = Permission::ALL.iter().copied().filter(|held| *held != MayExport).collect();
        let session = server.session(&server.admin(&others).await).await;
        let body = export(&server, &session, json!({})).await.refused(403, "permission_denied");
        assert_eq!(body["permission"], "audit.export");
        assert_eq!(audit_rows(&server).await, Vec::<String>::new());
    }

    async fn a_statement_may_take_as_long_as_its_answer_is_waited_for(server: TestServer) {
        let database = &server.services.database;
        if database.dialect == Dialect::Sqlite {
            return;
        }
        let bound = "SELECT setting AS bound FROM pg_settings WHERE name = 'statement_timeout'";
        let milliseconds = |row: Option<QueryResult>| {
            let bound: String = row.unwrap().try_get("", "bound").unwrap();
            u128::from(bound.parse::<u32>().unwrap())
        };
        let usual = database.reads().query_one_raw(sql(database.reads(), bound, [])).await.unwrap();
        assert_eq!(milliseconds(usual), Spec::DEADLINE.as_millis());
        let snapshot = database.snapshot().await.unwrap();
        let long = snapshot.query_one_raw(sql(&snapshot, bound, [])).await.unwrap();
        assert_eq!(milliseconds(long), ExportAudit::SPEC.deadline.as_millis());
    }

    async fn r48_rows_are_read_before_any_lock_is_asked_for(server: TestServer) {
        let session = operator(&server).await;
        append(&server, &entries(1, &json!({})), "one").await;
        let mut holder = server.hold_writes().await;
        let request = server.post(EXPORT).session(&session).json(json!({}));
        let waiting = tokio::spawn(request.send());
        server.until_a_write_waits().await;
        // What is committed now was not there when the rows were read.
        holder.execute(
            "INSERT INTO admin_audit_log SELECT scope, 99, created_at, actor_type, admin_user_id, admin_email, \
             action, action_code, target_type, target_id, details, 'later', canon, leaf, link \
             FROM admin_audit_log"
        ).await;
        holder.commit().await;
        let reply = waiting.await.unwrap();
        assert_eq!(reply.status, 200, "{}", reply.text);
        assert_eq!(places(&serde_json::from_str(&reply.text).unwrap()), [1]);
        assert_eq!(audit_rows(&server).await.len(), 1);
    }
}
