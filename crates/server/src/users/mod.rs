//! Users: accounts as the command line and the seeds make them, and as operators see them.

mod ban_events;
mod directory;
mod directory_store;
mod export;
mod export_store;
mod newcomer;
mod standing;
mod store;
mod verification;
mod view;

pub use directory::{ban_history, blocked, get, list, list_all};
pub use export::export;
pub use newcomer::{NewPerson, insert_person};
pub use standing::Standing;
pub use store::{
    NewAccount, create, emails, find_by_email, grant, issue_first_login, reset_mfa, reset_password,
    set_mfa, with_email_prefix,
};
pub use verification::verify;
pub use view::{rows, view};
