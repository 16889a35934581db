//! This process and the others: who is missed, what they are told at once, and what they say.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgListener;
use tokio::sync::Mutex;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::counted::Counted;
use super::kept::Commits;
use super::redis::{Link, Redis};

/// The shortest pause between two words about commits.
const PAUSE: Duration = Duration::from_millis(20);
/// How long after a break the others are listened to again.
const AGAIN: Duration = Duration::from_secs(1);
/// How often what counts no more is forgotten.
const SWEEP_EVERY: Duration = Duration::from_mins(1);
/// The longest text that PostgreSQL passes on, in bytes.
const LONGEST: usize = 7_999;

/// What is said to those outside.
#[derive(Clone, Debug)]
pub struct Said {
    /// In full.
    pub text: Arc<str>,
    /// Where that is longer than can be passed on.
    pub in_short: String,
}

impl Said {
    /// As much as PostgreSQL passes on.
    fn fitting(&self) -> &str {
        if self.text.len() <= LONGEST {
            &self.text
        } else {
            &self.in_short
        }
    }
}

/// The ways to the other processes; none where this one is alone.
#[derive(Debug)]
pub struct Together {
    redis: Option<Redis>,
    counted: Option<Counted>,
    /// How this process calls itself.
    id: Arc<str>,
    /// Where it says that it has committed something, on Redis.
    channel: String,
    listener: Mutex<Option<PgListener>>,
}

impl Together {
    /// By what is given; `prefix` is what names on Redis begin with.
    pub fn new(redis: Option<Redis>, counted: Option<Counted>, id: &str, prefix: &str) -> Self {
        Self {
            redis,
            counted,
            id: id.into(),
            channel: format!("{prefix}commits"),
            listener: Mutex::default(),
        }
    }

    /// How Redis does, where it is given.
    pub fn redis(&self) -> Option<Link> {
        self.redis.as_ref().map(Redis::watch)
    }

    /// How many processes there are on this database, with this one, as far as it is known.
    pub fn processes(&self) -> u32 {
        self.counted.as_ref().map_or(1, Counted::processes)
    }

    /// Finds the others, before anything is let through.
    pub async fn join(&self) {
        if let Some(redis) = &self.redis {
            redis.connect().await;
        }
        if let Some(counted) = &self.counted {
            match counted.neighbors().join().await {
                Ok(listener) => *self.listener.lock().await = Some(listener),
                Err(error) => tracing::warn!(%error, "the other processes were not found yet"),
            }
        }
    }

    /// Keeps in touch until it is told to stop: says what this process commits, and hears of the others.
    pub async fn run(&self, commits: &Commits, stop: CancellationToken) {
        tokio::join!(
            self.keep_redis(stop.clone()),
            self.keep_neighbors(commits, stop.clone()),
            stop.run_until_cancelled(self.listen(commits)),
            stop.run_until_cancelled(self.announce(commits)),
            stop.run_until_cancelled(self.sweep()),
        );
    }

    /// Tells those outside on a channel, wherever they may listen.
    pub async fn publish(&self, channel: &str, said: &[Said]) {
        let mut left = said;
        if let Some(redis) = &self.redis {
            while let [next, rest @ ..] = left
                && redis.publish(channel, next.text.as_bytes()).await
            {
                left = rest;
            }
        }
        if let Some(counted) = &self.counted {
            let texts: Vec<_> = left.iter().map(Said::fitting).collect();
            counted.neighbors().notify(channel, &texts).await;
        }
    }

    async fn keep_redis(&self, stop: CancellationToken) {
        if let Some(redis) = &self.redis {
            redis.clone().keep(stop).await;
        }
    }

    async fn keep_neighbors(&self, commits: &Commits, stop: CancellationToken) {
        if let Some(counted) = &self.counted {
            let listener = self.listener.lock().await.take();
            let neighbors = counted.neighbors();
            neighbors.keep(listener, || commits.hear(), stop).await;
        }
    }

    async fn sweep(&self) {
        let Some(counted) = &self.counted else { return };
        loop {
            sleep(SWEEP_EVERY).await;
            counted.sweep().await;
        }
    }

    async fn listen(&self, commits: &Commits) {
        let Some(redis) = &self.redis else { return };
        let mut link = redis.watch();
        loop {
            link.until_up().await;
            let heard = |said: &[u8]| {
                if said != self.id.as_bytes() {
                    commits.hear();
                }
            };
            tokio::select! {
                _ = redis.listen(&self.channel, heard) => {}
                () = link.until_down() => {}
            }
            // What was said meanwhile is not known.
            commits.hear();
            sleep(AGAIN).await;
        }
    }

    async fn announce(&self, commits: &Commits) {
        let mut own = commits.watch_own();
        // The sender is in `commits`.
        while own.changed().await.is_ok() {
            let is_said = match &self.redis {
                Some(redis) => redis.publish(&self.channel, self.id.as_bytes()).await,
                None => false,
            };
            if !is_said && let Some(counted) = &self.counted {
                counted.neighbors().say_committed().await;
            }
            sleep(PAUSE).await;
        }
    }
}
