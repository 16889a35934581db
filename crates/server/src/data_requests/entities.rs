//! The table of data requests, private to this room.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "data_requests")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Who asks.
    pub user_id: i64,
    /// What is asked for.
    pub kind: String,
    /// Where it stands.
    pub status: String,
    /// When it was sent in.
    pub created_at: DateTime<Utc>,
    /// By when it has to be answered, where that was set.
    pub due_at: Option<DateTime<Utc>>,
    /// By when it has to be answered, set or not.
    pub deadline: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// When it was completed.
    pub completed_at: Option<DateTime<Utc>>,
    /// Who changed it last.
    pub handled_by: Option<i64>,
    /// Why it failed.
    pub error: Option<String>,
    /// The code of the reason, which stands in a list of the configuration.
    pub reason_code: Option<String>,
    /// Grows with every change.
    pub version: i64,
}

/// None are declared: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
