//! Bans and suspensions, by operators and by the clock.

use chrono::{DateTime, TimeDelta, Utc};
use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::ids::UserId;
use quarterdeck_api::reasons::ReasonVerb;
use quarterdeck_api::users::{
    BAN_HOURS, BanAction, BanUser, SuspendUser, UnbanUser, UnsuspendUser, UserStatus, UserView,
};

use super::answer;
use sea_orm::{DatabaseTransaction, DbErr};

use super::rules::{self, Account, Ban, Verdict, Why};
use super::sanctions_store::{self as store, BanEvent, NewBan};
use super::target::{self, Act};
use crate::chain::{self, Actor, Entry, PLATFORM};
use crate::gate::job::{JobError, Progress, Step};
use crate::gate::write::SystemTx;
use crate::gate::{Call, Committed, Refusal, WriteTx};
use crate::reasons::{self, Asked, Given, Need};

/// What `sessions.revoke_reason` says of sessions that a ban ended.
const BANNED: &str = "banned";
/// The same of a suspension.
const SUSPENDED: &str = "suspended";
/// What the history says of a ban that nobody ended.
pub const TIME_UP: &str = "the ban's time was up";
/// Most bans that one step of the job ends.
const DUE_BATCH: usize = 500;

/// Bans a user, for a time or without end (S004-12).
pub async fn ban(call: Call<BanUser>) -> Result<Committed<UserView>, Refusal> {
    let body = &call.body;
    let reason = asked_of_ban(&body.ban_reason, body.reason_code.as_deref());
    let reason = reason.check(&call.services.reasons)?;
    let order = BanOrder::of(reason, body.duration_hours)?;
    let act = target::begin(
        &call,
        call.path,
        body.expected_version,
        |attempt, account, now| rules::ban(attempt, account, &order.starting(now)),
    )
    .await?;
    if act.verdict == Verdict::Noop {
        return unchanged(act).await;
    }
    let entries = carry_out(&act.tx, &[&act.account], &order).await?;
    answer::finish(act.tx, act.account.id, &entries).await
}

/// Ends a ban (S004-13).
pub async fn unban(call: Call<UnbanUser>) -> Result<Committed<UserView>, Refusal> {
    let body = &call.body;
    let reason = asked_of_unban(&body.ban_reason, body.reason_code.as_deref());
    let reason = reason.check(&call.services.reasons)?;
    let expected = call.body.expected_version;
    let act = target::begin(&call, call.path, expected, |attempt, account, _| {
        rules::unban(attempt, account)
    })
    .await?;
    if act.verdict == Verdict::Noop {
        return unchanged(act).await;
    }
    let entries = lift(&act.tx, &[act.account.id], reason).await?;
    answer::finish(act.tx, act.account.id, &entries).await
}

/// Ends the bans of accounts that are locked: state and history; tells an audit row for each.
pub(super) async fn lift(
    tx: &WriteTx<'_>,
    ids: &[UserId],
    reason: Given<'_>,
) -> Result<Vec<Entry>, DbErr> {
    store::unban(tx.connection(), ids, reason, tx.now).await?;
    let event = BanEvent {
        action: BanAction::Unban,
        reason,
        actor: Some(tx.actor_id()),
        duration_hours: None,
        expires_at: None,
        request_id: tx.request_id(),
        at: tx.now,
    };
    store::record(tx.connection(), ids, &event).await?;
    let entry = |id: &UserId| Entry::new(AuditCode::UserUnbanned, "user", id.0);
    Ok(reasons::noted(ids.iter().map(entry).collect(), reason))
}

/// Suspends a user (S000-29).
pub async fn suspend(call: Call<SuspendUser>) -> Result<Committed<UserView>, Refusal> {
    let body = &call.body;
    let reason = Asked {
        verb: Some(ReasonVerb::Suspend),
        words: ("reason", words(&body.reason)),
        ..asked_of_ban("", body.reason_code.as_deref())
    };
    let reason = reason.check(&call.services.reasons)?;
    let (why, expected) = (Why::from(reason), body.expected_version);
    let act = target::begin(&call, call.path, expected, |attempt, account, _| {
        rules::suspend(attempt, account, &why)
    })
    .await?;
    if act.verdict == Verdict::Noop {
        return unchanged(act).await;
    }
    let (id, tx) = (act.account.id, act.tx);
    store::suspend(tx.connection(), id, reason, tx.actor_id(), tx.now).await?;
    let ended = store::end_sessions(tx.connection(), &[id], SUSPENDED, tx.now).await?;
    let details = serde_json::json!({
        "from": act.account.status.as_str(),
        "sessions_revoked": ended.get(&id).copied().unwrap_or_default(),
    });
    let entry = Entry::new(AuditCode::UserSuspended, "user", id.0).details(details);
    answer::finish(tx, id, &[reasons::note(entry, reason)]).await
}

/// Ends a suspension (S000-29).
pub async fn unsuspend(call: Call<UnsuspendUser>) -> Result<Committed<UserView>, Refusal> {
    let expected = call.body.expected_version;
    let act = target::begin(&call, call.path, expected, |attempt, account, _| {
        rules::unsuspend(attempt, account)
    })
    .await?;
    if act.verdict == Verdict::Noop {
        return unchanged(act).await;
    }
    let (id, tx) = (act.account.id, act.tx);
    store::unsuspend(tx.connection(), id, tx.now).await?;
    let entry = Entry::new(AuditCode::UserUnsuspended, "user", id.0);
    answer::finish(tx, id, &[entry]).await
}

async fn unchanged(act: Act<'_>) -> Result<Committed<UserView>, Refusal> {
    answer::unchanged(act.tx, act.account.id).await
}

/// What a request gives for the reason of a ban.
pub(super) fn asked_of_ban<'a>(reason: &'a str, code: Option<&'a str>) -> Asked<'a> {
    Asked {
        verb: Some(ReasonVerb::Ban),
        code: ("reasonCode", code),
        words: ("banReason", words(reason)),
        need: Need::Mandatory,
    }
}

/// What a request gives for the reason of the end of a ban.
pub(super) fn asked_of_unban<'a>(reason: &'a str, code: Option<&'a str>) -> Asked<'a> {
    Asked {
        verb: Some(ReasonVerb::Unban),
        ..asked_of_ban(reason, code)
    }
}

/// Words that are left out are empty, as the seed spells them.
pub(super) fn words(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

impl From<Given<'_>> for Why {
    fn from(given: Given<'_>) -> Self {
        Self {
            text: given.text.unwrap_or_default().to_owned(),
            code: given.code.map(str::to_owned),
        }
    }
}

/// A ban as it was asked for, checked.
#[derive(Clone, Copy, Debug)]
pub(super) struct BanOrder<'a> {
    reason: Given<'a>,
    hours: Option<u32>,
}

impl<'a> BanOrder<'a> {
    pub(super) fn of(reason: Given<'a>, hours: Option<u32>) -> Result<Self, Refusal> {
        if hours.is_some_and(|hours| !BAN_HOURS.contains(&hours)) {
            return Err(Refusal::invalid_field(
                "durationHours",
                format!("must be {} to {}", BAN_HOURS.start(), BAN_HOURS.end()),
            ));
        }
        Ok(Self { reason, hours })
    }

    pub(super) const fn reason(&self) -> Given<'a> {
        self.reason
    }

    pub(super) fn starting(&self, at: DateTime<Utc>) -> Ban {
        Ban {
            reason: self.reason.into(),
            expires_at: self.hours.map(|hours| at + TimeDelta::hours(hours.into())),
        }
    }
}

/// Bans accounts that are locked: state, history, sessions; tells an audit row for each. A ban whose time
/// is up ends first, as the job would have ended it.
pub(super) async fn carry_out(
    tx: &WriteTx<'_>,
    accounts: &[&Account],
    order: &BanOrder<'_>,
) -> Result<Vec<Entry>, Refusal> {
    let due = accounts.iter().filter(|account| account.has_due_ban);
    let due: Vec<_> = due.map(|account| account.id).collect();
    if !due.is_empty() {
        let ended = record_end(tx.connection(), &due, tx.request_id(), tx.now).await?;
        let id = tx.request_id();
        chain::append(
            tx.connection(),
            PLATFORM,
            &Actor::SYSTEM,
            &ended,
            id,
            tx.now,
        )
        .await
        .map_err(Refusal::audit_unavailable)?;
    }
    let ids: Vec<_> = accounts.iter().map(|account| account.id).collect();
    let expires_at = order.starting(tx.now).expires_at;
    let ban = NewBan {
        reason: order.reason,
        expires_at,
        by: tx.actor_id(),
        at: tx.now,
    };
    let event = BanEvent {
        action: BanAction::Ban,
        reason: order.reason,
        actor: Some(tx.actor_id()),
        duration_hours: order.hours,
        expires_at,
        request_id: tx.request_id(),
        at: tx.now,
    };
    let ended = store::ban_and_end_sessions(tx.connection(), &ids, &ban, &event, BANNED).await?;
    let entry = |account: &&Account| {
        let sessions = ended.get(&account.id).copied().unwrap_or_default();
        ban_entry(
            account.id,
            account.status,
            order.hours,
            expires_at,
            sessions,
        )
    };
    let entries = accounts.iter().map(entry).collect();
    Ok(reasons::noted(entries, order.reason))
}

/// Bans an account that is locked, without end; tells its audit rows.
///
/// # Errors
/// The database's.
pub async fn ban_for_good(
    tx: &WriteTx<'_>,
    account: &Account,
    reason: Given<'_>,
) -> Result<Vec<Entry>, Refusal> {
    let order = BanOrder {
        reason,
        hours: None,
    };
    carry_out(tx, &[account], &order).await
}

/// The audit row of a ban. The reason is about a person: it stays in the history.
pub fn ban_entry(
    id: UserId,
    from: UserStatus,
    duration_hours: Option<u32>,
    expires_at: Option<DateTime<Utc>>,
    sessions_revoked: u64,
) -> Entry {
    let details = serde_json::json!({
        "from": from.as_str(),
        "duration_hours": duration_hours,
        "expires_at": expires_at,
        "sessions_revoked": sessions_revoked,
    });
    Entry::new(AuditCode::UserBanned, "user", id.0).details(details)
}

/// A step of the job that ends bans whose time is up (S004-31).
pub async fn end_due_bans(tx: &SystemTx) -> Result<Step, JobError> {
    let ids = store::lock_due(tx.connection(), DUE_BATCH, tx.now).await?;
    let progress = if ids.len() == DUE_BATCH {
        Progress::More
    } else {
        Progress::Done
    };
    let entries = if ids.is_empty() {
        Vec::new()
    } else {
        store::end_due(tx.connection(), &ids, tx.now).await?;
        record_end(tx.connection(), &ids, &tx.id, tx.now).await?
    };
    Ok(Step { progress, entries })
}

/// What the clock's end of bans leaves: rows of the history, and an audit row for each.
async fn record_end(
    tx: &DatabaseTransaction,
    ids: &[UserId],
    request_id: &str,
    now: DateTime<Utc>,
) -> Result<Vec<Entry>, DbErr> {
    let reason = Given {
        text: Some(TIME_UP),
        code: None,
    };
    let event = BanEvent {
        action: BanAction::AutoUnban,
        reason,
        actor: None,
        duration_hours: None,
        expires_at: None,
        request_id,
        at: now,
    };
    store::record(tx, ids, &event).await?;
    let entry = |id: &UserId| Entry::new(AuditCode::UserUnbanned, "user", id.0);
    Ok(ids.iter().map(entry).collect())
}
