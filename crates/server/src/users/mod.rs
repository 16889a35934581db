//! Accounts: made, granted rights, and helped, by the command line and the seeds; e-mails for others.

mod answer;
mod ending;
mod ending_rules;
mod ending_store;
mod rules;
mod scrub;
mod standing;
mod store;
mod target;

pub use store::{
    NewAccount, create, emails, find_by_email, grant, issue_first_login, reset_mfa, reset_password,
    set_mfa,
};
