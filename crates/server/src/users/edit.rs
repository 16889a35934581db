//! Changing what an account is called (S004-14).
//!
//! The log names the fields alone: what stood there before and after names a person, and the log is never edited.

use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::ids::UserId;
use quarterdeck_api::problem::Code;
use quarterdeck_api::users::{UpdateUser, UserView};
use sea_orm::{ConnectionTrait, DbErr};
use serde_json::json;

use super::edit_rules::{self as rules, Change, Field};
use super::edit_store::{self as store, By};
use super::rules::Verdict;
use super::store::end_first_logins;
use super::{answer, target};
use crate::chain::Entry;
use crate::db::dialect::{Failure, failure};
use crate::gate::{Call, Committed, Refusal, WriteTx};

/// Changes the fields that a request names.
pub async fn update(call: Call<UpdateUser>) -> Result<Committed<UserView>, Refusal> {
    let id = call.path;
    let wanted = rules::wanted(&call.body).map_err(Refusal::invalid)?;
    refuse_taken(call.services.database.reads(), id, &wanted).await?;
    let expected = call.body.expected_version;
    let act = target::begin(&call, id, expected, |attempt, account, _| {
        account.check_change(attempt).map(|()| Verdict::Change)
    })
    .await?;
    let tx = act.tx;
    let changes = differing(&tx, id, wanted).await?;
    if changes.is_empty() {
        return answer::unchanged(tx, id).await;
    }
    let fields = carry_out(&tx, id, changes).await?;
    let entry = Entry::new(AuditCode::UserUpdated, "user", id.0);
    answer::finish(tx, id, &[entry.details(json!({ "fields": fields }))]).await
}

/// A change, and what stood there before.
struct Replacing {
    change: Change,
    before: Option<String>,
}

/// The changes that change something.
async fn differing(
    tx: &WriteTx<'_>,
    id: UserId,
    wanted: Vec<Change>,
) -> Result<Vec<Replacing>, DbErr> {
    let current = store::current(tx.connection(), id).await?;
    let replacing = |change: Change| {
        let now = current.iter().find(|(field, _)| *field == change.field);
        let before = now.and_then(|(_, value)| value.clone());
        (before != change.to).then_some(Replacing { change, before })
    };
    Ok(wanted.into_iter().filter_map(replacing).collect())
}

/// Writes them; tells the names of the fields.
async fn carry_out(
    tx: &WriteTx<'_>,
    id: UserId,
    replacing: Vec<Replacing>,
) -> Result<Vec<&'static str>, Refusal> {
    let by = By {
        actor: tx.actor_id(),
        at: tx.now,
    };
    for it in &replacing {
        let field = it.change.field;
        if let Some(name) = it.before.as_ref().filter(|_| field.names_the_person()) {
            store::keep_former(tx.connection(), id, field, name, by).await?;
        }
        if field == Field::Email {
            // They went to the address of before.
            end_first_logins(tx.connection(), id.0, tx.now).await?;
        }
    }
    let changes: Vec<_> = replacing.into_iter().map(|it| it.change).collect();
    refuse_taken(tx.connection(), id, &changes).await?;
    store::change(tx.connection(), id, &changes, by)
        .await
        .map_err(|error| match failure(&error) {
            // Somebody else took it a moment ago.
            Failure::Duplicate => duplicate("email, username or twitchUsername"),
            Failure::LockTimeout | Failure::Away | Failure::Other => error.into(),
        })?;
    Ok(changes.iter().map(|change| change.field.as_str()).collect())
}

async fn refuse_taken(
    connection: &impl ConnectionTrait,
    id: UserId,
    changes: &[Change],
) -> Result<(), Refusal> {
    match store::taken(connection, id, changes).await? {
        Some(field) => Err(duplicate(field.as_str())),
        None => Ok(()),
    }
}

fn duplicate(field: &str) -> Refusal {
    Refusal::with_detail(
        Code::Duplicate,
        format!("{field}: another account has this already; nothing was changed"),
    )
}
