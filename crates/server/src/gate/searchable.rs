//! What a row of the action log is found by besides its columns: the accounts that the request was on, and
//! the words of what was sent. Pure; the same for rows as they are written and for those of before.

use std::collections::BTreeSet;

use quarterdeck_api::filter::words;
use serde_json::Value as Json;

/// Most that is kept of either, in bytes.
const MOST: usize = 32 * 1024;
/// The fields at the top of a body that name the accounts a request is on.
const TARGET_FIELDS: &[&str] = &["user_id", "userId", "user_ids", "userIds"];

/// What a row is found by; each with a space between two.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Searchable {
    /// The ids of accounts.
    pub targets: String,
    /// Words of path, query and body in lower case, and `field=value` for the top of the body.
    pub words: String,
}

impl Searchable {
    /// Of a request: path and query; its body without secrets, where that is JSON; and as much of it as is
    /// kept, since erasing a person looks through what is kept alone.
    pub fn of(url: &str, body: Option<&Json>, kept: Option<&Json>) -> Self {
        let mut found: BTreeSet<String> = words(url).into_iter().collect();
        if let Some(kept) = kept {
            add_words(kept, &mut found);
            found.extend(top_fields(kept));
        }
        let ids = in_path(url)
            .into_iter()
            .chain(body.into_iter().flat_map(in_body));
        let targets: BTreeSet<i64> = ids.collect();
        Self {
            targets: joined(targets.iter().map(ToString::to_string)),
            words: joined(found.into_iter()),
        }
    }

    /// The same without what was sent, for a row whose person was erased: whom it was on stays.
    pub fn without_texts(url: &str, targets: String) -> Self {
        Self {
            targets,
            ..Self::of(url, None, None)
        }
    }
}

/// How a field at the top of a body, and what stands in it, is kept; none where either has no letter or digit.
pub fn field_word(name: &str, value: &str) -> Option<String> {
    let (name, value) = (words(name).concat(), words(value).join("_"));
    let [name, value] = [name, value].map(|text| text.chars().take(64).collect::<String>());
    (!name.is_empty() && !value.is_empty()).then(|| format!("{name}={value}"))
}

fn add_words(json: &Json, found: &mut BTreeSet<String>) {
    match json {
        Json::Object(fields) => {
            for (name, value) in fields {
                found.extend(words(name));
                add_words(value, found);
            }
        }
        Json::Array(items) => items.iter().for_each(|item| add_words(item, found)),
        Json::String(text) => found.extend(words(text)),
        Json::Number(_) | Json::Bool(_) => found.extend(words(&json.to_string())),
        Json::Null => {}
    }
}

fn top_fields(body: &Json) -> impl Iterator<Item = String> {
    let fields = body.as_object().into_iter().flatten();
    fields.filter_map(|(name, value)| match value {
        Json::String(text) => field_word(name, text),
        Json::Number(_) | Json::Bool(_) => field_word(name, &value.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    })
}

/// The account of `/users/12/…`, in the spelling of the seed too.
fn in_path(url: &str) -> Option<i64> {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let mut segments = path.split('/');
    let named = segments.find(|segment| matches!(*segment, "users" | "user"));
    let id = named.and_then(|_| segments.next()).and_then(id_of);
    let in_query = || {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let mut values = pairs.filter(|(name, _)| TARGET_FIELDS.contains(name));
        values.find_map(|(_, value)| id_of(value))
    };
    id.or_else(in_query)
}

fn in_body(body: &Json) -> Vec<i64> {
    let fields = TARGET_FIELDS.iter().filter_map(|name| body.get(name));
    let id = |value: &Json| value.as_i64().or_else(|| id_of(value.as_str()?));
    fields
        .flat_map(|value| match value {
            Json::Array(items) => items.iter().filter_map(id).collect(),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_) => {
                Vec::from_iter(id(value))
            }
        })
        .collect()
}

fn id_of(text: &str) -> Option<i64> {
    let digits = text.strip_prefix("%23").or(text.strip_prefix('#'));
    digits.unwrap_or(text).parse().ok().filter(|id| *id > 0)
}

/// As many as fit, whole.
fn joined(items: impl Iterator<Item = String>) -> String {
    let mut all = String::new();
    for item in items {
        if all.len() + item.len() >= MOST {
            break;
        }
        if !all.is_empty() {
            all.push(' ');
        }
        all.push_str(&item);
    }
    all
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(url: &str, body: &Json) -> (String, String) {
        let found = Searchable::of(url, Some(body), Some(body));
        (found.targets, found.words)
    }

    #[test]
    fn the_accounts_of_path_query_and_body_are_targets_and_no_other_ids() {
        let rows = [
            ("/api/v1/admin/users/12/ban", json!({}), "12"),
            ("/admin/user/12", json!({ "user_id": 13 }), "12 13"),
            (
                "/api/v1/admin/users/bulk-ban",
                json!({ "userIds": [3, "#2", 3] }),
                "2 3",
            ),
            ("/api/v1/admin/users?user_id=7&take=5", json!(null), "7"),
            ("/api/v1/admin/delete-user", json!({ "user_id": "9" }), "9"),
            ("/api/v1/admin/applications/4711", json!({ "ids": [1] }), ""),
            (
                "/api/v1/admin/users/ana/ban",
                json!({ "deep": { "userId": 4 } }),
                "",
            ),
        ];
        for (url, body, targets) in rows {
            assert_eq!(of(url, &body).0, targets, "{url} {body}");
        }
    }

    #[test]
    fn words_are_those_of_path_and_of_the_body_at_any_depth() {
        let body = json!({ "banReason": "Charge back!", "deep": [{ "note": "Ünique" }], "until": null, "n": 5 });
        assert_eq!(
            of("/users/12/ban?x=1", &body).1,
            "1 12 5 back ban banreason banreason=charge_back charge deep n n=5 note until users x ünique"
        );
    }

    #[test]
    fn a_body_full_of_words_is_cut_at_a_word() {
        let long: Vec<_> = (0..20_000).map(|number| format!("w{number:05}")).collect();
        let (_, words) = of("/", &json!({ "text": long.join(" ") }));
        assert!(words.len() <= MOST && words.ends_with(|last: char| last.is_ascii_digit()));
        assert_eq!(words.split(' ').next_back().map(str::len), Some(6));
    }

    #[test]
    fn a_field_is_known_by_name_and_value_whatever_their_spelling() {
        assert_eq!(
            field_word("banReason", "Spam, again").as_deref(),
            Some("banreason=spam_again")
        );
        assert_eq!(
            field_word("ban_reason", "spam  AGAIN").as_deref(),
            Some("banreason=spam_again")
        );
        assert_eq!(field_word("", "x"), None);
        assert_eq!(field_word("x", "-"), None);
    }
}
