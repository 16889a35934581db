//! What the filter of the queue understands.

use chrono::{DateTime, Utc};
use quarterdeck_api::data_requests::{
    DataRequestKind, DataRequestRow, DataRequestStatus, DataRequestsQuery,
};
use quarterdeck_api::ids::UserId;

use super::deadline::is_overdue;
use crate::app::filter::{FilterError, FilterField, Relation, Term};
use crate::screens::screen::Compiled;
use crate::screens::terms;

const STATUS: &str = "status";
const KIND: &str = "kind";
const OVERDUE: &str = "overdue";
const DUE: &str = "due";
const USER: &str = "user";
const AGE: &str = "age";

/// The names that the filter knows.
pub(super) const FIELDS: &[FilterField] = &[
    FilterField {
        name: STATUS,
        example: "status:pending,completed,failed or all",
    },
    FilterField {
        name: KIND,
        example: "kind:export,deletion or all",
    },
    FilterField {
        name: OVERDUE,
        example: "overdue:yes",
    },
    FilterField {
        name: DUE,
        example: "due<3d",
    },
    FilterField {
        name: USER,
        example: "user:#4711",
    },
    FilterField {
        name: AGE,
        example: "age>2d",
    },
];

/// Whether a term with a name holds for a loaded row.
pub(super) fn holds(row: &DataRequestRow, term: &Term, now: DateTime<Utc>) -> bool {
    match term.field {
        Some(STATUS) => terms::is_one_of(&row.status.to_string(), term),
        Some(KIND) => terms::is_one_of(&row.kind.to_string(), term),
        Some(OVERDUE) => terms::yes_or_no(term).is_ok_and(|wanted| wanted == is_overdue(row, now)),
        Some(DUE) => is_due(row, term, now),
        Some(USER) => match term.value.parse::<UserId>() {
            Ok(id) => row.user_id == id,
            Err(_) => terms::has(row.user.as_str(), term),
        },
        Some(AGE) => terms::is_aged(row.created_at, term, now),
        Some(_) | None => true,
    }
}

fn is_due(row: &DataRequestRow, term: &Term, now: DateTime<Utc>) -> bool {
    match (term.relation, term.span()) {
        (Relation::Above, Ok(span)) => row.deadline - now > span,
        (Relation::Below | Relation::Is, Ok(span)) => row.deadline - now < span,
        (_, Err(_)) => true,
    }
}

/// All but ages is the server's; it finds one prefix in the e-mail: the words, or the user's.
pub(super) fn compile(
    terms: &[Term],
    now: DateTime<Utc>,
) -> Result<Compiled<DataRequestsQuery>, FilterError> {
    let mut query = DataRequestsQuery::default();
    let mut words = Vec::new();
    let mut local = Vec::new();
    for term in terms {
        match term.field {
            Some(STATUS) => query.status = terms::one_of(term, DataRequestStatus::ALL, STATUS)?,
            Some(KIND) => query.kind = terms::one_of(term, DataRequestKind::ALL, KIND)?,
            Some(OVERDUE) => query.overdue = Some(terms::yes_or_no(term)?),
            Some(DUE) => {
                let limit = now.checked_add_signed(term.span()?);
                match term.relation {
                    Relation::Above => query.from = limit,
                    Relation::Below | Relation::Is => query.to = limit,
                }
            }
            Some(USER) if term.value.parse::<UserId>().is_ok() => {
                query.user_id = term.value.parse().ok();
            }
            Some(AGE) => {
                terms::ages(term, now)?;
                local.push(term.clone());
            }
            Some(_) => local.push(term.clone()),
            None => words.push(term.value.as_str()),
        }
    }
    query.q = if words.is_empty() {
        let mut users = local.iter().filter(|term| term.field == Some(USER));
        users.next().map(|term| term.value.clone())
    } else {
        Some(words.join(" "))
    };
    Ok(Compiled {
        on_server: query != DataRequestsQuery::default(),
        query,
        local,
    })
}
