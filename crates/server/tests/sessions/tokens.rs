//! Access and refresh tokens (S000-07, S000-08).

use chrono::TimeDelta;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::harness::{Reply, Session, TestServer, on_both};

async fn me(server: &TestServer, session: &Session) -> Reply {
    server.get("/api/v1/auth/me").session(session).send().await
}

async fn refresh(server: &TestServer, token: &str) -> Reply {
    server
        .post("/api/v1/auth/refresh")
        .json(json!({ "refresh_token": token }))
        .send()
        .await
}

on_both! {
    async fn s000_08_each_reason_of_a_401_has_its_code(server: TestServer) {
        let ana = server.admin(&[]).await;
        let expired = server.session(&ana).await;
        server.advance(TimeDelta::minutes(15));
        let revoked = server.session(&ana).await;
        assert_eq!(server.post("/api/v1/auth/sign-out").session(&revoked).send().await.status, 204);
        let get = || server.get("/api/v1/auth/me");
        get().send().await.refused(401, "missing_authorization");
        get().session(&expired).send().await.refused(401, "token_expired");
        get().session(&revoked).send().await.refused(401, "session_revoked");
        for malformed in ["Bearer nonsense", "Bearer ", "Bearer", "Basic dXNlcjpwYXNz", "nonsense", ""] {
            get().header("authorization", malformed).send().await.refused(401, "token_invalid");
        }
    }

    async fn s000_08_a_401_says_what_to_do(server: TestServer) {
        server.get("/api/v1/admin/applications?take=3").send().await.is(401, json!({
            "type": "urn:quarterdeck:problem:missing_authorization",
            "title": "no credential was sent",
            "status": 401,
            "detail": "no credential was sent; sign in, or check that no proxy strips the Authorization header",
            "instance": "/api/v1/admin/applications",
            "code": "missing_authorization",
            "class": "unauthenticated",
            "surface": "admin",
            "request_id": "…",
        }));
    }

    async fn s000_07_a_refresh_gives_a_new_pair_and_ends_the_old_access_token(server: TestServer) {
        let ana = server.admin(&[]).await;
        let old = server.sign_in(&ana).await;
        server.advance(TimeDelta::minutes(20));
        me(&server, &old).await.refused(401, "token_expired");
        let reply = refresh(&server, &old.refresh).await;
        let new = reply.session();
        reply.is(200, json!({
            "access_token": new.access,
            "access_expires_at": "2026-09-01T08:35:00Z",
            "refresh_token": new.refresh,
            // A refresh does not make the session longer.
            "refresh_expires_at": "2026-09-01T20:00:00Z",
            "socket_token": reply.text_at("/socket_token"),
        }));
        assert_eq!(reply.cookies().len(), 3);
        assert_eq!(me(&server, &new).await.status, 200);
        me(&server, &old).await.refused(401, "token_expired");
        // One session all along.
        assert_eq!(server.database.count("sessions").await, 1);
    }

    async fn s000_07_a_replaced_access_token_is_called_expired_not_invalid(server: TestServer) {
        let ana = server.admin(&[]).await;
        let old = server.sign_in(&ana).await;
        let new = refresh(&server, &old.refresh).await.session();
        me(&server, &old).await.refused(401, "token_expired");
        server.post("/api/v1/auth/sign-out").session(&new).send().await;
        me(&server, &old).await.refused(401, "session_revoked");
    }

    async fn s000_07_a_refresh_token_that_comes_twice_ends_the_session(server: TestServer) {
        let ana = server.admin(&[]).await;
        let first = server.sign_in(&ana).await;
        let other = server.session(&ana).await;
        let second = refresh(&server, &first.refresh).await.session();
        let third = refresh(&server, &second.refresh).await.session();
        refresh(&server, &first.refresh).await.refused(401, "session_revoked");
        me(&server, &third).await.refused(401, "session_revoked");
        refresh(&server, &third.refresh).await.refused(401, "session_revoked");
        assert_eq!(
            server.database.texts("SELECT revoke_reason FROM sessions WHERE revoked_at IS NOT NULL").await,
            ["refresh_reused"]
        );
        assert_eq!(me(&server, &other).await.status, 200, "another session of the account lives on");
    }

    async fn s000_07_of_many_refreshes_at_once_at_most_one_succeeds(server: TestServer) {
        let ana = server.admin(&[]).await;
        let session = server.session(&ana).await;
        let mut posts = JoinSet::new();
        for _ in 0..16 {
            let body = json!({ "refresh_token": session.refresh });
            posts.spawn(server.post("/api/v1/auth/refresh").json(body).send());
        }
        let replies = posts.join_all().await;
        let given: Vec<_> = replies.iter().filter(|reply| reply.status == 200).collect();
        assert_eq!(given.len(), 1);
        for reply in replies.iter().filter(|reply| reply.status != 200) {
            reply.refused(401, "session_revoked");
        }
        me(&server, &given[0].session()).await.refused(401, "session_revoked");
    }

    async fn s000_07_an_ended_session_cannot_be_refreshed(server: TestServer) {
        let ana = server.admin(&[]).await;
        let session = server.session(&ana).await;
        server.advance(TimeDelta::hours(11));
        let session = refresh(&server, &session.refresh).await.session();
        server.advance(TimeDelta::minutes(50));
        let reply = refresh(&server, &session.refresh).await;
        assert_eq!(reply.json()["access_expires_at"], "2026-09-01T20:00:00Z", "no longer than the session");
        server.advance(TimeDelta::minutes(10));
        refresh(&server, &reply.session().refresh).await.refused(401, "token_expired");
    }

    async fn s000_07_nonsense_is_no_refresh_token(server: TestServer) {
        let ana = server.admin(&[]).await;
        let session = server.session(&ana).await;
        refresh(&server, "nonsense").await.refused(401, "token_invalid");
        refresh(&server, &session.access).await.refused(401, "token_invalid");
        server.post("/api/v1/auth/refresh").send().await.refused(401, "missing_authorization");
        server.get("/api/v1/auth/me").bearer(&session.refresh).send().await.refused(401, "token_invalid");
    }

    async fn tokens_are_stored_hashed_and_replies_that_hold_them_nowhere(server: TestServer) {
        let ana = server.admin(&[]).await;
        let challenge = server.challenge(&ana).await;
        let session = server.sign_in(&ana).await;
        let renewed = refresh(&server, &session.refresh).await;
        let secrets = [
            challenge,
            session.access,
            session.refresh,
            renewed.text_at("/access_token"),
            renewed.text_at("/refresh_token"),
            renewed.text_at("/socket_token"),
            crate::harness::PASSWORD.to_owned(),
            ana.secret.as_ref().map(|secret| quarterdeck_server::gate::totp::encode_secret(secret)).unwrap(),
        ];
        let log = "SELECT url || request_body || response || user_agent FROM admin_action_log";
        let stored = format!(
            "{:?} {:?}",
            server.database.snapshot().await,
            server.database.texts(log).await
        );
        for secret in secrets {
            assert!(!stored.contains(&secret), "{secret} is in the database");
        }
    }

    async fn signing_out_takes_the_cookies_back_and_is_recorded(server: TestServer) {
        let ana = server.admin(&[]).await;
        let session = server.session(&ana).await;
        let reply = server.post("/api/v1/auth/sign-out").session(&session).send().await;
        assert_eq!((reply.status, reply.text.as_str()), (204, ""));
        assert_eq!(reply.cookies(), [
            "access_token=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0",
            "refresh_token=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0",
            "socket_token=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0",
        ]);
        let log = "SELECT method || ' ' || route || ' ' || user_id || ' ' || status FROM admin_action_log";
        assert_eq!(server.database.texts(log).await, [format!("POST /api/v1/auth/sign-out {} 204", ana.id)]);
    }

    async fn s000_12_rights_are_read_at_every_call(server: TestServer) {
        let ana = server.admin(&[]).await;
        let session = server.session(&ana).await;
        let check = || server.get("/api/v1/admin/check").session(&session);
        assert_eq!(check().send().await.status, 200);
        server.database.execute("UPDATE users SET is_platform_admin = FALSE, epoch = epoch + 1").await;
        let body = check().send().await.refused(403, "platform_admin_required");
        assert_eq!(body["surface"], "admin");
        let me = server.get("/api/v1/auth/me").session(&session).send().await;
        assert_eq!(me.json()["is_platform_admin"], Value::Bool(false));
    }
}
