//! Users as the contract shows them: rows of lists, and one in full.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use quarterdeck_api::ids::UserId;
use quarterdeck_api::notes::{RiskLevel, UserNote};
use quarterdeck_api::permission::Permission;
use quarterdeck_api::role::Role;
use quarterdeck_api::text::Line;
use quarterdeck_api::users::{BlockedRow, RECENT_NOTES, UserRow, UserView};
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};

use super::standing::Standing;
use crate::db::dialect::split;
use crate::db::{Dialect, dialect, sql};
use crate::gate::Caller;
use crate::{data_requests, money, notes, reports, sessions};

/// What rows of lists need, from all tables at once.
fn columns(dialect: Dialect) -> String {
    format!(
        "u.id, u.email, u.display_name, u.username, u.twitch_username, u.is_banned, \
         u.ban_reason, u.ban_reason_code, u.banned_at, u.ban_expires_at, u.suspended_at, \
         u.suspend_reason, u.suspend_reason_code, u.deleted_at, u.anonymized_at, u.is_platform_admin, \
         (u.mfa_enrolled_at IS NOT NULL) AS has_mfa, \
         u.created_at, u.updated_at, u.last_login_at, u.version, p.country, p.verified_at, \
         (SELECT b.email FROM users b WHERE b.id = u.banned_by) AS banned_by, \
         (SELECT b.email FROM users b WHERE b.id = u.suspended_by) AS suspended_by, \
         (SELECT b.email FROM users b WHERE b.id = p.verified_by) AS verified_by, \
         (SELECT {roles} FROM user_roles r WHERE r.user_id = u.id) AS roles, \
         {reports} AS reports, {risk} AS risk",
        roles = dialect.joined("r.role"),
        reports = reports::count_of("u.id"),
        risk = notes::risk_of("u.id"),
    )
}

/// A user as lists need it.
struct Stored {
    id: i64,
    email: String,
    display_name: String,
    username: Option<String>,
    twitch_username: Option<String>,
    standing: Standing,
    ban_reason: Option<String>,
    ban_reason_code: Option<Line>,
    banned_at: Option<DateTime<Utc>>,
    banned_by: Option<Line>,
    suspended_by: Option<Line>,
    suspend_reason: Option<String>,
    suspend_reason_code: Option<Line>,
    is_platform_admin: bool,
    has_mfa: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    last_login_at: Option<DateTime<Utc>>,
    version: i64,
    country: Option<String>,
    verified_at: Option<DateTime<Utc>>,
    verified_by: Option<Line>,
    roles: Vec<Role>,
    reports: u64,
    risk: Option<RiskLevel>,
}

impl Stored {
    fn read(row: &QueryResult) -> Result<Self, DbErr> {
        let line = |name: &str| {
            let text: Option<String> = row.try_get("", name)?;
            Ok::<_, DbErr>(text.map(Line::verbatim))
        };
        let roles: Option<String> = row.try_get("", "roles")?;
        let reports: Option<i64> = row.try_get("", "reports")?;
        Ok(Self {
            id: row.try_get("", "id")?,
            email: row.try_get("", "email")?,
            display_name: row.try_get("", "display_name")?,
            username: row.try_get("", "username")?,
            twitch_username: row.try_get("", "twitch_username")?,
            standing: Standing {
                is_banned: row.try_get("", "is_banned")?,
                ban_expires_at: row.try_get("", "ban_expires_at")?,
                suspended_at: row.try_get("", "suspended_at")?,
                deleted_at: row.try_get("", "deleted_at")?,
                anonymized_at: row.try_get("", "anonymized_at")?,
            },
            ban_reason: row.try_get("", "ban_reason")?,
            ban_reason_code: line("ban_reason_code")?,
            banned_at: row.try_get("", "banned_at")?,
            banned_by: line("banned_by")?,
            suspended_by: line("suspended_by")?,
            suspend_reason: row.try_get("", "suspend_reason")?,
            suspend_reason_code: line("suspend_reason_code")?,
            is_platform_admin: row.try_get("", "is_platform_admin")?,
            has_mfa: row.try_get("", "has_mfa")?,
            created_at: row.try_get("", "created_at")?,
            updated_at: row.try_get("", "updated_at")?,
            last_login_at: row.try_get("", "last_login_at")?,
            version: row.try_get("", "version")?,
            country: row.try_get("", "country")?,
            verified_at: row.try_get("", "verified_at")?,
            verified_by: line("verified_by")?,
            roles: split(roles.as_deref())?,
            reports: u64::try_from(reports.unwrap_or_default()).unwrap_or_default(),
            risk: notes::risk_at(row.try_get("", "risk")?),
        })
    }

    fn row(&self, now: DateTime<Utc>) -> UserRow {
        let is_banned = self.standing.is_banned(now);
        UserRow {
            id: UserId(self.id),
            email: Line::verbatim(self.email.clone()),
            display_name: Line::verbatim(self.display_name.clone()),
            username: self.username.clone().map(Line::verbatim),
            status: self.standing.status(now).into(),
            is_banned,
            ban_reason: self.ban_reason.clone().map(Line::verbatim),
            ban_reason_code: self.ban_reason_code.clone(),
            banned_at: self.banned_at.filter(|_| is_banned),
            banned_by: self.banned_by.clone().filter(|_| is_banned),
            ban_expires_at: self.standing.ban_expires_at.filter(|_| is_banned),
            is_staff: self.roles.iter().any(|role| role.is_staff()),
            roles: self.roles.iter().copied().map(Into::into).collect(),
            verified_at: self.verified_at,
            report_count: self.reports,
            risk_level: self.risk.map(Into::into),
            created_at: self.created_at,
            last_login_at: self.last_login_at,
            updated_at: self.updated_at,
            version: self.version,
        }
    }
}

impl Stored {
    fn blocked_row(&self, now: DateTime<Utc>) -> BlockedRow {
        let (reason, code, since, by, expires_at) = if self.standing.is_banned(now) {
            let end = self.standing.ban_expires_at;
            let reason = (&self.ban_reason, &self.ban_reason_code);
            (reason.0, reason.1, self.banned_at, &self.banned_by, end)
        } else {
            let since = self.standing.suspended_at;
            let reason = (&self.suspend_reason, &self.suspend_reason_code);
            (reason.0, reason.1, since, &self.suspended_by, None)
        };
        BlockedRow {
            id: UserId(self.id),
            email: Line::verbatim(self.email.clone()),
            status: self.standing.status(now).into(),
            reason: reason.clone().map(Line::verbatim),
            reason_code: code.clone(),
            since,
            by: by.clone(),
            expires_at,
        }
    }
}

async fn stored(connection: &impl ConnectionTrait, ids: &[i64]) -> Result<Vec<Stored>, DbErr> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let text = format!(
        "SELECT {} FROM users u LEFT JOIN profiles p ON p.user_id = u.id WHERE u.id IN ({})",
        columns(Dialect::of(connection)),
        dialect::placeholders(1, ids.len())
    );
    let values = ids.iter().map(|id| Value::from(*id));
    let found = connection
        .query_all_raw(sql(connection, &text, values))
        .await?;
    let mut stored = found
        .iter()
        .map(Stored::read)
        .collect::<Result<Vec<_>, _>>()?;
    let place: HashMap<_, _> = ids.iter().zip(0_usize..).collect();
    stored.sort_by_key(|user| place.get(&user.id).copied().unwrap_or(usize::MAX));
    Ok(stored)
}

/// Users as lists show them, in the order of the ids, none of which comes twice; ids of nobody are
/// left out.
pub async fn rows(
    connection: &impl ConnectionTrait,
    ids: &[UserId],
    now: DateTime<Utc>,
) -> Result<Vec<UserRow>, DbErr> {
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    let stored = stored(connection, &ids).await?;
    Ok(stored.iter().map(|user| user.row(now)).collect())
}

/// Accounts that are shut out, in the order of the ids.
pub async fn blocked_rows(
    connection: &impl ConnectionTrait,
    ids: &[UserId],
    now: DateTime<Utc>,
) -> Result<Vec<BlockedRow>, DbErr> {
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    let stored = stored(connection, &ids).await?;
    Ok(stored.iter().map(|user| user.blocked_row(now)).collect())
}

/// Whether there is such a user.
pub async fn exists(connection: &impl ConnectionTrait, id: UserId) -> Result<bool, DbErr> {
    let text = "SELECT id FROM users WHERE id = $1";
    let row = connection
        .query_one_raw(sql(connection, text, [id.0.into()]))
        .await?;
    Ok(row.is_some())
}

/// To whom a user is shown.
#[derive(Clone, Copy, Debug)]
pub enum Shown<'a> {
    /// To an operator: with the newest notes, where they may read any.
    To(&'a Caller),
    /// Without notes: to whom they are none of their business, or where they stand beside it.
    WithoutNotes,
}

impl Shown<'_> {
    /// The account that is shown notes, if one is.
    fn reader_of_notes(self) -> Option<i64> {
        match self {
            Self::To(caller) => caller
                .may(Permission::UserNoteView)
                .then_some(caller.user_id),
            Self::WithoutNotes => None,
        }
    }
}

/// One user in full, in one round trip; inside a transaction, as it is there (S004-32).
pub async fn view(
    connection: &impl ConnectionTrait,
    id: UserId,
    now: DateTime<Utc>,
    shown: Shown<'_>,
) -> Result<Option<UserView>, DbErr> {
    let reader = shown.reader_of_notes();
    let text = select(Dialect::of(connection), reader);
    let values: [Value; 2] = [id.0.into(), now.into()];
    // One row for each note, and one where there is none.
    let rows = connection
        .query_all_raw(sql(connection, &text, values))
        .await?;
    let Some(first) = rows.first() else {
        return Ok(None);
    };
    let notes = reader.map(|reader| read_notes(&rows, reader)).transpose()?;
    let user = read_view(first, now)?;
    Ok(Some(UserView { notes, ..user }))
}

fn select(dialect: Dialect, reader_of_notes: Option<i64>) -> String {
    let (note, newest, order) = match reader_of_notes {
        Some(_) => (
            format!(", {}", notes::COLUMNS),
            notes::newest_of("$1", RECENT_NOTES),
            " ORDER BY n.id DESC",
        ),
        None => (String::new(), String::new(), ""),
    };
    format!(
        "SELECT {}, \
         (SELECT {permissions} FROM user_permissions h WHERE h.user_id = u.id) AS permissions, \
         {sessions} AS open_sessions, {requests} AS open_requests, {balance}{note} \
         FROM users u LEFT JOIN profiles p ON p.user_id = u.id LEFT JOIN wallets w ON w.user_id = u.id {newest} \
         WHERE u.id = $1{order}",
        columns(dialect),
        permissions = dialect.joined("h.permission_key"),
        sessions = sessions::open_count_of("u.id", "$2"),
        requests = data_requests::open_count_of("u.id"),
        balance = money::BALANCE,
    )
}

fn read_notes(rows: &[QueryResult], reader: i64) -> Result<Vec<UserNote>, DbErr> {
    let notes = rows.iter().map(|row| notes::joined(row, reader));
    notes.filter_map(Result::transpose).collect()
}

fn read_view(row: &QueryResult, now: DateTime<Utc>) -> Result<UserView, DbErr> {
    let user = Stored::read(row)?;
    let permissions: Option<String> = row.try_get("", "permissions")?;
    let permissions = split::<Permission>(permissions.as_deref())?;
    let count = |name: &str| {
        let rows: i64 = row.try_get("", name)?;
        Ok::<_, DbErr>(u64::try_from(rows).unwrap_or(0))
    };
    Ok(UserView {
        row: user.row(now),
        twitch_username: user.twitch_username.map(Line::verbatim),
        country: user.country.map(Line::verbatim),
        permissions: permissions.into_iter().map(Into::into).collect(),
        is_platform_admin: user.is_platform_admin,
        mfa_enabled: user.has_mfa,
        verified_by: user.verified_by,
        suspended_at: user.standing.suspended_at,
        suspended_by: user.suspended_by,
        suspend_reason: user.suspend_reason.map(Line::verbatim),
        suspend_reason_code: user.suspend_reason_code,
        deleted_at: user.standing.deleted_at,
        anonymized_at: user.standing.anonymized_at,
        active_sessions: count("open_sessions")?,
        open_data_requests: count("open_requests")?,
        balance: money::balance(row)?,
        notes: None,
        noop: false,
    })
}
