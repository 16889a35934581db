//! The search that every queue has: by the beginning of a text, or by id.

use quarterdeck_api::filter::Pattern;
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition};

use super::Dialect;

/// What a query's `q` asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Search {
    /// All rows: it is blank.
    All,
    /// One row, written `#4711`.
    Id(i64),
    /// Whatever begins so.
    Prefix(Prefix),
}

impl Search {
    /// Reads `q`.
    pub fn of(q: Option<&str>) -> Self {
        let text = q.map(str::trim).unwrap_or_default();
        if text.is_empty() {
            return Self::All;
        }
        let number = text
            .strip_prefix('#')
            .and_then(|digits| digits.parse().ok());
        number.map_or_else(|| Self::Prefix(Prefix(text.to_lowercase())), Self::Id)
    }
}

/// The beginning of a text, in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefix(String);

impl From<Prefix> for Pattern {
    fn from(prefix: Prefix) -> Self {
        Self::Begins(prefix.0)
    }
}

impl Prefix {
    /// Of a text in lower case.
    pub fn of(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// What begins.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The rows whose key, which holds lower case, begins so. A key that is NULL does not: without saying
    /// so, it would fail the contrary as well.
    pub fn begins(&self, key: &Expr) -> Condition {
        Condition::all()
            .add(key.clone().gte(self.0.clone()))
            .add(key.clone().lt(format!("{}\u{10FFFF}", self.0)))
            .add(key.clone().is_not_null())
    }

    /// The rows of which any of these keys begins so.
    pub fn begins_any(&self, keys: impl Iterator<Item = Expr>) -> Condition {
        keys.map(|key| self.begins(&key))
            .fold(Condition::any(), Condition::add)
    }
}

fn found<C: ColumnTrait>(search: &Search, id: C, keys: &[C]) -> Condition {
    let keys = keys.iter().map(|key| Expr::col(key.as_column_ref()));
    selected(search, id, |prefix| prefix.begins_any(keys))
}

/// What finds the rows of a search. The databases cannot tell: SQLite keeps no statistics, PostgreSQL
/// plans a statement that it has seen often without its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lead {
    /// Whatever the database thinks best: nothing is ordered.
    Any,
    /// The indexes of the searched columns: few match.
    Search,
    /// The index of the list's order: so many match that a page of them is found sooner by reading on
    /// than by sorting them all.
    Order,
}

/// The same, found as is told.
pub fn found_by<C: ColumnTrait>(
    lead: Lead,
    dialect: Dialect,
    search: &Search,
    id: C,
    keys: &[C],
) -> Condition {
    match (dialect, lead) {
        // A sign before a column keeps SQLite from its index.
        (Dialect::Sqlite, Lead::Order) => {
            let unindexed = |key: &C| Expr::cust(format!("+\"{}\"", key.as_str()));
            selected(search, id, |prefix| {
                prefix.begins_any(keys.iter().map(unindexed))
            })
        }
        (Dialect::Postgres, Lead::Search) => {
            let found = Query::select()
                .column(id)
                .from(id.entity_name())
                .cond_where(found(search, id, keys))
                .to_owned();
            Condition::all().add(named_first(dialect, id, found))
        }
        (Dialect::Sqlite, Lead::Any | Lead::Search)
        | (Dialect::Postgres, Lead::Any | Lead::Order) => found(search, id, keys),
    }
}

/// Whether a subquery names the id. On PostgreSQL it is made an array before the rest is planned, so that no
/// order can tempt to read all rows.
pub fn named_first(dialect: Dialect, id: impl ColumnTrait, named: SelectStatement) -> Expr {
    match dialect {
        Dialect::Sqlite => id.in_subquery(named),
        Dialect::Postgres => {
            let named = Expr::SubQuery(None, Box::new(named.into()));
            Expr::cust_with_exprs("$1 = ANY(ARRAY($2))", [Expr::col(id), named])
        }
    }
}

/// What a search selects: all rows, the one of an id, or those that `begins` tells of a prefix.
pub fn selected<C: ColumnTrait>(
    search: &Search,
    id: C,
    begins: impl FnOnce(&Prefix) -> Condition,
) -> Condition {
    match search {
        Search::All => Condition::all(),
        Search::Id(number) => Condition::all().add(id.eq(*number)),
        Search::Prefix(prefix) => begins(prefix),
    }
}

/// The rows whose key, which holds lower case, is these parts with anything between them; in them nothing
/// has a meaning of its own. A key that is NULL is not.
pub fn is_globbed(dialect: Dialect, key: &Expr, parts: &[&str]) -> Condition {
    let parts: Vec<_> = parts.iter().map(|part| literal(dialect, part)).collect();
    let globbed = match dialect {
        Dialect::Sqlite => {
            Expr::cust_with_exprs("? GLOB ?", [key.clone(), Expr::val(parts.join("*"))])
        }
        Dialect::Postgres => key.clone().like(parts.join("%")),
    };
    Condition::all().add(globbed).add(key.clone().is_not_null())
}

/// A text that stands for itself within a pattern.
fn literal(dialect: Dialect, text: &str) -> String {
    let mut literal = String::with_capacity(text.len());
    for letter in text.chars() {
        match (dialect, letter) {
            (Dialect::Sqlite, '*' | '?' | '[') => literal.extend(['[', letter, ']']),
            (Dialect::Postgres, '%' | '_' | '\\') => literal.extend(['\\', letter]),
            (Dialect::Sqlite | Dialect::Postgres, _) => literal.push(letter),
        }
    }
    literal
}
