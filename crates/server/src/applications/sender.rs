//! What a person sent in: found, handed out, and taken out of.

use quarterdeck_api::ids::UserId;
use sea_orm::sea_query::{Expr, ExprTrait, Order};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect,
};

use super::entities::{self, Column, Entity, Model};
use super::store::{EMAIL, NAME, searched};

/// An application of a person who is erased.
#[derive(Clone, Debug)]
pub struct SentIn {
    /// Which one.
    pub id: i64,
    /// Name.
    pub name: String,
    /// E-mail.
    pub email: String,
}

/// The applications of an account, and those that were sent in with its e-mail.
pub async fn sent_by(
    connection: &impl ConnectionTrait,
    id: UserId,
    email: &str,
) -> Result<Vec<SentIn>, DbErr> {
    let models = Entity::find()
        .filter(sent_in_by(id, email))
        .order_by(Column::Id, Order::Asc)
        .all(connection)
        .await?;
    let sent_in = |model: Model| SentIn {
        id: model.id,
        name: model.name,
        email: model.email,
    };
    Ok(models.into_iter().map(sent_in).collect())
}

/// What stands in an application whose sender was erased.
#[derive(Clone, Copy, Debug)]
pub struct Anonymous<'a> {
    /// For the name.
    pub name: &'a str,
    /// For the e-mail.
    pub email: &'a str,
    /// For every text.
    pub text: &'a str,
}

/// Takes the sender out of applications; where they stand stays.
pub async fn anonymize(
    tx: &DatabaseTransaction,
    ids: &[i64],
    anonymous: &Anonymous<'_>,
) -> Result<(), DbErr> {
    let nothing: Option<String> = None;
    Entity::update_many()
        .col_expr(Column::Name, Expr::value(anonymous.name))
        .col_expr(Column::Email, Expr::value(anonymous.email))
        .col_expr(Column::Answers, Expr::value(anonymous.text))
        .col_expr(Column::Reason, Expr::value(nothing.clone()))
        .col_expr(Column::ReasonCode, Expr::value(nothing))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::Id.is_in(ids.iter().copied()))
        .exec(tx)
        .await?;
    entities::search::Entity::update_many()
        .col_expr(NAME, Expr::value(anonymous.name.to_lowercase()))
        .col_expr(EMAIL, Expr::value(anonymous.email))
        .filter(entities::search::Column::ApplicationId.is_in(ids.iter().copied()))
        .exec(tx)
        .await?;
    Ok(())
}

/// What a person applied for, under the account or under its e-mail, after one of the applications: for
/// the person's export, without the operators' names.
pub async fn of_user(
    connection: &impl ConnectionTrait,
    user: UserId,
    email: &str,
    last: i64,
    limit: u64,
) -> Result<Vec<(i64, serde_json::Value)>, DbErr> {
    let models = Entity::find()
        .filter(sent_in_by(user, email))
        .filter(Column::Id.gt(last))
        .order_by(Column::Id, Order::Asc)
        .limit(limit)
        .all(connection)
        .await?;
    Ok(models
        .iter()
        .map(|model| (model.id, exported(model)))
        .collect())
}

fn exported(model: &Model) -> serde_json::Value {
    serde_json::json!({
        "id": model.id,
        "name": model.name,
        "email": model.email,
        "answers": model.answers,
        "status": model.status,
        "submitted_at": model.submitted_at,
        "decided_at": model.decided_at,
        "reason": model.reason,
        "reason_code": model.reason_code,
    })
}

/// Those of an account, and those that were sent in with its e-mail.
fn sent_in_by(id: UserId, email: &str) -> Condition {
    Condition::any().add(Column::UserId.eq(id.0)).add(searched(
        Condition::all().add(EMAIL.eq(email.to_lowercase())),
    ))
}
