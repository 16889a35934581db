//! PostgreSQL stops and starts again, and its backends are terminated, under load (security.md F3, F4).

use std::time::{Duration, Instant};

use crate::counts::{Random, times};
use crate::harness::postgres::{self, Cluster, Stop};
use crate::harness::process::ServerProcess;
use crate::harness::{Backend, TestDatabase, until};
use crate::load::{Attempt, Load};
use crate::oracle::{self, Tally};
use crate::world::{World, world};

/// Stops and starts, of each way to stop.
const SMALL_STOPS: usize = 5;
const FULL_STOPS: usize = 50;
const SMALL_TERMINATIONS: usize = 100;
const FULL_TERMINATIONS: usize = 1_000;
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
    let database = TestDatabase::at(cluster.create_database().await);
    let world = World::create(database).await;
    let mut random = Random::of_this_run(&format!("PostgreSQL stops, {stop:?}"));
    let server = world.start();
    let (mut tally, mut back) = (Tally::default(), Duration::ZERO);
    for _ in 0..times(SMALL_STOPS, FULL_STOPS) {
        let remembered = oracle::watermark(&world.database).await;
        let load = Load::start(&world, server.address(), &mut random, CALLS).await;
        tokio::time::sleep(Duration::from_millis(100 + random.below(200))).await;
        cluster.stop(stop);
        tokio::time::sleep(Duration::from_millis(random.below(300))).await;
        cluster.start();
        let started = Instant::now();
        answers(&server).await;
        back = back.max(started.elapsed());
        tokio::time::sleep(Duration::from_millis(random.below(100))).await;
        let attempts = load.stop().await;
        tally += oracle_agrees(&world, &server, &attempts, &remembered).await;
    }
    println!("PostgreSQL stopped ({stop:?}) and started: {tally:?}, back within {back:?}");
    assert!(back < BACK_WITHIN, "back only after {back:?}");
    assert!(
        tally.acknowledged > 0 && tally.not_done > 0,
        "the stops hit nothing: {tally:?}"
    );
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
    const ONE: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
        WHERE datname = '{name}' AND application_name = 'quarterdeck' ORDER BY random() LIMIT 1";
    let Some(world) = world(Backend::Postgres).await else {
        return;
    };
    let mut random = Random::of_this_run("terminated backends");
    let cluster = postgres::cluster().unwrap();
    let server = world.start();
    let (mut tally, mut left) = (
        Tally::default(),
        times(SMALL_TERMINATIONS, FULL_TERMINATIONS),
    );
    while left > 0 {
        let remembered = oracle::watermark(&world.database).await;
        let load = Load::start(&world, server.address(), &mut random, CALLS).await;
        for _ in 0..left.min(50) {
            cluster.execute_about(world.database.url(), ONE).await;
            tokio::time::sleep(Duration::from_millis(random.below(20))).await;
        }
        left = left.saturating_sub(50);
        let attempts = load.stop().await;
        tally += oracle_agrees(&world, &server, &attempts, &remembered).await;
    }
    println!("terminated backends: {tally:?}");
    assert!(tally.acknowledged > 0, "{tally:?}");
}
