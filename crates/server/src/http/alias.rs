//! The seeds' own routes, served by rewriting their prefixes (requirements.md §5, C-01, C-02).

use axum::Router;
use axum::extract::Request;
use http::Uri;
use http::uri::PathAndQuery;
use quarterdeck_api::operation::Operation as _;
use quarterdeck_api::realtime::Connect;
use tower::util::MapRequestLayer;

/// First match wins.
const PREFIXES: &[(&str, &str)] = &[
    ("/api/admin/", "/api/v1/admin/"),
    ("/admin/", "/api/v1/admin/"),
    ("/auth/", "/api/v1/auth/"),
    ("/orgs", "/api/v1/orgs"),
];

/// Puts the rewriting before the router, where it is still in time to choose the route.
pub fn wrap(router: Router) -> Router {
    let rewritten = tower::ServiceBuilder::new()
        .layer(MapRequestLayer::new(rewrite))
        .service(router);
    Router::new().fallback_service(rewritten)
}

fn rewrite(mut request: Request) -> Request {
    if let Some(path) = canonical(request.uri().path()) {
        let query = request
            .uri()
            .query()
            .map(|query| format!("?{query}"))
            .unwrap_or_default();
        if let Ok(path_and_query) = PathAndQuery::try_from(format!("{path}{query}")) {
            let mut parts = request.uri().clone().into_parts();
            parts.path_and_query = Some(path_and_query);
            if let Ok(uri) = Uri::from_parts(parts) {
                *request.uri_mut() = uri;
            }
        }
    }
    request
}

fn canonical(path: &str) -> Option<String> {
    if path == "/rt" {
        return Some(Connect::SPEC.path.to_owned());
    }
    let prefixed = PREFIXES
        .iter()
        .find_map(|(from, to)| path.strip_prefix(from).map(|rest| format!("{to}{rest}")));
    let path = prefixed.as_deref().unwrap_or(path);
    let plural = path.replacen("/api/v1/admin/user/", "/api/v1/admin/users/", 1);
    (prefixed.is_some() || plural != path).then_some(plural)
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn seed_spellings_become_ours() {
        let rows = [
            (
                "/api/admin/applications",
                Some("/api/v1/admin/applications"),
            ),
            ("/admin/user/12/ban", Some("/api/v1/admin/users/12/ban")),
            ("/admin/user-notes", Some("/api/v1/admin/user-notes")),
            ("/auth/sign-in", Some("/api/v1/auth/sign-in")),
            ("/orgs/1/audit", Some("/api/v1/orgs/1/audit")),
            ("/rt", Some("/api/v1/rt")),
            ("/rt/", None),
            ("/api/v1/admin/audit", None),
            ("/actuator/health", None),
        ];
        for (seed, ours) in rows {
            assert_eq!(canonical(seed).as_deref(), ours, "{seed}");
        }
    }
}
