//! The client of one server, as the rest of the console may hold it: opaque.

use std::io;
use std::sync::Arc;

use quarterdeck_api::sessions::{Secret, SessionTokens};
use quarterdeck_client::{
    Client, ClientOptions, OptionsError, RandomBytes, SessionKeeper, Timeouts, Trust,
};

/// A client of one server, with or without a session.
#[derive(Clone, Debug)]
pub struct Connection {
    pub(super) client: Client,
}

/// Why a server cannot be used; says nothing about whether it answers.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Its address is at fault.
    #[error(transparent)]
    Server(OptionsError),
    /// The certificate authority is, or TLS.
    #[error(transparent)]
    Trust(OptionsError),
}

impl Connection {
    /// Prepares to speak with a server; nothing is sent yet. `authority` is PEM text: with it, only
    /// certificates of that authority are believed.
    pub fn new(
        server: &str,
        authority: Option<Vec<u8>>,
        random: RandomBytes,
    ) -> Result<Self, ConnectError> {
        let options = ClientOptions {
            server: server.parse().map_err(ConnectError::Server)?,
            timeouts: Timeouts::default(),
            trust: authority.map_or(Trust::System, Trust::Only),
            random,
        };
        Client::new(options)
            .map(|client| Self { client })
            .map_err(ConnectError::Trust)
    }

    /// Takes over a session, as the demo's.
    pub fn resume(&self, tokens: SessionTokens) {
        self.client.resume(tokens);
    }

    /// Takes over a session that is kept elsewhere and shared with other processes.
    pub fn resume_kept(&self, tokens: SessionTokens, keeper: Arc<dyn SessionKeeper>) {
        self.client.resume_kept(tokens, keeper);
    }

    /// Has the session kept from now on.
    pub async fn keep_with(&self, keeper: Arc<dyn SessionKeeper>) -> io::Result<()> {
        self.client.keep_with(keeper).await
    }

    /// Takes over an access token, as from a file.
    pub fn resume_with_token(&self, token: Secret) {
        self.client.resume_with_token(token);
    }

    /// Whether there is a session.
    pub fn has_session(&self) -> bool {
        self.client.has_session()
    }
}
