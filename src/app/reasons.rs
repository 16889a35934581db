//! The reasons that a picker offers, from `assets/reasons.toml`: fixed digits, fixed order.

use std::collections::BTreeMap;

use quarterdeck_api::text::Line;
use serde::Deserialize;

use super::keymap::{Action, Section};

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

    /// The reasons of a verb, in the order of the file.
    pub fn of(&self, action: Action) -> &[Reason] {
        let section: Section = action.section();
        self.0
            .get(section.name())
            .and_then(|verbs| verbs.get(action.name()))
            .map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_asset_has_one_reason_a_digit_in_order() {
        let reasons: Reasons = toml::from_str(ASSET).unwrap();
        let digits: Vec<_> = reasons
            .of(Action::Reject)
            .iter()
            .map(|reason| reason.digit)
            .collect();
        assert_eq!(digits, [1, 2, 3, 4, 5, 6]);
        assert!(reasons.of(Action::Approve).is_empty());
        let lengths = reasons
            .of(Action::Reject)
            .iter()
            .map(|reason| reason.text.as_str().chars().count());
        assert!(
            lengths
                .clone()
                .all(|length| quarterdeck_api::applications::REASON_LENGTH.contains(&length))
        );
    }
}
