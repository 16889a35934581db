//! The server is killed at a random moment under load (P16; security.md F1, F2).

use std::time::{Duration, Instant};

use crate::counts::{Random, portions, times};
use crate::harness::Backend;
use crate::load::Load;
use crate::oracle::{self, Tally};
use crate::world::{World, world};

const SMALL: usize = 50;
const FULL: usize = 500;
/// Kills in one world.
const PORTION: usize = 25;
/// Calls that an operator makes at most before the kill.
const CALLS: usize = 24;
/// Longest until the kill, in milliseconds.
const LONGEST: u64 = 400;
/// Longest until the next process answers, on a machine that is busy with other tests.
const READY_WITHIN: Duration = Duration::from_secs(10);

async fn kill_at_random_points(backend: Backend) {
    let mut random = Random::of_this_run(&format!("kill -9 on {backend:?}"));
    let (mut tally, mut starts) = (Tally::default(), Vec::new());
    for kills in portions(times(SMALL, FULL), PORTION) {
        let Some(world) = world(backend).await else {
            return;
        };
        tally += kill_in(&world, &mut random, kills, &mut starts).await;
    }
    starts.sort_unstable();
    let slowest = starts.last().copied().unwrap_or_default();
    println!(
        "{} kills on {backend:?}: {tally:?}, ready again within {slowest:?}",
        starts.len()
    );
    assert!(slowest < READY_WITHIN, "ready only after {slowest:?}");
    assert!(
        tally.acknowledged > 0 && tally.not_done > 0,
        "the kills hit nothing: {tally:?}"
    );
}

async fn kill_in(
    world: &World,
    random: &mut Random,
    kills: usize,
    starts: &mut Vec<Duration>,
) -> Tally {
    let mut server = world.start();
    let mut tally = Tally::default();
    for _ in 0..kills {
        let remembered = oracle::watermark(&world.database).await;
        let load = Load::start(world, server.address(), random, CALLS).await;
        tokio::time::sleep(Duration::from_millis(random.below(LONGEST))).await;
        // Dropped, it is killed by SIGKILL.
        drop(server);
        let attempts = load.stop().await;
        let started = Instant::now();
        server = world.start();
        starts.push(started.elapsed());
        tally += oracle::nothing_is_lost_or_halved(&world.database, &attempts).await;
        oracle::log_is_whole(&world.database, &remembered).await;
        oracle::repeats_do_it_once(&world.database, server.address(), &attempts).await;
        oracle::database_is_sound(&world.database).await;
    }
    let remembered = oracle::watermark(&world.database).await;
    oracle::log_is_whole(&world.database, &remembered).await;
    tally
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f1_no_acknowledged_change_is_lost_when_the_server_is_killed_on_sqlite() {
    kill_at_random_points(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f2_no_acknowledged_change_is_lost_when_the_server_is_killed_on_postgresql() {
    kill_at_random_points(Backend::Postgres).await;
}
