//! The head of a request: everything that is known before its body is read.

use std::net::SocketAddr;
use std::time::Instant;

use axum::extract::ConnectInfo;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, header};
use quarterdeck_api::headers;
use quarterdeck_api::operation::{Access, Spec};
use quarterdeck_api::sessions::Secret;

use crate::gate::request::{self, MAX_CLIENT_TEXT};
use crate::gate::{RequestContext, Services};

/// Reads what is known of a request from its head.
pub fn context(services: &Services, parts: &Parts, spec: Spec) -> RequestContext {
    let text = |name: &str| header_text(&parts.headers, name);
    let now = services.clock.now();
    let cookies = request::parse_cookies(&text(header::COOKIE.as_str()).unwrap_or_default());
    let traceparent = text(headers::TRACEPARENT);
    let authorization = text(header::AUTHORIZATION.as_str());
    let api_key = text(headers::API_KEY);
    let credential = if spec.access == Access::Socket {
        let protocols = text(header::SEC_WEBSOCKET_PROTOCOL.as_str());
        request::socket_credential(protocols.as_deref(), api_key.as_deref(), &cookies)
    } else {
        request::credential(authorization.as_deref(), api_key.as_deref(), &cookies)
    };
    RequestContext {
        request_id: services.ids.request_id(now).to_string(),
        client_request_id: text(headers::CLIENT_REQUEST_ID)
            .or_else(|| text(headers::REQUEST_ID))
            .map(|text| short(&text)),
        trace_id: traceparent.as_deref().and_then(request::trace_id),
        traceparent,
        method: parts.method.as_str().to_owned(),
        url: parts
            .uri
            .path_and_query()
            .map_or("/", |path| path.as_str())
            .to_owned(),
        spec,
        ip_address: super::connection::client_address(
            socket_address(parts),
            text("x-forwarded-for").as_deref(),
            &services.config.http.trusted_proxies,
        ),
        user_agent: short(&text(header::USER_AGENT.as_str()).unwrap_or_default()),
        origin: text(header::ORIGIN.as_str()),
        credential,
        gate_token: text(headers::GATE_TOKEN),
        otp: text(headers::OTP).map(Secret::new),
        idempotency_key: text(headers::IDEMPOTENCY_KEY)
            .map(|text| short(&text))
            .filter(|key| !key.is_empty()),
        cookies,
        body: Bytes::new(),
        started: now,
        started_instant: Instant::now(),
    }
}

fn socket_address(parts: &Parts) -> SocketAddr {
    let unknown = SocketAddr::from(([0, 0, 0, 0], 0));
    parts
        .extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(unknown, |info| info.0)
}

/// A header, where it is there and is text.
pub fn header_text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned)
}

fn short(text: &str) -> String {
    text.chars().take(MAX_CLIENT_TEXT).collect()
}
