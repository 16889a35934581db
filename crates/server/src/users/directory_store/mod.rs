//! Queries of the lists of users. They find ids; `view` reads what is shown of them.

mod by_part;
mod entities;
mod filter;
mod parts;

use chrono::{DateTime, Utc};
use quarterdeck_api::filter::AnyOf;
use quarterdeck_api::ids::UserId;
use quarterdeck_api::page::{COUNT_CAP, Count, Page};
use quarterdeck_api::problem::FieldProblem;
use quarterdeck_api::users::{
    AllUsersReply, AllUsersRequest, AllUsersSortBy, BlockedQuery, BlockedRow, SortOrder, UserField,
    UserRow, UserSort, UserStatus, UsersQuery,
};
use sea_orm::sea_query::{Expr, NullOrdering, Order};
use sea_orm::{
    Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};

use super::view;
use crate::db::cursor::{Cursor, Key, SortKey};
use crate::db::filter::Narrowing;
use crate::db::paging::{Asked, Direction, Paging, Total};
use crate::db::search::Lead;
use crate::db::{Dialect, clock};
use entities::{Column, Entity, Model};
use filter::Filter;

/// Stands for the sign-in of those who never did, so that they have a place in the order: the first
/// moment of year 1. The index is declared with the same expression.
const NEVER_MICROS: i64 = -62_135_596_800_000_000;
const CREATED: SortKey = SortKey::Time("created_at");
const LAST_SEEN: SortKey = SortKey::Time("last_login_at");
const EMAIL: SortKey = SortKey::Text("email");
const SINCE: SortKey = SortKey::Time("since");

const fn sort_key(sort: UserSort) -> SortKey {
    match sort {
        UserSort::NewestFirst | UserSort::OldestFirst => CREATED,
        UserSort::LastSeenFirst => LAST_SEEN,
        UserSort::ByEmail => EMAIL,
    }
}

/// Which users, in which order.
#[derive(Clone, Debug)]
pub struct Selection {
    filter: Filter,
    sort: UserSort,
    paging: Paging<Cursor>,
}

impl Selection {
    /// Reads a query, naming the field that is wrong.
    pub fn of(query: &UsersQuery, narrowing: Narrowing<UserField>) -> Result<Self, FieldProblem> {
        let sort = narrowing.order(query.sort)?.unwrap_or_default();
        let asked = Asked {
            page: query.page,
            take: query.take,
            cursor: query.cursor.as_deref(),
            count: query.count,
            ..Asked::default()
        };
        let paging = Paging::of(asked, |text| sort_key(sort).decode(text))?;
        clock::check_range(query.from, query.to)?;
        Ok(Self {
            filter: Filter {
                q: query.q.clone(),
                statuses: listed(query.status.as_ref()),
                roles: listed(query.role.as_ref()),
                staff: query.staff,
                verified: query.verified,
                from: query.from,
                to: query.to,
                narrowing: Some(narrowing),
                ..Filter::default()
            },
            sort,
            paging,
        })
    }
}

fn listed<T: Copy>(set: Option<&AnyOf<T>>) -> Vec<T> {
    set.map(|AnyOf(values)| values.clone()).unwrap_or_default()
}

/// How many match, and what should find those of a page.
async fn count<C>(
    connection: &impl ConnectionTrait,
    filter: &Filter,
    paging: &Paging<C>,
    now: DateTime<Utc>,
) -> Result<(Total, Lead), DbErr> {
    let dialect = Dialect::of(connection);
    // The few accounts that are not in use are found by their own index, whatever is searched; staff whose
    // texts have a part, by their roles.
    let is_of_few = filter.is_led_by_few();
    let counted = if is_of_few { Lead::Order } else { Lead::Any };
    let matching = Entity::find().filter(filter.condition(counted, dialect, now));
    let total = paging.total_of(connection, matching).await?;
    let is_common = !total.is_exact || total.rows > COUNT_CAP;
    let lead = if is_of_few || is_common {
        Lead::Order
    } else {
        Lead::Search
    };
    Ok((total, lead))
}

/// A page of the console's list, to be read.
struct List<'s> {
    filter: &'s Filter,
    paging: &'s Paging<Cursor>,
    order: (Expr, Direction),
    now: DateTime<Utc>,
}

impl List<'_> {
    fn condition(&self, lead: Lead, dialect: Dialect) -> Condition {
        self.filter.condition(lead, dialect, self.now)
    }

    /// Its rows and one more, found as is told.
    async fn rows(
        &self,
        connection: &impl ConnectionTrait,
        lead: Lead,
    ) -> Result<Vec<Model>, DbErr> {
        let condition = self.condition(lead, Dialect::of(connection));
        self.rows_of(connection, Entity::find().filter(condition))
            .await
    }

    async fn rows_of(
        &self,
        connection: &impl ConnectionTrait,
        matching: Select<Entity>,
    ) -> Result<Vec<Model>, DbErr> {
        let (key, direction) = &self.order;
        let page = self.paging.select(matching, key, Column::Id, *direction);
        page.all(connection).await
    }
}

/// A page of the console's list.
pub async fn page(
    connection: &impl ConnectionTrait,
    selection: &Selection,
    now: DateTime<Utc>,
) -> Result<Page<UserRow>, DbErr> {
    let Selection {
        filter,
        sort,
        paging,
    } = selection;
    let list = List {
        filter,
        paging,
        order: order(*sort, Dialect::of(connection)),
        now,
    };
    let (total, models) = if filter.is_by_part() && paging.is_capped() {
        by_part::page(connection, &list).await?
    } else {
        let (total, lead) = count(connection, filter, paging, now).await?;
        (total, list.rows(connection, lead).await?)
    };
    let (models, next_cursor) =
        paging.finish(models, |last| sort_key(*sort).encode(&place(last, *sort)));
    Ok(Page {
        data: view::rows(connection, &ids(&models), now).await?,
        total: total.rows,
        total_exact: total.is_exact,
        next_cursor,
    })
}

fn ids(models: &[Model]) -> Vec<UserId> {
    models.iter().map(|model| UserId(model.id)).collect()
}

fn order(sort: UserSort, dialect: Dialect) -> (Expr, Direction) {
    let created = Expr::col(Column::CreatedAt);
    match sort {
        UserSort::NewestFirst => (created, Direction::Descending),
        UserSort::OldestFirst => (created, Direction::Ascending),
        UserSort::LastSeenFirst => (last_seen(dialect), Direction::Descending),
        UserSort::ByEmail => (Expr::col(Column::EmailKey), Direction::Ascending),
    }
}

/// Spelled as the index is declared: another spelling, or a bound value, would not find it.
fn last_seen(dialect: Dialect) -> Expr {
    Expr::cust(match dialect {
        Dialect::Sqlite => "coalesce(last_login_at, '0001-01-01T00:00:00+00:00')",
        Dialect::Postgres => "coalesce(last_login_at, '0001-01-01 00:00:00+00'::timestamptz)",
    })
}

fn place(model: &Model, sort: UserSort) -> Cursor {
    let never = || clock::from_micros(NEVER_MICROS);
    let key = match sort {
        UserSort::NewestFirst | UserSort::OldestFirst => Key::Time(model.created_at),
        UserSort::LastSeenFirst => Key::Time(model.last_login_at.unwrap_or_else(never)),
        UserSort::ByEmail => Key::Text(model.email_key.clone()),
    };
    Cursor { key, id: model.id }
}

/// The seed's list.
#[derive(Clone, Debug)]
pub struct AllSelection {
    filter: Filter,
    sort_by: AllUsersSortBy,
    order: Order,
    paging: Paging<()>,
}

impl AllSelection {
    /// Reads a request, naming the field that is wrong.
    pub fn of(request: &AllUsersRequest) -> Result<Self, FieldProblem> {
        let asked = Asked {
            page: request.page,
            take: request.take,
            cursor: None,
            count: Some(Count::Exact),
            ..Asked::default()
        };
        Ok(Self {
            filter: Filter {
                q: request.search.clone(),
                statuses: request.filter.clone().unwrap_or_default(),
                roles: request.with_roles.clone().unwrap_or_default(),
                permissions: request.with_permissions.clone().unwrap_or_default(),
                is_banned: request.is_banned,
                ..Filter::default()
            },
            sort_by: request.sort_by.unwrap_or(AllUsersSortBy::Id),
            order: match request.sort_order.unwrap_or(SortOrder::Ascending) {
                SortOrder::Ascending => Order::Asc,
                SortOrder::Descending => Order::Desc,
            },
            paging: Paging::of(asked, |_| None)?,
        })
    }
}

/// A page of the seed's list; those without a handle come at the end, whichever way it is sorted.
pub async fn all(
    connection: &impl ConnectionTrait,
    selection: &AllSelection,
    now: DateTime<Utc>,
) -> Result<AllUsersReply, DbErr> {
    let AllSelection {
        filter,
        sort_by,
        order,
        paging,
    } = selection;
    let dialect = Dialect::of(connection);
    let (total, lead) = count(connection, filter, paging, now).await?;
    let key = match sort_by {
        AllUsersSortBy::Id => Expr::col(Column::Id),
        AllUsersSortBy::Email => Expr::col(Column::EmailKey),
        AllUsersSortBy::Username => Expr::col(Column::UsernameKey),
        AllUsersSortBy::CreatedAt => Expr::col(Column::CreatedAt),
        AllUsersSortBy::UpdatedAt => Expr::col(Column::UpdatedAt),
        AllUsersSortBy::LastLoginAt => last_seen(dialect),
    };
    let sorted = Entity::find().filter(filter.condition(lead, dialect, now));
    let sorted = match sort_by {
        AllUsersSortBy::Username => {
            sorted.order_by_with_nulls(key, order.clone(), NullOrdering::Last)
        }
        AllUsersSortBy::Id
        | AllUsersSortBy::Email
        | AllUsersSortBy::CreatedAt
        | AllUsersSortBy::UpdatedAt
        | AllUsersSortBy::LastLoginAt => sorted.order_by(key, order.clone()),
    };
    let models = sorted
        .order_by(Column::Id, order.clone())
        .offset(paging.skip)
        .limit(paging.limit())
        .all(connection)
        .await?;
    let (models, _) = paging.finish(models, |_| String::new());
    Ok(AllUsersReply {
        data: view::rows(connection, &ids(&models), now).await?,
        total: total.rows,
    })
}

/// Which accounts that are shut out.
pub fn blocked_paging(query: &BlockedQuery) -> Result<Paging<Cursor>, FieldProblem> {
    let asked = Asked {
        take: query.take,
        cursor: query.cursor.as_deref(),
        ..Asked::default()
    };
    Paging::of(asked, |text| SINCE.decode(text))
}

/// A page of the accounts that are shut out, the last first.
pub async fn blocked(
    connection: &impl ConnectionTrait,
    paging: &Paging<Cursor>,
    now: DateTime<Utc>,
) -> Result<Page<BlockedRow>, DbErr> {
    let shut_out = [UserStatus::Banned, UserStatus::Suspended];
    let matching = Entity::find().filter(filter::any_status(&shut_out, now));
    let total = paging.total_of(connection, matching.clone()).await?;
    let since = Expr::cust(
        "coalesce(CASE WHEN is_banned THEN banned_at ELSE suspended_at END, created_at)",
    );
    let models = paging
        .select(matching, &since, Column::Id, Direction::Descending)
        .all(connection)
        .await?;
    let (models, next_cursor) = paging.finish(models, |last| SINCE.encode(&since_place(last)));
    Ok(Page {
        data: view::blocked_rows(connection, &ids(&models), now).await?,
        total: total.rows,
        total_exact: total.is_exact,
        next_cursor,
    })
}

fn since_place(model: &Model) -> Cursor {
    let since = if model.is_banned {
        model.banned_at
    } else {
        model.suspended_at
    };
    Cursor {
        key: Key::Time(since.unwrap_or(model.created_at)),
        id: model.id,
    }
}
