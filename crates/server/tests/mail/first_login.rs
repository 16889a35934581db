//! From the creation of an admin to the first decision, by the mail alone.

use chrono::TimeDelta;
use quarterdeck_server::gate::totp;
use serde_json::json;
use tokio::task::JoinSet;

use super::{Root, first_login, mails, send_due, token};
use crate::harness::{TestServer, on_both};

const EMAIL: &str = "ana@ops.example";
const PASSWORD: &str = "seven purple walruses";

on_both! {
    async fn s001_19_s001_20_s001_31_the_mail_leads_a_new_admin_in_and_the_second_factor_comes_before_all_else(database: TestDatabase) {
        let directory = database.directory().join("mails");
        let path = directory.clone();
        let server = TestServer::start_with(database, move |config| {
            config.mail.directory = Some(path);
            "quarterdeck@ops.example".clone_into(&mut config.mail.from);
            config.public_origin = Some("https://quarterdeck.ops.example".to_owned());
        }).await;
        let root = Root::of(&server).await;
        let created = root.creates(&server, EMAIL).await;
        assert_eq!((&created["mail"], &created["roles"]), (&json!("queued"), &json!(["Support"])), "{created}");
        assert_eq!(created["first_login_until"], "2026-09-02T08:00:30Z", "a day");
        let signed_in = server.post("/api/v1/auth/sign-in").json(json!({ "email": EMAIL, "password": "" })).send().await;
        signed_in.refused(401, "invalid_credentials");

        assert_eq!(send_due(&server).await, 1);
        let [mail] = mails(&directory).try_into().unwrap();
        for part in [
            "To: ana@ops.example\n", "From: quarterdeck@ops.example\n", "Subject: Your Quarterdeck account: development\n",
            "Auto-Submitted: auto-generated\n", &format!("{} made you an operator", root.account.email),
            "quarterdeck --first-login --server https://quarterdeck.ops.example\n",
        ] {
            assert!(mail.contains(part), "{part:?} in {mail}");
        }
        let token = token(&mail);
        let reply = first_login(&server, &token, PASSWORD).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let session = reply.session();
        for path in ["applications", "users/get-admins-with-roles", "check"] {
            let reply = server.get(&format!("/api/v1/admin/{path}")).session(&session).send().await;
            reply.refused(403, "mfa_enrollment_required");
        }
        let enroll = server.post("/api/v1/auth/mfa/enroll").session(&session).send().await;
        let secret = totp::decode_secret(&enroll.text_at("/secret")).unwrap();
        let code = totp::code_at(&secret, totp::step_at(server.now()));
        let confirm = server.post("/api/v1/auth/mfa/confirm").session(&session).json(json!({ "code": code }));
        assert_eq!(confirm.send().await.status, 200);
        let list = server.get("/api/v1/admin/applications").session(&session).send().await;
        assert_eq!(list.status, 200, "{}", list.text);
        // What the preset of the role does not hold stays shut.
        let ban = server.request("PATCH", "/api/v1/admin/users/1/ban").session(&session).json(json!({ "banReason": "spam" }));
        ban.send().await.refused(403, "permission_denied");
        first_login(&server, &token, PASSWORD).await.refused(401, "token_invalid");
    }

    async fn s001_19_of_many_who_use_a_token_at_once_one_gets_in(database: TestDatabase) {
        let directory = database.directory().join("mails");
        let path = directory.clone();
        let server = TestServer::start_with(database, move |config| config.mail.directory = Some(path)).await;
        Root::of(&server).await.creates(&server, EMAIL).await;
        send_due(&server).await;
        let token = token(&mails(&directory)[0]);
        let mut tries = JoinSet::new();
        for _ in 0..6 {
            let body = json!({ "token": token, "newPassword": PASSWORD });
            tries.spawn(server.post("/api/v1/auth/first-login").json(body).send());
        }
        let mut told: Vec<_> = tries.join_all().await.iter().map(|reply| reply.status).collect();
        told.sort_unstable();
        assert_eq!(told, [200, 401, 401, 401, 401, 401]);
    }

    async fn s001_19_a_token_ends_a_day_after_it_was_written(database: TestDatabase) {
        let directory = database.directory().join("mails");
        let path = directory.clone();
        let server = TestServer::start_with(database, move |config| config.mail.directory = Some(path)).await;
        let root = Root::of(&server).await;
        root.creates(&server, EMAIL).await;
        root.creates(&server, "omar@ops.example").await;
        send_due(&server).await;
        let mails = mails(&directory);
        server.advance(TimeDelta::hours(24) - TimeDelta::seconds(31));
        assert_eq!(first_login(&server, &token(&mails[0]), PASSWORD).await.status, 200);
        server.advance(TimeDelta::seconds(31));
        first_login(&server, &token(&mails[1]), PASSWORD).await.refused(401, "token_invalid");
    }

    async fn a_password_that_is_refused_uses_no_token_up(database: TestDatabase) {
        let directory = database.directory().join("mails");
        let path = directory.clone();
        let breached = database.directory().join("breached");
        // SHA-1 of "correct horse battery staple" between two others.
        let hashes = "00000010F4B38525354491E099EB1796278544B1:7\n\
            ABF7AAD6438836DBE526AA231ABDE2D0EEF74D42:3\nFFFFFFF8A0382AA9C8D9536EFBA77F261815334D:12\n";
        std::fs::write(&breached, hashes).unwrap();
        let server = TestServer::start_with(database, move |config| {
            config.mail.directory = Some(path);
            config.breached_passwords = Some(breached);
        }).await;
        Root::of(&server).await.creates(&server, EMAIL).await;
        send_due(&server).await;
        let token = token(&mails(&directory)[0]);
        for (password, why) in [
            ("short", "must have 12 characters or more"),
            ("ana@ops.example", "is too easy to guess"),
            ("quarterdeck1234", "is too easy to guess"),
            ("passwordpassword", "is too easy to guess"),
            ("correct horse battery staple", "is in a list of passwords that others know"),
        ] {
            let reply = first_login(&server, &token, password).await;
            reply.names_fields(&["newPassword"]);
            assert!(reply.text.contains(why), "{password}: {}", reply.text);
            assert!(!reply.text.contains(password), "{}", reply.text);
        }
        assert_eq!(first_login(&server, &token, PASSWORD).await.status, 200);
    }
}
