//! The ordinary users of the demo profile.

use anyhow::Result;
use chrono::TimeDelta;
use quarterdeck_api::role::Role;
use sea_orm::DatabaseTransaction;

use super::profile::SeedOptions;
use crate::users::{self, NewAccount};

/// A name and an e-mail; some of the names are attacks.
const RESIDENTS: [(&str, &str); 10] = [
    ("Nora Vestergaard", "nora.vestergaard@studio.example"),
    ("Øyvind Ødegård", "oyvind@verksted.example"),
    ("Валентина Терешкова", "valya@studio.example"),
    ("فاطمة الزهراء", "fatima.zahra@atelier.example"),
    ("陳美玲", "meiling.chen@atelier.example"),
    ("प्रिया शर्मा", "priya.sharma@studio.example"),
    ("👩‍🚀 Cosmo", "cosmo@studio.example"),
    ("\u{1b}[2J\u{1b}[HMallory", "mallory@studio.example"),
    ("\u{202e}nimda", "not.nimda@atelier.example"),
    (
        "=HYPERLINK(\"https://evil.example\")",
        "formula@studio.example",
    ),
];

/// Brings the people in, all of them at least 60 days ago, and tells their keys.
pub async fn people(tx: &DatabaseTransaction, options: &SeedOptions) -> Result<Vec<i64>> {
    let mut ids = Vec::new();
    for ((name, email), age_days) in RESIDENTS.into_iter().zip((60..).step_by(3)) {
        let account = NewAccount {
            email: email.to_owned(),
            display_name: name.to_owned(),
            password_hash: None,
        };
        let created_at = options.at - TimeDelta::days(age_days);
        let id = users::create(tx, &account, created_at).await?;
        users::grant(tx, id, Role::User, &[], created_at).await?;
        ids.push(id);
    }
    Ok(ids)
}
