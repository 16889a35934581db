//! The hashes that hold the chain together, each with a prefix of its own.

use sha2::{Digest, Sha256};

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// `SHA256(0x00 || canonical)`.
pub fn leaf(canonical: &[u8]) -> Hash {
    Sha256::new()
        .chain_update([0x00])
        .chain_update(canonical)
        .finalize()
        .into()
}

/// `SHA256(0x02 || scope || u64be(seq) || previous link || leaf)`: scope and place are inside, so a row
/// cannot move to another.
pub fn link(scope: &str, seq: i64, previous: &[u8], leaf: &[u8]) -> Hash {
    Sha256::new()
        .chain_update([0x02])
        .chain_update(scope.as_bytes())
        .chain_update(seq.to_be_bytes())
        .chain_update(previous)
        .chain_update(leaf)
        .finalize()
        .into()
}

/// `SHA256("genesis" || instance || scope)`: what the first row links to.
pub fn genesis(instance: &str, scope: &str) -> Hash {
    Sha256::new()
        .chain_update(b"genesis")
        .chain_update(instance.as_bytes())
        .chain_update(scope.as_bytes())
        .finalize()
        .into()
}
