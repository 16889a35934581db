//! The tabs: their keys and names. Every tab that exists is here and nowhere else.

use quarterdeck_api::permission::Permission;

/// What is said of a tab.
struct About {
    digit: char,
    name: &'static str,
    title: &'static str,
    command: &'static str,
    resource: &'static str,
    permission: Permission,
}

macro_rules! tabs {
    ($( $(#[$meta:meta])* $tab:ident = $about:expr, )+) => {
        /// A first-class view, with a key of its own.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
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
    /// The queue of applications.
    Applications = About {
        digit: '1',
        name: "Apps",
        title: "Applications",
        command: "apps",
        resource: "applications",
        permission: Permission::ApplicationsView,
    },
    /// The users.
    Users = About {
        digit: '4',
        name: "Users",
        title: "Users",
        command: "users",
        resource: "users",
        permission: Permission::UserView,
    },
    /// The audit log.
    Audit = About {
        digit: '5',
        name: "Audit",
        title: "Audit log",
        command: "audit",
        resource: "audit",
        permission: Permission::AuditView,
    },
}

impl Tab {
    /// The digit that opens it; numbered so that tabs to come keep theirs.
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

    /// The resource it shows, as the contract and `assets/reasons.toml` name it.
    pub const fn resource(self) -> &'static str {
        self.about().resource
    }

    /// The permission without which it is hidden.
    pub const fn permission(self) -> Permission {
        self.about().permission
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
        assert!(Tab::ALL.iter().all(|tab| tab.digit().is_ascii_digit()));
    }
}
