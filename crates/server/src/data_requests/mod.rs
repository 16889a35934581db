//! Data requests: people who ask for their data or for its deletion, and the time left to answer.
//!
//! Other rooms ask it what waits ([`waiting`], [`open_count_of`]), and what it holds of a person
//! ([`of_user`], [`anonymize`]).

mod entities;
mod queue;
mod rules;
mod store;

use std::slice;

use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::bulk::{BulkReply, MAX_IDS};
use quarterdeck_api::data_requests::{
    DataRequestRow, DataRequestStatus, GetDataRequest, ListDataRequests, SeeDataRequests,
    UpdateDataRequest, UpdateDataRequests, UpdateDataRequestsRequest,
};
use quarterdeck_api::ids::DataRequestId;
use quarterdeck_api::journal::WayBack;
use quarterdeck_api::page::{Page, Seen};
use quarterdeck_api::permission::Permission;
use quarterdeck_api::problem::Code;
use quarterdeck_api::reasons::{ReasonVerb, Reasons};
use sea_orm::{ConnectionTrait, DbErr};
use serde_json::{Value, json};

use crate::chain::Entry;
use crate::claims;
use crate::db::paging::Of;
use crate::gate::bulk::{self, Judged, Named, Object};
use crate::gate::{Answer, Call, Caller, Committed, Refusal, WriteTx};
use crate::reasons::{self, Asked, Given, Need};
use rules::Verdict;
use store::{Stored, Update};

pub use queue::{Waiting, open_count_of, waiting, waiting_query};
pub use store::{NewDataRequest, anonymize, insert};

/// Lists data requests.
pub async fn list(call: Call<ListDataRequests>) -> Result<Answer<Page<DataRequestRow>>, Refusal> {
    let services = &call.services;
    let narrowing = call.narrowing(call.query.filter.as_deref())?;
    let selection = store::Selection::of(&call.query, Of::Rows, &narrowing)
        .map_err(|field| Refusal::invalid(vec![field]))?;
    let mut page = store::page(services.database.reads(), &selection).await?;
    claims::mark(services, call.caller()?, &mut page.data).await?;
    Ok(page.into())
}

/// Lists what a decision needs of the data requests.
pub async fn ids(call: Call<SeeDataRequests>) -> Result<Answer<Page<Seen>>, Refusal> {
    let services = &call.services;
    let narrowing = call.narrowing(call.query.filter.as_deref())?;
    let selection = store::Selection::of(&call.query, Of::Seen, &narrowing)
        .map_err(|field| Refusal::invalid(vec![field]))?;
    Ok(store::seen(services.database.reads(), &selection)
        .await?
        .into())
}

/// Reads one data request.
pub async fn get(call: Call<GetDataRequest>) -> Result<Answer<DataRequestRow>, Refusal> {
    let services = &call.services;
    let found = store::find(services.database.reads(), call.path).await?;
    let stored = found.ok_or_else(|| not_found(call.path))?;
    let mut row = stored.row(services.clock.now());
    claims::mark(services, call.caller()?, slice::from_mut(&mut row)).await?;
    Ok(row.into())
}

/// Changes the status of one request, as the seed spells it (S003-70): what cannot be is refused.
pub async fn update(call: Call<UpdateDataRequest>) -> Result<Committed<DataRequestRow>, Refusal> {
    let (caller, body) = (call.caller()?, &call.body);
    let asked = asked(body.error.as_deref(), body.reason_code.as_deref());
    let reason = check_reason(body.status, asked, &call.services.reasons)?;
    let id = body.request_id;
    let tx = call.begin().await?;
    let found = store::lock(tx.connection(), &[id]).await?;
    let stored = found.first().ok_or_else(|| not_found(id))?;
    match rules::update(body.status, Some(stored.status), body.expected_status) {
        Verdict::NotFound => Err(not_found(id)),
        verdict @ (Verdict::Stale | Verdict::Completed | Verdict::RetryFirst) => {
            Err(lost(verdict, stored))
        }
        Verdict::Noop => {
            let row = stored.row(tx.now);
            tx.noop(row).await
        }
        Verdict::Change => {
            let updated = apply(&tx, caller, body.status, reason, &[id]).await?;
            let row = updated.first().ok_or_else(|| not_found(id))?.row(tx.now);
            let entries = entries(body.status, &[(id, stored.status)], 1);
            let entries = reasons::noted(entries, reason);
            let tx = claims::ended_by::<DataRequestRow>(tx, &[id]);
            tx.commit(&entries, row).await
        }
    }
}

/// Changes the status of several requests: one transaction, a result for each id.
pub async fn update_bulk(
    call: Call<UpdateDataRequests>,
) -> Result<Committed<BulkReply<DataRequestRow>>, Refusal> {
    let (caller, body) = (call.caller()?, &call.body);
    let ids = check_ids(body)?;
    let asked = asked(body.error.as_deref(), body.reason_code.as_deref());
    let reason = check_reason(body.status, asked, &call.services.reasons)?;
    let _turn = call.services.batches.turn(ids.len()).await;
    let tx = call.begin().await?;
    let now = tx.now;
    let row = |stored: &Stored| stored.row(now);
    let locked = store::lock(tx.connection(), &ids).await?;
    let judged = Judged::new(&ids, locked, |_, current| {
        rules::update(body.status, current, body.expected_status).outcome()
    });
    let changes = judged.changes();
    if changes.is_empty() {
        let reply = judged.reply(Vec::new(), row);
        return judged.unchanged(tx, reply).await;
    }
    let moving = judged.changing();
    let updated = apply(&tx, caller, body.status, reason, &moving).await?;
    let entries = entries(body.status, &changes, judged.requested());
    let entries = reasons::noted(entries, reason);
    let tx = claims::ended_by::<DataRequestRow>(tx, &moving);
    tx.commit(&entries, judged.reply(updated, row)).await
}

/// What would become of a data request if the update that left it so were taken back now. Only a failure
/// has a way back (C-41).
pub fn way_back(caller: &Caller, current: Option<DataRequestStatus>, left: &str) -> WayBack {
    let may = caller.may(Permission::DataRequestsUpdate);
    match left.parse() {
        Ok(DataRequestStatus::Failed) if !may => WayBack::Forbidden,
        Ok(DataRequestStatus::Failed) => of_failed(current),
        Ok(DataRequestStatus::Completed) => WayBack::Final,
        Ok(DataRequestStatus::Pending) | Err(_) => WayBack::None,
    }
}

fn of_failed(current: Option<DataRequestStatus>) -> WayBack {
    match rules::update(DataRequestStatus::Pending, current, None) {
        Verdict::Completed => WayBack::Final,
        verdict => verdict.outcome().into(),
    }
}

fn not_found(id: DataRequestId) -> Refusal {
    Refusal::with_detail(Code::NotFound, format!("there is no data request {id}"))
}

/// Why an update is refused, and what to do next.
fn lost(verdict: Verdict, stored: &Stored) -> Refusal {
    let conflict = stored.conflict();
    let (id, status) = (stored.id, stored.status);
    let (was, by) = match &conflict.decided_by {
        Some(who) => ("was marked", format!(" by {}", who.as_str())),
        None => ("is still", String::new()),
    };
    let (code, next) = match verdict {
        Verdict::Completed => (
            Code::AlreadyCompleted,
            "that is final, and nothing was changed",
        ),
        Verdict::RetryFirst => (
            Code::StaleVersion,
            "retry it first: set it to pending, then complete it",
        ),
        Verdict::Stale | Verdict::Change | Verdict::Noop | Verdict::NotFound => (
            Code::StaleVersion,
            "nothing was changed, reload and look again",
        ),
    };
    Refusal {
        conflict: Some(conflict),
        ..Refusal::with_detail(
            code,
            format!("data request {id} {was} {status}{by}; {next}"),
        )
    }
}

const fn asked<'a>(error: Option<&'a str>, code: Option<&'a str>) -> Asked<'a> {
    Asked {
        verb: Some(ReasonVerb::FailDataRequest),
        code: ("reason_code", code),
        words: ("error", error),
        need: Need::Optional,
    }
}

/// Only a failure has a reason.
fn check_reason<'a>(
    wanted: DataRequestStatus,
    asked: Asked<'a>,
    reasons: &'a Reasons,
) -> Result<Given<'a>, Refusal> {
    let mut given = [asked.words, asked.code].into_iter();
    let given = given.find(|(_, value)| value.is_some());
    match given {
        Some((field, _)) if wanted != DataRequestStatus::Failed => Err(Refusal::invalid_field(
            field,
            "goes with status failed only; leave it out",
        )),
        Some(_) | None => asked.check(reasons),
    }
}

/// Checks what needs no database, and drops repeated ids.
fn check_ids(body: &UpdateDataRequestsRequest) -> Result<Vec<DataRequestId>, Refusal> {
    let named = Named {
        field: "ids",
        objects: "data requests",
        most: MAX_IDS,
        ids: &body.ids,
    };
    let ids = named.distinct()?;
    let is_retry = body.status == DataRequestStatus::Pending;
    if ids.len() > 1 && !is_retry && body.confirm != Some(true) {
        return Err(Refusal::with_detail(
            Code::ConfirmRequired,
            "completing or failing more than one data request needs confirm: true",
        ));
    }
    Ok(ids)
}

async fn apply(
    tx: &WriteTx<'_>,
    caller: &Caller,
    status: DataRequestStatus,
    reason: Given<'_>,
    ids: &[DataRequestId],
) -> Result<Vec<Stored>, DbErr> {
    let update = Update {
        status,
        updated_at: tx.now,
        handled_by: caller.user_id,
        reason,
    };
    store::apply(tx.connection(), ids, &update).await
}

/// A row for each data request with its status before and after (S003-71), and one for the call where it
/// named several (C-33).
pub fn entries(
    wanted: DataRequestStatus,
    changes: &[(DataRequestId, DataRequestStatus)],
    requested: usize,
) -> Vec<Entry> {
    let target = "data_request";
    let moved = |(id, from): &(DataRequestId, DataRequestStatus)| {
        bulk::moved(AuditCode::DataRequestUpdated, (target, id.0), from, wanted)
    };
    let mut entries: Vec<_> = changes.iter().map(moved).collect();
    if requested > 1 {
        let (code, count) = (AuditCode::BulkDataRequestUpdate, changes.len());
        let details = json!({ "changed": count, "requested": requested, "to": wanted.as_str() });
        entries.push(bulk::summary(code, target, count, requested).details(details));
    }
    entries
}

/// What the data requests hold of a person, for the person's export, in the order they were sent in;
/// without the operators' names, and so many at most.
///
/// # Errors
/// The database's.
pub async fn of_user(
    connection: &impl ConnectionTrait,
    user_id: i64,
    limit: u64,
) -> Result<Vec<Value>, DbErr> {
    let rows = store::of_user(connection, user_id, limit).await?;
    let json = |row: &entities::Model| {
        json!({
            "id": row.id,
            "kind": row.kind,
            "status": row.status,
            "created_at": row.created_at,
            "due_at": row.due_at,
            "deadline": row.deadline,
            "updated_at": row.updated_at,
            "completed_at": row.completed_at,
            "error": row.error,
            "reason_code": row.reason_code,
        })
    };
    Ok(rows.iter().map(json).collect())
}
