//! The reasons that pickers offer: the server's lists, which come with sign-in, or the built-in ones where
//! it has none. A dialog keeps the lists that it was opened with: in it a digit means one reason.

use quarterdeck_api::reasons::{self, FreeText, Reason, ReasonList, ReasonVerb};

use super::tab::Tab;
use crate::screens::verb::Why;

/// Where the lists come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// From this console, until the server has answered.
    BuiltIn,
    /// From this console, since the server has none: it takes words alone.
    Without,
    /// From the server: it takes their codes.
    Served,
}

/// The reasons of every verb that takes one.
#[derive(Clone, Debug)]
pub struct Reasons {
    lists: reasons::Reasons,
    origin: Origin,
}

impl Reasons {
    /// The built-in reasons.
    pub fn built_in() -> Self {
        Self {
            lists: reasons::Reasons::built_in(),
            origin: Origin::BuiltIn,
        }
    }

    /// The server's.
    pub const fn served(lists: reasons::Reasons) -> Self {
        Self {
            lists,
            origin: Origin::Served,
        }
    }

    /// The same lists, since the server has none.
    pub const fn stand(&mut self) {
        self.origin = Origin::Without;
    }

    /// Whether the server has not yet said what it has.
    pub const fn are_open(&self) -> bool {
        matches!(self.origin, Origin::BuiltIn)
    }

    /// The list of a verb of a tab. To ban from a report is to ban.
    pub fn of(&self, tab: Tab, verb: &str) -> Option<&ReasonList> {
        let resource = match (tab, verb) {
            (Tab::Reports, "ban") => Tab::Users.resource(),
            (tab, _) => tab.resource(),
        };
        let verb: ReasonVerb = format!("{resource}.{verb}").parse().ok()?;
        self.lists.of(verb)
    }

    /// Whether words of one's own go with a verb.
    pub fn free_text(&self, tab: Tab, verb: &str) -> FreeText {
        self.of(tab, verb)
            .map_or(FreeText::Allowed, ReasonList::free_text)
    }

    /// What a reason is sent as: by its code, or in words to a server that knows no codes.
    pub fn why(&self, reason: &Reason) -> Why {
        match self.origin {
            Origin::Served => Why {
                words: None,
                code: Some(reason.code.to_string()),
            },
            Origin::BuiltIn | Origin::Without => Why::in_words(reason.label.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_that_takes_a_reason_has_a_list() {
        let reasons = Reasons::built_in();
        for (tab, verb) in [
            (Tab::Applications, "reject"),
            (Tab::Reports, "resolve"),
            (Tab::Reports, "dismiss"),
            (Tab::DataRequests, "fail"),
            (Tab::Withdrawals, "reject"),
            (Tab::Users, "ban"),
            (Tab::Users, "unban"),
            (Tab::Users, "suspend"),
            (Tab::Users, "delete"),
            (Tab::Users, "anonymize"),
        ] {
            assert!(reasons.of(tab, verb).is_some(), "{tab:?} {verb}");
        }
        let from_report = reasons.of(Tab::Reports, "ban");
        assert_eq!(from_report, reasons.of(Tab::Users, "ban"));
        assert!(reasons.of(Tab::Applications, "approve").is_none());
        assert!(reasons.of(Tab::Audit, "reject").is_none());
    }

    #[test]
    fn a_server_without_lists_is_told_in_words() {
        let built_in = Reasons::built_in();
        let spam = built_in
            .of(Tab::Users, "ban")
            .and_then(|list| list.coded("spam"));
        let spam = spam.unwrap();
        assert_eq!(
            built_in.why(spam),
            Why::in_words("Spam or automated".to_owned())
        );
        let served = Reasons::served(reasons::Reasons::built_in());
        let code = Some("spam".to_owned());
        assert_eq!(served.why(spam), Why { words: None, code });
    }
}
