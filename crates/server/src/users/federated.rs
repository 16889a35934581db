//! Accounts of people whom an OpenID provider knows (C-25, C-26).
//!
//! An account is the provider's by issuer and subject alone. An e-mail, verified or not, never leads to an account
//! that is there already: whoever can make a provider say an address would own it (security.md, threat 23).

use chrono::{DateTime, Utc};
use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::ids::UserId;
use quarterdeck_api::problem::Code;
use quarterdeck_api::role::Role;
use quarterdeck_api::text::Line;
use quarterdeck_api::users::UserIdentity;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, Value};
use serde_json::json;

use super::bootstrap;
use super::edit_rules::{Change, Field};
use super::edit_store::{self, By};
use super::ending_store::end_sessions;
use super::new_account::new_account;
use super::store::{self, NewAccount, end_first_logins};
use crate::chain::Entry;
use crate::db::dialect::{Failure, failure};
use crate::db::{Dialect, sql};
use crate::gate::Refusal;
use crate::oidc::Identity;

/// The account of an identity, locked, and when it is new, made.
///
/// # Errors
/// 403 where a new account would have no verified e-mail, 409 where another account has it.
pub async fn of_identity(
    tx: &DatabaseTransaction,
    identity: &Identity,
    now: DateTime<Utc>,
) -> Result<i64, Refusal> {
    if let Some(id) = find(tx, identity).await? {
        return Ok(id);
    }
    let new = account(identity)?;
    match insert(tx, identity, &new, now).await? {
        Some(id) => Ok(id),
        // Another sign-in of the same person came first, or the e-mail is somebody's.
        None => find(tx, identity).await?.ok_or_else(email_is_taken),
    }
}

fn account(identity: &Identity) -> Result<NewAccount, Refusal> {
    let email = identity.email.as_deref().ok_or_else(|| {
        Refusal::with_detail(
            Code::DomainNotAllowed,
            "the OpenID provider vouches for no e-mail of yours; verify it there and sign in again",
        )
    })?;
    // A name that cannot be one here is not worth turning anybody away for.
    new_account(email, identity.name.as_deref())
        .or_else(|_| new_account(email, None))
        .map_err(|problem| Refusal::invalid(vec![problem]))
}

fn email_is_taken() -> Refusal {
    Refusal::with_detail(
        Code::Duplicate,
        "another account has your e-mail; sign in to it with its password, or ask an admin to link it to your identity",
    )
}

async fn find(tx: &DatabaseTransaction, identity: &Identity) -> Result<Option<i64>, DbErr> {
    let text = format!(
        "SELECT id FROM users WHERE oidc_subject = $1 AND oidc_issuer = $2{}",
        Dialect::of(tx).for_own_update()
    );
    let values: [Value; 2] = [
        identity.subject.as_str().into(),
        identity.issuer.as_str().into(),
    ];
    let row = tx.query_one_raw(sql(tx, &text, values)).await?;
    row.map(|row| row.try_get("", "id")).transpose()
}

async fn insert(
    tx: &DatabaseTransaction,
    identity: &Identity,
    new: &NewAccount,
    now: DateTime<Utc>,
) -> Result<Option<i64>, DbErr> {
    let text = "INSERT INTO users (email, email_key, display_name, display_name_key, oidc_subject, oidc_issuer, \
        created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT DO NOTHING RETURNING id";
    let values: [Value; 7] = [
        new.email.as_str().into(),
        new.email.to_lowercase().into(),
        new.display_name.as_str().into(),
        new.display_name.to_lowercase().into(),
        identity.subject.as_str().into(),
        identity.issuer.as_str().into(),
        now.into(),
    ];
    let row = tx.query_one_raw(sql(tx, text, values)).await?;
    row.map(|row| row.try_get("", "id")).transpose()
}

/// Takes the e-mail over that the provider has verified, where it is another and nobody else's; tells the audit row
/// (S002-23).
///
/// # Errors
/// 409 where somebody else took it at the same time; the database's.
pub async fn follow_email(
    tx: &DatabaseTransaction,
    id: UserId,
    identity: &Identity,
    now: DateTime<Utc>,
) -> Result<Option<Entry>, Refusal> {
    let Some(new) = account(identity).ok() else {
        return Ok(None);
    };
    let current = edit_store::current(tx, id).await?;
    let before = current
        .into_iter()
        .find_map(|(field, value)| value.filter(|_| field == Field::Email))
        .unwrap_or_default();
    if before.to_lowercase() == new.email.to_lowercase() {
        return Ok(None);
    }
    let change = [Change {
        field: Field::Email,
        to: Some(new.email),
    }];
    if edit_store::taken(tx, id, &change).await?.is_some() {
        tracing::warn!(
            user = id.0,
            "the e-mail at the OpenID provider is another account's; the old one stays"
        );
        return Ok(None);
    }
    let by = By {
        actor: id.0,
        at: now,
    };
    edit_store::keep_former(tx, id, Field::Email, &before, by).await?;
    end_first_logins(tx, id.0, now).await?;
    edit_store::change(tx, id, &change, by)
        .await
        .map_err(|error| match failure(&error) {
            // Somebody else took it a moment ago.
            Failure::Duplicate => email_is_taken(),
            Failure::LockTimeout | Failure::Away | Failure::Other => error.into(),
        })?;
    let details = json!({ "fields": [Field::Email.as_str()], "by": "oidc" });
    Ok(Some(
        Entry::new(AuditCode::UserUpdated, "user", id.0).details(details),
    ))
}

/// Makes a super-admin of the first person ever who may be one, once (S002-06, S002-07); tells the audit row.
///
/// # Errors
/// The database's.
pub async fn promote_first(
    tx: &DatabaseTransaction,
    id: UserId,
    now: DateTime<Utc>,
) -> Result<Option<Entry>, DbErr> {
    if bootstrap::is_over(tx).await? || !bootstrap::end(tx, now).await? {
        return Ok(None);
    }
    store::grant(tx, id.0, Role::SuperAdmin, &[], now).await?;
    let details = json!({ "roles": [Role::SuperAdmin] });
    let entry = Entry::new(AuditCode::PlatformAdminAutoPromoted, "user", id.0);
    Ok(Some(entry.details(details)))
}

/// Who a person is to the provider.
///
/// # Errors
/// The database's.
pub async fn identity(
    connection: &impl ConnectionTrait,
    id: UserId,
) -> Result<Option<UserIdentity>, DbErr> {
    let text =
        "SELECT oidc_issuer, oidc_subject FROM users WHERE id = $1 AND oidc_subject IS NOT NULL";
    let row = connection
        .query_one_raw(sql(connection, text, [id.0.into()]))
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(UserIdentity {
        issuer: Line::verbatim(row.try_get("", "oidc_issuer")?),
        subject: Line::verbatim(row.try_get("", "oidc_subject")?),
    }))
}

/// What became of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linked {
    /// The account had none.
    New,
    /// It had another, by which somebody may have been signed in.
    Replaced,
    /// It was so already.
    Same,
    /// Another account is linked to this identity.
    Taken,
}

/// Links an account to who its owner is to the provider.
///
/// # Errors
/// The database's.
pub async fn link(
    tx: &DatabaseTransaction,
    id: UserId,
    new: &UserIdentity,
    now: DateTime<Utc>,
) -> Result<Linked, DbErr> {
    let linked = match identity(tx, id).await? {
        Some(current) if current == *new => return Ok(Linked::Same),
        Some(_) => Linked::Replaced,
        None => Linked::New,
    };
    let text = "UPDATE users SET oidc_issuer = $2, oidc_subject = $3, updated_at = $4, version = version + 1 \
        WHERE id = $1 AND NOT EXISTS \
        (SELECT 1 FROM users o WHERE o.oidc_subject = $3 AND o.oidc_issuer = $2 AND o.id <> $1)";
    let values: [Value; 4] = [
        id.0.into(),
        new.issuer.as_str().into(),
        new.subject.as_str().into(),
        now.into(),
    ];
    let updated = tx.execute_raw(sql(tx, text, values)).await?;
    if updated.rows_affected() == 0 {
        return Ok(Linked::Taken);
    }
    if linked == Linked::Replaced {
        end_sessions(tx, id, "identity_replaced", now).await?;
        let text = "DELETE FROM login_challenges WHERE user_id = $1";
        tx.execute_raw(sql(tx, text, [id.0.into()])).await?;
    }
    Ok(linked)
}
