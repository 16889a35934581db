//! Ban and unban of one user.

use chrono::TimeDelta;
use quarterdeck_api::permission::Permission::{UserBan, UserSuspend};
use serde_json::json;

use super::{act, audit_rows, ban, changed, coded, history, noop, view};
use crate::harness::{PASSWORD, on_both};

on_both! {
    async fn s004_12_a_ban_shuts_the_user_out_and_tells_the_whole_user(server: TestServer) {
        let ana = server.admin(&[UserBan]).await;
        let session = server.session(&ana).await;
        let user = server.plain().await;
        let live = server.session(&user).await;
        server.session(&user).await;
        server.advance(TimeDelta::minutes(1));
        let reply = act(&server, &session, user.id, "ban", json!({ "banReason": "  spam links " })).send().await;
        let body = changed(&reply);
        for (field, value) in [
            ("id", json!(user.id)), ("status", json!("banned")), ("isBanned", json!(true)),
            ("banReason", json!("spam links")), ("banned_at", json!("2026-09-01T08:01:00Z")),
            ("banned_by", json!(ana.email)), ("ban_expires_at", json!(null)),
            ("updated_at", json!("2026-09-01T08:01:00Z")), ("version", json!(2)), ("active_sessions", json!(0)),
        ] {
            assert_eq!(body[field], value, "{field}");
        }
        server.get("/api/v1/auth/me").session(&live).send().await.refused(401, "session_revoked");
        let sign_in = json!({ "email": user.email, "password": PASSWORD });
        server.post("/api/v1/auth/sign-in").json(sign_in).send().await.refused(403, "account_banned");
        let reasons = "SELECT DISTINCT revoke_reason FROM sessions WHERE user_id = ".to_owned() + &user.id.to_string();
        assert_eq!(server.database.texts(&reasons).await, ["banned"]);
        let epochs = format!("SELECT epoch FROM users WHERE id = {}", user.id);
        assert_eq!(server.database.number(&epochs).await, 3);
    }

    async fn s004_20_s004_30_a_ban_says_who_and_its_row_in_the_log_says_nothing_about_the_person(server: TestServer) {
        let ana = server.admin(&[UserBan]).await;
        let session = server.session(&ana).await;
        let user = server.plain().await;
        server.session(&user).await;
        let body = json!({ "banReason": "calls himself Max Muster", "durationHours": 24 });
        changed(&act(&server, &session, user.id, "ban", body).send().await);
        let stored = format!(
            "SELECT is_banned || ' ' || ban_reason || ' ' || banned_by || ' ' || (updated_at = banned_at) \
             FROM users WHERE id = {}", user.id
        );
        let truth = match server.database.backend {
            crate::harness::Backend::Sqlite => "1",
            crate::harness::Backend::Postgres => "true",
        };
        assert_eq!(
            server.database.texts(&stored).await,
            [format!("{truth} calls himself Max Muster {} {truth}", ana.id)]
        );
        assert_eq!(
            history(&server, user.id).await,
            [format!("ban by {}: calls himself Max Muster 24", ana.id)]
        );
        let details = json!({
            "duration_hours": 24, "expires_at": "2026-09-02T08:00:00Z", "from": "active", "sessions_revoked": 1,
        });
        assert_eq!(audit_rows(&server).await, [format!("user_banned {} #{} {details}", ana.email, user.id)]);
    }

    async fn s004_12_a_reason_and_an_end_that_make_no_sense_are_refused_by_name(server: TestServer) {
        let ana = server.admin(&[UserBan]).await;
        let session = server.session(&ana).await;
        let user = server.plain().await;
        let before = server.database.snapshot().await;
        for (body, field) in [
            (json!({ "banReason": "" }), "banReason"),
            (json!({ "banReason": "  no " }), "banReason"),
            (json!({ "banReason": "x".repeat(501) }), "banReason"),
            (json!({}), "banReason"),
            (json!({ "banReason": "spam", "durationHours": 0 }), "durationHours"),
            (json!({ "banReason": "spam", "durationHours": 87_601 }), "durationHours"),
        ] {
            act(&server, &session, user.id, "ban", body).send().await.names_fields(&[field]);
        }
        for body in [json!({ "banReason": "" }), json!({ "banReason": "no" })] {
            act(&server, &session, user.id, "unban", body).send().await.names_fields(&["banReason"]);
        }
        ban(&server, &session, 4_711).send().await.refused(404, "not_found");
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
    }

    async fn s004_13_s004_21_an_unban_lets_the_user_in_and_the_history_keeps_the_reason(server: TestServer) {
        let ana = server.admin(&[UserBan]).await;
        let session = server.session(&ana).await;
        let user = server.plain().await;
        ban(&server, &session, user.id).send().await;
        let unban = json!({ "banReason": "appeal granted", "expectedVersion": 2 });
        let body = changed(&act(&server, &session, user.id, "unban", unban.clone()).send().await);
        for (field, value) in [
            ("status", json!("active")), ("isBanned", json!(false)), ("banReason", json!("appeal granted")),
            ("banned_at", json!(null)), ("banned_by", json!(null)), ("version", json!(3)),
        ] {
            assert_eq!(body[field], value, "{field}");
        }
        assert_eq!(
            history(&server, user.id).await,
            [format!("ban by {}: spam -", ana.id), format!("unban by {}: appeal granted -", ana.id)]
        );
        assert_eq!(audit_rows(&server).await[1], format!("user_unbanned {} #{} {{}}", ana.email, user.id));
        server.sign_in(&user).await;
        let before = server.database.snapshot().await;
        noop(&act(&server, &session, user.id, "unban", json!({ "banReason": "again" })).send().await);
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
    }

    async fn s004_31_a_history_row_is_tied_to_the_audit_row_by_the_request(server: TestServer) {
        let ana = server.admin(&[UserBan]).await;
        let session = server.session(&ana).await;
        let user = server.plain().await;
        let banned = ban(&server, &session, user.id).send().await;
        let unban = json!({ "banReason": "appeal" });
        let unbanned = act(&server, &session, user.id, "unban", unban).send().await;
        let tied = "SELECT h.request_id FROM ban_history h JOIN admin_audit_log l \
            ON l.request_id = h.request_id AND l.target_id = CAST(h.user_id AS TEXT) ORDER BY h.id";
        let requests = [banned.header("x-request-id"), unbanned.header("x-request-id")];
        assert_eq!(server.database.texts(tied).await, requests);
    }

    async fn s004_32_the_answer_is_what_reading_the_user_tells(server: TestServer) {
        let ana = server.admin(&[UserBan, UserSuspend]).await;
        let session = server.session(&ana).await;
        let user = server.plain().await;
        for (verb, body) in [
            ("ban", json!({ "banReason": "spam", "durationHours": 2 })),
            ("unban", json!({ "banReason": "appeal" })),
            ("suspend", json!({ "reason": "under review" })),
            ("unsuspend", json!({})),
        ] {
            let reply = act(&server, &session, user.id, verb, body).send().await;
            assert_eq!(changed(&reply), view(&server, user.id).await, "{verb}");
        }
    }

    async fn s004_33_a_second_ban_alike_changes_nothing_and_leaves_nothing(server: TestServer) {
        let ana = server.admin(&[UserBan]).await;
        let session = server.session(&ana).await;
        for body in [json!({ "banReason": "spam" }), json!({ "banReason": "spam", "durationHours": 24 })] {
            let user = server.plain().await;
            let first = changed(&act(&server, &session, user.id, "ban", body.clone()).send().await);
            server.advance(TimeDelta::seconds(20));
            let before = server.database.snapshot().await;
            let requests = server.database.count("admin_action_log").await;
            let again = noop(&act(&server, &session, user.id, "ban", body).send().await);
            assert_eq!((&again["updated_at"], &again["version"]), (&first["updated_at"], &json!(2)));
            assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
            assert_eq!(server.database.count("admin_action_log").await, requests);
            assert_eq!(history(&server, user.id).await.len(), 1);
        }
    }

    async fn s004_33_another_reason_or_end_is_a_change(server: TestServer) {
        let ana = server.admin(&[UserBan]).await;
        let session = server.session(&ana).await;
        let user = server.plain().await;
        ban(&server, &session, user.id).send().await;
        for (number, body) in [
            json!({ "banReason": "fraud" }),
            json!({ "banReason": "fraud", "durationHours": 1 }),
            json!({ "banReason": "fraud", "durationHours": 2 }),
            json!({ "banReason": "fraud" }),
        ].into_iter().enumerate() {
            let body = changed(&act(&server, &session, user.id, "ban", body).send().await);
            assert_eq!(body["version"], json!(number + 3));
        }
        assert_eq!(history(&server, user.id).await.len(), 5);
        assert!(audit_rows(&server).await[1].contains(r#""from":"banned""#));
    }

    async fn s004_33_a_repeat_under_its_key_is_answered_again(server: TestServer) {
        let ana = server.admin(&[UserBan]).await;
        let session = server.session(&ana).await;
        let user = server.plain().await;
        let request = ban(&server, &session, user.id).key("ban-1");
        let first = request.clone().send().await;
        act(&server, &session, user.id, "unban", json!({ "banReason": "appeal" })).send().await;
        let second = request.send().await;
        assert_eq!((second.status, second.text), (200, first.text));
        assert_eq!(history(&server, user.id).await.len(), 2);
        act(&server, &session, user.id, "ban", json!({ "banReason": "other" })).key("ban-1").send().await
            .refused(422, "idempotency_mismatch");
    }

    async fn s004_35_a_refused_ban_is_in_the_action_log_with_its_status(server: TestServer) {
        let ana = server.admin(&[UserBan]).await;
        let session = server.session(&ana).await;
        ban(&server, &session, ana.id).send().await.refused(403, "superadmin_required");
        ban(&server, &session, 4_711).send().await.refused(404, "not_found");
        act(&server, &session, 4_711, "ban", json!({})).send().await.names_fields(&["banReason"]);
        let rows = "SELECT status || ' ' || code FROM admin_action_log ORDER BY id";
        assert_eq!(
            server.database.texts(rows).await,
            ["403 superadmin_required", "404 not_found", "400 validation_failed"]
        );
    }

    async fn s004_36_without_its_audit_row_a_ban_does_not_happen(server: TestServer) {
        let ana = server.admin(&[UserBan]).await;
        let session = server.session(&ana).await;
        let user = server.plain().await;
        let live = server.session(&user).await;
        let before = server.database.snapshot().await;
        server.database.break_audit().await;
        ban(&server, &session, user.id).send().await.refused(503, "audit_unavailable");
        server.database.mend_audit().await;
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
        assert_eq!(server.get("/api/v1/auth/me").session(&live).send().await.status, 200);
    }

    async fn s004_57_nobody_bans_themselves_or_the_last_super_admin(server: TestServer) {
        let root = server.super_admin().await;
        let session = server.session(&root).await;
        let before = server.database.snapshot().await;
        // Neither takes a code: it could not help.
        ban(&server, &session, root.id).send().await.refused(400, "last_admin");
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
        server.super_admin().await;
        ban(&server, &session, root.id).send().await.refused(400, "cannot_target_self");
        assert_eq!(server.database.count("admin_audit_log").await, 0);
    }

    async fn c_06_only_active_super_admins_count(server: TestServer) {
        let root = server.super_admin().await;
        let session = server.session(&root).await;
        for (change, refusal) in [
            ("is_banned = TRUE", "last_admin"),
            ("suspended_at = created_at", "last_admin"),
            ("deleted_at = created_at", "last_admin"),
            ("is_banned = TRUE, ban_expires_at = created_at", "cannot_target_self"),
        ] {
            let other = server.super_admin().await;
            server.database.execute(&format!("UPDATE users SET {change} WHERE id = {}", other.id)).await;
            ban(&server, &session, root.id).send().await.refused(400, refusal);
        }
    }

    async fn a_ban_of_somebody_else_than_was_seen_tells_who_was_first(server: TestServer) {
        let (ana, omar) = (server.admin(&[UserBan]).await, server.admin(&[UserBan]).await);
        let (first, second) = (server.session(&ana).await, server.session(&omar).await);
        let user = server.plain().await;
        let body = json!({ "banReason": "spam", "expectedVersion": 1 });
        changed(&act(&server, &first, user.id, "ban", body.clone()).send().await);
        let problem = act(&server, &second, user.id, "ban", body).send().await.refused(409, "stale_version");
        let conflict = json!({
            "status": "banned", "decided_by": ana.email, "decided_at": "2026-09-01T08:00:00Z", "version": 2,
        });
        assert_eq!(problem["conflict"], conflict);
        let stale = json!({ "banReason": "appeal", "expectedVersion": 1 });
        let problem = act(&server, &second, user.id, "unban", stale).send().await.refused(409, "stale_version");
        assert_eq!(problem["conflict"], conflict);
        assert_eq!(history(&server, user.id).await.len(), 1);
    }

    async fn who_is_gone_is_not_banned(server: TestServer) {
        let ana = server.admin(&[UserBan]).await;
        let session = server.session(&ana).await;
        for (change, status) in [("deleted_at", "deleted"), ("anonymized_at", "anonymized")] {
            let user = server.plain().await;
            server.database.execute(&format!("UPDATE users SET {change} = created_at WHERE id = {}", user.id)).await;
            let problem = ban(&server, &session, user.id).send().await.refused(409, "stale_version");
            assert_eq!(problem["conflict"]["status"], status);
        }
    }

    async fn c_11_banning_staff_takes_a_super_admin_and_a_code(server: TestServer) {
        let (root, ana) = (server.super_admin().await, server.admin(&[UserBan]).await);
        let (by_root, by_ana) = (server.session(&root).await, server.session(&ana).await);
        let (staff, user) = (server.admin(&[]).await, server.plain().await);
        let request = coded(&server, &ana, ban(&server, &by_ana, staff.id));
        request.send().await.refused(403, "superadmin_required");
        ban(&server, &by_root, staff.id).send().await.refused(403, "otp_required");
        assert_eq!(server.database.count("admin_audit_log").await, 0);
        changed(&ban(&server, &by_ana, user.id).send().await);
        changed(&coded(&server, &root, ban(&server, &by_root, staff.id)).send().await);
        let unban = json!({ "banReason": "appeal" });
        let request = act(&server, &by_root, staff.id, "unban", unban);
        request.clone().send().await.refused(403, "otp_required");
        server.advance(TimeDelta::seconds(30));
        changed(&coded(&server, &root, request).send().await);
    }

    async fn s004_21_an_unban_writes_three_columns_and_the_history_keeps_the_old_reason(server: TestServer) {
        let ana = server.admin(&[UserBan]).await;
        let session = server.session(&ana).await;
        let user = server.plain().await;
        changed(&ban(&server, &session, user.id).send().await);
        server.advance(TimeDelta::minutes(1));
        let unban = json!({ "banReason": "appeal granted" });
        changed(&act(&server, &session, user.id, "unban", unban).send().await);
        let stored = format!(
            "SELECT CASE WHEN is_banned THEN 'banned' ELSE 'free' END || ' ' || ban_reason FROM users WHERE id = {}",
            user.id
        );
        assert_eq!(server.database.texts(&stored).await, ["free appeal granted"]);
        assert_eq!(view(&server, user.id).await["updated_at"], "2026-09-01T08:01:00Z");
        let kept = format!("ban by {}: spam -", ana.id);
        assert_eq!(history(&server, user.id).await[0], kept);
    }

    async fn s004_30_a_ban_stores_who_and_when_and_so_does_its_history(server: TestServer) {
        let (ana, omar) = (server.admin(&[UserBan]).await, server.admin(&[UserBan]).await);
        let session = server.session(&omar).await;
        let user = server.plain().await;
        server.advance(TimeDelta::minutes(1));
        changed(&ban(&server, &session, user.id).send().await);
        let by = format!("SELECT banned_by FROM users WHERE id = {}", user.id);
        assert_ne!(ana.id, omar.id);
        assert_eq!(server.database.number(&by).await, omar.id);
        assert_eq!(view(&server, user.id).await["banned_at"], "2026-09-01T08:01:00Z");
        assert_eq!(history(&server, user.id).await, [format!("ban by {}: spam -", omar.id)]);
    }
}
