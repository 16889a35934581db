//! The search that every queue has: by the beginning of a text, or by id.

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition};

use super::Dialect;

/// What `q` selects: a prefix of any of these columns, which hold lower case, or an id written `#4711`.
/// All rows, where it is blank.
pub fn prefix_or_id<C: ColumnTrait>(q: Option<&str>, id: C, keys: &[C]) -> Condition {
    selected(q, id, keys.iter().map(|key| Expr::col(*key)))
}

/// The same where so many match that reading in the list's order finds a page of them sooner than
/// sorting them all. PostgreSQL sees that from its statistics; SQLite has to be kept from the indexes of
/// the columns, which a sign before their names does.
pub fn prefix_or_id_in_order<C: ColumnTrait>(
    q: Option<&str>,
    id: C,
    keys: &[C],
    dialect: Dialect,
) -> Condition {
    let plain = |key: &C| match dialect {
        Dialect::Sqlite => Expr::cust(format!("+\"{}\"", key.as_str())),
        Dialect::Postgres => Expr::col(*key),
    };
    selected(q, id, keys.iter().map(plain))
}

fn selected<C: ColumnTrait>(q: Option<&str>, id: C, keys: impl Iterator<Item = Expr>) -> Condition {
    let text = q.map(str::trim).unwrap_or_default();
    if text.is_empty() {
        return Condition::all();
    }
    let number = text
        .strip_prefix('#')
        .and_then(|digits| digits.parse::<i64>().ok());
    if let Some(number) = number {
        return Condition::all().add(id.eq(number));
    }
    let prefix = text.to_lowercase();
    let end = format!("{prefix}\u{10FFFF}");
    let starts = |key: Expr| {
        Condition::all()
            .add(key.clone().gte(prefix.clone()))
            .add(key.lt(end.clone()))
    };
    keys.map(starts).fold(Condition::any(), Condition::add)
}
