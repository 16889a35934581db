//! Reports: what users say of each other, and how operators settle it.
//!
//! Other rooms ask it how often persons were reported ([`count_of`]), what waits ([`QUEUE`]), and what it
//! holds of a person ([`of_user`], [`anonymize`]).

mod entities;
mod list;
mod rules;
mod store;

use std::slice;

use quarterdeck_api::bulk::{BulkReply, MAX_IDS, Outcome};
use quarterdeck_api::ids::ReportId;
use quarterdeck_api::journal::WayBack;
use quarterdeck_api::page::{Page, Seen};
use quarterdeck_api::permission::Permission;
use quarterdeck_api::problem::Code;
use quarterdeck_api::reasons::ReasonVerb;
use quarterdeck_api::reports::{
    DecideReport, DecideReports, GetReport, ListReports, ReportRow, ReportStatus, ReportView,
    SeeReports,
};
use quarterdeck_api::text::Line;
use sea_orm::{ConnectionTrait, DbErr};
use serde_json::{Value, json};

use crate::chain::Entry;
use crate::claims;
use crate::db::paging::Of;
use crate::db::queue::Queue;
use crate::gate::bulk::{self, Judged, Named, Object};
use crate::gate::{Answer, Call, Caller, Committed, Refusal, WriteTx};
use crate::reasons::{self, Asked, Given, Need};
use crate::users::{self, Person};
use entities::Model;
use store::{Decision, Stored};

pub use store::{NewReport, anonymize, count_of, insert, upheld_of};

/// What waits to be settled.
pub const QUEUE: Queue = Queue {
    table: "user_reports",
    since: "created_at",
    status: ReportStatus::Pending.as_str(),
};

/// Lists reports.
pub async fn list(call: Call<ListReports>) -> Result<Answer<Page<ReportRow>>, Refusal> {
    let narrowing = call.narrowing(call.query.filter.as_deref())?;
    let selection = list::Selection::of(&call.query, Of::Rows, &narrowing)
        .map_err(|field| Refusal::invalid(vec![field]))?;
    let mut page = list::page(call.services.database.reads(), &selection).await?;
    claims::mark(&call.services, call.caller()?, &mut page.data).await?;
    Ok(page.into())
}

/// Lists what a decision needs of the reports.
pub async fn ids(call: Call<SeeReports>) -> Result<Answer<Page<Seen>>, Refusal> {
    let narrowing = call.narrowing(call.query.filter.as_deref())?;
    let selection = list::Selection::of(&call.query, Of::Seen, &narrowing)
        .map_err(|field| Refusal::invalid(vec![field]))?;
    Ok(list::seen(call.services.database.reads(), &selection)
        .await?
        .into())
}

/// Reads one report.
pub async fn get(call: Call<GetReport>) -> Result<Answer<ReportView>, Refusal> {
    let found = store::find(call.services.database.reads(), call.path).await?;
    let (row, body) = found.ok_or_else(|| not_found(call.path))?;
    let person = Person {
        email: row.reported.to_string(),
        account: Some(row.reported_user_id),
        application: None,
    };
    let (connection, now) = (call.services.database.reads(), call.services.clock.now());
    let mut view = ReportView {
        context: users::context(connection, call.caller()?, &person, now).await?,
        row,
        body,
    };
    claims::mark(
        &call.services,
        call.caller()?,
        slice::from_mut(&mut view.row),
    )
    .await?;
    Ok(view.into())
}

/// Decides one report, as the seed spells it: who comes second is told who was first (S003-68).
pub async fn decide(call: Call<DecideReport>) -> Result<Committed<ReportRow>, Refusal> {
    let (caller, body) = (call.caller()?, &call.body);
    check_permission(body.status, caller)?;
    let asked = asked(
        body.status,
        body.notes.as_deref(),
        body.reason_code.as_deref(),
    );
    let reason = asked.check(&call.services.reasons)?;
    let id = body.report_id;
    let tx = call.begin().await?;
    let stored = store::lock(tx.connection(), &[id]).await?;
    let Some(stored) = stored.first() else {
        return Err(not_found(id));
    };
    let may = |permission| caller.may(permission);
    match rules::decide(body.status, Some(stored.status), body.expected_status, may) {
        Outcome::NotFound => Err(not_found(id)),
        Outcome::Forbidden => Err(forbidden(body.status, stored.status)),
        Outcome::Conflict => Err(already_reviewed(body.status, stored)),
        Outcome::Noop => tx.noop(stored.row()).await,
        Outcome::Changed => {
            let decided = apply(&tx, caller, body.status, reason, &[id]).await?;
            let row = decided.first().ok_or_else(|| not_found(id))?.row();
            let entries = entries(body.status, &[(id, stored.status)], 1);
            let entries = reasons::noted(entries, reason);
            let tx = claims::ended_by::<ReportRow>(tx, &[id]);
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
    let asked = asked(
        body.status,
        body.notes.as_deref(),
        body.reason_code.as_deref(),
    );
    let reason = asked.check(&call.services.reasons)?;
    let ids = distinct(&body.ids)?;
    let _turn = call.services.batches.turn(ids.len()).await;
    let tx = call.begin().await?;
    let locked = store::lock(tx.connection(), &ids).await?;
    let may = |permission| caller.may(permission);
    let judged = Judged::new(&ids, locked, |_, current| {
        rules::decide(body.status, current, body.expected_status, may)
    });
    let changes = judged.changes();
    if changes.is_empty() {
        let reply = judged.reply(Vec::new(), Stored::row);
        return judged.unchanged(tx, reply).await;
    }
    let moving = judged.changing();
    let decided = apply(&tx, caller, body.status, reason, &moving).await?;
    let entries = entries(body.status, &changes, judged.requested());
    let entries = reasons::noted(entries, reason);
    let tx = claims::ended_by::<ReportRow>(tx, &moving);
    tx.commit(&entries, judged.reply(decided, Stored::row))
        .await
}

/// What would become of a report if the decision that left it so were taken back now.
pub fn way_back(caller: &Caller, current: Option<ReportStatus>, left: &str) -> WayBack {
    let open = ReportStatus::Pending;
    let seen = left.parse().ok().filter(|_| current != Some(open));
    let may = |permission| caller.may(permission);
    rules::decide(open, current, seen, may).into()
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

/// What is noted, whichever way a report goes; settling it has a list of reasons for each way.
const fn asked<'a>(
    wanted: ReportStatus,
    notes: Option<&'a str>,
    code: Option<&'a str>,
) -> Asked<'a> {
    Asked {
        verb: match wanted {
            ReportStatus::Resolved => Some(ReasonVerb::ResolveReport),
            ReportStatus::Dismissed => Some(ReasonVerb::DismissReport),
            ReportStatus::Pending => None,
        },
        code: ("reason_code", code),
        words: ("notes", notes),
        need: Need::Optional,
    }
}

fn distinct(listed: &[ReportId]) -> Result<Vec<ReportId>, Refusal> {
    let named = Named {
        field: "ids",
        objects: "reports",
        most: MAX_IDS,
        ids: listed,
    };
    named.distinct()
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
    let conflict = stored.conflict();
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

async fn apply(
    tx: &WriteTx<'_>,
    caller: &Caller,
    status: ReportStatus,
    reason: Given<'_>,
    ids: &[ReportId],
) -> Result<Vec<Stored>, DbErr> {
    let decision = Decision {
        status,
        reviewed_at: tx.now,
        reviewed_by: caller.user_id,
        reason,
    };
    store::apply(tx.connection(), ids, &decision).await
}

/// A row for each report (S003-69), and one for the call where it named several (C-33).
pub fn entries(
    wanted: ReportStatus,
    changes: &[(ReportId, ReportStatus)],
    requested: usize,
) -> Vec<Entry> {
    let target = "report";
    let moved = |(id, from): &(ReportId, ReportStatus)| {
        bulk::moved(wanted.audit_code(), (target, id.0), from, wanted)
    };
    let mut entries: Vec<_> = changes.iter().map(moved).collect();
    if requested > 1 {
        let code = wanted.bulk_audit_code();
        entries.push(bulk::summary(code, target, changes.len(), requested));
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

/// Reads what the reports hold of a person, so many of each list at most.
///
/// # Errors
/// The database's.
pub async fn of_user(
    connection: &impl ConnectionTrait,
    user_id: i64,
    limit: u64,
) -> Result<OfUser, DbErr> {
    let (sent, received) = store::of_user(connection, user_id, limit).await?;
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
        "reason_code": model.reason_code,
    })
}
