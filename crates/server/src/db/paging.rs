//! What every list shares: which page was asked for, where it begins, and how matches are counted.
//!
//! Rooms make a [`Paging`] of a query, order their rows with it and [`Paging::finish`] the page. A place
//! in a list travels as a [`Cursor`]: the sort key and the id of the last row that was shown.

use quarterdeck_api::page::{COUNT_CAP, Count, DEFAULT_TAKE, MAX_SEEN_TAKE, MAX_TAKE};
use quarterdeck_api::problem::FieldProblem;
use sea_orm::sea_query::{Expr, ExprTrait, Order};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select, Statement, Value,
};

use super::cursor::Cursor;

/// What a query says of its page.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    /// Page, from 1.
    pub page: Option<u32>,
    /// Rows a page.
    pub take: Option<u32>,
    /// Where the page before ended; wins over `page`.
    pub cursor: Option<&'a str>,
    /// How matches are counted.
    pub count: Option<Count>,
    /// Of what the page is.
    pub of: Of,
}

/// Of what a page is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Of {
    /// Of rows.
    #[default]
    Rows,
    /// Of what [`Seen`](quarterdeck_api::page::Seen) tells of rows.
    Seen,
}

impl Of {
    /// Rows a page holds unless asked otherwise, and the most that it can hold.
    const fn takes(self) -> (u32, u32) {
        match self {
            Self::Rows => (DEFAULT_TAKE, MAX_TAKE),
            Self::Seen => (MAX_SEEN_TAKE, MAX_SEEN_TAKE),
        }
    }
}

/// A page of a list: where it begins and how long it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paging<C> {
    /// The place of the last row before the page.
    pub after: Option<C>,
    /// Rows to pass over, where no cursor says where to begin.
    pub skip: u64,
    take: usize,
    count: Count,
}

impl<C> Paging<C> {
    /// Reads what was asked; `decode` reads a cursor that this list gave out.
    ///
    /// # Errors
    /// The field that is wrong.
    pub fn of(
        asked: Asked<'_>,
        decode: impl FnOnce(&str) -> Option<C>,
    ) -> Result<Self, FieldProblem> {
        let (default, most) = asked.of.takes();
        let take = asked.take.unwrap_or(default);
        if !(1..=most).contains(&take) {
            return Err(FieldProblem::new("take", format!("must be 1 to {most}")));
        }
        let after = asked.cursor.map(|text| {
            decode(text)
                .ok_or_else(|| FieldProblem::new("cursor", "is not one that this list gave out"))
        });
        let after = after.transpose()?;
        let Some(pages_before) = asked.page.unwrap_or(1).checked_sub(1) else {
            return Err(FieldProblem::new("page", "counts from 1"));
        };
        let skip = u64::from(pages_before) * u64::from(take);
        Ok(Self {
            skip: if after.is_some() { 0 } else { skip },
            after,
            take: take as usize,
            count: asked.count.unwrap_or_default(),
        })
    }

    /// Rows to read: one more than asked for, which tells whether others follow.
    pub const fn limit(&self) -> u64 {
        self.take as u64 + 1
    }

    /// Cuts what was read to the page, and tells the cursor of its last row where others follow.
    pub fn finish<R>(
        &self,
        mut rows: Vec<R>,
        cursor: impl FnOnce(&R) -> String,
    ) -> (Vec<R>, Option<String>) {
        let has_more = rows.len() > self.take;
        rows.truncate(self.take);
        let next_cursor = rows.last().filter(|_| has_more).map(cursor);
        (rows, next_cursor)
    }

    /// Whether matches are counted up to the cap alone.
    pub fn is_capped(&self) -> bool {
        self.count == Count::Capped
    }

    /// How many rows match, counted as was asked. `matching` selects them, without a limit.
    pub async fn total(
        &self,
        connection: &impl ConnectionTrait,
        matching: Statement,
    ) -> Result<Total, DbErr> {
        count(connection, matching, self.count).await
    }

    /// The same of a selection of entities.
    pub async fn total_of<E: EntityTrait>(
        &self,
        connection: &impl ConnectionTrait,
        matching: Select<E>,
    ) -> Result<Total, DbErr> {
        let ones = matching.select_only().expr_as(Expr::val(1), "one");
        self.total(connection, ones.build(connection.get_database_backend()))
            .await
    }
}

/// How many rows match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// So many; a floor where `is_exact` is false.
    pub rows: u64,
    /// Whether all were counted.
    pub is_exact: bool,
}

impl Total {
    /// More than are counted.
    pub const BEYOND: Self = Self {
        rows: COUNT_CAP,
        is_exact: false,
    };
}

async fn count(
    connection: &impl ConnectionTrait,
    matching: Statement,
    how: Count,
) -> Result<Total, DbErr> {
    let limit = match how {
        Count::Capped => format!(" LIMIT {}", COUNT_CAP + 1),
        Count::Exact => String::new(),
    };
    let counting = Statement {
        sql: format!(
            "SELECT count(*) AS matches FROM ({}{limit}) AS matching",
            matching.sql
        ),
        ..matching
    };
    let row = connection.query_one_raw(counting).await?;
    let matches: i64 = row.map_or(Ok(0), |row| row.try_get("", "matches"))?;
    let matches = u64::try_from(matches).unwrap_or(0);
    if how == Count::Capped && matches > COUNT_CAP {
        return Ok(Total::BEYOND);
    }
    Ok(Total {
        rows: matches,
        is_exact: true,
    })
}

/// Which way a list is ordered, by key and id alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

impl Direction {
    /// As the database spells it.
    pub const fn order(self) -> Order {
        match self {
            Self::Ascending => Order::Asc,
            Self::Descending => Order::Desc,
        }
    }
}

impl Paging<Cursor> {
    /// The page's rows of a selection: ordered by the key and the id, from where the page begins.
    pub fn select<E: EntityTrait>(
        &self,
        matching: Select<E>,
        key: &Expr,
        id: E::Column,
        direction: Direction,
    ) -> Select<E> {
        let order = direction.order();
        matching
            .filter(self.begins(key, id, direction))
            .order_by(key.clone(), order.clone())
            .order_by(id, order)
            .offset((self.skip > 0).then_some(self.skip))
            .limit(self.limit())
    }

    /// The rows behind the place where the page begins.
    pub fn begins<C: ColumnTrait>(&self, key: &Expr, id: C, direction: Direction) -> Condition {
        let place = || Expr::tuple([key.clone(), Expr::col(id)]);
        let begins = self.after.clone().map(|after| {
            let value = Value::from(after.key);
            let last = Expr::tuple([Expr::val(value.clone()), Expr::val(after.id)]);
            // The first half says nothing new, but SQLite finds its place in the index of an expression
            // by the expression alone, and not by a tuple that begins with it.
            let (bound, beyond) = match direction {
                Direction::Ascending => (key.clone().gte(value), place().gt(last)),
                Direction::Descending => (key.clone().lte(value), place().lt(last)),
            };
            Condition::all().add(bound).add(beyond)
        });
        Condition::all().add_option(begins)
    }
}
