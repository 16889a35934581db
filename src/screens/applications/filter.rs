//! What the filter of the queue understands.

use chrono::{DateTime, Utc};
use quarterdeck_api::applications::{ApplicationRow, ApplicationStatus, ApplicationsQuery};

use crate::app::filter::{FilterError, FilterField, Term};
use crate::screens::screen::Compiled;
use crate::screens::terms::{self, Between};

const STATUS: &str = "status";
const AGE: &str = "age";

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
    match term.field {
        Some(AGE) => terms::is_aged(row.submitted_at, term, now),
        Some(STATUS) => terms::is_one_of(&row.status.to_string(), term),
        Some(_) | None => true,
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
            Some(STATUS) => query.status = terms::one_of(term, ApplicationStatus::ALL, STATUS)?,
            Some(AGE) => {
                let Between { from, to } = terms::ages(term, now)?;
                (query.from, query.to) = (from.or(query.from), to.or(query.to));
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
