//! What the operators of the demo profile wrote about people.

use anyhow::{Context, Result};
use chrono::TimeDelta;
use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::ids::UserId;
use quarterdeck_api::notes::RiskLevel::{self, Critical, High, Low, Medium};
use sea_orm::DatabaseTransaction;

use super::SeedCall;
use super::profile::SeedOptions;
use crate::chain::Actor;
use crate::notes::{self, Words};

/// Indices of the accounts of the profile.
const ANA: usize = 1;
const RITA: usize = 4;
const SAM: usize = 5;

/// About whom, as an index into the people, how many hours ago, by whom, how much of a risk, and what.
const NOTES: [(usize, i64, usize, RiskLevel, &str); 9] = [
    (
        4,
        287,
        RITA,
        Critical,
        "Five buyers paid for one ticket. Refunds are with the bank; talk to Rita before any unban.",
    ),
    (
        4,
        90,
        SAM,
        High,
        "Wrote again from another address and asked for the account back.",
    ),
    (
        10,
        419,
        ANA,
        Medium,
        "The account had been taken over. Password and second factor are new.",
    ),
    (
        16,
        47,
        ANA,
        High,
        "Second time. The links lead to a shop that does not exist.",
    ),
    (
        8,
        215,
        ANA,
        Medium,
        "Apologized on the phone.\nAgreed to a day without comments.",
    ),
    (
        14,
        330,
        RITA,
        Low,
        "The bank confirmed the payment: nothing of it was his fault.",
    ),
    (
        2,
        8,
        RITA,
        High,
        "Lisbon and Kyiv within 40 minutes. Called twice, no answer.",
    ),
    (
        1,
        60,
        SAM,
        Low,
        "Asked how to change the e-mail address; helped.",
    ),
    (12, 70, RITA, Medium, "出金先の名義が違う。書類待ち。"),
];

/// Writes the notes, and tells the calls that did.
pub async fn notes(
    tx: &DatabaseTransaction,
    options: &SeedOptions,
    people: &[i64],
    actors: &[Actor],
) -> Result<Vec<SeedCall>> {
    let mut calls = Vec::new();
    for (person, hours_ago, by, risk_level, note) in NOTES {
        let user = UserId(*people.get(person).context("too few people")?);
        let author = actors.get(by).and_then(|actor| actor.id);
        let author = author.context("nobody writes")?;
        let at = options.at - TimeDelta::hours(hours_ago);
        let words = Words {
            note: note.to_owned(),
            risk_level,
        };
        let id = notes::insert(tx, user, author, &words, at).await?;
        let entry = notes::entry(AuditCode::UserNoteCreated, user, id, &risk_level.into());
        let entries = vec![entry];
        calls.push(SeedCall { at, by, entries });
    }
    Ok(calls)
}
