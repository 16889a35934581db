//! The contract between the Quarterdeck console and its server.
//!
//! Every operation, type, permission, error code and audit code is declared here, once; the router,
//! the client, the OpenAPI document, the permission matrix and the console's verbs derive from it.
//! This crate knows no HTTP library, no database and no terminal.
#![deny(missing_docs)]

pub mod active_sessions;
pub mod admin_logs;
pub mod admins;
pub mod applications;
pub mod audit;
pub mod audit_code;
pub mod backoff;
pub mod bulk;
pub mod call;
pub mod claim;
pub mod claims;
pub mod dashboard;
pub mod data_requests;
pub mod filter;
pub mod filters;
pub mod headers;
pub mod ids;
pub mod inverse;
pub mod journal;
pub mod money;
pub mod notes;
pub mod operation;
pub mod operations;
pub mod ops;
pub mod page;
pub mod permission;
pub mod problem;
pub mod queue;
pub mod raw;
pub mod realtime;
pub mod reasons;
pub mod reports;
pub mod role;
pub mod sessions;
pub mod suggest;
pub mod text;
pub mod undoable;
pub mod users;
pub mod wire_enum;
pub mod withdrawals;

/// The version of this contract, carried by `GET /auth/me`. The major part changes when a console
/// of another major version could misread a reply.
pub const CONTRACT_VERSION: &str = "1.0";

/// Whether a version of the contract is read and written as this one is: the first number is the same.
#[must_use]
pub fn is_our_contract(version: &str) -> bool {
    let major = |version: &str| version.split('.').next().map(str::to_owned);
    major(version) == major(CONTRACT_VERSION)
}
