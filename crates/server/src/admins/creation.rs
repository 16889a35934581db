//! Making an admin: the account, its rights, a token for the first login and the mail that brings it, all in
//! one transaction (S001-07, S001-19).

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use quarterdeck_api::admins::{CreateAdmin, CreateAdminRequest, CreatedAdmin, MailStatus};
use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::ids::UserId;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::problem::{Code, FieldProblem};
use quarterdeck_api::role::{Preset, Role};
use quarterdeck_api::wire_enum::OpenEnum;
use sea_orm::ConnectionTrait;
use serde_json::json;

use super::{known, store};
use crate::chain::Entry;
use crate::gate::{Call, Committed, Refusal, Services, WriteTx};
use crate::mail::{self, FirstLogin, NewMail, Template};
use crate::users::{self, NewAccount, Shown};

/// An admin to be, as the request asks.
struct Wanted {
    account: NewAccount,
    roles: Vec<Role>,
    permissions: Vec<Permission>,
}

/// Makes an admin.
pub async fn create(call: Call<CreateAdmin>) -> Result<Committed<CreatedAdmin>, Refusal> {
    let services = &call.services;
    let wanted = wanted(&call.body)?;
    let email = &wanted.account.email;
    refuse_taken(services.database.reads(), email).await?;
    let tx = call.begin().await?;
    // Whoever makes staff has the turn: what is free now stays so.
    refuse_taken(tx.connection(), email).await?;
    let id = UserId(users::create(tx.connection(), &wanted.account, tx.now).await?);
    let by = store::By {
        actor: tx.actor_id(),
        at: tx.now,
    };
    store::endow(tx.connection(), id, &wanted.roles, &wanted.permissions, by).await?;
    let until = invite(&call, &tx, id, email).await?;
    let details = json!({ "roles": wanted.roles, "permissions": wanted.permissions });
    let entry = Entry::new(AuditCode::AdminCreated, "user", id.0).details(details);
    let user = users::view(tx.connection(), id, tx.now, Shown::WithoutNotes).await?;
    let reply = CreatedAdmin {
        user: user.ok_or_else(|| users::not_found(id))?,
        mail: mail_status(services).into(),
        first_login_until: until,
    };
    let committed = tx.commit(&[entry], reply).await?;
    services.outbox.notify_one();
    Ok(committed)
}

fn mail_status(services: &Services) -> MailStatus {
    let options = &services.config.mail;
    if options.directory.is_some() || options.smtp.is_some() {
        MailStatus::Queued
    } else {
        MailStatus::Waiting
    }
}

/// A token for the first login, and the mail that brings it; tells until when it is good.
async fn invite(
    call: &Call<CreateAdmin>,
    tx: &WriteTx<'_>,
    id: UserId,
    email: &str,
) -> Result<DateTime<Utc>, Refusal> {
    let services = &call.services;
    let config = &services.config;
    let token = services.ids.token();
    let until = tx.now + TimeDelta::hours(config.sessions.first_login_hours.into());
    users::issue_first_login(tx.connection(), id.0, &token.hash, tx.now, until).await?;
    let letter = FirstLogin {
        by: &call.caller()?.email,
        environment: &config.environment,
        server: &config.own_address(),
        token: &token.text,
        until,
    };
    let mail = NewMail {
        user_id: id.0,
        to: email,
        template: Template::FirstLogin,
        text: &letter.to_string(),
        // Nothing takes the creation of an admin back, so there is nothing to wait for.
        send_after: tx.now,
        useless_at: until,
    };
    mail::queue(services, tx.connection(), &mail, tx.now).await?;
    Ok(until)
}

async fn refuse_taken(connection: &impl ConnectionTrait, email: &str) -> Result<(), Refusal> {
    if users::find_by_email(connection, email).await?.is_none() {
        return Ok(());
    }
    Err(Refusal::with_detail(
        Code::Duplicate,
        "there is an account with that e-mail already; find it under Users and promote it, or give it roles",
    ))
}

fn wanted(body: &CreateAdminRequest) -> Result<Wanted, Refusal> {
    let account = users::new_account(&body.email, body.display_name.as_deref())
        .map_err(|problem| Refusal::invalid(vec![problem]))?;
    let mut roles = known(&body.roles, Code::UnknownRole)?;
    roles.sort_unstable();
    roles.dedup();
    if !roles.iter().any(|role| role.is_staff()) {
        return Err(Refusal::invalid_field(
            "roles",
            "must name a staff role; others do not open the admin surface",
        ));
    }
    Ok(Wanted {
        permissions: permissions(body, &roles)?,
        account,
        roles,
    })
}

fn permissions(body: &CreateAdminRequest, roles: &[Role]) -> Result<Vec<Permission>, Refusal> {
    let permissions: BTreeSet<Permission> = match (&body.permissions, &body.preset) {
        (Some(_), Some(_)) => {
            return Err(Refusal::invalid_field(
                "preset",
                "give either permissions or a preset, and not both",
            ));
        }
        (Some(listed), None) => known(listed, Code::UnknownPermission)?
            .into_iter()
            .collect(),
        (None, Some(preset)) => preset_named(preset)?.permissions().into_iter().collect(),
        (None, None) => roles
            .iter()
            .filter_map(|role| role.preset())
            .flat_map(Preset::permissions)
            .collect(),
    };
    Ok(permissions.into_iter().collect())
}

fn preset_named(preset: &OpenEnum<Preset>) -> Result<Preset, Refusal> {
    preset.known().ok_or_else(|| {
        let names: Vec<_> = Preset::ALL.iter().map(|preset| preset.as_str()).collect();
        let problem = format!("must be one of {}", names.join(", "));
        Refusal::invalid(vec![FieldProblem::new("preset", problem)])
    })
}
