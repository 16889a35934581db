//! What a user moved.

use quarterdeck_api::money::UserStats;
use quarterdeck_api::text::Body;

use crate::screens::screen::Fact;

/// The figures.
pub(super) fn part(stats: &UserStats) -> Vec<Fact> {
    if *stats == UserStats::default() {
        return vec![Fact::Prose(Body::new("Nothing was moved."))];
    }
    let money = |amount: i64| format!("{} {}", in_units(amount), stats.currency);
    let figures = [
        ("Balance", money(stats.balance)),
        ("Deposits", money(stats.total_deposits)),
        ("Withdrawals", money(stats.total_withdraws)),
        ("Net deposit", money(stats.net_deposit)),
        ("Wagered", money(stats.total_wagered)),
        ("Payouts", money(stats.total_payouts)),
        ("GGR", money(stats.ggr)),
        ("Loss", money(stats.total_loss)),
        ("LTV", money(stats.ltv)),
        ("RTP", stats.rtp.to_string()),
        ("Average bet", money(stats.avg_bet)),
        ("Win rate", stats.win_rate.to_string()),
    ];
    let facts = figures.iter().map(|(label, text)| Fact::field(label, text));
    facts.collect()
}

/// `-1,234.05`: the currencies in use have a hundred of their smallest unit.
pub(in crate::screens) fn in_units(amount: i64) -> String {
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

#[cfg(test)]
mod tests {
    use super::in_units;

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
