//! Withdrawals: people who ask to be paid out, and who decided of it.
//!
//! Other rooms ask it what it holds of a person ([`of_user`], [`anonymize`]), and the seeds decide by it
//! ([`insert`], [`settle`]). What an approval moves is the room of money's to move.

mod entities;
mod list;
mod rules;
mod store;

use chrono::{DateTime, Utc};
use quarterdeck_api::ids::{UserId, WithdrawalId};
use quarterdeck_api::operation::{Operation, Writes};
use quarterdeck_api::page::Page;
use quarterdeck_api::problem::Code;
use quarterdeck_api::reasons::ReasonVerb;
use quarterdeck_api::text::Line;
use quarterdeck_api::users::UserStatus;
use quarterdeck_api::withdrawals::{
    ApproveWithdrawal, GetWithdrawal, ListWithdrawals, RejectWithdrawal, WithdrawalRow,
    WithdrawalStatus,
};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};
use serde_json::{Value, json};

use crate::chain::Entry;
use crate::gate::{Answer, Call, Committed, Refusal, WriteTx};
use crate::money::{self, Payout};
use crate::reasons::{self, Asked, Given, Need};
use crate::users::{self, Account};
use rules::{Objection, Verdict};
use store::{Decided, Stored};

pub use rules::Decision;
pub use store::{NewWithdrawal, anonymize, insert};

/// What the audit log calls one of them.
const TARGET: &str = "withdrawal";

/// Lists withdrawals.
pub async fn list(call: Call<ListWithdrawals>) -> Result<Answer<Page<WithdrawalRow>>, Refusal> {
    let narrowing = call.narrowing(call.query.filter.as_deref())?;
    let selection = list::Selection::of(&call.query, &narrowing)
        .map_err(|field| Refusal::invalid(vec![field]))?;
    let page = list::page(call.services.database.reads(), &selection).await?;
    Ok(page.into())
}

/// Reads one withdrawal.
pub async fn get(call: Call<GetWithdrawal>) -> Result<Answer<WithdrawalRow>, Refusal> {
    let found = store::find(call.services.database.reads(), call.path).await?;
    let stored = found.ok_or_else(|| not_found(call.path))?;
    Ok(stored.row().into())
}

/// Pays one withdrawal out (S001-28).
pub async fn approve(call: Call<ApproveWithdrawal>) -> Result<Committed<WithdrawalRow>, Refusal> {
    let body = &call.body;
    check_confirmed(body.confirm)?;
    let id = body.withdrawal_id;
    let (tx, account, stored) = begin(&call, id).await?;
    match judge(Decision::Approve, &stored, body.expected_status)? {
        Standing::AsWanted => tx.noop(stored.row()).await,
        Standing::Open => {
            let actor = UserId(tx.actor_id());
            rules::check_payee(actor, account.id, account.status)
                .map_err(|objection| not_paid(id, account.id, objection))?;
            finish(tx, &stored, Decision::Approve, Given::default()).await
        }
    }
}

/// Rejects one withdrawal: no money moves, whatever became of the person.
pub async fn reject(call: Call<RejectWithdrawal>) -> Result<Committed<WithdrawalRow>, Refusal> {
    let body = &call.body;
    let asked = Asked {
        verb: Some(ReasonVerb::RejectWithdrawal),
        code: ("reason_code", body.reason_code.as_deref()),
        words: ("reason", body.reason.as_deref()),
        need: Need::Mandatory,
    };
    let reason = asked.check(&call.services.reasons)?;
    check_confirmed(body.confirm)?;
    let (tx, account, stored) = begin(&call, body.withdrawal_id).await?;
    // Nothing is written any more about who was erased.
    let reason = match account.status {
        UserStatus::Anonymized => Given {
            text: None,
            ..reason
        },
        UserStatus::Active | UserStatus::Suspended | UserStatus::Banned | UserStatus::Deleted => {
            reason
        }
    };
    match judge(Decision::Reject, &stored, body.expected_status)? {
        Standing::AsWanted => tx.noop(stored.row()).await,
        Standing::Open => finish(tx, &stored, Decision::Reject, reason).await,
    }
}

/// A decision that is carried out.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// Which.
    pub decision: Decision,
    /// By whom.
    pub by: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Why it is rejected.
    pub reason: Given<'a>,
    /// The request, as both logs name it.
    pub reference: Option<&'a str>,
}

/// Carries a decision of a pending withdrawal out, whoever decides and whoever is paid; tells its audit row.
///
/// # Errors
/// There is none; the wallet does not hold as much; the database's.
pub async fn settle(
    tx: &DatabaseTransaction,
    id: WithdrawalId,
    order: &Order<'_>,
) -> Result<Entry, Refusal> {
    let stored = store::lock(tx, id).await?.ok_or_else(|| not_found(id))?;
    let (_, entry) = carry_out(tx, &stored, order).await?;
    Ok(entry)
}

/// Where a withdrawal stands that a decision may go on with.
enum Standing {
    Open,
    AsWanted,
}

fn judge(
    decision: Decision,
    stored: &Stored,
    expected: Option<WithdrawalStatus>,
) -> Result<Standing, Refusal> {
    match rules::decide(decision, stored.status, expected) {
        Verdict::Change => Ok(Standing::Open),
        Verdict::Noop => Ok(Standing::AsWanted),
        verdict @ (Verdict::Stale | Verdict::Decided) => Err(lost(verdict, stored)),
    }
}

/// Begins a decision on the person and the withdrawal, locked in this order and the wallet last: that in which balances
/// are set and persons erased.
async fn begin<O: Operation<Kind = Writes>>(
    call: &Call<O>,
    id: WithdrawalId,
) -> Result<(WriteTx<'_>, Account, Stored), Refusal> {
    let payee = store::payee(call.services.database.reads(), id).await?;
    let payee = payee.ok_or_else(|| not_found(id))?;
    let tx = call.begin_in_turn().await?;
    let account = users::hold(tx.connection(), payee, tx.now).await?;
    let locked = store::lock(tx.connection(), id).await?;
    let stored = locked.ok_or_else(|| not_found(id))?;
    Ok((tx, account, stored))
}

async fn finish(
    tx: WriteTx<'_>,
    stored: &Stored,
    decision: Decision,
    reason: Given<'_>,
) -> Result<Committed<WithdrawalRow>, Refusal> {
    let order = Order {
        decision,
        by: tx.actor_id(),
        at: tx.now,
        reason,
        reference: Some(tx.request_id()),
    };
    let (decided, entry) = carry_out(tx.connection(), stored, &order).await?;
    tx.commit(&[entry], decided.row()).await
}

async fn carry_out(
    tx: &DatabaseTransaction,
    stored: &Stored,
    order: &Order<'_>,
) -> Result<(Stored, Entry), Refusal> {
    let decision = order.decision;
    let mut details = json!({ "from": stored.status, "to": decision.status() });
    let transaction = match decision {
        Decision::Approve => {
            let paid = money::pay_out(tx, &payout(stored, order)).await?;
            details["balance"] = paid.details();
            Some(paid.transaction)
        }
        Decision::Reject => None,
    };
    let decided = Decided {
        status: decision.status(),
        at: order.at,
        by: order.by,
        reason: order.reason,
        transaction,
    };
    let id = stored.id;
    let changed = store::apply(tx, id, &decided).await?;
    let entry = Entry::new(decision.audit_code(), TARGET, id.0).details(details);
    Ok((
        changed.ok_or_else(|| not_found(id))?,
        reasons::note(entry, order.reason),
    ))
}

fn payout<'a>(stored: &'a Stored, order: &Order<'a>) -> Payout<'a> {
    Payout {
        user: stored.payee(),
        amount: stored.amount(),
        currency: stored.currency(),
        reference: order.reference,
        actor: order.by,
        at: order.at,
    }
}

fn check_confirmed(confirm: Option<bool>) -> Result<(), Refusal> {
    if confirm == Some(true) {
        return Ok(());
    }
    Err(Refusal::with_detail(
        Code::ConfirmRequired,
        "deciding of a withdrawal needs confirm: true; nothing takes it back",
    ))
}

fn not_found(id: WithdrawalId) -> Refusal {
    Refusal::with_detail(Code::NotFound, format!("there is no withdrawal {id}"))
}

/// Who comes second learns who was first.
fn lost(verdict: Verdict, stored: &Stored) -> Refusal {
    let conflict = stored.conflict();
    let (id, status) = (stored.id, stored.status);
    let by = conflict.decided_by.as_ref();
    let by = by.map_or("somebody", Line::as_str);
    let (code, detail) = match verdict {
        Verdict::Decided => (
            Code::AlreadyReviewed,
            format!(
                "withdrawal {id} was already {status} by {by}; that is final, and nothing was changed"
            ),
        ),
        Verdict::Stale | Verdict::Change | Verdict::Noop => (
            Code::StaleVersion,
            format!(
                "withdrawal {id} is still {status}; nothing was changed, reload and look again"
            ),
        ),
    };
    Refusal {
        conflict: Some(conflict),
        ..Refusal::with_detail(code, detail)
    }
}

/// Why a person is not paid, and what to do next.
fn not_paid(id: WithdrawalId, payee: UserId, objection: Objection) -> Refusal {
    let (code, detail) = match objection {
        Objection::CannotTargetSelf => (
            Code::CannotTargetSelf,
            format!("withdrawal {id} is your own; somebody else has to approve it"),
        ),
        Objection::OutOfService(status) => {
            let next = match status {
                UserStatus::Banned => "reject it, or lift the ban first",
                UserStatus::Suspended => "reject it, or lift the suspension first",
                UserStatus::Deleted | UserStatus::Anonymized | UserStatus::Active => "reject it",
            };
            let detail = format!("{payee} is {status}, so withdrawal {id} is not paid out; {next}");
            (Code::AccountNotInUse, detail)
        }
    };
    Refusal::with_detail(code, detail)
}

/// What the withdrawals hold of a person, for the person's export, in the order they were asked for; without the
/// operators' names, and so many at most.
///
/// # Errors
/// The database's.
pub async fn of_user(
    connection: &impl ConnectionTrait,
    user_id: i64,
    limit: u64,
) -> Result<Vec<Value>, DbErr> {
    let rows = store::of_user(connection, user_id, limit).await?;
    let json = |row: &entities::Model| {
        json!({
            "id": row.id,
            "amount": row.amount,
            "currency": row.currency,
            "status": row.status,
            "requested_at": row.requested_at,
            "decided_at": row.decided_at,
            "reason": row.reason,
            "reason_code": row.reason_code,
            "transaction_id": row.transaction_id,
        })
    };
    Ok(rows.iter().map(json).collect())
}
