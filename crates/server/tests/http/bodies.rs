//! Bodies and queries that are refused, and how the refusal names what is wrong (S000-17).

use quarterdeck_api::permission::Permission::{self, ApplicationsView, AuditView};
use serde_json::json;

use super::DECIDE;
use crate::harness::{Reply, Session, TestServer, on_both};

/// The limit of every operation that does not state another.
const LIMIT: usize = 256 * 1024;
const JSON: &str = "application/json";

async fn operator(server: &TestServer) -> Session {
    let ana = server.admin(Permission::ALL).await;
    server.session(&ana).await
}

async fn send(server: &TestServer, session: &Session, content_type: &str, body: &str) -> Reply {
    let request = server.post(DECIDE).session(session);
    request.body(content_type, body.to_owned()).send().await
}

on_both! {
    async fn s000_17_an_empty_object_is_told_every_missing_field(server: TestServer) {
        let session = operator(&server).await;
        let mutations: &[(&str, &[&str])] = &[
            ("/api/v1/admin/gate", &["password"]),
            ("/api/v1/auth/sign-in", &["email", "password"]),
            ("/api/v1/auth/verify-2fa", &["token"]),
            ("/api/v1/auth/first-login", &["token", "newPassword"]),
            ("/api/v1/auth/mfa/confirm", &["code"]),
            (DECIDE, &["action", "ids"]),
            ("/api/v1/admin/audit", &["action_code", "request_id"]),
        ];
        for (path, fields) in mutations {
            let request = server.post(path).session(&session);
            for reply in [request.clone().json(json!({})).send().await, request.send().await] {
                let problem = reply.names_fields(fields);
                assert_eq!(problem["fields"][0]["problem"], "is missing", "{path}");
            }
        }
    }

    async fn s000_17_what_is_wrong_is_named_by_its_field(server: TestServer) {
        let session = operator(&server).await;
        server.applications(1).await;
        let before = server.database.snapshot().await;
        let bodies: &[(&str, &str)] = &[
            // Not JSON.
            ("{", "body"),
            ("{\"action\":\"approve\",\"ids\":[1]", "body"),
            ("hello", "body"),
            ("\u{feff}{}", "body"),
            // JSON, but no object.
            ("[]", "body"),
            ("[\"approve\",[1]]", "body"),
            ("null", "body"),
            ("\"approve\"", "body"),
            ("1", "body"),
            // More than one value.
            ("{\"action\":\"approve\",\"ids\":[1]}{}", "body"),
            ("{\"action\":\"approve\",\"ids\":[1]} x", "body"),
            // Wrong types.
            ("{\"action\":1,\"ids\":[1]}", "action"),
            ("{\"action\":\"approve\",\"ids\":\"1\"}", "ids"),
            ("{\"action\":\"approve\",\"ids\":[\"one\"]}", "ids[0]"),
            ("{\"action\":\"approve\",\"ids\":[1,2.5]}", "ids[1]"),
            ("{\"action\":\"approve\",\"ids\":[9223372036854775808]}", "ids[0]"),
            ("{\"action\":\"approve\",\"ids\":null}", "ids"),
            ("{\"action\":\"approve\",\"ids\":[1],\"confirm\":\"yes\"}", "confirm"),
            ("{\"action\":\"approve\",\"ids\":[1],\"reason\":7}", "reason"),
            // Unknown words.
            ("{\"action\":\"obliterate\",\"ids\":[1]}", "action"),
            ("{\"action\":\"APPROVE\",\"ids\":[1]}", "action"),
            ("{\"action\":\"approve\",\"ids\":[1],\"expected_status\":\"MAYBE\"}", "expected_status"),
            // Unknown, repeated and poisoned fields.
            ("{\"action\":\"approve\",\"ids\":[1],\"force\":true}", "force"),
            ("{\"action\":\"approve\",\"action\":\"reject\",\"ids\":[1]}", "action"),
            ("{\"action\":\"approve\",\"ids\":[1],\"reason\":\"a\\u0000b\"}", "reason"),
        ];
        for (body, field) in bodies {
            let problem = send(&server, &session, JSON, body).await.refused(400, "validation_failed");
            assert_eq!(problem["fields"][0]["name"], *field, "{body}: {problem}");
            assert!(problem["detail"].as_str().unwrap().starts_with(field), "{problem}");
        }
        let deep = format!("{{\"action\":{}", "[".repeat(100_000));
        send(&server, &session, JSON, &deep).await.refused(400, "validation_failed");
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
    }

    async fn a_refusal_does_not_repeat_what_could_be_a_secret(server: TestServer) {
        let bodies = [
            ("sign-in", r#"{"email":"a@b.example","password":"470011","password":"470011"}"#),
            ("sign-in", r#"{"email":"a@b.example","password":["470011"]}"#),
            ("sign-in", r#"{"email":"a@b.example","password":x470011}"#),
            ("sign-in", r#"{"email":"a@b.example","password":470011}"#),
            ("verify-2fa", r#"{"token":"t","mfaCode":470011}"#),
            ("verify-2fa", r#"{"token":"t","mfaCode":4.70011e5}"#),
        ];
        for (path, body) in bodies {
            let reply = server.post(&format!("/api/v1/auth/{path}")).body(JSON, body).send().await;
            reply.refused(400, "validation_failed");
            assert!(!reply.text.contains("470011"), "{}", reply.text);
        }
        let kept = server.database.texts("SELECT request_body || response FROM admin_action_log").await;
        assert_eq!(kept.len(), bodies.len());
        assert!(kept.iter().all(|text| !text.contains("470011")), "{kept:?}");
    }

    async fn s000_17_a_query_is_held_to_its_type_too(server: TestServer) {
        let ana = server.admin(&[ApplicationsView, AuditView]).await;
        let session = server.session(&ana).await;
        let queries = [
            ("applications?status=MAYBE", "status"),
            ("applications?status=pending", "status"),
            ("applications?take=many", "take"),
            ("applications?take=-1", "take"),
            ("applications?from=yesterday", "from"),
            ("applications?sort=name", "sort"),
            ("applications?q=a%00b", "q"),
            ("applications?order=desc", "order"),
            ("applications?take=1&take=2", "take"),
            ("audit?action_code=nothing", "action_code"),
            ("audit/actions?x=1", "x"),
            ("applications/one", "id"),
            ("applications/9223372036854775808", "id"),
        ];
        for (query, field) in queries {
            let reply = server.get(&format!("/api/v1/admin/{query}")).session(&session).send().await;
            let problem = reply.refused(400, "validation_failed");
            assert_eq!(problem["fields"][0]["name"], field, "{query}: {problem}");
        }
    }

    async fn only_json_is_read(server: TestServer) {
        let session = operator(&server).await;
        server.applications(2).await;
        let body = |id: i64| json!({ "action": "approve", "ids": [id] }).to_string();
        for wrong in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
            "application/jsonp", "application/json-seq", "text/json", ""] {
            let reply = send(&server, &session, wrong, &body(1)).await;
            reply.refused(415, "unsupported_media_type");
        }
        for (right, id) in [("application/json; charset=utf-8", 1), ("Application/JSON", 2)] {
            let reply = send(&server, &session, right, &body(id)).await;
            assert_eq!((reply.status, &reply.json()["changed"]), (200, &json!(1)), "{right}");
        }
    }

    async fn a_body_over_the_limit_is_refused_whole(server: TestServer) {
        let session = operator(&server).await;
        server.applications(1).await;
        let padded = |length: usize| {
            let body = json!({ "action": "approve", "ids": [1] }).to_string();
            let spaces = " ".repeat(length - body.len());
            body + &spaces
        };
        let reply = send(&server, &session, JSON, &padded(LIMIT + 1)).await;
        let problem = reply.refused(413, "body_too_large");
        assert_eq!(problem["detail"], format!("the body may have {LIMIT} bytes at most"));
        assert_eq!(server.database.texts("SELECT status FROM applications").await, ["PENDING"]);
        let logged = server.database.texts("SELECT request_body || '|' || code FROM admin_action_log").await;
        assert_eq!(logged, ["|body_too_large"]);
        let reply = send(&server, &session, JSON, &padded(LIMIT)).await;
        assert_eq!((reply.status, &reply.json()["changed"]), (200, &json!(1)));
    }
}
