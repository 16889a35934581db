//! What an index of parts finds accounts by: `user_search` holds the trigrams of e-mail, name, handle and
//! Twitch handle, for `pg_trgm` on PostgreSQL and in FTS5 on SQLite.
//!
//! It finds more than is asked for, since it does not tell these texts apart: conditions on the account's own
//! columns say which rows match.

use quarterdeck_api::filter::{Pattern, SHORTEST_PART, Test};
use sea_orm::sea_query::{Expr, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition};

use super::entities::Column;
use crate::db::Dialect;
use crate::db::search::{self, Lead};

/// Letters of a part that the index is asked for; the account's own columns say the rest.
const LONGEST: usize = 16;

/// Parts that every match has: of each group any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts(Vec<Vec<String>>);

impl Parts {
    /// Of conditions that all hold, each by any of its values. None where there are indexes for all of
    /// them: whoever looks for the beginning of a text needs no other.
    pub fn of<'t>(conditions: impl Iterator<Item = Vec<&'t Test>>) -> Self {
        let conditions: Vec<_> = conditions.collect();
        if !conditions.iter().flatten().any(|test| is_within(test)) {
            return Self::default();
        }
        Self(conditions.iter().filter_map(|any| group(any)).collect())
    }

    /// Whether the index has nothing to say.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The accounts that the index names; all of them where the list's order is to lead.
    pub fn found(&self, lead: Lead, dialect: Dialect) -> Condition {
        if self.is_empty() {
            return Condition::all();
        }
        let named = self.named(dialect);
        Condition::all().add_option(match lead {
            Lead::Order => None,
            Lead::Any => Some(Column::Id.in_subquery(named)),
            Lead::Search => Some(search::named_first(dialect, Column::Id, named)),
        })
    }

    /// The accounts of which any of these keys has the parts.
    pub fn within(&self, keys: &[Column], dialect: Dialect) -> Condition {
        let has = |part: &String| {
            let keys = keys.iter().map(|key| Expr::col(*key));
            let has = |key: Expr| search::is_globbed(dialect, &key, &["", part, ""]);
            keys.map(has).fold(Condition::any(), Condition::add)
        };
        self.each(has)
    }

    /// Of each group any, by what says of a part whether somebody has it.
    fn each(&self, has: impl Fn(&String) -> Condition) -> Condition {
        let any = |parts: &Vec<String>| {
            parts
                .iter()
                .map(&has)
                .fold(Condition::any(), Condition::add)
        };
        self.0
            .iter()
            .map(any)
            .fold(Condition::all(), Condition::add)
    }

    /// The ids of the accounts that the index names.
    pub fn named(&self, dialect: Dialect) -> SelectStatement {
        let (id, asked) = match dialect {
            Dialect::Sqlite => {
                let asked = Expr::cust_with_values("user_search MATCH ?", [self.in_fts5()]);
                ("rowid", Condition::all().add(asked))
            }
            Dialect::Postgres => ("user_id", self.in_trigrams()),
        };
        Query::select()
            .column(id)
            .from("user_search")
            .cond_where(asked)
            .to_owned()
    }

    fn in_trigrams(&self) -> Condition {
        let text = Expr::col(("user_search", "text"));
        self.each(|part| search::is_globbed(Dialect::Postgres, &text, &["", part, ""]))
    }

    fn in_fts5(&self) -> String {
        let has = |part: &String| format!("({})", trigrams(part).join(" AND "));
        let any = |parts: &Vec<String>| {
            let any: Vec<_> = parts.iter().map(has).collect();
            format!("({})", any.join(" OR "))
        };
        let all: Vec<_> = self.0.iter().map(any).collect();
        all.join(" AND ")
    }
}

/// Whether it looks within texts, which no index but that of parts can.
fn is_within(test: &Test) -> bool {
    match test.pattern() {
        Some(Pattern::Contains(_) | Pattern::Glob(_)) => true,
        Some(
            Pattern::Equals(_)
            | Pattern::Begins(_)
            | Pattern::Regex(_)
            | Pattern::Fuzzy(_)
            | Pattern::Words(_),
        )
        | None => false,
    }
}

/// The parts of which a match of any of these has one; none where some match without.
fn group(any: &[&Test]) -> Option<Vec<String>> {
    any.iter().map(|test| part(test)).collect()
}

fn part(test: &Test) -> Option<String> {
    let part = telling(test.pattern()?.part()?);
    Some(part.chars().take(LONGEST).collect())
}

/// What tells most of a part: of an address the mailbox, for many have one provider, and the index would be read
/// through all of them.
fn telling(part: &str) -> &str {
    let mailbox = part.find('@').map(|at| &part[..=at]);
    let is_enough = |mailbox: &&str| mailbox.chars().nth(SHORTEST_PART - 1).is_some();
    mailbox.filter(is_enough).unwrap_or(part)
}

/// Every three letters that follow each other, in quotes, in which nothing has a meaning of its own.
fn trigrams(part: &str) -> Vec<String> {
    let letters: Vec<char> = part.chars().collect();
    let all = letters.windows(SHORTEST_PART);
    all.map(|three| {
        let text: String = three.iter().collect();
        format!("\"{}\"", text.replace('"', "\"\""))
    })
    .collect()
}
