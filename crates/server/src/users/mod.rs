//! Users: accounts as the command line and the seeds make them, and as operators see them.

mod answer;
mod ban_events;
mod bootstrap;
mod bulk_sanctions;
mod context;
mod directory;
mod directory_store;
mod drawer;
mod edit;
mod edit_rules;
mod edit_store;
mod ending;
mod ending_rules;
mod ending_store;
mod export;
mod export_store;
mod federated;
mod new_account;
mod newcomer;
mod noted;
pub mod profile_notifier;
mod rules;
mod sanctions;
pub(crate) mod sanctions_store;
mod scrub;
mod staff;
mod staff_store;
mod standing;
mod store;
mod target;
mod verification;
mod view;
mod ways_back;

pub use answer::{finish, unchanged};
pub use bulk_sanctions::{bulk_ban, bulk_unban};
pub use context::{Person, context};
pub use directory::{ban_history, blocked, get, list, list_all};
pub use drawer::drawer;
pub use edit::update;
pub use ending::{
    Restored, anonymize, anonymize_by_body, delete, delete_by_body, delete_by_query, restore,
    restored_entry,
};
pub use ending_rules::NotRestorable;
pub use ending_store::end_sessions;
pub use export::export;
pub use federated::{Linked, follow_email, link, of_identity, promote_first};
pub use new_account::new_account;
pub use newcomer::{NewPerson, insert_person};
pub use noted::noted;
pub use rules::{Account, Attempt, Objection, Verdict};
pub use sanctions::{
    TIME_UP, ban, ban_entry, ban_for_good, end_due_bans, suspend, unban, unsuspend,
};
pub use staff::{demote, promote};
pub use staff_store::demote as take_staff_rights;
pub use standing::Standing;
pub use store::{
    NewAccount, create, emails, find_by_email, find_by_twitch, grant, issue_first_login, reset_mfa,
    reset_password, set_mfa, staff_names, with_email,
};
pub use target::{Act, active_super_admins, begin_on_staff, hold, not_found};
pub use verification::verify;
pub use view::{Shown, rows, view};
pub use ways_back::{Sanction, ways_back};
