//! Redis goes and comes back under two processes at work (security.md F5): killed, paused, started again empty.
//! Nothing that is true is in it, so no call fails for want of it.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use crate::counts::{Random, portions, times};
use crate::harness::process::ServerProcess;
use crate::harness::server::START;
use crate::harness::{Account, Backend, PASSWORD, RedisServer, until};
use crate::load::{Attempt, Prepared};
use crate::oracle::{self, Tally};
use crate::world::{World, world};

/// Times that Redis goes, of each way to go.
const SMALL: usize = 3;
const FULL: usize = 30;
/// Times in one world: a session of an operator lasts as long.
const PORTION: usize = 5;
/// More calls than an operator makes while the load runs.
const CALLS: usize = 300;
/// Longest that a caller waits: a second for Redis, and what a busy machine takes.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long Redis answers nothing: longer than anybody waits for it.
const PAUSE: Duration = Duration::from_millis(2_500);

/// How Redis goes.
#[derive(Clone, Copy, Debug)]
enum Goes {
    /// As in a crash; it comes back with nothing in it.
    Killed,
    /// It takes connections and answers nothing for a while.
    Paused,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f5_redis_that_is_killed_and_started_again_costs_no_sign_in_and_no_ban() {
    redis_goes_under_load(Goes::Killed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f5_redis_that_is_paused_costs_no_sign_in_and_no_ban() {
    redis_goes_under_load(Goes::Paused).await;
}

async fn redis_goes_under_load(how: Goes) {
    let mut random = Random::of_this_run(&format!("Redis is {how:?}"));
    let (mut tally, mut signed_in) = (Tally::default(), 0);
    for gone in portions(times(SMALL, FULL), PORTION) {
        let (Some(world), Some(mut redis)) =
            (world(Backend::Postgres).await, RedisServer::start().await)
        else {
            return;
        };
        let servers = [
            world.start_with_redis(&redis),
            world.start_with_redis(&redis),
        ];
        let mut now: DateTime<Utc> = START.parse().unwrap();
        for _ in 0..gone {
            now += TimeDelta::seconds(30);
            world.set_clock(now);
            let (of_one, sign_ins) =
                goes_once((how, &mut redis), &world, &servers, &mut random, now).await;
            tally += of_one;
            signed_in += sign_ins;
        }
    }
    println!("Redis {how:?}: {tally:?}, {signed_in} sign-ins");
    assert!(tally.acknowledged > 0 && signed_in > 0, "{tally:?}");
}

async fn goes_once(
    (how, redis): (Goes, &mut RedisServer),
    world: &World,
    servers: &[ServerProcess; 2],
    random: &mut Random,
    now: DateTime<Utc>,
) -> (Tally, usize) {
    let remembered = oracle::watermark(&world.database).await;
    let [one, other] = [
        Prepared::of(world, random, CALLS).await,
        Prepared::of(world, random, CALLS).await,
    ];
    let loads = [
        one.start(servers[0].address()),
        other.start(servers[1].address()),
    ];
    until_it_is_used(servers).await;
    let before = servers.each_ref().map(times_away);
    match how {
        Goes::Killed => redis.kill(),
        Goes::Paused => redis.pause(PAUSE).await,
    }
    // Half of them while nobody has noticed yet, and half when all have.
    let (early, late) = world.operators.split_at(world.operators.len() / 2);
    sign_in(servers, early, now).await;
    let mut paused_at = Instant::now();
    until("both have noticed", async || {
        let is_over = matches!(how, Goes::Paused) && paused_at.elapsed() > PAUSE;
        if is_over {
            // They were too slow to notice.
            redis.pause(PAUSE).await;
            paused_at = Instant::now();
        }
        let now = servers.each_ref().map(times_away);
        (now[0] > before[0] && now[1] > before[1]).then_some(())
    })
    .await;
    sign_in(servers, late, now).await;
    match how {
        Goes::Killed => redis.start_again().await,
        Goes::Paused => {}
    }
    until_it_is_used(servers).await;
    let [one, other] = loads;
    let mut attempts = one.stop().await;
    attempts.extend(other.stop().await);
    nobody_noticed(&attempts);
    let tally = oracle::nothing_is_lost_or_halved(&world.database, &attempts).await;
    oracle::log_is_whole(&world.database, &remembered).await;
    oracle::database_is_sound(&world.database).await;
    (tally, world.operators.len())
}

async fn until_it_is_used(servers: &[ServerProcess; 2]) {
    for server in servers {
        until("Redis is used", async || {
            let reply = server.request("GET", "/actuator/health").send().await;
            assert_eq!(reply.status, 200, "{}", reply.text);
            (reply.json()["components"]["redis"] == "UP").then_some(())
        })
        .await;
    }
}

/// How often a server has said that Redis is away.
fn times_away(server: &ServerProcess) -> usize {
    server.log().matches("Redis is away").count()
}

/// Signs people in, each at one process and past the second factor at the other.
async fn sign_in(servers: &[ServerProcess; 2], people: &[Account], now: DateTime<Utc>) {
    for (turn, person) in people.iter().enumerate() {
        let (first, second) = (&servers[turn % 2], &servers[(turn + 1) % 2]);
        let body = json!({ "email": person.email, "password": PASSWORD });
        let request = first.request("POST", "/api/v1/auth/sign-in");
        let challenged = request.json(body).send().await;
        assert_eq!(challenged.status, 200, "{}", challenged.text);
        let body = json!({ "token": challenged.text_at("/token"), "mfaCode": person.code(now) });
        let request = second.request("POST", "/api/v1/auth/verify-2fa");
        let reply = request.json(body).send().await;
        assert_eq!(reply.status, 200, "{}", reply.text);
    }
}

#[track_caller]
fn nobody_noticed(attempts: &[Attempt]) {
    for attempt in attempts {
        assert!(attempt.is_acknowledged(), "{attempt:?}");
        assert!(attempt.took < PATIENCE, "{attempt:?}");
    }
}
