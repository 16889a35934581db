//! The codes that go with the words of the seeds' decisions. Some were given in words alone.

use quarterdeck_api::reasons::ReasonVerb;

use crate::reasons::Given;

use ReasonVerb::{
    Ban, DismissReport, FailDataRequest, RejectApplication, RejectWithdrawal, ResolveReport,
    Suspend, Unban,
};

const CODES: [(ReasonVerb, &str, &str); 29] = [
    (
        RejectApplication,
        "Spam: the same text and link six times",
        "spam",
    ),
    (
        RejectApplication,
        "Duplicate of an earlier application",
        "duplicate",
    ),
    (
        RejectApplication,
        "Commercial reseller, not a maker",
        "criteria",
    ),
    (
        RejectApplication,
        "No answer to two questions by mail",
        "incomplete",
    ),
    (
        RejectApplication,
        "Under age and no consent form",
        "criteria",
    ),
    (
        RejectApplication,
        "Portfolio is somebody else's work",
        "criteria",
    ),
    (
        RejectApplication,
        "Asked for an account to be sold on",
        "criteria",
    ),
    (ResolveReport, "Warned once; links removed", "warned"),
    (ResolveReport, "Pictures taken down", "content_removed"),
    (
        ResolveReport,
        "Comment removed, first warning",
        "content_removed",
    ),
    (
        ResolveReport,
        "Duplicates removed; it was the upload that stuttered",
        "content_removed",
    ),
    (
        DismissReport,
        "No message found; asked for a link",
        "too_little",
    ),
    (DismissReport, "No proof of authorship", "too_little"),
    (
        DismissReport,
        "Labeled by the author already",
        "no_violation",
    ),
    (
        FailDataRequest,
        "The person could not be identified",
        "identity",
    ),
    (
        FailDataRequest,
        "Archive is larger than the mail server takes",
        "export_failed",
    ),
    (
        FailDataRequest,
        "Legal hold until the dispute is settled",
        "legal_hold",
    ),
    (
        FailDataRequest,
        "Wrote from an address that is not the account's",
        "identity",
    ),
    (
        RejectWithdrawal,
        "The account named is somebody else's",
        "details",
    ),
    (
        RejectWithdrawal,
        "Identity documents are still being checked",
        "identity",
    ),
    (Ban, "Posts from a phishing kit", "fraud"),
    (Ban, "Spam in comments, first time", "spam"),
    (Ban, "Sold the same ticket to five people", "fraud"),
    (Ban, "Insults on a live stream", "harassment"),
    (Ban, "Идентификация подделана", "impersonation"),
    (Ban, "Harassment; see the reports", "harassment"),
    (
        Unban,
        "Appeal granted: the account had been taken over",
        "appeal",
    ),
    (Suspend, "Identity under review", "review"),
    (
        Suspend,
        "Sign-ins from two countries within an hour",
        "takeover",
    ),
];

/// What is kept of a decision's words, with their code.
pub(super) fn given(verb: ReasonVerb, words: Option<&str>) -> Given<'_> {
    let is_of = |(of, known, _): &&(ReasonVerb, &str, &str)| *of == verb && Some(*known) == words;
    Given {
        text: words,
        code: CODES.iter().find(is_of).map(|(.., code)| *code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quarterdeck_api::reasons::Reasons;

    #[test]
    fn every_code_is_in_the_built_in_list_of_its_verb() {
        let reasons = Reasons::built_in();
        for (verb, words, code) in CODES {
            let list = reasons.of(verb).unwrap();
            assert!(list.coded(code).is_some(), "{verb} {code}");
            let given = given(verb, Some(words));
            assert_eq!((given.text, given.code), (Some(words), Some(code)));
        }
        assert_eq!(given(Ban, Some("Identity under review")).code, None);
    }
}
