//! Money: what people hold and moved. Super-admins set what somebody holds, approved withdrawals are paid out of it
//! ([`pay_out`]); nothing else writes it yet but the seeds.

mod rules;
mod store;

use chrono::{DateTime, Utc};
use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::ids::UserId;
use quarterdeck_api::money::{GetUserStats, UserStats, in_units};
use quarterdeck_api::problem::{Code, Conflict};
use quarterdeck_api::text::Line;
use quarterdeck_api::users::{BalanceRequest, SetBalance, UserView};
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use serde_json::{Value, json};

use crate::chain::Entry;
use crate::gate::{Answer, Call, Committed, Refusal, WriteTx};
use crate::reasons::{Asked, Given, Need};
use crate::users::{self, Verdict};
use rules::{Held, Objection, Shortage, Wanted};
use store::{Kind, Movement};

pub use store::{BALANCE, balance, balances, erase, of_user};

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
    let adjustment = Movement {
        user: id,
        kind: Kind::Adjust,
        amount: wanted.amount() - before,
        reference: Some(tx.request_id()),
        actor: tx.actor_id(),
        reason: reason.text,
        at: tx.now,
    };
    let moved = Moved {
        currency: wanted.currency().to_owned(),
        before,
        after: wanted.amount(),
        transaction: store::note(tx.connection(), &adjustment).await?,
    };
    let details = json!({ "balance": moved.details() });
    Ok(Entry::new(AuditCode::BalanceSet, "user", id.0).details(details))
}

/// What became of a wallet, and the transaction over it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Code of the currency.
    pub currency: String,
    /// What the wallet held, in the smallest unit.
    pub before: i64,
    /// What it holds from then on.
    pub after: i64,
    /// The transaction.
    pub transaction: i64,
}

impl Moved {
    /// As the audit log says it.
    pub fn details(&self) -> Value {
        json!({
            "currency": self.currency,
            "before": self.before,
            "after": self.after,
            "transaction": self.transaction,
        })
    }
}

/// What is to be paid out of a wallet.
#[derive(Clone, Copy, Debug)]
pub struct Payout<'a> {
    /// Whose.
    pub user: UserId,
    /// How much, in the smallest unit of the currency.
    pub amount: i64,
    /// Code of the currency.
    pub currency: &'a str,
    /// The request, as both logs name it.
    pub reference: Option<&'a str>,
    /// The account of the operator.
    pub actor: i64,
    /// The time of the transaction.
    pub at: DateTime<Utc>,
}

/// Pays out of the wallet of an account that is locked, and writes the transaction.
///
/// # Errors
/// 409 where the wallet does not hold as much; the database's.
pub async fn pay_out(tx: &DatabaseTransaction, payout: &Payout<'_>) -> Result<Moved, Refusal> {
    let held = store::lock(tx, payout.user).await?;
    let before = rules::pay_out(held.as_ref(), payout.amount, payout.currency)
        .map_err(|shortage| short(payout, shortage))?;
    store::lower(tx, payout.user, payout.amount).await?;
    let movement = Movement {
        user: payout.user,
        kind: Kind::Withdraw,
        amount: payout.amount,
        reference: payout.reference,
        actor: payout.actor,
        reason: None,
        at: payout.at,
    };
    Ok(Moved {
        currency: payout.currency.to_owned(),
        before,
        after: before - payout.amount,
        transaction: store::note(tx, &movement).await?,
    })
}

fn short(payout: &Payout<'_>, shortage: Shortage) -> Refusal {
    let held = match shortage {
        Shortage::NoWallet => "holds nothing".to_owned(),
        Shortage::TooLittle(amount) => {
            format!("holds {} {}", in_units(amount), payout.currency)
        }
        Shortage::OtherCurrency(amount, currency) => {
            format!("holds {} {currency}, another currency", in_units(amount))
        }
    };
    let (user, asked) = (payout.user, in_units(payout.amount));
    Refusal::with_detail(
        Code::InsufficientBalance,
        format!(
            "{user} {held}, and {asked} {} are asked for; nothing was changed",
            payout.currency
        ),
    )
}
