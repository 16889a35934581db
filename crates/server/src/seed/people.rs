//! The ordinary users of the demo profile.

use anyhow::Result;
use chrono::TimeDelta;
use quarterdeck_api::role::Role;
use sea_orm::DatabaseTransaction;

use super::names;
use super::profile::{SeedApplication, SeedOptions};
use crate::chain::Actor;
use crate::users::{self, NewAccount};

/// Brings the people in and tells their keys.
pub async fn people(
    tx: &DatabaseTransaction,
    options: &SeedOptions,
    _applications: &[SeedApplication],
    _staff: &[Actor],
) -> Result<Vec<i64>> {
    let mut ids = Vec::new();
    for (name, mailbox) in names::PEOPLE.iter().step_by(3).take(40) {
        let new = NewAccount {
            email: format!("{mailbox}@people.example"),
            display_name: (*name).to_owned(),
            password_hash: None,
        };
        let created_at = options.at - TimeDelta::days(60);
        let id = users::create(tx, &new, created_at).await?;
        users::grant(tx, id, Role::User, &[], created_at).await?;
        ids.push(id);
    }
    Ok(ids)
}
