//! The target of an act: where it stands, read first and then under its lock, and the guards that every
//! act on an account shares.
//!
//! Two runs of the rule: one that only reads, so that a call that cannot succeed uses no one-time code
//! up, and one on what was locked, which decides. Where no code was sent the second one is enough, unless the target
//! is staff. Rows are locked in the order of their ids.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use quarterdeck_api::ids::UserId;
use quarterdeck_api::operation::Operation;
use quarterdeck_api::problem::Code;
use quarterdeck_api::role::Role;
use quarterdeck_api::users::UserStatus;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, QueryResult, Value};

use super::rules::{Account, Attempt, Ban, Decision, Objection, Verdict, Why};
use super::standing::Standing;
use super::store;
use crate::db::{Dialect, dialect, sql};
use crate::gate::target::{Target, require_super_admin};
use crate::gate::{Call, Refusal, WriteTx};

/// A transaction that holds its target, and what the rule made of it.
pub struct Act<'a> {
    /// What can write.
    pub tx: WriteTx<'a>,
    /// The target as it was locked.
    pub account: Account,
    /// What becomes of it.
    pub verdict: Verdict,
}

/// Opens an act that takes a code where its target is staff (C-11).
///
/// # Errors
/// 404 where there is no such user; what [`refusal`] makes of the rule's objection; the gate's refusals.
pub async fn begin<O: Operation>(
    call: &Call<O>,
    id: UserId,
    expected_version: Option<i64>,
    rule: impl Fn(Attempt, &Account, DateTime<Utc>) -> Result<Verdict, Objection>,
) -> Result<Act<'_>, Refusal> {
    if call.request.otp.is_none() {
        match on_plain(call, id, expected_version, &rule).await {
            Ok(Some(act)) => return Ok(act),
            Ok(None) => {}
            // Somebody holds it for long: what can be told by reading is told all the same.
            Err(busy) if busy.code == Code::Unavailable => {
                preflight(call, id, expected_version, &rule).await?;
                return Err(busy);
            }
            Err(refusal) => return Err(refusal),
        }
    }
    let (attempt, seen) = preflight(call, id, expected_version, &rule).await?;
    let tx = call.begin_on(staffing(&seen)).await?;
    let account = hold(tx.connection(), id, tx.now()).await?;
    let tx = tx.locked(staffing(&account))?;
    decided(tx, account, attempt, &rule)
}

/// Without a run that only reads: where no code was sent none is used up. None where the target may be staff, which
/// is not locked before it is its turn, or is not there.
async fn on_plain<'a, O: Operation>(
    call: &'a Call<O>,
    id: UserId,
    expected_version: Option<i64>,
    rule: &impl Fn(Attempt, &Account, DateTime<Utc>) -> Result<Verdict, Objection>,
) -> Result<Option<Act<'a>>, Refusal> {
    let attempt = attempt(call, expected_version)?;
    let tx = call.begin_on(Target::Plain).await?;
    let Some(account) = lock_plain(tx.connection(), id, tx.now()).await? else {
        return Ok(None);
    };
    let tx = tx.locked(staffing(&account))?;
    decided(tx, account, attempt, rule).map(Some)
}

/// Opens an act that takes a code whoever its target is.
///
/// # Errors
/// Those of `begin`.
pub async fn begin_on_staff<O: Operation>(
    call: &Call<O>,
    id: UserId,
    expected_version: Option<i64>,
    rule: impl Fn(Attempt, &Account, DateTime<Utc>) -> Result<Verdict, Objection>,
) -> Result<Act<'_>, Refusal> {
    let (attempt, _) = preflight(call, id, expected_version, &rule).await?;
    let tx = call.begin().await?;
    let account = hold(tx.connection(), id, tx.now).await?;
    decided(tx, account, attempt, &rule)
}

/// The run that decides, on what was locked.
fn decided<'a>(
    tx: WriteTx<'a>,
    account: Account,
    attempt: Attempt,
    rule: &impl Fn(Attempt, &Account, DateTime<Utc>) -> Result<Verdict, Objection>,
) -> Result<Act<'a>, Refusal> {
    let verdict = judge(&account, rule(attempt, &account, tx.now))?;
    Ok(Act {
        tx,
        account,
        verdict,
    })
}

/// The run that only reads. Who may not change staff learns nothing else of the target.
async fn preflight<O: Operation>(
    call: &Call<O>,
    id: UserId,
    expected_version: Option<i64>,
    rule: &impl Fn(Attempt, &Account, DateTime<Utc>) -> Result<Verdict, Objection>,
) -> Result<(Attempt, Account), Refusal> {
    let caller = call.caller()?;
    let now = call.services.clock.now();
    let seen = one(read(call.services.database.reads(), &[id], now).await?, id)?;
    if seen.is_staff() {
        require_super_admin(caller)?;
    }
    let attempt = attempt(call, expected_version)?;
    judge(&seen, rule(attempt, &seen, now))?;
    Ok((attempt, seen))
}

fn attempt<O: Operation>(
    call: &Call<O>,
    expected_version: Option<i64>,
) -> Result<Attempt, Refusal> {
    Ok(Attempt {
        actor: UserId(call.caller()?.user_id),
        expected_version,
    })
}

/// Whether a code is asked for a target.
pub fn staffing(target: &Account) -> Target {
    if target.is_staff() {
        Target::Staff
    } else {
        Target::Plain
    }
}

fn judge(target: &Account, outcome: Result<Verdict, Objection>) -> Result<Verdict, Refusal> {
    outcome.map_err(|objection| refusal(target, objection))
}

/// What the caller is told of an objection.
pub fn refusal(target: &Account, objection: Objection) -> Refusal {
    let id = target.id;
    let (code, detail) = match objection {
        Objection::LastAdmin => (
            Code::LastAdmin,
            format!("{id} is the last active super-admin; make somebody else one first"),
        ),
        Objection::CannotTargetSelf => (
            Code::CannotTargetSelf,
            "this is your own account; another super-admin has to do it".to_owned(),
        ),
        Objection::StaleVersion => (
            Code::StaleVersion,
            format!("{id} changed since you read it; look at it again and decide anew"),
        ),
        Objection::Gone => (
            Code::StaleVersion,
            format!(
                "{id} is {}; nothing can be done to it any more",
                target.status
            ),
        ),
    };
    let conflict = (code == Code::StaleVersion).then(|| target.conflict());
    Refusal {
        conflict,
        ..Refusal::with_detail(code, detail)
    }
}

/// There is no such user.
pub fn not_found(id: UserId) -> Refusal {
    Refusal::with_detail(Code::NotFound, format!("there is no user {id}"))
}

fn one(mut found: Vec<Account>, id: UserId) -> Result<Account, Refusal> {
    found.pop().ok_or_else(|| not_found(id))
}

/// Reads an account and keeps it from changing until the transaction ends.
///
/// # Errors
/// 404 where there is no such user; the database's.
pub async fn hold(
    tx: &DatabaseTransaction,
    id: UserId,
    now: DateTime<Utc>,
) -> Result<Account, Refusal> {
    one(lock(tx, &[id], now).await?, id)
}

/// Reads an account and keeps it from changing, if it has no flag and no staff role.
async fn lock_plain(
    tx: &DatabaseTransaction,
    id: UserId,
    now: DateTime<Utc>,
) -> Result<Option<Account>, DbErr> {
    let plain = format!(
        " AND NOT is_platform_admin AND NOT EXISTS \
         (SELECT 1 FROM user_roles r WHERE r.user_id = users.id AND r.role IN ({}))",
        store::staff_names()
    );
    let mut found = lock_those(tx, &[id], &plain, now).await?;
    Ok(found.pop())
}

/// Reads accounts, by ascending id, and keeps them from changing until the transaction ends.
pub async fn lock(
    tx: &DatabaseTransaction,
    ids: &[UserId],
    now: DateTime<Utc>,
) -> Result<Vec<Account>, DbErr> {
    lock_those(tx, ids, "", now).await
}

/// PostgreSQL reads and locks with one statement. One that waited for a lock has still read what was there before:
/// that shows in the version, which every change of a standing, a role or a right raises, and is read again.
async fn lock_those(
    tx: &DatabaseTransaction,
    ids: &[UserId],
    only: &str,
    now: DateTime<Utc>,
) -> Result<Vec<Account>, DbErr> {
    let text = match Dialect::of(tx) {
        Dialect::Sqlite => return read_those(tx, ids, only, now).await,
        Dialect::Postgres => format!(
            "WITH held AS MATERIALIZED (SELECT id, version FROM users WHERE id IN ({}){only} ORDER BY id{}) \
             SELECT held.version AS held_version, {} FROM users JOIN held ON held.id = users.id ORDER BY users.id",
            dialect::placeholders(1, ids.len()),
            Dialect::Postgres.for_own_update(),
            columns(Dialect::Postgres)
        ),
    };
    let rows = tx.query_all_raw(sql(tx, &text, values(ids))).await?;
    for row in &rows {
        let held: i64 = row.try_get("", "held_version")?;
        if held != row.try_get::<i64>("", "version")? {
            return read(tx, ids, now).await;
        }
    }
    accounts(tx, &rows, now).await
}

/// Reads accounts, by ascending id.
pub async fn read(
    connection: &impl ConnectionTrait,
    ids: &[UserId],
    now: DateTime<Utc>,
) -> Result<Vec<Account>, DbErr> {
    read_those(connection, ids, "", now).await
}

async fn read_those(
    connection: &impl ConnectionTrait,
    ids: &[UserId],
    only: &str,
    now: DateTime<Utc>,
) -> Result<Vec<Account>, DbErr> {
    let text = format!(
        "SELECT {} FROM users WHERE id IN ({}){only} ORDER BY id",
        columns(Dialect::of(connection)),
        dialect::placeholders(1, ids.len())
    );
    let rows = connection
        .query_all_raw(sql(connection, &text, values(ids)))
        .await?;
    accounts(connection, &rows, now).await
}

fn columns(dialect: Dialect) -> String {
    format!(
        "users.id, is_platform_admin, is_banned, ban_reason, ban_reason_code, banned_at, banned_by, \
         ban_expires_at, suspended_at, suspended_by, suspend_reason, suspend_reason_code, deleted_at, deleted_by, \
         anonymized_at, users.version, \
         (SELECT count(*) FROM user_permissions p WHERE p.user_id = users.id) AS permissions, \
         (SELECT {} FROM user_roles r WHERE r.user_id = users.id) AS roles",
        dialect.joined("r.role")
    )
}

async fn accounts(
    connection: &impl ConnectionTrait,
    rows: &[QueryResult],
    now: DateTime<Utc>,
) -> Result<Vec<Account>, DbErr> {
    let mut found = rows
        .iter()
        .map(|row| Row::new(row, now))
        .collect::<Result<Vec<_>, _>>()?;
    let deciders = found.iter().filter_map(|row| row.decided_by);
    let emails = store::emails(connection, &deciders.collect()).await?;
    let is_super_admin = |row: &Row| row.account.roles.contains(&Role::SuperAdmin);
    let admins = if found.iter().any(is_super_admin) {
        active_super_admins(connection, now).await?
    } else {
        HashSet::new()
    };
    for row in &mut found {
        let account = &mut row.account;
        account.is_last_super_admin = admins.len() == 1 && admins.contains(&account.id.0);
        if let Some(decision) = &mut account.decision {
            decision.by = row.decided_by.and_then(|id| emails.get(&id).cloned());
        }
    }
    Ok(found.into_iter().map(|row| row.account).collect())
}

fn values(ids: &[UserId]) -> impl Iterator<Item = Value> {
    ids.iter().map(|id| Value::from(id.0))
}

struct Row {
    account: Account,
    decided_by: Option<i64>,
}

impl Row {
    /// Last admin and the decider's e-mail come after.
    fn new(row: &QueryResult, now: DateTime<Utc>) -> Result<Self, DbErr> {
        let time = |name: &str| row.try_get::<Option<DateTime<Utc>>>("", name);
        let standing = Standing {
            is_banned: row.try_get("", "is_banned")?,
            ban_expires_at: time("ban_expires_at")?,
            suspended_at: time("suspended_at")?,
            deleted_at: time("deleted_at")?,
            anonymized_at: time("anonymized_at")?,
        };
        let status = standing.status(now);
        let (decided_at, decided_by) = match status {
            UserStatus::Anonymized => (standing.anonymized_at, None),
            UserStatus::Deleted => (standing.deleted_at, row.try_get("", "deleted_by")?),
            UserStatus::Banned => (time("banned_at")?, row.try_get("", "banned_by")?),
            UserStatus::Suspended => (standing.suspended_at, row.try_get("", "suspended_by")?),
            UserStatus::Active => (None, None),
        };
        let permissions: i64 = row.try_get("", "permissions")?;
        let roles: Option<String> = row.try_get("", "roles")?;
        let account = Account {
            id: UserId(row.try_get("", "id")?),
            status,
            ban: if standing.is_banned(now) {
                Some(Ban {
                    reason: why(row, "ban_reason")?,
                    expires_at: standing.ban_expires_at,
                })
            } else {
                None
            },
            has_due_ban: standing.is_banned && !standing.is_banned(now),
            suspension: if standing.suspended_at.is_some() {
                Some(why(row, "suspend_reason")?)
            } else {
                None
            },
            roles: dialect::split_known(roles.as_deref()),
            is_platform_admin: row.try_get("", "is_platform_admin")?,
            permissions: usize::try_from(permissions).unwrap_or_default(),
            is_last_super_admin: false,
            decision: decided_at.map(|at| Decision { by: None, at }),
            version: row.try_get("", "version")?,
        };
        Ok(Self {
            account,
            decided_by,
        })
    }
}

fn why(row: &QueryResult, column: &str) -> Result<Why, DbErr> {
    let text: Option<String> = row.try_get("", column)?;
    Ok(Why {
        text: text.unwrap_or_default(),
        code: row.try_get("", &format!("{column}_code"))?,
    })
}

/// Super-admins who are neither deleted nor anonymized, banned or suspended (C-06). Whoever lowers their
/// number has the turn of those who change staff, so that what is counted stays so.
pub async fn active_super_admins(
    connection: &impl ConnectionTrait,
    now: DateTime<Utc>,
) -> Result<HashSet<i64>, DbErr> {
    let text = "SELECT u.id FROM user_roles r JOIN users u ON u.id = r.user_id \
        WHERE r.role = $1 AND u.deleted_at IS NULL AND u.anonymized_at IS NULL AND u.suspended_at IS NULL \
        AND NOT (u.is_banned AND (u.ban_expires_at IS NULL OR u.ban_expires_at > $2))";
    let values: [Value; 2] = [Role::SuperAdmin.as_str().into(), now.into()];
    let rows = connection
        .query_all_raw(sql(connection, text, values))
        .await?;
    rows.iter().map(|row| row.try_get("", "id")).collect()
}
