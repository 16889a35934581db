//! The table of applications, private to this room.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "applications")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The applicant's account.
    pub user_id: Option<i64>,
    /// Name as given.
    pub name: String,
    /// Name in lower case, for prefixes.
    pub name_key: String,
    /// E-mail as given.
    pub email: String,
    /// E-mail in lower case, for prefixes.
    pub email_key: String,
    /// What the applicant wrote.
    pub answers: String,
    /// Where it stands.
    pub status: String,
    /// When it was sent in.
    pub submitted_at: DateTime<Utc>,
    /// When it was decided.
    pub decided_at: Option<DateTime<Utc>>,
    /// Who decided.
    pub decided_by: Option<i64>,
    /// Why.
    pub reason: Option<String>,
    /// The code of the reason, which stands in a list of the configuration.
    pub reason_code: Option<String>,
    /// Grows with every change.
    pub version: i64,
}

/// None are declared: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
