//! The figures, from sums (requirements.md §3.3). Pure.

use quarterdeck_api::money::{Ratio, UserStats};
use quarterdeck_api::text::Line;

/// What a person holds and moved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Code of the currency.
    pub currency: String,
    /// What the wallet holds.
    pub balance: i64,
    /// All bets together, and how many there are.
    pub wagered: i64,
    /// How many bets there are.
    pub bets: i64,
    /// How many of them were won.
    pub wins: i64,
    /// All payouts together.
    pub payouts: i64,
    /// All deposits together.
    pub deposits: i64,
    /// All withdrawals together.
    pub withdraws: i64,
}

/// The figures of a person. What is beyond all money stays at the end of the scale.
pub fn figures(sums: Sums) -> UserStats {
    let ggr = sums.wagered.saturating_sub(sums.payouts);
    let net_deposit = sums.deposits.saturating_sub(sums.withdraws);
    UserStats {
        currency: Line::verbatim(sums.currency),
        balance: sums.balance,
        total_wagered: sums.wagered,
        total_payouts: sums.payouts,
        total_deposits: sums.deposits,
        total_withdraws: sums.withdraws,
        ltv: net_deposit.saturating_sub(sums.balance),
        ggr,
        rtp: Ratio::of(sums.payouts, sums.wagered),
        avg_bet: mean(sums.wagered, sums.bets),
        win_rate: Ratio::of(sums.wins, sums.bets),
        net_deposit,
        total_loss: ggr.max(0),
    }
}

/// To the nearest; nothing where there is nothing.
const fn mean(sum: i64, count: i64) -> i64 {
    if count == 0 {
        return 0;
    }
    sum.saturating_add(count / 2) / count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s004_11_the_eleven_figures_by_hand() {
        let stats = figures(Sums {
            currency: "EUR".to_owned(),
            balance: 1_500,
            wagered: 10_001,
            bets: 3,
            wins: 1,
            payouts: 6_000,
            deposits: 20_000,
            withdraws: 4_000,
        });
        let expected = UserStats {
            currency: Line::new("EUR"),
            balance: 1_500,
            total_wagered: 10_001,
            total_payouts: 6_000,
            total_deposits: 20_000,
            total_withdraws: 4_000,
            ltv: 14_500,
            ggr: 4_001,
            rtp: Ratio::of(5_999, 10_000),
            avg_bet: 3_334,
            win_rate: Ratio::of(1, 3),
            net_deposit: 16_000,
            total_loss: 4_001,
        };
        assert_eq!(stats, expected);
    }

    #[test]
    fn s004_11_nothing_moved_is_zero_and_a_winner_lost_nothing() {
        assert_eq!(figures(Sums::default()), UserStats::default());
        let winner = figures(Sums {
            wagered: 100,
            bets: 1,
            wins: 1,
            payouts: 900,
            ..Sums::default()
        });
        assert_eq!((winner.ggr, winner.total_loss), (-800, 0));
        assert_eq!(winner.rtp, Ratio::of(9, 1));
    }
}
