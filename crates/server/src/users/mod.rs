//! Users: accounts as the command line and the seeds make them, and as operators see them.

mod newcomer;
mod standing;
mod store;
mod view;

pub use newcomer::{NewPerson, insert_person};
pub use standing::Standing;
pub use store::{
    NewAccount, create, emails, find_by_email, grant, issue_first_login, reset_mfa, reset_password,
    set_mfa, with_email_prefix,
};
pub use view::{rows, view};
