//! Sign-in by an OpenID provider (C-09, C-25, C-26).

mod bearer;
mod corpus;
mod device;
mod first_admin;
mod keys;
mod sign_in;
mod ways;

use quarterdeck_server::config::ServerConfig;
use serde_json::json;

use crate::harness::{Provider, Reply, TestDatabase, TestServer};

/// A server that people sign in to by this provider, with more changed.
async fn server_with(
    database: TestDatabase,
    provider: &Provider,
    change: impl FnOnce(&mut ServerConfig),
) -> TestServer {
    TestServer::start_with(database, |config| {
        provider.of(config);
        change(config);
    })
    .await
}

/// A server that people sign in to by this provider.
async fn server(database: TestDatabase, provider: &Provider) -> TestServer {
    server_with(database, provider, |_| {}).await
}

/// Signs in with an ID token.
async fn sign_in(server: &TestServer, token: &str) -> Reply {
    let request = server.post("/api/v1/auth/oidc");
    request.json(json!({ "id_token": token })).send().await
}
