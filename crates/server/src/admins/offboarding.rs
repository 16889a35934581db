//! The end of somebody's work here: one act for what would be four (S001-26).

use chrono::{DateTime, Utc};
use quarterdeck_api::admins::{OffboardAdmin, OffboardReply};
use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::ids::UserId;
use quarterdeck_api::text::Line;
use quarterdeck_api::users::UserRow;
use quarterdeck_api::wire_enum::OpenEnum;
use sea_orm::ConnectionTrait;
use serde_json::json;

use super::rules;
use crate::chain::Entry;
use crate::gate::{Call, Committed, Refusal};
use crate::reasons::{Asked, Need};
use crate::sessions;
use crate::users::{self, Verdict};

/// What `sessions.revoke_reason` says of sessions that ended so.
const OFFBOARDED: &str = "offboarded";

/// Bans an admin without end and takes roles, permissions, sessions and recovery codes. Each change has its audit row, and
/// one more says what they were together.
pub async fn offboard(call: Call<OffboardAdmin>) -> Result<Committed<OffboardReply>, Refusal> {
    let body = &call.body;
    let asked = Asked {
        verb: None,
        code: ("reasonCode", None),
        words: ("reason", Some(body.reason.as_str())),
        need: Need::Mandatory,
    };
    let reason = asked.check(&call.services.reasons)?;
    let id = call.path;
    let act = users::begin_on_staff(&call, id, body.expected_version, |attempt, account, _| {
        rules::offboard(attempt, account)
    })
    .await?;
    let tx = act.tx;
    if act.verdict == Verdict::Noop {
        let reply = OffboardReply {
            user: row(tx.connection(), id, tx.now).await?,
            roles: Vec::new(),
            permissions: Vec::new(),
            sessions_revoked: 0,
            banned: false,
            noop: true,
        };
        return tx.noop(reply).await;
    }
    let mut entries = Vec::new();
    let sessions = users::end_sessions(tx.connection(), id, OFFBOARDED, tx.now).await?;
    let banned = !act.account.is_banned_for_good();
    if banned {
        entries.extend(users::ban_for_good(&tx, &act.account, reason).await?);
    }
    sessions::void_recovery_codes(tx.connection(), id.0).await?;
    let taken = users::take_staff_rights(tx.connection(), id, tx.now).await?;
    if act.account.holds_anything() {
        let details = json!({ "roles": taken.roles, "permissions": taken.permissions });
        entries.push(Entry::new(AuditCode::PlatformAdminRevoked, "user", id.0).details(details));
    }
    let details = json!({
        "roles": taken.roles.len(),
        "permissions": taken.permissions.len(),
        "sessions_revoked": sessions,
        "banned": banned,
    });
    entries.push(Entry::new(AuditCode::UserOffboarded, "user", id.0).details(details));
    let reply = OffboardReply {
        user: row(tx.connection(), id, tx.now).await?,
        roles: named(taken.roles),
        permissions: named(taken.permissions),
        sessions_revoked: sessions,
        banned,
        noop: false,
    };
    tx.commit(&entries, reply).await
}

async fn row(
    connection: &impl ConnectionTrait,
    id: UserId,
    now: DateTime<Utc>,
) -> Result<UserRow, Refusal> {
    let row = users::rows(connection, &[id], now).await?.pop();
    row.ok_or_else(|| users::not_found(id))
}

fn named<T: std::str::FromStr>(names: Vec<String>) -> Vec<OpenEnum<T>> {
    let lines = names.into_iter().map(Line::verbatim);
    lines.map(|line| OpenEnum::of(&line)).collect()
}
