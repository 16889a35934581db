//! The list of reports: which ones, in which order, and where a page begins.

use std::ops::Bound;

use data_encoding::BASE64URL_NOPAD;
use quarterdeck_api::claims::Queue;
use quarterdeck_api::filter::{About, AnyOf, Test};
use quarterdeck_api::page::{Page, Seen};
use quarterdeck_api::problem::FieldProblem;
use quarterdeck_api::reports::{ReportField, ReportRow, ReportSort, ReportsQuery};
use quarterdeck_api::text::Line;
use sea_orm::sea_query::{Expr, ExprTrait, Query, UnionType};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, JoinType, Order, QueryFilter,
    QueryOrder, QuerySelect, Select, SelectTwo,
};

use crate::claims;
use crate::db::clock;
use crate::db::cursor::{Cursor, Key, SortKey};
use crate::db::filter::{self, Narrowing};
use crate::db::paging::{Asked, Direction, Of, Paging, Total};
use crate::db::search::Search;

use super::entities::{Column, Entity, Model, subjects};
use super::store::{self, Stored};

/// By when they were sent in.
const AGE: SortKey = SortKey::Time("created_at");
/// How cursors of the order by persons begin.
const STANDING: &str = "report_count";

/// Which reports, in which order.
#[derive(Clone, Debug)]
pub struct Selection {
    filter: Condition,
    order: Ordered,
}

#[derive(Clone, Debug)]
enum Ordered {
    ByAge(Direction, Paging<Cursor>),
    ByStanding(Paging<Standing>),
}

impl Selection {
    /// Reads a query, naming the field that is wrong.
    pub fn of(
        query: &ReportsQuery,
        of: Of,
        narrowing: &Narrowing<ReportField>,
    ) -> Result<Self, FieldProblem> {
        let asked = Asked {
            page: query.page,
            take: query.take,
            cursor: query.cursor.as_deref(),
            count: query.count,
            of,
        };
        let by_age = |direction| {
            let paging = Paging::of(asked, |text| AGE.decode(text))?;
            Ok(Ordered::ByAge(direction, paging))
        };
        let order = match narrowing.order(query.sort)?.unwrap_or_default() {
            ReportSort::OldestFirst => by_age(Direction::Ascending)?,
            ReportSort::NewestFirst => by_age(Direction::Descending)?,
            ReportSort::MostReportedFirst => {
                Ordered::ByStanding(Paging::of(asked, Standing::decode)?)
            }
        };
        clock::check_range(query.from, query.to)?;
        Ok(Self {
            filter: of_query(query)
                .add(narrowing.condition(|about, test| of_filter(narrowing, about, test))),
            order,
        })
    }
}

fn of_query(query: &ReportsQuery) -> Condition {
    let statuses = query.status.as_ref().filter(|set| !set.is_empty());
    Condition::all()
        .add_option(statuses.map(|AnyOf(statuses)| {
            Column::Status.is_in(statuses.iter().map(|status| status.as_str()))
        }))
        .add_option(query.reporter_id.map(|id| Column::ReporterId.eq(id.0)))
        .add_option(
            query
                .reported_user_id
                .map(|id| Column::ReportedUserId.eq(id.0)),
        )
        .add_option(query.min_reports.map(|least| {
            reported_as(&Test::Number((
                Bound::Included(least.into()),
                Bound::Unbounded,
            )))
        }))
        .add_option(query.from.map(|from| Column::CreatedAt.gte(from)))
        .add_option(query.to.map(|to| Column::CreatedAt.lt(to)))
        .add(search(query.q.as_deref()))
}

/// The reports about persons with so many of them.
fn reported_as(count: &Test) -> Condition {
    let persons = Query::select()
        .column(subjects::Column::UserId)
        .from(subjects::Entity)
        .cond_where(filter::number(&Expr::col(subjects::Column::Reports), count))
        .take();
    Condition::all().add(Column::ReportedUserId.in_subquery(persons))
}

/// What a value of the filter asks.
fn of_filter(
    narrowing: &Narrowing<ReportField>,
    about: About<ReportField>,
    test: &Test,
) -> Condition {
    let person = |column: Column| {
        let people = crate::users::with_email;
        filter::person(&Expr::col(column), test, narrowing.me(), people)
    };
    let field = match about {
        About::Field(field) => field,
        About::Searched => return matching(test),
        About::Visible => return filter::nothing(),
    };
    match field {
        ReportField::Id => filter::number(&Expr::col(Column::Id), test),
        ReportField::Claim => claims::held(narrowing, Queue::Reports, &Expr::col(Column::Id), test),
        ReportField::Status => filter::word(&Expr::col(Column::Status), test),
        ReportField::Reason => filter::text(&Expr::col(Column::ReasonKey), test),
        ReportField::Reported => person(Column::ReportedUserId),
        ReportField::Reporter => person(Column::ReporterId),
        ReportField::Reports => reported_as(test),
        ReportField::Age | ReportField::Created => {
            filter::time(&Expr::col(Column::CreatedAt), test, narrowing.context.now)
        }
        ReportField::Code => filter::text(&Expr::col(Column::ReasonCode), test),
        ReportField::Decided | ReportField::By | ReportField::Note => filter::nothing(),
    }
}

fn search(q: Option<&str>) -> Condition {
    match Search::of(q) {
        Search::All => Condition::all(),
        Search::Id(id) => Condition::all().add(Column::Id.eq(id)),
        Search::Prefix(prefix) => matching(&Test::Text(prefix.into())),
    }
}

/// The reports whose reason or reported person is as asked: each half has an index of its own, which one
/// condition with OR would not use.
fn matching(text: &Test) -> Condition {
    let ids = || Query::select().column(Column::Id).from(Entity).take();
    let people = crate::users::with_email(text);
    let found = ids()
        .cond_where(filter::text(&Expr::col(Column::ReasonKey), text))
        .union(
            UnionType::All,
            ids()
                .and_where(Expr::col(Column::ReportedUserId).in_subquery(people))
                .take(),
        )
        .take();
    Condition::all().add(Column::Id.in_subquery(found))
}

/// A page of the reports.
pub async fn page(
    connection: &impl ConnectionTrait,
    selection: &Selection,
) -> Result<Page<ReportRow>, DbErr> {
    let (total, models, next_cursor) = models(connection, selection).await?;
    let stored = store::with_people(connection, models).await?;
    Ok(Page {
        data: stored.iter().map(Stored::row).collect(),
        total: total.rows,
        total_exact: total.is_exact,
        next_cursor,
    })
}

/// What a page of the reports needs to be decided.
pub async fn seen(
    connection: &impl ConnectionTrait,
    selection: &Selection,
) -> Result<Page<Seen>, DbErr> {
    let (total, models, next_cursor) = models(connection, selection).await?;
    let seen = models.into_iter().map(|model| Seen {
        id: model.id,
        status: Line::verbatim(model.status),
        version: model.version,
    });
    Ok(Page {
        data: seen.collect(),
        total: total.rows,
        total_exact: total.is_exact,
        next_cursor,
    })
}

async fn models(
    connection: &impl ConnectionTrait,
    selection: &Selection,
) -> Result<(Total, Vec<Model>, Option<String>), DbErr> {
    let matching = Entity::find().filter(selection.filter.clone());
    Ok(match &selection.order {
        Ordered::ByAge(direction, paging) => {
            let total = paging.total_of(connection, matching.clone()).await?;
            let (models, next) = by_age(connection, matching, *direction, paging).await?;
            (total, models, next)
        }
        Ordered::ByStanding(paging) => {
            let total = paging.total_of(connection, matching.clone()).await?;
            let (models, next) = by_standing(connection, matching, paging).await?;
            (total, models, next)
        }
    })
}

async fn by_age(
    connection: &impl ConnectionTrait,
    matching: Select<Entity>,
    direction: Direction,
    paging: &Paging<Cursor>,
) -> Result<(Vec<Model>, Option<String>), DbErr> {
    let age = Expr::col(Column::CreatedAt);
    let models = paging
        .select(matching, &age, Column::Id, direction)
        .all(connection)
        .await?;
    Ok(paging.finish(models, |last| {
        AGE.encode(&Cursor {
            key: Key::Time(last.created_at),
            id: last.id,
        })
    }))
}

async fn by_standing(
    connection: &impl ConnectionTrait,
    matching: Select<Entity>,
    paging: &Paging<Standing>,
) -> Result<(Vec<Model>, Option<String>), DbErr> {
    let rows = standing(matching, paging).all(connection).await?;
    let (rows, next_cursor) = paging.finish(rows, |(last, subject)| {
        let reports = subject.as_ref().map_or(0, |subject| subject.reports);
        Standing {
            reports,
            user_id: last.reported_user_id,
            id: last.id,
        }
        .encode()
    });
    Ok((
        rows.into_iter().map(|(model, _)| model).collect(),
        next_cursor,
    ))
}

/// The page's rows, each with how often its person was reported.
fn standing(
    matching: Select<Entity>,
    paging: &Paging<Standing>,
) -> SelectTwo<Entity, subjects::Entity> {
    let subject = Entity::belongs_to(subjects::Entity)
        .from(Column::ReportedUserId)
        .to(subjects::Column::UserId)
        .into();
    matching
        .join(JoinType::InnerJoin, subject)
        .filter(Condition::all().add_option(paging.after.map(Standing::and_beyond)))
        .order_by(subjects::Column::Reports, Order::Desc)
        .order_by(subjects::Column::UserId, Order::Desc)
        .order_by(Column::Id, Order::Asc)
        .offset((paging.skip > 0).then_some(paging.skip))
        .limit(paging.limit())
        .select_also(subjects::Entity)
}

/// A place in the order by persons: those with the most reports first, all reports of one together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Standing {
    reports: i64,
    user_id: i64,
    id: i64,
}

impl Standing {
    /// What stands behind it. Both halves are ranges of an index: of the persons by how often they were
    /// reported, and of one person's reports by id; so a page costs the same wherever it begins.
    fn and_beyond(self) -> Condition {
        let person = Expr::tuple([
            Expr::col((subjects::Entity, subjects::Column::Reports)),
            Expr::col((subjects::Entity, subjects::Column::UserId)),
        ]);
        let here = Expr::tuple([Expr::val(self.reports), Expr::val(self.user_id)]);
        let last_seen = Expr::case(subjects::Column::UserId.eq(self.user_id), self.id).finally(0);
        Condition::all()
            .add(person.lte(here))
            .add(Expr::col((Entity, Column::Id)).gt(last_seen))
    }

    /// As it travels: opaque to clients.
    fn encode(self) -> String {
        let Self {
            reports,
            user_id,
            id,
        } = self;
        BASE64URL_NOPAD.encode(format!("{STANDING}.{reports}.{user_id}.{id}").as_bytes())
    }

    /// Reads it back; none where it is not one of this order.
    fn decode(text: &str) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let mut numbers = text
            .strip_prefix(STANDING)?
            .strip_prefix('.')?
            .split('.')
            .map(str::parse);
        let place = Self {
            reports: numbers.next()?.ok()?,
            user_id: numbers.next()?.ok()?,
            id: numbers.next()?.ok()?,
        };
        numbers.next().is_none().then_some(place)
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::QueryTrait;

    use super::*;
    use crate::db::{Database, migrate};

    #[test]
    fn a_place_survives_the_journey_and_rubbish_is_refused() {
        let place = Standing {
            reports: 3,
            user_id: 7,
            id: 42,
        };
        assert_eq!(Standing::decode(&place.encode()), Some(place));
        let forged = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
        for text in [
            "",
            "!!",
            &forged("report_count"),
            &forged("report_count.3.7"),
            &forged("report_count.3.7.x"),
            &forged("report_count.3.7.42.1"),
            &forged("created_at.3.7.42"),
        ] {
            assert_eq!(Standing::decode(text), None, "{text}");
        }
    }

    #[test]
    fn a_cursor_of_another_order_is_refused() {
        let place = Standing {
            reports: 3,
            user_id: 7,
            id: 42,
        };
        assert_eq!(AGE.decode(&place.encode()), None);
        let age = AGE.encode(&Cursor {
            key: Key::Time(clock::from_micros(0)),
            id: 42,
        });
        assert_eq!(Standing::decode(&age), None);
    }

    #[tokio::test]
    async fn c_20_a_page_by_persons_begins_where_the_indexes_say() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("plan.db");
        let database = Database::open(&format!("sqlite:{}", path.display())).await;
        let database = database.unwrap();
        migrate::apply(&database).await.unwrap();
        let place = Standing {
            reports: 3,
            user_id: 7,
            id: 42,
        };
        let paging = Paging::of(
            Asked {
                cursor: Some(&place.encode()),
                ..Asked::default()
            },
            Standing::decode,
        );
        let reads = database.reads();
        let mut query =
            standing(Entity::find(), &paging.unwrap()).build(reads.get_database_backend());
        query.sql.insert_str(0, "EXPLAIN QUERY PLAN ");
        let rows = reads.query_all_raw(query).await.unwrap();
        let plan: Vec<String> = rows
            .iter()
            .map(|row| row.try_get("", "detail").unwrap())
            .collect();
        for step in [
            "report_subjects_by_reports ((reports,user_id)<(?,?))",
            "reports_by_reported (reported_user_id=? AND id>?)",
        ] {
            assert!(plan.iter().any(|line| line.contains(step)), "{plan:#?}");
        }
    }
}
