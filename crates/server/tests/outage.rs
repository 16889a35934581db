//! PostgreSQL goes away and comes back (security.md, F3 and F4, on a small scale).

use quarterdeck_api::permission::Permission::{ApplicationsApprove, ApplicationsView};
use serde_json::json;

use crate::harness::{Backend, Reply, TestDatabase, TestServer, postgres, until};

const DECIDE: &str = "/api/v1/admin/bulk-applications";

/// Nobody gets in, and whoever is in is thrown out.
async fn take_away(database: &TestDatabase) {
    let cluster = postgres::cluster().unwrap();
    let shut = "ALTER DATABASE {name} ALLOW_CONNECTIONS false";
    cluster.execute_about(database.url(), shut).await;
    throw_out(database).await;
}

async fn throw_out(database: &TestDatabase) {
    let terminate =
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'";
    let cluster = postgres::cluster().unwrap();
    cluster.execute_about(database.url(), terminate).await;
}

async fn bring_back(database: &TestDatabase) {
    let open = "ALTER DATABASE {name} ALLOW_CONNECTIONS true";
    let cluster = postgres::cluster().unwrap();
    cluster.execute_about(database.url(), open).await;
}

async fn health(server: &TestServer) -> Reply {
    server.get("/actuator/health").send().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_postgresql_is_away_the_server_says_so_and_then_goes_on_without_a_restart() {
    let Some(database) = TestDatabase::create(Backend::Postgres).await else {
        return;
    };
    let server = TestServer::start(database).await;
    let ana = server.admin(&[ApplicationsView, ApplicationsApprove]).await;
    let session = server.session(&ana).await;
    server.applications(1).await;
    assert_eq!(health(&server).await.status, 200);

    take_away(&server.database).await;
    let body = json!({ "action": "approve", "ids": [1], "expected_status": "PENDING" });
    let decide = server.post(DECIDE).session(&session).key("k1").json(body);
    for _ in 0..3 {
        health(&server).await.is(
            503,
            json!({
                "status": "DOWN",
                "components": { "db": "DOWN", "auth": "DOWN", "audit": "DOWN", "jobs": "DOWN" },
            }),
        );
        let list = server.get("/api/v1/admin/applications").session(&session);
        for request in [list, decide.clone()] {
            let reply = request.send().await;
            let problem = reply.refused(503, "unavailable");
            assert_eq!(problem["component"], "db");
            assert_eq!(reply.header("retry-after"), "2");
        }
    }

    bring_back(&server.database).await;
    until("the server is well again", async || {
        (health(&server).await.status == 200).then_some(())
    })
    .await;
    // The key of the call that was refused is free, so the first repeat that finds a connection, and
    // not one that died in the pool, does it.
    let reply = until("the call is answered", async || {
        let reply = decide.clone().send().await;
        (reply.status != 503).then_some(reply)
    })
    .await;
    assert_eq!(
        (
            reply.status,
            reply.header("idempotent-replayed"),
            &reply.json()["changed"]
        ),
        (200, "", &json!(1))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_are_cut_cost_no_acknowledged_change() {
    let Some(database) = TestDatabase::create(Backend::Postgres).await else {
        return;
    };
    let server = TestServer::start(database).await;
    let ana = server.admin(&[ApplicationsApprove]).await;
    let session = server.session(&ana).await;
    let ids = server.applications(40).await;
    let mut done = Vec::new();
    for (number, id) in ids.iter().enumerate() {
        let body = json!({ "action": "approve", "ids": [id], "expected_status": "PENDING" });
        let decide = server.post(DECIDE).session(&session).key(&format!("k{id}"));
        let decide = decide.json(body);
        let running = tokio::spawn(decide.clone().send());
        if number % 4 == 0 {
            throw_out(&server.database).await;
        }
        // Whatever became of the first, the repeat under its key tells, and does it where it was lost.
        let first = running.await.unwrap();
        assert!([200, 503].contains(&first.status), "{}", first.text);
        let reply = until("the call is answered", async || {
            let reply = decide.clone().send().await;
            (reply.status == 200).then_some(reply)
        })
        .await;
        assert_eq!(
            reply.json()["changed"],
            1,
            "first {} {}",
            first.status,
            first.text
        );
        if first.status == 200 {
            assert_eq!(reply.text, first.text);
        }
        done.push(*id);
    }
    let rows = "SELECT target_id FROM admin_audit_log ORDER BY seq";
    let expected: Vec<_> = done.iter().map(ToString::to_string).collect();
    assert_eq!(server.database.texts(rows).await, expected);
    let root = server.super_admin().await;
    let root = server.session(&root).await;
    let verify = server.get("/api/v1/admin/audit/verify?expected_min_seq=40");
    assert_eq!(
        verify.session(&root).send().await.json()["status"],
        "intact"
    );
}
