//! The tabs: their keys and names. Every tab that exists is here and nowhere else.

use quarterdeck_api::dashboard::Queue;
use quarterdeck_api::permission::Permission;

/// What is said of a tab.
struct About {
    digit: char,
    name: &'static str,
    title: &'static str,
    command: &'static str,
    resource: &'static str,
    permissions: &'static [Permission],
}

macro_rules! tabs {
    ($( $(#[$meta:meta])* $tab:ident = $about:expr, )+) => {
        /// A first-class view, with a key of its own.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Tab {
            $( $(#[$meta])* $tab, )+
        }

        impl Tab {
            /// Every tab, in the order of the tab row.
            pub const ALL: &'static [Self] = &[$( Self::$tab, )+];

            const fn about(self) -> &'static About {
                match self {
                    $( Self::$tab => const { &$about }, )+
                }
            }
        }
    };
}

tabs! {
    /// What waits in each queue: what a console shows first.
    #[default]
    Dashboard = About {
        digit: '0',
        name: "Dash",
        title: "Dashboard",
        command: "dash",
        resource: "dashboard",
        permissions: &[
            Queue::Applications.permission(),
            Queue::Reports.permission(),
            Queue::DataRequests.permission(),
        ],
    },
    /// The queue of applications.
    Applications = About {
        digit: '1',
        name: "Apps",
        title: "Applications",
        command: "apps",
        resource: "applications",
        permissions: &[Permission::ApplicationsView],
    },
    /// The queue of reports.
    Reports = About {
        digit: '2',
        name: "Reports",
        title: "Reports",
        command: "reports",
        resource: "reports",
        permissions: &[Permission::ReportsView],
    },
    /// The queue of data requests.
    DataRequests = About {
        digit: '3',
        name: "Data",
        title: "Data requests",
        command: "data",
        resource: "data_requests",
        permissions: &[Permission::DataRequestsView],
    },
    /// The users.
    Users = About {
        digit: '4',
        name: "Users",
        title: "Users",
        command: "users",
        resource: "users",
        permissions: &[Permission::UserView],
    },
    /// The audit log.
    Audit = About {
        digit: '5',
        name: "Audit",
        title: "Audit log",
        command: "audit",
        resource: "audit",
        permissions: &[Permission::AuditView],
    },
    /// Who holds staff roles.
    Admins = About {
        digit: '6',
        name: "Admins",
        title: "Admins",
        command: "admins",
        resource: "admins",
        permissions: &[Permission::UserView],
    },
    /// What administrators asked of the server.
    AdminLogs = About {
        digit: 'L',
        name: "Logs",
        title: "Requests of administrators, by whom and on whom",
        command: "admin-logs",
        resource: "admin_logs",
        permissions: &[Permission::AdminUsersViewAdminAudit],
    },
    /// The queue of withdrawals.
    Withdrawals = About {
        digit: 'M',
        name: "Withdrawals",
        title: "Withdrawals",
        command: "withdrawals",
        resource: "withdrawals",
        permissions: &[Permission::WithdrawalsView],
    },
}

impl Tab {
    /// The tab in whose place it stands in the tab row while it is shown; it has none of its own.
    pub const fn in_place_of(self) -> Option<Self> {
        match self {
            Self::AdminLogs => Some(Self::Audit),
            Self::Withdrawals => Some(Self::Users),
            Self::Dashboard
            | Self::Applications
            | Self::Reports
            | Self::DataRequests
            | Self::Users
            | Self::Audit
            | Self::Admins => None,
        }
    }

    /// The digit or the letter that opens it; numbered so that tabs to come keep theirs.
    pub const fn digit(self) -> char {
        self.about().digit
    }

    /// The tab of a digit.
    pub fn of_digit(digit: char) -> Option<Self> {
        Self::ALL.iter().copied().find(|tab| tab.digit() == digit)
    }

    /// Its name in the tab row and in the palette.
    pub const fn name(self) -> &'static str {
        self.about().name
    }

    /// Its name in the menu.
    pub const fn title(self) -> &'static str {
        self.about().title
    }

    /// The command that opens it.
    pub const fn command(self) -> &'static str {
        self.about().command
    }

    /// The tab of a command.
    pub fn of_command(command: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|tab| tab.command() == command)
    }

    /// The resource it shows, as the contract names it.
    pub const fn resource(self) -> &'static str {
        self.about().resource
    }

    /// The permissions of which one is enough to see it; with none of them it is hidden.
    pub const fn permissions(self) -> &'static [Permission] {
        self.about().permissions
    }

    /// The same in words: `reports.view`, `a, b or c`.
    pub fn needs(self) -> String {
        let names: Vec<_> = self.permissions().iter().map(ToString::to_string).collect();
        match names.as_slice() {
            [some @ .., last] if !some.is_empty() => format!("{} or {last}", some.join(", ")),
            names => names.concat(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_tabs_share_a_digit_or_a_command() {
        let unlike = |of: fn(Tab) -> String| {
            let all: BTreeSet<_> = Tab::ALL.iter().map(|tab| of(*tab)).collect();
            assert_eq!(all.len(), Tab::ALL.len());
        };
        unlike(|tab| tab.digit().to_string());
        unlike(|tab| tab.command().to_owned());
        unlike(|tab| tab.resource().to_owned());
        assert!(
            Tab::ALL
                .iter()
                .all(|tab| tab.digit().is_ascii_alphanumeric())
        );
    }

    #[test]
    fn one_of_several_permissions_is_enough_and_all_are_named() {
        assert_eq!(Tab::Reports.needs(), "reports.view");
        assert_eq!(
            Tab::Dashboard.needs(),
            "applications.view, reports.view or data-requests.view"
        );
    }
}
