//! Reasons by code: what is served, what is kept, what is refused (console.md §4.6).

use std::path::PathBuf;

use quarterdeck_api::permission::Permission::{ApplicationsApprove, UserAnonymize};
use quarterdeck_api::permission::Permission::{
    ApplicationsReject, ApplicationsView, DataRequestsUpdate, ReportsDismiss, ReportsResolve,
    UserBan, UserDelete, UserExport, UserSuspend, UserView,
};
use quarterdeck_api::reasons::Reasons;
use serde_json::{Value, json};

use crate::harness::{Reply, Session, TestDatabase, TestServer, on_both};

const APPLICATIONS: &str = "/api/v1/admin/bulk-applications";

/// Rejecting takes a code of the one list, banning more than a code.
const STRICT: &str = r#"
[applications.reject]
free_text = "forbidden"

[[applications.reject.reasons]]
digit = 4
code = "off_topic"
label = "Off topic"
message = "We are about boats."

[users.ban]
free_text = "required"

[[users.ban.reasons]]
digit = 1
code = "spam"
label = "Spam"
"#;

/// Somebody who may do all that takes a reason.
async fn operator(server: &TestServer) -> Session {
    let ana = server
        .admin(&[
            ApplicationsApprove,
            ApplicationsReject,
            ApplicationsView,
            ReportsResolve,
            ReportsDismiss,
            DataRequestsUpdate,
            UserBan,
            UserSuspend,
            UserDelete,
            UserAnonymize,
            UserExport,
            UserView,
        ])
        .await;
    server.session(&ana).await
}

async fn send(server: &TestServer, session: &Session, call: (&str, &str), body: Value) -> Reply {
    let (method, path) = call;
    let path = format!("/api/v1/admin/{path}");
    let request = server.request(method, &path).session(session);
    request.json(body).send().await
}

#[track_caller]
fn done(reply: &Reply) -> Value {
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()
}

/// Code of the act and code of the reason of every audit row, oldest first.
async fn noted(server: &TestServer) -> Vec<(String, Value)> {
    let query = "SELECT action_code || ' ' || details FROM admin_audit_log ORDER BY seq";
    let rows = server.database.texts(query).await;
    let read = |row: &String| {
        let (code, details) = row.split_once(' ').unwrap();
        let details: Value = serde_json::from_str(details).unwrap();
        (code.to_owned(), details["reason_code"].clone())
    };
    rows.iter().map(read).collect()
}

fn write_lists(database: &TestDatabase, text: &str) -> PathBuf {
    let path = database.directory().join("reasons.toml");
    std::fs::write(&path, text).unwrap();
    path
}

async fn strict(database: TestDatabase) -> TestServer {
    let path = write_lists(&database, STRICT);
    TestServer::start_with(database, |config| config.reasons_file = Some(path)).await
}

on_both! {
    async fn every_admin_is_served_the_built_in_lists(server: TestServer) {
        let session = server.session(&server.admin(&[]).await).await;
        let reply = server.get("/api/v1/admin/reasons").session(&session).send().await;
        reply.is(200, serde_json::to_value(Reasons::built_in()).unwrap());
        let reject = &reply.json()["lists"][0];
        assert_eq!(reject["verb"], "applications.reject");
        assert_eq!(reject["reasons"][3], json!({
            "digit": 4, "code": "spam", "label": "Spam or automated",
            "message": "Your application looks like one that no person wrote.",
        }));
    }

    async fn a_configured_list_takes_the_place_of_the_built_in_one(database: TestDatabase) {
        let server = strict(database).await;
        let session = server.session(&server.admin(&[]).await).await;
        let lists = server.get("/api/v1/admin/reasons").session(&session).send().await.json();
        assert_eq!(lists["lists"][0], json!({
            "verb": "applications.reject", "free_text": "forbidden",
            "reasons": [{ "digit": 4, "code": "off_topic", "label": "Off topic", "message": "We are about boats." }],
        }));
        let built_in = serde_json::to_value(Reasons::built_in()).unwrap();
        assert_eq!(lists["lists"][1], built_in["lists"][1]);
    }

    async fn a_decision_keeps_its_code(server: TestServer) {
        let session = operator(&server).await;
        let call = async |call, body| done(&send(&server, &session, call, body).await);
        let ids = server.applications(2).await;
        let body = json!({ "action": "reject", "ids": ids, "confirm": true, "reason_code": "duplicate" });
        let row = call(("POST", "bulk-applications"), body).await["results"][0]["application"].clone();
        assert_eq!((&row["reason"], &row["reason_code"]), (&json!("Duplicate application"), &json!("duplicate")));
        let body = json!({ "action": "reopen", "ids": ids });
        let row = call(("POST", "bulk-applications"), body).await["results"][0]["application"].clone();
        assert_eq!((&row["reason"], &row["reason_code"]), (&Value::Null, &Value::Null));

        let reports = server.reports(2).await;
        let body = json!({ "report_id": reports[0], "status": "resolved", "notes": " twice now ", "reason_code": "warned" });
        let row = call(("PATCH", "reports"), body).await;
        assert_eq!((&row["notes"], &row["reason_code"]), (&json!("twice now"), &json!("warned")));
        let body = json!({ "ids": [reports[1]], "status": "dismissed", "reason_code": "too_little" });
        let row = call(("POST", "bulk-reports"), body).await["results"][0]["row"].clone();
        assert_eq!((&row["notes"], &row["reason_code"]), (&json!("Not enough to act on"), &json!("too_little")));

        let requests = server.data_requests(1).await;
        let body = json!({ "request_id": requests[0], "status": "failed", "reason_code": "legal_hold" });
        let row = call(("PATCH", "data-requests"), body).await;
        assert_eq!((&row["error"], &row["reason_code"]), (&json!("Must be kept by law"), &json!("legal_hold")));
        let body = json!({ "ids": requests, "status": "pending" });
        let row = call(("POST", "bulk-data-requests"), body).await["results"][0]["row"].clone();
        assert_eq!((&row["error"], &row["reason_code"]), (&Value::Null, &Value::Null));

        assert_eq!(noted(&server).await, [
            ("application_rejected", json!("duplicate")), ("application_rejected", json!("duplicate")),
            ("bulk_reject", json!("duplicate")), ("application_reopened", Value::Null),
            ("application_reopened", Value::Null), ("bulk_reopen", Value::Null),
            ("report_resolved", json!("warned")), ("report_dismissed", json!("too_little")),
            ("data_request_updated", json!("legal_hold")), ("data_request_updated", Value::Null),
        ].map(|(code, reason)| (code.to_owned(), reason)));
    }

    async fn a_ban_keeps_its_code_until_the_person_is_nobody(server: TestServer) {
        let session = operator(&server).await;
        let user = server.plain().await.id;
        let path = |verb: &str| format!("users/{user}/{verb}");
        let act = async |method, verb, body| done(&send(&server, &session, (method, &path(verb)), body).await);
        let body = act("PATCH", "ban", json!({ "reasonCode": "fraud" })).await;
        assert_eq!((&body["banReason"], &body["banReasonCode"]), (&json!("Fraud or scam"), &json!("fraud")));
        // The same words under another code, or under none, are another reason (S004-33).
        let body = act("PATCH", "ban", json!({ "reasonCode": "fraud" })).await;
        assert_eq!(body["noop"], true);
        let body = act("PATCH", "ban", json!({ "banReason": "Fraud or scam" })).await;
        assert_eq!((&body["noop"], &body["banReasonCode"]), (&Value::Null, &Value::Null));
        let body = act("PATCH", "unban", json!({ "reasonCode": "appeal", "banReason": "letter of May" })).await;
        assert_eq!((&body["banReason"], &body["banReasonCode"]), (&json!("letter of May"), &json!("appeal")));
        let body = act("POST", "suspend", json!({ "reasonCode": "takeover" })).await;
        assert_eq!(body["suspend_reason"], "Account may be taken over");
        assert_eq!(body["suspend_reason_code"], "takeover");
        let body = json!({ "userIds": [user], "reasonCode": "spam", "confirm": true });
        let reply = done(&send(&server, &session, ("POST", "users/bulk-ban"), body).await);
        assert_eq!(reply["results"][0]["user"]["banReasonCode"], "spam");

        let history = done(&server.get(&format!("/api/v1/admin/users/{user}/ban-history")).session(&session).send().await);
        let codes: Vec<_> = history["data"].as_array().unwrap().iter().map(|event| &event["reason_code"]).collect();
        assert_eq!(codes, [&json!("spam"), &json!("appeal"), &Value::Null, &json!("fraud")]);
        let export = act("POST", "export", json!({})).await;
        assert_eq!(export["ban_history"][0]["reason_code"], "fraud");
        assert_eq!(export["user"]["banReasonCode"], "spam");
        act("POST", "delete", json!({ "confirm": true, "reasonCode": "requested" })).await;
        let body = act("POST", "anonymize", json!({ "confirm": true, "reasonCode": "retention" })).await;
        assert_eq!((&body["banReasonCode"], &body["suspend_reason_code"]), (&Value::Null, &Value::Null));
        let kept = "SELECT reason_code FROM ban_history WHERE reason_code IS NOT NULL";
        assert!(server.database.texts(kept).await.is_empty());

        let expected = [
            ("user_banned", json!("fraud")), ("user_banned", Value::Null), ("user_unbanned", json!("appeal")),
            ("user_suspended", json!("takeover")), ("user_banned", json!("spam")), ("bulk_ban", json!("spam")),
            ("user_exported", Value::Null), ("user_deleted", json!("requested")), ("user_anonymized", json!("retention")),
        ];
        assert_eq!(noted(&server).await, expected.map(|(code, reason)| (code.to_owned(), reason)));
    }

    async fn an_erased_person_leaves_no_code_in_the_queues(server: TestServer) {
        let session = operator(&server).await;
        let user = server.plain().await.id;
        let (application, report) = (server.applications(1).await[0], server.reports(1).await[0]);
        let request = server.data_requests(1).await[0];
        server.database.execute(&format!(
            "UPDATE applications SET user_id = {user}, reason = 'x', reason_code = 'spam' WHERE id = {application};
             UPDATE user_reports SET reported_user_id = {user}, reason_code = 'warned' WHERE id = {report};
             UPDATE data_requests SET user_id = {user}, error = 'x', reason_code = 'identity' WHERE id = {request}"
        )).await;
        let body = json!({ "confirm": true, "reason": "asked for it" });
        done(&send(&server, &session, ("POST", &format!("users/{user}/anonymize")), body).await);
        for table in ["applications", "user_reports", "data_requests"] {
            let kept = format!("SELECT reason_code FROM {table} WHERE reason_code IS NOT NULL");
            assert!(server.database.texts(&kept).await.is_empty(), "{table}");
        }
    }

    async fn an_unknown_code_is_refused_by_field(server: TestServer) {
        let session = operator(&server).await;
        let user = server.plain().await.id;
        let (application, report) = (server.applications(1).await[0], server.reports(1).await[0]);
        let request = server.data_requests(1).await[0];
        let before = server.database.count("admin_audit_log").await;
        let of_user = |verb: &str| format!("users/{user}/{verb}");
        let wrong = "Spam";
        for (method, path, body, field) in [
            ("POST", "bulk-applications".to_owned(),
                json!({ "action": "reject", "ids": [application], "reason_code": wrong }), "reason_code"),
            ("POST", "bulk-applications".to_owned(),
                json!({ "action": "approve", "ids": [application], "reason_code": "spam" }), "reason_code"),
            ("PATCH", "reports".to_owned(),
                json!({ "report_id": report, "status": "resolved", "reason_code": "no_violation" }), "reason_code"),
            ("POST", "bulk-reports".to_owned(),
                json!({ "ids": [report], "status": "pending", "reason_code": "duplicate" }), "reason_code"),
            ("PATCH", "data-requests".to_owned(),
                json!({ "request_id": request, "status": "completed", "reason_code": "identity" }), "reason_code"),
            ("POST", "bulk-data-requests".to_owned(),
                json!({ "ids": [request], "status": "failed", "reason_code": "" }), "reason_code"),
            ("PATCH", of_user("ban"), json!({ "reasonCode": wrong }), "reasonCode"),
            ("PATCH", of_user("unban"), json!({ "banReason": "appeal", "reasonCode": "spam" }), "reasonCode"),
            ("POST", "users/bulk-ban".to_owned(),
                json!({ "userIds": [user], "reasonCode": wrong, "confirm": true }), "reasonCode"),
            ("POST", of_user("suspend"), json!({ "reasonCode": wrong }), "reasonCode"),
            ("POST", of_user("delete"), json!({ "confirm": true, "reasonCode": wrong }), "reasonCode"),
            ("POST", of_user("anonymize"), json!({ "confirm": true, "reasonCode": wrong }), "reasonCode"),
            ("POST", "delete-user".to_owned(),
                json!({ "user_id": user, "confirm": true, "reason_code": wrong }), "reason_code"),
            // Neither code nor words, where there has to be a reason.
            ("PATCH", of_user("ban"), json!({}), "banReason"),
            ("POST", of_user("suspend"), json!({ "reason": " " }), "reason"),
            ("POST", of_user("delete"), json!({ "confirm": true }), "reason"),
        ] {
            send(&server, &session, (method, &path), body).await.names_fields(&[field]);
        }
        assert_eq!(server.database.count("admin_audit_log").await, before);
        let body = json!({ "reasonCode": wrong });
        let reply = send(&server, &session, ("PATCH", &of_user("ban")), body).await.json();
        assert_eq!(
            reply["fields"][0]["problem"],
            "must be one of spam, harassment, fraud, impersonation, illegal, evasion"
        );
    }

    async fn free_text_is_refused_where_the_list_forbids_it(database: TestDatabase) {
        let server = strict(database).await;
        let session = operator(&server).await;
        let id = server.applications(1).await[0];
        let reject = async |more: Value| {
            let mut body = json!({ "action": "reject", "ids": [id] });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            server.post(APPLICATIONS).session(&session).json(body).send().await
        };
        for words in [json!({ "reason": "spam" }), json!({ "reason": "spam", "reason_code": "off_topic" })] {
            let body = reject(words).await.names_fields(&["reason"]);
            assert_eq!(
                body["fields"][0]["problem"],
                "takes no words of your own; leave it out and give reason_code: off_topic"
            );
        }
        reject(json!({ "reason_code": "spam" })).await.names_fields(&["reason_code"]);
        let row = done(&reject(json!({ "reason_code": "off_topic" })).await)["results"][0]["application"].clone();
        assert_eq!((&row["reason"], &row["reason_code"]), (&json!("Off topic"), &json!("off_topic")));

        let user = server.plain().await.id;
        let ban = async |body: Value| send(&server, &session, ("PATCH", &format!("users/{user}/ban")), body).await;
        let body = ban(json!({ "reasonCode": "spam" })).await.names_fields(&["banReason"]);
        assert_eq!(
            body["fields"][0]["problem"],
            "has to say more than the code does, in 3 to 500 characters"
        );
        let body = done(&ban(json!({ "reasonCode": "spam", "banReason": "the third link" })).await);
        assert_eq!((&body["banReason"], &body["banReasonCode"]), (&json!("the third link"), &json!("spam")));
    }

    async fn what_a_code_finds_is_found_by_an_index_in_the_order_of_the_list(server: TestServer) {
        let mut connection = server.database.connect().await;
        for (table, column, order, index) in [
            ("user_reports", "reason_code", "created_at", "reports_by_code"),
            ("data_requests", "reason_code", "deadline", "data_requests_by_code"),
            ("users", "ban_reason_code", "created_at", "users_by_ban_code"),
        ] {
            // As `db::filter::text` compares.
            let query = format!(
                "SELECT id FROM {table} WHERE {column} = 'spam' AND {column} IS NOT NULL \
                 ORDER BY {order}, id LIMIT 51"
            );
            let plan = connection.plan(&query).await.join("\n");
            assert!(plan.contains(index), "{table}: {plan}");
            assert!(!plan.contains("TEMP B-TREE") && !plan.contains("Sort"), "{table}: {plan}");
        }
        connection.close().await;
    }

    async fn a_server_does_not_start_on_lists_that_are_wrong(database: TestDatabase) {
        let path = write_lists(&database, "[users.ban]\n[[users.ban.reasons]]\ndigit = 0\ncode = \"a\"\nlabel = \"Spam\"\n");
        let mut config = crate::harness::server::config(&database);
        config.reasons_file = Some(path);
        let clock = quarterdeck_server::db::Clock::System;
        let error = quarterdeck_server::start::services(config, clock).await.unwrap_err().to_string();
        assert!(error.ends_with("reasons.toml:3: digit must be 1 to 9, not 0: a list has no more"), "{error}");
    }
}
