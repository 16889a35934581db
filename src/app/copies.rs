//! What can be copied of a row, by letter. All of it is as the screen has it, sanitized, but for the row as the
//! server sent it, of which everything but printable ASCII is escaped.

use quarterdeck_api::call::AnyCall;
use serde_json::Value;

/// Something that can be copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copyable {
    /// Its key.
    pub letter: char,
    /// What it is.
    pub label: &'static str,
    /// What is put on the clipboard; none for the row as the server sent it, which may still be on its way.
    pub text: Option<String>,
}

/// What can be copied of a row: id, e-mail and name where it has them, the path of its object, and the
/// row itself.
pub fn of(id: Option<String>, name: &str, detail: Option<&AnyCall>, row: &Value) -> Vec<Copyable> {
    let email = row.get("email").and_then(Value::as_str);
    let all = [
        ('i', "id", id),
        ('e', "e-mail", email.map(str::to_owned)),
        ('n', "name", Some(name.to_owned())),
        ('l', "link", detail.and_then(link)),
        ('j', "row as JSON", Some(row.to_string())),
    ];
    let all = all.into_iter().filter_map(|(letter, label, text)| {
        let text = text.filter(|text| !text.is_empty())?;
        Some(Copyable {
            letter,
            label,
            text: Some(text),
        })
    });
    all.collect()
}

/// The row as the server sent it.
pub const fn as_sent() -> Copyable {
    Copyable {
        letter: 'r',
        label: "as sent",
        text: None,
    }
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
            found
                .and_then(|one| one.text.as_deref())
                .unwrap_or_default()
        };
        assert_eq!((of('i'), of('e')), ("#12", "ana@example.com"));
        assert_eq!(of('l'), "/api/v1/admin/users/12");
        assert!(of('j').contains('\u{c4}'));
        let parsed: Value = serde_json::from_str(of('j')).unwrap();
        assert_eq!(parsed, row);
    }

    #[test]
    fn what_a_row_has_not_is_not_offered() {
        let letters: String = of(None, "", None, &serde_json::json!({}))
            .into_iter()
            .map(|one| one.letter)
            .collect();
        assert_eq!(letters, "j");
    }
}
