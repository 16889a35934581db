//! Large batches take turns: each holds its rows, their audit rows and its answer at once, and the memory of
//! many together is what the process keeps afterwards.

use tokio::sync::{Semaphore, SemaphorePermit};

/// The most objects of a call that does not wait.
const SMALL: usize = 100;
const AT_ONCE: usize = 2;

/// Who is at it.
#[derive(Debug)]
pub struct Batches(Semaphore);

impl Default for Batches {
    fn default() -> Self {
        Self(Semaphore::new(AT_ONCE))
    }
}

impl Batches {
    /// Waits until a call about so many objects may run; it counts for as long as what this gives is kept.
    /// To be taken before a transaction is opened, which would wait with it.
    pub async fn turn(&self, objects: usize) -> Option<SemaphorePermit<'_>> {
        if objects <= SMALL {
            return None;
        }
        // It is never closed.
        self.0.acquire().await.ok()
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn is_ready(turn: impl Future) -> bool {
        let mut context = Context::from_waker(Waker::noop());
        matches!(pin!(turn).poll(&mut context), Poll::Ready(_))
    }

    #[tokio::test]
    async fn a_third_large_batch_waits_and_a_small_one_does_not() {
        let batches = Batches::default();
        let first = batches.turn(SMALL + 1).await;
        let second = batches.turn(SMALL + 1).await;
        assert!(first.is_some() && second.is_some());
        assert!(!is_ready(batches.turn(SMALL + 1)));
        assert!(is_ready(batches.turn(SMALL)));
        drop(first);
        assert!(is_ready(batches.turn(SMALL + 1)));
    }
}
