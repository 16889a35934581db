//! What a person moved: the eleven figures of the seed (S004-11).
//!
//! Money is in whole numbers of the smallest unit of the currency. Names keep the seed's spelling.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

use crate::ids::UserId;
use crate::operation::{Access, Nothing, Operation, Reads, Spec};
use crate::permission::Permission;
use crate::text::Line;

/// A share, exact to four decimals; a number on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, ToSchema)]
#[schema(value_type = f64)]
pub struct Ratio(i32);

impl Ratio {
    /// A quotient of what is not negative, rounded to the nearest; zero where there is nothing to divide by.
    pub fn of(part: i64, whole: i64) -> Self {
        if whole <= 0 {
            return Self(0);
        }
        let (part, whole) = (i128::from(part) * 10_000, i128::from(whole));
        Self(i32::try_from((part + whole / 2) / whole).unwrap_or(i32::MAX))
    }

    fn value(self) -> f64 {
        f64::from(self.0) / 10_000.0
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} %", self.value() * 100.0)
    }
}

impl Serialize for Ratio {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.value())
    }
}

impl<'de> Deserialize<'de> for Ratio {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = f64::deserialize(deserializer)?;
        let parts = format!("{:.0}", value * 10_000.0).parse();
        parts.map(Self).map_err(serde::de::Error::custom)
    }
}

/// `-1,234.05`: the currencies in use have a hundred of their smallest unit.
pub fn in_units(amount: i64) -> String {
    let sign = if amount < 0 { "-" } else { "" };
    let (whole, cents) = (amount.unsigned_abs() / 100, amount.unsigned_abs() % 100);
    let digits = whole.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}.{cents:02}")
}

/// The figures of a person; all zero where nothing was moved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserStats {
    /// Code of the currency; empty where there is no wallet.
    pub currency: Line,
    /// What the wallet holds.
    pub balance: i64,
    /// All bets together.
    pub total_wagered: i64,
    /// All payouts together.
    pub total_payouts: i64,
    /// All deposits together.
    pub total_deposits: i64,
    /// All withdrawals together.
    pub total_withdraws: i64,
    /// What the person left here: deposits without withdrawals and balance.
    pub ltv: i64,
    /// Wagered without payouts.
    pub ggr: i64,
    /// Payouts by what was wagered.
    pub rtp: Ratio,
    /// What a bet is on average, to the nearest unit.
    pub avg_bet: i64,
    /// Bets that were won, by all bets.
    pub win_rate: Ratio,
    /// Deposits without withdrawals.
    pub net_deposit: i64,
    /// What the person lost, not less than nothing.
    pub total_loss: i64,
}

/// What a person holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Balance {
    /// How much, in the smallest unit of the currency.
    pub amount: i64,
    /// Code of the currency.
    pub currency: Line,
    /// Grows with every change of it.
    pub version: i64,
}

/// Reads the figures of a person.
#[derive(Debug)]
pub struct GetUserStats;

impl Operation for GetUserStats {
    type Path = UserId;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = UserStats;
    type Kind = Reads;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::UserView),
        summary: "Reads what a user wagered, won, deposited and withdrew.",
        ..Spec::read("users.stats", "/api/v1/admin/users/{id}/full/stats")
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_has_four_decimals_and_nothing_to_divide_by_is_zero() {
        for (part, whole, text) in [
            (0, 0, "0.0"),
            (5, 0, "0.0"),
            (1, 3, "0.3333"),
            (2, 3, "0.6667"),
            (1, 20_000, "0.0001"),
            (1, 20_001, "0.0"),
            (7, 2, "3.5"),
        ] {
            let ratio = Ratio::of(part, whole);
            let json = serde_json::to_string(&ratio).unwrap();
            assert_eq!(json, text, "{part} / {whole}");
            assert_eq!(serde_json::from_str::<Ratio>(&json).unwrap(), ratio);
        }
        assert_eq!(Ratio::of(i64::MAX, 1), Ratio(i32::MAX));
        assert_eq!(Ratio::of(2, 3).to_string(), "66.67 %");
    }

    #[test]
    fn s004_11_money_is_told_in_whole_units_and_hundredths() {
        let cases = [
            (0, "0.00"),
            (-5, "-0.05"),
            (99_999, "999.99"),
            (100_000, "1,000.00"),
            (-123_456_789, "-1,234,567.89"),
        ];
        for (amount, text) in cases {
            assert_eq!(in_units(amount), text);
        }
    }
}
