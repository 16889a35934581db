//! One ban for several users, or one end of their bans: one transaction, a result for each (S004-34).

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::ids::UserId;
use quarterdeck_api::operation::Operation;
use quarterdeck_api::problem::Code;
use quarterdeck_api::users::{
    BanOutcome, BanResult, BulkBanReply, BulkBanUsers, BulkUnbanUsers, MAX_BANS, UserRow,
};

use super::rules::{self, Account, Attempt, Objection, Verdict};
use super::sanctions::{BanOrder, asked_of_ban, asked_of_unban, carry_out, lift};
use super::target;
use super::view;
use crate::chain::Entry;
use crate::gate::bulk::{self, Named};
use crate::gate::target::Target;
use crate::gate::{Call, Caller, Committed, Refusal, WriteTx};
use crate::reasons::{self, Given};

/// Bans users; one code will do for all, where staff is among those who are banned.
pub async fn bulk_ban(call: Call<BulkBanUsers>) -> Result<Committed<BulkBanReply>, Refusal> {
    let body = &call.body;
    let ids = check_ids(&body.user_ids, body.confirm)?;
    let reason = asked_of_ban(&body.ban_reason, body.reason_code.as_deref());
    let reason = reason.check(&call.services.reasons)?;
    let sanction = Sanction::Ban(BanOrder::of(reason, body.duration_hours)?);
    carry_out_on(&call, &ids, &sanction).await
}

/// Ends the bans of users; one code will do for all, where staff is among them.
pub async fn bulk_unban(call: Call<BulkUnbanUsers>) -> Result<Committed<BulkBanReply>, Refusal> {
    let body = &call.body;
    let ids = check_ids(&body.user_ids, body.confirm)?;
    let reason = asked_of_unban(&body.ban_reason, body.reason_code.as_deref());
    let sanction = Sanction::Unban {
        reason: reason.check(&call.services.reasons)?,
        seen: &body.expected_versions,
    };
    carry_out_on(&call, &ids, &sanction).await
}

/// What is done to each.
enum Sanction<'a> {
    Ban(BanOrder<'a>),
    Unban {
        reason: Given<'a>,
        seen: &'a BTreeMap<UserId, i64>,
    },
}

impl Sanction<'_> {
    fn judge(
        &self,
        actor: UserId,
        account: &Account,
        now: DateTime<Utc>,
    ) -> Result<Verdict, Objection> {
        let attempt = |expected_version| Attempt {
            actor,
            expected_version,
        };
        match self {
            Self::Ban(order) => rules::ban(attempt(None), account, &order.starting(now)),
            Self::Unban { seen, .. } => {
                rules::unban(attempt(seen.get(&account.id).copied()), account)
            }
        }
    }

    const fn done(&self) -> BanOutcome {
        match self {
            Self::Ban(_) => BanOutcome::Banned,
            Self::Unban { .. } => BanOutcome::Unbanned,
        }
    }

    const fn summary(&self) -> AuditCode {
        match self {
            Self::Ban(_) => AuditCode::BulkBan,
            Self::Unban { .. } => AuditCode::BulkUnban,
        }
    }

    const fn reason(&self) -> Given<'_> {
        match self {
            Self::Ban(order) => order.reason(),
            Self::Unban { reason, .. } => *reason,
        }
    }

    async fn carry_out(
        &self,
        tx: &WriteTx<'_>,
        accounts: &[&Account],
    ) -> Result<Vec<Entry>, Refusal> {
        match self {
            Self::Ban(order) => carry_out(tx, accounts, order).await,
            Self::Unban { reason, .. } => {
                let ids: Vec<_> = accounts.iter().map(|account| account.id).collect();
                Ok(lift(tx, &ids, *reason).await?)
            }
        }
    }
}

async fn carry_out_on<O>(
    call: &Call<O>,
    ids: &[UserId],
    sanction: &Sanction<'_>,
) -> Result<Committed<BulkBanReply>, Refusal>
where
    O: Operation<Reply = BulkBanReply>,
{
    let caller = call.caller()?;
    let _turn = call.services.batches.turn(ids.len()).await;
    let now = call.services.clock.now();
    let seen = target::read(call.services.database.reads(), ids, now).await?;
    let seen = judge(caller, sanction, ids, &seen, now);
    let tx = call.begin_on(staffing(&seen)).await?;
    let locked = target::lock(tx.connection(), ids, tx.now()).await?;
    let judged = judge(caller, sanction, ids, &locked, tx.now());
    let tx = tx.locked(staffing(&judged))?;
    let changed: Vec<_> = judged.iter().filter_map(|judged| judged.changed).collect();
    if changed.is_empty() {
        let reply = reply(&judged, view::rows(tx.connection(), ids, tx.now).await?);
        return if reply.noop {
            tx.noop(reply).await
        } else {
            tx.commit(&[], reply).await
        };
    }
    let mut entries = sanction.carry_out(&tx, &changed).await?;
    let summary = bulk::summary(sanction.summary(), "user", changed.len(), ids.len());
    entries.push(reasons::note(summary, sanction.reason()));
    let reply = reply(&judged, view::rows(tx.connection(), ids, tx.now).await?);
    tx.commit(&entries, reply).await
}

/// Checks what needs no database, and drops repeated ids.
fn check_ids(ids: &[UserId], confirm: Option<bool>) -> Result<Vec<UserId>, Refusal> {
    let named = Named {
        field: "userIds",
        objects: "users",
        most: MAX_BANS,
        ids,
    };
    let ids = named.distinct()?;
    if confirm != Some(true) {
        return Err(Refusal::with_detail(
            Code::ConfirmRequired,
            "deciding on several users at once needs confirm: true",
        ));
    }
    Ok(ids)
}

/// An id and what becomes of it.
struct Judged<'a> {
    id: UserId,
    outcome: BanOutcome,
    /// The account, where it changes.
    changed: Option<&'a Account>,
}

fn judge<'a>(
    caller: &Caller,
    sanction: &Sanction<'_>,
    ids: &[UserId],
    accounts: &'a [Account],
    now: DateTime<Utc>,
) -> Vec<Judged<'a>> {
    let actor = UserId(caller.user_id);
    let judged = |id: &UserId| {
        // By ascending id, as they were read.
        let place = accounts.binary_search_by_key(id, |account| account.id);
        let account = place.ok().and_then(|place| accounts.get(place));
        let outcome = match account {
            None => BanOutcome::NotFound,
            Some(account) if account.is_staff() && !caller.is_super_admin() => {
                BanOutcome::SuperadminRequired
            }
            Some(account) => match sanction.judge(actor, account, now) {
                Ok(Verdict::Change) => sanction.done(),
                Ok(Verdict::Noop) => BanOutcome::Noop,
                Err(objection) => refused(objection),
            },
        };
        Judged {
            id: *id,
            outcome,
            changed: account.filter(|_| outcome == sanction.done()),
        }
    };
    ids.iter().map(judged).collect()
}

const fn refused(objection: Objection) -> BanOutcome {
    match objection {
        Objection::LastAdmin => BanOutcome::LastAdmin,
        Objection::CannotTargetSelf => BanOutcome::CannotTargetSelf,
        Objection::StaleVersion => BanOutcome::Stale,
        Objection::Gone => BanOutcome::Gone,
    }
}

/// A code is asked where staff would change, not where it is only named.
fn staffing(judged: &[Judged<'_>]) -> Target {
    let mut changed = judged.iter().filter_map(|judged| judged.changed);
    if changed.any(Account::is_staff) {
        Target::Staff
    } else {
        Target::Plain
    }
}

fn reply(judged: &[Judged<'_>], rows: Vec<UserRow>) -> BulkBanReply {
    let mut rows: HashMap<_, _> = rows.into_iter().map(|row| (row.id, row)).collect();
    let results: Vec<_> = judged
        .iter()
        .map(|judged| BanResult {
            id: judged.id,
            outcome: judged.outcome.into(),
            user: rows.remove(&judged.id),
        })
        .collect();
    BulkBanReply {
        results,
        changed: judged.iter().filter_map(|judged| judged.changed).count(),
        noop: judged
            .iter()
            .all(|judged| judged.outcome == BanOutcome::Noop),
    }
}
