//! How mail leaves the server.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;

use super::SecretSource;

/// How mail leaves, and who it is from.
#[derive(Clone, Debug)]
pub struct MailOptions {
    /// A directory that each mail is written into as a file; goes before the server.
    pub directory: Option<PathBuf>,
    /// The server that takes it.
    pub smtp: Option<SmtpServer>,
    /// Who signs in there; nobody does without.
    pub user: Option<String>,
    /// With which password.
    pub password: Option<SecretSource>,
    /// The sender's address.
    pub from: String,
}

impl Default for MailOptions {
    fn default() -> Self {
        Self {
            directory: None,
            smtp: None,
            user: None,
            password: None,
            from: "quarterdeck@localhost".to_owned(),
        }
    }
}

/// A server that takes mail, as `smtp://HOST:PORT` or `smtps://HOST:PORT`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmtpServer {
    /// Its name, which its certificate must bear.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is kept from others.
    pub security: Security,
}

/// How a connection to a mail server is kept from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte.
    Tls,
    /// TLS before anything is said that matters; refused where the server offers none.
    StartTls,
    /// Not at all: the server is on this machine.
    Loopback,
}

/// The text names no mail server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAMailServer;

impl FromStr for SmtpServer {
    type Err = NotAMailServer;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let uri: http::Uri = text.parse().map_err(|_| NotAMailServer)?;
        let authority = uri.authority().ok_or(NotAMailServer)?;
        let is_bare = uri.query().is_none() && matches!(uri.path(), "" | "/");
        if authority.as_str().contains('@') || authority.host().is_empty() || !is_bare {
            return Err(NotAMailServer);
        }
        let host = authority.host().trim_matches(['[', ']']).to_owned();
        let (security, standard) = match uri.scheme_str() {
            Some("smtps") => (Security::Tls, 465),
            Some("smtp") if is_loopback(&host) => (Security::Loopback, 25),
            Some("smtp") => (Security::StartTls, 587),
            Some(_) | None => return Err(NotAMailServer),
        };
        Ok(Self {
            port: authority.port_u16().unwrap_or(standard),
            host,
            security,
        })
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

impl fmt::Display for SmtpServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_server_of_this_machine_is_spoken_to_in_clear() {
        let cases = [
            ("smtp://mail.example.com", Security::StartTls, 587),
            ("smtp://mail.example.com:25", Security::StartTls, 25),
            ("smtps://mail.example.com", Security::Tls, 465),
            ("smtps://127.0.0.1:4650/", Security::Tls, 4650),
            ("smtp://127.0.0.1:2525", Security::Loopback, 2525),
            ("smtp://localhost", Security::Loopback, 25),
            ("smtp://[::1]:2525", Security::Loopback, 2525),
            ("smtp://localhost.example.com", Security::StartTls, 587),
        ];
        for (text, security, port) in cases {
            let server: SmtpServer = text.parse().unwrap();
            assert_eq!((server.security, server.port), (security, port), "{text}");
        }
    }

    #[test]
    fn a_password_in_the_address_is_refused_with_all_else_that_is_no_server() {
        for text in [
            "mail.example.com",
            "mail.example.com:25",
            "http://mail.example.com",
            "smtp://ops:secret@mail.example.com",
            "smtp://mail.example.com/inbox",
            "smtp://mail.example.com?tls=none",
            "smtp://",
        ] {
            assert_eq!(text.parse::<SmtpServer>(), Err(NotAMailServer), "{text}");
        }
    }
}
