//! The list of withdrawals: which ones, in which order, and where a page begins.

use quarterdeck_api::filter::{About, AnyOf, Test};
use quarterdeck_api::page::Page;
use quarterdeck_api::problem::FieldProblem;
use quarterdeck_api::withdrawals::{
    WithdrawalField, WithdrawalRow, WithdrawalSort, WithdrawalsQuery,
};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use super::entities::{Column, Entity};
use super::store::{self, Stored};
use crate::db::clock;
use crate::db::cursor::{Cursor, Key, SortKey};
use crate::db::filter::{self, Narrowing};
use crate::db::paging::{Asked, Direction, Of, Paging};
use crate::db::search::Search;

/// By when they were asked for.
const AGE: SortKey = SortKey::Time("requested_at");

/// Which withdrawals, in which order.
#[derive(Clone, Debug)]
pub struct Selection {
    filter: Condition,
    direction: Direction,
    paging: Paging<Cursor>,
}

impl Selection {
    /// Reads a query, naming the field that is wrong.
    pub fn of(
        query: &WithdrawalsQuery,
        narrowing: &Narrowing<WithdrawalField>,
    ) -> Result<Self, FieldProblem> {
        let asked = Asked {
            page: query.page,
            take: query.take,
            cursor: query.cursor.as_deref(),
            count: query.count,
            of: Of::Rows,
        };
        let paging = Paging::of(asked, |text| AGE.decode(text))?;
        clock::check_range(query.from, query.to)?;
        let direction = match narrowing.order(query.sort)?.unwrap_or_default() {
            WithdrawalSort::OldestFirst => Direction::Ascending,
            WithdrawalSort::NewestFirst => Direction::Descending,
        };
        let filter = narrowing.condition(|about, test| of_filter(narrowing, about, test));
        Ok(Self {
            filter: of_query(query).add(filter),
            direction,
            paging,
        })
    }
}

fn of_query(query: &WithdrawalsQuery) -> Condition {
    let statuses = query.status.as_ref().filter(|set| !set.is_empty());
    Condition::all()
        .add_option(statuses.map(|AnyOf(statuses)| {
            Column::Status.is_in(statuses.iter().map(|status| status.as_str()))
        }))
        .add_option(query.user_id.map(|id| Column::UserId.eq(id.0)))
        .add_option(query.from.map(|from| Column::RequestedAt.gte(from)))
        .add_option(query.to.map(|to| Column::RequestedAt.lt(to)))
        .add(search(query.q.as_deref()))
}

fn search(q: Option<&str>) -> Condition {
    match Search::of(q) {
        Search::All => Condition::all(),
        Search::Id(id) => Condition::all().add(Column::Id.eq(id)),
        Search::Prefix(prefix) => {
            let people = crate::users::with_email(&Test::Text(prefix.into()));
            Condition::all().add(Column::UserId.in_subquery(people))
        }
    }
}

/// What a value of the filter asks.
fn of_filter(
    narrowing: &Narrowing<WithdrawalField>,
    about: About<WithdrawalField>,
    test: &Test,
) -> Condition {
    let now = narrowing.context.now;
    let person = |column: Column| {
        let id = Expr::col(column);
        filter::person(&id, test, narrowing.me(), crate::users::with_email)
    };
    let field = match about {
        About::Field(field) => field,
        About::Searched => return person(Column::UserId),
        About::Visible => return filter::nothing(),
    };
    match field {
        WithdrawalField::Id => filter::number(&Expr::col(Column::Id), test),
        WithdrawalField::Status => filter::word(&Expr::col(Column::Status), test),
        WithdrawalField::User => person(Column::UserId),
        WithdrawalField::Amount => filter::number(&Expr::col(Column::Amount), test),
        WithdrawalField::Age | WithdrawalField::Requested => {
            filter::time(&Expr::col(Column::RequestedAt), test, now)
        }
        WithdrawalField::By if *test == Test::Anything => filter::anything(),
        // What nobody decided is not theirs, which a comparison with NULL would leave open.
        WithdrawalField::By => person(Column::DecidedBy).add(Column::DecidedBy.is_not_null()),
        WithdrawalField::Code => filter::text(&Expr::col(Column::ReasonCode), test),
        WithdrawalField::Currency | WithdrawalField::Decided | WithdrawalField::Reason => {
            filter::nothing()
        }
    }
}

/// A page of the withdrawals.
pub async fn page(
    connection: &impl ConnectionTrait,
    selection: &Selection,
) -> Result<Page<WithdrawalRow>, DbErr> {
    let paging = &selection.paging;
    let matching = Entity::find().filter(selection.filter.clone());
    let total = paging.total_of(connection, matching.clone()).await?;
    let age = Expr::col(Column::RequestedAt);
    let models = paging
        .select(matching, &age, Column::Id, selection.direction)
        .all(connection)
        .await?;
    let (models, next_cursor) = paging.finish(models, |last| {
        AGE.encode(&Cursor {
            key: Key::Time(last.requested_at),
            id: last.id,
        })
    });
    let stored = store::with_people(connection, models).await?;
    Ok(Page {
        data: stored.iter().map(Stored::row).collect(),
        total: total.rows,
        total_exact: total.is_exact,
        next_cursor,
    })
}
