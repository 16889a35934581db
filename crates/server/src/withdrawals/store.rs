//! Queries of the withdrawals.

use std::collections::HashMap;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use quarterdeck_api::ids::{UserId, WithdrawalId};
use quarterdeck_api::money::Balance;
use quarterdeck_api::problem::Conflict;
use quarterdeck_api::text::Line;
use quarterdeck_api::withdrawals::{WithdrawalRow, WithdrawalStatus};
use sea_orm::sea_query::{Expr, ExprTrait, Order};
use sea_orm::{
    ActiveValue, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    QueryFilter, QueryOrder, QuerySelect,
};

use super::entities::{ActiveModel, Column, Entity, Model};
use crate::db::rows;
use crate::reasons::Given;

/// A row and the e-mails that belong to it.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Which one.
    pub id: WithdrawalId,
    /// Where it stands.
    pub status: WithdrawalStatus,
    model: Model,
    user: String,
    balance: Option<Balance>,
    decided_by: Option<String>,
}

impl Stored {
    fn new(
        model: Model,
        emails: &HashMap<i64, String>,
        balances: &HashMap<i64, Balance>,
    ) -> Result<Self, DbErr> {
        let status = WithdrawalStatus::from_str(&model.status)
            .map_err(|error| DbErr::Type(format!("withdrawals {}: status {error}", model.id)))?;
        let email = |id: i64| emails.get(&id).cloned();
        Ok(Self {
            id: WithdrawalId(model.id),
            status,
            user: email(model.user_id).unwrap_or_default(),
            balance: balances.get(&model.user_id).cloned(),
            decided_by: model.decided_by.and_then(email),
            model,
        })
    }

    /// Who asks.
    pub const fn payee(&self) -> UserId {
        UserId(self.model.user_id)
    }

    /// How much is asked for, in the smallest unit.
    pub const fn amount(&self) -> i64 {
        self.model.amount
    }

    /// In which currency.
    pub fn currency(&self) -> &str {
        &self.model.currency
    }

    /// What the loser of a race is told.
    pub fn conflict(&self) -> Conflict {
        Conflict {
            status: Line::verbatim(self.status.to_string()),
            decided_by: self.decided_by.clone().map(Line::verbatim),
            decided_at: self.model.decided_at,
            version: self.model.version,
        }
    }

    /// As it goes on the wire.
    pub fn row(&self) -> WithdrawalRow {
        let model = &self.model;
        let decider = model.decided_by.map(UserId);
        let is_approved = self.status == WithdrawalStatus::Approved;
        WithdrawalRow {
            id: self.id,
            user_id: UserId(model.user_id),
            user: Line::verbatim(self.user.clone()),
            amount: model.amount,
            currency: Line::verbatim(model.currency.clone()),
            balance: self.balance.clone(),
            status: self.status.into(),
            requested_at: model.requested_at,
            approved_by: decider.filter(|_| is_approved),
            decided_by_id: decider,
            decided_by: self.decided_by.clone().map(Line::verbatim),
            decided_at: model.decided_at,
            reason: model.reason.clone().map(Line::verbatim),
            reason_code: model.reason_code.clone().map(Line::verbatim),
            version: model.version,
        }
    }
}

/// One withdrawal.
pub async fn find(
    connection: &impl ConnectionTrait,
    id: WithdrawalId,
) -> Result<Option<Stored>, DbErr> {
    let model = Entity::find_by_id(id.0).one(connection).await?;
    let stored = with_people(connection, model.into_iter().collect()).await?;
    Ok(stored.into_iter().next())
}

/// Who asks for one, which never changes.
pub async fn payee(
    connection: &impl ConnectionTrait,
    id: WithdrawalId,
) -> Result<Option<UserId>, DbErr> {
    let model = Entity::find_by_id(id.0).one(connection).await?;
    Ok(model.map(|model| UserId(model.user_id)))
}

/// Reads a withdrawal and keeps it from changing until the transaction ends.
pub async fn lock(tx: &DatabaseTransaction, id: WithdrawalId) -> Result<Option<Stored>, DbErr> {
    let locked = rows::lock::<Entity>(tx, Column::Id, &[id.0]).await?;
    Ok(with_people(tx, locked).await?.into_iter().next())
}

/// Rows with the e-mails that belong to them, and what their persons hold.
pub async fn with_people(
    connection: &impl ConnectionTrait,
    models: Vec<Model>,
) -> Result<Vec<Stored>, DbErr> {
    let people = models
        .iter()
        .flat_map(|model| std::iter::once(model.user_id).chain(model.decided_by));
    let emails = crate::users::emails(connection, &people.collect()).await?;
    let payees = models.iter().map(|model| model.user_id);
    let balances = crate::money::balances(connection, &payees.collect()).await?;
    models
        .into_iter()
        .map(|model| Stored::new(model, &emails, &balances))
        .collect()
}

/// What a decision writes.
#[derive(Clone, Copy, Debug)]
pub struct Decided<'a> {
    /// The new status.
    pub status: WithdrawalStatus,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: i64,
    /// Why it was rejected.
    pub reason: Given<'a>,
    /// What an approval moved.
    pub transaction: Option<i64>,
}

/// Writes a decision, and tells the withdrawal as it is then.
pub async fn apply(
    tx: &DatabaseTransaction,
    id: WithdrawalId,
    decided: &Decided<'_>,
) -> Result<Option<Stored>, DbErr> {
    let reason = decided.reason;
    let changed = rows::update::<Entity>(tx, Column::Id, &[id.0], |rows| {
        rows.col_expr(Column::Status, Expr::value(decided.status.as_str()))
            .col_expr(Column::DecidedBy, Expr::value(decided.by))
            .col_expr(Column::DecidedAt, Expr::value(decided.at))
            .col_expr(Column::UpdatedAt, Expr::value(decided.at))
            .col_expr(Column::Reason, Expr::value(reason.text.map(str::to_owned)))
            .col_expr(
                Column::ReasonCode,
                Expr::value(reason.code.map(str::to_owned)),
            )
            .col_expr(Column::TransactionId, Expr::value(decided.transaction))
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
    })
    .await?;
    Ok(with_people(tx, changed).await?.into_iter().next())
}

/// The rows of a person, in the order they were asked for, so many at most.
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

/// Blanks what operators wrote about a person: why the person's withdrawals were rejected.
///
/// # Errors
/// The database's.
pub async fn anonymize(tx: &DatabaseTransaction, user_id: i64) -> Result<(), DbErr> {
    let nothing: Option<String> = None;
    Entity::update_many()
        .col_expr(Column::Reason, Expr::value(nothing.clone()))
        .col_expr(Column::ReasonCode, Expr::value(nothing))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::UserId.eq(user_id))
        .filter(Column::Reason.is_not_null())
        .exec(tx)
        .await?;
    Ok(())
}

/// A withdrawal that is brought in, to be decided.
#[derive(Clone, Debug)]
pub struct NewWithdrawal {
    /// Who asks.
    pub user_id: i64,
    /// How much, in the smallest unit of the currency.
    pub amount: i64,
    /// Code of the currency.
    pub currency: String,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
}

/// Brings a withdrawal in, and tells its id.
///
/// # Errors
/// The database's.
pub async fn insert(tx: &DatabaseTransaction, new: NewWithdrawal) -> Result<WithdrawalId, DbErr> {
    let model = ActiveModel {
        user_id: ActiveValue::Set(new.user_id),
        amount: ActiveValue::Set(new.amount),
        currency: ActiveValue::Set(new.currency),
        status: ActiveValue::Set(WithdrawalStatus::Pending.as_str().to_owned()),
        requested_at: ActiveValue::Set(new.requested_at),
        updated_at: ActiveValue::Set(new.requested_at),
        version: ActiveValue::Set(1),
        ..ActiveModel::default()
    };
    let inserted = Entity::insert(model).exec(tx).await?;
    Ok(WithdrawalId(inserted.last_insert_id))
}
