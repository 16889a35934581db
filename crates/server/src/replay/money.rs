//! What somebody holds, by the log, and what operators added or took. Pure.
//!
//! A wallet also moves by what no operator does, so the log does not know what it holds. It knows every adjustment,
//! and what was held after the last one: that still holds where nothing was moved since.

use super::rules::{BalanceDetails, Finding};

/// What the log tells of the money of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Money {
    adjusted: i128,
    last: Option<BalanceDetails>,
}

/// The same by the tables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    /// All adjustments by operators together.
    pub adjusted: i128,
    /// The last of all transactions.
    pub last_transaction: Option<i64>,
    /// What the wallet holds, and its currency.
    pub wallet: Option<(i64, String)>,
    /// How many payments by operators no withdrawal names.
    pub stray_payments: i64,
}

impl Money {
    /// Takes a row of the log.
    pub fn set(&mut self, seq: i64, details: Option<&BalanceDetails>) -> Option<Finding> {
        let Some(details) = details else {
            return Some(Finding::unreadable(seq, "says nothing of the balance"));
        };
        self.adjusted += i128::from(details.after) - i128::from(details.before);
        self.last = Some(details.clone());
        None
    }

    /// Where the tables are otherwise.
    pub fn compare(&self, stored: &Stored) -> Vec<Finding> {
        let mut findings = Vec::new();
        if self.adjusted != stored.adjusted {
            let (log, table) = (self.adjusted.to_string(), stored.adjusted.to_string());
            findings.push(if self.last.is_none() {
                Finding::unlogged("adjustments", table)
            } else {
                Finding::state("adjustments", log, table)
            });
        }
        if stored.stray_payments > 0 {
            let table = stored.stray_payments.to_string();
            findings.push(Finding::unlogged("payments", table));
        }
        let last = self.last.as_ref();
        findings.extend(last.and_then(|last| unmoved_since(last, stored)));
        findings
    }
}

/// Where nothing was moved since a row of the log, and the wallet holds something else than it says all the same.
pub fn unmoved_since(last: &BalanceDetails, stored: &Stored) -> Option<Finding> {
    let told = (last.after, last.currency.clone());
    let is_last = stored.last_transaction == Some(last.transaction);
    if !is_last || stored.wallet.as_ref() == Some(&told) {
        return None;
    }
    let table = stored.wallet.as_ref();
    let table = table.map_or_else(|| "no wallet".to_owned(), in_words);
    Some(Finding::state("balance", in_words(&told), table))
}

fn in_words((amount, currency): &(i64, String)) -> String {
    format!("{amount} {currency}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::Wrong;

    fn details(before: i64, after: i64, transaction: i64) -> BalanceDetails {
        BalanceDetails {
            currency: "EUR".to_owned(),
            before,
            after,
            transaction,
        }
    }

    fn told() -> Money {
        let mut money = Money::default();
        for (seq, row) in [(1, details(0, 500, 7)), (2, details(450, 400, 9))] {
            assert_eq!(money.set(seq, Some(&row)), None);
        }
        money
    }

    fn stored(adjusted: i128, last: i64, wallet: i64) -> Stored {
        Stored {
            adjusted,
            last_transaction: Some(last),
            wallet: Some((wallet, "EUR".to_owned())),
            stray_payments: 0,
        }
    }

    fn fields(money: &Money, stored: &Stored) -> Vec<(Wrong, &'static str)> {
        let findings = money.compare(stored);
        findings.iter().map(|it| (it.wrong, it.field)).collect()
    }

    #[test]
    fn s004_17_adjustments_are_those_of_the_log_and_the_wallet_follows_the_last() {
        let money = told();
        assert_eq!(fields(&money, &stored(450, 9, 400)), []);
        // A bet since then: what is held is not the log's to say.
        assert_eq!(fields(&money, &stored(450, 12, 350)), []);
        assert_eq!(
            fields(&money, &stored(450, 9, 40_000)),
            [(Wrong::State, "balance")]
        );
        assert_eq!(
            fields(&money, &stored(99, 12, 400)),
            [(Wrong::State, "adjustments")]
        );
        let emptied = Stored {
            wallet: None,
            ..stored(450, 9, 0)
        };
        assert_eq!(fields(&money, &emptied), [(Wrong::State, "balance")]);
    }

    #[test]
    fn s004_17_an_adjustment_that_no_row_tells_of_is_found() {
        let money = Money::default();
        assert_eq!(
            fields(&money, &stored(100, 3, 100)),
            [(Wrong::Unlogged, "adjustments")]
        );
        assert_eq!(fields(&money, &stored(0, 3, 100)), []);
        let stray = Stored {
            stray_payments: 1,
            ..stored(0, 3, 100)
        };
        assert_eq!(fields(&money, &stray), [(Wrong::Unlogged, "payments")]);
    }

    #[test]
    fn a_row_that_says_nothing_of_the_balance_is_unreadable() {
        let finding = Money::default().set(4, None).unwrap();
        assert_eq!(finding.wrong, Wrong::Unreadable);
    }
}
