//! The search that every queue has: by the beginning of a text, or by id.

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition};

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

impl Prefix {
    /// The rows whose key, which holds lower case, begins so.
    pub fn begins(&self, key: &Expr) -> Condition {
        Condition::all()
            .add(key.clone().gte(self.0.clone()))
            .add(key.clone().lt(format!("{}\u{10FFFF}", self.0)))
    }
}

/// What `q` selects: a prefix of any of these columns, which hold lower case, or an id written `#4711`.
/// All rows, where it is blank.
pub fn prefix_or_id<C: ColumnTrait>(q: Option<&str>, id: C, keys: &[C]) -> Condition {
    match Search::of(q) {
        Search::All => Condition::all(),
        Search::Id(number) => Condition::all().add(id.eq(number)),
        Search::Prefix(prefix) => keys
            .iter()
            .map(|key| prefix.begins(&Expr::col(key.as_column_ref())))
            .fold(Condition::any(), Condition::add),
    }
}
