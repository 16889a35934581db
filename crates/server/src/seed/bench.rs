//! The bench profile: as many rows as are asked for, made by the database itself.
//!
//! For measuring, not for looking at. The audit rows are linked as the server links them; everything else
//! is one statement a table.

mod fillings;

use anyhow::{Context, Result, bail, ensure};
use chrono::{DateTime, Utc};
use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::role::Role;
use sea_orm::{ConnectionTrait, DatabaseTransaction, Value};
use serde_json::json;

use super::profile::SeedAccount;
use super::{demo_password, insert_account};
use crate::chain::{self, Actor, Entry, PLATFORM, Record};
use crate::config::DemoAccounts;
use crate::db::clock::from_micros;
use crate::db::{Databases, Dialect, sql};
use crate::gate::Services;
use fillings::{Filling, SortIn};

pub use fillings::BenchSizes;

/// The first operator; a database that holds it is a bench database.
pub const OPERATOR_EMAIL: &str = "operator1@bench.quarterdeck.example";

const AUDIT_BATCH: u64 = 5_000;
/// The audit rows are spread over this long before the moment that the data is made for.
const AUDIT_SPAN_US: i64 = 365 * 24 * 3600 * 1_000_000;
/// What the rows tell of, and what it was done to.
const AUDITED: [(AuditCode, &str); 6] = [
    (AuditCode::ApplicationApproved, "application"),
    (AuditCode::UserBanned, "user"),
    (AuditCode::ApplicationRejected, "application"),
    (AuditCode::ReportResolved, "report"),
    (AuditCode::UserUnbanned, "user"),
    (AuditCode::ReportDismissed, "report"),
];

/// The e-mail of an operator, counted from 1.
pub fn operator_email(number: u64) -> String {
    format!("operator{number}@bench.quarterdeck.example")
}

/// Fills a fresh database.
pub async fn bench(services: &Services, sizes: &BenchSizes, at: DateTime<Utc>) -> Result<()> {
    ensure!(
        sizes.operators == 0 || services.config.demo_accounts == DemoAccounts::Allowed,
        "the operators' password and second factor are public; give --allow-demo-accounts to make them \
         all the same"
    );
    ensure!(
        sizes.users > 0 || sizes.reports + sizes.data_requests + sizes.requests == 0,
        "reports, data requests and requests are about users: give --users too"
    );
    let tx = services.system_write("seed").await?;
    refuse_used(tx.connection()).await?;
    fillings::take_time(tx.connection()).await?;
    fillings::sort_in(tx.connection(), SortIn::Later).await?;
    let operators = operators(services, tx.connection(), sizes.operators, at).await?;
    for filling in fillings::fillings(services.database.dialect, sizes) {
        fill(tx.connection(), &filling, at).await?;
    }
    audit(tx.connection(), sizes.audit, &operators, at).await?;
    fillings::sort_in(tx.connection(), SortIn::SoonAgain).await?;
    tx.commit().await?;
    analyze(services.database.pools()).await
}

/// What is there already could not be told from what is made up.
async fn refuse_used(tx: &DatabaseTransaction) -> Result<()> {
    let text = "SELECT (SELECT count(*) FROM (SELECT 1 FROM users LIMIT 1) AS one) \
        + (SELECT count(*) FROM (SELECT 1 FROM applications LIMIT 1) AS one) \
        + (SELECT seq FROM audit_heads WHERE scope = $1) AS used";
    let row = tx.query_one_raw(sql(tx, text, [PLATFORM.into()])).await?;
    let used: i64 = row.context("the log has no head")?.try_get("", "used")?;
    if used > 0 {
        bail!("this database is not empty; the bench profile fills fresh ones only");
    }
    Ok(())
}

async fn operators(
    services: &Services,
    tx: &DatabaseTransaction,
    count: u64,
    at: DateTime<Utc>,
) -> Result<Vec<Actor>> {
    if count == 0 {
        return Ok(vec![Actor::SYSTEM]);
    }
    let password = demo_password(services).await?;
    let mut actors = Vec::new();
    for number in 1..=count {
        let account = SeedAccount {
            email: &operator_email(number),
            name: &format!("Operator {number}"),
            role: Role::Admin,
        };
        actors.push(insert_account(services, tx, &account, &password, at).await?);
    }
    Ok(actors)
}

async fn fill(tx: &DatabaseTransaction, filling: &Filling, at: DateTime<Utc>) -> Result<()> {
    if filling.rows == 0 {
        return Ok(());
    }
    let context = || format!("cannot fill {}", filling.table);
    let values: [Value; 2] = [at.timestamp().into(), i64::try_from(filling.rows)?.into()];
    let insert = sql(tx, &filling.insert(Dialect::of(tx)), values);
    tx.execute_raw(insert).await.with_context(context)?;
    for text in filling.after() {
        tx.execute_unprepared(text).await.with_context(context)?;
    }
    Ok(())
}

/// Appends rows as the server does, so that the chain is a true one.
async fn audit(
    tx: &DatabaseTransaction,
    count: u64,
    actors: &[Actor],
    at: DateTime<Utc>,
) -> Result<()> {
    let step_us = AUDIT_SPAN_US / i64::try_from(count.max(1))?;
    let first_us = at.timestamp_micros() - AUDIT_SPAN_US;
    let record = |number: u64| {
        let (code, target) = *pick(&AUDITED, number);
        // In runs whose length shares no factor with the codes, so that everybody leaves rows of every kind.
        let actor = pick(actors, number / 7);
        let age = i64::try_from(number).unwrap_or(i64::MAX);
        let entry = entry(code, target, number);
        Record::new(
            actor,
            &entry,
            &format!("bench-{number}"),
            from_micros(first_us + step_us * age),
        )
    };
    for first in (0..count).step_by(usize::try_from(AUDIT_BATCH)?) {
        let last = count.min(first + AUDIT_BATCH);
        chain::append_records(tx, PLATFORM, (first..last).map(record).collect()).await?;
    }
    Ok(())
}

fn pick<T>(choices: &[T], number: u64) -> &T {
    let count = choices.len() as u64;
    &choices[usize::try_from(number % count).unwrap_or_default()]
}

fn entry(code: AuditCode, target: &'static str, number: u64) -> Entry {
    let details = json!({ "from": "PENDING", "number": number });
    Entry::new(code, target, number % 1_000_003 + 1).details(details)
}

/// What a night of autovacuum leaves: statistics, and pages known to be visible to all. SQLite's plans are
/// those of a database that was never analyzed, as in service.
async fn analyze(pools: &Databases) -> Result<()> {
    match pools {
        Databases::Sqlite { .. } => Ok(()),
        Databases::Postgres { writes, .. } => {
            let mut connection = writes.acquire().await?.detach();
            sqlx::query("SET statement_timeout = 0")
                .execute(&mut connection)
                .await?;
            sqlx::query("VACUUM (ANALYZE)")
                .execute(&mut connection)
                .await?;
            Ok(())
        }
    }
}
