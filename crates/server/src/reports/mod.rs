//! Reports: what users say of each other, and how operators settle it.
//!
//! Other rooms ask it how often persons were reported ([`counts`]), what waits ([`waiting`]), and what it
//! holds of a person ([`of_user`], [`anonymize`]).

mod entities;
mod list;
mod rules;
mod store;

use quarterdeck_api::bulk::{BulkReply, BulkResult, MAX_IDS, Outcome};
use quarterdeck_api::ids::ReportId;
use quarterdeck_api::page::Page;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::problem::{Code, Conflict};
use quarterdeck_api::reports::{
    DecideReport, DecideReports, GetReport, ListReports, NOTES_LENGTH, ReportRow, ReportStatus,
    ReportView,
};
use quarterdeck_api::text::Line;
use sea_orm::{ConnectionTrait, DbErr};
use serde_json::{Value, json};

use crate::chain::Entry;
use crate::gate::{Answer, Call, Caller, Committed, Refusal, WriteTx};
use entities::Model;
use rules::Verdict;
use store::{Decision, Stored};

pub use store::{NewReport, anonymize, counts, insert, waiting};

/// Lists reports.
pub async fn list(call: Call<ListReports>) -> Result<Answer<Page<ReportRow>>, Refusal> {
    let selection =
        list::Selection::of(&call.query).map_err(|field| Refusal::invalid(vec![field]))?;
    Ok(list::page(call.services.database.reads(), &selection)
        .await?
        .into())
}

/// Reads one report.
pub async fn get(call: Call<GetReport>) -> Result<Answer<ReportView>, Refusal> {
    let found = store::find(call.services.database.reads(), call.path).await?;
    Ok(found.ok_or_else(|| not_found(call.path))?.into())
}

/// Decides one report, as the seed spells it: who comes second is told who was first (S003-68).
pub async fn decide(call: Call<DecideReport>) -> Result<Committed<ReportRow>, Refusal> {
    let (caller, body) = (call.caller()?, &call.body);
    check_permission(body.status, caller)?;
    let notes = notes(body.notes.as_deref())?;
    let id = body.report_id;
    let tx = call.begin().await?;
    let stored = store::lock(tx.connection(), &[id]).await?;
    let Some(stored) = stored.first() else {
        return Err(not_found(id));
    };
    let may = |permission| caller.may(permission);
    match rules::decide(body.status, Some(stored.status), body.expected_status, may) {
        Verdict::NotFound => Err(not_found(id)),
        Verdict::Forbidden => Err(forbidden(body.status, stored.status)),
        Verdict::Conflict => Err(already_reviewed(body.status, stored)),
        Verdict::Noop => tx.noop(stored.row()).await,
        Verdict::Change => {
            apply(&tx, caller, body.status, notes, &[id]).await?;
            let row = row(&tx, id).await?;
            let entries = entries(body.status, &[(id, stored.status)], 1);
            tx.commit(&entries, row).await
        }
    }
}

/// Decides several reports: one transaction, a result for each id.
pub async fn decide_bulk(
    call: Call<DecideReports>,
) -> Result<Committed<BulkReply<ReportRow>>, Refusal> {
    let (caller, body) = (call.caller()?, &call.body);
    check_permission(body.status, caller)?;
    let notes = notes(body.notes.as_deref())?;
    let ids = distinct(&body.ids)?;
    let tx = call.begin().await?;
    let stored = store::lock(tx.connection(), &ids).await?;
    let verdicts = judge(&call, &ids, &stored)?;
    let changes = changes(&verdicts, &stored);
    if changes.is_empty() {
        let reply = reply(&verdicts, &stored);
        return if reply.noop {
            tx.noop(reply).await
        } else {
            tx.commit(&[], reply).await
        };
    }
    let to_change: Vec<_> = changes.iter().map(|(id, _)| *id).collect();
    apply(&tx, caller, body.status, notes, &to_change).await?;
    let updated = store::read(tx.connection(), &ids).await?;
    let entries = entries(body.status, &changes, ids.len());
    tx.commit(&entries, reply(&verdicts, &updated)).await
}

/// Each decision takes a permission of its own. What reopening takes depends on each report, so there
/// the rule answers it id by id.
fn check_permission(wanted: ReportStatus, caller: &Caller) -> Result<(), Refusal> {
    match wanted.permission(ReportStatus::Pending) {
        Some(permission) if !caller.may(permission) => {
            Err(Refusal::permission_denied(&[permission]))
        }
        Some(_) | None => Ok(()),
    }
}

/// The notes without the space around them.
fn notes(text: Option<&str>) -> Result<Option<&str>, Refusal> {
    let notes = text.map(str::trim);
    if notes.is_some_and(|notes| !NOTES_LENGTH.contains(&notes.chars().count())) {
        return Err(Refusal::invalid_field(
            "notes",
            "must have 3 to 500 characters",
        ));
    }
    Ok(notes)
}

/// The ids without the repeated ones.
fn distinct(listed: &[ReportId]) -> Result<Vec<ReportId>, Refusal> {
    if !(1..=MAX_IDS).contains(&listed.len()) {
        return Err(Refusal::invalid_field(
            "ids",
            format!("must name 1 to {MAX_IDS} reports"),
        ));
    }
    let mut ids = Vec::with_capacity(listed.len());
    for id in listed {
        if !ids.contains(id) {
            ids.push(*id);
        }
    }
    Ok(ids)
}

fn not_found(id: ReportId) -> Refusal {
    Refusal::with_detail(Code::NotFound, format!("there is no report {id}"))
}

fn forbidden(wanted: ReportStatus, current: ReportStatus) -> Refusal {
    let needed: Vec<Permission> = wanted.permission(current).into_iter().collect();
    Refusal::permission_denied(&needed)
}

/// Who comes second learns who was first, and what can be done about it.
fn already_reviewed(wanted: ReportStatus, stored: &Stored) -> Refusal {
    let conflict = conflict(stored);
    let (id, current) = (stored.id, stored.status);
    let by = conflict
        .decided_by
        .as_ref()
        .map_or("somebody", Line::as_str);
    let (code, detail) = if current.is_open() {
        let detail = format!("report {id} is pending now; load it again before you decide");
        (Code::StaleVersion, detail)
    } else if current == wanted {
        let detail = format!("report {id} was already {current} by {by}; nothing is left to do");
        (Code::AlreadyReviewed, detail)
    } else {
        let detail = format!(
            "report {id} was already {current} by {by}; to settle it otherwise, reopen it first"
        );
        (Code::AlreadyReviewed, detail)
    };
    Refusal {
        conflict: Some(conflict),
        ..Refusal::with_detail(code, detail)
    }
}

fn conflict(stored: &Stored) -> Conflict {
    let row = stored.row();
    Conflict {
        status: Line::verbatim(stored.status.to_string()),
        decided_by: row.reviewed_by,
        decided_at: row.reviewed_at,
        version: row.version,
    }
}

async fn apply(
    tx: &WriteTx<'_>,
    caller: &Caller,
    status: ReportStatus,
    notes: Option<&str>,
    ids: &[ReportId],
) -> Result<(), DbErr> {
    let decision = Decision {
        status,
        reviewed_at: tx.now,
        reviewed_by: caller.user_id,
        notes,
    };
    store::apply(tx.connection(), ids, &decision).await
}

async fn row(tx: &WriteTx<'_>, id: ReportId) -> Result<ReportRow, Refusal> {
    let stored = store::read(tx.connection(), &[id]).await?;
    stored.first().map(Stored::row).ok_or_else(|| not_found(id))
}

fn judge(
    call: &Call<DecideReports>,
    ids: &[ReportId],
    stored: &[Stored],
) -> Result<Vec<(ReportId, Verdict)>, Refusal> {
    let (caller, body) = (call.caller()?, &call.body);
    let verdict = |id: &ReportId| {
        let current = of(*id, stored).map(|stored| stored.status);
        let may = |permission| caller.may(permission);
        rules::decide(body.status, current, body.expected_status, may)
    };
    Ok(ids.iter().map(|id| (*id, verdict(id))).collect())
}

fn of(id: ReportId, stored: &[Stored]) -> Option<&Stored> {
    // They come by ascending id.
    let place = stored.binary_search_by_key(&id, |stored| stored.id).ok()?;
    stored.get(place)
}

/// The reports that change, with the status that each comes from.
fn changes(verdicts: &[(ReportId, Verdict)], before: &[Stored]) -> Vec<(ReportId, ReportStatus)> {
    verdicts
        .iter()
        .filter(|(_, verdict)| *verdict == Verdict::Change)
        .filter_map(|(id, _)| of(*id, before))
        .map(|stored| (stored.id, stored.status))
        .collect()
}

fn reply(verdicts: &[(ReportId, Verdict)], stored: &[Stored]) -> BulkReply<ReportRow> {
    let results = verdicts
        .iter()
        .map(|(id, verdict)| result(*id, *verdict, of(*id, stored)));
    let count = |sought: Verdict| {
        verdicts
            .iter()
            .filter(|(_, verdict)| *verdict == sought)
            .count()
    };
    BulkReply {
        results: results.collect(),
        changed: count(Verdict::Change),
        noop: count(Verdict::Noop) == verdicts.len(),
    }
}

fn result(id: ReportId, verdict: Verdict, stored: Option<&Stored>) -> BulkResult<ReportRow> {
    let outcome = match verdict {
        Verdict::Change => Outcome::Changed,
        Verdict::Noop => Outcome::Noop,
        Verdict::NotFound => Outcome::NotFound,
        Verdict::Conflict => Outcome::Conflict,
        Verdict::Forbidden => Outcome::Forbidden,
    };
    let lost = stored.filter(|_| verdict == Verdict::Conflict);
    BulkResult {
        id: id.0,
        outcome: outcome.into(),
        row: stored.map(Stored::row),
        conflict: lost.map(conflict),
    }
}

/// A row for each report (S003-69), and one for the call where it named several (C-33).
pub fn entries(
    wanted: ReportStatus,
    changes: &[(ReportId, ReportStatus)],
    requested: usize,
) -> Vec<Entry> {
    let entry = |(id, from): &(ReportId, ReportStatus)| {
        let details = json!({ "from": from.as_str(), "to": wanted.as_str() });
        Entry::new(wanted.audit_code(), "report", id.0).details(details)
    };
    let mut entries: Vec<_> = changes.iter().map(entry).collect();
    if requested > 1 {
        let code = wanted.bulk_audit_code();
        let details = json!({ "changed": changes.len(), "requested": requested });
        entries.push(Entry {
            action: code.text_with_count(changes.len()),
            ..Entry::new(code, "report", "").details(details)
        });
    }
    entries
}

/// What the reports hold of a person, for the person's export.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OfUser {
    /// Those that the person sent in, oldest first; without what operators noted about somebody else.
    pub sent: Vec<Value>,
    /// Those about the person, oldest first: what they say, not who says it.
    pub received: Vec<Value>,
}

/// Reads what the reports hold of a person.
///
/// # Errors
/// The database's.
pub async fn of_user(connection: &impl ConnectionTrait, user_id: i64) -> Result<OfUser, DbErr> {
    let (sent, received) = store::of_user(connection, user_id).await?;
    Ok(OfUser {
        sent: sent.iter().map(sent_json).collect(),
        received: received.iter().map(received_json).collect(),
    })
}

fn sent_json(model: &Model) -> Value {
    json!({
        "id": model.id,
        "reported_user_id": model.reported_user_id,
        "reason": model.reason,
        "body": model.body,
        "status": model.status,
        "created_at": model.created_at,
        "reviewed_at": model.reviewed_at,
    })
}

fn received_json(model: &Model) -> Value {
    json!({
        "id": model.id,
        "reason": model.reason,
        "body": model.body,
        "status": model.status,
        "created_at": model.created_at,
        "reviewed_at": model.reviewed_at,
        "notes": model.notes,
    })
}
