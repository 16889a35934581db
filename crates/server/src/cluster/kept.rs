//! A value that costs much to compute, kept until this process commits a change, or for a second, since
//! other processes commit too. Who asks while it is computed waits for it.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{Mutex, watch};

const LONGEST: TimeDelta = TimeDelta::seconds(1);

/// How many transactions were committed, as far as this process knows.
#[derive(Clone, Debug, Default)]
pub struct Commits {
    own: Arc<watch::Sender<u64>>,
    all: Arc<watch::Sender<u64>>,
}

impl Commits {
    /// Counts one of this process.
    pub fn count(&self) {
        self.own.send_modify(|commits| *commits += 1);
        self.hear();
    }

    /// Another process said that it has committed some.
    pub fn hear(&self) {
        self.all.send_modify(|commits| *commits += 1);
    }

    fn so_far(&self) -> u64 {
        *self.own.borrow()
    }

    /// Tells whoever waits that there was another one, of any process.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.all.subscribe()
    }

    /// The same of this process alone.
    pub fn watch_own(&self) -> watch::Receiver<u64> {
        self.own.subscribe()
    }
}

/// A kept value.
#[derive(Debug)]
pub struct Kept<T> {
    value: Mutex<Option<Computed<T>>>,
}

#[derive(Debug)]
struct Computed<T> {
    value: T,
    at: DateTime<Utc>,
    commits: u64,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self {
            value: Mutex::new(None),
        }
    }
}

impl<T: Clone> Kept<T> {
    /// It is computed anew for whoever asks next.
    pub async fn forget(&self) {
        *self.value.lock().await = None;
    }

    /// The value as it is after every commit of this process so far.
    ///
    /// # Errors
    /// Those of computing it; nothing is kept then.
    pub async fn get<E>(
        &self,
        commits: &Commits,
        now: DateTime<Utc>,
        compute: impl AsyncFnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        let mut kept = self.value.lock().await;
        // Read before the value is: what is committed meanwhile makes it old.
        let commits = commits.so_far();
        if let Some(computed) = &*kept
            && computed.commits == commits
            && (TimeDelta::zero()..LONGEST).contains(&(now - computed.at))
        {
            return Ok(computed.value.clone());
        }
        let value = compute().await?;
        *kept = Some(Computed {
            value: value.clone(),
            at: now,
            commits,
        });
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting {
        kept: Kept<u32>,
        commits: Commits,
        computed: u32,
    }

    impl Counting {
        async fn get(&mut self, milliseconds: i64) -> u32 {
            let computed = &mut self.computed;
            let compute = async || {
                *computed += 1;
                Ok::<_, ()>(*computed)
            };
            let got = self.kept.get(&self.commits, at(milliseconds), compute);
            got.await.unwrap()
        }
    }

    fn at(milliseconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::milliseconds(milliseconds)
    }

    fn counting() -> Counting {
        Counting {
            kept: Kept::default(),
            commits: Commits::default(),
            computed: 0,
        }
    }

    #[tokio::test]
    async fn a_value_is_kept_for_a_second() {
        let mut counting = counting();
        assert_eq!(counting.get(0).await, 1);
        assert_eq!(counting.get(999).await, 1);
        assert_eq!(counting.get(1_000).await, 2);
        assert_eq!(counting.get(999).await, 3, "the clock was set back");
    }

    #[tokio::test]
    async fn a_commit_ends_it_also_while_it_is_computed() {
        let mut counting = counting();
        assert_eq!(counting.get(0).await, 1);
        counting.commits.count();
        assert_eq!(counting.get(0).await, 2);
        counting.commits.count();
        let during = async || {
            counting.commits.count();
            Ok::<_, ()>(7)
        };
        let got = counting.kept.get(&counting.commits, at(0), during);
        assert_eq!(got.await, Ok(7));
        assert_eq!(counting.get(0).await, 3, "the seven is older than a commit");
    }

    #[tokio::test]
    async fn a_failure_is_not_kept() {
        let mut counting = counting();
        let failing = async || Err::<u32, _>(());
        let got = counting.kept.get(&counting.commits, at(0), failing);
        assert_eq!(got.await, Err(()));
        assert_eq!(counting.get(0).await, 1);
    }
}
