//! Sign-in by the OpenID provider: with an ID token, by the device flow, or with the token itself as a credential
//! (C-09, S002-09).
//!
//! Whichever way, the token is exchanged for a session of our own, once, and everything that ends sessions ends
//! it: a token that was let in as a credential is the access token of its session.

use chrono::{DateTime, TimeDelta, Utc};
use quarterdeck_api::ids::UserId;
use quarterdeck_api::operation::Access;
use quarterdeck_api::problem::Code;
use quarterdeck_api::sessions::{
    DevicePending, DeviceSignIn, OidcReply, PollDevice, Secret, SessionTokens, SignInByOidc,
    SignInReply, SignInWay, StartDevice,
};
use quarterdeck_api::text::Line;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, Value};
use serde::{Deserialize, Serialize};

use super::store::{self, Account};
use super::tokens::{self, Factor, NewSession};
use super::ways::provider;
use super::{attempts, challenge, check_account, cookies, gate};
use crate::chain::{Actor, Entry};
use crate::cluster::budget::{Budget, UsedUp};
use crate::db::ids::token_hash;
use crate::db::sql;
use crate::gate::request::Credential;
use crate::gate::write::SystemTx;
use crate::gate::{Answer, Call, Refusal, RequestContext, Services};
use crate::oidc::{DevicePoll, Identity, Provider, ProviderError, looks_like_jwt};
use crate::users;

/// What the handle of a device flow is encrypted for.
const CONTEXT: &str = "oidc device flow";
/// Polls of one device flow in a minute; the usual interval makes twelve.
const POLLS_PER_MINUTE: u32 = 30;
/// Polls of one address in a minute, of whatever flows.
const POLLS_OF_ADDRESS: u32 = 10 * POLLS_PER_MINUTE;
/// Longest time between two polls, in seconds.
const LONGEST_INTERVAL: u32 = 60;
/// Seconds after which a provider that did not answer may be asked again.
const AWAY_RETRY: u64 = 5;
/// Seconds that a provider that is polled too often wants in addition (RFC 8628 §3.5).
const SLOWER: u32 = 5;
/// Longest device flow, in seconds.
const LONGEST_FLOW: u32 = 3600;
/// A token that ended a moment ago by its own clock may still be good by another's.
const PAST_THE_END: TimeDelta = TimeDelta::minutes(5);

impl From<ProviderError> for Refusal {
    fn from(error: ProviderError) -> Self {
        let code = match &error {
            ProviderError::Token(_) | ProviderError::Over(_) => Code::TokenInvalid,
            ProviderError::Away(_) | ProviderError::Unfit(_) | ProviderError::NoDeviceFlow => {
                Code::Dependency
            }
            ProviderError::Secret(_) => return Self::internal(error),
        };
        let detail = match &error {
            // What went wrong between the two is the operator's of this server to know.
            ProviderError::Away(_) => {
                "the OpenID provider cannot be reached; try again in a moment".to_owned()
            }
            ProviderError::Token(_)
            | ProviderError::Over(_)
            | ProviderError::Unfit(_)
            | ProviderError::NoDeviceFlow
            | ProviderError::Secret(_) => error.to_string(),
        };
        Self {
            component: (code == Code::Dependency).then_some("oidc"),
            retry_after: matches!(error, ProviderError::Away(_)).then_some(AWAY_RETRY),
            source: Some(Box::new(error)),
            ..Self::with_detail(code, detail)
        }
    }
}

/// Signs in with an ID token.
pub async fn sign_in(call: Call<SignInByOidc>) -> Result<Answer<OidcReply>, Refusal> {
    let (services, request) = (&call.services, &call.request);
    gate::require(services, request)?;
    let provider = provider(services)?;
    attempts::take_address(services, "oidc", request.ip_address).await?;
    let token = call.body.id_token.expose();
    exchange(services, request, provider, token).await
}

/// Begins a device flow. What it is polled with leaves the server encrypted, so that nothing is kept of it.
pub async fn start_device(call: Call<StartDevice>) -> Result<Answer<DeviceSignIn>, Refusal> {
    let services = &call.services;
    gate::require(services, &call.request)?;
    let provider = provider(services)?;
    attempts::take_address(services, "oidc-device", call.request.ip_address).await?;
    let now = services.clock.now();
    let flow = provider.start_device(now).await?;
    let expires_at = now + TimeDelta::seconds(flow.expires_in.min(LONGEST_FLOW).into());
    let device = Device {
        code: flow.device_code,
        interval: flow.interval.clamp(1, LONGEST_INTERVAL),
        expires_at,
    };
    Ok(DeviceSignIn {
        device: device.sealed(services)?,
        user_code: Line::new(&flow.user_code),
        verification_uri: Line::new(flow.verification_uri.0.as_str()),
        verification_uri_complete: flow
            .verification_uri_complete
            .map(|address| Line::new(address.0.as_str())),
        expires_at,
        interval: device.interval,
    }
    .into())
}

/// Asks whether a device flow is done.
pub async fn poll_device(call: Call<PollDevice>) -> Result<Answer<OidcReply>, Refusal> {
    let (services, request) = (&call.services, &call.request);
    gate::require(services, request)?;
    let provider = provider(services)?;
    let address = format!("device-polls:{}", request.ip_address);
    take_poll(services, &address, POLLS_OF_ADDRESS).await?;
    let mut device = Device::opened(services, &call.body.device)?;
    let key = format!(
        "device:{}",
        data_encoding::HEXLOWER.encode(&token_hash(device.code.expose()))
    );
    take_poll(services, &key, POLLS_PER_MINUTE).await?;
    let now = services.clock.now();
    let slower = match provider.poll_device(device.code.expose(), now).await? {
        DevicePoll::Done(token) => {
            return exchange(services, request, provider, token.expose()).await;
        }
        DevicePoll::Pending => None,
        DevicePoll::SlowDown => {
            device.interval = (device.interval + SLOWER).min(LONGEST_INTERVAL);
            Some(device.sealed(services)?)
        }
    };
    let pending = DevicePending {
        interval: device.interval,
        device: slower,
    };
    Ok(OidcReply::Pending(pending).into())
}

async fn take_poll(services: &Services, key: &str, limit: u32) -> Result<(), Refusal> {
    let budget = Budget { key, limit };
    let taken = services.limiter.take(&[budget], UsedUp::Waits).await;
    taken.map_err(Refusal::rate_limited)
}

/// A device flow, as it travels with the client.
#[derive(Serialize, Deserialize)]
struct Device {
    code: Secret,
    interval: u32,
    expires_at: DateTime<Utc>,
}

impl Device {
    fn sealed(&self, services: &Services) -> Result<Secret, Refusal> {
        let text = serde_json::to_vec(self).map_err(Refusal::internal)?;
        let sealed = services.vault.encrypt(&text, CONTEXT, services.ids.bytes());
        sealed.map(Secret::new).map_err(Refusal::internal)
    }

    fn opened(services: &Services, sealed: &Secret) -> Result<Self, Refusal> {
        let opened = services.vault.decrypt(sealed.expose(), CONTEXT).ok();
        let device = opened.and_then(|text| serde_json::from_slice::<Self>(&text).ok());
        let now = services.clock.now();
        device
            .filter(|device| device.expires_at > now)
            .ok_or_else(|| {
                Refusal::with_detail(Code::TokenInvalid, "this sign-in is over; start again")
            })
    }
}

/// Exchanges a token for a session, or for the challenge of the account's own second factor.
async fn exchange(
    services: &Services,
    request: &RequestContext,
    provider: &Provider,
    token: &str,
) -> Result<Answer<OidcReply>, Refusal> {
    let identity = provider.identify(token, services.clock.now()).await?;
    let tx = services.system_write("oidc").await?;
    let known = enter(services, &tx, token, &identity).await?;
    let Some(known) = known else {
        return Err(Refusal::with_detail(
            Code::TokenInvalid,
            "this ID token has signed in already; ask the provider for a new one",
        ));
    };
    let needs_code = known.account.mfa_secret_enc.is_some() && !identity.has_second_factor;
    let answer = if needs_code {
        let token = challenge(services, &tx, known.account.id, SignInWay::Oidc).await?;
        OidcReply::Challenged(SignInReply {
            token,
            require_mfa: true,
            mfa_enrollment_required: false,
        })
        .into()
    } else {
        let new = NewSession {
            user_id: known.account.id,
            factor: factor(&identity),
            by: SignInWay::Oidc,
        };
        let tokens = tokens::open(services, tx.connection(), request, new, tx.now).await?;
        opened(services, tokens)
    };
    finish(tx, request, known).await?;
    Ok(answer)
}

fn opened(services: &Services, tokens: SessionTokens) -> Answer<OidcReply> {
    Answer {
        cookies: cookies::session(services, &tokens),
        reply: OidcReply::Opened(tokens),
        status: None,
    }
}

const fn factor(identity: &Identity) -> Factor {
    if identity.has_second_factor {
        Factor::Passed
    } else {
        Factor::Missing
    }
}

/// Lets a call in whose credential is a token of the provider, by opening a session for it; tells whether there may
/// be one now.
pub async fn admit(services: &Services, request: &RequestContext) -> Result<bool, Refusal> {
    let (Credential::Bearer(token), false) =
        (&request.credential, request.spec.access == Access::Socket)
    else {
        return Ok(false);
    };
    let Some(provider) = provider(services).ok().filter(|_| looks_like_jwt(token)) else {
        return Ok(false);
    };
    gate::require(services, request)?;
    let identity = provider.identify(token, services.clock.now()).await?;
    let tx = services.system_write("oidc").await?;
    // Another call with the same token may have opened its session a moment ago.
    let Some(known) = enter(services, &tx, token, &identity).await? else {
        return Ok(true);
    };
    let new = NewSession {
        user_id: known.account.id,
        factor: factor(&identity),
        by: SignInWay::Oidc,
    };
    let credential = tokens::Given {
        hash: token_hash(token),
        expires_at: identity.expires_at,
    };
    tokens::open_for(services, tx.connection(), request, new, credential, tx.now).await?;
    finish(tx, request, known).await?;
    Ok(true)
}

/// Who signs in, and what the log is told of it.
struct Known {
    account: Account,
    entries: Vec<Entry>,
}

/// Uses the token up and finds its account, or makes it; none where the token was used before.
async fn enter(
    services: &Services,
    tx: &SystemTx,
    token: &str,
    identity: &Identity,
) -> Result<Option<Known>, Refusal> {
    let oidc = &services.config.oidc;
    let refuse_domain = |email: &str| {
        if oidc.admits(email) {
            Ok(())
        } else {
            Err(domain_not_allowed())
        }
    };
    if let Some(email) = &identity.email {
        refuse_domain(email)?;
    }
    if !use_up(tx.connection(), token, identity.expires_at).await? {
        return Ok(None);
    }
    let id = users::of_identity(tx.connection(), identity, tx.now).await?;
    let account = lock(tx, id).await?;
    check_account(&account)?;
    if identity.email.is_none() {
        refuse_domain(&account.email)?;
    }
    let (id, connection) = (UserId(id), tx.connection());
    let mut entries = Vec::new();
    entries.extend(users::follow_email(connection, id, identity, tx.now).await?);
    let may_be_first = identity
        .email
        .as_ref()
        .is_some_and(|email| oidc.names(email));
    if may_be_first {
        entries.extend(users::promote_first(connection, id, tx.now).await?);
    }
    let account = lock(tx, id.0).await?;
    Ok(Some(Known { account, entries }))
}

async fn lock(tx: &SystemTx, id: i64) -> Result<Account, Refusal> {
    let account = store::lock_by_id(tx.connection(), id, tx.now).await?;
    account.ok_or_else(|| Refusal::new(Code::TokenInvalid))
}

fn domain_not_allowed() -> Refusal {
    Refusal::with_detail(
        Code::DomainNotAllowed,
        "people of your e-mail's domain do not sign in here; ask an admin",
    )
}

/// Of two that come with the same token one waits for the other and finds it used.
async fn use_up(
    tx: &DatabaseTransaction,
    token: &str,
    expires_at: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let text =
        "INSERT INTO used_id_tokens (hash, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    // By what is signed: of one signature by a curve everybody can make a second one that is as good.
    let signed = token.rsplit_once('.').map_or(token, |(signed, _)| signed);
    let values: [Value; 2] = [
        token_hash(signed).into(),
        (expires_at + PAST_THE_END).into(),
    ];
    let inserted = tx.execute_raw(sql(tx, text, values)).await?;
    Ok(inserted.rows_affected() == 1)
}

async fn finish(tx: SystemTx, request: &RequestContext, known: Known) -> Result<(), Refusal> {
    if known.entries.is_empty() {
        return Ok(tx.commit().await?);
    }
    let actor = Actor::human(known.account.id, known.account.email);
    tx.commit_audited(&actor, &known.entries, &request.request_id)
        .await
        .map_err(Refusal::audit_unavailable)
}
