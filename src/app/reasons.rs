//! The reasons that a picker offers, from `assets/reasons.toml`: fixed digits, fixed order.

use std::collections::BTreeMap;

use quarterdeck_api::text::Line;
use serde::Deserialize;

use super::tab::Tab;

const ASSET: &str = include_str!("../../assets/reasons.toml");

/// A reason and its digit.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// The key that commits it.
    pub digit: u8,
    /// What is kept with the decision.
    pub text: Line,
}

impl Reason {
    /// The key as a character.
    pub fn key(&self) -> char {
        char::from(b'0' + self.digit.min(9))
    }
}

/// The reasons of every verb that takes one.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Reasons(BTreeMap<String, BTreeMap<String, Vec<Reason>>>);

impl Reasons {
    /// The built-in reasons.
    pub fn built_in() -> Self {
        // The asset is ours and a test reads it; without it the picker still takes free text.
        toml::from_str(ASSET).unwrap_or_default()
    }

    /// The reasons of a verb of a tab, in the order of the file.
    pub fn of(&self, tab: Tab, verb: &str) -> &[Reason] {
        self.0
            .get(tab.resource())
            .and_then(|verbs| verbs.get(verb))
            .map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_asset_has_one_reason_a_digit_in_order() {
        let reasons: Reasons = toml::from_str(ASSET).unwrap();
        let lists = reasons.0.values().flat_map(BTreeMap::values);
        for list in lists {
            let digits: Vec<_> = list.iter().map(|reason| reason.digit).collect();
            let expected: Vec<_> = (1..=9).take(list.len()).collect();
            assert_eq!(digits, expected);
            for reason in list {
                let length = reason.text.as_str().chars().count();
                assert!(quarterdeck_api::applications::REASON_LENGTH.contains(&length));
            }
        }
        assert_eq!(reasons.of(Tab::Applications, "reject").len(), 6);
        assert!(reasons.of(Tab::Applications, "approve").is_empty());
        assert!(reasons.of(Tab::Audit, "reject").is_empty());
    }
}
