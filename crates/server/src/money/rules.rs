//! The figures, from sums (requirements.md §3.3), and what a balance may be set to. Pure.

use quarterdeck_api::money::{Ratio, UserStats};
use quarterdeck_api::problem::FieldProblem;
use quarterdeck_api::text::Line;
use quarterdeck_api::users::MAX_BALANCE;

use crate::users::{Account, Attempt, Objection as AccountObjection, Verdict};

/// Letters of a currency's code.
const CURRENCY_LETTERS: usize = 3;

/// What a wallet holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// How much, in the smallest unit.
    pub amount: i64,
    /// Code of the currency.
    pub currency: String,
    /// Grows with every change.
    pub version: i64,
}

impl Held {
    /// `1500 EUR`
    pub fn in_words(&self) -> String {
        format!("{} {}", self.amount, self.currency)
    }
}

/// What a wallet is to hold, checked by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    amount: i64,
    currency: String,
    expected_version: Option<i64>,
}

impl Wanted {
    /// Checks what can be known without the wallet.
    ///
    /// # Errors
    /// The field that is wrong.
    pub fn new(
        amount: i64,
        currency: &str,
        expected_version: Option<i64>,
    ) -> Result<Self, FieldProblem> {
        if !(0..=MAX_BALANCE).contains(&amount) {
            let problem =
                format!("must be 0 to {MAX_BALANCE}, in the smallest unit of the currency");
            return Err(FieldProblem::new("amount", problem));
        }
        let is_code = currency.len() == CURRENCY_LETTERS
            && currency.bytes().all(|letter| letter.is_ascii_uppercase());
        if !is_code {
            let problem = "must be three capital letters, such as EUR";
            return Err(FieldProblem::new("currency", problem));
        }
        Ok(Self {
            amount,
            currency: currency.to_owned(),
            expected_version,
        })
    }

    /// How much, in the smallest unit.
    pub const fn amount(&self) -> i64 {
        self.amount
    }

    /// Code of the currency.
    pub fn currency(&self) -> &str {
        &self.currency
    }
}

/// Why a balance may not be set so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Objection {
    /// The wallet is in this one.
    OtherCurrency(String),
    /// The difference is beyond all money.
    TooFar,
    /// It is not as the caller saw it.
    StaleVersion,
}

/// Whether the money of an account may be touched: nobody sets what they hold themselves.
pub fn give(attempt: Attempt, target: &Account) -> Result<Verdict, AccountObjection> {
    if target.id == attempt.actor {
        return Err(AccountObjection::CannotTargetSelf);
    }
    target.check_there()?;
    Ok(Verdict::Change)
}

/// Sets what a wallet holds; one that is not there is opened.
pub fn set(held: Option<&Held>, wanted: &Wanted) -> Result<Verdict, Objection> {
    let version = held.map_or(0, |held| held.version);
    if wanted
        .expected_version
        .is_some_and(|expected| expected != version)
    {
        return Err(Objection::StaleVersion);
    }
    let Some(held) = held else {
        return Ok(Verdict::Change);
    };
    if held.currency != wanted.currency {
        return Err(Objection::OtherCurrency(held.currency.clone()));
    }
    match wanted.amount.checked_sub(held.amount) {
        Some(0) => Ok(Verdict::Noop),
        Some(_) => Ok(Verdict::Change),
        None => Err(Objection::TooFar),
    }
}

/// Why a wallet is not paid out of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shortage {
    /// There is none.
    NoWallet,
    /// It holds this, which is less.
    TooLittle(i64),
    /// It holds this, in another currency.
    OtherCurrency(i64, String),
}

/// What a wallet holds that so much can be paid out of.
pub fn pay_out(held: Option<&Held>, amount: i64, currency: &str) -> Result<i64, Shortage> {
    let Some(held) = held else {
        return Err(Shortage::NoWallet);
    };
    if held.currency != currency {
        let currency = held.currency.clone();
        return Err(Shortage::OtherCurrency(held.amount, currency));
    }
    if held.amount < amount {
        return Err(Shortage::TooLittle(held.amount));
    }
    Ok(held.amount)
}

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

    fn held(amount: i64) -> Held {
        Held {
            amount,
            currency: "EUR".to_owned(),
            version: 4,
        }
    }

    #[test]
    fn s004_17_what_is_no_amount_or_no_currency_is_refused_by_its_field() {
        for (amount, currency, field) in [
            (-1, "EUR", "amount"),
            (i64::MIN, "EUR", "amount"),
            (MAX_BALANCE + 1, "EUR", "amount"),
            (i64::MAX, "EUR", "amount"),
            (1, "", "currency"),
            (1, "eur", "currency"),
            (1, "EURO", "currency"),
            (1, "E1R", "currency"),
            (1, "€€", "currency"),
        ] {
            let problem = Wanted::new(amount, currency, None).unwrap_err();
            assert_eq!(problem.name.as_str(), field, "{amount} {currency}");
        }
        for amount in [0, MAX_BALANCE] {
            assert_eq!(Wanted::new(amount, "EUR", None).unwrap().amount(), amount);
        }
    }

    #[test]
    fn s004_17_a_balance_is_set_on_what_was_seen_in_the_currency_that_is_held() {
        let wanted = |amount, currency, seen| Wanted::new(amount, currency, seen).unwrap();
        let eur = Objection::OtherCurrency("EUR".to_owned());
        for (held, wanted, verdict) in [
            (Some(held(5)), wanted(6, "EUR", None), Ok(Verdict::Change)),
            (
                Some(held(5)),
                wanted(6, "EUR", Some(4)),
                Ok(Verdict::Change),
            ),
            (Some(held(5)), wanted(5, "EUR", Some(4)), Ok(Verdict::Noop)),
            (
                Some(held(5)),
                wanted(5, "EUR", Some(3)),
                Err(Objection::StaleVersion),
            ),
            (Some(held(5)), wanted(5, "USD", None), Err(eur)),
            (Some(held(-5)), wanted(0, "EUR", None), Ok(Verdict::Change)),
            (
                Some(held(i64::MIN)),
                wanted(0, "EUR", None),
                Err(Objection::TooFar),
            ),
            (None, wanted(0, "USD", None), Ok(Verdict::Change)),
            (None, wanted(7, "USD", Some(0)), Ok(Verdict::Change)),
            (
                None,
                wanted(7, "USD", Some(4)),
                Err(Objection::StaleVersion),
            ),
        ] {
            assert_eq!(set(held.as_ref(), &wanted), verdict, "{held:?} {wanted:?}");
        }
    }

    #[test]
    fn s001_28_a_wallet_is_paid_out_of_up_to_its_last_cent_in_its_own_currency() {
        let usd = Shortage::OtherCurrency(5, "EUR".to_owned());
        for (held, amount, currency, outcome) in [
            (Some(held(5)), 1, "EUR", Ok(5)),
            (Some(held(5)), 5, "EUR", Ok(5)),
            (Some(held(5)), 6, "EUR", Err(Shortage::TooLittle(5))),
            (Some(held(-1)), 1, "EUR", Err(Shortage::TooLittle(-1))),
            (Some(held(5)), 5, "USD", Err(usd)),
            (None, 1, "EUR", Err(Shortage::NoWallet)),
        ] {
            let paid = pay_out(held.as_ref(), amount, currency);
            assert_eq!(paid, outcome, "{amount} {currency} of {held:?}");
        }
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
