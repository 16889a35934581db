//! What stands beside a decision about a person: what the account has behind it, and who is likely the same.

use quarterdeck_api::permission::Permission::{
    ApplicationsView, AuditView, ReportsView, UserBan, UserNoteView, UserView,
};
use quarterdeck_server::users::NewPerson;
use serde_json::{Value, json};

use super::{USERS, bring, get, person};
use crate::harness::{Backend, TestServer, on_both};

async fn with_email(server: &TestServer, email: &str) -> i64 {
    let person = NewPerson {
        email: email.to_owned(),
        ..person(server, "somebody")
    };
    bring(server, person).await
}

/// Reports about a person, so many of each status.
async fn reports(server: &TestServer, about: i64, status: &str, count: usize) {
    for _ in 0..count {
        let at = "(SELECT max(created_at) FROM users)";
        server.database.execute(&format!(
            "INSERT INTO user_reports (reporter_id, reported_user_id, reason, reason_key, body, status, created_at) \
             VALUES ({about}, {about}, 'spam', 'spam', 'again', '{status}', {at})"
        )).await;
    }
}

async fn bans(server: &TestServer, of: i64, count: usize) {
    for _ in 0..count {
        let at = "(SELECT max(created_at) FROM users)";
        server
            .database
            .execute(&format!(
                "INSERT INTO ban_history (user_id, action, reason, request_id, created_at) \
             VALUES ({of}, 'ban', 'spam', 'r', {at}), ({of}, 'unban', 'enough', 'r', {at})"
            ))
            .await;
    }
}

fn likely(context: &Value) -> Vec<(i64, &str)> {
    let rows = context["likely_same"]
        .as_array()
        .unwrap_or_else(|| panic!("{context}"));
    let row = |row: &'_ Value| -> i64 { row["id"].as_i64().unwrap() };
    rows.iter()
        .map(|one| (row(one), one["because"].as_str().unwrap()))
        .collect()
}

on_both! {
    async fn s003_84_a_report_tells_what_was_upheld_before_and_how_often_the_person_was_banned(server: TestServer) {
        let ana = server.admin(&[ReportsView, UserView]).await;
        let session = server.session(&ana).await;
        let max = with_email(&server, "max@people.example").await;
        reports(&server, max, "resolved", 2).await;
        reports(&server, max, "dismissed", 3).await;
        reports(&server, max, "pending", 1).await;
        bans(&server, max, 2).await;
        let id = server.database.texts("SELECT CAST(max(id) AS TEXT) FROM user_reports").await.remove(0);
        let report = get(&server, &session, &format!("/api/v1/admin/reports/{id}")).await.json();
        assert_eq!(report["context"], json!({
            "upheld_reports": 2, "bans": 2, "rejected_applications": 0, "notes": null, "likely_same": [],
        }));
        let drawer = get(&server, &session, &format!("{USERS}/{max}/full")).await.json();
        assert_eq!(drawer["context"], report["context"]);
    }

    async fn applications_of_before_and_notes_stand_beside_the_next_application(server: TestServer) {
        let ana = server.admin(&[ApplicationsView, UserView, UserNoteView]).await;
        let session = server.session(&ana).await;
        let ids = server.applications(4).await;
        let max = with_email(&server, "max@people.example").await;
        let again = with_email(&server, "max+2@people.example").await;
        let list = |ids: &[i64]| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let all = list(&ids);
        server.database.execute(&format!(
            "UPDATE applications SET email = 'Max@people.example', user_id = NULL WHERE id IN ({all}); \
             UPDATE application_search SET email_key = 'max@people.example' WHERE application_id IN ({all}); \
             UPDATE applications SET status = 'REJECTED' WHERE id IN ({})", list(&ids[..3])
        )).await;
        for (about, count) in [(max, 1), (again, 2)] {
            for _ in 0..count {
                server.database.execute(&format!(
                    "INSERT INTO user_notes (user_id, created_by, note, note_key, risk_level, created_at, updated_at) \
                     SELECT {about}, id, 'rude', 'rude', 'low', created_at, created_at FROM users WHERE id = {}", ana.id
                )).await;
            }
        }
        let context = async |id: i64| get(&server, &session, &format!("/api/v1/admin/applications/{id}")).await.json();
        // Of three that were rejected, the one at hand is none of before.
        assert_eq!(context(ids[3]).await["context"]["rejected_applications"], 3);
        let one = context(ids[0]).await["context"].clone();
        assert_eq!(one["rejected_applications"], 2);
        // The application names no account: what there is on those of its mailbox stands with them.
        assert_eq!(one["notes"], 0);
        let others: Vec<_> = one["likely_same"].as_array().unwrap().iter().collect();
        assert_eq!(others[0]["id"], again);
        assert_eq!((&others[0]["notes"], &others[0]["rejected_applications"]), (&json!(2), &json!(0)));
        assert_eq!((&others[1]["notes"], &others[1]["rejected_applications"]), (&json!(1), &json!(2)));
        let drawer = get(&server, &session, &format!("{USERS}/{max}/full")).await.json();
        assert_eq!(drawer["context"]["rejected_applications"], 3);
        assert_eq!(drawer["context"]["notes"], 1);
    }

    async fn counting_ends_at_a_hundred(server: TestServer) {
        let ana = server.admin(&[UserView]).await;
        let session = server.session(&ana).await;
        let max = with_email(&server, "max@people.example").await;
        bans(&server, max, 103).await;
        let drawer = get(&server, &session, &format!("{USERS}/{max}/full")).await.json();
        assert_eq!(drawer["context"]["bans"], 100);
    }

    async fn e_mails_that_reach_one_mailbox_are_likely_one_persons(server: TestServer) {
        let ana = server.admin(&[UserView]).await;
        let session = server.session(&ana).await;
        let mailboxes = [
            vec!["Ana.Lima@Gmail.com", "analima@googlemail.com", "a.n.a.lima+2@gmail.com"],
            vec!["ana.lima@people.example", "ana.lima+test@people.example", "ANA.LIMA+a+b@people.example"],
            vec!["analima@people.example"],
            // Somebody whose address begins with a plus is not everybody whose does.
            vec!["+tag@people.example"],
            vec!["+other@people.example"],
            vec!["no-address"],
            vec!["@people.example"],
        ];
        let mut ids = Vec::new();
        for mailbox in &mailboxes {
            let mut same = Vec::new();
            for email in mailbox {
                same.push(with_email(&server, email).await);
            }
            ids.push(same);
        }
        for same in &ids {
            for id in same {
                let drawer = get(&server, &session, &format!("{USERS}/{id}/full")).await.json();
                let others = same.iter().rev().filter(|other| *other != id);
                let expected: Vec<_> = others.map(|other| (*other, "mailbox")).collect();
                assert_eq!(likely(&drawer["context"]), expected, "{drawer}");
            }
        }
    }

    async fn a_handle_that_is_the_twitch_handle_of_another_is_likely_one_persons(server: TestServer) {
        let ana = server.admin(&[UserView]).await;
        let session = server.session(&ana).await;
        let known = |mailbox: &str, username: Option<&str>, twitch: Option<&str>| NewPerson {
            username: username.map(str::to_owned),
            twitch_username: twitch.map(str::to_owned),
            ..person(&server, mailbox)
        };
        let one = bring(&server, known("one", Some("Zoe_Live"), None)).await;
        let other = bring(&server, known("other", None, Some("zoe_live"))).await;
        let both = bring(&server, known("both", Some("Guga"), Some("guga"))).await;
        for (id, expected) in [(one, vec![(other, "handle")]), (other, vec![(one, "handle")]), (both, vec![])] {
            let drawer = get(&server, &session, &format!("{USERS}/{id}/full")).await.json();
            assert_eq!(likely(&drawer["context"]), expected);
        }
    }

    async fn five_at_most_are_named_newest_first_with_their_standing(server: TestServer) {
        let ana = server.admin(&[UserView]).await;
        let session = server.session(&ana).await;
        let mut ids = Vec::new();
        for number in 0..8 {
            ids.push(with_email(&server, &format!("max+{number}@people.example")).await);
        }
        let newest = ids[7];
        server.database.execute(&format!(
            "UPDATE users SET is_banned = TRUE WHERE id = {newest}"
        )).await;
        bans(&server, newest, 1).await;
        reports(&server, newest, "resolved", 1).await;
        let drawer = get(&server, &session, &format!("{USERS}/{}/full", ids[0])).await.json();
        let expected: Vec<_> = ids.iter().rev().take(5).map(|id| (*id, "mailbox")).collect();
        assert_eq!(likely(&drawer["context"]), expected);
        assert_eq!(drawer["context"]["likely_same"][0], json!({
            "id": newest, "email": "max+7@people.example", "status": "banned", "because": "mailbox",
            "upheld_reports": 1, "bans": 1, "rejected_applications": 0, "notes": null,
        }));
    }

    async fn an_applicant_without_an_account_is_held_against_the_accounts(server: TestServer) {
        let ana = server.admin(&[ApplicationsView, UserView]).await;
        let session = server.session(&ana).await;
        let id = server.applications(1).await[0];
        let text = format!("SELECT email FROM applications WHERE id = {id}");
        let email = server.database.texts(&text).await.remove(0);
        let (local, domain) = email.split_once('@').unwrap();
        server.database.execute(&format!("UPDATE applications SET user_id = NULL WHERE id = {id}")).await;
        let other = with_email(&server, &format!("{}+again@{domain}", local.to_uppercase())).await;
        let view = get(&server, &session, &format!("/api/v1/admin/applications/{id}")).await.json();
        assert_eq!(likely(&view["context"]), [(other, "mailbox")]);
        assert_eq!(view["context"]["bans"], 0);
    }

    async fn who_may_not_read_users_is_told_of_none(server: TestServer) {
        let ana = server.admin(&[ReportsView, ApplicationsView]).await;
        let session = server.session(&ana).await;
        let max = with_email(&server, "max@people.example").await;
        with_email(&server, "max+2@people.example").await;
        reports(&server, max, "resolved", 1).await;
        let id = server.database.texts("SELECT CAST(max(id) AS TEXT) FROM user_reports").await.remove(0);
        let report = get(&server, &session, &format!("/api/v1/admin/reports/{id}")).await;
        assert_eq!(report.json()["context"], json!({
            "upheld_reports": 1, "bans": 0, "rejected_applications": 0, "notes": null, "likely_same": null,
        }));
        assert!(!report.text.contains("max+2"), "{}", report.text);
        let id = server.applications(1).await[0];
        let view = get(&server, &session, &format!("/api/v1/admin/applications/{id}")).await.json();
        assert_eq!(view["context"]["likely_same"], Value::Null);
    }

    async fn the_drawer_tells_rights_and_trail_as_far_as_the_caller_may(server: TestServer) {
        let root = server.super_admin().await;
        let session = server.session(&root).await;
        let user = server.plain().await;
        let ban = json!({ "banReason": "spam and more" });
        let banned = server.request("PATCH", &format!("{USERS}/{}/ban", user.id)).session(&session).json(ban);
        assert_eq!(banned.send().await.status, 200);
        let drawer = get(&server, &session, &format!("{USERS}/{}/full", user.id)).await.json();
        let grants = get(&server, &session, &format!("{USERS}/{}/grants", user.id)).await.json();
        assert_eq!(drawer["rights"], grants);
        let codes: Vec<_> = drawer["trail"].as_array().unwrap().iter().map(|row| row["action_code"].clone()).collect();
        assert_eq!(codes, ["user_banned"]);
        let bare = server.admin(&[UserView, UserBan]).await;
        let session = server.session(&bare).await;
        let drawer = get(&server, &session, &format!("{USERS}/{}/full", user.id)).await.json();
        assert_eq!(drawer["trail"], Value::Null, "takes {AuditView}");
    }

    async fn every_look_up_is_by_an_index(server: TestServer) {
        let migration = match server.database.backend {
            Backend::Sqlite => include_str!("../../migrations/sqlite/0014_likely_same.sql"),
            Backend::Postgres => include_str!("../../migrations/postgres/0014_likely_same.sql"),
        };
        let (_, indexed) = migration.split_once("users_by_mailbox ON users ((").unwrap();
        let (mailbox, _) = indexed.split_once("), id)").unwrap();
        let mut connection = server.database.connect().await;
        for (query, index) in [
            (format!("SELECT id FROM users WHERE {mailbox} = 'a@b.example' ORDER BY id DESC LIMIT 6"), "users_by_mailbox"),
            ("SELECT 1 FROM user_reports r WHERE r.reported_user_id = 1 AND r.status = 'resolved' LIMIT 100".to_owned(), "reports_upheld"),
            ("SELECT 1 FROM ban_history h WHERE h.user_id = 1 AND h.action = 'ban' LIMIT 100".to_owned(), "ban_history_by_user"),
        ] {
            let plan = connection.plan(&query).await.join("\n");
            assert!(plan.contains(index), "{query}: {plan}");
        }
    }
}
