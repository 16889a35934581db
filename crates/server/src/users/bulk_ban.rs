//! One ban for several users: one transaction, a result for each (S004-34).

use chrono::{DateTime, Utc};
use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::ids::UserId;
use quarterdeck_api::problem::Code;
use quarterdeck_api::users::{
    BanOutcome, BanResult, BulkBanReply, BulkBanRequest, BulkBanUsers, MAX_BANS, UserRow,
};

use super::rules::{self, Account, Attempt, Objection, Verdict};
use super::sanctions::{BanOrder, asked_of_ban, carry_out};
use super::target;
use super::view;
use crate::gate::bulk::{self, Named};
use crate::gate::target::Target;
use crate::gate::{Call, Caller, Committed, Refusal};
use crate::reasons;

/// Bans users; one code will do for all, where staff is among those who are banned.
pub async fn bulk_ban(call: Call<BulkBanUsers>) -> Result<Committed<BulkBanReply>, Refusal> {
    let caller = call.caller()?;
    let ids = check_ids(&call.body)?;
    let reason = asked_of_ban(&call.body.ban_reason, call.body.reason_code.as_deref());
    let reason = reason.check(&call.services.reasons)?;
    let order = BanOrder::of(reason, call.body.duration_hours)?;
    let now = call.services.clock.now();
    let seen = target::read(call.services.database.reads(), &ids, now).await?;
    let seen = judge(caller, &order, &ids, &seen, now);
    let tx = call.begin_on(staffing(&seen)).await?;
    let locked = target::lock(tx.connection(), &ids, tx.now()).await?;
    let judged = judge(caller, &order, &ids, &locked, tx.now());
    let tx = tx.locked(staffing(&judged))?;
    let banned: Vec<_> = judged.iter().filter_map(Judged::banned).collect();
    if banned.is_empty() {
        let reply = reply(&judged, view::rows(tx.connection(), &ids, tx.now).await?);
        return if reply.noop {
            tx.noop(reply).await
        } else {
            tx.commit(&[], reply).await
        };
    }
    let mut entries = carry_out(&tx, &banned, &order).await?;
    let (changed, requested) = (banned.len(), ids.len());
    let summary = bulk::summary(AuditCode::BulkBan, "user", changed, requested);
    entries.push(reasons::note(summary, reason));
    let reply = reply(&judged, view::rows(tx.connection(), &ids, tx.now).await?);
    tx.commit(&entries, reply).await
}

/// Checks what needs no database, and drops repeated ids.
fn check_ids(body: &BulkBanRequest) -> Result<Vec<UserId>, Refusal> {
    let named = Named {
        field: "userIds",
        objects: "users",
        most: MAX_BANS,
        ids: &body.user_ids,
    };
    let ids = named.distinct()?;
    if body.confirm != Some(true) {
        return Err(Refusal::with_detail(
            Code::ConfirmRequired,
            "banning several users at once needs confirm: true",
        ));
    }
    Ok(ids)
}

/// An id and what becomes of it.
struct Judged<'a> {
    id: UserId,
    outcome: BanOutcome,
    account: Option<&'a Account>,
}

impl<'a> Judged<'a> {
    fn banned(&self) -> Option<&'a Account> {
        self.account.filter(|_| self.outcome == BanOutcome::Banned)
    }
}

fn judge<'a>(
    caller: &Caller,
    order: &BanOrder<'_>,
    ids: &[UserId],
    accounts: &'a [Account],
    now: DateTime<Utc>,
) -> Vec<Judged<'a>> {
    let ban = order.starting(now);
    let attempt = Attempt {
        actor: UserId(caller.user_id),
        expected_version: None,
    };
    let judged = |id: &UserId| {
        // By ascending id, as they were read.
        let place = accounts.binary_search_by_key(id, |account| account.id);
        let account = place.ok().and_then(|place| accounts.get(place));
        let outcome = match account {
            None => BanOutcome::NotFound,
            Some(account) if account.is_staff() && !caller.is_super_admin() => {
                BanOutcome::SuperadminRequired
            }
            Some(account) => outcome(rules::ban(attempt, account, &ban)),
        };
        Judged {
            id: *id,
            outcome,
            account,
        }
    };
    ids.iter().map(judged).collect()
}

const fn outcome(verdict: Result<Verdict, Objection>) -> BanOutcome {
    match verdict {
        Ok(Verdict::Change) => BanOutcome::Banned,
        Ok(Verdict::Noop) => BanOutcome::Noop,
        Err(Objection::LastAdmin) => BanOutcome::LastAdmin,
        Err(Objection::CannotTargetSelf) => BanOutcome::CannotTargetSelf,
        // No version is expected, so none is stale.
        Err(Objection::Gone | Objection::StaleVersion) => BanOutcome::Gone,
    }
}

/// A code is asked where staff would be banned, not where it is only named.
fn staffing(judged: &[Judged<'_>]) -> Target {
    let mut banned = judged.iter().filter_map(Judged::banned);
    if banned.any(Account::is_staff) {
        Target::Staff
    } else {
        Target::Plain
    }
}

fn reply(judged: &[Judged<'_>], rows: Vec<UserRow>) -> BulkBanReply {
    let mut rows: std::collections::HashMap<_, _> =
        rows.into_iter().map(|row| (row.id, row)).collect();
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
        changed: judged.iter().filter_map(Judged::banned).count(),
        noop: judged
            .iter()
            .all(|judged| judged.outcome == BanOutcome::Noop),
    }
}
