//! The other processes on one PostgreSQL: how many there are, and what they say.
//!
//! Each holds a shared lock for as long as it listens, so whoever has gone is not counted any more, however it
//! went; for a minute it counts all the same, since what it let through does. What is said is a hint: it can get
//! lost, and the database itself is asked in any case.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::{PgListener, PgPoolOptions};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

/// What is said when something was committed.
const CHANNEL: &str = "quarterdeck_commits";
/// What is said instead by a process that has just come: the others count again.
const JOINED: &str = "joined";
/// How often the others are counted, and how long after a break the connection is made again.
const EVERY: Duration = Duration::from_secs(1);
/// How long a process counts after it was last seen.
const LINGER: Duration = Duration::from_mins(1);
/// As many as are assumed until they could be counted: those who are not alone ask the others.
const ASSUMED: u32 = 2;

/// The lock that each process holds: both numbers together are nobody else's.
const HOLD: &str = "SELECT pg_advisory_lock_shared(1363432259, 1)";
const COUNT: &str = "SELECT count(DISTINCT pid) FROM pg_locks WHERE locktype = 'advisory' AND granted \
    AND classid = 1363432259 AND objid = 1 AND objsubid = 2 \
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

const NOTIFY: &str = "SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, said.text) \
    FROM unnest($2::text[]) AS said (text)";

/// The processes of a database. Clones share what is known.
#[derive(Clone, Debug)]
pub struct Neighbors {
    pool: PgPool,
    /// How this process calls itself.
    id: Arc<str>,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    processes: u32,
    at: Instant,
}

impl Seen {
    /// Fewer than before are believed when so many were not seen for a while.
    fn update(&mut self, processes: u32, now: Instant) {
        if processes >= self.processes || now.duration_since(self.at) >= LINGER {
            *self = Self { processes, at: now };
        }
    }
}

impl Neighbors {
    /// Those of the database of a pool that may write.
    pub fn new(pool: PgPool, id: &str) -> Self {
        let seen = Seen {
            processes: ASSUMED,
            // Counted once, it is known.
            at: Instant::now()
                .checked_sub(LINGER)
                .unwrap_or_else(Instant::now),
        };
        Self {
            pool,
            id: id.into(),
            seen: Arc::new(Mutex::new(seen)),
        }
    }

    /// The database.
    pub const fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// How many processes there are, with this one.
    pub fn processes(&self) -> u32 {
        self.seen().processes
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says that something was committed, if anybody is there to hear it.
    pub async fn say_committed(&self) {
        if self.processes() > 1 {
            self.notify(CHANNEL, &[&self.id]).await;
        }
    }

    /// Says something on a channel, all of it at once; who listens is not known. Nothing of it has to outlast a crash,
    /// so that it does not wait for the disk, nor make others wait.
    pub async fn notify(&self, channel: &str, texts: &[&str]) {
        if texts.is_empty() {
            return;
        }
        let said = sqlx::query(NOTIFY)
            .bind(channel)
            .bind(texts)
            .execute(&self.pool)
            .await;
        if let Err(error) = said {
            tracing::debug!(%error, channel, "the other processes were not told");
        }
    }

    /// Counts this process among the others, before it lets anything through.
    ///
    /// # Errors
    /// The database's.
    pub async fn join(&self) -> Result<PgListener, sqlx::Error> {
        let options = (*self.pool.connect_options()).clone();
        let own = PgPoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_lazy_with(options.application_name("quarterdeck-listener"));
        let mut listener = PgListener::connect_with(&own).await?;
        listener.eager_reconnect(false);
        sqlx::query(HOLD).execute(&mut listener).await?;
        listener.listen(CHANNEL).await?;
        self.count().await?;
        self.notify(CHANNEL, &[JOINED]).await;
        Ok(listener)
    }

    async fn count(&self) -> Result<(), sqlx::Error> {
        let processes: i64 = sqlx::query_scalar(COUNT).fetch_one(&self.pool).await?;
        let processes = u32::try_from(processes).unwrap_or(ASSUMED).max(1);
        self.seen().update(processes, Instant::now());
        Ok(())
    }

    /// Listens until it is told to stop; `heard` is told of each commit of another process.
    pub async fn keep(
        &self,
        listener: Option<PgListener>,
        heard: impl Fn(),
        stop: CancellationToken,
    ) {
        let work = async {
            let mut joined = listener;
            loop {
                if let Some(listener) = joined.take() {
                    // What was said before it listened is not known.
                    heard();
                    self.attend(listener, &heard).await;
                    tracing::warn!("the connection to the other processes broke; it is made again");
                }
                sleep(EVERY).await;
                joined = self.join().await.ok();
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = work => {}
        }
    }

    /// Hears one connection out.
    async fn attend(&self, mut listener: PgListener, heard: &impl Fn()) {
        let mut recount = interval(EVERY);
        recount.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let is_counted = tokio::select! {
                said = listener.try_recv() => match said {
                    Ok(Some(said)) if said.payload() == &*self.id => continue,
                    Ok(Some(said)) if said.payload() == JOINED => self.count().await.is_ok(),
                    Ok(Some(_)) => {
                        heard();
                        continue;
                    }
                    Ok(None) | Err(_) => return,
                },
                _ = recount.tick() => self.count().await.is_ok(),
            };
            if !is_counted {
                tracing::debug!("the other processes could not be counted");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_gone_counts_for_a_minute() {
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        let mut seen = Seen {
            processes: 1,
            at: start,
        };
        for (second, processes, expected) in [
            (1, 2, 2),
            (30, 2, 2),
            (31, 1, 2),
            (89, 1, 2),
            (90, 1, 1),
            (91, 3, 3),
        ] {
            seen.update(processes, after(second));
            assert_eq!(seen.processes, expected, "second {second}");
        }
    }
}
