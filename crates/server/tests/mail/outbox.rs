//! The outbox: what is in it, who can read it, and that nothing in it is lost.

use chrono::TimeDelta;
use quarterdeck_api::permission::Permission;
use serde_json::json;

use super::{CREATE, Root, mails, outbox, send_due, token};
use crate::harness::process::{ServerProcess, command, run};
use crate::harness::{TestServer, on_both, until};

const EMAIL: &str = "ana@ops.example";

on_both! {
    async fn s001_19_s001_43_the_token_is_readable_in_the_mail_alone(database: TestDatabase) {
        let directory = database.directory().join("mails");
        let path = directory.clone();
        let server = TestServer::start_with(database, move |config| config.mail.directory = Some(path)).await;
        let root = Root::of(&server).await;
        let request = root.request(&server, json!({ "email": EMAIL, "roles": ["Support"] }));
        let request = request.header("idempotency-key", "one");
        let reply = request.clone().send().await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        let queued = format!("{:?}", server.database.snapshot().await);
        assert_eq!(send_due(&server).await, 1);
        let mail = mails(&directory).remove(0);
        let token = token(&mail);
        let sent = format!("{:?}", server.database.snapshot().await);
        let log = server.database.texts("SELECT request_body || response FROM admin_action_log").await.concat();
        assert!(log.contains("ana@ops.example"), "{log}");
        let code = root.account.code(server.now());
        assert!(!log.contains(&code), "{log}");
        for place in [&queued, &sent, &log, &reply.text] {
            assert!(!place.contains(&token) && !place.contains("made you an operator"), "{place}");
        }
        let left = server.database.texts("SELECT status || body FROM mail_outbox").await;
        assert_eq!(left, ["sent"], "nothing of it is kept");

        // A repeat is answered as the first was, and leaves no second mail.
        assert_eq!(request.send().await.text, reply.text);
        assert_eq!(server.database.count("mail_outbox").await, 1);
        assert_eq!(send_due(&server).await, 0);
    }

    async fn s001_02_s001_07_what_is_refused_leaves_neither_account_nor_mail(server: TestServer) {
        let root = Root::of(&server).await;
        let ana = server.admin(&[Permission::UserView]).await;
        let theirs = server.session(&ana).await;
        let before = server.database.snapshot().await;
        let body = || json!({ "email": EMAIL, "roles": ["Support"] });
        let without = server.post(CREATE).session(&root.session).json(body());
        without.send().await.refused(403, "otp_required");
        let code = ana.code(server.now());
        let lesser = server.post(CREATE).session(&theirs).json(body()).header("x-otp", &code);
        lesser.send().await.refused(403, "superadmin_required");
        for (body, code, field) in [
            (json!({ "email": "ana", "roles": ["Support"] }), "validation_failed", Some("email")),
            (json!({ "email": EMAIL, "roles": [] }), "validation_failed", Some("roles")),
            (json!({ "email": EMAIL, "roles": ["Streamer"] }), "validation_failed", Some("roles")),
            (json!({ "email": EMAIL, "roles": ["Emperor"] }), "unknown_role", None),
            (json!({ "email": EMAIL, "roles": ["Risk"], "permissions": ["user.fly"] }), "unknown_permission", None),
            (json!({ "email": EMAIL, "roles": ["Risk"], "preset": "Emperor" }), "validation_failed", Some("preset")),
            (json!({ "email": EMAIL, "roles": ["Risk"], "preset": "Risk", "permissions": [] }), "validation_failed", Some("preset")),
            (json!({ "email": EMAIL, "roles": ["Risk"], "displayName": "" }), "validation_failed", Some("displayName")),
        ] {
            let reply = root.request(&server, body.clone()).send().await;
            reply.refused(400, code);
            if let Some(field) = field {
                reply.names_fields(&[field]);
            }
        }
        let taken = root.request(&server, json!({ "email": ana.email.to_uppercase(), "roles": ["Risk"] }));
        taken.send().await.refused(409, "duplicate");
        // No code was used up by any of them.
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
        assert_eq!(root.request(&server, body()).send().await.status, 201);
        let replayed = root.request(&server, json!({ "email": "omar@ops.example", "roles": ["Risk"] }));
        replayed.send().await.refused(403, "otp_replayed");
        assert_eq!(server.database.count("mail_outbox").await, 1);
    }

    async fn s001_07_rights_come_from_the_list_the_preset_or_the_roles(server: TestServer) {
        let root = Root::of(&server).await;
        for (number, (body, permissions)) in [
            (json!({ "roles": ["Support"] }), 6),
            (json!({ "roles": ["Support", "Risk", "User"] }), 14),
            (json!({ "roles": ["Product"] }), 0),
            (json!({ "roles": ["Product"], "preset": "Legal" }), 12),
            (json!({ "roles": ["SuperAdmin"], "permissions": ["user.view", "user.ban", "user.view"] }), 2),
        ].into_iter().enumerate() {
            server.advance(TimeDelta::seconds(30));
            let mut body = body;
            body["email"] = json!(format!("ops{number}@ops.example"));
            body["displayName"] = json!("Ana Bell");
            let reply = root.request(&server, body.clone()).send().await;
            assert_eq!(reply.status, 201, "{}", reply.text);
            let created = reply.json();
            assert_eq!(created["permissions"].as_array().unwrap().len(), permissions, "{created}");
            assert_eq!((&created["is_platform_admin"], &created["display_name"]), (&json!(true), &json!("Ana Bell")));
            assert_eq!(created["mail"], "waiting", "no way to send mail is configured");
            let granted = format!(
                "SELECT count(*) FROM user_roles WHERE user_id = {} AND granted_by = {}",
                created["id"], root.account.id
            );
            let wanted = i64::try_from(body["roles"].as_array().unwrap().len()).unwrap();
            assert_eq!(server.database.number(&granted).await, wanted);
        }
        let audit = "SELECT action_code || ' ' || details FROM admin_audit_log ORDER BY seq DESC LIMIT 1";
        assert_eq!(
            server.database.texts(audit).await,
            [r#"admin_created {"permissions":["user.view","user.ban"],"roles":["SuperAdmin"]}"#]
        );
        // Nothing is tried where nothing can leave, so nothing fails.
        assert_eq!(send_due(&server).await, 0);
        assert!(outbox(&server).await.iter().all(|row| row == "queued 0 -"));
    }

    async fn a_server_that_dies_after_the_commit_loses_no_mail(database: TestDatabase) {
        let directory = database.directory().join("mails");
        let path = directory.display().to_string();
        let server = TestServer::start(database).await;
        let root = Root::of(&server).await;
        for number in 0..3 {
            root.creates(&server, &format!("ops{number}@ops.example")).await;
        }
        let now = server.now();
        let database = server.stop().await;
        // Nothing was sent by the one that committed; the next one does, at once.
        let clock = database.directory().join("clock");
        std::fs::write(&clock, now.to_rfc3339()).unwrap();
        let clock = clock.display().to_string();
        let arguments = ["serve", "--listen", "127.0.0.1:0", "--mail-dir", &path, "--test-clock", &clock, "--allow-demo-accounts"];
        let mut next = command(&database, &arguments);
        let server = ServerProcess::spawn(next.env("QUARTERDECK_SERVER_JOBS_POLL_SECONDS", "1"));
        until("three mails are there", async || (mails(&directory).len() == 3).then_some(())).await;
        until("three are noted", async || {
            let sent = "SELECT count(*) FROM mail_outbox WHERE status = 'sent' AND body = ''";
            (database.number(sent).await == 3).then_some(())
        }).await;
        let log = server.log();
        for mail in mails(&directory) {
            assert!(!log.contains(&token(&mail)), "{log}");
        }
    }

    async fn an_anonymized_person_has_no_mail_and_no_token(server: TestServer) {
        let root = Root::of(&server).await;
        let created = root.creates(&server, EMAIL).await;
        server.advance(TimeDelta::seconds(30));
        let path = format!("/api/v1/admin/users/{}", created["id"]);
        let body = json!({ "confirm": true, "reason": "asked for it" });
        let code = root.account.code(server.now());
        let export = server.post(&format!("{path}/export")).session(&root.session).json(json!({}));
        let export = export.header("x-otp", &code).send().await;
        assert_eq!(export.json()["mails"][0]["to"], EMAIL, "{}", export.text);
        server.advance(TimeDelta::seconds(30));
        let code = root.account.code(server.now());
        let anonymize = server.post(&format!("{path}/anonymize")).session(&root.session);
        let gone = anonymize.json(body).header("x-otp", &code).send().await;
        assert_eq!(gone.status, 200, "{}", gone.text);
        for table in ["mail_outbox", "first_login_tokens"] {
            assert_eq!(server.database.count(table).await, 0, "{table}");
        }
    }

    async fn mail_that_failed_is_listed_and_sent_again(database: TestDatabase) {
        let directory = database.directory().join("mails");
        let path = directory.clone();
        let server = TestServer::start_with(database, move |config| config.mail.directory = Some(path)).await;
        let root = Root::of(&server).await;
        root.creates(&server, EMAIL).await;
        root.creates(&server, "omar@ops.example").await;
        server.database.execute("UPDATE mail_outbox SET status = 'failed', last_error = 'no such user' WHERE id = 1").await;
        // The command goes by the machine's clock.
        server.database.execute("UPDATE mail_outbox SET useless_at = '2999-01-01 00:00:00+00:00'").await;
        let listed = run(&server.database, &["mail", "list"]).succeeded();
        let lines: Vec<_> = listed.lines().collect();
        assert_eq!(lines.len(), 2, "{listed}");
        assert!(lines[0].starts_with("2\tqueued\tfirst_login\t"), "{listed}");
        assert!(lines[1].starts_with("1\tfailed\tfirst_login\t"), "{listed}");
        assert!(lines[1].ends_with("\tana@ops.example\t0 tries\tno such user"), "{listed}");
        for (id, why) in [("7", "there is no mail 7"), ("2", "mail 2 has not failed")] {
            let refused = run(&server.database, &["mail", "retry", id]);
            assert!(refused.stderr.contains(why), "{refused:?}");
        }
        run(&server.database, &["mail", "retry", "1"]).succeeded();
        server.advance(quarterdeck_server::db::Clock::System.now() - server.now() + TimeDelta::seconds(1));
        assert_eq!(send_due(&server).await, 2);
        let listed = run(&server.database, &["mail", "list"]).succeeded();
        assert_eq!(listed, "all mail was sent\n");
        server.database.execute("UPDATE mail_outbox SET status = 'failed' WHERE id = 1").await;
        let refused = run(&server.database, &["mail", "retry", "1"]);
        assert!(refused.stderr.contains("the token in mail 1 is too old"), "{refused:?}");
        let audit = "SELECT actor_type || ' ' || target_type || ' ' || target_id FROM admin_audit_log WHERE action_code = 'mail_retried'";
        assert_eq!(server.database.texts(audit).await, ["command_line mail 1"]);
    }
}
