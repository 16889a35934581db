//! The one way to change a row: a transaction that ends with its audit rows, or not at all.

use std::marker::PhantomData;

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use quarterdeck_api::operation::{Operation, Otp, ReplyBody};
use quarterdeck_api::problem::Code;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};
use serde::Serialize;

use super::held::{Held, RowLock};
use super::idempotency::{self, Known};
use super::{Call, Caller, Check, Refusal, RequestContext, Services, action_log, otp};
use crate::chain::{self, Actor, Entry};
use crate::cluster::kept::Commits;
use crate::cluster::profiles::{self, Profiles};
use crate::db::dialect::{Failure, failure};
use crate::db::together::{self, Part};
use crate::db::{Dialect, durable, sql};

/// The only value that can write. It ends in [`WriteTx::commit`] or [`WriteTx::noop`]; dropped, it
/// rolls back.
pub struct WriteTx<'a> {
    tx: DatabaseTransaction,
    services: &'a Services,
    request: &'a RequestContext,
    caller: &'a Caller,
    logged: Logged,
    along: Vec<Part>,
    logged_answer: Option<String>,
    told: Option<Arc<str>>,
    /// The time of the transaction.
    pub now: DateTime<Utc>,
}

/// How the request stands in the action log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Logged {
    /// As it came, without secrets.
    AsSent,
    /// Without what was typed into it.
    WithoutTexts,
}

/// Proof that a write handler went through the gate: only it makes one.
#[derive(Debug)]
pub struct Committed<R> {
    body: String,
    reply: PhantomData<fn() -> R>,
}

impl<R: Serialize> Committed<R> {
    fn new(reply: &R) -> Result<Self, Refusal> {
        let body = serde_json::to_string(reply).map_err(Refusal::internal)?;
        Ok(Self {
            body,
            reply: PhantomData,
        })
    }
}

impl<R> Committed<R> {
    /// The reply's JSON text, as it was stored.
    pub fn into_body(self) -> String {
        self.body
    }
}

impl<O: Operation> Call<O> {
    /// Opens the transaction: re-checks the caller's rights under a lock, claims the idempotency key and
    /// spends the one-time code, where the operation takes one on every call. What the handler can refuse
    /// by reading, it refuses before: a code that was asked for is used up here (architecture.md §10.3).
    pub async fn begin(&self) -> Result<WriteTx<'_>, Refusal> {
        self.begin_with(Dialect::for_share).await
    }

    /// The same for an operation that changes the caller's own account. Two of them that shared its
    /// row first would each wait for the other to let go.
    pub async fn begin_on_caller(&self) -> Result<WriteTx<'_>, Refusal> {
        self.begin_with(Dialect::for_own_update).await
    }

    /// The same for an operation that takes no code and changes an account that may be staff, or the
    /// caller's own: it takes its turn with those that change staff.
    pub async fn begin_in_turn(&self) -> Result<WriteTx<'_>, Refusal> {
        const {
            assert!(
                matches!(O::SPEC.otp, Otp::Never),
                "what takes a code takes its turn already"
            );
        }
        self.open_in(Dialect::for_own_update, OneTimeCode::NotTaken, Turn::Taken)
            .await
    }

    async fn begin_with(&self, lock: RowLock) -> Result<WriteTx<'_>, Refusal> {
        const {
            assert!(
                !matches!(O::SPEC.otp, Otp::StaffTarget),
                "whether this takes a code depends on its target: use begin_on"
            );
        }
        let code = match O::SPEC.otp {
            Otp::Always => OneTimeCode::Taken,
            Otp::Never | Otp::StaffTarget => OneTimeCode::NotTaken,
        };
        self.open(lock, code).await
    }

    pub(super) async fn open(
        &self,
        lock: RowLock,
        code: OneTimeCode,
    ) -> Result<WriteTx<'_>, Refusal> {
        let turn = match code {
            OneTimeCode::Taken => Turn::Taken,
            OneTimeCode::NotTaken => Turn::NotTaken,
        };
        self.open_in(lock, code, turn).await
    }

    async fn open_in(
        &self,
        lock: RowLock,
        code: OneTimeCode,
        turn: Turn,
    ) -> Result<WriteTx<'_>, Refusal> {
        let caller = self.caller()?;
        let takes_code =
            code == OneTimeCode::Taken && self.services.checks.make(Check::OneTimeCode);
        if takes_code {
            otp::require(&self.services, caller, &self.request).await?;
        }
        let now = self.services.clock.now();
        let tx = self.services.database.begin().await?;
        if turn == Turn::Taken {
            take_turn(&tx).await?;
        }
        recheck(&tx, &Held { caller, lock }, &self.request, now).await?;
        if takes_code {
            otp::spend(&tx, caller, &self.request, now).await?;
        }
        Ok(WriteTx {
            tx,
            services: &self.services,
            request: &self.request,
            caller,
            logged: Logged::AsSent,
            along: Vec::new(),
            logged_answer: None,
            told: None,
            now,
        })
    }
}

/// Whether this call takes a one-time code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OneTimeCode {
    /// It does.
    Taken,
    /// It does not.
    NotTaken,
}

/// Whether this call waits for the others that may change staff.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// It does.
    Taken,
    /// It does not.
    NotTaken,
}

/// Every PostgreSQL lock of this number is one that [`take_turn`] takes.
const STAFF_TURN: i64 = 0x0051_5344_0053_5446;

/// Calls that change staff take turns, before any lock of a row: two admins who
/// change each other would each hold the row that the other waits for, and each would count the other
/// as the super-admin who stays (S000-16). SQLite's one writer takes turns as it is.
async fn take_turn(tx: &DatabaseTransaction) -> Result<(), DbErr> {
    match Dialect::of(tx) {
        Dialect::Sqlite => Ok(()),
        Dialect::Postgres => {
            let text = "SELECT pg_advisory_xact_lock($1)";
            tx.execute_raw(sql(tx, text, [STAFF_TURN.into()])).await?;
            Ok(())
        }
    }
}

/// Holds the caller, and claims the key of the request. Rights taken away between the guard and the
/// transaction count (security.md, threat 16).
async fn recheck(
    tx: &DatabaseTransaction,
    held: &Held<'_>,
    request: &RequestContext,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    let is_held = match &request.idempotency_key {
        Some(key) => idempotency::claim(tx, held, key, request, now).await?,
        None => held.take(tx).await?,
    };
    if is_held {
        return Ok(());
    }
    Err(Refusal::with_detail(
        Code::SessionRevoked,
        "your rights changed while this ran; nothing was changed, sign in again",
    ))
}

impl WriteTx<'_> {
    /// Keeps what was typed into the request out of the action log: it is about somebody whom this
    /// transaction erases.
    #[must_use]
    pub fn logging_no_texts(self) -> Self {
        Self {
            logged: Logged::WithoutTexts,
            ..self
        }
    }

    /// Keeps this in the action log instead of the answer, which has words that are not the log's to keep.
    #[must_use]
    pub fn logging_answer(self, answer: String) -> Self {
        Self {
            logged_answer: Some(answer),
            ..self
        }
    }

    /// What is told of the account that this shuts out or lets in, once it is committed; else it is read again.
    #[must_use]
    pub fn telling(self, account: Arc<str>) -> Self {
        Self {
            told: Some(account),
            ..self
        }
    }

    /// Runs a statement along with those that end the transaction, at no round trip of its own.
    #[must_use]
    pub fn along_with(mut self, part: Part) -> Self {
        self.along.push(part);
        self
    }

    /// The transaction's connection, for a room's store.
    pub const fn connection(&self) -> &DatabaseTransaction {
        &self.tx
    }

    /// Who writes.
    pub const fn actor_id(&self) -> i64 {
        self.caller.user_id
    }

    /// The same, with all that they may do.
    pub const fn caller(&self) -> &Caller {
        self.caller
    }

    /// The request that writes, as both logs name it.
    pub fn request_id(&self) -> &str {
        &self.request.request_id
    }

    /// Writes the audit rows, the action-log row and the stored answer, and commits.
    pub async fn commit<R: Serialize>(
        self,
        entries: &[Entry],
        reply: R,
    ) -> Result<Committed<R>, Refusal> {
        let committed = Committed::new(&reply)?;
        // A reply about a thousand rows is as large again as its text.
        drop(reply);
        self.leave(&committed.body).await?;
        self.append(&self.request.request_id, entries)
            .await
            .map_err(Refusal::audit_unavailable)?;
        self.end(entries).await?;
        Ok(committed)
    }

    /// The same under an id of the event's own, by which the log itself knows a repeat. `reply` is told
    /// the place of the last row; none where the event was there already, and nothing changed.
    pub async fn commit_once<R: Serialize>(
        self,
        id: &str,
        entries: &[Entry],
        reply: impl FnOnce(Option<i64>) -> R,
    ) -> Result<Committed<R>, Refusal> {
        let seq = match self.append(id, entries).await {
            Ok(seq) => seq,
            Err(error) if failure(&error) == Failure::Duplicate => {
                return self.noop(reply(None)).await;
            }
            Err(error) => return Err(Refusal::audit_unavailable(error)),
        };
        let committed = Committed::new(&reply(Some(seq)))?;
        self.leave(&committed.body).await?;
        self.end(entries).await?;
        Ok(committed)
    }

    async fn append(&self, id: &str, entries: &[Entry]) -> Result<i64, DbErr> {
        let actor = self.caller.actor();
        chain::append(&self.tx, chain::PLATFORM, &actor, entries, id, self.now).await
    }

    /// The action-log row and the stored answer.
    async fn leave(&self, body: &str) -> Result<(), Refusal> {
        let status = self.request.spec.success;
        let kept = (self.request.spec.reply == ReplyBody::Plain).then_some(body);
        let logged = kept.map(|kept| self.logged_answer.as_deref().unwrap_or(kept));
        let result = action_log::Result {
            status,
            code: None,
            response: Cow::Borrowed(logged.unwrap_or_default()),
        };
        let request = match self.logged {
            Logged::AsSent => Cow::Borrowed(self.request),
            Logged::WithoutTexts => Cow::Owned(self.request.without_texts()),
        };
        let user_id = self.caller.user_id;
        let mut parts = self.along.clone();
        parts.push(action_log::record(&request, Some(user_id), &result));
        if let Some(key) = &self.request.idempotency_key {
            parts.push(idempotency::store(user_id, key, status, kept));
        }
        together::run(&self.tx, parts).await?;
        Ok(())
    }

    async fn end(self, entries: &[Entry]) -> Result<(), Refusal> {
        let Self {
            tx,
            services,
            request,
            caller,
            told,
            ..
        } = self;
        let committed = durable::commit(tx).await;
        services.commits.count();
        match committed {
            Ok(()) => {}
            Err(error) => resolve(services, request, caller, error).await?,
        }
        services.profiles.tell(&profiles::changed_by(entries), told);
        Ok(())
    }

    /// Ends without a trace: nothing had to change (C-16).
    pub async fn noop<R: Serialize>(self, reply: R) -> Result<Committed<R>, Refusal> {
        self.tx.rollback().await?;
        Committed::new(&reply)
    }
}

/// A commit whose outcome is unknown is looked up by its key, never guessed (C-17).
async fn resolve(
    services: &Services,
    request: &RequestContext,
    caller: &Caller,
    error: DbErr,
) -> Result<(), Refusal> {
    if failure(&error) != Failure::Away {
        return Err(Refusal::audit_unavailable(error));
    }
    let unknown = "the connection to the database broke while committing; repeat the request with the same Idempotency-Key to learn what became of it";
    let Some(key) = &request.idempotency_key else {
        return Err(Refusal::unavailable(unknown, error));
    };
    match idempotency::look_up(services.database.reads(), caller.user_id, key, request).await {
        Ok(Known::Answered(_) | Known::Done) => {
            let settled = services.database.settle().await;
            settled.map_err(|error| Refusal::unavailable(unknown, error))
        }
        Ok(Known::Free) => Err(Refusal::unavailable(
            "the database went away; nothing was changed, try again",
            error,
        )),
        Err(_) => Err(Refusal::unavailable(unknown, error)),
    }
}

/// The second door: what no operator asked for. `tests/architecture.rs` lists its callers.
pub struct SystemTx {
    tx: DatabaseTransaction,
    commits: Commits,
    profiles: Profiles,
    /// Why it was opened.
    pub reason: &'static str,
    /// Ties together what it leaves, as a request's id does.
    pub id: String,
    /// The time of the transaction.
    pub now: DateTime<Utc>,
}

impl Services {
    /// Opens a transaction on nobody's behalf; `reason` names it in the log.
    pub async fn system_write(&self, reason: &'static str) -> Result<SystemTx, DbErr> {
        tracing::trace!(reason, "system write");
        let tx = self.database.begin().await?;
        let now = self.clock.now();
        Ok(SystemTx {
            tx,
            commits: self.commits.clone(),
            profiles: self.profiles.clone(),
            reason,
            id: self.ids.request_id(now).to_string(),
            now,
        })
    }
}

impl SystemTx {
    /// The transaction's connection.
    pub const fn connection(&self) -> &DatabaseTransaction {
        &self.tx
    }

    /// Commits what needs no audit row: counters, challenges, attempts.
    pub async fn commit(self) -> Result<(), DbErr> {
        let committed = self.tx.commit().await;
        self.commits.count();
        committed
    }

    /// Commits with audit rows of an actor, under an id that ties them together.
    pub async fn commit_audited(
        self,
        actor: &Actor,
        entries: &[Entry],
        id: &str,
    ) -> Result<(), DbErr> {
        chain::append(&self.tx, chain::PLATFORM, actor, entries, id, self.now).await?;
        let profiles = self.profiles.clone();
        self.commit().await?;
        profiles.tell(&profiles::changed_by(entries), None);
        Ok(())
    }
}
