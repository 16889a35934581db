//! The action log: every write at the HTTP level, whatever came of it, with secrets taken out.

use std::borrow::Cow;

use sea_orm::Value;
use serde_json::Value as Json;

use super::request::RequestContext;
use super::searchable::Searchable;
use crate::db::together::Part;

/// Most that is kept of a body.
const BODY_CAP: usize = 16 * 1024;
const REDACTED: &str = "[redacted]";
/// Names of fields whose values are never kept, compared without case and punctuation.
const SECRET_FIELDS: &[&str] = &[
    "password",
    "newpassword",
    "token",
    "mfacode",
    "recoverycode",
    "recoverycodes",
    "otp",
    "code",
    "secret",
    "refreshtoken",
    "accesstoken",
    "sockettoken",
    "otpauthurl",
    "apikey",
    "idtoken",
    "device",
];

/// What came of a request.
#[derive(Clone, Debug)]
pub struct Result<'a> {
    /// Status of the answer.
    pub status: u16,
    /// Code of a refusal.
    pub code: Option<&'static str>,
    /// A short account of the answer: never its body where that holds a secret.
    pub response: Cow<'a, str>,
}

/// The statement that writes the row of a request.
pub fn record(request: &RequestContext, user_id: Option<i64>, result: &Result<'_>) -> Part {
    let text = "INSERT INTO admin_action_log (request_id, client_request_id, trace_id, method, url, route, \
        user_id, ip_address, user_agent, request_body, response, status, code, duration_ms, created_at, targets, words) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
    let body = Kept::of(&request.body);
    let url = cut(&request.url);
    let searchable = Searchable::of(&url, body.json.as_ref(), body.kept().as_deref());
    let values: [Value; 17] = [
        request.request_id.clone().into(),
        request.client_request_id.clone().into(),
        request.trace_id.clone().into(),
        request.method.clone().into(),
        url.into(),
        request.spec.path.into(),
        user_id.into(),
        request.ip_address.to_string().into(),
        request.user_agent.clone().into(),
        body.text.into(),
        cut(&result.response).into(),
        i32::from(result.status).into(),
        result.code.map(str::to_owned).into(),
        request.elapsed_ms().into(),
        request.started.into(),
        searchable.targets.into(),
        searchable.words.into(),
    ];
    Part::new(text, values)
}

/// A body as it may be kept.
struct Kept {
    text: String,
    json: Option<Json>,
    is_whole: bool,
}

impl Kept {
    /// JSON without the values of secret fields; anything else only by its size.
    fn of(body: &[u8]) -> Self {
        if body.is_empty() {
            return Self {
                text: String::new(),
                json: None,
                is_whole: true,
            };
        }
        match serde_json::from_slice::<Json>(body) {
            Ok(mut json) => {
                redact(&mut json);
                let whole = json.to_string();
                Self {
                    text: cut(&whole),
                    is_whole: whole.len() <= BODY_CAP,
                    json: Some(json),
                }
            }
            Err(_) => Self {
                text: format!("{} bytes that are not JSON", body.len()),
                json: None,
                is_whole: true,
            },
        }
    }

    /// The body as far as it is kept.
    fn kept(&self) -> Option<Cow<'_, Json>> {
        let json = self.json.as_ref()?;
        Some(if self.is_whole {
            Cow::Borrowed(json)
        } else {
            Cow::Owned(Json::String(self.text.clone()))
        })
    }
}

fn redact(json: &mut Json) {
    match json {
        Json::Object(fields) => {
            for (name, value) in fields {
                if is_secret(name) {
                    *value = Json::String(REDACTED.to_owned());
                } else {
                    redact(value);
                }
            }
        }
        Json::Array(items) => items.iter_mut().for_each(redact),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

fn is_secret(name: &str) -> bool {
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    SECRET_FIELDS.contains(&plain.as_str())
}

fn cut(text: &str) -> String {
    let end = text.floor_char_boundary(BODY_CAP);
    // NUL is the one character that PostgreSQL's text cannot hold.
    let kept = text[..end].replace('\0', "\u{FFFD}");
    if end == text.len() {
        kept
    } else {
        format!("{kept}… ({} bytes)", text.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_taken_out_at_any_depth_and_spelling() {
        let body = br#"{"email":"a@b.example","newPassword":"p","mfaCode":"1","deep":[{"refresh_token":"t"}]}"#;
        let kept = Kept::of(body);
        assert_eq!(
            kept.text,
            r#"{"deep":[{"refresh_token":"[redacted]"}],"email":"a@b.example","mfaCode":"[redacted]","newPassword":"[redacted]"}"#
        );
    }

    #[test]
    fn what_is_not_json_is_kept_only_by_its_size() {
        let kept = Kept::of(b"password=hunter2");
        assert_eq!(kept.text, "16 bytes that are not JSON");
        assert_eq!(kept.json, None);
    }

    #[test]
    fn a_long_body_is_cut_on_a_character() {
        let body = format!("\"{}\"", "ä".repeat(20_000));
        let kept = Kept::of(body.as_bytes());
        assert!(kept.text.len() < BODY_CAP + 64);
    }
}
