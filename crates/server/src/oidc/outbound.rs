//! Connections that this process opens by itself: to public addresses, and to those networks alone that the
//! configuration names, whatever a document or a name server says (security.md, threat 22).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{RequestBuilder, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::config::Network;

/// Longest answer that is read, in bytes.
const MAX_ANSWER: usize = 256 * 1024;
const CONNECT: Duration = Duration::from_secs(3);
const TOTAL: Duration = Duration::from_secs(5);

/// Why an address was not asked, or gave no answer.
#[derive(Debug, Error)]
pub enum OutboundError {
    /// It is no address that may be asked.
    #[error("{0} may not be asked: it must be https, or http on this machine")]
    NotAllowed(Url),
    /// It leads into a network that was not named.
    #[error(
        "{0} leads to an address that is not public; oidc.networks names networks that may be asked all the same"
    )]
    NotPublic(Url),
    /// It gave no answer.
    #[error("{}", chain(.0))]
    Failed(#[from] reqwest::Error),
    /// What it answered is too long.
    #[error("{0} answered with more than 256 KiB")]
    TooLong(Url),
    /// What it answered is not what was asked for.
    #[error(
        "{url} answered {status} with something else than expected, at line {line}, column {column}"
    )]
    Unexpected {
        /// Who answered.
        url: Url,
        /// How.
        status: u16,
        /// Where it is no such document; what stands there may be a secret.
        line: usize,
        /// The same within the line.
        column: usize,
    },
}

/// An error with all that led to it.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let causes: Vec<_> = causes.map(ToString::to_string).collect();
    causes.join(": ")
}

/// An address of the Web, as a document names it.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct WebAddress(pub Url);

impl TryFrom<String> for WebAddress {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let url: Url = text.parse().map_err(|_| "no address")?;
        let is_web = matches!(url.scheme(), "https" | "http") && url.has_host();
        is_web.then_some(Self(url)).ok_or("no address of the Web")
    }
}

/// Opens connections.
pub struct Outbound {
    client: reqwest::Client,
    networks: Arc<[Network]>,
}

impl fmt::Debug for Outbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbound")
            .field("networks", &self.networks)
            .finish_non_exhaustive()
    }
}

impl Outbound {
    /// Connects to public addresses and into these networks.
    ///
    /// # Errors
    /// TLS could not be set up.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the server's one constructor"
    )]
    pub fn new(networks: &[Network]) -> Result<Self, reqwest::Error> {
        let networks: Arc<[Network]> = networks.into();
        // Another thread may choose meanwhile, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .user_agent(concat!("quarterdeck-server/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .no_proxy()
            .retry(reqwest::retry::never())
            .referer(false)
            .dns_resolver(Arc::new(Vetted(Arc::clone(&networks))))
            .connect_timeout(CONNECT)
            .timeout(TOTAL)
            .build()?;
        Ok(Self { client, networks })
    }

    /// Reads a document.
    ///
    /// # Errors
    /// The address may not be asked, or gave no such document.
    pub async fn get<T: DeserializeOwned>(&self, url: &Url) -> Result<T, OutboundError> {
        self.check(url)?;
        self.answer(url, self.client.get(url.clone())).await
    }

    /// Sends a form, and reads the document that answers it, whatever its status.
    ///
    /// # Errors
    /// The address may not be asked, or gave no such document.
    pub async fn post<T: DeserializeOwned>(
        &self,
        url: &Url,
        login: Option<(&str, &str)>,
        form: &[(&str, &str)],
    ) -> Result<T, OutboundError> {
        self.check(url)?;
        let body = serde_urlencoded::to_string(form).unwrap_or_default();
        let request = self
            .client
            .post(url.clone())
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json")
            .body(body);
        let request = match login {
            Some((user, password)) => request.basic_auth(user, Some(password)),
            None => request,
        };
        self.answer(url, request).await
    }

    async fn answer<T: DeserializeOwned>(
        &self,
        url: &Url,
        request: RequestBuilder,
    ) -> Result<T, OutboundError> {
        let response = request.send().await?;
        let status = response.status().as_u16();
        let mut bytes = Vec::new();
        let mut chunks = response.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            bytes.extend_from_slice(&chunk?);
            if bytes.len() > MAX_ANSWER {
                return Err(OutboundError::TooLong(url.clone()));
            }
        }
        serde_json::from_slice(&bytes).map_err(|error| OutboundError::Unexpected {
            url: url.clone(),
            status,
            line: error.line(),
            column: error.column(),
        })
    }

    /// Refuses what may not be asked. A name is judged once more by each address that it leads to.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, url: &Url) -> Result<(), OutboundError> {
        let host = url.host_str().unwrap_or_default();
        let literal = host.trim_matches(['[', ']']).parse::<IpAddr>().ok();
        let is_own_machine = literal.is_some_and(|address| address.is_loopback());
        let is_allowed = match url.scheme() {
            "https" => !host.is_empty(),
            "http" => is_own_machine,
            _ => false,
        };
        if !is_allowed || !url.username().is_empty() || url.password().is_some() {
            return Err(OutboundError::NotAllowed(url.clone()));
        }
        match literal {
            Some(address) if !may_be_asked(&self.networks, address) => {
                Err(OutboundError::NotPublic(url.clone()))
            }
            Some(_) | None => Ok(()),
        }
    }
}

fn may_be_asked(networks: &[Network], address: IpAddr) -> bool {
    is_public(address) || networks.iter().any(|network| holds(network, address))
}

/// IPv4 in the clothes of IPv6 is nobody's network.
fn holds(network: &Network, address: IpAddr) -> bool {
    address.to_canonical() == address && network.contains(address)
}

/// Whether an address is one of the public Internet (IANA's special-purpose registries are not).
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || matches!((a, b, c), (0 | 224.., ..) | (192, 0, 0) | (192, 88, 99))
        || (a == 100 && (64..128).contains(&b))
        || (a == 198 && (18..20).contains(&b));
    !is_special
}

/// What is assigned begins with 001; of that, some ranges stand for IPv4 or for documents.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let is_unicast = a & 0xe000 == 0x2000;
    let is_special =
        (a == 0x2001 && (b < 0x200 || b == 0xdb8)) || a == 0x2002 || (a == 0x3fff && b < 0x1000);
    is_unicast && !is_special
}

/// Leads names to those of their addresses that may be asked, so that what was judged is what is connected to.
struct Vetted(Arc<[Network]>);

impl Resolve for Vetted {
    fn resolve(&self, name: Name) -> Resolving {
        let networks = Arc::clone(&self.0);
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found
                .filter(|address| may_be_asked(&networks, address.ip()))
                .collect();
            if allowed.is_empty() {
                return Err(
                    format!("{} leads to no address that may be asked", name.as_str()).into(),
                );
            }
            let addresses: Addrs = Box::new(allowed.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outbound(networks: &[&str]) -> Outbound {
        let networks: Vec<Network> = networks.iter().map(|text| text.parse().unwrap()).collect();
        Outbound::new(&networks).unwrap()
    }

    #[test]
    fn what_is_not_of_the_public_internet_is_not_asked() {
        for text in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.0.171",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "64:ff9b::7f00:1",
            "64:ff9b::808:808",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:2::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:808:808::",
            "3fff::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
        for text in [
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.0",
            "172.32.0.1",
            "198.20.0.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450::1",
        ] {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn https_is_asked_and_plain_http_on_this_machine_alone_where_it_was_named() {
        let check =
            |networks: &[&str], url: &str| outbound(networks).check(&url.parse().unwrap()).is_ok();
        for url in ["https://id.example.com/keys", "https://8.8.8.8/keys"] {
            assert!(check(&[], url), "{url}");
        }
        for url in [
            "http://id.example.com/keys",
            "ftp://id.example.com",
            "file:///etc/passwd",
            "https://ops:secret@id.example.com",
            "https://127.0.0.1/",
            "https://127.1/",
            "https://0x7f000001/",
            "https://2130706433/",
            "https://[::1]/",
            "https://[::ffff:169.254.169.254]/latest",
            "http://169.254.169.254/latest",
            "http://127.0.0.1:9/",
        ] {
            assert!(!check(&[], url), "{url}");
        }
        assert!(check(&["127.0.0.0/8"], "http://127.0.0.1:9/"));
        assert!(check(&["10.0.0.0/8"], "https://10.1.2.3/"));
        assert!(!check(&["10.0.0.0/8"], "http://10.1.2.3/"), "in clear");
        assert!(
            !check(&["10.0.0.0/8"], "https://[::ffff:10.1.2.3]/"),
            "in clothes"
        );
    }

    #[tokio::test]
    async fn a_name_that_leads_to_this_machine_is_judged_by_where_it_leads() {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let url: Url = format!("https://localhost:{port}/keys").parse().unwrap();
        let asked = outbound(&[]).get::<serde_json::Value>(&url).await;
        let said = asked.unwrap_err().to_string();
        assert!(
            said.contains("leads to no address that may be asked"),
            "{said}"
        );
        assert_eq!(
            listener.accept().unwrap_err().kind(),
            std::io::ErrorKind::WouldBlock
        );
    }
}
