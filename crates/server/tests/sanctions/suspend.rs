//! Suspensions.

use chrono::TimeDelta;
use quarterdeck_api::permission::Permission::{UserBan, UserSuspend};
use serde_json::json;

use super::{act, audit_rows, ban, changed, coded, noop};
use crate::harness::{PASSWORD, on_both};

on_both! {
    async fn s000_29_a_suspension_shuts_out_until_it_is_lifted(server: TestServer) {
        let ana = server.admin(&[UserSuspend]).await;
        let session = server.session(&ana).await;
        let user = server.plain().await;
        let live = server.session(&user).await;
        let body = json!({ "reason": "under review" });
        let suspended = changed(&act(&server, &session, user.id, "suspend", body.clone()).send().await);
        for (field, value) in [
            ("status", json!("suspended")), ("suspended_at", json!("2026-09-01T08:00:00Z")),
            ("suspended_by", json!(ana.email)), ("suspend_reason", json!("under review")), ("version", json!(2)),
        ] {
            assert_eq!(suspended[field], value, "{field}");
        }
        server.get("/api/v1/auth/me").session(&live).send().await.refused(401, "session_revoked");
        let sign_in = server.post("/api/v1/auth/sign-in").json(json!({ "email": user.email, "password": PASSWORD }));
        sign_in.clone().send().await.refused(403, "account_suspended");
        let before = server.database.snapshot().await;
        noop(&act(&server, &session, user.id, "suspend", body).send().await);
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
        let lifted = changed(&act(&server, &session, user.id, "unsuspend", json!({})).send().await);
        assert_eq!((&lifted["status"], &lifted["suspend_reason"]), (&json!("active"), &json!(null)));
        noop(&act(&server, &session, user.id, "unsuspend", json!({})).send().await);
        assert_eq!(sign_in.send().await.status, 200);
        // What was signed in before stays signed out.
        server.get("/api/v1/auth/me").session(&live).send().await.refused(401, "session_revoked");
        assert_eq!(audit_rows(&server).await, [
            format!(r#"user_suspended {} #{} {{"from":"active","sessions_revoked":1}}"#, ana.email, user.id),
            format!("user_unsuspended {} #{} {{}}", ana.email, user.id),
        ]);
    }

    async fn s000_15_the_last_super_admin_is_not_suspended(server: TestServer) {
        let root = server.super_admin().await;
        let session = server.session(&root).await;
        let before = server.database.snapshot().await;
        let request = act(&server, &session, root.id, "suspend", json!({ "reason": "leaving" }));
        coded(&server, &root, request.clone()).send().await.refused(400, "last_admin");
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
        let other = server.super_admin().await;
        request.send().await.refused(400, "cannot_target_self");
        let request = act(&server, &session, other.id, "suspend", json!({ "reason": "leaving" }));
        changed(&coded(&server, &root, request).send().await);
    }

    async fn a_ban_and_a_suspension_do_not_lift_each_other(server: TestServer) {
        let ana = server.admin(&[UserBan, UserSuspend]).await;
        let session = server.session(&ana).await;
        let user = server.plain().await;
        let suspend = json!({ "reason": "under review" });
        changed(&act(&server, &session, user.id, "suspend", suspend).send().await);
        let banned = changed(&ban(&server, &session, user.id).send().await);
        assert_eq!(banned["status"], "banned");
        let unban = json!({ "banReason": "appeal" });
        let unbanned = changed(&act(&server, &session, user.id, "unban", unban).send().await);
        assert_eq!(unbanned["status"], "suspended");
    }

    async fn suspending_takes_its_own_permission_a_reason_and_what_was_seen(server: TestServer) {
        let (ana, omar) = (server.admin(&[UserBan]).await, server.admin(&[UserSuspend]).await);
        let (by_ana, by_omar) = (server.session(&ana).await, server.session(&omar).await);
        let user = server.plain().await;
        let body = json!({ "reason": "under review", "expectedVersion": 1 });
        act(&server, &by_ana, user.id, "suspend", body.clone()).send().await.refused(403, "permission_denied");
        act(&server, &by_omar, user.id, "suspend", json!({ "reason": " " })).send().await.names_fields(&["reason"]);
        changed(&act(&server, &by_omar, user.id, "suspend", body.clone()).send().await);
        let problem = act(&server, &by_omar, user.id, "suspend", body).send().await.refused(409, "stale_version");
        assert_eq!(problem["conflict"], json!({
            "status": "suspended", "decided_by": omar.email, "decided_at": "2026-09-01T08:00:00Z", "version": 2,
        }));
    }

    async fn c_11_suspending_staff_takes_a_super_admin_and_a_code(server: TestServer) {
        let (root, ana) = (server.super_admin().await, server.admin(&[UserSuspend]).await);
        let (by_root, by_ana) = (server.session(&root).await, server.session(&ana).await);
        let staff = server.admin(&[]).await;
        let body = json!({ "reason": "under review" });
        act(&server, &by_ana, staff.id, "suspend", body.clone()).send().await.refused(403, "superadmin_required");
        let request = act(&server, &by_root, staff.id, "suspend", body);
        request.clone().send().await.refused(403, "otp_required");
        changed(&coded(&server, &root, request).send().await);
        let request = act(&server, &by_root, staff.id, "unsuspend", json!({}));
        request.clone().send().await.refused(403, "otp_required");
        server.advance(TimeDelta::seconds(30));
        changed(&coded(&server, &root, request).send().await);
    }
}
