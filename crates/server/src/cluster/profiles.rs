//! Accounts that were shut out or let in again, for whoever outside has to know at once (S004-23).
//!
//! They are known by the audit rows of what was committed, whatever did it: no room has a line for it, what
//! changed nothing tells nothing, and nothing is told that was not committed.

use std::sync::Arc;

use quarterdeck_api::audit::AuditCode;
use tokio::sync::broadcast;

use crate::chain::Entry;

/// The channel on which they are told, as the seed names it.
pub const CHANNEL: &str = "profile-notifier";
/// How many may wait to be told.
const CAPACITY: usize = 4_096;

/// An account that was shut out or let in.
#[derive(Clone, Debug)]
pub struct Changed {
    /// Its key.
    pub id: i64,
    /// What is told of it, where whoever changed it has read it anyway.
    pub told: Option<Arc<str>>,
}

/// Those of one process.
#[derive(Clone, Debug)]
pub struct Profiles(broadcast::Sender<Changed>);

impl Default for Profiles {
    fn default() -> Self {
        Self(broadcast::Sender::new(CAPACITY))
    }
}

impl Profiles {
    /// Tells of accounts, once each, in their order; of a single one as it was read.
    pub fn tell(&self, ids: &[i64], read: Option<Arc<str>>) {
        let read = read.filter(|_| ids.len() == 1);
        for id in ids {
            let told = read.clone();
            // A command has nobody who listens.
            let _heard = self.0.send(Changed { id: *id, told });
        }
    }

    /// Reads from now on.
    pub fn read(&self) -> broadcast::Receiver<Changed> {
        self.0.subscribe()
    }
}

/// The accounts that audit rows are about, where they tell of a ban or its end.
pub fn changed_by(entries: &[Entry]) -> Vec<i64> {
    let is_told = |entry: &&Entry| {
        let codes = [AuditCode::UserBanned, AuditCode::UserUnbanned];
        codes.contains(&entry.code) && entry.target_type == "user"
    };
    let told = entries.iter().filter(is_told);
    told.filter_map(|entry| entry.target_id.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_told_of_by_the_rows_of_bans_alone() {
        let entries = [
            Entry::new(AuditCode::UserBanned, "user", 4),
            Entry::new(AuditCode::BulkBan, "user", ""),
            Entry::new(AuditCode::UserSuspended, "user", 5),
            Entry::new(AuditCode::UserUnbanned, "user", 6),
        ];
        assert_eq!(changed_by(&entries), [4, 6]);
    }
}
