//! Notes about a person on whichever tab the person stands: the verbs, the risks, and the write.

use quarterdeck_api::call::AnyCall;
use quarterdeck_api::ids::UserId;
use quarterdeck_api::notes::{CreateNote, NewNoteRequest, RiskLevel};
use quarterdeck_api::permission::Permission;

use super::subject::reason;
use crate::app::keymap::Action;
use crate::screens::verb::{Asks, Choice, Class, Given, Prepared, Verb};

/// The risks that a note names, in their order.
const RISKS: &[Choice] = &[
    risk(RiskLevel::Low),
    risk(RiskLevel::Medium),
    risk(RiskLevel::High),
    risk(RiskLevel::Critical),
];

/// The same of a note that is rewritten.
const REWRITES: &[Choice] = &[
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

/// Writes a note about one row's person, by its word on the tab.
pub(in crate::screens) const fn writing<R>(
    verb: &'static str,
    refuses: fn(&R) -> Option<String>,
    prepare: fn(&[&R]) -> Option<Prepared>,
) -> Verb<R> {
    Verb {
        action: Action::Note,
        verb,
        past: "noted",
        help: "Write a note that the team reads, and name the risk",
        class: Class::HardToReverse,
        asks: Asks::Text,
        choices: RISKS,
        permission: |_| Some(Permission::UserNoteEdit),
        refuses,
        prepare,
    }
}

/// Rewrites a note that only the drawer tells.
pub(in crate::screens) const fn rewriting<R>(
    verb: &'static str,
    refuses: fn(&R) -> Option<String>,
) -> Verb<R> {
    Verb {
        action: Action::RewriteNote,
        verb,
        past: "noted anew",
        help: "Rewrite a note of yours, and name the risk",
        class: Class::HardToReverse,
        asks: Asks::Text,
        choices: REWRITES,
        permission: |_| Some(Permission::UserNoteEdit),
        refuses,
        prepare: |_| None,
    }
}

/// Wipes such a note out.
pub(in crate::screens) const fn wiping<R>(
    verb: &'static str,
    refuses: fn(&R) -> Option<String>,
) -> Verb<R> {
    Verb {
        action: Action::WipeNote,
        verb,
        past: "has a note less",
        help: "Wipe a note of yours out",
        class: Class::HardToReverse,
        asks: Asks::Nothing,
        choices: &[],
        permission: |_| Some(Permission::UserNoteDelete),
        refuses,
        prepare: |_| None,
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
