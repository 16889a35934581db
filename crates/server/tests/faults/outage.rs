//! PostgreSQL stops and starts again, and its backends are terminated, under load (security.md F3, F4).

use std::time::{Duration, Instant};

use serde_json::json;

use crate::counts::{Random, portions, times};
use crate::harness::postgres::{self, Cluster, Stop};
use crate::harness::process::ServerProcess;
use crate::harness::{Backend, TestDatabase, until};
use crate::load::{Attempt, Load};
use crate::oracle::{self, Tally};
use crate::world::{World, world};

/// Stops and starts, of each way to stop.
const SMALL_STOPS: usize = 5;
const FULL_STOPS: usize = 50;
/// Stops in one world.
const STOPS_PORTION: usize = 5;
const SMALL_TERMINATIONS: usize = 100;
const FULL_TERMINATIONS: usize = 1_000;
/// Terminations in one world, and under one load.
const TERMINATIONS_PORTION: usize = 100;
const TERMINATIONS_OF_A_LOAD: usize = 50;
/// More calls than an operator makes while the load runs.
const CALLS: usize = 150;
/// Longest that a caller waits for an answer.
const NO_HANG: Duration = Duration::from_secs(10);
/// Longest from when PostgreSQL takes connections until the server answers.
const BACK_WITHIN: Duration = Duration::from_secs(5);

async fn answers(server: &ServerProcess) {
    until("the server is well again", async || {
        let health = server.request("GET", "/actuator/health").try_send().await;
        health.ok().filter(|reply| reply.status == 200)
    })
    .await;
}

#[track_caller]
fn nobody_was_kept_waiting(attempts: &[Attempt]) {
    let slowest = attempts.iter().map(|attempt| attempt.took).max();
    let slowest = slowest.unwrap_or_default();
    assert!(slowest < NO_HANG, "somebody waited {slowest:?}");
    for attempt in attempts {
        assert!(attempt.told.is_ok(), "no answer: {attempt:?}");
    }
}

async fn oracle_agrees(
    world: &World,
    server: &ServerProcess,
    attempts: &[Attempt],
    remembered: &oracle::Watermark,
) -> Tally {
    nobody_was_kept_waiting(attempts);
    let tally = oracle::nothing_is_lost_or_halved(&world.database, attempts).await;
    oracle::repeats_do_it_once(&world.database, server.address(), attempts).await;
    oracle::log_is_whole(&world.database, remembered).await;
    oracle::database_is_sound(&world.database).await;
    tally
}

async fn stop_and_start(stop: Stop) {
    let Some(cluster) = Cluster::of_its_own() else {
        return;
    };
    let mut random = Random::of_this_run(&format!("PostgreSQL stops, {stop:?}"));
    let (mut tally, mut back) = (Tally::default(), Duration::ZERO);
    for stops in portions(times(SMALL_STOPS, FULL_STOPS), STOPS_PORTION) {
        let world = World::create(TestDatabase::at(cluster.create_database().await)).await;
        let (portion, slowest) = stop_in((&cluster, stop), &world, &mut random, stops).await;
        tally += portion;
        back = back.max(slowest);
    }
    println!("PostgreSQL stopped ({stop:?}) and started: {tally:?}, back within {back:?}");
    assert!(back < BACK_WITHIN, "back only after {back:?}");
    assert!(
        tally.acknowledged > 0 && tally.not_done > 0,
        "the stops hit nothing: {tally:?}"
    );
}

async fn stop_in(
    (cluster, stop): (&Cluster, Stop),
    world: &World,
    random: &mut Random,
    stops: usize,
) -> (Tally, Duration) {
    let server = world.start();
    let (mut tally, mut back) = (Tally::default(), Duration::ZERO);
    for _ in 0..stops {
        let remembered = oracle::watermark(&world.database).await;
        let load = Load::start(world, server.address(), random, CALLS).await;
        tokio::time::sleep(Duration::from_millis(100 + random.below(200))).await;
        cluster.stop(stop);
        tokio::time::sleep(Duration::from_millis(random.below(300))).await;
        cluster.start();
        let started = Instant::now();
        answers(&server).await;
        back = back.max(started.elapsed());
        tokio::time::sleep(Duration::from_millis(random.below(100))).await;
        let attempts = load.stop().await;
        tally += oracle_agrees(world, &server, &attempts, &remembered).await;
    }
    (tally, back)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f3_postgresql_that_is_stopped_at_once_costs_no_acknowledged_change_and_no_500() {
    stop_and_start(Stop::Immediate).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f3_postgresql_that_is_stopped_fast_costs_no_acknowledged_change_and_no_500() {
    stop_and_start(Stop::Fast).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f4_terminated_backends_cost_no_acknowledged_change_and_no_500() {
    let mut random = Random::of_this_run("terminated backends");
    let mut tally = Tally::default();
    let terminations = times(SMALL_TERMINATIONS, FULL_TERMINATIONS);
    for terminations in portions(terminations, TERMINATIONS_PORTION) {
        let Some(world) = world(Backend::Postgres).await else {
            return;
        };
        tally += terminate_in(&world, &mut random, terminations).await;
    }
    println!("terminated backends: {tally:?}");
    assert!(tally.acknowledged > 0, "{tally:?}");
}

async fn terminate_in(world: &World, random: &mut Random, terminations: usize) -> Tally {
    const ONE: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
        WHERE datname = '{name}' AND application_name = 'quarterdeck' ORDER BY random() LIMIT 1";
    let cluster = postgres::cluster().unwrap();
    let server = world.start();
    let mut tally = Tally::default();
    for terminations in portions(terminations, TERMINATIONS_OF_A_LOAD) {
        let remembered = oracle::watermark(&world.database).await;
        let load = Load::start(world, server.address(), random, CALLS).await;
        for _ in 0..terminations {
            cluster.execute_about(world.database.url(), ONE).await;
            tokio::time::sleep(Duration::from_millis(random.below(20))).await;
        }
        let attempts = load.stop().await;
        tally += oracle_agrees(world, &server, &attempts, &remembered).await;
    }
    tally
}

/// The log of PostgreSQL is written down by whoever commits alone: what an answer did not wait for is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f3_what_is_acknowledged_is_on_disk_before_the_answer() {
    let Some(cluster) = Cluster::of_its_own() else {
        return;
    };
    let world = World::create(TestDatabase::at(cluster.create_database().await)).await;
    for setting in [
        "ALTER SYSTEM SET wal_writer_delay = '10s'",
        "SELECT pg_reload_conf()",
    ] {
        cluster.execute_about(world.database.url(), setting).await;
    }
    let server = world.start();
    for _ in 0..times(3, 30) {
        let person = world.bring_in(1).await;
        let path = format!("/api/v1/admin/users/{person}/ban");
        until("the ban is acknowledged", async || {
            let ban = server.request("PATCH", &path).session(&world.sessions[0]);
            let ban = ban.json(json!({ "banReason": "spam" })).send().await;
            (ban.status == 200).then_some(())
        })
        .await;
        cluster.stop(Stop::Immediate);
        cluster.start();
        let kept = format!("SELECT count(*) FROM ban_history WHERE user_id = {person}");
        assert_eq!(world.database.number(&kept).await, 1);
        answers(&server).await;
    }
}
