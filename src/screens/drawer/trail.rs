//! What was done to a person, as the audit log tells it.

use quarterdeck_api::audit::{ActorKind, AuditRow};
use quarterdeck_api::text::{Body, Line};

use crate::app::time::Times;
use crate::screens::screen::Fact;

/// The newest rows of the trail.
pub(super) fn part(trail: Option<&[AuditRow]>, times: &Times) -> Vec<Fact> {
    let lines: Vec<String> = match trail {
        None => vec!["You lack the permission audit.view.".to_owned()],
        Some([]) => vec!["Nothing was done to this account.".to_owned()],
        Some(rows) => {
            let newest = rows.iter().map(|row| told(row, times));
            let whole = "The audit trail of the row has all of them.".to_owned();
            newest.chain([whole]).collect()
        }
    };
    let facts = lines.iter().map(|line| Fact::Prose(Body::new(line)));
    facts.collect()
}

/// `#81  2026-11-20 13:09Z  Banned user by ana@quarterdeck.example`
fn told(row: &AuditRow, times: &Times) -> String {
    let by = match (row.admin_email.as_ref(), row.actor_type.known()) {
        (Some(email), _) => email.as_str(),
        (None, Some(ActorKind::System)) => "the system",
        (None, Some(ActorKind::CommandLine)) => "the command line",
        (None, Some(ActorKind::Human) | None) => Line::as_str(&row.scope),
    };
    format!(
        "#{}  {}  {} by {by}",
        row.seq,
        times.in_full(row.created_at),
        row.action
    )
}
