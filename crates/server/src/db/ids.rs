//! The one source of randomness: tokens, nonces, request ids.

use chrono::{DateTime, Utc};
use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

/// Gives out ids and secrets from the operating system's generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ids;

/// A fresh secret and what is stored of it.
#[derive(Clone)]
pub struct Token {
    /// What the client gets.
    pub text: String,
    /// SHA-256 of the text; what is stored.
    pub hash: Vec<u8>,
}

impl Ids {
    /// `N` random bytes.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the generator's one home"
    )]
    pub fn bytes<const N: usize>(self) -> [u8; N] {
        rand::RngExt::random(&mut rand::rng())
    }

    /// A secret of 256 bits.
    pub fn token(self) -> Token {
        let text = BASE64URL_NOPAD.encode(&self.bytes::<32>());
        Token {
            hash: token_hash(&text),
            text,
        }
    }

    /// An id that sorts by time (UUID version 7).
    pub fn request_id(self, now: DateTime<Utc>) -> Uuid {
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
        Builder::from_unix_timestamp_millis(millis, &self.bytes::<10>()).into_uuid()
    }
}

/// What is stored of a token: it is random, so a plain hash does.
pub fn token_hash(text: &str) -> Vec<u8> {
    Sha256::digest(text.as_bytes()).to_vec()
}
