//! Applications: the queue of people who ask to join.

mod entities;
mod rules;
mod store;

use quarterdeck_api::applications::{
    ApplicationAction, ApplicationRow, ApplicationStatus, ApplicationView, DecideApplications,
    DecideReply, DecideRequest, DecideResult, GetApplication, ListApplications, MAX_IDS,
    REASON_LENGTH,
};
use quarterdeck_api::bulk::Outcome;
use quarterdeck_api::ids::ApplicationId;
use quarterdeck_api::page::Page;
use quarterdeck_api::problem::{Code, Conflict};

use crate::chain::Entry;
use crate::gate::{Answer, Call, Caller, Committed, Refusal};
use rules::Verdict;
use store::Stored;

pub use store::{NewApplication, insert, of_user, waiting, waiting_query};

/// Lists the queue.
pub async fn list(call: Call<ListApplications>) -> Result<Answer<Page<ApplicationRow>>, Refusal> {
    let selection =
        store::Selection::of(&call.query).map_err(|field| Refusal::invalid(vec![field]))?;
    Ok(store::page(call.services.database.reads(), &selection)
        .await?
        .into())
}

/// Reads one application.
pub async fn get(call: Call<GetApplication>) -> Result<Answer<ApplicationView>, Refusal> {
    let found = store::find(call.services.database.reads(), call.path).await?;
    let view = found.ok_or_else(|| {
        Refusal::with_detail(
            Code::NotFound,
            format!("there is no application {}", call.path),
        )
    })?;
    Ok(view.into())
}

/// Decides applications: one transaction, a result for each id.
pub async fn decide(call: Call<DecideApplications>) -> Result<Committed<DecideReply>, Refusal> {
    let caller = call.caller()?;
    check_permission(call.body.action, caller)?;
    let ids = validate(&call.body)?;
    let tx = call.begin().await?;
    let stored = store::lock(tx.connection(), &ids).await?;
    let verdicts = judge(&call.body, &ids, &stored, caller);
    let changed: Vec<_> = verdicts
        .iter()
        .filter(|(_, verdict)| *verdict == Verdict::Change)
        .map(|(id, _)| *id)
        .collect();
    if changed.is_empty() {
        let reply = reply(&verdicts, &stored);
        return if reply.noop {
            tx.noop(reply).await
        } else {
            tx.commit(&[], reply).await
        };
    }
    let decision = store::Decision {
        status: call.body.action.target(),
        decided_at: tx.now,
        decided_by: caller.user_id,
        reason: call.body.reason.as_deref(),
    };
    store::apply(tx.connection(), &changed, &decision).await?;
    let updated = store::read(tx.connection(), &ids).await?;
    let entries = entries(call.body.action, &changes(&changed, &stored), ids.len());
    tx.commit(&entries, reply(&verdicts, &updated)).await
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
    let mut ids = Vec::with_capacity(body.ids.len().min(MAX_IDS));
    if body.ids.is_empty() || body.ids.len() > MAX_IDS {
        return Err(Refusal::invalid_field(
            "ids",
            format!("must name 1 to {MAX_IDS} applications"),
        ));
    }
    for id in &body.ids {
        if !ids.contains(id) {
            ids.push(*id);
        }
    }
    if let Some(quarterdeck_api::applications::ExpectedStatus::Each(statuses)) =
        &body.expected_status
        && statuses.len() != body.ids.len()
    {
        return Err(Refusal::invalid_field(
            "expected_status",
            "must be one status, or one for each id",
        ));
    }
    if let Some(reason) = &body.reason
        && !REASON_LENGTH.contains(&reason.trim().chars().count())
    {
        return Err(Refusal::invalid_field(
            "reason",
            "must have 3 to 500 characters",
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

fn judge(
    body: &DecideRequest,
    ids: &[ApplicationId],
    stored: &[Stored],
    caller: &Caller,
) -> Vec<(ApplicationId, Verdict)> {
    ids.iter()
        .map(|id| {
            let place = body.ids.iter().position(|listed| listed == id);
            let expected = place.and_then(|place| body.expected_status.as_ref()?.at(place));
            let current = stored
                .iter()
                .find(|stored| stored.id == *id)
                .map(|stored| stored.status);
            (
                *id,
                rules::decide(body.action, current, expected, |permission| {
                    caller.may(permission)
                }),
            )
        })
        .collect()
}

fn reply(verdicts: &[(ApplicationId, Verdict)], stored: &[Stored]) -> DecideReply {
    let results: Vec<_> = verdicts
        .iter()
        .map(|(id, verdict)| {
            let row = stored.iter().find(|stored| stored.id == *id);
            result(*id, *verdict, row)
        })
        .collect();
    let changed = verdicts
        .iter()
        .filter(|(_, verdict)| *verdict == Verdict::Change)
        .count();
    let noop = changed == 0
        && verdicts
            .iter()
            .all(|(_, verdict)| *verdict == Verdict::Noop);
    DecideReply {
        results,
        changed,
        noop,
    }
}

fn result(id: ApplicationId, verdict: Verdict, stored: Option<&Stored>) -> DecideResult {
    let outcome = match verdict {
        Verdict::Change => Outcome::Changed,
        Verdict::Noop => Outcome::Noop,
        Verdict::NotFound => Outcome::NotFound,
        Verdict::Conflict => Outcome::Conflict,
        Verdict::Forbidden => Outcome::Forbidden,
    };
    let row = stored.map(Stored::row);
    let conflict = row
        .as_ref()
        .filter(|_| verdict == Verdict::Conflict)
        .map(|row| Conflict {
            status: quarterdeck_api::text::Line::verbatim(row.status.to_string()),
            decided_by: row.decided_by.clone(),
            decided_at: row.decided_at,
            version: row.version,
        });
    DecideResult {
        id,
        outcome: outcome.into(),
        application: row,
        conflict,
    }
}

fn changes(
    changed: &[ApplicationId],
    before: &[Stored],
) -> Vec<(ApplicationId, ApplicationStatus)> {
    let changed = |stored: &&Stored| changed.contains(&stored.id);
    before
        .iter()
        .filter(changed)
        .map(|stored| (stored.id, stored.status))
        .collect()
}

/// A row for each application, and one for the call where it named several (C-33).
pub fn entries(
    action: ApplicationAction,
    changes: &[(ApplicationId, ApplicationStatus)],
    requested: usize,
) -> Vec<Entry> {
    let entry = |(id, from): &(ApplicationId, ApplicationStatus)| {
        let details = serde_json::json!({ "from": from.as_str(), "to": action.target().as_str() });
        Entry::new(action.audit_code(), "application", id.0).details(details)
    };
    let mut entries: Vec<_> = changes.iter().map(entry).collect();
    if requested > 1 {
        let code = action.bulk_audit_code();
        let details = serde_json::json!({ "changed": changes.len(), "requested": requested });
        entries.push(Entry {
            action: code.text_with_count(changes.len()),
            ..Entry::new(code, "application", "").details(details)
        });
    }
    entries
}
