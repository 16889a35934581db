//! The log of requests: by whom, on whom, what was sent; paged, searched in full, and never written by being
//! read.

mod words;

use quarterdeck_api::permission::Permission::{
    AdminUsersViewAdminAudit, UserBan, UserNoteEdit, UserView,
};
use serde_json::{Value, json};

use crate::harness::database::Connection;
use crate::harness::{Account, Reply, Session, TestServer, on_both};

const FEED: &str = "/api/v1/admin/users/admin-audit";
const SEEDS_FEED: &str = "/admin/user/admin-audit";
const PEOPLE: &str = "/api/v1/admin/users";

/// Who acts, and whoever reads about it.
struct Desk<'a> {
    server: &'a TestServer,
    ana: Account,
    session: Session,
}

impl<'a> Desk<'a> {
    async fn of(server: &'a TestServer) -> Self {
        let permissions = [AdminUsersViewAdminAudit, UserBan, UserNoteEdit, UserView];
        let ana = server.admin(&permissions).await;
        let session = server.session(&ana).await;
        Self {
            server,
            ana,
            session,
        }
    }

    async fn ask(&self, query: &str) -> Reply {
        let request = self.server.get(&format!("{FEED}{query}"));
        request.session(&self.session).send().await
    }

    async fn page(&self, query: &str) -> Value {
        let reply = self.ask(query).await;
        assert_eq!(reply.status, 200, "{query}: {}", reply.text);
        reply.json()
    }

    /// `METHOD tail` of every row, the tail being the last piece of its path.
    async fn found(&self, query: &str) -> Vec<String> {
        let page = self.page(query).await;
        let rows = page["data"].as_array().unwrap().iter();
        rows.map(|row| {
            let path = row["url"].as_str().unwrap().split('?').next().unwrap();
            let tail = path.rsplit('/').next().unwrap();
            format!("{} {tail}", row["method"].as_str().unwrap())
        })
        .collect()
    }

    async fn write(&self, method: &str, path: &str, body: Value) -> Reply {
        let request = self.server.request(method, path).session(&self.session);
        let reply = request.json(body).send().await;
        self.server.advance(chrono::TimeDelta::minutes(1));
        reply
    }

    async fn ban(&self, id: i64, reason: &str) {
        let path = format!("{PEOPLE}/{id}/ban");
        let reply = self
            .write("PATCH", &path, json!({ "banReason": reason }))
            .await;
        assert_eq!(reply.status, 200, "{}", reply.text);
    }

    async fn unban(&self, id: i64) {
        let path = format!("{PEOPLE}/{id}/unban");
        let reply = self
            .write("PATCH", &path, json!({ "banReason": "appeal" }))
            .await;
        assert_eq!(reply.status, 200, "{}", reply.text);
    }

    async fn note(&self, id: i64, note: &str) {
        let body = json!({ "userId": id, "note": note, "riskLevel": "low" });
        let reply = self.write("POST", "/api/v1/admin/user-notes", body).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
    }
}

on_both! {
    async fn s001_12_the_feed_takes_its_own_key_and_a_refusal_names_it(server: TestServer) {
        let desk = Desk::of(&server).await;
        let person = server.plain().await;
        desk.ban(person.id, "spam").await;
        assert_eq!(desk.found("").await, ["PATCH ban"]);
        let bare = server.session(&server.admin(&[UserView]).await).await;
        let refused = server.get(SEEDS_FEED).session(&bare).send().await.refused(403, "permission_denied");
        assert_eq!(refused["permission"], "admin-users.view-admin-audit");
    }

    async fn s004_16_s004_16_s004_25_a_ban_its_end_and_a_note_are_three_rows_newest_first(server: TestServer) {
        let desk = Desk::of(&server).await;
        let person = server.plain().await;
        desk.ban(person.id, "spam").await;
        desk.unban(person.id).await;
        desk.note(person.id, "Called twice.").await;
        let seeds = server.get(SEEDS_FEED).session(&desk.session).send().await;
        assert_eq!(seeds.json()["total"], 3);
        assert_eq!(desk.found("").await, ["POST user-notes", "PATCH unban", "PATCH ban"]);
    }

    async fn s004_44_c_19_by_and_on_are_two_filters_that_cannot_be_confused(server: TestServer) {
        let desk = Desk::of(&server).await;
        let (person, other) = (server.plain().await, server.plain().await);
        desk.ban(person.id, "spam").await;
        desk.unban(person.id).await;
        desk.note(person.id, "Called twice.").await;
        let body = json!({ "userIds": [person.id, other.id], "banReason": "both", "confirm": true });
        assert_eq!(desk.write("POST", &format!("{PEOPLE}/bulk-ban"), body).await.status, 200);
        let count = async |query: String| desk.page(&query).await["total"].clone();
        let (actor, target) = (desk.ana.id, person.id);
        for name in ["userId", "actorId", "adminUserId", "filter=by"] {
            let join = if name.contains('=') { ":" } else { "=" };
            assert_eq!(count(format!("?{name}{join}{actor}")).await, 4, "{name}");
            assert_eq!(count(format!("?{name}{join}{target}")).await, 0, "{name} is who acted");
        }
        for query in [format!("?targetId={target}"), format!("?filter=on:%23{target}"), format!("?filter=on:user%23{target}")] {
            assert_eq!(count(query.clone()).await, 4, "{query}");
        }
        assert_eq!(count(format!("?targetId={}", other.id)).await, 1, "of the call about several");
        assert_eq!(count(format!("?targetId={actor}")).await, 0);
        assert_eq!(count(format!("?filter=!on:{}", other.id)).await, 3);
        assert_eq!(count(format!("?filter=!by:{actor}")).await, 0);
        assert_eq!(count(format!("?filter=by={}", desk.ana.email)).await, 4);
        let meaning = desk.page(&format!("?userId={actor}&targetId={target}")).await["filter_meaning"].clone();
        assert_eq!(meaning, format!(
            "By #{actor} (who acted: userId, adminUserId, actorId), on #{target} (whom the request named: targetId)"
        ));
        desk.ask(&format!("?userId={actor}&actorId={target}")).await.names_fields(&["userId"]);
        let rows = desk.page(&format!("?targetId={}", other.id)).await["data"].clone();
        assert_eq!(rows[0]["target_user_ids"], json!([person.id, other.id]));
        assert_eq!((&rows[0]["user_id"], &rows[0]["user_email"]), (&json!(actor), &json!(desk.ana.email)));
    }

    async fn s001_18_each_filter_alone_and_together_selects_its_rows(server: TestServer) {
        let desk = Desk::of(&server).await;
        let person = server.plain().await;
        desk.ban(person.id, "spam").await;
        desk.note(person.id, "Called twice.").await;
        let refused = desk.write("DELETE", &format!("{PEOPLE}/{}?confirm=true&reason=gone", person.id), json!({})).await;
        assert_eq!(refused.status, 403, "{}", refused.text);
        let route = "%2Fapi%2Fv1%2Fadmin%2Fusers%2F%7Bid%7D%2Fban";
        for (query, found) in [
            ("?method=PATCH", vec!["PATCH ban"]),
            ("?method=DELETE", vec!["DELETE id"]),
            ("?method=POST,DELETE", vec!["DELETE id", "POST user-notes"]),
            ("?status=403", vec!["DELETE id"]),
            ("?status=200", vec!["PATCH ban"]),
            ("?from=2026-09-01T08:01:00Z&to=2026-09-01T08:02:00Z", vec!["POST user-notes"]),
            ("?from=2026-09-01T08:01:00Z&method=DELETE&status=403", vec!["DELETE id"]),
            ("?from=2026-09-01T08:03:00Z", vec![]),
            ("?filter=method:delete,patch", vec!["DELETE id", "PATCH ban"]),
            ("?filter=method:get", vec![]),
            ("?filter=status%3E%3D400", vec!["DELETE id"]),
            ("?filter=is:refused", vec!["DELETE id"]),
            ("?filter=status%3C400", vec!["POST user-notes", "PATCH ban"]),
            ("?filter=age%3C2m", vec!["DELETE id"]),
            ("?filter=age%3C%3D2m", vec!["DELETE id", "POST user-notes"]),
            ("?filter=route:admin%2Fuser-*", vec!["POST user-notes"]),
            ("?filter=route=%22admin%2Fuser-notes%22", vec!["POST user-notes"]),
            ("?url_contains=%2Fusers%2F", vec!["DELETE id", "PATCH ban"]),
            ("?url_contains=%2FUSERS%2F", vec!["DELETE id", "PATCH ban"]),
            ("?url_contains=reason%3Dgone", vec!["DELETE id"]),
            ("?url_contains=100%25", vec![]),
        ] {
            let found: Vec<_> = found.iter().map(|row| row.replace("id", &person.id.to_string())).collect();
            assert_eq!(desk.found(query).await, found, "{query}");
        }
        assert_eq!(desk.found(&format!("?route={route}")).await, ["PATCH ban"]);
        for (query, field) in [
            ("?method=FETCH", "method"), ("?status=x", "status"), ("?targetId=x", "targetId"), ("?q=--", "q"),
            ("?bodyField=spam", "bodyField"), ("?bodyField=:", "bodyField"), ("?take=0", "take"), ("?cursor=x", "cursor"),
        ] {
            assert_eq!(desk.ask(query).await.status, 400, "{query}: {field}");
        }
        desk.ask("?filter=ip:127").await.refused(400, "filter_local_only");
    }

    async fn s001_36_words_are_found_in_path_and_body_at_any_depth(server: TestServer) {
        let desk = Desk::of(&server).await;
        let person = server.plain().await;
        desk.ban(person.id, "Chargeback (twice), see \"Müller\"").await;
        desk.note(person.id, "It's a 100% refund'); --").await;
        let nested = json!({ "deep": [{ "er": { "still": "Kaskade" } }], "password": "hunter2secret" });
        desk.write("PATCH", &format!("{PEOPLE}/{}/ban", person.id), nested).await;
        for (query, found) in [
            ("?q=chargeback", vec!["PATCH ban"]),
            ("?q=CHARGE", vec!["PATCH ban"]),
            ("?q=m%C3%BCller%20chargeback", vec!["PATCH ban"]),
            ("?q=back", vec![]),
            ("?q=chargeback%20refund", vec![]),
            ("?q=refund%27%29%3B%20--", vec!["POST user-notes"]),
            ("?q=kaskade", vec!["PATCH ban"]),
            ("?q=kaskade&from=2026-09-01T08:03:00Z", vec![]),
            ("?q=kaskade&from=2026-09-01T08:02:00Z", vec!["PATCH ban"]),
            ("?q=hunter2secret", vec![]),
            ("?q=user-notes", vec!["POST user-notes"]),
            ("?bodyField=riskLevel:low", vec!["POST user-notes"]),
            ("?bodyField=risk_level:LOW", vec!["POST user-notes"]),
            ("?bodyField=riskLevel:lo", vec![]),
            ("?bodyField=still:kaskade", vec![]),
            ("?filter=text:chargeback", vec!["PATCH ban"]),
            ("?filter=text:%22refund%20100%22", vec!["POST user-notes"]),
            ("?filter=text:chargeback,refund", vec!["POST user-notes", "PATCH ban"]),
            ("?filter=!text:chargeback%20method:patch", vec!["PATCH ban"]),
        ] {
            assert_eq!(desk.found(query).await, found, "{query}");
        }
        let both = format!("?bodyField=userId:{}&targetId={}", person.id, person.id);
        assert_eq!(desk.found(&both).await, ["POST user-notes"]);
    }

    async fn s004_35_a_refused_change_of_roles_is_in_the_feed_with_its_status(server: TestServer) {
        let desk = Desk::of(&server).await;
        let (root, person) = (server.super_admin().await, server.plain().await);
        let session = server.session(&root).await;
        let roles = server.request("PUT", &format!("{PEOPLE}/{}/roles", person.id)).session(&session);
        let request = roles.header("x-otp", &root.code(server.now())).json(json!({ "roles": ["Emperor"] }));
        assert_eq!(request.send().await.status, 400);
        let page = desk.page("?method=PUT").await;
        let row = &page["data"][0];
        assert_eq!((&row["status"], &row["user_id"], &row["target_user_ids"]), (&json!(400), &json!(root.id), &json!([person.id])));
        assert_eq!(row["request_body"], r#"{"roles":["Emperor"]}"#);
        assert!(row["code"].is_string() && !row["response"].as_str().unwrap().is_empty(), "{row}");
        assert_eq!(page["total"], 1);
    }

    async fn s004_37_reading_the_feed_leaves_nothing_in_it(server: TestServer) {
        let desk = Desk::of(&server).await;
        let person = server.plain().await;
        desk.ban(person.id, "spam").await;
        for _ in 0..5 {
            assert_eq!(desk.page("").await["total"], 1);
        }
        assert_eq!(server.database.count("admin_action_log").await, 1);
        assert_eq!(server.database.count("admin_audit_log").await, 1);
    }

    async fn s004_43_pages_follow_on_each_other_by_number_and_by_cursor(server: TestServer) {
        let desk = Desk::of(&server).await;
        let person = server.plain().await;
        for _ in 0..2 {
            desk.ban(person.id, "spam").await;
            desk.unban(person.id).await;
        }
        // Of one moment: the order is that of their ids.
        server.database.execute("UPDATE admin_action_log SET created_at = (SELECT min(created_at) FROM admin_action_log) WHERE id < 4").await;
        let ids = |page: &Value| -> Vec<i64> {
            page["data"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect()
        };
        let all = ids(&desk.page("").await);
        assert_eq!(all.len(), 4);
        let mut sorted = all.clone();
        sorted.sort_unstable_by(|one, other| other.cmp(one));
        assert_eq!(all, sorted);
        for filter in [String::new(), format!("&userId={}", desk.ana.id), format!("&targetId={}", person.id)] {
            let first = desk.page(&format!("?take=3{filter}")).await;
            assert_eq!((&first["total"], &first["total_exact"], ids(&first)), (&json!(4), &json!(true), all[..3].to_vec()));
            let next = first["next_cursor"].as_str().unwrap();
            let second = desk.page(&format!("?take=3&cursor={next}{filter}")).await;
            assert_eq!((ids(&second), &second["next_cursor"]), (all[3..].to_vec(), &Value::Null));
            assert_eq!(ids(&desk.page(&format!("?take=3&page=2{filter}")).await), all[3..]);
        }
    }

    async fn s004_47_s001_43_all_that_is_told_of_a_request_is_there_when_it_is_answered(server: TestServer) {
        let desk = Desk::of(&server).await;
        let person = server.plain().await;
        let path = format!("{PEOPLE}/{}/ban", person.id);
        let request = server.request("PATCH", &path).session(&desk.session).header("user-agent", "seed/1.0");
        let body = json!({ "banReason": "spam", "otp": "123456", "password": "hunter2" });
        let reply = request.json(body).send().await;
        let row = desk.page("").await["data"][0].clone();
        assert_eq!(row["status"], reply.status);
        for (field, value) in [
            ("method", json!("PATCH")), ("url", json!(path)), ("user_id", json!(desk.ana.id)),
            ("ip_address", json!("127.0.0.1")), ("user_agent", json!("seed/1.0")),
            ("created_at", json!("2026-09-01T08:00:00Z")), ("route", json!("/api/v1/admin/users/{id}/ban")),
            ("request_id", json!(reply.header("x-request-id"))), ("target_user_ids", json!([person.id])),
            ("request_body", json!(r#"{"banReason":"spam","otp":"[redacted]","password":"[redacted]"}"#)),
        ] {
            assert_eq!(row[field], value, "{field}");
        }
        assert!(row["duration_ms"].is_i64() && !row["response"].as_str().unwrap().is_empty(), "{row}");
    }

    async fn what_an_older_version_wrote_becomes_searchable_from_the_newest_back(server: TestServer) {
        let desk = Desk::of(&server).await;
        let person = server.plain().await;
        desk.ban(person.id, "Chargeback").await;
        desk.unban(person.id).await;
        let newest = server.database.number("SELECT max(id) FROM admin_action_log").await;
        server.database.execute(&format!(
            "UPDATE admin_action_log SET targets = '', words = ''; \
             INSERT INTO settings (key, value) VALUES ('action_log_unsearchable_to', '{newest}')"
        )).await;
        let about = format!("?targetId={}&q=chargeback", person.id);
        let before = desk.page(&about).await;
        assert_eq!(before["total"], 0);
        let told = format!("requests up to #{newest} cannot be found by target or text yet");
        assert!(before["filter_meaning"].as_str().unwrap().ends_with(&told), "{before}");
        assert!(!desk.page("").await["filter_meaning"].as_str().unwrap().contains("yet"));
        let run = async || {
            let tx = server.services.system_write("test").await.unwrap();
            quarterdeck_server::admin_logs::make_searchable(&tx).await.unwrap();
            tx.commit().await.unwrap();
        };
        run().await;
        assert_eq!(desk.found(&about).await, ["PATCH ban"]);
        run().await;
        let left = "SELECT count(*) FROM settings WHERE key = 'action_log_unsearchable_to'";
        assert_eq!(server.database.number(left).await, 0);
        assert!(!desk.page(&about).await["filter_meaning"].as_str().unwrap().contains("yet"));
    }

    async fn lists_of_the_log_go_by_its_indexes(server: TestServer) {
        let desk = Desk::of(&server).await;
        desk.ban(server.plain().await.id, "spam").await;
        let mut connection = server.database.connect().await;
        let is_sqlite = matches!(connection, Connection::Sqlite(_));
        for (condition, index) in [
            ("true", "action_log_by_time"),
            ("created_at >= '2026-09-01 08:00:00+00:00'", "action_log_by_time"),
            ("user_id = 7", "action_log_by_user"),
            ("route = '/x'", "action_log_by_route"),
            ("status = 403 AND status >= 400", "action_log_refused"),
            ("method IN ('PUT') AND method NOT IN ('POST', 'PATCH')", "action_log_rare_methods"),
        ] {
            let query = format!("SELECT * FROM admin_action_log WHERE {condition} ORDER BY created_at DESC, id DESC LIMIT 26");
            let plan = connection.plan(&query).await.join("\n");
            assert!(plan.contains(index), "{condition}: {plan}");
            // The two indexes of old end with the time: PostgreSQL sorts those of one moment by their ids.
            let is_sorted_by_it = !plan.contains("TEMP B-TREE") && !plan.contains("Sort Key");
            assert!(is_sorted_by_it || index.contains("_by_user") || index.contains("_by_route"), "{condition}: {plan}");
        }
        if is_sqlite {
            let query = "SELECT * FROM admin_action_log WHERE id IN (SELECT rowid FROM admin_action_words \
                WHERE admin_action_words MATCH 'targets : \"7\"') ORDER BY created_at DESC, id DESC LIMIT 26";
            let plan = connection.plan(query).await.join("\n");
            assert!(plan.contains("USING INTEGER PRIMARY KEY (rowid=?)") && plan.contains("VIRTUAL TABLE INDEX"), "{plan}");
        } else {
            connection.execute("SET enable_seqscan = off; SET enable_bitmapscan = on").await;
            for condition in [
                "string_to_array(targets, ' ') @> string_to_array('7', ' ')",
                "array_to_tsvector(string_to_array(words, ' ')) @@ CAST('''spam'':*' AS tsquery)",
            ] {
                let query = format!("EXPLAIN SELECT * FROM admin_action_log WHERE id = ANY(ARRAY(SELECT id \
                    FROM admin_action_log WHERE {condition})) ORDER BY created_at DESC, id DESC LIMIT 26");
                let plan = connection.texts(&query).await.join("\n");
                assert!(plan.contains("action_log_searched") && plan.contains("admin_action_log_pkey"), "{plan}");
            }
        }
        connection.close().await;
    }
}
