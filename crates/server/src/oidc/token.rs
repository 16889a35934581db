//! What a token must be, and what it says (OpenID Connect Core 1.0 §3.1.3.7, RFC 7519, RFC 8725). Pure.
//!
//! The library checks the signature alone: it reads the system's clock and takes some claims of a wrong type for
//! absent ones, so the claims are judged here.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Header, Validation};
use serde::Deserialize;
use serde::de::{Deserializer, Error, Unexpected, Visitor};
use std::fmt;
use thiserror::Error;

use super::keys::Key;

/// Longest token, in bytes.
const MAX_TOKEN: usize = 16 * 1024;
/// Longest subject, in characters (OpenID Connect Core 1.0 §2).
const MAX_SUBJECT: usize = 255;
/// By how much the clocks of provider and server may differ.
const LEEWAY: TimeDelta = TimeDelta::seconds(60);
/// A token from longer ago is not an answer to this sign-in, whatever end it names.
const MAX_AGE: TimeDelta = TimeDelta::hours(24);

/// Why a token is not good; safe to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the ID token {0}")]
pub struct TokenProblem(pub &'static str);

/// Who a token says somebody is.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// Who says so.
    pub issuer: String,
    /// Who it is, as the issuer names them for ever.
    pub subject: String,
    /// Their e-mail, where the issuer has verified it.
    pub email: Option<String>,
    /// What they are called.
    pub name: Option<String>,
    /// Whether they showed a second factor (RFC 8176).
    pub has_second_factor: bool,
    /// When the token ends.
    pub expires_at: DateTime<Utc>,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").finish_non_exhaustive()
    }
}

/// Whom a token must be from and for.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// Who issues it.
    pub issuer: &'a str,
    /// Whom it is issued for.
    pub client_id: &'a str,
    /// The time.
    pub now: DateTime<Utc>,
}

/// Whether a credential has the form of such a token, and not of our own.
pub fn looks_like_jwt(text: &str) -> bool {
    text.starts_with("eyJ") && text.matches('.').count() == 2
}

/// Reads the head of a token: it names the key, and nothing else that is believed.
///
/// # Errors
/// What is wrong with it.
pub fn head(token: &str) -> Result<Header, TokenProblem> {
    if token.len() > MAX_TOKEN {
        return Err(TokenProblem("is longer than 16 KiB"));
    }
    if !looks_like_jwt(token) {
        return Err(TokenProblem(
            "must be three parts of base64, with dots between them",
        ));
    }
    let head = jsonwebtoken::decode_header(token)
        .map_err(|_| TokenProblem("has a head that cannot be read"))?;
    let is_jwt = head
        .typ
        .as_ref()
        .is_none_or(|typ| typ.eq_ignore_ascii_case("JWT"));
    if !is_jwt || head.cty.is_some() {
        return Err(TokenProblem("is of another type than JWT"));
    }
    let brings_a_key =
        head.jku.is_some() || head.jwk.is_some() || head.x5u.is_some() || head.x5c.is_some();
    if brings_a_key {
        return Err(TokenProblem("brings a key of its own"));
    }
    if head.crit.is_some() || head.enc.is_some() || head.zip.is_some() {
        return Err(TokenProblem("asks for what this server does not know"));
    }
    Ok(head)
}

/// Checks a token against the key that its head names.
///
/// # Errors
/// What is wrong with it.
pub fn verify(token: &str, key: &Key, expected: Expected<'_>) -> Result<Identity, TokenProblem> {
    let mut validation = Validation::new(key.algorithm);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let token = jsonwebtoken::decode::<Claims>(token, &key.verifying, &validation)
        .map_err(|error| problem(&error))?;
    judge(token.claims, expected)
}

fn problem(error: &jsonwebtoken::errors::Error) -> TokenProblem {
    use jsonwebtoken::errors::ErrorKind;
    TokenProblem(match error.kind() {
        ErrorKind::InvalidSignature => "is not signed by the provider",
        ErrorKind::InvalidAlgorithm => "is signed in another way than its key is for",
        _ => "has claims that cannot be read",
    })
}

fn judge(claims: Claims, expected: Expected<'_>) -> Result<Identity, TokenProblem> {
    if claims.iss != expected.issuer {
        return Err(TokenProblem("is of another issuer"));
    }
    check_audience(&claims, expected.client_id)?;
    let expires_at = check_times(&claims, expected.now)?;
    if !is_subject(&claims.sub) {
        return Err(TokenProblem("has a subject that is none"));
    }
    Ok(Identity {
        issuer: claims.iss,
        subject: claims.sub,
        email: claims.email.filter(|_| claims.email_verified == Some(true)),
        name: claims.name,
        has_second_factor: claims.amr.iter().flatten().any(|method| method == "mfa"),
        expires_at,
    })
}

/// Whether a text can name a person to a provider.
pub fn is_subject(text: &str) -> bool {
    (1..=MAX_SUBJECT).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() || byte == b' ')
}

fn check_audience(claims: &Claims, client_id: &str) -> Result<(), TokenProblem> {
    let audience = match &claims.aud {
        Audience::One(one) => std::slice::from_ref(one),
        Audience::Several(several) => several.as_slice(),
    };
    if !audience.iter().any(|one| one == client_id) {
        return Err(TokenProblem("is for somebody else"));
    }
    match &claims.azp {
        Some(azp) if azp != client_id => Err(TokenProblem("was asked for by somebody else")),
        None if audience.len() > 1 => Err(TokenProblem(
            "is for several, and does not say who asked for it",
        )),
        Some(_) | None => Ok(()),
    }
}

/// Tells when it ends.
fn check_times(claims: &Claims, now: DateTime<Utc>) -> Result<DateTime<Utc>, TokenProblem> {
    let (Some(expires_at), Some(issued_at)) = (claims.exp.time(), claims.iat.time()) else {
        return Err(TokenProblem("names a time that is none"));
    };
    let begins_at = claims.nbf.map_or(Some(issued_at), Seconds::time);
    if expires_at + LEEWAY <= now {
        return Err(TokenProblem("has expired; ask the provider for a new one"));
    }
    if issued_at - LEEWAY > now || begins_at.is_none_or(|begins_at| begins_at - LEEWAY > now) {
        return Err(TokenProblem("is not good yet; are both clocks right?"));
    }
    if issued_at + MAX_AGE <= now {
        return Err(TokenProblem(
            "is more than a day old; ask the provider for a new one",
        ));
    }
    Ok(expires_at)
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: Seconds,
    iat: Seconds,
    #[serde(default, deserialize_with = "there")]
    nbf: Option<Seconds>,
    #[serde(default, deserialize_with = "there")]
    azp: Option<String>,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    email_verified: Option<bool>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    amr: Option<Vec<String>>,
}

/// A claim that is there is of its type; `null` is no way to leave it out.
fn there<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// Seconds since 1970 (RFC 7519 §2); fractions of them are left out.
#[derive(Clone, Copy)]
struct Seconds(i64);

impl Seconds {
    fn time(self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp(self.0, 0).filter(|time| crate::db::clock::is_storable(*time))
    }
}

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Number;
        impl Visitor<'_> for Number {
            type Value = Seconds;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("seconds since 1970")
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Seconds, E> {
                Ok(Seconds(value))
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Seconds, E> {
                i64::try_from(value)
                    .map(Seconds)
                    .map_err(|_| E::invalid_value(Unexpected::Unsigned(value), &self))
            }

            #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
            fn visit_f64<E: Error>(self, value: f64) -> Result<Seconds, E> {
                if (0.0..1e12).contains(&value) {
                    Ok(Seconds(value as i64))
                } else {
                    Err(E::invalid_value(Unexpected::Float(value), &self))
                }
            }
        }
        deserializer.deserialize_any(Number)
    }
}
