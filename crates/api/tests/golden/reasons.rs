//! The JSON of the lists of reasons.

use quarterdeck_api::reasons::{FreeText, Reason, ReasonList, ReasonVerb, Reasons};
use serde_json::json;

use super::{golden, line};

#[test]
fn lists_of_reasons() {
    let reason = |digit, code, message: Option<&str>| Reason {
        digit,
        code: line(code),
        label: line("Spam or automated"),
        message: message.map(line),
    };
    golden(
        &Reasons {
            lists: vec![ReasonList {
                verb: ReasonVerb::RejectApplication.into(),
                free_text: FreeText::Forbidden.into(),
                reasons: vec![
                    reason(4, "spam", Some("Not by a person.")),
                    reason(9, "bot", None),
                ],
            }],
        },
        json!({ "lists": [{
            "verb": "applications.reject",
            "free_text": "forbidden",
            "reasons": [
                { "digit": 4, "code": "spam", "label": "Spam or automated", "message": "Not by a person." },
                { "digit": 9, "code": "bot", "label": "Spam or automated", "message": null },
            ],
        }] }),
    );
}
