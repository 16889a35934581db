//! The queues of work that operators clear.

use crate::permission::Permission;
use crate::realtime::Resource;
use crate::wire_enum::wire_enum;

wire_enum! {
    /// A queue of work.
    pub enum Queue {
        /// People who ask to join.
        Applications = "applications",
        /// What users say of each other.
        Reports = "reports",
        /// People who ask for their data or its deletion.
        DataRequests = "data_requests",
    }
}

impl Queue {
    /// The permission without which it is not shown.
    pub const fn permission(self) -> Permission {
        match self {
            Self::Applications => Permission::ApplicationsView,
            Self::Reports => Permission::ReportsView,
            Self::DataRequests => Permission::DataRequestsView,
        }
    }

    /// The list that it is.
    pub const fn resource(self) -> Resource {
        match self {
            Self::Applications => Resource::Applications,
            Self::Reports => Resource::Reports,
            Self::DataRequests => Resource::DataRequests,
        }
    }

    /// What the audit log calls one of its items.
    pub const fn target_type(self) -> &'static str {
        match self {
            Self::Applications => "application",
            Self::Reports => "report",
            Self::DataRequests => "data_request",
        }
    }

    /// The permissions of those who decide its items; who has one of them may claim.
    pub const fn deciding(self) -> &'static [Permission] {
        match self {
            Self::Applications => &[
                Permission::ApplicationsApprove,
                Permission::ApplicationsReject,
                Permission::ApplicationsWaitlist,
            ],
            Self::Reports => &[Permission::ReportsResolve, Permission::ReportsDismiss],
            Self::DataRequests => &[Permission::DataRequestsUpdate],
        }
    }
}
