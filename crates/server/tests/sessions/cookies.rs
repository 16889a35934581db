//! Sessions by cookie: read like a bearer token, written with only from the server's own pages.

use quarterdeck_api::headers::{ACCESS_COOKIE, REFRESH_COOKIE, SOCKET_COOKIE};
use serde_json::json;

use crate::harness::{Request, TestServer, on_both};

const ORIGIN: &str = "https://ops.example.com";

fn append(server: &TestServer, number: u32) -> Request {
    server.post("/api/v1/admin/audit").json(json!({
        "action_code": "admin_refresh",
        "request_id": format!("event-{number}"),
    }))
}

on_both! {
    async fn s004_05_the_cookie_is_as_good_as_the_bearer_token(server: TestServer) {
        let ana = server.admin(&[]).await;
        let session = server.session(&ana).await;
        let check = || server.get("/api/v1/admin/check");
        let cookie = format!("theme=dark; {ACCESS_COOKIE}={}; other=1", session.access);
        check().header("cookie", &cookie).send().await.is(200, json!({ "isAdmin": true }));
        check().session(&session).send().await.is(200, json!({ "isAdmin": true }));
        // The header wins: a stale cookie does not get in the way of a good token, nor the reverse.
        check().header("cookie", &cookie).bearer("nonsense").send().await.refused(401, "token_invalid");
        let stale = format!("{ACCESS_COOKIE}=nonsense");
        check().header("cookie", &stale).session(&session).send().await.is(200, json!({ "isAdmin": true }));
    }

    async fn s004_50_no_other_cookie_is_taken_for_the_access_token(server: TestServer) {
        let ana = server.admin(&[]).await;
        let session = server.session(&ana).await;
        for name in ["jwt_access_token", "Access_Token", SOCKET_COOKIE, REFRESH_COOKIE] {
            let reply = server
                .get("/api/v1/admin/check")
                .header("cookie", &format!("{name}={}", session.access))
                .send()
                .await;
            reply.refused(401, "missing_authorization");
        }
    }

    async fn a_write_under_a_cookie_needs_the_servers_own_origin(database: TestDatabase) {
        let server = TestServer::start_with(database, |config| config.public_origin = Some(ORIGIN.to_owned())).await;
        let ana = server.admin(&[]).await;
        let session = server.session(&ana).await;
        let cookie = format!("{ACCESS_COOKIE}={}", session.access);
        let before = server.database.snapshot().await;
        append(&server, 1).header("cookie", &cookie).send().await.refused(403, "origin_mismatch");
        for origin in ["https://evil.example.com", "null", "http://ops.example.com", "https://ops.example.com:444", ""] {
            let reply = append(&server, 1).header("cookie", &cookie).header("origin", origin).send().await;
            reply.refused(403, "origin_mismatch");
        }
        let sign_out = server.post("/api/v1/auth/sign-out").header("cookie", &cookie).send().await;
        sign_out.refused(403, "origin_mismatch");
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
        let reply = append(&server, 1).header("cookie", &cookie).header("origin", ORIGIN).send().await;
        assert_eq!(reply.status, 201);
        // A bearer token is never sent by a browser on its own.
        assert_eq!(append(&server, 2).session(&session).send().await.status, 201);
    }

    async fn without_a_public_origin_no_cookie_can_write(server: TestServer) {
        let ana = server.admin(&[]).await;
        let session = server.session(&ana).await;
        let cookie = format!("{ACCESS_COOKIE}={}", session.access);
        let own = format!("http://{}", server.address());
        for origin in [own.as_str(), "null", ""] {
            let reply = append(&server, 1).header("cookie", &cookie).header("origin", origin).send().await;
            reply.refused(403, "origin_mismatch");
        }
    }

    async fn a_refresh_by_cookie_needs_the_origin_too(database: TestDatabase) {
        let server = TestServer::start_with(database, |config| config.public_origin = Some(ORIGIN.to_owned())).await;
        let ana = server.admin(&[]).await;
        let session = server.session(&ana).await;
        let refresh = || {
            server.post("/api/v1/auth/refresh").header("cookie", &format!("{REFRESH_COOKIE}={}", session.refresh))
        };
        refresh().send().await.refused(403, "origin_mismatch");
        let reply = refresh().header("origin", ORIGIN).send().await;
        assert_eq!(reply.status, 200);
        for cookie in reply.cookies() {
            assert!(cookie.contains("; HttpOnly; SameSite=Strict; ") && cookie.ends_with("; Secure"), "{cookie}");
        }
    }

    async fn s004_05_an_api_key_opens_no_admin_route(server: TestServer) {
        let ana = server.admin(&[]).await;
        let session = server.session(&ana).await;
        let key = || append(&server, 1).header("x-api-key", "qd_live_0123456789");
        let body = key().send().await.refused(403, "api_key_not_allowed");
        assert_eq!(body["surface"], "admin");
        let cookie = format!("{ACCESS_COOKIE}={}", session.access);
        key().header("cookie", &cookie).header("origin", ORIGIN).send().await.refused(403, "api_key_not_allowed");
        assert_eq!(server.database.count("admin_audit_log").await, 0);
    }
}
