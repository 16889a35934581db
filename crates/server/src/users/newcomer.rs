//! Ordinary people with their profile, as a seed brings them in.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, Value};

use super::store::{NewAccount, create};
use crate::db::sql;

/// A person that a seed brings in.
#[derive(Clone, Debug, Default)]
pub struct NewPerson {
    /// E-mail.
    pub email: String,
    /// Name.
    pub display_name: String,
    /// Handle; no two accounts have the same, whatever the case.
    pub username: Option<String>,
    /// Twitch handle; the same.
    pub twitch_username: Option<String>,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
    /// When it signed in last.
    pub last_login_at: Option<DateTime<Utc>>,
    /// What the person says about itself.
    pub bio: Option<String>,
    /// Where the person says to live.
    pub country: Option<String>,
    /// When and by whom the person was verified.
    pub verified: Option<(DateTime<Utc>, i64)>,
}

/// Makes the account and the profile, and tells the key.
pub async fn insert_person(tx: &DatabaseTransaction, new: &NewPerson) -> Result<i64, DbErr> {
    let account = NewAccount {
        email: new.email.clone(),
        display_name: new.display_name.clone(),
        password_hash: None,
    };
    let id = create(tx, &account, new.created_at).await?;
    let text = "UPDATE users SET username = $2, username_key = $3, twitch_username = $4, twitch_key = $5, \
        last_login_at = $6 WHERE id = $1";
    let key = |handle: &Option<String>| handle.as_ref().map(|handle| handle.to_lowercase());
    let values: [Value; 6] = [
        id.into(),
        new.username.clone().into(),
        key(&new.username).into(),
        new.twitch_username.clone().into(),
        key(&new.twitch_username).into(),
        new.last_login_at.into(),
    ];
    tx.execute_raw(sql(tx, text, values)).await?;
    let text = "INSERT INTO profiles (user_id, bio, country, verified_at, verified_by) \
        VALUES ($1, $2, $3, $4, $5)";
    let values: [Value; 5] = [
        id.into(),
        new.bio.clone().into(),
        new.country.clone().into(),
        new.verified.map(|(at, _)| at).into(),
        new.verified.map(|(_, by)| by).into(),
    ];
    tx.execute_raw(sql(tx, text, values)).await?;
    Ok(id)
}
