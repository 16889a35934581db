//! Names of headers and cookies, one definition for client and server (S004-50).

/// Session cookie; same token as `Authorization: Bearer`.
pub const ACCESS_COOKIE: &str = "access_token";
/// Refresh cookie.
pub const REFRESH_COOKIE: &str = "refresh_token";
/// Cookie that signs a realtime connection in.
pub const SOCKET_COOKIE: &str = "socket_token";
/// Cookie that says the password gate was passed.
pub const GATE_COOKIE: &str = "gate";
/// One-time code of the operation at hand.
pub const OTP: &str = "x-otp";
/// Machine credential of an organization; refused on admin routes.
pub const API_KEY: &str = "x-api-key";
/// Key under which a repeated write is answered again instead of done again.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// The server's id of the request.
pub const REQUEST_ID: &str = "x-request-id";
/// The client's own id of the request, echoed.
pub const CLIENT_REQUEST_ID: &str = "x-client-request-id";
/// W3C trace context.
pub const TRACEPARENT: &str = "traceparent";
/// Set to `true` on an answer that was stored by an earlier call with the same key.
pub const IDEMPOTENT_REPLAY: &str = "idempotent-replayed";
/// The gate token, for clients that keep no cookies.
pub const GATE_TOKEN: &str = "x-gate-token";
