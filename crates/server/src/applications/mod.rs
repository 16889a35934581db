//! Applications: the queue of people who ask to join.

mod entities;
mod rules;
mod sender;
mod store;

use std::collections::HashMap;
use std::slice;

use quarterdeck_api::applications::{
    ApplicationAction, ApplicationRow, ApplicationStatus, ApplicationView, DecideApplications,
    DecideReply, DecideRequest, GetApplication, ListApplications, MAX_IDS, SeeApplications,
};
use quarterdeck_api::ids::ApplicationId;
use quarterdeck_api::journal::WayBack;
use quarterdeck_api::page::{Page, Seen};
use quarterdeck_api::problem::Code;
use quarterdeck_api::reasons::ReasonVerb;

use crate::chain::Entry;
use crate::claims;
use crate::db::paging::Of;
use crate::db::queue::Queue;
use crate::gate::bulk::{self, Judged, Named};
use crate::gate::{Answer, Call, Caller, Committed, Refusal};
use crate::reasons::{self, Asked, Need};
use crate::users::{self, Person};
use store::Stored;

pub use sender::{Anonymous, anonymize, of_user, sent_by};
pub use store::{NewApplication, insert, rejected_under};

/// What waits to be decided.
pub const QUEUE: Queue = Queue {
    table: "applications",
    since: "submitted_at",
    status: ApplicationStatus::Pending.as_str(),
};

/// Lists the queue.
pub async fn list(call: Call<ListApplications>) -> Result<Answer<Page<ApplicationRow>>, Refusal> {
    let narrowing = call.narrowing(call.query.filter.as_deref())?;
    let selection = store::Selection::of(&call.query, Of::Rows, &narrowing)
        .map_err(|field| Refusal::invalid(vec![field]))?;
    let mut page = store::page(call.services.database.reads(), &selection).await?;
    claims::mark(&call.services, call.caller()?, &mut page.data).await?;
    Ok(page.into())
}

/// Lists what a decision needs of the queue.
pub async fn ids(call: Call<SeeApplications>) -> Result<Answer<Page<Seen>>, Refusal> {
    let narrowing = call.narrowing(call.query.filter.as_deref())?;
    let selection = store::Selection::of(&call.query, Of::Seen, &narrowing)
        .map_err(|field| Refusal::invalid(vec![field]))?;
    Ok(store::seen(call.services.database.reads(), &selection)
        .await?
        .into())
}

/// Reads one application.
pub async fn get(call: Call<GetApplication>) -> Result<Answer<ApplicationView>, Refusal> {
    let found = store::find(call.services.database.reads(), call.path).await?;
    let (row, answers) = found.ok_or_else(|| {
        Refusal::with_detail(
            Code::NotFound,
            format!("there is no application {}", call.path),
        )
    })?;
    let person = Person {
        email: row.email.to_string(),
        account: row.user_id,
        application: Some(call.path),
    };
    let (connection, now) = (call.services.database.reads(), call.services.clock.now());
    let mut view = ApplicationView {
        context: users::context(connection, call.caller()?, &person, now).await?,
        row,
        answers,
    };
    claims::mark(
        &call.services,
        call.caller()?,
        slice::from_mut(&mut view.row),
    )
    .await?;
    Ok(view.into())
}

/// Decides applications: one transaction, a result for each id.
pub async fn decide(call: Call<DecideApplications>) -> Result<Committed<DecideReply>, Refusal> {
    let caller = call.caller()?;
    check_permission(call.body.action, caller)?;
    let ids = validate(&call.body)?;
    let reason = asked(&call.body).check(&call.services.reasons)?;
    let _turn = call.services.batches.turn(ids.len()).await;
    let tx = call.begin().await?;
    let locked = store::lock(tx.connection(), &ids).await?;
    let judged = judge(&call.body, &ids, locked, caller);
    let changes = judged.changes();
    if changes.is_empty() {
        let reply = judged.reply(Vec::new(), Stored::row);
        return judged.unchanged(tx, reply.into()).await;
    }
    let decision = store::Decision {
        status: call.body.action.target(),
        decided_at: tx.now,
        decided_by: caller.user_id,
        reason,
    };
    let moving = judged.changing();
    let decided = store::apply(tx.connection(), &moving, &decision).await?;
    let entries = entries(call.body.action, &changes, judged.requested());
    let entries = reasons::noted(entries, reason);
    let reply = judged.reply(decided, Stored::row);
    let tx = claims::ended_by::<ApplicationRow>(tx, &moving);
    tx.commit(&entries, reply.into()).await
}

/// What would become of an application if the decision that left it so were taken back now.
pub fn way_back(caller: &Caller, current: Option<ApplicationStatus>, left: &str) -> WayBack {
    let reopen = ApplicationAction::Reopen;
    let seen = left.parse().ok();
    let seen = seen.filter(|_| current != Some(reopen.target()));
    let may = |permission| caller.may(permission);
    rules::decide(reopen, current, seen, may).into()
}

/// Each decision takes a permission of its own. What reopening takes depends on each application, so
/// there the rule answers it id by id.
fn check_permission(action: ApplicationAction, caller: &Caller) -> Result<(), Refusal> {
    match action.permission(ApplicationStatus::Pending) {
        Some(permission) if !caller.may(permission) => {
            Err(Refusal::permission_denied(&[permission]))
        }
        Some(_) | None => Ok(()),
    }
}

/// Checks what needs no database, and drops repeated ids.
fn validate(body: &DecideRequest) -> Result<Vec<ApplicationId>, Refusal> {
    let named = Named {
        field: "ids",
        objects: "applications",
        most: MAX_IDS,
        ids: &body.ids,
    };
    let ids = named.distinct()?;
    if let Some(quarterdeck_api::applications::ExpectedStatus::Each(statuses)) =
        &body.expected_status
        && statuses.len() != body.ids.len()
    {
        return Err(Refusal::invalid_field(
            "expected_status",
            "must be one status, or one for each id",
        ));
    }
    if body.action == ApplicationAction::Reject && ids.len() > 1 && body.confirm != Some(true) {
        return Err(Refusal::with_detail(
            Code::ConfirmRequired,
            "rejecting more than one application needs confirm: true",
        ));
    }
    Ok(ids)
}

/// Every action takes a reason; only rejecting has a list of them.
fn asked(body: &DecideRequest) -> Asked<'_> {
    Asked {
        verb: match body.action {
            ApplicationAction::Reject => Some(ReasonVerb::RejectApplication),
            ApplicationAction::Approve
            | ApplicationAction::Waitlist
            | ApplicationAction::Reopen => None,
        },
        code: ("reason_code", body.reason_code.as_deref()),
        words: ("reason", body.reason.as_deref()),
        need: Need::Optional,
    }
}

fn judge(
    body: &DecideRequest,
    ids: &[ApplicationId],
    locked: Vec<Stored>,
    caller: &Caller,
) -> Judged<Stored> {
    let expected = expected(body);
    Judged::new(ids, locked, |id, current| {
        let may = |permission| caller.may(permission);
        rules::decide(body.action, current, expected.get(&id).copied(), may)
    })
}

/// Where the caller saw each; of an id named twice, the first counts.
fn expected(body: &DecideRequest) -> HashMap<ApplicationId, ApplicationStatus> {
    let mut expected = HashMap::new();
    for (place, id) in body.ids.iter().enumerate() {
        if let Some(seen) = body.expected_status.as_ref().and_then(|all| all.at(place)) {
            expected.entry(*id).or_insert(seen);
        }
    }
    expected
}

/// A row for each application, and one for the call where it named several (C-33).
pub fn entries(
    action: ApplicationAction,
    changes: &[(ApplicationId, ApplicationStatus)],
    requested: usize,
) -> Vec<Entry> {
    let (target, to) = ("application", action.target());
    let moved = |(id, from): &(ApplicationId, ApplicationStatus)| {
        bulk::moved(action.audit_code(), (target, id.0), from, to)
    };
    let mut entries: Vec<_> = changes.iter().map(moved).collect();
    if requested > 1 {
        let code = action.bulk_audit_code();
        entries.push(bulk::summary(code, target, changes.len(), requested));
    }
    entries
}
