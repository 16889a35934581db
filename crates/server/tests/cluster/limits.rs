//! Limits that several processes take from together (P23): by Redis, and by PostgreSQL.

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
use tokio_util::sync::CancellationToken;

use super::oracle::{Call, Process, WINDOW, call, most_in_a_window, no_window_holds_more};
use crate::harness::effort::rounds;
use crate::harness::{Backend, RedisServer, TestDatabase, until};

const PROCESSES: usize = 4;
const PREFIX: &str = "quarterdeck:test:";

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

/// As many calls as there may be just before the window's end, and as many just after.
async fn a_burst_at_a_boundary_is_one_window(processes: &[Process], slack: Duration) {
    const LIMIT: u32 = 6;
    let start = Instant::now();
    let burst = async |at: Instant| {
        sleep_until(at).await;
        let mut passed = Vec::new();
        for number in 0..2 * LIMIT {
            let process = &processes[usize::try_from(number).unwrap() % processes.len()];
            passed.extend(call(&process.limiter, "burst", LIMIT).await);
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p23_over_four_processes_on_one_redis_no_window_holds_more_than_the_limit() {
    let Some(server) = RedisServer::start().await else {
        return;
    };
    let stop = CancellationToken::new();
    let mut processes = Vec::new();
    for _ in 0..PROCESSES {
        let redis = connected(&server).await;
        tokio::spawn(redis.clone().keep(stop.clone()));
        processes.push(Process {
            limiter: Arc::new(Limiter::new(WINDOW, Some(redis.clone()), None)),
            redis: Some(redis),
        });
    }
    a_burst_at_a_boundary_is_one_window(&processes, Duration::from_millis(5)).await;
    no_window_holds_more(&processes, rounds(60, 10_000), 60).await;
    stop.cancel();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p23_without_redis_four_processes_count_together_on_postgresql() {
    let Some(database) = TestDatabase::create(Backend::Postgres).await else {
        return;
    };
    let mut processes = Vec::new();
    for process in 0..PROCESSES {
        processes.push(Process {
            limiter: on_postgres(&database, &process.to_string()).await,
            redis: None,
        });
    }
    a_burst_at_a_boundary_is_one_window(&processes, WINDOW / 60).await;
    no_window_holds_more(&processes, rounds(20, 2_000), 20).await;
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
    let stop = CancellationToken::new();
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
