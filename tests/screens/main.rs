//! The console without a terminal and without a server: keys and answers in, effects and screens out.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails by panicking")]

mod audit_export;
mod bans;
mod bulk;
mod chain;
mod classes;
mod dashboard;
mod data_requests;
mod desk;
mod failures;
mod filters;
mod fixtures;
mod ghosts;
mod hostile;
mod keys;
mod leads;
mod lists;
mod live;
mod onward;
mod people;
mod person;
mod pictures;
mod properties;
mod queues;
mod random_users;
mod reasons;
mod refresh;
mod reports;
mod rows;
mod saved;
mod session;
mod snapshots;
mod undo;
mod users;
mod verbs;
mod views;
