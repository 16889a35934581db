//! Calls from browsers: from the server's own pages and from no others.

use http::{HeaderName, HeaderValue, Method, header};
use quarterdeck_api::headers;
use tower_http::cors::CorsLayer;

use crate::gate::Services;

/// Browsers may call from the server's own origin, with cookies; from no other.
pub fn layer(services: &Services) -> Option<CorsLayer> {
    let origin = services
        .config
        .public_origin
        .as_deref()?
        .parse::<HeaderValue>()
        .ok()?;
    let allowed = [
        header::AUTHORIZATION,
        header::CONTENT_TYPE,
        HeaderName::from_static(headers::IDEMPOTENCY_KEY),
        HeaderName::from_static(headers::OTP),
        HeaderName::from_static(headers::CLIENT_REQUEST_ID),
        HeaderName::from_static(headers::TRACEPARENT),
    ];
    let methods = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
    ];
    Some(
        CorsLayer::new()
            .allow_origin(origin)
            .allow_credentials(true)
            .allow_headers(allowed)
            .allow_methods(methods),
    )
}
