//! What the people of the demo profile hold and moved.

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DatabaseTransaction, Value};

use super::profile::SeedOptions;
use crate::db::sql;

/// Everybody but every seventh plays.
const IDLE: usize = 7;

/// A movement of money.
struct Move {
    kind: &'static str,
    amount: i64,
    won: bool,
    hours_ago: i64,
}

/// Fills wallets, and what led to what they hold.
pub async fn money(tx: &DatabaseTransaction, options: &SeedOptions, people: &[i64]) -> Result<()> {
    for (place, user) in people.iter().enumerate() {
        if place % IDLE == IDLE - 1 {
            continue;
        }
        let moves = moves(i64::try_from(place)?);
        let balance: i64 = moves.iter().map(held).sum();
        let text = "INSERT INTO wallets (user_id, balance, currency) VALUES ($1, $2, 'EUR')";
        tx.execute_raw(sql(tx, text, [(*user).into(), balance.into()]))
            .await?;
        for one in &moves {
            let at = options.at - TimeDelta::hours(one.hours_ago);
            insert(tx, *user, one, at).await?;
        }
    }
    Ok(())
}

/// A deposit, bets of which every third is won, and for some a withdrawal.
fn moves(place: i64) -> Vec<Move> {
    let bet = 500 + 250 * (place % 5);
    let mut all = vec![moved("deposit", 20_000 + 5_000 * (place % 9), 200)];
    for round in 0..6 + place % 4 {
        let hours_ago = 190 - 8 * round;
        let won = (place + round) % 3 == 0;
        all.push(Move {
            won,
            ..moved("bet", bet, hours_ago)
        });
        if won {
            all.push(moved("payout", bet * 2 - bet / 10, hours_ago));
        }
    }
    if place % 3 == 1 {
        all.push(moved("withdraw", 7_500, 12));
    }
    all
}

const fn moved(kind: &'static str, amount: i64, hours_ago: i64) -> Move {
    Move {
        kind,
        amount,
        won: false,
        hours_ago,
    }
}

fn held(one: &Move) -> i64 {
    match one.kind {
        "deposit" | "payout" => one.amount,
        _ => -one.amount,
    }
}

async fn insert(tx: &DatabaseTransaction, user: i64, one: &Move, at: DateTime<Utc>) -> Result<()> {
    let text = "INSERT INTO transactions (user_id, kind, amount, won, created_at) VALUES ($1, $2, $3, $4, $5)";
    let values: [Value; 5] = [
        user.into(),
        one.kind.into(),
        one.amount.into(),
        one.won.into(),
        at.into(),
    ];
    tx.execute_raw(sql(tx, text, values)).await?;
    Ok(())
}
