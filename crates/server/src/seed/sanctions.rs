//! Whom the operators of the demo profile shut out, and who was let in again.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use chrono::{DateTime, TimeDelta, Utc};
use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::ids::UserId;
use quarterdeck_api::reasons::ReasonVerb;
use quarterdeck_api::users::{BanAction, UserStatus};
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use serde_json::json;

use super::profile::SeedOptions;
use super::{SeedCall, codes};
use crate::chain::{Actor, Entry};
use crate::db::sql;
use crate::reasons::{self, Given};
use crate::users::sanctions_store::{self as store, BanEvent, NewBan};
use crate::users::{TIME_UP, ban_entry};

/// Indices of the accounts of the profile.
const ANA: usize = 1;
const RITA: usize = 4;

/// What was done.
#[derive(Clone, Copy)]
enum Step {
    Ban(&'static str, Option<u32>),
    Unban(&'static str),
    TimeUp,
    Suspend(&'static str),
    Unsuspend,
}
use Step::{Ban, Suspend, TimeUp, Unban, Unsuspend};

/// To whom, as an index into the people, how many hours ago, by whom, and what. All of it is younger
/// than the accounts and than the verifications, which are in the log before it.
const STEPS: [(usize, i64, usize, Step); 15] = [
    (10, 470, RITA, Ban("Posts from a phishing kit", None)),
    (
        10,
        420,
        ANA,
        Unban("Appeal granted: the account had been taken over"),
    ),
    (16, 462, RITA, Ban("Spam in comments, first time", Some(24))),
    (16, 438, 0, TimeUp),
    (14, 360, RITA, Suspend("Payment disputed by the bank")),
    (14, 331, ANA, Unsuspend),
    (
        4,
        288,
        RITA,
        Ban("Sold the same ticket to five people", None),
    ),
    (8, 216, ANA, Ban("Insults on a live stream", Some(24))),
    (8, 192, 0, TimeUp),
    (18, 120, RITA, Suspend("Identity under review")),
    (18, 96, RITA, Ban("Идентификация подделана", None)),
    (12, 72, RITA, Suspend("出金の確認中")),
    (
        16,
        48,
        ANA,
        Ban("Spam again\u{202e}: https://evil.example \u{1b}[31m", None),
    ),
    (6, 30, ANA, Ban("Harassment; see the reports", Some(72))),
    (
        2,
        5,
        RITA,
        Suspend("Sign-ins from two countries within an hour"),
    ),
];

/// Shuts people out and lets them in, and tells the calls that did. The last of the actors is the system.
pub async fn sanctions(
    tx: &DatabaseTransaction,
    options: &SeedOptions,
    people: &[i64],
    actors: &[Actor],
) -> Result<Vec<SeedCall>> {
    let system = actors.len().checked_sub(1).context("nobody acts")?;
    let mut calls = Vec::new();
    let mut suspended = BTreeSet::new();
    for (person, hours_ago, by, step) in STEPS {
        let id = people.get(person).context("too few people")?;
        let by = if matches!(step, TimeUp) { system } else { by };
        let at = options.at - TimeDelta::hours(hours_ago);
        let actor = actors.get(by).context("nobody acts")?;
        let from = if suspended.contains(&person) {
            UserStatus::Suspended
        } else {
            UserStatus::Active
        };
        match step {
            Suspend(_) => {
                suspended.insert(person);
            }
            Unsuspend => {
                suspended.remove(&person);
            }
            Ban(..) | Unban(_) | TimeUp => {}
        }
        let entry = carry_out(tx, UserId(*id), actor.id, at, from, step).await?;
        let entries = vec![entry];
        calls.push(SeedCall { at, by, entries });
    }
    Ok(calls)
}

async fn carry_out(
    tx: &DatabaseTransaction,
    id: UserId,
    actor: Option<i64>,
    at: DateTime<Utc>,
    from: UserStatus,
    step: Step,
) -> Result<Entry> {
    let by = actor.unwrap_or_default();
    let event = |action, reason: Given<'static>, hours: Option<u32>| BanEvent {
        action,
        reason,
        actor,
        duration_hours: hours,
        expires_at: hours.map(|hours| at + TimeDelta::hours(hours.into())),
        request_id: "",
        at,
    };
    let (event, entry) = match step {
        Ban(words, hours) => {
            let reason = codes::given(ReasonVerb::Ban, Some(words));
            let event = event(BanAction::Ban, reason, hours);
            let expires_at = event.expires_at;
            let ban = NewBan {
                reason,
                expires_at,
                by,
                at,
            };
            store::ban(tx, &[id], &ban).await?;
            let entry = ban_entry(id, from, hours, expires_at, 0);
            (Some(event), reasons::note(entry, reason))
        }
        Unban(words) => {
            let reason = codes::given(ReasonVerb::Unban, Some(words));
            store::unban(tx, &[id], reason, at).await?;
            let entry = Entry::new(AuditCode::UserUnbanned, "user", id.0);
            let entry = reasons::note(entry, reason);
            (Some(event(BanAction::Unban, reason, None)), entry)
        }
        TimeUp => {
            store::end_due(tx, &[id], at).await?;
            let entry = Entry::new(AuditCode::UserUnbanned, "user", id.0);
            let reason = Given {
                text: Some(TIME_UP),
                code: None,
            };
            (Some(event(BanAction::AutoUnban, reason, None)), entry)
        }
        Suspend(words) => {
            let reason = codes::given(ReasonVerb::Suspend, Some(words));
            store::suspend(tx, id, reason, by, at).await?;
            let details = json!({ "from": from, "sessions_revoked": 0 });
            let entry = Entry::new(AuditCode::UserSuspended, "user", id.0);
            (None, reasons::note(entry.details(details), reason))
        }
        Unsuspend => {
            store::unsuspend(tx, id, at).await?;
            (None, Entry::new(AuditCode::UserUnsuspended, "user", id.0))
        }
    };
    if let Some(event) = event {
        store::record(tx, &[id], &event).await?;
    }
    Ok(entry)
}

/// Names the calls in the history as the audit log does, once they have their names.
pub async fn name_calls(tx: &DatabaseTransaction) -> Result<()> {
    let text = "UPDATE ban_history SET request_id = (SELECT l.request_id FROM admin_audit_log l \
        WHERE l.target_type = 'user' AND l.target_id = CAST(ban_history.user_id AS TEXT) \
        AND l.created_at = ban_history.created_at AND l.action_code IN ('user_banned', 'user_unbanned')) \
        WHERE request_id = ''";
    tx.execute_raw(sql(tx, text, [])).await?;
    Ok(())
}
