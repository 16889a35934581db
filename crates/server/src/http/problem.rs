//! Answers: a success as bare JSON, a refusal as RFC 9457, and what every answer carries.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderName, HeaderValue, header};
use quarterdeck_api::headers;
use quarterdeck_api::operation::Effect;
use quarterdeck_api::problem::{CONTENT_TYPE, Class, Problem};
use quarterdeck_api::text::Line;

use crate::gate::idempotency::StoredAnswer;
use crate::gate::{Refusal, RequestContext};

/// A success, ready to be sent.
#[derive(Debug)]
pub struct Serialized {
    /// Status.
    pub status: u16,
    /// JSON text.
    pub body: String,
    /// `Set-Cookie` values.
    pub cookies: Vec<String>,
}

/// The answer of a success.
pub fn answer(context: &RequestContext, serialized: Serialized) -> Response {
    let body = if serialized.status == 204 {
        String::new()
    } else {
        serialized.body
    };
    let mut response = bare(context, serialized.status, "application/json", body);
    for cookie in serialized.cookies {
        if let Ok(value) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}

/// The answer that an earlier call with the same key left.
pub fn replay(context: &RequestContext, stored: StoredAnswer) -> Response {
    let mut response = bare(context, stored.status, "application/json", stored.body);
    set(&mut response, headers::IDEMPOTENT_REPLAY, "true");
    response
}

/// The answer of a refusal.
pub fn response(context: &RequestContext, refusal: &Refusal) -> Response {
    let status = refusal.code.status();
    let body = serde_json::to_string(&body(context, refusal)).unwrap_or_default();
    let mut response = bare(context, status, CONTENT_TYPE, body);
    if let Some(seconds) = refusal.retry_after {
        set(
            &mut response,
            header::RETRY_AFTER.as_str(),
            &seconds.to_string(),
        );
    }
    if status == 401 {
        set(&mut response, header::WWW_AUTHENTICATE.as_str(), "Bearer");
    }
    response
}

fn body(context: &RequestContext, refusal: &Refusal) -> Problem {
    let text = |text: &str| Line::verbatim(text.to_owned());
    let status = refusal.code.status();
    let path = context.url.split('?').next().unwrap_or_default();
    Problem {
        kind: Line::verbatim(format!("urn:quarterdeck:problem:{}", refusal.code)),
        title: text(refusal.code.title()),
        status,
        detail: text(&refusal.detail),
        instance: text(path),
        code: refusal.code.into(),
        class: text(Class::of(status).name()),
        surface: text(context.spec.surface()),
        request_id: text(&context.request_id),
        component: refusal.component.map(text),
        permission: refusal.permission.as_deref().map(text),
        fields: refusal.fields.clone(),
        retry_after: refusal.retry_after,
        conflict: refusal.conflict.clone(),
    }
}

/// Logs a success: what changes something for everybody to see, reads only for who asks.
pub fn log_success(context: &RequestContext, status: u16) {
    let RequestContext {
        request_id, spec, ..
    } = context;
    let trace_id = context.trace_id.as_deref();
    let took_ms = context.elapsed_ms();
    if matches!(spec.effect, Effect::Read) {
        tracing::debug!(
            request_id,
            trace_id,
            operation = spec.id,
            status,
            took_ms,
            "request answered"
        );
    } else {
        tracing::info!(
            request_id,
            trace_id,
            operation = spec.id,
            status,
            took_ms,
            "request answered"
        );
    }
}

/// Logs a refusal once, at the boundary: the server's own failures loudly, the client's quietly, and who calls
/// too often by name (S000-21).
pub fn log(context: &RequestContext, user_id: Option<i64>, refusal: &Refusal) {
    let status = refusal.code.status();
    let source = refusal.source.as_ref().map(ToString::to_string);
    let RequestContext {
        request_id, spec, ..
    } = context;
    let trace_id = context.trace_id.as_deref();
    let code = refusal.code.as_str();
    if status >= 500 {
        tracing::error!(
            request_id,
            trace_id,
            operation = spec.id,
            status,
            code,
            source,
            "request failed"
        );
    } else if status == 429 {
        tracing::warn!(
            request_id,
            trace_id,
            operation = spec.id,
            method = context.method,
            route = spec.path,
            user_id,
            ip_address = context.ip_address.to_string(),
            status,
            code,
            retry_after = refusal.retry_after,
            "limit used up"
        );
    } else {
        tracing::info!(
            request_id,
            trace_id,
            operation = spec.id,
            status,
            code,
            "request refused"
        );
    }
}

fn bare(
    context: &RequestContext,
    status: u16,
    content_type: &'static str,
    body: String,
) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() =
        http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    set(&mut response, header::CONTENT_TYPE.as_str(), content_type);
    named(context, response)
}

/// An answer with what every answer carries.
pub fn named(context: &RequestContext, mut response: Response) -> Response {
    set(&mut response, header::CACHE_CONTROL.as_str(), "no-store");
    set(
        &mut response,
        header::X_CONTENT_TYPE_OPTIONS.as_str(),
        "nosniff",
    );
    set(&mut response, headers::REQUEST_ID, &context.request_id);
    if let Some(id) = &context.client_request_id {
        set(&mut response, headers::CLIENT_REQUEST_ID, id);
    }
    if let Some(traceparent) = context
        .traceparent
        .as_ref()
        .filter(|_| context.trace_id.is_some())
    {
        set(&mut response, headers::TRACEPARENT, traceparent);
    }
    response
}

fn set(response: &mut Response, name: &str, value: &str) {
    if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_str(value)) {
        response.headers_mut().insert(name, value);
    }
}
