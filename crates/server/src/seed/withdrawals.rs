//! What the people of the demo profile ask to be paid out: most of it waits, some of it for more than they hold.

use anyhow::{Context, Result, anyhow};
use chrono::TimeDelta;
use quarterdeck_api::reasons::ReasonVerb;
use sea_orm::DatabaseTransaction;

use super::profile::SeedOptions;
use super::{SeedCall, codes};
use crate::chain::Actor;
use crate::reasons::Given;
use crate::withdrawals::{self, Decision, NewWithdrawal, Order};

/// Indices of the accounts of the profile.
const ROOT: usize = 0;
const RITA: usize = 4;

/// What became of a withdrawal, by whom and how many minutes ago: after all else that the log tells of.
#[derive(Clone, Copy)]
enum Story {
    Waits,
    Approved(usize, i64),
    Rejected(usize, i64, &'static str),
}
use Story::{Approved, Rejected, Waits};

/// Who asks, as an index into the people; how many minutes ago; for how much; and what became of it. Who holds too
/// little, nothing at all, or is banned, waits like all others.
const STORIES: [(usize, i64, i64, Story); 13] = [
    (3, 6_100, 7_500, Approved(RITA, 44)),
    (1, 5_800, 5_000, Approved(RITA, 41)),
    (
        9,
        5_400,
        12_000,
        Rejected(RITA, 38, "The account named is somebody else's"),
    ),
    (5, 4_800, 20_000, Approved(ROOT, 33)),
    (
        12,
        4_300,
        10_000,
        Rejected(RITA, 31, "Identity documents are still being checked"),
    ),
    (4, 3_700, 25_000, Waits),
    (7, 3_100, 44_200, Waits),
    (10, 1_900, 15_500, Waits),
    (13, 1_600, 3_000, Waits),
    (17, 1_210, 30_000, Waits),
    (8, 560, 10_000, Waits),
    (8, 130, 50_000, Waits),
    (25, 25, 99, Waits),
];

/// Brings the withdrawals of these people in, with what their decisions moved and left in the log.
pub async fn withdrawals(
    tx: &DatabaseTransaction,
    options: &SeedOptions,
    people: &[i64],
    actors: &[Actor],
) -> Result<Vec<SeedCall>> {
    let ago = |minutes: i64| options.at - TimeDelta::minutes(minutes);
    let mut calls = Vec::new();
    for (person, minutes_ago, amount, story) in STORIES {
        let new = NewWithdrawal {
            user_id: *people.get(person).context("nobody asks")?,
            amount,
            currency: "EUR".to_owned(),
            requested_at: ago(minutes_ago),
        };
        let id = withdrawals::insert(tx, new).await?;
        let (decision, by, minutes_ago, reason) = match story {
            Waits => continue,
            Approved(by, ago) => (Decision::Approve, by, ago, Given::default()),
            Rejected(by, ago, words) => {
                let reason = codes::given(ReasonVerb::RejectWithdrawal, Some(words));
                (Decision::Reject, by, ago, reason)
            }
        };
        let at = ago(minutes_ago);
        let order = Order {
            decision,
            by: actors
                .get(by)
                .and_then(|actor| actor.id)
                .context("nobody decides")?,
            at,
            reason,
            reference: None,
        };
        let entry = withdrawals::settle(tx, id, &order).await;
        let entry = entry.map_err(|refusal| anyhow!(refusal.detail))?;
        calls.push(SeedCall {
            at,
            by,
            entries: vec![entry],
        });
    }
    Ok(calls)
}
