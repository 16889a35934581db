//! What the filter of users understands.

use chrono::{DateTime, Utc};
use quarterdeck_api::filter::AnyOf;
use quarterdeck_api::role::Role;
use quarterdeck_api::users::{UserRow, UserStatus, UsersQuery};

use crate::app::filter::{FilterError, FilterField, Term};
use crate::screens::screen::Compiled;
use crate::screens::terms;

const STATUS: &str = "status";
const ROLE: &str = "role";
const STAFF: &str = "staff";
const VERIFIED: &str = "verified";
const AGE: &str = "age";

/// The names that the filter knows.
pub(super) const FIELDS: &[FilterField] = &[
    FilterField {
        name: STATUS,
        example: "status:banned,suspended,deleted or all",
    },
    FilterField {
        name: ROLE,
        example: "role:Support,Admin",
    },
    FilterField {
        name: STAFF,
        example: "staff:yes",
    },
    FilterField {
        name: VERIFIED,
        example: "verified:no",
    },
    FilterField {
        name: AGE,
        example: "age<7d",
    },
];

/// Whether a term with a name holds for a loaded row.
pub(super) fn holds(row: &UserRow, term: &Term, now: DateTime<Utc>) -> bool {
    let is = |truth: bool| terms::yes_or_no(term).is_ok_and(|wanted| wanted == truth);
    match term.field {
        Some(AGE) => terms::is_aged(row.created_at, term, now),
        Some(STATUS) => terms::is_one_of(&row.status.to_string(), term),
        Some(ROLE) => {
            let mut roles = row.roles.iter();
            roles.any(|role| terms::is_one_of(&role.to_string(), term))
        }
        Some(STAFF) => is(row.is_staff),
        Some(VERIFIED) => is(row.verified_at.is_some()),
        Some(_) | None => true,
    }
}

/// All of it is the server's; words are one prefix of e-mail, name or handle, or an id.
pub(super) fn compile(
    terms: &[Term],
    now: DateTime<Utc>,
) -> Result<Compiled<UsersQuery>, FilterError> {
    let mut query = UsersQuery::default();
    let mut words = Vec::new();
    for term in terms {
        match term.field {
            Some(STATUS) => {
                // Unasked, the server leaves out who is deleted or anonymized.
                let named = terms::one_of(term, UserStatus::ALL, STATUS)?;
                query.status = named.or_else(|| Some(AnyOf(UserStatus::ALL.to_vec())));
            }
            Some(ROLE) => query.role = terms::one_of(term, Role::ALL, ROLE)?,
            Some(STAFF) => query.staff = Some(terms::yes_or_no(term)?),
            Some(VERIFIED) => query.verified = Some(terms::yes_or_no(term)?),
            Some(AGE) => {
                let between = terms::ages(term, now)?;
                query.from = between.from.or(query.from);
                query.to = between.to.or(query.to);
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
