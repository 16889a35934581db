//! The table of requests, which the gate writes.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "admin_action_log")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The server's id of the request.
    pub request_id: String,
    /// The client's.
    pub client_request_id: Option<String>,
    /// The trace that it belongs to.
    pub trace_id: Option<String>,
    /// How it was made.
    pub method: String,
    /// Path and query.
    pub url: String,
    /// The path as it is declared.
    pub route: String,
    /// Who acted.
    pub user_id: Option<i64>,
    /// Where it came from.
    pub ip_address: String,
    /// What it came from said it was.
    pub user_agent: String,
    /// What was sent, without secrets.
    pub request_body: String,
    /// What was answered, without secrets.
    pub response: String,
    /// Status of the answer.
    pub status: i32,
    /// Code of a refusal.
    pub code: Option<String>,
    /// How long it took.
    pub duration_ms: i64,
    /// When it came.
    pub created_at: DateTime<Utc>,
    /// On whom: ids with spaces between them.
    pub targets: String,
}

/// None are declared: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
