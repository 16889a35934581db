//! What a room does when its time has come, on nobody's behalf.
//!
//! A room offers a job as one step in one transaction, which it is given: `async fn(&Services, &SystemTx) ->
//! Result<Step, JobError>`. Whoever runs it commits the step with its audit rows, and calls it again while
//! it says that there is more.

use std::pin::Pin;

use super::Services;
use super::write::SystemTx;
use crate::chain::Entry;

/// Why a step failed; kept with the job and logged, so it must not hold secrets.
pub type JobError = Box<dyn std::error::Error + Send + Sync>;

/// A step on its way.
pub type StepFuture<'a> = Pin<Box<dyn Future<Output = Result<Step, JobError>> + Send + 'a>>;

/// A step of a job, as the list of jobs names it.
pub type StepFn = for<'a> fn(&'a Services, &'a SystemTx) -> StepFuture<'a>;

/// Whether a job has to be called again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// At once: it stopped at its bound.
    More,
    /// When it is due again.
    Done,
}

/// What a step did, to be committed.
#[derive(Debug)]
pub struct Step {
    /// Whether it has to be called again.
    pub progress: Progress,
    /// The audit rows of what it changed, whose actor is the system.
    pub entries: Vec<Entry>,
}
