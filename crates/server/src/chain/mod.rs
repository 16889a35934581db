//! The tamper-evident log itself: the canonical record, the chain, appending and verifying.
//!
//! `docs/AUDIT.md` describes the bytes for strangers; the vectors there and here are the same. It knows
//! tables and hashes, and nothing of callers or HTTP.

pub mod append;
mod beyond;
pub mod birth;
pub mod export;
pub mod link;
mod linked;
pub mod record;
pub mod rows;
mod selection;
pub mod verify;

pub use append::{append, append_records};
pub use beyond::Beyond;
pub use export::exported_chain;
pub use record::{Actor, Entry, Record};
pub use rows::{page, total};
pub use selection::AuditSelection;
pub use verify::{Expectation, verify};

/// The one chain until organizations exist.
pub const PLATFORM: &str = "platform";
