//! What a client is made of, and the one place where an HTTP client is built.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;
use std::sync::Once;
use std::time::Duration;

use reqwest::Url;
use reqwest::redirect::Policy;
use reqwest::tls::Certificate;
use rustls::crypto::CryptoProvider;

use crate::call_id::RandomBytes;

/// What a client is made of.
pub struct ClientOptions {
    /// Where the server is.
    pub server: ServerUrl,
    /// How long to wait.
    pub timeouts: Timeouts,
    /// Whose certificates are believed.
    pub trust: Trust,
    /// Where the ids of calls come from.
    pub random: RandomBytes,
}

/// Bounds of waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection.
    pub connect: Duration,
    /// For a call, from the first byte sent to the last one received: instead of the deadline that each
    /// operation declares.
    pub total: Option<Duration>,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            total: None,
        }
    }
}

/// Whose certificates are believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// The certificate authorities of the operating system.
    #[default]
    System,
    /// Only the authorities in this PEM text: the server's identity is pinned.
    Only(Vec<u8>),
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum OptionsError {
    /// Not an address.
    #[error("`{0}` is not an address like https://console.example or http://127.0.0.1:4000")]
    NotAnAddress(String),
    /// More than scheme, host and port.
    #[error("the address holds more than scheme, host and port: leave out the {0}")]
    MoreThanOrigin(&'static str),
    /// Plain HTTP to another machine.
    #[error(
        "plain HTTP is refused off this machine, since it would send your session in clear: use https://{0}"
    )]
    PlainHttp(String),
    /// The PEM text holds no certificate, or none that can be read.
    #[error("no certificate can be read in it")]
    NoCertificate,
    /// TLS could not be set up.
    #[error("TLS could not be set up: {0}")]
    Tls(String),
}

/// The address of a server: a scheme, a host and perhaps a port, over which it is safe to send a
/// session.
#[derive(Clone, PartialEq, Eq)]
pub struct ServerUrl(Url);

impl ServerUrl {
    /// The host, with the port where it is not the scheme's own.
    pub fn host(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        self.0
            .port()
            .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    pub(crate) const fn url(&self) -> &Url {
        &self.0
    }

    fn is_plain(&self) -> bool {
        self.0.scheme() == "http"
    }

    fn is_loopback(&self) -> bool {
        let host = self.0.host_str().unwrap_or_default();
        let address = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse::<IpAddr>();
        address.map_or(host == LOCALHOST, |address| address.is_loopback())
    }
}

const LOCALHOST: &str = "localhost";

impl FromStr for ServerUrl {
    type Err = OptionsError;

    fn from_str(text: &str) -> Result<Self, OptionsError> {
        // Not echoed where it may hold a password.
        let invalid =
            || OptionsError::NotAnAddress(if text.contains('@') { "…@…" } else { text }.to_owned());
        let url = Url::parse(text).map_err(|_| invalid())?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(invalid());
        }
        let extra = [
            (
                !url.username().is_empty() || url.password().is_some(),
                "user and password",
            ),
            (url.path() != "/", "path"),
            (url.query().is_some(), "query"),
            (url.fragment().is_some(), "fragment"),
        ];
        if let Some((_, part)) = extra.into_iter().find(|(present, _)| *present) {
            return Err(OptionsError::MoreThanOrigin(part));
        }
        let server = Self(url);
        if server.is_plain() && !server.is_loopback() {
            return Err(OptionsError::PlainHttp(server.host()));
        }
        Ok(server)
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

impl fmt::Debug for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The only HTTP client there is: a server cannot send it elsewhere, an environment variable cannot
/// put a stranger in between, and nothing is ever sent twice behind our back.
#[expect(clippy::disallowed_methods, reason = "this is the one constructor")]
pub(crate) fn http_client(options: &ClientOptions) -> Result<reqwest::Client, OptionsError> {
    choose_cryptography();
    let builder = reqwest::Client::builder()
        .user_agent(concat!("quarterdeck/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .no_proxy()
        .retry(reqwest::retry::never())
        .referer(false)
        // Otherwise whoever answers for the name decides where plain HTTP goes.
        .resolve_to_addrs(
            LOCALHOST,
            &[
                (Ipv4Addr::LOCALHOST, 0).into(),
                (Ipv6Addr::LOCALHOST, 0).into(),
            ],
        )
        // A connection that the other side has half forgotten must not carry a write.
        .pool_idle_timeout(Duration::from_secs(20))
        .connect_timeout(options.timeouts.connect);
    let builder = match &options.trust {
        // Reading the system's certificates takes longer than the first frame may.
        Trust::System if options.server.is_plain() => builder.tls_certs_only([]),
        Trust::System => builder,
        Trust::Only(pem) => builder.tls_certs_only(certificates(pem)?),
    };
    builder
        .build()
        .map_err(|error| OptionsError::Tls(error.to_string()))
}

/// `ring`, as the server's connections to PostgreSQL have it; whoever runs us may have chosen before.
fn choose_cryptography() {
    static CHOSEN: Once = Once::new();
    CHOSEN.call_once(|| {
        if CryptoProvider::get_default().is_none() {
            // Another thread may choose meanwhile, which is as good.
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
    });
}

fn certificates(pem: &[u8]) -> Result<Vec<Certificate>, OptionsError> {
    match Certificate::from_pem_bundle(pem) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        Ok(_) | Err(_) => Err(OptionsError::NoCertificate),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(address: &str) -> String {
        address.parse::<ServerUrl>().unwrap_err().to_string()
    }

    #[test]
    fn plain_http_stays_on_this_machine() {
        for address in [
            "http://127.0.0.1:4000",
            "http://[::1]:4000",
            "http://localhost",
            "https://eu1.example",
        ] {
            assert!(address.parse::<ServerUrl>().is_ok(), "{address}");
        }
        for address in [
            "http://eu1.example",
            "http://10.0.0.1:4000",
            "http://localhost.example",
            "http://0.0.0.0",
        ] {
            assert!(
                refusal(address).starts_with("plain HTTP is refused"),
                "{address}"
            );
        }
    }

    #[test]
    fn an_address_is_scheme_host_and_port() {
        assert_eq!(
            refusal("https://eu1.example/admin"),
            "the address holds more than scheme, host and port: leave out the path"
        );
        assert_eq!(
            refusal("https://eu1.example/?a=b"),
            "the address holds more than scheme, host and port: leave out the query"
        );
        assert!(refusal("eu1.example").starts_with("`eu1.example` is not an address"));
        assert!(refusal("ftp://eu1.example").contains("is not an address"));
    }

    #[test]
    fn a_password_in_an_address_is_refused_and_not_repeated() {
        assert!(!refusal("https://ana:hunter2@eu1.example").contains("hunter2"));
        assert!(!refusal("ana:hunter2@eu1.example").contains("hunter2"));
    }

    #[test]
    fn the_host_has_its_port_where_it_is_not_the_usual_one() {
        let host = |address: &str| address.parse::<ServerUrl>().unwrap().host();
        assert_eq!(host("https://eu1.example:443"), "eu1.example");
        assert_eq!(host("http://127.0.0.1:4000"), "127.0.0.1:4000");
    }

    #[test]
    fn a_pem_without_certificates_is_refused() {
        assert!(matches!(
            certificates(b"not a certificate"),
            Err(OptionsError::NoCertificate)
        ));
    }
}
