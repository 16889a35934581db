//! The audit log as operators read, extend and verify it.

use std::time::Instant;

use data_encoding::HEXLOWER;
use quarterdeck_api::audit::{
    ActionEntry, AppendAudit, AppendReply, AppendRequest, AuditCode, AuditQuery, AuditRow,
    ListAudit, ListAuditActions, VerifyAudit, VerifyQuery, VerifyReport,
};
use quarterdeck_api::filter::AnyOf;
use quarterdeck_api::ids::UserId;
use quarterdeck_api::page::{COUNT_CAP, Count, DEFAULT_TAKE, MAX_TAKE, Page};
use quarterdeck_api::text::{Body, Line};
use quarterdeck_api::wire_enum::OpenEnum;
use sea_orm::DbErr;

use crate::chain::rows::StoredRow;
use crate::chain::{self, AuditSelection, Entry, Expectation, PLATFORM};
use crate::db::clock::{self, from_micros};
use crate::db::dialect::{Failure, failure};
use crate::gate::{Answer, Call, Committed, Refusal};

const MAX_TEXT: usize = 200;
const MAX_DETAILS: usize = 4_096;
/// Kinds of object that a client-only event can be about.
const CLIENT_TARGETS: &[&str] = &[
    "",
    "application",
    "report",
    "data_request",
    "user",
    "session",
];

/// Lists the log, newest first.
pub async fn list(call: Call<ListAudit>) -> Result<Answer<Page<AuditRow>>, Refusal> {
    let query = &call.query;
    let take = query.take.unwrap_or(DEFAULT_TAKE);
    if !(1..=MAX_TAKE).contains(&take) {
        return Err(Refusal::invalid_field(
            "take",
            format!("must be 1 to {MAX_TAKE}"),
        ));
    }
    let before = query.cursor.as_deref().map(parse_cursor).transpose()?;
    let page = query.page.unwrap_or(1);
    if page == 0 {
        return Err(Refusal::invalid_field("page", "counts from 1"));
    }
    let skip = if before.is_some() {
        0
    } else {
        u64::from(page - 1) * u64::from(take)
    };
    for (name, time) in [("from", query.from), ("to", query.to)] {
        clock::check_range(name, time).map_err(|field| Refusal::invalid(vec![field]))?;
    }
    let selection = selection(query);
    let connection = call.services.database.reads();
    let (total, total_exact) =
        total(connection, &selection, query.count.unwrap_or_default()).await?;
    let mut rows = chain::page(
        connection,
        PLATFORM,
        &selection,
        before,
        skip,
        u64::from(take) + 1,
    )
    .await?;
    let has_more = rows.len() > take as usize;
    rows.truncate(take as usize);
    let next_cursor = rows
        .last()
        .filter(|_| has_more)
        .map(|row| row.seq.to_string());
    let data = rows.into_iter().map(row).collect();
    Ok(Page {
        data,
        total,
        total_exact,
        next_cursor,
    }
    .into())
}

fn parse_cursor(text: &str) -> Result<i64, Refusal> {
    text.parse()
        .map_err(|_| Refusal::invalid_field("cursor", "is not one that this list gave out"))
}

async fn total(
    connection: &impl sea_orm::ConnectionTrait,
    selection: &AuditSelection,
    how: Count,
) -> Result<(u64, bool), DbErr> {
    let cap = match how {
        Count::Capped => Some(COUNT_CAP),
        Count::Exact => None,
    };
    let matches = chain::count(connection, PLATFORM, selection, cap).await?;
    Ok(match cap {
        Some(cap) if matches > cap => (cap, false),
        Some(_) | None => (matches, true),
    })
}

fn selection(query: &AuditQuery) -> AuditSelection {
    let actor = query
        .actor
        .as_deref()
        .map(str::trim)
        .filter(|text| !text.is_empty());
    let actor_id = actor
        .and_then(|text| text.parse::<UserId>().ok())
        .map(|id| id.0);
    let codes = query
        .action_code
        .as_ref()
        .map(|AnyOf(codes)| codes.as_slice())
        .unwrap_or_default();
    AuditSelection {
        actor_id,
        actor_email: actor.filter(|_| actor_id.is_none()).map(str::to_lowercase),
        codes: codes.iter().map(|code| code.as_str().to_owned()).collect(),
        target_type: query.target_type.clone(),
        target_id: query
            .target_id
            .as_deref()
            .map(|id| id.trim_start_matches('#').to_owned()),
        from: query.from,
        to: query.to,
    }
}

fn row(stored: StoredRow) -> AuditRow {
    let record = stored.record;
    AuditRow {
        scope: Line::verbatim(PLATFORM.to_owned()),
        seq: stored.seq,
        created_at: from_micros(record.recorded_at_us),
        actor_type: open(&record.actor_type),
        admin_user_id: record.actor_id.map(UserId),
        admin_email: record.actor_email.map(Line::verbatim),
        action: Line::verbatim(record.action),
        action_code: open(&record.action_code),
        target_type: Line::verbatim(record.target_type),
        target_id: Line::verbatim(record.target_id),
        details: Body::verbatim(record.details),
        request_id: Line::verbatim(record.request_id),
        hash: Line::verbatim(HEXLOWER.encode(&stored.link)),
    }
}

/// A code that a newer server wrote is handed on as it is.
fn open<T: std::str::FromStr>(text: &str) -> OpenEnum<T> {
    text.parse().map_or_else(
        |_| OpenEnum::Unknown(Line::verbatim(text.to_owned())),
        OpenEnum::Known,
    )
}

/// Appends an event that only a client sees; the actor always comes from the session (S003-35).
pub async fn append(call: Call<AppendAudit>) -> Result<Committed<AppendReply>, Refusal> {
    let (entry, event_id) = client_entry(&call.body)?;
    let tx = call.begin().await?;
    let now = tx.now;
    let actor = call.caller()?.actor();
    let id = format!("client:{}:{event_id}", call.caller()?.user_id);
    // The append is tried inside the transaction that would carry it, so that a repeat is found by the
    // log's own unique key and leaves nothing.
    match chain::append(
        tx.connection(),
        PLATFORM,
        &actor,
        std::slice::from_ref(&entry),
        &id,
        now,
    )
    .await
    {
        Ok(seq) => {
            tx.commit(
                &[],
                AppendReply {
                    seq: Some(seq),
                    noop: false,
                },
            )
            .await
        }
        Err(error) if failure(&error) == Failure::Duplicate => {
            tx.noop(AppendReply {
                seq: None,
                noop: true,
            })
            .await
        }
        Err(error) => Err(Refusal::audit_unavailable(error)),
    }
}

fn client_entry(body: &AppendRequest) -> Result<(Entry, &str), Refusal> {
    if !AuditCode::CLIENT.contains(&body.action_code) {
        return Err(Refusal::invalid_field(
            "action_code",
            "only the server writes this code; clients append admin_refresh and handover_noted",
        ));
    }
    let Some(target_type) = CLIENT_TARGETS
        .iter()
        .find(|known| **known == body.target_type)
    else {
        return Err(Refusal::invalid_field(
            "target_type",
            format!("must be one of: {}", CLIENT_TARGETS.join(" ")),
        ));
    };
    let details = serde_json::Value::Object(body.details.clone());
    let checks = [
        ("action", body.action.as_deref().unwrap_or(""), MAX_TEXT),
        ("target_id", body.target_id.as_str(), MAX_TEXT),
        ("request_id", body.request_id.as_str(), MAX_TEXT),
        ("details", &details.to_string(), MAX_DETAILS),
    ];
    for (name, text, most) in checks {
        if text.len() > most || text.contains('\0') {
            return Err(Refusal::invalid_field(
                name,
                format!("may have {most} bytes at most, and no NUL"),
            ));
        }
    }
    if body.request_id.trim().is_empty() {
        return Err(Refusal::invalid_field(
            "request_id",
            "is empty; send an id of your own for the event",
        ));
    }
    let entry = Entry::new(body.action_code, target_type, &body.target_id).details(details);
    let action = body
        .action
        .clone()
        .filter(|text| !text.trim().is_empty())
        .unwrap_or(entry.action);
    Ok((Entry { action, ..entry }, &body.request_id))
}

/// Verifies the chain on one snapshot.
pub async fn verify(call: Call<VerifyAudit>) -> Result<Answer<VerifyReport>, Refusal> {
    let started = Instant::now();
    let expectation = expectation(&call.query)?;
    let snapshot = call.services.database.snapshot().await?;
    let report = chain::verify(&snapshot, PLATFORM, &expectation).await?;
    snapshot.rollback().await?;
    let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(VerifyReport { took_ms, ..report }.into())
}

fn expectation(query: &VerifyQuery) -> Result<Expectation, Refusal> {
    let seq_and_hash = match (query.expected_seq, &query.expected_hash) {
        (None, None) => None,
        (Some(seq), Some(hash))
            if hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) =>
        {
            Some((seq, hash.clone()))
        }
        (Some(_), Some(_)) => {
            return Err(Refusal::invalid_field(
                "expected_hash",
                "must be 64 hexadecimal digits",
            ));
        }
        (Some(_), None) => {
            return Err(Refusal::invalid_field(
                "expected_hash",
                "goes with expected_seq",
            ));
        }
        (None, Some(_)) => {
            return Err(Refusal::invalid_field(
                "expected_seq",
                "goes with expected_hash",
            ));
        }
    };
    Ok(Expectation {
        min_seq: query.expected_min_seq,
        seq_and_hash,
    })
}

/// Lists the actions that the log can name (S002-54).
pub async fn actions(_call: Call<ListAuditActions>) -> Result<Answer<Vec<ActionEntry>>, Refusal> {
    let entry = |code: &AuditCode| ActionEntry {
        action_code: (*code).into(),
        action: Line::verbatim(code.text().to_owned()),
        by_client: AuditCode::CLIENT.contains(code),
    };
    Ok(AuditCode::ALL.iter().map(entry).collect::<Vec<_>>().into())
}
