//! The rooms of the console, one a resource: columns, filters, verbs and detail, as declarations that
//! the shared machinery in `app::room` works from. They know the contract and nothing of the model.

pub mod admin_logs;
pub mod admins;
pub mod applications;
pub mod audit;
pub mod claims;
mod context;
pub mod dashboard;
pub mod data_requests;
pub mod drawer;
pub mod journal;
mod person;
pub mod pick;
mod reason;
pub mod reports;
pub mod screen;
pub mod sheet;
pub mod sign_in;
pub mod users;
pub mod verb;
pub mod withdrawals;
