//! The tables of reports, private to this room.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "user_reports")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Who reports.
    pub reporter_id: i64,
    /// Who is reported.
    pub reported_user_id: i64,
    /// What it is about.
    pub reason: String,
    /// The same in lower case, for prefixes.
    pub reason_key: String,
    /// What the reporter wrote.
    pub body: String,
    /// Where it stands.
    pub status: String,
    /// When it was sent in.
    pub created_at: DateTime<Utc>,
    /// When it was settled.
    pub reviewed_at: Option<DateTime<Utc>>,
    /// Who settled it.
    pub reviewed_by: Option<i64>,
    /// What was noted then.
    pub notes: Option<String>,
    /// The code of the reason, which stands in a list of the configuration.
    pub reason_code: Option<String>,
    /// Grows with every change.
    pub version: i64,
}

/// None are declared: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// How often each person was reported.
pub mod subjects {
    use sea_orm::entity::prelude::*;

    /// A person who was reported.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "report_subjects")]
    pub struct Model {
        /// Who.
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: i64,
        /// How many reports there are about this person, settled ones too.
        pub reports: i64,
    }

    /// None are declared: joins are written where they are needed.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
