//! Data that a database starts with: the permission catalogue always, a profile when asked.

mod answers;
pub mod bench;
mod codes;
mod data_requests;
mod money;
mod names;
mod notes;
mod orgs;
mod people;
pub mod profile;
mod reports;
mod sanctions;
mod withdrawals;

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use quarterdeck_api::applications::ApplicationStatus;
use quarterdeck_api::ids::ApplicationId;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::reasons::ReasonVerb;
use quarterdeck_api::role::Preset;
use quarterdeck_api::sessions::Secret;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, Value};

use crate::applications::{self, NewApplication};
use crate::chain::{self, Actor, Entry, PLATFORM};
use crate::db::sql;
use crate::gate::Services;
use crate::gate::{otp, totp};
use crate::reasons::{self, Given};
use crate::sessions;
use crate::users::{self, NewAccount};
use profile::{
    DEMO_PASSWORD, DEMO_TOTP_SECRET, SeedAccount, SeedApplication, SeedDecision, SeedOptions,
};

/// The demo's super-admin; a database that holds it is a demo database.
pub const ROOT_EMAIL: &str = "root@quarterdeck.example";
/// Accounts whose passwords are public, one of each profile that has such.
pub const PUBLIC_ACCOUNTS: [&str; 2] = [ROOT_EMAIL, bench::OPERATOR_EMAIL];

/// Writes the permission catalogue, so that explicit rows can refer to it.
pub async fn catalogue(tx: &DatabaseTransaction) -> Result<(), DbErr> {
    let text = "INSERT INTO permissions (key, group_name, description) VALUES ($1, $2, $3) \
        ON CONFLICT (key) DO UPDATE SET group_name = excluded.group_name, description = excluded.description";
    for permission in Permission::ALL {
        let values: [Value; 3] = [
            permission.as_str().into(),
            permission.group().as_str().into(),
            permission.description().into(),
        ];
        tx.execute_raw(sql(tx, text, values)).await?;
    }
    Ok(())
}

/// The code that the demo accounts' authenticator shows in a step.
pub fn demo_code(step: i64) -> String {
    totp::decode_secret(DEMO_TOTP_SECRET)
        .map(|secret| totp::code_at(&secret, step))
        .unwrap_or_default()
}

/// Fills a database with the demo profile; one that has it already is left alone.
pub async fn demo(services: &Services, random_seed: u64, at: DateTime<Utc>) -> Result<()> {
    if users::find_by_email(services.database.reads(), ROOT_EMAIL)
        .await?
        .is_some()
    {
        return Ok(());
    }
    let options = SeedOptions { random_seed, at };
    let profile = profile::demo(&options);
    let password = demo_password(services).await?;
    let tx = services.system_write("seed").await?;
    let mut actors = Vec::new();
    for account in profile::accounts() {
        actors.push(insert_account(services, tx.connection(), account, &password, at).await?);
    }
    actors.push(Actor::SYSTEM);
    let people = people::people(tx.connection(), &options, &profile.applications, &actors).await?;
    let mut decisions = Vec::new();
    for application in &profile.applications {
        let id = insert_application(tx.connection(), application, &actors).await?;
        decisions.extend(decisions_of(id, application));
    }
    let mut calls = calls_of(decisions);
    calls.extend(data_requests::data_requests(tx.connection(), &options, &people, &actors).await?);
    calls.extend(reports::reports(tx.connection(), &options, &people, &actors).await?);
    calls.extend(sanctions::sanctions(tx.connection(), &options, &people, &actors).await?);
    money::money(tx.connection(), &options, &people).await?;
    calls.extend(notes::notes(tx.connection(), &options, &people, &actors).await?);
    calls.extend(withdrawals::withdrawals(tx.connection(), &options, &people, &actors).await?);
    orgs::orgs(tx.connection(), &options, &people).await?;
    record(tx.connection(), calls, &actors).await?;
    sanctions::name_calls(tx.connection()).await?;
    tx.commit().await?;
    Ok(())
}

/// The hash of the password that all seeded accounts have.
async fn demo_password(services: &Services) -> Result<String> {
    let password = Secret::new(DEMO_PASSWORD.to_owned());
    let salt = services.ids.bytes();
    Ok(services.passwords.hash(&password, salt).await?)
}

async fn insert_account(
    services: &Services,
    tx: &DatabaseTransaction,
    account: &SeedAccount<'_>,
    password: &str,
    at: DateTime<Utc>,
) -> Result<Actor> {
    let new = NewAccount {
        email: account.email.to_owned(),
        display_name: account.name.to_owned(),
        password_hash: Some(password.to_owned()),
    };
    let id = users::create(tx, &new, at).await?;
    let permissions = account
        .role
        .preset()
        .map(Preset::permissions)
        .unwrap_or_default();
    users::grant(tx, id, account.role, &permissions, at).await?;
    let secret =
        totp::decode_secret(DEMO_TOTP_SECRET).context("the demo's TOTP secret is not base 32")?;
    let encrypted = services
        .vault
        .encrypt(&secret, &otp::context(id), services.ids.bytes())?;
    users::set_mfa(tx, id, &encrypted, at).await?;
    // As though they had them on paper: the demo does not begin with a warning.
    sessions::give_recovery_codes(services.ids, tx, id).await?;
    Ok(Actor::human(id, account.email.to_owned()))
}

async fn insert_application(
    tx: &DatabaseTransaction,
    application: &SeedApplication,
    actors: &[Actor],
) -> Result<ApplicationId, DbErr> {
    let decider = application
        .decided_by
        .and_then(|index| actors.get(index)?.id);
    let new = NewApplication {
        name: application.name.clone(),
        email: application.email.clone(),
        answers: application.answers.clone(),
        status: application.status,
        submitted_at: application.submitted_at,
        decided: application.decided_at.zip(decider),
        reason: application.reason.clone(),
        reason_code: reason_of(application.reason.as_deref())
            .code
            .map(str::to_owned),
    };
    applications::insert(tx, new).await
}

/// Only rejections have codes, and other decisions no words of theirs.
fn reason_of(words: Option<&str>) -> Given<'_> {
    codes::given(ReasonVerb::RejectApplication, words)
}

struct Decided<'a> {
    id: ApplicationId,
    from: ApplicationStatus,
    decision: &'a SeedDecision,
}

fn decisions_of(
    id: ApplicationId,
    application: &SeedApplication,
) -> impl Iterator<Item = Decided<'_>> {
    application
        .history
        .iter()
        .scan(ApplicationStatus::Pending, move |status, decision| {
            let from = std::mem::replace(status, decision.action.target());
            Some(Decided { id, from, decision })
        })
}

/// A call of an operator that left audit rows.
struct SeedCall {
    at: DateTime<Utc>,
    /// Who called, as an index into the accounts.
    by: usize,
    entries: Vec<Entry>,
}

/// The calls that made these decisions.
fn calls_of(mut decisions: Vec<Decided<'_>>) -> Vec<SeedCall> {
    decisions.sort_by_key(|decided| (decided.decision.at, decided.decision.by, decided.id));
    let same_call = |left: &Decided<'_>, right: &Decided<'_>| {
        left.decision.bulk.is_some()
            && left.decision.bulk == right.decision.bulk
            && (left.decision.at, left.decision.by) == (right.decision.at, right.decision.by)
    };
    let call = |call: &[Decided<'_>]| {
        let first = call.first()?;
        let changes: Vec<_> = call
            .iter()
            .map(|decided| (decided.id, decided.from))
            .collect();
        let entries = applications::entries(first.decision.action, &changes, call.len());
        let reason = reason_of(first.decision.reason.as_deref());
        Some(SeedCall {
            at: first.decision.at,
            by: first.decision.by,
            entries: reasons::noted(entries, reason),
        })
    };
    decisions.chunk_by(same_call).filter_map(call).collect()
}

/// Writes the audit rows that the calls would have left, in the order they were made.
async fn record(
    tx: &DatabaseTransaction,
    mut calls: Vec<SeedCall>,
    actors: &[Actor],
) -> Result<()> {
    calls.sort_by_key(|call| (call.at, call.by));
    for (number, call) in calls.iter().enumerate() {
        let actor = actors
            .get(call.by)
            .context("a seeded decision has no actor")?;
        let id = format!("seed-{number}");
        chain::append(tx, PLATFORM, actor, &call.entries, &id, call.at).await?;
    }
    Ok(())
}
