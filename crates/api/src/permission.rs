//! The permission catalogue (requirements.md §4.4).
//!
//! A permission is a key that an operator holds by an explicit row; roles grant none by themselves.
//! Operations name the permission that they ask, the server checks it, the console shows the
//! catalogue where rows are edited. Which keys come with which role is said in [`role`](crate::role).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::text::Line;
use crate::wire_enum::{OpenEnum, wire_enum};

wire_enum! {
    /// The part of the catalogue that a permission is listed under.
    pub enum Group {
        /// Accounts, notes, sessions.
        Users = "users",
        /// The audit log.
        Audit = "audit",
        /// The queues.
        Moderation = "moderation",
        /// Money and contracts.
        Business = "business",
        /// Organizations and the way in.
        Platform = "platform",
        /// The running of the service.
        Operations = "operations",
    }
}

macro_rules! permissions {
    ($( $group:ident { $( $variant:ident = $key:literal, $description:literal; )+ } )+) => {
        wire_enum! {
            /// A permission key.
            pub enum Permission {
                $( $( #[doc = $description] $variant = $key, )+ )+
            }
        }

        impl Permission {
            /// The part of the catalogue it is listed under.
            pub const fn group(self) -> Group {
                match self {
                    $( $( Self::$variant )|+ => Group::$group, )+
                }
            }

            /// What it allows, in one line.
            pub const fn description(self) -> &'static str {
                match self {
                    $( $( Self::$variant => $description, )+ )+
                }
            }
        }
    };
}

permissions! {
    Users {
        UserView = "user.view", "See users, their profiles and their history";
        UserEdit = "user.edit", "Change a user's profile";
        UserBan = "user.ban", "Ban and unban users";
        UserSuspend = "user.suspend", "Suspend users and lift suspensions";
        UserVerify = "user.verify", "Mark users as verified";
        UserExport = "user.export", "Export the data held about a user";
        UserAnonymize = "user.anonymize", "Anonymize users for good";
        UserDelete = "user.delete", "Delete users";
        UserNoteView = "user-note.view", "Read and search notes about users";
        UserNoteEdit = "user-note.edit", "Write notes about users and change one's own";
        UserNoteDelete = "user-note.delete", "Delete one's own notes about users";
        SessionsView = "sessions.view", "See active sessions";
        SessionsRevoke = "sessions.revoke", "Revoke sessions";
        BlockedView = "blocked.view", "See blocked users";
    }
    Audit {
        AdminUsersViewAdminAudit = "admin-users.view-admin-audit", "See the action log of administrators";
        AuditView = "audit.view", "Read the audit log";
        AuditVerify = "audit.verify", "Verify the chain of the audit log";
        AuditExport = "audit.export", "Export the audit log";
    }
    Moderation {
        ApplicationsView = "applications.view", "See applications";
        ApplicationsApprove = "applications.approve", "Approve applications and reopen approved ones";
        ApplicationsReject = "applications.reject", "Reject applications and reopen rejected ones";
        ApplicationsWaitlist = "applications.waitlist", "Waitlist applications and reopen waitlisted ones";
        ReportsView = "reports.view", "See reports";
        ReportsResolve = "reports.resolve", "Resolve reports and reopen resolved ones";
        ReportsDismiss = "reports.dismiss", "Dismiss reports and reopen dismissed ones";
        DataRequestsView = "data-requests.view", "See data requests";
        DataRequestsUpdate = "data-requests.update", "Complete data requests and mark them failed";
        FiltersShare = "filters.share", "Share saved filters with everybody";
    }
    Business {
        InvitationsView = "invitations.view", "See invitations";
        InvitationsGenerate = "invitations.generate", "Generate invitations";
        InvitationsRevoke = "invitations.revoke", "Revoke invitations";
        BillingView = "billing.view", "See the billing configuration";
        BillingEdit = "billing.edit", "Change the billing configuration";
        QuotasView = "quotas.view", "See quotas";
        QuotasEdit = "quotas.edit", "Change quotas";
        ExpertReviewsView = "expert-reviews.view", "See expert reviews";
        ExpertReviewsDownload = "expert-reviews.download", "Download the files of expert reviews";
        WithdrawalsView = "withdrawals.view", "See withdrawals";
        WithdrawalsApprove = "withdrawals.approve", "Approve withdrawals";
        WithdrawalsReject = "withdrawals.reject", "Reject withdrawals";
    }
    Platform {
        DomainsView = "domains.view", "See the e-mail domains that may sign in";
        DomainsEdit = "domains.edit", "Add and remove e-mail domains that may sign in";
        OrgsView = "orgs.view", "See organizations";
        OrgsCreate = "orgs.create", "Create organizations for others";
        MembershipsView = "memberships.view", "See the members of organizations";
        MembershipsEdit = "memberships.edit", "Add and remove members of organizations and change their roles";
        ApiKeysView = "api-keys.view", "See the API keys of organizations";
        ApiKeysRevoke = "api-keys.revoke", "Revoke the API keys of organizations";
        SsoView = "sso.view", "See the single sign-on of organizations";
        SsoEdit = "sso.edit", "Change the single sign-on of organizations";
        CloudAccountsView = "cloud-accounts.view", "See the cloud accounts of organizations";
        FederationView = "federation.view", "See the federation of this platform";
    }
    Operations {
        MetricsView = "metrics.view", "See metrics, their history and their thresholds";
        MetricsRun = "metrics.run", "Compute metrics now";
        ThresholdsEdit = "thresholds.edit", "Propose thresholds of metrics";
        ThresholdsApprove = "thresholds.approve", "Approve thresholds of metrics";
        EscalationsView = "escalations.view", "See escalations";
        EscalationsAck = "escalations.ack", "Acknowledge escalations";
        IncidentsView = "incidents.view", "See incidents";
        IncidentsEdit = "incidents.edit", "Open incidents and change them";
        IncidentsClose = "incidents.close", "Close incidents";
        NotificationsView = "notifications.view", "See notifications";
        NotificationsRetry = "notifications.retry", "Send failed notifications again";
        OpsView = "ops.view", "See failures, sign-in changes and the runbook";
        OpsLogs = "ops.logs", "Read the server's logs";
        RunbookEdit = "runbook.edit", "Add to the runbook";
    }
}

impl Permission {
    /// The key: its text on the wire and in the database.
    pub const fn key(self) -> &'static str {
        self.as_str()
    }
}

/// A permission as the catalogue lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CatalogEntry {
    /// The key.
    pub key: OpenEnum<Permission>,
    /// The part of the catalogue it is listed under.
    pub group: OpenEnum<Group>,
    /// What it allows, in one line.
    pub description: Line,
}

impl From<Permission> for CatalogEntry {
    fn from(permission: Permission) -> Self {
        Self {
            key: permission.into(),
            group: permission.group().into(),
            description: Line::new(permission.description()),
        }
    }
}

/// The catalogue, in its order.
pub fn catalog() -> Vec<CatalogEntry> {
    Permission::ALL
        .iter()
        .copied()
        .map(CatalogEntry::from)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_catalogue_holds_the_65_keys_of_the_requirements_and_one_more() {
        let of = |group| -> Vec<_> {
            Permission::ALL
                .iter()
                .filter(|p| p.group() == group)
                .map(|p| p.key())
                .collect()
        };
        assert_eq!(Permission::ALL.len(), 66);
        assert_eq!(
            of(Group::Users).join(", "),
            "user.view, user.edit, user.ban, user.suspend, user.verify, user.export, user.anonymize, \
             user.delete, user-note.view, user-note.edit, user-note.delete, sessions.view, \
             sessions.revoke, blocked.view",
        );
        assert_eq!(
            of(Group::Audit).join(", "),
            "admin-users.view-admin-audit, audit.view, audit.verify, audit.export",
        );
        assert_eq!(
            of(Group::Moderation).join(", "),
            "applications.view, applications.approve, applications.reject, applications.waitlist, \
             reports.view, reports.resolve, reports.dismiss, data-requests.view, data-requests.update, \
             filters.share",
        );
        assert_eq!(
            of(Group::Business).join(", "),
            "invitations.view, invitations.generate, invitations.revoke, billing.view, billing.edit, \
             quotas.view, quotas.edit, expert-reviews.view, expert-reviews.download, \
             withdrawals.view, withdrawals.approve, withdrawals.reject",
        );
        assert_eq!(
            of(Group::Platform).join(", "),
            "domains.view, domains.edit, orgs.view, orgs.create, memberships.view, memberships.edit, \
             api-keys.view, api-keys.revoke, sso.view, sso.edit, cloud-accounts.view, federation.view",
        );
        assert_eq!(
            of(Group::Operations).join(", "),
            "metrics.view, metrics.run, thresholds.edit, thresholds.approve, escalations.view, \
             escalations.ack, incidents.view, incidents.edit, incidents.close, notifications.view, \
             notifications.retry, ops.view, ops.logs, runbook.edit",
        );
    }

    #[test]
    fn every_entry_is_told_apart_by_key_and_by_description() {
        let catalog = catalog();
        let keys: HashSet<_> = catalog.iter().map(|entry| entry.key.to_string()).collect();
        let descriptions: HashSet<_> = catalog
            .iter()
            .map(|entry| entry.description.as_str())
            .collect();
        assert_eq!((keys.len(), descriptions.len()), (66, 66));
        for description in descriptions {
            assert!(
                (1..=70).contains(&description.len()) && !description.ends_with('.'),
                "{description}"
            );
        }
    }

    #[test]
    fn a_key_is_read_back_as_its_permission() {
        for permission in Permission::ALL {
            assert_eq!(permission.key().parse(), Ok(*permission));
        }
        assert!("user.View".parse::<Permission>().is_err());
        assert!("nope.x".parse::<Permission>().is_err());
    }

    #[test]
    fn an_entry_of_a_newer_server_stays_readable() {
        let json = r#"{"key":"claims.view","group":"claims","description":"See claims"}"#;
        let entry: CatalogEntry = serde_json::from_str(json).unwrap();
        assert_eq!(entry.key.known(), None);
        assert_eq!(serde_json::to_string(&entry).unwrap(), json);
    }
}
