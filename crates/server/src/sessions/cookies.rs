//! Cookies of a session, for browsers: never readable by scripts, never sent from another site.

use quarterdeck_api::headers;
use quarterdeck_api::sessions::SessionTokens;

use crate::gate::Services;

/// The three cookies of a session (S004-04).
pub fn session(services: &Services, tokens: &SessionTokens) -> Vec<String> {
    let now = services.clock.now();
    let access = (tokens.access_expires_at - now).num_seconds();
    let refresh = (tokens.refresh_expires_at - now).num_seconds();
    vec![
        cookie(
            services,
            headers::ACCESS_COOKIE,
            tokens.access_token.expose(),
            access,
        ),
        cookie(
            services,
            headers::REFRESH_COOKIE,
            tokens.refresh_token.expose(),
            refresh,
        ),
        cookie(
            services,
            headers::SOCKET_COOKIE,
            tokens.socket_token.expose(),
            access,
        ),
    ]
}

/// The same, taken back.
pub fn cleared(services: &Services) -> Vec<String> {
    [
        headers::ACCESS_COOKIE,
        headers::REFRESH_COOKIE,
        headers::SOCKET_COOKIE,
    ]
    .map(|name| cookie(services, name, "", 0))
    .to_vec()
}

/// One cookie; `Secure` wherever browsers reach the server by HTTPS.
pub fn cookie(services: &Services, name: &str, value: &str, seconds: i64) -> String {
    let is_https = services
        .config
        .public_origin
        .as_deref()
        .is_some_and(|origin| origin.starts_with("https:"));
    let secure = if is_https { "; Secure" } else { "" };
    format!(
        "{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}{secure}",
        seconds.max(0)
    )
}
