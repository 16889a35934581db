//! What one connection, one account and all of them may cost the server.

use bytes::Bytes;
use quarterdeck_api::operation::Access;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::realtime::{MAX_FRAME_BYTES, MAX_IDS};
use quarterdeck_server::cluster::bus::{CAPACITY, Told};
use quarterdeck_server::cluster::sockets::MOST_OF_AN_ACCOUNT;
use tokio_tungstenite::tungstenite::Message;

use crate::harness::{Live, TestServer, on_both, until};

async fn refused(server: &TestServer, token: &str) -> Option<u16> {
    Live::try_open(server.address(), token, "").await.err()
}

on_both! {
    async fn there_are_so_many_places_and_calls_need_none_of_them(database: TestDatabase) {
        let server = TestServer::start_with(database, |config| {
            config.http.max_sockets = 2;
            config.http.max_connections = 2;
        })
        .await;
        let ana = server.admin(&[]).await;
        let session = server.session(&ana).await;
        let (first, _) = server.live(&session).await;
        let (_second, _) = server.live(&session).await;
        assert_eq!(refused(&server, &session.socket).await, Some(503));
        assert_eq!(server.get("/actuator/health").send().await.status, 200);
        drop(first);
        until("a place is free", async || {
            Live::try_open(server.address(), &session.socket, "").await.ok().map(|_| ())
        })
        .await;
    }

    async fn one_account_cannot_take_all_places(server: TestServer) {
        let (ana, bob) = (server.admin(&[]).await, server.admin(&[]).await);
        let mut held = Vec::new();
        for _ in 0..MOST_OF_AN_ACCOUNT {
            held.push(server.live(&server.session(&ana).await).await);
        }
        assert_eq!(refused(&server, &server.session(&ana).await.socket).await, Some(503));
        server.live(&server.session(&bob).await).await;
    }

    async fn a_slow_reader_is_dropped_and_costs_what_the_bus_holds(server: TestServer) {
        let ana = server.admin(&[Permission::AuditView]).await;
        let (slow, _) = server.live(&server.session(&ana).await).await;
        let (mut quick, _) = server.live(&server.session(&ana).await).await;
        let open = server.services.sockets.count();
        let text = format!(r#"{{"v":1,"type":"filler","of":"{}"}}"#, "x".repeat(MAX_FRAME_BYTES - 100));
        let frame = Told::Frame {
            access: Access::Permission(Permission::AuditView),
            seq: None,
            text: Bytes::from(text),
        };
        let mut told = 0;
        until("the slow one is dropped", async || {
            // No faster than the quick one reads, which loses nothing.
            for _ in 0..CAPACITY / 2 {
                server.services.bus.tell(frame.clone());
                told += 1;
                assert_eq!(quick.frame_of("filler").await["v"], 1);
            }
            (*open.borrow() == 1).then_some(())
        })
        .await;
        eprintln!("dropped after {told} frames of {MAX_FRAME_BYTES} bytes; the bus holds {CAPACITY} of {MAX_IDS} ids at most");
        drop(slow);
    }

    async fn a_client_that_talks_is_shown_the_door(server: TestServer) {
        let ana = server.admin(&[]).await;
        let session = server.session(&ana).await;
        for message in [Message::text("hello"), Message::binary(vec![0; 10])] {
            let (mut live, _) = server.live(&session).await;
            live.say(message).await;
            assert_eq!(live.end().await, ("refused".to_owned(), 1008));
        }
        let (mut live, _) = server.live(&session).await;
        for _ in 0..101 {
            live.say(Message::Ping(Bytes::new())).await;
        }
        assert_eq!(live.end().await, ("refused".to_owned(), 1008));
        let (mut live, _) = server.live(&session).await;
        live.say(Message::text("x".repeat(100_000))).await;
        until("the place is free", async || {
            (*server.services.sockets.count().borrow() == 0).then_some(())
        })
        .await;
    }

    async fn it_writes_nothing(server: TestServer) {
        let ana = server.admin(&[Permission::AuditView]).await;
        let session = server.session(&ana).await;
        let before = server.database.snapshot().await;
        let (live, _) = server.live(&session).await;
        drop(live);
        until("the place is free", async || {
            (*server.services.sockets.count().borrow() == 0).then_some(())
        })
        .await;
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
    }

    async fn a_call_without_a_handshake_is_told_what_is_missing(server: TestServer) {
        let ana = server.admin(&[]).await;
        let session = server.session(&ana).await;
        let offered = format!("qd.v1, bearer.{}", session.socket);
        let call = server.get("/api/v1/rt").header("sec-websocket-protocol", &offered);
        call.send().await.refused(400, "validation_failed");
        let with_access = server.get("/api/v1/rt").session(&session).send().await;
        with_access.refused(401, "missing_authorization");
        let in_query = server.get(&format!("/api/v1/rt?token={}", session.socket)).send().await;
        in_query.refused(401, "missing_authorization");
    }
}
