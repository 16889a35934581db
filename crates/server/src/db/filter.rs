//! What the terms of a list's filter ask, as conditions on its columns (`quarterdeck_api::filter`).
//!
//! Each room says which column a name is; how a value is compared with one is said here once. A row whose
//! column is NULL fails every value and passes their contrary, as it does where a console holds the filter
//! against the rows that it has loaded.

use std::hash::{Hash, Hasher};
use std::ops::Bound;

use chrono::{DateTime, Utc};
use quarterdeck_api::filter::{
    About, Asked, Context, Field, Filter, FilterError, Pattern, Period, Test, between,
};
use quarterdeck_api::problem::FieldProblem;
use sea_orm::sea_query::{Expr, ExprTrait, SelectStatement};
use sea_orm::{Condition, Value};

use super::Dialect;
use super::search::{self, Prefix};

/// What is wrong with the text of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unanswered {
    /// It cannot be read.
    Wrong(FilterError),
    /// It is right, and no index answers a part of it.
    LocalOnly(FilterError),
}

/// Reads the text of a query's filter; blank or absent lets every row through.
pub fn read<F: Field>(text: Option<&str>) -> Result<Filter<F>, Unanswered> {
    let filter = Filter::parse(text.unwrap_or_default()).map_err(Unanswered::Wrong)?;
    filter.asked().map_err(Unanswered::LocalOnly)?;
    Ok(filter)
}

/// A filter that indexes answer, and what it is told from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Narrowing<F: Field> {
    /// The filter.
    pub filter: Filter<F>,
    /// Who asks, and when.
    pub context: Context,
}

impl<F: Field> Hash for Narrowing<F> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.filter.to_string().hash(state);
    }
}

impl<F: Field> Narrowing<F> {
    /// The account of who asks.
    pub fn me(&self) -> Option<i64> {
        self.context.me.as_ref().map(|me| me.id.0)
    }

    /// Everything that the filter asks, as a room compares each value of a name.
    pub fn condition(&self, compare: impl Fn(About<F>, &Test) -> Condition) -> Condition {
        // Reading refused what is not answered.
        let asked = self.filter.asked().unwrap_or_default();
        asked.iter().fold(Condition::all(), |all, one| {
            all.add(one_name(one, &compare))
        })
    }

    /// The order asked for, by the query or by the filter.
    pub fn order(&self, asked: Option<F::Sort>) -> Result<Option<F::Sort>, FieldProblem> {
        match (asked, self.filter.sort()) {
            (Some(_), Some(_)) => Err(FieldProblem::new("sort", "stands in the filter already")),
            (asked, filtered) => Ok(asked.or(filtered)),
        }
    }
}

fn one_name<F: Field>(
    asked: &Asked<'_, F>,
    compare: &impl Fn(About<F>, &Test) -> Condition,
) -> Condition {
    let any = asked.any.iter().fold(Condition::any(), |any, test| {
        any.add(compare(asked.about, test))
    });
    if asked.is_negated { any.not() } else { any }
}

/// Lets no row through: what a value that its column cannot hold asks.
pub fn nothing() -> Condition {
    Condition::all().add(Expr::val(1).eq(0))
}

/// Lets every row through.
pub fn anything() -> Condition {
    Condition::all()
}

/// A number in a column that is never NULL.
pub fn number(column: &Expr, test: &Test) -> Condition {
    match test {
        Test::Anything => anything(),
        Test::Number(between) => range(column, *between),
        Test::Missing
        | Test::Present
        | Test::Words(_)
        | Test::Flag(_)
        | Test::Text(_)
        | Test::Me
        | Test::Account(_)
        | Test::Time(_)
        | Test::Target { .. } => nothing(),
    }
}

/// A time in a column that is never NULL.
pub fn time(column: &Expr, test: &Test, now: DateTime<Utc>) -> Condition {
    match test {
        Test::Anything => anything(),
        Test::Time(period) => during(column, *period, now),
        Test::Missing
        | Test::Present
        | Test::Number(_)
        | Test::Words(_)
        | Test::Flag(_)
        | Test::Text(_)
        | Test::Me
        | Test::Account(_)
        | Test::Target { .. } => nothing(),
    }
}

fn during(column: &Expr, period: Period, now: DateTime<Utc>) -> Condition {
    range(column, between(period, now))
}

fn range<T: Into<Value>>(column: &Expr, (from, to): (Bound<T>, Bound<T>)) -> Condition {
    let column = || column.clone();
    let lower = match from {
        Bound::Included(from) => Some(column().gte(from)),
        Bound::Excluded(from) => Some(column().gt(from)),
        Bound::Unbounded => None,
    };
    let upper = match to {
        Bound::Included(to) => Some(column().lte(to)),
        Bound::Excluded(to) => Some(column().lt(to)),
        Bound::Unbounded => None,
    };
    Condition::all().add_option(lower).add_option(upper)
}

/// A word in a column that is never NULL.
pub fn word(column: &Expr, test: &Test) -> Condition {
    match test {
        Test::Anything => anything(),
        Test::Words(words) => Condition::all().add(column.clone().is_in(words.iter().copied())),
        Test::Missing
        | Test::Present
        | Test::Number(_)
        | Test::Flag(_)
        | Test::Text(_)
        | Test::Me
        | Test::Account(_)
        | Test::Time(_)
        | Test::Target { .. } => nothing(),
    }
}

/// Text in a column that holds it in lower case; NULL fails it.
pub fn text(key: &Expr, test: &Test) -> Condition {
    if *test == Test::Anything {
        return anything();
    }
    let Some(pattern) = test.pattern() else {
        return nothing();
    };
    match pattern {
        Pattern::Equals(wanted) => Condition::all()
            .add(key.clone().eq(wanted.clone()))
            .add(key.clone().is_not_null()),
        Pattern::Begins(prefix) => Prefix::of(prefix).begins(key),
        Pattern::Contains(_)
        | Pattern::Glob(_)
        | Pattern::Regex(_)
        | Pattern::Fuzzy(_)
        | Pattern::Words(_) => nothing(),
    }
}

/// The same, and any part of it as well; what finds the rows is another matter.
pub fn text_or_part(dialect: Dialect, key: &Expr, test: &Test) -> Condition {
    match test.pattern() {
        Some(Pattern::Contains(part)) => search::is_globbed(dialect, key, &["", part, ""]),
        Some(Pattern::Glob(parts)) => {
            let parts: Vec<_> = parts.iter().map(String::as_str).collect();
            search::is_globbed(dialect, key, &parts)
        }
        Some(
            Pattern::Equals(_)
            | Pattern::Begins(_)
            | Pattern::Regex(_)
            | Pattern::Fuzzy(_)
            | Pattern::Words(_),
        )
        | None => text(key, test),
    }
}

/// A person, by a column with the account's id, or by the e-mail of the account that it names; `people`
/// are the ids of the accounts whose e-mail is as asked.
pub fn person(
    id: &Expr,
    test: &Test,
    me: Option<i64>,
    people: impl Fn(&Test) -> SelectStatement,
) -> Condition {
    let is = |wanted: i64| Condition::all().add(id.clone().eq(wanted));
    match test {
        Test::Anything => anything(),
        Test::Me => me.map_or_else(nothing, is),
        Test::Account(wanted) => is(*wanted),
        Test::Text(_) => Condition::all().add(id.clone().in_subquery(people(test))),
        Test::Missing
        | Test::Present
        | Test::Number(_)
        | Test::Words(_)
        | Test::Flag(_)
        | Test::Time(_)
        | Test::Target { .. } => nothing(),
    }
}

/// Whether something is so; `holds` tells what holds where it is, and where it is not.
pub fn flag(holds: impl FnOnce(bool) -> Condition, test: &Test) -> Condition {
    match test {
        Test::Anything => anything(),
        Test::Flag(wanted) => holds(*wanted),
        Test::Missing
        | Test::Present
        | Test::Number(_)
        | Test::Words(_)
        | Test::Text(_)
        | Test::Me
        | Test::Account(_)
        | Test::Time(_)
        | Test::Target { .. } => nothing(),
    }
}
