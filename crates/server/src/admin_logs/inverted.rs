//! What requests are found by ([`crate::gate::searchable`]), told in two ways that say the same: as the index of
//! accounts and words answers it (GIN on PostgreSQL, FTS5 on SQLite), and as reading a row tells.

use std::collections::BTreeSet;

use quarterdeck_api::filter::{Pattern, Test, words};
use sea_orm::Condition;
use sea_orm::sea_query::Expr;

use crate::db::Dialect;

/// What a row must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sought {
    /// The account that requests were on.
    Target(i64),
    /// A word that begins so.
    Beginning(String),
    /// A word, whole.
    Word(String),
    /// All of these.
    All(Vec<Self>),
    /// Any of these.
    Any(Vec<Self>),
}

impl Sought {
    /// The words of a text, each once; none where it has none, or more than so many.
    pub fn words_of(text: &str, most: usize) -> Option<Self> {
        let words: BTreeSet<_> = words(text).into_iter().collect();
        (1..=most)
            .contains(&words.len())
            .then(|| Self::beginnings(words.into_iter().collect()))
    }

    /// What a value of the filter asks for; none where it is nothing of the index.
    pub fn of_test(test: &Test) -> Option<Self> {
        match test {
            Test::Text(Pattern::Words(words)) => Some(Self::beginnings(words.clone())),
            Test::Target { kind, id } => {
                let is_user = kind.as_deref().is_none_or(|kind| kind == "user");
                let id = id.as_deref().filter(|_| is_user)?;
                id.parse().ok().map(Self::Target)
            }
            Test::Text(_)
            | Test::Anything
            | Test::Missing
            | Test::Present
            | Test::Number(_)
            | Test::Words(_)
            | Test::Flag(_)
            | Test::Me
            | Test::Account(_)
            | Test::Time(_) => None,
        }
    }

    fn beginnings(words: Vec<String>) -> Self {
        Self::All(words.into_iter().map(Self::Beginning).collect())
    }

    /// What a row must have one by one: the more is told apart, the better is seen what is rare.
    pub fn taken_apart(self) -> Vec<Self> {
        match self {
            Self::All(parts) => parts.into_iter().flat_map(Self::taken_apart).collect(),
            Self::Target(_) | Self::Beginning(_) | Self::Word(_) | Self::Any(_) => vec![self],
        }
    }

    /// As a condition that the index answers. Words are letters, digits, `=` and `_`, so none can end the
    /// quotes that it stands in.
    pub fn in_index(&self, dialect: Dialect) -> Condition {
        match self {
            Self::Target(id) => match dialect {
                Dialect::Postgres => one(Expr::cust_with_values(
                    "string_to_array(targets, ' ') @> string_to_array($1, ' ')",
                    [id.to_string()],
                )),
                Dialect::Sqlite => matches_fts5(format!("targets : \"{id}\"")),
            },
            Self::Beginning(word) => match dialect {
                Dialect::Postgres => matches_gin(format!("'{word}':*")),
                Dialect::Sqlite => matches_fts5(format!("words : \"{word}\" *")),
            },
            Self::Word(word) => match dialect {
                Dialect::Postgres => matches_gin(format!("'{word}'")),
                Dialect::Sqlite => matches_fts5(format!("words : \"{word}\"")),
            },
            Self::All(parts) => each(parts, Condition::all(), |part| part.in_index(dialect)),
            Self::Any(parts) => each(parts, Condition::any(), |part| part.in_index(dialect)),
        }
    }

    /// As a condition on what stands in the row, which is cheap where the row is read anyway.
    pub fn in_row(&self, dialect: Dialect) -> Condition {
        match self {
            Self::Target(id) => has(dialect, "' ' || targets || ' '", &format!(" {id} ")),
            Self::Beginning(word) => has(dialect, "' ' || words", &format!(" {word}")),
            Self::Word(word) => has(dialect, "' ' || words || ' '", &format!(" {word} ")),
            Self::All(parts) => each(parts, Condition::all(), |part| part.in_row(dialect)),
            Self::Any(parts) => each(parts, Condition::any(), |part| part.in_row(dialect)),
        }
    }
}

fn matches_gin(query: String) -> Condition {
    one(Expr::cust_with_values(
        "array_to_tsvector(string_to_array(words, ' ')) @@ CAST($1 AS tsquery)",
        [query],
    ))
}

fn matches_fts5(query: String) -> Condition {
    one(Expr::cust_with_values(
        "id IN (SELECT rowid FROM admin_action_words WHERE admin_action_words MATCH ?)",
        [query],
    ))
}

fn has(dialect: Dialect, text: &str, part: &str) -> Condition {
    let sql = match dialect {
        Dialect::Postgres => format!("strpos({text}, $1) > 0"),
        Dialect::Sqlite => format!("instr({text}, ?) > 0"),
    };
    one(Expr::cust_with_values(sql, [part]))
}

fn one(expr: Expr) -> Condition {
    Condition::all().add(expr)
}

fn each(parts: &[Sought], how: Condition, told: impl Fn(&Sought) -> Condition) -> Condition {
    parts.iter().map(told).fold(how, Condition::add)
}
