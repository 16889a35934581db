//! An operation and its arguments, made into a request that can be sent more than once.

use std::time::Duration;

use quarterdeck_api::call::Encoded;
use quarterdeck_api::headers;
use quarterdeck_api::operation::{Access, Effect, Spec};
use quarterdeck_api::sessions::Secret;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url};

use crate::call_id::CallId;
use crate::error::CallError;

/// What goes with a call besides its arguments.
#[derive(Clone, Debug, Default)]
pub struct CallOptions {
    /// Names the call in logs and traces; a new id where absent.
    pub id: Option<CallId>,
    /// The same for every attempt at the same write; a write without one is given its call's id.
    pub idempotency_key: Option<String>,
    /// One-time code of an operation that asks for it.
    pub otp: Option<Secret>,
}

/// A request, complete but for the credential. Holds secrets, so it has no `Debug`.
pub(crate) struct Prepared {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Vec<u8>>,
    /// Whether the operation takes a session.
    pub(crate) takes_session: bool,
    /// How long the whole answer is waited for.
    pub(crate) deadline: Duration,
}

impl Prepared {
    pub(crate) fn new(
        server: &Url,
        spec: &Spec,
        arguments: Encoded,
        options: CallOptions,
        id: CallId,
    ) -> Result<Self, CallError> {
        let Encoded {
            segments,
            query,
            body,
        } = arguments;
        Ok(Self {
            method: method(spec),
            url: url(server, spec, segments, &query)?,
            headers: call_headers(spec, options, id)?,
            body,
            takes_session: spec.access != Access::Anyone,
            deadline: spec.deadline,
        })
    }

    /// Whether sending it twice changes nothing.
    pub(crate) fn is_repeatable(&self) -> bool {
        self.method == Method::GET
    }
}

/// A header whose value no log shows.
pub(crate) fn secret_value(text: &str) -> Result<HeaderValue, CallError> {
    let mut value = HeaderValue::from_str(text)
        .map_err(|_| CallError::not_sent("a credential holds characters that cannot be sent"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn method(spec: &Spec) -> Method {
    use quarterdeck_api::operation::Method as Declared;
    match spec.method {
        Declared::Get => Method::GET,
        Declared::Post => Method::POST,
        Declared::Put => Method::PUT,
        Declared::Patch => Method::PATCH,
        Declared::Delete => Method::DELETE,
    }
}

fn url(server: &Url, spec: &Spec, values: Vec<String>, query: &str) -> Result<Url, CallError> {
    let mut url = server.clone();
    let mut values = values.into_iter();
    {
        let mut segments = url
            .path_segments_mut()
            .map_err(|()| CallError::not_sent("the server's address has no path"))?;
        segments.clear();
        for segment in spec.path.split('/').skip(1) {
            if !segment.starts_with('{') {
                segments.push(segment);
                continue;
            }
            // A dot segment would be taken out of the path and make it that of another operation.
            match values.next().as_deref() {
                None | Some("" | "." | "..") => {
                    return Err(CallError::not_sent("a part of the path is missing"));
                }
                Some(value) => segments.push(value),
            };
        }
    }
    url.set_query(Some(query).filter(|query| !query.is_empty()));
    Ok(url)
}

fn call_headers(spec: &Spec, options: CallOptions, id: CallId) -> Result<HeaderMap, CallError> {
    let plain = |text: &str| {
        HeaderValue::from_str(text)
            .map_err(|_| CallError::not_sent("a header holds characters that cannot be sent"))
    };
    let mut all = HeaderMap::new();
    all.insert(
        ACCEPT,
        HeaderValue::from_static("application/json, application/problem+json"),
    );
    all.insert(
        HeaderName::from_static(headers::CLIENT_REQUEST_ID),
        plain(&id.to_string())?,
    );
    all.insert(
        HeaderName::from_static(headers::TRACEPARENT),
        plain(&id.traceparent())?,
    );
    let is_write = matches!(spec.effect, Effect::Write(_));
    // A write without a key could not be asked about after a lost answer.
    let key = options
        .idempotency_key
        .or_else(|| is_write.then(|| id.to_string()));
    if let Some(key) = key {
        all.insert(
            HeaderName::from_static(headers::IDEMPOTENCY_KEY),
            plain(&key)?,
        );
    }
    if let Some(otp) = options.otp {
        all.insert(
            HeaderName::from_static(headers::OTP),
            secret_value(otp.expose())?,
        );
    }
    Ok(all)
}

pub(crate) const JSON: (HeaderName, HeaderValue) =
    (CONTENT_TYPE, HeaderValue::from_static("application/json"));
