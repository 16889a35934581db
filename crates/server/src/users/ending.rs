//! The end of an account: deletion, which the command line can take back, and anonymization, which nobody
//! can (C-08). Each has several spellings and one path.

use chrono::{DateTime, Utc};
use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::ids::UserId;
use quarterdeck_api::operation::Operation;
use quarterdeck_api::problem::Code;
use quarterdeck_api::reasons::{ReasonVerb, Reasons};
use quarterdeck_api::users::{
    AnonymizeUser, AnonymizeUserByBody, DeleteUser, DeleteUserByBody, DeleteUserByQuery,
    DeletedReply, UserStatus, UserView,
};
use sea_orm::{DatabaseTransaction, DbErr};
use serde_json::{Value as Json, json};

use super::ending_rules::{self as rules, NotRestorable};
use super::rules::Verdict;
use super::sanctions::words;
use super::scrub::{self, Scrubbed};
use super::{answer, ending_store as store, target};
use crate::chain::Entry;
use crate::db::remains;
use crate::gate::{Call, Committed, Refusal};
use crate::orgs;
use crate::reasons::{self, Asked, Given, Need};

/// An ending that was asked for and confirmed.
#[derive(Clone, Copy, Debug)]
struct Order<'a> {
    id: UserId,
    reason: Given<'a>,
    expected_version: Option<i64>,
}

/// What a request gives for the reason of an ending.
const fn asked<'a>(
    verb: ReasonVerb,
    words: Option<&'a str>,
    code: (&'static str, Option<&'a str>),
) -> Asked<'a> {
    Asked {
        verb: Some(verb),
        code,
        words: ("reason", words),
        need: Need::Mandatory,
    }
}

impl<'a> Order<'a> {
    /// Checks what needs no database (S003-81). The words of the reason are about a person: they stay with
    /// the request in the action log, where anonymization finds them, and go nowhere else.
    fn confirmed(
        id: UserId,
        asked: Asked<'a>,
        reasons: &'a Reasons,
        confirm: Option<bool>,
    ) -> Result<Self, Refusal> {
        let reason = asked.check(reasons)?;
        if confirm != Some(true) {
            return Err(Refusal::with_detail(
                Code::ConfirmRequired,
                "ending an account needs confirm: true",
            ));
        }
        Ok(Self {
            id,
            reason,
            expected_version: None,
        })
    }

    const fn seen_at(self, expected_version: Option<i64>) -> Self {
        Self {
            expected_version,
            ..self
        }
    }
}

/// Deletes an account.
pub async fn delete(call: Call<DeleteUser>) -> Result<Committed<DeletedReply>, Refusal> {
    let body = &call.body;
    let code = ("reasonCode", body.reason_code.as_deref());
    let asked = asked(ReasonVerb::Delete, words(&body.reason), code);
    let order = Order::confirmed(call.path, asked, &call.services.reasons, body.confirm)?;
    carry_out_deletion(&call, order.seen_at(body.expected_version)).await
}

/// The same, by DELETE.
pub async fn delete_by_query(
    call: Call<DeleteUserByQuery>,
) -> Result<Committed<DeletedReply>, Refusal> {
    let query = &call.query;
    let code = ("reason_code", query.reason_code.as_deref());
    let asked = asked(ReasonVerb::Delete, query.reason.as_deref(), code);
    let order = Order::confirmed(call.path, asked, &call.services.reasons, query.confirm)?;
    carry_out_deletion(&call, order).await
}

/// The same, with the user in the body (seed 003).
pub async fn delete_by_body(
    call: Call<DeleteUserByBody>,
) -> Result<Committed<DeletedReply>, Refusal> {
    let body = &call.body;
    let code = ("reason_code", body.reason_code.as_deref());
    let asked = asked(ReasonVerb::Delete, words(&body.reason), code);
    let order = Order::confirmed(body.user_id, asked, &call.services.reasons, body.confirm)?;
    carry_out_deletion(&call, order).await
}

/// Anonymizes an account.
pub async fn anonymize(call: Call<AnonymizeUser>) -> Result<Committed<UserView>, Refusal> {
    let body = &call.body;
    let code = ("reasonCode", body.reason_code.as_deref());
    let asked = asked(ReasonVerb::Anonymize, words(&body.reason), code);
    let order = Order::confirmed(call.path, asked, &call.services.reasons, body.confirm)?;
    carry_out_anonymization(&call, order.seen_at(body.expected_version)).await
}

/// The same, with the user in the body (seed 003).
pub async fn anonymize_by_body(
    call: Call<AnonymizeUserByBody>,
) -> Result<Committed<UserView>, Refusal> {
    let body = &call.body;
    let code = ("reason_code", body.reason_code.as_deref());
    let asked = asked(ReasonVerb::Anonymize, words(&body.reason), code);
    let order = Order::confirmed(body.user_id, asked, &call.services.reasons, body.confirm)?;
    carry_out_anonymization(&call, order).await
}

async fn carry_out_deletion<O: Operation>(
    call: &Call<O>,
    order: Order<'_>,
) -> Result<Committed<DeletedReply>, Refusal> {
    let act = target::begin(
        call,
        order.id,
        order.expected_version,
        |attempt, account, _| rules::delete(attempt, account),
    )
    .await?;
    let tx = act.tx;
    if act.verdict == Verdict::Noop {
        let deleted_at = store::deleted_at(tx.connection(), order.id).await?;
        let orphaned = orgs::orphaned_by(tx.connection(), order.id, tx.now).await?;
        let reply = deleted(deleted_at.unwrap_or(tx.now), orphaned, Verdict::Noop);
        return tx.noop(reply).await;
    }
    let taken = store::take_rights(tx.connection(), order.id).await?;
    let sessions = store::end_sessions(tx.connection(), order.id, "deleted", tx.now).await?;
    store::delete(tx.connection(), order.id, tx.actor_id(), tx.now).await?;
    let orphaned = orgs::orphaned_by(tx.connection(), order.id, tx.now).await?;
    let mut details = json!({
        "from": act.account.status.as_str(),
        "roles": taken.roles,
        "permissions": taken.permissions,
        "sessions_revoked": sessions,
    });
    name_orphaned(&mut details, &orphaned);
    let entry = Entry::new(AuditCode::UserDeleted, "user", order.id.0).details(details);
    let reply = deleted(tx.now, orphaned, Verdict::Change);
    tx.commit(&[reasons::note(entry, order.reason)], reply)
        .await
}

/// What is left without an owner, where there is any (C-29).
fn name_orphaned(details: &mut Json, orgs: &[i64]) {
    if !orgs.is_empty() {
        details["orphaned_orgs"] = json!(orgs);
    }
}

fn deleted(deleted_at: DateTime<Utc>, orphaned_orgs: Vec<i64>, verdict: Verdict) -> DeletedReply {
    DeletedReply {
        deleted_at,
        orphaned_orgs,
        noop: verdict == Verdict::Noop,
    }
}

async fn carry_out_anonymization<O: Operation>(
    call: &Call<O>,
    order: Order<'_>,
) -> Result<Committed<UserView>, Refusal> {
    let found = scrub::find(call.services.database.reads(), order.id).await?;
    let act = target::begin(
        call,
        order.id,
        order.expected_version,
        |attempt, account, _| rules::anonymize(attempt, account),
    )
    .await?;
    if act.verdict == Verdict::Noop {
        return answer::unchanged(act.tx, order.id).await;
    }
    let tx = act.tx.logging_no_texts();
    let taken = store::take_rights(tx.connection(), order.id).await?;
    let sessions = store::end_sessions(tx.connection(), order.id, "anonymized", tx.now).await?;
    let scrubbed = scrub::erase(tx.connection(), order.id, found).await?;
    store::anonymize(tx.connection(), order.id, tx.actor_id(), tx.now).await?;
    remains::mark(tx.connection(), tx.now).await?;
    let orphaned = orgs::orphaned_by(tx.connection(), order.id, tx.now).await?;
    let Scrubbed {
        applications,
        log_rows,
    } = scrubbed;
    let mut details = json!({
        "from": act.account.status.as_str(),
        "roles": taken.roles,
        "permissions": taken.permissions,
        "sessions_revoked": sessions,
        "applications": applications,
        "log_rows": log_rows,
    });
    name_orphaned(&mut details, &orphaned);
    let entry = Entry::new(AuditCode::UserAnonymized, "user", order.id.0).details(details);
    let entry = reasons::note(entry, order.reason);
    let committed = answer::finish(tx, order.id, &[entry]).await?;
    call.services.remains.notify_one();
    Ok(committed)
}

/// What became of a try at restoring an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restored {
    /// It may sign in again, without staff rights.
    Restored,
    /// It cannot be.
    Not(NotRestorable),
    /// There is none.
    NotFound,
}

/// Takes a deletion back, for the command line alone.
pub async fn restore(
    tx: &DatabaseTransaction,
    id: UserId,
    now: DateTime<Utc>,
) -> Result<Restored, DbErr> {
    let locked = target::lock(tx, &[id], now).await?;
    let Some(status) = locked.first().map(|account| account.status) else {
        return Ok(Restored::NotFound);
    };
    match rules::restore(status) {
        Ok(()) => {
            store::restore(tx, id, now).await?;
            Ok(Restored::Restored)
        }
        Err(why) => Ok(Restored::Not(why)),
    }
}

/// The entry of a restored account.
pub fn restored_entry(id: UserId) -> Entry {
    let details = json!({ "from": UserStatus::Deleted.as_str() });
    Entry::new(AuditCode::UserRestored, "user", id.0).details(details)
}
