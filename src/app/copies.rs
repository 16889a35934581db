//! What can be copied of a row, by letter. All of it is as the screen has it: sanitized.

use std::fmt::Write as _;

use quarterdeck_api::call::AnyCall;
use serde_json::Value;

/// Something that can be copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copyable {
    /// Its key.
    pub letter: char,
    /// What it is.
    pub label: &'static str,
    /// What is put on the clipboard.
    pub text: String,
}

/// What can be copied of a row: id, e-mail and name where it has them, the path of its object, and the
/// row itself.
pub fn of(id: Option<String>, name: &str, detail: Option<&AnyCall>, row: &Value) -> Vec<Copyable> {
    let email = row.get("email").and_then(Value::as_str);
    let json = row.to_string();
    let all = [
        ('i', "id", id),
        ('e', "e-mail", email.map(str::to_owned)),
        ('n', "name", Some(name.to_owned())),
        ('l', "link", detail.and_then(link)),
        ('j', "row as JSON", Some(json.clone())),
        (
            'r',
            "row as JSON, all but ASCII escaped",
            Some(escaped(&json)),
        ),
    ];
    let all = all.into_iter().filter_map(|(letter, label, text)| {
        let text = text.filter(|text| !text.is_empty())?;
        Some(Copyable {
            letter,
            label,
            text,
        })
    });
    all.collect()
}

/// The path of the object on the server.
fn link(detail: &AnyCall) -> Option<String> {
    let mut segments = detail.encode().ok()?.segments.into_iter();
    let parts = detail.spec().path.split('/').map(|part| {
        if part.starts_with('{') {
            segments.next().unwrap_or_default()
        } else {
            part.to_owned()
        }
    });
    Some(parts.collect::<Vec<_>>().join("/"))
}

fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for letter in json.chars() {
        if letter.is_ascii() {
            text.push(letter);
            continue;
        }
        for unit in letter.encode_utf16(&mut [0; 2]) {
            // Writing to a string cannot fail.
            let _written = write!(text, "\\u{unit:04x}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use quarterdeck_api::ids::UserId;
    use quarterdeck_api::operation::Nothing;
    use quarterdeck_api::users::GetUser;

    use super::*;

    #[test]
    fn a_row_is_copied_by_its_parts() {
        let detail = AnyCall::of::<GetUser>(UserId(12), Nothing {}, Nothing {});
        let row = serde_json::json!({"email": "ana@example.com", "name": "\u{c4}na\u{1f600}"});
        let all = of(Some("#12".to_owned()), "\u{c4}na", Some(&detail), &row);
        let of = |letter| {
            let found = all.iter().find(|one| one.letter == letter);
            found.map_or("", |one| one.text.as_str())
        };
        assert_eq!((of('i'), of('e')), ("#12", "ana@example.com"));
        assert_eq!(of('l'), "/api/v1/admin/users/12");
        assert!(of('j').contains('\u{c4}'));
        assert!(of('r').is_ascii());
        assert!(of('r').contains("\\u00c4na\\ud83d\\ude00"), "{}", of('r'));
        let parsed: Value = serde_json::from_str(of('r')).unwrap();
        assert_eq!(parsed, row);
    }

    #[test]
    fn what_a_row_has_not_is_not_offered() {
        let letters: String = of(None, "", None, &serde_json::json!({}))
            .into_iter()
            .map(|one| one.letter)
            .collect();
        assert_eq!(letters, "jr");
    }
}
