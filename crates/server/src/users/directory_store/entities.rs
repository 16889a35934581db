//! The columns of users by which lists are filtered and ordered; `view` reads the rest.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// E-mail in lower case, for prefixes.
    pub email_key: String,
    /// Name in lower case.
    pub display_name_key: String,
    /// Handle in lower case.
    pub username_key: Option<String>,
    /// Twitch handle in lower case.
    pub twitch_key: Option<String>,
    /// Banned, unless the time is up.
    pub is_banned: bool,
    /// The code of the last ban's or unban's reason.
    pub ban_reason_code: Option<String>,
    /// When the ban began.
    pub banned_at: Option<DateTime<Utc>>,
    /// When the ban ends by itself.
    pub ban_expires_at: Option<DateTime<Utc>>,
    /// Suspended since.
    pub suspended_at: Option<DateTime<Utc>>,
    /// Deleted since.
    pub deleted_at: Option<DateTime<Utc>>,
    /// Anonymized since.
    pub anonymized_at: Option<DateTime<Utc>>,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// When it signed in last.
    pub last_login_at: Option<DateTime<Utc>>,
}

/// None are declared: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
