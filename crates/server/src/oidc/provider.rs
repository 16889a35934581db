//! Asking the provider: where things are, which keys are its own, and the device flow (RFC 8628).

use chrono::{DateTime, TimeDelta, Utc};
use quarterdeck_api::sessions::Secret;
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use thiserror::Error;
use tokio::sync::Mutex;

use super::keys::{Key, Keys, Published};
use super::outbound::{Outbound, OutboundError, WebAddress};
use super::token::{self, Expected, Identity, TokenProblem};
use crate::config::{OidcOptions, SecretError, SecretSource};

/// After this long what the provider publishes is read anew.
const FRESH: TimeDelta = TimeDelta::hours(1);
/// For this long it is good where the provider is away.
const STALE: TimeDelta = TimeDelta::hours(24);
/// The provider is asked for its keys no more often than that, whatever tokens name.
const COOLDOWN: TimeDelta = TimeDelta::seconds(30);
/// Seconds between polls where the provider names none (RFC 8628 §3.2).
const INTERVAL: u32 = 5;
/// What is asked to be told of a person.
const SCOPE: &str = "openid email profile";
const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// It was asked a moment ago and gave no answer.
const AWAY: ProviderError =
    ProviderError::Unfit("was away a moment ago; try again in half a minute");

/// Why the provider is of no help.
#[derive(Debug, Error)]
pub enum ProviderError {
    /// The token is not good.
    #[error(transparent)]
    Token(#[from] TokenProblem),
    /// It gave no answer that could be used.
    #[error("the OpenID provider: {0}")]
    Away(#[from] OutboundError),
    /// What it publishes is of no use.
    #[error("the OpenID provider {0}")]
    Unfit(&'static str),
    /// It offers no device flow.
    #[error("the OpenID provider offers no sign-in on another device")]
    NoDeviceFlow,
    /// The person refused, or took too long.
    #[error("the sign-in in the browser {0}; start again")]
    Over(&'static str),
    /// The client's secret cannot be read.
    #[error(transparent)]
    Secret(#[from] SecretError),
}

/// The provider that people sign in by.
#[derive(Debug)]
pub struct Provider {
    issuer: String,
    client_id: String,
    client_secret: Option<SecretSource>,
    outbound: Outbound,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    published: Option<(Places, Keys)>,
    read_at: Option<DateTime<Utc>>,
    asked_at: Option<DateTime<Utc>>,
}

/// Where things are (OpenID Connect Discovery 1.0).
#[derive(Clone, Debug, Deserialize)]
struct Places {
    issuer: String,
    jwks_uri: WebAddress,
    token_endpoint: WebAddress,
    #[serde(default)]
    device_authorization_endpoint: Option<WebAddress>,
}

/// A device flow that has begun.
#[derive(Debug, Deserialize)]
pub struct DeviceFlow {
    /// What is polled with.
    pub device_code: Secret,
    /// What is typed in the browser.
    pub user_code: String,
    /// Where.
    pub verification_uri: WebAddress,
    /// The same with the code filled in.
    #[serde(default)]
    pub verification_uri_complete: Option<WebAddress>,
    /// Seconds until it ends.
    pub expires_in: u32,
    /// Seconds between two polls.
    #[serde(default = "usual_interval")]
    pub interval: u32,
}

const fn usual_interval() -> u32 {
    INTERVAL
}

/// What a poll came to.
#[derive(Debug)]
pub enum DevicePoll {
    /// The token.
    Done(Secret),
    /// Not yet.
    Pending,
    /// Not yet, and polls come too often.
    SlowDown,
}

#[derive(Deserialize)]
struct TokenAnswer {
    id_token: Option<Secret>,
    error: Option<String>,
}

impl Provider {
    /// The provider of a configuration, where there is one.
    ///
    /// # Errors
    /// TLS could not be set up.
    pub fn new(options: &OidcOptions) -> Result<Option<Self>, reqwest::Error> {
        let (Some(issuer), Some(client_id)) = (&options.issuer, &options.client_id) else {
            return Ok(None);
        };
        Ok(Some(Self {
            issuer: issuer.clone(),
            client_id: client_id.clone(),
            client_secret: options.client_secret.clone(),
            outbound: Outbound::new(&options.networks)?,
            known: Mutex::default(),
        }))
    }

    /// Who a token says somebody is.
    ///
    /// # Errors
    /// The token is not good, or the provider's keys cannot be read.
    pub async fn identify(
        &self,
        token: &str,
        now: DateTime<Utc>,
    ) -> Result<Identity, ProviderError> {
        let head = token::head(token)?;
        let key = self.key(head.kid.as_deref(), now).await?;
        let expected = Expected {
            issuer: &self.issuer,
            client_id: &self.client_id,
            now,
        };
        Ok(token::verify(token, &key, expected)?)
    }

    /// The key that a token names. Keys that were good stay so where the provider is away.
    async fn key(&self, id: Option<&str>, now: DateTime<Utc>) -> Result<Key, ProviderError> {
        let mut known = self.known.lock().await;
        if let Some(key) = known.key(id).filter(|_| known.is_younger(FRESH, now)) {
            return Ok(key);
        }
        let renewed = self.renew(&mut known, now).await;
        if let Some(key) = known.key(id).filter(|_| known.is_younger(STALE, now)) {
            return Ok(key);
        }
        renewed?;
        Err(TokenProblem("is signed by a key that is not the provider's").into())
    }

    async fn places(&self, now: DateTime<Utc>) -> Result<Places, ProviderError> {
        let mut known = self.known.lock().await;
        if !known.is_younger(FRESH, now) {
            let renewed = self.renew(&mut known, now).await;
            if !known.is_younger(STALE, now) {
                renewed?;
            }
        }
        let places = known.published.as_ref().map(|(places, _)| places.clone());
        places.ok_or(AWAY)
    }

    /// Reads what the provider publishes, unless it was asked a moment ago.
    async fn renew(&self, known: &mut Known, now: DateTime<Utc>) -> Result<(), ProviderError> {
        let was_asked = |asked: DateTime<Utc>| (now - asked).abs() < COOLDOWN;
        if known.asked_at.is_some_and(was_asked) {
            let has_answered = known.read_at == known.asked_at;
            return has_answered.then_some(()).ok_or(AWAY);
        }
        known.asked_at = Some(now);
        let published = self.read().await.inspect_err(|error| {
            tracing::warn!(%error, "what the OpenID provider publishes could not be read");
        })?;
        known.published = Some(published);
        known.read_at = Some(now);
        Ok(())
    }

    async fn read(&self) -> Result<(Places, Keys), ProviderError> {
        let address = format!(
            "{}/.well-known/openid-configuration",
            self.issuer.trim_end_matches('/')
        );
        let address = address
            .parse()
            .map_err(|_| ProviderError::Unfit("has no address"))?;
        let places: Places = self.outbound.get(&address).await?;
        if places.issuer != self.issuer {
            return Err(ProviderError::Unfit(
                "says that it is another one; oidc.issuer must be as it names itself",
            ));
        }
        let keys = Keys::of(self.outbound.get::<Published>(&places.jwks_uri.0).await?);
        if keys.is_empty() {
            return Err(ProviderError::Unfit(
                "publishes no key that a token can be verified by",
            ));
        }
        Ok((places, keys))
    }

    /// Begins a device flow.
    ///
    /// # Errors
    /// The provider has none, or gave no answer.
    pub async fn start_device(&self, now: DateTime<Utc>) -> Result<DeviceFlow, ProviderError> {
        let places = self.places(now).await?;
        let endpoint = places.device_authorization_endpoint;
        let endpoint = endpoint.ok_or(ProviderError::NoDeviceFlow)?;
        let form = [("client_id", self.client_id.as_str()), ("scope", SCOPE)];
        self.post(&endpoint.0, &form).await
    }

    /// Asks whether a device flow is done.
    ///
    /// # Errors
    /// It was refused or is over, or the provider gave no answer.
    pub async fn poll_device(
        &self,
        device_code: &str,
        now: DateTime<Utc>,
    ) -> Result<DevicePoll, ProviderError> {
        let places = self.places(now).await?;
        let form = [
            ("grant_type", DEVICE_GRANT),
            ("device_code", device_code),
            ("client_id", self.client_id.as_str()),
        ];
        let answer: TokenAnswer = self.post(&places.token_endpoint.0, &form).await?;
        match (answer.id_token, answer.error.as_deref()) {
            (Some(token), None) => Ok(DevicePoll::Done(token)),
            (_, Some("authorization_pending")) => Ok(DevicePoll::Pending),
            (_, Some("slow_down")) => Ok(DevicePoll::SlowDown),
            (_, Some("access_denied")) => Err(ProviderError::Over("was refused")),
            (_, Some("expired_token")) => Err(ProviderError::Over("took too long")),
            (_, Some("invalid_grant")) => Err(ProviderError::Over("is over")),
            (_, Some(_)) => Err(ProviderError::Unfit(
                "does not let this server sign people in; is its client set up for the device flow?",
            )),
            (None, None) => Err(ProviderError::Unfit(
                "gave no ID token; is the scope openid allowed?",
            )),
        }
    }

    async fn post<T: serde::de::DeserializeOwned>(
        &self,
        url: &Url,
        form: &[(&str, &str)],
    ) -> Result<T, ProviderError> {
        let secret = self
            .client_secret
            .as_ref()
            .map(SecretSource::read)
            .transpose()?;
        let login = secret.as_ref().map(|secret: &SecretString| {
            // RFC 6749 §2.3.1 encodes both before they are joined.
            let encoded =
                |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            (encoded(&self.client_id), encoded(secret.expose_secret()))
        });
        let login = login
            .as_ref()
            .map(|(id, secret)| (id.as_str(), secret.as_str()));
        Ok(self.outbound.post(url, login, form).await?)
    }
}

impl Known {
    fn key(&self, id: Option<&str>) -> Option<Key> {
        let (_, keys) = self.published.as_ref()?;
        keys.find(id).cloned()
    }

    fn is_younger(&self, than: TimeDelta, now: DateTime<Utc>) -> bool {
        self.read_at
            .is_some_and(|read_at| (now - read_at).abs() < than)
    }
}
