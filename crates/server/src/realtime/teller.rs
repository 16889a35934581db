//! Reads what is to be told and tells it, while somebody listens; asks the database nothing otherwise.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use quarterdeck_api::claims::Queue;
use quarterdeck_api::realtime::{Event, Farewell, New, Resource};
use sea_orm::{ConnectionTrait, DbErr};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::{rules, store};
use crate::claims;
use crate::cluster::bus::Told;
use crate::gate::Services;
use crate::gate::caller::{self, Standing};

/// How often the log and the sessions are read where this process commits nothing.
const EVERY: Duration = Duration::from_secs(1);
/// How often lists are asked for new rows.
const NEWCOMERS_EVERY: Duration = Duration::from_secs(2);
/// The shortest pause between two reads, however often this process commits.
const PAUSE: Duration = Duration::from_millis(50);
/// Rows of the log read at once: fewer frames than a connection may be behind.
const BATCH: u32 = 200;
/// How far before its head the log is read where nobody listened: a connection that comes just then has heard
/// of nothing after the head that it saw.
const OVERLAP: i64 = 200;
/// New rows that are counted.
const MOST_NEW: u32 = 1_000;

/// Tells until it is stopped; then says goodbye, and waits for the connections to end.
pub async fn run(services: Arc<Services>, stop: CancellationToken) {
    let mut open = services.sockets.count();
    let mut commits = services.commits.watch();
    let mut teller = Teller::default();
    while !stop.is_cancelled() {
        if *open.borrow_and_update() == 0 {
            teller = Teller::default();
            tokio::select! {
                () = stop.cancelled() => break,
                _ = open.changed() => continue,
            }
        }
        teller.turn(&services).await;
        tokio::select! {
            () = stop.cancelled() => {}
            () = next_turn(&mut commits) => {}
        }
    }
    say_goodbye(&services, open).await;
}

async fn next_turn(commits: &mut watch::Receiver<u64>) {
    sleep(PAUSE).await;
    // Ended by a commit or by time, it is the next turn.
    let _ = timeout(EVERY.saturating_sub(PAUSE), commits.changed()).await;
}

async fn say_goodbye(services: &Services, mut open: watch::Receiver<usize>) {
    services.sockets.close();
    services.bus.tell(Told::End(Farewell::Restarting));
    let drain = Duration::from_secs(services.config.http.drain_seconds.into());
    let all_gone = open.wait_for(|open| *open == 0);
    if timeout(drain, all_gone).await.is_err() {
        tracing::warn!("realtime connections were still open when the drain ended");
    }
}

/// How far has been told.
#[derive(Debug, Default)]
struct Teller {
    /// The last row of the log that was told.
    seq: Option<i64>,
    /// The newest object of each list.
    newest: BTreeMap<Resource, i64>,
    /// What was claimed.
    claimed: Option<BTreeSet<(Queue, i64)>>,
    counted_at: Option<Instant>,
    is_failing: bool,
}

impl Teller {
    /// Reads and tells once. A database that is away is tried again at the next turn.
    async fn turn(&mut self, services: &Services) {
        let told = self.try_turn(services).await;
        match &told {
            Err(error) if !self.is_failing => {
                tracing::warn!(%error, "nothing can be told to realtime connections");
            }
            Err(_) | Ok(()) => {}
        }
        self.is_failing = told.is_err();
    }

    async fn try_turn(&mut self, services: &Services) -> Result<(), DbErr> {
        judge_sessions(services).await?;
        self.tell_changes(services).await?;
        self.tell_freed(services).await?;
        let is_due = self
            .counted_at
            .is_none_or(|at| at.elapsed() >= NEWCOMERS_EVERY);
        if is_due {
            self.tell_newcomers(services).await?;
            self.counted_at = Some(Instant::now());
        }
        Ok(())
    }

    async fn tell_changes(&mut self, services: &Services) -> Result<(), DbErr> {
        let connection = services.database.reads();
        let seq = match self.seq {
            Some(seq) => seq,
            None => (store::head(connection).await? - OVERLAP).max(0),
        };
        let rows = store::rows_after(connection, seq, BATCH).await?;
        self.seq = Some(rows.last().map_or(seq, |last| last.seq));
        if rules::tells_of_claims(&rows) {
            // Another process may have taken them: who now looks for them must find them.
            services.claimed.forget().await;
        }
        for telling in rules::tellings(&rows) {
            let told = Told::frame(telling.resource, Some(telling.seq), telling.event);
            services.bus.tell(told);
        }
        Ok(())
    }

    /// At the first time nothing was claimed before.
    async fn tell_freed(&mut self, services: &Services) -> Result<(), DbErr> {
        let live = claims::live(services.database.reads(), services.clock.now()).await?;
        if let Some(before) = &self.claimed {
            for (resource, event) in rules::freed(before, &live) {
                services.bus.tell(Told::frame(resource, None, event));
            }
        }
        self.claimed = Some(live);
        Ok(())
    }

    async fn tell_newcomers(&mut self, services: &Services) -> Result<(), DbErr> {
        let connection = services.database.reads();
        for resource in Resource::ALL {
            if let Some(new) = self.newcomers(connection, *resource).await? {
                let told = Told::frame(*resource, None, Event::New(new));
                services.bus.tell(told);
            }
        }
        Ok(())
    }

    /// What has come since the last time; at the first time nothing is new.
    async fn newcomers(
        &mut self,
        connection: &impl ConnectionTrait,
        resource: Resource,
    ) -> Result<Option<New>, DbErr> {
        let Some(before) = self.newest.get(&resource).copied() else {
            let newest = store::newest(connection, resource).await?;
            self.newest.extend(newest.map(|newest| (resource, newest)));
            return Ok(None);
        };
        let found = store::newer(connection, resource, before, MOST_NEW).await?;
        Ok(found.map(|(count, newest)| {
            self.newest.insert(resource, newest);
            New {
                resource: resource.into(),
                count,
                newest,
            }
        }))
    }
}

/// Tells each connection how its session stands; one that is gone is over.
async fn judge_sessions(services: &Services) -> Result<(), DbErr> {
    let sessions = services.sockets.sessions();
    let (connection, now) = (services.database.reads(), services.clock.now());
    let standings = caller::standings(connection, &sessions, now).await?;
    let standings: BTreeMap<i64, Standing> = standings.into_iter().collect();
    services.sockets.judge(|session| {
        let standing = standings.get(&session);
        // It was opened after the sessions were read.
        let is_asked = sessions.binary_search(&session).is_ok();
        standing.cloned().or(is_asked.then_some(Standing::Over))
    });
    Ok(())
}
