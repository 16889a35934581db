//! `serve`: its first line, its log, its refusals, its end.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{failed, lines, migrate, post, seed};
use crate::harness::process::{ServerProcess, bare_command, command, finished, run};
use crate::harness::{TestDatabase, on_both, until};

const PASSWORD: &str = "quarterdeck-demo";
const DECIDE: &str = "/api/v1/admin/bulk-applications";

fn code() -> String {
    use quarterdeck_server::gate::totp;
    use quarterdeck_server::seed::profile::DEMO_TOTP_SECRET;
    let secret = totp::decode_secret(DEMO_TOTP_SECRET).unwrap();
    totp::code_at(
        &secret,
        totp::step_at(quarterdeck_server::db::Clock::System.now()),
    )
}

/// Signs a demo account in; tells all the secrets that passed by, and the access token first.
async fn sign_in(server: &ServerProcess, email: &str) -> Vec<String> {
    let body = json!({ "email": email, "password": PASSWORD });
    let challenge = post(server.request("POST", "/api/v1/auth/sign-in"), body)
        .await
        .text_at("/token");
    let code = code();
    let body = json!({ "token": challenge, "mfaCode": code });
    let reply = post(server.request("POST", "/api/v1/auth/verify-2fa"), body).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let mut secrets = vec![
        reply.text_at("/access_token"),
        reply.text_at("/refresh_token"),
        reply.text_at("/socket_token"),
    ];
    assert_eq!(reply.cookies().len(), 3);
    secrets.extend([challenge, format!("\"{code}\""), PASSWORD.to_owned()]);
    secrets
}

on_both! {
    async fn a_server_gives_memory_back_sooner_than_its_allocator_would(database: TestDatabase) {
        migrate(&database);
        let own = ServerProcess::start(&database, &[]).environment();
        assert!(own.iter().any(|one| one == "MIMALLOC_PURGE_DELAY=1"), "{own:?}");
        let mut told = command(&database, &["serve", "--listen", "127.0.0.1:0"]);
        let given = ServerProcess::spawn(told.env("MIMALLOC_PURGE_DELAY", "500")).environment();
        let delays: Vec<_> = given.iter().filter(|one| one.starts_with("MIMALLOC_")).collect();
        assert_eq!(delays, ["MIMALLOC_PURGE_DELAY=500"]);
    }

    async fn s004_56_the_first_line_says_where_it_listens_and_the_log_is_elsewhere(database: TestDatabase) {
        seed(&database, &[]).succeeded();
        let mut server = ServerProcess::start(&database, &["--allow-demo-accounts"]);
        assert_eq!(server.request("GET", "/actuator/health").send().await.status, 200);
        let secrets = sign_in(&server, "ana@quarterdeck.example").await;
        let me = server.request("GET", "/api/v1/auth/me").bearer(&secrets[0]).send().await;
        assert_eq!(me.text_at("/email"), "ana@quarterdeck.example");
        let reply = post(server.request("POST", DECIDE).bearer(&secrets[0]).header("cookie", "access_token=crumbs"), json!({ "action": 7 })).await;
        assert_eq!(reply.status, 400);
        server.terminate();
        assert_eq!(server.wait().await.code(), Some(0));
        let log = until("the log is whole", async || Some(server.log()).filter(|log| log.contains("stopped"))).await;
        let logged = lines(&log);
        for line in &logged {
            for field in ["timestamp", "level", "message", "target"] {
                assert!(line[field].is_string(), "{field} in {line}");
            }
        }
        let refused = logged.iter().find(|line| line["message"] == "request refused").expect(&log);
        assert_eq!((&refused["operation"], &refused["status"]), (&json!("applications.decide"), &json!(400)));
        assert_eq!(refused["request_id"], reply.header("x-request-id"));
        for secret in secrets.iter().map(String::as_str).chain(["crumbs", PASSWORD]) {
            assert!(!log.contains(secret), "{secret} in {log}");
        }
    }

    async fn s004_52_one_trace_ties_answer_log_and_action_log(database: TestDatabase) {
        seed(&database, &[]).succeeded();
        let server = ServerProcess::start(&database, &["--allow-demo-accounts"]);
        let token = sign_in(&server, "omar@quarterdeck.example").await.swap_remove(0);
        let ids = database.texts("SELECT CAST(id AS TEXT) FROM applications WHERE status = 'PENDING' ORDER BY id").await;
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        let request = server.request("POST", DECIDE).bearer(&token).header("traceparent", &format!("00-{trace}-00f067aa0ba902b7-01"));
        let reply = post(request, json!({ "action": "waitlist", "ids": [ids[0].parse::<i64>().unwrap()] })).await;
        assert_eq!((reply.status, reply.header("traceparent").contains(trace)), (200, true), "{}", reply.text);
        let row = format!("SELECT trace_id FROM admin_action_log WHERE request_id = '{}'", reply.header("x-request-id"));
        assert_eq!(database.texts(&row).await, [trace]);
        until("the log has it", async || {
            server.log().lines().find(|line| line.contains(trace)).map(str::to_owned)
        })
        .await;
    }

    async fn it_refuses_the_demo_accounts_unless_told(database: TestDatabase) {
        seed(&database, &[]).succeeded();
        let refused = run(&database, &["serve", "--listen", "127.0.0.1:0"]);
        failed(&refused, 2, "this database holds the demo accounts, whose passwords are public; give --allow-demo-accounts");
    }

    async fn a_term_lets_the_running_call_finish(database: TestDatabase) {
        seed(&database, &[]).succeeded();
        let mut server = ServerProcess::start(&database, &["--allow-demo-accounts"]);
        let token = sign_in(&server, "omar@quarterdeck.example").await.swap_remove(0);
        let pending = "SELECT CAST(id AS TEXT) FROM applications WHERE status = 'PENDING' ORDER BY id";
        let id: i64 = database.texts(pending).await[0].parse().unwrap();
        let mut holder = database.connect().await;
        holder.hold_writes().await;
        let body = json!({ "action": "approve", "ids": [id] }).to_string();
        let mut call = TcpStream::connect(server.address()).await.unwrap();
        let head = format!(
            "POST {DECIDE} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {}\r\nexpect: 100-continue\r\n\r\n",
            body.len()
        );
        call.write_all(head.as_bytes()).await.unwrap();
        let mut answer = [0; 12];
        call.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 100", "the server waits for the body");
        server.terminate();
        until("it drains", async || server.log().contains("draining").then_some(())).await;
        let late = server.request("GET", "/actuator/health");
        until("it takes no new call", async || late.clone().try_send().await.err()).await;
        call.write_all(body.as_bytes()).await.unwrap();
        holder.commit().await;
        holder.close().await;
        let mut reply = String::new();
        call.read_to_string(&mut reply).await.unwrap();
        assert!(reply.contains("HTTP/1.1 200 OK") && reply.contains("\"changed\":1"), "{reply}");
        assert_eq!(server.wait().await.code(), Some(0));
        let status = format!("SELECT status FROM applications WHERE id = {id}");
        assert_eq!(database.texts(&status).await, ["ACTIVE"]);
    }

    async fn the_test_clock_is_for_loopback_only(database: TestDatabase) {
        migrate(&database);
        let clock = database.directory().join("clock");
        std::fs::write(&clock, "2031-02-03T04:05:06Z").unwrap();
        let clock = clock.to_str().unwrap();
        let refused = run(&database, &["serve", "--listen", "0.0.0.0:0", "--test-clock", clock]);
        failed(&refused, 2, "--test-clock is refused unless the server listens on loopback, not 0.0.0.0:0");
        let server = ServerProcess::start(&database, &["--test-clock", clock]);
        let body = json!({ "refresh_token": "none" });
        post(server.request("POST", "/api/v1/auth/refresh"), body).await.refused(401, "token_invalid");
        let year = "SELECT substr(CAST(created_at AS TEXT), 1, 10) FROM admin_action_log";
        assert_eq!(database.texts(year).await, ["2031-02-03"]);
    }

    async fn an_address_in_use_is_named(database: TestDatabase) {
        let server = ServerProcess::start(&database, &[]);
        let address = server.address().to_string();
        let refused = run(&database, &["serve", "--listen", &address]);
        failed(&refused, 2, &format!("cannot listen on {address}; is another server running there?"));
    }

    async fn metrics_have_an_address_of_their_own_when_asked(database: TestDatabase) {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let _server = ServerProcess::start(&database, &["--metrics-listen", &port.to_string()]);
        let request = |path: &str| crate::harness::Request::new(port, "GET", path);
        assert_eq!(request("/metrics").send().await.status, 200);
        assert_eq!(request("/api/v1/auth/me").send().await.status, 404);
    }
}

#[tokio::test]
async fn it_refuses_an_old_schema_on_postgresql_and_names_migrate() {
    let Some(database) = TestDatabase::create(crate::harness::Backend::Postgres).await else {
        return;
    };
    database
        .execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        .await;
    for arguments in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["create-admin", "a@b.example"],
    ] {
        let refused = run(&database, arguments);
        failed(
            &refused,
            2,
            "the database schema is older than this server; run `quarterdeck-server migrate`",
        );
    }
    migrate(&database);
    migrate(&database);
    let server = ServerProcess::start(&database, &[]);
    assert_eq!(
        server
            .request("GET", "/actuator/health")
            .send()
            .await
            .status,
        200
    );
    drop(server);
    database
        .execute("UPDATE _sqlx_migrations SET version = version + 1000")
        .await;
    let refused = run(&database, &["serve", "--listen", "127.0.0.1:0"]);
    failed(&refused, 2, "the database schema is newer than this server");
}

#[tokio::test]
async fn on_sqlite_it_migrates_by_itself() {
    let database = TestDatabase::create(crate::harness::Backend::Sqlite)
        .await
        .unwrap();
    let server = ServerProcess::start(&database, &[]);
    assert_eq!(
        server
            .request("GET", "/actuator/health")
            .send()
            .await
            .status,
        200
    );
    migrate(&database);
}

#[test]
fn openapi_prints_the_served_document() {
    let printed = finished(&mut bare_command(&["openapi"])).succeeded();
    let printed: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(
        printed,
        Value::Object(quarterdeck_server::http::openapi::document())
    );
}

#[test]
fn a_database_that_cannot_be_reached_is_named_without_its_password() {
    let url = "postgres://ana:hunter2@127.0.0.1:1/none";
    let finished = finished(&mut bare_command(&["migrate", "--database", url]));
    failed(&finished, 2, "cannot reach PostgreSQL; check --database");
    assert!(!finished.stderr.contains("hunter2"), "{finished:?}");
}

#[test]
fn a_file_that_cannot_be_opened_is_named() {
    let url = "sqlite:/dev/null/x.db";
    failed(
        &finished(&mut bare_command(&["migrate", "--database", url])),
        2,
        "cannot open the SQLite file /dev/null/x.db",
    );
}
