//! What an approved withdrawal paid, by the log and by the tables. Pure.

use super::money;
use super::rules::{BalanceDetails, Finding};

/// What the tables hold of the money of a withdrawal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    /// How much was asked for.
    pub amount: i64,
    /// The transaction that it names.
    pub transaction: Option<i64>,
    /// What that took from the wallet of the same person.
    pub moved: Option<i64>,
    /// What the person holds.
    pub money: money::Stored,
}

/// Where the tables are otherwise than the last approval told.
pub fn compare(told: Option<&BalanceDetails>, stored: &Stored) -> Vec<Finding> {
    let named = stored.transaction.map(|id| id.to_string());
    let Some(told) = told else {
        let unlogged = named.map(|id| Finding::unlogged("transaction", id));
        return unlogged.into_iter().collect();
    };
    let mut findings = Vec::new();
    if stored.transaction != Some(told.transaction) {
        let table = named.unwrap_or_else(|| "none".to_owned());
        let log = told.transaction.to_string();
        findings.push(Finding::state("transaction", log, table));
    }
    let paid = told.before.saturating_sub(told.after);
    for amount in [Some(stored.amount), stored.moved] {
        if amount != Some(paid) {
            let table = amount.map_or_else(|| "nothing".to_owned(), |amount| amount.to_string());
            findings.push(Finding::state("amount", paid.to_string(), table));
        }
    }
    findings.extend(money::unmoved_since(told, &stored.money));
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::Wrong;

    fn told() -> BalanceDetails {
        BalanceDetails {
            currency: "EUR".to_owned(),
            before: 500,
            after: 300,
            transaction: 7,
        }
    }

    fn stored() -> Stored {
        Stored {
            amount: 200,
            transaction: Some(7),
            moved: Some(200),
            money: money::Stored {
                last_transaction: Some(7),
                wallet: Some((300, "EUR".to_owned())),
                ..money::Stored::default()
            },
        }
    }

    fn fields(told: Option<&BalanceDetails>, stored: &Stored) -> Vec<(Wrong, &'static str)> {
        let findings = compare(told, stored);
        findings.iter().map(|it| (it.wrong, it.field)).collect()
    }

    #[test]
    fn s001_28_what_was_paid_is_what_the_log_says_and_the_wallet_was_lowered() {
        let told = told();
        assert_eq!(fields(Some(&told), &stored()), []);
        let another = Stored {
            transaction: Some(8),
            ..stored()
        };
        assert_eq!(
            fields(Some(&told), &another),
            [(Wrong::State, "transaction")]
        );
        for amount in [
            Stored {
                amount: 900,
                ..stored()
            },
            Stored {
                moved: Some(900),
                ..stored()
            },
            Stored {
                moved: None,
                ..stored()
            },
        ] {
            assert_eq!(fields(Some(&told), &amount), [(Wrong::State, "amount")]);
        }
        let mut full = stored();
        full.money.wallet = Some((500, "EUR".to_owned()));
        assert_eq!(fields(Some(&told), &full), [(Wrong::State, "balance")]);
        // A bet since then: what is held is not the log's to say.
        full.money.last_transaction = Some(9);
        assert_eq!(fields(Some(&told), &full), []);
    }

    #[test]
    fn s001_28_a_payment_that_no_row_tells_of_is_found() {
        assert_eq!(fields(None, &stored()), [(Wrong::Unlogged, "transaction")]);
        assert_eq!(fields(None, &Stored::default()), []);
    }
}
