//! What is known of a request besides its operation: who it says it is, where from, under which ids.

use std::net::IpAddr;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use quarterdeck_api::headers;
use quarterdeck_api::operation::Spec;
use quarterdeck_api::realtime;
use quarterdeck_api::sessions::Secret;
use sha2::{Digest, Sha256};

/// Longest client text that is kept: a user agent, a client's request id, a key.
pub const MAX_CLIENT_TEXT: usize = 200;

/// How a credential came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// None came.
    None,
    /// `Authorization: Bearer`.
    Bearer(String),
    /// The session cookie.
    Cookie(String),
    /// `X-API-Key`.
    ApiKey,
    /// An `Authorization` header of another form.
    Malformed,
}

impl Credential {
    /// The token, where one came.
    pub fn token(&self) -> Option<&str> {
        match self {
            Self::Bearer(token) | Self::Cookie(token) => Some(token),
            Self::None | Self::ApiKey | Self::Malformed => None,
        }
    }
}

/// One request.
#[derive(Clone, Debug)]
pub struct RequestContext {
    /// The server's id of it.
    pub request_id: String,
    /// The client's own id, echoed.
    pub client_request_id: Option<String>,
    /// The trace of W3C trace context that it belongs to.
    pub trace_id: Option<String>,
    /// The `traceparent` as it came.
    pub traceparent: Option<String>,
    /// Method.
    pub method: String,
    /// Path and query as they came.
    pub url: String,
    /// What is declared about the operation.
    pub spec: Spec,
    /// Where it came from.
    pub ip_address: IpAddr,
    /// What it says it is.
    pub user_agent: String,
    /// The `Origin` header.
    pub origin: Option<String>,
    /// How a credential came.
    pub credential: Credential,
    /// Cookies by name.
    pub cookies: Vec<(String, String)>,
    /// The gate's token, by header.
    pub gate_token: Option<String>,
    /// One-time code that came with it.
    pub otp: Option<Secret>,
    /// Key of a repeated write.
    pub idempotency_key: Option<String>,
    /// The body's bytes.
    pub body: Bytes,
    /// When it came.
    pub started: DateTime<Utc>,
    /// When it came, for durations.
    pub started_instant: std::time::Instant,
}

impl RequestContext {
    /// A cookie by its name.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// What identifies the request's content under an idempotency key: method, path, body.
    pub fn fingerprint(&self) -> Vec<u8> {
        Sha256::new()
            .chain_update(self.method.as_bytes())
            .chain_update([0])
            .chain_update(self.url.as_bytes())
            .chain_update([0])
            .chain_update(&self.body)
            .finalize()
            .to_vec()
    }

    /// The same request without what was typed into it: for a log that must not name its target.
    #[must_use]
    pub fn without_texts(&self) -> Self {
        let path = self.url.split('?').next().unwrap_or_default();
        Self {
            url: path.to_owned(),
            body: Bytes::from_static(br#""[anonymized]""#),
            ..self.clone()
        }
    }

    /// Milliseconds since it came.
    pub fn elapsed_ms(&self) -> i64 {
        i64::try_from(self.started_instant.elapsed().as_millis()).unwrap_or(i64::MAX)
    }
}

/// Reads the cookies of a `Cookie` header.
pub fn parse_cookies(header: &str) -> Vec<(String, String)> {
    header
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// Sorts out how a credential came: an `Authorization` header wins over a cookie.
pub fn credential(
    authorization: Option<&str>,
    api_key: Option<&str>,
    cookies: &[(String, String)],
) -> Credential {
    if let Some(header) = authorization {
        let token = header
            .split_once(' ')
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        return match token {
            Some((_, token)) if !token.trim().is_empty() => {
                Credential::Bearer(token.trim().to_owned())
            }
            _ => Credential::Malformed,
        };
    }
    if api_key.is_some() {
        return Credential::ApiKey;
    }
    cookies
        .iter()
        .find(|(name, value)| name == headers::ACCESS_COOKIE && !value.is_empty())
        .map_or(Credential::None, |(_, value)| {
            Credential::Cookie(value.clone())
        })
}

/// The same for the realtime connection: its token is offered among the subprotocols, since a browser can
/// send no other header, or comes as a cookie of its own.
pub fn socket_credential(
    protocols: Option<&str>,
    api_key: Option<&str>,
    cookies: &[(String, String)],
) -> Credential {
    let mut offered = protocols.unwrap_or_default().split(',').map(str::trim);
    let token = offered.find_map(|offer| offer.strip_prefix(realtime::TOKEN_PREFIX));
    if let Some(token) = token.filter(|token| !token.is_empty()) {
        return Credential::Bearer(token.to_owned());
    }
    if api_key.is_some() {
        return Credential::ApiKey;
    }
    cookies
        .iter()
        .find(|(name, value)| name == headers::SOCKET_COOKIE && !value.is_empty())
        .map_or(Credential::None, |(_, value)| {
            Credential::Cookie(value.clone())
        })
}

/// The trace id of a `traceparent` header, where it is well formed.
pub fn trace_id(traceparent: &str) -> Option<String> {
    let mut parts = traceparent.split('-');
    let (version, trace, span) = (parts.next()?, parts.next()?, parts.next()?);
    let is_hex = |text: &str, length: usize| {
        text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    let valid = is_hex(version, 2)
        && is_hex(trace, 32)
        && is_hex(span, 16)
        && !trace.bytes().all(|byte| byte == b'0');
    valid.then(|| trace.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authorization_header_wins_over_the_cookie() {
        let cookies = parse_cookies("access_token=abc; other=1");
        assert_eq!(
            credential(Some("Bearer xyz"), None, &cookies),
            Credential::Bearer("xyz".into())
        );
        assert_eq!(
            credential(None, None, &cookies),
            Credential::Cookie("abc".into())
        );
        assert_eq!(
            credential(Some("Basic xyz"), None, &cookies),
            Credential::Malformed
        );
        assert_eq!(credential(None, Some("k"), &cookies), Credential::ApiKey);
    }

    #[test]
    fn a_socket_is_opened_by_its_own_token_alone() {
        let cookies = parse_cookies("access_token=abc; socket_token=xyz");
        let offered = |text| socket_credential(Some(text), None, &cookies);
        assert_eq!(
            offered("qd.v1, bearer.s3cret"),
            Credential::Bearer("s3cret".into())
        );
        assert_eq!(offered("qd.v1, bearer."), Credential::Cookie("xyz".into()));
        let own = parse_cookies("access_token=abc");
        assert_eq!(socket_credential(None, None, &own), Credential::None);
        assert_eq!(socket_credential(None, Some("k"), &own), Credential::ApiKey);
    }

    #[test]
    fn only_a_well_formed_traceparent_is_kept() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(
            trace_id(good).as_deref(),
            Some("4bf92f3577b34da6a3ce929d0e0e4736")
        );
        for bad in [
            "",
            "00-abc-def-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        ] {
            assert_eq!(trace_id(bad), None, "{bad}");
        }
    }
}
