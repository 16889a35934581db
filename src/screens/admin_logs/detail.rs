//! A request in full: by whom, on whom, what was sent and what was answered.

use quarterdeck_api::admin_logs::AdminLogRow;
use quarterdeck_api::text::Body;

use super::columns::{by, tone_of};
use crate::app::shown::{Shown, Tone};
use crate::app::time::Times;
use crate::screens::screen::Fact;

/// Most targets that are named one by one.
const NAMED: usize = 20;

/// The request, top down from what matters.
pub(super) fn describe(row: &AdminLogRow, times: &Times) -> Vec<Fact> {
    let answered = match &row.code {
        Some(code) => format!("{} {code}", row.status),
        None => row.status.to_string(),
    };
    let mut facts = vec![
        Fact::Field {
            label: "Request",
            value: Shown::made(&format!("{} {}", row.method, row.url)),
            tone: Tone::Strong,
        },
        Fact::Field {
            label: "Answered",
            value: Shown::made(&format!("{answered} in {} ms", row.duration_ms)),
            tone: tone_of(row.status),
        },
        Fact::field("By", &actor(row)),
        Fact::field("On", &targets(row)),
        Fact::field("Came", &times.in_full(row.created_at)),
        Fact::field("From", row.ip_address.as_str()),
        Fact::field("Agent", row.user_agent.as_str()),
        Fact::field("Route", row.route.as_str()),
        Fact::field("Id", row.request_id.as_str()),
    ];
    let client = row.client_request_id.as_ref();
    facts.extend(client.map(|id| Fact::field("Client id", id.as_str())));
    let trace = row.trace_id.as_ref();
    facts.extend(trace.map(|id| Fact::field("Trace", id.as_str())));
    facts.extend(texts("Sent, without secrets", &row.request_body));
    facts.extend(texts("Answered, without secrets", &row.response));
    facts
}

fn actor(row: &AdminLogRow) -> String {
    match (row.user_id, &row.user_email) {
        (Some(id), Some(email)) => format!("{id} {email}"),
        (Some(_), None) | (None, _) => by(row).as_str().to_owned(),
    }
}

fn targets(row: &AdminLogRow) -> String {
    let all = &row.target_user_ids;
    let named: Vec<_> = all.iter().take(NAMED).map(ToString::to_string).collect();
    match all.len().saturating_sub(NAMED) {
        0 if all.is_empty() => "nobody in particular".to_owned(),
        0 => named.join(" "),
        more => format!("{} and {more} more", named.join(" ")),
    }
}

fn texts(title: &'static str, text: &Body) -> Vec<Fact> {
    if text.as_str().is_empty() {
        return Vec::new();
    }
    vec![Fact::Heading(title), Fact::Prose(text.clone())]
}
