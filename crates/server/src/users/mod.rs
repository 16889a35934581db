//! Users: accounts as the command line and the seeds make them, and as operators see them.

mod answer;
mod bulk_ban;
mod ending;
mod ending_rules;
mod ending_store;
mod newcomer;
mod rules;
mod sanctions;
mod sanctions_store;
mod scrub;
mod staff;
mod staff_store;
mod standing;
mod store;
mod target;
mod view;

pub use bulk_ban::bulk_ban;
pub use ending::{
    Restored, anonymize, anonymize_by_body, delete, delete_by_body, delete_by_query, restore,
    restored_entry,
};
pub use ending_rules::NotRestorable;
pub use newcomer::{NewPerson, insert_person};
pub use sanctions::{ban, end_due_bans, suspend, unban, unsuspend};
pub use staff::{demote, promote};
pub use standing::Standing;
pub use store::{
    NewAccount, create, emails, find_by_email, grant, issue_first_login, reset_mfa, reset_password,
    set_mfa,
};
pub use view::{rows, view};
