//! Opening a session and rotating its tokens. Only hashes are stored.

use chrono::{DateTime, TimeDelta, Utc};
use quarterdeck_api::problem::Code;
use quarterdeck_api::sessions::{Secret, SessionTokens, SignInWay};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, Value};

use super::store;
use crate::db::clock::is_from_ahead;
use crate::db::ids::{Token, token_hash};
use crate::db::{Dialect, sql};
use crate::gate::caller::account_is_active;
use crate::gate::{Refusal, RequestContext, Services};

/// Whether a session has passed its second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Factor {
    /// It has.
    Passed,
    /// The account has none yet: the session can only enroll one.
    Missing,
}

/// A session to be.
#[derive(Clone, Copy, Debug)]
pub struct NewSession {
    /// Whose.
    pub user_id: i64,
    /// Whether it is past the second factor.
    pub factor: Factor,
    /// By what it is opened.
    pub by: SignInWay,
}

/// A credential that somebody else gave out, and that opens a session as its access token.
#[derive(Clone, Debug)]
pub struct Given {
    /// What is stored of it.
    pub hash: Vec<u8>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

struct Fresh {
    access: Token,
    refresh: Token,
    socket: Token,
    access_expires_at: DateTime<Utc>,
}

impl Fresh {
    fn new(services: &Services, now: DateTime<Utc>) -> Self {
        Self {
            access: services.ids.token(),
            refresh: services.ids.token(),
            socket: services.ids.token(),
            access_expires_at: now
                + TimeDelta::minutes(services.config.sessions.access_minutes.into()),
        }
    }

    fn into_tokens(self, refresh_expires_at: DateTime<Utc>) -> SessionTokens {
        SessionTokens {
            access_token: Secret::new(self.access.text),
            access_expires_at: self.access_expires_at.min(refresh_expires_at),
            refresh_token: Secret::new(self.refresh.text),
            refresh_expires_at,
            socket_token: Secret::new(self.socket.text),
        }
    }
}

/// Opens a session for a request.
pub async fn open(
    services: &Services,
    tx: &DatabaseTransaction,
    request: &RequestContext,
    new: NewSession,
    now: DateTime<Utc>,
) -> Result<SessionTokens, DbErr> {
    open_from(services, tx, &Origin::of(request), new, now).await
}

/// Where a session was opened from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Address.
    pub ip_address: String,
    /// What the client says it is.
    pub user_agent: String,
}

impl Origin {
    fn of(request: &RequestContext) -> Self {
        Self {
            ip_address: request.ip_address.to_string(),
            user_agent: request.user_agent.clone(),
        }
    }
}

/// Opens a session that no request asked for: the demo's.
pub async fn open_from(
    services: &Services,
    tx: &DatabaseTransaction,
    origin: &Origin,
    new: NewSession,
    now: DateTime<Utc>,
) -> Result<SessionTokens, DbErr> {
    let fresh = Fresh::new(services, now);
    let expires_at = longest(services, now);
    let session_id = insert(tx, &fresh, origin, new, (now, expires_at)).await?;
    insert_refresh(tx, &fresh.refresh.hash, session_id, now).await?;
    Ok(fresh.into_tokens(expires_at))
}

/// Opens a session whose access token is a credential of somebody else's. It ends with it, and is not renewed.
pub async fn open_for(
    services: &Services,
    tx: &DatabaseTransaction,
    request: &RequestContext,
    new: NewSession,
    given: Given,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let expires_at = given.expires_at.min(longest(services, now));
    let mut fresh = Fresh::new(services, now);
    fresh.access.hash = given.hash;
    fresh.access_expires_at = expires_at;
    let origin = Origin::of(request);
    insert(tx, &fresh, &origin, new, (now, expires_at)).await?;
    Ok(())
}

fn longest(services: &Services, now: DateTime<Utc>) -> DateTime<Utc> {
    now + TimeDelta::hours(services.config.sessions.refresh_hours.into())
}

/// Writes a session from one time to another, and tells its key.
async fn insert(
    tx: &DatabaseTransaction,
    fresh: &Fresh,
    origin: &Origin,
    new: NewSession,
    (now, expires_at): (DateTime<Utc>, DateTime<Utc>),
) -> Result<i64, DbErr> {
    let text = "INSERT INTO sessions (user_id, access_hash, socket_hash, mfa_passed, opened_by, ip_address, \
        user_agent, created_at, access_issued_at, access_expires_at, expires_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $10) RETURNING id";
    let values: [Value; 10] = [
        new.user_id.into(),
        fresh.access.hash.clone().into(),
        fresh.socket.hash.clone().into(),
        (new.factor == Factor::Passed).into(),
        new.by.as_str().into(),
        origin.ip_address.clone().into(),
        origin.user_agent.clone().into(),
        now.into(),
        fresh.access_expires_at.into(),
        expires_at.into(),
    ];
    let row = tx.query_one_raw(sql(tx, text, values)).await?;
    let session_id = row.ok_or(DbErr::RecordNotInserted)?.try_get("", "id")?;
    let text = "UPDATE users SET last_login_at = $2 WHERE id = $1";
    tx.execute_raw(sql(tx, text, [new.user_id.into(), now.into()]))
        .await?;
    Ok(session_id)
}

async fn insert_refresh(
    tx: &DatabaseTransaction,
    hash: &[u8],
    session_id: i64,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let text = "INSERT INTO refresh_tokens (hash, session_id, created_at) VALUES ($1, $2, $3)";
    let values: [Value; 3] = [hash.to_vec().into(), session_id.into(), now.into()];
    tx.execute_raw(sql(tx, text, values)).await?;
    Ok(())
}

struct Presented {
    session_id: i64,
    access_hash: Vec<u8>,
    opened_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    is_used: bool,
    is_revoked: bool,
    is_active: bool,
}

/// Gives a new pair for a refresh token. One that was used already means that it was stolen, or its
/// answer lost: either way the session ends.
pub async fn rotate(services: &Services, token: &Secret) -> Result<SessionTokens, Refusal> {
    let tx = services.system_write("refresh").await?;
    let now = tx.now;
    let hash = token_hash(token.expose());
    let presented = lock_presented(tx.connection(), &hash, now)
        .await?
        .ok_or_else(|| {
            Refusal::with_detail(
                Code::TokenInvalid,
                "the refresh token is not valid; sign in again",
            )
        })?;
    if presented.is_used {
        store::revoke_session(tx.connection(), presented.session_id, "refresh_reused", now).await?;
        tx.commit().await?;
        return Err(revoked());
    }
    if presented.is_revoked || !presented.is_active {
        return Err(revoked());
    }
    let is_from_ahead = is_from_ahead(presented.opened_at, presented.expires_at, now);
    if presented.expires_at <= now || is_from_ahead {
        return Err(Refusal::with_detail(
            Code::TokenExpired,
            "the session has ended; sign in again",
        ));
    }
    let fresh = Fresh::new(services, now);
    replace(tx.connection(), &presented, &hash, &fresh, now).await?;
    tx.commit().await?;
    Ok(fresh.into_tokens(presented.expires_at))
}

fn revoked() -> Refusal {
    Refusal::with_detail(
        Code::SessionRevoked,
        "the session was revoked; sign in again",
    )
}

/// Locks account, session and token in this order, which is that of whoever ends an account's sessions.
async fn lock_presented(
    tx: &DatabaseTransaction,
    hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<Presented>, DbErr> {
    let text = format!(
        "SELECT s.id, s.access_hash, s.created_at, s.expires_at, s.revoked_at, r.used_at, \
         u.is_banned, u.ban_expires_at, u.suspended_at, u.deleted_at \
         FROM users u JOIN sessions s ON s.user_id = u.id JOIN refresh_tokens r ON r.session_id = s.id \
         WHERE r.hash = $1{}",
        Dialect::of(tx).for_own_update()
    );
    let Some(row) = tx
        .query_one_raw(sql(tx, &text, [hash.to_vec().into()]))
        .await?
    else {
        return Ok(None);
    };
    let time = |name: &str| row.try_get::<Option<DateTime<Utc>>>("", name);
    Ok(Some(Presented {
        session_id: row.try_get("", "id")?,
        access_hash: row.try_get("", "access_hash")?,
        opened_at: row.try_get("", "created_at")?,
        expires_at: row.try_get("", "expires_at")?,
        is_used: time("used_at")?.is_some(),
        is_revoked: time("revoked_at")?.is_some(),
        is_active: account_is_active(&row, now)?,
    }))
}

async fn replace(
    tx: &DatabaseTransaction,
    presented: &Presented,
    used: &[u8],
    fresh: &Fresh,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let session = presented.session_id;
    let text = "UPDATE refresh_tokens SET used_at = $2 WHERE hash = $1";
    tx.execute_raw(sql(tx, text, [used.to_vec().into(), now.into()]))
        .await?;
    insert_refresh(tx, &fresh.refresh.hash, session, now).await?;
    let text = "INSERT INTO old_access_tokens (hash, session_id) VALUES ($1, $2)";
    tx.execute_raw(sql(
        tx,
        text,
        [presented.access_hash.clone().into(), session.into()],
    ))
    .await?;
    let text = "UPDATE sessions SET access_hash = $2, socket_hash = $3, access_issued_at = $4, \
        access_expires_at = $5 WHERE id = $1";
    let values: [Value; 5] = [
        session.into(),
        fresh.access.hash.clone().into(),
        fresh.socket.hash.clone().into(),
        now.into(),
        fresh.access_expires_at.min(presented.expires_at).into(),
    ];
    tx.execute_raw(sql(tx, text, values)).await?;
    Ok(())
}
