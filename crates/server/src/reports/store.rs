//! Queries of the reports.

use std::collections::HashMap;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use quarterdeck_api::ids::{ReportId, UserId};
use quarterdeck_api::problem::Conflict;
use quarterdeck_api::reports::{ReportRow, ReportStatus};
use quarterdeck_api::text::{Body, Line};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Order};
use sea_orm::{
    ActiveValue, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    QueryFilter, QueryOrder, QuerySelect,
};

use crate::db::rows;
use crate::gate::bulk::Object;
use crate::reasons::Given;

use super::entities::{ActiveModel, Column, Entity, Model, subjects};

/// A row and whom it is about.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Which one.
    pub id: ReportId,
    /// Where it stands.
    pub status: ReportStatus,
    model: Model,
    reporter: String,
    reported: String,
    report_count: u64,
    reviewed_by: Option<String>,
}

impl Object for Stored {
    type Id = ReportId;
    type Status = ReportStatus;

    fn id(&self) -> ReportId {
        self.id
    }

    fn status(&self) -> ReportStatus {
        self.status
    }

    fn conflict(&self) -> Conflict {
        Conflict {
            status: Line::verbatim(self.status.to_string()),
            decided_by: self.reviewed_by.clone().map(Line::verbatim),
            decided_at: self.model.reviewed_at,
            version: self.model.version,
        }
    }
}

impl Stored {
    fn new(
        model: Model,
        emails: &HashMap<i64, String>,
        counts: &HashMap<i64, u64>,
    ) -> Result<Self, DbErr> {
        let status = ReportStatus::from_str(&model.status)
            .map_err(|error| DbErr::Type(format!("user_reports {}: status {error}", model.id)))?;
        let email = |id: &i64| emails.get(id).cloned();
        Ok(Self {
            id: ReportId(model.id),
            status,
            reporter: email(&model.reporter_id).unwrap_or_default(),
            reported: email(&model.reported_user_id).unwrap_or_default(),
            report_count: counts
                .get(&model.reported_user_id)
                .copied()
                .unwrap_or_default(),
            reviewed_by: model.reviewed_by.as_ref().and_then(email),
            model,
        })
    }

    /// As it goes on the wire.
    pub fn row(&self) -> ReportRow {
        let model = &self.model;
        ReportRow {
            id: self.id,
            status: self.status.into(),
            reason: Line::verbatim(model.reason.clone()),
            reporter_id: UserId(model.reporter_id),
            reporter: Line::verbatim(self.reporter.clone()),
            reported_user_id: UserId(model.reported_user_id),
            reported: Line::verbatim(self.reported.clone()),
            report_count: self.report_count,
            created_at: model.created_at,
            reviewed_at: model.reviewed_at,
            reviewed_by: self.reviewed_by.clone().map(Line::verbatim),
            notes: model.notes.clone().map(Line::verbatim),
            reason_code: model.reason_code.clone().map(Line::verbatim),
            version: model.version,
            claim: None,
        }
    }
}

/// One report with all that the reporter wrote.
pub async fn find(
    connection: &impl ConnectionTrait,
    id: ReportId,
) -> Result<Option<(ReportRow, Body)>, DbErr> {
    let Some(model) = Entity::find_by_id(id.0).one(connection).await? else {
        return Ok(None);
    };
    let body = Body::verbatim(model.body.clone());
    let stored = with_people(connection, vec![model]).await?;
    Ok(stored.first().map(|stored| (stored.row(), body)))
}

/// Reads reports and keeps them from changing until the transaction ends.
pub async fn lock(tx: &DatabaseTransaction, ids: &[ReportId]) -> Result<Vec<Stored>, DbErr> {
    with_people(tx, rows::lock::<Entity>(tx, Column::Id, &keys(ids)).await?).await
}

fn keys(ids: &[ReportId]) -> Vec<i64> {
    ids.iter().map(|id| id.0).collect()
}

/// Adds who reported, who was reported how often, and who settled it.
pub async fn with_people(
    connection: &impl ConnectionTrait,
    models: Vec<Model>,
) -> Result<Vec<Stored>, DbErr> {
    let reported: Vec<_> = models.iter().map(|model| model.reported_user_id).collect();
    let people = models.iter().flat_map(|model| {
        [model.reporter_id, model.reported_user_id]
            .into_iter()
            .chain(model.reviewed_by)
    });
    let emails = crate::users::emails(connection, &people.collect()).await?;
    let counts = counts(connection, &reported).await?;
    models
        .into_iter()
        .map(|model| Stored::new(model, &emails, &counts))
        .collect()
}

/// How many reports there are about each of these persons, settled ones too; nobody reported is absent.
async fn counts(
    connection: &impl ConnectionTrait,
    ids: &[i64],
) -> Result<HashMap<i64, u64>, DbErr> {
    let subjects = subjects::Entity::find()
        .filter(subjects::Column::UserId.is_in(ids.iter().copied()))
        .all(connection)
        .await?;
    let count = |subject: subjects::Model| {
        (
            subject.user_id,
            u64::try_from(subject.reports).unwrap_or_default(),
        )
    };
    Ok(subjects.into_iter().map(count).collect())
}

/// How many reports there are about the account that a column of another room's query names: an
/// expression, null where nobody reported it.
pub fn count_of(column: &str) -> String {
    format!("(SELECT s.reports FROM report_subjects s WHERE s.user_id = {column})")
}

/// How many reports about the account that a column of another room's query names were settled as right, up to so
/// many: an expression.
pub fn upheld_of(column: &str, most: u64) -> String {
    let upheld = ReportStatus::Resolved;
    format!(
        "(SELECT count(*) FROM (SELECT 1 AS one FROM user_reports r WHERE r.reported_user_id = {column} \
         AND r.status = '{upheld}' LIMIT {most}) AS counted)"
    )
}

/// The rows that a person sent in, and those about the person; oldest first, so many of each at most.
pub async fn of_user(
    connection: &impl ConnectionTrait,
    user_id: i64,
    limit: u64,
) -> Result<(Vec<Model>, Vec<Model>), DbErr> {
    let of = |column: Column| {
        Entity::find()
            .filter(column.eq(user_id))
            .order_by(Column::Id, Order::Asc)
            .limit(limit)
    };
    Ok((
        of(Column::ReporterId).all(connection).await?,
        of(Column::ReportedUserId).all(connection).await?,
    ))
}

/// What a decision writes.
#[derive(Clone, Copy, Debug)]
pub struct Decision<'a> {
    /// The new status.
    pub status: ReportStatus,
    /// When.
    pub reviewed_at: DateTime<Utc>,
    /// By whom.
    pub reviewed_by: i64,
    /// What is noted with it, and the code of the reason.
    pub reason: Given<'a>,
}

/// Writes a decision, and tells the reports as they are then; back to pending, nobody has reviewed them.
pub async fn apply(
    tx: &DatabaseTransaction,
    ids: &[ReportId],
    decision: &Decision<'_>,
) -> Result<Vec<Stored>, DbErr> {
    let is_settled = !decision.status.is_open();
    let reason = if is_settled {
        decision.reason
    } else {
        Given::default()
    };
    let changed = rows::update::<Entity>(tx, Column::Id, &keys(ids), |rows| {
        rows.col_expr(Column::Status, Expr::value(decision.status.as_str()))
            .col_expr(
                Column::ReviewedAt,
                Expr::value(is_settled.then_some(decision.reviewed_at)),
            )
            .col_expr(
                Column::ReviewedBy,
                Expr::value(is_settled.then_some(decision.reviewed_by)),
            )
            .col_expr(Column::Notes, Expr::value(reason.text.map(str::to_owned)))
            .col_expr(
                Column::ReasonCode,
                Expr::value(reason.code.map(str::to_owned)),
            )
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
    })
    .await?;
    with_people(tx, changed).await
}

/// Puts `erased` for what a person wrote in reports, and for what was written about the person.
pub async fn anonymize(tx: &DatabaseTransaction, user_id: i64, erased: &str) -> Result<(), DbErr> {
    let nothing: Option<String> = None;
    Entity::update_many()
        .col_expr(Column::Notes, Expr::value(nothing.clone()))
        .col_expr(Column::ReasonCode, Expr::value(nothing))
        .col_expr(Column::Body, Expr::value(erased))
        .col_expr(Column::Reason, Expr::value(erased))
        .col_expr(Column::ReasonKey, Expr::value(erased))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(
            Column::ReporterId
                .eq(user_id)
                .or(Column::ReportedUserId.eq(user_id)),
        )
        .exec(tx)
        .await?;
    Ok(())
}

/// A report that is brought in.
#[derive(Clone, Debug)]
pub struct NewReport {
    /// Who reports.
    pub reporter_id: i64,
    /// Who is reported.
    pub reported_user_id: i64,
    /// What it is about.
    pub reason: String,
    /// What the reporter wrote.
    pub body: String,
    /// Where it stands.
    pub status: ReportStatus,
    /// When it was sent in.
    pub created_at: DateTime<Utc>,
    /// When and by whom it was settled.
    pub reviewed: Option<(DateTime<Utc>, i64)>,
    /// What was noted then.
    pub notes: Option<String>,
    /// The code of the reason.
    pub reason_code: Option<String>,
}

/// Brings a report in, counts it to the person reported, and tells its id.
pub async fn insert(tx: &DatabaseTransaction, new: NewReport) -> Result<ReportId, DbErr> {
    let subject = subjects::ActiveModel {
        user_id: ActiveValue::Set(new.reported_user_id),
        reports: ActiveValue::Set(1),
    };
    let one_more = Expr::col((subjects::Entity, subjects::Column::Reports)).add(1);
    let counted = OnConflict::column(subjects::Column::UserId)
        .value(subjects::Column::Reports, one_more)
        .to_owned();
    subjects::Entity::insert(subject)
        .on_conflict(counted)
        .exec_without_returning(tx)
        .await?;
    let model = ActiveModel {
        reporter_id: ActiveValue::Set(new.reporter_id),
        reported_user_id: ActiveValue::Set(new.reported_user_id),
        reason_key: ActiveValue::Set(new.reason.to_lowercase()),
        reason: ActiveValue::Set(new.reason),
        body: ActiveValue::Set(new.body),
        status: ActiveValue::Set(new.status.as_str().to_owned()),
        created_at: ActiveValue::Set(new.created_at),
        reviewed_at: ActiveValue::Set(new.reviewed.map(|(at, _)| at)),
        reviewed_by: ActiveValue::Set(new.reviewed.map(|(_, by)| by)),
        notes: ActiveValue::Set(new.notes),
        reason_code: ActiveValue::Set(new.reason_code),
        version: ActiveValue::Set(if new.reviewed.is_some() { 2 } else { 1 }),
        ..ActiveModel::default()
    };
    Entity::insert(model)
        .exec(tx)
        .await
        .map(|inserted| ReportId(inserted.last_insert_id))
}
