//! Queries of the data requests.

use std::collections::HashMap;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use quarterdeck_api::claims::Queue;
use quarterdeck_api::data_requests::{
    DataRequestField, DataRequestKind, DataRequestRow, DataRequestSort, DataRequestStatus,
    DataRequestsQuery,
};
use quarterdeck_api::filter::{About, AnyOf, Test};
use quarterdeck_api::ids::{DataRequestId, UserId};
use quarterdeck_api::page::{Page, Seen};
use quarterdeck_api::problem::{Conflict, FieldProblem};
use quarterdeck_api::text::Line;
use sea_orm::sea_query::{Expr, ExprTrait, Order};
use sea_orm::{
    ActiveValue, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    QueryFilter, QueryOrder, QuerySelect,
};

use crate::claims;
use crate::db::cursor::{Cursor, Key, SortKey};
use crate::db::filter::{self, Narrowing};
use crate::db::paging::{Asked, Direction, Of, Paging};
use crate::db::search::Search;
use crate::db::{clock, rows, seen};
use crate::gate::bulk::Object;
use crate::reasons::Given;

use super::entities::{ActiveModel, Column, Entity, Model};
use super::rules;

/// A row and the e-mails that belong to it.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Which one.
    pub id: DataRequestId,
    /// Where it stands.
    pub status: DataRequestStatus,
    kind: DataRequestKind,
    model: Model,
    user: String,
    handled_by: Option<String>,
}

impl Object for Stored {
    type Id = DataRequestId;
    type Status = DataRequestStatus;

    fn id(&self) -> DataRequestId {
        self.id
    }

    fn status(&self) -> DataRequestStatus {
        self.status
    }

    fn conflict(&self) -> Conflict {
        let handled_by = self.handled_by.clone().map(Line::verbatim);
        Conflict {
            status: Line::verbatim(self.status.to_string()),
            decided_at: handled_by.is_some().then_some(self.model.updated_at),
            decided_by: handled_by,
            version: self.model.version,
        }
    }
}

impl Stored {
    fn new(model: Model, emails: &HashMap<i64, String>) -> Result<Self, DbErr> {
        let unknown = |column: &str, error: &dyn std::fmt::Display| {
            DbErr::Type(format!("data_requests {}: {column} {error}", model.id))
        };
        let status = DataRequestStatus::from_str(&model.status)
            .map_err(|error| unknown("status", &error))?;
        let kind =
            DataRequestKind::from_str(&model.kind).map_err(|error| unknown("kind", &error))?;
        let email = |id: i64| emails.get(&id).cloned();
        Ok(Self {
            id: DataRequestId(model.id),
            status,
            kind,
            user: email(model.user_id).unwrap_or_default(),
            handled_by: model.handled_by.and_then(email),
            model,
        })
    }

    /// As it goes on the wire; what is left of its time is counted from `now`.
    pub fn row(&self, now: DateTime<Utc>) -> DataRequestRow {
        let model = &self.model;
        DataRequestRow {
            id: self.id,
            user_id: UserId(model.user_id),
            user: Line::verbatim(self.user.clone()),
            kind: self.kind.into(),
            status: self.status.into(),
            created_at: model.created_at,
            due_at: model.due_at,
            deadline: model.deadline,
            overdue: rules::is_overdue(self.status, model.deadline, now),
            seconds_left: rules::seconds_left(self.status, model.deadline, now),
            updated_at: model.updated_at,
            completed_at: model.completed_at,
            handled_by: self.handled_by.clone().map(Line::verbatim),
            error: model.error.clone().map(Line::verbatim),
            reason_code: model.reason_code.clone().map(Line::verbatim),
            version: model.version,
            claim: None,
        }
    }
}

/// By when they have to be answered.
const DEADLINE: SortKey = SortKey::Time("deadline");

/// Which data requests, in which order.
#[derive(Clone, Debug)]
pub struct Selection {
    filter: Condition,
    direction: Direction,
    paging: Paging<Cursor>,
    now: DateTime<Utc>,
}

impl Selection {
    /// Reads a query, naming the field that is wrong.
    pub fn of(
        query: &DataRequestsQuery,
        of: Of,
        narrowing: &Narrowing<DataRequestField>,
    ) -> Result<Self, FieldProblem> {
        let now = narrowing.context.now;
        let asked = Asked {
            page: query.page,
            take: query.take,
            cursor: query.cursor.as_deref(),
            count: query.count,
            of,
        };
        let paging = Paging::of(asked, |text| DEADLINE.decode(text))?;
        clock::check_range(query.from, query.to)?;
        let direction = match narrowing.order(query.sort)?.unwrap_or_default() {
            DataRequestSort::DueFirst => Direction::Ascending,
            DataRequestSort::DueLast => Direction::Descending,
        };
        Ok(Self {
            filter: of_query(query, now)
                .add(narrowing.condition(|about, test| of_filter(narrowing, about, test))),
            direction,
            paging,
            now,
        })
    }
}

fn of_query(query: &DataRequestsQuery, now: DateTime<Utc>) -> Condition {
    let statuses = query.status.as_ref().filter(|set| !set.is_empty());
    let kinds = query.kind.as_ref().filter(|set| !set.is_empty());
    Condition::all()
        .add_option(statuses.map(|AnyOf(statuses)| {
            Column::Status.is_in(statuses.iter().map(|status| status.as_str()))
        }))
        .add_option(
            kinds.map(|AnyOf(kinds)| Column::Kind.is_in(kinds.iter().map(|kind| kind.as_str()))),
        )
        .add_option(query.overdue.map(|overdue| lateness(overdue.into(), now)))
        .add_option(query.user_id.map(|id| Column::UserId.eq(id.0)))
        .add_option(query.from.map(|from| Column::Deadline.gte(from)))
        .add_option(query.to.map(|to| Column::Deadline.lt(to)))
        .add(search(query.q.as_deref()))
}

/// What [`rules::is_overdue`] says, or its contrary, as ranges of an index.
fn lateness(lateness: Lateness, now: DateTime<Utc>) -> Condition {
    let pending = DataRequestStatus::Pending.as_str();
    match lateness {
        Lateness::Overdue => Condition::all()
            .add(Column::Status.eq(pending))
            .add(Column::Deadline.lt(now)),
        Lateness::InTime => Condition::any()
            .add(Column::Status.ne(pending))
            .add(Column::Deadline.gte(now)),
    }
}

/// Whether a request is late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lateness {
    Overdue,
    InTime,
}

impl From<bool> for Lateness {
    fn from(overdue: bool) -> Self {
        if overdue { Self::Overdue } else { Self::InTime }
    }
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
    narrowing: &Narrowing<DataRequestField>,
    about: About<DataRequestField>,
    test: &Test,
) -> Condition {
    let now = narrowing.context.now;
    let person = || {
        let id = Expr::col(Column::UserId);
        filter::person(&id, test, narrowing.me(), crate::users::with_email)
    };
    let field = match about {
        About::Field(field) => field,
        About::Searched => return person(),
        About::Visible => return filter::nothing(),
    };
    match field {
        DataRequestField::Id => filter::number(&Expr::col(Column::Id), test),
        DataRequestField::Claim => {
            claims::held(narrowing, Queue::DataRequests, &Expr::col(Column::Id), test)
        }
        DataRequestField::Status => filter::word(&Expr::col(Column::Status), test),
        DataRequestField::Kind => filter::word(&Expr::col(Column::Kind), test),
        DataRequestField::User => person(),
        DataRequestField::Overdue => filter::flag(|is| lateness(is.into(), now), test),
        DataRequestField::Due => filter::time(&Expr::col(Column::Deadline), test, now),
        DataRequestField::Code => filter::text(&Expr::col(Column::ReasonCode), test),
        DataRequestField::Age
        | DataRequestField::Created
        | DataRequestField::Updated
        | DataRequestField::By
        | DataRequestField::Error => filter::nothing(),
    }
}

/// A page of the data requests.
pub async fn page(
    connection: &impl ConnectionTrait,
    selection: &Selection,
) -> Result<Page<DataRequestRow>, DbErr> {
    let matching = Entity::find().filter(selection.filter.clone());
    let total = selection
        .paging
        .total_of(connection, matching.clone())
        .await?;
    let deadline = Expr::col(Column::Deadline);
    let models = selection
        .paging
        .select(matching, &deadline, Column::Id, selection.direction)
        .all(connection)
        .await?;
    let (models, next_cursor) = selection.paging.finish(models, |last| {
        DEADLINE.encode(&Cursor {
            key: Key::Time(last.deadline),
            id: last.id,
        })
    });
    let stored = with_people(connection, models).await?;
    Ok(Page {
        data: stored.iter().map(|one| one.row(selection.now)).collect(),
        total: total.rows,
        total_exact: total.is_exact,
        next_cursor,
    })
}

/// What a page of the data requests needs to be decided.
pub async fn seen(
    connection: &impl ConnectionTrait,
    selection: &Selection,
) -> Result<Page<Seen>, DbErr> {
    let columns = seen::Columns {
        id: Column::Id,
        status: Column::Status,
        version: Column::Version,
        time: Column::Deadline,
    };
    let matching = Entity::find().filter(selection.filter.clone());
    let order = (DEADLINE, selection.direction);
    seen::page(connection, matching, columns, order, &selection.paging).await
}

/// One data request.
pub async fn find(
    connection: &impl ConnectionTrait,
    id: DataRequestId,
) -> Result<Option<Stored>, DbErr> {
    let model = Entity::find_by_id(id.0).one(connection).await?;
    let stored = with_people(connection, model.into_iter().collect()).await?;
    Ok(stored.into_iter().next())
}

/// Reads data requests and keeps them from changing until the transaction ends.
pub async fn lock(tx: &DatabaseTransaction, ids: &[DataRequestId]) -> Result<Vec<Stored>, DbErr> {
    with_people(tx, rows::lock::<Entity>(tx, Column::Id, &keys(ids)).await?).await
}

fn keys(ids: &[DataRequestId]) -> Vec<i64> {
    ids.iter().map(|id| id.0).collect()
}

async fn with_people(
    connection: &impl ConnectionTrait,
    models: Vec<Model>,
) -> Result<Vec<Stored>, DbErr> {
    let people = models
        .iter()
        .flat_map(|model| std::iter::once(model.user_id).chain(model.handled_by));
    let emails = crate::users::emails(connection, &people.collect()).await?;
    models
        .into_iter()
        .map(|model| Stored::new(model, &emails))
        .collect()
}

/// What an update writes.
#[derive(Clone, Copy, Debug)]
pub struct Update<'a> {
    /// The new status.
    pub status: DataRequestStatus,
    /// When.
    pub updated_at: DateTime<Utc>,
    /// By whom.
    pub handled_by: i64,
    /// Why it failed.
    pub reason: Given<'a>,
}

/// Writes an update, and tells the requests as they are then; whatever an earlier failure said is gone with it.
pub async fn apply(
    tx: &DatabaseTransaction,
    ids: &[DataRequestId],
    update: &Update<'_>,
) -> Result<Vec<Stored>, DbErr> {
    let completed_at = (update.status == DataRequestStatus::Completed).then_some(update.updated_at);
    let changed = rows::update::<Entity>(tx, Column::Id, &keys(ids), |rows| {
        rows.col_expr(Column::Status, Expr::value(update.status.as_str()))
            .col_expr(Column::UpdatedAt, Expr::value(update.updated_at))
            .col_expr(Column::CompletedAt, Expr::value(completed_at))
            .col_expr(Column::HandledBy, Expr::value(update.handled_by))
            .col_expr(
                Column::Error,
                Expr::value(update.reason.text.map(str::to_owned)),
            )
            .col_expr(
                Column::ReasonCode,
                Expr::value(update.reason.code.map(str::to_owned)),
            )
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
    })
    .await?;
    with_people(tx, changed).await
}

/// The rows of a person, in the order they were sent in, so many at most.
pub async fn of_user(
    connection: &impl ConnectionTrait,
    user_id: i64,
    limit: u64,
) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .filter(Column::UserId.eq(user_id))
        .order_by(Column::Id, Order::Asc)
        .limit(limit)
        .all(connection)
        .await
}

/// Blanks what operators wrote about a person: why the person's requests failed.
pub async fn anonymize(tx: &DatabaseTransaction, user_id: i64) -> Result<(), DbErr> {
    let nothing: Option<String> = None;
    Entity::update_many()
        .col_expr(Column::Error, Expr::value(nothing.clone()))
        .col_expr(Column::ReasonCode, Expr::value(nothing))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::UserId.eq(user_id))
        .filter(Column::Error.is_not_null())
        .exec(tx)
        .await?;
    Ok(())
}

/// A data request that is brought in.
#[derive(Clone, Debug)]
pub struct NewDataRequest {
    /// Who asks.
    pub user_id: i64,
    /// What is asked for.
    pub kind: DataRequestKind,
    /// Where it stands.
    pub status: DataRequestStatus,
    /// When it was sent in.
    pub created_at: DateTime<Utc>,
    /// By when it has to be answered; none for 30 days.
    pub due_at: Option<DateTime<Utc>>,
    /// When and by whom it changed last.
    pub handled: Option<(DateTime<Utc>, i64)>,
    /// Why it failed.
    pub error: Option<String>,
    /// The code of that reason.
    pub reason_code: Option<String>,
    /// 1, and one more for each change.
    pub version: i64,
}

/// Brings a data request in, with its deadline, and tells its id.
pub async fn insert(tx: &DatabaseTransaction, new: NewDataRequest) -> Result<DataRequestId, DbErr> {
    let handled_at = new.handled.map(|(at, _)| at);
    let is_completed = new.status == DataRequestStatus::Completed;
    let model = ActiveModel {
        user_id: ActiveValue::Set(new.user_id),
        kind: ActiveValue::Set(new.kind.as_str().to_owned()),
        status: ActiveValue::Set(new.status.as_str().to_owned()),
        created_at: ActiveValue::Set(new.created_at),
        due_at: ActiveValue::Set(new.due_at),
        deadline: ActiveValue::Set(rules::deadline(new.created_at, new.due_at)),
        updated_at: ActiveValue::Set(handled_at.unwrap_or(new.created_at)),
        completed_at: ActiveValue::Set(handled_at.filter(|_| is_completed)),
        handled_by: ActiveValue::Set(new.handled.map(|(_, by)| by)),
        error: ActiveValue::Set(new.error),
        reason_code: ActiveValue::Set(new.reason_code),
        version: ActiveValue::Set(new.version),
        ..ActiveModel::default()
    };
    Entity::insert(model)
        .exec(tx)
        .await
        .map(|inserted| DataRequestId(inserted.last_insert_id))
}
