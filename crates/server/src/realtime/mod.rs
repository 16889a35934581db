//! The realtime connection (S004-24): what the consoles of this process are told without asking.
//!
//! The truth is the database: what others change is read from the audit log by its places, which processes
//! of one database share, and how the sessions of open connections stand from their rows. A commit of this process
//! only has it read at once instead of a second later. [`join`] takes a place for a connection, and
//! [`teller::run`] reads and tells for as long as there are any. Nothing here knows HTTP.

mod rules;
mod store;
pub mod teller;

use bytes::Bytes;
use quarterdeck_api::operation::Access;
use quarterdeck_api::problem::Code;
use quarterdeck_api::realtime::{Event, Health, Hello, MAX_RESUMED, Newest, Part, Resource};
use sea_orm::{ConnectionTrait, DbErr};
use tokio::sync::broadcast;

use crate::cluster::bus::{self, Told};
use crate::cluster::redis::Link;
use crate::cluster::sockets::{Full, Owner, Place};
use crate::gate::caller::Standing;
use crate::gate::{Caller, Refusal, Services};

/// Seconds after which a connection that found no place may be tried again.
const FULL_RETRY: u64 = 30;

/// A connection's place, and what it is told.
#[derive(Debug)]
pub struct Seat {
    /// Its place; given up with the seat.
    pub place: Place<Standing>,
    /// What is told from now on.
    pub told: broadcast::Receiver<Told>,
    /// What is told first.
    pub first: Vec<Bytes>,
    /// The row of the audit log up to which `first` tells.
    pub seq: i64,
    /// How the server does; what it was is in `first`.
    pub health: Pulse,
}

/// How the server does, told to whoever may enter the admin surface.
#[derive(Clone, Debug)]
pub struct Pulse(Option<Link>);

impl Pulse {
    fn of(services: &Services) -> Self {
        Self(services.together.redis())
    }

    /// Answers when it has changed; never where there is nothing that could.
    pub async fn changed(&mut self) {
        match &mut self.0 {
            Some(link) => link.changed().await,
            None => std::future::pending().await,
        }
    }

    /// What the server does without now.
    pub fn now(&mut self) -> Health {
        let is_missed = self.0.as_mut().is_some_and(|link| !link.is_up());
        Health {
            degraded: is_missed.then(|| Part::Redis.into()).into_iter().collect(),
        }
    }
}

/// Takes a place for a connection that resumes after a row of the audit log.
pub async fn join(
    services: &Services,
    caller: &Caller,
    after: Option<i64>,
) -> Result<Seat, Refusal> {
    let owner = Owner {
        user_id: caller.user_id,
        session_id: caller.session_id,
    };
    let most = usize::try_from(services.config.http.max_sockets).unwrap_or(usize::MAX);
    let standing = Standing::Good(Box::new(caller.clone()));
    let place = services.sockets.take(owner, standing, most).map_err(full)?;
    // Before the head is read: what comes after it must be heard.
    let told = services.bus.read();
    let connection = services.database.reads();
    let seq = store::head(connection).await?;
    let missed = since(connection, after.unwrap_or(seq), seq).await?;
    let hello = Hello {
        seq,
        missed: missed.is_none(),
        newest: newest(connection, caller, seq).await?,
    };
    let mut first = vec![bus::text(Event::Hello(hello))];
    let mut health = Pulse::of(services);
    let now = health.now();
    if !now.degraded.is_empty() && hears(caller, Access::Admin) {
        first.push(bus::text(Event::Health(now)));
    }
    let rows = missed.unwrap_or_default();
    let changes = rules::tellings(&rows).into_iter();
    first.extend(
        changes
            .filter(|telling| hears(caller, telling.resource.access()))
            .map(|telling| bus::text(telling.event)),
    );
    Ok(Seat {
        place,
        told,
        first,
        seq,
        health,
    })
}

fn full(full: Full) -> Refusal {
    Refusal {
        retry_after: Some(FULL_RETRY),
        ..Refusal::with_detail(Code::Unavailable, full.to_string())
    }
}

/// The rows of the log between two places; none where they are more than are told.
async fn since(
    connection: &impl ConnectionTrait,
    after: i64,
    head: i64,
) -> Result<Option<Vec<rules::Row>>, DbErr> {
    if after == head {
        return Ok(Some(Vec::new()));
    }
    if !(head - i64::from(MAX_RESUMED)..head).contains(&after) {
        return Ok(None);
    }
    let mut rows = store::rows_after(connection, after, MAX_RESUMED).await?;
    rows.retain(|row| row.seq <= head);
    Ok(Some(rows))
}

async fn newest(
    connection: &impl ConnectionTrait,
    caller: &Caller,
    seq: i64,
) -> Result<Vec<Newest>, DbErr> {
    let mut all = Vec::new();
    for resource in Resource::ALL {
        if hears(caller, resource.access()) {
            let id = store::newest(connection, *resource).await?;
            all.push(Newest {
                resource: (*resource).into(),
                id: id.unwrap_or(seq),
            });
        }
    }
    Ok(all)
}

/// Whether somebody is told what those are told whom `access` lets in. Nothing is told to people outside the
/// admin surface.
pub fn hears(caller: &Caller, access: Access) -> bool {
    let permissions = access.permissions();
    caller.is_platform_admin && (permissions.is_empty() || caller.may_any(permissions))
}
