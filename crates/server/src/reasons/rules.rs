//! What a decision may be given for a reason. Pure: no clock, no database, no HTTP.

use quarterdeck_api::reasons::{FreeText, ReasonList};
use quarterdeck_api::users::REASON_LENGTH;

/// What is kept with a decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Given<'a> {
    /// What operators read: words of their own, else the code's label.
    pub text: Option<&'a str>,
    /// The code.
    pub code: Option<&'a str>,
}

/// Whether there has to be a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// There may be one.
    Optional,
    /// There has to be one.
    Mandatory,
}

/// Words of the operator's own, without the space around them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words<'a>(&'a str);

impl<'a> Words<'a> {
    /// Takes the space off.
    pub fn new(text: &'a str) -> Self {
        Self(text.trim())
    }
}

/// Why a reason is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Objection {
    /// A code, where there is no list.
    NoList,
    /// A code that is not in the list.
    UnknownCode {
        /// Those that are.
        known: String,
    },
    /// Words, where only codes are taken.
    WordsForbidden {
        /// The codes.
        known: String,
    },
    /// No words, where a code alone does not do.
    WordsMissing,
    /// Too few words, or too many; or neither words nor code.
    WrongLength,
}

/// What is kept of a code and words.
pub fn check<'a>(
    list: Option<&'a ReasonList>,
    code: Option<&'a str>,
    words: Option<Words<'a>>,
    need: Need,
) -> Result<Given<'a>, Objection> {
    let label = code.map(|code| label(list, code)).transpose()?;
    let free_text = list.map_or(FreeText::Allowed, ReasonList::free_text);
    match (words, label) {
        (Some(_), _) if free_text == FreeText::Forbidden => {
            Err(Objection::WordsForbidden { known: known(list) })
        }
        (Some(Words(text)), _) if REASON_LENGTH.contains(&text.chars().count()) => Ok(Given {
            text: Some(text),
            code,
        }),
        (None, Some(_)) if free_text == FreeText::Required => Err(Objection::WordsMissing),
        (None, Some(label)) => Ok(Given {
            text: Some(label),
            code,
        }),
        (None, None) if need == Need::Optional => Ok(Given::default()),
        (Some(_) | None, _) => Err(Objection::WrongLength),
    }
}

fn label<'a>(list: Option<&'a ReasonList>, code: &str) -> Result<&'a str, Objection> {
    let list = list.ok_or(Objection::NoList)?;
    let reason = list.coded(code).ok_or_else(|| Objection::UnknownCode {
        known: known(Some(list)),
    })?;
    Ok(reason.label.as_str())
}

fn known(list: Option<&ReasonList>) -> String {
    let reasons = list.map(|list| list.reasons.as_slice()).unwrap_or_default();
    let codes: Vec<_> = reasons.iter().map(|reason| reason.code.as_str()).collect();
    codes.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use quarterdeck_api::reasons::{Reason, ReasonVerb};
    use quarterdeck_api::text::Line;

    fn list(free_text: FreeText) -> ReasonList {
        let reason = |(digit, code, label)| Reason {
            digit,
            code: Line::new(code),
            label: Line::new(label),
            message: None,
        };
        ReasonList {
            verb: ReasonVerb::Ban.into(),
            free_text: free_text.into(),
            reasons: [(1, "spam", "Spam or automated"), (3, "fraud", "Fraud")]
                .map(reason)
                .to_vec(),
        }
    }

    #[test]
    fn what_is_kept_of_a_code_and_words_under_each_rule() {
        use FreeText::{Allowed, Forbidden, Required};
        use Need::{Mandatory, Optional};
        let kept = |text, code| Ok(Given { text, code });
        let unknown = || Objection::UnknownCode {
            known: "spam, fraud".to_owned(),
        };
        let forbidden = || Objection::WordsForbidden {
            known: "spam, fraud".to_owned(),
        };
        let label = Some("Spam or automated");
        let rows = [
            (
                Allowed,
                Some("spam"),
                None,
                Mandatory,
                kept(label, Some("spam")),
            ),
            (
                Allowed,
                Some("spam"),
                Some(" again "),
                Mandatory,
                kept(Some("again"), Some("spam")),
            ),
            (
                Allowed,
                None,
                Some(" again "),
                Mandatory,
                kept(Some("again"), None),
            ),
            (Allowed, None, None, Optional, kept(None, None)),
            (Allowed, None, None, Mandatory, Err(Objection::WrongLength)),
            (
                Allowed,
                None,
                Some(" a "),
                Optional,
                Err(Objection::WrongLength),
            ),
            (
                Allowed,
                Some("spam"),
                Some(""),
                Optional,
                Err(Objection::WrongLength),
            ),
            (Allowed, Some("Spam"), None, Optional, Err(unknown())),
            (Allowed, Some("2"), Some("again"), Optional, Err(unknown())),
            (
                Forbidden,
                Some("fraud"),
                None,
                Mandatory,
                kept(Some("Fraud"), Some("fraud")),
            ),
            (
                Forbidden,
                Some("fraud"),
                Some("again"),
                Mandatory,
                Err(forbidden()),
            ),
            (Forbidden, None, Some("again"), Optional, Err(forbidden())),
            (Forbidden, None, None, Optional, kept(None, None)),
            (
                Required,
                Some("spam"),
                None,
                Mandatory,
                Err(Objection::WordsMissing),
            ),
            (
                Required,
                Some("spam"),
                Some("again"),
                Mandatory,
                kept(Some("again"), Some("spam")),
            ),
            (
                Required,
                None,
                Some("again"),
                Mandatory,
                kept(Some("again"), None),
            ),
            (Required, None, None, Optional, kept(None, None)),
        ];
        for (free_text, code, text, need, expected) in rows {
            let list = list(free_text);
            let found = check(Some(&list), code, text.map(Words::new), need);
            assert_eq!(found, expected, "{free_text} {code:?} {text:?} {need:?}");
        }
    }

    #[test]
    fn where_there_is_no_list_words_are_taken_and_codes_are_not() {
        let words = |text| Some(Words::new(text));
        let kept = check(None, None, words("again"), Need::Mandatory).unwrap();
        assert_eq!((kept.text, kept.code), (Some("again"), None));
        let refused = check(None, Some("spam"), words("again"), Need::Optional);
        assert_eq!(refused, Err(Objection::NoList));
        let long = "x".repeat(501);
        let refused = check(None, None, words(&long), Need::Optional);
        assert_eq!(refused, Err(Objection::WrongLength));
    }
}
