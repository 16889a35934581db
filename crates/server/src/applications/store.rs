//! Queries of the queue.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use quarterdeck_api::applications::{
    ApplicationField, ApplicationRow, ApplicationSort, ApplicationStatus, ApplicationsQuery,
};
use quarterdeck_api::claims::Queue;
use quarterdeck_api::filter::{About, AnyOf, Test};
use quarterdeck_api::ids::{ApplicationId, UserId};
use quarterdeck_api::page::{Page, Seen};
use quarterdeck_api::problem::{Conflict, FieldProblem};
use quarterdeck_api::text::{Body, Line};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{
    ActiveValue, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    QueryFilter,
};

use crate::claims;
use crate::db::cursor::{Cursor, Key, SortKey};
use crate::db::filter::{self, Narrowing};
use crate::db::paging::{Asked, Direction, Of, Paging};
use crate::db::search::{self, Search};
use crate::db::{clock, rows, seen};
use crate::gate::bulk::Object;
use crate::reasons::Given;

use super::entities::{self, ActiveModel, Column, Entity, Model};

pub(super) const NAME: entities::search::Column = entities::search::Column::NameKey;
pub(super) const EMAIL: entities::search::Column = entities::search::Column::EmailKey;

/// A row and who decided it.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Which one.
    pub id: ApplicationId,
    /// Where it stands.
    pub status: ApplicationStatus,
    model: Model,
    decided_by: Option<String>,
}

impl Object for Stored {
    type Id = ApplicationId;
    type Status = ApplicationStatus;

    fn id(&self) -> ApplicationId {
        self.id
    }

    fn status(&self) -> ApplicationStatus {
        self.status
    }

    fn conflict(&self) -> Conflict {
        Conflict {
            status: Line::verbatim(self.status.to_string()),
            decided_by: self.decided_by.clone().map(Line::verbatim),
            decided_at: self.model.decided_at,
            version: self.model.version,
        }
    }
}

impl Stored {
    fn new(model: Model, decided_by: Option<String>) -> Result<Self, DbErr> {
        let status = ApplicationStatus::from_str(&model.status)
            .map_err(|error| DbErr::Type(format!("applications {}: status {error}", model.id)))?;
        Ok(Self {
            id: ApplicationId(model.id),
            status,
            model,
            decided_by,
        })
    }

    /// As it goes on the wire.
    pub fn row(&self) -> ApplicationRow {
        let model = &self.model;
        ApplicationRow {
            id: self.id,
            user_id: model.user_id.map(UserId),
            name: Line::verbatim(model.name.clone()),
            email: Line::verbatim(model.email.clone()),
            status: self.status.into(),
            submitted_at: model.submitted_at,
            decided_at: model.decided_at,
            decided_by: self.decided_by.clone().map(Line::verbatim),
            reason: model.reason.clone().map(Line::verbatim),
            reason_code: model.reason_code.clone().map(Line::verbatim),
            version: model.version,
            claim: None,
        }
    }
}

/// By when they were sent in.
const AGE: SortKey = SortKey::Time("submitted_at");

/// Which applications, in which order.
#[derive(Clone, Debug)]
pub struct Selection {
    filter: Condition,
    direction: Direction,
    paging: Paging<Cursor>,
}

impl Selection {
    /// Reads a query, naming the field that is wrong.
    pub fn of(
        query: &ApplicationsQuery,
        of: Of,
        narrowing: &Narrowing<ApplicationField>,
    ) -> Result<Self, FieldProblem> {
        let asked = Asked {
            page: query.page,
            take: query.take,
            cursor: query.cursor.as_deref(),
            count: query.count,
            of,
        };
        let paging = Paging::of(asked, |text| AGE.decode(text))?;
        clock::check_range(query.from, query.to)?;
        let direction = match narrowing.order(query.sort)?.unwrap_or_default() {
            ApplicationSort::OldestFirst => Direction::Ascending,
            ApplicationSort::NewestFirst => Direction::Descending,
        };
        Ok(Self {
            filter: of_query(query)
                .add(narrowing.condition(|about, test| of_filter(narrowing, about, test))),
            direction,
            paging,
        })
    }
}

fn of_query(query: &ApplicationsQuery) -> Condition {
    let mut filter = Condition::all();
    if let Some(AnyOf(statuses)) = query.status.as_ref().filter(|set| !set.is_empty()) {
        filter = filter.add(Column::Status.is_in(statuses.iter().map(|status| status.as_str())));
    }
    if let Some(from) = query.from {
        filter = filter.add(Column::SubmittedAt.gte(from));
    }
    if let Some(to) = query.to {
        filter = filter.add(Column::SubmittedAt.lt(to));
    }
    let search = Search::of(query.q.as_deref());
    filter.add(search::selected(&search, Column::Id, |prefix| {
        searched(prefix.begins_any([NAME, EMAIL].into_iter().map(Expr::col)))
    }))
}

/// The applications whose searched texts are so.
pub(super) fn searched(condition: Condition) -> Condition {
    let found = Query::select()
        .column(entities::search::Column::ApplicationId)
        .from(entities::search::Entity)
        .cond_where(condition)
        .to_owned();
    Condition::all().add(Column::Id.in_subquery(found))
}

/// What a value of the filter asks.
fn of_filter(
    narrowing: &Narrowing<ApplicationField>,
    about: About<ApplicationField>,
    test: &Test,
) -> Condition {
    let name = || filter::text(&Expr::col(NAME), test);
    let email = || filter::text(&Expr::col(EMAIL), test);
    let field = match about {
        About::Field(field) => field,
        About::Searched => return searched(Condition::any().add(name()).add(email())),
        About::Visible => return filter::nothing(),
    };
    match field {
        ApplicationField::Id => filter::number(&Expr::col(Column::Id), test),
        ApplicationField::Claim => {
            claims::held(narrowing, Queue::Applications, &Expr::col(Column::Id), test)
        }
        ApplicationField::Status => filter::word(&Expr::col(Column::Status), test),
        ApplicationField::Name => searched(name()),
        ApplicationField::Email => searched(email()),
        ApplicationField::Age | ApplicationField::Created => {
            filter::time(&Expr::col(Column::SubmittedAt), test, narrowing.context.now)
        }
        ApplicationField::User
        | ApplicationField::Decided
        | ApplicationField::By
        | ApplicationField::Reason
        | ApplicationField::Code => filter::nothing(),
    }
}

/// A page of the queue.
pub async fn page(
    connection: &impl ConnectionTrait,
    selection: &Selection,
) -> Result<Page<ApplicationRow>, DbErr> {
    let matching = Entity::find().filter(selection.filter.clone());
    let total = selection
        .paging
        .total_of(connection, matching.clone())
        .await?;
    let age = Expr::col(Column::SubmittedAt);
    let models = selection
        .paging
        .select(matching, &age, Column::Id, selection.direction)
        .all(connection)
        .await?;
    let (models, next_cursor) = selection.paging.finish(models, |last| {
        AGE.encode(&Cursor {
            key: Key::Time(last.submitted_at),
            id: last.id,
        })
    });
    let data = with_deciders(connection, models)
        .await?
        .iter()
        .map(Stored::row)
        .collect();
    Ok(Page {
        data,
        total: total.rows,
        total_exact: total.is_exact,
        next_cursor,
    })
}

/// What a page of the queue needs to be decided.
pub async fn seen(
    connection: &impl ConnectionTrait,
    selection: &Selection,
) -> Result<Page<Seen>, DbErr> {
    let columns = seen::Columns {
        id: Column::Id,
        status: Column::Status,
        version: Column::Version,
        time: Column::SubmittedAt,
    };
    let matching = Entity::find().filter(selection.filter.clone());
    let order = (AGE, selection.direction);
    seen::page(connection, matching, columns, order, &selection.paging).await
}

/// One application with its answers.
pub async fn find(
    connection: &impl ConnectionTrait,
    id: ApplicationId,
) -> Result<Option<(ApplicationRow, Body)>, DbErr> {
    let Some(model) = Entity::find_by_id(id.0).one(connection).await? else {
        return Ok(None);
    };
    let answers = Body::verbatim(model.answers.clone());
    let stored = with_deciders(connection, vec![model]).await?;
    Ok(stored.first().map(|stored| (stored.row(), answers)))
}

/// Reads applications and keeps them from changing until the transaction ends.
pub async fn lock(tx: &DatabaseTransaction, ids: &[ApplicationId]) -> Result<Vec<Stored>, DbErr> {
    with_deciders(tx, rows::lock::<Entity>(tx, Column::Id, &keys(ids)).await?).await
}

fn keys(ids: &[ApplicationId]) -> Vec<i64> {
    ids.iter().map(|id| id.0).collect()
}

async fn with_deciders(
    connection: &impl ConnectionTrait,
    models: Vec<Model>,
) -> Result<Vec<Stored>, DbErr> {
    let deciders = models.iter().filter_map(|model| model.decided_by);
    let emails = crate::users::emails(connection, &deciders.collect()).await?;
    models
        .into_iter()
        .map(|model| {
            let email = model.decided_by.and_then(|id| emails.get(&id).cloned());
            Stored::new(model, email)
        })
        .collect()
}

/// What a decision writes.
#[derive(Clone, Copy, Debug)]
pub struct Decision<'a> {
    /// The new status.
    pub status: ApplicationStatus,
    /// When.
    pub decided_at: DateTime<Utc>,
    /// By whom.
    pub decided_by: i64,
    /// Why.
    pub reason: Given<'a>,
}

/// Writes a decision, and tells the applications as they are then; back to PENDING, nobody has decided.
pub async fn apply(
    tx: &DatabaseTransaction,
    ids: &[ApplicationId],
    decision: &Decision<'_>,
) -> Result<Vec<Stored>, DbErr> {
    let is_decided = decision.status != ApplicationStatus::Pending;
    let reason = if is_decided {
        decision.reason
    } else {
        Given::default()
    };
    let changed = rows::update::<Entity>(tx, Column::Id, &keys(ids), |rows| {
        rows.col_expr(Column::Status, Expr::value(decision.status.as_str()))
            .col_expr(
                Column::DecidedAt,
                Expr::value(is_decided.then_some(decision.decided_at)),
            )
            .col_expr(
                Column::DecidedBy,
                Expr::value(is_decided.then_some(decision.decided_by)),
            )
            .col_expr(Column::Reason, Expr::value(reason.text.map(str::to_owned)))
            .col_expr(
                Column::ReasonCode,
                Expr::value(reason.code.map(str::to_owned)),
            )
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
    })
    .await?;
    with_deciders(tx, changed).await
}

/// An application that a seed brings in.
#[derive(Clone, Debug)]
pub struct NewApplication {
    /// Name.
    pub name: String,
    /// E-mail.
    pub email: String,
    /// Answers.
    pub answers: String,
    /// Where it stands.
    pub status: ApplicationStatus,
    /// When it was sent in.
    pub submitted_at: DateTime<Utc>,
    /// When and by whom it was decided.
    pub decided: Option<(DateTime<Utc>, i64)>,
    /// Why.
    pub reason: Option<String>,
    /// The code of that reason.
    pub reason_code: Option<String>,
}

/// How many applications under the e-mail in lower case that an expression names were rejected, other than one, up to so
/// many: an expression.
pub fn rejected_under(email: &str, other_than: &str, most: u64) -> String {
    let rejected = ApplicationStatus::Rejected;
    format!(
        "(SELECT count(*) FROM (SELECT 1 AS one FROM application_search s JOIN applications a ON a.id = s.application_id \
         WHERE s.email_key = {email} AND a.status = '{rejected}' AND a.id <> {other_than} LIMIT {most}) AS counted)"
    )
}

/// Brings applications in, and tells their ids.
pub async fn insert(tx: &DatabaseTransaction, new: NewApplication) -> Result<ApplicationId, DbErr> {
    let (name_key, email_key) = (new.name.to_lowercase(), new.email.to_lowercase());
    let model = ActiveModel {
        name: ActiveValue::Set(new.name),
        email: ActiveValue::Set(new.email),
        answers: ActiveValue::Set(new.answers),
        status: ActiveValue::Set(new.status.as_str().to_owned()),
        submitted_at: ActiveValue::Set(new.submitted_at),
        decided_at: ActiveValue::Set(new.decided.map(|(at, _)| at)),
        decided_by: ActiveValue::Set(new.decided.map(|(_, by)| by)),
        reason: ActiveValue::Set(new.reason),
        reason_code: ActiveValue::Set(new.reason_code),
        version: ActiveValue::Set(if new.decided.is_some() { 2 } else { 1 }),
        ..ActiveModel::default()
    };
    let id = Entity::insert(model).exec(tx).await?.last_insert_id;
    let searched = entities::search::ActiveModel {
        application_id: ActiveValue::Set(id),
        name_key: ActiveValue::Set(name_key),
        email_key: ActiveValue::Set(email_key),
    };
    entities::search::Entity::insert(searched).exec(tx).await?;
    Ok(ApplicationId(id))
}
