//! Accounts: made, granted rights, and helped, by the command line and the seeds; e-mails for others.

mod rules;
mod store;
mod target;

pub use store::{
    NewAccount, create, emails, find_by_email, grant, issue_first_login, reset_mfa, reset_password,
    set_mfa,
};
