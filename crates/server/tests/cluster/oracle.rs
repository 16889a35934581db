//! What somebody with a clock of their own says of limits that several processes take from together.
//!
//! A call happened between the moment it was sent and the moment it was answered, so calls were certainly in one
//! window where the last answer came less than a window after the first was sent.
//!
//! A process may lose Redis on any machine that is busy enough: an answer that comes too late is none. It says so
//! itself, and from then on takes half the limit by its own memory. Such patterns are held to what
//! docs/OPERATIONS.md says of that, and are run again: as many as were wanted are judged by Redis from end to end.

use std::sync::Arc;
use std::time::Duration;

use quarterdeck_server::cluster::budget::{Budget, UsedUp};
use quarterdeck_server::cluster::limiter::Limiter;
use quarterdeck_server::cluster::redis::{Link, Redis};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::harness::effort::{Random, seed};

pub const WINDOW: Duration = Duration::from_millis(400);
/// Calls of a pattern.
const CALLS: usize = 40;
/// How many more batches than were wanted may be run, where Redis answers too late again and again.
const PATIENCE: usize = 10;

/// A call that was let through.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    pub sent: Instant,
    pub answered: Instant,
}

/// One of several processes.
#[derive(Clone)]
pub struct Process {
    pub limiter: Arc<Limiter>,
    /// Absent where it has none.
    pub redis: Option<Redis>,
}

/// Tries one call; none where it was refused.
pub async fn call(limiter: &Limiter, key: &str, limit: u32) -> Option<Call> {
    let sent = Instant::now();
    let taken = limiter.take(&[Budget { key, limit }], UsedUp::Waits).await;
    let answered = Instant::now();
    taken.ok().map(|()| Call { sent, answered })
}

/// The most calls that were certainly in one window.
pub fn most_in_a_window(calls: &[Call]) -> usize {
    let within = |first: &Call| {
        let is_within = |call: &&Call| {
            call.sent >= first.sent && call.answered.duration_since(first.sent) < WINDOW
        };
        calls.iter().filter(is_within).count()
    };
    calls.iter().map(within).max().unwrap_or_default()
}

/// Calls at random moments of three windows, each by one of the processes.
struct Pattern {
    limit: usize,
    passed: Vec<Call>,
}

impl Pattern {
    async fn run(processes: Vec<Process>, key: String, limit: u32, random: u64) -> Self {
        let mut random = Random(random);
        let start = Instant::now();
        let mut moments: Vec<_> = (0..CALLS).map(|_| random.index(3 * 400)).collect();
        moments.sort_unstable();
        let mut calls = JoinSet::new();
        for moment in moments {
            let limiter = Arc::clone(&random.one_of(&processes).limiter);
            let key = key.clone();
            let at = start + Duration::from_millis(u64::try_from(moment).unwrap());
            calls.spawn(async move {
                sleep_until(at).await;
                call(&limiter, &key, limit).await
            });
        }
        Self {
            limit: usize::try_from(limit).unwrap(),
            passed: calls.join_all().await.into_iter().flatten().collect(),
        }
    }

    /// What is wrong with it, where so many processes were without Redis for a part of it.
    fn complaint(&self, without_redis: usize) -> Option<String> {
        let most = most_in_a_window(&self.passed);
        let allowed = self.limit + without_redis * self.limit.div_ceil(2);
        // Three windows have room for the limit at least; who counts alone has less.
        let least = if without_redis == 0 { self.limit } else { 1 };
        let is_right = most <= allowed && self.passed.len() >= least;
        (!is_right).then(|| {
            format!(
                "{most} calls in a window of {} and {} in all, with {without_redis} processes without Redis",
                self.limit,
                self.passed.len()
            )
        })
    }
}

/// Waits until each process that has a Redis reaches it.
async fn links(processes: &[Process]) -> Vec<Link> {
    let mut links = Vec::new();
    for redis in processes
        .iter()
        .filter_map(|process| process.redis.as_ref())
    {
        let mut link = redis.watch();
        link.until_up().await;
        links.push(link);
    }
    links
}

/// Runs patterns until as many as are wanted were judged together from end to end.
pub async fn no_window_holds_more(processes: &[Process], wanted: usize, at_once: usize) {
    let mut random = Random(seed());
    let batches = wanted.div_ceil(at_once);
    let (mut judged, mut batch, mut degraded) = (0, 0, 0);
    while judged < wanted {
        assert!(
            batch < 2 * batches + PATIENCE,
            "Redis answers too late all the time: {degraded} of {batch} batches"
        );
        let count = at_once.min(wanted - judged);
        let links = links(processes).await;
        let mut running = JoinSet::new();
        for pattern in 0..count {
            let limit = u32::try_from(random.between(1, 8)).unwrap();
            let key = format!("{batch}-{pattern}");
            running.spawn(Pattern::run(
                processes.to_vec(),
                key,
                limit,
                random.number(),
            ));
        }
        let patterns = running.join_all().await;
        let without_redis = links.iter().filter(|link| link.has_changed()).count();
        for pattern in patterns {
            assert_eq!(pattern.complaint(without_redis), None, "batch {batch}");
        }
        batch += 1;
        if without_redis == 0 {
            judged += count;
        } else {
            degraded += 1;
        }
    }
    eprintln!(
        "{judged} patterns of {CALLS} calls over {} processes; {degraded} of {batch} batches saw an answer too late",
        processes.len()
    );
}

fn at(part: f32) -> Call {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let at = *START.get_or_init(Instant::now) + WINDOW.mul_f32(part);
    Call {
        sent: at,
        answered: at,
    }
}

#[test]
fn the_oracle_sees_a_window_that_is_fixed() {
    assert_eq!(most_in_a_window(&[at(0.8), at(0.9), at(1.1), at(1.2)]), 4);
    assert_eq!(most_in_a_window(&[at(0.0), at(0.9), at(1.1), at(2.0)]), 2);
}

#[test]
fn the_oracle_forgives_half_a_limit_for_each_process_that_said_it_was_alone_and_no_more() {
    let of = |count: u8| Pattern {
        limit: 3,
        passed: (0..count)
            .map(|number| at(f32::from(number) / 100.0))
            .collect(),
    };
    let is_right = |count, without_redis| of(count).complaint(without_redis).is_none();
    assert!(is_right(3, 0) && !is_right(4, 0) && !is_right(2, 0));
    assert!(is_right(5, 1) && !is_right(6, 1) && is_right(1, 1) && !is_right(0, 1));
    assert!(is_right(7, 2) && !is_right(8, 2));
}
