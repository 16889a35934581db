//! Appending: times that never go back, many writers at once, and a head that somebody else holds.

use std::sync::Arc;

use chrono::TimeDelta;
use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::permission::Permission;
use quarterdeck_server::chain::{Actor, Entry, Expectation, PLATFORM};
use quarterdeck_server::db::sql;
use sea_orm::ConnectionTrait;
use serde_json::json;

use super::{append, stored, verdict};
use crate::harness::{Backend, Session, TestDatabase, TestServer, on_both};

const WRITERS: i64 = 16;

/// Half of the writers append one row, the others three in bulk.
async fn write(server: &TestServer, session: &Session, writer: i64, applications: &[i64]) {
    let request = if writer % 2 == 0 {
        let event =
            json!({ "action_code": "admin_refresh", "request_id": format!("event-{writer}") });
        server.post("/api/v1/admin/audit").json(event)
    } else {
        let decision = json!({ "action": "approve", "ids": applications });
        server
            .post("/api/v1/admin/bulk-applications")
            .json(decision)
    };
    let reply = request.session(session).send().await;
    assert!(matches!(reply.status, 200 | 201), "{reply:?}");
}

on_both! {
    async fn times_never_go_back_even_when_the_clock_does(server: TestServer) {
        let entries = ["1", "2"].map(|id| Entry::new(AuditCode::ApplicationApproved, "application", id));
        let now = server.now();
        let earlier = now - TimeDelta::hours(1);
        append(&server, PLATFORM, &Actor::SYSTEM, &entries, "on time", now).await;
        append(&server, PLATFORM, &Actor::SYSTEM, &entries[..1], "one, earlier", earlier).await;
        append(&server, PLATFORM, &Actor::SYSTEM, &entries, "two, earlier", earlier).await;
        let later = now + TimeDelta::microseconds(1);
        append(&server, PLATFORM, &Actor::SYSTEM, &entries[..1], "later", later).await;
        let times: Vec<_> = stored(&server).await.iter().map(|row| row.record.recorded_at_us).collect();
        let now = now.timestamp_micros();
        assert_eq!(times, [now, now, now, now, now, now + 1]);
        let found = verdict(&server, &Expectation::default()).await;
        assert_eq!(found.summary(), ("intact", None));
    }

    async fn parallel_writers_leave_a_chain_without_gaps(server: TestServer) {
        let account = server.admin(&[Permission::ApplicationsApprove]).await;
        let session = server.session(&account).await;
        let server = Arc::new(server);
        let applications = server.applications(usize::try_from(2 * WRITERS).unwrap()).await;
        let writers: Vec<_> = applications
            .chunks(2)
            .zip(0..)
            .map(|(pair, writer)| {
                let (server, session, pair) = (Arc::clone(&server), session.clone(), pair.to_vec());
                tokio::spawn(async move { write(&server, &session, writer, &pair).await })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap();
        }
        let rows = stored(&server).await;
        let places: Vec<_> = rows.iter().map(|row| row.seq).collect();
        assert_eq!(places, (1..=WRITERS / 2 + 3 * WRITERS / 2).collect::<Vec<_>>());
        let mut calls: Vec<_> = rows.iter().map(|row| row.record.request_id.clone()).collect();
        calls.dedup();
        assert_eq!(calls.len(), 16, "the rows of one call stand together");
        let found = verdict(&server, &Expectation::default()).await;
        assert_eq!(found.summary(), ("intact", None));
    }
}

/// SQLite has one writer; there, the wait ends at the transaction's start.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_that_is_locked_too_long_refuses_the_change() {
    let Some(database) = TestDatabase::create(Backend::Postgres).await else {
        return;
    };
    let server = TestServer::start(database).await;
    let account = server.admin(&[Permission::ApplicationsApprove]).await;
    let session = server.session(&account).await;
    let ids = server.applications(1).await;
    let holder = server.services.system_write("test").await.unwrap();
    let lock = "SELECT seq FROM audit_heads WHERE scope = $1 FOR UPDATE";
    let lock = sql(holder.connection(), lock, [PLATFORM.into()]);
    holder.connection().query_one_raw(lock).await.unwrap();

    let approve = || {
        let decision = json!({ "action": "approve", "ids": ids });
        server
            .post("/api/v1/admin/bulk-applications")
            .session(&session)
            .json(decision)
            .send()
    };
    let before = server.database.snapshot().await;
    let refused = approve().await;
    let problem = refused.refused(503, "audit_unavailable");
    assert_eq!(problem["component"], "audit", "{problem}");
    assert!(!refused.header("retry-after").is_empty());
    let after = server.database.snapshot().await;
    assert_eq!(before.changed(&after), Vec::<String>::new());

    drop(holder);
    assert_eq!(approve().await.status, 200);
    let found = verdict(&server, &Expectation::default()).await;
    assert_eq!((found.summary(), found.rows), (("intact", None), 1));
}
