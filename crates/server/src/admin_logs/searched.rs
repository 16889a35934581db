//! A page of the requests that have words, or were on an account.
//!
//! The index finds the few that have a rare word. Of a common one it would bring millions, and of a beginning all
//! words that begin so, before anything else is asked. So some rows are read first, so many and no more: they
//! tell which of the words are rare enough to ask the index for, and whether the page is among them anyway.

use quarterdeck_api::page::COUNT_CAP;
use sea_orm::sea_query::{Expr, Func, Query, SelectStatement};
use sea_orm::{
    Condition, ConnectionTrait, DbErr, EntityTrait, Iterable, QueryFilter, QueryResult, Select,
};

use super::entities::{Column, Entity, Model};
use super::inverted::Sought;
use super::selection::Selection;
use crate::db::Dialect;
use crate::db::cursor::Cursor;
use crate::db::paging::{Direction, Paging, Total};
use crate::db::search::named_first;

/// Rows that are read first.
const READ: u64 = 5_000;
/// What one of so many of them has leads only where nothing rarer is sought.
const COMMON: u64 = 3;

/// How many match, and the rows of a page and one more.
pub(super) async fn page(
    connection: &impl ConnectionTrait,
    selection: &Selection,
) -> Result<(Total, Vec<Model>), DbErr> {
    let paging = &selection.paging;
    let search = Search {
        selection,
        dialect: Dialect::of(connection),
    };
    let beginning = search.look(connection, Condition::all()).await?;
    let leads = search.leads(&beginning);
    let total = if leads.is_empty() && paging.is_capped() {
        beginning.total()
    } else {
        let matching = Entity::find().filter(search.matching(&leads));
        paging.total_of(connection, matching).await?
    };
    let leads = if paging.after.is_some() {
        let here = search.look(connection, selection.begins()).await?;
        search.leads(&here)
    } else {
        leads
    };
    let rows = selection.page_of(search.found(&leads));
    let rows = rows.all(connection).await?;
    Ok((seen_with(total, paging, rows.len() as u64), rows))
}

/// The total, where a page says more of it than was counted.
fn seen_with(total: Total, paging: &Paging<Cursor>, rows: u64) -> Total {
    let seen = paging.skip + rows;
    let is_last = rows < paging.limit() && (rows > 0 || paging.skip == 0);
    if paging.after.is_none() && is_last {
        return Total {
            rows: seen,
            is_exact: true,
        };
    }
    Total {
        rows: total.rows.max(seen),
        ..total
    }
}

struct Search<'s> {
    selection: &'s Selection,
    dialect: Dialect,
}

impl<'s> Search<'s> {
    /// Everything asked for, with what the index is asked.
    fn matching(&self, leads: &[&Sought]) -> Condition {
        let leads = leads.iter().map(|lead| lead.in_index(self.dialect));
        leads.fold(self.selection.condition(self.dialect), Condition::add)
    }

    /// What the index is asked for; nothing where a page is found sooner without it.
    fn leads(&self, look: &Look) -> Vec<&'s Sought> {
        let paging = &self.selection.paging;
        let leads = look.leads(paging.skip + paging.limit());
        let sought = &self.selection.sought;
        leads.into_iter().map(|place| &sought[place]).collect()
    }

    /// The rows, in no order. With leads they are those of the page alone, which are named before the rest is planned:
    /// else PostgreSQL would rather read the log back from its end than ask the index.
    fn found(&self, leads: &[&Sought]) -> Select<Entity> {
        let matching = self.matching(leads);
        if leads.is_empty() {
            return Entity::find().filter(matching);
        }
        let paging = &self.selection.paging;
        let mut all = Query::select()
            .columns([Column::Id, Column::CreatedAt])
            .from(Entity)
            .cond_where(matching)
            .cond_where(self.selection.begins())
            .to_owned();
        if self.dialect == Dialect::Postgres {
            // A fence: what is within is planned by itself.
            all.offset(0);
        }
        let named = Query::select()
            .column(Column::Id)
            .from_subquery(all, "found")
            .order_by(Column::CreatedAt, Direction::Descending.order())
            .order_by(Column::Id, Direction::Descending.order())
            .limit(paging.skip + paging.limit())
            .to_owned();
        Entity::find().filter(named_first(self.dialect, Column::Id, named))
    }

    /// Reads the first rows from a place on, and counts what they have.
    async fn look(
        &self,
        connection: &impl ConnectionTrait,
        begins: Condition,
    ) -> Result<Look, DbErr> {
        let count = |condition: Condition| Func::count(Expr::case(condition, 1));
        let has = |place| Expr::col(has(place));
        let places = 0..self.selection.sought.len();
        let together = places
            .clone()
            .map(has)
            .fold(Condition::all(), Condition::add);
        let matching = together.clone().add(self.selection.condition(self.dialect));
        let mut counting = Query::select()
            .expr_as(Func::count(Expr::val(1)), "looked_at")
            .expr_as(count(matching), "matching")
            .expr_as(count(together), "together")
            .expr_as(Expr::cust(ROWS), "rows")
            .from_subquery(self.stretch(begins), "admin_action_log")
            .to_owned();
        for place in places.clone() {
            counting.expr_as(count(Condition::all().add(has(place))), having(place));
        }
        let row = connection.query_one(&counting).await?;
        let row = row.ok_or_else(|| DbErr::RecordNotFound("a count has one row".to_owned()))?;
        let having = places.map(|place| number(&row, &having(place)));
        Ok(Look {
            looked_at: number(&row, "looked_at")?,
            matching: number(&row, "matching")?,
            together: number(&row, "together")?,
            having: having.collect::<Result<_, _>>()?,
            rows: number(&row, "rows")?,
        })
    }

    /// The first rows from a place on, and whether each has what is sought, which is looked up once.
    fn stretch(&self, begins: Condition) -> SelectStatement {
        let mut stretch = Query::select()
            .columns(Column::iter())
            .column("words")
            .from(Entity)
            .cond_where(begins)
            .cond_where(self.selection.range())
            .order_by(Column::CreatedAt, Direction::Descending.order())
            .order_by(Column::Id, Direction::Descending.order())
            .limit(READ)
            .to_owned();
        for (place, sought) in self.selection.sought.iter().enumerate() {
            stretch.expr_as(Expr::from(sought.in_row(self.dialect)), has(place));
        }
        stretch
    }
}

/// About how many rows there are; rows of the log go in the order of their ids.
const ROWS: &str =
    "(SELECT max(id) FROM admin_action_log) - (SELECT min(id) FROM admin_action_log) + 1";

fn has(place: usize) -> String {
    format!("has_{place}")
}

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
    /// How many have all that is sought, whatever else is asked for.
    together: u64,
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

    /// The places of what leads to a page that takes so many matches. What is rare may be in as many rows as are
    /// counted.
    fn leads(&self, wanted: u64) -> Vec<usize> {
        if self.is_whole() {
            return Vec::new();
        }
        let those = |is: &dyn Fn(u64) -> bool| -> Vec<usize> {
            let places = 0..self.having.len();
            places.filter(|place| is(self.having[*place])).collect()
        };
        let most = COUNT_CAP.saturating_mul(self.looked_at);
        let rare = those(&|having| having.saturating_mul(self.rows) <= most);
        let is_read_on = self.matching >= wanted || self.together * COMMON >= self.looked_at;
        if !rare.is_empty() || is_read_on {
            return rare;
        }
        let uncommon = those(&|having| having * COMMON < self.looked_at);
        if uncommon.is_empty() {
            those(&|_| true)
        } else {
            uncommon
        }
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

    const MILLIONS: u64 = 2_000_000;
    const PAGE: u64 = 101;

    /// The places of the words that lead, of rows that have them so often, and so often together.
    fn leads(rows: u64, together: u64, having: &[u64]) -> Vec<usize> {
        let look = Look {
            looked_at: READ,
            matching: together,
            together,
            having: having.to_vec(),
            rows,
        };
        look.leads(PAGE)
    }

    #[test]
    fn only_rare_words_are_asked_of_the_index() {
        assert_eq!(leads(MILLIONS, 3, &[READ, 3]), [1]);
        assert_eq!(leads(MILLIONS, 0, &[0]), [0]);
        assert_eq!(leads(u64::MAX, 3, &[READ, 3]), [1], "more rows than can be");
    }

    #[test]
    fn where_the_page_was_read_already_the_index_is_not_asked() {
        assert_eq!(leads(MILLIONS, PAGE, &[PAGE]), [0; 0]);
        assert_eq!(leads(MILLIONS, PAGE - 1, &[PAGE - 1]), [0]);
    }

    #[test]
    fn what_a_third_of_the_rows_have_is_read_on_whatever_else_is_asked_for() {
        let few = Look {
            looked_at: READ,
            matching: 0,
            together: READ,
            having: vec![READ],
            rows: MILLIONS,
        };
        assert_eq!(few.leads(PAGE), [0; 0]);
    }

    #[test]
    fn in_a_short_log_the_index_is_asked_for_more() {
        assert_eq!(leads(100_000, 500, &[500]), [0]);
    }

    #[test]
    fn of_words_that_are_hardly_ever_together_those_lead_that_not_all_have() {
        assert_eq!(leads(MILLIONS, 0, &[READ, 900, 800]), [1, 2]);
        assert_eq!(leads(MILLIONS, 0, &[READ / 2, READ / 2]), [0, 1]);
    }
}
