//! Hashing and checking passwords (argon2id) on a bounded pool.
//!
//! Called by sign-in, first login and the command line. A hash takes 19 MiB and tens of milliseconds
//! by design, so at most `pool` run at once and at most `queue` wait; the next caller is told `Busy`
//! instead of taking the process down (security.md, threat 32). It knows no accounts: whether there
//! is one is the caller's secret, and checking takes as long without one (threat 31).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use quarterdeck_api::sessions::Secret;
use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError};
use tokio::task;

pub use crate::config::PoolOptions;

/// Why a password was neither hashed nor checked.
#[derive(Debug, Error)]
pub enum PasswordError {
    /// Too many wait already; try again later.
    #[error("too many sign-ins at once")]
    Busy,
    /// The configured cost is outside of what argon2 takes.
    #[error("argon2 refuses the configured cost: {0}")]
    Cost(argon2::Error),
    /// The stored text is no password hash.
    #[error("the stored password hash is damaged: {0}")]
    Damaged(argon2::password_hash::Error),
    /// Hashing failed or panicked.
    #[error("hashing failed: {0}")]
    Failed(String),
}

/// Hashes and checks passwords, few at a time. Clones share the pool.
#[derive(Clone, Debug)]
pub struct PasswordPool {
    argon2: Argon2<'static>,
    /// Checked where there is no account: same cost, never right.
    decoy: Arc<PasswordHash>,
    /// One permit for each caller, waiting or working.
    places: Arc<Semaphore>,
    /// One permit for each hash being computed.
    workers: Arc<Semaphore>,
    /// Hashes computed since the start.
    computed: Arc<AtomicU64>,
}

impl PasswordPool {
    /// A pool of this size and cost.
    pub fn new(options: PoolOptions) -> Result<Self, PasswordError> {
        let params = Params::new(
            options.memory_kib,
            options.iterations,
            options.parallelism,
            None,
        )
        .map_err(PasswordError::Cost)?;
        let workers = usize::from(options.pool);
        Ok(Self {
            decoy: Arc::new(decoy(&params).map_err(PasswordError::Damaged)?),
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            places: Arc::new(Semaphore::new(workers + usize::from(options.queue))),
            workers: Arc::new(Semaphore::new(workers)),
            computed: Arc::default(),
        })
    }

    /// How many hashes were computed since the start, right or wrong.
    pub fn computed(&self) -> u64 {
        self.computed.load(Ordering::Relaxed)
    }

    /// The password's hash in PHC form. The salt must be random.
    pub async fn hash(&self, password: &Secret, salt: [u8; 16]) -> Result<String, PasswordError> {
        let argon2 = self.argon2.clone();
        let password = password.clone();
        self.run(move || {
            argon2
                .hash_password_with_salt(password.expose().as_bytes(), &salt)
                .map(|hash| hash.to_string())
                .map_err(|error| PasswordError::Failed(error.to_string()))
        })
        .await
    }

    /// Whether the password is the one behind the stored hash. Without a hash the answer is no, after
    /// the same work.
    pub async fn verify(
        &self,
        password: &Secret,
        phc: Option<&str>,
    ) -> Result<bool, PasswordError> {
        let expected = match phc {
            Some(text) => Arc::new(
                PasswordHash::new(text).map_err(|error| PasswordError::Damaged(error.into()))?,
            ),
            None => Arc::clone(&self.decoy),
        };
        let argon2 = self.argon2.clone();
        let password = password.clone();
        self.run(
            move || match argon2.verify_password(password.expose().as_bytes(), &*expected) {
                Ok(()) => Ok(true),
                Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
                Err(error) => Err(PasswordError::Damaged(error)),
            },
        )
        .await
    }

    /// Whether a stored hash has another cost than a new one would: it takes another time to check than the
    /// decoy does, which tells who has an account.
    pub fn is_outdated(&self, phc: &str) -> bool {
        let params = PasswordHash::new(phc).map(|hash| hash.params);
        params.is_ok_and(|params| params != self.decoy.params)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let place = self.take_place()?;
        let worker = Arc::clone(&self.workers)
            .acquire_owned()
            .await
            .map_err(failed)?;
        self.computed.fetch_add(1, Ordering::Relaxed);
        task::spawn_blocking(move || {
            // Held by the work, not by the caller: who hangs up does not free a place early.
            let _held = (place, worker);
            work()
        })
        .await
        .map_err(failed)?
    }

    fn take_place(&self) -> Result<OwnedSemaphorePermit, PasswordError> {
        Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|error| match error {
                TryAcquireError::NoPermits => PasswordError::Busy,
                TryAcquireError::Closed => failed(error),
            })
    }
}

fn failed(error: impl std::fmt::Display) -> PasswordError {
    PasswordError::Failed(error.to_string())
}

/// A well-formed hash that no password has: its output was never computed.
fn decoy(params: &Params) -> Result<PasswordHash, argon2::password_hash::Error> {
    Ok(PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params)?,
        salt: Some(Salt::new(&[0; 16])?),
        hash: Some(Output::new(&[0; Params::DEFAULT_OUTPUT_LEN])?),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    const SALT: [u8; 16] = *b"sixteen bytes ok";

    /// The least that argon2 takes: what is tested is the pool, not the cost.
    fn pool(pool: u16, queue: u16) -> PasswordPool {
        PasswordPool::new(PoolOptions {
            pool,
            queue,
            memory_kib: 8,
            iterations: 1,
            parallelism: 1,
        })
        .unwrap()
    }

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    #[tokio::test]
    async fn the_right_password_passes_and_others_do_not() {
        let pool = pool(1, 1);
        let stored = pool.hash(&secret("correct horse"), SALT).await.unwrap();
        for (password, expected) in [
            ("correct horse", true),
            ("Correct horse", false),
            ("correct horse ", false),
            ("", false),
        ] {
            assert_eq!(
                pool.verify(&secret(password), Some(&stored)).await.unwrap(),
                expected,
                "{password:?}"
            );
        }
    }

    #[tokio::test]
    async fn the_hash_names_algorithm_cost_and_salt() {
        let hash = pool(1, 1)
            .hash(&secret("correct horse"), SALT)
            .await
            .unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=8,t=1,p=1$c2l4dGVlbiBieXRlcyBvaw$"),
            "{hash}"
        );
    }

    #[tokio::test]
    async fn a_hash_made_at_another_cost_still_passes() {
        let stored = pool(1, 1)
            .hash(&secret("correct horse"), SALT)
            .await
            .unwrap();
        let options = PoolOptions {
            pool: 1,
            queue: 1,
            memory_kib: 16,
            iterations: 2,
            parallelism: 1,
        };
        let dearer = PasswordPool::new(options).unwrap();
        assert!(
            dearer
                .verify(&secret("correct horse"), Some(&stored))
                .await
                .unwrap()
        );
    }

    #[tokio::test]
    async fn without_an_account_every_password_is_wrong() {
        let pool = pool(1, 1);
        for password in ["", "correct horse", "quarterdeck-demo"] {
            assert!(
                !pool.verify(&secret(password), None).await.unwrap(),
                "{password:?}"
            );
        }
    }

    #[test]
    fn without_an_account_the_work_is_the_configured_one() {
        let decoy = pool(1, 1).decoy.to_string();
        assert!(decoy.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{decoy}");
    }

    #[tokio::test]
    async fn a_damaged_hash_is_an_error_and_not_a_wrong_password() {
        for stored in [
            "",
            "plain text",
            "$argon2id$v=19$m=8,t=1,p=1$c2l4dGVlbiBieXRlcyBvaw",
        ] {
            let answer = pool(1, 1).verify(&secret("x"), Some(stored)).await;
            assert!(!matches!(answer, Ok(true)), "{stored:?}");
        }
        let answer = pool(1, 1).verify(&secret("x"), Some("plain text")).await;
        assert!(
            matches!(answer, Err(PasswordError::Damaged(_))),
            "{answer:?}"
        );
    }

    #[tokio::test]
    async fn a_full_queue_answers_busy_at_once_and_recovers() {
        let pool = pool(1, 1);
        let (started, has_started) = mpsc::channel();
        let (release, released) = mpsc::channel::<()>();
        let working = tokio::spawn({
            let pool = pool.clone();
            async move {
                let work = move || {
                    started.send(()).unwrap();
                    released.recv().map_err(failed)
                };
                pool.run(work).await
            }
        });
        task::spawn_blocking(move || has_started.recv().unwrap())
            .await
            .unwrap();

        let waiting = tokio::spawn({
            let pool = pool.clone();
            async move { pool.verify(&secret("x"), None).await }
        });
        while pool.places.available_permits() > 0 {
            task::yield_now().await;
        }
        let third = pool.verify(&secret("x"), None).await;
        assert!(matches!(third, Err(PasswordError::Busy)), "{third:?}");

        release.send(()).unwrap();
        working.await.unwrap().unwrap();
        assert!(!waiting.await.unwrap().unwrap());
        assert!(!pool.verify(&secret("x"), None).await.unwrap());
    }

    #[tokio::test]
    async fn a_caller_who_hangs_up_keeps_the_place_until_the_work_is_done() {
        let pool = pool(1, 0);
        let (started, has_started) = mpsc::channel();
        let (release, released) = mpsc::channel::<()>();
        let caller = tokio::spawn({
            let pool = pool.clone();
            async move {
                pool.run(move || {
                    started.send(()).unwrap();
                    released.recv().map_err(failed)
                })
                .await
            }
        });
        task::spawn_blocking(move || has_started.recv().unwrap())
            .await
            .unwrap();
        caller.abort();
        assert!(caller.await.unwrap_err().is_cancelled());

        assert!(matches!(
            pool.verify(&secret("x"), None).await,
            Err(PasswordError::Busy)
        ));
        release.send(()).unwrap();
        while pool.places.available_permits() == 0 {
            task::yield_now().await;
        }
        assert!(!pool.verify(&secret("x"), None).await.unwrap());
    }

    #[test]
    fn a_cost_that_argon2_refuses_is_named() {
        let options = PoolOptions {
            pool: 1,
            queue: 1,
            memory_kib: 1,
            iterations: 1,
            parallelism: 1,
        };
        let error = PasswordPool::new(options).unwrap_err();
        assert_eq!(
            error.to_string(),
            "argon2 refuses the configured cost: memory cost is too small"
        );
    }
}
