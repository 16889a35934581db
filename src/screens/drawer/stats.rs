//! What a user moved.

use quarterdeck_api::money::{UserStats, in_units};
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
