//! The API suite: every body runs on SQLite and on PostgreSQL, against the server as it is started.

mod chain;
mod harness;

mod applications;
mod sessions;
