//! How a connection ends: with the session, with the account, with the server.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use quarterdeck_api::permission::Permission;
use serde_json::json;

use crate::harness::{Live, on_both, until};

/// How soon a session that is over ends its connections in the process that ended it.
const SOON: Duration = Duration::from_secs(1);

on_both! {
    async fn s004_24_a_banned_operators_socket_closes_within_a_second_with_4403(server: TestServer) {
        let (root, ana, bob) = (server.super_admin().await, server.plain().await, server.plain().await);
        let (of_ana, of_bob) = (server.session(&ana).await, server.session(&bob).await);
        let (mut first, _) = server.live(&of_ana).await;
        let (mut second, _) = server.live(&of_ana).await;
        let (mut other, _) = server.live(&of_bob).await;
        let ban = server.request("PATCH", &format!("/api/v1/admin/users/{}/ban", ana.id)).session(&server.session(&root).await);
        let reply = ban.json(json!({ "banReason": "spam" })).send().await;
        let banned_at = Instant::now();
        assert_eq!(reply.status, 200, "{}", reply.text);
        assert_eq!(first.end().await, ("banned".to_owned(), 4403));
        assert_eq!(second.end().await, ("banned".to_owned(), 4403));
        assert!(banned_at.elapsed() < SOON, "{:?}", banned_at.elapsed());
        assert_eq!(Live::try_open(server.address(), &of_ana.socket, "").await.err(), Some(401));
        // The others stay: what ends this one is the next thing that it hears of.
        let out = server.post("/api/v1/auth/sign-out").session(&of_bob).send().await;
        assert_eq!(out.status, 204);
        assert_eq!(other.end().await, ("revoked".to_owned(), 4401));
    }

    async fn s004_24_a_revoked_session_closes_4401_and_no_other_of_its_account(server: TestServer) {
        let ana = server.admin(&[Permission::ApplicationsView, Permission::ApplicationsApprove]).await;
        let (here, there) = (server.session(&ana).await, server.session(&ana).await);
        let ((mut left, _), (mut kept, _)) = (server.live(&here).await, server.live(&there).await);
        let out = server.post("/api/v1/auth/sign-out").session(&here).send().await;
        let signed_out_at = Instant::now();
        assert_eq!(out.status, 204);
        assert_eq!(left.end().await, ("revoked".to_owned(), 4401));
        assert!(signed_out_at.elapsed() < SOON, "{:?}", signed_out_at.elapsed());
        let ids = server.applications(1).await;
        let body = json!({ "action": "approve", "ids": ids });
        server.post("/api/v1/admin/bulk-applications").session(&there).json(body).send().await;
        assert_eq!(kept.frame_of("changed").await["ids"], json!(ids));
    }

    async fn a_refresh_token_that_was_used_twice_ends_the_sockets_of_its_session(server: TestServer) {
        let ana = server.admin(&[]).await;
        let session = server.session(&ana).await;
        let (mut live, _) = server.live(&session).await;
        let refresh = async || {
            let body = json!({ "refresh_token": session.refresh });
            server.post("/api/v1/auth/refresh").json(body).send().await
        };
        let renewed = refresh().await.session();
        assert_eq!(Live::try_open(server.address(), &session.socket, "").await.err(), Some(401));
        let (mut next, _) = server.live(&renewed).await;
        assert_eq!(refresh().await.status, 401);
        assert_eq!(live.end().await.1, 4401);
        assert_eq!(next.end().await.1, 4401);
    }

    async fn it_outlives_the_token_that_opened_it_and_ends_with_the_session(server: TestServer) {
        let ana = server.admin(&[]).await;
        let session = server.session(&ana).await;
        let (mut live, _) = server.live(&session).await;
        server.advance(TimeDelta::minutes(20));
        assert_eq!(Live::try_open(server.address(), &session.socket, "").await.err(), Some(401));
        let body = json!({ "refresh_token": session.refresh });
        let renewed = server.post("/api/v1/auth/refresh").json(body).send().await.session();
        let (mut renewed, _) = server.live(&renewed).await;
        server.advance(TimeDelta::hours(12));
        assert_eq!(live.end().await, ("revoked".to_owned(), 4401));
        assert_eq!(renewed.end().await.1, 4401);
    }

    async fn a_server_that_stops_says_goodbye(server: TestServer) {
        let ana = server.admin(&[]).await;
        let (mut live, _) = server.live(&server.session(&ana).await).await;
        let began = Instant::now();
        let (told, database) = tokio::join!(live.end(), server.stop());
        assert_eq!(told, ("restarting".to_owned(), 1001));
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
        drop(database);
    }

    async fn a_client_that_hangs_up_gives_its_place_back(server: TestServer) {
        let ana = server.admin(&[]).await;
        let (live, _) = server.live(&server.session(&ana).await).await;
        assert_eq!(*server.services.sockets.count().borrow(), 1);
        drop(live);
        until("the place is free", async || {
            (*server.services.sockets.count().borrow() == 0).then_some(())
        })
        .await;
    }
}
