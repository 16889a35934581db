//! The way in and the way to write.
//!
//! In: throttle, credential, account state, platform flag, second factor, permission, body. To write:
//! one transaction that holds the change, its audit rows, its action-log row and the stored answer, or
//! nothing. Rooms are called with a [`Call`]; the only value that can write is a [`WriteTx`].

pub mod action_log;
pub mod batches;
pub mod bulk;
pub mod caller;
pub mod checks;
pub mod counters;
pub mod guard;
mod held;
pub mod idempotency;
pub mod job;
pub mod otp;
pub mod password;
pub mod refusal;
pub mod request;
pub mod searchable;
pub mod subject;
pub mod target;
pub mod totp;
pub mod traces;
pub mod write;

use std::sync::Arc;
use std::time::Duration;

use quarterdeck_api::dashboard::DashboardView;
use quarterdeck_api::filter::{Context, Field, Me};
use quarterdeck_api::ids::UserId;
use quarterdeck_api::operation::Operation;
use quarterdeck_api::reasons::Reasons;

use crate::chain::Beyond;
use crate::cluster::budget::{Budget, UsedUp};
use crate::cluster::bus::Bus;
use crate::cluster::kept::{Commits, Kept};
use crate::cluster::limiter::Limiter;
use crate::cluster::paced::Paced;
use crate::cluster::profiles::Profiles;
use crate::cluster::sockets::Sockets;
use crate::cluster::together::Together;
use crate::config::ServerConfig;
use crate::db::filter::{self, Narrowing};
use crate::db::vault::Vault;
use crate::db::{Clock, Database, Ids};
use crate::oidc::Provider;
use batches::Batches;
use caller::Standing;
use password::PasswordPool;

pub use caller::Caller;
pub use checks::{Check, Checks};
pub use counters::Counters;
pub use refusal::Refusal;
pub use request::RequestContext;
pub use target::Target;
pub use write::{Committed, WriteTx};

/// What every room works with.
#[derive(Debug)]
pub struct Services {
    /// The database.
    pub database: Database,
    /// The time.
    pub clock: Clock,
    /// Ids and secrets.
    pub ids: Ids,
    /// Budgets of calls.
    pub limiter: Limiter,
    /// The other processes.
    pub together: Together,
    /// What of the audit log is longer than lists count.
    pub audit_beyond: Beyond,
    /// Transactions committed.
    pub commits: Commits,
    /// What waits in every queue.
    pub dashboard: Kept<DashboardView>,
    /// Whether anything is claimed.
    pub claimed: Kept<bool>,
    /// When sessions last showed a sign of life, as far as claims last by it.
    pub signs_of_life: Paced,
    /// What realtime connections are told.
    pub bus: Bus,
    /// Accounts that were shut out or let in again.
    pub profiles: Profiles,
    /// The realtime connections.
    pub sockets: Sockets<Standing>,
    /// Counts of requests.
    pub counters: Counters,
    /// What is checked on the way in.
    pub checks: Checks,
    /// Encrypts small secrets at rest.
    pub vault: Vault,
    /// Large batches, which take turns.
    pub batches: Batches,
    /// Hashes passwords.
    pub passwords: PasswordPool,
    /// Wakes what clears away the remains of erased rows.
    pub remains: tokio::sync::Notify,
    /// Wakes what sends mail.
    pub outbox: tokio::sync::Notify,
    /// The OpenID provider that people sign in by, where there is one.
    pub provider: Option<Provider>,
    /// The reasons that decisions take.
    pub reasons: Reasons,
    /// The configuration.
    pub config: ServerConfig,
}

impl Services {
    /// Takes one try at a secret from a budget; a budget that is used up stays shut for a time.
    pub async fn take_try(&self, key: &str) -> Result<(), Refusal> {
        let limits = &self.config.limits;
        let lock = Duration::from_secs(limits.sign_in_lock_seconds.into());
        let budget = Budget {
            key,
            limit: limits.sign_in_per_minute,
        };
        let taken = self.limiter.take(&[budget], UsedUp::Shuts(lock)).await;
        taken.map_err(Refusal::rate_limited)
    }
}

/// One call of an operation, past the guard.
pub struct Call<O: Operation> {
    /// What every room works with.
    pub services: Arc<Services>,
    /// Who calls; absent where the operation asks for no credential.
    pub caller: Option<Caller>,
    /// The placeholders of the path.
    pub path: O::Path,
    /// The query string.
    pub query: O::Query,
    /// The body.
    pub body: O::Body,
    /// The request itself.
    pub request: RequestContext,
}

impl<O: Operation> Call<O> {
    /// Who calls, where the operation asks for a credential.
    pub fn caller(&self) -> Result<&Caller, Refusal> {
        self.caller
            .as_ref()
            .ok_or_else(Refusal::missing_authorization)
    }

    /// Reads the filter of a list, for the caller and as of now.
    pub fn narrowing<F: Field>(&self, text: Option<&str>) -> Result<Narrowing<F>, Refusal> {
        let caller = self.caller()?;
        let me = Me {
            id: UserId(caller.user_id),
            email: caller.email.clone(),
        };
        Ok(Narrowing {
            filter: filter::read(text)?,
            context: Context {
                now: self.services.clock.now(),
                me: Some(me),
            },
        })
    }
}

/// A success: the reply, and what goes with it beyond the declared status.
#[derive(Debug)]
pub struct Answer<R> {
    /// The body.
    pub reply: R,
    /// Another status than the declared one.
    pub status: Option<u16>,
    /// `Set-Cookie` values.
    pub cookies: Vec<String>,
}

impl<R> From<R> for Answer<R> {
    fn from(reply: R) -> Self {
        Self {
            reply,
            status: None,
            cookies: Vec::new(),
        }
    }
}
