//! The Quarterdeck admin API over SQLite or PostgreSQL.
//!
//! Floors, top to bottom: `http` and `jobs`; the resource rooms; `gate`; `chain` and `cluster`; `db`.
//! No arrow runs back up. docs/ARCHITECTURE.md tells the whole story.

pub mod admin_logs;
pub mod admins;
pub mod applications;
pub mod audit;
pub mod chain;
pub mod claims;
pub mod cli;
pub mod cluster;
pub mod config;
pub mod dashboard;
pub mod data_requests;
pub mod db;
pub mod embedded;
pub mod filters;
pub mod gate;
pub mod http;
pub mod jobs;
pub mod journal;
pub mod mail;
pub mod money;
pub mod notes;
pub mod oidc;
pub mod ops;
pub mod orgs;
pub mod realtime;
pub mod reasons;
pub mod replay;
pub mod reports;
pub mod seed;
pub mod sessions;
pub mod start;
pub mod users;
pub mod withdrawals;
