//! The audit log as operators read, extend, verify and export it.

mod export;

use std::time::Instant;

use data_encoding::HEXLOWER;
use quarterdeck_api::audit::{
    ActionEntry, AppendAudit, AppendReply, AppendRequest, AuditCode, AuditField, AuditFilter,
    AuditQuery, AuditRow, ListAudit, ListAuditActions, VerifyAudit, VerifyQuery, VerifyReport,
};
use quarterdeck_api::filter::AnyOf;
use quarterdeck_api::ids::UserId;
use quarterdeck_api::page::Page;
use quarterdeck_api::problem::FieldProblem;
use quarterdeck_api::text::{Body, Line};
use quarterdeck_api::wire_enum::OpenEnum;
use sea_orm::ConnectionTrait;

use crate::chain::rows::ListedRow;
use crate::chain::{self, AuditSelection, Entry, Expectation, PLATFORM};
use crate::db::clock::{self, from_micros};
use crate::db::filter::Narrowing;
use crate::db::paging::{Asked, Paging};
use crate::gate::{Answer, Call, Committed, Refusal};

pub use export::export;

const MAX_TEXT: usize = 200;
const MAX_DETAILS: usize = 4_096;
/// Kinds of object that a client-only event can be about.
const CLIENT_TARGETS: &[&str] = &[
    "",
    "application",
    "report",
    "data_request",
    "withdrawal",
    "user",
    "session",
];

/// Lists the log, newest first.
pub async fn list(call: Call<ListAudit>) -> Result<Answer<Page<AuditRow>>, Refusal> {
    let paging = paging(&call.query).map_err(|field| Refusal::invalid(vec![field]))?;
    let narrowing = call.narrowing(call.query.filter.as_deref())?;
    let selection = selection(&call.query.filter(), narrowing);
    let connection = call.services.database.reads();
    let beyond = &call.services.audit_beyond;
    let total = chain::total(connection, PLATFORM, &selection, &paging, beyond).await?;
    let rows = chain::page(connection, PLATFORM, &selection, &paging).await?;
    let (rows, next_cursor) = paging.finish(rows, |last| last.seq.to_string());
    Ok(Page {
        data: rows.into_iter().map(row).collect(),
        total: total.rows,
        total_exact: total.is_exact,
        next_cursor,
    }
    .into())
}

/// The newest rows about an account, so many at most.
///
/// # Errors
/// The database's.
pub async fn newest_about_user(
    connection: &impl ConnectionTrait,
    id: UserId,
    most: u32,
) -> Result<Vec<AuditRow>, Refusal> {
    let query = AuditQuery {
        take: Some(most),
        ..AuditQuery::default()
    };
    let paging = paging(&query).map_err(|field| Refusal::invalid(vec![field]))?;
    let selection = AuditSelection {
        target_type: Some("user".to_owned()),
        target_id: Some(id.0.to_string()),
        ..AuditSelection::default()
    };
    let rows = chain::page(connection, PLATFORM, &selection, &paging).await?;
    let (rows, _) = paging.finish(rows, |last| last.seq.to_string());
    Ok(rows.into_iter().map(row).collect())
}

fn paging(query: &AuditQuery) -> Result<Paging<i64>, FieldProblem> {
    let asked = Asked {
        page: query.page,
        take: query.take,
        cursor: query.cursor.as_deref(),
        count: query.count,
        ..Asked::default()
    };
    let paging = Paging::of(asked, |text| text.parse().ok())?;
    clock::check_range(query.from, query.to)?;
    Ok(paging)
}

fn selection(filter: &AuditFilter, narrowing: Narrowing<AuditField>) -> AuditSelection {
    let actor = filter
        .actor
        .as_deref()
        .map(str::trim)
        .filter(|text| !text.is_empty());
    let actor_id = actor
        .and_then(|text| text.parse::<UserId>().ok())
        .map(|id| id.0);
    let codes = filter
        .action_code
        .as_ref()
        .map(|AnyOf(codes)| codes.as_slice())
        .unwrap_or_default();
    AuditSelection {
        actor_id,
        actor_email: actor.filter(|_| actor_id.is_none()).map(str::to_lowercase),
        codes: codes.iter().map(|code| code.as_str().to_owned()).collect(),
        target_type: filter.target_type.clone(),
        target_id: filter
            .target_id
            .as_deref()
            .map(|id| id.trim_start_matches('#').to_owned()),
        from: filter.from,
        to: filter.to,
        narrowing: Some(narrowing).filter(|narrowing| !narrowing.filter.is_empty()),
    }
}

fn row(listed: ListedRow) -> AuditRow {
    let record = listed.record;
    AuditRow {
        scope: Line::verbatim(PLATFORM.to_owned()),
        seq: listed.seq,
        created_at: from_micros(record.recorded_at_us),
        // What a newer server wrote is handed on as it is.
        actor_type: OpenEnum::of(&Line::verbatim(record.actor_type)),
        admin_user_id: record.actor_id.map(UserId),
        admin_email: record.actor_email.map(Line::verbatim),
        action: Line::verbatim(record.action),
        action_code: OpenEnum::of(&Line::verbatim(record.action_code)),
        target_type: Line::verbatim(record.target_type),
        target_id: Line::verbatim(record.target_id),
        details: Body::verbatim(record.details),
        request_id: Line::verbatim(record.request_id),
        hash: Line::verbatim(HEXLOWER.encode(&listed.link)),
    }
}

/// Appends an event that only a client sees; the actor always comes from the session (S003-35).
pub async fn append(call: Call<AppendAudit>) -> Result<Committed<AppendReply>, Refusal> {
    let (entry, event_id) = client_entry(&call.body)?;
    let id = format!("client:{}:{event_id}", call.caller()?.user_id);
    let tx = call.begin().await?;
    tx.commit_once(&id, &[entry], |seq| AppendReply {
        seq,
        noop: seq.is_none(),
    })
    .await
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
    // The pair that it tells is held against the log later: a crash must not take it back.
    call.services.database.settle().await?;
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
