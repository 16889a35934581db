//! Notes about a person as they are written, on whichever tab the person stands: the risks, and the write.

use quarterdeck_api::call::AnyCall;
use quarterdeck_api::ids::UserId;
use quarterdeck_api::notes::{CreateNote, NewNoteRequest, RiskLevel};

use super::subject::reason;
use crate::screens::verb::{Choice, Class, Given, Prepared};

/// The risks that a note names, in their order.
pub(in crate::screens) const RISKS: &[Choice] = &[
    risk(RiskLevel::Low),
    risk(RiskLevel::Medium),
    risk(RiskLevel::High),
    risk(RiskLevel::Critical),
];

/// The same of a note that is rewritten.
pub(in crate::screens) const REWRITES: &[Choice] = &[
    rewrite(RiskLevel::Low),
    rewrite(RiskLevel::Medium),
    rewrite(RiskLevel::High),
    rewrite(RiskLevel::Critical),
];

const fn rewrite(level: RiskLevel) -> Choice {
    Choice {
        verb: "rewrite",
        past: "noted anew",
        ..risk(level)
    }
}

const fn risk(level: RiskLevel) -> Choice {
    Choice {
        label: level.as_str(),
        verb: "note",
        past: "noted",
        class: Class::HardToReverse,
        permission: None,
    }
}

/// A note about a person, on whichever tab the person stands.
pub(in crate::screens) fn note_about(user_id: UserId) -> Prepared {
    let finish = move |given: &Given| {
        let level = RiskLevel::ALL.get(given.choice).copied();
        AnyCall::body::<CreateNote>(NewNoteRequest {
            user_id,
            note: reason(given),
            risk_level: level.unwrap_or(RiskLevel::Low),
        })
    };
    Prepared::new(finish).telling(|given| {
        let label = RISKS.get(given.choice).map_or("", |choice| choice.label);
        vec![format!(
            "Risk: {label}. Everybody who may see notes reads it."
        )]
    })
}
