//! The rooms, one a tab: a screen that is not listed here is never shown.

use super::any_room::AnyRoom;
use super::room::Room;
use super::tab::Tab;
use crate::screens::admin_logs::AdminLogs;
use crate::screens::admins::Admins;
use crate::screens::applications::Applications;
use crate::screens::audit::Audit;
use crate::screens::dashboard::Dashboard;
use crate::screens::data_requests::DataRequests;
use crate::screens::reports::Reports;
use crate::screens::users::Users;
use crate::screens::withdrawals::Withdrawals;

fn room_of(tab: Tab) -> Box<dyn AnyRoom> {
    match tab {
        Tab::Dashboard => Box::new(Room::<Dashboard>::default()),
        Tab::Applications => Box::new(Room::<Applications>::default()),
        Tab::Reports => Box::new(Room::<Reports>::default()),
        Tab::DataRequests => Box::new(Room::<DataRequests>::default()),
        Tab::Users => Box::new(Room::<Users>::default()),
        Tab::Audit => Box::new(Room::<Audit>::default()),
        Tab::Admins => Box::new(Room::<Admins>::default()),
        Tab::AdminLogs => Box::new(Room::<AdminLogs>::default()),
        Tab::Withdrawals => Box::new(Room::<Withdrawals>::default()),
    }
}

/// The rooms.
pub struct Rooms(Vec<Box<dyn AnyRoom>>);

impl Default for Rooms {
    fn default() -> Self {
        Self(Tab::ALL.iter().copied().map(room_of).collect())
    }
}

impl Rooms {
    /// The room of a tab.
    pub fn of(&self, tab: Tab) -> &dyn AnyRoom {
        &*self.0[tab as usize]
    }

    /// The same, to be changed.
    pub fn of_mut(&mut self, tab: Tab) -> &mut dyn AnyRoom {
        &mut *self.0[tab as usize]
    }

    #[cfg(test)]
    pub(super) fn put(&mut self, tab: Tab, room: Box<dyn AnyRoom>) {
        self.0[tab as usize] = room;
    }
}
