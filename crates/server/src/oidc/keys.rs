//! The provider's keys. Each has one algorithm, which is the key's and not the token's to say (RFC 8725 §3.1).

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;

/// Keys that are kept at most.
const MOST: usize = 64;
/// Bytes of the shortest modulus: 2,048 bits.
const MIN_MODULUS: usize = 256;

/// A key, and what it signs by.
#[derive(Clone, Debug)]
pub struct Key {
    id: Option<String>,
    /// The key.
    pub verifying: DecodingKey,
    /// What it signs by.
    pub algorithm: Algorithm,
}

/// What a provider publishes of its keys; those that we do not know are passed over.
#[derive(Debug, Deserialize)]
pub struct Published {
    keys: Vec<serde_json::Value>,
}

/// The keys of a provider.
#[derive(Clone, Debug, Default)]
pub struct Keys(Vec<Key>);

impl Keys {
    /// Those of what is published that can verify a token.
    pub fn of(published: Published) -> Self {
        let jwks = published.keys.into_iter().take(MOST);
        let jwks = jwks.filter_map(|key| serde_json::from_value::<Jwk>(key).ok());
        Self(jwks.filter_map(|jwk| key(&jwk)).collect())
    }

    /// The key of an id; a token that names none is the only key's.
    pub fn find(&self, id: Option<&str>) -> Option<&Key> {
        match (id, self.0.as_slice()) {
            (Some(id), keys) => keys.iter().find(|key| key.id.as_deref() == Some(id)),
            (None, [only]) => Some(only),
            (None, _) => None,
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn key(jwk: &Jwk) -> Option<Key> {
    let signs = matches!(
        jwk.common.public_key_use,
        None | Some(PublicKeyUse::Signature)
    );
    let algorithm = algorithm(jwk)?;
    let verifying = DecodingKey::from_jwk(jwk).ok()?;
    signs.then(|| Key {
        id: jwk.common.key_id.clone(),
        verifying,
        algorithm,
    })
}

/// What a key signs by: as it says, else what is usual for its kind.
fn algorithm(jwk: &Jwk) -> Option<Algorithm> {
    let said = jwk.common.key_algorithm;
    match &jwk.algorithm {
        AlgorithmParameters::RSA(rsa) => {
            let modulus = data_encoding::BASE64URL_NOPAD
                .decode(rsa.n.as_bytes())
                .ok()?;
            (modulus.len() >= MIN_MODULUS).then_some(())?;
            match said {
                None | Some(KeyAlgorithm::RS256) => Some(Algorithm::RS256),
                Some(KeyAlgorithm::RS384) => Some(Algorithm::RS384),
                Some(KeyAlgorithm::RS512) => Some(Algorithm::RS512),
                Some(KeyAlgorithm::PS256) => Some(Algorithm::PS256),
                Some(KeyAlgorithm::PS384) => Some(Algorithm::PS384),
                Some(KeyAlgorithm::PS512) => Some(Algorithm::PS512),
                Some(_) => None,
            }
        }
        AlgorithmParameters::EllipticCurve(curve) => match (&curve.curve, said) {
            (EllipticCurve::P256, None | Some(KeyAlgorithm::ES256)) => Some(Algorithm::ES256),
            (EllipticCurve::P384, None | Some(KeyAlgorithm::ES384)) => Some(Algorithm::ES384),
            _ => None,
        },
        AlgorithmParameters::OctetKeyPair(pair) => match (&pair.curve, said) {
            (EllipticCurve::Ed25519, None | Some(KeyAlgorithm::EdDSA)) => Some(Algorithm::EdDSA),
            _ => None,
        },
        // A shared secret, above all, is no key of a provider.
        _ => None,
    }
}
