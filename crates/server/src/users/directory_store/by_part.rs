//! A page of the accounts that have a part somewhere in what is searched.
//!
//! The index of parts finds the few that have a rare one; of a common one it would bring hundreds of
//! thousands, to be sorted for one page. So the list is first walked in its order, so far and no further: where
//! enough of it match, that walk is the answer, and else the part is rare enough for the index. Neither grows
//! with the table. Where many have the part and fail what else is asked, neither helps: the list is read on as it
//! would be without the part.

use sea_orm::sea_query::{Expr, Func, Query, SelectStatement};
use sea_orm::{Condition, ConnectionTrait, DbErr, EntityTrait, Iterable, QueryFilter};

use super::List;
use super::entities::{Column, Entity, Model};
use crate::db::Dialect;
use crate::db::paging::Total;
use crate::db::search::{Lead, named_first};

/// Rows of the list that are walked.
const WALKED: u64 = 5_000;
/// So many of them make a part common.
const COMMON: u64 = 50;
/// Most accounts of the index that are sorted. Reading on in the list comes to a page of more of them as soon,
/// at a million accounts.
const SORTED: u64 = 3_000;

/// How many match, and the rows of a page and one more.
pub(super) async fn page(
    connection: &impl ConnectionTrait,
    list: &List<'_>,
) -> Result<(Total, Vec<Model>), DbErr> {
    let beginning = list
        .look_at(connection, list.stretch(Condition::all()))
        .await?;
    let is_whole = beginning.looked_at < WALKED;
    if is_whole || beginning.matching >= COMMON {
        let rows = list.walk(connection).await?;
        if is_whole || rows.len() as u64 == list.paging.limit() {
            return Ok((beginning.total(is_whole), rows));
        }
    }
    if list.is_common_from_here(connection, &beginning).await? {
        let rows = list.rows(connection, Lead::Order).await?;
        return Ok((beginning.total_with(&rows), rows));
    }
    list.indexed(connection, &beginning).await
}

/// What some of the accounts are like.
struct Look {
    looked_at: u64,
    /// Have the part, whatever else was asked for.
    having: u64,
    matching: u64,
}

impl Look {
    /// How many match in all, where these are all that can or not.
    const fn total(&self, is_exact: bool) -> Total {
        Total {
            rows: self.matching,
            is_exact,
        }
    }

    /// The same where a page was found behind them.
    fn total_with(&self, page: &[Model]) -> Total {
        Total {
            rows: self.matching.max(page.len() as u64),
            is_exact: false,
        }
    }

    /// Whether the part is common, and it is something else that keeps most of them from matching.
    const fn is_kept_by_others(&self) -> bool {
        self.having >= COMMON && self.matching < COMMON
    }

    /// Whether so few of them match that reading on in the list would take long to come to a page of them.
    const fn are_few(&self) -> bool {
        self.matching < self.looked_at / 3
    }
}

impl List<'_> {
    /// Counts the matches among some of the accounts.
    async fn look_at(
        &self,
        connection: &impl ConnectionTrait,
        some: SelectStatement,
    ) -> Result<Look, DbErr> {
        let dialect = Dialect::of(connection);
        let matches = self.condition(Lead::Order, dialect);
        let has_parts = self.filter.has_parts(dialect);
        let counting = Query::select()
            .expr_as(Func::count(Expr::val(1)), "looked_at")
            .expr_as(Func::count(Expr::case(has_parts, 1)), "having")
            .expr_as(Func::count(Expr::case(matches, 1)), "matching")
            .from_subquery(some, "users")
            .to_owned();
        let row = connection.query_one(&counting).await?;
        let row = row.ok_or_else(|| DbErr::RecordNotFound("a count has one row".to_owned()))?;
        let number = |name: &str| -> Result<u64, DbErr> {
            let number: i64 = row.try_get("", name)?;
            Ok(u64::try_from(number).unwrap_or(0))
        };
        Ok(Look {
            looked_at: number("looked_at")?,
            having: number("having")?,
            matching: number("matching")?,
        })
    }

    /// Whether many have the part from the page's beginning on, but not what else is asked for: then the index
    /// does not help, and the list is read as it would be without the part.
    async fn is_common_from_here(
        &self,
        connection: &impl ConnectionTrait,
        beginning: &Look,
    ) -> Result<bool, DbErr> {
        if self.paging.after.is_none() {
            return Ok(beginning.is_kept_by_others());
        }
        let here = self.look_at(connection, self.stretch(self.begins()));
        Ok(here.await?.is_kept_by_others())
    }

    /// How many match, and the rows of the page, as the index of parts finds them.
    async fn indexed(
        &self,
        connection: &impl ConnectionTrait,
        beginning: &Look,
    ) -> Result<(Total, Vec<Model>), DbErr> {
        let named = self.named(Dialect::of(connection));
        let named = self.look_at(connection, named).await?;
        let is_whole = named.looked_at <= SORTED;
        let total = if named.matching < beginning.matching {
            beginning.total(is_whole)
        } else {
            named.total(is_whole)
        };
        let lead = if is_whole || named.are_few() {
            Lead::Search
        } else {
            Lead::Order
        };
        Ok((total, self.rows(connection, lead).await?))
    }

    fn begins(&self) -> Condition {
        let (key, direction) = &self.order;
        self.paging.begins(key, Column::Id, *direction)
    }

    /// The matches among the rows that follow the page's beginning.
    async fn walk(&self, connection: &impl ConnectionTrait) -> Result<Vec<Model>, DbErr> {
        let dialect = Dialect::of(connection);
        let (key, direction) = &self.order;
        let walked = Query::select()
            .column((Entity, Column::Id))
            .from_subquery(self.stretch(self.begins()), "users")
            .cond_where(self.condition(Lead::Order, dialect))
            .order_by_expr(key.clone(), direction.order())
            .order_by((Entity, Column::Id), direction.order())
            .limit(self.paging.skip + self.paging.limit())
            .to_owned();
        let named = named_first(dialect, Column::Id, walked);
        self.rows_of(connection, Entity::find().filter(named)).await
    }

    /// So many rows from a place on, whether they match or not.
    fn stretch(&self, begins: Condition) -> SelectStatement {
        let (key, direction) = &self.order;
        Query::select()
            .columns(Column::iter())
            .from(Entity)
            .cond_where(begins)
            .order_by_expr(key.clone(), direction.order())
            .order_by((Entity, Column::Id), direction.order())
            .limit(WALKED)
            .to_owned()
    }

    /// What the index of parts names, up to one more than can be sorted.
    fn named(&self, dialect: Dialect) -> SelectStatement {
        let named = self
            .filter
            .parts()
            .named(dialect)
            .limit(SORTED + 1)
            .to_owned();
        Query::select()
            .columns(Column::iter())
            .from(Entity)
            .and_where(named_first(dialect, Column::Id, named))
            .to_owned()
    }
}
