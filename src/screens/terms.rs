//! What screens make of the terms of a filter alike: sets by their beginnings, ages, outside text.

use std::fmt::Display;

use chrono::{DateTime, Utc};
use quarterdeck_api::filter::AnyOf;

use crate::app::filter::{FilterError, Relation, Term};

/// The value that lets everything through: `status:all`.
pub const ANY: &str = "all";

/// The values that a term names by their beginnings; none for all of them.
///
/// # Errors
/// A value that none of them begins with; it is named with what there is.
pub fn one_of<T: Copy + Display>(
    term: &Term,
    all: &[T],
    what: &str,
) -> Result<Option<AnyOf<T>>, FilterError> {
    let mut named = Vec::new();
    for value in term.values() {
        if value == ANY {
            return Ok(None);
        }
        let before = named.len();
        let fits = |known: &&T| begins(&known.to_string(), value);
        named.extend(all.iter().filter(fits).copied());
        if named.len() == before {
            let all: Vec<_> = all.iter().map(ToString::to_string).collect();
            return Err(term.error(&format!(
                "no {what} `{value}`; there is {} or {ANY}",
                all.join(", ")
            )));
        }
    }
    Ok(Some(AnyOf(named)))
}

/// Whether a text begins with one of the values of a term.
pub fn is_one_of(text: &str, term: &Term) -> bool {
    term.values()
        .any(|value| value == ANY || begins(text, value))
}

/// Whether a text holds the value of a term, whatever the case.
pub fn has(text: &str, term: &Term) -> bool {
    text.to_lowercase().contains(&term.value.to_lowercase())
}

/// Whether something of this time is as old as a term asks; what is no age leaves nothing out.
pub fn is_aged(at: DateTime<Utc>, term: &Term, now: DateTime<Utc>) -> bool {
    match (term.relation, term.span()) {
        (Relation::Above, Ok(span)) => now - at > span,
        (Relation::Below | Relation::Is, Ok(span)) => now - at < span,
        (_, Err(_)) => true,
    }
}

/// The times between which something lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Between {
    /// From this one on.
    pub from: Option<DateTime<Utc>>,
    /// Before this one.
    pub to: Option<DateTime<Utc>>,
}

/// The times between which something lies that is as old as a term asks.
///
/// # Errors
/// The value is no span of time.
pub fn ages(term: &Term, now: DateTime<Utc>) -> Result<Between, FilterError> {
    let limit = now.checked_sub_signed(term.span()?);
    Ok(match term.relation {
        Relation::Above => Between {
            from: None,
            to: limit,
        },
        Relation::Below | Relation::Is => Between {
            from: limit,
            to: None,
        },
    })
}

/// What a term asks that is either so or not: `staff:yes`.
///
/// # Errors
/// The value is neither.
pub fn yes_or_no(term: &Term) -> Result<bool, FilterError> {
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
