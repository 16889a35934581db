//! Organizations, as far as accounts belong to them.

mod store;

pub use store::{NewMember, NewOrg, insert, of_user, orphaned_by};
