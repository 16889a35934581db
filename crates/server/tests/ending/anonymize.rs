//! What an anonymized account looks like, and what is left of the records about it.

use serde_json::{Value, json};

use super::{end, endings, operator, path, try_sign_in};
use crate::harness::on_both;

on_both! {
    async fn s003_75_anonymization_leaves_an_account_of_nobody(server: TestServer) {
        let (ana, session) = operator(&server).await;
        let user = server.plain().await;
        let theirs = server.session(&user).await;
        let reply = end(&server, &session, "anonymize", user.id).send().await;
        let found = reply.json();
        assert_eq!(reply.status, 200, "{found}");
        for (field, value) in [
            ("id", json!(user.id)),
            ("email", json!(format!("anon-{}@anonymized.invalid", user.id))),
            ("display_name", json!("Anonymized")),
            ("username", Value::Null),
            ("twitch_username", Value::Null),
            ("country", Value::Null),
            ("status", json!("anonymized")),
            ("mfaEnabled", json!(false)),
            ("anonymized_at", json!("2026-09-01T08:00:00Z")),
            ("deleted_at", json!("2026-09-01T08:00:00Z")),
            ("active_sessions", json!(0)),
            ("version", json!(2)),
        ] {
            assert_eq!(found[field], value, "{field} in {found:#}");
        }
        server.get("/api/v1/auth/me").session(&theirs).send().await.refused(401, "session_revoked");
        try_sign_in(&server, &user.email).await.refused(401, "invalid_credentials");
        let anonymous = format!("anon-{}@anonymized.invalid", user.id);
        try_sign_in(&server, &anonymous).await.refused(401, "invalid_credentials");
        assert_eq!(endings(&server).await, [
            format!("user_anonymized / User anonymize confirmed / user {} by {}", user.id, ana.id),
        ]);
        let details = "SELECT details FROM admin_audit_log WHERE action_code = 'user_anonymized'";
        let expected = json!({
            "from": "active", "roles": [], "permissions": [], "sessions_revoked": 1,
            "applications": 0, "log_rows": 0,
        });
        assert_eq!(server.database.texts(details).await, [expected.to_string()]);
    }

    async fn s003_14_a_repeat_changes_nothing_and_a_deleted_account_can_still_be_anonymized(server: TestServer) {
        let (_, session) = operator(&server).await;
        let user = server.plain().await;
        end(&server, &session, "delete", user.id).send().await;
        server.advance(chrono::TimeDelta::minutes(1));
        let first = end(&server, &session, "anonymize", user.id).send().await.json();
        assert_eq!(first["deleted_at"], "2026-09-01T08:00:00Z");
        assert_eq!(first["anonymized_at"], "2026-09-01T08:01:00Z");
        let requests = server.database.count("admin_action_log").await;
        let again = end(&server, &session, "anonymize", user.id).send().await.json();
        assert_eq!((&again["noop"], &again["version"]), (&json!(true), &first["version"]));
        let deleted = end(&server, &session, "delete", user.id).send().await.json();
        assert_eq!((&deleted["noop"], &deleted["deleted_at"]), (&json!(true), &first["deleted_at"]));
        assert_eq!(endings(&server).await.len(), 2);
        assert_eq!(server.database.count("admin_action_log").await, requests);
    }

    async fn s003_73_the_seeds_route_anonymizes_alike(server: TestServer) {
        let (_, session) = operator(&server).await;
        for path in ["/api/admin/anonymize-user", "/api/v1/admin/anonymize-user"] {
            let user = server.plain().await;
            let body = json!({ "user_id": user.id, "confirm": true, "reason": "asked for it" });
            let request = server.post(path).json(body);
            request.clone().send().await.refused(401, "missing_authorization");
            let reply = request.session(&session).send().await;
            assert_eq!((reply.status, &reply.json()["status"]), (200, &json!("anonymized")), "{}", reply.text);
        }
        assert_eq!(endings(&server).await.len(), 2);
    }

    async fn p11_a_replay_is_the_same_answer_and_names_nobody(server: TestServer) {
        let (_, session) = operator(&server).await;
        let user = server.plain().await;
        let request = end(&server, &session, "anonymize", user.id).key("k1");
        let first = request.clone().send().await;
        let second = request.send().await;
        assert_eq!((second.status, second.header("idempotent-replayed")), (200, "true"));
        assert_eq!(second.text, first.text);
        assert!(!second.text.contains(&user.email));
    }

    async fn an_answer_that_named_the_person_is_not_given_again(server: TestServer) {
        let root = server.super_admin().await;
        let session = server.session(&root).await;
        let user = server.plain().await;
        let application = server.applications(1).await[0];
        let owner = format!("UPDATE applications SET user_id = {} WHERE id = {application}", user.id);
        server.database.execute(&owner).await;
        let decide = server.post("/api/v1/admin/bulk-applications").session(&session).key("k1");
        let decide = decide.json(json!({ "action": "approve", "ids": [application] }));
        assert!(decide.clone().send().await.text.contains("applicant-0@people.example"));
        end(&server, &session, "anonymize", user.id).send().await;
        let replay = decide.send().await;
        replay.refused(409, "already_done");
        assert!(!replay.text.contains("applicant-0@people.example"));
        let row = format!(
            "SELECT name || ' ' || email || ' ' || answers || ' ' || status FROM applications WHERE id = {application}");
        let nobody = format!("Anonymized anon-{}@anonymized.invalid [anonymized] ACTIVE", user.id);
        assert_eq!(server.database.texts(&row).await, [nobody]);
    }

    async fn the_records_of_others_stay_as_they_are(server: TestServer) {
        let (_, session) = operator(&server).await;
        let (user, other) = (server.plain().await, server.plain().await);
        for account in [&user, &other] {
            let wrong = json!({ "email": account.email, "password": "wrong wrong wrong" });
            server.post("/api/v1/auth/sign-in").json(wrong).send().await.refused(401, "invalid_credentials");
            let unconfirmed = server.post(&path("delete", account.id)).session(&session);
            unconfirmed.json(json!({ "reason": "because" })).send().await.refused(400, "confirm_required");
        }
        let attempts = server.database.count("sign_in_attempts").await;
        end(&server, &session, "anonymize", user.id).send().await;
        let bodies = "SELECT request_body || CASE WHEN ip_address = '' THEN ' from nowhere' ELSE ' from there' END \
            FROM admin_action_log ORDER BY id";
        assert_eq!(server.database.texts(bodies).await, [
            "[anonymized] from nowhere".to_owned(),
            "[anonymized] from there".to_owned(),
            format!(r#"{{"email":"{}","password":"[redacted]"}} from there"#, other.email),
            r#"{"reason":"because"} from there"#.to_owned(),
            r#""[anonymized]" from there"#.to_owned(),
        ]);
        assert_eq!(server.database.count("sign_in_attempts").await, attempts - 1);
    }

    async fn p1_without_its_audit_row_nothing_is_erased(server: TestServer) {
        let (_, session) = operator(&server).await;
        let user = server.plain().await;
        let wrong = json!({ "email": user.email, "password": "wrong wrong wrong" });
        server.post("/api/v1/auth/sign-in").json(wrong).send().await;
        let log = "SELECT request_body || url || response FROM admin_action_log ORDER BY id LIMIT 1";
        let (before, logged) = (server.database.snapshot().await, server.database.texts(log).await);
        server.database.break_audit().await;
        for verb in ["anonymize", "delete"] {
            end(&server, &session, verb, user.id).send().await.refused(503, "audit_unavailable");
        }
        server.database.mend_audit().await;
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
        assert_eq!(server.database.texts(log).await, logged);
        assert_eq!(end(&server, &session, "anonymize", user.id).send().await.status, 200);
    }
}
