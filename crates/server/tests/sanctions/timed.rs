//! Bans that end by themselves (S004-31).

use chrono::TimeDelta;
use quarterdeck_api::permission::Permission::UserBan;
use quarterdeck_server::jobs;
use serde_json::json;

use super::{act, audit_rows, changed, history, noop, view};
use crate::harness::{Account, Session, TestServer, on_both};

async fn ban_for(server: &TestServer, session: &Session, user: &Account, hours: u32) {
    let body = json!({ "banReason": "spam", "durationHours": hours });
    changed(&act(server, session, user.id, "ban", body).send().await);
}

on_both! {
    async fn s004_31_a_ban_of_an_hour_ends_after_it_and_the_system_says_so(server: TestServer) {
        let ana = server.admin(&[UserBan]).await;
        let session = server.session(&ana).await;
        let (user, other) = (server.plain().await, server.plain().await);
        ban_for(&server, &session, &user, 1).await;
        ban_for(&server, &session, &other, 2).await;
        server.advance(TimeDelta::seconds(3_599));
        jobs::run_due(&server.services).await;
        assert_eq!(view(&server, user.id).await["status"], "banned");
        server.advance(TimeDelta::seconds(31));
        jobs::run_due(&server.services).await;
        let ended = view(&server, user.id).await;
        for (field, value) in [
            ("status", json!("active")), ("isBanned", json!(false)), ("banReason", json!("spam")),
            ("ban_expires_at", json!(null)), ("version", json!(3)), ("updated_at", json!("2026-09-01T09:00:30Z")),
        ] {
            assert_eq!(ended[field], value, "{field}");
        }
        assert_eq!(
            history(&server, user.id).await,
            [format!("ban by {}: spam 1", ana.id), "auto_unban by system: the ban's time was up -".to_owned()]
        );
        assert_eq!(audit_rows(&server).await[2..], [format!("user_unbanned system #{} {{}}", user.id)]);
        let tied = "SELECT count(*) FROM ban_history h JOIN admin_audit_log l ON l.request_id = h.request_id \
            WHERE h.action = 'auto_unban'";
        assert_eq!(server.database.number(tied).await, 1);
        assert_eq!(view(&server, other.id).await["status"], "banned");
        server.advance(TimeDelta::seconds(30));
        jobs::run_due(&server.services).await;
        assert_eq!(server.database.count("admin_audit_log").await, 3);
    }

    async fn s004_31_a_ban_whose_time_is_up_is_over_before_the_job_has_come(server: TestServer) {
        let root = server.super_admin().await;
        let session = server.session(&root).await;
        let user = server.plain().await;
        ban_for(&server, &session, &user, 1).await;
        server.advance(TimeDelta::hours(1));
        let signed_in = server.sign_in(&user).await;
        assert_eq!(server.get("/api/v1/auth/me").session(&signed_in).send().await.status, 200);
        let refresh = json!({ "refresh_token": signed_in.refresh });
        assert_eq!(server.post("/api/v1/auth/refresh").json(refresh).send().await.status, 200);
        assert_eq!(view(&server, user.id).await["status"], "active");
        let unban = json!({ "banReason": "appeal" });
        let session = server.session(&root).await;
        noop(&act(&server, &session, user.id, "unban", unban).send().await);
        // What the job does later does not end the session.
        jobs::run_due(&server.services).await;
        assert_eq!(history(&server, user.id).await.len(), 2);
        assert_eq!(view(&server, user.id).await["active_sessions"], 1);
    }

    async fn s004_31_a_ban_that_was_prolonged_goes_on(server: TestServer) {
        let ana = server.admin(&[UserBan]).await;
        let session = server.session(&ana).await;
        let (user, endless) = (server.plain().await, server.plain().await);
        ban_for(&server, &session, &user, 1).await;
        ban_for(&server, &session, &endless, 1).await;
        server.advance(TimeDelta::minutes(59));
        let session = server.session(&ana).await;
        ban_for(&server, &session, &user, 1).await;
        changed(&act(&server, &session, endless.id, "ban", json!({ "banReason": "spam" })).send().await);
        server.advance(TimeDelta::minutes(2));
        jobs::run_due(&server.services).await;
        for id in [user.id, endless.id] {
            assert_eq!(view(&server, id).await["status"], "banned");
        }
        server.advance(TimeDelta::hours(1));
        jobs::run_due(&server.services).await;
        assert_eq!(view(&server, user.id).await["status"], "active");
        assert_eq!(view(&server, endless.id).await["status"], "banned");
    }

    async fn s004_31_a_new_ban_over_one_whose_time_is_up_is_told_as_two(server: TestServer) {
        let ana = server.admin(&[UserBan]).await;
        let session = server.session(&ana).await;
        let user = server.plain().await;
        ban_for(&server, &session, &user, 1).await;
        server.advance(TimeDelta::hours(2));
        let session = server.session(&ana).await;
        ban_for(&server, &session, &user, 1).await;
        let actions: Vec<_> = history(&server, user.id).await;
        assert_eq!(actions, [
            format!("ban by {}: spam 1", ana.id),
            "auto_unban by system: the ban's time was up -".to_owned(),
            format!("ban by {}: spam 1", ana.id),
        ]);
        assert_eq!(audit_rows(&server).await[1], format!("user_unbanned system #{} {{}}", user.id));
        jobs::run_due(&server.services).await;
        assert_eq!(view(&server, user.id).await["status"], "banned");
    }

    async fn s004_31_more_bans_than_one_step_holds_end_in_one_run(server: TestServer) {
        let user = server.plain().await;
        let people = (0..1_100)
            .map(|number| format!(
                "('u{number}@people.example', 'u{number}@people.example', TRUE, 'spam', '2026-09-01 07:00:00+00:00', \
                 '2026-09-01 07:00:00+00:00', '2026-09-01 07:00:00+00:00')"
            ))
            .collect::<Vec<_>>()
            .join(", ");
        server.database.execute(&format!(
            "INSERT INTO users (email, email_key, is_banned, ban_reason, ban_expires_at, created_at, updated_at) \
             VALUES {people}"
        )).await;
        jobs::run_due(&server.services).await;
        let banned = "SELECT count(*) FROM users WHERE is_banned";
        assert_eq!(server.database.number(banned).await, 0);
        assert_eq!(server.database.count("ban_history").await, 1_100);
        assert_eq!(server.database.count("admin_audit_log").await, 1_100);
        assert_eq!(view(&server, user.id).await["version"], 1);
    }

    async fn without_its_audit_row_no_ban_ends(server: TestServer) {
        let ana = server.admin(&[UserBan]).await;
        let session = server.session(&ana).await;
        let user = server.plain().await;
        ban_for(&server, &session, &user, 1).await;
        server.advance(TimeDelta::hours(2));
        server.database.break_audit().await;
        jobs::run_due(&server.services).await;
        server.database.mend_audit().await;
        assert_eq!(history(&server, user.id).await.len(), 1);
        server.advance(TimeDelta::minutes(1));
        jobs::run_due(&server.services).await;
        assert_eq!(history(&server, user.id).await.len(), 2);
    }
}
