//! A page of the requests that have words, or were on an account.
//!
//! The index finds the few that have a rare word. Of a common one it would bring millions, and of a beginning all
//! words that begin so, before anything else is asked. So some rows are read first, so many and no more: they
//! tell which of the words are rare enough to ask the index for; where none is, reading on finds a page soonest.

use quarterdeck_api::page::COUNT_CAP;
use sea_orm::sea_query::{Asterisk, Expr, Func, Query, SelectStatement};
use sea_orm::{Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryResult, Select};

use super::entities::{Column, Entity, Model};
use super::inverted::Sought;
use super::selection::Selection;
use crate::db::Dialect;
use crate::db::paging::{Direction, Total};
use crate::db::search::named_first;

/// Rows that are read first.
const READ: u64 = 5_000;
/// Where one of so many of them matches, a page is soon found by reading on.
const SOON: u64 = 100;
/// What one of so many of them has leads nowhere, even where nothing rarer is asked for.
const COMMON: u64 = 3;

/// How many match, and the rows of a page and one more.
pub(super) async fn page(
    connection: &impl ConnectionTrait,
    selection: &Selection,
) -> Result<(Total, Vec<Model>), DbErr> {
    let paging = &selection.paging;
    let search = Search {
        selection,
        sought: selection.sought(),
        dialect: Dialect::of(connection),
    };
    let beginning = search.look(connection, Condition::all()).await?;
    let leads = if paging.after.is_some() {
        let here = search.look(connection, selection.begins()).await?;
        here.leads(&search.sought)
    } else {
        beginning.leads(&search.sought)
    };
    let total = if leads.is_empty() && paging.is_capped() {
        beginning.total()
    } else {
        let matching = Entity::find().filter(search.matching(&leads));
        paging.total_of(connection, matching).await?
    };
    let page = selection.page_of(search.found(&leads));
    let rows = page.all(connection).await?;
    Ok((total, rows))
}

struct Search<'s> {
    selection: &'s Selection,
    sought: Vec<Sought>,
    dialect: Dialect,
}

impl Search<'_> {
    /// Everything asked for, with what the index is asked.
    fn matching(&self, leads: &[&Sought]) -> Condition {
        let leads = leads.iter().map(|lead| lead.in_index(self.dialect));
        leads.fold(self.selection.condition(self.dialect), Condition::add)
    }

    fn found(&self, leads: &[&Sought]) -> Select<Entity> {
        let matching = self.matching(leads);
        if leads.is_empty() {
            return Entity::find().filter(matching);
        }
        let named = Query::select()
            .column(Column::Id)
            .from(Entity)
            .cond_where(matching)
            .to_owned();
        Entity::find().filter(named_first(self.dialect, Column::Id, named))
    }

    /// Reads the first rows from a place on, and counts what they have.
    async fn look(
        &self,
        connection: &impl ConnectionTrait,
        begins: Condition,
    ) -> Result<Look, DbErr> {
        let count = |condition| Func::count(Expr::case(condition, 1));
        let mut counting = Query::select()
            .expr_as(Func::count(Expr::val(1)), "looked_at")
            .expr_as(count(self.selection.condition(self.dialect)), "matching")
            .expr_as(Expr::cust(ROWS), "rows")
            .from_subquery(self.stretch(begins), "admin_action_log")
            .to_owned();
        for (place, sought) in self.sought.iter().enumerate() {
            counting.expr_as(count(sought.in_row(self.dialect)), having(place));
        }
        let row = connection.query_one(&counting).await?;
        let row = row.ok_or_else(|| DbErr::RecordNotFound("a count has one row".to_owned()))?;
        let having = (0..self.sought.len()).map(|place| number(&row, &having(place)));
        Ok(Look {
            looked_at: number(&row, "looked_at")?,
            matching: number(&row, "matching")?,
            having: having.collect::<Result<_, _>>()?,
            rows: number(&row, "rows")?,
        })
    }

    fn stretch(&self, begins: Condition) -> SelectStatement {
        Query::select()
            .column(Asterisk)
            .from(Entity)
            .cond_where(begins)
            .cond_where(self.selection.range())
            .order_by(Column::CreatedAt, Direction::Descending.order())
            .order_by(Column::Id, Direction::Descending.order())
            .limit(READ)
            .to_owned()
    }
}

/// About how many rows there are; rows of the log go in the order of their ids.
const ROWS: &str =
    "(SELECT max(id) FROM admin_action_log) - (SELECT min(id) FROM admin_action_log) + 1";

fn having(place: usize) -> String {
    format!("having_{place}")
}

fn number(row: &QueryResult, name: &str) -> Result<u64, DbErr> {
    let number: Option<i64> = row.try_get("", name)?;
    Ok(number
        .and_then(|number| u64::try_from(number).ok())
        .unwrap_or(0))
}

/// What the rows that were read have.
#[derive(Clone, Debug)]
struct Look {
    looked_at: u64,
    matching: u64,
    /// How many have each of what is sought.
    having: Vec<u64>,
    /// About how many rows there are in all.
    rows: u64,
}

impl Look {
    /// All that can match were read.
    const fn is_whole(&self) -> bool {
        self.looked_at < READ
    }

    /// What the index is asked for; nothing where reading on is better. What is rare may be in as many rows as
    /// are counted.
    fn leads<'s>(&self, sought: &'s [Sought]) -> Vec<&'s Sought> {
        if self.is_whole() {
            return Vec::new();
        }
        let those = |is: &dyn Fn(u64) -> bool| -> Vec<&'s Sought> {
            let all = sought.iter().zip(&self.having);
            all.filter(|(_, having)| is(**having))
                .map(|(one, _)| one)
                .collect()
        };
        let rare = those(&|having| having * self.rows <= COUNT_CAP * self.looked_at);
        let is_soon_found = self.matching * SOON >= self.looked_at;
        if !rare.is_empty() || is_soon_found {
            return rare;
        }
        those(&|having| having * COMMON < self.looked_at)
    }

    /// A floor where not all were read.
    const fn total(&self) -> Total {
        Total {
            rows: self.matching,
            is_exact: self.is_whole(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words that lead, of rows that have them so often.
    fn leads(matching: u64, rows: u64, having: &[(&str, u64)]) -> Vec<String> {
        let sought: Vec<_> = having
            .iter()
            .map(|(word, _)| Sought::Word((*word).to_owned()))
            .collect();
        let look = Look {
            looked_at: READ,
            matching,
            having: having.iter().map(|(_, having)| *having).collect(),
            rows,
        };
        let leads = look.leads(&sought).into_iter();
        leads.map(|lead| format!("{lead:?}")).collect()
    }

    const MILLIONS: u64 = 2_000_000;

    #[test]
    fn only_rare_words_are_asked_of_the_index() {
        let asked = leads(3, MILLIONS, &[("ban", READ), ("case1234", 3)]);
        assert_eq!(asked, ["Word(\"case1234\")"]);
        assert_eq!(leads(0, MILLIONS, &[("nowhere", 0)]).len(), 1);
    }

    #[test]
    fn what_many_match_is_read_on() {
        assert!(leads(READ, MILLIONS, &[("ban", READ)]).is_empty());
        assert!(leads(50, MILLIONS, &[("ban", 50)]).is_empty());
    }

    #[test]
    fn in_a_short_log_the_index_is_asked_for_more() {
        assert_eq!(leads(50, 100_000, &[("ban", 50)]).len(), 1);
    }

    #[test]
    fn of_words_that_are_hardly_ever_together_those_lead_that_not_all_have() {
        let asked = leads(0, MILLIONS, &[("ban", READ), ("spam", 900), ("note", 800)]);
        assert_eq!(asked, ["Word(\"spam\")", "Word(\"note\")"]);
        assert!(leads(0, MILLIONS, &[("ban", READ), ("admin", READ)]).is_empty());
    }
}
