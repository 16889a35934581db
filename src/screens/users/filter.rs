//! What the filter of users understands.

use chrono::{DateTime, Utc};
use quarterdeck_api::filter::AnyOf;
use quarterdeck_api::role::Role;
use quarterdeck_api::users::{UserRow, UserStatus, UsersQuery};

use crate::app::filter::{FilterError, FilterField, Relation, Term};
use crate::screens::screen::Compiled;

const STATUS: &str = "status";
const ROLE: &str = "role";
const STAFF: &str = "staff";
const VERIFIED: &str = "verified";
const AGE: &str = "age";
/// The value of `status:` that lets every status through, deleted and anonymized ones too.
const ANY: &str = "all";

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
    let is = |truth: bool| yes_or_no(term).is_ok_and(|wanted| wanted == truth);
    match (term.field, term.span()) {
        (Some(AGE), Ok(span)) if term.relation == Relation::Above => now - row.created_at > span,
        (Some(AGE), Ok(span)) => now - row.created_at < span,
        (Some(STATUS), _) => {
            let status = row.status.to_string();
            term.values()
                .any(|value| value == ANY || begins(&status, value))
        }
        (Some(ROLE), _) => {
            let has = |value| {
                row.roles
                    .iter()
                    .any(|role| begins(&role.to_string(), value))
            };
            term.values().any(has)
        }
        (Some(STAFF), _) => is(row.is_staff),
        (Some(VERIFIED), _) => is(row.verified_at.is_some()),
        (Some(_) | None, _) => true,
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
            Some(STATUS) if term.values().any(|value| value == ANY) => {
                query.status = Some(AnyOf(UserStatus::ALL.to_vec()));
            }
            Some(STATUS) => query.status = Some(any_of(term, UserStatus::ALL, UserStatus::as_str)?),
            Some(ROLE) => query.role = Some(any_of(term, Role::ALL, Role::as_str)?),
            Some(STAFF) => query.staff = Some(yes_or_no(term)?),
            Some(VERIFIED) => query.verified = Some(yes_or_no(term)?),
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

/// The values that a term names, by their beginnings.
fn any_of<T: Copy>(
    term: &Term,
    all: &[T],
    name: fn(T) -> &'static str,
) -> Result<AnyOf<T>, FilterError> {
    let mut named = Vec::new();
    for value in term.values() {
        let before = named.len();
        named.extend(all.iter().filter(|one| begins(name(**one), value)));
        if named.len() == before {
            let all: Vec<_> = all.iter().map(|one| name(*one)).collect();
            let (field, all) = (term.field.unwrap_or_default(), all.join(", "));
            return Err(term.error(&format!("no {field} `{value}`; there is {all}")));
        }
    }
    Ok(AnyOf(named))
}

fn yes_or_no(term: &Term) -> Result<bool, FilterError> {
    match term.value.as_str() {
        "yes" | "y" | "true" => Ok(true),
        "no" | "n" | "false" => Ok(false),
        _ => {
            let name = term.field.unwrap_or_default();
            Err(term.error(&format!("write {name}:yes or {name}:no")))
        }
    }
}

/// Whether a text begins so, whatever the case.
fn begins(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}
