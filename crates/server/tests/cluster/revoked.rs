//! What one process revokes, the other refuses (P8): with Redis, without it, and when it is killed in between.

use std::time::{Duration, Instant};

use serde_json::json;

use super::start;
use crate::harness::effort::rounds;
use crate::harness::process::ServerProcess;
use crate::harness::{Backend, Live, RedisServer, Session, TestDatabase, TestServer, until};

/// The most that P8 allows.
const WORST: Duration = Duration::from_secs(30);
const P99: Duration = Duration::from_secs(2);
/// How soon an open connection ends on another process.
const AT_ONCE: Duration = Duration::from_secs(1);
/// How soon it does on average: without a word from the other process it would take half a second.
const ON_AVERAGE: Duration = Duration::from_millis(250);

async fn status(process: &ServerProcess, session: &Session) -> (u16, String) {
    let reply = process
        .request("GET", "/api/v1/auth/me")
        .session(session)
        .send()
        .await;
    let code = reply.json()["code"].as_str().unwrap_or_default().to_owned();
    (reply.status, code)
}

/// How long the other process lets a session pass that was revoked.
async fn passes_for(process: &ServerProcess, session: &Session, revoked_at: Instant) -> Duration {
    loop {
        let asked_at = revoked_at.elapsed();
        match status(process, session).await {
            (401, code) => {
                assert_eq!(code, "session_revoked");
                return asked_at;
            }
            (200, _) => assert!(asked_at < WORST, "it still passes after {asked_at:?}"),
            (status, code) => panic!("{status} {code}"),
        }
    }
}

struct Pair<'a> {
    server: &'a TestServer,
    processes: [ServerProcess; 2],
    root: Session,
}

impl Pair<'_> {
    /// Revokes a session on the one process, with an open connection on the other; how long the other
    /// lets it pass, and how long the connection stands.
    async fn revoke(&self) -> (Duration, Duration) {
        let person = self.server.plain().await;
        let session = self.server.session(&person).await;
        for process in &self.processes {
            assert_eq!(status(process, &session).await.0, 200);
        }
        let (mut live, _) = Live::open(self.processes[1].address(), &session.socket, "").await;
        let path = format!("/api/v1/admin/users/{}/revoke-sessions", person.id);
        let revoke = self.processes[0].request("POST", &path).session(&self.root);
        let reply = revoke.json(json!({})).send().await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let revoked_at = Instant::now();
        let own = status(&self.processes[0], &session).await;
        assert_eq!(
            own,
            (401, "session_revoked".to_owned()),
            "at once where it was revoked (S002-30)"
        );
        let passed = passes_for(&self.processes[1], &session, revoked_at).await;
        assert_eq!(live.end().await, ("revoked".to_owned(), 4401));
        (passed, revoked_at.elapsed())
    }
}

async fn pair<'a>(server: &'a TestServer, redis: Option<&RedisServer>) -> Pair<'a> {
    let variables = [
        ("LIMITS_ALL_PER_MINUTE", "100000"),
        ("LIMITS_USERS_PER_MINUTE", "100000"),
    ];
    let root = server.super_admin().await;
    Pair {
        server,
        processes: [
            start(&server.database, redis, &variables),
            start(&server.database, redis, &variables),
        ],
        root: server.session(&root).await,
    }
}

fn judge(mut passed: Vec<Duration>, what: &str) {
    passed.sort_unstable();
    let worst = passed.last().copied().unwrap();
    let p99 = passed[passed.len() * 99 / 100];
    eprintln!(
        "{what}: of {} the worst {worst:?}, p99 {p99:?}",
        passed.len()
    );
    assert!(worst < WORST && p99 < P99, "{what}: {passed:?}");
}

/// The last fifth with Redis killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p8_s002_29_s002_30_what_one_process_revokes_the_other_refuses_with_redis_and_after_its_end()
 {
    let (Some(database), Some(mut redis)) = (
        TestDatabase::create(Backend::Postgres).await,
        RedisServer::start().await,
    ) else {
        return;
    };
    let server = TestServer::start(database).await;
    let pair = pair(&server, Some(&redis)).await;
    let revocations = rounds(20, 1_000);
    let (mut passed, mut closed) = (Vec::new(), Vec::new());
    for revocation in 0..revocations {
        if revocation == revocations * 4 / 5 {
            redis.kill();
        }
        let (refused_after, closed_after) = pair.revoke().await;
        assert!(closed_after < 2 * AT_ONCE, "closed after {closed_after:?}");
        passed.push(refused_after);
        closed.push(closed_after);
    }
    judge(passed, "calls");
    judge(closed, "open connections");
}

/// Ends connections on one process by bans on the other, each within a second.
async fn a_ban_ends_connections(pair: &Pair<'_>) {
    let other = pair.server.plain().await;
    let (mut stays, _) = Live::open(
        pair.processes[1].address(),
        &pair.server.session(&other).await.socket,
        "",
    )
    .await;
    let mut closed = Vec::new();
    for _ in 0..rounds(8, 100) {
        let person = pair.server.plain().await;
        let session = pair.server.session(&person).await;
        let (mut live, _) = Live::open(pair.processes[1].address(), &session.socket, "").await;
        let path = format!("/api/v1/admin/users/{}/ban", person.id);
        let ban = pair.processes[0]
            .request("PATCH", &path)
            .session(&pair.root);
        let reply = ban.json(json!({ "banReason": "spam" })).send().await;
        let banned_at = Instant::now();
        assert_eq!(reply.status, 200, "{}", reply.text);
        assert_eq!(live.end().await, ("banned".to_owned(), 4403));
        let closed_after = banned_at.elapsed();
        assert!(closed_after < AT_ONCE, "{closed_after:?}");
        closed.push(closed_after);
    }
    let sum: Duration = closed.iter().sum();
    eprintln!("closed after {:?} at most", closed.iter().max());
    assert!(
        sum / u32::try_from(closed.len()).unwrap() < ON_AVERAGE,
        "{closed:?}"
    );
    pair.processes[1].terminate();
    assert_eq!(stays.end().await.0, "restarting", "others stay");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s004_24_a_ban_ends_a_connection_on_another_process_within_a_second_by_redis() {
    let (Some(database), Some(redis)) = (
        TestDatabase::create(Backend::Postgres).await,
        RedisServer::start().await,
    ) else {
        return;
    };
    let server = TestServer::start(database).await;
    a_ban_ends_connections(&pair(&server, Some(&redis)).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s004_24_a_ban_ends_a_connection_on_another_process_within_a_second_by_postgresql() {
    let Some(database) = TestDatabase::create(Backend::Postgres).await else {
        return;
    };
    let server = TestServer::start(database).await;
    let pair = pair(&server, None).await;
    // They hear nothing of each other for a moment: each looks for itself, and listens anew.
    let cut = "SELECT CAST(count(pg_terminate_backend(pid)) AS TEXT) FROM pg_stat_activity \
        WHERE application_name = 'quarterdeck-listener' AND datname = current_database()";
    assert_eq!(server.database.texts(cut).await, ["3"]);
    let (passed, closed) = pair.revoke().await;
    assert!(
        passed < AT_ONCE && closed < 2 * AT_ONCE,
        "{passed:?} {closed:?}"
    );
    until("all listen again", async || {
        let listening = cut.replace("pg_terminate_backend(pid)", "*");
        (server.database.texts(&listening).await == ["3"]).then_some(())
    })
    .await;
    a_ban_ends_connections(&pair).await;
}
