//! Connections as they are: slow ones, many of them, and clients that hang up.

use std::time::{Duration, Instant};

use quarterdeck_api::permission::Permission::ApplicationsApprove;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::DECIDE;
use crate::harness::{TestServer, on_both, until};

const HEALTH: &[u8] = b"GET /actuator/health HTTP/1.1\r\nhost: x\r\n\r\n";

async fn connect(server: &TestServer) -> TcpStream {
    TcpStream::connect(server.address()).await.unwrap()
}

/// What comes until the server closes.
async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A reset is an end too.
    let _ = timeout(Duration::from_secs(20), stream.read_to_end(&mut bytes))
        .await
        .expect("the server closes");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Reads the head and body of one answer, and leaves the connection open.
async fn one_answer(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    while !text.ends_with('}') {
        let length = stream.read(&mut buffer).await.unwrap();
        assert_ne!(length, 0, "closed after {text:?}");
        text.push_str(&String::from_utf8_lossy(&buffer[..length]));
    }
    text
}

on_both! {
    async fn headers_that_do_not_come_end_the_connection(database: TestDatabase) {
        let server = TestServer::start_with(database, |config| config.http.header_timeout_seconds = 1).await;
        for begun in [&b""[..], b"GET /actuator/health HTTP/1.1\r\n", b"GET /actuator/health HTTP/1.1\r\nhost: x\r\nx-a: "] {
            let mut stream = connect(&server).await;
            let started = Instant::now();
            stream.write_all(begun).await.unwrap();
            let answer = rest(&mut stream).await;
            assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
            assert!(started.elapsed() < Duration::from_secs(10));
        }
        let mut stream = connect(&server).await;
        stream.write_all(HEALTH).await.unwrap();
        assert!(one_answer(&mut stream).await.starts_with("HTTP/1.1 200"), "others are served meanwhile");
        assert_eq!(rest(&mut stream).await, "", "an idle connection ends as well");
    }

    async fn a_body_that_does_not_come_is_refused(database: TestDatabase) {
        let server = TestServer::start_with(database, |config| config.http.body_timeout_seconds = 1).await;
        let mut stream = connect(&server).await;
        let head = b"POST /api/v1/auth/refresh HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";
        stream.write_all(head).await.unwrap();
        let answer = rest(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
        assert!(answer.contains("did not arrive in time"), "{answer}");
    }

    async fn over_the_cap_a_connection_waits_for_a_place(database: TestDatabase) {
        let server = TestServer::start_with(database, |config| config.http.max_connections = 2).await;
        let (mut first, mut second) = (connect(&server).await, connect(&server).await);
        for stream in [&mut first, &mut second] {
            stream.write_all(HEALTH).await.unwrap();
            one_answer(stream).await;
        }
        let mut third = connect(&server).await;
        third.write_all(HEALTH).await.unwrap();
        let unanswered = timeout(Duration::from_millis(200), third.read_u8()).await;
        assert!(unanswered.is_err(), "there are only two places");
        drop(first);
        assert!(one_answer(&mut third).await.contains("TTP/1.1 200"));
        second.write_all(HEALTH).await.unwrap();
        assert!(one_answer(&mut second).await.starts_with("HTTP/1.1 200"), "who is in stays in");
    }

    async fn a_connection_serves_one_request_after_the_other(server: TestServer) {
        let mut stream = connect(&server).await;
        for _ in 0..3 {
            stream.write_all(HEALTH).await.unwrap();
            assert!(one_answer(&mut stream).await.starts_with("HTTP/1.1 200"));
        }
    }

    async fn what_is_no_http_is_refused(server: TestServer) {
        let long = format!("GET / HTTP/1.1\r\nhost: x\r\nx-long: {}\r\n\r\n", "x".repeat(600_000));
        for bytes in ["\u{16}\u{3}\u{1}\u{2}", "HELO there\r\n\r\n", "GET /\u{7f} HTTP/1.1\r\n\r\n", &long,
            "POST /api/v1/auth/refresh HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ncontent-length: 5\r\n\r\n{}abc",
            "POST /api/v1/auth/refresh HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked, nonsense\r\n\r\n{}"] {
            let mut stream = connect(&server).await;
            let _ = stream.write_all(bytes.as_bytes()).await;
            let _ = stream.shutdown().await;
            let answer = rest(&mut stream).await;
            assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
        }
        assert_eq!(server.get("/actuator/health").send().await.status, 200);
    }

    async fn a_client_that_hangs_up_neither_undoes_nor_half_does_its_write(server: TestServer) {
        let ana = server.admin(&[ApplicationsApprove]).await;
        let session = server.session(&ana).await;
        server.applications(2).await;
        let mut holder = server.hold_writes().await;
        let body = json!({ "action": "approve", "ids": [1, 2] }).to_string();
        let request = format!(
            "POST {DECIDE} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\nidempotency-key: gone\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            session.access, body.len()
        );
        let mut stream = connect(&server).await;
        stream.write_all(request.as_bytes()).await.unwrap();
        server.until_a_write_waits().await;
        drop(stream);
        holder.commit().await;
        holder.close().await;
        until("the write ends", async || {
            (server.database.count("admin_audit_log").await > 0).then_some(())
        })
        .await;
        assert_eq!(server.database.texts("SELECT status FROM applications ORDER BY id").await, ["ACTIVE", "ACTIVE"]);
        let codes = server.database.texts("SELECT action_code FROM admin_audit_log ORDER BY seq").await;
        assert_eq!(codes, ["application_approved", "application_approved", "bulk_approve"]);
        assert_eq!(server.database.count("admin_action_log").await, 1);
        let again = server.post(DECIDE).session(&session).key("gone").body("application/json", body).send().await;
        assert_eq!((again.header("idempotent-replayed"), &again.json()["changed"]), ("true", &json!(2)));
    }

    async fn stopping_lets_a_running_call_finish_and_takes_no_new_one(server: TestServer) {
        let ana = server.admin(&[ApplicationsApprove]).await;
        let session = server.session(&ana).await;
        server.applications(1).await;
        let mut holder = server.hold_writes().await;
        let decide = server.post(DECIDE).session(&session).json(json!({ "action": "approve", "ids": [1] }));
        let running = tokio::spawn(decide.send());
        server.until_a_write_waits().await;
        let late = server.get("/actuator/health");
        let stopped = tokio::spawn(server.stop());
        until("the listener closes", async || late.clone().try_send().await.err()).await;
        holder.commit().await;
        holder.close().await;
        assert_eq!(running.await.unwrap().json()["changed"], 1);
        let database = stopped.await.unwrap();
        assert_eq!(database.texts("SELECT status FROM applications").await, ["ACTIVE"]);
    }
}
