//! Limits that several processes take from together (P23): by Redis, and by PostgreSQL.
//!
//! The oracle has a clock of its own. A call happened between the moment it was sent and the moment it was
//! answered, so calls were certainly in one window where the last answer came less than a window after the first
//! was sent.

use std::sync::Arc;
use std::time::Duration;

use quarterdeck_server::cluster::budget::{Budget, UsedUp};
use quarterdeck_server::cluster::counted::Counted;
use quarterdeck_server::cluster::limiter::Limiter;
use quarterdeck_server::cluster::neighbors::Neighbors;
use quarterdeck_server::cluster::redis::Redis;
use quarterdeck_server::db::{Database, Databases};
use redis::AsyncCommands;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::harness::effort::{Random, rounds, seed};
use crate::harness::{Backend, RedisServer, TestDatabase, until};

const WINDOW: Duration = Duration::from_millis(400);
const PROCESSES: usize = 4;
const PREFIX: &str = "quarterdeck:test:";

/// A call that was let through.
#[derive(Clone, Copy, Debug)]
struct Call {
    sent: Instant,
    answered: Instant,
}

async fn on_redis(server: &RedisServer) -> Arc<Limiter> {
    Arc::new(Limiter::new(WINDOW, Some(connected(server).await), None))
}

async fn connected(server: &RedisServer) -> Redis {
    let redis = Redis::new(&server.url(), None, PREFIX, WINDOW).unwrap();
    redis.connect().await;
    assert!(redis.is_up());
    redis
}

async fn on_postgres(database: &TestDatabase, id: &str) -> Arc<Limiter> {
    let opened = Database::open(database.url()).await.unwrap();
    let Databases::Postgres { writes, .. } = opened.pools() else {
        panic!("a PostgreSQL")
    };
    let counted = Counted::new(Neighbors::new(writes.clone(), id), WINDOW);
    Arc::new(Limiter::new(WINDOW, None, Some(counted)))
}

/// Tries one call; none where it was refused.
async fn call(limiter: &Limiter, key: &str, limit: u32) -> Option<Call> {
    let sent = Instant::now();
    let taken = limiter.take(&[Budget { key, limit }], UsedUp::Waits).await;
    let answered = Instant::now();
    taken.ok().map(|()| Call { sent, answered })
}

/// The most calls that were certainly in one window.
fn most_in_a_window(calls: &[Call]) -> usize {
    let within = |first: &Call| {
        let is_within = |call: &&Call| {
            call.sent >= first.sent && call.answered.duration_since(first.sent) < WINDOW
        };
        calls.iter().filter(is_within).count()
    };
    calls.iter().map(within).max().unwrap_or_default()
}

/// Calls at random moments of three windows, each by one of the processes; those that were let through.
async fn arrive(limiters: Vec<Arc<Limiter>>, key: String, limit: u32, random: u64) -> Vec<Call> {
    let mut random = Random(random);
    let start = Instant::now();
    let mut moments: Vec<_> = (0..40).map(|_| random.index(3 * 400)).collect();
    moments.sort_unstable();
    let mut calls = JoinSet::new();
    for moment in moments {
        let limiter = Arc::clone(random.one_of(&limiters));
        let (key, at) = (
            key.clone(),
            start + Duration::from_millis(u64::try_from(moment).unwrap()),
        );
        calls.spawn(async move {
            sleep_until(at).await;
            call(&limiter, &key, limit).await
        });
    }
    calls.join_all().await.into_iter().flatten().collect()
}

async fn no_window_holds_more(limiters: &[Arc<Limiter>], patterns: usize, at_once: usize) {
    let mut random = Random(seed());
    for batch in 0..patterns.div_ceil(at_once) {
        let mut running = JoinSet::new();
        for pattern in 0..at_once.min(patterns - batch * at_once) {
            let limit = u32::try_from(random.between(1, 8)).unwrap();
            let (key, number) = (format!("{batch}-{pattern}"), random.number());
            let limiters = limiters.to_vec();
            running.spawn(async move { (limit, arrive(limiters, key, limit, number).await) });
        }
        for (limit, calls) in running.join_all().await {
            let limit = usize::try_from(limit).unwrap();
            let most = most_in_a_window(&calls);
            assert!(
                most <= limit,
                "{most} calls in a window of {limit}: {calls:?}"
            );
            assert!(calls.len() >= limit, "only {} of {limit}", calls.len());
        }
    }
    eprintln!(
        "{patterns} patterns of 40 calls over {} processes",
        limiters.len()
    );
}

/// As many calls as there may be just before the window's end, and as many just after.
async fn a_burst_at_a_boundary_is_one_window(limiters: &[Arc<Limiter>], slack: Duration) {
    const LIMIT: u32 = 6;
    let start = Instant::now();
    let burst = async |at: Instant| {
        sleep_until(at).await;
        let mut passed = Vec::new();
        for number in 0..2 * LIMIT {
            let limiter = &limiters[usize::try_from(number).unwrap() % limiters.len()];
            passed.extend(call(limiter, "burst", LIMIT).await);
        }
        passed
    };
    let first = burst(start + WINDOW.mul_f32(0.9)).await;
    assert_eq!(first.len(), 6);
    let second = burst(start + WINDOW.mul_f32(1.1)).await;
    assert!(most_in_a_window(&[first.clone(), second].concat()) <= 6);
    let last = first.iter().map(|call| call.answered).max().unwrap();
    let third = burst(last + 2 * WINDOW + slack).await;
    assert_eq!(third.len(), 6, "all have left the window");
}

#[test]
fn the_oracle_sees_a_window_that_is_fixed() {
    let start = Instant::now();
    let at = |part: f32| Call {
        sent: start + WINDOW.mul_f32(part),
        answered: start + WINDOW.mul_f32(part),
    };
    assert_eq!(most_in_a_window(&[at(0.8), at(0.9), at(1.1), at(1.2)]), 4);
    assert_eq!(most_in_a_window(&[at(0.0), at(0.9), at(1.1), at(2.0)]), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p23_over_four_processes_on_one_redis_no_window_holds_more_than_the_limit() {
    let Some(server) = RedisServer::start().await else {
        return;
    };
    let (mut links, mut limiters) = (Vec::new(), Vec::new());
    for _ in 0..PROCESSES {
        let redis = connected(&server).await;
        links.push(redis.clone());
        limiters.push(Arc::new(Limiter::new(WINDOW, Some(redis), None)));
    }
    a_burst_at_a_boundary_is_one_window(&limiters, Duration::from_millis(5)).await;
    no_window_holds_more(&limiters, rounds(60, 10_000), 60).await;
    assert!(
        links.iter().all(Redis::is_up),
        "it was the judge throughout"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p23_without_redis_four_processes_count_together_on_postgresql() {
    let Some(database) = TestDatabase::create(Backend::Postgres).await else {
        return;
    };
    let mut limiters = Vec::new();
    for process in 0..PROCESSES {
        limiters.push(on_postgres(&database, &process.to_string()).await);
    }
    a_burst_at_a_boundary_is_one_window(&limiters, WINDOW / 60).await;
    no_window_holds_more(&limiters, rounds(20, 2_000), 20).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p7_what_one_process_shuts_is_shut_for_all() {
    let (Some(server), Some(database)) = (
        RedisServer::start().await,
        TestDatabase::create(Backend::Postgres).await,
    ) else {
        return;
    };
    let shuts = UsedUp::Shuts(Duration::from_mins(5));
    for limiters in [
        [on_redis(&server).await, on_redis(&server).await],
        [
            on_postgres(&database, "a").await,
            on_postgres(&database, "b").await,
        ],
    ] {
        let budget = [Budget {
            key: "otp:1",
            limit: 2,
        }];
        assert_eq!(limiters[0].take(&budget, shuts).await, Ok(()));
        assert_eq!(limiters[1].take(&budget, shuts).await, Ok(()));
        let refused = limiters[0].take(&budget, shuts).await;
        assert_eq!(refused, Err(Duration::from_mins(5)));
        tokio::time::sleep(WINDOW + WINDOW / 30).await;
        let wait = limiters[1].take(&budget, shuts).await.unwrap_err();
        let almost = Duration::from_secs(290)..=Duration::from_mins(5);
        assert!(
            almost.contains(&wait),
            "{wait:?}: the window is over, the lock is not"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s004_48_a_clock_of_redis_that_was_ahead_closes_no_budget_for_longer_than_a_window() {
    let Some(server) = RedisServer::start().await else {
        return;
    };
    let limiter = on_redis(&server).await;
    let mut direct = server.connect().await;
    let key = format!("{PREFIX}calls:ahead");
    let far = "9000000000000000";
    let _: () = direct.rpush(&key, &[far, far]).await.unwrap();
    let budget = [Budget {
        key: "ahead",
        limit: 2,
    }];
    let wait = limiter.take(&budget, UsedUp::Waits).await.unwrap_err();
    assert!(wait <= WINDOW, "{wait:?}");
    until("they have left the window", async || {
        limiter.take(&budget, UsedUp::Waits).await.ok()
    })
    .await;
    let left: i64 = direct.pttl(&key).await.unwrap();
    assert!((1..=400).contains(&left), "nothing stays: {left} ms");
}

/// Two processes that call as often as they can, and what was let through.
async fn under_load(
    limiters: Vec<Arc<Limiter>>,
    key: &'static str,
    limit: u32,
    until: Instant,
) -> Vec<Call> {
    let mut loads = JoinSet::new();
    for limiter in limiters {
        loads.spawn(async move {
            let mut passed = Vec::new();
            while Instant::now() < until {
                passed.extend(call(&limiter, key, limit).await);
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            passed
        });
    }
    loads.join_all().await.concat()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p23_without_redis_limits_are_stricter_and_never_open_and_it_comes_back_by_itself() {
    const LIMIT: u32 = 10;
    let Some(mut server) = RedisServer::start().await else {
        return;
    };
    let stop = tokio_util::sync::CancellationToken::new();
    let (mut links, mut limiters) = (Vec::new(), Vec::new());
    for _ in 0..2 {
        let redis = connected(&server).await;
        links.push(redis.clone());
        tokio::spawn(redis.clone().keep(stop.clone()));
        limiters.push(Arc::new(Limiter::new(WINDOW, Some(redis), None)));
    }
    for round in 0..rounds(1, 30) {
        let start = Instant::now();
        let load = {
            let limiters = limiters.clone();
            tokio::spawn(
                async move { under_load(limiters, "load", LIMIT, start + 7 * WINDOW).await },
            )
        };
        sleep_until(start + WINDOW).await;
        // Whatever happens to it: it is gone, or it is there and says nothing.
        let killed_at = Instant::now();
        if round % 2 == 0 {
            server.kill();
        } else {
            server.freeze();
        }
        let calls = load.await.unwrap();
        assert!(links.iter().all(|link| !link.is_up()), "it shows");
        assert!(
            calls.iter().any(|call| call.sent > killed_at),
            "work goes on"
        );
        let most = most_in_a_window(&calls);
        assert!(
            most <= 15,
            "{most} in a window that saw Redis go: what it had let through, and half a budget each"
        );
        let later: Vec<_> = calls
            .iter()
            .filter(|call| call.sent > killed_at + 4 * WINDOW)
            .copied()
            .collect();
        let most = most_in_a_window(&later);
        assert!((1..=10).contains(&most), "{most} in a window without Redis");
        if round % 2 == 0 {
            server.start_again().await;
        } else {
            server.thaw();
        }
        until("both have it back", async || {
            links.iter().all(Redis::is_up).then_some(())
        })
        .await;
        sleep_until(Instant::now() + WINDOW).await;
        let calls = under_load(limiters.clone(), "load", LIMIT, Instant::now() + 2 * WINDOW).await;
        let most = most_in_a_window(&calls);
        assert!((9..=10).contains(&most), "{most} in a window with Redis");
    }
    stop.cancel();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f5_a_redis_that_takes_no_writes_or_no_password_counts_as_away() {
    let Some(full) = RedisServer::start_with(&["--maxmemory", "1"]).await else {
        return;
    };
    let Some(shut) = RedisServer::start_with(&["--requirepass", "hunter2"]).await else {
        return;
    };
    for server in [&full, &shut] {
        let redis = Redis::new(&server.url(), None, PREFIX, WINDOW).unwrap();
        redis.connect().await;
        assert!(!redis.is_up());
        let limiter = Limiter::new(WINDOW, Some(redis), None);
        let budget = [Budget { key: "a", limit: 3 }];
        let mut passed = 0;
        while limiter.take(&budget, UsedUp::Waits).await.is_ok() {
            passed += 1;
        }
        assert_eq!(passed, 2, "half of it");
    }
    let password = secrecy::SecretString::from("hunter2");
    let redis = Redis::new(&shut.url(), Some(&password), PREFIX, WINDOW).unwrap();
    redis.connect().await;
    assert!(redis.is_up());
    assert!(!format!("{redis:?}").contains("hunter2"), "{redis:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f5_a_redis_that_was_emptied_gives_no_process_a_second_budget() {
    let Some(server) = RedisServer::start().await else {
        return;
    };
    let limiter = on_redis(&server).await;
    let budget = [Budget { key: "a", limit: 3 }];
    for _ in 0..3 {
        assert_eq!(limiter.take(&budget, UsedUp::Waits).await, Ok(()));
    }
    let mut direct = server.connect().await;
    let _: () = redis::cmd("FLUSHALL")
        .query_async(&mut direct)
        .await
        .unwrap();
    assert!(limiter.take(&budget, UsedUp::Waits).await.is_err());
}
