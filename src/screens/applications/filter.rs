//! What the filter of the queue understands.

use chrono::{DateTime, Utc};
use quarterdeck_api::applications::{ApplicationRow, ApplicationStatus, ApplicationsQuery};
use quarterdeck_api::filter::AnyOf;

use crate::app::filter::{FilterError, FilterField, Relation, Term};
use crate::screens::screen::Compiled;

const STATUS: &str = "status";
const AGE: &str = "age";
/// The value of `status:` that lets every status through.
const ANY: &str = "all";

/// The names that the filter knows.
pub(super) const FIELDS: &[FilterField] = &[
    FilterField {
        name: STATUS,
        example: "status:PENDING,ACTIVE,REJECTED,WAITLISTED or all",
    },
    FilterField {
        name: AGE,
        example: "age>2d",
    },
];

/// Whether a term with a name holds for a loaded row.
pub(super) fn holds(row: &ApplicationRow, term: &Term, now: DateTime<Utc>) -> bool {
    match (term.field, term.span()) {
        (Some(AGE), Ok(span)) if term.relation == Relation::Above => now - row.submitted_at > span,
        (Some(AGE), Ok(span)) => now - row.submitted_at < span,
        (Some(STATUS), _) => {
            let status = row.status.to_string();
            term.values()
                .any(|value| value == ANY || begins(&status, value))
        }
        (Some(_) | None, _) => true,
    }
}

/// All of it is the server's: statuses, span of age, and words as one prefix.
pub(super) fn compile(
    terms: &[Term],
    now: DateTime<Utc>,
) -> Result<Compiled<ApplicationsQuery>, FilterError> {
    let mut query = ApplicationsQuery::default();
    let mut words = Vec::new();
    for term in terms {
        match term.field {
            Some(STATUS) => query.status = statuses(term)?,
            Some(AGE) => {
                let limit = now.checked_sub_signed(term.span()?);
                match term.relation {
                    Relation::Above => query.to = limit,
                    Relation::Below | Relation::Is => query.from = limit,
                }
            }
            Some(_) | None => words.push(term.value.as_str()),
        }
    }
    query.q = (!words.is_empty()).then(|| words.join(" "));
    Ok(Compiled {
        query,
        on_server: !terms.is_empty(),
        local: Vec::new(),
    })
}

/// The statuses that a term names, by their beginnings; none for all of them.
fn statuses(term: &Term) -> Result<Option<AnyOf<ApplicationStatus>>, FilterError> {
    let mut named = Vec::new();
    for value in term.values() {
        if value == ANY {
            return Ok(None);
        }
        let mut matching = ApplicationStatus::ALL
            .iter()
            .filter(|status| begins(status.as_str(), value))
            .peekable();
        if matching.peek().is_none() {
            let all: Vec<_> = ApplicationStatus::ALL
                .iter()
                .map(|status| status.as_str())
                .collect();
            return Err(term.error(&format!(
                "no status `{value}`; there is {} or all",
                all.join(", ")
            )));
        }
        named.extend(matching);
    }
    Ok(Some(AnyOf(named)))
}

/// Whether a text begins so, whatever the case.
fn begins(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}
