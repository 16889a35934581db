//! The API suite: every body runs on SQLite and on PostgreSQL, against the server as it is started.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on fails; clippy.toml frees only functions marked as tests"
)]

mod chain;
mod claims;
mod cluster;
#[expect(dead_code, reason = "the fault suite uses the rest")]
mod harness;

mod admin_logs;
mod admin_user_mgmt;
mod admins;
mod applications;
mod atomicity;
mod audit;
mod audit_export;
mod authorization;
mod cli;
mod dashboard;
mod data_requests;
mod ending;
mod filters;
mod http;
mod idempotency;
mod ids;
mod jobs;
mod journal;
mod logs;
mod mail;
mod money;
mod notes;
mod oidc;
mod otp;
mod outage;
mod paging;
mod realtime;
mod reasons;
mod replay;
mod reports;
mod rows;
mod sanctions;
mod saved_filters;
mod second_opinions;
mod sessions;
mod upgrade;
mod users;
mod withdrawals;
