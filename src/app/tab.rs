//! The tabs: their keys, names and paths. Every tab that exists is here and nowhere else.

use quarterdeck_api::permission::Permission;

/// A first-class view, with a key of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tab {
    /// The queue of applications.
    Applications,
    /// The audit log.
    Audit,
}

impl Tab {
    /// Every tab, in the order of the tab row.
    pub const ALL: &'static [Self] = &[Self::Applications, Self::Audit];

    /// The digit that opens it; numbered so that tabs to come keep theirs.
    pub const fn digit(self) -> char {
        match self {
            Self::Applications => '1',
            Self::Audit => '5',
        }
    }

    /// Its name in the tab row and in the palette.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Applications => "Apps",
            Self::Audit => "Audit",
        }
    }

    /// The command that opens it.
    pub const fn command(self) -> &'static str {
        match self {
            Self::Applications => "apps",
            Self::Audit => "audit",
        }
    }

    /// The path of the admin web pages that it stands for.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Applications => "/admin-applications",
            Self::Audit => "/admin-logs",
        }
    }

    /// The permission without which it is hidden.
    pub const fn permission(self) -> Permission {
        match self {
            Self::Applications => Permission::ApplicationsView,
            Self::Audit => Permission::AuditView,
        }
    }
}
