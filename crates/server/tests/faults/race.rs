//! Two server processes on one PostgreSQL, asked the same thing at once (security.md F12).

use chrono::{DateTime, TimeDelta, Utc};
use quarterdeck_server::gate::Services;
use quarterdeck_server::{jobs, start};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::task::JoinSet;

use crate::counts::times;
use crate::harness::process::ServerProcess;
use crate::harness::server::{START, config};
use crate::harness::{Backend, Reply, Request, TestDatabase, TestServer, until};
use crate::load::{Act, Call, Change};
use crate::oracle;
use crate::world::{World, world};

/// Pairs in all: of decisions, keys, codes, looks at once, and rounds of bans that are due.
const SMALL: [usize; 5] = [400, 400, 120, 80, 5];
const FULL: [usize; 5] = [8_000, 8_000, 3_000, 1_000, 50];

fn pairs(of: usize) -> usize {
    times(SMALL[of], FULL[of])
}

/// Sends two requests at once.
async fn at_once(one: Request, other: Request) -> [Reply; 2] {
    let (one, other) = tokio::join!(one.send(), other.send());
    [one, other]
}

/// Two processes on one database.
struct Pair {
    world: World,
    servers: [ServerProcess; 2],
}

async fn pair() -> Option<Pair> {
    let world = world(Backend::Postgres).await?;
    let servers = [world.start(), world.start()];
    Some(Pair { world, servers })
}

impl Pair {
    async fn oracle_agrees(&self, remembered: &oracle::Watermark) {
        oracle::log_is_whole(&self.world.database, remembered).await;
        oracle::database_is_sound(&self.world.database).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f12_of_two_processes_that_decide_the_same_one_wins_and_the_other_is_told() {
    let Some(pair) = pair().await else { return };
    let remembered = oracle::watermark(&pair.world.database).await;
    let count = pairs(0);
    let first = pair.world.bring_in(count).await;
    for (id, turn) in (first..).zip(0..count) {
        let decide = |server: usize, action: &str| {
            let body = json!({ "action": action, "ids": [id], "expected_status": "PENDING" });
            let session = &pair.world.sessions[(turn + server) % pair.world.sessions.len()];
            let request = pair.servers[server].request("POST", "/api/v1/admin/bulk-applications");
            request
                .session(session)
                .key(&format!("{action}-{id}"))
                .json(body)
        };
        let replies = at_once(decide(0, "approve"), decide(1, "reject")).await;
        let outcome = |reply: &Reply| {
            assert_eq!(reply.status, 200, "{}", reply.text);
            reply.json()["results"][0]["outcome"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        let mut outcomes = replies.each_ref().map(outcome);
        outcomes.sort();
        assert_eq!(outcomes, ["changed", "conflict"], "#{id}: {replies:?}");
    }
    let decided = "SELECT count(*) FROM admin_audit_log WHERE target_type = 'application'";
    assert_eq!(
        pair.world.database.number(decided).await,
        i64::try_from(count).unwrap()
    );
    pair.oracle_agrees(&remembered).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f12_of_two_processes_that_get_the_same_key_one_does_it_and_both_answer_alike() {
    let Some(pair) = pair().await else { return };
    let remembered = oracle::watermark(&pair.world.database).await;
    let count = pairs(1);
    let first = pair.world.bring_in(count).await;
    let mut attempts = Vec::new();
    for id in (first..).take(count) {
        let change = Change {
            act: Act::Approve,
            first: id,
            count: 1,
        };
        let session = &pair.world.sessions[0];
        let call = Call::new(format!("same-{id}"), change, session);
        let [one, other] = at_once(
            call.request(pair.servers[0].address()),
            call.request(pair.servers[1].address()),
        )
        .await;
        for reply in [&one, &other] {
            // Who comes while the first is at work may be told so.
            assert!(
                reply.status == 200
                    || (reply.status, reply.json()["code"].as_str())
                        == (409, Some("idempotency_in_flight")),
                "{}",
                reply.text
            );
        }
        assert!(
            one.status == 200 || other.status == 200,
            "{one:?} {other:?}"
        );
        if one.status == other.status {
            assert_eq!(one.text, other.text);
        }
        attempts.push(call);
    }
    oracle::all_are_there_once(&pair.world.database, &attempts).await;
    pair.oracle_agrees(&remembered).await;
}

/// Steps of 30 seconds that a session outlives.
const STEPS: usize = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f12_of_two_processes_that_get_the_same_code_one_takes_it() {
    let Some(mut pair) = pair().await else { return };
    let remembered = oracle::watermark(&pair.world.database).await;
    let operators = pair.world.operators.len();
    let rounds = pairs(2).div_ceil(operators);
    let first = pair.world.bring_in(rounds * operators * 2).await;
    let mut now: DateTime<Utc> = START.parse().unwrap();
    let mut id = first;
    for round in 0..rounds {
        if round % STEPS == STEPS - 1 {
            refresh(&mut pair).await;
        }
        now += TimeDelta::seconds(30);
        pair.world.set_clock(now);
        for operator in 0..operators {
            let code = pair.world.operators[operator].code(now);
            let promote = |server: usize, id: i64| {
                let path = format!("/api/v1/admin/users/{id}/promote");
                let request = pair.servers[server].request("POST", &path);
                let request = request.session(&pair.world.sessions[operator]);
                request
                    .key(&format!("promote-{id}"))
                    .header("x-otp", &code)
                    .json(json!({}))
            };
            let replies = at_once(promote(0, id), promote(1, id + 1)).await;
            let mut told = replies.each_ref().map(|reply| match reply.status {
                200 => "done".to_owned(),
                _ => reply.text_at("/code"),
            });
            told.sort();
            assert_eq!(told, ["done", "otp_replayed"], "{replies:?}");
            id += 2;
        }
    }
    pair.oracle_agrees(&remembered).await;
}

/// Gives every operator new tokens before the old ones end.
async fn refresh(pair: &mut Pair) {
    for session in &mut pair.world.sessions {
        let body = json!({ "refresh_token": session.refresh });
        let request = pair.servers[0].request("POST", "/api/v1/auth/refresh");
        let reply = request.json(body).send().await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        *session = reply.session();
    }
}

/// Bans that are due at once.
const DUE: i64 = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f12_of_two_processes_that_look_for_bans_that_are_due_one_ends_each() {
    let Some(mut pair) = looking_pair().await else {
        return;
    };
    let remembered = oracle::watermark(&pair.world.database).await;
    let mut now: DateTime<Utc> = START.parse().unwrap();
    let in_force = "SELECT count(*) FROM users WHERE is_banned";
    let ended = "SELECT count(*) FROM admin_audit_log WHERE action_code = 'user_unbanned'";
    for round in 1..=i64::try_from(pairs(4)).unwrap() {
        refresh(&mut pair).await;
        let first = pair.world.bring_in(usize::try_from(DUE).unwrap()).await;
        let people: Vec<_> = (first..first + DUE).collect();
        let ban =
            json!({ "userIds": people, "banReason": "spam", "durationHours": 1, "confirm": true });
        let request = pair.servers[0].request("POST", "/api/v1/admin/users/bulk-ban");
        let reply = request
            .session(&pair.world.sessions[0])
            .json(ban)
            .send()
            .await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        assert_eq!(pair.world.database.number(in_force).await, DUE);
        now += TimeDelta::hours(1);
        pair.world.set_clock(now);
        until("every ban has ended", async || {
            (pair.world.database.number(in_force).await == 0).then_some(())
        })
        .await;
        assert_eq!(pair.world.database.number(ended).await, DUE * round);
    }
    pair.oracle_agrees(&remembered).await;
}

/// Two processes that look every second for what is due.
async fn looking_pair() -> Option<Pair> {
    let world = world(Backend::Postgres).await?;
    let servers = [world.start_looking(), world.start_looking()];
    Some(Pair { world, servers })
}

/// A second set of connections to the same database, as another process has it, with a clock of its own.
async fn another(server: &TestServer) -> Arc<Services> {
    start::services(config(&server.database), server.services.clock.clone())
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f12_of_two_schedulers_that_look_at_once_one_ends_each_ban_and_one_purges() {
    let Some(database) = TestDatabase::create(Backend::Postgres).await else {
        return;
    };
    let server = TestServer::start(database).await;
    let remembered = oracle::watermark(&server.database).await;
    let other = another(&server).await;
    let root = server.super_admin().await;
    let person = server.plain().await.id;
    for round in 1..=i64::try_from(pairs(3)).unwrap() {
        let session = server.session(&root).await;
        let ban = json!({ "banReason": "spam", "durationHours": 1 });
        let path = format!("/api/v1/admin/users/{person}/ban");
        let banned: Value = server
            .request("PATCH", &path)
            .session(&session)
            .json(ban)
            .send()
            .await
            .json();
        assert_eq!(banned["isBanned"], true, "{banned}");
        server.advance(TimeDelta::hours(2));
        let mut looks = JoinSet::new();
        for services in [Arc::clone(&server.services), Arc::clone(&other)] {
            looks.spawn(async move { jobs::run_due(&services).await });
        }
        looks.join_all().await;
        let ended = "SELECT count(*) FROM admin_audit_log WHERE action_code = 'user_unbanned'";
        assert_eq!(server.database.number(ended).await, round);
        for job in ["purge", "end_due_bans"] {
            let runs = format!("SELECT runs FROM jobs WHERE name = '{job}'");
            assert_eq!(server.database.number(&runs).await, round, "{job}");
        }
    }
    oracle::log_is_whole(&server.database, &remembered).await;
    oracle::database_is_sound(&server.database).await;
}
