//! What the server does by itself, each job when it is due, on whichever process takes it first.
//!
//! Every job owns a row that says when it is next expected (`cluster::lease`). A run goes in steps, each
//! in a transaction that holds the lease: of two processes only one commits, and the last step and the
//! end of the run are one commit. A job that fails is tried again, later each time, and holds up no
//! other; one that is overdue turns the component `jobs` of the health DOWN. The row of a job that is
//! removed from [`JOBS`] goes with a migration.

pub mod outbox;
mod purge;
pub mod remains;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::DbErr;
use tokio_util::sync::CancellationToken;

use crate::chain::Actor;
use crate::cluster::lease::{self, Hold, Lease, Look, Schedule};
use crate::gate::Services;
use crate::gate::job::{JobError, Progress, StepFn};
use crate::gate::write::SystemTx;
use crate::{admin_logs, users};

/// Longest step; well under the lease.
const STEP_TIMEOUT: Duration = Duration::from_secs(10);
/// Wait after a first failure; it doubles with each, up to the job's period.
const FIRST_RETRY: TimeDelta = TimeDelta::seconds(10);
/// Periods that a job may be late before it is overdue.
const PATIENCE: i32 = 2;

/// A job.
#[derive(Clone, Copy, Debug)]
pub struct Job {
    /// The key of its row, and its name in logs.
    pub name: &'static str,
    /// Its period.
    pub every: TimeDelta,
    /// One step of it.
    pub step: StepFn,
}

/// Every job of the server.
pub const JOBS: &[Job] = &[
    Job {
        name: "purge",
        every: TimeDelta::hours(1),
        step: |services, tx| Box::pin(purge::step(services, tx)),
    },
    Job {
        name: "end_due_bans",
        every: TimeDelta::seconds(30),
        step: |_, tx| Box::pin(users::end_due_bans(tx)),
    },
    Job {
        name: "make_requests_searchable",
        every: TimeDelta::seconds(10),
        step: |_, tx| Box::pin(admin_logs::make_searchable(tx)),
    },
];

impl Job {
    fn look(&self, now: DateTime<Utc>) -> Look {
        Look {
            name: self.name,
            every: self.every,
            now,
            expected_by: self.due_at(now).expected_by,
        }
    }

    fn due_at(&self, next_run_at: DateTime<Utc>) -> Schedule {
        Schedule {
            next_run_at,
            expected_by: next_run_at + self.every * PATIENCE,
        }
    }

    fn retry_after(&self, failures: u32) -> TimeDelta {
        let doubled = 2_i32.checked_pow(failures);
        doubled
            .and_then(|factor| FIRST_RETRY.checked_mul(factor))
            .map_or(self.every, |wait| wait.min(self.every))
    }
}

/// Gives every job its row; a new one is due at once.
pub async fn register(tx: &SystemTx, jobs: &[Job]) -> Result<(), DbErr> {
    for job in jobs {
        lease::register(tx.connection(), job.name, job.due_at(tx.now)).await?;
    }
    Ok(())
}

/// Runs what is due, once: what the scheduler does at every look.
pub async fn run_due(services: &Arc<Services>) {
    Scheduler::new(services, JOBS).run_due().await;
}

/// Why a step came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// Another process has taken the job; nothing was changed.
    #[error("another process has taken the job")]
    LeaseLost,
    /// The step itself failed.
    #[error(transparent)]
    Step(JobError),
}

impl From<DbErr> for Failed {
    fn from(error: DbErr) -> Self {
        Self::Step(Box::new(error))
    }
}

/// Looks for jobs that are due, and runs them one after the other.
#[derive(Debug)]
pub struct Scheduler {
    services: Arc<Services>,
    jobs: &'static [Job],
    stop: CancellationToken,
}

impl Scheduler {
    /// A scheduler of these jobs, which have their rows.
    pub fn new(services: &Arc<Services>, jobs: &'static [Job]) -> Self {
        Self {
            services: Arc::clone(services),
            jobs,
            stop: CancellationToken::new(),
        }
    }

    /// Runs jobs until it is told to stop, between two steps at the latest.
    pub async fn run(self, stop: CancellationToken) {
        let poll = Duration::from_secs(self.services.config.jobs.poll_seconds.into());
        if poll.is_zero() {
            return;
        }
        let scheduler = Self { stop, ..self };
        while !scheduler.stop.is_cancelled() {
            scheduler.run_due().await;
            tokio::select! {
                () = scheduler.stop.cancelled() => {}
                () = tokio::time::sleep(poll) => {}
            }
        }
    }

    /// Runs every job that is due, once.
    pub async fn run_due(&self) {
        for job in self.jobs {
            if let Err(error) = self.run_if_due(job).await {
                tracing::error!(job = job.name, %error, "a job's row cannot be read or written");
            }
        }
    }

    async fn run_if_due(&self, job: &Job) -> Result<(), DbErr> {
        let look = job.look(self.services.clock.now());
        if lease::is_due(self.services.database.reads(), &look).await? {
            self.run_job(job).await?;
        }
        Ok(())
    }

    async fn run_job(&self, job: &Job) -> Result<(), DbErr> {
        let Some(run) = self.take(job).await? else {
            return Ok(());
        };
        while !self.stop.is_cancelled() {
            match run.step().await {
                Ok(Progress::More) => {}
                Ok(Progress::Done) => return Ok(()),
                Err(Failed::LeaseLost) => {
                    tracing::warn!(job = job.name, "another process has taken the job");
                    return Ok(());
                }
                Err(Failed::Step(error)) => {
                    tracing::error!(job = job.name, error, "a job failed");
                    return run.record(&error).await;
                }
            }
        }
        run.release().await
    }

    /// Takes a job that is due, if no other process was first.
    pub async fn take(&self, job: &Job) -> Result<Option<Run>, DbErr> {
        let tx = self.services.system_write("job_lease").await?;
        let lease = lease::take(tx.connection(), &job.look(tx.now)).await?;
        tx.commit().await?;
        Ok(lease.map(|lease| Run {
            services: Arc::clone(&self.services),
            job: *job,
            lease,
        }))
    }
}

/// A job that this process holds the lease of.
#[derive(Clone, Debug)]
pub struct Run {
    services: Arc<Services>,
    job: Job,
    lease: Lease,
}

impl Run {
    /// Takes one step, in a task of its own: one that panics or hangs fails like any other.
    ///
    /// # Errors
    /// Nothing was changed: the lease is lost, or the step failed.
    pub async fn step(&self) -> Result<Progress, Failed> {
        let step = self.clone().carry_out();
        let ended = tokio::spawn(tokio::time::timeout(STEP_TIMEOUT, step)).await;
        match ended {
            Ok(Ok(result)) => result,
            Ok(Err(elapsed)) => Err(Failed::Step(Box::new(elapsed))),
            Err(panicked) => Err(Failed::Step(Box::new(panicked))),
        }
    }

    async fn carry_out(self) -> Result<Progress, Failed> {
        let Self {
            services,
            job,
            lease,
        } = self;
        let tx = services.system_write("job").await?;
        fenced(lease.hold(tx.connection(), tx.now).await?)?;
        let step = (job.step)(&services, &tx).await.map_err(Failed::Step)?;
        if step.progress == Progress::Done {
            let schedule = job.due_at(tx.now + job.every);
            fenced(lease.finish(tx.connection(), schedule, tx.now).await?)?;
        }
        let id = tx.id.clone();
        tx.commit_audited(&Actor::SYSTEM, &step.entries, &id)
            .await?;
        Ok(step.progress)
    }

    async fn record(&self, error: &JobError) -> Result<(), DbErr> {
        let tx = self.services.system_write("job_lease").await?;
        let retry_at = tx.now + self.job.retry_after(self.lease.failures);
        let hold = self
            .lease
            .fail(tx.connection(), retry_at, &error.to_string())
            .await?;
        end(tx, hold).await
    }

    async fn release(&self) -> Result<(), DbErr> {
        let tx = self.services.system_write("job_lease").await?;
        let hold = self.lease.release(tx.connection()).await?;
        end(tx, hold).await
    }
}

const fn fenced(hold: Hold) -> Result<(), Failed> {
    match hold {
        Hold::Held => Ok(()),
        Hold::Lost => Err(Failed::LeaseLost),
    }
}

/// Whoever has the job now writes its row.
async fn end(tx: SystemTx, hold: Hold) -> Result<(), DbErr> {
    match hold {
        Hold::Held => tx.commit().await,
        Hold::Lost => Ok(()),
    }
}
