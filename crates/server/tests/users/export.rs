//! Handing out what is held about a person (S003-13).

use quarterdeck_api::permission::Permission::{UserExport, UserView};
use quarterdeck_api::users::MAX_EXPORT_ROWS;
use quarterdeck_server::users::NewPerson;
use serde_json::json;

use super::{USERS, bring, get, person};
use crate::harness::on_both;

on_both! {
    async fn s003_13_all_that_is_held_is_handed_out_and_recorded(server: TestServer) {
        let ana = server.admin(&[UserExport, UserView]).await;
        let session = server.session(&ana).await;
        let id = bring(&server, NewPerson {
            bio: Some("Knits.\nA lot.".to_owned()),
            country: Some("Ísland".to_owned()),
            ..person(&server, "Applicant-0")
        }).await;
        server.applications(2).await;
        server.database.execute(&format!(
            "UPDATE users SET email_key = 'applicant-0@people.example' WHERE id = {id};
             UPDATE profiles SET phone = '+354 5550100', avatar = 'a.png' WHERE user_id = {id};
             UPDATE applications SET user_id = {id}, email = 'else@people.example' WHERE id = 2;
             UPDATE application_search SET email_key = 'else@people.example' WHERE application_id = 2;
             INSERT INTO ban_history (user_id, action, reason, actor_id, request_id, created_at) \
             SELECT {id}, 'ban', 'spam', {0}, 'r1', created_at FROM users WHERE id = {0};
             INSERT INTO user_reports (reporter_id, reported_user_id, reason, reason_key, body, status, created_at) \
             SELECT {id}, {0}, 'spam', 'spam', 'he did it', 'pending', created_at FROM users WHERE id = {0};
             INSERT INTO user_reports (reporter_id, reported_user_id, reason, reason_key, body, status, created_at) \
             SELECT {0}, {id}, 'abuse', 'abuse', 'she did it', 'pending', created_at FROM users WHERE id = {0};
             INSERT INTO report_subjects (user_id, reports) VALUES ({id}, 1);
             INSERT INTO data_requests (user_id, kind, status, created_at, deadline, updated_at) \
             SELECT {id}, 'export', 'pending', created_at, created_at, created_at FROM users WHERE id = {0}",
            ana.id
        )).await;
        let path = format!("{USERS}/{id}");
        let user = get(&server, &session, &path).await.json();
        let reply = server.post(&format!("{path}/export")).session(&session).send().await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let export = reply.json();
        assert_eq!((&export["format"], &export["exported_at"]), (&json!(1), &json!("2026-09-01T08:00:00Z")));
        assert_eq!(export["user"], user);
        assert_eq!(export["profile"], json!({
            "avatar": "a.png", "bio": "Knits.\nA lot.", "phone": "+354 5550100", "country": "Ísland", "verified_at": null,
        }));
        let applications = export["applications"].as_array().unwrap();
        assert_eq!(applications.iter().map(|one| &one["id"]).collect::<Vec<_>>(), [1, 2], "by e-mail, and by account");
        assert_eq!(applications[0]["answers"], "Because.");
        assert_eq!(export["ban_history"][0]["reason"], "spam");
        assert_eq!((&export["reports_sent"][0]["id"], &export["reports_sent"][0]["body"]), (&json!(1), &json!("he did it")));
        let received = &export["reports_received"][0];
        assert_eq!((&received["id"], &received["reason"]), (&json!(2), &json!("abuse")));
        assert!(!received.to_string().contains("reporter"), "{received}");
        assert_eq!(export["data_requests"][0]["kind"], "export");
        assert_eq!((&export["sessions"], &export["truncated"]), (&json!([]), &json!([])));
        assert_eq!((&user["open_data_requests"], &user["report_count"]), (&json!(1), &json!(1)));
        let rows = "SELECT action_code || ' ' || target_type || ' ' || target_id || ' ' || details FROM admin_audit_log";
        assert_eq!(server.database.texts(rows).await, [format!("user_exported user {id} {{}}")]);
        server.post(&format!("{USERS}/999/export")).session(&session).send().await.refused(404, "not_found");
    }

    async fn s003_13_reports_and_requests_are_told_without_who_reported(server: TestServer) {
        let ana = server.admin(&[UserExport]).await;
        let session = server.session(&ana).await;
        let (person, other) = (server.plain().await.id, server.plain().await.id);
        let at = "2026-08-01T00:00:00Z";
        server.database.execute(&format!(
            "INSERT INTO user_reports (reporter_id, reported_user_id, reason, reason_key, body, status, created_at) \
             VALUES ({person}, {other}, 'Spam', 'spam', 'Sent.', 'pending', '{at}'), \
             ({other}, {person}, 'Abuse', 'abuse', 'Received.', 'pending', '{at}'); \
             INSERT INTO data_requests (user_id, kind, status, created_at, deadline, updated_at) \
             VALUES ({person}, 'export', 'pending', '{at}', '{at}', '{at}')"
        )).await;
        let export = server.post(&format!("{USERS}/{person}/export")).session(&session).send().await.json();
        let bodies = |list: &str| export[list].as_array().unwrap().iter().map(|row| row["body"].clone()).collect::<Vec<_>>();
        assert_eq!((bodies("reports_sent"), bodies("reports_received")), (vec![json!("Sent.")], vec![json!("Received.")]));
        assert!(!export["reports_received"].to_string().contains(&format!(":{other}")), "who reported stays unsaid");
        assert_eq!(export["data_requests"][0]["kind"], "export");
    }

    async fn s003_13_sessions_are_told_without_their_secrets(server: TestServer) {
        let ana = server.admin(&[UserExport]).await;
        let session = server.session(&ana).await;
        let plain = server.plain().await;
        server.session(&plain).await;
        let export = server.post(&format!("{USERS}/{}/export", plain.id)).session(&session).send().await.json();
        assert_eq!(export["profile"], json!(null), "none was ever written");
        let sessions = export["sessions"].as_array().unwrap();
        let keys: Vec<_> = sessions[0].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["created_at", "expires_at", "id", "ip_address", "revoked_at", "user_agent"]);
        assert_eq!((&sessions[0]["ip_address"], &sessions[0]["created_at"]), (&json!("127.0.0.1"), &json!("2026-09-01T08:00:00Z")));
        assert_eq!(export["user"]["active_sessions"], 1);
    }

    async fn s003_13_the_answer_is_kept_nowhere_and_a_repeat_is_told_so(server: TestServer) {
        let ana = server.admin(&[UserExport]).await;
        let session = server.session(&ana).await;
        let canary = NewPerson { bio: Some("canary-4711".to_owned()), ..person(&server, "canary") };
        let id = bring(&server, canary).await;
        let post = || server.post(&format!("{USERS}/{id}/export")).session(&session).key("k1").send();
        let reply = post().await;
        assert_eq!(reply.status, 200);
        assert!(reply.text.contains("canary-4711"));
        let before = server.database.snapshot().await;
        post().await.refused(409, "already_done");
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
        assert_eq!(server.database.count("admin_audit_log").await, 1);
        for (table, column) in [("idempotency_keys", "response"), ("admin_action_log", "response"), ("admin_action_log", "request_body"), ("admin_audit_log", "details")] {
            let kept = format!("SELECT count(*) FROM {table} WHERE {column} LIKE '%canary%'");
            assert_eq!(server.database.number(&kept).await, 0, "{table}.{column}");
        }
    }

    async fn a_list_without_end_ends_at_the_cap_and_says_so(server: TestServer) {
        let ana = server.admin(&[UserExport]).await;
        let session = server.session(&ana).await;
        let id = bring(&server, person(&server, "long")).await;
        let fill = async |from: usize, to: usize| server.database.execute(&format!(
            "WITH RECURSIVE n(i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM n WHERE i < {to}) \
             INSERT INTO ban_history (user_id, action, reason, request_id, created_at) \
             SELECT u.id, 'ban', 'r' || n.i, 'r', u.created_at FROM n, users u WHERE u.id = {id} ORDER BY n.i"
        )).await;
        let export = async || server.post(&format!("{USERS}/{id}/export")).session(&session).send().await.json();
        fill(1, MAX_EXPORT_ROWS).await;
        let whole = export().await;
        assert_eq!((whole["ban_history"].as_array().unwrap().len(), &whole["truncated"]), (MAX_EXPORT_ROWS, &json!([])));
        fill(MAX_EXPORT_ROWS + 1, MAX_EXPORT_ROWS + 1).await;
        let cut = export().await;
        let events = cut["ban_history"].as_array().unwrap();
        assert_eq!((events.len(), &cut["truncated"]), (MAX_EXPORT_ROWS, &json!(["ban_history"])));
        assert_eq!((&events[0]["reason"], &events[MAX_EXPORT_ROWS - 1]["reason"]), (&json!("r1"), &json!(format!("r{MAX_EXPORT_ROWS}"))));
    }
}
