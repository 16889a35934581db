//! One of two processes stops where it stands and goes on later, as on a machine that was suspended or starved
//! (security.md F14): the other goes on meanwhile, and what the first was about to write when it wakes up is
//! written once, by whoever has the right to.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use crate::counts::{Random, portions, times};
use crate::harness::process::ServerProcess;
use crate::harness::server::START;
use crate::harness::{Backend, until};
use crate::load::{Attempt, Prepared};
use crate::oracle::{self, Tally};
use crate::world::{World, world};

/// Stops under load.
const SMALL: usize = 5;
const FULL: usize = 50;
/// Stops in one world.
const PORTION: usize = 10;
/// Stops in the middle of a job.
const SMALL_JOBS: usize = 2;
const FULL_JOBS: usize = 20;
/// More calls than an operator makes while the load runs.
const CALLS: usize = 400;
/// Longest until the other process writes again: PostgreSQL ends a transaction that is idle for five seconds.
const GOES_ON_WITHIN: Duration = Duration::from_secs(8);
/// Longest that a caller of the other process waits for an answer.
const NO_HANG: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f14_while_a_process_is_stopped_the_other_goes_on_and_nothing_is_lost_or_done_twice() {
    let mut random = Random::of_this_run("a process is stopped under load");
    let (mut tally, mut held) = (Tally::default(), Vec::new());
    for stops in portions(times(SMALL, FULL), PORTION) {
        let Some(world) = world(Backend::Postgres).await else {
            return;
        };
        let servers = [world.start(), world.start()];
        for _ in 0..stops {
            let (of_one, goes_on_after) = stop_under_load(&world, &servers, &mut random).await;
            tally += of_one;
            held.push(goes_on_after);
        }
    }
    held.sort_unstable();
    println!("stopped under load: {tally:?}; the other wrote again after {held:?}");
    assert!(tally.acknowledged > 0, "{tally:?}");
}

/// Stops the first process until the second has written something; what all calls came to, and after how long
/// the second wrote.
async fn stop_under_load(
    world: &World,
    [stopped, other]: &[ServerProcess; 2],
    random: &mut Random,
) -> (Tally, Duration) {
    let remembered = oracle::watermark(&world.database).await;
    let plans = [
        Prepared::of(world, random, CALLS).await,
        Prepared::of(world, random, CALLS).await,
    ];
    let [at_stopped, at_other] = plans;
    let loads = [
        at_stopped.start(stopped.address()),
        at_other.start(other.address()),
    ];
    tokio::time::sleep(Duration::from_millis(100 + random.below(200))).await;
    stopped.freeze();
    let goes_on_after = goes_on(world, other).await;
    stopped.thaw();
    tokio::time::sleep(Duration::from_millis(random.below(200))).await;
    let [load, other_load] = loads;
    let (of_stopped, of_other) = (load.stop().await, other_load.stop().await);
    nobody_waited_for_the_stopped_one(&of_other);
    let attempts: Vec<_> = of_stopped.into_iter().chain(of_other).collect();
    for attempt in &attempts {
        assert!(attempt.told.is_ok(), "no answer: {attempt:?}");
    }
    let tally = oracle::nothing_is_lost_or_halved(&world.database, &attempts).await;
    oracle::repeats_do_it_once(&world.database, stopped.address(), &attempts).await;
    oracle::log_is_whole(&world.database, &remembered).await;
    oracle::database_is_sound(&world.database).await;
    (tally, goes_on_after)
}

/// Bans somebody on a process; how long it took until it was acknowledged.
async fn goes_on(world: &World, server: &ServerProcess) -> Duration {
    let started = Instant::now();
    let person = world.bring_in(1).await;
    let path = format!("/api/v1/admin/users/{person}/ban");
    until("the other process writes", async || {
        let ban = server.request("PATCH", &path).session(&world.sessions[0]);
        let reply = ban.json(json!({ "banReason": "spam" })).send().await;
        assert!(reply.status == 200 || reply.status == 503, "{}", reply.text);
        (reply.status == 200).then_some(())
    })
    .await;
    let took = started.elapsed();
    assert!(took < GOES_ON_WITHIN, "it was held up for {took:?}");
    took
}

#[track_caller]
fn nobody_waited_for_the_stopped_one(attempts: &[Attempt]) {
    let slowest = attempts.iter().map(|attempt| attempt.took).max();
    let slowest = slowest.unwrap_or_default();
    assert!(slowest < NO_HANG, "somebody waited {slowest:?}");
}

/// Bans that are due at once: several steps of the job.
const DUE: usize = 1_000;
/// After this a job that was not finished is another's.
const LEASE: TimeDelta = TimeDelta::seconds(61);
const IN_FORCE: &str = "SELECT count(*) FROM users WHERE is_banned";
const ENDED: &str = "SELECT count(*) FROM admin_audit_log WHERE action_code = 'user_unbanned'";
const LEASED: &str =
    "SELECT count(*) FROM jobs WHERE name = 'end_due_bans' AND lease_expires_at IS NOT NULL";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f14_a_process_that_is_stopped_in_a_job_wakes_up_and_writes_nothing_of_it() {
    let mut caught = 0;
    while caught < times(SMALL_JOBS, FULL_JOBS) {
        let Some(world) = world(Backend::Postgres).await else {
            return;
        };
        caught += usize::from(stop_in_a_job(&world).await);
    }
    println!("{caught} processes stopped in a job");
}

/// Whether the process was caught in the job at all.
async fn stop_in_a_job(world: &World) -> bool {
    let remembered = oracle::watermark(&world.database).await;
    let mut now: DateTime<Utc> = START.parse().unwrap();
    ban_for_an_hour(world).await;
    let stopped = world.start_looking();
    now += TimeDelta::hours(1);
    world.set_clock(now);
    until("the job has begun", async || {
        (world.database.number(ENDED).await > 0).then_some(())
    })
    .await;
    stopped.freeze();
    if world.database.number(LEASED).await == 0 {
        return false;
    }
    let done = world.database.number(ENDED).await;
    now += LEASE;
    world.set_clock(now);
    let other = world.start_looking();
    until("the other ends every ban", async || {
        (world.database.number(IN_FORCE).await == 0).then_some(())
    })
    .await;
    stopped.thaw();
    until(
        "who was stopped notices that the job is not its own",
        async || {
            let log = stopped.log();
            let is_noticed =
                log.contains("another process has taken the job") || log.contains("a job failed");
            is_noticed.then_some(())
        },
    )
    .await;
    until("who was stopped answers", async || {
        let reply = stopped.request("GET", "/actuator/health").try_send().await;
        reply.ok().filter(|reply| reply.status == 200)
    })
    .await;
    let ended = world.database.number(ENDED).await;
    assert_eq!(
        ended,
        i64::try_from(DUE).unwrap(),
        "{done} of them before it was stopped"
    );
    oracle::log_is_whole(&world.database, &remembered).await;
    oracle::database_is_sound(&world.database).await;
    drop(other);
    true
}

async fn ban_for_an_hour(world: &World) {
    let server = world.start();
    let first = world.bring_in(DUE).await;
    let people: Vec<_> = (first..).take(DUE).collect();
    let ban =
        json!({ "userIds": people, "banReason": "spam", "durationHours": 1, "confirm": true });
    let request = server.request("POST", "/api/v1/admin/users/bulk-ban");
    let reply = request.session(&world.sessions[0]).json(ban).send().await;
    assert_eq!(reply.status, 200, "{}", reply.text);
}
