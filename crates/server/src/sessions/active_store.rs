//! Queries of open sessions.

use chrono::{DateTime, Utc};
use quarterdeck_api::active_sessions::{SessionKind, SessionRow, SessionsQuery};
use quarterdeck_api::ids::{SessionId, UserId};
use quarterdeck_api::page::Page;
use quarterdeck_api::problem::FieldProblem;
use quarterdeck_api::role::Role;
use quarterdeck_api::text::Line;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, QueryResult, Value};

use crate::db::paging::{Asked, Paging};
use crate::db::{Dialect, dialect, sql};

/// Which sessions are open at `$1`.
const OPEN: &str = "s.revoked_at IS NULL AND s.expires_at > $1";

/// Which open sessions, newest first.
#[derive(Clone, Debug)]
pub struct Selection {
    user: Option<UserId>,
    paging: Paging<i64>,
    now: DateTime<Utc>,
}

impl Selection {
    /// Reads a query, naming the field that is wrong.
    pub fn of(query: &SessionsQuery, now: DateTime<Utc>) -> Result<Self, FieldProblem> {
        let asked = Asked {
            page: query.page,
            take: query.take,
            cursor: query.cursor.as_deref(),
            count: query.count,
            ..Asked::default()
        };
        Ok(Self {
            user: query.user_id,
            paging: Paging::of(asked, |text| text.parse().ok())?,
            now,
        })
    }
}

/// A page of sessions.
pub async fn page(
    connection: &impl ConnectionTrait,
    selection: &Selection,
    current: i64,
) -> Result<Page<SessionRow>, DbErr> {
    let paging = &selection.paging;
    let mut values: Vec<Value> = vec![selection.now.into()];
    let mut conditions = OPEN.to_owned();
    if let Some(user) = selection.user {
        values.push(user.0.into());
        conditions.push_str(" AND s.user_id = $2");
    }
    let matching = format!("SELECT 1 AS one FROM sessions s WHERE {conditions}");
    let matching = sql(connection, &matching, values.clone());
    let total = paging.total(connection, matching).await?;
    if let Some(after) = paging.after {
        values.push(after.into());
        conditions = format!("{conditions} AND s.id < ${}", values.len());
    }
    let text = format!(
        "SELECT s.id, s.user_id, u.email, s.mfa_passed, s.ip_address, s.user_agent, s.created_at, \
         s.access_issued_at, s.expires_at FROM sessions s JOIN users u ON u.id = s.user_id \
         WHERE {conditions} ORDER BY s.id DESC LIMIT {} OFFSET {}",
        paging.limit(),
        paging.skip
    );
    let rows = connection
        .query_all_raw(sql(connection, &text, values))
        .await?;
    let rows: Result<Vec<_>, _> = rows.iter().map(|row| session(row, current)).collect();
    let (data, next_cursor) = paging.finish(rows?, |last| last.id.0.to_string());
    Ok(Page {
        data,
        total: total.rows,
        total_exact: total.is_exact,
        next_cursor,
    })
}

fn session(row: &QueryResult, current: i64) -> Result<SessionRow, DbErr> {
    let line = |name: &str| row.try_get("", name).map(Line::verbatim);
    let id: i64 = row.try_get("", "id")?;
    let kind = if row.try_get("", "mfa_passed")? {
        SessionKind::Full
    } else {
        SessionKind::Enrolling
    };
    Ok(SessionRow {
        id: SessionId(id),
        user_id: UserId(row.try_get("", "user_id")?),
        user: line("email")?,
        kind: kind.into(),
        ip_address: line("ip_address")?,
        user_agent: line("user_agent")?,
        created_at: row.try_get("", "created_at")?,
        last_seen_at: row.try_get("", "access_issued_at")?,
        expires_at: row.try_get("", "expires_at")?,
        current: id == current,
    })
}

/// Whose session it is, where it is open.
pub async fn owner(
    connection: &impl ConnectionTrait,
    id: SessionId,
    now: DateTime<Utc>,
) -> Result<Option<UserId>, DbErr> {
    let text = format!("SELECT s.user_id FROM sessions s WHERE {OPEN} AND s.id = $2");
    let values: [Value; 2] = [now.into(), id.0.into()];
    let row = connection
        .query_one_raw(sql(connection, &text, values))
        .await?;
    row.map(|row| row.try_get("", "user_id").map(UserId))
        .transpose()
}

/// The roles of an account; none where there is no such account.
pub async fn roles(
    connection: &impl ConnectionTrait,
    id: UserId,
) -> Result<Option<Vec<Role>>, DbErr> {
    let text = format!(
        "SELECT (SELECT {} FROM user_roles r WHERE r.user_id = u.id) AS roles FROM users u WHERE u.id = $1",
        Dialect::of(connection).joined("r.role")
    );
    let row = connection
        .query_one_raw(sql(connection, &text, [id.0.into()]))
        .await?;
    let Some(row) = row else { return Ok(None) };
    let roles: Option<String> = row.try_get("", "roles")?;
    Ok(Some(dialect::split_known(roles.as_deref())))
}

/// Keeps an account from changing until the transaction ends; a sign-in waits too.
pub async fn lock_account(tx: &DatabaseTransaction, id: UserId) -> Result<(), DbErr> {
    let lock = Dialect::of(tx).for_own_update();
    let text = format!("SELECT id FROM users WHERE id = $1{lock}");
    tx.query_one_raw(sql(tx, &text, [id.0.into()])).await?;
    Ok(())
}

/// Ends a session that is open, and tells it.
pub async fn end_one(
    tx: &DatabaseTransaction,
    id: SessionId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<Vec<SessionId>, DbErr> {
    end(tx, "id = $3", [id.0.into()], reason, now).await
}

/// Ends all open sessions of an account but one, and tells them.
pub async fn end_all(
    tx: &DatabaseTransaction,
    user: UserId,
    but: i64,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<Vec<SessionId>, DbErr> {
    let values = [user.0.into(), but.into()];
    end(tx, "user_id = $3 AND id <> $4", values, reason, now).await
}

async fn end<const N: usize>(
    tx: &DatabaseTransaction,
    which: &str,
    values: [Value; N],
    reason: &str,
    now: DateTime<Utc>,
) -> Result<Vec<SessionId>, DbErr> {
    let text = format!(
        "UPDATE sessions SET revoked_at = $1, revoke_reason = $2 \
         WHERE revoked_at IS NULL AND expires_at > $1 AND {which} RETURNING id"
    );
    let mut all: Vec<Value> = vec![now.into(), reason.into()];
    all.extend(values);
    let rows = tx.query_all_raw(sql(tx, &text, all)).await?;
    let ids = rows.iter().map(|row| row.try_get("", "id").map(SessionId));
    let mut ids = ids.collect::<Result<Vec<_>, _>>()?;
    ids.sort_unstable();
    Ok(ids)
}
