//! The tables of applications, private to this room.

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
    /// E-mail as given.
    pub email: String,
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

/// What applications are searched by, apart from them: a decision writes none of it.
pub mod search {
    use sea_orm::entity::prelude::*;

    /// A row.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "application_search")]
    pub struct Model {
        /// The application.
        #[sea_orm(primary_key, auto_increment = false)]
        pub application_id: i64,
        /// Its name in lower case.
        pub name_key: String,
        /// Its e-mail in lower case.
        pub email_key: String,
    }

    /// None are declared: joins are written where they are needed.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
