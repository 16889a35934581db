//! The generic typed client: calls any operation of the contract, signs in, keeps the session alive.
//!
//! The console's `net`, the command line, the tests and the bench call it. It knows the contract and
//! HTTP; nothing of the console or of the server's insides. Time does not occur in it, and randomness
//! is passed in.

mod call_id;
mod client;
mod error;
mod keeper;
mod live;
mod options;
mod request;
mod response;
mod session;

pub use call_id::{CallId, RandomBytes};
pub use client::{Client, OidcStep};
pub use error::CallError;
pub use keeper::{KeeperTurn, SessionKeeper};
pub use live::{Live, LiveEnd};
pub use options::{ClientOptions, OptionsError, ServerUrl, Timeouts, Trust};
pub use request::CallOptions;
pub use response::{MAX_BODY_BYTES, MAX_JSON_DEPTH, Success};
