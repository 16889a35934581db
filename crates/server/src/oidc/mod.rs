//! The OpenID provider that people sign in by: what it publishes, and what a token of it says.
//!
//! Nothing here knows accounts or sessions. What a token must hold is settled in `token`, without I/O; which keys
//! are the provider's and how it is reached, in `provider`; where this process may connect to at all, in
//! `outbound`.

mod keys;
mod outbound;
mod provider;
mod token;

pub use outbound::{Outbound, OutboundError, is_public};
pub use provider::{DeviceFlow, DevicePoll, Provider, ProviderError};
pub use token::{Identity, TokenProblem, is_subject, looks_like_jwt};
