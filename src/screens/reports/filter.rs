//! What the filter of the queue understands.

use chrono::{DateTime, Utc};
use quarterdeck_api::ids::UserId;
use quarterdeck_api::reports::{ReportRow, ReportStatus, ReportsQuery};

use crate::app::filter::{FilterError, FilterField, Term};
use crate::screens::screen::Compiled;
use crate::screens::terms::{self, Between};

const STATUS: &str = "status";
const REPORTED: &str = "reported";
const REPORTER: &str = "reporter";
const REPORTS: &str = "reports";
const REASON: &str = "reason";
const AGE: &str = "age";

/// The names that the filter knows.
pub(super) const FIELDS: &[FilterField] = &[
    FilterField {
        name: STATUS,
        example: "status:pending,resolved,dismissed or all",
    },
    FilterField {
        name: REPORTS,
        example: "reports>=3",
    },
    FilterField {
        name: REPORTED,
        example: "reported:#4711 or reported:ana",
    },
    FilterField {
        name: REPORTER,
        example: "reporter:#4711",
    },
    FilterField {
        name: REASON,
        example: "reason:spam",
    },
    FilterField {
        name: AGE,
        example: "age>2d",
    },
];

/// Whether a term with a name holds for a loaded row.
pub(super) fn holds(row: &ReportRow, term: &Term, now: DateTime<Utc>) -> bool {
    let is_person = |id: UserId, email: &str| match term.value.parse::<UserId>() {
        Ok(wanted) => id == wanted,
        Err(_) => terms::has(email, term),
    };
    match term.field {
        Some(STATUS) => terms::is_one_of(&row.status.to_string(), term),
        Some(REPORTED) => is_person(row.reported_user_id, row.reported.as_str()),
        Some(REPORTER) => is_person(row.reporter_id, row.reporter.as_str()),
        Some(REPORTS) => term.counts().is_ok_and(|counts| {
            let count = u32::try_from(row.report_count).unwrap_or(u32::MAX);
            counts.contains(&count)
        }),
        Some(REASON) => terms::has(row.reason.as_str(), term),
        Some(AGE) => terms::is_aged(row.created_at, term, now),
        Some(_) | None => true,
    }
}

/// Statuses, persons by id, the least count and ages are the server's. It finds one prefix in reason
/// and reported e-mail: the words, or else the first text that is looked for in either of them.
pub(super) fn compile(
    terms: &[Term],
    now: DateTime<Utc>,
) -> Result<Compiled<ReportsQuery>, FilterError> {
    let mut query = ReportsQuery::default();
    let mut words = Vec::new();
    let mut local = Vec::new();
    for term in terms {
        match term.field {
            Some(STATUS) => query.status = terms::one_of(term, ReportStatus::ALL, STATUS)?,
            Some(REPORTED) if term.value.parse::<UserId>().is_ok() => {
                query.reported_user_id = term.value.parse().ok();
            }
            Some(REPORTER) if term.value.parse::<UserId>().is_ok() => {
                query.reporter_id = term.value.parse().ok();
            }
            Some(REPORTS) => {
                let counts = term.counts()?;
                query.min_reports = Some(*counts.start());
                local.extend((*counts.end() < u32::MAX).then(|| term.clone()));
            }
            Some(AGE) => {
                let Between { from, to } = terms::ages(term, now)?;
                (query.from, query.to) = (from.or(query.from), to.or(query.to));
            }
            Some(_) => local.push(term.clone()),
            None => words.push(term.value.as_str()),
        }
    }
    let is_found = |term: &&Term| matches!(term.field, Some(REPORTED | REASON));
    query.q = if words.is_empty() {
        local.iter().find(is_found).map(|term| term.value.clone())
    } else {
        Some(words.join(" "))
    };
    Ok(Compiled {
        on_server: query != ReportsQuery::default(),
        query,
        local,
    })
}
