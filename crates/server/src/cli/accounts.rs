//! Making the first admin, and the ways back in (architecture.md §10.21). Each leaves an audit row.

use anyhow::{Context, Result, anyhow, bail};
use chrono::TimeDelta;
use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::ids::UserId;
use quarterdeck_api::role::Role;
use quarterdeck_api::text::Line;
use quarterdeck_api::users::UserIdentity;

use crate::chain::{Actor, Entry};
use crate::gate::Services;
use crate::gate::write::SystemTx;
use crate::oidc::is_subject;
use crate::sessions;
use crate::users::{self, Linked, NotRestorable, Restored};

/// Makes a super-admin who signs in first with the printed token.
pub(super) async fn create_admin(services: &Services, email: &str) -> Result<()> {
    let new = users::new_account(email, None)
        .map_err(|_| anyhow!("{email:?} is not an e-mail address"))?;
    let email = &new.email;
    if users::find_by_email(services.database.reads(), email)
        .await?
        .is_some()
    {
        bail!("{email} exists already; `reset-password` gives it a new first-login token");
    }
    let tx = services.system_write("create_admin").await?;
    let id = users::create(tx.connection(), &new, tx.now).await?;
    users::grant(tx.connection(), id, Role::SuperAdmin, &[], tx.now).await?;
    let token = first_login_token(services, &tx, id).await?;
    let details = serde_json::json!({ "roles": [Role::SuperAdmin] });
    finish(
        services,
        tx,
        Entry::new(AuditCode::AdminCreated, "user", id).details(details),
    )
    .await?;
    print_token(services, &token);
    Ok(())
}

/// Forgets failed sign-ins.
pub(super) async fn unlock(services: &Services, email: &str) -> Result<()> {
    let id = find(services, email).await?;
    let tx = services.system_write("unlock").await?;
    sessions::unlock(tx.connection(), email).await?;
    finish(
        services,
        tx,
        Entry::new(AuditCode::AccountUnlocked, "user", id),
    )
    .await?;
    println!("{email} may sign in again");
    Ok(())
}

/// Takes the second factor off.
pub(super) async fn reset_mfa(services: &Services, email: &str) -> Result<()> {
    let id = find(services, email).await?;
    let tx = services.system_write("reset_mfa").await?;
    users::reset_mfa(tx.connection(), id, tx.now).await?;
    finish(services, tx, Entry::new(AuditCode::MfaReset, "user", id)).await?;
    println!("{email} enrolls a new second factor at the next sign-in; its sessions have ended");
    Ok(())
}

/// Takes the password off and prints a first-login token.
pub(super) async fn reset_password(services: &Services, email: &str) -> Result<()> {
    let id = find(services, email).await?;
    let tx = services.system_write("reset_password").await?;
    users::reset_password(tx.connection(), id, tx.now).await?;
    let token = first_login_token(services, &tx, id).await?;
    finish(
        services,
        tx,
        Entry::new(AuditCode::PasswordReset, "user", id),
    )
    .await?;
    print_token(services, &token);
    Ok(())
}

/// Takes the deletion of an account back; `account` is an e-mail or an id written `#4711`.
pub(super) async fn restore_user(services: &Services, account: &str) -> Result<()> {
    let id = match account.strip_prefix('#').and_then(|id| id.parse().ok()) {
        Some(id) => UserId(id),
        None => UserId(find(services, account).await?),
    };
    let tx = services.system_write("restore_user").await?;
    match users::restore(tx.connection(), id, tx.now).await? {
        Restored::Restored => {}
        Restored::NotFound => bail!("there is no account {id}"),
        Restored::Not(NotRestorable::NotDeleted) => bail!("{account} is not deleted"),
        Restored::Not(NotRestorable::Anonymized) => {
            bail!("{account} is anonymized; nobody knows any more who it was")
        }
    }
    finish(services, tx, users::restored_entry(id)).await?;
    println!("{account} may sign in again; staff roles and permissions have to be granted anew");
    Ok(())
}

/// Links an account to who its owner is to the OpenID provider: an e-mail alone never does.
pub(super) async fn link_identity(services: &Services, email: &str, subject: &str) -> Result<()> {
    let issuer = services.config.oidc.issuer.as_deref();
    let issuer = issuer.context("there is no provider; set oidc.issuer and oidc.client_id")?;
    if !is_subject(subject) {
        bail!("{subject:?} names nobody: give the claim `sub` of their ID tokens");
    }
    let id = find(services, email).await?;
    let tx = services.system_write("link_identity").await?;
    let identity = UserIdentity {
        issuer: Line::verbatim(issuer.to_owned()),
        subject: Line::verbatim(subject.to_owned()),
    };
    let linked = users::link(tx.connection(), UserId(id), &identity, tx.now).await?;
    match linked {
        Linked::New | Linked::Replaced => {
            let details = serde_json::json!({
                "issuer": issuer,
                "replaced": linked == Linked::Replaced,
            });
            let entry = Entry::new(AuditCode::IdentityLinked, "user", id).details(details);
            finish(services, tx, entry).await?;
        }
        Linked::Same => {}
        Linked::Taken => bail!(
            "another account is linked to {subject:?} of {issuer} already; anonymize it, or link it to somebody else"
        ),
    }
    println!("{email} may sign in by {issuer}");
    Ok(())
}

async fn find(services: &Services, email: &str) -> Result<i64> {
    let found = users::find_by_email(services.database.reads(), email).await?;
    found.with_context(|| format!("there is no account {email}"))
}

async fn first_login_token(services: &Services, tx: &SystemTx, user_id: i64) -> Result<String> {
    let token = services.ids.token();
    let expires_at = tx.now + TimeDelta::hours(services.config.sessions.first_login_hours.into());
    users::issue_first_login(tx.connection(), user_id, &token.hash, tx.now, expires_at).await?;
    Ok(token.text)
}

async fn finish(services: &Services, tx: SystemTx, entry: Entry) -> Result<()> {
    let id = services.ids.request_id(tx.now).to_string();
    tx.commit_audited(&Actor::COMMAND_LINE, &[entry], &id)
        .await?;
    Ok(())
}

fn print_token(services: &Services, token: &str) {
    println!("{token}");
    eprintln!(
        "a first-login token, good once within {} hours: `quarterdeck --first-login --server {}` asks for it",
        services.config.sessions.first_login_hours,
        services.config.own_address()
    );
}
