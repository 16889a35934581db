//! The index of accounts and words ([`crate::gate::searchable`]): GIN on PostgreSQL, FTS5 on SQLite.

use quarterdeck_api::filter::words;
use sea_orm::Condition;
use sea_orm::sea_query::Expr;

use crate::db::Dialect;

/// What is looked for in the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sought {
    /// The account that requests were on.
    Target(i64),
    /// Words, each the beginning of one in the row; at least one.
    Words(Vec<String>),
    /// A word of the row, whole.
    Word(String),
}

impl Sought {
    /// The words of a text; none where it has none.
    pub fn words_of(text: &str) -> Option<Self> {
        Some(words(text))
            .filter(|words| !words.is_empty())
            .map(Self::Words)
    }

    /// As a condition that the index answers. Words are letters, digits, `=` and `_`, so none can end the
    /// quotes that it stands in.
    pub fn condition(&self, dialect: Dialect) -> Condition {
        Condition::all().add(match dialect {
            Dialect::Postgres => self.in_gin(),
            Dialect::Sqlite => Expr::cust_with_values(
                "id IN (SELECT rowid FROM admin_action_words WHERE admin_action_words MATCH ?)",
                [self.in_fts5()],
            ),
        })
    }

    fn in_gin(&self) -> Expr {
        let matches = |query: String| {
            Expr::cust_with_values(
                "array_to_tsvector(string_to_array(words, ' ')) @@ CAST($1 AS tsquery)",
                [query],
            )
        };
        match self {
            Self::Target(id) => Expr::cust_with_values(
                "string_to_array(targets, ' ') @> string_to_array($1, ' ')",
                [id.to_string()],
            ),
            Self::Words(words) => {
                let begin: Vec<_> = words.iter().map(|word| format!("'{word}':*")).collect();
                matches(begin.join(" & "))
            }
            Self::Word(word) => matches(format!("'{word}'")),
        }
    }

    fn in_fts5(&self) -> String {
        match self {
            Self::Target(id) => format!("targets : \"{id}\""),
            Self::Words(words) => {
                let begin: Vec<_> = words.iter().map(|word| format!("\"{word}\" *")).collect();
                format!("words : ({})", begin.join(" AND "))
            }
            Self::Word(word) => format!("words : \"{word}\""),
        }
    }
}
