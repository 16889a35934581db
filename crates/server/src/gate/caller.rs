//! Who calls: read from the database at every call, never from the token (S000-12).

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use quarterdeck_api::permission::Permission;
use quarterdeck_api::problem::Code;
use quarterdeck_api::role::Role;
use quarterdeck_api::sessions::SignInWay;
use quarterdeck_api::wire_enum::UnknownValue;
use sea_orm::{ConnectionTrait, DbErr, QueryResult};

use super::{Check, Checks, Refusal};
use crate::chain::Actor;
use crate::db::clock::is_from_ahead;
use crate::db::dialect::split_known;
use crate::db::ids::token_hash;
use crate::db::{Dialect, sql};

/// A signed-in person.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The session.
    pub session_id: i64,
    /// The account.
    pub user_id: i64,
    /// Its e-mail.
    pub email: String,
    /// Its roles.
    pub roles: Vec<Role>,
    /// Its explicit permissions.
    pub permissions: HashSet<Permission>,
    /// Whether it may enter the admin surface.
    pub is_platform_admin: bool,
    /// Whether a second factor is enrolled.
    pub mfa_enrolled: bool,
    /// Whether this session has passed it.
    pub mfa_passed: bool,
    /// By what this session was opened.
    pub opened_by: SignInWay,
    /// Grows whenever the account's rights change.
    pub epoch: i64,
    /// When the access token was given out.
    pub issued_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

impl Caller {
    /// Whether the caller is a super-admin.
    pub fn is_super_admin(&self) -> bool {
        self.roles.contains(&Role::SuperAdmin)
    }

    /// Whether the caller may do what asks this permission.
    pub fn may(&self, permission: Permission) -> bool {
        self.is_super_admin() || self.permissions.contains(&permission)
    }

    /// Whether the caller may do what asks any of these permissions.
    pub fn may_any(&self, permissions: &[Permission]) -> bool {
        permissions.iter().any(|permission| self.may(*permission))
    }

    /// The caller as the audit log names them.
    pub fn actor(&self) -> Actor {
        Actor::human(self.user_id, self.email.clone())
    }
}

/// One statement, since every request begins with it.
fn select(dialect: Dialect, which: &str) -> String {
    format!(
        "SELECT s.id AS session_id, s.mfa_passed, s.opened_by, s.access_issued_at, s.access_expires_at, s.expires_at, s.revoked_at, \
         u.id AS user_id, u.email, u.is_platform_admin, u.mfa_enrolled_at, u.epoch, \
         u.is_banned, u.ban_expires_at, u.suspended_at, u.deleted_at, \
         (SELECT {roles} FROM user_roles r WHERE r.user_id = u.id) AS roles, \
         (SELECT {permissions} FROM user_permissions p WHERE p.user_id = u.id) AS permissions \
         FROM sessions s JOIN users u ON u.id = s.user_id WHERE {which}",
        roles = dialect.joined("r.role"),
        permissions = dialect.joined("p.permission_key"),
    )
}

/// What a token of a session opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// Calls.
    Access,
    /// The realtime connection.
    Socket,
}

impl TokenKind {
    const fn condition(self) -> &'static str {
        match self {
            Self::Access => "s.access_hash = $1",
            Self::Socket => "s.socket_hash = $1",
        }
    }
}

/// Reads the caller of a token, or says why it is not good (S000-08).
pub async fn load(
    connection: &impl ConnectionTrait,
    checks: Checks,
    kind: TokenKind,
    token: &str,
    now: DateTime<Utc>,
) -> Result<Option<Caller>, Refusal> {
    let hash = token_hash(token);
    let text = select(Dialect::of(connection), kind.condition());
    let Some(row) = connection
        .query_one_raw(sql(connection, &text, [hash.clone().into()]))
        .await?
    else {
        let refusal = unknown_token(connection, hash).await?;
        return checks.refuse(Check::Token, || refusal);
    };
    let revoked: Option<DateTime<Utc>> = row.try_get("", "revoked_at")?;
    let is_revoked = revoked.is_some() && checks.make(Check::Session);
    if is_revoked || (!account_is_active(&row, now)? && checks.make(Check::Account)) {
        return Err(Refusal::with_detail(
            Code::SessionRevoked,
            "the session was revoked; sign in again",
        ));
    }
    let expires_at: DateTime<Utc> = row.try_get("", "access_expires_at")?;
    let issued_at: DateTime<Utc> = row.try_get("", "access_issued_at")?;
    let is_over = expires_at <= now || is_from_ahead(issued_at, expires_at, now);
    if is_over && checks.make(Check::Expiry) {
        return Err(Refusal::with_detail(
            Code::TokenExpired,
            "the token has expired; refresh it or sign in again",
        ));
    }
    Ok(Some(caller(&row)?))
}

fn caller(row: &QueryResult) -> Result<Caller, DbErr> {
    let roles: Option<String> = row.try_get("", "roles")?;
    let permissions: Option<String> = row.try_get("", "permissions")?;
    Ok(Caller {
        session_id: row.try_get("", "session_id")?,
        user_id: row.try_get("", "user_id")?,
        email: row.try_get("", "email")?,
        roles: split_known(roles.as_deref()),
        permissions: split_known(permissions.as_deref()).into_iter().collect(),
        is_platform_admin: row.try_get("", "is_platform_admin")?,
        mfa_enrolled: row
            .try_get::<Option<DateTime<Utc>>>("", "mfa_enrolled_at")?
            .is_some(),
        mfa_passed: row.try_get("", "mfa_passed")?,
        opened_by: sign_in_way(row, "opened_by")?,
        epoch: row.try_get("", "epoch")?,
        issued_at: row.try_get("", "access_issued_at")?,
        expires_at: row.try_get("", "access_expires_at")?,
    })
}

/// By what somebody signed in, as a column has it.
pub fn sign_in_way(row: &QueryResult, column: &str) -> Result<SignInWay, DbErr> {
    let text: String = row.try_get("", column)?;
    text.parse()
        .map_err(|error: UnknownValue| DbErr::Type(error.to_string()))
}

/// How a session stands that was good once.
#[derive(Clone, Debug)]
pub enum Standing {
    /// It is still good, for whoever the account is now.
    Good(Box<Caller>),
    /// It was revoked or has ended, or its account is not in use.
    Over,
    /// Its account is banned.
    Banned,
}

/// How sessions stand, in one statement; those that are gone are left out.
pub async fn standings(
    connection: &impl ConnectionTrait,
    sessions: &[i64],
    now: DateTime<Utc>,
) -> Result<Vec<(i64, Standing)>, DbErr> {
    let dialect = Dialect::of(connection);
    let ids: Vec<_> = sessions.iter().map(i64::to_string).collect();
    let text = select(dialect, &dialect.among("s.id"));
    let statement = sql(connection, &text, [ids.join(",").into()]);
    let rows = connection.query_all_raw(statement).await?;
    rows.iter().map(|row| standing(row, now)).collect()
}

fn standing(row: &QueryResult, now: DateTime<Utc>) -> Result<(i64, Standing), DbErr> {
    let caller = caller(row)?;
    let session_id = caller.session_id;
    let revoked_at: Option<DateTime<Utc>> = row.try_get("", "revoked_at")?;
    let ends_at: DateTime<Utc> = row.try_get("", "expires_at")?;
    let standing = if ban_is_in_force(row, now)? {
        Standing::Banned
    } else if revoked_at.is_some() || ends_at <= now || !account_is_active(row, now)? {
        Standing::Over
    } else {
        Standing::Good(Box::new(caller))
    };
    Ok((session_id, standing))
}

/// A token that a refresh replaced has expired; any other unknown one was never good.
async fn unknown_token(
    connection: &impl ConnectionTrait,
    hash: Vec<u8>,
) -> Result<Refusal, Refusal> {
    let text = "SELECT s.revoked_at FROM old_access_tokens o JOIN sessions s ON s.id = o.session_id WHERE o.hash = $1";
    let Some(row) = connection
        .query_one_raw(sql(connection, text, [hash.into()]))
        .await?
    else {
        return Ok(Refusal::with_detail(
            Code::TokenInvalid,
            "the token is not valid; sign in again",
        ));
    };
    let revoked: Option<DateTime<Utc>> = row.try_get("", "revoked_at")?;
    Ok(Refusal::new(if revoked.is_some() {
        Code::SessionRevoked
    } else {
        Code::TokenExpired
    }))
}

/// Whether the account behind a row of `users` is in use; a ban whose time is up is none, even where no
/// job has ended it yet.
pub fn account_is_active(row: &QueryResult, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let is_banned = ban_is_in_force(row, now)?;
    let suspended_at: Option<DateTime<Utc>> = row.try_get("", "suspended_at")?;
    let deleted_at: Option<DateTime<Utc>> = row.try_get("", "deleted_at")?;
    Ok(!is_banned && suspended_at.is_none() && deleted_at.is_none())
}

/// Whether the ban in a row of `users` is in force.
pub fn ban_is_in_force(row: &QueryResult, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let is_banned: bool = row.try_get("", "is_banned")?;
    let expires_at: Option<DateTime<Utc>> = row.try_get("", "ban_expires_at")?;
    Ok(is_banned && expires_at.is_none_or(|end| end > now))
}
