//! Money: what people hold and moved. Super-admins set what somebody holds; nothing else writes it yet but the seeds.

mod rules;
mod store;

use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::ids::UserId;
use quarterdeck_api::money::{GetUserStats, UserStats};
use quarterdeck_api::problem::{Code, Conflict};
use quarterdeck_api::text::Line;
use quarterdeck_api::users::{BalanceRequest, SetBalance, UserView};
use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::chain::Entry;
use crate::gate::{Answer, Call, Committed, Refusal, WriteTx};
use crate::reasons::{Asked, Given, Need};
use crate::users::{self, Verdict};
use rules::{Held, Objection, Wanted};
use store::Adjustment;

pub use store::{BALANCE, balance, erase, of_user};

/// Reads the figures of a person.
pub async fn stats(call: Call<GetUserStats>) -> Result<Answer<UserStats>, Refusal> {
    let stats = stats_of(call.services.database.reads(), call.path).await?;
    Ok(stats.into())
}

/// The figures of a person.
///
/// # Errors
/// 404 where there is no such person; the database's.
pub async fn stats_of(connection: &impl ConnectionTrait, id: UserId) -> Result<UserStats, Refusal> {
    let sums = store::sums(connection, id).await?;
    let none = || Refusal::with_detail(Code::NotFound, format!("there is no user {id}"));
    sums.map(rules::figures).ok_or_else(none)
}

/// Sets what a person holds: the wallet, a transaction over the difference, and the audit row, all of it or nothing
/// (S004-17).
pub async fn set_balance(call: Call<SetBalance>) -> Result<Committed<UserView>, Refusal> {
    let (id, body) = (call.path, &call.body);
    let reason = reason(&call)?;
    let wanted = wanted(body)?;
    let seen = held(call.services.database.reads(), id).await?;
    judge(id, seen.as_ref(), &wanted)?;
    let act = users::begin_on_staff(&call, id, None, |attempt, account, _| {
        rules::give(attempt, account)
    })
    .await?;
    // The account is locked, and so nobody opens a wallet for it meanwhile.
    let tx = act.tx;
    let held = store::lock(tx.connection(), id).await?;
    if judge(id, held.as_ref(), &wanted)? == Verdict::Noop {
        return users::unchanged(tx, id).await;
    }
    let entry = carry_out(&tx, id, held.as_ref(), &wanted, reason).await?;
    users::finish(tx, id, &[entry]).await
}

fn reason(call: &Call<SetBalance>) -> Result<Given<'_>, Refusal> {
    let asked = Asked {
        verb: None,
        code: ("reasonCode", None),
        words: ("reason", Some(call.body.reason.as_str())),
        need: Need::Mandatory,
    };
    asked.check(&call.services.reasons)
}

fn wanted(body: &BalanceRequest) -> Result<Wanted, Refusal> {
    let wanted = Wanted::new(body.amount, &body.currency, body.expected_version);
    wanted.map_err(|problem| Refusal::invalid(vec![problem]))
}

/// What a person holds, if there is such a person.
async fn held(connection: &impl ConnectionTrait, id: UserId) -> Result<Option<Held>, Refusal> {
    let found = store::held(connection, id).await?;
    found.ok_or_else(|| users::not_found(id))
}

fn judge(id: UserId, held: Option<&Held>, wanted: &Wanted) -> Result<Verdict, Refusal> {
    rules::set(held, wanted).map_err(|objection| refusal(id, held, objection))
}

fn refusal(id: UserId, held: Option<&Held>, objection: Objection) -> Refusal {
    let version = held.map_or(0, |held| held.version);
    match objection {
        Objection::OtherCurrency(currency) => Refusal::invalid_field(
            "currency",
            format!("must be {currency}: that is what {id} holds"),
        ),
        Objection::TooFar => Refusal::invalid_field(
            "amount",
            "is too far from what is held for the difference to be written down",
        ),
        Objection::StaleVersion => Refusal {
            conflict: Some(Conflict {
                status: Line::verbatim(
                    held.map_or_else(|| "no balance".to_owned(), Held::in_words),
                ),
                decided_by: None,
                decided_at: None,
                version,
            }),
            ..Refusal::with_detail(
                Code::StaleVersion,
                format!(
                    "the balance of {id} changed since you read it; look at it again and decide anew"
                ),
            )
        },
    }
}

/// Writes wallet and transaction; tells the audit row.
async fn carry_out(
    tx: &WriteTx<'_>,
    id: UserId,
    held: Option<&Held>,
    wanted: &Wanted,
    reason: Given<'_>,
) -> Result<Entry, Refusal> {
    let before = held.map_or(0, |held| held.amount);
    store::set(tx.connection(), id, wanted).await?;
    let adjustment = Adjustment {
        user: id,
        amount: wanted.amount() - before,
        reference: tx.request_id(),
        actor: tx.actor_id(),
        reason: reason.text.unwrap_or_default(),
        at: tx.now,
    };
    let transaction = store::adjust(tx.connection(), &adjustment).await?;
    let details = json!({ "balance": {
        "currency": wanted.currency(),
        "before": before,
        "after": wanted.amount(),
        "transaction": transaction,
    } });
    Ok(Entry::new(AuditCode::BalanceSet, "user", id.0).details(details))
}
