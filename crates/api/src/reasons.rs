//! Reasons: what operators choose from where a decision takes one.
//!
//! Each verb has a list in a fixed order. A reason has a code, which is kept with the decision and in the
//! audit log; a label, which operators read; and a text for the person it is about. The server serves the
//! lists from its configuration; what it serves without one is [`Reasons::built_in`], which a console
//! falls back to where an older server has no lists.

mod built_in;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::operation::{Access, Nothing, Operation, Reads, Spec};
use crate::text::Line;
use crate::wire_enum::{OpenEnum, wire_enum};

/// The digits that a reason can have: its key for good.
pub const DIGITS: std::ops::RangeInclusive<u8> = 1..=9;
/// Longest code, in characters: a small letter, then small letters, digits and `_`.
pub const LONGEST_CODE: usize = 40;
/// Shortest and longest label, in characters.
pub const LABEL_LENGTH: std::ops::RangeInclusive<usize> = 3..=60;
/// Shortest and longest text for the person, in characters.
pub const MESSAGE_LENGTH: std::ops::RangeInclusive<usize> = 3..=500;

wire_enum! {
    /// The verbs that have a list.
    pub enum ReasonVerb {
        /// Rejecting applications.
        RejectApplication = "applications.reject",
        /// Resolving reports; the person told is the one who reports.
        ResolveReport = "reports.resolve",
        /// Dismissing reports; likewise.
        DismissReport = "reports.dismiss",
        /// Noting that data requests cannot be answered.
        FailDataRequest = "data_requests.fail",
        /// Rejecting withdrawals.
        RejectWithdrawal = "withdrawals.reject",
        /// Banning users, from a report too.
        Ban = "users.ban",
        /// Ending bans.
        Unban = "users.unban",
        /// Suspending users.
        Suspend = "users.suspend",
        /// Deleting accounts.
        Delete = "users.delete",
        /// Anonymizing persons.
        Anonymize = "users.anonymize",
    }
}

wire_enum! {
    /// Whether words of the operator's own go with a decision.
    pub enum FreeText {
        /// They do not: it takes a code.
        Forbidden = "forbidden",
        /// They may, beside a code or instead of one.
        Allowed = "allowed",
        /// They have to, beside a code or instead of one.
        Required = "required",
    }
}

/// A reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reason {
    /// Its key, 1 to 9; it never means another reason.
    pub digit: u8,
    /// What is kept with the decision, and filtered by.
    pub code: Line,
    /// What operators read.
    pub label: Line,
    /// What is for the person to read; absent where nobody is told.
    pub message: Option<Line>,
}

impl Reason {
    /// The key as a character.
    pub fn key(&self) -> char {
        char::from(b'0' + self.digit.min(*DIGITS.end()))
    }
}

/// The reasons of a verb.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReasonList {
    /// Which verb.
    pub verb: OpenEnum<ReasonVerb>,
    /// Whether words of one's own go with it.
    pub free_text: OpenEnum<FreeText>,
    /// The reasons, by ascending digit.
    pub reasons: Vec<Reason>,
}

impl ReasonList {
    /// The reason of this code.
    pub fn coded(&self, code: &str) -> Option<&Reason> {
        self.reasons
            .iter()
            .find(|reason| reason.code.as_str() == code)
    }

    /// Whether words of one's own go with it; where a newer server says something else, it decides.
    pub fn free_text(&self) -> FreeText {
        self.free_text.known().unwrap_or(FreeText::Allowed)
    }
}

/// The reasons of all verbs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reasons {
    /// A list a verb.
    pub lists: Vec<ReasonList>,
}

impl Reasons {
    /// The reasons of a verb, if it has a list.
    pub fn of(&self, verb: ReasonVerb) -> Option<&ReasonList> {
        self.lists.iter().find(|list| list.verb.is(verb))
    }

    /// The same lists, with this one instead of its verb's own.
    pub fn put(&mut self, list: ReasonList) {
        match self.lists.iter_mut().find(|own| own.verb == list.verb) {
            Some(own) => *own = list,
            None => self.lists.push(list),
        }
    }
}

/// Lists the reasons that decisions take.
#[derive(Debug)]
pub struct ListReasons;

impl Operation for ListReasons {
    type Path = ();
    type Query = Nothing;
    type Body = Nothing;
    type Reply = Reasons;
    type Kind = Reads;
    const SPEC: Spec = Spec {
        access: Access::Admin,
        summary: "Lists the reasons of every verb that takes one: digit, code, label and text for the person.",
        ..Spec::read("reasons.list", "/api/v1/admin/reasons")
    };
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::users::REASON_LENGTH;

    #[test]
    fn the_built_in_lists_are_as_a_configured_one_would_have_to_be() {
        let built_in = Reasons::built_in();
        let verbs: Vec<_> = built_in
            .lists
            .iter()
            .filter_map(|list| list.verb.known())
            .collect();
        assert_eq!(verbs, ReasonVerb::ALL);
        for list in &built_in.lists {
            let digits: Vec<_> = list.reasons.iter().map(|reason| reason.digit).collect();
            let expected: Vec<_> = DIGITS.take(list.reasons.len()).collect();
            assert_eq!(digits, expected, "{:?}", list.verb);
            let codes: BTreeSet<_> = list.reasons.iter().map(|reason| &reason.code).collect();
            assert_eq!(codes.len(), list.reasons.len(), "{:?}", list.verb);
            for reason in &list.reasons {
                let length = |line: &Line| line.as_str().chars().count();
                assert!(length(&reason.code) <= LONGEST_CODE, "{reason:?}");
                assert!(LABEL_LENGTH.contains(&length(&reason.label)), "{reason:?}");
                assert!(REASON_LENGTH.contains(&length(&reason.label)), "{reason:?}");
                let message = reason.message.as_ref().map(length);
                assert!(
                    message.is_none_or(|length| MESSAGE_LENGTH.contains(&length)),
                    "{reason:?}"
                );
            }
        }
    }

    #[test]
    fn what_a_newer_server_adds_is_kept_and_found_by_nobody() {
        let json = r#"{"lists":[
            {"verb":"orgs.close","free_text":"drawn","reasons":[]},
            {"verb":"users.ban","free_text":"drawn","reasons":[
                {"digit":2,"code":"spam","label":"Spam","message":null}]}]}"#;
        let reasons: Reasons = serde_json::from_str(json).unwrap();
        assert_eq!(reasons.lists.len(), 2);
        let ban = reasons.of(ReasonVerb::Ban).unwrap();
        assert_eq!(ban.free_text(), FreeText::Allowed);
        assert_eq!(ban.coded("spam").map(Reason::key), Some('2'));
        assert!(reasons.of(ReasonVerb::Unban).is_none());
    }
}
