//! Clocks that jump, and clocks that disagree (P17; security.md F9).

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use quarterdeck_server::db::Clock;
use quarterdeck_server::gate::Services;
use quarterdeck_server::{jobs, start};
use serde_json::json;

use crate::harness::process::run;
use crate::harness::server::config;
use crate::harness::{Account, Reply, Session, TestServer, on_both};
use crate::oracle;

/// An hour back, and forty days forth.
const JUMPS: [TimeDelta; 2] = [TimeDelta::hours(-1), TimeDelta::days(40)];

/// A second process on the same database, with a clock of its own that the handle moves.
async fn another(server: &TestServer, ahead: TimeDelta) -> (Arc<Services>, Arc<AtomicI64>) {
    let (clock, handle) = Clock::set_to(server.now() + ahead);
    let services = start::services(config(&server.database), clock)
        .await
        .unwrap();
    (services, handle)
}

fn advance(handle: &AtomicI64, by: TimeDelta) {
    handle.fetch_add(by.num_microseconds().unwrap(), Ordering::SeqCst);
}

/// Promotes somebody new with a code of the operator's.
async fn promote(server: &TestServer, operator: &Account, at: DateTime<Utc>) -> Reply {
    let session = server.session(operator).await;
    let person = server.plain().await.id;
    let request = server.post(&format!("/api/v1/admin/users/{person}/promote"));
    let request = request
        .session(&session)
        .header("x-otp", &operator.code(at));
    request.json(json!({})).send().await
}

async fn me(server: &TestServer, session: &Session) -> u16 {
    server
        .get("/api/v1/auth/me")
        .session(session)
        .send()
        .await
        .status
}

async fn refreshed(server: &TestServer, session: &Session) -> u16 {
    let body = json!({ "refresh_token": session.refresh });
    server
        .post("/api/v1/auth/refresh")
        .json(body)
        .send()
        .await
        .status
}

async fn ban(server: &TestServer, operator: &Account, person: i64, hours: u32) {
    let session = server.session(operator).await;
    let body = json!({ "banReason": "spam", "durationHours": hours });
    let request = server.request("PATCH", &format!("/api/v1/admin/users/{person}/ban"));
    let reply = request.session(&session).json(body).send().await;
    assert_eq!(reply.status, 200, "{}", reply.text);
}

async fn ended_bans(server: &TestServer) -> i64 {
    let ended = "SELECT count(*) FROM admin_audit_log WHERE action_code = 'user_unbanned'";
    server.database.number(ended).await
}

on_both! {
    async fn f9_no_code_is_taken_twice_however_the_clock_jumps(server: TestServer) {
        let root = server.super_admin().await;
        let now = server.now();
        assert_eq!(promote(&server, &root, now).await.status, 200);
        for jump in [TimeDelta::hours(-1), TimeDelta::hours(1), TimeDelta::zero()] {
            server.advance(jump);
            // The code that was used, and the one that the moved clock would show.
            promote(&server, &root, server.now()).await.refused(403, "otp_replayed");
        }
        server.advance(TimeDelta::seconds(30));
        assert_eq!(promote(&server, &root, server.now()).await.status, 200);
    }

    async fn f9_who_used_a_code_while_the_clock_was_ahead_gets_back_in_with_a_new_factor(server: TestServer) {
        let root = server.super_admin().await;
        server.advance(TimeDelta::days(40));
        assert_eq!(promote(&server, &root, server.now()).await.status, 200);
        server.advance(TimeDelta::days(-40));
        promote(&server, &root, server.now()).await.refused(403, "otp_replayed");
        run(&server.database, &["reset-mfa", &root.email]).succeeded();
        let session = server.session(&Account { secret: None, ..root.clone() }).await;
        let enroll = server.post("/api/v1/auth/mfa/enroll").session(&session).send().await;
        let secret = quarterdeck_server::gate::totp::decode_secret(&enroll.text_at("/secret")).unwrap();
        let renewed = Account { secret: Some(secret), ..root };
        let body = json!({ "code": renewed.code(server.now()) });
        let confirm = server.post("/api/v1/auth/mfa/confirm").session(&session).json(body).send().await;
        assert_eq!(confirm.status, 200, "{}", confirm.text);
    }

    async fn f9_a_clock_that_jumps_back_an_hour_ends_no_session(server: TestServer) {
        let root = server.super_admin().await;
        let session = server.session(&root).await;
        server.advance(TimeDelta::hours(-1));
        // The token is renewed, as every quarter of an hour.
        assert_eq!((me(&server, &session).await, refreshed(&server, &session).await), (401, 200));
    }

    async fn f9_a_clock_that_jumps_forward_makes_no_session_last(server: TestServer) {
        let root = server.super_admin().await;
        let session = server.session(&root).await;
        server.advance(TimeDelta::days(40));
        assert_eq!((me(&server, &session).await, refreshed(&server, &session).await), (401, 401));
        let fresh = server.session(&root).await;
        assert_eq!(me(&server, &fresh).await, 200);
        server.advance(TimeDelta::minutes(15));
        assert_eq!(me(&server, &fresh).await, 401);
    }

    async fn f9_a_session_opened_while_the_clock_was_ahead_ends_when_it_is_set_right(server: TestServer) {
        let root = server.super_admin().await;
        server.advance(TimeDelta::days(40));
        let session = server.session(&root).await;
        assert_eq!(me(&server, &session).await, 200);
        server.advance(TimeDelta::days(-40));
        server.get("/api/v1/auth/me").session(&session).send().await.refused(401, "token_expired");
        let body = json!({ "refresh_token": session.refresh });
        server.post("/api/v1/auth/refresh").json(body).send().await.refused(401, "token_expired");
    }

    async fn f9_a_session_in_use_outlives_a_clock_that_was_ahead_for_a_day(server: TestServer) {
        let root = server.super_admin().await;
        jobs::run_due(&server.services).await;
        let session = server.session(&root).await;
        server.advance(TimeDelta::days(40));
        for _ in 0..24 {
            jobs::run_due(&server.services).await;
            server.advance(TimeDelta::hours(1));
        }
        server.advance(TimeDelta::days(-41));
        assert_eq!((me(&server, &session).await, refreshed(&server, &session).await), (200, 200));
    }

    async fn f9_a_timed_ban_ends_once_however_the_clock_jumps(server: TestServer) {
        let root = server.super_admin().await;
        let remembered = oracle::watermark(&server.database).await;
        let person = server.plain().await.id;
        for (jump, ended) in JUMPS.iter().zip([0, 1]) {
            ban(&server, &root, person, 1).await;
            server.advance(*jump);
            jobs::run_due(&server.services).await;
            assert_eq!(ended_bans(&server).await, ended, "{jump}");
        }
        // The correction of the second jump: what has ended stays so.
        server.advance(TimeDelta::days(-40));
        jobs::run_due(&server.services).await;
        assert_eq!(ended_bans(&server).await, 1);
        oracle::log_is_whole(&server.database, &remembered).await;
    }

    async fn f9_jobs_go_on_when_a_clock_that_was_ahead_is_set_right(server: TestServer) {
        let root = server.super_admin().await;
        let person = server.plain().await.id;
        server.advance(TimeDelta::days(40));
        jobs::run_due(&server.services).await;
        server.advance(TimeDelta::days(-40));
        ban(&server, &root, person, 1).await;
        server.advance(TimeDelta::hours(1));
        jobs::run_due(&server.services).await;
        assert_eq!(ended_bans(&server).await, 1, "the job waits for a time that will not come for 40 days");
        assert_eq!(server.get("/actuator/health").send().await.status, 200);
    }

    async fn f9_processes_whose_clocks_disagree_run_each_job_once(server: TestServer) {
        let root = server.super_admin().await;
        let (fast, fast_clock) = another(&server, TimeDelta::minutes(10)).await;
        let (slow, slow_clock) = another(&server, TimeDelta::minutes(-10)).await;
        let remembered = oracle::watermark(&server.database).await;
        let person = server.plain().await.id;
        for round in 1..=20 {
            ban(&server, &root, person, 1).await;
            for _ in 0..9 {
                for clock in [&fast_clock, &slow_clock] {
                    advance(clock, TimeDelta::minutes(10));
                }
                server.advance(TimeDelta::minutes(10));
                tokio::join!(jobs::run_due(&fast), jobs::run_due(&slow), jobs::run_due(&server.services));
            }
            assert_eq!(ended_bans(&server).await, round);
        }
        oracle::log_is_whole(&server.database, &remembered).await;
    }

    async fn f9_the_times_of_the_log_never_go_back(server: TestServer) {
        let root = server.super_admin().await;
        let remembered = oracle::watermark(&server.database).await;
        for jump in [-1, 5, -10, 3, -60] {
            server.advance(TimeDelta::minutes(jump));
            let person = server.plain().await.id;
            ban(&server, &root, person, 1).await;
        }
        // Verification finds any time that is before the one of the row before.
        oracle::log_is_whole(&server.database, &remembered).await;
        assert_eq!(server.database.count("admin_audit_log").await, 5);
    }
}
