//! What came back: read with bounds, then decoded into what the contract says.

use quarterdeck_api::headers;
use quarterdeck_api::operation::{Effect, Operation, ReplyBody, Spec};
use quarterdeck_api::problem::{self, Problem};
use quarterdeck_api::text::Line;
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use serde::de::DeserializeOwned;

use crate::error::CallError;

/// Largest answer that is read.
pub const MAX_BODY_BYTES: usize = 8 * 1024 * 1024;
/// How deep JSON may be nested in an answer.
pub const MAX_JSON_DEPTH: usize = 64;

/// A success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Success<T> {
    /// The decoded body.
    pub reply: T,
    /// The server's id of the request.
    pub request_id: Option<Line>,
    /// Whether the answer was stored by an earlier call with the same idempotency key.
    pub is_replay: bool,
}

/// A complete answer, not yet decoded.
pub(crate) struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    /// Reads the body, counting: `Content-Length` is only what the server says.
    pub(crate) async fn read(mut response: Response) -> Result<Self, CallError> {
        let mut body = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| CallError::of_network(&error))?
        {
            if body.len() + chunk.len() > MAX_BODY_BYTES {
                return Err(CallError::TooLarge {
                    limit: MAX_BODY_BYTES,
                });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Self {
            status: response.status(),
            headers: std::mem::take(response.headers_mut()),
            body,
        })
    }

    pub(crate) fn is_unauthorized(&self) -> bool {
        self.status == StatusCode::UNAUTHORIZED
    }

    /// The refusal, if that is what it is.
    pub(crate) fn problem(&self) -> Option<Box<Problem>> {
        if !self.is_of_type(problem::CONTENT_TYPE) {
            return None;
        }
        let mut problem: Problem = self.json().ok()?;
        problem.status = self.status.as_u16();
        let asked = self
            .header(RETRY_AFTER.as_str())
            .and_then(|seconds| seconds.parse().ok());
        problem.retry_after = problem.retry_after.or(asked);
        Some(Box::new(problem))
    }

    pub(crate) fn decode<Op: Operation>(&self) -> Result<Success<Op::Reply>, CallError> {
        self.decode_with(&Op::SPEC, |json| serde_json::from_slice(json))
    }

    pub(crate) fn decode_with<T>(
        &self,
        spec: &Spec,
        decode: impl FnOnce(&[u8]) -> Result<T, serde_json::Error>,
    ) -> Result<Success<T>, CallError> {
        if !self.status.is_success() && !self.is_reply_of_a_failed_check(spec) {
            return Err(self.refusal());
        }
        let reply = self
            .json_with(decode)
            .map_err(|error| self.undecodable(&describe(spec, &error)))?;
        Ok(Success {
            reply,
            request_id: self.header(headers::REQUEST_ID).map(Line::new),
            is_replay: self.header(headers::IDEMPOTENT_REPLAY) == Some("true"),
        })
    }

    /// Health answers 503 with its ordinary body; any other error comes as a problem.
    fn is_reply_of_a_failed_check(&self, spec: &Spec) -> bool {
        matches!(spec.effect, Effect::Read)
            && self.status == StatusCode::SERVICE_UNAVAILABLE
            && self.is_of_type("application/json")
    }

    pub(crate) fn refusal(&self) -> CallError {
        if let Some(problem) = self.problem() {
            return CallError::Problem(problem);
        }
        if self.status.is_redirection() {
            return self.undecodable(
                "a redirection, which is never followed; is the server's address right?",
            );
        }
        self.undecodable(
            "not an answer of this API; is something in between, or the address wrong?",
        )
    }

    fn undecodable(&self, detail: &str) -> CallError {
        CallError::Undecodable {
            status: self.status.as_u16(),
            detail: Line::new(detail),
        }
    }

    fn json<T: DeserializeOwned>(&self) -> Result<T, BadJson> {
        self.json_with(|json| serde_json::from_slice(json))
    }

    fn json_with<T>(
        &self,
        decode: impl FnOnce(&[u8]) -> Result<T, serde_json::Error>,
    ) -> Result<T, BadJson> {
        if is_deeper_than(&self.body, MAX_JSON_DEPTH) {
            return Err(BadJson::TooDeep);
        }
        // `204 No Content` decodes as a body without fields.
        let body = if self.body.is_empty() {
            b"{}"
        } else {
            self.body.as_slice()
        };
        decode(body).map_err(BadJson::Mismatch)
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    fn is_of_type(&self, media_type: &str) -> bool {
        let declared = self.header(CONTENT_TYPE.as_str()).unwrap_or_default();
        declared
            .split(';')
            .next()
            .is_some_and(|essence| essence.trim().eq_ignore_ascii_case(media_type))
    }
}

enum BadJson {
    TooDeep,
    Mismatch(serde_json::Error),
}

/// What does not fit. The parser's own words quote values, so a reply with secrets gets none of them.
fn describe(spec: &Spec, error: &BadJson) -> String {
    match (error, spec.reply) {
        (BadJson::TooDeep, _) => format!("JSON nested deeper than {MAX_JSON_DEPTH}"),
        (BadJson::Mismatch(error), ReplyBody::Plain | ReplyBody::Stream) => error.to_string(),
        (BadJson::Mismatch(error), ReplyBody::Secret) => {
            format!(
                "not a {} reply at line {} column {}",
                spec.id,
                error.line(),
                error.column()
            )
        }
    }
}

/// Counted before parsing: the parser's own limit is twice as deep and does not guard every type.
fn is_deeper_than(json: &[u8], limit: usize) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in json {
        match (in_string, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (true | false, b'"') => in_string = !in_string,
            (false, b'[' | b'{') => depth += 1,
            (false, b']' | b'}') => depth = depth.saturating_sub(1),
            (true | false, _) => {}
        }
        if depth > limit {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_counts_brackets_outside_strings_only() {
        assert!(!is_deeper_than(b"[[{}],[[]]]", 3));
        assert!(is_deeper_than(b"[[[[]]]]", 3));
        assert!(!is_deeper_than(br#"["[[[[","\"[[[["]"#, 1));
    }
}
